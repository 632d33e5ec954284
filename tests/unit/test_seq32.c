/* test_seq32.c: base/seq32.h: RFC 9293 3.4 around the places where numbers wrap. regression wrap-every-suite */
#include "base/seq32.h"
#include "unit.h"

static const uint32_t bases[] = {0, 1, 5000, 0x7fffffff, 0x80000000, 0x80000001, 0xffffec77, 0xfffffffe, 0xffffffff};
#define BASES ((int)(sizeof bases / sizeof bases[0]))

START_TEST(order_holds_across_the_wrap) {
    struct seq32 base = seq32(bases[_i]);
    static const uint32_t steps[] = {1, 2, 1460, 65535, 1u << 30, 0x7fffffff};
    for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct seq32 ahead = seq_add(base, steps[i]);
        ck_assert(seq_lt(base, ahead) && !seq_lt(ahead, base));
        ck_assert(seq_le(base, ahead) && !seq_le(ahead, base));
        ck_assert(seq_gt(ahead, base) && !seq_gt(base, ahead));
        ck_assert(seq_ge(ahead, base) && !seq_ge(base, ahead));
        ck_assert(!seq_eq(ahead, base));
        ck_assert(seq_eq(seq_max(base, ahead), ahead) && seq_eq(seq_max(ahead, base), ahead));
        ck_assert(seq_eq(seq_min(base, ahead), base) && seq_eq(seq_min(ahead, base), base));
        ck_assert_uint_eq(seq_distance(base, ahead), steps[i]);
        ck_assert(seq_eq(seq_sub(ahead, steps[i]), base));
    }
}
END_TEST

START_TEST(equal_is_neither_less_nor_greater) {
    struct seq32 base = seq32(bases[_i]);
    ck_assert(seq_eq(base, base) && seq_le(base, base) && seq_ge(base, base));
    ck_assert(!seq_lt(base, base) && !seq_gt(base, base));
    ck_assert_uint_eq(seq_distance(base, base), 0);
}
END_TEST

START_TEST(range_is_half_open) {
    struct seq32 base = seq32(bases[_i]);
    ck_assert(!seq_in(base, base, 0));
    ck_assert(seq_in(base, base, 1));
    ck_assert(!seq_in(seq_add(base, 1), base, 1));
    ck_assert(!seq_in(seq_sub(base, 1), base, UINT32_MAX));
    ck_assert(seq_in(seq_add(base, 65534), base, 65535));
    ck_assert(!seq_in(seq_add(base, 65535), base, 65535));
    ck_assert(seq_in(seq_sub(base, 2), base, UINT32_MAX));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("seq32", &tests);
    tcase_add_loop_test(tests, order_holds_across_the_wrap, 0, BASES);
    tcase_add_loop_test(tests, equal_is_neither_less_nor_greater, 0, BASES);
    tcase_add_loop_test(tests, range_is_half_open, 0, BASES);
    return unit_run(suite);
}
