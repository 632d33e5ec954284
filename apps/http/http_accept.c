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

/* How closely a range names the type: 3 exactly, 2 "text/ *", 1 "* / *", 0 not. A coding has no slash, so it is named
 * exactly, or by "*". */
static unsigned closeness(struct span range, const char *type) {
    const char *slash = strchr(type, '/');
    size_t major = slash ? (size_t)(slash - type) + 1 : 0;
    if (same(range, type, strlen(type))) {
        return 3;
    }
    if (!slash) {
        return same(range, "*", 1);
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

static struct taste taste_of(const struct http_head *head, const uint8_t *octets, const char *field, const char *type) {
    struct http_walk walk = {0};
    struct http_span element;
    struct taste taste = {0};
    while (http_head_next(head, octets, field, &walk, &element)) {
        const char *at = (const char *)octets + element.at;
        weigh((struct span){at, at + element.length}, type, &taste);
    }
    return taste;
}

unsigned http_accept_best(const struct http_head *head, const uint8_t *octets, const char *const *types,
                          unsigned count) {
    unsigned best = 0, most = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned weight = taste_of(head, octets, "Accept", types[i]).weight;
        if (weight > most) {
            most = weight;
            best = i;
        }
    }
    return best;
}

bool http_accept_html(const struct http_head *head, const uint8_t *octets) {
    if (http_head_find(head, octets, "Accept", 0) == head->field_count) {
        return true;
    }
    unsigned html = taste_of(head, octets, "Accept", "text/html").weight;
    return html > 0 && html >= taste_of(head, octets, "Accept", "text/plain").weight;
}

/* x-gzip is the same (8.4.1.3). Without a word about it identity is good, but less so than what is named; that nothing
 * is good enough is no reason to send nothing. */
bool http_accept_gzip(const struct http_head *head, const uint8_t *octets) {
    static const char field[] = "Accept-Encoding";
    if (http_head_find(head, octets, field, 0) == head->field_count) {
        return false;
    }
    struct taste gzip = taste_of(head, octets, field, "gzip"), x_gzip = taste_of(head, octets, field, "x-gzip");
    struct taste identity = taste_of(head, octets, field, "identity");
    gzip = x_gzip.close > gzip.close ? x_gzip : gzip;
    bool rather_not = identity.close == 3 && identity.weight > gzip.weight;
    return gzip.weight > 0 && !rather_not;
}
