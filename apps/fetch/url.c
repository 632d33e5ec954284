/* url.c: a URL is cut into authority, host, port and target, from the left. See url.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fetch/url.h"

enum { HTTP_PORT = 80, PORT_MAX = 65535, SHOWN = 100 };

static int __attribute__((format(printf, 2, 3))) refuse(char error[URL_ERROR], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, URL_ERROR, format, arguments);
    va_end(arguments);
    return -1;
}

/* RFC 3986 2: what a URL consists of. Anything else would have to be percent-encoded by whoever wrote it. */
static bool is_url_octet(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~:/?#[]@!$&'()*+,;=%", c));
}

static int check_octets(const char *text, char error[URL_ERROR]) {
    for (const char *at = text; *at; at++) {
        if (!is_url_octet(*at)) {
            return refuse(error, "octet %zu of the URL is 0x%02x, which must be written %%%02X", (size_t)(at - text),
                          (unsigned char)*at, (unsigned char)*at);
        }
    }
    return 0;
}

static const char *skip_scheme(const char *text, char error[URL_ERROR]) {
    static const char scheme[] = "http://";
    if (strncasecmp(text, scheme, sizeof scheme - 1) == 0) {
        return text + sizeof scheme - 1;
    }
    if (strncasecmp(text, "https://", 8) == 0) {
        refuse(error, "https needs TLS, which is not there; use an http:// URL");
    } else {
        refuse(error, "%.*s is not an http:// URL", SHOWN, text);
    }
    return NULL;
}

/* Reads the host at the beginning of length octets: [IPv6] or IPv4. Returns how many octets it has, or -1. */
static int take_host(const char *text, size_t length, struct lucid_addr *addr, char error[URL_ERROR]) {
    const bool bracket = length > 0 && text[0] == '[';
    const char *end = memchr(text, bracket ? ']' : ':', length);
    char host[LUCID_ADDR_TEXT];
    if (bracket && !end) {
        return refuse(error, "the [ of the IPv6 address has no ]");
    }
    const char *first = text + bracket;
    size_t octets = (size_t)((end ? end : text + length) - first);
    snprintf(host, sizeof host, "%.*s", (int)(octets < sizeof host ? octets : sizeof host - 1), first);
    bool parsed = octets < sizeof host && lucid_addr_parse(host, addr) == 0;
    if (parsed && (strchr(host, ':') != NULL) == bracket) {
        return (int)(octets + (bracket ? 2 : 0));
    }
    return refuse(error, "%.*s is neither an IPv4 address nor an IPv6 address in brackets; names are not resolved",
                  (int)(length < SHOWN ? length : SHOWN), text);
}

/* Reads what follows the host: nothing, ":" (RFC 3986 3.2.3: the default too), or ":port". */
static int take_port(const char *text, size_t length, uint16_t *port, char error[URL_ERROR]) {
    unsigned value = 0;
    *port = HTTP_PORT;
    if (length == 0 || (length == 1 && text[0] == ':')) {
        return 0;
    }
    bool number = text[0] == ':';
    for (size_t i = 1; i < length && number; i++) {
        number = text[i] >= '0' && text[i] <= '9' && value <= PORT_MAX;
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    if (!number || value == 0 || value > PORT_MAX) {
        return refuse(error, "%.*s is not a port: a number from 1 to %d belongs after the colon",
                      (int)(length < SHOWN ? length : SHOWN), text, PORT_MAX);
    }
    *port = (uint16_t)value;
    return 0;
}

static int take_authority(const char *text, size_t length, struct url *url, char error[URL_ERROR]) {
    if (length == 0) {
        return refuse(error, "the URL has no host");
    }
    if (memchr(text, '@', length)) {
        return refuse(error, "a user in a URL is obsolete (RFC 9110 4.2.4) and not sent; leave it away");
    }
    int host = take_host(text, length, &url->remote.addr, error);
    if (host < 0 || take_port(text + host, length - (size_t)host, &url->remote.port, error) < 0) {
        return -1;
    }
    int written = snprintf(url->authority, sizeof url->authority, "%.*s", host, text);
    if (url->remote.port != HTTP_PORT) {
        snprintf(url->authority + written, sizeof url->authority - (size_t)written, ":%u", url->remote.port);
    }
    return 0;
}

int url_parse(const char *text, struct url *url, char error[URL_ERROR]) {
    *url = (struct url){0};
    const char *authority = skip_scheme(text, error);
    if (!authority || check_octets(text, error) < 0) {
        return -1;
    }
    const char *target = authority + strcspn(authority, "/?#");
    size_t length = strcspn(target, "#");
    const char *root = *target == '/' ? "" : "/"; /* RFC 9112 3.2.1: an empty path is sent as "/" */
    if (length + strlen(root) >= sizeof url->target) {
        return refuse(error, "the path of the URL is longer than %d octets", URL_TARGET - 1);
    }
    snprintf(url->target, sizeof url->target, "%s%.*s", root, (int)length, target);
    return take_authority(authority, (size_t)(target - authority), url, error);
}
