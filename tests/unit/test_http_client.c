/* test_http_client.c: the client against a server that does as it is told, over two stacks in memory.
 *
 * Stack 0 has the client, stack 1 the server: it listens, reads what comes, and says its lines, each in a segment of its
 * own and some time after the one before. Then it closes, resets, or does nothing more. The head may be cut anywhere.
 */
#include <stdio.h>

#include "http/http_client.h"
#include "lucid/host.h"
#include "unit.h"

enum { PORT = 8000, PAUSE = 100 * LUCID_MILLISECOND, LINES_MAX = 8, ROOM = 4 << 20 };
enum ending { STAYS, CLOSES, RESETS };

/* What the server does. */
struct script {
    const char *lines[LINES_MAX]; /* up to the first NULL */
    enum ending ending;
    bool after_request; /* it reads the request first; else it speaks at once */
};

static struct lucid_pair *pair;
static struct stack_transport transport[2];
static struct http_client client;
static int listener, server;
static const char *address;
static char received[4096]; /* by the server */
static size_t received_length, heads, body_length, body_most, pieces;
static bool connected;
static char statuses[256], body[ROOM];
static unsigned states[16], state_count;

/* ---- the client's side ---- */

static void on_connected(void *user) {
    connected = user == &client;
}

static void on_head(void *user, const struct http_head *head, const uint8_t *octets) {
    EXPECT(user == &client && memcmp(octets, "HTTP/1.", 7) == 0);
    heads++;
    snprintf(statuses + strlen(statuses), sizeof statuses - strlen(statuses), "%u ", head->status);
}

static bool on_body(void *user, const uint8_t *octets, size_t length) {
    EXPECT(user == &client && body_length + length <= sizeof body && length > 0);
    memcpy(body + body_length, octets, length);
    body_length += length;
    pieces++;
    return body_length <= body_most;
}

static struct http_client_request request;

static void ask(const char *head, const void *content, size_t content_length, bool is_head) {
    static const struct http_client_calls calls = {on_connected, on_head, on_body, &client};
    request = (struct http_client_request){.head = head,
                                           .head_length = strlen(head),
                                           .body = content,
                                           .body_length = content_length,
                                           .is_head = is_head,
                                           .remote.port = PORT};
    ck_assert_int_eq(lucid_addr_parse(address, &request.remote.addr), 0);
    ck_assert_int_eq(http_client_begin(&client, &transport[0].base, &request, &calls), 0);
}

/* ---- time ---- */

static void collect_states(void) {
    struct lucid_event event;
    while (lucid_trace_next(lucid_pair_stack(pair, 0), &event, NULL)) {
        EXPECT(state_count < 16);
        states[state_count++] = event.u.state.to;
    }
}

static void serve_client(void) {
    struct lucid_ready ready;
    while (lucid_next_event(lucid_pair_stack(pair, 0), &ready)) {
        EXPECT(ready.data == &client);
        http_client_event(ready.data, ready.events);
    }
}

static void serve_events(void) {
    serve_client();
    if (server < 0) {
        server = transport[1].base.ops->accept(&transport[1].base, listener, NULL);
    }
    ptrdiff_t got = 0;
    while (server > 0 && (got = lucid_recv(lucid_pair_stack(pair, 1), server, received + received_length,
                                           sizeof received - received_length, 0)) > 0) {
        received_length += (size_t)got;
    }
    collect_states();
}

static void pass(lucid_time time) {
    lucid_time end = lucid_pair_now(pair) + time;
    while (lucid_pair_step(pair, end)) {
        serve_events();
    }
    serve_events();
}

/* ---- the server's side ---- */

static void say(const char *line, size_t length) {
    while (length > 0) {
        ptrdiff_t taken = lucid_send(lucid_pair_stack(pair, 1), server, line, length, 0);
        if (taken == -LUCID_EPIPE || taken == -LUCID_ECONNRESET) {
            return; /* the client has seen enough */
        }
        EXPECT(taken > 0 || taken == -LUCID_EAGAIN);
        line += taken > 0 ? taken : 0;
        length -= taken > 0 ? (size_t)taken : 0;
        pass(PAUSE);
    }
}

static void play(const struct script *script) {
    for (int i = 0; i < 100 && (server < 0 || (script->after_request && !strstr(received, "\r\n\r\n"))); i++) {
        pass(PAUSE);
    }
    ck_assert_int_gt(server, 0);
    for (int i = 0; i < LINES_MAX && script->lines[i]; i++) {
        say(script->lines[i], strlen(script->lines[i]));
    }
    if (script->ending == CLOSES) {
        lucid_close(lucid_pair_stack(pair, 1), server);
    }
    if (script->ending == RESETS) {
        lucid_abort(lucid_pair_stack(pair, 1), server);
    }
    pass(LUCID_SECOND);
}

static void open_pair(const char *of) {
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    options.config[0].msl = options.config[1].msl = LUCID_SECOND;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    for (int i = 0; i < 2; i++) {
        stack_transport_init(&transport[i], lucid_pair_stack(pair, i));
    }
    ck_assert_int_eq(lucid_trace_enable(lucid_pair_stack(pair, 0), 1u << LUCID_EVENT_STATE, 100), 0);
    listener = transport[1].base.ops->listen(&transport[1].base, &(struct lucid_sockaddr){.port = PORT}, 8);
    ck_assert_int_gt(listener, 0);
    address = of;
    server = -1;
    received_length = heads = body_length = pieces = state_count = 0;
    body_most = sizeof body;
    memset(received, 0, sizeof received);
    statuses[0] = '\0';
    connected = false;
}

static void setup(void) {
    open_pair("10.77.0.2");
}

static void teardown(void) {
    lucid_pair_close(pair);
    pair = NULL;
}

static void check_sentence(const char *expected) {
    char sentence[256];
    struct text text = text_fixed(sentence, sizeof sentence);
    http_client_say(&client, &text);
    ck_assert_msg(strstr(sentence, expected) != NULL, "%s; not %s", sentence, expected);
}

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\n"
#define FIVE OK "Content-Length: 5\r\n\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"
#define CONTINUE "HTTP/1.1 100 Continue\r\n\r\n"

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
    struct lucid_stats stats;
    lucid_stats(lucid_pair_stack(pair, 0), &stats);
    ck_assert_uint_eq(stats.sockets + stats.timewaits, 0);
    ck_assert_int_eq(http_client_event(&client, LUCID_POLLIN | LUCID_POLLERR), answer->end);
}

START_TEST(answered) {
    check_answer(&answers[_i]);
}
END_TEST

START_TEST(answered_over_ipv6) {
    teardown();
    open_pair("fd77::2");
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

/* Head and body in two writes, with Nagle's algorithm at the server: the body waits for the ACK of the head, and that is
 * not delayed. RFC 9293 3.8.6.3, RFC 896 */
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
    ck_assert_int_eq(lucid_recv(lucid_pair_stack(pair, 1), server, received, 1, 0), -LUCID_ECONNRESET);
    ck_assert_uint_eq(states[state_count - 1], LUCID_CLOSED);
}
END_TEST

/* ---- connections that do not come about ---- */

START_TEST(is_refused) {
    lucid_close(lucid_pair_stack(pair, 1), listener);
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
    ck_assert_int_eq(http_client_begin(&client, &transport[0].base, &broadcast, &calls), -LUCID_EADDRNOTAVAIL);
    ck_assert_int_eq(client.end, HTTP_CLIENT_UNCONNECTED);
    check_sentence("255.255.255.255 port 8000 cannot be connected to");
}
END_TEST

/* ---- requests with a body, giving up ---- */

static char content[3 << 20];
#define POST "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3145728\r\n\r\n"

/* One instant after another until the server has a connection. */
static void wait_for_server(void) {
    for (int i = 0; i < 1000 && server < 0; i++) {
        lucid_pair_step(pair, LUCID_NEVER);
        serve_client();
        server = transport[1].base.ops->accept(&transport[1].base, listener, NULL);
    }
    ck_assert_int_gt(server, 0);
}

/* More than a send queue holds: it goes out as there is room. */
START_TEST(posts) {
    static char copy[sizeof POST - 1 + sizeof content];
    size_t got = 0;
    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (char)(i * 7 + i / 256);
    }
    ask(POST, content, sizeof content, false);
    wait_for_server();
    for (int i = 0; i < 1000000 && got < sizeof copy; i++) {
        ptrdiff_t n = lucid_recv(lucid_pair_stack(pair, 1), server, copy + got, sizeof copy - got, 0);
        got += n > 0 ? (size_t)n : 0;
        lucid_pair_step(pair, LUCID_NEVER);
        serve_client();
    }
    ck_assert_uint_eq(got, sizeof copy);
    ck_assert(memcmp(copy, POST, strlen(POST)) == 0);
    ck_assert(memcmp(copy + strlen(POST), content, sizeof content) == 0);
    ck_assert_uint_eq(client.sent, sizeof copy);
    say(FIVE "hello", strlen(FIVE) + 5);
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
}
END_TEST

/* The answer comes while most of the request is still to be sent. RFC 9112 9.5 */
START_TEST(answered_in_the_middle_of_the_request) {
    static const char large[] = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno\n";
    ask(POST, content, sizeof content, false);
    wait_for_server();
    ck_assert_int_eq(lucid_send(lucid_pair_stack(pair, 1), server, large, sizeof large - 1, 0), sizeof large - 1);
    for (int i = 0; i < 1000 && client.end == HTTP_CLIENT_GOES_ON; i++) {
        lucid_pair_step(pair, LUCID_NEVER);
        serve_client();
    }
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
    ck_assert_str_eq(statuses, "413 ");
    ck_assert_uint_lt(client.sent, sizeof content);
}
END_TEST

START_TEST(caller_has_enough) {
    body_most = 4;
    ask(GET, NULL, 0, false);
    play(&(struct script){{OK "Content-Length: 10\r\n\r\n", "hello"}, STAYS, true});
    ck_assert_int_eq(client.end, HTTP_CLIENT_GIVEN_UP);
    check_sentence("given up after 5 of 10 octets of the body");
    ck_assert_int_eq(lucid_recv(lucid_pair_stack(pair, 1), server, received, 1, 0), -LUCID_ECONNRESET);
}
END_TEST

START_TEST(given_up) {
    ask(GET, NULL, 0, false);
    play(&(struct script){{OK}, STAYS, true});
    check_sentence("has not answered in full yet, in the middle of the head of its response");
    http_client_give_up(&client);
    ck_assert_int_eq(client.end, HTTP_CLIENT_GIVEN_UP);
    pass(LUCID_SECOND);
    ck_assert_int_eq(lucid_recv(lucid_pair_stack(pair, 1), server, received, 1, 0), -LUCID_ECONNRESET);
    http_client_give_up(&client);
}
END_TEST

/* ---- limits ---- */

START_TEST(interim_without_end) {
    static char text[(HTTP_CLIENT_INTERIM_MAX + 1) * sizeof CONTINUE + 100];
    for (int i = 0; i < HTTP_CLIENT_INTERIM_MAX; i++) {
        strcat(text, CONTINUE);
    }
    size_t length = strlen(text);
    strcat(text, FIVE "hello");
    ask(GET, NULL, 0, false);
    play(&(struct script){{text}, STAYS, true});
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
    teardown();
    setup();
    strcpy(text + length, CONTINUE);
    ask(GET, NULL, 0, false);
    play(&(struct script){{text}, STAYS, true});
    ck_assert_int_eq(client.end, HTTP_CLIENT_UNWANTED);
    check_sentence("more than 32 interim responses");
}
END_TEST

/* A head without end, as one line and as many. */
START_TEST(head_without_end) {
    static char text[HTTP_CLIENT_ROOM + 4096];
    static const char *const begins[] = {"HTTP/1.1 200 ", OK "A: ", OK};
    static const char *const sentences[] = {"first line is longer", "header section is longer", "more field lines"};
    for (int kind = 0; kind < 3; kind++) {
        strcpy(text, begins[kind]);
        size_t at = strlen(text);
        while (at + 8 < sizeof text) {
            memcpy(text + at, kind == 2 ? "Ab: cd\r\n" : "abcdefgh", 8);
            at += 8;
        }
        text[at] = '\0';
        ask(GET, NULL, 0, false);
        play(&(struct script){{text}, STAYS, true});
        ck_assert_int_eq(client.end, HTTP_CLIENT_REFUSED);
        check_sentence(sentences[kind]);
        teardown();
        setup();
    }
}
END_TEST

/* More than the client's room, many times over. */
START_TEST(large_body) {
    static char text[(3 << 20) + 100] = OK "Content-Length: 3145728\r\n\r\n";
    size_t begin = strlen(text);
    for (size_t i = 0; i < 3 << 20; i++) {
        text[begin + i] = (char)('a' + (i * 7 + i / 256) % 26);
    }
    ask(GET, NULL, 0, false);
    play(&(struct script){{text}, STAYS, true});
    pass(3 * LUCID_SECOND); /* 10 Mbit/s */
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
    ck_assert_uint_eq(body_length, 3 << 20);
    ck_assert(memcmp(body, text + begin, body_length) == 0);
    ck_assert_uint_gt(pieces, (3 << 20) / HTTP_CLIENT_ROOM - 1);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_client", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, answered, 0, (int)(sizeof answers / sizeof answers[0]));
    tcase_add_test(tests, answered_over_ipv6);
    tcase_add_test(tests, every_cut);
    tcase_add_test(tests, head_has_no_body);
    tcase_add_test(tests, closes_actively);
    tcase_add_test(tests, acknowledges_at_once);
    tcase_add_test(tests, resets_when_it_refuses);
    tcase_add_test(tests, is_refused);
    tcase_add_test(tests, is_not_answered);
    tcase_add_test(tests, cannot_be_tried);
    tcase_add_test(tests, posts);
    tcase_add_test(tests, answered_in_the_middle_of_the_request);
    tcase_add_test(tests, caller_has_enough);
    tcase_add_test(tests, given_up);
    tcase_add_test(tests, interim_without_end);
    tcase_add_test(tests, head_without_end);
    tcase_add_test(tests, large_body);
    return unit_run(suite);
}
