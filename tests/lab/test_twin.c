/* test_twin.c: the kernel's states, inferred from its segments alone (twin.h without socket diagnostics): every way
 * through the machine that segments show. With diagnostics, tests/lab/live.sh has a kernel.
 */
#include <string.h>

#include "common/text.h"
#include "lab/twin.h"
#include "unit/unit.h"

enum { A_ISS = 1000, B_ISS = 5000 };

static struct record record;
static struct twin twin;
static struct text lines;
static uint64_t packets;

static void keep(void *user, const char *line, size_t length) {
    (void)user;
    text_put_octets(&lines, line, length);
}

static void setup(void) {
    lines = text_growing();
    record_init(&record, keep, NULL, 64);
    record.node[0].name = "A";
    twin_init(&twin, &record, 0, NULL);
    packets = 0;
}

static void teardown(void) {
    twin_end(&twin);
    record_end(&record);
    text_free(&lines);
}

static void put16(uint8_t *at, unsigned value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value) {
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

/* A segment from A, or to it; a SYN offers to scale windows by so much, unless shift is -1. */
static void passes(bool from_a, unsigned flags, uint32_t seq, uint32_t ack, int shift) {
    uint8_t octets[64] = {0x45, [8] = 64, [9] = 6};
    unsigned options = shift >= 0 ? 4 : 0, length = 40 + options;
    put16(octets + 2, length);
    put32(octets + 12, from_a ? 0x0a4d0001 : 0x0a4d0002);
    put32(octets + 16, from_a ? 0x0a4d0002 : 0x0a4d0001);
    put16(octets + 20, from_a ? 40000 : 80);
    put16(octets + 22, from_a ? 80 : 40000);
    put32(octets + 24, seq);
    put32(octets + 28, ack);
    octets[32] = (uint8_t)((20 + options) / 4 << 4);
    octets[33] = (uint8_t)flags;
    put16(octets + 34, 100);
    if (options > 0) {
        octets[40] = 1;
        octets[41] = 3;
        octets[42] = 3;
        octets[43] = (uint8_t)shift;
    }
    struct look look = look_at(octets, length);
    packets++;
    if (from_a) {
        twin_sends(&twin, packets, packets, octets, &look);
    } else {
        twin_gets(&twin, packets, packets, octets, &look);
    }
}

static void sends(unsigned flags, uint32_t seq, uint32_t ack) {
    passes(true, flags, A_ISS + seq, flags & LUCID_ACK ? B_ISS + ack : 0, -1);
}

static void gets(unsigned flags, uint32_t seq, uint32_t ack) {
    passes(false, flags, B_ISS + seq, flags & LUCID_ACK ? A_ISS + ack : 0, -1);
}

/* The states that were written, in their order. */
static void expect_walk(const char *expected) {
    struct text walk = text_growing();
    for (const char *at = lines.data; (at = strstr(at, "\"ev\":\"peer\",\"state\":\"")); at++) {
        const char *state = at + strlen("\"ev\":\"peer\",\"state\":\"");
        text_format(&walk, "%s%.*s", walk.length > 0 ? " " : "", (int)strcspn(state, "\""), state);
    }
    ck_assert_str_eq(walk.data ? walk.data : "", expected);
    text_free(&walk);
    ck_assert_ptr_null(lines.data ? strstr(lines.data, "\"by\":\"diag\"") : NULL);
}

static void opens(void) {
    sends(LUCID_SYN, 0, 0);
    gets(LUCID_SYN | LUCID_ACK, 0, 1);
    sends(LUCID_ACK, 1, 1);
}

START_TEST(active_close_in_four_segments) {
    opens();
    sends(LUCID_FIN | LUCID_ACK, 1, 1);
    gets(LUCID_ACK, 1, 2);
    gets(LUCID_FIN | LUCID_ACK, 1, 2);
    sends(LUCID_ACK, 2, 2);
    expect_walk("SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT");
}
END_TEST

/* RFC 9293 Figure 5, Note 2: two rows fire for one segment. */
START_TEST(active_close_in_three_segments) {
    opens();
    sends(LUCID_FIN | LUCID_ACK, 1, 1);
    gets(LUCID_FIN | LUCID_ACK, 1, 2);
    expect_walk("SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT");
}
END_TEST

START_TEST(simultaneous_close) {
    opens();
    sends(LUCID_FIN | LUCID_ACK, 1, 1);
    gets(LUCID_FIN | LUCID_ACK, 1, 1);
    gets(LUCID_ACK, 2, 2);
    expect_walk("SYN-SENT ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT");
}
END_TEST

START_TEST(passive_close) {
    opens();
    gets(LUCID_FIN | LUCID_ACK, 1, 1);
    sends(LUCID_ACK, 1, 2);
    sends(LUCID_FIN | LUCID_ACK, 1, 2);
    gets(LUCID_ACK, 2, 2);
    expect_walk("SYN-SENT ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED");
    ck_assert_uint_eq(twin.count, 0);
}
END_TEST

START_TEST(simultaneous_open) {
    sends(LUCID_SYN, 0, 0);
    gets(LUCID_SYN, 0, 0);
    sends(LUCID_SYN | LUCID_ACK, 0, 1);
    gets(LUCID_SYN | LUCID_ACK, 0, 1);
    expect_walk("SYN-SENT SYN-RECEIVED ESTABLISHED");
}
END_TEST

/* A server of the kernel's: its answer shows that there is a connection. */
START_TEST(passive_open) {
    gets(LUCID_SYN, 0, 0);
    expect_walk("");
    sends(LUCID_SYN | LUCID_ACK, 0, 1);
    gets(LUCID_ACK, 1, 1);
    expect_walk("SYN-RECEIVED ESTABLISHED");
}
END_TEST

START_TEST(resets) {
    opens();
    gets(LUCID_RST, 1, 0);
    expect_walk("SYN-SENT ESTABLISHED CLOSED");
    ck_assert_uint_eq(twin.count, 0);
    sends(LUCID_SYN, 7000, 0); /* the same ends again: another connection */
    ck_assert_ptr_nonnull(strstr(lines.data, "\"c\":2,\"ev\":\"peer\",\"state\":\"SYN-SENT\""));
    sends(LUCID_RST, 7001, 0);
    expect_walk("SYN-SENT ESTABLISHED CLOSED SYN-SENT CLOSED");
}
END_TEST

/* What is sent again changes nothing, and is known by its numbers. */
START_TEST(repeats) {
    sends(LUCID_SYN, 0, 0);
    sends(LUCID_SYN, 0, 0);
    expect_walk("SYN-SENT");
    const char *first = strstr(lines.data, "\"ev\":\"seg_tx\"");
    const char *second = strstr(first + 1, "\"ev\":\"seg_tx\"");
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_nonnull(strstr(second, "\"again\":1"));
    ck_assert_ptr_eq(strstr(first, "\"again\":1"), strstr(second, "\"again\":1"));
    ck_assert_ptr_nonnull(strstr(second, "\"rtx\":1"));
}
END_TEST

/* The kind of event in whose line this stands. */
static bool is_in(const char *what, const char *kind) {
    const char *at = strstr(lines.data, what), *line = at;
    while (line && line > lines.data && line[-1] != '\n') {
        line--;
    }
    const char *found = line ? strstr(line, kind) : NULL;
    return found && found < at;
}

/* RFC 7323 2.2: as they stand in a SYN, and scaled only when both have offered to. */
START_TEST(windows) {
    passes(true, LUCID_SYN, A_ISS, 0, 7);
    passes(false, LUCID_SYN | LUCID_ACK, B_ISS, A_ISS + 1, 9);
    sends(LUCID_ACK, 1, 1);
    gets(LUCID_ACK, 1, 1);
    ck_assert_ptr_nonnull(strstr(lines.data, "\"fl\":\"S\",\"win\":100,"));
    ck_assert_ptr_nonnull(strstr(lines.data, "\"fl\":\"SA\",\"win\":100,"));
    ck_assert(is_in("\"fl\":\"A\",\"win\":12800,", "seg_tx")); /* the kernel's own */
    ck_assert(is_in("\"fl\":\"A\",\"win\":51200,", "seg_rx"));
    lines.length = 0;
    sends(LUCID_SYN, 9000, 0);
    passes(false, LUCID_SYN | LUCID_ACK, B_ISS, A_ISS + 9001, 9);
    sends(LUCID_ACK, 9001, 1);
    ck_assert_ptr_nonnull(strstr(lines.data, "\"fl\":\"A\",\"win\":100,"));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("twin", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, active_close_in_four_segments);
    tcase_add_test(tests, active_close_in_three_segments);
    tcase_add_test(tests, simultaneous_close);
    tcase_add_test(tests, passive_close);
    tcase_add_test(tests, simultaneous_open);
    tcase_add_test(tests, passive_open);
    tcase_add_test(tests, resets);
    tcase_add_test(tests, repeats);
    tcase_add_test(tests, windows);
    return unit_run(suite);
}
