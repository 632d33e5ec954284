/* test_http_path.c: from a path to the name of a file, and back; dates; media types. H33, H40, H60, H61, H62, AH4.
 * RFC 3986 2.1, 5.2.4; RFC 9110 5.6.7, 8.3.
 */
#include "http/http_date.h"
#include "http/http_path.h"
#include "unit.h"

#include <stdio.h>

static struct http_path path;

static enum http_refusal read_path(const char *raw, size_t length) {
    uint8_t *octets = exact_copy(raw, length);
    memset(&path, '#', sizeof path);
    enum http_refusal refusal = http_path_read(&path, octets, length);
    exact_free(octets);
    return refusal;
}

START_TEST(names) {
    static const struct {
        const char *raw, *name;
    } rows[] = {
        {"", ""},
        {"/", ""},
        {"/a", "a"},
        {"/a/", "a/"},
        {"/a/b.c", "a/b.c"},
        {"/a%2Fb", "a/b"},
        {"/%61%2e%62", "a.b"},
        {"/a%20b", "a b"},
        {"/%C3%a4", "\xc3\xa4"},
        /* H61: '+' is a plus; what was decoded is not decoded again */
        {"/a+b", "a+b"},
        {"/%2541", "%41"},
        {"/%252e%252e/a", "%2e%2e/a"},
        /* RFC 3986 5.2.4, with its examples, and empty segments */
        {"/a/b/c/./../../g", "a/g"},
        {"/mid/content=5/../6", "mid/6"},
        {"/./a", "a"},
        {"/.", ""},
        {"/a/.", "a/"},
        {"/a/..", ""},
        {"/a/../", ""},
        {"/a/b/..", "a/"},
        {"/a/b/../", "a/"},
        {"/a/./b/./", "a/b/"},
        {"/a/%2e%2E/b", "b"},
        {"//", ""},
        {"//a//b//", "a/b/"},
        {"///../a", NULL},
        {"/...", "..."},
        {"/..a/.b./c..", "..a/.b./c.."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum http_refusal refusal = read_path(rows[i].raw, strlen(rows[i].raw));
        if (!rows[i].name) {
            ck_assert_msg(refusal == HTTP_REFUSED_PATH_OUTSIDE, "%s", rows[i].raw);
            continue;
        }
        ck_assert_msg(refusal == HTTP_REFUSED_NONE, "%s: %s", rows[i].raw, http_reason(refusal)->name);
        ck_assert_str_eq(path.name, rows[i].name);
        ck_assert_uint_eq(path.length, strlen(rows[i].name));
    }
}
END_TEST

/* AH4 */
START_TEST(what_is_no_path) {
    static const struct {
        const char *raw;
        enum http_refusal refusal;
    } rows[] = {
        {"/..", HTTP_REFUSED_PATH_OUTSIDE},
        {"/../", HTTP_REFUSED_PATH_OUTSIDE},
        {"/../a", HTTP_REFUSED_PATH_OUTSIDE},
        {"/a/../..", HTTP_REFUSED_PATH_OUTSIDE},
        {"/a/../../etc/passwd", HTTP_REFUSED_PATH_OUTSIDE},
        {"/..%2f..%2fetc/passwd", HTTP_REFUSED_PATH_OUTSIDE},
        {"/%2e%2e/etc/passwd", HTTP_REFUSED_PATH_OUTSIDE},
        {"/%2e%2e%2fetc", HTTP_REFUSED_PATH_OUTSIDE},
        {"/.%2e/", HTTP_REFUSED_PATH_OUTSIDE},
        {"//../", HTTP_REFUSED_PATH_OUTSIDE},
        {"/./../", HTTP_REFUSED_PATH_OUTSIDE},
        {"/%", HTTP_REFUSED_PATH_ESCAPE},
        {"/%4", HTTP_REFUSED_PATH_ESCAPE},
        {"/%4g", HTTP_REFUSED_PATH_ESCAPE},
        {"/%g4", HTTP_REFUSED_PATH_ESCAPE},
        {"/%%41", HTTP_REFUSED_PATH_ESCAPE},
        {"/%u0041", HTTP_REFUSED_PATH_ESCAPE},
        {"/a%00b", HTTP_REFUSED_PATH_OCTET},
        {"/%0d%0aSet-Cookie:x", HTTP_REFUSED_PATH_OCTET},
        {"/%1f", HTTP_REFUSED_PATH_OCTET},
        {"/%7F", HTTP_REFUSED_PATH_OCTET},
        {"/\x01", HTTP_REFUSED_PATH_OCTET}, /* no request target has one, but who knows who calls */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum http_refusal refusal = read_path(rows[i].raw, strlen(rows[i].raw));
        ck_assert_msg(refusal == rows[i].refusal, "%s: %s", rows[i].raw, http_reason(refusal)->name);
    }
}
END_TEST

/* A path says the same with all of its octets escaped: those that mean what they say are read by a way of their own. */
START_TEST(escaped_or_not) {
    static const char alphabet[] = "///...ab-%\x7f\n";
    uint64_t state = 11;
    for (int round = 0; round < 100000; round++) {
        char raw[24] = "/", escaped[80] = "";
        size_t length = 1 + draw(&state) % 12;
        for (size_t i = 1; i < length; i++) {
            raw[i] = alphabet[draw(&state) % (sizeof alphabet - (draw(&state) % 4 ? 4 : 1))];
        }
        for (size_t i = 0; i < length; i++) {
            snprintf(escaped + 3 * i, 4, "%%%02x", (unsigned char)raw[i]);
        }
        enum http_refusal refusal = read_path(raw, length);
        struct http_path first = path;
        if (refusal == HTTP_REFUSED_PATH_ESCAPE || memchr(raw, '%', length)) {
            continue;
        }
        EXPECT(read_path(escaped, 3 * length) == refusal);
        EXPECT(refusal != HTTP_REFUSED_NONE || strcmp(first.name, path.name) == 0);
        EXPECT(refusal != HTTP_REFUSED_NONE || first.length == path.length);
        EXPECT(refusal != HTTP_REFUSED_NONE || strlen(path.name) == path.length);
    }
}
END_TEST

START_TEST(long_paths) {
    char raw[HTTP_PATH_MAX + 1];
    memset(raw, 'a', sizeof raw);
    raw[0] = '/';
    ck_assert_int_eq(read_path(raw, HTTP_PATH_MAX - 1), HTTP_REFUSED_NONE);
    ck_assert_uint_eq(path.length, HTTP_PATH_MAX - 2);
    ck_assert_int_eq(read_path(raw, HTTP_PATH_MAX), HTTP_REFUSED_PATH_LONG);
    ck_assert_int_eq(http_reason(HTTP_REFUSED_PATH_LONG)->status, 404);
}
END_TEST

/* Whatever comes out has no empty, "." or ".." segment and no control character; it is absolute when written, with
 * exactly one slash in front (H62), and reading what was written gives it again. */
START_TEST(what_comes_out_is_plain) {
    static const char *const parts[] = {"/",  ".",   "..", "a", "%2e", "%2F", "b%20",
                                        "//", "%41", "+",  "%", "%00", "\xc3"};
    uint64_t state = 11;
    int sound = 0;
    for (int round = 0; round < 20000; round++) {
        char raw[64] = "/";
        for (unsigned i = draw_below(&state, 10); i > 0; i--) {
            strcat(raw, parts[draw_below(&state, sizeof parts / sizeof parts[0])]);
        }
        if (read_path(raw, strlen(raw)) != HTTP_REFUSED_NONE) {
            continue;
        }
        sound++;
        char bounded[HTTP_PATH_MAX + 2], again[HTTP_PATH_MAX];
        snprintf(bounded, sizeof bounded, "/%s", path.name);
        EXPECT(!strstr(bounded, "//") && !strstr(bounded, "/./") && !strstr(bounded, "/../"));
        EXPECT(path.length == strlen(path.name));
        strcpy(again, path.name);
        struct text text = text_growing();
        http_path_write(&text, &path);
        EXPECT(text.data[0] == '/' && text.data[1] != '/');
        EXPECT(strspn(text.data, "/%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+$") ==
               text.length);
        EXPECT(read_path(text.data, text.length) == HTTP_REFUSED_NONE && strcmp(path.name, again) == 0);
        text_free(&text);
    }
    ck_assert_int_gt(sound, 3000);
}
END_TEST

START_TEST(writing) {
    struct text text = text_growing();
    static const char raw[] = "/a%20b/%3Cc%3E'&%25";
    ck_assert_int_eq(read_path(raw, sizeof raw - 1), HTTP_REFUSED_NONE);
    http_path_write(&text, &path);
    ck_assert_str_eq(text.data, "/a%20b/%3Cc%3E%27%26%25");
    text_free(&text);
}
END_TEST

/* H33 */
START_TEST(dates) {
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},  {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},         {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
        {1767225599, "Wed, 31 Dec 2025 23:59:59 GMT"}, {INT64_C(253402300799), "Fri, 31 Dec 9999 23:59:59 GMT"},
        {INT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT"},  {INT64_MIN, "Mon, 01 Jan 0001 00:00:00 GMT"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[HTTP_DATE_TEXT];
        ck_assert_str_eq(http_date_format(rows[i].seconds, text), rows[i].text);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_path", &tests);
    tcase_add_test(tests, names);
    tcase_add_test(tests, what_is_no_path);
    tcase_add_test(tests, escaped_or_not);
    tcase_add_test(tests, long_paths);
    tcase_add_test(tests, what_comes_out_is_plain);
    tcase_add_test(tests, writing);
    tcase_add_test(tests, dates);
    return unit_run(suite);
}
