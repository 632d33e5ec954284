/* test_http_limits.c: deadlines, limits, and clients that behave badly: H45 to H47, H64, AH1, AH2, AH5. RFC 9112 9.5,
 * 9.6.
 *
 * Time is virtual: the minute of an idle connection passes in a moment.
 */
#include "harness/web.h"
#include "http/http_connection.h"
#include "unit.h"

#include <stdio.h>

static struct web web;

static void open_web(void) {
    const char *wrong = web_open(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static void setup(void) {
    web_init(&web);
}

static void teardown(void) {
    const char *wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static bool answered(const struct web_client *client, unsigned i, int status) {
    struct web_answer answer;
    return web_answer(client, i, NULL, &answer) && answer.status == status;
}

static void gets(const struct web_client *client, unsigned i, int status) {
    ck_assert_msg(answered(client, i, status), "answer %u is not %d: %s", i, status, client->got.data);
}

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

/* Somebody else is served at once. */
static void others_are_served(void) {
    struct web_client *client = web_connect(&web);
    web_say(&web, client, GET "Connection: close\r\n\r\n");
    web_run(&web, 20 * LUCID_MILLISECOND);
    gets(client, 0, 200);
    ck_assert(client->ended);
}

static struct http_server_stats stats_now(void) {
    struct http_server_stats stats;
    http_server_stats(web.server, &stats);
    return stats;
}

/* ---- deadlines: H47 ---- */

/* AH5: the deadline of a head counts from its first octet; more octets do not move it. */
START_TEST(a_head_has_ten_seconds) {
    open_web();
    struct web_client *client = web_connect(&web);
    web_run(&web, 30 * LUCID_SECOND);
    ck_assert(!client->ended);
    for (int second = 0; second < 9; second++) {
        web_say(&web, client, second == 0 ? "GET /" : "a");
        web_run(&web, LUCID_SECOND);
        ck_assert_uint_eq(client->got.length, 0);
    }
    others_are_served();
    web_run(&web, 2 * LUCID_SECOND);
    gets(client, 0, 408);
    ck_assert(client->ended && !client->error);
    ck_assert_uint_eq(stats_now().timeouts, 1);
}
END_TEST

/* One octet is enough to have begun. */
START_TEST(a_head_of_one_octet) {
    open_web();
    struct web_client *client = web_connect(&web);
    web_say(&web, client, "G");
    web_run(&web, 11 * LUCID_SECOND);
    gets(client, 0, 408);
    ck_assert(client->ended && !client->error);
}
END_TEST

/* An empty line behind the last request (H3) is no request: no answer to it. */
START_TEST(silence_for_an_empty_line) {
    open_web();
    struct web_client *client = web_connect(&web);
    web_say(&web, client, GET "\r\n\r\n");
    web_run(&web, 11 * LUCID_SECOND);
    gets(client, 0, 200);
    ck_assert(!answered(client, 1, 408));
    ck_assert(client->ended && !client->error);
}
END_TEST

START_TEST(an_idle_connection_has_a_minute) {
    open_web();
    struct web_client *silent = web_connect(&web), *client = web_connect(&web);
    web_say(&web, client, GET "\r\n");
    web_run(&web, 50 * LUCID_SECOND);
    web_say(&web, client, GET "\r\n");
    web_run(&web, 11 * LUCID_SECOND);
    ck_assert(silent->ended && !silent->error);
    ck_assert_uint_eq(silent->got.length, 0);
    ck_assert(!client->ended);
    web_run(&web, 50 * LUCID_SECOND);
    gets(client, 1, 200);
    ck_assert(!answered(client, 2, 408));
    ck_assert(client->ended && !client->error);
}
END_TEST

/* A body goes on as long as it makes progress, and no longer. */
START_TEST(a_body_must_come_on) {
    open_web();
    char octets[600];
    memset(octets, 'b', sizeof octets);
    struct web_client *steady = web_connect(&web), *trickle = web_connect(&web);
    web_say(&web, steady, POST "Content-Length: 6000\r\n\r\n");
    web_say(&web, trickle, POST "Content-Length: 6000\r\n\r\n");
    for (int i = 0; i < 10; i++) {
        web_send(&web, steady, octets, sizeof octets);
        web_say(&web, trickle, "b");
        web_run(&web, 4 * LUCID_SECOND);
    }
    gets(steady, 0, 200);
    gets(trickle, 0, 408);
    ck_assert(trickle->ended);
}
END_TEST

/* ---- readers that do not read: H64 ---- */

static void ask_for_much(struct web_client *client, size_t length) {
    struct text body = text_growing();
    text_format(&body, POST "Content-Length: %zu\r\n\r\n", length);
    for (size_t i = 0; i < length; i++) {
        text_put_char(&body, (char)(i * 7 + i / 256));
    }
    web_send(&web, client, body.data, body.length);
    text_free(&body);
}

static void is_echo(const struct web_client *client, size_t length) {
    struct web_answer answer;
    ck_assert(web_answer(client, 0, NULL, &answer));
    ck_assert_uint_eq(answer.body_length, length);
    for (size_t i = 0; i < length; i++) {
        EXPECT(answer.body[i] == (char)(i * 7 + i / 256));
    }
}

/* A zero window does not stop others, and ends by RST after a minute; what was lent comes back. */
START_TEST(deaf_clients_are_given_up) {
    open_web();
    struct web_client *client = web_connect(&web);
    client->deaf = true;
    ask_for_much(client, 4 << 20);
    web_run(&web, 30 * LUCID_SECOND);
    others_are_served();
    ck_assert_uint_ge(stats_now().memory, 4 << 20);
    web_run(&web, 60 * LUCID_SECOND);
    ck_assert_uint_eq(stats_now().resets, 1);
    ck_assert_uint_eq(stats_now().memory, 0);
    web_hear(&web, client);
    ck_assert_int_eq(client->error, LUCID_ECONNRESET);
}
END_TEST

/* The same when all of the answer is with the stack, and the connection waits for its next request. */
START_TEST(deaf_clients_are_given_up_when_idle) {
    web.pair_options.config[0].rcvbuf = 10000;
    web.pair_options.config[0].rcvbuf_max = 0;
    open_web();
    struct web_client *client = web_connect(&web);
    client->deaf = true;
    ask_for_much(client, 100000);
    web_run(&web, 30 * LUCID_SECOND);
    ck_assert_uint_eq(stats_now().idle, 1);
    ck_assert_uint_ge(stats_now().memory, 100000);
    web_run(&web, 100 * LUCID_SECOND);
    ck_assert_uint_eq(stats_now().resets, 1);
    ck_assert_uint_eq(stats_now().memory, 0);
}
END_TEST

/* The same when the connection closes behind the answer, and the client has sent FIN already: no orphan keeps what
 * was lent. */
START_TEST(deaf_clients_are_given_up_when_closing) {
    web.pair_options.config[0].rcvbuf = 10000;
    web.pair_options.config[0].rcvbuf_max = 0;
    open_web();
    struct web_client *client = web_connect(&web);
    client->deaf = true;
    web_run(&web, 10 * LUCID_MILLISECOND);
    web_say(&web, client, POST "Connection: close\r\nContent-Length: 100000\r\n\r\n");
    char octets[100000] = {0};
    web_send(&web, client, octets, sizeof octets);
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_eq(client->out.length, 0);
    web_shutdown(&web, client);
    web_run(&web, 30 * LUCID_SECOND);
    ck_assert_uint_ge(stats_now().memory, 100000);
    web_run(&web, 60 * LUCID_SECOND);
    ck_assert_uint_eq(stats_now().resets, 1);
    ck_assert_uint_eq(stats_now().memory, 0);
    ck_assert_uint_eq(stats_now().connections, 0);
}
END_TEST

/* Slow, but not deaf: it gets everything, however long that takes; also when the connection closes behind the
 * answer. */
START_TEST(slow_readers_get_everything) {
    static const struct lucid_faults slow = {.delay = LUCID_MILLISECOND, .rate = 200000, .queue = 100, .seed = 1};
    web.pair_options.faults[1] = slow;
    open_web();
    struct web_client *client = web_connect(&web);
    ask_for_much(client, 3 << 20);
    web_run(&web, 100 * LUCID_SECOND);
    ck_assert(!client->ended && !client->error);
    ck_assert_uint_lt(client->got.length, 3 << 20);
    web_run(&web, 300 * LUCID_SECOND);
    is_echo(client, 3 << 20);
    ck_assert(client->ended && !client->error);
}
END_TEST

/* ---- the staged close: H45 ---- */

/* The client is in the middle of a body that is too large; RST would eat the answer. */
START_TEST(no_reset_eats_the_last_answer) {
    open_web();
    struct web_client *client = web_connect(&web);
    char octets[60000] = {0};
    web_say(&web, client, POST "Content-Length: 99999999\r\n\r\n");
    for (int i = 0; i < 20; i++) {
        web_send(&web, client, octets, sizeof octets);
        web_run(&web, 10 * LUCID_MILLISECOND);
    }
    gets(client, 0, 413);
    ck_assert(client->ended && !client->error);
    /* but who goes on for ever is cut off, two seconds after FIN */
    for (int i = 0; i < 300; i++) {
        web_send(&web, client, octets, sizeof octets);
        web_run(&web, 10 * LUCID_MILLISECOND);
    }
    ck_assert_uint_eq(stats_now().connections, 0);
    ck_assert_uint_eq(web_stack_connections(&web), 0);
}
END_TEST

/* ---- limits ---- */

/* AH1, H46: one octet in each segment. */
START_TEST(octet_by_octet) {
    static const char request[] = POST "Transfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n0\r\nA: b\r\n\r\n" GET
                                       "\r\n";
    open_web();
    struct web_client *client = web_connect(&web);
    for (size_t i = 0; i < sizeof request - 1; i++) {
        web_send(&web, client, request + i, 1);
        web_run(&web, 3 * LUCID_MILLISECOND);
    }
    gets(client, 0, 200);
    gets(client, 1, 200);
}
END_TEST

/* H6, AH2 */
START_TEST(what_is_too_long) {
    open_web();
    struct text line = text_growing(), head = text_growing(), fields = text_growing();
    text_put(&line, "GET /");
    text_put(&head, GET "X: ");
    text_put(&fields, GET);
    for (int i = 0; i < 1 << 20; i++) {
        text_put_char(&line, 'a');
        if (i < 65536) {
            text_put_char(&head, 'a');
        }
        if (i < 101) {
            text_format(&fields, "X%d: y\r\n", i);
        }
    }
    struct web_client *a = web_connect(&web), *b = web_connect(&web), *c = web_connect(&web);
    web_send(&web, a, line.data, line.length);
    web_send(&web, b, head.data, head.length);
    web_send(&web, c, fields.data, fields.length);
    others_are_served();
    web_run(&web, LUCID_SECOND);
    gets(a, 0, 414);
    gets(b, 0, 431);
    gets(c, 0, 431);
    ck_assert(a->ended && b->ended && c->ended);
    ck_assert(!a->error && !b->error && !c->error);
    text_free(&line);
    text_free(&head);
    text_free(&fields);
}
END_TEST

/* Idle connections own nothing but themselves, and do not stop others. */
START_TEST(a_thousand_idle_connections) {
    open_web();
    for (int i = 0; i < 1000; i++) {
        struct web_client *client = web_connect(&web);
        if (i % 2) {
            web_say(&web, client, GET "\r\n");
        }
    }
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_eq(stats_now().idle, 1000);
    const struct http_connection *connection;
    TAILQ_FOREACH(connection, &web.server->all, all) {
        EXPECT(!connection->exchange && !connection->in.data);
    }
    ck_assert_uint_lt(sizeof *connection, 256);
    gets(web.client[999], 0, 200);
    others_are_served();
}
END_TEST

/* At the limit the longest idle goes. */
START_TEST(room_is_made_for_newcomers) {
    web.options.connections = 3;
    open_web();
    struct web_client *client[3];
    for (int i = 0; i < 3; i++) {
        client[i] = web_connect(&web);
        web_run(&web, LUCID_SECOND);
    }
    web_say(&web, client[0], GET "\r\n");
    web_run(&web, LUCID_SECOND);
    struct web_client *newcomer = web_connect(&web);
    web_say(&web, newcomer, GET "\r\n");
    web_run(&web, LUCID_SECOND);
    gets(newcomer, 0, 200);
    ck_assert(client[1]->ended && !client[1]->error);
    ck_assert(!client[0]->ended && !client[2]->ended);
    gets(client[0], 0, 200);
}
END_TEST

/* If nobody is idle, newcomers wait; nobody is turned away. */
START_TEST(newcomers_wait) {
    web.options.connections = 2;
    open_web();
    struct web_client *a = web_connect(&web), *b = web_connect(&web);
    web_say(&web, a, "G");
    web_say(&web, b, "G");
    web_run(&web, LUCID_SECOND);
    struct web_client *newcomer = web_connect(&web);
    web_say(&web, newcomer, GET "\r\n");
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_eq(newcomer->got.length, 0);
    ck_assert_uint_eq(stats_now().connections, 2);
    web_abort(&web, a);
    web_run(&web, 10 * LUCID_MILLISECOND);
    gets(newcomer, 0, 200);
}
END_TEST

/* A client that has thousands of requests under way does not stop one that has one. */
START_TEST(turns_are_taken) {
    open_web();
    struct text many = text_growing();
    for (int i = 0; i < 5000; i++) {
        text_put(&many, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    struct web_client *greedy = web_connect(&web), *modest = web_connect(&web);
    web_run(&web, 10 * LUCID_MILLISECOND);
    web_send(&web, greedy, many.data, many.length);
    web_say(&web, modest, GET "\r\n");
    uint64_t requests = 0;
    while (modest->got.length == 0 && requests < 5000) {
        web_run(&web, LUCID_MICROSECOND);
        requests = stats_now().requests;
    }
    gets(modest, 0, 200);
    web_run(&web, 5 * LUCID_SECOND);
    ck_assert_uint_eq(stats_now().requests, 5001);
    text_free(&many);
}
END_TEST

/* One run is bounded, whatever has come: the rest is put off to the next turn. */
START_TEST(one_run_is_bounded) {
    open_web();
    struct text many = text_growing();
    for (int i = 0; i < 2000; i++) {
        text_put(&many, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    struct web_client *client = web_connect(&web);
    web_run(&web, 10 * LUCID_MILLISECOND);
    web_send(&web, client, many.data, many.length);
    while (stats_now().requests == 0) {
        lucid_pair_step(web.stack.pair, LUCID_NEVER);
    }
    ck_assert_uint_le(stats_now().requests, 64);
    ck_assert_uint_eq(http_server_deadline(web.server), 0);
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_eq(stats_now().requests, 2000);
    text_free(&many);
}
END_TEST

/* ---- memory ---- */

START_TEST(bodies_have_a_budget) {
    web.options.memory = 300000;
    open_web();
    struct web_client *large = web_connect(&web);
    ask_for_much(large, 400000);
    web_run(&web, LUCID_SECOND);
    gets(large, 0, 503);
    struct web_client *client = web_connect(&web);
    ask_for_much(client, 100000);
    web_run(&web, LUCID_SECOND);
    is_echo(client, 100000);
    ck_assert_uint_eq(stats_now().memory, 0);
}
END_TEST

/* P7: whichever allocation of the stack fails, the client gets a whole answer or an end, and the next one is served. */
START_TEST(failing_allocations_of_the_stack) {
    uint64_t tried = 0;
    for (uint64_t n = 1; n < 400; n++) {
        web_init(&web);
        open_web();
        web_run(&web, LUCID_MILLISECOND);
        uint64_t before = web.stack.host[1].allocations;
        web.stack.host[1].fail_at = before + n;
        struct web_client *client = web_connect(&web);
        ask_for_much(client, 200000);
        web_run(&web, 20 * LUCID_SECOND);
        tried += web.stack.host[1].allocations >= web.stack.host[1].fail_at;
        if (answered(client, 0, 200)) {
            is_echo(client, 200000);
        } else {
            ck_assert_msg(client->ended || client->error, "allocation %u: nothing came", (unsigned)n);
        }
        web.stack.host[1].fail_at = 0;
        others_are_served();
        teardown();
    }
    ck_assert_uint_gt(tried, 20);
    web_init(&web);
    open_web();
}
END_TEST

/* The server is ended while answers are on their way, and before the stack is. */
START_TEST(the_end_in_the_middle) {
    open_web();
    for (int i = 0; i < 4; i++) {
        struct web_client *client = web_connect(&web);
        client->deaf = i % 2;
        ask_for_much(client, 2 << 20);
    }
    struct web_client *client = web_connect(&web);
    web_say(&web, client, POST "Content-Length: 5\r\n\r\nhe");
    web_run(&web, 300 * LUCID_MILLISECOND);
    ck_assert_uint_gt(stats_now().memory, 0);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_limits", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_head_has_ten_seconds);
    tcase_add_test(tests, a_head_of_one_octet);
    tcase_add_test(tests, silence_for_an_empty_line);
    tcase_add_test(tests, an_idle_connection_has_a_minute);
    tcase_add_test(tests, a_body_must_come_on);
    web_add_test_of_stack(tests, deaf_clients_are_given_up);
    web_add_test_of_stack(tests, deaf_clients_are_given_up_when_idle);
    web_add_test_of_stack(tests, deaf_clients_are_given_up_when_closing);
    web_add_test_of_stack(tests, slow_readers_get_everything);
    tcase_add_test(tests, no_reset_eats_the_last_answer);
    tcase_add_test(tests, octet_by_octet);
    tcase_add_test(tests, what_is_too_long);
    tcase_add_test(tests, a_thousand_idle_connections);
    tcase_add_test(tests, room_is_made_for_newcomers);
    tcase_add_test(tests, newcomers_wait);
    tcase_add_test(tests, turns_are_taken);
    web_add_test_of_stack(tests, one_run_is_bounded);
    tcase_add_test(tests, bodies_have_a_budget);
    web_add_test_of_stack(tests, failing_allocations_of_the_stack);
    tcase_add_test(tests, the_end_in_the_middle);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
