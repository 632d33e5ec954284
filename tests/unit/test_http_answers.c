/* test_http_answers.c: what every answer must have, whatever was asked: H32 to H39, H41. RFC 9110 6.6.1, 8.6, 15; RFC
 * 9112 4, 6.
 *
 * Each request is served alone, over an array; the octets of the answer are taken apart by hand.
 */
#include "harness/web_array.h"
#include "unit.h"

#include <ctype.h>
#include <stdio.h>

static struct web_array served;
static const char *head_end; /* behind the empty line of the answer */
static char request[500];

/* The answer to one request; it is the only one. */
static const char *serve(const char *method, const char *path, const char *version, const char *fields) {
    struct http_server_options options;
    int length = snprintf(request, sizeof request, "%s %s %s\r\nHost: a\r\n%s\r\n", method, path, version, fields);
    text_free(&served.out);
    http_server_defaults(&options);
    options.epoch = UINT64_C(784111777) * 1000000000;
    web_array_serve(&served, &options, (const uint8_t *)request, (size_t)length, NULL, 0);
    const char *end = served.out.length > 0 ? strstr(served.out.data, "\r\n\r\n") : NULL;
    ck_assert_msg(end != NULL, "no answer to %s", request);
    head_end = end + 4;
    return served.out.data;
}

static void teardown(void) {
    text_free(&served.out);
}

static int status(void) {
    return atoi(served.out.data + 9);
}

/* The value of a field, in memory that the next call takes; NULL: there is none. More than one is a fault. */
static const char *value_of(const char *name) {
    static char value[200];
    char begin[60];
    snprintf(begin, sizeof begin, "\r\n%s: ", name);
    const char *at = strcasestr(served.out.data, begin);
    if (!at || at >= head_end) {
        return NULL;
    }
    const char *second = strcasestr(at + 2, begin);
    ck_assert_msg(!second || second >= head_end, "%s twice: %s", name, served.out.data);
    at += strlen(begin);
    snprintf(value, sizeof value, "%.*s", (int)(strstr(at, "\r\n") - at), at);
    return value;
}

static size_t body_length(void) {
    return (size_t)(served.out.data + served.out.length - head_end);
}

static const char *const paths[] = {
    "/",           "/nothing",    "/echo?a=b",   "/headers",    "/anything",   "/cookie",       "/status/200",
    "/status/204", "/status/205", "/status/304", "/status/401", "/status/404", "/status/405",   "/status/416",
    "/status/426", "/status/429", "/status/500", "/status/503", "/status/599", "/redirect/301", "/redirect/308",
    "/bytes/100",  "/bytes/0",    "/range/26",   "/stream/3",   "/%zz",        "/../x",         "/status/99",
};
enum { PATHS = sizeof paths / sizeof paths[0] };

/* H32: HTTP/1.1 SP 3DIGIT SP phrase CRLF, even to HTTP/1.0; no LF without its CR in all of the head. */
START_TEST(status_lines) {
    for (size_t i = 0; i < 2 * (size_t)PATHS; i++) {
        const char *at = serve("GET", paths[i / 2], i % 2 ? "HTTP/1.1" : "HTTP/1.0", "");
        ck_assert(memcmp(at, "HTTP/1.1 ", 9) == 0 && at[12] == ' ');
        ck_assert(isdigit(at[9]) && isdigit(at[10]) && isdigit(at[11]));
        for (const char *lf = at; (lf = memchr(lf, '\n', (size_t)(head_end - lf))); lf++) {
            ck_assert(lf[-1] == '\r');
        }
        for (const char *cr = at; (cr = memchr(cr, '\r', (size_t)(head_end - cr))); cr++) {
            ck_assert(cr[1] == '\n');
        }
    }
}
END_TEST

/* H33 */
START_TEST(dates) {
    for (size_t i = 0; i < PATHS; i++) {
        serve("GET", paths[i], "HTTP/1.1", "");
        ck_assert_str_eq(value_of("Date"), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
    serve("GET", "/ /", "HTTP/1.1", "");
    ck_assert_int_eq(status(), 400);
    ck_assert_str_eq(value_of("Date"), "Sun, 06 Nov 1994 08:49:37 GMT");
}
END_TEST

/* H34, H37: the head of GET to the octet, Content-Length too, and nothing behind it. */
START_TEST(head_is_get_everywhere) {
    for (size_t i = 0; i < PATHS; i++) {
        bool shows_method = strcmp(paths[i], "/anything") == 0 || strncmp(paths[i], "/echo", 5) == 0;
        serve("GET", paths[i], "HTTP/1.1", "");
        size_t length = (size_t)(head_end - served.out.data);
        char *get = strndup(served.out.data, length);
        serve("HEAD", paths[i], "HTTP/1.1", "");
        ck_assert_msg(body_length() == 0, "HEAD %s has a body", paths[i]);
        ck_assert_msg(shows_method || strcmp(get, served.out.data) == 0, "%s\n%s", get, served.out.data);
        free(get);
    }
}
END_TEST

/* H35, H36, H37: the answers that have no body have neither framing nor octets; the others have one framing, which
 * says the truth. H38: errors are no exception. */
START_TEST(framing) {
    for (size_t i = 0; i < PATHS; i++) {
        serve("GET", paths[i], "HTTP/1.1", "");
        bool bodiless = status() == 204 || status() == 304;
        const char *coding = value_of("Transfer-Encoding"), *length = value_of("Content-Length");
        ck_assert_msg(!coding || !length, "both framings for %s", paths[i]);
        ck_assert_msg(bodiless != (coding || length), "%s: %s", paths[i], served.out.data);
        ck_assert(!bodiless || body_length() == 0);
        ck_assert(!length || strtoul(length, NULL, 10) == body_length());
        ck_assert(!coding || strcmp(served.out.data + served.out.length - 5, "0\r\n\r\n") == 0);
        ck_assert(strcmp(paths[i], "/stream/3") != 0 || coding);
    }
}
END_TEST

/* H35: what a condition or a method makes bodiless. */
START_TEST(no_body_where_none_may_be) {
    serve("GET", "/range/26", "HTTP/1.1", "If-None-Match: \"range-26\"\r\n");
    ck_assert_int_eq(status(), 304);
    ck_assert_uint_eq(body_length(), 0);
    serve("OPTIONS", "*", "HTTP/1.1", "");
    ck_assert_int_eq(status(), 204);
    ck_assert(!value_of("Content-Length") && !value_of("Transfer-Encoding"));
    ck_assert_uint_eq(body_length(), 0);
}
END_TEST

/* H36: HTTP/1.0 does not know chunks: the end of the stream ends the body. */
START_TEST(no_chunks_for_old_clients) {
    for (size_t i = 0; i < PATHS; i++) {
        serve("GET", paths[i], "HTTP/1.0", "Connection: keep-alive\r\n");
        ck_assert(!value_of("Transfer-Encoding"));
        bool endless = !value_of("Content-Length") && status() == 200;
        if (status() != 426) { /* whose Connection says Upgrade, too */
            ck_assert_str_eq(value_of("Connection"), endless ? "close" : "keep-alive");
        }
        ck_assert_int_eq(endless, strcmp(paths[i], "/stream/3") == 0);
    }
}
END_TEST

/* H38: what is wrong with one request must not hang the client: an error has its length and its octets. */
START_TEST(errors_delimit_themselves) {
    static const char *const bad[][4] = {
        {"GET", "/x y", "HTTP/1.1", ""},
        {"GET", "/", "HTTP/3.0", ""},
        {"BREW", "/", "HTTP/1.1", ""},
        {"POST", "/", "HTTP/1.1", "Content-Length: x\r\n"},
        {"POST", "/", "HTTP/1.1", "Content-Length: 99999999999\r\n"},
        {"POST", "/", "HTTP/1.1", "Expect: tea\r\n"},
        {"PUT", "/", "HTTP/1.0", ""},
        {"GET", "/nothing", "HTTP/1.0", ""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        serve(bad[i][0], bad[i][1], bad[i][2], bad[i][3]);
        ck_assert_int_ge(status(), 400);
        ck_assert_ptr_nonnull(value_of("Content-Length"));
        ck_assert_uint_eq(strtoul(value_of("Content-Length"), NULL, 10), body_length());
        ck_assert_uint_gt(body_length(), 50);
    }
}
END_TEST

/* H39: what a status says only half without. */
START_TEST(fields_that_a_status_needs) {
    static const char *const needed[][4] = {
        {"PUT", "/", "Allow", "GET, HEAD, POST, OPTIONS"},    {"GET", "/status/405", "Allow", "GET, HEAD"},
        {"GET", "/status/401", "WWW-Authenticate", NULL},     {"GET", "/status/407", "Proxy-Authenticate", NULL},
        {"GET", "/status/416", "Content-Range", "bytes */0"}, {"GET", "/status/426", "Upgrade", NULL},
        {"GET", "/status/429", "Retry-After", "1"},           {"GET", "/status/503", "Retry-After", "1"},
        {"GET", "/redirect/301", "Location", "/anything"},    {"GET", "/redirect/302", "Location", "/anything"},
        {"GET", "/redirect/303", "Location", "/anything"},    {"GET", "/redirect/307", "Location", "/anything"},
        {"GET", "/redirect/308", "Location", "/anything"},
    };
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        serve(needed[i][0], needed[i][1], "HTTP/1.1", "");
        const char *value = value_of(needed[i][2]);
        ck_assert_msg(value != NULL, "%s %s without %s", needed[i][0], needed[i][1], needed[i][2]);
        ck_assert(!needed[i][3] || strcmp(value, needed[i][3]) == 0);
    }
    char range[64];
    serve("GET", "/status/206", "HTTP/1.1", "");
    snprintf(range, sizeof range, "bytes 0-%zu/%zu", body_length() - 1, body_length());
    ck_assert_str_eq(value_of("Content-Range"), range);
    serve("GET", "/range/9", "HTTP/1.1", "Range: bytes=9-\r\n");
    ck_assert_int_eq(status(), 416);
    ck_assert_str_eq(value_of("Content-Range"), "bytes */9");
}
END_TEST

/* H41: whoever asks for another protocol gets this one. */
START_TEST(upgrade_is_ignored) {
    static const char *const asking[] = {
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n",
        "Upgrade: TLS/1.0\r\n",
        "Connection: Upgrade\r\nUpgrade: HTTP/2.0\r\n",
    };
    for (size_t i = 0; i < 8; i++) {
        serve("GET", "/bytes/5", i % 2 ? "HTTP/1.1" : "HTTP/1.0", asking[i / 2]);
        ck_assert_int_eq(status(), 200);
        ck_assert(!value_of("Upgrade"));
        ck_assert_uint_eq(body_length(), 5);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_answers", &tests);
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, status_lines);
    tcase_add_test(tests, dates);
    tcase_add_test(tests, head_is_get_everywhere);
    tcase_add_test(tests, framing);
    tcase_add_test(tests, no_body_where_none_may_be);
    tcase_add_test(tests, no_chunks_for_old_clients);
    tcase_add_test(tests, errors_delimit_themselves);
    tcase_add_test(tests, fields_that_a_status_needs);
    tcase_add_test(tests, upgrade_is_ignored);
    return unit_run(suite);
}
