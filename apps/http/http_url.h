/* http_url.h: where a client is sent: http://host[:port]/path?query, RFC 9110 4.2.1 and RFC 3986.
 *
 * The host is a literal address, of IPv4 or of IPv6 in brackets, or a name, which somebody else looks up. The fragment
 * is the reader's business and is dropped. A path is sent as it was written: the server decides what %2e or // mean.
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>

#include "lucid/lucid.h"

#define HTTP_URL_MAX 8000  /* octets of a request target; RFC 9112 3 says how many are taken everywhere */
#define HTTP_URL_ERROR 256 /* octets of one sentence */

#define HTTP_URL_HOST 254                      /* octets of a name, RFC 1035 2.3.4, and its NUL */
#define HTTP_URL_AUTHORITY (HTTP_URL_HOST + 8) /* octets of an authority: name:port or [address]:port, and its NUL */

struct http_url {
    struct lucid_sockaddr remote;       /* with a name: the port only */
    char host[HTTP_URL_HOST];           /* the name; empty: the host is an address */
    char authority[HTTP_URL_AUTHORITY]; /* for the Host field */
    char target[HTTP_URL_MAX + 1];      /* for the request line: origin-form, RFC 9112 3.2.1 */
};

/* Reads a URL. Returns false, and one sentence in error that says what is wrong and what to do; *url means nothing
 * then. */
bool http_url_parse(struct http_url *url, const char *text, char error[HTTP_URL_ERROR]);

/* Writes the authority of an address: brackets around IPv6, and the port when it is not 80. Returns text. */
char *http_url_authority(const struct lucid_sockaddr *remote, char text[HTTP_URL_AUTHORITY]);

/* What a reference (of a Location field) means, seen from base: RFC 3986 5.2. url and base may be the same. */
bool http_url_resolve(struct http_url *url, const struct http_url *base, const char *reference,
                      char error[HTTP_URL_ERROR]);

#endif
