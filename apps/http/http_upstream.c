/* http_upstream.c: see http_upstream.h. */
#include "http/http_upstream.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http/http_path.h"

/* Always false. */
__attribute__((format(printf, 2, 3))) static bool wrong(char error[HTTP_URL_ERROR], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, HTTP_URL_ERROR, format, arguments);
    va_end(arguments);
    return false;
}

/* A path as it is matched: decoded, without dot segments, with a slash at its end and none in front. */
static bool read_folder(char folder[HTTP_UPSTREAM_PATH], const char *text, size_t length) {
    struct http_path path;
    enum http_refusal refusal = http_path_read(&path, (const uint8_t *)text, length);
    if (length == 0 || text[0] != '/' || refusal != HTTP_REFUSED_NONE || path.length + 2 > HTTP_UPSTREAM_PATH) {
        return false;
    }
    bool slash = path.length > 0 && path.name[path.length - 1] != '/';
    memcpy(folder, path.name, path.length);
    memcpy(folder + path.length, "/", 2);
    folder[path.length + slash] = '\0';
    return true;
}

/* uwsgi has no port that is taken for granted. */
static bool has_port(const char *authority) {
    size_t length = strcspn(authority, "/");
    const char *colon = memrchr(authority, ':', length);
    return colon && colon + 1 < authority + length && strspn(colon + 1, "0123456789") > 0 &&
           (authority[0] != '[' || colon[-1] == ']');
}

static bool read_url(struct http_upstream *upstream, const char *text, char error[HTTP_URL_ERROR]) {
    static const char uwsgi[] = "uwsgi://";
    struct http_url url;
    char as_http[HTTP_URL_ERROR];
    upstream->speaks = strncmp(text, uwsgi, sizeof uwsgi - 1) == 0 ? HTTP_UPSTREAM_UWSGI : HTTP_UPSTREAM_HTTP;
    if (upstream->speaks == HTTP_UPSTREAM_UWSGI) {
        const char *authority = text + sizeof uwsgi - 1;
        size_t host = strcspn(authority, "/");
        if (!has_port(authority) || authority[host] != '\0') {
            return wrong(error, "%.60s must have a port and no path: write uwsgi://HOST:PORT", text);
        }
        snprintf(as_http, sizeof as_http, "http://%.200s/", authority);
        text = as_http;
    }
    if (strstr(text, "://") && strncasecmp(text, "http", 4) != 0) {
        return wrong(error, "%.60s begins with neither http:// nor uwsgi://: write one of them", text);
    }
    if (!http_url_parse(&url, text, error)) {
        return false;
    }
    if (url.host[0]) {
        return wrong(error, "%.60s has a name, which is not looked up here: write the server's address", text);
    }
    const char *path = strstr(text, "://") + 3;
    path += strcspn(path, "/");
    upstream->replaces = *path == '/' && upstream->speaks == HTTP_UPSTREAM_HTTP;
    upstream->remote = url.remote;
    memcpy(upstream->authority, url.authority, sizeof upstream->authority);
    if (upstream->replaces && !read_folder(upstream->path, path, strlen(path))) {
        return wrong(error, "%.60s has a path that is longer than %d octets, or none", text, HTTP_UPSTREAM_PATH);
    }
    return true;
}

bool http_upstream_parse(struct http_upstream *upstream, const char *text, char error[HTTP_URL_ERROR]) {
    const char *equals = strchr(text, '=');
    *upstream = (struct http_upstream){0};
    if (!equals || text[0] != '/') {
        return wrong(error, "%.60s is not PREFIX=URL, as /app=uwsgi://10.77.0.1:3031", text);
    }
    if (!read_folder(upstream->prefix, text, (size_t)(equals - text))) {
        return wrong(error, "%.60s has a prefix that is longer than %d octets, or no path", text, HTTP_UPSTREAM_PATH);
    }
    return read_url(upstream, equals + 1, error);
}

const char *http_upstream_name(const struct http_upstream *upstream, char name[HTTP_UPSTREAM_PATH + 1]) {
    size_t length = strlen(upstream->prefix);
    snprintf(name, HTTP_UPSTREAM_PATH + 1, "%s%s", length > 0 ? "/" : "", upstream->prefix);
    name[length] = '\0'; /* instead of the last slash */
    return name;
}
