/* test_live_connections.c: /connections tells every socket, who asks first, and not more than it should. live.h. */
#include "harness/web.h"
#include "live/live.h"
#include "unit.h"

#include <stdio.h>

static struct web web;
static struct live live;
static struct http_handler handlers[LIVE_HANDLERS];

static void setup(void) {
    web_init(&web);
    live_handlers(handlers, &live);
    web.options.handlers = handlers;
    web.options.handler_count = LIVE_HANDLERS;
    web.options.handlers_first = true;
    ck_assert_ptr_null(web_open(&web));
    live.stack = lucid_pair_stack(web.stack.pair, 1);
}

static void teardown(void) {
    ck_assert_ptr_null(web_close(&web));
}

/* The latest answer. */
static struct web_answer ask(struct web_client *client, const char *query, const char *accept) {
    char request[200];
    struct web_answer answer = {0}, next;
    snprintf(request, sizeof request, "GET /connections%s HTTP/1.1\r\nHost: a\r\nAccept: %s\r\n\r\n", query, accept);
    web_say(&web, client, request);
    web_run(&web, 100 * LUCID_MILLISECOND);
    for (unsigned i = 0; web_answer(client, i, NULL, &next); i++) {
        answer = next;
    }
    ck_assert_int_eq(answer.status, 200);
    return answer;
}

static unsigned count(struct web_answer answer, const char *word) {
    unsigned found = 0;
    for (const char *at = answer.body; (at = strstr(at, word)); at++) {
        found++;
    }
    return found;
}

START_TEST(listeners_connections_and_timewaits) {
    struct web_client *other = web_connect(&web);
    struct web_client *gone = web_connect(&web);
    struct web_client *client = web_connect(&web);
    web_say(&web, gone, "GET /cookie HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    web_run(&web, LUCID_SECOND);
    web_shutdown(&web, gone);
    web_run(&web, LUCID_SECOND);
    struct web_answer answer = ask(client, "", "text/plain");
    ck_assert(web_has_line(&answer, "Cache-Control: no-store"));
    const char *first = strchr(answer.body, '\n') + 1;
    ck_assert_int_eq(strncmp(first, "ESTABLISHED (you)  ", 19), 0);
    ck_assert_uint_eq(count(answer, "ESTABLISHED (you)"), 1);
    ck_assert_uint_eq(count(answer, "ESTABLISHED"), 2);
    ck_assert_uint_eq(count(answer, "LISTEN "), 1);
    ck_assert_uint_eq(count(answer, "\nTIME-WAIT "), 1);
    ck_assert_uint_eq(count(answer, "2MSL "), 1);
    ck_assert_ptr_nonnull(strstr(answer.body, "connections: 2; half open: 0; listeners: 1; TIME-WAIT: 1\n"));
    ck_assert_ptr_nonnull(other);
}
END_TEST

/* Rows of different lengths, one below the other. */
START_TEST(columns_stand_below_each_other) {
    struct web_answer answer = ask(web_connect(&web), "", "text/plain");
    const char *head = answer.body, *own = strchr(head, '\n') + 1, *next = strchr(own, '\n') + 1;
    size_t local = (size_t)(strstr(head, "Local") - head), timers = (size_t)(strstr(head, "Timers") - head);
    ck_assert_int_eq(strncmp(own + local, "10.77.0.2:80 ", 13), 0);
    ck_assert_int_eq(strncmp(next + local, "*:80 ", 5), 0);
    ck_assert_int_eq(next[timers - 1], ' ');
    ck_assert_int_eq(next[timers], '-');
}
END_TEST

START_TEST(bounded) {
    struct web_client *client = web_connect(&web);
    for (unsigned i = 0; i < 600; i++) {
        web_connect(&web);
    }
    web_run(&web, LUCID_SECOND);
    struct web_answer answer = ask(client, "", "text/plain");
    ck_assert_uint_eq(count(answer, "ESTABLISHED"), 499);
    ck_assert_ptr_nonnull(strstr(answer.body, "connections: 601; "));
    ck_assert_ptr_nonnull(strstr(answer.body, "; shown here: 500, and with ?limit=5000 more\n"));
    answer = ask(client, "?limit=2000", "text/plain");
    ck_assert_uint_eq(count(answer, "ESTABLISHED"), 601);
    ck_assert_ptr_null(strstr(answer.body, "shown here"));
    answer = ask(client, "?limit=1", "text/plain");
    ck_assert_uint_eq(count(answer, "ESTABLISHED (you)"), 1);
    ck_assert_uint_eq(count(answer, "ESTABLISHED"), 1);
    answer = ask(client, "?limit=1000&state=listen", "text/plain");
    ck_assert_uint_eq(count(answer, "ESTABLISHED"), 0);
    ck_assert_uint_eq(count(answer, "LISTEN"), 1);
    answer = ask(client, "?state=nonsense", "text/plain");
    ck_assert_uint_eq(count(answer, "10.77.0.2:80"), 0);
}
END_TEST

START_TEST(as_json_and_as_page) {
    struct web_client *client = web_connect(&web);
    struct web_answer answer = ask(client, "", "application/json");
    ck_assert(web_has_line(&answer, "Content-Type: application/json"));
    ck_assert_ptr_nonnull(strstr(answer.body, "\"sockets\":[{\"connection\":"));
    ck_assert_uint_eq(
        count(answer, "\"own\":1,\"state\":\"ESTABLISHED\",\"local\":{\"address\":\"10.77.0.2\",\"port\":80}"), 1);
    ck_assert_uint_eq(count(answer, "\"srtt_us\":2"), 1); /* a millisecond each way */
    ck_assert_uint_eq(count(answer, "\"own\":0,\"state\":\"LISTEN\""), 1);
    answer = ask(client, "", "text/html");
    ck_assert(web_has_line(&answer, "Content-Type: text/html; charset=utf-8"));
    ck_assert_uint_eq(count(answer, "<tr class=\"own\"><td><a href=\"/events?connection="), 1);
    ck_assert_uint_eq(count(answer, "</html>"), 1);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("live_connections", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, listeners_connections_and_timewaits);
    tcase_add_test(tests, columns_stand_below_each_other);
    tcase_add_test(tests, bounded);
    tcase_add_test(tests, as_json_and_as_page);
    return unit_run(suite);
}
