/* test_sleep.c: idle connections sleep (tcp/sleeper.h, core/sleep.c): they are small, everything wakes them, and nobody
 * sees a difference: with and without sleep the same octets cross the wire at the same times.
 */
#include "core/stack.h"
#include "lucid/host.h"
#include "packets.h"
#include "unit.h"

#define PORT 80
#define MS LUCID_MILLISECOND

static struct lucid_pair_options options;
static struct lucid_pair *pair;
static int client, server, listener;
static uint64_t packets_hash, packets_seen;

static struct lucid_stack *stack(int which) {
    return lucid_pair_stack(pair, which);
}

static void setup(void) {
    lucid_pair_defaults(&options);
    options.config[0].sleep_after = options.config[1].sleep_after = 2 * LUCID_SECOND;
}

static void teardown(void) {
    lucid_pair_close(pair);
    pair = NULL;
}

/* Who has not been told yet what happened is not at rest: events are taken. */
static void run_for(lucid_time time) {
    struct lucid_ready ready;
    lucid_time until = lucid_pair_now(pair) + time;
    while (lucid_pair_step(pair, until)) {
        while (lucid_next_event(stack(0), &ready) || lucid_next_event(stack(1), &ready)) {
        }
    }
}

static uint32_t sleeping(int which) {
    struct lucid_stats stats;
    lucid_stats(stack(which), &stats);
    return stats.sleeping;
}

static int connect_one(void) {
    struct lucid_sockaddr remote = {.addr = address("10.77.0.2"), .port = PORT};
    int fd = lucid_socket(stack(0), LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(stack(0), fd, &remote), -LUCID_EINPROGRESS);
    return fd;
}

static void open_pair(void) {
    struct lucid_sockaddr local = {.port = PORT};
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    listener = lucid_socket(stack(1), LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(stack(1), listener, &local), 0);
    ck_assert_int_eq(lucid_listen(stack(1), listener, 2000), 0);
}

/* One connection, on which something was said both ways. */
static void open_connection(void) {
    char octets[8];
    open_pair();
    client = connect_one();
    run_for(100 * MS);
    server = lucid_accept(stack(1), listener, NULL);
    ck_assert_int_gt(server, 0);
    ck_assert_int_eq(lucid_send(stack(0), client, "hello", 5, 0), 5);
    run_for(500 * MS);
    ck_assert_int_eq(lucid_recv(stack(1), server, octets, sizeof octets, 0), 5);
    ck_assert_int_eq(lucid_send(stack(1), server, "hi", 2, 0), 2);
    run_for(500 * MS);
    ck_assert_int_eq(lucid_recv(stack(0), client, octets, sizeof octets, 0), 2);
}

static void fall_asleep(void) {
    run_for(5 * LUCID_SECOND);
    ck_assert_uint_eq(sleeping(0), 1);
    ck_assert_uint_eq(sleeping(1), 1);
}

static struct lucid_tcp_info info_of(int which, int fd) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    ck_assert_int_eq(lucid_getsockopt(stack(which), fd, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length), 0);
    return info;
}

static unsigned ready_of(int which, int fd) {
    struct lucid_pollfd poll = {.fd = fd, .events = LUCID_POLLIN | LUCID_POLLOUT};
    lucid_poll(stack(which), &poll, 1);
    return (unsigned)poll.revents;
}

/* ---- who sleeps ---- */

START_TEST(idle_connections_sleep) {
    open_connection();
    run_for(1500 * MS);
    ck_assert_uint_eq(sleeping(0) + sleeping(1), 0);
    fall_asleep();
    ck_assert_uint_eq(ready_of(0, client), LUCID_POLLOUT);
    ck_assert_uint_eq(sleeping(0), 1);
}
END_TEST

START_TEST(never_without_being_told) {
    options.config[0].sleep_after = options.config[1].sleep_after = LUCID_NEVER;
    open_connection();
    run_for(3600 * LUCID_SECOND);
    ck_assert_uint_eq(sleeping(0) + sleeping(1), 0);
}
END_TEST

/* Unread octets, octets that nobody acknowledges, keep-alive, a half-closed connection: none of them is at rest. */
START_TEST(who_waits_does_not_sleep) {
    const int on = 1;
    open_connection();
    if (_i == 0) {
        ck_assert_int_eq(lucid_send(stack(0), client, "unread", 6, 0), 6);
    } else if (_i == 1) {
        ck_assert_int_eq(lucid_setsockopt(stack(1), server, LUCID_SOL_SOCKET, LUCID_SO_KEEPALIVE, &on, sizeof on), 0);
    } else {
        ck_assert_int_eq(lucid_shutdown(stack(1), server, LUCID_SHUT_WR), 0);
    }
    run_for(5 * LUCID_SECOND);
    ck_assert_uint_eq(sleeping(1), 0);
}
END_TEST

START_TEST(a_tick_puts_only_some_to_sleep) {
    struct lucid_stats stats;
    options.faults[0].queue = options.faults[1].queue = 2000;
    open_pair();
    lucid_stats(stack(1), &stats);
    size_t alone = stats.memory;
    for (int i = 0; i < 1000; i++) {
        connect_one();
    }
    run_for(500 * MS);
    while (lucid_accept(stack(1), listener, NULL) > 0) {
    }
    run_for(500 * MS);
    lucid_stats(stack(1), &stats);
    ck_assert_uint_eq(stats.connections, 1000);
    for (uint32_t slept = 0; slept < 1000; slept = sleeping(1)) {
        ck_assert_uint_le(lucid_deadline(stack(1)), lucid_pair_now(pair) + 10 * LUCID_SECOND);
        lucid_tick(stack(1), lucid_pair_now(pair) + 10 * LUCID_SECOND);
        ck_assert_uint_gt(sleeping(1), slept);
        ck_assert_uint_le(sleeping(1), slept + 64);
    }
    ck_assert_uint_eq(sleeping(1), 1000);
    ck_assert_uint_eq(lucid_deadline(stack(1)), LUCID_NEVER);
    size_t before = stats.memory;
    lucid_stats(stack(1), &stats);
    ck_assert_uint_lt(stats.memory, before / 2);
    ck_assert_uint_le((stats.memory - alone) / 1000, 400); /* of each, with its handle, all tables and a spare chunk */
    ck_assert_uint_eq(stats.connections, 1000);
}
END_TEST

START_TEST(sleepers_count_as_connections) {
    options.config[1].connections_max = 1;
    open_connection();
    fall_asleep();
    int second = connect_one();
    run_for(500 * MS);
    ck_assert_int_eq(lucid_accept(stack(1), listener, NULL), -LUCID_EAGAIN);
    ck_assert_uint_eq(info_of(0, second).state, LUCID_SYN_SENT);
    struct lucid_stats stats;
    lucid_stats(stack(1), &stats);
    ck_assert_uint_gt(stats.drop[LUCID_DROP_TCP_CONNECTIONS], 0);
}
END_TEST

/* ---- what wakes them ---- */

START_TEST(a_segment_wakes) {
    char octets[8];
    struct lucid_ready ready;
    open_connection();
    fall_asleep();
    ck_assert_int_eq(lucid_send(stack(0), client, "again", 5, 0), 5);
    ck_assert_uint_eq(sleeping(0), 0);
    while (lucid_pair_step(pair, lucid_pair_now(pair) + 100 * MS) && sleeping(1) > 0) {
    }
    ck_assert_uint_eq(sleeping(1), 0);
    ck_assert_int_eq(lucid_next_event(stack(1), &ready), 1);
    ck_assert_int_eq(ready.fd, server);
    ck_assert_int_eq(lucid_recv(stack(1), server, octets, sizeof octets, 0), 5);
    ck_assert_int_eq(memcmp(octets, "again", 5), 0);
}
END_TEST

START_TEST(all_is_as_it_was) {
    open_connection();
    run_for(1500 * MS);
    struct lucid_tcp_info before = info_of(1, server), after, found;
    fall_asleep();
    ck_assert_int_eq(lucid_info_find(stack(1), &before.local, &before.remote, &found), 0);
    ck_assert_uint_eq(sleeping(1), 1);
    after = info_of(1, server);
    ck_assert_uint_eq(sleeping(1), 0);
    ck_assert_int_eq(memcmp(&before, &after, sizeof before), 0);
    ck_assert_int_eq(memcmp(&before, &found, sizeof before), 0);
    ck_assert_uint_eq(before.octets_in, 5);
    ck_assert_uint_gt(before.srtt, 0);
}
END_TEST

START_TEST(they_are_listed) {
    uint32_t cursor = 0;
    unsigned listed = 0;
    struct lucid_tcp_info info;
    open_connection();
    fall_asleep();
    while (lucid_info_next(stack(1), &cursor, &info)) {
        listed += info.state == LUCID_ESTABLISHED && info.fd == server;
    }
    ck_assert_uint_eq(listed, 1);
    ck_assert_uint_eq(sleeping(1), 1);
}
END_TEST

START_TEST(a_close_wakes) {
    char octet;
    open_connection();
    fall_asleep();
    ck_assert_int_eq(lucid_close(stack(0), client), 0);
    run_for(100 * MS);
    ck_assert_int_eq(lucid_recv(stack(1), server, &octet, 1, 0), 0);
    ck_assert_int_eq(lucid_close(stack(1), server), 0);
    run_for(600 * LUCID_SECOND);
    struct lucid_stats stats;
    for (int i = 0; i < 2; i++) {
        lucid_stats(stack(i), &stats);
        ck_assert_uint_eq(stats.connections, 0);
    }
}
END_TEST

START_TEST(a_reset_wakes) {
    char octet;
    open_connection();
    fall_asleep();
    ck_assert_int_eq(lucid_abort(stack(0), client), 0);
    run_for(100 * MS);
    ck_assert_int_eq(lucid_recv(stack(1), server, &octet, 1, 0), -LUCID_ECONNRESET);
}
END_TEST

/* ---- without memory ---- */

static bool refuse;

static void *alloc_or_not(void *context, size_t size) {
    (void)context;
    return refuse ? NULL : malloc(size);
}

static void free_it(void *context, void *memory, size_t size) {
    (void)context, (void)size;
    free(memory);
}

static int no_secrets(void *context, void *octets, size_t length) {
    (void)context;
    memset(octets, 7, length);
    return 0;
}

static void without_memory(void) {
    options.config[1].alloc = alloc_or_not;
    options.config[1].free = free_it;
    options.config[1].random = no_secrets;
    refuse = false;
    open_connection();
    fall_asleep();
    refuse = true;
}

/* A segment that cannot wake its connection is lost, as on any link, and is sent again. */
START_TEST(a_segment_without_memory_is_lost) {
    char octets[8];
    struct lucid_stats stats;
    without_memory();
    ck_assert_int_eq(lucid_send(stack(0), client, "again", 5, 0), 5);
    run_for(500 * MS);
    lucid_stats(stack(1), &stats);
    ck_assert_uint_gt(stats.drop[LUCID_DROP_NO_MEMORY], 0);
    ck_assert_int_eq(lucid_recv(stack(1), server, octets, sizeof octets, 0), -LUCID_ENOMEM);
    refuse = false;
    run_for(5 * LUCID_SECOND);
    ck_assert_int_eq(lucid_recv(stack(1), server, octets, sizeof octets, 0), 5);
}
END_TEST

START_TEST(a_close_without_memory_forgets) {
    char octet;
    struct lucid_stats stats;
    without_memory();
    ck_assert_int_eq(lucid_close(stack(1), server), 0);
    ck_assert_int_eq(lucid_close(stack(1), server), -LUCID_EBADF);
    lucid_stats(stack(1), &stats);
    ck_assert_uint_eq(stats.connections, 0);
    refuse = false;
    ck_assert_int_eq(lucid_send(stack(0), client, "again", 5, 0), 5);
    run_for(500 * MS);
    ck_assert_int_eq(lucid_recv(stack(0), client, &octet, 1, 0), -LUCID_ECONNRESET);
}
END_TEST

/* ---- nobody sees a difference ---- */

static void on_packet(struct lucid_pair *from, int which, bool leaves, const uint8_t *octets, size_t length,
                      void *user) {
    (void)user;
    uint64_t hash = packets_hash ^ lucid_pair_now(from) ^ ((uint64_t)which << 63) ^ ((uint64_t)leaves << 62);
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ octets[i]) * UINT64_C(1099511628211);
    }
    packets_hash = hash;
    packets_seen++;
}

/* Three connections, on which both ends send and read now and then, over a link that loses, repeats and delays. */
static uint64_t life(lucid_time sleep_after, uint64_t seed) {
    static uint8_t octets[20000];
    int fd[2][3];
    uint32_t slept = 0;
    options.config[0].sleep_after = options.config[1].sleep_after = sleep_after;
    for (int i = 0; i < 2; i++) {
        options.faults[i] = (struct lucid_faults){
            .delay = 5 * MS, .loss = 10000, .duplicate = 10000, .reorder = 20000, .queue = 1000, .seed = seed + i};
    }
    open_pair();
    packets_hash = packets_seen = 0;
    lucid_pair_on_packet(pair, on_packet, NULL);
    for (int i = 0; i < 3; i++) {
        fd[0][i] = connect_one();
        run_for(10 * LUCID_SECOND);
        fd[1][i] = lucid_accept(stack(1), listener, NULL);
        ck_assert_int_gt(fd[1][i], 0);
    }
    for (int round = 0; round < 200; round++) {
        unsigned which = (unsigned)draw(&seed) % 2, i = (unsigned)draw(&seed) % 3;
        if (draw(&seed) % 2) {
            lucid_send(stack((int)which), fd[which][i], octets, draw(&seed) % sizeof octets, 0);
        } else {
            lucid_recv(stack((int)which), fd[which][i], octets, sizeof octets, 0);
        }
        run_for(draw(&seed) % (draw(&seed) % 2 ? 20 : 3000) * MS);
        slept += sleeping(0) + sleeping(1);
    }
    ck_assert(sleep_after == LUCID_NEVER ? slept == 0 : slept > 0);
    lucid_pair_close(pair);
    pair = NULL;
    return packets_hash;
}

START_TEST(the_same_octets_at_the_same_times) {
    uint64_t seed = (uint64_t)_i * 1000 + 1;
    uint64_t awake = life(LUCID_NEVER, seed), packets = packets_seen;
    ck_assert_uint_gt(packets, 200);
    ck_assert_uint_eq(life(0, seed), awake);
    ck_assert_uint_eq(packets_seen, packets);
    ck_assert_uint_eq(life(700 * MS, seed), awake);
}
END_TEST

/* ---- field by field ---- */

/* What is not kept, because at rest it says nothing, or because it says where the TCB is. What is left of congestion
 * control is as if it had restarted after an idle time already: cc_restart_after_idle() follows. */
static struct tcb without_the_rest(struct tcb tcb) {
    tcb.number = 0;
    tcb.timer = (struct timer_node){0};
    tcb.sibling = tcb.ready = tcb.changed = (struct list_node){0};
    tcb.tune.read = tcb.tune.acked = (struct progress){0};
    tcb.rack.left_at = tcb.rack.rtt = 0;
    tcb.rack.left_end = tcb.rack.dsack_round = tcb.probe.end = tcb.ecn.recover = tcb.loss.recover = tcb.rtt.seq =
        tcb.rcv.fin = tcb.rcv.up = tcb.snd.up = tcb.loss.cut_at = tcb.pmtu.claimed_seq = (struct seq32){0};
    tcb.rcv.dsack = (struct tcp_sack_block){{0}, {0}};
    tcb.rtt.at = tcb.pace_at = 0;
    tcb.rcv.changes = 0;
    tcb.last_sent = 0;
    tcb.cc.round_left = tcb.cc.peak = tcb.cc.last_peak = 0;
    struct cc_cubic cubic = tcb.cc.own.cubic;
    memset(&tcb.cc.own, 0, sizeof tcb.cc.own);
    tcb.cc.own.cubic.w_max = cubic.w_max;
    tcb.cc.own.cubic.cwnd_prior = cubic.cwnd_prior;
    tcb.cc.own.cubic.hystart = cubic.hystart;
    tcb.cc.own.cubic.flat = cubic.flat;
    tcb.ecn.by_ece = false;
    tcb.challenges = 0;
    tcb.challenge_second = 0;
    tcb.traced_phase = tcb.traced_wait = NULL;
    return tcb;
}

/* Rare values, so that none of them is there by chance. */
static void mark(struct tcb *tcb) {
    tcb->flags |= TCB_SHUT_READ | TCB_SYN_REPEATED | TCB_WANT_WRITE | TCB_MORE;
    tcb->switches = SWITCH_NODELAY | SWITCH_CORK | SWITCH_FIXED_SNDBUF;
    tcb->rcv.seen_mss = 4;
    tcb->rcv.wary = 5;
    tcb->rcv.acks_due = 6;
    tcb->rcv.buffer = 7777;
    tcb->pmtu.largest_sent = 8;
    tcb->pmtu.largest_acked = 9;
    tcb->pmtu.raise_at = 10;
    tcb->rtt.latest = UINT32_MAX;
    tcb->rack.min_rtt = 12;
    tcb->rack.min_rtt_at = 13;
    tcb->rack.multiplier = 14;
    tcb->rack.persist = 15;
    tcb->rack.reordering_seen = true;
    tcb->probe.sampled = true;
    tcb->tune.round = 16;
    tcb->ecn.plain_syn = tcb->ecn.marked = true;
    tcb->fast.carried = 17;
    tcb->fast.asked = tcb->fast.shown = tcb->fast.grant = true;
    tcb->cc.cwnd = 18000;
    tcb->cc.ssthresh = 19000;
    tcb->cc.round_left = 20;
    tcb->cc.peak = 21;
    tcb->cc.last_peak = 22;
    memset(&tcb->cc.own, 1, sizeof tcb->cc.own);
    tcb->send_buffer = 24000;
    tcb->keepidle = 25;
    tcb->keepintvl = 26;
    tcb->keepcnt = 27;
    tcb->user_timeout = 28;
    tcb->tos = 32;
    tcb->ttl = 33;
    tcb->tos_received = 36;
    tcb->retransmits = 37;
}

START_TEST(every_field_is_kept) {
    open_connection();
    run_for(1500 * MS);
    struct tcp *tcp = &stack(1)->tcp;
    uint32_t cursor = 0;
    struct tcb *tcb = pool_next(&tcp->tcbs, &cursor);
    mark(tcb);
    struct tcb before = without_the_rest(*tcb);
    ck_assert(sleeper_may_begin(tcp, tcb));
    uint32_t number = sleeper_begin(tcp, tcb);
    tcb = sleeper_wake(tcp, pool_at(&tcp->sleepers, number));
    struct tcb after = without_the_rest(*tcb);
    for (size_t i = 0; i < sizeof before; i++) {
        ck_assert_msg(((uint8_t *)&before)[i] == ((uint8_t *)&after)[i], "octet %zu of the TCB has changed", i);
    }
}
END_TEST

/* A TCB that the record could not bring back stays: not all is acknowledged, congestion control has not forgotten its
 * rounds yet, the RTO is not what was measured, a time is longer than 4.3 s. */
START_TEST(what_a_record_cannot_hold_stays_awake) {
    open_connection();
    run_for(1500 * MS);
    struct tcp *tcp = &stack(1)->tcp;
    uint32_t cursor = 0;
    struct tcb *tcb = pool_next(&tcp->tcbs, &cursor);
    lucid_time rto = tcb->rtt.rto;
    tcb->rcv.full_segments = _i == 1;
    tcb->rcv.acked = seq_sub(tcb->rcv.nxt, _i == 2);
    tcb->last_sent = tcp->env->now - rto - (_i != 3) - (_i == 4);
    tcb->rtt.rto += _i == 4;
    tcb->rack.min_rtt += (lucid_time)(_i == 5) << 32;
    ck_assert_int_eq(sleeper_may_begin(tcp, tcb), _i == 0);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("sleep", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, idle_connections_sleep);
    tcase_add_test(tests, never_without_being_told);
    tcase_add_loop_test(tests, who_waits_does_not_sleep, 0, 3);
    tcase_add_test(tests, a_tick_puts_only_some_to_sleep);
    tcase_add_test(tests, sleepers_count_as_connections);
    tcase_add_test(tests, a_segment_wakes);
    tcase_add_test(tests, all_is_as_it_was);
    tcase_add_test(tests, they_are_listed);
    tcase_add_test(tests, a_close_wakes);
    tcase_add_test(tests, a_reset_wakes);
    tcase_add_test(tests, a_segment_without_memory_is_lost);
    tcase_add_test(tests, a_close_without_memory_forgets);
    tcase_add_test(tests, every_field_is_kept);
    tcase_add_loop_test(tests, what_a_record_cannot_hold_stays_awake, 0, 6);
    tcase_add_loop_test(tests, the_same_octets_at_the_same_times, 0, 20);
    return unit_run(suite);
}
