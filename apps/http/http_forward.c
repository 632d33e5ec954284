/* http_forward.c: see http_forward.h. */
#include "http/http_forward.h"

#include <inttypes.h>
#include <string.h>

#include "http/http_char.h"
#include "http/http_path.h"

/* Who we are in Via, RFC 9110 7.6.3. */
static const char NAME[] = "lucid";

/* So often we may stand in Via: a request that comes back again and again goes round in a circle. */
enum { CIRCLES = 8 };

/* ---- fields that end here ---- */

static bool is_one_of(const uint8_t *octets, struct http_span name, const char *const *names) {
    while (*names && !http_span_is_nocase(octets, name, *names)) {
        names++;
    }
    return *names != NULL;
}

/* Trailer and TE are about trailers, which are taken off; the host is written anew. */
static bool ends_here(const struct http_head *head, const uint8_t *octets, struct http_span name) {
    static const char *const both[] = {"Connection", "Keep-Alive",        "Proxy-Connection", "TE", "Trailer",
                                       "Upgrade",    "Transfer-Encoding", "Content-Length",   NULL};
    static const char *const of_requests[] = {"Host", "Expect", "Proxy", "HTTP2-Settings", NULL};
    if (is_one_of(octets, name, both)) {
        return true;
    }
    if (head->kind == HTTP_RESPONSE) {
        return http_span_is_nocase(octets, name, "X-Lucid-Id"); /* every server has its own numbers */
    }
    return (is_one_of(octets, name, of_requests) || memchr(octets + name.at, '_', name.length));
}

static void drop_named(struct http_dropped *dropped, const struct http_head *head, const uint8_t *octets,
                       struct http_span name) {
    for (uint32_t i = 0; i < head->field_count; i++) {
        struct http_span other = head->field[i].name;
        dropped->field[i] = dropped->field[i] || (other.length == name.length &&
                                                  strncasecmp((const char *)octets + other.at,
                                                              (const char *)octets + name.at, name.length) == 0);
    }
}

bool http_forward_drops(struct http_dropped *dropped, const struct http_head *head, const uint8_t *octets) {
    struct http_walk walk = {0};
    struct http_span name;
    unsigned count = 0;
    for (uint32_t i = 0; i < head->field_count; i++) {
        dropped->field[i] = ends_here(head, octets, head->field[i].name);
    }
    while (http_head_next(head, octets, "Connection", &walk, &name)) {
        if (++count > HTTP_FORWARD_NAMED_MAX) {
            return false;
        }
        drop_named(dropped, head, octets, name);
    }
    return true;
}

/* ---- Max-Forwards ---- */

/* What it says of OPTIONS; false: nothing. Of other methods a recipient may ignore it. RFC 9110 7.6.2 */
static bool max_forwards(const struct http_request *request, const uint8_t *octets, uint64_t *left) {
    uint32_t i = request->method == HTTP_OPTIONS ? http_head_find(&request->head, octets, "Max-Forwards", 0)
                                                 : request->head.field_count;
    if (i == request->head.field_count) {
        return false;
    }
    struct http_span value = request->head.field[i].value;
    return http_char_number(octets + value.at, value.length, UINT64_MAX, left);
}

bool http_forward_ends(const struct http_request *request, const uint8_t *octets) {
    uint64_t left;
    return max_forwards(request, octets, &left) && left == 0;
}

/* ---- the request ---- */

static void put_span(struct text *text, const struct http_forwarded *forwarded, struct http_span span) {
    text_put_octets(text, forwarded->octets + span.at, span.length);
}

/* The target as it came, without the authority that an absolute one has; or, where the upstream's path takes the
 * prefix's place, the path as it was understood. */
static void put_target(struct text *text, const struct http_forwarded *forwarded) {
    const struct http_request *request = forwarded->request;
    const struct http_upstream *upstream = forwarded->upstream;
    struct http_span path = request->path;
    if (upstream->replaces) {
        struct http_path whole, rest;
        http_path_read(&whole, forwarded->octets + path.at, path.length);
        size_t prefix = strlen(upstream->prefix);
        size_t skip = prefix < whole.length ? prefix : whole.length;
        struct text name = text_fixed(rest.name, sizeof rest.name);
        text_put(&name, upstream->path);
        text_put(&name, whole.name + skip);
        rest.length = name.length;
        http_path_write(text, &rest);
    } else if (path.length > 0) {
        put_span(text, forwarded, path);
    } else {
        text_put(text, http_span_is(forwarded->octets, request->head.target, "*") ? "*" : "/");
    }
    if (request->has_query) {
        text_put_char(text, '?');
        put_span(text, forwarded, request->query);
    }
}

/* name: of fields that were there before us, whose values come first. */
static void put_joined(struct text *text, const struct http_forwarded *forwarded, const char *name) {
    const struct http_head *head = &forwarded->request->head;
    uint32_t i = 0;
    text_format(text, "%s: ", name);
    while ((i = http_head_find(head, forwarded->octets, name, i)) < head->field_count) {
        put_span(text, forwarded, head->field[i++].value);
        text_put(text, ", ");
    }
}

static void put_ours(struct text *text, const struct http_forwarded *forwarded) {
    char address[LUCID_ADDR_TEXT];
    uint64_t left;
    if (max_forwards(forwarded->request, forwarded->octets, &left)) {
        text_format(text, "Max-Forwards: %" PRIu64 "\r\n", left - 1);
    }
    put_joined(text, forwarded, "Via");
    text_format(text, "1.%u %s\r\n", forwarded->request->head.minor, NAME);
    put_joined(text, forwarded, "X-Forwarded-For");
    text_format(text, "%s\r\n", lucid_addr_format(&forwarded->client.addr, address));
    text_put(text, "X-Forwarded-Proto: http\r\n");
}

static void put_fields(struct text *text, const struct http_forwarded *forwarded, const struct http_dropped *dropped) {
    static const char *const ours[] = {"Via", "X-Forwarded-For", "X-Forwarded-Proto", NULL};
    const struct http_head *head = &forwarded->request->head;
    bool counts = forwarded->request->method == HTTP_OPTIONS;
    for (uint32_t i = 0; i < head->field_count; i++) {
        bool count = counts && http_span_is_nocase(forwarded->octets, head->field[i].name, "Max-Forwards");
        if (dropped->field[i] || count || is_one_of(forwarded->octets, head->field[i].name, ours)) {
            continue;
        }
        put_span(text, forwarded, head->field[i].name);
        text_put(text, ": ");
        put_span(text, forwarded, head->field[i].value);
        text_put(text, "\r\n");
    }
}

static void put_framing(struct text *text, const struct http_forwarded *forwarded) {
    if (forwarded->chunked) {
        text_put(text, "Transfer-Encoding: chunked\r\n");
    } else if (forwarded->has_body) {
        text_format(text, "Content-Length: %" PRIu64 "\r\n", forwarded->length);
    }
}

/* "1.1 lucid (a comment)" */
static bool is_us(const uint8_t *octets, struct http_span element) {
    const uint8_t *name = memchr(octets + element.at, ' ', element.length);
    size_t left = name ? (size_t)(octets + element.at + element.length - ++name) : 0;
    size_t length = sizeof NAME - 1;
    return left >= length && memcmp(name, NAME, length) == 0 && (left == length || name[length] == ' ');
}

static bool goes_in_circles(const struct http_forwarded *forwarded) {
    struct http_walk walk = {0};
    struct http_span element;
    unsigned count = 0;
    while (http_head_next(&forwarded->request->head, forwarded->octets, "Via", &walk, &element)) {
        count += is_us(forwarded->octets, element);
    }
    return count >= CIRCLES;
}

enum http_refusal http_forward_request(struct text *text, const struct http_forwarded *forwarded) {
    const struct http_request *request = forwarded->request;
    struct http_dropped dropped;
    if (!http_forward_drops(&dropped, &request->head, forwarded->octets)) {
        return HTTP_REFUSED_CONNECTION_LONG;
    }
    if (goes_in_circles(forwarded)) {
        return HTTP_REFUSED_LOOP;
    }
    if (request->path.length + strlen(forwarded->upstream->path) >= HTTP_PATH_MAX) {
        return HTTP_REFUSED_LINE_LONG;
    }
    put_span(text, forwarded, request->head.method);
    text_put_char(text, ' ');
    put_target(text, forwarded);
    text_put(text, " HTTP/1.1\r\nHost: ");
    if (request->host.length > 0) {
        put_span(text, forwarded, request->host);
    } else {
        text_put(text, forwarded->upstream->authority);
    }
    text_put(text, "\r\n");
    put_fields(text, forwarded, &dropped);
    put_ours(text, forwarded);
    put_framing(text, forwarded);
    text_put(text, "\r\n");
    return text->cut ? HTTP_REFUSED_BUSY : HTTP_REFUSED_NONE;
}
