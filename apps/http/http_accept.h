/* http_accept.h: in which of the forms that there are does the client want the answer? RFC 9110 12.5.1, 12.5.3. */
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include "http/http_head.h"

/* The number of the type, among count, that the Accept fields give the greatest weight; of equals the first. Without a
 * field, and when none is wanted, 0. */
unsigned http_accept_best(const struct http_head *head, const uint8_t *octets, const char *const *types,
                          unsigned count);

/* Does it want HTML rather than plain text? Also when it does not care; not when it takes something else only. */
bool http_accept_html(const struct http_head *head, const uint8_t *octets);

/* Does the client take a gzip coding, and not rather none? */
bool http_accept_gzip(const struct http_head *head, const uint8_t *octets);

#endif
