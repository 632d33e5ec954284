/* test_whatif.c: each rule that can be taken away, with it and without: the effect is that of lab.md's table, and with
 * the rule there is none.
 */
#include "lab/ends.h"
#include "unit/packets.h"
#include "unit/unit.h"

#define MS LUCID_MILLISECOND

static struct ends ends;

/* A connection, both ends of which do without these rules. */
static void connected(unsigned without) {
    ends_open(&ends, without);
    ends_connect(&ends);
    ends_run(&ends, 500 * MS);
    ck_assert_int_gt(ends.server, 0);
    ck_assert_uint_eq(ends_state(&ends, 0), LUCID_ESTABLISHED);
}

/* Takes the client's latest packet, lets edit() change it, and hands it to the server once more. Returns what
 * lucid_input() says. */
static int inject(void (*edit)(uint8_t *tcp), bool sealed) {
    struct packet copy = {.length = ends.latest_length[0], .payload = 20};
    memcpy(copy.octets, ends.latest[0], copy.length);
    uint8_t *tcp = copy.octets + copy.payload;
    size_t length = copy.length - copy.payload;
    edit(tcp);
    if (sealed) {
        set16(tcp + 16, 0);
        set16(tcp + 16, ~slow_sum(slow_pseudo("10.77.0.1", "10.77.0.2", 6, length), tcp, length) & 0xffff);
    }
    struct lucid_packet in = {.slices = 1, .length = (uint32_t)copy.length};
    in.slice[0] = (struct lucid_slice){copy.octets, copy.length};
    struct lucid_stack *stack = lucid_pair_stack(ends.pair, 1);
    return lucid_input(stack, lucid_pair_now(ends.pair), &in);
}

static uint32_t dropped(enum lucid_drop why) {
    struct lucid_stats stats;
    lucid_stats(lucid_pair_stack(ends.pair, 1), &stats);
    return (uint32_t)stats.drop[why];
}

/* ---- names ---- */

START_TEST(every_bit_has_a_name_a_rule_and_a_sentence) {
    for (unsigned bit = 1; bit < LUCID_WHATIF_END; bit <<= 1) {
        ck_assert_ptr_nonnull(lucid_whatif_name(bit));
        ck_assert_uint_eq(lucid_whatif_find(lucid_whatif_name(bit)), bit);
        ck_assert_ptr_nonnull(strchr(lucid_whatif_rule(bit), ':'));
        ck_assert_uint_gt(strlen(lucid_whatif_sentence(bit)), 20);
    }
    ck_assert_uint_eq(lucid_whatif_find("rst-validation"), LUCID_WITHOUT_RST_VALIDATION);
    ck_assert_uint_eq(lucid_whatif_find("persis"), 0);
    ck_assert_uint_eq(lucid_whatif_find("persistent"), 0);
    ck_assert_uint_eq(lucid_whatif_find(""), 0);
    ck_assert_ptr_null(lucid_whatif_name(0));
    ck_assert_ptr_null(lucid_whatif_name(3));
    ck_assert_ptr_null(lucid_whatif_name(LUCID_WHATIF_END));
    ck_assert_ptr_null(lucid_whatif_rule(0));
    ck_assert_ptr_null(lucid_whatif_sentence(0));
}
END_TEST

START_TEST(only_known_bits_are_set) {
    ends_open(&ends, 0);
    struct lucid_stack *stack = lucid_pair_stack(ends.pair, 0);
    ck_assert_uint_eq(lucid_whatif_get(stack), 0);
    lucid_whatif_set(stack, UINT32_MAX);
    ck_assert_uint_eq(lucid_whatif_get(stack), LUCID_WHATIF_END - 1);
}
END_TEST

/* ---- opening ---- */

START_TEST(three_way) {
    bool without = _i;
    ends_open(&ends, without ? LUCID_WITHOUT_THREE_WAY : 0);
    ends_connect(&ends);
    ends_run(&ends, 30 * MS); /* the SYN has arrived, the SYN,ACK has not */
    ck_assert_int_eq(ends.server > 0, without);
    ends_run(&ends, 60 * LUCID_SECOND);
    ck_assert_int_gt(ends.server, 0);
    ck_assert_uint_eq(ends.segments, without ? 2 : 3);
    ends_send(&ends, 10);
    ends_run(&ends, LUCID_SECOND);
    ck_assert_uint_eq(ends.got_length, 10);
}
END_TEST

/* A SYN,ACK for a SYN that was never sent. */
static void as_old_syn(uint8_t *tcp) {
    tcp[13] = LUCID_SYN;
    set32(tcp + 4, 90);
    set32(tcp + 8, 0);
}

START_TEST(three_way_says_no) {
    bool without = _i;
    ends_open(&ends, without ? LUCID_WITHOUT_THREE_WAY : 0);
    ends.fate = NULL;
    ends_connect(&ends);
    ends_run(&ends, 1); /* the SYN has left; an older one overtakes it */
    ck_assert_int_eq(inject(as_old_syn, true), 0);
    ends_run(&ends, 10 * LUCID_SECOND);
    ck_assert_uint_eq(ends_count(&ends, 0, LUCID_RST, ENDS_ANY) > 0, !without);
    ck_assert_uint_eq(ends_state(&ends, 0), without ? LUCID_SYN_SENT : LUCID_ESTABLISHED);
}
END_TEST

START_TEST(quiet_isn) {
    bool without = _i;
    connected(without ? LUCID_WITHOUT_QUIET_ISN : 0);
    ck_assert_int_eq(ends.segment[0].seq == 0, without);
    ck_assert_int_eq(ends.segment[1].seq == 0, without);
}
END_TEST

/* ---- what arrives ---- */

static void flip_last_letter(uint8_t *tcp) {
    tcp[(tcp[12] >> 4) * 4 + 9] ^= 1;
}

static enum lucid_link_fate lose_data(struct ends *e, const struct ends_segment *segment) {
    (void)e;
    return segment->from == 0 && segment->length > 0 ? LUCID_LINK_DROP : LUCID_LINK_PASS;
}

START_TEST(checksum) {
    bool without = _i;
    connected(without ? LUCID_WITHOUT_CHECKSUM : 0);
    ends.fate = lose_data;
    ends_send(&ends, 10);
    ends_run(&ends, 1);
    ck_assert_int_eq(inject(flip_last_letter, false), without ? 0 : LUCID_DROP_TCP_CHECKSUM);
    ends_run(&ends, 200 * MS);
    ck_assert_uint_eq(ends.got_length, without ? 10 : 0);
    ck_assert(!without || memcmp(ends.got, "abcdefghik", 10) == 0);
}
END_TEST

static enum lucid_link_fate double_data(struct ends *e, const struct ends_segment *segment) {
    (void)e;
    return segment->from == 0 && segment->length > 0 ? LUCID_LINK_DUPLICATE : LUCID_LINK_PASS;
}

START_TEST(seq_check) {
    bool without = _i;
    connected(without ? LUCID_WITHOUT_SEQ_CHECK : 0);
    ends.fate = double_data;
    ends_send(&ends, 4);
    ends_run(&ends, LUCID_SECOND);
    ends_send(&ends, 2);
    ends_run(&ends, LUCID_SECOND);
    const char *want = without ? "abcdabcdabab" : "abcdab";
    ck_assert_uint_eq(ends.got_length, strlen(want));
    ck_assert_mem_eq(ends.got, want, strlen(want));
    ck_assert_uint_eq(ends_info(&ends, 0).flight, 0);
    ck_assert_uint_eq(ends_count(&ends, 0, LUCID_ACK, ENDS_DATA), 2);
}
END_TEST

static void as_rst_in_window(uint8_t *tcp) {
    tcp[13] = LUCID_RST;
    set32(tcp + 4, ends_info(&ends, 1).rcv_nxt + 5);
}

static void as_rst_outside(uint8_t *tcp) {
    tcp[13] = LUCID_RST;
    set32(tcp + 4, ends_info(&ends, 1).rcv_nxt - 5);
}

START_TEST(rst_validation) {
    bool without = _i;
    connected(without ? LUCID_WITHOUT_RST_VALIDATION : 0);
    inject(as_rst_outside, true);
    ck_assert_uint_eq(ends_state(&ends, 1), LUCID_ESTABLISHED);
    inject(as_rst_in_window, true);
    ck_assert_uint_eq(ends_state(&ends, 1), without ? LUCID_CLOSED : LUCID_ESTABLISHED);
}
END_TEST

/* ---- closing ---- */

START_TEST(time_wait) {
    bool without = _i;
    connected(without ? LUCID_WITHOUT_TIME_WAIT : 0);
    lucid_shutdown(lucid_pair_stack(ends.pair, 0), ends.client, LUCID_SHUT_WR);
    ends_run(&ends, 100 * MS);
    lucid_close(lucid_pair_stack(ends.pair, 1), ends.server);
    ends_run(&ends, 100 * MS);
    ck_assert_uint_eq(ends_state(&ends, 0), without ? LUCID_CLOSED : LUCID_TIME_WAIT);
    ck_assert_uint_eq(ends_count(&ends, 1, LUCID_FIN, ENDS_ANY), 1); /* it was acknowledged */
    ck_assert_int_eq(ends.client_end, 0);
    ends_run(&ends, 240 * LUCID_SECOND);
    ck_assert_uint_eq(ends_state(&ends, 0), LUCID_CLOSED);
}
END_TEST

START_TEST(half_close) {
    bool without = _i;
    connected(without ? LUCID_WITHOUT_HALF_CLOSE : 0);
    lucid_shutdown(lucid_pair_stack(ends.pair, 0), ends.client, LUCID_SHUT_WR);
    ends_run(&ends, 100 * MS);
    ck_assert_int_eq(lucid_send(lucid_pair_stack(ends.pair, 1), ends.server, "late", 4, 0), 4);
    ends_run(&ends, 100 * MS);
    ck_assert_uint_eq(ends.client_got, without ? 0 : 4);
    ck_assert_uint_eq(ends_count(&ends, 0, LUCID_RST, ENDS_ANY), without ? 1 : 0);
}
END_TEST

/* ---- windows ---- */

/* The server does not read; its buffer holds 8 KB. */
static void stopped_reader(unsigned without) {
    ends.options.config[1].rcvbuf = 8192;
    ends.reads = false;
    connected(without);
    ends_send(&ends, 20000);
}

/* Reads all that has come. Returns how many octets. */
static ptrdiff_t read_all(void) {
    return lucid_recv(lucid_pair_stack(ends.pair, 1), ends.server, ends.got, sizeof ends.got, 0);
}

static enum lucid_link_fate lose_acks(struct ends *e, const struct ends_segment *segment) {
    (void)e;
    return segment->from == 1 ? LUCID_LINK_DROP : LUCID_LINK_PASS;
}

START_TEST(persist) {
    bool without = _i;
    stopped_reader(without ? LUCID_WITHOUT_PERSIST : 0);
    ends_run(&ends, 800 * MS); /* the window is shut, no probe has left */
    ends.fate = lose_acks;
    ck_assert_int_eq(read_all(), 8192);
    ends_run(&ends, 100 * MS); /* the window update is lost */
    ends.fate = NULL;
    ends.reads = true;
    if (without) {
        ends_run_out(&ends); /* nothing will ever happen again, and data waits */
        ck_assert_uint_eq(ends_info(&ends, 0).send_queue, 20000 - 8192);
        return;
    }
    ends_run(&ends, 60 * LUCID_SECOND);
    ck_assert_uint_eq(ends.got_length, 20000 - 8192);
}
END_TEST

START_TEST(window) {
    bool without = _i;
    stopped_reader(without ? LUCID_WITHOUT_WINDOW : 0);
    ends_run(&ends, 10 * LUCID_SECOND);
    ck_assert_int_eq(dropped(LUCID_DROP_TCP_SEQUENCE) > 5, without);
    ck_assert_int_eq(ends_count(&ends, 0, LUCID_ACK, ENDS_DATA) > 15, without);
}
END_TEST

START_TEST(sws) {
    bool without = _i;
    ends.options.config[1].rcvbuf = 8192;
    ends.reads = false;
    connected(without ? LUCID_WITHOUT_SWS : 0);
    ends_send(&ends, 20000);
    ends_run(&ends, 700 * MS);
    uint8_t letter;
    unsigned before = ends.segments;
    for (unsigned i = 0; i < 20; i++) {
        ck_assert_int_eq(lucid_recv(lucid_pair_stack(ends.pair, 1), ends.server, &letter, 1, 0), 1);
        ends_run(&ends, 10 * MS);
    }
    ends_run(&ends, 50 * MS);
    unsigned small = 0;
    for (unsigned i = before; i < ends.segments; i++) {
        small += ends.segment[i].from == 0 && ends.segment[i].length > 0 && ends.segment[i].length < 20;
    }
    ck_assert_uint_eq(small > 3, without);
}
END_TEST

/* ---- sending ---- */

START_TEST(backoff) {
    bool without = _i;
    connected(without ? LUCID_WITHOUT_BACKOFF : 0);
    ends.fate = lose_data;
    ends_send(&ends, 10);
    ends_run(&ends, 99 * LUCID_SECOND);
    unsigned copies = ends_count(&ends, 0, LUCID_ACK, ENDS_DATA);
    if (without) {
        ck_assert_uint_ge(copies, 90);
    } else {
        ck_assert_uint_le(copies, 8);
    }
}
END_TEST

static enum lucid_link_fate lose_first_data(struct ends *e, const struct ends_segment *segment) {
    bool data = segment->from == 0 && segment->length > 0;
    return data && e->counted++ == 0 ? LUCID_LINK_DROP : LUCID_LINK_PASS;
}

START_TEST(karn) {
    bool without = _i;
    connected(without ? LUCID_WITHOUT_KARN : 0);
    lucid_time srtt = ends_info(&ends, 0).srtt;
    ends.fate = lose_first_data;
    ends_send(&ends, 10);
    ends_run(&ends, 3 * LUCID_SECOND);
    ck_assert_uint_eq(ends.got_length, 10);
    ck_assert_uint_eq(ends_info(&ends, 0).rto, without ? LUCID_SECOND : 2 * LUCID_SECOND);
    ck_assert_int_eq(ends_info(&ends, 0).srtt == srtt, !without);
}
END_TEST

START_TEST(nagle) {
    bool without = _i;
    connected(without ? LUCID_WITHOUT_NAGLE : 0);
    for (unsigned i = 0; i < 10; i++) {
        ends_send(&ends, 1);
        ends_run(&ends, MS);
    }
    ends_run(&ends, LUCID_SECOND);
    ck_assert_uint_eq(ends.got_length, 10);
    ck_assert_uint_eq(ends_count(&ends, 0, LUCID_ACK, ENDS_DATA), without ? 10 : 2);
}
END_TEST

START_TEST(delayed_ack) {
    bool without = _i;
    connected(without ? LUCID_WITHOUT_DELAYED_ACK : 0);
    ends_send(&ends, 40 * 1460);
    ends_run(&ends, 5 * LUCID_SECOND);
    ck_assert_uint_eq(ends.got_length, 40 * 1460);
    unsigned acks = ends_count(&ends, 1, LUCID_ACK, ENDS_PURE);
    ck_assert_uint_ge(acks, without ? 40 : 20);
    ck_assert_uint_le(acks, without ? 40 : 22);
}
END_TEST

START_TEST(slow_start) {
    bool without = _i;
    ends.options.config[0].sndbuf = ends.options.config[1].rcvbuf = 65535;
    connected(without ? LUCID_WITHOUT_SLOW_START : 0);
    ends_send(&ends, 40 * 1460);
    ends_run(&ends, 30 * MS); /* less than a round trip */
    ck_assert_uint_eq(ends_count(&ends, 0, LUCID_ACK, ENDS_DATA), without ? 40 : 10);
}
END_TEST

/* With SACK and without. */
START_TEST(fast_retransmit) {
    bool without = _i % 2, sack = _i / 2;
    ends.options.config[0].sack = ends.options.config[1].sack = sack;
    connected(without ? LUCID_WITHOUT_FAST_RETRANSMIT : 0);
    ends.fate = lose_first_data;
    ends_send(&ends, 10 * 1460);
    ends_run(&ends, 500 * MS);
    ck_assert_int_eq(ends.got_length == 0, without);
    ends_run(&ends, LUCID_SECOND);
    ck_assert_uint_eq(ends.got_length, 10 * 1460);
}
END_TEST

static void setup(void) {
    ends_begin(&ends);
}

static void teardown(void) {
    ends_close(&ends);
}

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("whatif", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_bit_has_a_name_a_rule_and_a_sentence);
    tcase_add_test(tests, only_known_bits_are_set);
    tcase_add_loop_test(tests, three_way, 0, 2);
    tcase_add_loop_test(tests, three_way_says_no, 0, 2);
    tcase_add_loop_test(tests, quiet_isn, 0, 2);
    tcase_add_loop_test(tests, checksum, 0, 2);
    tcase_add_loop_test(tests, seq_check, 0, 2);
    tcase_add_loop_test(tests, rst_validation, 0, 2);
    tcase_add_loop_test(tests, time_wait, 0, 2);
    tcase_add_loop_test(tests, half_close, 0, 2);
    tcase_add_loop_test(tests, persist, 0, 2);
    tcase_add_loop_test(tests, window, 0, 2);
    tcase_add_loop_test(tests, sws, 0, 2);
    tcase_add_loop_test(tests, backoff, 0, 2);
    tcase_add_loop_test(tests, karn, 0, 2);
    tcase_add_loop_test(tests, nagle, 0, 2);
    tcase_add_loop_test(tests, delayed_ack, 0, 2);
    tcase_add_loop_test(tests, slow_start, 0, 2);
    tcase_add_loop_test(tests, fast_retransmit, 0, 4);
    return unit_run(suite);
}
