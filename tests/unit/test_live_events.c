/* test_live_events.c: /events tells the variables of a connection when they change, and not more often than it should.
 * live.h; HTML standard 9.2. */
#include "harness/web.h"
#include "live/live.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

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

static struct web_client *ask(const char *query, const char *fields) {
    char request[300];
    struct web_client *client = web_connect(&web);
    snprintf(request, sizeof request, "GET /events%s HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n%s\r\n", query, fields);
    web_say(&web, client, request);
    return client;
}

static unsigned count(const struct web_client *client, const char *word) {
    unsigned found = 0;
    for (const char *at = client->got.data; at && (at = strstr(at, word)); at++) {
        found++;
    }
    return found;
}

/* The number of a connection of the server's, by the client's port. */
static uint32_t number_of(const struct web_client *client) {
    struct lucid_sockaddr local;
    struct lucid_tcp_info info;
    uint32_t cursor = 0;
    ck_assert_int_eq(lucid_getsockname(lucid_pair_stack(web.stack.pair, 0), client->fd, &local), 0);
    while (lucid_info_next(live.stack, &cursor, &info)) {
        if (info.remote.port == local.port) {
            return info.connection;
        }
    }
    return 0;
}

/* Its own events move its own connection; four a second at most. */
START_TEST(ones_own) {
    struct web_client *client = ask("", "");
    web_run(&web, 3 * LUCID_SECOND);
    ck_assert_uint_eq(count(client, "HTTP/1.1 200 OK\r\n"), 1);
    ck_assert_uint_eq(count(client, "Content-Type: text/event-stream\r\n"), 1);
    ck_assert_uint_eq(count(client, "\r\n\r\nretry: 2000\nid: 1\ndata: {\"state\":\"ESTABLISHED\",\"snd_una\":1,"), 1);
    ck_assert_uint_ge(count(client, "\ndata: {"), 6);
    ck_assert_uint_le(count(client, "\ndata: {"), 13);
    ck_assert_uint_eq(count(client, "\nid: 3\n"), 1);
    ck_assert(!client->ended && client->error == 0);
}
END_TEST

START_TEST(as_often_as_asked_for) {
    struct web_client *client = ask("?every=1000&fill=5000", "Last-Event-ID: 41\r\n");
    web_run(&web, 3500 * LUCID_MILLISECOND);
    ck_assert_uint_ge(count(client, "\ndata: {"), 3);
    ck_assert_uint_le(count(client, "\ndata: {"), 4);
    ck_assert_uint_eq(count(client, "\nid: 42\n"), 1); /* it goes on behind the last one that was seen */
    ck_assert_uint_ge(client->got.length, 15000);
}
END_TEST

/* Of a connection on which nothing happens there is one event, and a comment now and then. */
START_TEST(of_another) {
    char query[60];
    struct web_client *other = web_connect(&web);
    web_run(&web, LUCID_SECOND);
    snprintf(query, sizeof query, "?connection=%u", number_of(other));
    struct web_client *client = ask(query, "");
    web_run(&web, 25 * LUCID_SECOND);
    ck_assert_uint_eq(count(client, "\ndata: {"), 1);
    ck_assert_uint_eq(count(client, "\n:\n\n"), 2);
    web_abort(&web, other);
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_eq(count(client, "event: gone\nid: 2\ndata: {}\n\n"), 1);
    ck_assert(client->ended);
}
END_TEST

START_TEST(of_none) {
    struct web_client *client = ask("?connection=12345", "");
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_eq(count(client, "HTTP/1.1 404 "), 1);
    client = ask("?connection=1", ""); /* the listener */
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_eq(count(client, "HTTP/1.1 404 "), 1);
}
END_TEST

/* Who does not read costs a bounded amount, delays nobody, and is reset in the end. */
START_TEST(reader_that_does_not_read) {
    struct web_client *deaf = ask("?fill=100000&every=50", "");
    deaf->deaf = true;
    web_run(&web, 10 * LUCID_SECOND);
    struct lucid_stats stats;
    lucid_stats(live.stack, &stats);
    size_t before = stats.memory;
    struct web_client *client = ask("?every=100", "");
    web_run(&web, 20 * LUCID_SECOND);
    ck_assert_uint_ge(count(client, "\ndata: {"), 80);
    lucid_stats(live.stack, &stats);
    ck_assert_uint_le(stats.memory, before + 100000);
    web_abort(&web, client);
    web_run(&web, 100 * LUCID_SECOND);
    lucid_stats(live.stack, &stats);
    ck_assert_uint_eq(stats.connections, 0);
}
END_TEST

START_TEST(page_for_browsers) {
    struct web_client *client = web_connect(&web);
    struct web_answer answer;
    web_say(&web, client, "GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/html,*/*;q=0.8\r\n\r\n");
    web_run(&web, LUCID_SECOND);
    ck_assert(web_answer(client, 0, NULL, &answer) && answer.status == 200);
    ck_assert(web_has_line(&answer, "Content-Type: text/html; charset=utf-8"));
    ck_assert_ptr_nonnull(strstr(answer.body, "new EventSource(location.href)"));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("live_events", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, ones_own);
    tcase_add_test(tests, as_often_as_asked_for);
    tcase_add_test(tests, of_another);
    tcase_add_test(tests, of_none);
    tcase_add_test(tests, reader_that_does_not_read);
    tcase_add_test(tests, page_for_browsers);
    return unit_run(suite);
}
