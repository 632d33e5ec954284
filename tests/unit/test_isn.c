/* test_isn.c: initial sequence numbers: tcp/isn.c. RFC 9293 3.4.1 MUST-8 SHLD-1; requirements 6528-3; RFC 9293 3.6.1
 * MAY-2.
 */
#include "core/stack.h"
#include "harness/vhost.h"
#include "packets.h"
#include "tcp/isn.h"
#include "unit.h"

#define TUPLES 20000

static struct vhost hosts[2];
static struct lucid_stack *stacks[2];

static void setup(void) {
    for (int i = 0; i < 2; i++) {
        struct lucid_config config;
        lucid_config_default(&config);
        vhost_init(&hosts[i], 1 + (uint64_t)i);
        vhost_lend(&hosts[i], &config);
        config.addr_count = 1;
        config.addrs[0] = (struct lucid_ifaddr){.addr = address("10.0.0.1"), .prefix = 24};
        ck_assert_int_eq(lucid_create(&stacks[i], &config, 0), 0);
    }
}

static void teardown(void) {
    for (int i = 0; i < 2; i++) {
        lucid_destroy(stacks[i]);
        ck_assert_msg(vhost_clean(&hosts[i]), "%s", hosts[i].fault);
    }
}

static struct endpoints tuple(unsigned number) {
    return (struct endpoints){
        .local = {.addr = address("10.0.0.1"), .port = 80},
        .remote = {.addr = address("10.0.0.2"), .port = (uint16_t)(1024 + number)},
    };
}

static uint32_t isn_at(int stack, lucid_time now, unsigned number) {
    struct endpoints ends = tuple(number);
    lucid_tick(stacks[stack], now);
    return isn_choose(&stacks[stack]->tcp, &ends).v;
}

START_TEST(driven_by_the_clock) {
    static const lucid_time times[] = {4, 8, 4000, 1000000, 120000000, 17179869184ULL, 17179869188ULL};
    uint32_t first = isn_at(0, 0, 7);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        uint32_t ticks = (uint32_t)(times[i] / 4);
        ck_assert_uint_eq(isn_at(0, times[i] * LUCID_MICROSECOND, 7) - first, ticks);
    }
}
END_TEST

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* At one instant the numbers of many connections look like draws: hardly any twice, every bit set in half of them. */
START_TEST(unlike_for_each_connection) {
    uint32_t *isn = malloc(TUPLES * sizeof *isn);
    unsigned ones[32] = {0}, twice = 0;
    for (unsigned i = 0; i < TUPLES; i++) {
        isn[i] = isn_at(0, 0, i);
        for (unsigned bit = 0; bit < 32; bit++) {
            ones[bit] += isn[i] >> bit & 1;
        }
    }
    for (unsigned bit = 0; bit < 32; bit++) {
        ck_assert_uint_gt(ones[bit], TUPLES * 48 / 100);
        ck_assert_uint_lt(ones[bit], TUPLES * 52 / 100);
    }
    qsort(isn, TUPLES, sizeof *isn, by_value);
    for (unsigned i = 1; i < TUPLES; i++) {
        twice += isn[i] == isn[i - 1];
    }
    ck_assert_uint_le(twice, 3);
    free(isn);
}
END_TEST

/* Who knows all of one stack learns nothing of another: the key comes from the host's randomness. RFC 9293 3.4.1
 * MUST-9 */
START_TEST(every_stack_has_its_secret) {
    unsigned same = 0;
    for (unsigned i = 0; i < 100; i++) {
        same += isn_at(0, 0, i) == isn_at(1, 0, i);
    }
    ck_assert_uint_eq(same, 0);
}
END_TEST

/* A connection in the place of one in TIME-WAIT begins above all that the old one has used. */
START_TEST(above_the_old_connection) {
    struct endpoints ends = tuple(7);
    for (uint32_t i = 0; i < 64; i++) {
        struct seq32 last = seq32(i << 26 | i);
        ck_assert(seq_gt(isn_after(&stacks[0]->tcp, &ends, last), last));
    }
    struct seq32 chosen = isn_choose(&stacks[0]->tcp, &ends);
    ck_assert(seq_eq(isn_after(&stacks[0]->tcp, &ends, seq_sub(chosen, 1)), chosen));
    ck_assert(seq_eq(isn_after(&stacks[0]->tcp, &ends, chosen), seq_add(chosen, 1)));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("isn", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, driven_by_the_clock);
    tcase_add_test(tests, unlike_for_each_connection);
    tcase_add_test(tests, every_stack_has_its_secret);
    tcase_add_test(tests, above_the_old_connection);
    return unit_run(suite);
}
