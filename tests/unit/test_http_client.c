/* test_http_client.c: responses of all kinds, and how connections begin and end. See http_script.h. */
#include "http_script.h"

/* ---- responses ---- */

static const struct answer {
    struct script script;
    enum http_client_end end;
    const char *statuses, *body;
    const char *sentence;
} answers[] = {
    {{{FIVE "hello"}, STAYS, true}, HTTP_CLIENT_COMPLETE, "200 ", "hello", "has answered 200, with 5 octets of body"},
    {{{"HTTP", "/1.1 2", "00 OK\r", "\nContent-Length: 5\r\n\r", "\nhe", "llo"}, STAYS, true},
     HTTP_CLIENT_COMPLETE,
     "200 ",
     "hello",
     "200"},
    {{{FIVE "hello"}, CLOSES, true}, HTTP_CLIENT_COMPLETE, "200 ", "hello", "200"},
    {{{"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n"}, STAYS, true}, HTTP_CLIENT_COMPLETE, "404 ", "", "404"},
    {{{"HTTP/1.1 204 No Content\r\n\r\n"}, STAYS, true}, HTTP_CLIENT_COMPLETE, "204 ", "", "204"},
    {{{"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"}, STAYS, true},
     HTTP_CLIENT_COMPLETE,
     "304 ",
     "",
     "304"},
    {{{CHUNKED "5\r\nhello\r\n", "6;a=b\r\n, you!\r", "\n0\r\nA: b\r\n", "\r\n"}, STAYS, true},
     HTTP_CLIENT_COMPLETE,
     "200 ",
     "hello, you!",
     "11 octets"},
    {{{OK "\r\nhel", "lo"}, CLOSES, true}, HTTP_CLIENT_COMPLETE, "200 ", "hello", "5 octets"},
    {{{OK "\r\n"}, CLOSES, true}, HTTP_CLIENT_COMPLETE, "200 ", "", "0 octets"},
    /* octets behind the response, and a response that comes before the request */
    {{{FIVE "helloHTTP/1.1 404"}, STAYS, true}, HTTP_CLIENT_COMPLETE, "200 ", "hello", "200"},
    {{{FIVE "hello"}, STAYS, false}, HTTP_CLIENT_COMPLETE, "200 ", "hello", "200"},
    /* interim responses, RFC 9110 15.2 */
    {{{CONTINUE, "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", FIVE "hello"}, STAYS, true},
     HTTP_CLIENT_COMPLETE,
     "100 103 200 ",
     "hello",
     "200"},
    {{{CONTINUE CONTINUE FIVE "hello"}, STAYS, true}, HTTP_CLIENT_COMPLETE, "100 100 200 ", "hello", "200"},
    {{{CONTINUE "HTTP/1.1 20", "0 OK\r\nContent-Length: 1\r\n\r\nx"}, STAYS, true},
     HTTP_CLIENT_COMPLETE,
     "100 200 ",
     "x",
     "200"},
    {{{CONTINUE}, CLOSES, true}, HTTP_CLIENT_SHORT, "100 ", "", "in the middle of the head"},
    {{{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"}, STAYS, true},
     HTTP_CLIENT_UNWANTED,
     "101 ",
     "",
     "switch to another protocol"},
    /* too little: RFC 9112 8 */
    {{{""}, CLOSES, true}, HTTP_CLIENT_SHORT, "", "", "closed the connection before it has answered anything"},
    {{{OK "Content-Le"}, CLOSES, true}, HTTP_CLIENT_SHORT, "", "", "in the middle of the head"},
    {{{FIVE "hell"}, CLOSES, true}, HTTP_CLIENT_SHORT, "200 ", "hell", "closed the connection after 4 of 5 octets"},
    {{{CHUNKED "5\r\nhello\r\n"}, CLOSES, true}, HTTP_CLIENT_SHORT, "200 ", "hello", "after 5 octets of the body"},
    {{{CHUNKED "5\r\nhello\r\n0\r\n"}, CLOSES, true}, HTTP_CLIENT_SHORT, "200 ", "hello", "after 5 octets of the body"},
    /* resets */
    {{{""}, RESETS, true}, HTTP_CLIENT_LOST, "", "", "reset the connection before it has answered anything"},
    {{{FIVE "hell"}, RESETS, true}, HTTP_CLIENT_LOST, "200 ", "hell", "reset the connection after 4 of 5 octets"},
    {{{OK "\r\nhell"}, RESETS, true}, HTTP_CLIENT_LOST, "200 ", "hell", "reset the connection after 4 octets"},
    /* garbage */
    {{{"SSH-2.0-OpenSSH_9.2\r\n"}, STAYS, false}, HTTP_CLIENT_REFUSED, "", "", "RFC 9112 4"},
    {{{"\x15\x03\x01"}, STAYS, true}, HTTP_CLIENT_REFUSED, "", "", "not HTTP as it should be"},
    {{{"H", "T", "M"}, STAYS, true}, HTTP_CLIENT_REFUSED, "", "", "not HTTP as it should be"},
    {{{"\r\n" FIVE "hello"}, STAYS, true}, HTTP_CLIENT_REFUSED, "", "", "not HTTP as it should be"},
    {{{"HTTP/2.0 200 OK\r\n"}, STAYS, true}, HTTP_CLIENT_REFUSED, "", "", "HTTP/1.1 and HTTP/1.0 are spoken here"},
    {{{OK "A: b\nB: c\r\n\r\n"}, STAYS, true}, HTTP_CLIENT_REFUSED, "", "", "LF without CR"},
    {{{OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"}, STAYS, true},
     HTTP_CLIENT_REFUSED,
     "200 ",
     "",
     "more than one Content-Length"},
    {{{OK "Transfer-Encoding: gzip, chunked\r\n\r\n"}, STAYS, true},
     HTTP_CLIENT_REFUSED,
     "200 ",
     "",
     "a transfer coding that is not known here"},
    {{{CHUNKED "5\r\nhello\r\nx\r\n"}, STAYS, true}, HTTP_CLIENT_REFUSED, "200 ", "hello", "chunk size"},
    {{{CONTINUE "garbage"}, STAYS, true}, HTTP_CLIENT_REFUSED, "100 ", "", "RFC 9112 4"},
};

static void check_answer(const struct answer *answer) {
    ask(GET, NULL, 0, false);
    play(&answer->script);
    check_sentence(answer->sentence);
    ck_assert_int_eq(client.end, answer->end);
    ck_assert_str_eq(statuses, answer->statuses);
    ck_assert_uint_eq(body_length, strlen(answer->body));
    ck_assert_mem_eq(body, answer->body, body_length);
    ck_assert_str_eq(received, GET);
    ck_assert(connected);
    ck_assert_int_eq(client.fd, -1);
    pass(3 * LUCID_SECOND); /* 2MSL */
    if (pair) {
        struct lucid_stats stats;
        lucid_stats(lucid_pair_stack(pair, 0), &stats);
        ck_assert_uint_eq(stats.sockets + stats.timewaits, 0);
    }
    ck_assert_int_eq(http_client_event(&client, LUCID_POLLIN | LUCID_POLLERR), answer->end);
}

START_TEST(answered) {
    check_answer(&answers[_i]);
}
END_TEST

START_TEST(answered_over_ipv6) {
    teardown();
    open_pair(web_is_kernel() ? "::1" : "fd77::2");
    check_answer(&answers[0]);
}
END_TEST

/* Every cut of a response in two segments, with the same outcome. */
START_TEST(every_cut) {
    static const char text[] = CONTINUE OK
        "X:  y\r\nTransfer-Encoding: chunked\r\n\r\n5;a\r\nhello\r\n0\r\nB: c\r\n\r\n";
    char first[sizeof text];
    for (size_t cut = 1; cut + 1 < sizeof text; cut++) {
        memcpy(first, text, cut);
        first[cut] = '\0';
        struct script script = {{first, text + cut}, STAYS, true};
        ask(GET, NULL, 0, false);
        play(&script);
        ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
        ck_assert_str_eq(statuses, "100 200 ");
        ck_assert_uint_eq(body_length, 5);
        ck_assert_mem_eq(body, "hello", 5);
        teardown();
        setup();
    }
}
END_TEST

/* HEAD: the response says how long the body would be. RFC 9112 6.3 */
START_TEST(head_has_no_body) {
    ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", NULL, 0, true);
    play(&(struct script){{FIVE}, STAYS, true});
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
    ck_assert_str_eq(statuses, "200 ");
    ck_assert_uint_eq(body_length, 0);
}
END_TEST

/* The server would keep the connection; the client closes first and goes through TIME-WAIT. RFC 9293 3.6 */
START_TEST(closes_actively) {
    static const unsigned path[] = {LUCID_SYN_SENT,   LUCID_ESTABLISHED, LUCID_FIN_WAIT_1,
                                    LUCID_FIN_WAIT_2, LUCID_TIME_WAIT,   LUCID_CLOSED};
    ask(GET, NULL, 0, false);
    play(&(struct script){{FIVE "hello"}, CLOSES, true});
    pass(3 * LUCID_SECOND);
    ck_assert_uint_eq(state_count, sizeof path / sizeof path[0]);
    for (size_t i = 0; i < state_count; i++) {
        ck_assert_str_eq(lucid_state_name(states[i]), lucid_state_name(path[i]));
    }
}
END_TEST

/* Head and body in two writes, with Nagle's algorithm at the server: the body waits for the ACK of the head, and that
 * is not delayed. RFC 9293 3.8.6.3, RFC 896 */
START_TEST(acknowledges_at_once) {
    struct lucid_stack *stack = lucid_pair_stack(pair, 1);
    ask(GET, NULL, 0, false);
    for (int i = 0; i < 100 && !strstr(received, "\r\n\r\n"); i++) {
        pass(LUCID_MILLISECOND);
    }
    const int off = 0;
    lucid_setsockopt(stack, server, LUCID_IPPROTO_TCP, LUCID_TCP_NODELAY, &off, sizeof off);
    ck_assert_int_eq(lucid_send(stack, server, FIVE, strlen(FIVE), 0), strlen(FIVE));
    pass(LUCID_MILLISECOND);
    ck_assert_int_eq(lucid_send(stack, server, "hello", 5, 0), 5);
    pass(70 * LUCID_MILLISECOND); /* three times 20 ms, and a little for the rate */
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
}
END_TEST

/* A response that is not taken is not waited for: the server gets RST. RFC 9293 3.10.5 */
START_TEST(resets_when_it_refuses) {
    ask(GET, NULL, 0, false);
    play(&(struct script){{"garbage"}, STAYS, true});
    ck_assert(reset);
    ck_assert(!pair || states[state_count - 1] == LUCID_CLOSED);
}
END_TEST

/* ---- connections that do not come about ---- */

START_TEST(is_refused) {
    far->ops->close(far, listener);
    listener = 0;
    ask(GET, NULL, 0, false);
    pass(LUCID_SECOND);
    ck_assert_int_eq(client.end, HTTP_CLIENT_UNCONNECTED);
    ck_assert_int_eq(client.error, LUCID_ECONNREFUSED);
    ck_assert(!connected);
    check_sentence("10.77.0.2 port 8000 refused the connection");
}
END_TEST

/* Nobody answers: the stack gives up after R2, RFC 9293 3.8.3 MUST-23. */
START_TEST(is_not_answered) {
    address = "10.77.0.9";
    ask(GET, NULL, 0, false);
    pass(179 * LUCID_SECOND);
    ck_assert_int_eq(client.end, HTTP_CLIENT_GOES_ON);
    pass(2 * LUCID_SECOND);
    ck_assert_int_eq(client.end, HTTP_CLIENT_UNCONNECTED);
    ck_assert_int_eq(client.error, LUCID_ETIMEDOUT);
    check_sentence("does not answer");
}
END_TEST

START_TEST(cannot_be_tried) {
    static const struct http_client_calls calls = {.body = on_body, .user = &client};
    struct http_client_request broadcast = {.head = GET, .head_length = strlen(GET), .remote.port = PORT};
    lucid_addr_parse("255.255.255.255", &broadcast.remote.addr);
    ck_assert_int_eq(http_client_begin(&client, near, &broadcast, &calls), -LUCID_EADDRNOTAVAIL);
    ck_assert_int_eq(client.end, HTTP_CLIENT_UNCONNECTED);
    check_sentence("255.255.255.255 port 8000 cannot be connected to");
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_client", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, answered, 0, (int)(sizeof answers / sizeof answers[0]));
    tcase_add_test(tests, answered_over_ipv6);
    tcase_add_test(tests, every_cut);
    tcase_add_test(tests, head_has_no_body);
    web_add_test_of_stack(tests, closes_actively);
    web_add_test_of_stack(tests, acknowledges_at_once);
    tcase_add_test(tests, resets_when_it_refuses);
    tcase_add_test(tests, is_refused);
    web_add_test_of_stack(tests, is_not_answered);
    web_add_test_of_stack(tests, cannot_be_tried);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
