/* test_http_gateway_failures.c: a server in front of another: what a client is told when there is no good answer (H66),
 * who waits for whom, and connections that serve again. http.md 4; RFC 9110 15.6; RFC 9112 8 and 9.
 */
#include "upstream.h"

/* ---- failures: H66 ---- */

static const struct {
    const char *response, *note;
    bool reset;
} failures[] = {
    {"", "closed without an answer", false},
    {"", "closed without an answer (ECONNRESET)", true},
    {"HTTP/1.1 200 OK\r\nContent-Le", "broke off in the head of its answer", false},
    {"HTTP/1.1 200 OK\r\nContent-Le", "broke off in the head of its answer", true},
    {"220 mail.lab.test ESMTP\r\n", "the status line is not", false},
    {"X", "the status line is not", false},
    {"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "a line that ends in LF without CR", false},
    {"HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 and HTTP/1.0 are spoken here", false},
    {"HTTP/1.1 600 What\r\n\r\n", "the status line is not", false},
    {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "wants to switch to another protocol", false},
    {OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "more than one Content-Length", false},
    {OK "Content-Length: -5\r\n\r\nhello", "Content-Length is not a decimal number", false},
    {OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "together with Content-Length", false},
    {OK "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "a transfer coding that is not known", false},
    {OK "Set Cookie: a\r\n\r\n", "a field name that is empty or not a token", false},
    {OK "A: b\r\n c\r\n\r\n", "a field line that begins with white space", false},
};

START_TEST(bad_answers_are_502) {
    struct web_client *client = ask(GET GET);
    upstream_say(&up, failures[_i].response);
    if (failures[_i].response[0] == '\0' || strncmp(failures[_i].note, "broke", 5) == 0) {
        upstream_hang_up(&up, failures[_i].reset);
    }
    upstream_run(&up, 50 * MS);
    ck_assert_msg(has(client, "HTTP/1.1 502 Bad Gateway\r\n"), "%s", client->got.data);
    ck_assert_msg(strstr(noted, failures[_i].note) != NULL, "%s", noted);
    ck_assert(strstr(noted, "upstream 10.77.0.1:8000 for /api/: ") == noted);
    ck_assert_uint_eq(up.connections, 2); /* the client's next request is served */
}
END_TEST

START_TEST(a_refused_connection_is_502) {
    upstream_listens_no_more(&up);
    struct web_client *client = ask(GET);
    ck_assert(has(client, "HTTP/1.1 502 ") && !client->ended);
    ck_assert(strstr(noted, "it refused the connection: no server listens there"));
}
END_TEST

static void endless_head(const char *first, const char *line) {
    struct text text = text_growing();
    struct web_client *client = ask(GET);
    text_put(&text, first);
    while (text.length < 70000) {
        text_put(&text, line);
    }
    upstream_send(&up, text.data, text.length);
    text_free(&text);
    upstream_run(&up, 50 * MS);
    ck_assert(has(client, "HTTP/1.1 502 "));
}

START_TEST(heads_without_end_are_502) {
    endless_head(OK, "X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
    endless_head(OK, "aaaaaaaaaaaaaaaaaaaaaaaaa");
    endless_head("", "HTTP/1.1 103 Early Hints\r\n\r\n");
}
END_TEST

START_TEST(nobody_there_is_504) {
    char error[HTTP_URL_ERROR];
    teardown();
    setup();
    web_close(&web);
    web_init(&web);
    ck_assert(http_upstream_parse(&upstreams[0], "/api=http://10.77.0.9:8000", error));
    web.options.upstreams = upstreams;
    web.options.upstream_count = 1;
    web.options.connect_time = 2 * LUCID_SECOND;
    ck_assert(!web_open(&web));
    struct web_client *client = web_connect(&web);
    web_say(&web, client, GET);
    web_run(&web, 3 * LUCID_SECOND / 2);
    ck_assert_uint_eq(client->got.length, 0);
    web_run(&web, LUCID_SECOND);
    ck_assert(has(client, "HTTP/1.1 504 Gateway Timeout\r\n") && !client->ended);
}
END_TEST

START_TEST(no_answer_is_504) {
    struct web_client *client = ask(GET GET);
    upstream_run(&up, 3800 * MS);
    ck_assert_uint_eq(client->got.length, 0);
    upstream_run(&up, 400 * MS);
    ck_assert(has(client, "HTTP/1.1 504 Gateway Timeout\r\n"));
    ck_assert(strstr(noted, "it has not answered in time"));
    ck_assert_uint_eq(up.connections, 2);
}
END_TEST

/* Afterwards there is no status any more: RFC 9112 8 */
START_TEST(an_answer_that_breaks_off) {
    struct web_client *client = exchange(GET, OK "Content-Length: 10\r\n\r\nhello", true);
    ck_assert(has(client, "\r\n\r\nhello") && client->ended && !client->error);
    ck_assert(strstr(noted, "it broke off in the middle of its answer"));
    client = exchange(GET, OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true);
    ck_assert(has(client, "5\r\nhello\r\n") && !has(client, "0\r\n\r\n") && client->ended);
    client = exchange(OLD_GET, OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true);
    ck_assert_int_eq(client->error, LUCID_ECONNRESET);
    client = exchange(GET, OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX", false);
    ck_assert(has(client, "5\r\nhello\r\n") && !has(client, "0\r\n\r\n") && client->ended);
}
END_TEST

START_TEST(an_answer_that_gets_stuck) {
    struct web_client *client = exchange(GET, OK "Content-Length: 10\r\n\r\nhello", false);
    upstream_run(&up, 3 * LUCID_SECOND);
    ck_assert(!client->ended && !client->error);
    upstream_run(&up, 2 * LUCID_SECOND);
    ck_assert(client->ended || client->error);
    ck_assert(up.error);
}
END_TEST

/* ---- one side leaves ---- */

START_TEST(a_client_that_resets) {
    struct web_client *client = ask(GET);
    web_abort(&web, client);
    upstream_run(&up, 50 * MS);
    ck_assert(up.error);
    ck_assert_int_eq(logged, 499);
}
END_TEST

START_TEST(a_client_that_closes_its_side) {
    struct web_client *client = ask(GET);
    web_shutdown(&web, client);
    upstream_run(&up, LUCID_SECOND);
    ck_assert(!up.error);
    upstream_say(&up, OK "Content-Length: 5\r\n\r\nhello");
    upstream_run(&up, 50 * MS);
    check_body(client, "hello");
    ck_assert_int_eq(logged, 200);
    client = ask(GET);
    web_shutdown(&web, client);
    upstream_run(&up, 5 * LUCID_SECOND / 2);
    ck_assert(up.error);
    ck_assert_int_eq(logged, 499);
}
END_TEST

START_TEST(a_client_that_resets_in_the_answer) {
    struct web_client *client = exchange(GET, OK "Content-Length: 100\r\n\r\nhello", false);
    web_abort(&web, client);
    upstream_run(&up, 50 * MS);
    ck_assert(up.error);
    ck_assert_int_eq(logged, 200);
}
END_TEST

/* ---- back-pressure ---- */

enum { LOT = 24 << 20 };

/* What the upstream could send is what fits into the queues on the way: the client takes nothing. */
START_TEST(an_answer_waits_for_its_client) {
    static char octets[65536];
    struct web_client *client = ask(GET);
    size_t sent = 0;
    client->deaf = true;
    upstream_say(&up, OK "Content-Length: 25165824\r\n\r\n");
    for (int i = 0; i < 1000; i++) {
        ptrdiff_t n = up.net->ops->write(up.net, up.fd, octets, sizeof octets, false);
        sent += n > 0 ? (size_t)n : 0;
        upstream_run(&up, 5 * MS);
    }
    ck_assert_uint_lt(sent, LOT / 2);
    web_hear(&web, client);
    for (int i = 0; i < 1000 && sent < LOT; i++) {
        ptrdiff_t n = up.net->ops->write(up.net, up.fd, octets, LOT - sent < sizeof octets ? LOT - sent : sizeof octets,
                                         false);
        sent += n > 0 ? (size_t)n : 0;
        upstream_run(&up, 5 * MS);
    }
    upstream_run(&up, LUCID_SECOND);
    const char *body = strstr(client->got.data, "\r\n\r\n") + 4;
    ck_assert_uint_eq(client->got.length - (size_t)(body - client->got.data), LOT);
}
END_TEST

/* What the client could send is what fits into the queues on the way: the upstream takes nothing. */
START_TEST(a_request_waits_for_its_upstream) {
    struct text body = text_growing();
    struct http_server_stats stats;
    while (body.length < LOT) {
        text_put(&body, "0123456789abcdef");
    }
    struct web_client *client = web_connect(&web);
    web_say(&web, client, "POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 25165824\r\n\r\n");
    up.deaf = true;
    web_send(&web, client, body.data, body.length);
    upstream_run(&up, LUCID_SECOND);
    ck_assert_uint_gt(client->out.length, LOT / 4);
    http_server_stats(web.server, &stats);
    ck_assert_uint_eq(stats.memory, 0); /* no body is held */
    up.deaf = false;
    upstream_run(&up, 3 * LUCID_SECOND);
    const char *begin = strstr(up.got.data, "\r\n\r\n") + 4;
    ck_assert_uint_eq(up.got.length - (size_t)(begin - up.got.data), LOT);
    ck_assert_mem_eq(begin, body.data, LOT);
    text_free(&body);
}
END_TEST

/* ---- connections that serve again: RFC 9112 9.3 ---- */

START_TEST(a_connection_serves_again) {
    for (int i = 0; i < 3; i++) {
        struct web_client *client = exchange(GET, OK "Content-Length: 5\r\n\r\nhello", false);
        check_body(client, "hello");
    }
    ck_assert_uint_eq(up.connections, 1);
    upstream_run(&up, 20 * LUCID_SECOND);
    ck_assert(up.ended);
}
END_TEST

static const char *const last_words[] = {
    OK "Connection: close\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    OK "Content-Length: 5\r\n\r\nhelloX",
};

START_TEST(a_connection_that_serves_no_more) {
    exchange(GET, last_words[_i], false);
    upstream_run(&up, LUCID_SECOND); /* in which the upstream might close it */
    ck_assert(up.ended || up.error);
    exchange(GET, last_words[0], false);
    ck_assert_uint_eq(up.connections, 2);
}
END_TEST

/* RFC 9110 9.2.2: only what may be repeated goes where it may have to be. */
START_TEST(an_idle_connection_that_breaks) {
    exchange(GET, OK "Content-Length: 0\r\n\r\n", false);
    struct web_client *client = ask(GET);
    ck_assert_uint_eq(up.connections, 1);
    upstream_hang_up(&up, true);
    upstream_run(&up, 50 * MS);
    ck_assert_uint_eq(up.connections, 2);
    ck_assert(upstream_got(&up, "GET /api/x HTTP/1.1\r\n") && client->got.length == 0);
    upstream_hang_up(&up, true);
    upstream_run(&up, 50 * MS);
    ck_assert_uint_eq(up.connections, 2); /* once */
    ck_assert(has(client, "HTTP/1.1 502 "));
}
END_TEST

START_TEST(a_post_takes_a_new_connection) {
    exchange(GET, OK "Content-Length: 0\r\n\r\n", false);
    upstream_run(&up, LUCID_SECOND);
    ask("POST /api HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_uint_eq(up.connections, 2);
}
END_TEST

START_TEST(a_post_takes_one_that_has_just_served) {
    exchange(GET, OK "Content-Length: 0\r\n\r\n", false);
    struct web_client *client = ask("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    ck_assert_uint_eq(up.connections, 1);
    ck_assert(upstream_got(&up, "\r\n\r\nhello"));
    upstream_hang_up(&up, true);
    upstream_run(&up, 50 * MS);
    ck_assert_uint_eq(up.connections, 1); /* and is not repeated */
    ck_assert(has(client, "HTTP/1.1 502 "));
}
END_TEST

/* Who closes first has the TIME-WAIT: for a second that is not us. */
START_TEST(the_upstream_closes_first) {
    exchange(GET, last_words[0], false);
    upstream_run(&up, LUCID_SECOND / 2);
    ck_assert(!up.ended && !up.error);
    upstream_hang_up(&up, false);
    upstream_run(&up, 50 * MS);
    ck_assert_uint_eq(web_stack_connections(&web), web_is_kernel() ? 0 : 1); /* the client's */
}
END_TEST

/* ---- other upstreams while it runs ---- */

/* A request that has found its upstream keeps it. */
START_TEST(upstreams_that_are_taken_away) {
    exchange(GET, OK "Content-Length: 4\r\n\r\nidle", false);
    upstream_run(&up, LUCID_SECOND);
    struct web_client *before = ask("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    ck_assert_uint_eq(up.connections, 2);
    web.options.upstream_count = 0;
    ck_assert_int_eq(http_server_configure(web.server, web_now(&web), &web.options, noted), 0);
    web_say(&web, before, "lo");
    upstream_run(&up, 50 * MS);
    ck_assert(upstream_got(&up, "\r\n\r\nhello"));
    upstream_say(&up, OK "Content-Length: 4\r\n\r\nlast");
    upstream_run(&up, 50 * MS);
    check_body(before, "last");
    upstream_run(&up, LUCID_SECOND);
    ck_assert(up.ended || up.error); /* it is not kept */
    ck_assert(has(ask(GET), "HTTP/1.1 404 "));
}
END_TEST

/* Who waits for an upstream when the server stops gets the answer: RFC 9112 9.6. */
START_TEST(the_server_stops) {
    struct web_client *client = ask(GET);
    http_server_stop(web.server, web_now(&web), 10 * LUCID_SECOND);
    upstream_run(&up, LUCID_SECOND);
    ck_assert(!http_server_stopped(web.server) && client->got.length == 0);
    upstream_say(&up, OK "Content-Length: 4\r\n\r\nlast");
    upstream_run(&up, 50 * MS);
    ck_assert(has(client, "Connection: close\r\n") && client->ended && !client->error);
    check_body(client, "last");
}
END_TEST

/* The time of the upstream begins when it is waited for, not before. */
START_TEST(time_for_the_client_is_not_the_upstreams) {
    struct web_client *client = ask("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
    upstream_run(&up, 9 * LUCID_SECOND);
    web_say(&web, client, "world");
    upstream_run(&up, 3 * LUCID_SECOND);
    ck_assert_uint_eq(client->got.length, 0);
    upstream_say(&up, OK "Content-Length: 5\r\n\r\nhello");
    upstream_run(&up, 50 * MS);
    check_body(client, "hello");
}
END_TEST

/* ---- pipelines ---- */

START_TEST(pipelined_requests_in_order) {
    struct web_client *client = ask(GET "GET /cookie HTTP/1.1\r\nHost: a\r\nCookie: last=1\r\n\r\n");
    ck_assert_uint_eq(client->got.length, 0);
    upstream_say(&up, OK "Content-Length: 5\r\n\r\nfirst");
    upstream_run(&up, 50 * MS);
    ck_assert(has(client, "first") && has(client, "last=1"));
    ck_assert(strstr(client->got.data, "last=1") > strstr(client->got.data, "first"));
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_gateway_failures", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, bad_answers_are_502, 0, sizeof failures / sizeof failures[0]);
    tcase_add_test(tests, a_refused_connection_is_502);
    tcase_add_test(tests, heads_without_end_are_502);
    web_add_test_of_stack(tests, nobody_there_is_504); /* on loopback somebody always refuses */
    tcase_add_test(tests, no_answer_is_504);
    tcase_add_test(tests, an_answer_that_breaks_off);
    tcase_add_test(tests, an_answer_that_gets_stuck);
    tcase_add_test(tests, a_client_that_resets);
    tcase_add_test(tests, a_client_that_closes_its_side);
    tcase_add_test(tests, a_client_that_resets_in_the_answer);
    tcase_add_test(tests, an_answer_waits_for_its_client);
    tcase_add_test(tests, a_request_waits_for_its_upstream);
    tcase_add_test(tests, a_connection_serves_again);
    tcase_add_loop_test(tests, a_connection_that_serves_no_more, 0, sizeof last_words / sizeof last_words[0]);
    tcase_add_test(tests, an_idle_connection_that_breaks);
    tcase_add_test(tests, a_post_takes_a_new_connection);
    tcase_add_test(tests, a_post_takes_one_that_has_just_served);
    tcase_add_test(tests, the_upstream_closes_first);
    tcase_add_test(tests, upstreams_that_are_taken_away);
    tcase_add_test(tests, the_server_stops);
    tcase_add_test(tests, time_for_the_client_is_not_the_upstreams);
    tcase_add_test(tests, pipelined_requests_in_order);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
