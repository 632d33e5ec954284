/* test_http_request.c: what a head means: H7 to H11, H17, H29, H42, H44. RFC 9110 7, 9, 10.1.1; RFC 9112 3, 9.3. */
#include "http/http_request.h"
#include "unit.h"

#include <stdio.h>

static const struct http_limits limits = HTTP_LIMITS_DEFAULT;

static struct http_request request;
static char text[2048];

/* Parses a head without its empty line, and reads it. */
static enum http_refusal read_head(const char *head) {
    size_t length = (size_t)snprintf(text, sizeof text, "%s\r\n", head);
    uint8_t *octets = exact_copy(text, length);
    http_head_begin(&request.head, HTTP_REQUEST);
    ck_assert_msg(http_head_feed(&request.head, &limits, octets, length) == HTTP_DONE, "no head: %s", head);
    enum http_refusal refusal = http_request_read(&request, octets);
    exact_free(octets);
    return refusal;
}

static void refuses(const char *head, enum http_refusal expected) {
    enum http_refusal refusal = read_head(head);
    ck_assert_msg(refusal == expected, "%s: %s, not %s", head, http_reason(refusal)->name, http_reason(expected)->name);
    ck_assert_uint_lt(request.head.refused_at, strlen(text));
}

static void takes(const char *head) {
    enum http_refusal refusal = read_head(head);
    ck_assert_msg(refusal == HTTP_REFUSED_NONE, "%s: %s", head, http_reason(refusal)->name);
}

static void span_is(struct http_span span, const char *word) {
    ck_assert_msg(http_span_is((const uint8_t *)text, span, word), "%.*s, not %s", (int)span.length, text + span.at,
                  word);
}

/* ---- methods: H7 ---- */

START_TEST(methods) {
    static const struct {
        const char *name;
        enum http_method method;
    } rows[] = {
        {"GET", HTTP_GET},       {"HEAD", HTTP_HEAD},       {"POST", HTTP_POST},   {"PUT", HTTP_PUT},
        {"DELETE", HTTP_DELETE}, {"OPTIONS", HTTP_OPTIONS}, {"TRACE", HTTP_TRACE}, {"PATCH", HTTP_PATCH},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char head[100];
        snprintf(head, sizeof head, "%s / HTTP/1.1\r\nHost: a\r\n", rows[i].name);
        takes(head);
        ck_assert_int_eq(request.method, rows[i].method);
    }
    takes("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n");
    ck_assert_int_eq(request.method, HTTP_CONNECT);
    refuses("get / HTTP/1.1\r\nHost: a\r\n", HTTP_REFUSED_METHOD_UNKNOWN);
    refuses("GETS / HTTP/1.1\r\nHost: a\r\n", HTTP_REFUSED_METHOD_UNKNOWN);
    refuses("BREW / HTTP/1.1\r\nHost: a\r\n", HTTP_REFUSED_METHOD_UNKNOWN);
    ck_assert_str_eq(http_method_name(0), "GET");
    ck_assert_str_eq(http_method_name(8), "PATCH");
    ck_assert_ptr_null(http_method_name(9));
}
END_TEST

/* ---- Host: H9 ---- */

static const char *const good_hosts[] = {
    "a",        "a.b.c", "10.77.0.2", "10.77.0.2:80",  "a:",      "a:65535",     "a:0080", "[fd77::2]",
    "[::1]:80", "a_b",   "%41b",      "a!$&'()*+,;=~", "xn--a-b", "[::1.2.3.4]",
};
static const char *const bad_hosts[] = {
    "",
    ":80",
    "a b",
    "u@a",
    "a/b",
    "a?b",
    "a#b",
    "a:b",
    "a:65536",
    "a:-1",
    "a:80:80",
    "[::1",
    "::1",
    "[]",
    "[:]",
    "[:::]",
    "[1:2]",
    "[1:2:3:4:5:6:7:8:9]",
    "[fe80::1%25eth0]",
    "[::1.2.3.4.5]",
    "[10.77.0.2]",
    "[v1.a:b]",
    "[a]",
    "[g::]",
    "[::1]a",
    "[::1]80",
    "a[b",
    "a]",
    "%4",
    "%zz",
    "a,b c",
    "[::1]:x",
    "\"a\"",
    "a\xc3",
    "[::1]]",
    "[:%1]",
    "a:99999999999999999999",
};

START_TEST(hosts) {
    char head[200];
    for (size_t i = 0; i < sizeof good_hosts / sizeof good_hosts[0]; i++) {
        snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: %s\r\n", good_hosts[i]);
        takes(head);
        span_is(request.host, good_hosts[i]);
    }
    for (size_t i = 0; i < sizeof bad_hosts / sizeof bad_hosts[0]; i++) {
        snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: %s\r\n", bad_hosts[i]);
        refuses(head, HTTP_REFUSED_HOST);
        snprintf(head, sizeof head, "GET / HTTP/1.0\r\nHost: %s\r\n", bad_hosts[i]);
        refuses(head, HTTP_REFUSED_HOST);
    }
}
END_TEST

START_TEST(one_host) {
    refuses("GET / HTTP/1.1\r\n", HTTP_REFUSED_HOST_MISSING);
    refuses("GET / HTTP/1.2\r\nX-Host: a\r\n", HTTP_REFUSED_HOST_MISSING);
    refuses("GET http://a/ HTTP/1.1\r\n", HTTP_REFUSED_HOST_MISSING);
    refuses("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", HTTP_REFUSED_HOST_TWICE);
    refuses("GET / HTTP/1.0\r\nHost: a\r\nX: y\r\nhOST: b\r\n", HTTP_REFUSED_HOST_TWICE);
    takes("GET / HTTP/1.0\r\n");
    ck_assert_uint_eq(request.host.length, 0);
}
END_TEST

/* ---- targets: H10, H11 ---- */

START_TEST(targets) {
    static const struct {
        const char *target, *host, *path, *query; /* query NULL: none */
    } rows[] = {
        {"/", "h", "/", NULL},
        {"/a/b?c=d&e", "h", "/a/b", "c=d&e"},
        {"/?", "h", "/", ""},
        {"/a??b", "h", "/a", "?b"},
        {"//a", "h", "//a", NULL},
        {"http://b/", "b", "/", NULL},
        {"HTTP://b:8080/c?d", "b:8080", "/c", "d"},
        {"http://b", "b", "", NULL},
        {"http://b?c", "b", "", "c"},
        {"http://[::1]:80/x", "[::1]:80", "/x", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char head[200];
        snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: h\r\n", rows[i].target);
        takes(head);
        span_is(request.host, rows[i].host);
        span_is(request.path, rows[i].path);
        ck_assert(request.has_query == (rows[i].query != NULL));
        span_is(request.query, rows[i].query ? rows[i].query : "");
    }
}
END_TEST

START_TEST(forms_that_a_method_does_not_have) {
    static const char *const bad[] = {
        "GET *",          "GET a",        "GET a:80",        "GET ?a",          "GET http:/b/",         "GET http:///a",
        "GET https://b/", "GET ftp://b/", "GET http://u@b/", "GET http://b:x/", "OPTIONS **",           "OPTIONS a",
        "CONNECT /",      "CONNECT a",    "CONNECT a:",      "CONNECT *",       "CONNECT http://a:80/", "CONNECT [::1]",
        "CONNECT u@a:80", "CONNECT :80",  "GET http://",     "GET http://:80/",
    };
    char head[200];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: h\r\n", bad[i]);
        refuses(head, HTTP_REFUSED_FORM);
    }
    takes("OPTIONS * HTTP/1.1\r\nHost: h\r\n");
    takes("OPTIONS / HTTP/1.1\r\nHost: h\r\n");
    takes("CONNECT [::1]:443 HTTP/1.1\r\nHost: h\r\n");
}
END_TEST

/* ---- the connection: H42, H44 ---- */

START_TEST(persistence) {
    static const struct {
        const char *version, *fields;
        bool persistent;
    } rows[] = {
        {"1.1", "", true},
        {"1.1", "Connection: close\r\n", false},
        {"1.1", "Connection: CLOSE\r\n", false},
        {"1.1", "Connection: x, close ,y\r\n", false},
        {"1.1", "Connection: x\r\nConnection: close\r\n", false},
        {"1.1", "Connection: keep-alive, close\r\n", false},
        {"1.1", "Connection: closed\r\n", true},
        {"1.1", "Connection: x close\r\n", true},
        {"1.1", "Connection: keep-alive\r\n", true},
        {"1.1", "Proxy-Connection: close\r\n", true},
        {"1.0", "", false},
        {"1.0", "Connection: keep-alive\r\n", true},
        {"1.0", "Connection: Keep-Alive, close\r\n", false},
        {"1.0", "Proxy-Connection: keep-alive\r\n", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char head[200];
        snprintf(head, sizeof head, "GET / HTTP/%s\r\nHost: h\r\n%s", rows[i].version, rows[i].fields);
        takes(head);
        ck_assert_msg(request.persistent == rows[i].persistent, "%s", head);
    }
    refuses("BREW / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n", HTTP_REFUSED_METHOD_UNKNOWN);
    ck_assert(!request.persistent);
}
END_TEST

/* ---- Expect: H29 ---- */

START_TEST(expectations) {
    takes("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n");
    ck_assert(request.expects_continue);
    takes("POST / HTTP/1.1\r\nHost: h\r\nexpect: 100-Continue , 100-continue\r\n");
    ck_assert(request.expects_continue);
    takes("POST / HTTP/1.1\r\nHost: h\r\nExpect:\r\n");
    ck_assert(!request.expects_continue);
    takes("POST / HTTP/1.0\r\nHost: h\r\nExpect: 100-continue\r\n");
    ck_assert(!request.expects_continue);
    takes("POST / HTTP/1.0\r\nHost: h\r\nExpect: tea\r\n");
    refuses("POST / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n", HTTP_REFUSED_EXPECTATION);
    refuses("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nExpect: tea\r\n", HTTP_REFUSED_EXPECTATION);
    ck_assert_int_eq(http_reason(HTTP_REFUSED_EXPECTATION)->status, 417);
}
END_TEST

/* H17: fields that should come once and come twice do not matter to a server that does not read them. */
START_TEST(other_fields_may_be_there_twice) {
    takes("GET / HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nDate: x\r\nDate: y\r\n");
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_request", &tests);
    tcase_add_test(tests, methods);
    tcase_add_test(tests, hosts);
    tcase_add_test(tests, one_host);
    tcase_add_test(tests, targets);
    tcase_add_test(tests, forms_that_a_method_does_not_have);
    tcase_add_test(tests, persistence);
    tcase_add_test(tests, expectations);
    tcase_add_test(tests, other_fields_may_be_there_twice);
    return unit_run(suite);
}
