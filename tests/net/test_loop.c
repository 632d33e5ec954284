/* test_loop.c: the order of things in one turn of the loop (tun/loop.c), when the device has more than a turn reads. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "net/kernel.h"
#include "unit/unit.h"

#define MS LUCID_MILLISECOND
#define PORT 8080
#define STACK "10.77.0.2"

static struct lucid_host *host;

static void setup(void) {
    struct lucid_host_options options;
    kernel_private_network();
    lucid_host_defaults(&options);
    host = kernel_open_host(&options);
}

static void teardown(void) {
    lucid_host_close(host);
}

/* Datagrams that nobody waits for: a turn reads 64 packets. */
static void junk(int count) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(inet_pton(AF_INET, STACK, &to.sin_addr), 1);
    for (int i = 0; i < count; i++) {
        sendto(fd, "junk", 4, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
    }
    close(fd);
}

/* The ACK lies in the device, behind two batches, when the timers are due: it is read first. */
START_TEST(an_ack_that_waits_stops_the_timer) {
    struct lucid_stats stats;
    int listener = lucid_host_listen(host, NULL, PORT, 1);
    int client = kernel_connect(STACK, PORT);
    int peer = lucid_host_accept(host, listener, NULL, LUCID_SECOND);
    ck_assert_int_gt(peer, 0);
    kernel_turn(host, 20 * MS);
    junk(250);
    ck_assert_int_eq(lucid_send(lucid_host_stack(host), peer, "ab", 2, 0), 2);
    ck_assert_int_eq(lucid_host_step(host, 0), 0);
    usleep(300000);
    ck_assert_int_eq(lucid_host_step(host, 0), 0);
    lucid_stats(lucid_host_stack(host), &stats);
    ck_assert_uint_lt(stats.drop[LUCID_DROP_UDP_PORT], 250);
    kernel_turn(host, 20 * MS);
    lucid_stats(lucid_host_stack(host), &stats);
    ck_assert_uint_eq(stats.drop[LUCID_DROP_UDP_PORT], 250);
    ck_assert_uint_eq(stats.tcp_retransmits, 0);
    close(client);
}
END_TEST

/* More than the kernel's own 500 packets wait for a program that is busy. */
START_TEST(a_burst_waits) {
    struct lucid_stats stats;
    junk(2000);
    kernel_turn(host, 50 * MS);
    lucid_stats(lucid_host_stack(host), &stats);
    ck_assert_uint_eq(stats.drop[LUCID_DROP_UDP_PORT], 2000);
}
END_TEST

static void on_timer(struct lucid_host *from, void *user) {
    (void)from;
    ++*(unsigned *)user;
}

/* Packets without an end put the timers off, but not for ever. */
START_TEST(a_flood_does_not_stop_the_timers) {
    unsigned timers = 0;
    ck_assert_int_ge(lucid_host_timer(host, lucid_host_now(), on_timer, &timers), 0);
    for (int turns = 0; turns < 16; turns++) {
        junk(100);
        ck_assert_int_eq(lucid_host_step(host, 0), 0);
    }
    ck_assert_uint_eq(timers, 1);
}
END_TEST

static void on_other(struct lucid_host *from, int fd, short revents, void *user) {
    char octet;
    (void)from;
    (void)revents;
    ck_assert_int_eq(read(fd, &octet, 1), 1);
    ++*(unsigned *)user;
}

/* Waits, with the deadlines that there are, until the count has risen. */
static void wait_for(const unsigned *count) {
    unsigned before = *count;
    while (*count == before) {
        ck_assert_int_eq(lucid_host_step(host, LUCID_NEVER), 0);
    }
}

/* The alarm of the loop stays set from wait to wait: a deadline may come nearer meanwhile, or move away. */
START_TEST(deadlines_that_move) {
    unsigned timers = 0, others = 0;
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(lucid_host_watch(host, ends[0], POLLIN, on_other, &others), 0);
    lucid_time begin = lucid_host_now();
    int far = lucid_host_timer(host, begin + 3 * LUCID_SECOND, on_timer, &timers);
    ck_assert_int_eq(write(ends[1], "a", 1), 1);
    wait_for(&others);
    ck_assert_int_ge(lucid_host_timer(host, begin + 20 * MS, on_timer, &timers), 0);
    wait_for(&timers);
    ck_assert_uint_lt(lucid_host_now() - begin, 3 * LUCID_SECOND);
    lucid_host_cancel(host, far);
    begin = lucid_host_now();
    int near = lucid_host_timer(host, begin + 20 * MS, on_timer, &timers);
    ck_assert_int_eq(write(ends[1], "a", 1), 1);
    wait_for(&others);
    lucid_host_cancel(host, near);
    ck_assert_int_ge(lucid_host_timer(host, begin + 40 * MS, on_timer, &timers), 0);
    wait_for(&timers);
    ck_assert_uint_ge(lucid_host_now() - begin, 40 * MS);
}
END_TEST

int main(void) {
    TCase *tests;
    if (!kernel_can_test("the loop on a device")) {
        return 0;
    }
    Suite *suite = unit_suite("loop", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, an_ack_that_waits_stops_the_timer);
    tcase_add_test(tests, a_burst_waits);
    tcase_add_test(tests, a_flood_does_not_stop_the_timers);
    tcase_add_test(tests, deadlines_that_move);
    return unit_run(suite);
}
