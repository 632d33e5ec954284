/* test_addr.c: base/addr.h and the text forms of addresses, RFC 4291 2.2, RFC 5952. */
#include "base/addr.h"
#include "lucid/socket.h"
#include "unit.h"

static struct lucid_addr parse(const char *text) {
    struct lucid_addr addr;
    if (lucid_addr_parse(text, &addr) != 0) {
        ck_abort_msg("%s is not read", text);
    }
    return addr;
}

struct text_form {
    const char *in, *out;
};

static const struct text_form forms[] = {
    {"10.77.0.2", "10.77.0.2"},
    {"0.0.0.0", "0.0.0.0"},
    {"255.255.255.255", "255.255.255.255"},
    {"::ffff:1.2.3.4", "1.2.3.4"},
    {"::FFFF:0102:0304", "1.2.3.4"},
    {"::", "::"},
    {"::1", "::1"},
    {"1::", "1::"},
    {"fd77::2", "fd77::2"},
    {"FD77:0000:0:0::0002", "fd77::2"},
    {"0:0:0:0:0:0:0:0", "::"},
    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    /* RFC 5952 4.2.3: the first of equal runs */
    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          /* the longest run */
    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, /* 4.2.2: one group is not shortened */
    {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
    {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
    {"ff02::1:ff00:2", "ff02::1:ff00:2"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
};

START_TEST(text_forms) {
    char text[LUCID_ADDR_TEXT];
    struct lucid_addr addr = parse(forms[_i].in);
    ck_assert_ptr_eq(lucid_addr_format(&addr, text), text);
    ck_assert_str_eq(text, forms[_i].out);
    struct lucid_addr again = parse(text);
    ck_assert(lucid_addr_equal(&addr, &again));
}
END_TEST

static const char *const nonsense[] = {
    "",
    " ",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    "1.2.3.256",
    "1.2.3.04",
    "01.2.3.4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1..3.4",
    "1.2.3.-4",
    "1.2.3.4444",
    "0x1.2.3.4",
    "localhost",
    ":",
    ":::",
    "1:",
    ":1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1::2::3",
    "12345::",
    "g::",
    "fe80::1%eth0",
    "::1.2.3",
    "::1.2.3.4:5",
    "1:2:3:4:5:6:7:1.2.3.4",
    "1.2.3.4::",
    "fd77::2/64",
    "[::1]",
    "1:2:3:4:5:6:7:8:",
};

START_TEST(nonsense_is_refused) {
    struct lucid_addr addr = parse("9.9.9.9"), before = addr;
    ck_assert_msg(lucid_addr_parse(nonsense[_i], &addr) == -LUCID_EINVAL, "%s", nonsense[_i]);
    ck_assert(lucid_addr_equal(&addr, &before));
    size_t length = strlen(nonsense[_i]) + 1;
    uint8_t *copy = exact_copy(nonsense[_i], length);
    ck_assert_int_eq(lucid_addr_parse((const char *)copy, &addr), -LUCID_EINVAL);
    exact_free(copy);
}
END_TEST

START_TEST(random_addresses_return) {
    uint64_t seed = 5;
    char text[LUCID_ADDR_TEXT];
    for (int round = 0; round < 20000; round++) {
        struct lucid_addr addr;
        uint64_t zeroes = draw(&seed);
        for (int i = 0; i < 16; i++) {
            addr.octet[i] = zeroes >> i / 2 & 1 ? 0 : (uint8_t)draw(&seed);
        }
        struct lucid_addr again = parse(lucid_addr_format(&addr, text));
        EXPECT(lucid_addr_equal(&addr, &again));
        EXPECT(strlen(text) < LUCID_ADDR_TEXT);
    }
}
END_TEST

struct kind {
    const char *text;
    bool any, loopback, multicast, broadcast, source;
};

static const struct kind kinds[] = {
    {"0.0.0.0", true, false, false, false, false},
    {"::", true, false, false, false, false},
    {"0.1.2.3", false, false, false, false, false},
    {"127.0.0.1", false, true, false, false, false},
    {"127.255.255.255", false, true, false, false, false},
    {"::1", false, true, false, false, false},
    {"224.0.0.1", false, false, true, false, false},
    {"239.255.255.255", false, false, true, false, false},
    {"ff02::1", false, false, true, false, false},
    {"255.255.255.255", false, false, false, true, false},
    {"10.77.0.2", false, false, false, false, true},
    {"1.0.0.0", false, false, false, false, true},
    {"126.0.0.1", false, false, false, false, true},
    {"128.0.0.1", false, false, false, false, true},
    {"223.255.255.255", false, false, false, false, true},
    {"240.0.0.1", false, false, false, false, true},
    {"fd77::1", false, false, false, false, true},
    {"fe80::1", false, false, false, false, true},
    {"::2", false, false, false, false, true},
};

START_TEST(kinds_of_addresses) { /* attack A07: which sources no host may have */
    struct lucid_addr addr = parse(kinds[_i].text);
    ck_assert_int_eq(addr_is_unspecified(&addr), kinds[_i].any);
    ck_assert_int_eq(lucid_addr_is_any(&addr), kinds[_i].any);
    ck_assert_int_eq(addr_is_loopback(&addr), kinds[_i].loopback);
    ck_assert_int_eq(addr_is_multicast(&addr), kinds[_i].multicast);
    ck_assert_int_eq(addr_is_limited_broadcast(&addr), kinds[_i].broadcast);
    ck_assert_int_eq(addr_valid_source(&addr), kinds[_i].source);
    ck_assert_int_eq(lucid_addr_is_ipv4(&addr), strchr(kinds[_i].text, '.') != NULL);
}
END_TEST

struct membership {
    const char *net;
    uint8_t prefix;
    const char *addr;
    bool inside, broadcast;
};

static const struct membership memberships[] = {
    {"10.77.0.2", 24, "10.77.0.1", true, false},    {"10.77.0.2", 24, "10.77.0.255", true, true},
    {"10.77.0.2", 24, "10.77.0.0", true, true},     {"10.77.0.2", 24, "10.77.1.255", false, false},
    {"10.77.0.2", 30, "10.77.0.3", true, true},     {"10.77.0.2", 31, "10.77.0.3", true, false},
    {"10.77.0.2", 32, "10.77.0.2", true, false},    {"10.77.0.2", 32, "10.77.0.3", false, false},
    {"10.77.0.2", 0, "200.1.2.3", true, false},     {"10.77.0.2", 0, "255.255.255.255", true, true},
    {"10.77.0.2", 9, "10.127.255.255", true, true}, {"10.77.0.2", 9, "10.128.0.0", false, false},
    {"fd77::2", 64, "fd77::ffff", true, false},     {"fd77::2", 64, "fd77:0:0:1::2", false, false},
    {"fd77::2", 127, "fd77::3", true, false},       {"fd77::2", 127, "fd77::4", false, false},
    {"fd77::2", 128, "fd77::2", true, false},       {"fd77::2", 0, "10.77.0.2", false, false},
    {"10.77.0.2", 0, "fd77::2", false, false},      {"fd77::2", 200, "fd77::2", true, false},
};

START_TEST(networks) {
    const struct membership *m = &memberships[_i];
    struct lucid_ifaddr net = {.addr = parse(m->net), .prefix = m->prefix};
    struct lucid_addr addr = parse(m->addr);
    ck_assert_int_eq(addr_in_network(&addr, &net), m->inside);
    ck_assert_int_eq(addr_is_subnet_broadcast(&addr, &net), m->broadcast);
}
END_TEST

START_TEST(forms_of_one_address) {
    static const uint8_t octets[4] = {10, 77, 0, 2};
    struct lucid_addr a = addr_from_ip4(octets), b = parse("10.77.0.2"), c = addr_from_ip6(b.octet);
    ck_assert(lucid_addr_equal(&a, &b) && lucid_addr_equal(&a, &c));
    ck_assert_mem_eq(addr_ip4(&a), octets, 4);
    struct lucid_addr d = parse("fd77::2");
    ck_assert(addr_same_family(&a, &b) && !addr_same_family(&a, &d));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("addr", &tests);
    tcase_add_loop_test(tests, text_forms, 0, COUNT(forms));
    tcase_add_loop_test(tests, nonsense_is_refused, 0, COUNT(nonsense));
    tcase_add_test(tests, random_addresses_return);
    tcase_add_loop_test(tests, kinds_of_addresses, 0, COUNT(kinds));
    tcase_add_loop_test(tests, networks, 0, COUNT(memberships));
    tcase_add_test(tests, forms_of_one_address);
    return unit_run(suite);
}
