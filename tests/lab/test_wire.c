/* test_wire.c: everything that the wires of the simulated world can do to a packet. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "lab/lab_play.h"

static const char PAIR[] = "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app sink";
static struct lab_play *play;

static void setup(void) {
    play = lab_play_open(7, PAIR);
}

static void teardown(void) {
    lab_play_close(play);
}

static uint64_t sent_at(const char *node, unsigned flags, unsigned k) {
    const struct tlog_event *event = lab_play_segment(play, TLOG_SEG_TX, node, flags, k);
    return event ? event->t : TLOG_NONE;
}

static void connect_first(void) {
    lab_play_do(play, "A connect B:80 from 40000\nrun 1s");
}

/* ---- rules ---- */

START_TEST(drop_where_syn_count_2) {
    lab_play_do(play, "wire drop next A->B where SYN count 2 tag lost\nA connect B:80\nrun 10s");
    ck_assert_uint_eq(sent_at("A", LUCID_SYN, 1), 0);
    ck_assert_uint_eq(sent_at("A", LUCID_SYN, 2), 1000000000);
    ck_assert_uint_eq(sent_at("A", LUCID_SYN, 3), 3000000000);
    ck_assert_str_eq(lab_play_wire(play, TLOG_WIRE_DROP, 2)->u.wire.tag.at, "lost");
    ck_assert_ptr_null(lab_play_wire(play, TLOG_WIRE_DROP, 3));
    ck_assert_str_eq(lab_play_states(play, "A", 1), "CLOSED SYN-SENT ESTABLISHED");
}
END_TEST

/* Each condition lets pass what it does not mean. */
START_TEST(conditions) {
    lab_play_do(play, "wire drop next B->A where SYNACK tag synack\nwire drop next A->B where ACK tag ack\n"
                      "wire drop next A->B where len>0 tag data\nwire drop next A->B where FIN tag fin\n"
                      "A connect B:80\nrun 5s\nA send \"x\"\nrun 5s\nA close\nrun");
    static const struct {
        const char *tag;
        unsigned flags;
    } want[] = {{"synack", LUCID_SYN | LUCID_ACK},
                {"ack", LUCID_ACK},
                {"data", LUCID_PSH | LUCID_ACK},
                {"fin", LUCID_FIN | LUCID_ACK}};
    for (unsigned i = 0; i < 4; i++) {
        const struct tlog_event *drop = lab_play_wire(play, TLOG_WIRE_DROP, i + 1);
        ck_assert_ptr_nonnull(drop);
        ck_assert_str_eq(drop->u.wire.tag.at, want[i].tag);
        const struct tlog_event *segment = drop;
        while (segment->kind != TLOG_SEG_TX || segment->u.segment.id != drop->u.wire.id) {
            segment = tlog_at(play->log, segment->i - 1);
        }
        ck_assert_uint_eq(segment->u.segment.flags, want[i].flags);
    }
}
END_TEST

START_TEST(nth_and_port) {
    connect_first();
    lab_play_do(play, "A set nodelay on\nwire drop next A->B where len>0 nth 3 port 80\nwire drop next where port 81\n"
                      "A send \"1\"\nA send \"2\"\nA send \"3\"\nA send \"4\"\nrun 50ms");
    const struct tlog_event *drop = lab_play_wire(play, TLOG_WIRE_DROP, 1);
    const struct tlog_event *third = lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_PSH | LUCID_ACK, 3);
    ck_assert_uint_eq(drop->u.wire.id, third->u.segment.id);
    ck_assert_str_eq(third->u.segment.payload.at, "3");
    ck_assert_ptr_null(lab_play_wire(play, TLOG_WIRE_DROP, 2));
}
END_TEST

START_TEST(without_data_and_any) {
    connect_first();
    lab_play_do(play, "wire drop next A->B where len=0 tag none\nA send \"x\"\nrun 100ms\nA close\nrun 100ms");
    const struct tlog_event *drop = lab_play_wire(play, TLOG_WIRE_DROP, 1);
    ck_assert_uint_eq(drop->u.wire.id,
                      lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_FIN | LUCID_ACK, 1)->u.segment.id);
    lab_play_do(play, "wire drop next where any tag all\nrun 2s");
    ck_assert_str_eq(lab_play_wire(play, TLOG_WIRE_DROP, 2)->u.wire.tag.at, "all");
}
END_TEST

START_TEST(hold_and_release) {
    lab_play_do(play, "wire hold next A->B where SYN tag old\nA connect B:80\nrun 500ms\nwire release old\nrun 400ms");
    const struct tlog_event *hold = lab_play_wire(play, TLOG_WIRE_HOLD, 1);
    ck_assert_uint_eq(lab_play_wire(play, TLOG_WIRE_RELEASE, 1)->u.wire.id, hold->u.wire.id);
    ck_assert_uint_eq(lab_play_arrival(play, hold->u.wire.id), 520048000);
    ck_assert(lab_play_refused(play, "wire release old"));
}
END_TEST

START_TEST(duplicate) {
    connect_first();
    lab_play_do(play, "wire dup next A->B\nA send \"twice\"\nrun 1s");
    const struct tlog_event *dup = lab_play_wire(play, TLOG_WIRE_DUP, 1);
    ck_assert_uint_ne(dup->u.wire.id2, dup->u.wire.id);
    uint64_t first = lab_play_arrival(play, dup->u.wire.id), second = lab_play_arrival(play, dup->u.wire.id2);
    ck_assert_uint_lt(first, second);
    ck_assert_uint_lt(second, first + 1000000);
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 5);
}
END_TEST

/* The stack's checksum finds it. */
START_TEST(corrupt) {
    connect_first();
    lab_play_do(play, "wire corrupt bit 2 next A->B\nA send \"letters\"\nrun 100ms");
    const struct tlog_event *act = lab_play_wire(play, TLOG_WIRE_CORRUPT, 1);
    ck_assert_uint_eq(act->u.wire.bit, 8 * (20 + 32) + 2);
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 0);
    ck_assert_uint_eq(lab_play_count(play, TLOG_DROP, "B"), 1);
    lab_play_do(play, "run");
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 7);
}
END_TEST

/* Without that rule the wrong letter is delivered. */
START_TEST(corrupt_without_checksum) {
    struct lab_play *other = lab_play_open(7,
                                           "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app sink\nwithout checksum");
    lab_play_do(other, "A connect B:80\nrun 1s\nwire corrupt bit 2 next A->B\nA send \"letters\"\nrun");
    for (uint32_t i = 1; i <= tlog_count(other->log); i++) {
        const struct tlog_event *event = tlog_at(other->log, i);
        if (event->kind == TLOG_APP && !strcmp(event->u.say.k.at, "read")) {
            ck_assert_str_eq(event->u.say.text.at, "Letters");
        }
    }
    ck_assert_uint_eq(lab_play_octets(other, "B", "read"), 7);
    lab_play_close(other);
}
END_TEST

START_TEST(delay_of_one) {
    lab_play_do(play, "wire delay 300ms next A->B where SYN\nA connect B:80\nrun 900ms");
    const struct tlog_event *delay = lab_play_wire(play, TLOG_WIRE_DELAY, 1);
    ck_assert_uint_eq(delay->u.wire.by, 300000000);
    ck_assert_uint_eq(lab_play_arrival(play, delay->u.wire.id), 320048000);
}
END_TEST

/* Put aside until two others have passed: it arrives third. */
START_TEST(reorder) {
    connect_first();
    lab_play_do(play, "A set nodelay on\nwire reorder 2 next A->B\nA send \"1\"\nA send \"2\"\nA send \"3\"\n"
                      "A send \"4\"\nrun 100ms");
    uint64_t arrival[4];
    for (unsigned i = 0; i < 4; i++) {
        const struct tlog_event *sent = lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_PSH | LUCID_ACK, i + 1);
        arrival[i] = lab_play_arrival(play, sent->u.segment.id);
    }
    ck_assert_uint_lt(arrival[1], arrival[2]);
    ck_assert_uint_lt(arrival[2], arrival[0]);
    ck_assert_uint_lt(arrival[0], arrival[3]);
    ck_assert_uint_eq(lab_play_wire(play, TLOG_WIRE_REORDER, 1)->u.wire.by, 2);
}
END_TEST

/* When no others come, half a second is the longest. */
START_TEST(reorder_of_the_last_one) {
    lab_play_do(play, "wire reorder 2 next A->B where SYN\nA connect B:80\nrun 900ms");
    ck_assert_uint_eq(lab_play_arrival(play, lab_play_wire(play, TLOG_WIRE_REORDER, 1)->u.wire.id), 520048000);
}
END_TEST

/* The first rule that applies decides; the next one waits for the next packet. */
START_TEST(two_rules) {
    lab_play_do(play, "wire drop next A->B where SYN tag one\nwire hold next A->B where SYN tag two\nA connect B:80\n"
                      "run 1500ms");
    ck_assert_uint_eq(lab_play_wire(play, TLOG_WIRE_DROP, 1)->t, 0);
    ck_assert_uint_eq(lab_play_wire(play, TLOG_WIRE_HOLD, 1)->t, 1000000000);
}
END_TEST

/* ---- one packet that somebody points at ---- */

static uint64_t in_flight(void) {
    connect_first();
    lab_play_do(play, "A send \"hello\"");
    return lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_PSH | LUCID_ACK, 1)->u.segment.id;
}

START_TEST(drop_id) {
    uint64_t id = in_flight();
    ck_assert_uint_eq(id, 4);
    lab_play_do(play, "wire drop id 4\nrun 100ms");
    ck_assert_uint_eq(lab_play_arrival(play, 4), TLOG_NONE);
    ck_assert_uint_eq(lab_play_wire(play, TLOG_WIRE_DROP, 1)->u.wire.id, 4);
    ck_assert(lab_play_refused(play, "wire drop id 4"));
    ck_assert(lab_play_refused(play, "wire drop id 1"));
}
END_TEST

START_TEST(hold_delay_dup_id) {
    in_flight();
    lab_play_do(play, "wire dup id 4\nwire hold id 4\nrun 50ms");
    ck_assert_uint_eq(lab_play_arrival(play, 4), TLOG_NONE);
    ck_assert_uint_ne(lab_play_arrival(play, lab_play_wire(play, TLOG_WIRE_DUP, 1)->u.wire.id2), TLOG_NONE);
    lab_play_do(play, "wire release id 4\nwire delay 100ms id 4\nrun 150ms");
    ck_assert_uint_eq(lab_play_arrival(play, 4), 1000000000 + 50000000 + 100000000 + 20045600);
    ck_assert(lab_play_refused(play, "wire release id 4"));
}
END_TEST

START_TEST(reorder_and_corrupt_id) {
    in_flight();
    lab_play_do(play, "A set nodelay on\nA send \"again\"\nwire reorder 1 id 4\nrun 100ms");
    ck_assert_uint_gt(lab_play_arrival(play, 4), lab_play_arrival(play, 5));
    lab_play_do(play, "A send \"more\"");
    const struct tlog_event *more = lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_PSH | LUCID_ACK, 3);
    char command[64];
    snprintf(command, sizeof command, "wire corrupt id %u\nrun 25ms", (unsigned)more->u.segment.id);
    lab_play_do(play, command);
    ck_assert_uint_eq(lab_play_count(play, TLOG_DROP, "B"), 1);
}
END_TEST

/* ---- how the wires are ---- */

START_TEST(delay_rate_queue) {
    lab_play_do(play, "wire delay 100ms\nwire rate 1mbit A->B\nA connect B:80\nstep 2");
    ck_assert_uint_eq(lab_play_arrival(play, 1), 100480000);
    ck_assert_uint_eq(lab_play_arrival(play, 2), 100480000 + 100048000);
    lab_play_do(play, "wire queue 4 A->B\nrun 1s\nA send 100KB\nrun 1ms");
    ck_assert_ptr_nonnull(lab_play_wire(play, TLOG_WIRE_QUEUE_FULL, 1));
    lab_play_do(play, "run");
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 100000);
}
END_TEST

START_TEST(loss) {
    lab_play_do(play, "wire loss 100% A->B\nA connect B:80\nrun");
    ck_assert_str_eq(lab_play_wire(play, TLOG_WIRE_DROP, 1)->u.wire.tag.at, "loss");
    ck_assert_str_eq(lab_play_states(play, "A", 1), "CLOSED SYN-SENT CLOSED");
    ck_assert_uint_eq(lab_play_count(play, TLOG_SEG_RX, "B"), 0);
}
END_TEST

START_TEST(cut_and_heal) {
    connect_first();
    lab_play_do(play, "wire cut\nA send \"x\"\nrun 5s\nwire heal\nrun 20s");
    ck_assert_ptr_nonnull(lab_play_wire(play, TLOG_WIRE_CUT, 1));
    ck_assert_ptr_nonnull(lab_play_wire(play, TLOG_WIRE_HEAL, 1));
    ck_assert_str_eq(lab_play_wire(play, TLOG_WIRE_DROP, 1)->u.wire.tag.at, "cut");
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 1);
}
END_TEST

/* With ICMP the sender learns the size; without, its full segments vanish until it finds out by itself. */
START_TEST(mtu_with_icmp) {
    connect_first();
    lab_play_do(play, "wire mtu 576 icmp on A->B\nA send 5KB\nrun 1s");
    ck_assert_ptr_nonnull(lab_play_wire(play, TLOG_WIRE_TOO_BIG, 1));
    ck_assert_uint_eq(lab_play_wire(play, TLOG_WIRE_ICMP, 1)->u.wire.id2,
                      lab_play_wire(play, TLOG_WIRE_TOO_BIG, 1)->u.wire.id);
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 5000);
}
END_TEST

START_TEST(mtu_without_icmp) {
    connect_first();
    lab_play_do(play, "wire mtu 576 icmp off A->B\nA send 5KB\nrun 1s");
    ck_assert_ptr_nonnull(lab_play_wire(play, TLOG_WIRE_TOO_BIG, 1));
    ck_assert_ptr_null(lab_play_wire(play, TLOG_WIRE_ICMP, 1));
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 0);
}
END_TEST

/* ---- ICMP ---- */

START_TEST(icmp_unreachable_hard_and_soft) {
    lab_play_do(play, "wire cut\nA connect B:80 from 40000\nrun 100ms\nwire heal\nicmp unreachable 1 to A about last\n"
                      "run 100ms");
    ck_assert_str_eq(lab_play_states(play, "A", 1), "CLOSED SYN-SENT");
    lab_play_do(play, "icmp unreachable 3 to A about 1\nrun 100ms");
    ck_assert_str_eq(lab_play_states(play, "A", 1), "CLOSED SYN-SENT CLOSED");
    ck_assert(lab_play_refused(play, "icmp unreachable 3 to B about 1"));
}
END_TEST

START_TEST(an_address_that_nobody_has) {
    lab_play_do(play, "A connect 10.77.0.9:80\nrun 500ms");
    ck_assert_str_eq(lab_play_wire(play, TLOG_WIRE_DROP, 1)->u.wire.tag.at, "nobody");
    ck_assert_ptr_null(lab_play_wire(play, TLOG_WIRE_ICMP, 1));
    lab_play_do(play, "wire mtu 1500 icmp on\nrun 600ms");
    ck_assert_ptr_nonnull(lab_play_wire(play, TLOG_WIRE_ICMP, 1));
}
END_TEST

/* ---- IPv6 ---- */

START_TEST(the_same_over_ipv6) {
    struct lab_play *six = lab_play_open(7, "node A fd77::1\nnode B fd77::2 listen 80 app sink");
    lab_play_do(six, "A connect B:80\nrun 1s\nwire mtu 1280 icmp on A->B\nA send 20KB\nrun 1s");
    ck_assert_ptr_nonnull(lab_play_wire(six, TLOG_WIRE_ICMP, 1));
    ck_assert_uint_eq(lab_play_octets(six, "B", "read"), 20000);
    lab_play_do(
        six, "wire cut\nA connect [fd77::9]:80\nrun 100ms\nwire heal\nicmp unreachable 4 to A about last\nrun 100ms");
    ck_assert_str_eq(lab_play_states(six, "A", 2), "CLOSED SYN-SENT CLOSED");
    lab_play_close(six);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("wire");
    TCase *tcase = tcase_create("wire");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, drop_where_syn_count_2);
    tcase_add_test(tcase, conditions);
    tcase_add_test(tcase, nth_and_port);
    tcase_add_test(tcase, without_data_and_any);
    tcase_add_test(tcase, hold_and_release);
    tcase_add_test(tcase, duplicate);
    tcase_add_test(tcase, corrupt);
    tcase_add_test(tcase, corrupt_without_checksum);
    tcase_add_test(tcase, delay_of_one);
    tcase_add_test(tcase, reorder);
    tcase_add_test(tcase, reorder_of_the_last_one);
    tcase_add_test(tcase, two_rules);
    tcase_add_test(tcase, drop_id);
    tcase_add_test(tcase, hold_delay_dup_id);
    tcase_add_test(tcase, reorder_and_corrupt_id);
    tcase_add_test(tcase, delay_rate_queue);
    tcase_add_test(tcase, loss);
    tcase_add_test(tcase, cut_and_heal);
    tcase_add_test(tcase, mtu_with_icmp);
    tcase_add_test(tcase, mtu_without_icmp);
    tcase_add_test(tcase, icmp_unreachable_hard_and_soft);
    tcase_add_test(tcase, an_address_that_nobody_has);
    tcase_add_test(tcase, the_same_over_ipv6);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
