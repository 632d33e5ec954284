/* test_http_gateway.c: a server in front of another: what is passed on (H65, H66), and how bodies are framed anew: H67.
 * http.md 4; RFC 9110 7.6; RFC 9112 6.3.
 */
#include "upstream.h"

/* ---- the request: RFC 9110 7.6 ---- */

START_TEST(a_request_goes_on) {
    ask("GET /api/a%20b/../c?q=1%2B HTTP/1.1\r\nHost: www.lab.test:81\r\nAccept: */*\r\n\r\n");
    ck_assert_str_eq(up.got.data, "GET /api/a%20b/../c?q=1%2B HTTP/1.1\r\n"
                                  "Host: www.lab.test:81\r\n"
                                  "Accept: */*\r\n"
                                  "Via: 1.1 lucid\r\n"
                                  "X-Forwarded-For: 10.77.0.1\r\n"
                                  "X-Forwarded-Proto: http\r\n\r\n");
}
END_TEST

START_TEST(an_absolute_target_loses_its_authority) {
    ask("GET http://b/api?x HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(upstream_got(&up, "GET /api?x HTTP/1.1\r\nHost: b\r\n"));
}
END_TEST

START_TEST(a_client_without_host) {
    ask(OLD_GET);
    ck_assert(upstream_got(&up, "HTTP/1.1\r\nHost: 10.77.0.1:8000\r\n"));
    ck_assert(upstream_got(&up, "\r\nVia: 1.0 lucid\r\n"));
}
END_TEST

START_TEST(a_path_takes_the_place_of_the_prefix) {
    ask("GET /moved/a/%41%25?x HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(upstream_got(&up, "GET /v2/a/A%25?x HTTP/1.1\r\n"));
}
END_TEST

START_TEST(other_paths_are_not_the_upstreams) {
    struct web_client *client = ask("GET /apix HTTP/1.1\r\nHost: a\r\n\r\nGET /api/../cookie HTTP/1.1\r\nHost: a\r\n"
                                    "Cookie: a=b\r\n\r\n");
    ck_assert(has(client, "404 Not Found") && has(client, "a=b"));
    ck_assert_uint_eq(up.connections, 0);
}
END_TEST

/* H65: RFC 9110 7.6.1 */
START_TEST(what_is_about_the_connection_ends_here) {
    struct web_client *client = exchange("GET /api HTTP/1.1\r\nHost: a\r\nConnection: X-One, keep-alive\r\nX-One: 1\r\n"
                                         "connection: x-two\r\nX-Two: 2\r\nTE: trailers\r\nKeep-Alive: 3\r\n"
                                         "Proxy-Connection: x\r\nUpgrade: h2c\r\nTrailer: X\r\nX-Three: 3\r\n\r\n",
                                         OK "Connection: X-Four, close\r\nX-Four: 4\r\nKeep-Alive: 5\r\nX-Five: 5\r\n"
                                            "Upgrade: h2c\r\nContent-Length: 2\r\n\r\nok",
                                         false);
    static const char *const gone[] = {"X-One", "X-Two", "TE:", "Keep-Alive", "Connection", "Upgrade", "Trailer"};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        ck_assert_msg(!upstream_got(&up, gone[i]), "%s", gone[i]);
    }
    ck_assert(upstream_got(&up, "X-Three: 3\r\n"));
    ck_assert(has(client, "X-Five: 5\r\n") && has(client, "Content-Length: 2\r\n\r\nok"));
    ck_assert(!has(client, "X-Four") && !has(client, "Keep-Alive") && !has(client, "Connection") &&
              !has(client, "Upgrade"));
    ck_assert(!client->ended);
}
END_TEST

/* H66: one variable, one field */
START_TEST(names_that_would_be_another_variable) {
    ask("GET /api HTTP/1.1\r\nHost: a\r\nProxy: http://evil/\r\nX_A: 1\r\nX-A: 2\r\nContent_Length: 5\r\n\r\n");
    ck_assert(upstream_got(&up, "X-A: 2\r\n"));
    ck_assert(!upstream_got(&up, "evil") && !upstream_got(&up, "_"));
}
END_TEST

START_TEST(forwarded_for_is_added_to) {
    ask("GET /api HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\nVia: 1.1 proxy\r\n\r\n");
    ck_assert(upstream_got(&up, "Via: 1.1 proxy, 1.1 lucid\r\nX-Forwarded-For: 192.0.2.1, 10.77.0.1\r\n"));
}
END_TEST

/* RFC 9110 7.6.2 */
START_TEST(options_go_so_far) {
    ask("OPTIONS /api HTTP/1.1\r\nHost: a\r\nMax-Forwards: 2\r\n\r\n");
    ck_assert(upstream_got(&up, "OPTIONS /api HTTP/1.1\r\n") && upstream_got(&up, "Max-Forwards: 1\r\n"));
    struct web_client *client = ask("OPTIONS /api HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n");
    ck_assert_uint_eq(up.connections, 1);
    ck_assert(has(client, "HTTP/1.1 204 ") && has(client, "Allow: GET, HEAD, POST"));
    client = ask("TRACE /api HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(has(client, "HTTP/1.1 405 ") && has(client, "Allow: GET, HEAD, POST"));
}
END_TEST

START_TEST(circles_end) {
    struct web_client *client = ask(
        "GET /api HTTP/1.1\r\nHost: a\r\nVia: 1.1 lucid, 1.1 lucid, 1.1 lucid, 1.1 lucid\r\n"
        "Via: 1.1 lucid, 1.0 lucid (x), 1.1 lucid, 1.1 lucid\r\n\r\n");
    ck_assert(has(client, "HTTP/1.1 508 "));
    ck_assert_uint_eq(up.connections, 0);
}
END_TEST

/* ---- its body ---- */

START_TEST(a_body_with_its_length) {
    exchange("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", OK "Content-Length: 0\r\n\r\n", false);
    ck_assert(upstream_got(&up, "\r\nContent-Length: 5\r\n\r\nhello"));
    exchange("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", OK "Content-Length: 0\r\n\r\n", false);
    ck_assert(upstream_got(&up, "\r\nContent-Length: 0\r\n\r\n"));
}
END_TEST

START_TEST(a_body_in_chunks) {
    struct web_client *client = exchange(
        "PUT /api HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0A\r\n0123456789\r\n", "",
        false);
    ck_assert(upstream_got(&up, "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n"));
    ck_assert(!upstream_got(&up, "0\r\n\r\n"));
    web_say(&web, client, "0\r\nX-Trailer: 1\r\n\r\n");
    upstream_run(&up, 50 * MS);
    ck_assert(upstream_got(&up, "0123456789\r\n0\r\n\r\n") && !upstream_got(&up, "X-Trailer"));
}
END_TEST

/* RFC 9110 10.1.1: 100 comes from us, once the upstream is there */
START_TEST(continue_when_the_upstream_is_there) {
    struct web_client *client = ask(
        "POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    ck_assert_str_eq(client->got.data, "HTTP/1.1 100 Continue\r\n\r\n");
    ck_assert(!upstream_got(&up, "Expect"));
    web_say(&web, client, "hello");
    upstream_run(&up, 50 * MS);
    ck_assert(upstream_got(&up, "\r\n\r\nhello"));
}
END_TEST

START_TEST(no_continue_without_an_upstream) {
    upstream_listens_no_more(&up);
    struct web_client *client = ask(
        "POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    ck_assert(has(client, "HTTP/1.1 502 ") && !has(client, "100 Continue") && client->ended);
}
END_TEST

START_TEST(a_bad_body_is_not_finished) {
    struct web_client *client = ask("POST /api HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc");
    web_say(&web, client, "X");
    upstream_run(&up, 50 * MS);
    ck_assert(has(client, "HTTP/1.1 400 ") && client->ended);
    ck_assert(up.error && !upstream_got(&up, "0\r\n\r\n"));
}
END_TEST

START_TEST(a_body_that_stops_short) {
    struct web_client *client = ask("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhello");
    ck_assert(upstream_got(&up, "hello"));
    web_shutdown(&web, client);
    upstream_run(&up, 50 * MS);
    ck_assert(up.error); /* RST: not an end that could be taken for one */
}
END_TEST

/* An answer before the body has come: it is sent on, and the connection closed after it. RFC 9112 9.3 */
START_TEST(an_early_answer) {
    struct web_client *client = exchange("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhello",
                                         "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno", false);
    ck_assert(has(client, "HTTP/1.1 413 ") && has(client, "Connection: close\r\n") && has(client, "\r\n\r\nno"));
    ck_assert(client->ended && up.error);
}
END_TEST

/* Both ways at the same time. */
START_TEST(a_body_after_the_head_of_the_answer) {
    struct web_client *client = exchange("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello",
                                         OK "Content-Length: 10\r\n\r\nhello", false);
    ck_assert(has(client, "\r\n\r\nhello"));
    web_say(&web, client, "world");
    upstream_run(&up, 50 * MS);
    ck_assert(upstream_got(&up, "\r\n\r\nhelloworld"));
    upstream_say(&up, "world");
    ck_assert(has(client, "\r\n\r\nhelloworld"));
}
END_TEST

/* ---- the answer, framed anew: H67, RFC 9112 6.3 ---- */

static const struct {
    const char *request, *response, *head, *body;
    bool closes, stays;
} framings[] = {
    {GET, OK "Content-Length: 5\r\n\r\nhello", "Content-Length: 5\r\n", "hello", false, true},
    {GET, OK "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n003\r\nllo\r\n0\r\nX: y\r\n\r\n",
     "Transfer-Encoding: chunked\r\n", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", false, true},
    {GET, OK "\r\nhello", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", true, true},
    {GET, "HTTP/1.0 200 OK\r\n\r\nhello", "HTTP/1.1 200 OK\r\n", "5\r\nhello\r\n0\r\n\r\n", true, true},
    {GET, OK "\r\n", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", true, true},
    {OLD_GET, OK "Content-Length: 5\r\n\r\nhello", "Content-Length: 5\r\n", "hello", false, false},
    {OLD_GET, OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "Connection: close\r\n", "hello", false,
     false},
    {OLD_GET, OK "\r\nhello", "Connection: close\r\n", "hello", true, false},
    {"GET /api HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", OK "Content-Length: 5\r\n\r\nhello",
     "Connection: keep-alive\r\n", "hello", false, true},
    {"HEAD /api HTTP/1.1\r\nHost: a\r\n\r\n", OK "Content-Length: 5\r\n\r\n", "Content-Length: 5\r\n", "", false, true},
    {"HEAD /api HTTP/1.1\r\nHost: a\r\n\r\n", OK "Transfer-Encoding: chunked\r\n\r\n", OK, "", false, true},
    {"HEAD /api HTTP/1.1\r\nHost: a\r\n\r\n", OK "\r\n", OK, "", true, true},
    {GET, "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\n", "", false, true},
    {GET, "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", "ETag: \"a\"\r\n", "", false, true},
    {GET, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" OK "Content-Length: 1\r\n\r\nx",
     "HTTP/1.1 200 OK\r\n", "x", false, true},
};

static void check_framing(int i, const struct web_client *client) {
    const char *got = client->got.data;
    ck_assert_msg(has(client, framings[i].head), "%s", got);
    ck_assert_msg(strncmp(got, "HTTP/1.1 ", 9) == 0 && !strstr(got + 9, "HTTP/"), "%s", got);
    ck_assert_msg(!(strstr(got, "Content-Length") && strstr(got, "Transfer-Encoding")), "%s", got);
    ck_assert_msg(strstr(got, "Date: "), "%s", got);
    check_body(client, framings[i].body);
    ck_assert_int_eq(client->ended, !framings[i].stays);
    ck_assert_int_eq(client->error, 0);
}

START_TEST(framings_of_answers) {
    check_framing(_i, exchange(framings[_i].request, framings[_i].response, framings[_i].closes));
}
END_TEST

/* Octet by octet the answer is the same, but for the sizes of chunks. H46 */
START_TEST(framings_in_single_octets) {
    struct web_client *client = ask(framings[_i].request);
    for (const char *at = framings[_i].response; *at; at++) {
        upstream_send(&up, at, 1);
    }
    if (framings[_i].closes) {
        upstream_hang_up(&up, false);
    }
    upstream_run(&up, 50 * MS);
    if (strstr(framings[_i].head, "chunked") || strstr(framings[_i].body, "0\r\n\r\n")) {
        ck_assert(has(client, framings[_i].head) && has(client, "\r\n0\r\n\r\n"));
    } else {
        check_framing(_i, client);
    }
}
END_TEST

START_TEST(the_date_of_the_upstream_stays) {
    struct web_client *client = exchange(
        GET, OK "date: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: x\r\nContent-Length: 0\r\n\r\n", false);
    ck_assert(has(client, "date: Thu, 01 Jan 1970 00:00:00 GMT\r\n") && !has(client, "Date: "));
    ck_assert(has(client, "Server: x\r\n"));
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_gateway", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_request_goes_on);
    tcase_add_test(tests, an_absolute_target_loses_its_authority);
    tcase_add_test(tests, a_client_without_host);
    tcase_add_test(tests, a_path_takes_the_place_of_the_prefix);
    tcase_add_test(tests, other_paths_are_not_the_upstreams);
    tcase_add_test(tests, what_is_about_the_connection_ends_here);
    tcase_add_test(tests, names_that_would_be_another_variable);
    tcase_add_test(tests, forwarded_for_is_added_to);
    tcase_add_test(tests, options_go_so_far);
    tcase_add_test(tests, circles_end);
    tcase_add_test(tests, a_body_with_its_length);
    tcase_add_test(tests, a_body_in_chunks);
    tcase_add_test(tests, continue_when_the_upstream_is_there);
    tcase_add_test(tests, no_continue_without_an_upstream);
    tcase_add_test(tests, a_bad_body_is_not_finished);
    tcase_add_test(tests, a_body_that_stops_short);
    tcase_add_test(tests, an_early_answer);
    tcase_add_test(tests, a_body_after_the_head_of_the_answer);
    tcase_add_loop_test(tests, framings_of_answers, 0, sizeof framings / sizeof framings[0]);
    tcase_add_loop_test(tests, framings_in_single_octets, 0, sizeof framings / sizeof framings[0]);
    tcase_add_test(tests, the_date_of_the_upstream_stays);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
