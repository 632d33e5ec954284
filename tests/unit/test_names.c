/* test_names.c: base/names.c: every value of every enumeration has a name of its own, every other value has "?". */
#include "lucid/info.h"
#include "lucid/socket.h"
#include "lucid/trace.h"
#include "unit.h"

START_TEST(errors) {
    ck_assert_str_eq(lucid_error_name(0), "0");
    ck_assert_str_eq(lucid_error_name(LUCID_ECONNRESET), "ECONNRESET");
    ck_assert_str_eq(lucid_error_name(-LUCID_ECONNRESET), "ECONNRESET");
    ck_assert_str_eq(lucid_error_name(-LUCID_EINPROGRESS), "EINPROGRESS");
    ck_assert_str_eq(lucid_error_name(1), "E?");
    ck_assert_str_eq(lucid_error_name(INT32_MIN), "E?");
}
END_TEST

START_TEST(drops) {
    ck_assert_str_eq(lucid_drop_name(LUCID_DROP_TCP_CHECKSUM), "TCP_CHECKSUM");
    ck_assert_str_eq(lucid_drop_text(LUCID_DROP_TCP_CHECKSUM), "wrong TCP checksum");
    ck_assert_str_eq(lucid_drop_name(LUCID_DROP_COUNT - 1), "PACKET");
    ck_assert_str_eq(lucid_drop_name(LUCID_DROP_COUNT), "?");
    ck_assert_str_eq(lucid_drop_name(-1), "?");
    ck_assert_str_eq(lucid_drop_text(-1), "?");
}
END_TEST

static void expect_distinct(const char *(*name)(unsigned), unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        ck_assert_ptr_nonnull(name(i));
        ck_assert_str_ne(name(i), "?");
        for (unsigned j = 0; j < i; j++) {
            ck_assert_str_ne(name(i), name(j));
        }
    }
    ck_assert_str_eq(name(count), "?");
    ck_assert_str_eq(name(UINT32_MAX), "?");
}

START_TEST(trace_names) {
    expect_distinct(lucid_timer_name, LUCID_TIMERS);
    expect_distinct(lucid_call_name, LUCID_CALLS);
    expect_distinct(lucid_outcome_name, LUCID_OUTCOMES);
    expect_distinct(lucid_variable_name, LUCID_VARS);
    expect_distinct(lucid_event_name, LUCID_EVENT_KINDS);
    ck_assert_str_eq(lucid_timer_name(LUCID_TIMER_RTO), "RTO");
    ck_assert_str_eq(lucid_call_name(LUCID_CALL_OPEN), "connect");
    ck_assert_str_eq(lucid_outcome_name(LUCID_OUTCOME_CHALLENGE_ACK), "CHALLENGE-ACK");
    ck_assert_str_eq(lucid_variable_name(LUCID_VAR_CWND), "cwnd");
    ck_assert_str_eq(lucid_event_name(LUCID_EVENT_SEGMENT_IN), "segment-in");
}
END_TEST

START_TEST(flags) {
    char text[9];
    ck_assert_str_eq(lucid_flags_format(LUCID_SYN | LUCID_ACK, text), "SA");
    ck_assert_str_eq(lucid_flags_format(0, text), "");
    ck_assert_str_eq(lucid_flags_format(0xff, text), "SFRPAUEC");
    ck_assert_str_eq(lucid_flags_format(LUCID_FIN | LUCID_PSH | LUCID_ACK, text), "FPA");
    ck_assert_str_eq(lucid_flags_format(0xffffff00u, text), "");
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("names", &tests);
    tcase_add_test(tests, errors);
    tcase_add_test(tests, drops);
    tcase_add_test(tests, trace_names);
    tcase_add_test(tests, flags);
    return unit_run(suite);
}
