/* test_look.c: when the host's loop reads the device before it waits. tun/look.c, docs/decisions/0141.
 *
 * A peer that runs in the midst of our write is a callback here: it sees each packet that leaves, and sends the next.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/kernel.h"
#include "unit/unit.h"

enum { PORT = 9, PAUSE_MOST = 255, PACKETS_AT_A_STRETCH = 64, MEGABYTE = 1 << 20, DATAGRAM = 1 << 10 };

static struct lucid_host *host;
static int fd, peer;
static unsigned every; /* after so many packets the peer runs before our write returns; 0: never */

static void ask(void) {
    ck_assert_int_eq(send(peer, "x", 1, 0), 1);
}

static void on_packet(struct lucid_host *from, bool leaves, lucid_time now, const struct lucid_packet *packet,
                      void *user) {
    static unsigned written;
    (void)from, (void)now, (void)packet, (void)user;
    if (leaves && every > 0 && ++written % every == 0) {
        ask();
    }
}

static void send_back(struct lucid_host *from, const struct lucid_ready *ready, void *user) {
    struct lucid_stack *stack = lucid_host_stack(from);
    struct lucid_sockaddr who;
    char octet;
    (void)user;
    while (lucid_recvfrom(stack, ready->fd, &octet, 1, 0, &who, NULL) == 1) {
        ck_assert_int_eq(lucid_sendto(stack, ready->fd, &octet, 1, 0, &who), 1);
    }
}

static void begin(void) {
    const struct sockaddr_in to = {AF_INET, htons(PORT), {inet_addr("10.77.0.2")}, {0}};
    struct lucid_host_options options;
    kernel_private_network();
    lucid_host_defaults(&options);
    options.config.sndbuf = options.config.sndbuf_max = 4 * MEGABYTE;
    host = kernel_open_host(&options);
    fd = lucid_socket(lucid_host_stack(host), LUCID_AF_INET, LUCID_SOCK_DGRAM, 0);
    ck_assert_int_gt(fd, 0);
    ck_assert_int_eq(lucid_bind(lucid_host_stack(host), fd, &(struct lucid_sockaddr){.port = PORT}), 0);
    peer = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(peer, (const struct sockaddr *)&to, sizeof to), 0);
    every = 0;
    kernel_turn(host, 10 * LUCID_MILLISECOND);
    lucid_host_set_callbacks(host, &(struct lucid_host_callbacks){.event = send_back, .packet = on_packet});
}

static void end(void) {
    close(peer);
    lucid_host_close(host);
}

static void step(unsigned times) {
    for (unsigned i = 0; i < times; i++) {
        ck_assert_int_eq(lucid_host_step(host, 0), 0);
    }
}

static struct lucid_host_stats stats(void) {
    struct lucid_host_stats now;
    lucid_host_stats(host, &now);
    return now;
}

/* Until the loop has learned that each answer meets with the next request. */
static void learn_that_it_pays(void) {
    every = 1;
    ask();
    step(4 * (PAUSE_MOST + 1));
}

/* Almost every packet is read without a wait; the kernel's own on a new device may come in between. */
START_TEST(a_peer_that_runs_at_once) {
    learn_that_it_pays();
    struct lucid_host_stats before = stats();
    step(10 * (PACKETS_AT_A_STRETCH + 1));
    struct lucid_host_stats after = stats();
    ck_assert_uint_ge(after.reads - before.reads, 10 * (PACKETS_AT_A_STRETCH + 1));
    ck_assert_uint_ge(after.looks - before.looks, 10 * PACKETS_AT_A_STRETCH - 10);
    ck_assert_uint_le(after.looks - before.looks, 10 * PACKETS_AT_A_STRETCH + 10);
    ck_assert_uint_eq(after.looks_missed, before.looks_missed);
}
END_TEST

/* What does not pay is tried once for 256 waits. */
START_TEST(a_peer_that_takes_its_time) {
    step(2 * (PAUSE_MOST + 1));
    struct lucid_host_stats before = stats();
    step(20 * (PAUSE_MOST + 1));
    uint64_t missed = stats().looks_missed - before.looks_missed;
    ck_assert_uint_ge(missed, 20);
    ck_assert_uint_le(missed, 40);
}
END_TEST

static void on_other(struct lucid_host *from, int other, short revents, void *user) {
    (void)from, (void)revents;
    char octet;
    ck_assert_int_eq(read(other, &octet, 1), 1);
    *(bool *)user = true;
}

START_TEST(other_descriptors_have_their_turn) {
    bool called = false;
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(lucid_host_watch(host, ends[0], POLLIN, on_other, &called), 0);
    learn_that_it_pays();
    for (unsigned i = 0; i < 10; i++) {
        called = false;
        ck_assert_int_eq(write(ends[1], "x", 1), 1);
        step(PACKETS_AT_A_STRETCH + 1);
        ck_assert(called);
    }
}
END_TEST

static void ask_twice(struct lucid_host *from, int other, short revents, void *user) {
    on_other(from, other, revents, user);
    ask();
    ask();
}

/* After many turns with one packet each a second one is not asked for, even if there was none before the wait. It comes
 * in the next turn. Now and then the device is asked, to learn that this is still so. */
START_TEST(a_miss_is_no_turn_without_a_packet) {
    unsigned single = 0;
    bool called;
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(lucid_host_watch(host, ends[0], POLLIN, ask_twice, &called), 0);
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned k = 0; k < 4 * (PAUSE_MOST + 1); k++) {
            ask();
            step(1);
        }
        ck_assert_int_eq(write(ends[1], "x", 1), 1);
        struct lucid_host_stats before = stats();
        step(1);
        single += stats().looks_missed > before.looks_missed && stats().reads == before.reads + 1;
        step(1);
        ck_assert_uint_ge(stats().reads, before.reads + 2);
    }
    ck_assert_uint_ge(single, 3);
}
END_TEST

/* While there is more to write, packets that come in are no reason to go on: see docs/decisions/0142. */
START_TEST(who_writes_much_still_yields) {
    static uint8_t data[DATAGRAM];
    struct lucid_sockaddr to = {.port = PORT};
    ck_assert_int_eq(lucid_addr_parse("10.77.0.1", &to.addr), 0);
    learn_that_it_pays();
    every = 32;
    uint64_t before = stats().looks;
    for (int i = 0; i < 3 * MEGABYTE / DATAGRAM; i++) {
        ck_assert_int_eq(lucid_sendto(lucid_host_stack(host), fd, data, sizeof data, 0, &to), DATAGRAM);
    }
    step(100);
    ck_assert_uint_gt(stats().looks, before + 10);
    ck_assert_uint_eq(stats().yields, 1);
}
END_TEST

int main(void) {
    TCase *tests;
    if (!kernel_can_test("looking before a wait")) {
        return 0;
    }
    Suite *suite = unit_suite("look", &tests);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, a_peer_that_runs_at_once);
    tcase_add_test(tests, a_peer_that_takes_its_time);
    tcase_add_test(tests, other_descriptors_have_their_turn);
    tcase_add_test(tests, a_miss_is_no_turn_without_a_packet);
    tcase_add_test(tests, who_writes_much_still_yields);
    return unit_run(suite);
}
