/* test_http_cuts.c: TCP cuts a stream where it likes, and no cut makes a difference: H46, RFC 9112 2.2. Every request
 * of tests/net/http_cases.tsv, good or bad, with another one behind it, and some long conversations: cut in two at
 * every place, octet by octet, in threes, and at random, each gives the same answers to the last octet as in one piece.
 *
 * 100 Continue alone may depend on what has come: it says that nothing has (H29, RFC 9110 10.1.1).
 */
#include "harness/web_array.h"
#include "unit/unit.h"

#include <stdio.h>

enum { LONG = 2000, RANDOM_CUTS = 16, AFTER_MAX = 200 };

static const char behind[] = "GET / HTTP/1.1\r\nHost: b\r\n\r\n";

/* ---- the table ---- */

static struct text streams[1000];
static unsigned stream_count;

static void put_hex(struct text *text, const char **at) {
    char digits[3] = {(*at)[1], (*at)[2], '\0'};
    text_put_char(text, (char)strtol(digits, NULL, 16));
    *at += 3;
}

/* One letter behind a backslash. */
static void put_escape(struct text *text, const char **at) {
    static const char names[] = "rntvf0", octets[] = "\r\n\t\v\f";
    const char *name = strchr(names, **at);
    if (**at == 'x') {
        put_hex(text, at);
        return;
    }
    text_put_char(text, name ? octets[name - names] : **at);
    (*at)++;
}

/* {get}, {pause} and so on; false: the brace is one. */
static bool put_word(struct text *text, const char **at) {
    static const char *const words[][2] = {
        {"{get}", "GET / HTTP/1.1\r\nHost: a\r\n"},
        {"{post}", "POST /echo HTTP/1.1\r\nHost: a\r\n"},
        {"{chunked}", "Transfer-Encoding: chunked\r\n"},
        {"{pause}", ""},
        {"{alone}", ""},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(*at, words[i][0], strlen(words[i][0])) == 0) {
            text_put(text, words[i][1]);
            *at += strlen(words[i][0]);
            return true;
        }
    }
    return false;
}

static void put_row(struct text *text, const char *at, const char *end);

/* {text*9}; false: the brace is one. */
static bool put_times(struct text *text, const char **at) {
    const char *end = strchr(*at, '}'), *star = end;
    while (star && star > *at && *star != '*') {
        star--;
    }
    long times = star && star > *at ? strtol(star + 1, NULL, 10) : 0;
    if (times == 0 || memchr(*at + 1, '{', (size_t)(end - *at - 1))) {
        return false;
    }
    for (long i = 0; i < times; i++) {
        put_row(text, *at + 1, star);
    }
    *at = end + 1;
    return true;
}

static void put_row(struct text *text, const char *at, const char *end) {
    while (at < end) {
        if (*at == '\\') {
            at++;
            put_escape(text, &at);
        } else if (*at != '{' || (!put_word(text, &at) && !put_times(text, &at))) {
            text_put_char(text, *at++);
        }
    }
}

static void read_table(void) {
    FILE *file = fopen("tests/net/http_cases.tsv", "r");
    char *line = NULL;
    size_t room = 0;
    ck_assert_msg(file != NULL, "tests/net/http_cases.tsv is not here; run this from the root of the project");
    while (getline(&line, &room, file) > 0) {
        const char *row = strrchr(line, '\t');
        ck_assert(row != NULL && stream_count < sizeof streams / sizeof streams[0] - 10);
        struct text text = text_growing();
        put_row(&text, row + 1, strchr(row, '\n'));
        text_put(&text, behind);
        streams[stream_count++] = text;
    }
    free(line);
    fclose(file);
}

/* ---- conversations ---- */

#define POST "POST /echo HTTP/1.1\r\nHost: a\r\n"

static const char *const conversations[] = {
    "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n\r\n" POST
    "Content-Length: 11\r\n\r\nhello "
    "there" POST
    "Transfer-Encoding: chunked\r\n\r\n5;a=\"b\\\"\"\r\nhello\r\n000A\r\n, you there\r\n0\r\nX: y\r\nZ:\r\n"
    "\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nGET /status/404 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    "GET /range/30 HTTP/1.1\r\nHost: a\r\nRange: bytes=5-9\r\n\r\nGET http://b/bytes/10?x HTTP/1.1\r\nHost: a\r\n\r\n",
    POST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello" POST "Expect: 100-continue\r\nTransfer-Encoding: "
         "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nPUT /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    "GET /stream/3 HTTP/1.1\r\nHost: a\r\n\r\nGET /anything HTTP/1.1\r\nHost: a\r\nCookie: a=b; c=d\r\nConnection: x, "
    "close\r\n\r\n",
    POST "Content-Length: 5\r\n\r\nhell",
    "GET /stream/3 HTTP/1.0\r\n\r\n",
    POST "Expect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n",
    "GET /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 28\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
};

static void put_conversations(void) {
    for (size_t i = 0; i < sizeof conversations / sizeof conversations[0]; i++) {
        struct text text = text_growing();
        text_put(&text, conversations[i]);
        text_put(&text, behind);
        streams[stream_count++] = text;
    }
}

static void setup(void) {
    read_table();
    put_conversations();
}

static void teardown(void) {
    for (unsigned i = 0; i < stream_count; i++) {
        text_free(&streams[i]);
    }
    stream_count = 0;
}

/* ---- cuts ---- */

static struct http_server_options options;

/* The octets of a stream in memory that ends with them. */
struct subject {
    const struct text *text;
    uint8_t *octets;
    struct web_array whole;
};

static struct subject begin(const struct text *text) {
    struct subject subject = {.text = text, .octets = exact_copy(text->data, text->length)};
    http_server_defaults(&options);
    web_array_serve(&subject.whole, &options, subject.octets, text->length, NULL, 0);
    web_array_drop_interim(&subject.whole);
    return subject;
}

static void end(struct subject *subject) {
    text_free(&subject->whole.out);
    exact_free(subject->octets);
}

static void check_cuts(const struct subject *subject, const size_t *cuts, size_t count) {
    struct web_array cut;
    web_array_serve(&cut, &options, subject->octets, subject->text->length, cuts, count);
    web_array_drop_interim(&cut);
    if (!web_array_same(&subject->whole, &cut)) {
        ck_abort_msg("%zu cuts, the first at %zu, make a difference to: %.*s\n---- whole:\n%.*s\n---- cut:\n%.*s",
                     count, cuts[0], AFTER_MAX, subject->text->data, AFTER_MAX, subject->whole.out.data, AFTER_MAX,
                     cut.out.data);
    }
    text_free(&cut.out);
}

/* Every so many octets. */
static void check_steps(const struct subject *subject, size_t step) {
    size_t count = 0, *cuts = calloc(subject->text->length / step + 1, sizeof *cuts);
    ck_assert_ptr_nonnull(cuts);
    for (size_t at = step; at < subject->text->length; at += step) {
        cuts[count++] = at;
    }
    check_cuts(subject, cuts, count);
    free(cuts);
}

static void check_random(const struct subject *subject, uint64_t *state) {
    size_t cuts[RANDOM_CUTS], count = 0, at = 0;
    while (count < RANDOM_CUTS && at < subject->text->length) {
        at += draw_below(state, 1 + 2 * (unsigned)subject->text->length / RANDOM_CUTS);
        if (at < subject->text->length) {
            cuts[count++] = at;
        }
    }
    check_cuts(subject, cuts, count);
}

/* H46 */
START_TEST(cut_in_two_everywhere) {
    for (unsigned i = 0; i < stream_count; i++) {
        struct subject subject = begin(&streams[i]);
        size_t step = 1 + streams[i].length / LONG * 97;
        for (size_t cut = 0; cut <= streams[i].length; cut += step) {
            check_cuts(&subject, &cut, 1);
        }
        end(&subject);
    }
}
END_TEST

/* H46 */
START_TEST(octet_by_octet) {
    for (unsigned i = 0; i < stream_count; i++) {
        struct subject subject = begin(&streams[i]);
        check_steps(&subject, streams[i].length > LONG ? 997 : 1);
        check_steps(&subject, streams[i].length > LONG ? 1460 : 3);
        end(&subject);
    }
}
END_TEST

/* H46 */
START_TEST(cut_at_random) {
    uint64_t state = 46;
    for (unsigned i = 0; i < stream_count; i++) {
        struct subject subject = begin(&streams[i]);
        for (int n = 0; n < 20; n++) {
            check_random(&subject, &state);
        }
        end(&subject);
    }
}
END_TEST

/* H43, H46: streams behind streams, cut at random. What begins in the middle of a segment is not special. */
START_TEST(one_behind_the_other) {
    uint64_t state = 43;
    for (int n = 0; n < 600; n++) {
        struct text text = text_growing();
        while (text.length < LONG) {
            const struct text *next = &streams[draw_below(&state, stream_count)];
            text_put_octets(&text, next->data, next->length - (next->length > sizeof behind ? sizeof behind - 1 : 0));
        }
        text_put(&text, behind);
        struct subject subject = begin(&text);
        for (int cut = 0; cut < 4; cut++) {
            check_random(&subject, &state);
        }
        end(&subject);
        text_free(&text);
    }
}
END_TEST

/* The table was read as the player reads it: answers of all sorts come of it. */
START_TEST(the_streams_are_what_they_should_be) {
    unsigned answers[6] = {0};
    ck_assert_uint_gt(stream_count, 400);
    for (unsigned i = 0; i < stream_count; i++) {
        struct subject subject = begin(&streams[i]);
        if (subject.whole.out.length > 0) {
            ck_assert(memcmp(subject.whole.out.data, "HTTP/1.1 ", 9) == 0);
            answers[subject.whole.out.data[9] - '0']++;
        }
        end(&subject);
    }
    ck_assert_uint_gt(answers[2], 60);
    ck_assert_uint_gt(answers[4], 200);
    ck_assert_uint_gt(answers[5], 8);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_cuts", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_streams_are_what_they_should_be);
    tcase_add_test(tests, cut_in_two_everywhere);
    tcase_add_test(tests, octet_by_octet);
    tcase_add_test(tests, cut_at_random);
    tcase_add_test(tests, one_behind_the_other);
    return unit_run(suite);
}
