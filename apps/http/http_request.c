/* http_request.c: the fields that decide what a request is. See http_request.h. */
#include "http/http_request.h"

#include <string.h>
#include <strings.h>

#include "http/http_char.h"
#include "lucid/lucid.h"

static const char *const method_names[] = {
#define HTTP_METHOD_NAME(name, bit) [bit] = #name,
    HTTP_METHOD_LIST(HTTP_METHOD_NAME)
#undef HTTP_METHOD_NAME
};

enum { METHODS = sizeof method_names / sizeof method_names[0] };

const char *http_method_name(unsigned i) {
    return i < METHODS ? method_names[i] : NULL;
}

void http_method_list(struct text *text, unsigned methods) {
    const char *comma = "";
    for (unsigned i = 0; i < METHODS; i++) {
        if (methods & 1u << i) {
            text_put(text, comma);
            text_put(text, method_names[i]);
            comma = ", ";
        }
    }
}

static enum http_refusal refuse(struct http_request *request, enum http_refusal refusal, size_t at) {
    request->head.refused_at = (uint32_t)at;
    return refusal;
}

static struct http_span span_from(struct http_span span, size_t skip) {
    return (struct http_span){.at = span.at + (uint32_t)skip, .length = span.length - (uint32_t)skip};
}

static struct http_span span_until(struct http_span span, size_t length) {
    return (struct http_span){.at = span.at, .length = (uint32_t)length};
}

/* How many octets stand before the first one that is this; all of them when none is. */
static size_t before(const uint8_t *octets, struct http_span span, char stop) {
    const uint8_t *found = memchr(octets + span.at, stop, span.length);
    return found ? (size_t)(found - (octets + span.at)) : span.length;
}

/* ---- method ---- */

/* Methods are case-sensitive. RFC 9110 9.1, 15.6.2 */
static enum http_refusal read_method(struct http_request *request, const uint8_t *octets) {
    for (unsigned i = 0; i < METHODS; i++) {
        if (http_span_is(octets, request->head.method, method_names[i])) {
            request->method = (uint16_t)(1u << i);
            return HTTP_REFUSED_NONE;
        }
    }
    return refuse(request, HTTP_REFUSED_METHOD_UNKNOWN, request->head.method.at);
}

/* ---- host ---- */

/* The port may be missing behind its colon. RFC 3986 3.2.3 */
static bool is_port(const uint8_t *octets, struct http_span port) {
    uint64_t number;
    return port.length == 0 || http_char_number(octets + port.at, port.length, UINT16_MAX, &number);
}

/* IP-literal without its brackets: an IPv6 address. There is no later version yet. RFC 3986 3.2.2 */
static bool is_literal(const uint8_t *octets, struct http_span literal) {
    char text[LUCID_ADDR_TEXT];
    struct lucid_addr addr;
    if (literal.length >= sizeof text || !memchr(octets + literal.at, ':', literal.length)) {
        return false;
    }
    memcpy(text, octets + literal.at, literal.length);
    text[literal.length] = '\0';
    return lucid_addr_parse(text, &addr) == 0;
}

/* reg-name or IPv4 address: unreserved, escaped or sub-delims, at least one. */
static bool is_name(const uint8_t *octets, struct http_span name) {
    for (uint32_t i = 0; i < name.length; i++) {
        uint8_t octet = octets[name.at + i];
        if (!http_char_is(octet, HTTP_CHAR_HOST) || octet == '[' || octet == ']') {
            return false;
        }
        if (octet != '%') {
            continue;
        }
        if (http_char_span(octets + name.at + i + 1, name.length - i - 1, HTTP_CHAR_HEX) < 2) {
            return false;
        }
    }
    return name.length > 0;
}

/* uri-host [ ":" port ]. RFC 9110 7.2: the host of an http URI is not empty, and there is no userinfo. */
static bool is_host(const uint8_t *octets, struct http_span host) {
    bool bracket = host.length > 0 && octets[host.at] == '[';
    size_t end = before(octets, host, bracket ? ']' : ':');
    struct http_span rest = span_from(host, end);
    if (bracket) {
        if (rest.length == 0 || !is_literal(octets, span_until(span_from(host, 1), end - 1))) {
            return false;
        }
        rest = span_from(rest, 1);
    } else if (!is_name(octets, span_until(host, end))) {
        return false;
    }
    return rest.length == 0 || (octets[rest.at] == ':' && is_port(octets, span_from(rest, 1)));
}

/* Exactly one Host in HTTP/1.1, at most one in HTTP/1.0. RFC 9112 3.2 */
static enum http_refusal read_host(struct http_request *request, const uint8_t *octets) {
    const struct http_head *head = &request->head;
    uint32_t first = http_head_find(head, octets, "Host", 0);
    if (first == head->field_count) {
        return head->minor == 0 ? HTTP_REFUSED_NONE : refuse(request, HTTP_REFUSED_HOST_MISSING, head->method.at);
    }
    uint32_t second = http_head_find(head, octets, "Host", first + 1);
    if (second < head->field_count) {
        return refuse(request, HTTP_REFUSED_HOST_TWICE, head->field[second].name.at);
    }
    request->host = head->field[first].value;
    bool sound = is_host(octets, request->host);
    return sound ? HTTP_REFUSED_NONE : refuse(request, HTTP_REFUSED_HOST, head->field[first].name.at);
}

/* ---- target ---- */

static void split_path(struct http_request *request, const uint8_t *octets, struct http_span path) {
    size_t end = before(octets, path, '?');
    request->path = span_until(path, end);
    request->has_query = end < path.length;
    if (request->has_query) {
        request->query = span_from(path, end + 1);
    }
}

/* http://host/path: its authority replaces that of the Host field. RFC 9112 3.2.2 */
static bool read_absolute(struct http_request *request, const uint8_t *octets) {
    static const char scheme[] = "http://";
    struct http_span target = request->head.target;
    if (target.length < 7 || strncasecmp((const char *)octets + target.at, scheme, 7) != 0) {
        return false;
    }
    target = span_from(target, 7);
    size_t slash = before(octets, target, '/'), mark = before(octets, target, '?');
    size_t end = slash < mark ? slash : mark;
    request->host = span_until(target, end);
    split_path(request, octets, span_from(target, end));
    return is_host(octets, request->host);
}

/* host:port: a port there is, though it may be any. RFC 9112 3.2.3 */
static bool is_authority(const uint8_t *octets, struct http_span target) {
    const uint8_t *colon = memrchr(octets + target.at, ':', target.length);
    size_t behind = colon ? (size_t)(octets + target.at + target.length - colon - 1) : 0;
    return behind > 0 && http_char_is(colon[behind], HTTP_CHAR_DIGIT) && is_host(octets, target);
}

/* Of the four forms, "*" is for OPTIONS, host:port for CONNECT, and CONNECT has no other. RFC 9112 3.2 */
static enum http_refusal read_target(struct http_request *request, const uint8_t *octets) {
    struct http_span target = request->head.target;
    bool sound = false;
    if (request->method == HTTP_CONNECT) {
        request->persistent = false; /* what follows may be for the tunnel that there is not */
        sound = is_authority(octets, target);
    } else if (octets[target.at] == '/') {
        split_path(request, octets, target);
        sound = true;
    } else if (http_span_is(octets, target, "*")) {
        sound = request->method == HTTP_OPTIONS;
    } else {
        sound = read_absolute(request, octets);
    }
    return sound ? HTTP_REFUSED_NONE : refuse(request, HTTP_REFUSED_FORM, target.at);
}

/* ---- what it wants of the connection ---- */

/* RFC 9110 10.1.1: from an HTTP/1.0 client it is ignored. */
static enum http_refusal read_expect(struct http_request *request, const uint8_t *octets) {
    const struct http_head *head = &request->head;
    struct http_walk walk = {0};
    struct http_span element;
    while (head->minor > 0 && http_head_next(head, octets, "Expect", &walk, &element)) {
        if (!http_span_is_nocase(octets, element, "100-continue")) {
            return refuse(request, HTTP_REFUSED_EXPECTATION, head->field[walk.field].name.at);
        }
        request->expects_continue = true;
    }
    return HTTP_REFUSED_NONE;
}

enum http_refusal http_request_read(struct http_request *request, const uint8_t *octets) {
    static enum http_refusal (*const parts[])(struct http_request *, const uint8_t *) = {
        read_host,
        read_method,
        read_target,
        read_expect,
    };
    request->method = 0;
    request->expects_continue = request->has_query = false;
    request->host = request->path = request->query = (struct http_span){0};
    request->persistent = http_head_persists(&request->head, octets);
    enum http_refusal refusal = HTTP_REFUSED_NONE;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && refusal == HTTP_REFUSED_NONE; i++) {
        refusal = parts[i](request, octets);
    }
    return refusal;
}
