/* http_uwsgi.h: the uwsgi protocol: a request as a packet of variables, as CGI names them (RFC 3875 4.1).
 *
 *     octet 0     modifier1: 0, a request for a web application
 *     octets 1-2  how many octets of variables follow, little-endian; the body follows these and is not counted
 *     octet 3     modifier2: 0
 *     variable:   two octets of length, little-endian, and the name; the same for the value
 *
 * The answer is plain HTTP, and the end of the connection ends it: one connection for each request.
 */
#ifndef HTTP_UWSGI_H
#define HTTP_UWSGI_H

#include "http/http_forward.h"

enum {
    HTTP_UWSGI_HEAD = 4,         /* octets before the variables */
    HTTP_UWSGI_VARS_MAX = 65535, /* octets of variables: the format has no room for more */
    HTTP_UWSGI_BUFFER = 4096,    /* what uWSGI takes, unless its buffer-size says otherwise */
};

/* Writes the packet of a request. Returns HTTP_REFUSED_NONE, or why it cannot be passed on. */
enum http_refusal http_uwsgi_request(struct text *text, const struct http_forwarded *forwarded);

#endif
