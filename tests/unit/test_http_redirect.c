/* test_http_redirect.c: paths that are elsewhere: H39, H40, H62. http_redirect.h. */
#include "harness/web.h"
#include "http/http_redirect.h"
#include "unit.h"

#include <stdio.h>

static struct http_redirects redirects;
static char error[256];

static void teardown(void) {
    http_redirects_end(&redirects);
}

static void add(int status, const char *from, const char *to) {
    ck_assert_msg(http_redirects_add(&redirects, status, from, to, error, sizeof error) == HTTP_REDIRECT_GOOD, "%s",
                  error);
}

static void add_some(void) {
    add(301, "/one", "/two");
    add(302, "/old/*", "/new/*");
    add(307, "/old/deep/*", "https://a.test/d/*");
    add(308, "/old/deep/exact", "/e");
    add(308, "/all/*", "/index.html");
    add(301, "/to-root/*", "/*");
    add(301, "/a%20b%3f", "/c%20d");
    add(301, "/q", "/r?x=1#end");
    add(302, "/f", "http://b.test#part");
    add(410, "/gone/*", NULL);
    add(403, "/.git/*", NULL);
    ck_assert_msg(http_redirects_check(&redirects, error, sizeof error), "%s", error);
}

/* ---- the table ---- */

static const struct http_redirect *find(const char *raw, struct http_path *path) {
    ck_assert_int_eq(http_path_read(path, (const uint8_t *)raw, strlen(raw)), HTTP_REFUSED_NONE);
    return http_redirects_find(&redirects, path);
}

static const struct {
    const char *path, *query, *location;
    int status;
} rows[] = {
    {"/one", NULL, "/two", 301},
    {"/one", "a=b&c", "/two?a=b&c", 301},
    {"/one", "", "/two?", 301},
    {"/./x/../one", NULL, "/two", 301},
    {"/%6fne", NULL, "/two", 301},
    {"/old/", NULL, "/new/", 302},
    {"/old/x", NULL, "/new/x", 302},
    {"/old/x/y/", "q", "/new/x/y/?q", 302},
    {"/old/deep", NULL, "/new/deep", 302},
    {"/old/deep/x", "q", "https://a.test/d/x?q", 307},
    {"/old/deep/exact", NULL, "/e", 308},
    {"/old/deep/exact/", NULL, "https://a.test/d/exact/", 307},
    {"/all/of/it", NULL, "/index.html", 308},
    {"/a%20b%3f", NULL, "/c%20d", 301},
    {"/q", "y=2", "/r?x=1&y=2#end", 301},
    {"/q", NULL, "/r?x=1#end", 301},
    {"/f", "a", "http://b.test?a#part", 302},
    /* H40: what is put behind is escaped anew, and there is no other host in it (H62) */
    {"/old/%25%30%64%25%30%61X:y", NULL, "/new/%250d%250aX%3Ay", 302},
    {"/old/%22%3E%3Cb%3e", NULL, "/new/%22%3E%3Cb%3E", 302},
    {"/to-root//evil.test/", NULL, "/evil.test/", 301},
    {"/to-root/%2f%2fevil.test", NULL, "/evil.test", 301},
    {"/to-root/%5cevil.test", NULL, "/%5Cevil.test", 301},
    {"/to-root/", NULL, "/", 301},
    {"/old/deep/.evil.test", NULL, "https://a.test/d/.evil.test", 307},
    /* nothing */
    {"/", NULL, NULL, 0},
    {"/on", NULL, NULL, 0},
    {"/one/", NULL, NULL, 0},
    {"/ones", NULL, NULL, 0},
    {"/old", NULL, NULL, 0},
    {"/oldx", NULL, NULL, 0},
    {"/x/old/y", NULL, NULL, 0},
    {"/One", NULL, NULL, 0},
};

START_TEST(finding) {
    struct http_path path;
    add_some();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text location = text_growing();
        const struct http_redirect *redirect = find(rows[i].path, &path);
        ck_assert_msg((redirect != NULL) == (rows[i].location != NULL), "%s", rows[i].path);
        if (redirect) {
            const char *query = rows[i].query;
            http_redirect_put(&location, redirect, &path, query, query ? strlen(query) : 0);
            ck_assert_str_eq(location.data, rows[i].location);
            ck_assert_int_eq(http_redirect_status(redirect), rows[i].status);
        }
        text_free(&location);
    }
}
END_TEST

/* A thousand rules in any order: each is found. */
START_TEST(many) {
    char from[40], to[40];
    struct http_path path;
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(from, sizeof from, "/%u/*", i * 7919 % 1000);
        snprintf(to, sizeof to, "/there/%u", i * 7919 % 1000);
        add(301, from, to);
    }
    ck_assert(http_redirects_check(&redirects, error, sizeof error));
    for (unsigned i = 0; i < 1000; i++) {
        struct text location = text_growing();
        snprintf(from, sizeof from, "/%u/x", i);
        snprintf(to, sizeof to, "/there/%u", i);
        const struct http_redirect *redirect = find(from, &path);
        ck_assert_ptr_nonnull(redirect);
        http_redirect_put(&location, redirect, &path, NULL, 0);
        ck_assert_str_eq(location.data, to);
        text_free(&location);
    }
    ck_assert_int_eq(http_redirects_add(&redirects, 301, "/more", "/x", error, sizeof error), HTTP_REDIRECT_FROM);
    ck_assert_ptr_nonnull(strstr(error, "1000"));
}
END_TEST

START_TEST(what_is_no_rule) {
    static const struct {
        int status;
        const char *from, *to;
    } wrong[] = {
        {300, "/a", "/b"},
        {303, "/a", "/b"},
        {200, "/a", "/b"},
        {301, "/a", NULL},
        {410, "/a", "/b"},
        {301, "a", "/b"},
        {301, "", "/b"},
        {301, "http://a/", "/b"},
        {301, "/a*", "/b"},
        {301, "/a/*/b", "/b"},
        {301, "/*/*", "/b"},
        {301, "/a?b", "/b"},
        {301, "/a#b", "/b"},
        {301, "/%", "/b"},
        {301, "/%00", "/b"},
        {301, "/../a", "/b"},
        {301, "/a", ""},
        {301, "/a", "b"},
        {301, "/a", "//evil.test"},
        {301, "/a", "/\\evil.test"},
        {301, "/a", "ftp://b/"},
        {301, "/a", "http:///b"},
        {301, "/a", "/b c"},
        {301, "/a", "/b\r\nX: y"},
        {301, "/a", "/b\x7f"},
        {301, "/a", "/b\xc3\xa4"},
        {301, "/a", "/b#c#d"},
        {301, "/a", "/b/*"},
        {301, "/a/*", "/b?c=/*"},
        {301, "/a/*", "/b#c/*"},
        {301, "/a", "javascript:1"},
        {301, "/one", "/b"},
        {301, "/%6fne", "/b"},
        {410, "/old/*", NULL},
    };
    add_some();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        error[0] = '\0';
        const char *to = wrong[i].to;
        enum http_redirect_fault fault = http_redirects_add(&redirects, wrong[i].status, wrong[i].from, to, error,
                                                            sizeof error);
        ck_assert_msg(fault != HTTP_REDIRECT_GOOD, "%d %s %s", wrong[i].status, wrong[i].from, to ? to : "-");
        ck_assert_msg(strlen(error) > 10 && !strstr(error, "memory"), "%s: %s", wrong[i].from, error);
    }
}
END_TEST

START_TEST(circles) {
    static const struct {
        const char *rule[3][2];
        bool circle;
    } sets[] = {
        {{{"/a", "/a"}}, true},
        {{{"/a", "/b"}, {"/b", "/a"}}, true},
        {{{"/a", "/b?x"}, {"/b", "/c#y"}, {"/c", "/a"}}, true},
        {{{"/a/*", "/a/*"}}, true},
        {{{"/a/*", "/a/b/*"}}, true},
        {{{"/*", "/a"}}, true},
        {{{"/*", "/a/*"}}, true},
        {{{"/a/*", "/b/*"}, {"/b/x/*", "/a/x/*"}}, true},
        {{{"/a/b", "/%61/./b"}}, true},
        {{{"/a", "/b"}, {"/b", "/c"}, {"/c", "/d"}}, false},
        {{{"/a", "/a/"}}, false},
        {{{"/x/*", "/*"}}, false},
        {{{"/a/*", "/b/*"}, {"/b/x", "/a/y"}}, false},
        {{{"/*", "https://a.test/*"}}, false},
        {{{"/a", "http://a.test/a"}}, false},
    };
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        for (unsigned k = 0; k < 3 && sets[i].rule[k][0]; k++) {
            add(301, sets[i].rule[k][0], sets[i].rule[k][1]);
        }
        ck_assert_msg(http_redirects_check(&redirects, error, sizeof error) != sets[i].circle, "%s -> %s",
                      sets[i].rule[0][0], sets[i].rule[0][1]);
        http_redirects_end(&redirects);
    }
}
END_TEST

/* H40, H62: whatever the rules and whoever asks, Location is a URI with nothing in it but what a URI may have, and
 * leads to the host that a rule names, or to none. */
START_TEST(any_rules_and_paths) {
    static const char *const froms[] = {"/a", "/a/*", "/*", "/a/b/*", "/%2f/*", "/.%2e/*", "/a%0a", "/\\/*", "/a/*b"};
    static const char *const tos[] = {"/",
                                      "/*",
                                      "/b/*",
                                      "//b",
                                      "/\\b",
                                      "/b?c",
                                      "/#",
                                      "/b#c",
                                      "http://h/*",
                                      "https://h/?x#y",
                                      "http://h.test/",
                                      "/b\r\nX: y"};
    static const char *const words[] = {"/", "/",  "a",   "b",      "%2f", "%5c", "\\",
                                        ".", "..", "%2e", "%0d%0a", ":",   "@",   "evil.test"};
    uint64_t state = 3;
    unsigned moved = 0;
    for (int round = 0; round < 30000; round++) {
        struct http_redirects some = {0};
        struct http_path path;
        char raw[100] = "/";
        for (uint64_t n = draw(&state) % 3 + 1; n > 0; n--) {
            http_redirects_add(&some, 301, froms[draw(&state) % 9], tos[draw(&state) % 12], error, sizeof error);
        }
        for (uint64_t n = draw(&state) % 7; n > 0; n--) {
            strcat(raw, words[draw(&state) % 14]);
        }
        const struct http_redirect *redirect = NULL;
        if (http_path_read(&path, (const uint8_t *)raw, strlen(raw)) == HTTP_REFUSED_NONE) {
            redirect = http_redirects_find(&some, &path);
        }
        if (redirect) {
            struct text location = text_growing();
            http_redirect_put(&location, redirect, &path, "q=1", 3);
            const char *at = location.data;
            EXPECT(strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFX0123456789-._~:/?#@=&%") == strlen(at));
            bool host = strncmp(at, "http://h/", 9) == 0 || strncmp(at, "https://h/", 10) == 0 ||
                        strncmp(at, "http://h.test/", 14) == 0;
            EXPECT(host || (at[0] == '/' && at[1] != '/' && at[1] != '\\'));
            EXPECT(strstr(at, "q=1") != NULL);
            text_free(&location);
            moved++;
        }
        http_redirects_end(&some);
    }
    ck_assert_uint_gt(moved, 5000);
}
END_TEST

/* ---- the server ---- */

static struct web_answer ask(struct web *web, const char *request) {
    struct web_answer answer;
    struct web_client *client = web_connect(web);
    const bool to_head = strncmp(request, "HEAD", 4) == 0;
    web_say(web, client, request);
    web_run(web, LUCID_SECOND);
    ck_assert_msg(web_answer(client, 0, &to_head, &answer), "%s: %s", request, client->got.data);
    return answer;
}

START_TEST(over_the_wire) {
    static const struct {
        const char *request;
        int status;
        const char *line;
    } asked[] = {
        {"GET /one?a=%0d%0aX:y HTTP/1.1\r\nHost: a\r\n\r\n", 301, "Location: /two?a=%0d%0aX:y"},
        {"HEAD /old/x HTTP/1.1\r\nHost: a\r\n\r\n", 302, "Location: /new/x"},
        {"POST /old/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", 302, "Location: /new/x"},
        {"DELETE /old/deep/x HTTP/1.1\r\nHost: a\r\n\r\n", 307, "Location: https://a.test/d/x"},
        {"GET http://evil.test//one HTTP/1.1\r\nHost: a\r\n\r\n", 301, "Location: /two"},
        {"GET /gone/x HTTP/1.1\r\nHost: a\r\n\r\n", 410, NULL},
        {"GET /.git/config HTTP/1.1\r\nHost: a\r\n\r\n", 403, NULL},
        {"GET /gone HTTP/1.1\r\nHost: a\r\n\r\n", 404, NULL},
        {"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 405, NULL},
        {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204, NULL},
        {"GET /old/%0d%0aX:y HTTP/1.1\r\nHost: a\r\n\r\n", 400, NULL},
    };
    struct web web;
    add_some();
    web_init(&web);
    web.options.redirects = &redirects;
    ck_assert_ptr_null(web_open(&web));
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct web_answer answer = ask(&web, asked[i].request);
        ck_assert_msg(answer.status == asked[i].status, "%s: %d", asked[i].request, answer.status);
        ck_assert_msg(!asked[i].line || web_has_line(&answer, asked[i].line), "%s: %.*s", asked[i].request,
                      (int)answer.head_length, answer.head);
        ck_assert_ptr_null(memmem(answer.head, answer.head_length, "\r\nX:y", 5));
    }
    ck_assert_ptr_null(web_close(&web));
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_redirect", &tests);
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, finding);
    tcase_add_test(tests, many);
    tcase_add_test(tests, what_is_no_rule);
    tcase_add_test(tests, circles);
    tcase_add_test(tests, any_rules_and_paths);
    tcase_add_test(tests, over_the_wire);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
