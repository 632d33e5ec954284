/* test_http_server.c: requests and answers, over a stack of ours in virtual time: H3, H7 to H11, H18 to H44. RFC
 * 9110; RFC 9112. */
#include "harness/web.h"
#include "unit.h"

#include <stdio.h>

static struct web web;

static void setup(void) {
    web_init(&web);
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
    web_run(&web, LUCID_SECOND / 2);
    return client;
}

/* Answer number i, which must be there with this status. */
static struct web_answer answer_of(const struct web_client *client, unsigned i, int status) {
    struct web_answer answer;
    ck_assert_msg(web_answer(client, i, NULL, &answer), "no answer %u in: %s", i, client->got.data);
    ck_assert_msg(answer.status == status, "%d, not %d: %s", answer.status, status, client->got.data);
    return answer;
}

/* Nothing stands behind answer number i. */
static void last_answer(const struct web_client *client, unsigned i) {
    struct web_answer answer;
    ck_assert(web_answer(client, i, NULL, &answer));
    ck_assert_ptr_eq(answer.body + answer.body_length, client->got.data + client->got.length);
}

static void has(const struct web_answer *answer, const char *line) {
    ck_assert_msg(web_has_line(answer, line), "no %s in %.*s", line, (int)answer->head_length, answer->head);
}

static bool contains(const struct web_answer *answer, const char *text) {
    return memmem(answer->body, answer->body_length, text, strlen(text)) != NULL;
}

/* ---- one request ---- */

#define GET "GET / HTTP/1.1\r\nHost: a.test\r\n"

/* H8, H32, H33, H37, H42 */
START_TEST(the_page) {
    struct web_client *client = ask(GET "\r\n");
    struct web_answer answer = answer_of(client, 0, 200);
    last_answer(client, 0);
    ck_assert(memcmp(answer.head, "HTTP/1.1 200 OK\r\n", 17) == 0);
    has(&answer, "Content-Type: text/html; charset=utf-8");
    has(&answer, "Date: Sun, 06 Nov 1994 08:49:37 GMT");
    ck_assert(contains(&answer, "Lucid"));
    ck_assert(contains(&answer, "http://a.test/"));
    ck_assert(contains(&answer, "viewport"));
    ck_assert(!client->ended && !client->error);
    ck_assert_ptr_null(memmem(answer.head, answer.head_length, "Transfer-Encoding", 17));
}
END_TEST

/* H63: what the client calls the host comes back as text. A host may have an ampersand. */
START_TEST(the_page_escapes) {
    struct web_client *client = ask("GET / HTTP/1.1\r\nHost: a&lt\r\n\r\n");
    struct web_answer answer = answer_of(client, 0, 200);
    ck_assert(contains(&answer, "http://a&amp;lt/"));
    ck_assert(!contains(&answer, "a&lt/"));
}
END_TEST

/* H8, H34, H37: the head of GET, and nothing behind it. */
START_TEST(head_is_get_without_body) {
    const bool to_head[] = {true, false};
    struct web_client *client = ask("HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n" GET "\r\n");
    struct web_answer head, get;
    ck_assert(web_answer(client, 0, to_head, &head));
    ck_assert(web_answer(client, 1, to_head, &get));
    ck_assert_uint_eq(head.head_length, get.head_length);
    ck_assert_mem_eq(head.head, get.head, get.head_length);
    ck_assert_uint_gt(get.body_length, 1000);
    ck_assert_ptr_eq(get.body + get.body_length, client->got.data + client->got.length);
}
END_TEST

/* H34: of refusals too. */
START_TEST(head_of_a_refusal) {
    const bool to_head[] = {true};
    struct web_client *client = ask("HEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    struct web_answer answer;
    ck_assert(web_answer(client, 0, to_head, &answer));
    ck_assert_int_eq(answer.status, 404);
    ck_assert_ptr_eq(answer.body, client->got.data + client->got.length);
    ck_assert(!client->ended);
    client = ask("HEAD / HTTP/1.1\r\nHost: a b\r\n\r\n");
    ck_assert(web_answer(client, 0, to_head, &answer));
    ck_assert_int_eq(answer.status, 400);
    ck_assert_ptr_eq(answer.body, client->got.data + client->got.length);
    client = ask("HEAD /");
    for (int i = 0; i < 100; i++) {
        web_say(&web, client,
                "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567");
    }
    web_run(&web, LUCID_SECOND);
    ck_assert(web_answer(client, 0, to_head, &answer));
    ck_assert_int_eq(answer.status, 414);
    ck_assert_ptr_eq(answer.body, client->got.data + client->got.length);
}
END_TEST

/* ---- bodies ---- */

static void echoes(const char *request, const char *body) {
    struct web_client *client = ask(request);
    struct web_answer answer = answer_of(client, 0, 200);
    ck_assert_msg(answer.body_length == strlen(body) && memcmp(answer.body, body, strlen(body)) == 0, "%.*s, not %s",
                  (int)answer.body_length, answer.body, body);
    has(&answer, "X-Content-Type-Options: nosniff");
    last_answer(client, 0);
}

#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

/* H24, H25 */
START_TEST(post_is_echoed) {
    echoes(POST "Content-Length: 5\r\n\r\nhello", "hello");
    echoes(POST "Content-Length: 0\r\n\r\n", "");
    echoes(POST "\r\n", "");
    echoes(POST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "");
    echoes(POST "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
           "abc0123456789");
    echoes("POST http://b/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", "x");
}
END_TEST

static char big[3000000];

START_TEST(a_large_body_comes_back) {
    uint64_t state = 3;
    for (size_t i = 0; i < sizeof big; i++) {
        big[i] = (char)draw(&state);
    }
    struct web_client *client = ask(POST "Content-Length: 3000000\r\n\r\n");
    web_send(&web, client, big, sizeof big);
    web_run(&web, 20 * LUCID_SECOND);
    struct web_answer answer = answer_of(client, 0, 200);
    ck_assert_uint_eq(answer.body_length, sizeof big);
    ck_assert(memcmp(answer.body, big, sizeof big) == 0);
    struct http_server_stats stats;
    http_server_stats(web.server, &stats);
    ck_assert_uint_eq(stats.memory, 0);
}
END_TEST

/* The second of two requests has its body behind the end of the buffer that both heads were read into, wherever
 * that is. */
START_TEST(bodies_across_buffers) {
    char body[3001], padding[4200];
    for (int i = 0; i < 3000; i++) {
        body[i] = (char)('a' + i * i % 26);
    }
    body[3000] = '\0';
    memset(padding, 'p', sizeof padding);
    for (int length = 3300; length < 4100; length += 11) {
        struct text text = text_growing();
        text_put(&text, "HEAD / HTTP/1.1\r\nHost: a\r\nX: ");
        text_put_octets(&text, padding, (size_t)length);
        text_put(&text, "\r\n\r\n" POST "Content-Length: 3000\r\n\r\n");
        text_put_octets(&text, body, 5);
        struct web_client *client = ask(text.data);
        web_send(&web, client, body + 5, 2995);
        web_run(&web, LUCID_SECOND / 10);
        const bool to_head[] = {true, false};
        struct web_answer answer;
        ck_assert_msg(web_answer(client, 1, to_head, &answer), "padding %d", length);
        ck_assert_uint_eq(answer.body_length, 3000);
        ck_assert_msg(memcmp(answer.body, body, 3000) == 0, "padding %d", length);
        text_free(&text);
    }
}
END_TEST

/* H28: a body for which nobody asked is taken off before the next request. */
START_TEST(unwanted_bodies_are_skipped) {
    struct web_client *client = ask("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 24\r\n\r\nGET /x HTTP/1.1\r\nHost: a"
                                    "POST /nothing HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    "4\r\nGET \r\n0\r\n\r\n" GET "\r\n");
    answer_of(client, 0, 200);
    answer_of(client, 1, 404);
    answer_of(client, 2, 200);
    last_answer(client, 2);
}
END_TEST

/* H27: a body that stops short gets no answer as if it were complete. */
START_TEST(a_body_that_stops_short) {
    struct web_client *client = ask(POST "Content-Length: 5\r\n\r\nhell");
    web_shutdown(&web, client);
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_eq(client->got.length, 0);
    ck_assert(client->ended || client->error);
    client = ask(POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n");
    web_shutdown(&web, client);
    web_run(&web, LUCID_SECOND);
    ck_assert_uint_eq(client->got.length, 0);
    ck_assert(client->ended || client->error);
}
END_TEST

/* H29, H31 */
START_TEST(hundred_continue) {
    struct web_client *client = ask(POST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    ck_assert_str_eq(client->got.data, "HTTP/1.1 100 Continue\r\n\r\n");
    web_say(&web, client, "hello" GET "\r\n");
    web_run(&web, LUCID_SECOND);
    answer_of(client, 0, 100);
    struct web_answer answer = answer_of(client, 1, 200);
    ck_assert(contains(&answer, "hello"));
    answer_of(client, 2, 200);
    /* the body has come: nobody waits */
    client = ask(POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx");
    answer_of(client, 0, 200);
    /* no body: nothing to wait for */
    client = ask(GET "Expect: 100-continue\r\n\r\n");
    answer_of(client, 0, 200);
    /* HTTP/1.0 has no interim answers */
    client = ask("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    ck_assert_uint_eq(client->got.length, 0);
    web_say(&web, client, "x");
    web_run(&web, LUCID_SECOND);
    answer_of(client, 0, 200);
}
END_TEST

/* A final answer instead, and since the body may come or not, the connection ends. */
START_TEST(no_hundred_for_nothing) {
    struct web_client *client = ask(
        "POST /nothing HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    struct web_answer answer = answer_of(client, 0, 404);
    has(&answer, "Connection: close");
    ck_assert(client->ended);
}
END_TEST

/* ---- refusals ---- */

struct refused {
    const char *request;
    int status;
    const char *sentence; /* in the page */
};

/* Those after which the connection cannot go on: the answer says close, FIN follows, and what came behind is not
 * looked at. */
static const struct refused closing[] = {
    {"GET /\r\n", 400, "not: method"},
    {"GET / HTTP/1.1\nHost: a\n\n", 400, "LF without CR"},
    {"GET / HTTP/3.0\r\n", 505, "are spoken here"},
    {"GET / HTTP/1.1\r\n\r\n", 400, "without a Host"},
    {GET "Host: b\r\n\r\n", 400, "two Host"},
    {"GET / HTTP/1.1\r\nHost: u@b\r\n\r\n", 400, "Host field is not"},
    {GET " x: y\r\n\r\n", 400, "folding is obsolete"},
    {GET "x : y\r\n\r\n", 400, "between a field name and its colon"},
    {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "does not know"},
    {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "neither a path nor"},
    /* H11: what follows was meant for a tunnel, perhaps: RFC 9110 9.3.6 */
    {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 405, "Allow lists"},
    {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 405, "Allow lists"},
    /* H18 to H23: where one recipient would see one request and another would see two */
    {POST "Content-Length: +5\r\n\r\nhello", 400, "Content-Length"},
    {POST "Content-Length: -1\r\n\r\n", 400, "Content-Length"},
    {POST "Content-Length: 0x5\r\n\r\nhello", 400, "Content-Length"},
    {POST "Content-Length: 5 5\r\n\r\nhello", 400, "Content-Length"},
    {POST "Content-Length: \r\n\r\n", 400, "Content-Length"},
    {POST "Content-Length: 18446744073709551616\r\n\r\n", 400, "Content-Length"},
    {POST "Content-Length: 18446744073709551615\r\n\r\n", 413, "larger than is taken here"},
    {POST "Content-Length: 4294967296\r\n\r\n", 413, "larger than is taken here"},
    {POST "Content-Length: 16777217\r\n\r\n", 413, "larger than is taken here"},
    {POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400, "more than one Content-Length"},
    {POST "Content-Length: 5, 6\r\n\r\nhello", 400, "more than one Content-Length"},
    {POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "together with"},
    {POST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400, "coding"},
    {POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "not known here"},
    {POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400, "coding"},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "HTTP/1.0"},
    /* H26 */
    {POST "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400, "chunk"},
    {POST "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400, "chunk"},
    {POST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 400, "chunk"},
    {POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n", 400, "CRLF"},
    {POST "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", 413, "larger than is taken here"},
    {POST "Expect: tea\r\nContent-Length: 5\r\n\r\n", 417, "expectation"},
};

START_TEST(refusals_that_close) {
    const struct refused *row = &closing[_i];
    char request[1000];
    snprintf(request, sizeof request, "%s" GET "\r\n" GET "\r\n", row->request);
    struct web_client *client = ask(request);
    struct web_answer answer = answer_of(client, 0, row->status);
    has(&answer, "Connection: close");
    has(&answer, "Date: Sun, 06 Nov 1994 08:49:37 GMT");
    ck_assert_msg(contains(&answer, row->sentence), "%s: %.*s", row->request, (int)answer.body_length, answer.body);
    ck_assert(contains(&answer, "RFC "));
    last_answer(client, 0);
    ck_assert_msg(client->ended && !client->error, "%s", row->request);
}
END_TEST

/* The page says which octet of the request it was, counted from its first one. */
START_TEST(the_octet_that_was_the_trouble) {
    static const struct {
        const char *before, *from;
    } rows[] = {
        {GET "X", " : y\r\n\r\n"},
        {GET, "Host: b\r\n\r\n"},
        {POST, "Content-Length: x\r\n\r\n"},
        {POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello", "X\r\n0\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char request[300], expected[60];
        snprintf(request, sizeof request, "%s%s", rows[i].before, rows[i].from);
        size_t at = strlen(rows[i].before) + (i == 2 ? strlen("Content-Length: ") : 0);
        snprintf(expected, sizeof expected, "; byte %zu: `", at);
        struct web_client *client = ask(request);
        struct web_answer answer = answer_of(client, 0, 400);
        ck_assert_msg(contains(&answer, expected), "not '%s': %.*s", expected, (int)answer.body_length, answer.body);
    }
}
END_TEST

/* Those of one request among others. H7, H11, H39, H60 */
static const struct refused staying[] = {
    {"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404, "nothing at this path"},
    {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 405, "Allow lists"},
    {"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "Allow lists"},
    {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "Allow lists"},
    {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "percent sign"},
    {"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "control character"},
    {"GET /../x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "climbs"},
};

START_TEST(refusals_of_one_request) {
    const struct refused *row = &staying[_i];
    char request[1000];
    snprintf(request, sizeof request, "%s" GET "\r\n", row->request);
    struct web_client *client = ask(request);
    struct web_answer answer = answer_of(client, 0, row->status);
    ck_assert_msg(contains(&answer, row->sentence), "%s: %.*s", row->request, (int)answer.body_length, answer.body);
    if (row->status == 405) {
        has(&answer, "Allow: GET, HEAD, POST, OPTIONS");
    }
    answer_of(client, 1, 200);
    last_answer(client, 1);
    ck_assert(!client->ended);
}
END_TEST

/* H11; RFC 9110 9.3.7 */
START_TEST(options) {
    static const char *const requests[] = {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
                                           "OPTIONS / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"};
    for (int i = 0; i < 2; i++) {
        struct web_client *client = ask(requests[i]);
        struct web_answer answer = answer_of(client, 0, 204);
        has(&answer, "Allow: GET, HEAD, POST, OPTIONS");
        ck_assert(!web_has_line(&answer, "Content-Length: 0"));
        last_answer(client, 0);
    }
    answer_of(ask("OPTIONS /nothing HTTP/1.1\r\nHost: a\r\n\r\n"), 0, 404);
}
END_TEST

/* ---- connections ---- */

/* H43, H3 */
START_TEST(pipelined_requests_are_answered_in_order) {
    struct text text = text_growing();
    for (int i = 0; i < 300; i++) {
        text_format(&text, POST "Content-Length: 4\r\n\r\n%04d%s", i, i % 7 == 0 ? "\r\n" : "");
    }
    struct web_client *client = ask(text.data);
    web_run(&web, LUCID_SECOND);
    for (int i = 0; i < 300; i++) {
        char number[16];
        snprintf(number, sizeof number, "%04d", i);
        struct web_answer answer = answer_of(client, (unsigned)i, 200);
        ck_assert(contains(&answer, number));
    }
    last_answer(client, 299);
    text_free(&text);
}
END_TEST

/* H44: nothing behind it is processed. */
START_TEST(close_is_the_end) {
    struct web_client *client = ask(GET "Connection: x, Close\r\n\r\n" GET "\r\n");
    struct web_answer answer = answer_of(client, 0, 200);
    has(&answer, "Connection: close");
    last_answer(client, 0);
    ck_assert(client->ended && !client->error);
}
END_TEST

/* H42 */
START_TEST(http_1_0) {
    struct web_client *client = ask("GET / HTTP/1.0\r\n\r\n" GET "\r\n");
    struct web_answer answer = answer_of(client, 0, 200);
    has(&answer, "Connection: close");
    last_answer(client, 0);
    ck_assert(client->ended);
    client = ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" GET "\r\n");
    answer = answer_of(client, 0, 200);
    has(&answer, "Connection: keep-alive");
    answer = answer_of(client, 1, 200);
    ck_assert(!web_has_line(&answer, "Connection: keep-alive"));
    ck_assert(!client->ended);
}
END_TEST

/* A client that has said all it wants (half-close) still gets all its answers, and then FIN. */
START_TEST(half_closed_clients_are_answered) {
    struct web_client *client = web_connect(&web);
    web_run(&web, 10 * LUCID_MILLISECOND);
    web_say(&web, client, GET "\r\n" POST "Content-Length: 2\r\n\r\nhi");
    web_shutdown(&web, client);
    web_run(&web, LUCID_SECOND);
    answer_of(client, 0, 200);
    answer_of(client, 1, 200);
    last_answer(client, 1);
    ck_assert(client->ended && !client->error);
}
END_TEST

START_TEST(counters) {
    ask(GET "\r\n" GET "\r\n");
    ask("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    ask("nonsense\r\n");
    struct http_server_stats stats;
    http_server_stats(web.server, &stats);
    ck_assert_uint_eq(stats.accepted, 3);
    ck_assert_uint_eq(stats.requests, 3);
    ck_assert_uint_eq(stats.answers[2], 2);
    ck_assert_uint_eq(stats.answers[4], 2);
    ck_assert_uint_eq(stats.idle, 2);
    ck_assert_uint_ge(stats.connections, 2);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_server", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_page);
    tcase_add_test(tests, the_page_escapes);
    tcase_add_test(tests, head_is_get_without_body);
    tcase_add_test(tests, head_of_a_refusal);
    tcase_add_test(tests, post_is_echoed);
    tcase_add_test(tests, a_large_body_comes_back);
    tcase_add_test(tests, bodies_across_buffers);
    tcase_add_test(tests, unwanted_bodies_are_skipped);
    tcase_add_test(tests, a_body_that_stops_short);
    tcase_add_test(tests, hundred_continue);
    tcase_add_test(tests, no_hundred_for_nothing);
    tcase_add_loop_test(tests, refusals_that_close, 0, sizeof closing / sizeof closing[0]);
    tcase_add_test(tests, the_octet_that_was_the_trouble);
    tcase_add_test(tests, options);
    tcase_add_loop_test(tests, refusals_of_one_request, 0, sizeof staying / sizeof staying[0]);
    tcase_add_test(tests, pipelined_requests_are_answered_in_order);
    tcase_add_test(tests, close_is_the_end);
    tcase_add_test(tests, http_1_0);
    tcase_add_test(tests, half_closed_clients_are_answered);
    tcase_add_test(tests, counters);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
