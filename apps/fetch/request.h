/* request.h: the request that goes out, and where a redirection leads to. */
#ifndef FETCH_REQUEST_H
#define FETCH_REQUEST_H

#include "common/text.h"
#include "http/http_head.h"
#include "options.h"

/* What the next request asks for; a redirection changes it. */
struct fetch_request {
    struct http_url url;
    bool head, post;
    bool elsewhere; /* it is for another server than the user named: credentials stay here */
};

void fetch_request_begin(struct fetch_request *request, const struct fetch_options *options);

/* Puts the head: request line, fields, empty line. */
void fetch_request_write(const struct fetch_request *request, const struct fetch_options *options, struct text *text);

/* Does the response lead to another place? Then its Location, to be freed, is what it leads to. NULL: it does not. */
char *fetch_location(const struct http_head *head, const uint8_t *octets);

/* Goes there. RFC 9110 15.4: 303 turns every method but HEAD to GET; 301 and 302 turn POST to GET, as everybody does;
 * 307 and 308 keep it. False, and a sentence, when the location is nothing that can be asked. */
bool fetch_request_follow(struct fetch_request *request, unsigned status, const char *location,
                          char error[LUCID_ERROR_TEXT]);

#endif
