/* test_http_stop.c: a server stops in order: what is under way is finished, the rest is closed, within a limit. RFC
 * 9112 9.5, 9.6. */
#include <stdio.h>

#include "harness/web.h"
#include "unit.h"

static struct web web;

static void setup(void) {
    web_init(&web);
    web.options.root = NULL;
    const char *wrong = web_open(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static void teardown(void) {
    const char *wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static struct web_client *ask(const char *text) {
    struct web_client *client = web_connect(&web);
    web_say(&web, client, text);
    web_run(&web, LUCID_SECOND / 20);
    return client;
}

static struct web_answer answer_of(const struct web_client *client, unsigned i, int status) {
    struct web_answer answer;
    ck_assert_msg(web_answer(client, i, NULL, &answer), "no answer %u in: %s", i, client->got.data);
    ck_assert_int_eq(answer.status, status);
    return answer;
}

static void stop(lucid_time limit) {
    http_server_stop(web.server, web_now(&web), limit);
}

/* Clients close when the server has: then it need not wait. */
static void close_ended(void) {
    for (unsigned i = 0; i < web.clients; i++) {
        if (web.client[i]->ended && web.client[i]->fd > 0) {
            web_shutdown(&web, web.client[i]);
        }
    }
    web_run(&web, LUCID_SECOND / 10);
}

#define GET "GET /cookie HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"

START_TEST(nobody_is_there) {
    ck_assert(!http_server_stopped(web.server));
    stop(5 * LUCID_SECOND);
    ck_assert(http_server_stopped(web.server));
    ck_assert(http_server_deadline(web.server) == LUCID_NEVER);
    stop(0);
    ck_assert(http_server_stopped(web.server));
}
END_TEST

/* FIN, not RST; and whoever comes now is refused. */
START_TEST(idle_connections_are_closed) {
    struct web_client *idle = ask(GET), *silent = ask(""), *empty_line = ask(GET "\r\n");
    stop(5 * LUCID_SECOND);
    web_run(&web, LUCID_SECOND / 20);
    ck_assert(idle->ended && silent->ended && empty_line->ended);
    ck_assert(!http_server_stopped(web.server));
    struct web_client *late = ask(GET);
    ck_assert_int_eq(late->error, LUCID_ECONNREFUSED);
    close_ended();
    ck_assert(http_server_stopped(web.server));
    ck_assert_uint_eq(web_stack_connections(&web), 0);
}
END_TEST

/* Clients that do not close are not waited for longer than after any other answer. */
START_TEST(clients_that_keep_their_side_open) {
    ask(GET);
    stop(5 * LUCID_SECOND);
    web_run(&web, 2 * LUCID_SECOND - LUCID_SECOND / 10);
    ck_assert(!http_server_stopped(web.server));
    web_run(&web, LUCID_SECOND / 2);
    ck_assert(http_server_stopped(web.server));
}
END_TEST

/* In the head, in the body, in the answer. */
START_TEST(requests_are_finished) {
    struct web_client *head = ask("GET /cookie HTTP/1.1\r\nHo"), *body = ask(POST "he"),
                      *answer = ask("GET /delay/1 HTTP/1.1\r\nHost: a\r\n\r\n"),
                      *stream = ask("GET /drip?numbytes=4&duration=2 HTTP/1.1\r\nHost: a\r\n\r\n");
    stop(5 * LUCID_SECOND);
    web_run(&web, LUCID_SECOND / 2);
    ck_assert(!head->ended && !body->ended && !answer->ended && !stream->ended);
    web_say(&web, head, "st: a\r\n\r\n");
    web_say(&web, body, "llo");
    web_run(&web, 2 * LUCID_SECOND);
    struct web_answer last = answer_of(head, 0, 200);
    ck_assert(web_has_line(&last, "Connection: close"));
    last = answer_of(body, 0, 200);
    ck_assert(last.body_length == 5 && memcmp(last.body, "hello", 5) == 0 && web_has_line(&last, "Connection: close"));
    answer_of(answer, 0, 200);
    last = answer_of(stream, 0, 200);
    ck_assert(last.body_length == 4);
    ck_assert(head->ended && body->ended && answer->ended && stream->ended);
    close_ended();
    ck_assert(http_server_stopped(web.server));
    struct http_server_stats stats;
    http_server_stats(web.server, &stats);
    ck_assert_uint_eq(stats.resets, 0);
}
END_TEST

/* Of requests that have come already, the first that can still say so is the last. */
START_TEST(pipelined_requests) {
    struct web_client *client = ask("GET /delay/1 HTTP/1.1\r\nHost: a\r\n\r\n" GET
                                    "GET /status/404 HTTP/1.1\r\nHost: a\r\n\r\n");
    stop(5 * LUCID_SECOND);
    web_run(&web, 2 * LUCID_SECOND);
    answer_of(client, 0, 200);
    ck_assert(client->ended);
    struct web_answer answer;
    unsigned count = 0;
    while (web_answer(client, count, NULL, &answer)) {
        count++;
    }
    web_answer(client, count - 1, NULL, &answer);
    ck_assert(web_has_line(&answer, "Connection: close"));
    ck_assert_ptr_eq(answer.body + answer.body_length, client->got.data + client->got.length);
}
END_TEST

/* Connections that wait to be taken are taken; over a stack in memory none waits. */
START_TEST(those_who_wait_are_answered) {
    struct web_client *client[200];
    for (int i = 0; i < 200; i++) {
        client[i] = web_connect(&web);
        web_say(&web, client[i], GET);
    }
    stop(LUCID_SECOND);
    web_run(&web, LUCID_SECOND / 2);
    for (int i = 0; i < 200; i++) {
        if (web_is_kernel()) {
            struct web_answer answer = answer_of(client[i], 0, 200);
            ck_assert(web_has_line(&answer, "Connection: close") && client[i]->ended);
        } else {
            ck_assert_int_eq(client[i]->error, LUCID_ECONNREFUSED);
        }
    }
}
END_TEST

START_TEST(the_limit) {
    struct web_client *slow = ask("GET /cookie HTTP/1.1\r\nHo"), *deaf = web_connect(&web),
                      *endless = ask("GET /drip?numbytes=10&duration=60 HTTP/1.1\r\nHost: a\r\n\r\n");
    deaf->deaf = true;
    web_say(&web, deaf, "GET /bytes/50000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    web_run(&web, LUCID_SECOND / 10);
    stop(3 * LUCID_SECOND);
    web_run(&web, 3 * LUCID_SECOND - LUCID_SECOND / 10);
    ck_assert(!slow->error && !endless->error && !http_server_stopped(web.server));
    web_run(&web, LUCID_SECOND / 5);
    ck_assert(http_server_stopped(web.server));
    web_hear(&web, deaf);
    ck_assert_int_eq(slow->error, LUCID_ECONNRESET);
    ck_assert_int_eq(endless->error, LUCID_ECONNRESET);
    ck_assert_int_eq(deaf->error, LUCID_ECONNRESET);
    ck_assert_uint_eq(web_stack_connections(&web), 0);
}
END_TEST

/* Time does not go on for a head because the server stops: 408 comes when it would have. */
START_TEST(deadlines_still_hold) {
    struct web_client *slow = ask("GET /cookie HTTP/1.1\r\nHo");
    stop(LUCID_NEVER);
    web_run(&web, 9 * LUCID_SECOND);
    ck_assert_uint_eq(slow->got.length, 0);
    web_run(&web, 2 * LUCID_SECOND);
    answer_of(slow, 0, 408);
    ck_assert(slow->ended);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_stop", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, nobody_is_there);
    tcase_add_test(tests, idle_connections_are_closed);
    tcase_add_test(tests, clients_that_keep_their_side_open);
    tcase_add_test(tests, requests_are_finished);
    tcase_add_test(tests, pipelined_requests);
    tcase_add_test(tests, those_who_wait_are_answered);
    tcase_add_test(tests, the_limit);
    tcase_add_test(tests, deadlines_still_hold);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
