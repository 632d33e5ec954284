/* test_told.c: for every decision about a segment, an ACK, a retransmission, a window or an estimate there is an event
 * with the rule that it follows, so that "why" has an answer for everything that happens.
 */
#include "lab/ends.h"
#include "lucid/trace.h"
#include "unit/packets.h"
#include "unit/unit.h"

#define MS LUCID_MILLISECOND

static struct ends ends;
static struct told {
    int end;
    struct lucid_event event;
} told[20000];
static unsigned told_count;

static void listen_to(int which) {
    struct lucid_event event;
    uint64_t lost;
    while (lucid_trace_next(lucid_pair_stack(ends.pair, which), &event, &lost)) {
        EXPECT(told_count < sizeof told / sizeof told[0] && lost == 0);
        told[told_count++] = (struct told){which, event};
    }
}

static void open_told(void) {
    ends_open(&ends, 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(lucid_trace_enable(lucid_pair_stack(ends.pair, i), LUCID_TRACE_ALL, 8192), 0);
    }
}

static void run(lucid_time time) {
    ends_run(&ends, time);
    listen_to(0);
    listen_to(1);
}

static void connected(void) {
    open_told();
    ends_connect(&ends);
    run(500 * MS);
    ck_assert_int_gt(ends.server, 0);
}

/* How often an end has told of a rule with this outcome. */
static unsigned times(int end, const char *rule, enum lucid_outcome outcome) {
    unsigned count = 0;
    for (unsigned i = 0; i < told_count; i++) {
        const struct lucid_event *event = &told[i].event;
        count += told[i].end == end && event->kind == LUCID_EVENT_RULE && event->u.rule.outcome == outcome &&
                 strcmp(event->u.rule.rule, rule) == 0;
    }
    return count;
}

/* The latest value of a variable; UINT32_MAX: never told. */
static uint32_t value(int end, enum lucid_variable variable) {
    uint32_t latest = UINT32_MAX;
    for (unsigned i = 0; i < told_count; i++) {
        const struct lucid_event *event = &told[i].event;
        bool changed = told[i].end == end && event->kind == LUCID_EVENT_VARIABLES &&
                       (event->u.variables.changed >> variable & 1u);
        latest = changed ? event->u.variables.value[variable] : latest;
    }
    return latest;
}

static enum lucid_link_fate lose_first(struct ends *e, const struct ends_segment *segment) {
    bool data = segment->from == 0 && segment->length > 0;
    return data && e->counted++ == 0 ? LUCID_LINK_DROP : LUCID_LINK_PASS;
}

static enum lucid_link_fate lose_first_syn(struct ends *e, const struct ends_segment *segment) {
    return segment->from == 0 && e->counted++ == 0 ? LUCID_LINK_DROP : LUCID_LINK_PASS;
}

static enum lucid_link_fate double_data(struct ends *e, const struct ends_segment *segment) {
    (void)e;
    return segment->from == 0 && segment->length > 0 ? LUCID_LINK_DUPLICATE : LUCID_LINK_PASS;
}

/* ---- when the ACK leaves ---- */

START_TEST(a_delayed_ack) {
    connected();
    ends_send(&ends, 10);
    run(100 * MS);
    ck_assert_uint_eq(times(1, "9293:SHLD-18", LUCID_OUTCOME_WAITS), 1);
    ck_assert_uint_eq(times(1, "9293:MUST-40", LUCID_OUTCOME_ACK_NOW), 0);
    run(200 * MS);
    ck_assert_uint_eq(times(1, "9293:MUST-40", LUCID_OUTCOME_ACK_NOW), 1);
}
END_TEST

START_TEST(an_ack_for_two_segments) {
    connected();
    ends_send(&ends, 2 * 1460);
    run(100 * MS);
    ck_assert_uint_eq(times(1, "9293:SHLD-18", LUCID_OUTCOME_WAITS), 1);
    ck_assert_uint_eq(times(1, "9293:SHLD-19", LUCID_OUTCOME_ACK_NOW), 1);
    ck_assert_uint_eq(times(0, "9293:3.10.7.4/5", LUCID_OUTCOME_ACCEPTED), 1);
}
END_TEST

START_TEST(no_delay_was_wanted) {
    ends.options.config[1].delayed_ack = 0;
    connected();
    ends_send(&ends, 10);
    run(100 * MS);
    ck_assert_uint_eq(times(1, "9293:3.10.7.4/7", LUCID_OUTCOME_ACK_NOW), 1);
    ck_assert_uint_eq(times(1, "9293:SHLD-18", LUCID_OUTCOME_WAITS), 0);
}
END_TEST

/* ---- what waits ---- */

START_TEST(nagle_holds_back) {
    connected();
    for (unsigned i = 0; i < 3; i++) {
        ends_send(&ends, 1);
        run(MS);
    }
    ck_assert_uint_eq(times(0, "9293:SHLD-7", LUCID_OUTCOME_WAITS), 1);
    run(LUCID_SECOND);
    ends_send(&ends, 1);
    run(MS);
    ends_send(&ends, 1);
    run(LUCID_SECOND);
    ck_assert_uint_eq(times(0, "9293:SHLD-7", LUCID_OUTCOME_WAITS), 2);
}
END_TEST

START_TEST(the_congestion_window_holds_back) {
    connected();
    ends_send(&ends, 40 * 1460);
    run(30 * MS);
    ck_assert_uint_eq(times(0, "5681:2", LUCID_OUTCOME_WAITS), 1);
    run(2 * LUCID_SECOND);
    ck_assert_uint_eq(ends.got_length, 40 * 1460);
    ck_assert_uint_eq(times(0, "5681:2", LUCID_OUTCOME_WAITS), 1);
    ck_assert_uint_eq(times(0, "6928:2", LUCID_OUTCOME_ADJUSTED), 1);
    ck_assert_uint_eq(times(0, "5681:3.1/2", LUCID_OUTCOME_ADJUSTED), 1);
    ck_assert_uint_eq(times(0, "5681:3.1/3", LUCID_OUTCOME_ADJUSTED), 0);
}
END_TEST

START_TEST(the_receivers_window_holds_back) {
    ends.options.config[1].rcvbuf = 8192;
    ends.reads = false;
    connected();
    ends_send(&ends, 20000);
    run(4 * LUCID_SECOND);
    ck_assert_uint_eq(times(0, "9293:MUST-38", LUCID_OUTCOME_WAITS), 1);
    ck_assert_uint_ge(times(0, "9293:3.8.6", LUCID_OUTCOME_WAITS), 1);
    ck_assert_uint_ge(times(0, "9293:MUST-36", LUCID_OUTCOME_PROBE), 2);
    ck_assert_uint_eq(times(1, "9293:MUST-39", LUCID_OUTCOME_ACK_NOW), 0);
    lucid_recv(lucid_pair_stack(ends.pair, 1), ends.server, ends.got, sizeof ends.got, 0);
    run(100 * MS);
    ck_assert_uint_eq(times(1, "9293:MUST-39", LUCID_OUTCOME_ACK_NOW), 1);
    ck_assert_uint_ge(times(0, "9293:3.10.7.4/5", LUCID_OUTCOME_ADJUSTED), 1);
}
END_TEST

/* A corner of a window that is too small for a full segment: the override timeout sends it. */
START_TEST(the_override_timeout) {
    ends.options.config[1].rcvbuf = 2000;
    ends.reads = false;
    connected();
    ends_send(&ends, 1460);
    run(100 * MS);
    ends_send(&ends, 1460);
    run(LUCID_SECOND);
    ck_assert_uint_eq(times(0, "9293:3.8.6.2.1", LUCID_OUTCOME_ACCEPTED), 1);
}
END_TEST

/* ---- losses ---- */

START_TEST(a_time_out) {
    connected();
    ends.fate = lose_first;
    ends_send(&ends, 10);
    run(1100 * MS);
    ck_assert_uint_eq(times(0, "6298:5.4", LUCID_OUTCOME_RETRANSMIT), 1);
    ck_assert_uint_eq(times(0, "6298:5.5", LUCID_OUTCOME_ADJUSTED), 1);
    ck_assert_uint_eq(times(0, "9293:MUST-18", LUCID_OUTCOME_IGNORED), 1);
    ck_assert_uint_eq(times(0, "5681:3.1/4", LUCID_OUTCOME_ADJUSTED), 1);
    run(2 * LUCID_SECOND); /* one sample: that of the SYN */
    ck_assert_uint_eq(times(0, "6298:2.2", LUCID_OUTCOME_ADJUSTED), 1);
    ck_assert_uint_eq(times(0, "6298:2.3", LUCID_OUTCOME_ADJUSTED), 0);
    ends_send(&ends, 10);
    run(LUCID_SECOND);
    ck_assert_uint_eq(times(0, "6298:2.3", LUCID_OUTCOME_ADJUSTED), 1);
    uint32_t rtt = value(0, LUCID_VAR_RTT);
    ck_assert_uint_ge(rtt, 240000); /* both ways, and the delay of the ACK */
    ck_assert_uint_le(rtt, 241000);
}
END_TEST

START_TEST(a_lost_syn) {
    open_told();
    ends.fate = lose_first_syn;
    ends_connect(&ends);
    run(1500 * MS);
    ck_assert_uint_eq(times(0, "6298:5.4", LUCID_OUTCOME_RETRANSMIT), 1);
    ck_assert_uint_eq(times(0, "6298:5.7", LUCID_OUTCOME_ADJUSTED), 1);
    ck_assert_uint_eq(times(1, "6298:5.7", LUCID_OUTCOME_ADJUSTED), 0);
    ck_assert_uint_eq(value(0, LUCID_VAR_USER), 100000);
}
END_TEST

START_TEST(three_duplicates) {
    connected();
    ends.fate = lose_first;
    ends_send(&ends, 8 * 1460);
    run(500 * MS);
    ck_assert_uint_eq(ends.got_length, 8 * 1460);
    ck_assert_uint_eq(times(1, "9293:SHLD-31", LUCID_OUTCOME_QUEUED), 7);
    ck_assert_uint_eq(times(1, "5681:4.2", LUCID_OUTCOME_ACK_NOW), 1);
    ck_assert_uint_eq(times(0, "3042:2", LUCID_OUTCOME_ACCEPTED), 2);
    ck_assert_uint_eq(times(0, "5681:3.2/3", LUCID_OUTCOME_RETRANSMIT), 1);
    ck_assert_uint_eq(times(0, "5681:3.2/4", LUCID_OUTCOME_ADJUSTED), 4);
    ck_assert_uint_eq(times(0, "6582:3.2/3", LUCID_OUTCOME_ADJUSTED), 1);
    ck_assert_uint_eq(times(0, "5681:3.1/4", LUCID_OUTCOME_ADJUSTED), 1);
}
END_TEST

START_TEST(selective_acknowledgments) {
    ends.options.config[0].sack = ends.options.config[1].sack = true;
    connected();
    ends.fate = lose_first;
    ends_send(&ends, 8 * 1460);
    run(500 * MS);
    ck_assert_uint_eq(ends.got_length, 8 * 1460);
    ck_assert_uint_ge(times(0, "2018:5", LUCID_OUTCOME_ACCEPTED), 3);
    ck_assert_uint_eq(times(0, "8985:6.2/5", LUCID_OUTCOME_RETRANSMIT), 1);
    ck_assert_uint_eq(times(0, "6937:3.1", LUCID_OUTCOME_ADJUSTED), 1);
}
END_TEST

START_TEST(a_duplicate_is_reported) {
    ends.options.config[0].sack = ends.options.config[1].sack = true;
    connected();
    ends.fate = double_data;
    ends_send(&ends, 10);
    run(500 * MS);
    ck_assert_uint_eq(times(1, "9293:3.10.7.4/1", LUCID_OUTCOME_ACK), 1);
    ck_assert_uint_eq(times(1, "2883:4", LUCID_OUTCOME_ACCEPTED), 1);
    ck_assert_uint_eq(times(0, "2883:5", LUCID_OUTCOME_IGNORED), 1);
}
END_TEST

START_TEST(an_idle_time) {
    connected();
    ends_send(&ends, 40 * 1460);
    run(2 * LUCID_SECOND);
    ck_assert_uint_eq(times(0, "5681:4.1", LUCID_OUTCOME_ADJUSTED), 0);
    ends_send(&ends, 10);
    run(LUCID_SECOND);
    ck_assert_uint_eq(times(0, "5681:4.1", LUCID_OUTCOME_ADJUSTED), 1);
}
END_TEST

/* ---- openings and ends ---- */

START_TEST(a_crossing_syn_ack) {
    open_told();
    struct lucid_sockaddr here[2] = {{.port = 7000}, {.port = 7001}};
    lucid_addr_parse("10.77.0.1", &here[0].addr);
    lucid_addr_parse("10.77.0.2", &here[1].addr);
    for (int i = 0; i < 2; i++) {
        struct lucid_stack *stack = lucid_pair_stack(ends.pair, i);
        int fd = lucid_socket(stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
        ck_assert_int_eq(lucid_bind(stack, fd, &here[i]), 0);
        ck_assert_int_eq(lucid_connect(stack, fd, &here[1 - i]), -LUCID_EINPROGRESS);
    }
    run(LUCID_SECOND);
    ck_assert_uint_eq(times(0, "9293:A.2", LUCID_OUTCOME_ACCEPTED), 1);
    ck_assert_uint_eq(times(1, "9293:A.2", LUCID_OUTCOME_ACCEPTED), 1);
}
END_TEST

/* The client's latest segment as a RST that lies outside the window. */
static void forge_reset(void) {
    struct packet copy = {.length = 40, .payload = 20};
    memcpy(copy.octets, ends.latest[0], copy.length);
    uint8_t *tcp = copy.octets + copy.payload;
    tcp[12] = 5 << 4;
    tcp[13] = LUCID_RST;
    tcp[4] ^= 0x40;
    set16(tcp + 16, 0);
    set16(tcp + 16, ~slow_sum(slow_pseudo("10.77.0.1", "10.77.0.2", 6, 20), tcp, 20) & 0xffff);
    set16(copy.octets + 2, 40);
    seal_ip4(&copy);
    struct lucid_packet in = {.slices = 1, .length = 40};
    in.slice[0] = (struct lucid_slice){copy.octets, copy.length};
    lucid_input(lucid_pair_stack(ends.pair, 1), lucid_pair_now(ends.pair), &in);
}

START_TEST(a_reset_outside_the_window) {
    connected();
    lucid_shutdown(lucid_pair_stack(ends.pair, 1), ends.server, LUCID_SHUT_WR);
    run(100 * MS);
    forge_reset();
    run(MS);
    ck_assert_uint_eq(times(1, "9293:3.10.7.4/1", LUCID_OUTCOME_DROPPED), 1);
    lucid_close(lucid_pair_stack(ends.pair, 0), ends.client);
    ends.client = 0;
    run(100 * MS);
    ck_assert_uint_eq(ends_state(&ends, 1), LUCID_TIME_WAIT);
    forge_reset();
    run(MS);
    ck_assert_uint_eq(times(1, "9293:3.10.7.4/1", LUCID_OUTCOME_DROPPED), 2);
}
END_TEST

START_TEST(a_wrong_checksum) {
    connected();
    ends.latest[0][20 + 4] ^= 1;
    struct lucid_packet in = {.slices = 1, .length = (uint32_t)ends.latest_length[0]};
    in.slice[0] = (struct lucid_slice){ends.latest[0], ends.latest_length[0]};
    lucid_input(lucid_pair_stack(ends.pair, 1), lucid_pair_now(ends.pair), &in);
    run(MS);
    ck_assert_uint_eq(times(1, "9293:MUST-3", LUCID_OUTCOME_DROPPED), 1);
}
END_TEST

/* Off, nothing is kept, and the decisions are the same. */
START_TEST(nobody_listens) {
    ends_open(&ends, 0);
    ends_connect(&ends);
    ends_run(&ends, LUCID_SECOND);
    ends_send(&ends, 10);
    run(LUCID_SECOND);
    ck_assert_uint_eq(told_count, 0);
    ck_assert_uint_eq(ends.got_length, 10);
}
END_TEST

static void setup(void) {
    ends_begin(&ends);
    told_count = 0;
}

static void teardown(void) {
    ends_close(&ends);
}

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("told", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_delayed_ack);
    tcase_add_test(tests, an_ack_for_two_segments);
    tcase_add_test(tests, no_delay_was_wanted);
    tcase_add_test(tests, nagle_holds_back);
    tcase_add_test(tests, the_congestion_window_holds_back);
    tcase_add_test(tests, the_receivers_window_holds_back);
    tcase_add_test(tests, the_override_timeout);
    tcase_add_test(tests, a_time_out);
    tcase_add_test(tests, a_lost_syn);
    tcase_add_test(tests, three_duplicates);
    tcase_add_test(tests, selective_acknowledgments);
    tcase_add_test(tests, a_duplicate_is_reported);
    tcase_add_test(tests, an_idle_time);
    tcase_add_test(tests, a_crossing_syn_ack);
    tcase_add_test(tests, a_reset_outside_the_window);
    tcase_add_test(tests, a_wrong_checksum);
    tcase_add_test(tests, nobody_listens);
    return unit_run(suite);
}
