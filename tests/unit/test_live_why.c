/* test_live_why.c: a request is told from SYN to FIN, and everything that is kept for it is bounded. live_record.h. */
#include "harness/web.h"
#include "live/live.h"
#include "live/live_record.h"
#include "unit.h"

#include <stdio.h>

enum { CONNECTIONS = 6 };

static struct web web;
static struct live live;
static struct http_handler handlers[LIVE_HANDLERS];
static struct http_onlooker onlooker;
static uint64_t numbers[64];
static unsigned answered;

static void on_head(void *user, struct http_exchange *exchange) {
    (void)user, (void)exchange;
}

static uint64_t on_answer(void *user, struct http_exchange *exchange) {
    uint64_t id = live_record_answer(user, exchange);
    numbers[answered++ % 64] = id;
    return id;
}

static void on_log(void *user, const struct http_log_entry *entry) {
    live_record_log(user, entry);
}

static void catch_up(void *user) {
    struct lucid_event event;
    while (lucid_trace_next(live.stack, &event, NULL)) {
        live_record_event(user, &event);
    }
}

static void on_packet(struct lucid_pair *pair, int which, bool leaves, const uint8_t *octets, size_t length,
                      void *user) {
    struct lucid_packet packet = {.slice = {{octets, length}}, .slices = 1, .length = (uint32_t)length};
    if (which == 1) {
        catch_up(user);
        live_record_packet(user, leaves, lucid_pair_now(pair), &packet);
    }
}

static void setup(void) {
    web_init(&web);
    live = (struct live){.record = live_record_new(CONNECTIONS)};
    live_handlers(handlers, &live);
    onlooker = (struct http_onlooker){.head = on_head, .answer = on_answer, .user = live.record};
    web.options.handlers = handlers;
    web.options.handler_count = LIVE_HANDLERS;
    web.options.handlers_first = true;
    web.options.onlooker = &onlooker;
    web.options.log = on_log;
    web.options.log_user = live.record;
    answered = 0;
    ck_assert_ptr_null(web_open(&web));
    live.stack = lucid_pair_stack(web.stack.pair, 1);
    ck_assert_int_eq(lucid_trace_enable(live.stack, LIVE_RECORD_KINDS, 16384), 0);
    live_record_stack(live.record, live.stack, 0);
    live_record_catch_up(live.record, catch_up, live.record);
    lucid_pair_on_packet(web.stack.pair, on_packet, live.record);
}

static void teardown(void) {
    ck_assert_int_eq(lucid_trace_enable(live.stack, 0, 0), 0);
    ck_assert_ptr_null(web_close(&web));
    live_record_free(live.record);
}

static struct web_client *say(const char *request) {
    struct web_client *client = web_connect(&web);
    web_say(&web, client, request);
    web_run(&web, LUCID_SECOND);
    return client;
}

/* One answer, on a connection of its own. */
static struct web_answer ask(const char *target, const char *accept) {
    char request[200];
    struct web_answer answer;
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\nAccept: %s\r\nConnection: close\r\n\r\n", target,
             accept);
    ck_assert(web_answer(say(request), 0, NULL, &answer));
    return answer;
}

static void has(struct web_answer answer, const char *words) {
    ck_assert_msg(strstr(answer.body, words) != NULL, "'%s' is not in:\n%s", words, answer.body);
}

static const char *target_of(const char *path, unsigned request) {
    static char target[60];
    snprintf(target, sizeof target, "%s?id=%u", path, (unsigned)numbers[request]);
    return target;
}

START_TEST(from_syn_to_fin) {
    struct web_client *client = say("POST /echo?q=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nA: <b>\r\n\r\nxyz");
    web_shutdown(&web, client);
    web_run(&web, LUCID_SECOND);
    struct web_answer answer = ask(target_of("/why", 0), "text/plain");
    ck_assert_int_eq(answer.status, 200);
    has(answer, "Request 1: POST /echo?q=1 HTTP/1.1\nfrom 10.77.0.1:");
    has(answer, ": 200, 33 octets");
    has(answer, "The request: 66 octets, sequence numbers 1 to 66 of the client's stream\n");
    has(answer, "     5  target       \"/echo\"\n    10  query        \"?q=1\"\n    14  SP           \" \"\n");
    has(answer, "    63  body         \"xyz\"\n");
    has(answer, "from sequence number 1 of our stream on\n");
    has(answer, "  status       \"200\"\n");
    has(answer, " ~connect() ~SYN-SENT ");
    has(answer, "ESTABLISHED  \xe2\x97\x84\xe2\x94\x80 PA         1        1    66 ");
    has(answer, "CLOSE-WAIT ");
    has(answer, "CLOSED       \xe2\x97\x84\xe2\x94\x80 A ");
    has(answer, "8 packets are kept, 0 more were not: /pcap?id=1\n");
    answer = ask(target_of("/why", 0), "text/html");
    has(answer, "<span class=\"METHOD\" title=\"method: what the request is for: RFC 9110 9\">POST</span>");
    has(answer, "&lt;b&gt;");
    has(answer, "<tr class=\"req\">");
    has(answer, "<tr class=\"ans\">");
    ck_assert_ptr_null(strstr(answer.body, "<b>\\r"));
    ck_assert_ptr_null(strstr(answer.body, " bad\""));
}
END_TEST

START_TEST(as_json) {
    say("GET /cookie HTTP/1.1\r\nHost: a\r\nA: \x80\"\r\nConnection: close\r\n\r\n");
    struct web_answer answer = ask(target_of("/why", 0), "application/json");
    ck_assert(web_has_line(&answer, "Content-Type: application/json"));
    ck_assert_int_eq(strncmp(answer.body, "{\"id\":1,\"remote\":\"10.77.0.1:", 28), 0);
    has(answer, "\"request\":\"GET /cookie HTTP/1.1\",\"status\":200,\"octets\":0,\"whole\":1,");
    has(answer, "{\"at\":0,\"part\":\"method\",\"octets\":\"GET\"},{\"at\":3,\"part\":\"SP\",\"octets\":\" \"}");
    has(answer, "\"octets\":\"\\u0080\\\"\"");
    has(answer, "\"end\":\"client\",\"flags\":\"S\",\"seq\":0,\"length\":0,");
    has(answer, "\"carries\":\"request\"");
    has(answer, "\"carries\":\"answer\",\"client\":\"CLOSE-WAIT\"");
    has(ask("/why", "application/json"), "{\"id\":1,\"remote\":\"10.77.0.1:");
}
END_TEST

/* The second of two requests in one segment has its own octets. */
START_TEST(second_request) {
    say("GET /bytes/10 HTTP/1.1\r\nHost: a\r\n\r\nGET /bytes/20 HTTP/1.1\r\nHost: a\r\n\r\n");
    struct web_answer answer = ask(target_of("/why", 1), "text/plain");
    has(answer, "The request: 35 octets, sequence numbers 36 to 70 of the client's stream\n");
    has(answer, "The answer: ");
    answer = ask("/why", "text/plain");
    has(answer, " GET /bytes/10 HTTP/1.1                    200, 10 octets\n");
    has(answer, " GET /why HTTP/1.1                         being answered\n");
}
END_TEST

START_TEST(what_was_refused) {
    say("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    struct web_answer answer = ask(target_of("/why", 0), "text/html");
    has(answer, "<p>Refused, 400: two Host fields (RFC 9112 3.2)");
    has(answer, " bad\"");
    say("\x16\x03\x01 what\r\n\r\n");
    answer = ask(target_of("/why", 2), "text/plain");
    has(answer, "refused, 400: ");
    has(answer, "\"\\x16\\x03\\x01\"");
}
END_TEST

START_TEST(wrong_numbers) {
    static const struct {
        const char *target;
        int status;
    } targets[] = {{"/why?id=77", 404}, {"/why?id=", 400},    {"/why?id=x", 400},   {"/why?id=-1", 400},
                   {"/pcap", 400},      {"/pcap?id=77", 404}, {"/pcap?id=1x", 400}, {"/why", 200}};
    for (unsigned i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        struct web_answer answer = ask(targets[i].target, "*/*");
        ck_assert_msg(answer.status == targets[i].status, "%s: %d", targets[i].target, answer.status);
        ck_assert(answer.body_length > 20 && answer.body[answer.body_length - 1] == '\n');
    }
    struct live_record *record = live.record;
    live.record = NULL;
    ck_assert_int_eq(ask("/why", "*/*").status, 404);
    live.record = record;
}
END_TEST

/* What others have sent is theirs; but at home all is seen. */
START_TEST(of_somebody_else) {
    static struct lucid_ifaddr home;
    struct live_request *request;
    say("GET /cookie HTTP/1.1\r\nHost: a\r\nCookie: a=secret\r\n\r\n");
    request = TAILQ_FIRST((struct live_requests *)(uintptr_t)live_record_requests(live.record));
    request->remote.addr.octet[15] = 99;
    struct web_answer answer = ask(target_of("/why", 0), "*/*");
    ck_assert_int_eq(answer.status, 403);
    ck_assert_ptr_null(strstr(answer.body, "secret"));
    ck_assert_ptr_null(strstr(ask("/why", "*/*").body, "/cookie"));
    ck_assert_ptr_null(strstr(ask("/why", "text/html").body, "/cookie"));
    ck_assert_int_eq(lucid_addr_parse("10.77.0.1", &home.addr), 0);
    live.home = &home;
    live.home_count = 1;
    has(ask(target_of("/why", 0), "*/*"), "a=secret");
}
END_TEST

START_TEST(capture) {
    static const uint8_t begin[] = {0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0};
    say("GET /bytes/100 HTTP/1.1\r\nHost: a\r\n\r\n");
    struct web_answer answer = ask(target_of("/pcap", 0), "*/*");
    ck_assert_int_eq(answer.status, 200);
    ck_assert(web_has_line(&answer, "Content-Type: application/vnd.tcpdump.pcap"));
    ck_assert_mem_eq(answer.body, begin, sizeof begin);
    const uint8_t *record = (const uint8_t *)answer.body + 24;
    unsigned packets = 0;
    for (; record < (const uint8_t *)answer.body + answer.body_length; packets++) {
        ck_assert_uint_eq(record[16], 0x45);
        ck_assert_uint_eq(record[8], record[12]);
        ck_assert_uint_eq(record[8] + 256u * record[9], 256u * record[18] + record[19]);
        record += 16 + record[8] + 256u * record[9];
    }
    ck_assert_uint_ge(packets, 5);
    ck_assert_uint_eq(((const uint8_t *)answer.body)[24 + 16 + 33], 2); /* the first one is the SYN */
}
END_TEST

/* A long download keeps its beginning and its end, and no more than so many octets. */
START_TEST(long_download) {
    struct web_client *client = say("GET /bytes/3000000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    web_run(&web, 20 * LUCID_SECOND);
    ck_assert(client->ended);
    const struct live_request *request = live_record_find(live.record, numbers[0]);
    ck_assert_ptr_nonnull(request->connection);
    ck_assert_uint_le(request->connection->packets.first_octets, LIVE_PACKETS_FIRST);
    ck_assert_uint_le(request->connection->packets.latest_octets, LIVE_PACKETS_LATEST);
    ck_assert_uint_gt(request->connection->packets.missing, 1000);
    ck_assert_uint_gt(ask(target_of("/pcap", 0), "*/*").body_length, LIVE_PACKETS_LATEST);
    has(ask(target_of("/why", 0), "*/*"), " octets \xe2\x96\xba");
}
END_TEST

/* So many connections, and three times as many requests; those without a request go first. */
START_TEST(bounded) {
    struct web_client *client = say("GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    for (unsigned i = 0; i < 50; i++) {
        web_connect(&web);
    }
    web_run(&web, LUCID_SECOND);
    has(ask(target_of("/why", 0), "*/*"), " ~connect() "); /* no scan of ports pushes it out */
    for (unsigned i = 0; i < 30; i++) {
        web_say(&web, client, "GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n");
        web_run(&web, 100 * LUCID_MILLISECOND);
    }
    unsigned count = 0;
    const struct live_request *request;
    TAILQ_FOREACH(request, live_record_requests(live.record), all) {
        count++;
    }
    ck_assert_uint_le(count, 3 * CONNECTIONS);
    ck_assert_uint_ge(count, LIVE_REQUESTS_EACH);
    ck_assert_int_eq(ask(target_of("/why", 0), "*/*").status, 404);
    for (unsigned i = 0; i < CONNECTIONS + 1; i++) {
        say("GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    ck_assert_ptr_null(live_record_find(live.record, numbers[20]));
}
END_TEST

/* So many requests in a second; the others have no number. */
START_TEST(so_many_in_a_second) {
    struct web_client *client = web_connect(&web);
    struct web_answer answer;
    for (unsigned i = 0; i < 600; i++) {
        web_say(&web, client, "GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    web_run(&web, 500 * LUCID_MILLISECOND);
    ck_assert(web_answer(client, 499, NULL, &answer) && web_has_line(&answer, "X-Lucid-Id: 500"));
    ck_assert(web_answer(client, 500, NULL, &answer) && !strstr(answer.head, "X-Lucid-Id: 501"));
    web_run(&web, LUCID_SECOND);
    web_say(&web, client, "GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    web_run(&web, LUCID_SECOND);
    ck_assert(web_answer(client, 600, NULL, &answer) && web_has_line(&answer, "X-Lucid-Id: 501"));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("live_why", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, from_syn_to_fin);
    tcase_add_test(tests, as_json);
    tcase_add_test(tests, second_request);
    tcase_add_test(tests, what_was_refused);
    tcase_add_test(tests, wrong_numbers);
    tcase_add_test(tests, of_somebody_else);
    tcase_add_test(tests, capture);
    tcase_add_test(tests, long_download);
    tcase_add_test(tests, bounded);
    tcase_add_test(tests, so_many_in_a_second);
    return unit_run(suite);
}
