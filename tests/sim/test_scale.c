/* test_scale.c: many flows over one link, a long fat path, many TIME-WAIT records: memory stays bounded, and what must
 * not grow with their number does not.
 */
#include <math.h>

#include "harness/vhost.h"
#include "sim/goodput.h"
#include "unit/unit.h"

#define MS LUCID_MILLISECOND
#define PORT 80

enum { FLOWS = 10000, OCTETS = 10000 };

static struct lucid_pair *pair;
static int listener;

static struct lucid_stack *stack(int which) {
    return lucid_pair_stack(pair, which);
}

static struct lucid_stats stats_of(int which) {
    struct lucid_stats stats;
    lucid_stats(stack(which), &stats);
    return stats;
}

static void open_pair(const struct lucid_pair_options *options) {
    struct lucid_sockaddr local = {.port = PORT};
    ck_assert_int_eq(lucid_pair_open(&pair, options), 0);
    listener = lucid_socket(stack(1), LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(stack(1), listener, &local), 0);
    ck_assert_int_eq(lucid_listen(stack(1), listener, FLOWS), 0);
}

static int connect_one(void) {
    struct lucid_sockaddr remote = {.port = PORT};
    int fd = lucid_socket(stack(0), LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    lucid_addr_parse("10.77.0.2", &remote.addr);
    ck_assert_int_eq(lucid_connect(stack(0), fd, &remote), -LUCID_EINPROGRESS);
    return fd;
}

/* ---- ten thousand flows share a link ---- */

struct crowd {
    uint64_t received, reads;
    uint32_t ended, sent;
    size_t most_memory;
};

static uint8_t room[65536];

/* A client sends all it has when it is connected, and closes. */
static void clients_turn(struct crowd *crowd) {
    struct lucid_ready ready;
    while (lucid_next_event(stack(0), &ready)) {
        if (lucid_send(stack(0), ready.fd, room, OCTETS, 0) == OCTETS) {
            ck_assert_int_eq(lucid_close(stack(0), ready.fd), 0);
            crowd->sent++;
        }
    }
}

static void server_reads(struct crowd *crowd, int fd) {
    ptrdiff_t count;
    while ((count = lucid_recv(stack(1), fd, room, sizeof room, 0)) > 0) {
        crowd->received += (uint64_t)count;
        crowd->reads++;
    }
    if (count == 0) {
        lucid_close(stack(1), fd);
        crowd->ended++;
    }
    ck_assert(count == 0 || count == -LUCID_EAGAIN);
}

static void on_batch(struct lucid_pair *from, int which, void *user) {
    struct crowd *crowd = user;
    struct lucid_ready ready;
    (void)from;
    if (which == 0) {
        clients_turn(crowd);
        return;
    }
    while (lucid_next_event(stack(1), &ready)) {
        int fd = ready.fd;
        while (fd == listener && (fd = lucid_accept(stack(1), listener, NULL)) > 0) {
            server_reads(crowd, fd);
            fd = listener;
        }
        if (fd > 0 && fd != listener) {
            server_reads(crowd, fd);
        }
    }
    size_t memory = stats_of(0).memory + stats_of(1).memory;
    crowd->most_memory = memory > crowd->most_memory ? memory : crowd->most_memory;
}

/* 100 MB through 500 Mbit/s, twice as fast as it can, and a queue of 1000 packets that cannot hold what 10,000 first
 * flights bring in half a second. */
START_TEST(ten_thousand_flows) {
    struct lucid_pair_options options;
    struct crowd crowd = {0};
    lucid_pair_defaults(&options);
    for (int i = 0; i < 2; i++) {
        options.config[i].rto_min = 200 * MS;
        options.config[i].half_open_max = FLOWS;
        options.config[i].msl = LUCID_SECOND;
        options.faults[i] = (struct lucid_faults){.delay = 5 * MS, .rate = 500000000, .queue = 1000, .seed = 7};
    }
    open_pair(&options);
    lucid_pair_on_batch(pair, on_batch, &crowd);
    for (int i = 0; i < FLOWS; i++) {
        connect_one();
        while (i % 100 == 99 && lucid_pair_step(pair, (lucid_time)i * MS / 20)) {
        }
    }
    while (crowd.ended < FLOWS && lucid_pair_now(pair) < 100 * LUCID_SECOND) {
        lucid_pair_step(pair, lucid_pair_now(pair) + LUCID_SECOND);
    }
    ck_assert_uint_eq(crowd.ended, FLOWS);
    ck_assert_uint_eq(crowd.received, (uint64_t)FLOWS * OCTETS);
    struct lucid_link_stats link;
    lucid_link_stats(lucid_pair_link(pair, 0), &link);
    ck_assert_uint_gt(link.queue_full, 1000);
    /* A connection costs a TCB, its handle, its places in tables and what it has in its queues: not twice as much. */
    ck_assert_uint_lt(crowd.most_memory, (size_t)FLOWS * 2 * (OCTETS + 2048));
    /* The link is never idle for long: the losses cost rounds, not seconds. */
    ck_assert_uint_lt(lucid_pair_now(pair), 10 * LUCID_SECOND);
    lucid_pair_step(pair, lucid_pair_now(pair) + 10 * LUCID_SECOND);
    while (lucid_pair_step(pair, lucid_pair_now(pair) + 100 * LUCID_SECOND)) {
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(stats_of(i).connections, 0);
        ck_assert_uint_eq(stats_of(i).timewaits, 0);
        ck_assert_uint_lt(stats_of(i).memory, 100000);
    }
    lucid_pair_close(pair);
}
END_TEST

/* ---- a long fat path ---- */

/* RFC 8312 5.2: with C = 0.4 and beta = 0.7. 10 Gbit/s and 100 ms are 86,000 segments in flight; losses of one in ten
 * thousand allow CUBIC 187. */
START_TEST(ten_gigabit_and_a_hundred_milliseconds) {
    struct goodput run = {
        .rtt = 100 * MS,
        .loss = 100,
        .rate = 10000000000,
        .queue = 10000,
        .from = 10 * LUCID_SECOND,
        .to = 310 * LUCID_SECOND,
        .flows = 1,
        .flow = {{.congestion = LUCID_CONGESTION_CUBIC}},
        .seed = 3,
    };
    ck_assert(goodput_run(&run));
    double loss = (double)run.lost / (double)(run.lost + run.passed);
    double window = 1.054 * pow(0.1 / loss, 0.75);
    double allowed = window * GOODPUT_SEGMENT * 8 / 0.1 / 1e6;
    ck_assert_msg(goodput_of(&run, 0) >= 0.9 * allowed, "%.1f Mbit/s of %.1f that CUBIC allows", goodput_of(&run, 0),
                  allowed);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("scale", &tests);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, ten_thousand_flows);
    tcase_add_test(tests, ten_gigabit_and_a_hundred_milliseconds);
    return unit_run(suite);
}
