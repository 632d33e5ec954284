/* url.h: the URL that lucid-fetch is given: http://host[:port]/path?query, its host an IPv4 or an [IPv6] literal.
 *
 * RFC 3986 3; RFC 9110 4.2.1. Names would need a resolver and https a TLS; both are refused in a sentence instead of
 * guessed at, as is whatever RFC 3986 does not let a URL contain.
 */
#ifndef FETCH_URL_H
#define FETCH_URL_H

#include "lucid/lucid.h"

enum { URL_ERROR = 256, URL_AUTHORITY = 64, URL_TARGET = 4096 };

struct url {
    struct lucid_sockaddr remote;
    char authority[URL_AUTHORITY]; /* for the Host field: as written, without the default port */
    char target[URL_TARGET];       /* for the request line: "/" when the path is empty, no fragment */
};

/* Returns 0, or -1 and one sentence in error. */
int url_parse(const char *text, struct url *url, char error[URL_ERROR]);

#endif
