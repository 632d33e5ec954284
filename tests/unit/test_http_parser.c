/* test_http_parser.c: which octets may stand where, and the heads of messages: H1 to H6, H12 to H16, AH1, AH2, AH6.
 * RFC 9110 5; RFC 9112 2 to 5.
 *
 * Each head of the tables is fed whole, octet by octet, and cut in two at every place; all must come to the same. The
 * octets lie in memory that ends with them, so the address sanitizer sees a read too far.
 */
#include "http/http_char.h"
#include "http/http_head.h"
#include "unit.h"

#include <ctype.h>
#include <stdio.h>

static const struct http_limits defaults = HTTP_LIMITS_DEFAULT;

/* ---- the table of octets, in words of the grammar ---- */

static bool in(const char *set, int octet) {
    return octet != 0 && strchr(set, octet) != NULL;
}

static bool is_alpha(int octet) {
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
}

static bool is_digit(int octet) {
    return octet >= '0' && octet <= '9';
}

/* RFC 9110 5.6.2: tchar */
static bool is_tchar(int octet) {
    return is_alpha(octet) || is_digit(octet) || in("!#$%&'*+-.^_`|~", octet);
}

/* RFC 5234 B.1: VCHAR. RFC 9110 5.5: field-vchar is VCHAR or obs-text; between them SP and HTAB. */
static bool is_vchar(int octet) {
    return octet >= 0x21 && octet <= 0x7e;
}

/* RFC 3986 2.3 and 2.2: unreserved, sub-delims; a host has ":", "[", "]" and "%" besides. */
static bool is_host_octet(int octet) {
    return is_alpha(octet) || is_digit(octet) ||
           in("-._~"
              "!$&'()*+,;="
              ":[]%",
              octet);
}

START_TEST(the_table_says_what_the_grammar_says) {
    for (int octet = 0; octet < 256; octet++) {
        uint8_t o = (uint8_t)octet;
        ck_assert_msg(http_char_is(o, HTTP_CHAR_TOKEN) == is_tchar(octet), "tchar %02x", octet);
        bool value = octet == '\t' || octet == ' ' || is_vchar(octet) || octet >= 0x80;
        ck_assert_msg(http_char_is(o, HTTP_CHAR_VALUE) == value, "field value %02x", octet);
        ck_assert_msg(http_char_is(o, HTTP_CHAR_TARGET) == (is_vchar(octet) && octet != '#'), "target %02x", octet);
        ck_assert_msg(http_char_is(o, HTTP_CHAR_HOST) == is_host_octet(octet), "host %02x", octet);
        ck_assert_msg(http_char_is(o, HTTP_CHAR_DIGIT) == is_digit(octet), "DIGIT %02x", octet);
        bool hex = is_digit(octet) || in("abcdefABCDEF", octet);
        ck_assert_msg(http_char_is(o, HTTP_CHAR_HEX) == hex, "HEXDIG %02x", octet);
        ck_assert(http_char_is_space(o) == (octet == ' ' || octet == '\t'));
    }
}
END_TEST

START_TEST(hexadecimal_digits) {
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < 16; i++) {
        ck_assert_uint_eq(http_char_hex((uint8_t)digits[i]), i);
        ck_assert_uint_eq(http_char_hex((uint8_t)toupper(digits[i])), i);
    }
    ck_assert_uint_eq(http_char_span((const uint8_t *)"12g", 3, HTTP_CHAR_HEX), 2);
    ck_assert_uint_eq(http_char_span((const uint8_t *)"", 0, HTTP_CHAR_HEX), 0);
}
END_TEST

/* ---- feeding ---- */

/* Feeds the first octets of the message in a copy that ends there. */
static enum http_progress feed_prefix(struct http_head *head, const struct http_limits *limits, const char *text,
                                      size_t length) {
    uint8_t *octets = exact_copy(text, length);
    enum http_progress progress = http_head_feed(head, limits, octets, length);
    exact_free(octets);
    return progress;
}

static void same(const struct http_head *a, const struct http_head *b, const char *text, size_t cut) {
    bool equal = a->refusal == b->refusal && a->refused_at == b->refused_at && a->done == b->done &&
                 a->length == b->length && a->field_count == b->field_count && a->minor == b->minor &&
                 a->status == b->status && memcmp(&a->method, &b->method, sizeof a->method) == 0 &&
                 memcmp(&a->target, &b->target, sizeof a->target) == 0 &&
                 memcmp(a->field, b->field, a->field_count * sizeof a->field[0]) == 0;
    ck_assert_msg(equal, "cut at %zu makes a difference: %.60s", cut, text);
}

/* Feeds a head in every way; the result is that of feeding it whole. */
static enum http_progress feed_all_ways(struct http_head *head, enum http_kind kind, const struct http_limits *limits,
                                        const char *text, size_t length) {
    http_head_begin(head, kind);
    enum http_progress whole = feed_prefix(head, limits, text, length);
    struct http_head other;
    for (size_t cut = 0; cut <= length; cut++) {
        http_head_begin(&other, kind);
        enum http_progress progress = feed_prefix(&other, limits, text, cut);
        if (progress == HTTP_MORE) {
            progress = feed_prefix(&other, limits, text, length);
        }
        EXPECT(progress == whole);
        same(head, &other, text, cut);
    }
    http_head_begin(&other, kind);
    enum http_progress progress = HTTP_MORE;
    for (size_t octets = 0; octets <= length && progress == HTTP_MORE; octets++) {
        progress = feed_prefix(&other, limits, text, octets);
    }
    EXPECT(progress == whole);
    same(head, &other, text, length + 1);
    return whole;
}

/* ---- what is taken ---- */

static const struct taken {
    const char *text;
    const char *method, *target;
    unsigned minor, fields;
} taken[] = {
    {"GET / HTTP/1.1\r\n\r\n", "GET", "/", 1, 0},
    {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET", "/", 0, 1},
    /* H4: a later minor version is spoken to as 1.1. RFC 9112 2.3 */
    {"GET / HTTP/1.9\r\nHost: a\r\n\r\n", "GET", "/", 9, 1},
    /* H3: one empty line before the request. RFC 9112 2.2 */
    {"\r\nGET / HTTP/1.1\r\n\r\n", "GET", "/", 1, 0},
    /* Methods are any token, any case: what they mean is asked later. */
    {"get / HTTP/1.1\r\n\r\n", "get", "/", 1, 0},
    {"M-SEARCH * HTTP/1.1\r\n\r\n", "M-SEARCH", "*", 1, 0},
    {"!#$%&'*+-.^_`|~09aZ / HTTP/1.1\r\n\r\n", "!#$%&'*+-.^_`|~09aZ", "/", 1, 0},
    {"GET http://a/b?c HTTP/1.1\r\n\r\n", "GET", "http://a/b?c", 1, 0},
    {"CONNECT a:80 HTTP/1.1\r\n\r\n", "CONNECT", "a:80", 1, 0},
    {"GET /{|}^`\"<>\\ HTTP/1.1\r\n\r\n", "GET", "/{|}^`\"<>\\", 1, 0},
    /* H16: unknown fields, empty values, white space around values, obs-text inside. RFC 9110 5.5, 5.6.3 */
    {"GET / HTTP/1.1\r\nA:\r\nB: \t b c \t\r\nX-\x7e: \x80\xff\r\n\r\n", "GET", "/", 1, 3},
    {"GET / HTTP/1.1\r\nA::::\r\n\r\n", "GET", "/", 1, 1},
};

static void word_is(const char *text, struct http_span span, const char *word) {
    ck_assert_msg(http_span_is((const uint8_t *)text, span, word), "%s: %.*s", word, (int)span.length, text + span.at);
}

START_TEST(sound_heads_are_taken) {
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        const struct taken *row = &taken[i];
        struct http_head head;
        enum http_progress progress = feed_all_ways(&head, HTTP_REQUEST, &defaults, row->text, strlen(row->text));
        ck_assert_msg(progress == HTTP_DONE, "%s: refused: %s", row->text, http_reason(head.refusal)->name);
        word_is(row->text, head.method, row->method);
        word_is(row->text, head.target, row->target);
        ck_assert_uint_eq(head.minor, row->minor);
        ck_assert_uint_eq(head.field_count, row->fields);
        ck_assert_uint_eq(head.length, strlen(row->text));
    }
}
END_TEST

START_TEST(fields_are_where_they_are) {
    static const char text[] = "GET / HTTP/1.1\r\nHost:a\r\naccept: \t x, y \t\r\nHOST: b\r\nEmpty: \r\n\r\n";
    struct http_head head;
    const uint8_t *octets = (const uint8_t *)text;
    ck_assert_int_eq(feed_all_ways(&head, HTTP_REQUEST, &defaults, text, sizeof text - 1), HTTP_DONE);
    ck_assert_uint_eq(head.field_count, 4);
    word_is(text, head.field[0].name, "Host");
    word_is(text, head.field[0].value, "a");
    word_is(text, head.field[1].value, "x, y");
    word_is(text, head.field[3].value, "");
    ck_assert_uint_eq(http_head_find(&head, octets, "host", 0), 0);
    ck_assert_uint_eq(http_head_find(&head, octets, "host", 1), 2);
    ck_assert_uint_eq(http_head_find(&head, octets, "host", 3), 4);
    ck_assert_uint_eq(http_head_find(&head, octets, "hos", 0), 4);
    ck_assert(http_span_is_nocase(octets, head.field[1].name, "ACCEPT"));
    ck_assert(!http_span_is(octets, head.field[1].name, "ACCEPT"));
}
END_TEST

/* H17, H44: RFC 9110 5.6.1: empty elements are no elements. */
START_TEST(lists) {
    static const char text[] = " , a ,\t,b c,, d\t";
    static const char *const elements[] = {"a", "b c", "d"};
    struct http_span rest = {0, sizeof text - 1}, element;
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(http_list_next((const uint8_t *)text, &rest, &element));
        word_is(text, element, elements[i]);
    }
    ck_assert(!http_list_next((const uint8_t *)text, &rest, &element));
    rest = (struct http_span){0, 0};
    ck_assert(!http_list_next((const uint8_t *)text, &rest, &element));
}
END_TEST

/* ---- what is refused ---- */

#define AT(before) (sizeof before - 1)
#define FIELD(line) "GET / HTTP/1.1\r\n" line "\r\n\r\n"
#define LINE AT("GET / HTTP/1.1\r\n")

static const struct refused {
    const char *text;
    enum http_refusal refusal;
    size_t at;
} refused[] = {
    /* H3: one empty line, not two; no LF alone */
    {"\r\n\r\nGET / HTTP/1.1\r\n\r\n", HTTP_REFUSED_EMPTY_LINE, 2},
    {"\nGET / HTTP/1.1\r\n\r\n", HTTP_REFUSED_BARE_LF, 0},
    /* H1, AH6: CR ends a line and does nothing else; LF has a CR before it */
    {"GET / HTTP/1.1\n\r\n", HTTP_REFUSED_BARE_LF, AT("GET / HTTP/1.1")},
    {"GET / HTTP/1.1\r\n\n", HTTP_REFUSED_BARE_LF, LINE},
    {"GET / HTTP/1.1\r\nA: b\n\r\n", HTTP_REFUSED_BARE_LF, LINE + 4},
    {"GET\r / HTTP/1.1\r\n\r\n", HTTP_REFUSED_BARE_CR, 3},
    {"GET /\r HTTP/1.1\r\n\r\n", HTTP_REFUSED_BARE_CR, 5},
    {"GET / HTTP/1.1\r\r\n\r\n", HTTP_REFUSED_BARE_CR, 14},
    {FIELD("A: b\rc: d"), HTTP_REFUSED_BARE_CR, LINE + 4},
    {FIELD("A\r: b"), HTTP_REFUSED_BARE_CR, LINE + 1},
    /* H5: single spaces */
    {"GET  / HTTP/1.1\r\n\r\n", HTTP_REFUSED_LINE_PARTS, 4},
    {"GET /  HTTP/1.1\r\n\r\n", HTTP_REFUSED_LINE_PARTS, 6},
    {"GET / HTTP/1.1 \r\n\r\n", HTTP_REFUSED_LINE_PARTS, 6},
    {"GET /a b HTTP/1.1\r\n\r\n", HTTP_REFUSED_LINE_PARTS, 7},
    {"GET\r\n\r\n", HTTP_REFUSED_LINE_PARTS, 0},
    {"GET \r\n\r\n", HTTP_REFUSED_LINE_PARTS, 4},
    {"GET /\r\n\r\n", HTTP_REFUSED_LINE_PARTS, 5},
    {" GET / HTTP/1.1\r\n\r\n", HTTP_REFUSED_METHOD, 0},
    /* H4: what is not HTTP at all is not waited for: TLS, a space, anything that no method begins with */
    {"\x16\x03\x01\x02", HTTP_REFUSED_METHOD, 0},
    {" ", HTTP_REFUSED_METHOD, 0},
    {"\r\n{", HTTP_REFUSED_METHOD, 2},
    {"GET\t/ HTTP/1.1\r\n\r\n", HTTP_REFUSED_METHOD, 3},
    {"G(T / HTTP/1.1\r\n\r\n", HTTP_REFUSED_METHOD, 1},
    {"G\xc3T / HTTP/1.1\r\n\r\n", HTTP_REFUSED_METHOD, 1},
    {"GET /a\tb HTTP/1.1\r\n\r\n", HTTP_REFUSED_TARGET, 6},
    {"GET /a#b HTTP/1.1\r\n\r\n", HTTP_REFUSED_TARGET, 6},
    {"GET /\xc3\xa4 HTTP/1.1\r\n\r\n", HTTP_REFUSED_TARGET, 5},
    {"GET /\x7f HTTP/1.1\r\n\r\n", HTTP_REFUSED_TARGET, 5},
    /* H4 */
    {"GET / http/1.1\r\n\r\n", HTTP_REFUSED_VERSION, 6},
    {"GET / HTTP/1\r\n\r\n", HTTP_REFUSED_VERSION, 6},
    {"GET / HTTP/01.1\r\n\r\n", HTTP_REFUSED_VERSION, 6},
    {"GET / HTTP/1.10\r\n\r\n", HTTP_REFUSED_VERSION, 6},
    {"GET / HTTP/ 1.1\r\n\r\n", HTTP_REFUSED_VERSION, 6},
    {"GET / HTTP/1,1\r\n\r\n", HTTP_REFUSED_VERSION, 6},
    {"GET / HTTP/x.1\r\n\r\n", HTTP_REFUSED_VERSION, 6},
    {"GET / \r\n\r\n", HTTP_REFUSED_VERSION, 6},
    {"GET / HTTP/2.0\r\n\r\n", HTTP_REFUSED_VERSION_MAJOR, 6},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTP_REFUSED_VERSION_MAJOR, 6},
    {"GET / HTTP/0.9\r\n\r\n", HTTP_REFUSED_VERSION_MAJOR, 6},
    /* H2, H13 */
    {FIELD(" A: b"), HTTP_REFUSED_FIELD_FIRST_SPACE, LINE},
    {FIELD("\tA: b"), HTTP_REFUSED_FIELD_FIRST_SPACE, LINE},
    {FIELD("A: b\r\n c"), HTTP_REFUSED_FIELD_FOLDED, LINE + 6},
    {FIELD("A: b\r\n\tc"), HTTP_REFUSED_FIELD_FOLDED, LINE + 6},
    {FIELD("A: b\r\n "), HTTP_REFUSED_FIELD_FOLDED, LINE + 6},
    /* H12, H14 */
    {FIELD("A : b"), HTTP_REFUSED_FIELD_NAME_SPACE, LINE + 1},
    {FIELD("A\t: b"), HTTP_REFUSED_FIELD_NAME_SPACE, LINE + 1},
    {FIELD(": b"), HTTP_REFUSED_FIELD_NAME, LINE},
    {FIELD("A b: c"), HTTP_REFUSED_FIELD_NAME, LINE + 1},
    {FIELD("A(b): c"), HTTP_REFUSED_FIELD_NAME, LINE + 1},
    {FIELD("\xc3: c"), HTTP_REFUSED_FIELD_NAME, LINE},
    {FIELD("A"), HTTP_REFUSED_FIELD_COLON, LINE},
    /* H15 */
    {FIELD("A: b\x01"), HTTP_REFUSED_FIELD_VALUE, LINE + 4},
    {FIELD("A: \x7f"), HTTP_REFUSED_FIELD_VALUE, LINE + 3},
    {FIELD("A: b\x1b[2J"), HTTP_REFUSED_FIELD_VALUE, LINE + 4},
};

START_TEST(broken_heads_are_refused) {
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const struct refused *row = &refused[i];
        struct http_head head;
        enum http_progress progress = feed_all_ways(&head, HTTP_REQUEST, &defaults, row->text, strlen(row->text));
        ck_assert_msg(progress == HTTP_REFUSED, "taken: %s", row->text);
        ck_assert_msg(head.refusal == row->refusal, "%s: %s, not %s", row->text, http_reason(head.refusal)->name,
                      http_reason(row->refusal)->name);
        ck_assert_msg(head.refused_at == row->at, "%s: at %u", row->text, head.refused_at);
        ck_assert_int_eq(feed_prefix(&head, &defaults, row->text, strlen(row->text)), HTTP_REFUSED);
    }
}
END_TEST

/* H15, AH6: NUL, which no table of strings can hold, in each part. */
START_TEST(nul_is_refused_everywhere) {
    static const char text[] = "GET /a HTTP/1.1\r\nHost: abc\r\nX: y\r\n\r\n";
    for (size_t i = 0; i < sizeof text - 5; i++) {
        char copy[sizeof text];
        struct http_head head;
        memcpy(copy, text, sizeof text);
        copy[i] = '\0';
        ck_assert_msg(feed_all_ways(&head, HTTP_REQUEST, &defaults, copy, sizeof text - 1) == HTTP_REFUSED,
                      "NUL at %zu was taken", i);
    }
}
END_TEST

/* ---- limits ---- */

static char big[70000];

/* A request line of exactly so many octets, and what follows. */
static size_t make_line(size_t length, const char *after) {
    size_t target = length - AT("GET  HTTP/1.1");
    memcpy(big, "GET ", 4);
    memset(big + 4, 'a', target);
    memcpy(big + 4 + target, " HTTP/1.1\r\n", 11);
    memcpy(big + length + 2, after, strlen(after));
    return length + 2 + strlen(after);
}

static enum http_progress feed_big(struct http_head *head, const struct http_limits *limits, size_t length) {
    http_head_begin(head, HTTP_REQUEST);
    return feed_prefix(head, limits, big, length);
}

/* H6: at least 8000 octets are taken (RFC 9112 3), and 414 does not wait for the end of the line. */
START_TEST(long_request_lines) {
    struct http_head head;
    size_t length = make_line(8192, "\r\n");
    ck_assert_int_eq(feed_big(&head, &defaults, length), HTTP_DONE);
    make_line(8193, "\r\n");
    ck_assert_int_eq(feed_big(&head, &defaults, length + 1), HTTP_REFUSED);
    ck_assert_int_eq(head.refusal, HTTP_REFUSED_LINE_LONG);
    ck_assert_int_eq(feed_big(&head, &defaults, 8193), HTTP_MORE);
    ck_assert_int_eq(feed_big(&head, &defaults, 8194), HTTP_REFUSED);
    ck_assert_int_eq(head.refusal, HTTP_REFUSED_LINE_LONG);
    ck_assert_int_eq(http_reason(head.refusal)->status, 414);
    memset(big, 'a', sizeof big);
    ck_assert_int_eq(feed_big(&head, &defaults, sizeof big), HTTP_REFUSED);
    ck_assert_int_eq(head.refusal, HTTP_REFUSED_LINE_LONG);
}
END_TEST

static const struct http_limits small = {.line = 40, .head = 60, .fields = 3, .body = 0};

/* AH2: the head is refused with 431, at the same octet wherever it is cut. RFC 6585 5 */
START_TEST(long_heads) {
    static const struct {
        const char *text;
        enum http_refusal refusal;
    } rows[] = {
        {"GET / HTTP/1.1\r\nA: 0123456789012345678901234567890123456\r\n\r\n", HTTP_REFUSED_NONE},
        {"GET / HTTP/1.1\r\nA: 01234567890123456789012345678901234567\r\n\r\n", HTTP_REFUSED_HEAD_LONG},
        {"GET / HTTP/1.1\r\nA: 0123456789012345678901234567890123456789012345678901234567\r\n\r\n",
         HTTP_REFUSED_HEAD_LONG},
        {"GET / HTTP/1.1\r\nA:\r\nB:\r\nC:\r\n\r\n", HTTP_REFUSED_NONE},
        {"GET / HTTP/1.1\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n", HTTP_REFUSED_FIELDS_MANY},
        {"GET /0123456789012345678901234567890 HTTP/1.1\r\n\r\n", HTTP_REFUSED_LINE_LONG},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_head head;
        feed_all_ways(&head, HTTP_REQUEST, &small, rows[i].text, strlen(rows[i].text));
        ck_assert_msg(head.refusal == rows[i].refusal, "%s: %s", rows[i].text, http_reason(head.refusal)->name);
    }
}
END_TEST

START_TEST(a_hundred_fields) {
    struct http_head head;
    size_t length = make_line(100, "");
    for (int i = 0; i < HTTP_FIELDS_MAX; i++) {
        length += (size_t)sprintf(big + length, "F%d: v\r\n", i);
    }
    memcpy(big + length, "\r\n", 2);
    ck_assert_int_eq(feed_big(&head, &defaults, length + 2), HTTP_DONE);
    ck_assert_uint_eq(head.field_count, HTTP_FIELDS_MAX);
    memcpy(big + length, "G: v\r\n\r\n", 8);
    ck_assert_int_eq(feed_big(&head, &defaults, length + 8), HTTP_REFUSED);
    ck_assert_int_eq(head.refusal, HTTP_REFUSED_FIELDS_MANY);
    struct http_limits more = defaults;
    more.fields = 1000;
    ck_assert_int_eq(feed_big(&head, &more, length + 8), HTTP_REFUSED);
}
END_TEST

/* ---- status lines ---- */

START_TEST(status_lines) {
    static const struct {
        const char *text;
        int status;
        enum http_refusal refusal;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\n\r\n", 200, HTTP_REFUSED_NONE},
        {"HTTP/1.0 404 Not Found\r\nA: b\r\n\r\n", 404, HTTP_REFUSED_NONE},
        {"HTTP/1.1 599 \r\n\r\n", 599, HTTP_REFUSED_NONE},
        {"HTTP/1.1 100\r\n\r\n", 100, HTTP_REFUSED_NONE},
        {"HTTP/1.1 200 \xc3\xa4\r\n\r\n", 200, HTTP_REFUSED_NONE},
        {"\r\nHTTP/1.1 200 OK\r\n\r\n", 0, HTTP_REFUSED_EMPTY_LINE},
        {"HTTP/1.1  200 OK\r\n\r\n", 0, HTTP_REFUSED_STATUS_LINE},
        {"HTTP/1.1 20 OK\r\n\r\n", 0, HTTP_REFUSED_STATUS_LINE},
        {"HTTP/1.1 2000 OK\r\n\r\n", 0, HTTP_REFUSED_STATUS_LINE},
        {"HTTP/1.1 099 OK\r\n\r\n", 0, HTTP_REFUSED_STATUS_LINE},
        {"HTTP/1.1 2x0 OK\r\n\r\n", 0, HTTP_REFUSED_STATUS_LINE},
        {"HTTP/1.1 200OK\r\n\r\n", 0, HTTP_REFUSED_STATUS_LINE},
        {"HTTP/1.1 2\r\n\r\n", 0, HTTP_REFUSED_STATUS_LINE},
        {"ICY 200 OK\r\n\r\n", 0, HTTP_REFUSED_STATUS_LINE},
        {"HTTP/2.0 200 OK\r\n\r\n", 0, HTTP_REFUSED_VERSION_MAJOR},
        {"HTTP/1.x 200 OK\r\n\r\n", 0, HTTP_REFUSED_VERSION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_head head;
        feed_all_ways(&head, HTTP_RESPONSE, &defaults, rows[i].text, strlen(rows[i].text));
        ck_assert_msg(head.refusal == rows[i].refusal, "%s: %s", rows[i].text, http_reason(head.refusal)->name);
        ck_assert_msg(head.refusal != HTTP_REFUSED_NONE || head.status == rows[i].status, "%s", rows[i].text);
    }
}
END_TEST

/* ---- reasons ---- */

/* Each has a status with a phrase, a source, and a sentence. */
START_TEST(every_reason_can_be_told) {
    for (int i = HTTP_REFUSED_NONE + 1; i < HTTP_REFUSALS; i++) {
        const struct http_reason *reason = http_reason((enum http_refusal)i);
        ck_assert_msg(reason->status >= 400 && reason->status < 600, "%s", reason->name);
        ck_assert_msg(http_status_phrase(reason->status)[0] != '\0', "%s: %d has no phrase", reason->name,
                      reason->status);
        bool uwsgi = strncmp(reason->name, "UWSGI_", 6) == 0;
        const char *source = uwsgi && reason->source[0] == 'u' ? "uwsgi" : "RFC ";
        ck_assert_msg(strncmp(reason->source, source, strlen(source)) == 0, "%s", reason->name);
        ck_assert_msg(strlen(reason->sentence) > 8, "%s", reason->name);
    }
    ck_assert_str_eq(http_status_phrase(200), "OK");
    ck_assert_str_eq(http_status_phrase(799), "");
    ck_assert_str_eq(http_reason(HTTP_REFUSALS)->name, "FAILED");
}
END_TEST

/* AH1: a line that comes octet by octet is not searched again and again: a head of 32 KB in 32768 feeds looks at each
 * octet a bounded number of times. What is measured is where the search goes on. */
START_TEST(work_is_linear) {
    struct http_head head;
    size_t length = make_line(8000, "A: b\r\n\r\n");
    uint8_t *octets = exact_copy(big, length);
    http_head_begin(&head, HTTP_REQUEST);
    for (size_t i = 1; i < length; i++) {
        EXPECT(http_head_feed(&head, &defaults, octets, i) == HTTP_MORE);
        EXPECT(head.searched == i);
    }
    ck_assert_int_eq(http_head_feed(&head, &defaults, octets, length), HTTP_DONE);
    exact_free(octets);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_parser", &tests);
    tcase_add_test(tests, the_table_says_what_the_grammar_says);
    tcase_add_test(tests, hexadecimal_digits);
    tcase_add_test(tests, sound_heads_are_taken);
    tcase_add_test(tests, fields_are_where_they_are);
    tcase_add_test(tests, lists);
    tcase_add_test(tests, broken_heads_are_refused);
    tcase_add_test(tests, nul_is_refused_everywhere);
    tcase_add_test(tests, long_request_lines);
    tcase_add_test(tests, long_heads);
    tcase_add_test(tests, a_hundred_fields);
    tcase_add_test(tests, status_lines);
    tcase_add_test(tests, every_reason_can_be_told);
    tcase_add_test(tests, work_is_linear);
    return unit_run(suite);
}
