/* test_config.c: core/stack.c: which configurations a stack is made of. RFC 1122 3.2.1.3 1122-3.2.1.3c RFC 8200 5 */
#include "lucid/socket.h"
#include "packets.h"

static void *give(void *context, size_t size) {
    (void)context;
    return malloc(size);
}

static void take_back(void *context, void *memory, size_t size) {
    (void)context;
    (void)size;
    free(memory);
}

static int random_octets(void *context, void *octets, size_t length) {
    memset(octets, 7, length);
    return *(int *)context;
}

static int no_randomness;

static struct lucid_config config_with(const char *addr, uint8_t prefix) {
    struct lucid_config config;
    lucid_config_default(&config);
    no_randomness = 0;
    config.context = &no_randomness;
    config.alloc = give;
    config.free = take_back;
    config.random = random_octets;
    config.addrs[0] = (struct lucid_ifaddr){.addr = address(addr), .prefix = prefix};
    config.addr_count = 1;
    return config;
}

static int create(const struct lucid_config *config) {
    struct lucid_stack *stack;
    int result = lucid_create(&stack, config, 0);
    ck_assert_int_eq(stack == NULL, result != 0);
    lucid_destroy(stack);
    return result;
}

struct own {
    const char *addr;
    uint8_t prefix;
    bool good;
};

static const struct own owns[] = {
    {"10.77.0.2", 24, true},    {"10.77.0.0", 31, true},        {"10.77.0.1", 31, true}, {"10.77.0.255", 32, true},
    {"10.77.0.255", 16, true},  {"fd77::2", 64, true},          {"fd77::", 64, true},    {"10.77.0.255", 24, false},
    {"10.77.0.0", 24, true},    {"255.255.255.255", 24, false}, {"0.0.0.0", 0, false},   {"127.0.0.1", 8, false},
    {"127.200.0.1", 32, false}, {"224.0.0.1", 24, false},       {"::1", 128, false},     {"::", 64, false},
    {"ff02::1", 64, false},     {"10.77.0.2", 33, false},       {"fd77::2", 129, false},
};

/* RFC 6298 2.1, 2.4 and 2.5; RFC 9293 MUST-13, MUST-40. Those of programs on a device: tests/net/test_host.c. */
START_TEST(times_of_the_library) {
    struct lucid_config config;
    lucid_config_default(&config);
    ck_assert_uint_eq(config.rto_initial, LUCID_SECOND);
    ck_assert_uint_eq(config.rto_min, LUCID_SECOND);
    ck_assert_uint_eq(config.rto_max, 60 * LUCID_SECOND);
    ck_assert_uint_eq(config.msl, 120 * LUCID_SECOND);
    ck_assert_uint_eq(config.delayed_ack, 200 * LUCID_MILLISECOND);
    ck_assert_uint_eq(config.sleep_after, LUCID_NEVER);
}
END_TEST

START_TEST(addresses_of_ours) {
    struct lucid_config config = config_with(owns[_i].addr, owns[_i].prefix);
    ck_assert_int_eq(create(&config), owns[_i].good ? 0 : -LUCID_EINVAL);
}
END_TEST

START_TEST(the_broadcast_of_another_network_of_ours) {
    struct lucid_config config = config_with("10.77.0.255", 16);
    config.addrs[1] = (struct lucid_ifaddr){.addr = address("10.77.0.2"), .prefix = 24};
    config.addr_count = 2;
    ck_assert_int_eq(create(&config), -LUCID_EINVAL);
}
END_TEST

START_TEST(links_are_as_wide_as_the_rfcs_ask) { /* 8200-5; RFC 791 3.2 */
    struct lucid_config config = config_with("fd77::2", 64);
    config.mtu = 1279;
    ck_assert_int_eq(create(&config), -LUCID_EINVAL);
    config.mtu = 1280;
    ck_assert_int_eq(create(&config), 0);
    config = config_with("10.77.0.2", 24);
    config.mtu = 67;
    ck_assert_int_eq(create(&config), -LUCID_EINVAL);
    config.mtu = 68;
    ck_assert_int_eq(create(&config), 0);
}
END_TEST

START_TEST(a_time_wait_that_can_be_counted) {
    struct lucid_config config = config_with("10.77.0.2", 24);
    config.msl = 24 * 3600 * LUCID_SECOND;
    ck_assert_int_eq(create(&config), 0);
    config.msl++;
    ck_assert_int_eq(create(&config), -LUCID_EINVAL);
    config.msl = 0;
    ck_assert_int_eq(create(&config), -LUCID_EINVAL);
}
END_TEST

START_TEST(no_stack_with_guessable_numbers) {
    struct lucid_config config = config_with("10.77.0.2", 24);
    no_randomness = -1;
    ck_assert_int_eq(create(&config), -LUCID_EIO);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("config", &tests);
    tcase_add_test(tests, times_of_the_library);
    tcase_add_loop_test(tests, addresses_of_ours, 0, (int)(sizeof owns / sizeof owns[0]));
    tcase_add_test(tests, the_broadcast_of_another_network_of_ours);
    tcase_add_test(tests, links_are_as_wide_as_the_rfcs_ask);
    tcase_add_test(tests, a_time_wait_that_can_be_counted);
    tcase_add_test(tests, no_stack_with_guessable_numbers);
    return unit_run(suite);
}
