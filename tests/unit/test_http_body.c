/* test_http_body.c: where a body ends, what its octets are, and why others are refused: H18 to H28, RFC 9112 6 and 7.
 *
 * Each message of the tables is fed whole, octet by octet, and cut in two at every place; all must come to the same.
 * The octets lie in memory that ends with them, so the address sanitizer sees a read too far.
 */
#include "http/http_body.h"
#include "unit.h"

#include <stdio.h>

enum { BODY_ROOM = 1024, LIMIT = 100, HEAD_LIMIT = 64 };

static const struct http_limits limits = {.line = 8192, .head = HEAD_LIMIT, .fields = HTTP_FIELDS_MAX, .body = LIMIT};
static const struct http_limits no_limits = {
    .line = 8192, .head = 32768, .fields = HTTP_FIELDS_MAX, .body = UINT64_MAX};

/* What came of a message. */
struct result {
    enum http_progress progress;
    struct http_body body;
    char octets[BODY_ROOM];
    size_t length;
};

/* ---- framing ---- */

#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define POST_OLD "POST / HTTP/1.0\r\nHost: a\r\n"
#define OK "HTTP/1.1 200 OK\r\n"
#define TE "Transfer-Encoding: "
#define CL "Content-Length: "

static enum http_progress frame(const char *head_text, const struct http_limits *of, bool to_head,
                                struct http_body *body) {
    struct http_head head;
    char text[1024];
    size_t length = (size_t)snprintf(text, sizeof text, "%s\r\n", head_text);
    enum http_kind kind = memcmp(text, "HTTP/", 5) == 0 ? HTTP_RESPONSE : HTTP_REQUEST;
    uint8_t *octets = exact_copy(text, length);
    http_head_begin(&head, kind);
    ck_assert_msg(http_head_feed(&head, &no_limits, octets, length) == HTTP_DONE, "not a head: %s", text);
    enum http_progress progress = kind == HTTP_REQUEST ? http_body_of_request(body, &head, octets, of)
                                                       : http_body_of_response(body, &head, octets, of, to_head);
    exact_free(octets);
    return progress;
}

static const struct framed {
    const char *head;
    enum http_progress progress;
    enum http_framing framing;
    uint64_t left;
} framed[] = {
    /* H24: a request with neither field has no body; a response ends with the stream. RFC 9112 6.3 */
    {POST, HTTP_DONE, HTTP_FRAMING_NONE, 0},
    {OK, HTTP_MORE, HTTP_FRAMING_CLOSE, 0},
    {"HTTP/1.0 404 Not Found\r\n", HTTP_MORE, HTTP_FRAMING_CLOSE, 0},
    {POST CL "0\r\n", HTTP_DONE, HTTP_FRAMING_LENGTH, 0},
    {POST CL "5\r\n", HTTP_MORE, HTTP_FRAMING_LENGTH, 5},
    {POST "content-length:   100  \r\n", HTTP_MORE, HTTP_FRAMING_LENGTH, LIMIT},
    {POST CL "0000000000000000000000000000000000000000000000000000000005\r\n", HTTP_MORE, HTTP_FRAMING_LENGTH, 5},
    {POST_OLD CL "7\r\n", HTTP_MORE, HTTP_FRAMING_LENGTH, 7},
    {OK CL "7\r\n", HTTP_MORE, HTTP_FRAMING_LENGTH, 7},
    {POST TE "chunked\r\n", HTTP_MORE, HTTP_FRAMING_CHUNKED, 0},
    {POST TE "\t Chunked \r\n", HTTP_MORE, HTTP_FRAMING_CHUNKED, 0},
    {OK TE "chunked\r\n", HTTP_MORE, HTTP_FRAMING_CHUNKED, 0},
    /* No body, whatever the fields say. */
    {"HTTP/1.1 100 Continue\r\n" CL "5\r\n", HTTP_DONE, HTTP_FRAMING_NONE, 0},
    {"HTTP/1.1 204 No Content\r\n" CL "5\r\n", HTTP_DONE, HTTP_FRAMING_NONE, 0},
    {"HTTP/1.1 304 Not Modified\r\n" CL "5\r\n" TE "gzip\r\n", HTTP_DONE, HTTP_FRAMING_NONE, 0},
    {"HTTP/1.1 205 Reset Content\r\n" CL "0\r\n", HTTP_DONE, HTTP_FRAMING_LENGTH, 0},
};

START_TEST(framing) {
    const struct framed *row = &framed[_i];
    struct http_body body;
    ck_assert_msg(frame(row->head, &limits, false, &body) == row->progress, "%s", row->head);
    ck_assert_int_eq(body.framing, row->framing);
    ck_assert_uint_eq(body.left, row->left);
    ck_assert_int_eq(body.refusal, HTTP_REFUSED_NONE);
}
END_TEST

static const struct refused {
    const char *head;
    enum http_refusal refusal;
    const char *at; /* the refused octet is the first of this */
} refused[] = {
    /* H18 */
    {POST CL "\r\n", HTTP_REFUSED_LENGTH, "\r\n\r\n"},
    {POST CL "+5\r\n", HTTP_REFUSED_LENGTH, "+5"},
    {POST CL "-5\r\n", HTTP_REFUSED_LENGTH, "-5"},
    {POST CL "0x5\r\n", HTTP_REFUSED_LENGTH, "0x5"},
    {POST CL "1_0\r\n", HTTP_REFUSED_LENGTH, "1_0"},
    {POST CL "1 0\r\n", HTTP_REFUSED_LENGTH, "1 0"},
    {POST CL "5.0\r\n", HTTP_REFUSED_LENGTH, "5.0"},
    {POST CL "five\r\n", HTTP_REFUSED_LENGTH, "five"},
    {POST CL "\"5\"\r\n", HTTP_REFUSED_LENGTH, "\"5\""},
    {POST CL "18446744073709551616\r\n", HTTP_REFUSED_LENGTH, "184"},
    {POST CL "99999999999999999999999999999999\r\n", HTTP_REFUSED_LENGTH, "999"},
    {OK CL "5a\r\n", HTTP_REFUSED_LENGTH, "5a"},
    /* H19 */
    {POST CL "5\r\n" CL "6\r\n", HTTP_REFUSED_LENGTH_TWICE, CL "6"},
    {POST CL "5\r\nX: y\r\ncontent-length: 5\r\n", HTTP_REFUSED_LENGTH_TWICE, "content-length"},
    {POST CL "5, 6\r\n", HTTP_REFUSED_LENGTH_TWICE, "5, 6"},
    {POST CL "5,5\r\n", HTTP_REFUSED_LENGTH_TWICE, "5,5"},
    {OK CL "5\r\n" CL "6\r\n", HTTP_REFUSED_LENGTH_TWICE, CL "6"},
    /* H20 */
    {POST CL "5\r\n" TE "chunked\r\n", HTTP_REFUSED_LENGTH_AND_CODING, TE},
    {POST TE "chunked\r\n" CL "5\r\n", HTTP_REFUSED_LENGTH_AND_CODING, TE},
    {POST TE "gzip\r\n" CL "5\r\n", HTTP_REFUSED_LENGTH_AND_CODING, TE},
    {OK TE "chunked\r\n" CL "5\r\n", HTTP_REFUSED_LENGTH_AND_CODING, TE},
    /* H21 */
    {POST TE "gzip\r\n", HTTP_REFUSED_CODING_LAST, TE},
    {POST TE "chunked, gzip\r\n", HTTP_REFUSED_CODING_LAST, TE},
    {POST TE "chunked\r\n" TE "identity\r\n", HTTP_REFUSED_CODING_LAST, TE},
    {POST TE "\r\n", HTTP_REFUSED_CODING_EMPTY, TE},
    {POST TE ",chunked\r\n", HTTP_REFUSED_CODING_EMPTY, TE},
    {POST TE "chunked ,\r\n", HTTP_REFUSED_CODING_EMPTY, TE},
    {POST TE "gzip,\t, chunked\r\n", HTTP_REFUSED_CODING_EMPTY, TE},
    {POST TE "\r\n" TE "chunked\r\n", HTTP_REFUSED_CODING_EMPTY, TE},
    {POST TE "xchunked\r\n", HTTP_REFUSED_CODING_LAST, TE},
    {POST TE "chunked;q=1\r\n", HTTP_REFUSED_CODING_LAST, TE},
    {POST TE "\"chunked\"\r\n", HTTP_REFUSED_CODING_LAST, TE},
    {POST TE "chunk ed\r\n", HTTP_REFUSED_CODING_LAST, TE},
    {POST TE "chunked, chunked\r\n", HTTP_REFUSED_CODING_LAST, TE},
    {POST TE "chunked\r\n" TE "chunked\r\n", HTTP_REFUSED_CODING_LAST, TE},
    {OK TE "gzip\r\n", HTTP_REFUSED_CODING_LAST, TE},
    /* H22 */
    {POST TE "gzip, chunked\r\n", HTTP_REFUSED_CODING_UNKNOWN, TE},
    {POST TE "gzip\r\n" TE "chunked\r\n", HTTP_REFUSED_CODING_UNKNOWN, TE},
    {POST TE "identity, chunked\r\n", HTTP_REFUSED_CODING_UNKNOWN, TE},
    {OK TE "deflate, chunked\r\n", HTTP_REFUSED_CODING_UNKNOWN, TE},
    /* H23 */
    {POST_OLD TE "chunked\r\n", HTTP_REFUSED_CODING_OLD, TE},
    {POST_OLD TE "chunked\r\n" CL "5\r\n", HTTP_REFUSED_CODING_OLD, TE},
    {"HTTP/1.0 200 OK\r\n" TE "chunked\r\n", HTTP_REFUSED_CODING_OLD, TE},
    /* H30 */
    {POST CL "101\r\n", HTTP_REFUSED_BODY_LARGE, "101"},
    {POST CL "18446744073709551615\r\n", HTTP_REFUSED_BODY_LARGE, "184"},
};

START_TEST(framing_refused) {
    const struct refused *row = &refused[_i];
    struct http_body body;
    struct http_piece piece;
    char text[1024];
    snprintf(text, sizeof text, "%s\r\n", row->head);
    ck_assert_msg(frame(row->head, &limits, false, &body) == HTTP_REFUSED, "%s", row->head);
    ck_assert_str_eq(http_reason(body.refusal)->name, http_reason(row->refusal)->name);
    ck_assert_uint_eq(body.refused_at, (uint64_t)(strstr(text, row->at) - text));
    ck_assert_int_eq(http_body_feed(&body, (const uint8_t *)"abc", 3, &piece), HTTP_REFUSED);
    ck_assert_uint_eq(piece.length, 0);
    ck_assert(!http_body_ended(&body));
}
END_TEST

START_TEST(largest_length) {
    struct http_body body;
    ck_assert_int_eq(frame(POST CL "18446744073709551615\r\n", &no_limits, false, &body), HTTP_MORE);
    ck_assert_uint_eq(body.left, UINT64_MAX);
}
END_TEST

/* RFC 9112 6.3: a response to HEAD says how long the body would be, and has none. */
START_TEST(response_to_head) {
    struct http_body body;
    static const char *const heads[] = {OK CL "5\r\n", OK TE "chunked\r\n", OK, OK CL "5\r\n" CL "6\r\n"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        ck_assert_int_eq(frame(heads[i], &limits, true, &body), HTTP_DONE);
        ck_assert_int_eq(body.framing, HTTP_FRAMING_NONE);
        ck_assert(http_body_ended(&body));
    }
}
END_TEST

/* ---- decoding ---- */

/* One part of a message goes in, up to its end or the message's. Returns how many octets were used. */
static size_t feed_part(struct result *result, const char *part, size_t length) {
    uint8_t *octets = exact_copy(part, length);
    size_t used = 0;
    while (result->progress == HTTP_MORE && used < length) {
        struct http_piece piece;
        result->progress = http_body_feed(&result->body, octets + used, length - used, &piece);
        EXPECT(piece.used <= length - used && piece.length <= piece.used);
        EXPECT(piece.used > 0 || result->progress != HTTP_MORE);
        EXPECT(result->progress != HTTP_REFUSED || piece.length == 0);
        EXPECT(piece.length == 0 || piece.data + piece.length == octets + used + piece.used);
        EXPECT(result->length + piece.length <= BODY_ROOM);
        memcpy(result->octets + result->length, piece.data, piece.length);
        result->length += piece.length;
        used += piece.used;
    }
    exact_free(octets);
    return used;
}

/* step: octets fed at one time; first: of the first part, when not 0. */
static struct result decode(const char *head, const char *text, size_t length, size_t first, size_t step) {
    struct result result = {.length = 0};
    result.progress = frame(head, &limits, false, &result.body);
    EXPECT(result.progress == HTTP_MORE);
    size_t at = 0, part = first ? first : step;
    while (at < length && result.progress == HTTP_MORE) {
        part = part < length - at ? part : length - at;
        size_t used = feed_part(&result, text + at, part);
        at += used;
        EXPECT(used == part || result.progress != HTTP_MORE);
        EXPECT(result.progress == HTTP_REFUSED || result.body.taken == at);
        part = step;
    }
    EXPECT(result.body.length == result.length);
    return result;
}

static void check_same(const struct result *a, const struct result *b) {
    EXPECT(a->progress == b->progress && a->length == b->length && memcmp(a->octets, b->octets, a->length) == 0);
    EXPECT(a->body.refusal == b->body.refusal && a->body.refused_at == b->body.refused_at);
    EXPECT(a->body.taken == b->body.taken && http_body_ended(&a->body) == http_body_ended(&b->body));
}

/* Whole, octet by octet, and every cut in two. */
static struct result decode_all_ways(const char *head, const char *text, size_t length) {
    struct result whole = decode(head, text, length, 0, length + 1);
    for (size_t step = 1; step < 4; step++) {
        struct result parts = decode(head, text, length, 0, step);
        check_same(&whole, &parts);
    }
    for (size_t cut = 1; cut < length; cut++) {
        struct result two = decode(head, text, length, cut, length);
        check_same(&whole, &two);
    }
    return whole;
}

#define ZEROS "000000000000000000000000000000" /* 30 */
#define CHUNKED OK TE "chunked\r\n"

static const struct decoded {
    const char *head, *text, *body;
    const char *rest; /* what belongs to the next message */
} decoded[] = {
    {POST CL "5\r\n", "hello", "hello", ""},
    {POST CL "5\r\n", "helloGET / HTTP/1.1\r\n", "hello", "GET / HTTP/1.1\r\n"},
    /* H25 */
    {CHUNKED, "0\r\n\r\n", "", ""},
    {CHUNKED, "5\r\nhello\r\n0\r\n\r\n", "hello", ""},
    {CHUNKED, "5\r\nhello\r\n6\r\n, you!\r\n0\r\n\r\nHTTP/1.1 200", "hello, you!", "HTTP/1.1 200"},
    {CHUNKED, "00000000000000a\r\n0123456789\r\n000\r\n\r\n", "0123456789", ""},
    {CHUNKED, ZEROS "5\r\nhello\r\n" ZEROS ZEROS "0000\r\n\r\n", "hello", ""}, /* as many as one likes, nearly */
    {CHUNKED, "000000000000000A\r\n0123456789\r\n0000000000000000\r\n\r\n", "0123456789", ""},
    {CHUNKED, "1B\r\nabcdefghijklmnopqrstuvwxyz.\r\n0\r\n\r\n", "abcdefghijklmnopqrstuvwxyz.", ""},
    {CHUNKED, "1b\r\nabcdefghijklmnopqrstuvwxyz.\r\n0\r\n\r\n", "abcdefghijklmnopqrstuvwxyz.", ""},
    {CHUNKED, "4\r\n\r\n0\r\r\n2\r\n\n\r\r\n0\r\n\r\n", "\r\n0\r\n\r", ""}, /* what looks like framing */
    /* extensions, RFC 9112 7.1.1 */
    {CHUNKED, "1;a\r\nx\r\n0;b\r\n\r\n", "x", ""},
    {CHUNKED, "1;a=b;c=d\r\nx\r\n0\r\n\r\n", "x", ""},
    {CHUNKED, "1 ; a = b ;\tc\t=\td\r\nx\r\n0\r\n\r\n", "x", ""},
    {CHUNKED, "1;a=\"q; \\\" \\\\ =:\x80\"\r\nx\r\n0\r\n\r\n", "x", ""},
    {CHUNKED, "1;a=\"\";b=\"0\" ;c\r\nx\r\n0\r\n\r\n", "x", ""},
    {CHUNKED, "1;f00=0f!;0\r\nx\r\n0\r\n\r\n", "x", ""},
    /* trailers, 7.1.2 */
    {CHUNKED, "1\r\nx\r\n0\r\nA: b\r\n\r\nnext", "x", "next"},
    {CHUNKED, "0\r\nDigest: \"a:\\\"=;\x80\t\"\r\nb:\r\nX-Y:z\r\n\r\n", "", ""},
    {CHUNKED, "0\r\nContent-Length: 5\r\n\r\nhello", "", "hello"},
};

START_TEST(decoding) {
    const struct decoded *row = &decoded[_i];
    size_t length = strlen(row->text);
    struct result result = decode_all_ways(row->head, row->text, length);
    ck_assert_msg(result.progress == HTTP_DONE, "%s", row->text);
    ck_assert_uint_eq(result.length, strlen(row->body));
    ck_assert_mem_eq(result.octets, row->body, result.length);
    ck_assert_str_eq(row->text + result.body.taken, row->rest);
    ck_assert(http_body_ended(&result.body));
}
END_TEST

/* H27: no proper beginning of a message is complete; RFC 9112 8. */
START_TEST(stopping_short) {
    const struct decoded *row = &decoded[_i];
    size_t end = strlen(row->text) - strlen(row->rest);
    for (size_t length = 1; length < end; length++) {
        struct result result = decode(row->head, row->text, length, 0, length);
        EXPECT(result.progress == HTTP_MORE && !http_body_ended(&result.body));
    }
}
END_TEST

static const struct broken {
    const char *text, *body;
    enum http_refusal refusal;
    uint64_t at;
} broken[] = {
    /* H26: the size */
    {"\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 0},
    {"+5\r\nhello\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 0},
    {"-5\r\nhello\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 0},
    {" 5\r\nhello\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 0},
    {"0x5\r\nhello\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 1},
    {"5_\r\nhello\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 1},
    {"g\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 0},
    {";a\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 0},
    {"5\nhello", "", HTTP_REFUSED_CHUNK_SIZE, 1},
    {"5\rhello", "", HTTP_REFUSED_CHUNK_SIZE, 2},
    {"5\r\r\nhello", "", HTTP_REFUSED_CHUNK_SIZE, 2},
    {ZEROS ZEROS "00005\r\nhello\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 64},
    {ZEROS "10000000000000000\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 46},
    {"10000000000000000\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 16},
    {"fffffffffffffffff\r\n", "", HTTP_REFUSED_CHUNK_SIZE, 16},
    {"1\r\nx\r\n\x80", "x", HTTP_REFUSED_CHUNK_SIZE, 6},
    /* extensions */
    {"5 \r\nhello\r\n", "", HTTP_REFUSED_CHUNK_EXTENSION, 2},
    {"5 5\r\nhello\r\n", "", HTTP_REFUSED_CHUNK_EXTENSION, 2},
    {"5;\r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 2},
    {"5;a\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 3},
    {"5;a \r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 4},
    {"5;a=\r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 4},
    {"5;a==\r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 4},
    {"5;a b\r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 4},
    {"5;a=b c\r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 6},
    {"5;a=\"b\r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 6},
    {"5;a=\"b\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 6},
    {"5;a=\"\\\r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 6},
    {"5;a=\"b\"c\r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 7},
    {"5;a=b\"\r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 5},
    {"5;\x01\r\nhello", "", HTTP_REFUSED_CHUNK_EXTENSION, 2},
    {"5;a\r5\r\nhello", "", HTTP_REFUSED_CHUNK_SIZE, 4},
    /* behind the data */
    {"5\r\nhello0\r\n\r\n", "hello", HTTP_REFUSED_CHUNK_END, 8},
    {"5\r\nhello\n0\r\n\r\n", "hello", HTTP_REFUSED_CHUNK_END, 8},
    {"5\r\nhello\r0\r\n\r\n", "hello", HTTP_REFUSED_CHUNK_END, 9},
    {"5\r\nhello!\r\n0\r\n\r\n", "hello", HTTP_REFUSED_CHUNK_END, 8},
    /* trailers */
    {"0\r\n\n", "", HTTP_REFUSED_CHUNK_TRAILER, 3},
    {"0\r\n\rx", "", HTTP_REFUSED_CHUNK_TRAILER, 4},
    {"0\r\n: b\r\n\r\n", "", HTTP_REFUSED_CHUNK_TRAILER, 3},
    {"0\r\n A: b\r\n\r\n", "", HTTP_REFUSED_CHUNK_TRAILER, 3},
    {"0\r\nA : b\r\n\r\n", "", HTTP_REFUSED_CHUNK_TRAILER, 4},
    {"0\r\nA\r\n\r\n", "", HTTP_REFUSED_CHUNK_TRAILER, 4},
    {"0\r\nA: b\n\r\n", "", HTTP_REFUSED_CHUNK_TRAILER, 7},
    {"0\r\nA: b\rc\r\n\r\n", "", HTTP_REFUSED_CHUNK_TRAILER, 8},
    {"0\r\nA: b\r\n c\r\n\r\n", "", HTTP_REFUSED_CHUNK_TRAILER, 9},
    {"0\r\nA: \x01\r\n\r\n", "", HTTP_REFUSED_CHUNK_TRAILER, 6},
    {"0\r\nGET / HTTP/1.1\r\n\r\n", "", HTTP_REFUSED_CHUNK_TRAILER, 6},
    /* H30 */
    {"65\r\n", "", HTTP_REFUSED_BODY_LARGE, 3},
    {"1\r\nx\r\n64\r\n", "x", HTTP_REFUSED_BODY_LARGE, 9},
    {"1\r\nx\r\nffffffffffffffff\r\n", "x", HTTP_REFUSED_BODY_LARGE, 23},
};

START_TEST(chunks_refused) {
    const struct broken *row = &broken[_i];
    struct result result = decode_all_ways(CHUNKED, row->text, strlen(row->text));
    ck_assert_msg(result.progress == HTTP_REFUSED, "%s", row->text);
    ck_assert_str_eq(http_reason(result.body.refusal)->name, http_reason(row->refusal)->name);
    ck_assert_uint_eq(result.body.refused_at, row->at);
    ck_assert_uint_eq(result.length, strlen(row->body));
    ck_assert_mem_eq(result.octets, row->body, result.length);
    struct http_piece piece;
    ck_assert_int_eq(http_body_feed(&result.body, (const uint8_t *)"0\r\n\r\n", 5, &piece), HTTP_REFUSED);
    ck_assert(!http_body_ended(&result.body));
}
END_TEST

/* NUL is no octet of a chunk's framing, and strlen() would not see it. */
START_TEST(nul_refused) {
    struct result result = decode_all_ways(CHUNKED, "5\0\r\n", 4);
    ck_assert_int_eq(result.body.refusal, HTTP_REFUSED_CHUNK_SIZE);
    result = decode_all_ways(CHUNKED, "5;a=\"\0\"\r\n", 9);
    ck_assert_int_eq(result.body.refusal, HTTP_REFUSED_CHUNK_EXTENSION);
    result = decode_all_ways(CHUNKED, "0\r\nA: \0\r\n", 9);
    ck_assert_int_eq(result.body.refusal, HTTP_REFUSED_CHUNK_TRAILER);
}
END_TEST

START_TEST(body_of_any_octets) {
    char text[3 + 100 + 7] = "64\r\n";
    for (int i = 0; i < 100; i++) {
        text[4 + i] = (char)(i * 41);
    }
    memcpy(text + 104, "\r\n0\r\n", 5);
    struct result result = decode(CHUNKED, text, 109, 0, 1);
    ck_assert_int_eq(result.progress, HTTP_MORE);
    feed_part(&result, "\r\n", 2);
    ck_assert_int_eq(result.progress, HTTP_DONE);
    ck_assert_uint_eq(result.length, 100);
    ck_assert_mem_eq(result.octets, text + 4, 100);
}
END_TEST

/* Extensions of all chunks together, spaces included, are bounded; so is the trailer section: nobody makes us read for
 * ever without getting a body. RFC 9112 7.1.1 */
START_TEST(framing_is_bounded) {
    char text[1024] = "";
    for (int i = 0; i < 20; i++) {
        strcat(text, "1  ;a\r\nx\r\n"); /* 4 octets of extension */
    }
    struct result result = decode_all_ways(CHUNKED, text, strlen(text));
    ck_assert_int_eq(result.body.refusal, HTTP_REFUSED_CHUNK_EXTENSION);
    ck_assert_uint_eq(result.length, HEAD_LIMIT / 4);
    ck_assert_uint_eq(result.body.refused_at, HEAD_LIMIT / 4 * 10 + 1);

    strcpy(text, "0\r\n");
    for (int i = 0; i < 20; i++) {
        strcat(text, "A: b\r\n");
    }
    result = decode_all_ways(CHUNKED, text, strlen(text));
    ck_assert_int_eq(result.body.refusal, HTTP_REFUSED_CHUNK_TRAILER);
    ck_assert_uint_eq(result.body.refused_at, 3 + HEAD_LIMIT);
}
END_TEST

/* Up to the end of the stream: whatever comes, but not more than is taken. */
START_TEST(until_close) {
    struct result result = decode_all_ways(OK, "hello\r\n", 7);
    ck_assert_int_eq(result.progress, HTTP_MORE);
    ck_assert_mem_eq(result.octets, "hello\r\n", 7);
    ck_assert(http_body_ended(&result.body));

    char text[LIMIT + 1];
    memset(text, 'x', sizeof text);
    result = decode_all_ways(OK, text, LIMIT);
    ck_assert_int_eq(result.progress, HTTP_MORE);
    ck_assert(http_body_ended(&result.body));
    result = decode_all_ways(OK, text, LIMIT + 1);
    ck_assert_int_eq(result.progress, HTTP_REFUSED);
    ck_assert_int_eq(result.body.refusal, HTTP_REFUSED_BODY_LARGE);
    ck_assert_uint_eq(result.length, LIMIT);
    ck_assert(!http_body_ended(&result.body));
}
END_TEST

/* Once done, a body takes nothing more. */
START_TEST(done_takes_nothing) {
    static const char *const heads[] = {POST, POST CL "1\r\n", CHUNKED};
    static const char *const texts[] = {"", "x", "0\r\n\r\n"};
    for (int i = 0; i < 3; i++) {
        struct result result = {.length = 0};
        struct http_piece piece;
        result.progress = frame(heads[i], &limits, false, &result.body);
        feed_part(&result, texts[i], strlen(texts[i]));
        ck_assert_int_eq(result.progress, HTTP_DONE);
        ck_assert_int_eq(http_body_feed(&result.body, (const uint8_t *)"more", 4, &piece), HTTP_DONE);
        ck_assert_uint_eq(piece.used + piece.length, 0);
    }
}
END_TEST

/* 256 MiB in pieces of 64 KiB, of which only the framing is looked at: with a loop over octets this would take a while
 * under the sanitizers, and a decoder that began again at the front each time would not end. */
START_TEST(linear) {
    static uint8_t block[65536];
    struct http_body body;
    struct http_piece piece;
    ck_assert_int_eq(frame(CHUNKED, &no_limits, false, &body), HTTP_MORE);
    ck_assert_int_eq(http_body_feed(&body, (const uint8_t *)"10000000\r\n", 10, &piece), HTTP_MORE);
    for (int i = 0; i < 4096; i++) {
        ck_assert_int_eq(http_body_feed(&body, block, sizeof block, &piece), HTTP_MORE);
        EXPECT(piece.length == sizeof block && piece.used == sizeof block && piece.data == block);
    }
    ck_assert_uint_eq(body.length, UINT64_C(0x10000000));
    ck_assert_int_eq(http_body_feed(&body, (const uint8_t *)"\r\n0\r\n\r\n", 7, &piece), HTTP_DONE);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof(table)[0]))

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_body", &tests);
    tcase_add_loop_test(tests, framing, 0, ROWS(framed));
    tcase_add_loop_test(tests, framing_refused, 0, ROWS(refused));
    tcase_add_test(tests, largest_length);
    tcase_add_test(tests, response_to_head);
    tcase_add_loop_test(tests, decoding, 0, ROWS(decoded));
    tcase_add_loop_test(tests, stopping_short, 0, ROWS(decoded));
    tcase_add_loop_test(tests, chunks_refused, 0, ROWS(broken));
    tcase_add_test(tests, nul_refused);
    tcase_add_test(tests, body_of_any_octets);
    tcase_add_test(tests, framing_is_bounded);
    tcase_add_test(tests, until_close);
    tcase_add_test(tests, done_takes_nothing);
    tcase_add_test(tests, linear);
    return unit_run(suite);
}
