/* http_forward.h: what a gateway passes on, and what it does not. RFC 9110 7.6.
 *
 * Fields that are about one connection end there: those that Connection names, and a few that always do (7.6.1). A body
 * is framed anew for each connection, so what framed it before is not passed on either. Towards the server two more are
 * kept back: Proxy, which a CGI program would find as HTTP_PROXY and take for its own setting, and every name with an
 * underscore, which would be the same variable as the one with a hyphen.
 */
#ifndef HTTP_FORWARD_H
#define HTTP_FORWARD_H

#include "common/text.h"
#include "http/http_request.h"
#include "http/http_upstream.h"

/* Which fields of a head are not passed on. */
struct http_dropped {
    bool field[HTTP_FIELDS_MAX];
};

/* Names in Connection beyond which a message is not taken for a sane one. */
enum { HTTP_FORWARD_NAMED_MAX = 100 };

/* Decides for each field of a request or a response. False: Connection names too many. */
bool http_forward_drops(struct http_dropped *dropped, const struct http_head *head, const uint8_t *octets);

/* Has OPTIONS come as far as Max-Forwards lets it? Then it is for us to answer. RFC 9110 7.6.2 */
bool http_forward_ends(const struct http_request *request, const uint8_t *octets);

/* A request as it is sent on. */
struct http_forwarded {
    const struct http_upstream *upstream;
    const struct http_request *request;
    const uint8_t *octets; /* of its head */
    struct lucid_sockaddr client;
    bool has_body;   /* or at least says that it has none: Content-Length: 0 */
    bool chunked;    /* the body's length is not known */
    uint64_t length; /* of the body, otherwise */
};

/* Writes the head of an HTTP/1.1 request. Returns HTTP_REFUSED_NONE, or why it cannot be passed on. */
enum http_refusal http_forward_request(struct text *text, const struct http_forwarded *forwarded);

#endif
