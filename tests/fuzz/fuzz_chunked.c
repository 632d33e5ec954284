/* fuzz_chunked.c: any octets as a chunked body, or as one of a given length: H18 to H28, RFC 9112 7.1.
 *
 * Input: octet 0 says how the body is framed, and how the stream is cut; the stream follows. Whole and cut, the same
 * octets of body must come out, or the same refusal at the same place. Each part lies in memory that ends with it, so
 * what is read beyond it is seen. A second decoder, which knows neither extensions nor trailers, must find the same
 * body.
 */
#include "fuzz.h"
#include "http/http_body.h"

enum { LIMIT = 1000 };

static const struct http_limits limits = {.line = 300, .head = 200, .fields = 20, .body = LIMIT};

struct result {
    struct http_body body;
    enum http_progress progress;
    uint8_t octets[LIMIT];
    size_t length;
};

static void begin(struct result *result, bool chunked, unsigned announced) {
    static struct http_head head;
    char text[200];
    int length = snprintf(text, sizeof text,
                          "POST / HTTP/1.1\r\n%s: ", chunked ? "Transfer-Encoding" : "Content-Length");
    length += chunked ? snprintf(text + length, 100, "chunked\r\n\r\n")
                      : snprintf(text + length, 100, "%u\r\n\r\n", announced);
    http_head_begin(&head, HTTP_REQUEST);
    MUST(http_head_feed(&head, &limits, (const uint8_t *)text, (size_t)length) == HTTP_DONE);
    result->progress = http_body_of_request(&result->body, &head, (const uint8_t *)text, &limits);
    result->length = 0;
}

/* One part, up to its end. */
static void feed(struct result *result, const uint8_t *octets, size_t length) {
    while (result->progress == HTTP_MORE && length > 0) {
        struct http_piece piece;
        result->progress = http_body_feed(&result->body, octets, length, &piece);
        MUST(piece.used <= length && piece.length <= piece.used);
        MUST(piece.used > 0 || result->progress != HTTP_MORE);
        MUST(result->length + piece.length <= LIMIT);
        memcpy(result->octets + result->length, piece.data, piece.length);
        result->length += piece.length;
        octets += piece.used;
        length -= piece.used;
    }
}

static void feed_parts(struct result *result, const uint8_t *data, size_t size, size_t step) {
    for (size_t at = 0; at < size; at += step) {
        size_t length = size - at < step ? size - at : step;
        feed(result, at_the_edge(data + at, length), length);
    }
}

static void check_same(const struct result *a, const struct result *b) {
    MUST(a->progress == b->progress && a->length == b->length && memcmp(a->octets, b->octets, a->length) == 0);
    MUST(a->body.refusal == b->body.refusal && a->body.refused_at == b->body.refused_at);
    MUST(a->body.taken == b->body.taken && http_body_ended(&a->body) == http_body_ended(&b->body));
    MUST(a->body.length == a->length && a->length <= LIMIT);
    MUST((a->progress == HTTP_REFUSED) == (a->body.refusal != HTTP_REFUSED_NONE));
    MUST((a->progress == HTTP_DONE) == http_body_ended(&a->body));
}

/* One chunk without extensions, of at most four digits. Returns what is behind its size line; NULL: it is none. */
static const char *plain_size(const char *at, const char *end, size_t *size) {
    size_t digits = 0;
    *size = 0;
    while (at < end && digits < 4 && strchr("0123456789abcdefABCDEF", *at) && *at) {
        *size = *size * 16 + (size_t)strtoul((char[]){*at++, '\0'}, NULL, 16);
        digits++;
    }
    return digits > 0 && end - at >= 2 && memcmp(at, "\r\n", 2) == 0 ? at + 2 : NULL;
}

/* Decodes what has neither extensions nor trailers: that must be taken, and must be the same. */
static void check_second_opinion(const struct result *result, const char *octets, size_t length) {
    const char *at = octets, *end = octets + length;
    size_t size, found = 0;
    while ((at = plain_size(at, end, &size)) && size > 0) {
        if (size > LIMIT - found || size + 2 > (size_t)(end - at) || memcmp(at + size, "\r\n", 2) != 0) {
            return;
        }
        MUST(result->length >= found + size && memcmp(at, result->octets + found, size) == 0);
        found += size;
        at += size + 2;
    }
    if (at && end - at >= 2 && memcmp(at, "\r\n", 2) == 0) {
        MUST(result->progress == HTTP_DONE && result->length == found);
        MUST(result->body.taken == (uint64_t)(at + 2 - octets));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct result whole, cut;
    if (size < 2 || size > ROOM) {
        return 0;
    }
    bool chunked = data[0] & 1;
    size_t step = 1 + (data[0] >> 1) % 60u;
    begin(&whole, chunked, data[1]);
    cut = whole;
    feed(&whole, at_the_edge(data + 1, size - 1), size - 1);
    feed_parts(&cut, data + 1, size - 1, step);
    check_same(&whole, &cut);
    if (chunked) {
        check_second_opinion(&whole, (const char *)at_the_edge(data + 1, size - 1), size - 1);
    }
    return 0;
}
