/* test_cubic.c: CUBIC against a second opinion in floating point, written from RFC 9438 alone. */
#include <math.h>

#include "unit.h"
#include "unit/cc_flow.h"

static const uint32_t MSS = 1460;

static struct cc_flow flow;
static struct cc_state *const cc = &flow.tcb.cc;

/* ---- the second opinion: windows in segments, times in seconds ---- */

struct reference {
    double cwnd, ssthresh, w_max, cwnd_prior, k, t_epoch, w_est;
    bool epoch;
};

static double at(const struct reference *ref, double t) {
    return 0.4 * pow(t - ref->k, 3) + ref->w_max;
}

static void reference_begin_epoch(struct reference *ref, double now) {
    ref->epoch = true;
    ref->t_epoch = now;
    ref->w_est = ref->cwnd;
    ref->w_max = fmax(ref->w_max, ref->cwnd);
    ref->k = cbrt((ref->w_max - ref->cwnd) / 0.4);
}

static void reference_acked(struct reference *ref, double segments, double now, double rtt) {
    if (!ref->epoch) {
        reference_begin_epoch(ref, now);
    }
    double t = now - ref->t_epoch;
    double alpha = ref->w_est >= ref->cwnd_prior ? 1 : 3 * 0.3 / 1.7;
    ref->w_est += alpha * segments / ref->cwnd;
    if (at(ref, t) < ref->w_est) {
        ref->cwnd = fmax(ref->cwnd, ref->w_est);
        return;
    }
    double target = fmin(fmax(at(ref, t + rtt), ref->cwnd), 1.5 * ref->cwnd);
    ref->cwnd += (target - ref->cwnd) / ref->cwnd * segments;
}

static void reference_lost(struct reference *ref) {
    ref->w_max = ref->cwnd < ref->w_max ? ref->cwnd * 1.7 / 2 : ref->cwnd;
    ref->cwnd_prior = ref->cwnd;
    ref->cwnd = fmax(ref->cwnd * 0.7, 2);
    ref->epoch = false;
}

/* ---- side by side ---- */

static void begin(uint32_t segments) {
    cc_flow_begin(&flow, "cubic", segments);
}

struct course {
    uint32_t segments; /* cwnd at the first loss */
    uint32_t rtt;      /* milliseconds */
    uint32_t pieces;   /* segments for each ACK */
    uint32_t loss;     /* milliseconds from loss to loss; 0: none but the first */
};

static const struct course RUNS[] = {
    {100, 100, 1, 0},   {100, 100, 2, 0}, {1000, 100, 1, 0},    {1000, 20, 2, 0},    {5000, 100, 8, 0},
    {20, 5, 1, 0},      {20, 5, 2, 3000}, {60, 30, 1, 2000},    {300, 200, 1, 7000}, {2000, 50, 4, 4000},
    {10, 300, 1, 5000}, {4, 10, 1, 1000}, {100, 100, 1, 11000}, {800, 10, 2, 15000}, {3, 100, 1, 0},
};

static double difference(const struct reference *ref) {
    return fabs(ref->cwnd - (double)cc->cwnd / MSS);
}

/* A round trip in which both see the same ACKs. Returns by how many segments they differ at most. */
static double round_trip_of_both(struct reference *ref, uint32_t pieces) {
    lucid_time began = flow.now;
    double worst = 0;
    uint32_t acks = (cc_flow_segments(&flow) + pieces - 1) / pieces;
    for (uint32_t i = 1; i <= acks; i++) {
        flow.now = began + flow.rtt * i / acks;
        cc_flow_ack(&flow, pieces * MSS, cc->cwnd);
        reference_acked(ref, pieces, (double)flow.now / 1e9, (double)flow.rtt / 1e9);
        worst = fmax(worst, difference(ref));
    }
    return worst;
}

/* 9438-4.1, 9438-4.2, 9438-4.3, 9438-4.7: 30 s, at most one segment off */
START_TEST(the_second_opinion_is_the_same) {
    const struct course *run = &RUNS[_i];
    struct reference ref = {.cwnd = run->segments};
    begin(run->segments);
    flow.now = 1234567 * LUCID_MILLISECOND;
    flow.rtt = flow.tcb.rtt.srtt = run->rtt * LUCID_MILLISECOND;
    lucid_time end = flow.now + 30 * LUCID_SECOND, loss = flow.now;
    while (flow.now < end) {
        if (flow.now >= loss) {
            cc_lost(&flow.tcb, cc->cwnd);
            reference_lost(&ref);
            loss = run->loss > 0 ? loss + run->loss * LUCID_MILLISECOND : end;
        }
        double worst = round_trip_of_both(&ref, run->pieces);
        ck_assert_msg(worst <= 1, "run %d at %.3f s: %.2f segments off %.2f", _i, 30 - (double)(end - flow.now) / 1e9,
                      worst, ref.cwnd);
    }
}
END_TEST

/* ---- one rule at a time ---- */

/* 9438-4.1, 9438-4.6 */
START_TEST(a_loss_leaves_seven_tenths) {
    begin(100);
    cc_lost(&flow.tcb, 100 * MSS);
    ck_assert_uint_eq(cc->cwnd, 70 * MSS);
    ck_assert_uint_eq(cc->ssthresh, 70 * MSS);
    begin(100);
    cc_lost(&flow.tcb, 50 * MSS); /* of the flight, not of cwnd */
    ck_assert_uint_eq(cc->cwnd, 35 * MSS);
    begin(2);
    cc_lost(&flow.tcb, 2 * MSS);
    ck_assert_uint_eq(cc->ssthresh, 2 * MSS);
}
END_TEST

/* 9438-4.2: concave to W_max, which is reached after K = cbrt(30 / 0.4) = 4.2 s, flat there, convex behind it */
START_TEST(the_curve) {
    begin(100);
    flow.rtt = flow.tcb.rtt.srtt = 200 * LUCID_MILLISECOND;
    cc_lost(&flow.tcb, 100 * MSS);
    uint32_t grown[12], before = cc->cwnd;
    for (unsigned second = 0; second < 12; second++) {
        for (unsigned i = 0; i < 5; i++) {
            cc_flow_round_trip(&flow, MSS);
        }
        grown[second] = (cc->cwnd - before) / MSS;
        before = cc->cwnd;
    }
    ck_assert_uint_gt(grown[0], grown[1] * 3 / 2);
    ck_assert_uint_gt(grown[1], 2 * grown[2]);
    ck_assert_uint_gt(grown[8], grown[7]);
    ck_assert_uint_gt(grown[11], 2 * grown[8]);
}
END_TEST

/* 9438-4.3: with a short round trip it is AIMD(9/17, 0.7) up to the old cwnd, then Reno */
START_TEST(short_round_trips_are_for_reno) {
    begin(40);
    flow.rtt = flow.tcb.rtt.srtt = LUCID_MILLISECOND;
    cc_lost(&flow.tcb, 40 * MSS);
    for (unsigned i = 0; i < 17; i++) {
        cc_flow_round_trip(&flow, MSS);
    }
    ck_assert_uint_ge(cc->cwnd, (28 + 9) * MSS - MSS / 2);
    ck_assert_uint_le(cc->cwnd, (28 + 9) * MSS + MSS / 2);
    while (cc->cwnd < 41 * MSS) {
        cc_flow_round_trip(&flow, MSS);
    }
    uint32_t before = cc->cwnd;
    for (unsigned i = 0; i < 10; i++) {
        cc_flow_round_trip(&flow, MSS);
    }
    ck_assert_uint_ge(cc->cwnd, before + 9 * MSS);
    ck_assert_uint_le(cc->cwnd, before + 10 * MSS);
}
END_TEST

/* 9438-4.7 */
START_TEST(who_has_less_leaves_more) {
    begin(100);
    cc_lost(&flow.tcb, 100 * MSS);
    ck_assert_uint_eq(cc->own.cubic.w_max, 100 * MSS);
    cc_flow_round_trip(&flow, MSS);
    uint32_t cwnd = cc->cwnd;
    ck_assert_uint_lt(cwnd, 100 * MSS);
    cc_lost(&flow.tcb, cwnd);
    ck_assert_uint_eq(cc->own.cubic.w_max, (uint32_t)((uint64_t)cwnd * 85 / 100));
}
END_TEST

/* 9438-4.8: one segment, slow start up to 0.7 of the flight, then C * t^3 from there, whatever W_max was */
START_TEST(a_time_out_begins_anew) {
    begin(100);
    cc_timed_out(&flow.tcb, 100 * MSS, false);
    ck_assert_uint_eq(cc->cwnd, MSS);
    ck_assert_uint_eq(cc->ssthresh, 70 * MSS);
    for (unsigned i = 1; i <= 6; i++) {
        cc_flow_round_trip(&flow, MSS);
        ck_assert_uint_eq(cc->cwnd, MSS << i);
    }
    while (cc_slow_start(&flow.tcb)) {
        cc_flow_ack(&flow, MSS, cc->cwnd);
    }
    for (unsigned i = 0; i < 50; i++) {
        cc_flow_round_trip(&flow, MSS);
    }
    double grown = (double)(cc->cwnd - 70 * MSS) / MSS, curve = 0.4 * pow(5, 3);
    ck_assert_double_ge(grown, curve - 2);
    ck_assert_double_le(grown, curve + 4); /* target is one round trip ahead */
}
END_TEST

/* 9438-4.9: the curve goes on as if nothing had been */
START_TEST(a_cut_for_nothing_leaves_no_trace) {
    uint32_t end[2];
    for (unsigned i = 0; i < 2; i++) {
        begin(100);
        cc_lost(&flow.tcb, 100 * MSS);
        for (unsigned round = 0; round < 80; round++) {
            if (i == 1 && round == 40) {
                cc_lost(&flow.tcb, cc->cwnd);
                cc_undo(&flow.tcb);
            }
            cc_flow_round_trip(&flow, MSS);
        }
        end[i] = cc->cwnd;
    }
    ck_assert_uint_eq(end[0], end[1]);
}
END_TEST

/* 9438-5.8: one segment in flight for 100 round trips: cwnd stays, and the time is not counted afterwards either */
static void one_segment_at_a_time(void) {
    uint32_t cwnd = 0;
    for (unsigned i = 0; i < 102; i++) {
        flow.now += flow.rtt;
        cc_flow_ack(&flow, MSS, MSS);
        ck_assert(i < 2 || cc->cwnd == cwnd); /* the first may end the round trip with the full window */
        cwnd = cc->cwnd;
    }
}

static void silence(void) {
    flow.now += 10 * LUCID_SECOND;
}

static uint32_t after_pause(void (*pause)(void)) {
    begin(100);
    cc_lost(&flow.tcb, 100 * MSS);
    for (unsigned round = 0; round < 40; round++) {
        cc_flow_round_trip(&flow, MSS);
    }
    cc_flow_ack(&flow, cc->cwnd, cc->cwnd); /* now nothing is in flight */
    if (pause) {
        pause();
    }
    for (unsigned round = 0; round < 20; round++) {
        cc_flow_round_trip(&flow, MSS);
    }
    return cc->cwnd;
}

START_TEST(an_unused_window_does_not_grow) {
    uint32_t without = after_pause(NULL);
    uint32_t unused = after_pause(one_segment_at_a_time);
    uint32_t silent = after_pause(silence);
    ck_assert_uint_le(unused, without + 2 * MSS);
    ck_assert_uint_ge(unused, without - 2 * MSS);
    ck_assert_uint_le(silent, without + 2 * MSS);
    ck_assert_uint_ge(silent, without - 2 * MSS);
}
END_TEST

/* 9438-4.10: W_max is not known after HyStart++: the curve begins flat, where slow start ended */
START_TEST(slow_start_without_a_loss) {
    begin(2);
    cc->cwnd = 50 * MSS;
    cc->ssthresh = UINT32_MAX;
    cc->own.cubic.hystart = (struct hystart){.baseline = 1, .rounds = 1};
    cc_flow_ack(&flow, 4 * MSS, cc->cwnd);
    ck_assert_uint_eq(cc->cwnd, 51 * MSS);
    ck_assert_uint_eq(cc->ssthresh, 51 * MSS);
    cc_flow_ack(&flow, MSS, cc->cwnd);
    ck_assert_uint_eq(cc->own.cubic.k, 0);
    ck_assert_uint_eq(cc->own.cubic.w_max, 51 * MSS);
    ck_assert_uint_eq(cc->own.cubic.cwnd_prior, 51 * MSS);
}
END_TEST

/* However small the window is that slow start ends with: RFC 5681 3.1, RFC 9438 4.6. */
START_TEST(slow_start_ends_with_two_segments) {
    begin(2);
    cc->cwnd = MSS;
    cc->ssthresh = UINT32_MAX;
    cc->own.cubic.hystart = (struct hystart){.baseline = 1, .rounds = 1};
    cc_flow_ack(&flow, MSS, MSS);
    ck_assert_uint_lt(cc->cwnd, 2 * MSS);
    ck_assert_uint_eq(cc->ssthresh, 2 * MSS);
}
END_TEST

/* 9438-4.6: "a value of 1 MSS" */
START_TEST(a_mark_is_a_loss) {
    begin(100);
    cc_marked(&flow.tcb, 100 * MSS);
    ck_assert_uint_eq(cc->cwnd, 70 * MSS);
    begin(1);
    cc_marked(&flow.tcb, MSS);
    ck_assert_uint_eq(cc->cwnd, MSS);
    ck_assert_uint_eq(cc->ssthresh, 2 * MSS);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("cubic", &tests);
    tcase_add_loop_test(tests, the_second_opinion_is_the_same, 0, sizeof RUNS / sizeof RUNS[0]);
    tcase_add_test(tests, a_loss_leaves_seven_tenths);
    tcase_add_test(tests, the_curve);
    tcase_add_test(tests, short_round_trips_are_for_reno);
    tcase_add_test(tests, who_has_less_leaves_more);
    tcase_add_test(tests, a_time_out_begins_anew);
    tcase_add_test(tests, a_cut_for_nothing_leaves_no_trace);
    tcase_add_test(tests, an_unused_window_does_not_grow);
    tcase_add_test(tests, slow_start_without_a_loss);
    tcase_add_test(tests, slow_start_ends_with_two_segments);
    tcase_add_test(tests, a_mark_is_a_loss);
    return unit_run(suite);
}
