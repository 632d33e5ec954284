/* test_cc.c: congestion control behind its interface: what all algorithms have in common, and the textbook one. */
#include "unit/cc_flow.h"

#include "unit.h"

static const uint32_t MSS = 1460;

static struct cc_flow flow;
static struct tcb *const tcb = &flow.tcb;
static struct cc_state *const cc = &flow.tcb.cc;

static void begin(const char *name, uint32_t segments) {
    cc_flow_begin(&flow, name, segments);
}

/* 5681-3.1f: one segment for each window, in however many pieces it is acknowledged */
START_TEST(a_window_gives_a_segment) {
    begin("newreno", 20);
    for (uint32_t i = 1; i <= 50; i++) {
        cc_flow_round_trip(&flow, MSS);
        ck_assert_uint_eq(cc->cwnd, (20 + i) * MSS);
    }
    begin("newreno", 20);
    cc_flow_round_trip(&flow, MSS / 20);
    cc_flow_round_trip(&flow, MSS / 20);
    ck_assert_uint_eq(cc->cwnd, 22 * MSS);
}
END_TEST

/* When several ACKs come before anything can be sent, the window was in use all the same. */
START_TEST(a_batch_of_acks_counts_as_a_whole) {
    begin("newreno", 20);
    for (uint32_t i = 1; i <= 10; i++) {
        for (uint32_t left = cc->cwnd; left >= 2 * MSS; left -= 2 * MSS) {
            cc_flow_ack(&flow, 2 * MSS, left);
        }
    }
    ck_assert_uint_ge(cc->cwnd, 29 * MSS);
    ck_assert_uint_le(cc->cwnd, 30 * MSS);
}
END_TEST

/* All but the last of a window is acknowledged in one batch, and a hole is found there: the window was not small. */
START_TEST(a_loss_at_the_end_of_a_batch_cuts_the_window) {
    begin("newreno", 20);
    cc_flow_round_trip(&flow, MSS);
    for (uint32_t left = cc->cwnd; left > 2 * MSS; left -= MSS) {
        cc_flow_ack(&flow, MSS, left);
    }
    uint32_t cwnd = cc->cwnd;
    cc_lost(tcb, 2 * MSS);
    ck_assert_uint_ge(cc->ssthresh, cwnd / 2 - MSS);
    ck_assert_uint_le(cc->ssthresh, cwnd / 2);
    for (unsigned i = 0; i < 3; i++) {
        cc_flow_ack(&flow, MSS, MSS);
    }
    cc_lost(tcb, 4 * MSS); /* while the application writes little, it is */
    ck_assert_uint_eq(cc->ssthresh, 2 * MSS);
}
END_TEST

/* 9438-5.8, RFC 7661: a window that is not used does not grow; it does again when it is */
START_TEST(an_unused_window_stays) {
    begin("newreno", 20);
    for (unsigned i = 0; i < 100; i++) {
        cc_flow_ack(&flow, MSS, MSS);
    }
    ck_assert_uint_eq(cc->cwnd, 20 * MSS);
    cc_flow_round_trip(&flow, MSS);
    cc_flow_round_trip(&flow, MSS);
    ck_assert_uint_gt(cc->cwnd, 20 * MSS);
}
END_TEST

START_TEST(a_round_trip_ends_when_the_flight_is_acknowledged) {
    begin("newreno", 10);
    struct cc_ack ack = {.octets = 2 * MSS, .flight = 10 * MSS};
    unsigned rounds = 0;
    for (unsigned i = 0; i < 25; i++) {
        cc_acked(tcb, &ack);
        rounds += ack.round;
    }
    ck_assert_uint_eq(rounds, 1 + 24 / 4); /* at the first ACK; then, the ACK itself left out, after 8 segments each */
}
END_TEST

/* 5681-3.1g, 5681-3.1h */
START_TEST(a_time_out_leaves_one_segment) {
    begin("newreno", 20);
    cc_timed_out(tcb, 20 * MSS, false);
    ck_assert_uint_eq(cc->cwnd, MSS);
    ck_assert_uint_eq(cc->ssthresh, 10 * MSS);
    cc_timed_out(tcb, MSS, true);
    ck_assert_uint_eq(cc->ssthresh, 10 * MSS);
}
END_TEST

START_TEST(ssthresh_is_two_segments_at_least) {
    begin("newreno", 2);
    cc_lost(tcb, 2 * MSS);
    ck_assert_uint_eq(cc->ssthresh, 2 * MSS);
    ck_assert_uint_eq(cc->cwnd, 2 * MSS);
}
END_TEST

/* RFC 3168 6.1.2: mark after mark, down to one segment */
START_TEST(marks_leave_one_segment) {
    begin("newreno", 3);
    cc_marked(tcb, 3 * MSS);
    ck_assert_uint_eq(cc->ssthresh, 2 * MSS);
    ck_assert_uint_eq(cc->cwnd, 3 * MSS / 2);
    cc_marked(tcb, cc->cwnd);
    ck_assert_uint_eq(cc->cwnd, MSS);
}
END_TEST

START_TEST(a_cut_is_undone) {
    begin("newreno", 20);
    cc_flow_ack(&flow, 5 * MSS, 20 * MSS);
    struct cc_state before = *cc;
    cc_timed_out(tcb, 20 * MSS, false);
    cc_timed_out(tcb, 20 * MSS, true);
    cc_flow_ack(&flow, MSS, MSS);
    cc_undo(tcb);
    ck_assert_uint_eq(cc->cwnd, before.cwnd);
    ck_assert_uint_eq(cc->ssthresh, before.ssthresh);
    ck_assert_uint_eq(cc->own.newreno.acked, before.own.newreno.acked);
}
END_TEST

/* What is restored suits the segments of now. */
START_TEST(a_cut_is_undone_with_larger_segments) {
    begin("newreno", 2);
    cc_lost(&flow.tcb, 2 * MSS);
    flow.tcb.snd.mss = 3 * MSS;
    cc_segment_grew(&flow.tcb);
    cc->before.cwnd = 4 * MSS;
    cc->before.ssthresh = 2 * MSS;
    cc_undo(&flow.tcb);
    ck_assert_uint_eq(cc->cwnd, 4 * MSS);
    ck_assert_uint_eq(cc->ssthresh, 6 * MSS);
}
END_TEST

/* 9438-4.9: "if the current cwnd is already higher", what has been learnt since stays; and nothing is undone twice */
START_TEST(what_has_grown_since_stays) {
    begin("newreno", 4);
    cc_lost(tcb, 4 * MSS);
    cc->cwnd = 5 * MSS;
    cc_undo(tcb);
    ck_assert_uint_eq(cc->cwnd, 5 * MSS);
    ck_assert_uint_eq(cc->ssthresh, 2 * MSS);
    begin("newreno", 20);
    cc_lost(tcb, 20 * MSS);
    cc_undo(tcb);
    cc->cwnd = 3 * MSS;
    cc_undo(tcb);
    ck_assert_uint_eq(cc->cwnd, 3 * MSS);
}
END_TEST

/* regression cc-ack-never-lowers-cwnd: after anything, near any limit */
static void never_lowered(const char *name, uint64_t seed) {
    bool fixed = strcmp(name, "fixed") == 0;
    begin(name, 1);
    tcb->snd.mss = (uint16_t)(88 + draw_below(&seed, 65000));
    cc->cwnd = cc->ssthresh = (2 + draw_below(&seed, 100)) * tcb->snd.mss;
    flow.now = draw_below(&seed, 1000) * LUCID_MILLISECOND;
    if (draw_below(&seed, 4) == 0) {
        cc->cwnd = UINT32_MAX / 4 - draw_below(&seed, 3000);
    }
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t before = cc->cwnd, event = draw_below(&seed, 200);
        uint32_t flight = 1 + draw_below(&seed, cc->cwnd + tcb->snd.mss);
        flow.now += draw_below(&seed, 2000000) * (lucid_time)draw_below(&seed, 2000);
        if (event == 0) {
            cc_lost(tcb, flight);
        } else if (event == 1) {
            cc_timed_out(tcb, flight, draw_below(&seed, 2));
        } else if (event == 2) {
            cc_marked(tcb, flight);
        } else if (event == 3) {
            cc_restart_after_idle(&flow.config, tcb);
        } else if (event == 4) {
            cc_undo(tcb);
        } else {
            uint32_t octets = 1 + draw_below(&seed, flight);
            bool slow_start = cc_slow_start(tcb);
            cc_flow_ack(&flow, octets, flight);
            EXPECT(cc->cwnd >= before);
            EXPECT(!slow_start || fixed || cc->cwnd - before <= octets);
            EXPECT(cc->cwnd <= UINT32_C(1) << 30);
        }
        EXPECT(cc->cwnd >= tcb->snd.mss && cc->ssthresh >= 2u * tcb->snd.mss);
    }
}

START_TEST(a_fixed_window_stays) {
    begin("fixed", 1);
    cc_begin(&flow.config, tcb, true);
    const uint32_t window = flow.config.fixed_window * MSS;
    ck_assert_uint_eq(cc->cwnd, window);
    cc_flow_round_trip(&flow, MSS);
    cc_restart_after_idle(&flow.config, tcb);
    cc_lost(tcb, 5 * MSS);
    cc_marked(tcb, 5 * MSS);
    ck_assert_uint_eq(cc->cwnd, window);
    cc_timed_out(tcb, 5 * MSS, false);
    ck_assert_uint_eq(cc->cwnd, MSS);
    cc_flow_ack(&flow, MSS, MSS);
    ck_assert_uint_eq(cc->cwnd, window);
}
END_TEST

/* By TCP_CONGESTION in the midst of a connection: what is known of the path stays, unless the new one knows better. */
START_TEST(the_algorithm_changes) {
    begin("newreno", 40);
    cc_attach(&flow.config, tcb, cc_named("fixed", CC_NAME));
    ck_assert_uint_eq(cc->cwnd, flow.config.fixed_window * MSS);
    cc->ssthresh = 7 * MSS;
    cc_attach(&flow.config, tcb, cc_named("newreno", CC_NAME));
    ck_assert_uint_eq(cc->cwnd, flow.config.fixed_window * MSS);
    ck_assert_uint_eq(cc->ssthresh, 7 * MSS);
}
END_TEST

static const char *const NAMES[] = {"newreno", "cubic", "fixed"};

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
    tcase_add_test(tests, a_loss_at_the_end_of_a_batch_cuts_the_window);
    tcase_add_test(tests, an_unused_window_stays);
    tcase_add_test(tests, a_round_trip_ends_when_the_flight_is_acknowledged);
    tcase_add_test(tests, a_time_out_leaves_one_segment);
    tcase_add_test(tests, ssthresh_is_two_segments_at_least);
    tcase_add_test(tests, marks_leave_one_segment);
    tcase_add_test(tests, a_cut_is_undone);
    tcase_add_test(tests, a_cut_is_undone_with_larger_segments);
    tcase_add_test(tests, what_has_grown_since_stays);
    tcase_add_test(tests, a_fixed_window_stays);
    tcase_add_test(tests, the_algorithm_changes);
    tcase_add_loop_test(tests, an_ack_never_lowers_cwnd, 0, sizeof NAMES / sizeof NAMES[0]);
    return unit_run(suite);
}
