/* http_request.h: what the head of a request means: method, target, host, and what it wants of the connection.
 * RFC 9110 7 and 9; RFC 9112 3 and 9.
 *
 * http_head.h has found where things are and that each of them is well formed; here they are looked at together. How
 * the body is framed is http_body.h's matter.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "common/text.h"
#include "http/http_head.h"

/* The methods of RFC 9110 9.3 and RFC 5789, as bits, so that what a resource allows is an OR of them. */
#define HTTP_METHOD_LIST(X) \
    X(GET, 0) X(HEAD, 1) X(POST, 2) X(PUT, 3) X(DELETE, 4) X(CONNECT, 5) X(OPTIONS, 6) X(TRACE, 7) X(PATCH, 8)

enum http_method {
#define HTTP_METHOD_ENUM(name, bit) HTTP_##name = 1 << (bit),
    HTTP_METHOD_LIST(HTTP_METHOD_ENUM)
#undef HTTP_METHOD_ENUM
};

/* Name i of the list, whose bit is 1 << i; NULL after the last. */
const char *http_method_name(unsigned i);

/* "GET, HEAD": the names of an OR of methods, as Allow has them. RFC 9110 10.2.1 */
void http_method_list(struct text *text, unsigned methods);

struct http_request {
    struct http_head head;
    uint16_t method;       /* enum http_method */
    bool persistent;       /* the connection may be used again after the answer */
    bool expects_continue; /* the client waits for 100 before it sends the body */
    bool has_query;
    struct http_span host;  /* host and port: the target's, or those of the Host field; empty when HTTP/1.0 has none */
    struct http_span path;  /* of the target, as it came; empty for "*", for host:port and for http://host */
    struct http_span query; /* behind the '?' */
};

/* Reads all of it from a head that is done. octets: those that the head was parsed from. Returns
 * HTTP_REFUSED_NONE, or why the request is refused; head.refused_at says where. Whichever it is, persistent has
 * been set. */
enum http_refusal http_request_read(struct http_request *request, const uint8_t *octets);

#endif
