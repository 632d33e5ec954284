/* test_ack_without_memory.c: when there is no memory to keep a record of new data in flight (tcp/scoreboard.h), the
 * data waits, but not the acknowledgment that is due: the peer must not time out for it (RFC 9293 MUST-58, SHLD-19).
 */
#include <string.h>

#include "harness/vhost.h"
#include "lucid/host.h"
#include "unit.h"

static struct {
    struct lucid_pair *pair;
    struct vhost host;
    int client, listener, server;
    bool scarce;
} test;

/* Stack 1 has something to send just when two segments of stack 0 have come, and no memory from then on. */
static void on_batch(struct lucid_pair *pair, int which, void *user) {
    char octets[4000];
    (void)user;
    if (which == 0) {
        return;
    }
    struct lucid_stack *stack = lucid_pair_stack(pair, 1);
    if (test.server <= 0) {
        test.server = lucid_accept(stack, test.listener, NULL);
    }
    if (test.server > 0 && lucid_recv(stack, test.server, octets, sizeof octets, 0) > 0) {
        ck_assert_int_eq(lucid_send(stack, test.server, "answer", 6, 0), 6);
        test.host.fail_at = test.host.allocations + 1;
        test.host.fail_on = true;
        test.scarce = true;
    }
}

static void open_pair(void) {
    struct lucid_pair_options options;
    struct lucid_sockaddr any = {.port = 80};
    memset(&test, 0, sizeof test);
    vhost_init(&test.host, 1);
    lucid_pair_defaults(&options);
    options.faults[0].rate = 0; /* both segments come in one batch */
    vhost_lend(&test.host, &options.config[1]);
    ck_assert_int_eq(lucid_pair_open(&test.pair, &options), 0);
    lucid_pair_on_batch(test.pair, on_batch, NULL);
    struct lucid_stack *client = lucid_pair_stack(test.pair, 0), *server = lucid_pair_stack(test.pair, 1);
    test.listener = lucid_socket(server, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(server, test.listener, &any), 0);
    ck_assert_int_eq(lucid_listen(server, test.listener, 1), 0);
    any.addr = options.config[1].addrs[0].addr;
    test.client = lucid_socket(client, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(client, test.client, &any), -LUCID_EINPROGRESS);
}

static void run_until(lucid_time end) {
    while (lucid_pair_step(test.pair, end)) {
    }
}

START_TEST(the_ack_leaves) {
    static const char octets[2896];
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    open_pair();
    run_until(100 * LUCID_MILLISECOND);
    struct lucid_stack *client = lucid_pair_stack(test.pair, 0);
    ck_assert_int_eq(lucid_send(client, test.client, octets, sizeof octets, 0), sizeof octets);
    run_until(160 * LUCID_MILLISECOND);
    ck_assert(test.scarce);
    ck_assert_int_eq(lucid_getsockopt(client, test.client, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length), 0);
    ck_assert_uint_eq(info.octets_out, sizeof octets);
    ck_assert_uint_eq(info.flight, 0);
    ck_assert_uint_eq(info.retransmits, 0);
    lucid_pair_close(test.pair);
    ck_assert_msg(vhost_clean(&test.host), "%s", test.host.fault);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("ack_without_memory", &tests);
    tcase_add_test(tests, the_ack_leaves);
    return unit_run(suite);
}
