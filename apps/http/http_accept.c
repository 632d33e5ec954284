/* http_accept.c: see http_accept.h. */
#include "http/http_accept.h"

#include <string.h>
#include <strings.h>

struct span {
    const char *at, *end;
};

static struct span trimmed(struct span span) {
    while (span.at < span.end && strchr(" \t", *span.at)) {
        span.at++;
    }
    while (span.at < span.end && strchr(" \t", span.end[-1])) {
        span.end--;
    }
    return span;
}

/* Takes what stands before the next semicolon off the front. */
static struct span next_part(struct span *rest) {
    const char *semicolon = memchr(rest->at, ';', (size_t)(rest->end - rest->at));
    struct span part = {rest->at, semicolon ? semicolon : rest->end};
    rest->at = semicolon ? semicolon + 1 : rest->end;
    return trimmed(part);
}

/* "0.85" in thousandths; what is no weight is 0. RFC 9110 12.4.2 */
static unsigned read_weight(struct span text) {
    unsigned weight = 0, scale = 1000;
    for (const char *at = text.at; at < text.end && scale > 0; at++) {
        if (at == text.at + 1) {
            if (*at != '.') {
                return 0;
            }
            continue;
        }
        if (*at < '0' || *at > '9') {
            return 0;
        }
        weight += (unsigned)(*at - '0') * scale;
        scale /= 10;
    }
    return weight > 1000 ? 1000 : weight;
}

static bool same(struct span span, const char *text, size_t length) {
    return (size_t)(span.end - span.at) == length && strncasecmp(span.at, text, length) == 0;
}

/* How closely a range names the type: 3 exactly, 2 "text/ *", 1 "* / *", 0 not. */
static unsigned closeness(struct span range, const char *type) {
    size_t major = (size_t)(strchr(type, '/') - type) + 1;
    if (same(range, type, strlen(type))) {
        return 3;
    }
    if ((size_t)(range.end - range.at) == major + 1 && range.end[-1] == '*' &&
        strncasecmp(range.at, type, major) == 0) {
        return 2;
    }
    return same(range, "*/*", 3);
}

struct taste {
    unsigned close, weight;
};

/* One element of the list: "text/html;level=1;q=0.5". */
static void weigh(struct span element, const char *type, struct taste *taste) {
    struct span range = next_part(&element);
    unsigned close = closeness(range, type), weight = 1000;
    while (element.at < element.end) {
        struct span part = next_part(&element);
        if (part.end - part.at > 2 && strncasecmp(part.at, "q=", 2) == 0) {
            weight = read_weight((struct span){part.at + 2, part.end});
        }
    }
    if (close > taste->close) {
        *taste = (struct taste){close, weight};
    }
}

static unsigned weight_of(const struct http_head *head, const uint8_t *octets, const char *type) {
    struct http_walk walk = {0};
    struct http_span element;
    struct taste taste = {0};
    while (http_head_next(head, octets, "Accept", &walk, &element)) {
        const char *at = (const char *)octets + element.at;
        weigh((struct span){at, at + element.length}, type, &taste);
    }
    return taste.weight;
}

unsigned http_accept_best(const struct http_head *head, const uint8_t *octets, const char *const *types,
                          unsigned count) {
    unsigned best = 0, most = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned weight = weight_of(head, octets, types[i]);
        if (weight > most) {
            most = weight;
            best = i;
        }
    }
    return best;
}
