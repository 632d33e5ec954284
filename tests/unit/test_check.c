/* test_check.c: the invariants of stack/tcp/check.c and stack/core/check.c can fail: each is broken in turn, in a
 * connection that is in the middle of a transfer, and named. What stays on in release builds ends the connection.
 */
#include <string.h>

#include "core/check.h"
#include "core/stack.h"
#include "harness/vhost.h"
#include "lucid/host.h"
#include "tcp/check.h"
#include "tcp/life.h"
#include "tcp/scoreboard.h"
#include "unit.h"

static struct {
    struct lucid_pair *pair;
    struct lucid_stack *stack; /* the one that is looked at */
    struct tcb *tcb;           /* data in flight, a hole in what was received */
    int fd;
} test;

/* Drops the second of the packets with data that stack 1 sends, so that something above a gap waits in stack 0. */
static enum lucid_link_fate lose_one(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    static const size_t WITH_DATA = 1000;
    unsigned *seen = user;
    (void)now;
    (void)octets;
    (void)id;
    *seen += length > WITH_DATA;
    return length > WITH_DATA && *seen == 2 ? LUCID_LINK_DROP : LUCID_LINK_PASS;
}

static void run_until(lucid_time end) {
    while (lucid_pair_step(test.pair, end)) {
    }
}

static int connect_pair(const struct lucid_addr *to, int *server) {
    struct lucid_sockaddr any = {.port = 80};
    struct lucid_stack *other = lucid_pair_stack(test.pair, 1);
    int listener = lucid_socket(other, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(other, listener, &any), 0);
    ck_assert_int_eq(lucid_listen(other, listener, 1), 0);
    any.addr = *to;
    int fd = lucid_socket(test.stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(test.stack, fd, &any), -LUCID_EINPROGRESS);
    run_until(100 * LUCID_MILLISECOND);
    *server = lucid_accept(other, listener, NULL);
    return fd;
}

/* At 145 ms 8,000 octets are in flight each way, and of the other end's the second segment is missing. */
static void begin(void) {
    static const char octets[8000];
    static unsigned seen;
    struct lucid_pair_options options;
    int server;
    seen = 0;
    lucid_pair_defaults(&options);
    options.faults[0].rate = options.faults[1].rate = 0;
    ck_assert_int_eq(lucid_pair_open(&test.pair, &options), 0);
    test.stack = lucid_pair_stack(test.pair, 0);
    test.fd = connect_pair(&options.config[1].addrs[0].addr, &server);
    lucid_link_judge(lucid_pair_link(test.pair, 1), lose_one, &seen);
    ck_assert_int_eq(lucid_send(lucid_pair_stack(test.pair, 1), server, octets, sizeof octets, 0), sizeof octets);
    run_until(125 * LUCID_MILLISECOND);
    ck_assert_int_eq(lucid_send(test.stack, test.fd, octets, sizeof octets, 0), sizeof octets);
    run_until(130 * LUCID_MILLISECOND);
    uint32_t cursor = 0;
    test.tcb = pool_next(&test.stack->tcp.tcbs, &cursor);
    ck_assert_ptr_nonnull(test.tcb);
    ck_assert_ptr_nonnull(test.tcb->runs);
    ck_assert_uint_gt(tcb_flight(test.tcb), 2000);
}

/* ---- how each is broken ---- */

static void i1(struct tcb *tcb) {
    tcb->snd.nxt = seq_sub(tcb->snd.una, 1);
}
static void i2(struct tcb *tcb) {
    tcb->snd.max_wnd = 100;
}
static void i3(struct tcb *tcb) {
    tcb->iss = tcb->snd.una;
}
static void i4(struct tcb *tcb) {
    tcb->snd.nxt = seq_add(tcb->snd.nxt, 20000);
}
static void i8(struct tcb *tcb) {
    struct sent *first = CONTAINER_OF(tcb->board.in_order.first, struct sent, in_order);
    first->start = seq_add(first->start, 1);
}
static void i9(struct tcb *tcb) {
    tcb->board.lost += 1;
}
static void i10(struct tcb *tcb) {
    tcb->flags |= TCB_FIN_SENT;
}
static void i12(struct tcb *tcb) {
    tcb->rcv.edge = seq_sub(tcb->rcv.nxt, 1);
}
static void i13(struct tcb *tcb) {
    tcb->rcv.edge = seq_add(tcb->rcv.nxt, tcb->rcv.buffer + 2);
}
static void i14(struct tcb *tcb) {
    tcb->runs->start = tcb->rcv.nxt;
}
static void i14_count(struct tcb *tcb) {
    tcb->run_octets++;
}
static void i16(struct tcb *tcb) {
    tcb->rcv.buffer = 100;
}
static void i17(struct tcb *tcb) {
    tcb->flags |= TCB_FIN_SEEN;
    tcb->rcv.fin = seq_sub(tcb->rcv.nxt, 100);
}
static void i19(struct tcb *tcb) {
    tcb->at[LUCID_TIMER_RTO] = LUCID_NEVER;
}
static void i20(struct tcb *tcb) {
    tcb->snd.nxt = tcb->snd.una;
    tcb->at[LUCID_TIMER_RTO] = tcb->at[LUCID_TIMER_REORDER] = tcb->at[LUCID_TIMER_TAIL_PROBE] = LUCID_NEVER;
}
static void i21(struct tcb *tcb) {
    tcb->at[LUCID_TIMER_PERSIST] = tcb->at[LUCID_TIMER_RTO];
}
static void i22(struct tcb *tcb) {
    tcb->flags |= TCB_FIN_QUEUED | TCB_FIN_SENT | TCB_FIN_ACKED | TCB_CLOSED;
    tcb->state = LUCID_FIN_WAIT_2;
    tcb->owner = POOL_NONE;
    tcb->snd.nxt = tcb->snd.una;
    tcb->send_queue.length = 0;
    tcb->at[LUCID_TIMER_RTO] = tcb->at[LUCID_TIMER_REORDER] = tcb->at[LUCID_TIMER_TAIL_PROBE] = LUCID_NEVER;
}
static void i23(struct tcb *tcb) {
    tcb->timer.at = tcb->at[LUCID_TIMER_RTO] + 1;
    tcb->at[LUCID_TIMER_TAIL_PROBE] = LUCID_NEVER;
}
static void i23_far(struct tcb *tcb) {
    tcb->at[LUCID_TIMER_RTO] = test.stack->env.now + 121 * LUCID_SECOND;
}
static void i24(struct tcb *tcb) {
    tcb->rtt.rto = LUCID_MILLISECOND;
}
static void i25(struct tcb *tcb) {
    tcb->at[LUCID_TIMER_DELAYED_ACK] = test.stack->env.now + 501 * LUCID_MILLISECOND;
}
static void i26(struct tcb *tcb) {
    tcb->state = LUCID_CLOSE_WAIT;
}
static void i27(struct tcb *tcb) {
    tcb->owner = POOL_NONE;
}
static void i28(struct tcb *tcb) {
    tcb->ends.remote.port++;
}
static void i29(struct tcb *tcb) {
    (void)tcb;
    test.stack->tcp.half_open++;
}
static void i30(struct tcb *tcb) {
    (void)tcb;
    test.stack->env.spare_chunk_count++;
}
static void i31(struct tcb *tcb) {
    tcb->cc.cwnd = 1;
}
static void i31_ssthresh(struct tcb *tcb) {
    tcb->cc.ssthresh = tcb->snd.mss;
}

static const struct {
    const char *label;
    void (*breaks)(struct tcb *tcb);
    bool release; /* stays on there */
} broken[] = {
    {"I1:", i1, true},    {"I2:", i2, true},    {"I3:", i3, true},          {"I4:", i4, true},
    {"I8:", i8, false},   {"I9:", i9, false},   {"I10:", i10, true},        {"I12:", i12, true},
    {"I13:", i13, true},  {"I14:", i14, false}, {"I14:", i14_count, false}, {"I16:", i16, true},
    {"I17:", i17, true},  {"I19:", i19, true},  {"I20:", i20, true},        {"I21:", i21, true},
    {"I22:", i22, false}, {"I23:", i23, true},  {"I23:", i23_far, true},    {"I24:", i24, true},
    {"I25:", i25, true},  {"I26:", i26, true},  {"I27:", i27, false},       {"I28:", i28, false},
    {"I29:", i29, false}, {"I30:", i30, false}, {"I31:", i31, true},        {"I31:", i31_ssthresh, true},
};

/* Each is named, and once it is mended nothing is wrong any more. */
START_TEST(each_is_named) {
    struct check_report report;
    begin();
    ck_assert_msg(stack_check(test.stack, &report) == 0, "%s", report.broken);
    struct lucid_stack kept = *test.stack;
    struct tcb before = *test.tcb;
    struct run run = *test.tcb->runs;
    struct sent *first = CONTAINER_OF(test.tcb->board.in_order.first, struct sent, in_order), sent = *first;
    broken[_i].breaks(test.tcb);
    ck_assert_int_ne(stack_check(test.stack, &report), 0);
    ck_assert_msg(strncmp(report.broken, broken[_i].label, strlen(broken[_i].label)) == 0, "%s", report.broken);
    *test.stack = kept;
    *test.tcb = before;
    *test.tcb->runs = run;
    *first = sent;
    ck_assert_msg(stack_check(test.stack, &report) == 0, "%s", report.broken);
    lucid_pair_close(test.pair);
}
END_TEST

/* RFC 7413: PendingFastOpenRequests */
START_TEST(early_children_are_counted) {
    struct check_report report;
    begin();
    test.stack->tcp.fastopen.pending++;
    ck_assert_int_ne(stack_check(test.stack, &report), 0);
    ck_assert_msg(strncmp(report.broken, "I29:", 4) == 0, "%s", report.broken);
    test.stack->tcp.fastopen.pending--;
    lucid_pair_close(test.pair);
}
END_TEST

/* A connection whose variables contradict each other is aborted, counted, and the stack goes on. */
START_TEST(release_aborts) {
    struct lucid_stats stats;
    begin();
    if (broken[_i].release) {
        struct tcb before = *test.tcb;
        broken[_i].breaks(test.tcb);
        const char *found = tcb_check_now(&test.stack->tcp, test.tcb);
        ck_assert_msg(found && strncmp(found, broken[_i].label, strlen(broken[_i].label)) == 0, "%s", found);
        *test.tcb = before;
        test.tcb->cc.cwnd = 1;
        tcb_settle(&test.stack->tcp, test.tcb);
        lucid_stats(test.stack, &stats);
        ck_assert_uint_eq(stats.invariants_broken, 1);
        char octet;
        ck_assert_int_lt(lucid_recv(test.stack, test.fd, &octet, 1, 0), 0);
        ck_assert_int_eq(lucid_close(test.stack, test.fd), 0);
        run_until(10 * LUCID_SECOND);
        lucid_stats(test.stack, &stats);
        ck_assert_uint_eq(stats.connections, 0);
    }
    lucid_pair_close(test.pair);
}
END_TEST

int main(void) {
    const int count = sizeof broken / sizeof broken[0];
    TCase *tests;
    Suite *suite = unit_suite("check", &tests);
    tcase_add_loop_test(tests, each_is_named, 0, count);
    tcase_add_test(tests, early_children_are_counted);
    tcase_add_loop_test(tests, release_aborts, 0, count);
    return unit_run(suite);
}
