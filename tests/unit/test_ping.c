/* test_ping.c: echo sockets: udp/ping.c, through the calls of socket.h, between two stacks.
 * requirements 1122-3.2.2.6 4443-4.1 4443-4.2
 */
#include "lucid/host.h"
#include "packets.h"
#include "unit.h"

struct family {
    int family, protocol;
    const char *us, *them;
    uint8_t echo, reply;
};

static const struct family families[] = {
    {LUCID_AF_INET, LUCID_IPPROTO_ICMP, "10.77.0.1", "10.77.0.2", 8, 0},
    {LUCID_AF_INET6, LUCID_IPPROTO_ICMPV6, "fd77::1", "fd77::2", 128, 129},
};

static struct lucid_pair *pair;
static struct lucid_stack *stack;
static const struct family *f;

static void open_pair(int i) {
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    stack = lucid_pair_stack(pair, 0);
    f = &families[i];
}

static int echo_socket(void) {
    int fd = lucid_socket(stack, f->family, LUCID_SOCK_DGRAM, f->protocol);
    ck_assert_int_gt(fd, 0);
    return fd;
}

/* Sends an echo request whose data is a text. */
static ptrdiff_t ping(int fd, const char *to, uint16_t sequence, const char *text) {
    uint8_t message[100] = {f->echo};
    struct lucid_sockaddr remote = {.addr = address(to)};
    set16(message + 4, 0xdead); /* the socket puts its own identifier here */
    set16(message + 6, sequence);
    memcpy(message + 8, text, strlen(text));
    return lucid_sendto(stack, fd, message, 8 + strlen(text), 0, &remote);
}

static void run_out(void) {
    while (lucid_pair_step(pair, LUCID_NEVER)) {
    }
}

/* The reply that came to the socket has these. */
static void expect_reply(int fd, uint16_t sequence, const char *text) {
    uint8_t message[200];
    struct lucid_sockaddr remote, local, own;
    ptrdiff_t n = lucid_recvfrom(stack, fd, message, sizeof message, 0, &remote, &local);
    ck_assert_int_eq(n, 8 + (ptrdiff_t)strlen(text));
    ck_assert_int_eq(lucid_getsockname(stack, fd, &own), 0);
    struct lucid_addr us = address(f->us), them = address(f->them);
    ck_assert(lucid_addr_equal(&remote.addr, &them) && remote.port == 0);
    ck_assert(lucid_addr_equal(&local.addr, &us));
    ck_assert_uint_eq(message[0], f->reply);
    ck_assert_uint_eq(message[1], 0);
    ck_assert_uint_eq((unsigned)message[4] << 8 | message[5], own.port);
    ck_assert_uint_eq((unsigned)message[6] << 8 | message[7], sequence);
    ck_assert_mem_eq(message + 8, text, strlen(text));
}

static void expect_nothing(int fd) {
    char octet;
    ck_assert_int_eq(lucid_recv(stack, fd, &octet, 1, 0), -LUCID_EAGAIN);
}

START_TEST(a_round_trip) {
    open_pair(_i);
    int fd = echo_socket();
    struct lucid_ready ready;
    ck_assert_int_eq(ping(fd, f->them, 7, "hello?"), 14);
    run_out();
    ck_assert_uint_ge(lucid_pair_now(pair), 40 * LUCID_MILLISECOND);
    ck_assert_int_eq(lucid_next_event(stack, &ready), 1);
    ck_assert_int_eq(ready.fd, fd);
    ck_assert_uint_eq(ready.events & LUCID_POLLIN, LUCID_POLLIN);
    expect_reply(fd, 7, "hello?");
    expect_nothing(fd);
    struct lucid_stats stats;
    lucid_stats(stack, &stats);
    ck_assert_uint_eq(stats.icmp_out, 1);
    ck_assert_uint_eq(stats.icmp_in, 1);
    ck_assert_uint_eq(stats.udp_out, 0);
    lucid_pair_close(pair);
}
END_TEST

START_TEST(each_socket_gets_its_own) {
    open_pair(_i);
    int first = echo_socket(), second = echo_socket(), datagrams;
    struct lucid_sockaddr id = {.port = 77};
    ck_assert_int_eq(lucid_bind(stack, first, &id), 0);
    ck_assert_int_eq(lucid_bind(stack, second, &id), -LUCID_EADDRINUSE);
    datagrams = lucid_socket(stack, f->family, LUCID_SOCK_DGRAM, 0);
    ck_assert_int_eq(lucid_bind(stack, datagrams, &id), 0); /* ports of UDP are other numbers */
    ck_assert_int_eq(ping(first, f->them, 1, "one"), 11);
    ck_assert_int_eq(ping(second, f->them, 2, "two"), 11);
    run_out();
    expect_reply(second, 2, "two");
    expect_reply(first, 1, "one");
    expect_nothing(first);
    expect_nothing(second);
    expect_nothing(datagrams);
    lucid_pair_close(pair);
}
END_TEST

START_TEST(a_peer_filters) {
    open_pair(_i);
    int fd = echo_socket();
    struct lucid_sockaddr other = {.addr = address(f->family == LUCID_AF_INET ? "10.77.0.9" : "fd77::9"), .port = 5};
    ck_assert_int_eq(lucid_connect(stack, fd, &other), 0);
    ck_assert_int_eq(ping(fd, f->them, 1, "x"), 9);
    run_out();
    expect_nothing(fd);
    struct lucid_stats stats;
    lucid_stats(stack, &stats);
    ck_assert_uint_eq(stats.drop[LUCID_DROP_ICMP_TYPE], 1);
    lucid_pair_close(pair);
}
END_TEST

START_TEST(only_requests_are_sent) {
    open_pair(_i);
    int fd = echo_socket();
    static uint8_t message[65600];
    message[0] = f->echo;
    struct lucid_sockaddr remote = {.addr = address(f->them)};
    ck_assert_int_eq(lucid_sendto(stack, fd, message, 7, 0, &remote), -LUCID_EINVAL);
    message[1] = 1;
    ck_assert_int_eq(lucid_sendto(stack, fd, message, 8, 0, &remote), -LUCID_EINVAL);
    message[1] = 0;
    message[0] = f->reply;
    ck_assert_int_eq(lucid_sendto(stack, fd, message, 8, 0, &remote), -LUCID_EINVAL);
    message[0] = f->echo;
    size_t most = f->family == LUCID_AF_INET ? 65515 : 65535; /* in fragments, there and back */
    ck_assert_int_eq(lucid_sendto(stack, fd, message, most + 1, 0, &remote), -LUCID_EMSGSIZE);
    ck_assert_int_eq(lucid_sendto(stack, fd, message, most, 0, &remote), (ptrdiff_t)most);
    ck_assert_int_eq(lucid_send(stack, fd, message, 8, 0), -LUCID_EDESTADDRREQ);
    remote.addr = address(f->family == LUCID_AF_INET ? "127.0.0.1" : "::1");
    ck_assert_int_eq(lucid_sendto(stack, fd, message, 8, 0, &remote), -LUCID_ENETUNREACH);
    remote.port = 80;
    int stream = lucid_socket(stack, f->family, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(stack, stream, &remote), -LUCID_ENETUNREACH);
    run_out();
    ck_assert_int_eq(lucid_recv(stack, fd, message, sizeof message, 0), (ptrdiff_t)most);
    ck_assert_int_eq(lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_DGRAM, f->protocol), -LUCID_EPROTONOSUPPORT);
    ck_assert_int_eq(lucid_socket(stack, f->family, LUCID_SOCK_STREAM, f->protocol), -LUCID_EPROTONOSUPPORT);
    int other = families[!_i].protocol;
    ck_assert_int_eq(lucid_socket(stack, f->family, LUCID_SOCK_DGRAM, other), -LUCID_EPROTONOSUPPORT);
    lucid_pair_close(pair);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("ping", &tests);
    tcase_add_loop_test(tests, a_round_trip, 0, 2);
    tcase_add_loop_test(tests, each_socket_gets_its_own, 0, 2);
    tcase_add_loop_test(tests, a_peer_filters, 0, 2);
    tcase_add_loop_test(tests, only_requests_are_sent, 0, 2);
    return unit_run(suite);
}
