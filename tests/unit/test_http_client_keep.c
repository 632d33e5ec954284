/* test_http_client_keep.c: several requests on one connection, and what ends it. RFC 9112 9.3. See http_script.h. */
#include "http_script.h"

static struct http_client_request keeping(const char *head) {
    struct http_client_request kept = {.head = head, .head_length = strlen(head), .keep = true, .remote.port = PORT};
    ck_assert_int_eq(lucid_addr_parse(address, &kept.remote.addr), 0);
    return kept;
}

static void begin_keeping(void) {
    static const struct http_client_calls calls = {on_connected, on_head, on_body, &client};
    request = keeping(GET);
    ck_assert_int_eq(http_client_begin(&client, near, &request, &calls), 0);
}

#define GET_TWO "GET /two HTTP/1.1\r\nHost: a\r\n\r\n"

START_TEST(two_requests_one_connection) {
    begin_keeping();
    play(&(struct script){{FIVE "hello"}, STAYS, true});
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
    ck_assert_int_ge(client.fd, 0);
    const struct http_client_request second = keeping(GET_TWO);
    ck_assert_int_eq(http_client_next(&client, &second), 0);
    ck_assert_int_eq(client.end, HTTP_CLIENT_GOES_ON);
    pass(PAUSE);
    say(CHUNKED "3\r\nyou\r\n0\r\n\r\n", strlen(CHUNKED "3\r\nyou\r\n0\r\n\r\n"));
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
    ck_assert_str_eq(received, GET GET_TWO);
    ck_assert_str_eq(statuses, "200 200 ");
    ck_assert_mem_eq(body, "helloyou", 8);
    ck_assert_int_eq(far->ops->accept(far, listener, NULL), -LUCID_EAGAIN);
    http_client_close(&client);
    ck_assert_int_eq(client.fd, -1);
    pass(PAUSE);
    ck_assert_int_eq(read_as_server(body, 1), 0);
}
END_TEST

/* Responses after which the connection cannot be kept. */
static const struct script endings[] = {
    {{OK "Connection: close\r\nContent-Length: 5\r\n\r\nhello"}, STAYS, true},
    {{OK "Connection: a, Close\r\nContent-Length: 0\r\n\r\n"}, STAYS, true},
    {{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"}, STAYS, true},
    {{OK "\r\nhello"}, CLOSES, true},
    {{FIVE "hello, and more"}, STAYS, true},
    {{CHUNKED "0\r\n\r\nHTTP"}, STAYS, true},
    {{"HTTP/1.1 204 No Content\r\n\r\nH"}, STAYS, true},
    {{FIVE "hello", "late"}, STAYS, true},
    {{FIVE "hello"}, CLOSES, true},
    {{FIVE "hello"}, RESETS, true},
};

START_TEST(not_kept) {
    begin_keeping();
    play(&endings[_i]);
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
    ck_assert_int_eq(client.fd, -1);
}
END_TEST

/* A connection that is gone is replaced. */
START_TEST(next_opens_another) {
    begin_keeping();
    play(&(struct script){{FIVE "hello"}, CLOSES, true});
    ck_assert_int_eq(client.fd, -1);
    server = -1;
    received_length = 0;
    const struct http_client_request second = keeping(GET_TWO);
    ck_assert_int_eq(http_client_next(&client, &second), 0);
    play(&(struct script){{FIVE "again"}, STAYS, true});
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
    ck_assert_mem_eq(body, "helloagain", 10);
    ck_assert_int_ge(client.fd, 0);
    http_client_close(&client);
}
END_TEST

/* The server closes while the next request is on its way: nothing is repeated behind the caller's back. */
START_TEST(closed_under_way) {
    begin_keeping();
    play(&(struct script){{FIVE "hello"}, STAYS, true});
    close_server();
    const struct http_client_request second = keeping(GET_TWO);
    ck_assert_int_eq(http_client_next(&client, &second), 0);
    pass(LUCID_SECOND);
    ck_assert(client.end == HTTP_CLIENT_SHORT || client.end == HTTP_CLIENT_LOST);
    ck_assert_uint_eq(client.received, 0);
    ck_assert_int_eq(client.fd, -1);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_client_keep", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, two_requests_one_connection);
    tcase_add_loop_test(tests, not_kept, 0, (int)(sizeof endings / sizeof endings[0]));
    tcase_add_test(tests, next_opens_another);
    tcase_add_test(tests, closed_under_way);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
