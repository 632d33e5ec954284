/* test_drain.c: lucid_host_drain() waits for what is still on its way over a link with delay: the last ACK of a
 * connection too, or the peer would wait for it long after the device is gone.
 *
 * In a network namespace of its own. The kernel is the peer: a socket that it keeps tells its state.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/kernel.h"
#include "unit/unit.h"

enum { PORT = 8000 };

static unsigned state_of(int fd) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    return info.tcpi_state;
}

/* Both sides close, ours first; then the device goes away. RFC 9293 3.6, Figure 12: the kernel is in LAST-ACK until the
 * ACK of its FIN comes. */
START_TEST(last_ack_arrives) {
    struct lucid_host_options options;
    struct lucid_sockaddr remote = {.port = PORT};
    char octet;
    kernel_private_network();
    lucid_host_defaults(&options);
    options.faults = "delay=50ms";
    struct lucid_host *host = kernel_open_host(&options);
    int listener = kernel_listen("10.77.0.1", PORT);
    lucid_addr_parse("10.77.0.1", &remote.addr);
    int fd = lucid_host_connect(host, &remote, 5 * LUCID_SECOND);
    ck_assert_int_gt(fd, 0);
    int peer = kernel_accept(host, listener);
    ck_assert_int_eq(lucid_close(lucid_host_stack(host), fd), 0);
    while (recv(peer, &octet, 1, 0) < 0) {
        ck_assert_int_eq(lucid_host_step(host, 10 * LUCID_MILLISECOND), 0);
    }
    ck_assert_int_eq(shutdown(peer, SHUT_WR), 0);
    ck_assert_uint_eq(state_of(peer), TCP_LAST_ACK);
    ck_assert_int_eq(lucid_host_drain(host, false, 5 * LUCID_SECOND), 0);
    lucid_host_close(host);
    ck_assert_uint_eq(state_of(peer), TCP_CLOSE);
    close(peer);
    close(listener);
}
END_TEST

int main(void) {
    if (!kernel_can_test("drain")) {
        return 0;
    }
    TCase *tests;
    Suite *suite = unit_suite("drain", &tests);
    tcase_add_test(tests, last_ack_arrives);
    return unit_run(suite);
}
