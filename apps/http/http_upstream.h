/* http_upstream.h: a server behind this one: which paths are its, where it is, and what it speaks. RFC 9110 3.7: to a
 * client a gateway is the origin server itself.
 *
 *     /app=uwsgi://10.77.0.1:3031      /app and all below, as uwsgi packets: SCRIPT_NAME /app, PATH_INFO the rest
 *     /api=http://10.77.0.1:8000       /api and all below, as HTTP, under the same paths
 *     /api=http://10.77.0.1:8000/v2    the same, but /api/x is asked for as /v2/x: a path takes the prefix's place
 *
 * Addresses are literal: a name would have to be looked up while the server runs.
 */
#ifndef HTTP_UPSTREAM_H
#define HTTP_UPSTREAM_H

#include "http/http_url.h"

enum { HTTP_UPSTREAMS_MAX = 16, HTTP_UPSTREAM_PATH = 128 };

enum http_upstream_speaks { HTTP_UPSTREAM_HTTP, HTTP_UPSTREAM_UWSGI };

struct http_upstream {
    uint8_t speaks; /* enum http_upstream_speaks */
    bool replaces;  /* path takes the prefix's place */
    struct lucid_sockaddr remote;
    char prefix[HTTP_UPSTREAM_PATH]; /* as a handler's path (http_site.h): "app/"; "": every path */
    char path[HTTP_UPSTREAM_PATH];   /* "v2/" */
    char authority[HTTP_URL_AUTHORITY];
};

/* Reads PREFIX=URL. Returns false, and one sentence that says what is wrong and what to do. */
bool http_upstream_parse(struct http_upstream *upstream, const char *text, char error[HTTP_URL_ERROR]);

/* "/app", without the slash at its end; "" when it is every path: what SCRIPT_NAME says. */
const char *http_upstream_name(const struct http_upstream *upstream, char name[HTTP_UPSTREAM_PATH + 1]);

#endif
