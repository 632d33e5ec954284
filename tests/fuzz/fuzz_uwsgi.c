/* fuzz_uwsgi.c: any octets as a uwsgi packet.
 *
 * The packet lies in memory that ends with it, and is read whole and as it grows: the same must come out, and no sooner
 * than it is complete. What is taken becomes the head of one HTTP request: no octet of a variable can end it, or begin
 * another one. And what the gateway makes of that request is a packet that is taken again.
 */
#include "fuzz.h"
#include "http/http_path.h"
#include "http/http_uwsgi.h"
#include "http/http_uwsgi_read.h"

static const struct http_limits limits = HTTP_LIMITS_DEFAULT;

static void check_same(const struct http_packet *a, const struct http_packet *b) {
    MUST(a->refusal == b->refusal && a->length == b->length && a->head.length == b->head.length);
    MUST(a->head.length == 0 || memcmp(a->head.data, b->head.data, a->head.length) == 0);
    MUST(lucid_addr_equal(&a->remote.addr, &b->remote.addr) && a->remote.port == b->remote.port);
}

/* All cuts of a short packet, some of a long one. */
static void check_growing(const struct http_packet *whole, enum http_progress progress, const uint8_t *data,
                          size_t size) {
    size_t step = size < 512 ? 1 : size / 64;
    for (size_t length = 0; length < size; length += step) {
        struct http_packet part;
        const uint8_t *octets = at_the_edge(data, length);
        enum http_progress so_far = http_uwsgi_read(&part, &limits, octets, length);
        MUST(so_far == HTTP_MORE || so_far == progress);
        MUST(so_far != HTTP_DONE || length >= part.length);
        if (so_far != HTTP_MORE) {
            check_same(whole, &part);
        }
        text_free(&part.head);
    }
}

/* What the gateway would send for it. */
static void check_return(const struct http_request *request, const uint8_t *octets) {
    static struct http_upstream upstream = {.speaks = HTTP_UPSTREAM_UWSGI};
    const struct http_forwarded forwarded = {.upstream = &upstream, .request = request, .octets = octets};
    struct text text = text_growing();
    struct http_packet again;
    if (http_uwsgi_request(&text, &forwarded) == HTTP_REFUSED_NONE) {
        const struct http_limits none = {UINT32_MAX, UINT32_MAX, HTTP_FIELDS_MAX, UINT64_MAX};
        enum http_progress progress = http_uwsgi_read(&again, &none, (const uint8_t *)text.data, text.length);
        MUST(progress == HTTP_DONE || again.refusal == HTTP_REFUSED_UWSGI_URI);
        MUST(progress != HTTP_DONE || again.length == text.length);
        text_free(&again.head);
    }
    text_free(&text);
}

/* One request, however its variables are written. */
static void check_head(const struct text *head) {
    const struct http_limits none = {UINT32_MAX, UINT32_MAX, HTTP_FIELDS_MAX, UINT64_MAX};
    struct http_request request;
    const uint8_t *octets = at_the_edge((const uint8_t *)head->data, head->length);
    http_head_begin(&request.head, HTTP_REQUEST);
    enum http_progress progress = http_head_feed(&request.head, &none, octets, head->length);
    MUST(progress == HTTP_REFUSED || (progress == HTTP_DONE && request.head.length == head->length));
    if (progress == HTTP_DONE && http_request_read(&request, octets) == HTTP_REFUSED_NONE) {
        struct http_path path;
        if (http_path_read(&path, octets + request.path.at, request.path.length) == HTTP_REFUSED_NONE) {
            check_return(&request, octets);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct http_packet whole;
    if (size > ROOM / 2) {
        return 0;
    }
    const uint8_t *octets = at_the_edge(data, size);
    enum http_progress progress = http_uwsgi_read(&whole, &limits, octets, size);
    MUST((progress == HTTP_REFUSED) == (whole.refusal != HTTP_REFUSED_NONE));
    MUST(progress == HTTP_DONE || whole.head.length == 0);
    check_growing(&whole, progress, data, size);
    if (progress == HTTP_DONE) {
        MUST(whole.length <= size);
        check_head(&whole.head);
    }
    text_free(&whole.head);
    return 0;
}
