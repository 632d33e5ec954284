/* test_http_slow.c: clients that take an answer too slowly: H64. RFC 9112 9.5. Deadlines of other kinds
 * are in test_http_limits.c. Over the kernel's sockets nobody knows what the client has taken. */
#include "harness/web.h"
#include "unit.h"

static struct web web;

static void setup(void) {
    web_init(&web);
}

static void teardown(void) {
    const char *wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

/* Ten octets a second now and then keep TCP's window moving, but no piece of the answer comes back in a minute: who
 * wants no more than to hold the connection is given up as if he took nothing. */
START_TEST(who_takes_next_to_nothing_is_given_up) {
    char room[100];
    web.pair_options.config[0].rcvbuf = 1000;
    web.pair_options.config[0].rcvbuf_max = 0;
    ck_assert_ptr_null(web_open(&web));
    struct web_client *client = web_connect(&web);
    client->deaf = true;
    web_say(&web, client, "GET /bytes/10000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    for (unsigned seconds = 0; seconds < 200; seconds += 10) {
        web_run(&web, 10 * LUCID_SECOND);
        ck_assert(seconds > 40 || web.near->ops->read(web.near, client->fd, room, sizeof room) == sizeof room);
    }
    struct http_server_stats stats;
    http_server_stats(web.server, &stats);
    ck_assert_uint_eq(stats.resets, 1);
    ck_assert_uint_eq(stats.connections, 0);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_slow", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, who_takes_next_to_nothing_is_given_up);
    return unit_run(suite);
}
