/* test_http_conditional.c: does the client have it already, and which part does it want: H48 to H59. */
#include "harness/web.h"
#include "http/http_date.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

enum { SIZE = 300000 };

/* 6 November 1994, 08:49:37: when the file was changed last. */
static const time_t CHANGED = 784111777;

static struct web web;
static char root[] = "/tmp/lucid-conditional-XXXXXX", path[64], tag[80];
static uint8_t octets[SIZE];

/* Another file in the place of the one before: that may be leased by the server, which this process is itself. */
static void write_file(time_t changed) {
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_eq(write(fd, octets, SIZE), SIZE);
    close(fd);
    ck_assert_int_eq(utime(path, &(struct utimbuf){changed, changed}), 0);
}

/* In a minute from now all of this will have settled. */
static void setup(void) {
    uint64_t state = 9;
    for (size_t i = 0; i < SIZE; i++) {
        octets[i] = (uint8_t)draw(&state);
    }
    ck_assert_ptr_nonnull(mkdtemp(root));
    snprintf(path, sizeof path, "%s/file.txt", root);
    write_file(CHANGED);
    web_init(&web);
    web.options.root = root;
    web.options.epoch = (uint64_t)(time(NULL) + 60) * LUCID_SECOND;
    ck_assert_ptr_null(web_open(&web));
}

static void teardown(void) {
    ck_assert_ptr_null(web_close(&web));
    unlink(path);
    rmdir(root);
    strcpy(root, "/tmp/lucid-conditional-XXXXXX");
}

/* ---- asking ---- */

/* {} in the fields stands for the file's tag. */
static struct web_answer ask(const char *method, const char *fields) {
    static char request[9000];
    struct web_answer answer;
    struct web_client *client = web_connect(&web);
    const bool to_head = strcmp(method, "HEAD") == 0;
    struct text text = text_fixed(request, sizeof request);
    text_format(&text, "%s /file.txt HTTP/1.1\r\nHost: a\r\n", method);
    for (const char *c = fields; *c; c++) {
        if (c[0] == '{' && c[1] == '}') {
            text_put(&text, tag);
            c++;
        } else {
            text_put_char(&text, *c);
        }
    }
    text_put(&text, fields[0] ? "\r\n\r\n" : "\r\n");
    web_say(&web, client, request);
    web_run(&web, LUCID_SECOND);
    ck_assert_msg(web_answer(client, 0, &to_head, &answer), "%s: %s", request, client->got.data);
    return answer;
}

static const char *value_of(const struct web_answer *answer, const char *name, char value[200]) {
    char start[60];
    snprintf(start, sizeof start, "\r\n%s: ", name);
    const char *line = memmem(answer->head, answer->head_length, start, strlen(start));
    if (!line) {
        return NULL;
    }
    line += strlen(start);
    snprintf(value, 200, "%.*s", (int)strcspn(line, "\r"), line);
    return value;
}

static void learn_tag(void) {
    char value[200];
    struct web_answer answer = ask("GET", "");
    ck_assert_ptr_nonnull(value_of(&answer, "ETag", value));
    snprintf(tag, sizeof tag, "%.79s", value);
}

/* ---- validators ---- */

/* H48; what 200 says, 304 says too (H54). */
START_TEST(validators) {
    char value[200], date[200];
    learn_tag();
    ck_assert(tag[0] == '"' && tag[strlen(tag) - 1] == '"' && strcspn(tag + 1, "\"") == strlen(tag) - 2);
    struct web_answer answer = ask("HEAD", "");
    ck_assert_str_eq(value_of(&answer, "ETag", value), tag);
    ck_assert_str_eq(value_of(&answer, "Last-Modified", value), "Sun, 06 Nov 1994 08:49:37 GMT");
    answer = ask("GET", "If-None-Match: {}");
    ck_assert_int_eq(answer.status, 304);
    ck_assert_str_eq(value_of(&answer, "ETag", value), tag);
    ck_assert_ptr_nonnull(value_of(&answer, "Date", date));
    ck_assert_ptr_null(value_of(&answer, "Content-Length", value));
    ck_assert_ptr_null(value_of(&answer, "Content-Type", value));
}
END_TEST

/* A file that was changed just now, or that claims to be from the future. */
START_TEST(not_settled) {
    char value[200], date[200];
    write_file(time(NULL) + 59);
    learn_tag();
    ck_assert(strncmp(tag, "W/\"", 3) == 0);
    ck_assert_int_eq(ask("GET", "If-None-Match: {}").status, 304);
    ck_assert_int_eq(ask("GET", "If-Match: {}").status, 412);
    ck_assert_int_eq(ask("GET", "If-Range: {}\r\nRange: bytes=0-0").status, 200);
    web_run(&web, 3 * LUCID_SECOND); /* until it is kept open no more: who wants to write waits for the lease */
    write_file(time(NULL) + 100000);
    struct web_answer answer = ask("HEAD", "");
    ck_assert_str_eq(value_of(&answer, "Last-Modified", value), value_of(&answer, "Date", date));
}
END_TEST

#define SAME "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define AFTER "Sun, 06 Nov 1994 08:49:38 GMT"

static const struct {
    const char *method, *fields;
    int status;
} conditions[] = {
    /* H49: weak comparison, lists, * */
    {"GET", "If-None-Match: {}", 304},
    {"GET", "If-None-Match: W/{}", 304},
    {"HEAD", "If-None-Match: {}", 304},
    {"GET", "If-None-Match: *", 304},
    {"GET", "If-None-Match: \"a\", {}", 304},
    {"GET", "If-None-Match: \"a,b\" ,, W/\"c\",{}", 304},
    {"GET", "If-None-Match: \"a\"\r\nIf-None-Match: {}", 304},
    {"GET", "If-None-Match: \"a\"", 200},
    {"GET", "If-None-Match: \"x{}", 200},
    {"GET", "If-None-Match: ", 200},
    {"GET", "If-None-Match: w/{}", 200},
    /* H50, H51 */
    {"GET", "If-Modified-Since: " SAME, 304},
    {"HEAD", "If-Modified-Since: " SAME, 304},
    {"GET", "If-Modified-Since: " AFTER, 304},
    {"GET", "If-Modified-Since: " BEFORE, 200},
    {"GET", "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", 304},
    {"GET", "If-Modified-Since: Sunday, 06-Nov-94 08:49:36 GMT", 200},
    {"GET", "If-Modified-Since: Sun Nov  6 08:49:37 1994", 304},
    {"GET", "If-Modified-Since: Sun Nov  6 08:49:36 1994", 200},
    {"GET", "If-Modified-Since: yesterday", 200},
    {"GET", "If-Modified-Since: " AFTER "\r\nIf-Modified-Since: " AFTER, 200},
    {"GET", "If-None-Match: \"a\"\r\nIf-Modified-Since: " AFTER, 200},
    {"GET", "If-None-Match: {}\r\nIf-Modified-Since: " BEFORE, 304},
    /* H52 */
    {"GET", "If-Match: {}", 200},
    {"GET", "If-Match: *", 200},
    {"GET", "If-Match: \"a\", {}", 200},
    {"GET", "If-Match: W/{}", 412},
    {"GET", "If-Match: \"a\"", 412},
    {"GET", "If-Unmodified-Since: " SAME, 200},
    {"GET", "If-Unmodified-Since: " BEFORE, 412},
    {"GET", "If-Unmodified-Since: never", 200},
    {"GET", "If-Match: {}\r\nIf-Unmodified-Since: " BEFORE, 200},
    /* H53: the order of 13.2.2 */
    {"GET", "If-Match: \"a\"\r\nIf-None-Match: {}", 412},
    {"GET", "If-Match: {}\r\nIf-None-Match: {}", 304},
    {"GET", "If-None-Match: {}\r\nRange: bytes=0-0", 304},
    {"GET", "If-Match: \"a\"\r\nRange: bytes=999999-", 412},
    /* H58 */
    {"GET", "If-Range: {}\r\nRange: bytes=0-0", 206},
    {"GET", "If-Range: \"a\"\r\nRange: bytes=0-0", 200},
    {"GET", "If-Range: W/{}\r\nRange: bytes=0-0", 200},
    {"GET", "If-Range: " SAME "\r\nRange: bytes=0-0", 206},
    {"GET", "If-Range: " AFTER "\r\nRange: bytes=0-0", 200},
    {"GET", "If-Range: " BEFORE "\r\nRange: bytes=0-0", 200},
    {"GET", "If-Range: \"a\"\r\nRange: bytes=999999-", 200},
    {"GET", "If-Range: {}\r\nRange: bytes=999999-", 416},
    {"GET", "If-Range: {}\r\nIf-Range: {}\r\nRange: bytes=0-0", 200},
    {"GET", "If-Range: {}, \"a\"\r\nRange: bytes=0-0", 200},
    {"GET", "If-Range: *\r\nRange: bytes=0-0", 200},
    {"GET", "If-Range: \r\nRange: bytes=0-0", 200},
    {"GET", "If-Range: never\r\nRange: bytes=0-0", 200},
    {"GET", "If-Range: {}", 200},
    {"HEAD", "If-Range: {}\r\nRange: bytes=0-0", 200},
    /* H55, H57 */
    {"HEAD", "Range: bytes=0-0", 200},
    {"GET", "Range: lines=0-0", 200},
    {"GET", "Range: bytes=", 200},
    {"GET", "Range: bytes=a-b", 200},
    {"GET", "Range: bytes=5-4", 200},
    {"GET", "Range: bytes=0-0,x", 200},
    {"GET", "Range: bytes=0", 200},
    {"GET", "Range: bytes=--1", 200},
    {"GET", "Range: bytes=0-0\r\nRange: bytes=1-1", 200},
    {"GET", "Range: BYTES=0-0", 206},
    {"GET", "Range: bytes=0-0,", 206},
    {"GET", "Range: bytes=,,,", 200},
    {"GET", "Range: bytes=0 - 0", 200},
    {"GET", "Range: bytes=+0-0", 200},
    {"GET", "Range: bytes=0x0-0x1", 200},
    {"GET", "Range: bytes=0-0-0", 200},
    {"GET", "Range: bytes=-", 200},
    {"GET", "Range: bytes 0-0", 200},
    {"GET", "Range: bytes", 200},
    {"GET", "Range: ", 200},
    {"GET", "Range: bytes=99999999999999999999999-99999999999999999999998", 200},
    {"GET", "Range: bytes=00000000000000000000000000-00000000000000000000000001", 206},
    {"GET", "Range: bytes=18446744073709551615-18446744073709551616", 416},
    {"GET", "Range: bytes=-99999999999999999999999", 206},
    {"GET", "Range: bytes=300000-", 416},
    {"GET", "Range: bytes=-0", 416},
    {"GET", "Range: bytes=99999999999999999999999-", 416},
    {"GET", "Range: bytes=300000-,-0", 416},
    {"GET", "Range: bytes=300000-,0-0", 206},
    /* H59 */
    {"GET", "Range: bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30", 206},
    {"GET", "Range: bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30,32-32",
     200},
};

START_TEST(condition) {
    learn_tag();
    struct web_answer answer = ask(conditions[_i].method, conditions[_i].fields);
    ck_assert_msg(answer.status == conditions[_i].status, "%s: %d, not %d", conditions[_i].fields, answer.status,
                  conditions[_i].status);
    if (answer.status == 200 && conditions[_i].method[0] == 'G') {
        ck_assert_uint_eq(answer.body_length, SIZE);
    }
}
END_TEST

/* ---- parts ---- */

static const struct {
    const char *set, *range;
    size_t begin, end;
} parts[] = {
    {"0-0", "bytes 0-0/300000", 0, 1},
    {"100-199", "bytes 100-199/300000", 100, 200},
    {"299999-", "bytes 299999-299999/300000", 299999, 300000},
    {"0-", "bytes 0-299999/300000", 0, 300000},
    {"-5", "bytes 299995-299999/300000", 299995, 300000},
    {"-999999", "bytes 0-299999/300000", 0, 300000},
    {"299990-99999999999999999999", "bytes 299990-299999/300000", 299990, 300000},
    {"65535-200000", "bytes 65535-200000/300000", 65535, 200001},
    /* those that overlap or touch are one */
    {"0-9,10-19", "bytes 0-19/300000", 0, 20},
    {"5-9, 0-6 ,9-100", "bytes 0-100/300000", 0, 101},
    {"0-0,-300000", "bytes 0-299999/300000", 0, 300000},
};

START_TEST(one_part) {
    char fields[100], value[200];
    snprintf(fields, sizeof fields, "Range: bytes=%s", parts[_i].set);
    struct web_answer answer = ask("GET", fields);
    ck_assert_int_eq(answer.status, 206);
    ck_assert_str_eq(value_of(&answer, "Content-Range", value), parts[_i].range);
    ck_assert_str_eq(value_of(&answer, "Content-Type", value), "text/plain; charset=utf-8");
    ck_assert_uint_eq(answer.body_length, parts[_i].end - parts[_i].begin);
    ck_assert_mem_eq(answer.body, octets + parts[_i].begin, answer.body_length);
}
END_TEST

START_TEST(unsatisfiable) {
    char value[200];
    struct web_answer answer = ask("GET", "Range: bytes=300000-300001");
    ck_assert_int_eq(answer.status, 416);
    ck_assert_str_eq(value_of(&answer, "Content-Range", value), "bytes */300000");
}
END_TEST

/* Of an empty file there is no part: whatever is asked for, it is all of it. RFC 9110 14.2 */
START_TEST(nothing_at_all) {
    ck_assert_int_eq(truncate(path, 0), 0);
    static const char *const sets[] = {"0-0", "0-", "-1", "-0", "5-6,-2"};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        char fields[60];
        snprintf(fields, sizeof fields, "Range: bytes=%s", sets[i]);
        struct web_answer answer = ask("GET", fields);
        ck_assert_int_eq(answer.status, 200);
        ck_assert_uint_eq(answer.body_length, 0);
        ck_assert(web_has_line(&answer, "Content-Length: 0"));
    }
}
END_TEST

/* H59: a thousand ranges, as attackers ask for: all of it, once. */
START_TEST(a_thousand_parts) {
    static char fields[8000];
    struct text text = text_fixed(fields, sizeof fields);
    text_put(&text, "Range: bytes=");
    for (unsigned i = 0; i < 1000; i++) {
        text_format(&text, "%s%u-", i ? "," : "", i);
    }
    ck_assert(!text.cut);
    struct web_answer answer = ask("GET", fields);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_uint_eq(answer.body_length, SIZE);
}
END_TEST

/* H56. In the order that was asked for; large parts out of a mapping, small ones read. */
struct extent {
    size_t begin, end;
};

static const struct {
    const char *set;
    struct extent extent[4];
    unsigned count;
} several[] = {
    {"0-0,2-3", {{0, 1}, {2, 4}}, 2},
    {"200000-299990,0-99999,-1", {{200000, 299991}, {0, 100000}, {299999, 300000}}, 3},
    {"100000-199999,5-6,-10,0-1", {{100000, 200000}, {5, 7}, {299990, 300000}, {0, 2}}, 4},
};

START_TEST(several_parts) {
    char fields[100], value[200], line[200];
    snprintf(fields, sizeof fields, "Range: bytes=%s", several[_i].set);
    struct web_answer answer = ask("GET", fields);
    ck_assert_int_eq(answer.status, 206);
    ck_assert_ptr_null(value_of(&answer, "Content-Range", value));
    ck_assert_ptr_nonnull(value_of(&answer, "Content-Type", value));
    const char *boundary = strstr(value, "boundary=");
    ck_assert(boundary && strncmp(value, "multipart/byteranges; ", 22) == 0);
    const char *at = answer.body;
    for (unsigned i = 0; i < several[_i].count; i++) {
        const struct extent *extent = &several[_i].extent[i];
        int length = snprintf(line, sizeof line,
                              "\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\n"
                              "Content-Range: bytes %zu-%zu/300000\r\n\r\n",
                              boundary + 9, extent->begin, extent->end - 1);
        ck_assert_mem_eq(at, line, (size_t)length);
        at += length;
        ck_assert_mem_eq(at, octets + extent->begin, extent->end - extent->begin);
        at += extent->end - extent->begin;
    }
    int length = snprintf(line, sizeof line, "\r\n--%s--\r\n", boundary + 9);
    ck_assert_mem_eq(at, line, (size_t)length);
    ck_assert_ptr_eq(at + length, answer.body + answer.body_length);
}
END_TEST

/* ---- dates ---- */

START_TEST(dates) {
    static const char *const wrong[] = {
        "",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Son, 06 Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 06 Nov 94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov 06 08:49:37 94",
    };
    int64_t seconds;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(!http_date_parse(wrong[i], strlen(wrong[i]), 0, &seconds), "%s", wrong[i]);
    }
    /* What is written is read; every cut of it is refused, from memory that ends there. */
    for (int64_t second = -62135596800; second < 253402300799; second += 7777777777) {
        char text[HTTP_DATE_TEXT];
        http_date_format(second, text);
        ck_assert(http_date_parse(text, strlen(text), 0, &seconds) && seconds == second);
        for (size_t length = 0; length < strlen(text); length++) {
            char *cut = (char *)exact_copy(text, length);
            ck_assert(!http_date_parse(cut, length, 0, &seconds));
            exact_free((uint8_t *)cut);
        }
    }
    /* Two digits: at most 50 years ahead of now. */
    const int64_t in_2026 = 1795000000;
    ck_assert(http_date_parse("Sunday, 06-Nov-94 08:49:37 GMT", 30, in_2026, &seconds) && seconds == CHANGED);
    ck_assert(http_date_parse("Friday, 06-Nov-76 08:49:37 GMT", 30, in_2026, &seconds) && seconds > in_2026);
    ck_assert(http_date_parse("Sunday, 06-Nov-77 08:49:37 GMT", 30, in_2026, &seconds) && seconds < in_2026);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_conditional", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, validators);
    tcase_add_test(tests, not_settled);
    tcase_add_loop_test(tests, condition, 0, (int)(sizeof conditions / sizeof conditions[0]));
    tcase_add_loop_test(tests, one_part, 0, (int)(sizeof parts / sizeof parts[0]));
    tcase_add_test(tests, unsatisfiable);
    tcase_add_test(tests, nothing_at_all);
    tcase_add_test(tests, a_thousand_parts);
    tcase_add_loop_test(tests, several_parts, 0, (int)(sizeof several / sizeof several[0]));
    tcase_add_test(tests, dates);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
