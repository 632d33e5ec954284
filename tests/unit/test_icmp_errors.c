/* test_icmp_errors.c: ip/icmp_output.c: which packets we complain about, how, and how often.
 * attack A10 A15; requirements 1122-3.2.2a 1122-3.2.2b 1122-3.2.2.1 1812-4.3.2.8 8200-4.2 8200-4.3 8200-4.4 4443-2.4c
 * 4443-2.4e 4443-2.4f
 */
#include "fixture.h"
#include "wire/icmp.h"

static struct fixture f;
static struct packet packet;
static uint8_t payload[3000];

static void setup(void) {
    fixture_open(&f);
    for (size_t i = 0; i < sizeof payload; i++) {
        payload[i] = (uint8_t)i;
    }
}

static void teardown(void) {
    fixture_close(&f);
}

static void input(const char *source, const char *destination, uint8_t protocol, size_t length) {
    make_packet(&packet, source, destination, protocol, payload, length);
    ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
}

/* The packet that leaves is this error to this host, it quotes `quoted` octets of the packet that came. */
static void expect_error(const char *to, uint8_t type, uint8_t code, uint32_t rest, size_t quoted) {
    const uint8_t *octets = fixture_output(&f);
    ck_assert_ptr_nonnull(octets);
    bool ip4 = is_ip4(to);
    size_t head = ip4 ? 20 : 40;
    struct lucid_addr addr = address(to);
    ck_assert_uint_eq(octets[ip4 ? 9 : 6], ip4 ? 1 : 58);
    ck_assert_mem_eq(octets + (ip4 ? 16 : 24), addr.octet + (ip4 ? 12 : 0), ip4 ? 4 : 16);
    const char *us = ip4 ? "10.77.0.2" : "fd77::2";
    unsigned sum = ip4 ? 0 : slow_pseudo(us, to, 58, f.out.length - head);
    ck_assert_uint_eq(slow_sum(sum, octets + head, f.out.length - head), 0xffff);
    ck_assert_uint_eq(octets[head], type);
    ck_assert_uint_eq(octets[head + 1], code);
    uint8_t expected[4];
    set32(expected, rest);
    ck_assert_mem_eq(octets + head + 4, expected, 4);
    ck_assert_uint_eq(f.out.length, head + 8 + quoted);
    ck_assert_mem_eq(octets + head + 8, packet.octets, quoted);
}

START_TEST(port_unreachable) { /* 1122-3.2.2b, 4443-2.4c: how much is quoted */
    static const size_t lengths[] = {0, 1, 8, 500, 528, 529, 1400};
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t length = lengths[i];
        input("10.77.0.1", "10.77.0.2", 17, length);
        icmp_port_unreachable(&f.ip, &f.datagram);
        expect_error("10.77.0.1", 3, 3, 0, 20 + length > 548 ? 548 : 20 + length);
        input("fd77::1", "fd77::2", 17, length);
        icmp_port_unreachable(&f.ip, &f.datagram);
        expect_error("fd77::1", 1, 4, 0, 40 + length > 1232 ? 1232 : 40 + length);
    }
}
END_TEST

START_TEST(padding_is_not_quoted) {
    make_packet(&packet, "10.77.0.1", "10.77.0.2", 17, payload, 8);
    ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length + 18), LUCID_DROP_NONE);
    icmp_port_unreachable(&f.ip, &f.datagram);
    expect_error("10.77.0.1", 3, 3, 0, 28);
}
END_TEST

START_TEST(protocol_unreachable) { /* attack A10; 1122-3.2.2.1, 8200-4.3 */
    static const uint8_t protocols[] = {4, 41, 47, 50, 51, 132, 253, 255};
    for (unsigned i = 0; i < sizeof protocols; i++) {
        input("10.77.0.1", "10.77.0.2", protocols[i], 100);
        icmp_protocol_unreachable(&f.ip, &f.datagram);
        expect_error("10.77.0.1", 3, 2, 0, 120);
        input("fd77::1", "fd77::2", protocols[i], 100);
        icmp_protocol_unreachable(&f.ip, &f.datagram);
        expect_error("fd77::1", 4, 1, 6, 140);
    }
    memcpy(payload, (const uint8_t[]){253, 0, 1, 4, 0, 0, 0, 0}, 8); /* named by the extension header before it */
    input("fd77::1", "fd77::2", 60, 100);
    icmp_protocol_unreachable(&f.ip, &f.datagram);
    expect_error("fd77::1", 4, 1, 40, 140);
}
END_TEST

START_TEST(silence) { /* 1122-3.2.2a, 4443-2.4e */
    static const char *const groups[][2] = {{"10.77.0.1", "255.255.255.255"},
                                            {"10.77.0.1", "10.77.0.255"},
                                            {"10.77.0.1", "224.0.0.1"},
                                            {"fd77::1", "ff02::1"}};
    for (unsigned i = 0; i < 4; i++) {
        input(groups[i][0], groups[i][1], 17, 100);
        icmp_port_unreachable(&f.ip, &f.datagram);
        icmp_protocol_unreachable(&f.ip, &f.datagram);
        ck_assert_ptr_null(fixture_output(&f));
    }
    input("fd77::1", "ff02::1", 17, 100);
    icmp_parameter_problem(&f.ip, &f.datagram, 0, 6, false);
    ck_assert_ptr_null(fixture_output(&f));
    icmp_parameter_problem(&f.ip, &f.datagram, 2, 40, true); /* the one exception, from a unicast address */
    expect_error("fd77::1", 4, 2, 40, 140);
}
END_TEST

START_TEST(no_error_about_an_error) { /* attack A15; invariant I34 */
    static const uint8_t errors4[] = {3, 4, 5, 11, 12};
    for (unsigned type = 0; type < 256; type++) {
        payload[0] = (uint8_t)type;
        input("10.77.0.1", "10.77.0.2", 1, 100);
        icmp_protocol_unreachable(&f.ip, &f.datagram);
        ck_assert(!fixture_output(&f) == (memchr(errors4, (int)type, sizeof errors4) != NULL));
        input("fd77::1", "fd77::2", 58, 100);
        icmp_parameter_problem(&f.ip, &f.datagram, 0, 6, true);
        ck_assert(!fixture_output(&f) == (type < 128 || type == 137));
        f.env.now += LUCID_SECOND; /* leaves the rate out of it */
    }
}
END_TEST

struct bad_chain {
    const char *destination;
    uint8_t next_header;
    uint8_t octets[16];
    uint8_t code;
    uint32_t pointer;
    bool answered;
};

static const struct bad_chain bad_chains[] = {
    {"fd77::2", 60, {6, 0, 0xbe, 4, 0, 0, 0, 0}, 2, 42, true},
    {"ff02::1", 60, {6, 0, 0xbe, 4, 0, 0, 0, 0}, 2, 42, true},
    {"fd77::2", 60, {6, 0, 0xfe, 4, 0, 0, 0, 0}, 2, 42, true},
    {"ff02::1", 60, {6, 0, 0xfe, 4, 0, 0, 0, 0}, 2, 42, false},
    {"fd77::2", 60, {6, 0, 0x7e, 4, 0, 0, 0, 0}, 0, 0, false},
    {"fd77::2", 43, {6, 0, 0, 1, 0, 0, 0, 0}, 0, 42, true},
    {"ff02::1", 43, {6, 0, 0, 1, 0, 0, 0, 0}, 0, 42, false},
    {"fd77::2", 60, {0, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0}, 1, 40, true},
};

START_TEST(bad_extension_headers) { /* 8200-4, 8200-4.2, 8200-4.4 */
    const struct bad_chain *bad = &bad_chains[_i];
    make_packet(&packet, "fd77::1", bad->destination, bad->next_header, bad->octets, sizeof bad->octets);
    ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_IP_OPTION);
    if (bad->answered) {
        expect_error("fd77::1", 4, bad->code, bad->pointer, packet.length);
    }
    ck_assert_ptr_null(fixture_output(&f));
}
END_TEST

/* The extension header that cannot be taken stands before an ICMPv6 error: 4443-2.4e, attack A15. */
START_TEST(no_error_about_an_error_behind_extension_headers) {
    static const struct {
        uint8_t next_header, length;
        uint8_t octets[24];
    } before[] = {
        {60, 8, {58, 0, 0xbe, 4, 0, 0, 0, 0}},                       /* unknown option */
        {43, 8, {58, 0, 0, 1, 0, 0, 0, 0}},                          /* routing */
        {60, 16, {0, 0, 1, 4, 0, 0, 0, 0, 58, 0, 1, 4, 0, 0, 0, 0}}, /* hop-by-hop, too late */
        {60, 24, {43, 0, 0xbe, 4, 0, 0, 0, 0, 44, 0, 0, 0, 0, 0, 0, 0, 58, 0, 0, 1, 0, 0, 0, 7}}, /* three of them */
    };
    static const struct {
        uint8_t type;
        bool answered;
    } types[] = {{1, false}, {100, false}, {127, false}, {137, false}, {128, true}, {135, true}};
    for (unsigned i = 0; i < sizeof before / sizeof before[0]; i++) {
        for (unsigned k = 0; k < sizeof types / sizeof types[0]; k++) {
            memcpy(payload, before[i].octets, before[i].length);
            payload[before[i].length] = types[k].type;
            make_packet(&packet, "fd77::1", "fd77::2", before[i].next_header, payload, before[i].length + 8u);
            ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_IP_OPTION);
            ck_assert_int_eq(fixture_output(&f) != NULL, types[k].answered);
        }
        make_packet(&packet, "fd77::1", "fd77::2", before[i].next_header, payload, before[i].length); /* no type */
        fixture_input(&f, packet.octets, packet.length);
        ck_assert_ptr_nonnull(fixture_output(&f));
    }
    /* A later fragment says nothing of what it is a part of. */
    memcpy(payload, (const uint8_t[]){44, 0, 0xbe, 4, 0, 0, 0, 0, 58, 0, 0, 8, 0, 0, 0, 7, 1}, 17);
    make_packet(&packet, "fd77::1", "fd77::2", 60, payload, 24);
    ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_IP_OPTION);
    ck_assert_ptr_nonnull(fixture_output(&f));
}
END_TEST

START_TEST(errors_are_rationed) { /* 1812-4.3.2.8, 4443-2.4f; CVE-2020-25705: nobody can tell the exact number */
    unsigned least = 100, most = 0;
    input("10.77.0.1", "10.77.0.2", 17, 8);
    for (unsigned second = 0; second < 50; second++) {
        unsigned sent = 0;
        f.env.now = second * LUCID_SECOND + 5;
        for (unsigned i = 0; i < 1000; i++) {
            f.env.now += LUCID_MICROSECOND;
            icmp_port_unreachable(&f.ip, &f.datagram);
            sent += fixture_output(&f) != NULL;
        }
        least = sent < least ? sent : least;
        most = sent > most ? sent : most;
    }
    ck_assert_uint_le(most, 100);
    ck_assert_uint_ge(least, 75);
    ck_assert_uint_lt(least, most);
    ck_assert_uint_eq(f.env.stats.icmp_out + f.env.stats.drop[LUCID_DROP_REPLY_RATE], 50000);
    f.env.config.icmp_errors = 0;
    f.env.now += 2 * LUCID_SECOND;
    icmp_port_unreachable(&f.ip, &f.datagram);
    ck_assert_ptr_null(fixture_output(&f));
}
END_TEST

START_TEST(memory_may_fail) {
    input("10.77.0.1", "10.77.0.2", 17, 8);
    f.fail_after = 0;
    icmp_port_unreachable(&f.ip, &f.datagram);
    ck_assert_ptr_null(fixture_output(&f));
    ck_assert_uint_eq(f.env.stats.drop[LUCID_DROP_NO_MEMORY], 1);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("icmp_errors", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, port_unreachable);
    tcase_add_test(tests, padding_is_not_quoted);
    tcase_add_test(tests, protocol_unreachable);
    tcase_add_test(tests, silence);
    tcase_add_test(tests, no_error_about_an_error);
    tcase_add_loop_test(tests, bad_extension_headers, 0, (int)(sizeof bad_chains / sizeof bad_chains[0]));
    tcase_add_test(tests, no_error_about_an_error_behind_extension_headers);
    tcase_add_test(tests, errors_are_rationed);
    tcase_add_test(tests, memory_may_fail);
    return unit_run(suite);
}
