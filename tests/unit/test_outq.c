/* test_outq.c: ip/outq.c: answers in waiting, their order, their number, their checksums. */
#include "fixture.h"

static struct fixture f;

static void setup(void) {
    fixture_open(&f);
}

static void teardown(void) {
    fixture_close(&f);
}

static struct datagram *numbered(uint8_t number) {
    struct datagram *datagram = datagram_new(&f.env, 1);
    datagram->octets[0] = number;
    return datagram;
}

START_TEST(answers_leave_in_order_and_are_bounded) {
    f.env.config.replies_max = 3;
    for (uint8_t i = 0; i < 5; i++) {
        ck_assert_int_eq(outq_push_reply(&f.env, &f.ip.replies, numbered(i)), i < 3);
    }
    ck_assert_uint_eq(f.env.stats.drop[LUCID_DROP_REPLY_QUEUE], 2);
    ck_assert(ip_output_pending(&f.ip));
    for (uint8_t i = 0; i < 3; i++) {
        const uint8_t *octets = fixture_output(&f);
        ck_assert_int_eq(octets[0], i);
        ck_assert_uint_eq(f.out.id, i + 1u);
    }
    ck_assert(!ip_output_pending(&f.ip));
    ck_assert_uint_gt(f.in_use, 0); /* the last one is still being sent */
    ck_assert_ptr_null(fixture_output(&f));
    ck_assert_uint_eq(f.in_use, 0);
}
END_TEST

START_TEST(queues_are_joined) {
    struct outq a = {0}, b = {0};
    outq_splice(&a, &b);
    ck_assert_ptr_null(a.first);
    outq_push(&b, numbered(0));
    outq_splice(&a, &b);
    outq_push(&b, numbered(1));
    outq_push(&b, numbered(2));
    outq_splice(&a, &b);
    ck_assert(!b.first && !b.last && b.count == 0 && b.octets == 0);
    ck_assert_uint_eq(a.count, 3);
    ck_assert_uint_eq(a.octets, 3 * datagram_cost(1));
    for (uint8_t i = 0; i < 2; i++) {
        struct datagram *datagram = outq_pop(&a);
        ck_assert_int_eq(datagram->octets[0], i);
        datagram_free(&f.env, datagram);
    }
    outq_push(&a, numbered(3));
    outq_clear(&f.env, &a);
    ck_assert(a.count == 0 && a.octets == 0 && !outq_pop(&a));
    ck_assert_uint_eq(f.in_use, 0);
}
END_TEST

START_TEST(checksums_of_datagrams) {
    struct lucid_addr source = address("10.77.0.2"), destination = address("10.77.0.1");
    for (unsigned offload = 0; offload < 2; offload++) {
        f.env.config.offload = offload ? LUCID_OFFLOAD_CHECKSUM : 0;
        struct datagram *datagram = datagram_new(&f.env, 20 + 23);
        memset(datagram->octets, 0x5a, 43);
        datagram_checksum(&f.env, datagram, 20, 16, 6, &source, &destination);
        unsigned pseudo = slow_pseudo("10.77.0.2", "10.77.0.1", 6, 23);
        ck_assert_int_eq(datagram->checksum, offload ? LUCID_CHECKSUM_PARTIAL : LUCID_CHECKSUM_FULL);
        ck_assert_uint_eq(datagram->checksum_start, 20);
        ck_assert_uint_eq(datagram->checksum_offset, 16);
        if (offload) { /* the folded pseudo-header sum, not complemented */
            ck_assert_uint_eq((unsigned)(datagram->octets[36] << 8 | datagram->octets[37]), pseudo);
        } else {
            ck_assert_uint_eq(slow_sum(pseudo, datagram->octets + 20, 23), 0xffff);
        }
        datagram_free(&f.env, datagram);
    }
}
END_TEST

START_TEST(memory_may_fail) {
    f.fail_after = 0;
    ck_assert_ptr_null(datagram_new(&f.env, 100));
    datagram_free(&f.env, NULL);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("outq", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, answers_leave_in_order_and_are_bounded);
    tcase_add_test(tests, queues_are_joined);
    tcase_add_test(tests, checksums_of_datagrams);
    tcase_add_test(tests, memory_may_fail);
    return unit_run(suite);
}
