/* test_ip.c: ip/input.c, ip/output.c: which packets are for us, what leaves and with which addresses.
 * attack A01 A02 A04 A05 A07 A09 A21; requirements 1122-3.2.1.3a 1122-3.2.1.3b 1122-3.2.1.7 1122-3.2.1.8
 */
#include "fixture.h"

static struct fixture f;
static struct packet packet;

static void setup(void) {
    fixture_open(&f);
}

static void teardown(void) {
    fixture_close(&f);
}

static enum lucid_drop input(const char *source, const char *destination) {
    make_packet(&packet, source, destination, 17, "payload", 7);
    return fixture_input(&f, packet.octets, packet.length);
}

struct passage {
    const char *source, *destination;
    enum lucid_drop drop;
    bool marked;
};

static const struct passage passages[] = {
    {"10.77.0.1", "10.77.0.2", LUCID_DROP_NONE, false},
    {"8.8.8.8", "192.0.2.5", LUCID_DROP_NONE, false},
    {"10.77.0.1", "10.77.0.3", LUCID_DROP_IP_DESTINATION, false},
    {"10.77.0.1", "8.8.8.8", LUCID_DROP_IP_DESTINATION, false},
    {"10.77.0.1", "127.0.0.1", LUCID_DROP_IP_DESTINATION, false},
    {"10.77.0.1", "0.0.0.0", LUCID_DROP_IP_DESTINATION, false},
    {"10.77.0.1", "255.255.255.255", LUCID_DROP_NONE, true},
    {"10.77.0.1", "10.77.0.255", LUCID_DROP_NONE, true},
    {"10.77.0.1", "10.77.0.0", LUCID_DROP_NONE, true},
    {"10.77.0.1", "192.0.2.7", LUCID_DROP_NONE, true},
    {"10.77.0.1", "224.0.0.1", LUCID_DROP_NONE, true},
    {"10.77.0.1", "224.0.0.2", LUCID_DROP_IP_DESTINATION, false}, /* not our group */
    {"0.0.0.0", "10.77.0.2", LUCID_DROP_IP_SOURCE, false},        /* attack A07, RFC 9293 MUST-63 */
    {"0.1.2.3", "10.77.0.2", LUCID_DROP_IP_SOURCE, false},
    {"127.0.0.1", "10.77.0.2", LUCID_DROP_IP_SOURCE, false},
    {"224.0.0.1", "10.77.0.2", LUCID_DROP_IP_SOURCE, false},
    {"255.255.255.255", "10.77.0.2", LUCID_DROP_IP_SOURCE, false},
    {"10.77.0.255", "10.77.0.2", LUCID_DROP_IP_SOURCE, false},
    {"10.77.0.2", "10.77.0.2", LUCID_DROP_IP_SOURCE, false},
    {"192.0.2.5", "10.77.0.2", LUCID_DROP_IP_SOURCE, false},
    {"fd77::1", "fd77::2", LUCID_DROP_NONE, false},
    {"fe80::1", "ff02::1", LUCID_DROP_NONE, true},
    {"fd77::1", "ff01::1", LUCID_DROP_NONE, true},
    {"fd77::1", "ff02::1:ff00:2", LUCID_DROP_NONE, true},
    {"fd77::1", "ff02::1:ff00:3", LUCID_DROP_IP_DESTINATION, false},
    {"fd77::1", "ff02::2", LUCID_DROP_IP_DESTINATION, false},
    {"fd77::1", "fd77::3", LUCID_DROP_IP_DESTINATION, false},
    {"fd77::1", "::1", LUCID_DROP_IP_DESTINATION, false},
    {"::", "fd77::2", LUCID_DROP_IP_SOURCE, false},
    {"::1", "fd77::2", LUCID_DROP_IP_SOURCE, false},
    {"ff02::1", "fd77::2", LUCID_DROP_IP_SOURCE, false},
    {"fd77::2", "fd77::2", LUCID_DROP_IP_SOURCE, false},
};

START_TEST(addresses_are_judged) {
    const struct passage *p = &passages[_i];
    ck_assert_int_eq(input(p->source, p->destination), p->drop);
    if (p->drop == LUCID_DROP_NONE) {
        ck_assert_int_eq(f.datagram.to_multicast_or_broadcast, p->marked);
    }
    struct lucid_addr destination = address(p->destination);
    ck_assert(!p->marked || ip_is_broadcast(&f.ip, &destination));
    ck_assert_ptr_null(fixture_output(&f));
}
END_TEST

/* An IPv6 header must not smuggle in an IPv4 address. */
START_TEST(mapped_addresses_do_not_travel) {
    for (unsigned at = 8; at <= 24; at += 16) {
        struct lucid_addr mapped = address(at == 8 ? "10.77.0.1" : "10.77.0.2");
        make_packet(&packet, "fd77::1", "fd77::2", 17, "payload", 7);
        memcpy(packet.octets + at, mapped.octet, 16);
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length),
                         at == 8 ? LUCID_DROP_IP_SOURCE : LUCID_DROP_IP_DESTINATION);
    }
}
END_TEST

START_TEST(payload_is_described) {
    ck_assert_int_eq(input("10.77.0.1", "10.77.0.2"), LUCID_DROP_NONE);
    ck_assert_uint_eq(f.datagram.protocol, 17);
    ck_assert_uint_eq(f.datagram.protocol_at, 9);
    ck_assert_uint_eq(f.datagram.ttl, 64);
    ck_assert_uint_eq(f.datagram.length, 7);
    ck_assert_mem_eq(f.datagram.payload, "payload", 7);
    ck_assert_uint_eq(f.datagram.packet_length, 27);
    ck_assert_ptr_eq(f.datagram.carrier, &f.in);
    ck_assert_int_eq(input("fd77::1", "fd77::2"), LUCID_DROP_NONE);
    ck_assert_uint_eq(f.datagram.protocol_at, 6);
    ck_assert_mem_eq(f.datagram.payload, "payload", 7);
    ck_assert_uint_eq(f.datagram.packet_length, 47);
}
END_TEST

START_TEST(every_prefix_is_dropped) { /* attack A01, A21 */
    for (int version = 4; version <= 6; version += 2) {
        const char *source = version == 4 ? "10.77.0.1" : "fd77::1", *to = version == 4 ? "10.77.0.2" : "fd77::2";
        make_packet(&packet, source, to, 17, "payload", 7);
        for (size_t length = 0; length < packet.length; length++) {
            enum lucid_drop short_of = length < packet.payload ? LUCID_DROP_IP_SHORT : LUCID_DROP_IP_TOTAL_LENGTH;
            ck_assert_int_eq(fixture_input(&f, packet.octets, length), short_of);
        }
    }
}
END_TEST

START_TEST(padding_is_cut) { /* attack A05 */
    for (int version = 4; version <= 6; version += 2) {
        make_packet(&packet, version == 4 ? "10.77.0.1" : "fd77::1", version == 4 ? "10.77.0.2" : "fd77::2", 17,
                    "payload", 7);
        memset(packet.octets + packet.length, 0xee, 50);
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length + 50), LUCID_DROP_NONE);
        ck_assert_uint_eq(f.datagram.length, 7);
        ck_assert_uint_eq(f.datagram.packet_length, packet.length);
    }
}
END_TEST

START_TEST(other_versions_are_dropped) { /* attack A02 */
    for (unsigned version = 0; version < 16; version++) {
        make_packet(&packet, "10.77.0.1", "10.77.0.2", 17, "payload", 7);
        packet.octets[0] = (uint8_t)(version << 4 | 5);
        enum lucid_drop drop = fixture_input(&f, packet.octets, packet.length);
        ck_assert_int_eq(drop, version == 4   ? LUCID_DROP_NONE
                               : version == 6 ? LUCID_DROP_IP_SHORT
                                              : LUCID_DROP_IP_VERSION);
    }
}
END_TEST

START_TEST(time_to_live_is_not_asked) { /* attack A09; 1122-3.2.1.7 */
    for (uint8_t ttl = 0; ttl < 2; ttl++) {
        make_packet(&packet, "10.77.0.1", "10.77.0.2", 17, "payload", 7);
        packet.octets[8] = ttl;
        seal_ip4(&packet);
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
        make_packet(&packet, "fd77::1", "fd77::2", 17, "payload", 7);
        packet.octets[7] = ttl;
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
    }
}
END_TEST

START_TEST(fragments_and_options) {
    static const struct {
        unsigned field;
        bool fragment;
    } cases[] = {{0x0000, false}, {0x4000, false}, {0x8000, false}, {0x2000, true}, {0x0001, true}, {0x3fff, true}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_packet(&packet, "10.77.0.1", "10.77.0.2", 17, "payload", 7);
        set16(packet.octets + 4, 0x1234);
        set16(packet.octets + 6, cases[i].field);
        seal_ip4(&packet);
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
        ck_assert_int_eq(f.datagram.fragment, cases[i].fragment);
        ck_assert_uint_eq(f.datagram.part.id, 0x1234);
        ck_assert_uint_eq(f.datagram.part.offset, (cases[i].field & 0x1fff) * 8);
        ck_assert_int_eq(f.datagram.part.more, (cases[i].field & 0x2000) != 0);
    }
    for (uint8_t length = 0; length < 8; length++) { /* 1122-3.2.1.8: unknown options are ignored, malformed drop */
        uint8_t behind[11] = {200, length, 0, 0, 'p', 'a', 'y', 'l', 'o', 'a', 'd'};
        make_packet(&packet, "10.77.0.1", "10.77.0.2", 17, behind, sizeof behind);
        packet.octets[0] = 0x46;
        seal_ip4(&packet);
        bool good = length >= 2 && length <= 4;
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length),
                         good ? LUCID_DROP_NONE : LUCID_DROP_IP_OPTION);
        const uint8_t *answer = fixture_output(&f); /* 3.2.2.5: parameter problem, its pointer at the option */
        ck_assert_int_eq(answer == NULL, good);
        ck_assert(good || (answer[20] == 12 && answer[21] == 0 && answer[24] == 20 && answer[25] == 0));
    }
}
END_TEST

/* 1122-3.2.2a: never about a fragment that is not the first. */
START_TEST(options_of_a_later_fragment_are_not_answered) {
    for (unsigned offset = 0; offset < 2; offset++) {
        make_packet(&packet, "10.77.0.1", "10.77.0.2", 17, (const uint8_t[12]){200, 9}, 12);
        packet.octets[0] = 0x46;
        set16(packet.octets + 6, 0x2000 | offset);
        seal_ip4(&packet);
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_IP_OPTION);
        ck_assert_int_eq(fixture_output(&f) == NULL, offset > 0);
    }
}
END_TEST

START_TEST(atomic_fragments_are_whole) { /* requirement 8200-4.5d */
    uint8_t behind[] = {17, 0, 0, 0, 1, 2, 3, 4, 'd', 'a', 't', 'a'};
    make_packet(&packet, "fd77::1", "fd77::2", 44, behind, sizeof behind);
    ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
    ck_assert_uint_eq(f.datagram.protocol, 17);
    ck_assert_uint_eq(f.datagram.length, 4);
    ck_assert_mem_eq(f.datagram.payload, "data", 4);
    behind[3] = 1;
    make_packet(&packet, "fd77::1", "fd77::2", 44, behind, sizeof behind);
    ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
    ck_assert(f.datagram.fragment && f.datagram.part.more);
    ck_assert_uint_eq(f.datagram.part.id, 0x01020304);
    ck_assert_uint_eq(f.datagram.part.named_at, 6);
}
END_TEST

START_TEST(transport_checksum_is_verified_unless_vouched_for) {
    uint8_t segment[23] = {1, 2, 3};
    for (int version = 4; version <= 6; version += 2) {
        const char *source = version == 4 ? "10.77.0.1" : "fd77::1", *to = version == 4 ? "10.77.0.2" : "fd77::2";
        make_sealed(&packet, source, to, 6, segment, sizeof segment, 16);
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
        ck_assert(ip_checksum_ok(&f.datagram));
        f.copy[packet.payload] ^= 4;
        ck_assert(!ip_checksum_ok(&f.datagram));
        f.in.checksum = LUCID_CHECKSUM_PARTIAL;
        ck_assert(ip_checksum_ok(&f.datagram));
        f.in.checksum = LUCID_CHECKSUM_TRUSTED;
        ck_assert(ip_checksum_ok(&f.datagram));
    }
}
END_TEST

START_TEST(source_is_chosen) {
    static const struct {
        const char *destination, *source;
    } cases[] = {{"10.77.0.1", "10.77.0.2"},
                 {"192.0.2.6", "192.0.2.5"},
                 {"8.8.8.8", "10.77.0.2"},
                 {"fd77::9", "fd77::2"},
                 {"2001:db8::1", "fd77::2"}};
    struct lucid_addr source;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct lucid_addr destination = address(cases[i].destination), expected = address(cases[i].source);
        ck_assert_int_eq(ip_source_for(&f.ip, &destination, &source), 0);
        ck_assert(lucid_addr_equal(&source, &expected));
    }
    f.env.config.addr_count = 2;
    struct lucid_addr destination = address("fd77::1");
    ck_assert_int_eq(ip_source_for(&f.ip, &destination, &source), -LUCID_ENETUNREACH);
}
END_TEST

START_TEST(heads_leave_as_the_rfcs_say) {
    uint8_t octets[40];
    struct lucid_addr source = address("10.77.0.2"), destination = address("10.77.0.1");
    ck_assert_uint_eq(ip_head(octets, &source, &destination, 6, 64, 0x20, 1460), 20);
    static const uint8_t ip4[] = {0x45, 0x20, 5, 0xc8, 0, 0, 0x40, 0, 64, 6}; /* DF, ID 0: RFC 6864 4.1 */
    ck_assert_mem_eq(octets, ip4, sizeof ip4);
    ck_assert_uint_eq(slow_sum(0, octets, 20), 0xffff);
    ck_assert_uint_eq(ip_head_length(&destination), 20);
    ck_assert_uint_eq(ip_payload_max(&f.ip, &destination), 1480);
    source = address("fd77::2"), destination = address("fd77::1");
    ck_assert_uint_eq(ip_head(octets, &source, &destination, 6, 255, 0x20, 1440), 40);
    static const uint8_t ip6[] = {0x62, 0, 0, 0, 5, 0xa0, 6, 255, 0xfd, 0x77};
    ck_assert_mem_eq(octets, ip6, sizeof ip6);
    ck_assert_uint_eq(ip_head_length(&destination), 40);
    ck_assert_uint_eq(ip_payload_max(&f.ip, &destination), 1460);
}
END_TEST

START_TEST(random_packets_do_no_harm) {
    uint64_t seed = 31;
    for (int round = 0; round < 50000; round++) {
        uint8_t octets[96];
        bool six = draw_below(&seed, 2);
        make_packet(&packet, six ? "fd77::1" : "10.77.0.1", six ? "fd77::2" : "10.77.0.2", 0, "", 0);
        size_t length = draw_below(&seed, sizeof octets + 1);
        for (size_t i = 0; i < sizeof octets; i++) {
            octets[i] = (uint8_t)draw(&seed);
        }
        memcpy(octets, packet.octets, packet.payload);
        for (unsigned flips = draw_below(&seed, 4); flips > 0; flips--) {
            octets[draw_below(&seed, 40)] = (uint8_t)draw_below(&seed, 64);
        }
        if (!six) {
            set16(octets + 2, (unsigned)length);
        }
        memcpy(packet.octets, octets, sizeof octets);
        if (!six) {
            seal_ip4(&packet);
        }
        fixture_input(&f, packet.octets, length);
        while (fixture_output(&f)) {
        }
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("ip", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, addresses_are_judged, 0, (int)(sizeof passages / sizeof passages[0]));
    tcase_add_test(tests, mapped_addresses_do_not_travel);
    tcase_add_test(tests, payload_is_described);
    tcase_add_test(tests, every_prefix_is_dropped);
    tcase_add_test(tests, padding_is_cut);
    tcase_add_test(tests, other_versions_are_dropped);
    tcase_add_test(tests, time_to_live_is_not_asked);
    tcase_add_test(tests, fragments_and_options);
    tcase_add_test(tests, options_of_a_later_fragment_are_not_answered);
    tcase_add_test(tests, atomic_fragments_are_whole);
    tcase_add_test(tests, transport_checksum_is_verified_unless_vouched_for);
    tcase_add_test(tests, source_is_chosen);
    tcase_add_test(tests, heads_leave_as_the_rfcs_say);
    tcase_add_test(tests, random_packets_do_no_harm);
    return unit_run(suite);
}
