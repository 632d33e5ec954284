/* test_pair.c: two stacks in memory: the order of things at one instant, time that jumps, runs that repeat. */
#include "harness/vhost.h"
#include "lucid/host.h"
#include "packets.h"
#include "unit.h"

#define MS LUCID_MILLISECOND

static struct lucid_pair_options options;
static struct lucid_pair *pair;

static void open_pair(void) {
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
}

static void close_pair(void) {
    lucid_pair_close(pair);
    pair = NULL;
}

static void setup(void) {
    lucid_pair_defaults(&options);
}

static struct lucid_stack *stack(int which) {
    return lucid_pair_stack(pair, which);
}

static int listen_on(int which, uint16_t port) {
    struct lucid_sockaddr local = {.port = port};
    int fd = lucid_socket(stack(which), LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_gt(fd, 0);
    ck_assert_int_eq(lucid_bind(stack(which), fd, &local), 0);
    ck_assert_int_eq(lucid_listen(stack(which), fd, 8), 0);
    return fd;
}

static int connect_to(int which, const char *text, uint16_t port) {
    struct lucid_sockaddr remote = {.addr = address(text), .port = port};
    int family = is_ip4(text) ? LUCID_AF_INET : LUCID_AF_INET6;
    int fd = lucid_socket(stack(which), family, LUCID_SOCK_STREAM, 0);
    ck_assert_int_gt(fd, 0);
    ck_assert_int_eq(lucid_connect(stack(which), fd, &remote), -LUCID_EINPROGRESS);
    return fd;
}

static unsigned state_of(int which, int fd) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    ck_assert_int_eq(lucid_getsockopt(stack(which), fd, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length), 0);
    return info.state;
}

/* Runs until nothing will happen any more. */
static void run_out(void) {
    for (unsigned steps = 0; lucid_pair_step(pair, LUCID_NEVER); steps++) {
        EXPECT(steps < 100000);
    }
}

/* ---- time ---- */

START_TEST(nothing_happens) {
    open_pair();
    ck_assert_uint_eq(lucid_pair_now(pair), 0);
    ck_assert_int_eq(lucid_pair_step(pair, LUCID_NEVER), 0);
    ck_assert_uint_eq(lucid_pair_now(pair), 0);
    ck_assert_int_eq(lucid_pair_step(pair, 5 * LUCID_SECOND), 0);
    ck_assert_uint_eq(lucid_pair_now(pair), 5 * LUCID_SECOND);
    ck_assert_int_eq(lucid_pair_step(pair, LUCID_SECOND), 0);
    ck_assert_uint_eq(lucid_pair_now(pair), 5 * LUCID_SECOND);
    close_pair();
    lucid_pair_close(NULL);
}
END_TEST

/* Each step is one instant: SYN, SYN,ACK, ACK, 20 ms and its own time on the wire each. */
START_TEST(handshake_takes_its_time) {
    open_pair();
    listen_on(1, 80);
    int fd = connect_to(0, "10.77.0.2", 80);
    ck_assert_int_eq(lucid_pair_step(pair, 100 * MS), 1);
    ck_assert_uint_eq(lucid_pair_now(pair), 0);
    ck_assert_int_eq(state_of(0, fd), LUCID_SYN_SENT);
    ck_assert_int_eq(lucid_pair_step(pair, 20 * MS), 0);
    ck_assert_uint_eq(lucid_pair_now(pair), 20 * MS);
    ck_assert_int_eq(lucid_pair_step(pair, 100 * MS), 1);
    lucid_time one_way = lucid_pair_now(pair);
    ck_assert(one_way > 20 * MS && one_way < 20 * MS + 80 * 8 * 100);
    ck_assert_int_eq(lucid_pair_step(pair, 100 * MS), 1);
    ck_assert_uint_eq(lucid_pair_now(pair), 2 * one_way);
    ck_assert_int_eq(state_of(0, fd), LUCID_ESTABLISHED);
    close_pair();
}
END_TEST

/* Calls happen at the time to which the pair was brought, though nothing happened meanwhile. */
START_TEST(calls_happen_now) {
    open_pair();
    ck_assert_int_eq(lucid_pair_step(pair, LUCID_SECOND), 0);
    lucid_trace_enable(stack(0), 1u << LUCID_EVENT_CALL, 10);
    connect_to(0, "10.77.0.2", 80);
    struct lucid_event event;
    ck_assert_int_eq(lucid_trace_next(stack(0), &event, NULL), 1);
    ck_assert_uint_eq(event.time, LUCID_SECOND);
    close_pair();
}
END_TEST

/* ---- the order at one instant ---- */

struct log {
    int batches[2];
    lucid_time at[2];
    int listener, accepted;
    ptrdiff_t received;
};

/* Stack 1 closes as soon as it reads the end of the stream. */
static void close_on_end(struct lucid_pair *of, int which, void *user) {
    struct log *log = user;
    char octets[10];
    log->batches[which]++;
    log->at[which] = lucid_pair_now(of);
    EXPECT(of == pair);
    if (which == 0) {
        return;
    }
    if (log->accepted <= 0) {
        log->accepted = lucid_accept(stack(1), log->listener, NULL);
    }
    if (log->accepted > 0 && (log->received = lucid_recv(stack(1), log->accepted, octets, sizeof octets, 0)) == 0) {
        ck_assert_int_eq(lucid_close(stack(1), log->accepted), 0);
        log->accepted = -1;
    }
}

/* RFC 9293 Figure 12 in three segments: what acknowledges the FIN carries the other FIN. */
START_TEST(ack_and_fin_share_a_segment) {
    struct log log = {.accepted = 0};
    options.faults[0].rate = options.faults[1].rate = 0;
    open_pair();
    log.listener = listen_on(1, 80);
    lucid_pair_on_batch(pair, close_on_end, &log);
    int fd = connect_to(0, "10.77.0.2", 80);
    while (state_of(0, fd) != LUCID_ESTABLISHED) {
        ck_assert_int_eq(lucid_pair_step(pair, LUCID_SECOND), 1);
    }
    while (lucid_pair_step(pair, LUCID_SECOND)) {
    }
    lucid_trace_enable(stack(1), 1u << LUCID_EVENT_SEGMENT_OUT, 10);
    ck_assert_int_eq(lucid_shutdown(stack(0), fd, LUCID_SHUT_WR), 0);
    while (lucid_pair_step(pair, 2 * LUCID_SECOND)) {
    }
    struct lucid_event event;
    ck_assert_int_eq(lucid_trace_next(stack(1), &event, NULL), 1);
    ck_assert_uint_eq(event.u.segment.flags, LUCID_FIN | LUCID_ACK);
    ck_assert_int_eq(lucid_trace_next(stack(1), &event, NULL), 0);
    close_pair();
}
END_TEST

START_TEST(applications_run_where_something_happened) {
    struct log log = {.accepted = -1};
    open_pair();
    log.listener = listen_on(1, 80);
    lucid_pair_on_batch(pair, close_on_end, &log);
    connect_to(0, "10.77.0.2", 80);
    lucid_pair_step(pair, LUCID_SECOND);
    ck_assert(log.batches[0] == 0 && log.batches[1] == 0); /* it was only output */
    lucid_pair_step(pair, LUCID_SECOND);
    ck_assert(log.batches[0] == 0 && log.batches[1] == 1 && log.at[1] == lucid_pair_now(pair));
    lucid_pair_step(pair, LUCID_SECOND);
    ck_assert(log.batches[0] == 1 && log.batches[1] == 1 && log.at[0] == lucid_pair_now(pair));
    close_pair();
}
END_TEST

/* The packets of one connection as both sides see them, one letter each: arrives at or leaves stack 0 or 1. */
struct sight {
    char order[64];
    size_t count;
    uint8_t first[2][40]; /* of the SYN, as it leaves and as it arrives */
};

static void see(struct lucid_pair *of, int which, bool leaves, const uint8_t *octets, size_t length, void *user) {
    struct sight *sight = user;
    EXPECT(of == pair && length >= 40 && octets[0] == 0x45 && length == (size_t)octets[2] * 256 + octets[3]);
    if (sight->count < 2) {
        memcpy(sight->first[sight->count], octets, 40);
    }
    EXPECT(sight->count < sizeof sight->order - 1);
    sight->order[sight->count++] = leaves ? "aA"[which] : "bB"[which];
}

START_TEST(packets_are_seen_from_both_sides) {
    struct sight sight = {.count = 0};
    open_pair();
    listen_on(1, 80);
    lucid_pair_on_packet(pair, see, &sight);
    connect_to(0, "10.77.0.2", 80);
    while (lucid_pair_step(pair, LUCID_SECOND)) {
    }
    ck_assert_str_eq(sight.order, "aB" /* SYN */ "Ab" /* SYN,ACK */ "aB" /* ACK */);
    ck_assert_mem_eq(sight.first[0], sight.first[1], 40);
    lucid_pair_on_packet(pair, NULL, NULL);
    connect_to(0, "10.77.0.2", 80);
    while (lucid_pair_step(pair, 2 * LUCID_SECOND)) {
    }
    ck_assert_uint_eq(sight.count, 6);
    close_pair();
}
END_TEST

/* What the link loses leaves, and does not arrive. */
START_TEST(lost_packets_leave) {
    struct sight sight = {.count = 0};
    options.faults[0].loss = 1000000;
    open_pair();
    lucid_pair_on_packet(pair, see, &sight);
    connect_to(0, "10.77.0.2", 80);
    while (lucid_pair_step(pair, 2 * LUCID_SECOND)) {
    }
    ck_assert_str_eq(sight.order, "aa");
    close_pair();
}
END_TEST

/* A timer is something that happens, too: the second SYN leaves after one second, the third two seconds later. */
START_TEST(timers_expire) {
    struct log log = {.accepted = -1};
    options.faults[0].loss = 1000000;
    open_pair();
    connect_to(0, "10.77.0.2", 80);
    lucid_pair_on_batch(pair, close_on_end, &log);
    ck_assert_int_eq(lucid_pair_step(pair, LUCID_NEVER), 1);
    while (log.batches[0] == 0) {
        ck_assert_int_eq(lucid_pair_step(pair, LUCID_NEVER), 1);
    }
    ck_assert_uint_eq(lucid_pair_now(pair), LUCID_SECOND);
    while (lucid_pair_now(pair) < 3 * LUCID_SECOND) {
        ck_assert_int_eq(lucid_pair_step(pair, LUCID_NEVER), 1);
    }
    ck_assert_uint_eq(lucid_pair_now(pair), 3 * LUCID_SECOND);
    struct lucid_link_stats stats;
    lucid_link_stats(lucid_pair_link(pair, 0), &stats);
    ck_assert_uint_eq(stats.dropped, 3);
    close_pair();
}
END_TEST

/* ---- a transfer ---- */

struct transfer {
    int listener, from, to;
    uint32_t sent, received, length;
    uint64_t print; /* of all packets */
    size_t longest; /* packet */
};

static uint8_t octet(uint32_t i) {
    return (uint8_t)(i * 31 + (i >> 8) * 7);
}

static void write_some(struct transfer *transfer) {
    uint8_t octets[4096];
    while (transfer->sent < transfer->length) {
        uint32_t part = transfer->length - transfer->sent < sizeof octets ? transfer->length - transfer->sent : 4096;
        for (uint32_t i = 0; i < part; i++) {
            octets[i] = octet(transfer->sent + i);
        }
        ptrdiff_t taken = lucid_send(stack(0), transfer->from, octets, part, 0);
        if (taken < 0) {
            EXPECT(taken == -LUCID_EAGAIN || taken == -LUCID_ENOTCONN);
            return;
        }
        transfer->sent += (uint32_t)taken;
    }
    if (transfer->from > 0) {
        EXPECT(lucid_close(stack(0), transfer->from) == 0);
        transfer->from = 0;
    }
}

static void read_some(struct transfer *transfer) {
    uint8_t octets[3000];
    if (transfer->to == 0) {
        int fd = lucid_accept(stack(1), transfer->listener, NULL);
        transfer->to = fd > 0 ? fd : 0;
    }
    ptrdiff_t n = 1;
    while (transfer->to > 0 && n > 0) {
        n = lucid_recv(stack(1), transfer->to, octets, sizeof octets, 0);
        for (ptrdiff_t i = 0; i < n; i++) {
            EXPECT(octets[i] == octet(transfer->received++));
        }
    }
    if (n == 0) {
        EXPECT(lucid_close(stack(1), transfer->to) == 0);
        transfer->to = -1;
    }
}

static void both_ends(struct lucid_pair *of, int which, void *user) {
    (void)of;
    if (which == 0) {
        write_some(user);
    } else {
        read_some(user);
    }
}

static enum lucid_link_fate tap(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    struct transfer *transfer = user;
    transfer->longest = length > transfer->longest ? length : transfer->longest;
    for (size_t i = 0; i < length; i++) {
        transfer->print = transfer->print * 31 + octets[i];
    }
    transfer->print = (transfer->print ^ now ^ id) * UINT64_C(0x9e3779b97f4a7c15);
    return LUCID_LINK_PASS;
}

/* Sends length octets from stack 0 to stack 1 and waits until both have forgotten the connection. */
static struct transfer transfer(const char *to, uint32_t length) {
    struct transfer transfer = {.length = length};
    open_pair();
    lucid_link_judge(lucid_pair_link(pair, 0), tap, &transfer);
    lucid_link_judge(lucid_pair_link(pair, 1), tap, &transfer);
    lucid_pair_on_batch(pair, both_ends, &transfer);
    transfer.listener = listen_on(1, 80);
    transfer.from = connect_to(0, to, 80);
    run_out();
    ck_assert_uint_eq(transfer.received, length);
    ck_assert_int_eq(transfer.to, -1);
    for (int which = 0; which < 2; which++) {
        struct lucid_stats stats;
        lucid_stats(stack(which), &stats);
        ck_assert(stats.connections == 0 && stats.timewaits == 0);
    }
    return transfer;
}

START_TEST(runs_repeat) {
    options.faults[0] = options.faults[1] = (struct lucid_faults){.loss = 50000,
                                                                  .duplicate = 20000,
                                                                  .reorder = 30000,
                                                                  .corrupt = 10000,
                                                                  .delay = 7 * MS,
                                                                  .jitter = 3 * MS,
                                                                  .rate = 5000000,
                                                                  .queue = 30,
                                                                  .seed = 3};
    uint64_t first = transfer("10.77.0.2", 200000).print;
    close_pair();
    ck_assert_uint_eq(first, transfer("10.77.0.2", 200000).print);
    close_pair();
    options.seed = 2;
    ck_assert_uint_ne(first, transfer("10.77.0.2", 200000).print);
    close_pair();
}
END_TEST

/* 2MSL of four minutes and all else pass in a moment; time stands where the last thing happened. */
START_TEST(time_wait_passes) {
    transfer("fd77::2", 1000);
    ck_assert_uint_gt(lucid_pair_now(pair), 240 * LUCID_SECOND);
    ck_assert_uint_lt(lucid_pair_now(pair), 242 * LUCID_SECOND);
    close_pair();
}
END_TEST

/* What a device would cut appears on the link as it does on a wire. */
START_TEST(offload_is_undone) {
    options.config[0].offload = LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6;
    options.config[1].offload = LUCID_OFFLOAD_CHECKSUM;
    options.faults[0].rate = 0;
    struct transfer t = transfer(_i ? "fd77::2" : "10.77.0.2", 1000000);
    ck_assert_uint_eq(t.longest, 1500);
    struct lucid_stats stats;
    lucid_stats(stack(0), &stats);
    ck_assert_uint_lt(stats.packets_out, 400); /* some 700 segments */
    lucid_stats(stack(1), &stats);
    ck_assert_uint_eq(stats.drop[LUCID_DROP_TCP_CHECKSUM], 0);
    ck_assert_uint_ge(stats.packets_in, 685);
    close_pair();
}
END_TEST

START_TEST(no_delay_at_all) {
    options.faults[0] = options.faults[1] = (struct lucid_faults){0};
    transfer("10.77.0.2", 3000000);
    ck_assert_uint_ge(lucid_pair_now(pair), 240 * LUCID_SECOND);
    close_pair();
}
END_TEST

/* ---- the user's own hooks ---- */

START_TEST(memory_may_be_lent) {
    struct vhost hosts[2];
    for (int which = 0; which < 2; which++) {
        vhost_init(&hosts[which], 1);
        vhost_lend_iss(&hosts[which], &options.config[which], 1000);
    }
    transfer("10.77.0.2", 100000);
    ck_assert(hosts[0].allocations > 0 && hosts[1].allocations > 0);
    close_pair();
    for (int which = 0; which < 2; which++) {
        ck_assert_msg(vhost_clean(&hosts[which]), "%s", hosts[which].fault);
    }
}
END_TEST

static uint32_t iss_of_context(void *context, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote) {
    EXPECT(local->port > 0 && remote->port > 0);
    return *(const uint32_t *)context;
}

/* One hook with its context, while memory and randomness are the pair's. */
START_TEST(hooks_may_be_mixed) {
    uint32_t iss = 0xfffffff0;
    options.config[0].context = &iss;
    options.config[0].iss = iss_of_context;
    open_pair();
    lucid_trace_enable(stack(0), 1u << LUCID_EVENT_SEGMENT_OUT, 10);
    connect_to(0, "10.77.0.2", 80);
    lucid_pair_step(pair, LUCID_SECOND);
    struct lucid_event event;
    ck_assert_int_eq(lucid_trace_next(stack(0), &event, NULL), 1);
    ck_assert_uint_eq(event.u.segment.seq, iss);
    close_pair();
}
END_TEST

static int no_randomness(void *context, void *octets, size_t length) {
    (void)context;
    (void)octets;
    (void)length;
    return -1;
}

static void *malloc_of(void *context, size_t size) {
    (void)context;
    return malloc(size);
}

static void *no_memory(void *context, size_t size) {
    (void)context;
    (void)size;
    return NULL;
}

static void not_called(void *context, void *memory, size_t size) {
    ck_abort_msg("%p gives back %zu octets at %p", context, size, memory);
}

START_TEST(failures_leave_nothing) {
    options.config[1].random = no_randomness;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), -LUCID_EIO);
    ck_assert_ptr_null(pair);
    setup();
    options.config[1].alloc = no_memory;
    options.config[1].free = not_called;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), -LUCID_ENOMEM);
    options.config[1].alloc = malloc_of;
    options.config[1].free = NULL;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), -LUCID_EINVAL);
    setup();
    options.config[0].mtu = 5;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), -LUCID_EINVAL);
    ck_assert_ptr_null(pair);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("pair", &tests);
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, nothing_happens);
    tcase_add_test(tests, handshake_takes_its_time);
    tcase_add_test(tests, calls_happen_now);
    tcase_add_test(tests, ack_and_fin_share_a_segment);
    tcase_add_test(tests, applications_run_where_something_happened);
    tcase_add_test(tests, packets_are_seen_from_both_sides);
    tcase_add_test(tests, lost_packets_leave);
    tcase_add_test(tests, timers_expire);
    tcase_add_test(tests, runs_repeat);
    tcase_add_test(tests, time_wait_passes);
    tcase_add_loop_test(tests, offload_is_undone, 0, 2);
    tcase_add_test(tests, no_delay_at_all);
    tcase_add_test(tests, memory_may_be_lent);
    tcase_add_test(tests, hooks_may_be_mixed);
    tcase_add_test(tests, failures_leave_nothing);
    return unit_run(suite);
}
