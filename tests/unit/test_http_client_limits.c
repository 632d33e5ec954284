/* test_http_client_limits.c: large requests and responses, ends in the middle, what has no end. See http_script.h. */
#include "http_script.h"

/* ---- requests with a body, giving up ---- */

static char content[3 << 20];
#define POST "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3145728\r\n\r\n"

/* One instant after another until the server has a connection. */
static void wait_for_server(void) {
    for (int i = 0; i < 1000 && server < 0; i++) {
        turn();
        server = far->ops->accept(far, listener, NULL);
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
        ptrdiff_t n = read_as_server(copy + got, sizeof copy - got);
        got += n > 0 ? (size_t)n : 0;
        turn();
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
    ck_assert_int_eq(far->ops->write(far, server, large, sizeof large - 1, false), sizeof large - 1);
    for (int i = 0; i < 1000 && client.end == HTTP_CLIENT_GOES_ON; i++) {
        turn();
    }
    ck_assert_int_eq(client.end, HTTP_CLIENT_COMPLETE);
    ck_assert_str_eq(statuses, "413 ");
    ck_assert(!pair || client.sent < sizeof content); /* the kernel's buffers take all of it */
}
END_TEST

START_TEST(caller_has_enough) {
    body_most = 4;
    ask(GET, NULL, 0, false);
    play(&(struct script){{OK "Content-Length: 10\r\n\r\n", "hello"}, STAYS, true});
    ck_assert_int_eq(client.end, HTTP_CLIENT_GIVEN_UP);
    check_sentence("given up after 5 of 10 octets of the body");
    ck_assert(reset);
}
END_TEST

START_TEST(given_up) {
    ask(GET, NULL, 0, false);
    play(&(struct script){{OK}, STAYS, true});
    check_sentence("has not answered in full yet, in the middle of the head of its response");
    http_client_give_up(&client);
    ck_assert_int_eq(client.end, HTTP_CLIENT_GIVEN_UP);
    pass(LUCID_SECOND);
    ck_assert(reset);
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

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_client_limits", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, posts);
    tcase_add_test(tests, answered_in_the_middle_of_the_request);
    tcase_add_test(tests, caller_has_enough);
    tcase_add_test(tests, given_up);
    tcase_add_test(tests, interim_without_end);
    tcase_add_test(tests, head_without_end);
    tcase_add_test(tests, large_body);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
