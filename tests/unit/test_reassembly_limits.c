/* test_reassembly_limits.c: ip/reassembly.c: how long, and at which cost, fragments wait for others.
 * attack A13 A15 A58; requirements 1122-3.3.2b 1122-3.2.2a 8200-4.5a 4443-2.4e
 */
#include "fragments.h"

/* ---- time ---- */

START_TEST(time_exceeded_quotes_the_first) { /* 1122-3.3.2b, 8200-4.5a, 1122-3.2.2b */
    bool six = _i;
    f.env.now = 5 * LUCID_SECOND;
    ck_assert_int_eq(add(six, 1, 64, 128, true), LUCID_DROP_NONE);
    ck_assert_uint_eq(reassembly_deadline(&f.ip), 65 * LUCID_SECOND);
    f.env.now = 50 * LUCID_SECOND;
    ck_assert_int_eq(add(six, 1, 0, 64, true), LUCID_DROP_NONE);
    static struct packet first;
    first = packet;
    ck_assert_int_eq(add(six, 2, 64, 128, false), LUCID_DROP_NONE); /* its first fragment never comes */
    ck_assert_uint_eq(reassembly_deadline(&f.ip), 65 * LUCID_SECOND);
    f.env.now = 65 * LUCID_SECOND - 1;
    reassembly_timeouts(&f.ip);
    ck_assert_ptr_null(fixture_output(&f));
    f.env.now++;
    reassembly_timeouts(&f.ip);
    const uint8_t *message = complaint(six, six ? 3 : 11, 1, 0);
    ck_assert_uint_eq(f.out.length, (six ? 48 : 28) + first.length);
    ck_assert_mem_eq(message + 8, first.octets, first.length);
    f.env.now = 200 * LUCID_SECOND;
    reassembly_timeouts(&f.ip);
    ck_assert_ptr_null(fixture_output(&f));
    expect_nothing_left();
    ck_assert_uint_eq(f.env.stats.drop[LUCID_DROP_IP_FRAGMENT_TIME], 2);
}
END_TEST

START_TEST(no_complaint_about_an_error_or_to_a_group) { /* 1122-3.2.2a, 4443-2.4e; attack A15 */
    data[0] = 3;
    make(false, &(struct part){.id = 1, .to = 64, .more = true, .protocol = 1});
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    data[0] = 1;
    make(true, &(struct part){.id = 1, .to = 64, .more = true, .protocol = 58});
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    struct lucid_addr group = address("10.77.0.255"), nodes = address("ff02::1");
    make(false, &(struct part){.id = 2, .to = 64, .more = true});
    memcpy(packet.octets + 16, group.octet + 12, 4);
    seal_ip4(&packet);
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    make(true, &(struct part){.id = 2, .to = 64, .more = true});
    memcpy(packet.octets + 24, nodes.octet, 16);
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    make(true, &(struct part){.id = 3, .from = 64, .to = 127, .more = true, .protocol = 58}); /* of which message? */
    ck_assert_int_eq(take(), LUCID_DROP_IP_FRAGMENT);
    f.env.now = 60 * LUCID_SECOND;
    reassembly_timeouts(&f.ip);
    ck_assert_uint_eq(f.env.stats.drop[LUCID_DROP_IP_FRAGMENT_TIME], 4);
    ck_assert_ptr_null(fixture_output(&f));
}
END_TEST

/* ---- limits ---- */

START_TEST(a_flood_of_first_fragments) { /* attack A13, CVE-2018-5391 */
    uint64_t sent = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        bool six = i & 1;
        f.env.now += 10 * LUCID_MICROSECOND;
        ck_assert_int_eq(add(six, i / 2 % 65536, 0, 1400, true), LUCID_DROP_NONE);
        EXPECT(f.env.stats.memory <= (256 << 10));
        EXPECT(f.ip.reassembly.count <= 256);
    }
    ck_assert_uint_eq(f.env.stats.drop[LUCID_DROP_IP_FRAGMENT_LIMIT] + f.ip.reassembly.count, 100000);
    ck_assert_int_eq(add(false, 70, 1400, 1500, false), LUCID_DROP_NONE); /* an honest one has its place all the same */
    ck_assert_int_eq(add(false, 70, 0, 1400, true), LUCID_DROP_NONE);
    expect_whole(false, 1500);
    f.env.now += 60 * LUCID_SECOND;
    reassembly_timeouts(&f.ip);
    while (fixture_output(&f)) {
        sent++;
    }
    ck_assert_uint_le(sent, 100);
    expect_nothing_left();
    ck_assert_uint_eq(f.env.stats.memory, 0);
}
END_TEST

START_TEST(memory_is_limited) {
    f.env.config.reassembly_max = 3000;
    ck_assert_int_eq(add(false, 1, 0, 1000, true), LUCID_DROP_NONE);
    ck_assert_int_eq(add(false, 2, 0, 1000, true), LUCID_DROP_NONE);
    ck_assert_int_eq(add(false, 1, 1000, 2000, true), LUCID_DROP_IP_FRAGMENT_LIMIT); /* itself the oldest */
    ck_assert_uint_eq(f.ip.reassembly.count, 1);
    ck_assert_int_eq(add(false, 3, 0, 2000, true), LUCID_DROP_NONE); /* 2 goes */
    ck_assert_int_eq(add(false, 2, 1000, 1200, false), LUCID_DROP_NONE);
    ck_assert_ptr_null(whole);
    ck_assert_int_eq(add(false, 4, 0, 4000, true), LUCID_DROP_IP_FRAGMENT_LIMIT); /* alone too much */
    ck_assert_uint_eq(f.ip.reassembly.count, 0);
    f.env.config.reassembly_max = 10;
    ck_assert_int_eq(add(false, 4, 0, 64, true), LUCID_DROP_NO_MEMORY);
    expect_nothing_left();
}
END_TEST

START_TEST(fragments_of_one_datagram_are_limited) { /* the work for one out of order is bounded */
    f.env.config.reassembly_max = 1 << 20;
    for (uint32_t k = 0; k < PARTIAL_FRAGMENTS; k++) {
        uint32_t from = 65504 - 8 * k;
        ck_assert_int_eq(add(false, 1, from, from + 8, true), LUCID_DROP_NONE);
    }
    ck_assert_int_eq(add(false, 1, 24, 32, true), LUCID_DROP_IP_FRAGMENT_LIMIT);
    ck_assert_int_eq(add(false, 1, 32, 40, true), LUCID_DROP_IP_FRAGMENT_OVERLAP); /* it is dead */
    ck_assert_uint_lt(f.ip.reassembly.memory, 1000);
}
END_TEST

START_TEST(memory_may_fail) { /* attack A58 */
    for (uint32_t k = 0; k < 6; k++) {
        f.fail_after = k;
        enum lucid_drop first = add(_i, k, 0, 64, true), second = add(_i, k, 64, 100, false);
        f.fail_after = UINT32_MAX;
        bool complete = whole != NULL;
        ck_assert_int_eq(complete, k >= 4);
        ck_assert(complete || first == LUCID_DROP_NO_MEMORY || second == LUCID_DROP_NO_MEMORY);
        drop_whole();
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("reassembly_limits", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, time_exceeded_quotes_the_first, 0, 2);
    tcase_add_test(tests, no_complaint_about_an_error_or_to_a_group);
    tcase_add_test(tests, a_flood_of_first_fragments);
    tcase_add_test(tests, memory_is_limited);
    tcase_add_test(tests, fragments_of_one_datagram_are_limited);
    tcase_add_loop_test(tests, memory_may_fail, 0, 2);
    return unit_run(suite);
}
