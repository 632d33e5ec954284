/* test_device_options.c: the options of a device: what is taken, and the sentence for what is not. */
#include <getopt.h>
#include <stdio.h>

#include "common/device_options.h"
#include "unit.h"

static struct device_options device;
static char error[LUCID_ERROR_TEXT];

/* Reads pairs of option and value up to an option of 0, then settles. */
struct given {
    int option;
    const char *value;
};

static bool read_all(const struct given *given) {
    device_options_begin(&device);
    memset(error, '#', sizeof error);
    for (; given->option; given++) {
        if (!device_options_take(&device, given->option, given->value, error)) {
            return false;
        }
    }
    return device_options_settle(&device, error);
}

static bool is(const struct lucid_ifaddr *own, const char *text, unsigned prefix) {
    struct lucid_addr addr;
    ck_assert_int_eq(lucid_addr_parse(text, &addr), 0);
    return lucid_addr_equal(&own->addr, &addr) && own->prefix == prefix;
}

START_TEST(nothing_given) {
    ck_assert(read_all(&(struct given){0, NULL}));
    ck_assert_str_eq(device.host.device, "lucid0");
    ck_assert_uint_eq(device.host.config.addr_count, 2);
    ck_assert(is(&device.host.config.addrs[0], "10.77.0.2", 24));
    ck_assert(is(&device.host.config.addrs[1], "fd77::2", 64));
    ck_assert(is(&device.host.host_addrs[0], "10.77.0.1", 24));
    ck_assert(device.host.configure && !device.host.faults && !device.host.pcap && !device.msl_given);
    ck_assert(device.host.config.msl == 120 * LUCID_SECOND);
}
END_TEST

START_TEST(all_given) {
    static const struct given all[] = {
        {DEVICE_TUN, "tun-7"},
        {DEVICE_ADDR, "fd78::9"},
        {DEVICE_ADDR, "192.168.3.9"},
        {DEVICE_HOST_ADDR, "192.168.0.1/16"},
        {DEVICE_HOST_ADDR, "fd78::1/48"},
        {DEVICE_FAULTS, "loss=1%,delay=2ms"},
        {DEVICE_PCAP, "file"},
        {DEVICE_MSL, "1.5"},
        {DEVICE_NO_CONFIGURE, NULL},
        {0, NULL},
    };
    ck_assert_msg(read_all(all), "%s", error);
    ck_assert_str_eq(device.host.device, "tun-7");
    ck_assert_uint_eq(device.host.config.addr_count, 2);
    ck_assert(is(&device.host.config.addrs[0], "fd78::9", 48));
    ck_assert(is(&device.host.config.addrs[1], "192.168.3.9", 16));
    ck_assert_uint_eq(device.host.host_addr_count, 2);
    ck_assert(is(&device.host.host_addrs[0], "192.168.0.1", 16));
    ck_assert_str_eq(device.host.faults, "loss=1%,delay=2ms");
    ck_assert_str_eq(device.host.pcap, "file");
    ck_assert(device.msl_given && device.host.config.msl == 1500 * LUCID_MILLISECOND);
    ck_assert(!device.host.configure);
}
END_TEST

/* One address leaves the other family out. With --no-configure, any address will do. */
START_TEST(one_address) {
    ck_assert(read_all((struct given[]){{DEVICE_ADDR, "10.77.0.5"}, {0, NULL}}));
    ck_assert_uint_eq(device.host.config.addr_count, 1);
    ck_assert(is(&device.host.config.addrs[0], "10.77.0.5", 24));
    ck_assert(read_all((struct given[]){{DEVICE_ADDR, "10.78.0.5"}, {DEVICE_NO_CONFIGURE, NULL}, {0, NULL}}));
    ck_assert(is(&device.host.config.addrs[0], "10.78.0.5", 32));
}
END_TEST

static const struct bad {
    struct given given[4];
    const char *says;
} bad[] = {
    {{{DEVICE_TUN, ""}}, "is no name for an interface"},
    {{{DEVICE_TUN, "sixteen-letters-"}}, "1 to 15"},
    {{{DEVICE_TUN, "a/b"}}, "is no name for an interface"},
    {{{DEVICE_TUN, "../x"}}, "is no name for an interface"},
    {{{DEVICE_TUN, "a b"}}, "is no name for an interface"},
    {{{DEVICE_ADDR, "localhost"}}, "--addr localhost is no address"},
    {{{DEVICE_ADDR, "10.77.0.2/24"}}, "is no address"},
    {{{DEVICE_ADDR, "0.0.0.0"}}, "is no address"},
    {{{DEVICE_ADDR, "::"}}, "is no address"},
    {{{DEVICE_ADDR, "10.77.0.3"}, {DEVICE_ADDR, "10.77.0.4"}}, "--addr is given twice for IPv4"},
    {{{DEVICE_ADDR, "fd77::3"}, {DEVICE_ADDR, "fd77::4"}}, "--addr is given twice for IPv6"},
    {{{DEVICE_ADDR, "10.77.0.1"}}, "the stack's and the kernel's"},
    {{{DEVICE_ADDR, "10.78.0.2"}}, "lies in no network"},
    {{{DEVICE_ADDR, "fd78::2"}}, "lies in no network"},
    {{{DEVICE_HOST_ADDR, "10.78.0.1/24"}}, "lies in no network"},
    {{{DEVICE_HOST_ADDR, "10.77.0.1"}}, "no address with a prefix"},
    {{{DEVICE_HOST_ADDR, "10.77.0.1/33"}}, "no address with a prefix"},
    {{{DEVICE_HOST_ADDR, "10.77.0.1/24"}, {DEVICE_HOST_ADDR, "10.77.0.3/24"}}, "--host-addr is given twice"},
    {{{DEVICE_FAULTS, "lost=1%"}}, "--faults: "},
    {{{DEVICE_MSL, ""}}, "--msl  is no time"},
    {{{DEVICE_MSL, "0"}}, "is no time"},
    {{{DEVICE_MSL, "-1"}}, "is no time"},
    {{{DEVICE_MSL, "1s"}}, "is no time"},
    {{{DEVICE_MSL, "1.2.3"}}, "is no time"},
    {{{DEVICE_MSL, "nan"}}, "is no time"},
    {{{DEVICE_MSL, "1e3"}}, "is no time"},
    {{{DEVICE_MSL, "3601"}}, "is no time"},
    {{{DEVICE_OPTIONS_NEXT, ""}}, "no such option"},
};

START_TEST(refused) {
    ck_assert_msg(!read_all(bad[_i].given), "row %d", _i);
    ck_assert_ptr_nonnull(memchr(error, '\0', sizeof error));
    ck_assert_msg(strstr(error, bad[_i].says) != NULL, "'%s' does not say '%s'", error, bad[_i].says);
}
END_TEST

/* The longest words give no longer sentences than there is room for. */
START_TEST(long_words) {
    static const int options[] = {DEVICE_TUN, DEVICE_ADDR, DEVICE_HOST_ADDR, DEVICE_FAULTS, DEVICE_MSL};
    char word[1000];
    memset(word, '1', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        ck_assert(!read_all((struct given[]){{options[i], word}, {0, NULL}}));
        ck_assert_ptr_nonnull(memchr(error, '\0', sizeof error));
    }
}
END_TEST

/* Every option of the table is taken, and its name is in the help. */
START_TEST(table) {
    static const struct option options[] = {DEVICE_LONG_OPTIONS, {NULL, 0, NULL, 0}};
    unsigned seen = 0;
    for (const struct option *option = options; option->name; option++) {
        char name[40];
        seen |= 1u << (option->val - DEVICE_TUN);
        snprintf(name, sizeof name, "--%s ", option->name);
        ck_assert_msg(option->val == DEVICE_MSL || strstr(DEVICE_OPTIONS_HELP, name), "%s", name);
    }
    ck_assert_uint_eq(seen, (1u << (DEVICE_OPTIONS_NEXT - DEVICE_TUN)) - 1);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("device_options", &tests);
    tcase_add_test(tests, nothing_given);
    tcase_add_test(tests, all_given);
    tcase_add_test(tests, one_address);
    tcase_add_loop_test(tests, refused, 0, (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(tests, long_words);
    tcase_add_test(tests, table);
    return unit_run(suite);
}
