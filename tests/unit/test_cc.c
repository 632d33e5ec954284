/* test_cc.c: congestion control behind its interface: what all algorithms have in common, and the textbook one. */
#include "tcp/cc.h"

#include "unit.h"

static const uint32_t MSS = 1460;
static const lucid_time RTT = 100 * LUCID_MILLISECOND;

static struct lucid_config config;
static struct tcb tcb;

/* A connection whose cwnd is so many segments, in congestion avoidance. */
static void begin(const char *name, uint32_t segments) {
    lucid_config_default(&config);
    tcb = (struct tcb){.snd = {.mss = (uint16_t)MSS}, .rtt = {.srtt = RTT}};
    cc_attach(&config, &tcb, cc_named(name, strlen(name)));
    cc_begin(&config, &tcb, false);
    tcb.cc.cwnd = tcb.cc.ssthresh = segments * MSS;
}

static void acked(uint32_t octets, uint32_t flight, lucid_time now) {
    cc_acked(&tcb, &(struct cc_ack){.octets = octets, .flight = flight, .now = now, .rtt = RTT});
}

/* ACKs of this many octets, until a full window is acknowledged; all come at once when they are a batch. */
static void round_trip(uint32_t octets, bool batch, lucid_time now) {
    uint32_t flight = tcb.cc.cwnd;
    for (uint32_t left = flight; left >= octets; left -= octets) {
        acked(octets, batch ? left : flight, now);
    }
}

/* 5681-3.1f: one segment for each window, in however many pieces it is acknowledged */
START_TEST(a_window_gives_a_segment) {
    begin("newreno", 20);
    for (uint32_t i = 1; i <= 50; i++) {
        round_trip(MSS, false, i * RTT);
        ck_assert_uint_eq(tcb.cc.cwnd, (20 + i) * MSS);
    }
    begin("newreno", 20);
    round_trip(MSS / 20, false, RTT);
    round_trip(MSS / 20, false, 2 * RTT);
    ck_assert_uint_eq(tcb.cc.cwnd, 22 * MSS);
}
END_TEST

/* When several ACKs come before anything can be sent, the window was in use all the same. */
START_TEST(a_batch_of_acks_counts_as_a_whole) {
    begin("newreno", 20);
    for (uint32_t i = 1; i <= 10; i++) {
        round_trip(2 * MSS, true, i * RTT);
    }
    ck_assert_uint_ge(tcb.cc.cwnd, 29 * MSS);
    ck_assert_uint_le(tcb.cc.cwnd, 30 * MSS);
}
END_TEST

/* 9438-5.8, RFC 7661: a window that is not used does not grow; it does again when it is */
START_TEST(an_unused_window_stays) {
    begin("newreno", 20);
    for (unsigned i = 0; i < 100; i++) {
        acked(MSS, MSS, i * RTT);
    }
    ck_assert_uint_eq(tcb.cc.cwnd, 20 * MSS);
    round_trip(MSS, false, 200 * RTT);
    round_trip(MSS, false, 201 * RTT);
    ck_assert_uint_gt(tcb.cc.cwnd, 20 * MSS);
}
END_TEST

START_TEST(a_round_trip_ends_when_the_flight_is_acknowledged) {
    begin("newreno", 10);
    struct cc_ack ack = {.octets = 2 * MSS, .flight = 10 * MSS};
    unsigned rounds = 0;
    for (unsigned i = 0; i < 25; i++) {
        cc_acked(&tcb, &ack);
        rounds += ack.round;
    }
    ck_assert_uint_eq(rounds, 1 + 24 / 4); /* at the first ACK; then, the ACK itself left out, after 8 segments each */
}
END_TEST

/* 5681-3.1g, 5681-3.1h */
START_TEST(a_time_out_leaves_one_segment) {
    begin("newreno", 20);
    cc_timed_out(&tcb, 20 * MSS, false);
    ck_assert_uint_eq(tcb.cc.cwnd, MSS);
    ck_assert_uint_eq(tcb.cc.ssthresh, 10 * MSS);
    cc_timed_out(&tcb, MSS, true);
    ck_assert_uint_eq(tcb.cc.ssthresh, 10 * MSS);
}
END_TEST

START_TEST(ssthresh_is_two_segments_at_least) {
    begin("newreno", 2);
    cc_lost(&tcb, 2 * MSS);
    ck_assert_uint_eq(tcb.cc.ssthresh, 2 * MSS);
    ck_assert_uint_eq(tcb.cc.cwnd, 2 * MSS);
}
END_TEST

/* RFC 3168 6.1.2: mark after mark, down to one segment */
START_TEST(marks_leave_one_segment) {
    begin("newreno", 3);
    cc_marked(&tcb, 3 * MSS);
    ck_assert_uint_eq(tcb.cc.ssthresh, 2 * MSS);
    ck_assert_uint_eq(tcb.cc.cwnd, 3 * MSS / 2);
    cc_marked(&tcb, tcb.cc.cwnd);
    ck_assert_uint_eq(tcb.cc.cwnd, MSS);
}
END_TEST

START_TEST(a_cut_is_undone) {
    begin("newreno", 20);
    acked(5 * MSS, 20 * MSS, RTT);
    struct cc_state before = tcb.cc;
    cc_timed_out(&tcb, 20 * MSS, false);
    cc_timed_out(&tcb, 20 * MSS, true);
    acked(MSS, MSS, 3 * RTT);
    cc_undo(&tcb);
    ck_assert_uint_eq(tcb.cc.cwnd, before.cwnd);
    ck_assert_uint_eq(tcb.cc.ssthresh, before.ssthresh);
    ck_assert_uint_eq(tcb.cc.own.newreno.acked, before.own.newreno.acked);
}
END_TEST

/* 9438-4.9: "if the current cwnd is already higher", what has been learnt since stays; and nothing is undone twice */
START_TEST(what_has_grown_since_stays) {
    begin("newreno", 4);
    cc_lost(&tcb, 4 * MSS);
    tcb.cc.cwnd = 5 * MSS;
    cc_undo(&tcb);
    ck_assert_uint_eq(tcb.cc.cwnd, 5 * MSS);
    ck_assert_uint_eq(tcb.cc.ssthresh, 2 * MSS);
    begin("newreno", 20);
    cc_lost(&tcb, 20 * MSS);
    cc_undo(&tcb);
    tcb.cc.cwnd = 3 * MSS;
    cc_undo(&tcb);
    ck_assert_uint_eq(tcb.cc.cwnd, 3 * MSS);
}
END_TEST

/* cc-ack-never-lowers-cwnd: after anything, near any limit */
static void never_lowered(const char *name, uint64_t seed) {
    bool fixed = strcmp(name, "fixed") == 0;
    begin(name, 1);
    tcb.snd.mss = (uint16_t)(88 + draw_below(&seed, 65000));
    tcb.cc.cwnd = tcb.cc.ssthresh = (2 + draw_below(&seed, 100)) * tcb.snd.mss;
    lucid_time now = draw_below(&seed, 1000) * LUCID_MILLISECOND;
    if (draw_below(&seed, 4) == 0) {
        tcb.cc.cwnd = UINT32_MAX / 4 - draw_below(&seed, 3000);
    }
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t before = tcb.cc.cwnd, event = draw_below(&seed, 200);
        uint32_t flight = 1 + draw_below(&seed, tcb.cc.cwnd + tcb.snd.mss);
        now += draw_below(&seed, 2000000) * (lucid_time)draw_below(&seed, 2000);
        if (event == 0) {
            cc_lost(&tcb, flight);
        } else if (event == 1) {
            cc_timed_out(&tcb, flight, draw_below(&seed, 2));
        } else if (event == 2) {
            cc_marked(&tcb, flight);
        } else if (event == 3) {
            cc_restart_after_idle(&config, &tcb);
        } else if (event == 4) {
            cc_undo(&tcb);
        } else {
            uint32_t octets = 1 + draw_below(&seed, flight);
            bool slow_start = cc_slow_start(&tcb);
            acked(octets, flight, now);
            EXPECT(tcb.cc.cwnd >= before);
            EXPECT(!slow_start || fixed || tcb.cc.cwnd - before <= octets);
            EXPECT(tcb.cc.cwnd <= UINT32_C(1) << 30);
        }
        EXPECT(tcb.cc.cwnd >= tcb.snd.mss && tcb.cc.ssthresh >= 2u * tcb.snd.mss);
    }
}

START_TEST(a_fixed_window_stays) {
    begin("fixed", 1);
    cc_begin(&config, &tcb, true);
    const uint32_t window = config.fixed_window * MSS;
    ck_assert_uint_eq(tcb.cc.cwnd, window);
    round_trip(MSS, false, RTT);
    cc_restart_after_idle(&config, &tcb);
    cc_lost(&tcb, 5 * MSS);
    cc_marked(&tcb, 5 * MSS);
    ck_assert_uint_eq(tcb.cc.cwnd, window);
    cc_timed_out(&tcb, 5 * MSS, false);
    ck_assert_uint_eq(tcb.cc.cwnd, MSS);
    acked(MSS, MSS, 2 * RTT);
    ck_assert_uint_eq(tcb.cc.cwnd, window);
}
END_TEST

/* By TCP_CONGESTION in the midst of a connection: what is known of the path stays, unless the new one knows better. */
START_TEST(the_algorithm_changes) {
    begin("newreno", 40);
    cc_attach(&config, &tcb, cc_named("fixed", CC_NAME));
    ck_assert_uint_eq(tcb.cc.cwnd, config.fixed_window * MSS);
    tcb.cc.ssthresh = 7 * MSS;
    cc_attach(&config, &tcb, cc_named("newreno", CC_NAME));
    ck_assert_uint_eq(tcb.cc.cwnd, config.fixed_window * MSS);
    ck_assert_uint_eq(tcb.cc.ssthresh, 7 * MSS);
}
END_TEST

static const char *const NAMES[] = {"newreno", "fixed"};

START_TEST(an_ack_never_lowers_cwnd) {
    for (uint64_t seed = 0; seed < 200; seed++) {
        never_lowered(NAMES[_i], seed);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("congestion control", &tests);
    tcase_add_test(tests, a_window_gives_a_segment);
    tcase_add_test(tests, a_batch_of_acks_counts_as_a_whole);
    tcase_add_test(tests, an_unused_window_stays);
    tcase_add_test(tests, a_round_trip_ends_when_the_flight_is_acknowledged);
    tcase_add_test(tests, a_time_out_leaves_one_segment);
    tcase_add_test(tests, ssthresh_is_two_segments_at_least);
    tcase_add_test(tests, marks_leave_one_segment);
    tcase_add_test(tests, a_cut_is_undone);
    tcase_add_test(tests, what_has_grown_since_stays);
    tcase_add_test(tests, a_fixed_window_stays);
    tcase_add_test(tests, the_algorithm_changes);
    tcase_add_loop_test(tests, an_ack_never_lowers_cwnd, 0, sizeof NAMES / sizeof NAMES[0]);
    return unit_run(suite);
}
