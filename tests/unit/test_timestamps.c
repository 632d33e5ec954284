/* test_timestamps.c: our timestamp clock: tcp/timestamps.c. RFC 7323 5.4 and 7.1; requirements 7323-5.4.
 * What the option does to segments is in tests/pkt/timestamps.
 */
#include "core/stack.h"
#include "harness/vhost.h"
#include "packets.h"
#include "tcp/timestamps.h"
#include "unit.h"

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

static uint32_t value_at(int stack, lucid_time now, uint16_t port) {
    struct endpoints ends = {
        .local = {.addr = address("10.0.0.1"), .port = 80},
        .remote = {.addr = address("10.0.0.2"), .port = port},
    };
    lucid_tick(stacks[stack], now);
    return timestamps_value(&stacks[stack]->tcp, timestamps_offset(&stacks[stack]->tcp, &ends));
}

START_TEST(ticks_each_millisecond) {
    uint32_t first = value_at(0, 0, 1000);
    ck_assert_uint_eq(value_at(0, LUCID_MILLISECOND - 1, 1000) - first, 0);
    ck_assert_uint_eq(value_at(0, LUCID_MILLISECOND, 1000) - first, 1);
    ck_assert_uint_eq(value_at(0, 3600 * LUCID_SECOND, 1000) - first, 3600000);
}
END_TEST

/* 7.1: neither another connection nor another host tells where the clock stands. */
START_TEST(differs_between_connections_and_hosts) {
    ck_assert_uint_ne(value_at(0, 0, 1000), value_at(0, 0, 1001));
    ck_assert_uint_ne(value_at(0, 0, 1000), value_at(1, 0, 1000));
}
END_TEST

START_TEST(circular_order) {
    ck_assert(timestamps_older(1, 2));
    ck_assert(!timestamps_older(2, 2));
    ck_assert(!timestamps_older(3, 2));
    ck_assert(timestamps_older(UINT32_MAX, 0));
    ck_assert(!timestamps_older(0, UINT32_MAX));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("timestamps", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, ticks_each_millisecond);
    tcase_add_test(tests, differs_between_connections_and_hosts);
    tcase_add_test(tests, circular_order);
    return unit_run(suite);
}
