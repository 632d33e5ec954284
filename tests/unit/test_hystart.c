/* test_hystart.c: HyStart++, RFC 9406: rounds of ACKs with made-up round trip times. 9438-4.10 */
#include "tcp/hystart.h"

#include "tcp/cc.h"
#include "unit.h"

static const uint32_t MSS = 1460;

static struct hystart hystart;

/* A round of ACKs of two segments each, with a round trip of so many microseconds. Returns by how much cwnd grows. */
static uint32_t play_round(unsigned acks, uint32_t rtt) {
    uint32_t growth = 0;
    for (unsigned i = 0; i < acks; i++) {
        struct cc_ack ack = {.octets = 2 * MSS, .rtt = rtt * LUCID_MICROSECOND, .round = i == 0, .limited = true};
        growth += hystart_acked(&hystart, &ack, MSS);
    }
    return growth;
}

static void begin(void) {
    hystart = (struct hystart){0};
}

static bool slowed(void) {
    return hystart.baseline > 0;
}

START_TEST(a_steady_round_trip_ends_nothing) {
    begin();
    for (unsigned i = 0; i < 100; i++) {
        ck_assert_uint_eq(play_round(20, 50000), 40 * MSS);
    }
    ck_assert(!hystart.over);
}
END_TEST

/* 4.2: the threshold is an eighth of the round trip, at least 4 ms, at most 16 ms */
START_TEST(the_threshold) {
    static const struct {
        uint32_t rtt, threshold; /* microseconds */
    } cases[] = {{1000, 4000}, {31999, 4000}, {40000, 5000}, {100000, 12500}, {128000, 16000}, {900000, 16000}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin();
        play_round(8, cases[i].rtt);
        play_round(8, cases[i].rtt + cases[i].threshold - 1);
        ck_assert(!slowed());
        begin();
        play_round(8, cases[i].rtt);
        play_round(8, cases[i].rtt + cases[i].threshold);
        ck_assert(slowed());
    }
}
END_TEST

/* 4.2: a quarter of the growth, for five rounds, the first of which counts */
START_TEST(five_rounds_of_a_quarter) {
    begin();
    play_round(16, 50000);
    ck_assert_uint_eq(play_round(16, 60000), 7 * 2 * MSS + 9 * 2 * MSS / 4); /* from the eighth sample on */
    for (unsigned round = 2; round <= 5; round++) {
        ck_assert_uint_eq(play_round(16, 60000), 16 * 2 * MSS / 4);
        ck_assert(!hystart.over);
    }
    play_round(1, 60000);
    ck_assert(hystart.over);
}
END_TEST

/* 4.2: the round trip is shorter again than when it began: slow start goes on, and may be slowed again */
START_TEST(jitter_is_forgiven) {
    begin();
    play_round(8, 50000);
    play_round(8, 60000);
    ck_assert(slowed());
    play_round(8, 60000);
    ck_assert(slowed());
    play_round(8, 59000);
    ck_assert(!slowed());
    ck_assert_uint_eq(play_round(8, 59000), 16 * MSS);
    play_round(8, 70000);
    ck_assert(slowed());
    for (unsigned round = 2; round <= 5; round++) {
        play_round(8, 70000);
    }
    ck_assert(!hystart.over);
    play_round(1, 70000);
    ck_assert(hystart.over);
}
END_TEST

/* 4.2: at least eight samples in a round */
START_TEST(seven_samples_say_nothing) {
    begin();
    play_round(7, 50000);
    play_round(7, 90000);
    ck_assert(!slowed());
    play_round(7, 190000);
    ck_assert(!slowed());
    begin();
    play_round(20, 50000);
    play_round(20, 0); /* not measured */
    play_round(20, 90000);
    ck_assert(!slowed());
}
END_TEST

/* the least of the round counts, so one slow segment is nothing */
START_TEST(the_least_of_a_round_counts) {
    begin();
    play_round(8, 50000);
    play_round(1, 50000);
    for (unsigned i = 0; i < 8; i++) {
        struct cc_ack ack = {.octets = MSS, .rtt = 99000 * LUCID_MICROSECOND};
        hystart_acked(&hystart, &ack, MSS);
    }
    ck_assert(!slowed());
}
END_TEST

/* 4.3: L is 8 */
START_TEST(one_ack_is_worth_eight_segments) {
    begin();
    struct cc_ack ack = {.octets = 20 * MSS};
    ck_assert_uint_eq(hystart_acked(&hystart, &ack, MSS), 8 * MSS);
    ack.octets = 5 * MSS;
    ck_assert_uint_eq(hystart_acked(&hystart, &ack, MSS), 5 * MSS);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("hystart", &tests);
    tcase_add_test(tests, a_steady_round_trip_ends_nothing);
    tcase_add_test(tests, the_threshold);
    tcase_add_test(tests, five_rounds_of_a_quarter);
    tcase_add_test(tests, jitter_is_forgiven);
    tcase_add_test(tests, seven_samples_say_nothing);
    tcase_add_test(tests, the_least_of_a_round_counts);
    tcase_add_test(tests, one_ack_is_worth_eight_segments);
    return unit_run(suite);
}
