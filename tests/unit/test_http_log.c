/* test_http_log.c: a line for each answer, whole or not, and nothing that a client sends can forge one. http_log.h. */
#include "harness/web.h"
#include "unit.h"

#include <stdio.h>

static struct web web;
static struct text combined, json;

static void on_answer(void *user, const struct http_log_entry *entry) {
    EXPECT(user == &web);
    http_log_combined(&combined, entry);
    http_log_json(&json, entry);
}

static void setup(void) {
    web_init(&web);
    web.options.log = on_answer;
    web.options.log_user = &web;
    combined = text_growing();
    json = text_growing();
    ck_assert_ptr_null(web_open(&web));
}

static void teardown(void) {
    ck_assert_ptr_null(web_close(&web));
    text_free(&combined);
    text_free(&json);
}

static struct web_client *say(const char *request) {
    struct web_client *client = web_connect(&web);
    web_say(&web, client, request);
    web_run(&web, LUCID_SECOND);
    return client;
}

#define TIME " - - [06/Nov/1994:08:49:37 +0000] "
#define BEGIN "10.77.0.1" TIME

static const struct {
    const char *request, *line;
} lines[] = {
    {"GET /cookie HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\nReferer: http://b/\r\nUser-Agent: me/1 (x)\r\n\r\n",
     BEGIN "\"GET /cookie HTTP/1.1\" 200 4 \"http://b/\" \"me/1 (x)\"\n"},
    {"HEAD /bytes/100 HTTP/1.1\r\nHost: a\r\n\r\n", BEGIN "\"HEAD /bytes/100 HTTP/1.1\" 200 0 \"-\" \"-\"\n"},
    {"GET /bytes/100 HTTP/1.0\r\n\r\n", BEGIN "\"GET /bytes/100 HTTP/1.0\" 200 100 \"-\" \"-\"\n"},
    {"GET /status/204 HTTP/1.1\r\nHost: a\r\n\r\nGET /bytes/3 HTTP/1.1\r\nHost: a\r\n\r\n",
     BEGIN "\"GET /status/204 HTTP/1.1\" 204 0 \"-\" \"-\"\n" BEGIN "\"GET /bytes/3 HTTP/1.1\" 200 3 \"-\" \"-\"\n"},
    /* what is refused is logged as it came */
    {"GET /\"\\\x7f HTTP/1.1\r\nHost: a\r\n\r\n", BEGIN "\"GET /\\x22\\x5C\\x7F HTTP/1.1\" 400 "},
    {"\x16\x03\x01\r\n\r\n", BEGIN "\"\\x16\\x03\\x01\" 400 "},
    {"GET /cookie HTTP/1.1\r\nHost: a\r\nUser-Agent: a\" 200 1 \"-\" \"b\r\n\r\n",
     BEGIN "\"GET /cookie HTTP/1.1\" 200 0 \"-\" \"a\\x22 200 1 \\x22-\\x22 \\x22b\"\n"},
};

START_TEST(line) {
    say(lines[_i].request);
    size_t length = strlen(lines[_i].line);
    bool whole = lines[_i].line[length - 1] == '\n';
    ck_assert_msg(whole ? strcmp(combined.data, lines[_i].line) == 0
                        : strncmp(combined.data, lines[_i].line, length) == 0,
                  "%s", combined.data);
}
END_TEST

/* A client that goes away in the middle, and one that never reads. */
START_TEST(broken_off) {
    struct web_client *client = web_connect(&web);
    client->deaf = true;
    web_say(&web, client, "GET /bytes/50000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_eq(combined.length, 0);
    web_abort(&web, client);
    web_run(&web, LUCID_SECOND);
    unsigned long long sent = 0;
    ck_assert_int_eq(sscanf(combined.data, "10.77.0.1 - - [%*[^]]] \"GET /bytes/50000000 HTTP/1.1\" 200 %llu", &sent),
                     1);
    ck_assert(sent > 1000 && sent < 50000000);
    ck_assert_ptr_nonnull(strstr(json.data, ",\"whole\":0,"));
}
END_TEST

/* A client that goes away, or says that it has nothing more to say, before its request is complete. */
START_TEST(left_in_the_body) {
    struct web_client *client = say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhello");
    ck_assert_uint_eq(combined.length, 0);
    (_i == 0 ? web_abort : web_shutdown)(&web, client);
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_gt(combined.length, 0);
    ck_assert_msg(strstr(combined.data, "] \"POST /echo HTTP/1.1\" 499 0 \"-\" \"-\"\n") != NULL, "%s", combined.data);
    ck_assert_msg(strstr(json.data, ",\"status\":499,\"octets\":0,\"whole\":0,\"microseconds\":0,") != NULL, "%s",
                  json.data);
}
END_TEST

/* What has not come as far as the end of its head is no request, and a server that ends is no client that left. */
START_TEST(not_left) {
    struct web_client *client = say("GET / HTTP/1.1\r\n");
    web_abort(&web, client);
    say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhello");
    ck_assert_ptr_null(web_close(&web));
    ck_assert_uint_eq(combined.length, 0);
    setup();
}
END_TEST

/* A request that was refused says why. */
START_TEST(a_reason) {
    say("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    ck_assert_msg(strstr(json.data, ",\"status\":400,") != NULL, "%s", json.data);
    ck_assert_msg(strstr(json.data, ",\"reason\":\"HOST_TWICE\"}\n") != NULL, "%s", json.data);
}
END_TEST

START_TEST(as_json) {
    say("GET /delay/1?\" HTTP/1.1\r\nHost: a\r\nUser-Agent: \xe4\r\n\r\n");
    web_run(&web, LUCID_SECOND);
    unsigned port, length, micros;
    int end = 0;
    ck_assert_int_eq(sscanf(json.data,
                            "{\"remote\":\"10.77.0.1\",\"port\":%u,\"time\":784111778,\"request\":\"GET /delay/1?\\\" "
                            "HTTP/1.1\",\"status\":200,\"octets\":%u,\"whole\":1,\"microseconds\":%u,\"referer\":\"\","
                            "\"agent\":\"\\u00e4\"}%n",
                            &port, &length, &micros, &end),
                     3);
    ck_assert_msg(end > 0 && json.data[end] == '\n', "%s", json.data);
    ck_assert(port > 0 && length > 100 && micros >= 1000000 && micros < 1200000);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_log", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, line, 0, (int)(sizeof lines / sizeof lines[0]));
    tcase_add_test(tests, broken_off);
    tcase_add_loop_test(tests, left_in_the_body, 0, 2);
    tcase_add_test(tests, not_left);
    tcase_add_test(tests, as_json);
    tcase_add_test(tests, a_reason);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
