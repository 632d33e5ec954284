/* test_send_memory.c: many connections that send more than the stack's memory holds: each gets a share, waits as for
 * room in its buffer, and is told. tcp/autotune.c, tcp/user.c.
 */
#include "lucid/host.h"
#include "packets.h"
#include "unit.h"

#define KIB (1u << 10)
#define PORT 80

enum { CONNECTIONS = 48, TOTAL = 256 * KIB };

static struct lucid_pair *pair;
static uint8_t octets[64 * KIB];
static int sender[CONNECTIONS];
static size_t sent[CONNECTIONS];

static struct lucid_stack *stack(int which) {
    return lucid_pair_stack(pair, which);
}

static void step(lucid_time at) {
    while (lucid_pair_step(pair, at)) {
    }
}

static unsigned ready(int fd) {
    struct lucid_pollfd one = {.fd = fd, .events = LUCID_POLLOUT};
    lucid_poll(stack(0), &one, 1);
    return (unsigned)one.revents;
}

/* A small memory, a path of 50 ms, and a listener. */
static int begin(void) {
    struct lucid_pair_options options;
    struct lucid_sockaddr local = {.port = PORT};
    lucid_pair_defaults(&options);
    options.config[0].mem_limit = 4096 * KIB;
    options.faults[0] = options.faults[1] = (struct lucid_faults){.delay = 50 * LUCID_MILLISECOND};
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    int fd = lucid_socket(stack(1), LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(stack(1), fd, &local), 0);
    ck_assert_int_eq(lucid_listen(stack(1), fd, CONNECTIONS), 0);
    return fd;
}

static void connect_all(void) {
    struct lucid_sockaddr remote = {.addr = address("10.77.0.2"), .port = PORT};
    for (int i = 0; i < CONNECTIONS; i++) {
        sender[i] = lucid_socket(stack(0), LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
        ck_assert_int_eq(lucid_connect(stack(0), sender[i], &remote), -LUCID_EINPROGRESS);
    }
    step(200 * LUCID_MILLISECOND);
}

/* Sends what is left of the total, until it is refused. */
static void send_some(int i) {
    ptrdiff_t taken = 1;
    while (sent[i] < TOTAL && taken > 0) {
        size_t left = TOTAL - sent[i] < sizeof octets ? TOTAL - sent[i] : sizeof octets;
        taken = lucid_send(stack(0), sender[i], octets, left, 0);
        ck_assert_msg(taken > 0 || taken == -LUCID_EAGAIN, "%d after %zu", (int)taken, sent[i]);
        sent[i] += taken > 0 ? (size_t)taken : 0;
    }
    ck_assert(sent[i] == TOTAL || !(ready(sender[i]) & LUCID_POLLOUT));
}

static size_t read_all(int listener) {
    static int reader[CONNECTIONS], readers;
    size_t total = 0;
    ptrdiff_t got;
    while (readers < CONNECTIONS && (reader[readers] = lucid_accept(stack(1), listener, NULL)) > 0) {
        readers++;
    }
    for (int i = 0; i < readers; i++) {
        while ((got = lucid_recv(stack(1), reader[i], octets, sizeof octets, 0)) > 0) {
            total += (size_t)got;
        }
    }
    return total;
}

/* 12 MB want to leave through 4; only who is told that there is room sends again. */
START_TEST(each_gets_a_share_and_is_told) {
    struct lucid_stats stats;
    struct lucid_ready event;
    size_t arrived = 0;
    int listener = begin();
    connect_all();
    while (lucid_next_event(stack(0), &event)) {
    }
    for (int i = 0; i < CONNECTIONS; i++) {
        send_some(i);
        ck_assert_uint_ge(sent[i], 32000);
    }
    ck_assert_uint_eq(sent[0], TOTAL);
    ck_assert_uint_lt(sent[CONNECTIONS - 1], TOTAL);
    lucid_stats(stack(0), &stats);
    ck_assert_uint_le(stats.memory, 4096 * KIB);
    for (lucid_time at = 200 * LUCID_MILLISECOND; at < 60 * LUCID_SECOND; at += 10 * LUCID_MILLISECOND) {
        step(at);
        arrived += read_all(listener);
        while (lucid_next_event(stack(0), &event)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                if (sender[i] == event.fd && event.events & LUCID_POLLOUT) {
                    send_some(i);
                }
            }
        }
    }
    ck_assert_uint_eq(arrived, (size_t)CONNECTIONS * TOTAL);
    lucid_pair_close(pair);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("send_memory", &tests);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, each_gets_a_share_and_is_told);
    return unit_run(suite);
}
