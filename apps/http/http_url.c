/* http_url.c: URLs are taken apart, and references resolved. See http_url.h. */
#include "http/http_url.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http/http_char.h"

enum { DEFAULT_PORT = 80 };

/* Always false. */
__attribute__((format(printf, 2, 3))) static bool wrong(char error[HTTP_URL_ERROR], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, HTTP_URL_ERROR, format, arguments);
    va_end(arguments);
    return false;
}

/* How much of it may stand in a sentence: a server may have written it, and a terminal reads it. */
static int shown_part(const char *text, size_t length) {
    return (int)http_char_span((const uint8_t *)text, length < 60 ? length : 60, HTTP_CHAR_TARGET);
}

/* ---- the authority ---- */

/* Length of the scheme in front of a colon, or 0: then it is a relative reference. RFC 3986 3.1 */
static size_t scheme_length(const char *text) {
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    bool letter_first = length > 0 && !strchr("0123456789+-.", text[0]);
    return letter_first && text[length] == ':' ? length : 0;
}

static bool parse_port(struct http_url *url, const char *text, size_t length, char error[HTTP_URL_ERROR]) {
    uint64_t port = DEFAULT_PORT;
    if (length > 0 && (!http_char_number((const uint8_t *)text, length, UINT16_MAX, &port) || port == 0)) {
        return wrong(error,
                     "the port in the URL is not a number from 1 to 65535: %.*s (IPv6 addresses stand in brackets)",
                     shown_part(text, length), text);
    }
    url->remote.port = (uint16_t)port;
    return true;
}

/* Letters, digits, hyphens and underscores between single dots. One that ends in a number is no name but an address
 * with a slip of the pen. */
static bool is_name(const char *text, size_t length) {
    size_t label = 0;
    bool number = false; /* the last label so far is one */
    for (size_t i = 0; i < length; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        bool letter = ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z') || text[i] == '-' || text[i] == '_';
        if (text[i] == '.' ? label == 0 : !digit && !letter) {
            return false;
        }
        if (text[i] != '.') {
            number = digit && (number || label == 0);
        }
        label = text[i] == '.' ? 0 : label + 1;
        if (label > 63) {
            return false;
        }
    }
    return length > 0 && length < HTTP_URL_HOST && !number;
}

static bool parse_name(struct http_url *url, const char *text, size_t length, char error[HTTP_URL_ERROR]) {
    if (!is_name(text, length)) {
        return wrong(error,
                     "%.*s is neither an address nor a name: write an IPv4 address, an IPv6 address in brackets, as "
                     "http://[fd77::1]/, or a name, as http://www.lab.test/",
                     shown_part(text, length), text);
    }
    url->remote.addr = (struct lucid_addr){0}; /* what it was read into as an address */
    memcpy(url->host, text, length);
    url->host[length] = '\0';
    return true;
}

/* An address between brackets is of IPv6, one without is of IPv4. RFC 3986 3.2.2 */
static bool parse_host(struct http_url *url, const char *text, size_t length, bool brackets,
                       char error[HTTP_URL_ERROR]) {
    char host[LUCID_ADDR_TEXT];
    int shown = shown_part(text, length);
    if (length == 0) {
        return wrong(error, "the URL has no host: write http://HOST/PATH, as http://10.77.0.1/ or http://[fd77::1]/");
    }
    bool fits = length < sizeof host;
    if (fits) {
        memcpy(host, text, length);
        host[length] = '\0';
    }
    if (!fits || lucid_addr_parse(host, &url->remote.addr) < 0) {
        return brackets ? wrong(error, "%.*s is not an address: only IPv6 addresses stand in brackets", shown, text)
                        : parse_name(url, text, length, error);
    }
    if (brackets != (memchr(text, ':', length) != NULL)) {
        return wrong(error, "%.*s: brackets are for IPv6 addresses, and only for these", shown, text);
    }
    if (lucid_addr_is_any(&url->remote.addr)) {
        return wrong(error, "%.*s is the unspecified address: write the server's", shown, text);
    }
    return true;
}

static char *put_authority(const char *host, uint16_t port, char text[HTTP_URL_AUTHORITY]) {
    int length = snprintf(text, HTTP_URL_AUTHORITY, strchr(host, ':') ? "[%s]" : "%s", host);
    if (port != DEFAULT_PORT) {
        snprintf(text + length, HTTP_URL_AUTHORITY - (size_t)length, ":%u", port);
    }
    return text;
}

char *http_url_authority(const struct lucid_sockaddr *remote, char text[HTTP_URL_AUTHORITY]) {
    char address[LUCID_ADDR_TEXT];
    return put_authority(lucid_addr_format(&remote->addr, address), remote->port, text);
}

struct authority {
    const char *host, *port;
    size_t host_length, port_length;
    bool brackets; /* around the host */
};

static bool split_authority(struct authority *parts, const char *text, size_t length, char error[HTTP_URL_ERROR]) {
    bool brackets = length > 0 && text[0] == '[';
    const char *host = text + brackets;
    const char *end = memchr(host, brackets ? ']' : ':', length - brackets);
    if (brackets && !end) {
        return wrong(error, "the URL has an opening bracket without the closing one");
    }
    size_t host_length = end ? (size_t)(end - host) : length;
    const char *behind = host + host_length + brackets;
    size_t rest = length - (size_t)(behind - text);
    if (rest > 0 && *behind != ':') {
        return wrong(error, "the URL has something between ] and the port: write http://[ADDRESS]:PORT/");
    }
    size_t colon = rest > 0;
    *parts = (struct authority){host, behind + colon, host_length, rest - colon, brackets};
    return true;
}

/* What stands between // and the path. Userinfo is for phishing: RFC 9110 4.2.4. */
static bool parse_authority(struct http_url *url, const char *text, size_t length, char error[HTTP_URL_ERROR]) {
    struct authority parts = {.host = text};
    if (memchr(text, '@', length)) {
        return wrong(error, "the URL has a user name before its host, which is not supported: leave it out");
    }
    if (!split_authority(&parts, text, length, error) ||
        !parse_host(url, parts.host, parts.host_length, parts.brackets, error) ||
        !parse_port(url, parts.port, parts.port_length, error)) {
        return false;
    }
    if (url->host[0]) {
        put_authority(url->host, url->remote.port, url->authority);
    } else {
        http_url_authority(&url->remote, url->authority);
    }
    return true;
}

/* ---- the target ---- */

/* Puts octets behind the target. */
static bool append(struct http_url *url, const char *text, size_t length, char error[HTTP_URL_ERROR]) {
    size_t have = strlen(url->target);
    size_t good = http_char_span((const uint8_t *)text, length, HTTP_CHAR_TARGET);
    if (good < length) {
        return wrong(error, "the URL has a character that no URL has (octet 0x%02x): write it as %%%02X",
                     (unsigned)(uint8_t)text[good], (unsigned)(uint8_t)text[good]);
    }
    if (have + length > HTTP_URL_MAX) {
        return wrong(error, "the URL's path is longer than %d octets: make it shorter", HTTP_URL_MAX);
    }
    memcpy(url->target + have, text, length);
    url->target[have + length] = '\0';
    return true;
}

/* Path and query, up to the fragment; the path begins with a slash, whether or not the text does. */
static bool set_target(struct http_url *url, const char *text, char error[HTTP_URL_ERROR]) {
    url->target[0] = '\0';
    if (text[0] != '/' && !append(url, "/", 1, error)) {
        return false;
    }
    return append(url, text, strcspn(text, "#"), error);
}

/* Drops the last segment of a path, up to its slash. */
static size_t drop_segment(const char *path, size_t length) {
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    return length;
}

/* Takes the segments . and .. out of the path. RFC 3986 5.2.4; the path begins with a slash. */
static void remove_dots(char *target) {
    size_t end = strcspn(target, "?"), out = 1;
    for (size_t in = 1; in <= end;) {
        size_t length = strcspn(target + in, "/?");
        bool last = in + length >= end;
        bool one = length == 1 && target[in] == '.';
        bool two = length == 2 && memcmp(target + in, "..", 2) == 0;
        if (two) {
            out = out > 1 ? drop_segment(target, out - 1) : 1;
        } else if (!one) {
            memmove(target + out, target + in, length);
            out += length;
            if (!last) {
                target[out++] = '/';
            }
        }
        in += length + 1;
    }
    memmove(target + out, target + end, strlen(target + end) + 1);
}

/* ---- the whole ---- */

/* What follows the two slashes. */
static bool parse_rest(struct http_url *url, const char *authority, char error[HTTP_URL_ERROR]) {
    size_t length = strcspn(authority, "/?#");
    return parse_authority(url, authority, length, error) && set_target(url, authority + length, error);
}

bool http_url_parse(struct http_url *url, const char *text, char error[HTTP_URL_ERROR]) {
    size_t scheme = scheme_length(text);
    *url = (struct http_url){.remote = {.port = DEFAULT_PORT}};
    if (scheme == 5 && strncasecmp(text, "https", 5) == 0) {
        return wrong(error, "https is not spoken here, there is no TLS: use http://");
    }
    if (scheme != 4 || strncasecmp(text, "http://", 7) != 0) {
        return wrong(error, "the URL does not begin with http://: write http://ADDRESS/PATH");
    }
    return parse_rest(url, text + 7, error);
}

/* Puts together what a reference without a scheme means. The path of a relative one goes where base's last segment
 * stands; one without a path keeps base's. */
static bool merge(struct http_url *url, const struct http_url *base, const char *reference,
                  char error[HTTP_URL_ERROR]) {
    size_t path = strcspn(base->target, "?"), keep = drop_segment(base->target, path);
    switch (reference[0]) {
    case '/':
        keep = 0;
        break;
    case '?':
        keep = path;
        break;
    case '\0':
    case '#':
        keep = strlen(base->target);
        break;
    default:
        break;
    }
    return append(url, base->target, keep, error) && append(url, reference, strcspn(reference, "#"), error);
}

bool http_url_resolve(struct http_url *url, const struct http_url *base, const char *reference,
                      char error[HTTP_URL_ERROR]) {
    struct http_url result = {.remote = base->remote};
    bool good;
    if (scheme_length(reference) > 0) {
        good = http_url_parse(&result, reference, error);
    } else if (strncmp(reference, "//", 2) == 0) {
        good = parse_rest(&result, reference + 2, error);
    } else {
        memcpy(result.authority, base->authority, sizeof result.authority);
        memcpy(result.host, base->host, sizeof result.host);
        good = merge(&result, base, reference, error);
    }
    bool keeps_path = reference[0] == '\0' || reference[0] == '?' || reference[0] == '#';
    if (good && !keeps_path) {
        remove_dots(result.target);
    }
    *url = result;
    return good;
}
