/* test_ip6.c: wire/ip6.h: the IPv6 header and the walk over extension headers, RFC 8200 3 and 4.
 * attack A01 A02 A04 A05
 */
#include "packets.h"
#include "wire/ip6.h"

static struct packet packet;

static void make(uint8_t next_header, const void *payload, size_t length) {
    make_packet(&packet, "fd77::1", "fd77::2", next_header, payload, length);
}

static enum lucid_drop walk(struct ip6_chain *chain) {
    uint8_t *copy = exact_copy(packet.octets, packet.length);
    enum lucid_drop drop = ip6_chain(copy, packet.length, chain);
    EXPECT(drop != LUCID_DROP_NONE || (chain->offset >= 40 && chain->offset <= packet.length));
    EXPECT(drop != LUCID_DROP_NONE || chain->problem == IP6_PROBLEM_NONE);
    exact_free(copy);
    return drop;
}

START_TEST(every_field_is_read) {
    struct ip6_header header;
    make(6, "payload", 7);
    set32(packet.octets, 0x6b8abcde);
    packet.octets[7] = 0;
    ck_assert_int_eq(ip6_parse(packet.octets, packet.length, &header), LUCID_DROP_NONE);
    struct lucid_addr source = address("fd77::1"), destination = address("fd77::2");
    ck_assert(lucid_addr_equal(&header.source, &source) && lucid_addr_equal(&header.destination, &destination));
    ck_assert_uint_eq(header.traffic_class, 0xb8);
    ck_assert_uint_eq(header.flow_label, 0xabcde);
    ck_assert_uint_eq(header.payload_length, 7);
    ck_assert_uint_eq(header.next_header, 6);
    ck_assert_uint_eq(header.hop_limit, 0);
}
END_TEST

START_TEST(every_prefix) {
    make(6, "payload", 7);
    for (size_t length = 0; length <= packet.length + 9; length++) {
        struct ip6_header header;
        uint8_t *copy = exact_copy(packet.octets, length);
        enum lucid_drop expected = length < 40   ? LUCID_DROP_IP_SHORT
                                   : length < 47 ? LUCID_DROP_IP_TOTAL_LENGTH
                                                 : LUCID_DROP_NONE;
        ck_assert_int_eq(ip6_parse(copy, length, &header), expected);
        ck_assert_int_eq(ip6_parse_quote(copy, length, &header), length < 40 ? LUCID_DROP_IP_SHORT : LUCID_DROP_NONE);
        exact_free(copy);
    }
}
END_TEST

START_TEST(other_versions) {
    struct ip6_header header;
    make(6, "payload", 7);
    for (unsigned version = 0; version < 16; version++) {
        packet.octets[0] = (uint8_t)(version << 4);
        ck_assert_int_eq(ip6_parse(packet.octets, packet.length, &header),
                         version == 6 ? LUCID_DROP_NONE : LUCID_DROP_IP_VERSION);
    }
}
END_TEST

START_TEST(built_is_readable) {
    uint8_t octets[40];
    struct ip6_header out, in = {.source = address("fd77::2"),
                                 .destination = address("2001:db8::1"),
                                 .flow_label = 0xfffff,
                                 .payload_length = 65535,
                                 .next_header = 58,
                                 .hop_limit = 255,
                                 .traffic_class = 0x2c};
    ck_assert_uint_eq(ip6_build(octets, &in), 40);
    static const uint8_t expected[] = {0x62, 0xcf, 0xff, 0xff, 0xff, 0xff, 58, 255, 0xfd, 0x77};
    ck_assert_mem_eq(octets, expected, sizeof expected);
    ck_assert_int_eq(ip6_parse_quote(octets, 40, &out), LUCID_DROP_NONE);
    ck_assert(lucid_addr_equal(&in.source, &out.source) && lucid_addr_equal(&in.destination, &out.destination));
    ck_assert_uint_eq(out.flow_label, in.flow_label);
    ck_assert_uint_eq(out.traffic_class, in.traffic_class);
}
END_TEST

START_TEST(no_extension_header) {
    struct ip6_chain chain;
    make(17, "datagram", 8);
    ck_assert_int_eq(walk(&chain), LUCID_DROP_NONE);
    ck_assert_uint_eq(chain.protocol, 17);
    ck_assert_uint_eq(chain.offset, 40);
    ck_assert_uint_eq(chain.protocol_at, 6);
    ck_assert(!chain.fragment);
}
END_TEST

/* Hop-by-hop (router alert, PadN), destination options (Pad1, an unknown one to be skipped), routing without segments
 * left, atomic fragment: then TCP. */
static const uint8_t long_chain[] = {
    60,  0,   5,   2, 0,    0,    1,    0,                                                    /* hop-by-hop */
    43,  1,   0,   0, 0,    0x1e, 8,    1,    2, 3, 4, 5, 6, 7, 8, 0,                         /* destination options */
    44,  2,   0,   0, 0,    0,    0,    0,    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* routing */
    6,   0,   0,   0, 0xde, 0xad, 0xbe, 0xef,                                                 /* fragment */
    'T', 'C', 'P',
};

START_TEST(long_chain_is_walked) {
    struct ip6_chain chain;
    make(0, long_chain, sizeof long_chain);
    ck_assert_int_eq(walk(&chain), LUCID_DROP_NONE);
    ck_assert_uint_eq(chain.protocol, 6);
    ck_assert_uint_eq(chain.offset, packet.length - 3);
    ck_assert_uint_eq(chain.protocol_at, packet.length - 3 - 8);
    ck_assert(!chain.fragment); /* requirement 8200-4.5d, RFC 6946 */
}
END_TEST

START_TEST(every_prefix_of_the_long_chain) {
    struct ip6_chain chain;
    make(0, long_chain, sizeof long_chain);
    size_t whole = packet.length;
    for (packet.length = 0; packet.length < whole - 3; packet.length++) {
        ck_assert_int_eq(walk(&chain), packet.length < 40 ? LUCID_DROP_IP_SHORT : LUCID_DROP_IP_OPTION);
        ck_assert_int_eq(chain.problem, IP6_PROBLEM_NONE);
    }
}
END_TEST

START_TEST(fragments_end_the_walk) {
    struct ip6_chain chain;
    static const uint8_t middle[] = {60, 0, 0x05, 0xa9, 1, 2, 3, 4, 0xff};
    make(44, middle, sizeof middle);
    ck_assert_int_eq(walk(&chain), LUCID_DROP_NONE);
    ck_assert(chain.fragment && chain.more_fragments);
    ck_assert_uint_eq(chain.fragment_offset, 0x05a8);
    ck_assert_uint_eq(chain.fragment_id, 0x01020304);
    ck_assert_uint_eq(chain.protocol, 60);
    ck_assert_uint_eq(chain.offset, 48);
    static const uint8_t last[] = {59, 0, 0x05, 0xa8, 1, 2, 3, 4, 0xff};
    make(44, last, sizeof last);
    ck_assert_int_eq(walk(&chain), LUCID_DROP_NONE);
    ck_assert(chain.fragment && !chain.more_fragments);
}
END_TEST

START_TEST(nothing_follows_59) { /* requirement 8200-4.7 */
    struct ip6_chain chain;
    make(59, "ignored", 7);
    ck_assert_int_eq(walk(&chain), LUCID_DROP_IP_NO_NEXT_HEADER);
    ck_assert_int_eq(chain.problem, IP6_PROBLEM_NONE);
}
END_TEST

START_TEST(hop_by_hop_only_first) { /* requirement 8200-4 */
    struct ip6_chain chain;
    static const uint8_t late[] = {0, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0};
    make(60, late, sizeof late);
    ck_assert_int_eq(walk(&chain), LUCID_DROP_IP_OPTION);
    ck_assert_int_eq(chain.problem, IP6_PROBLEM_UNICAST);
    ck_assert_uint_eq(chain.problem_code, 1);
    ck_assert_uint_eq(chain.problem_pointer, 40);
}
END_TEST

START_TEST(unknown_options_say_what_to_do) { /* requirement 8200-4.2 */
    static const struct {
        uint8_t type;
        enum lucid_drop drop;
        enum ip6_problem problem;
    } cases[] = {
        {0x3e, LUCID_DROP_NONE, IP6_PROBLEM_NONE},         {0x7e, LUCID_DROP_IP_OPTION, IP6_PROBLEM_NONE},
        {0xbe, LUCID_DROP_IP_OPTION, IP6_PROBLEM_ALWAYS},  {0xfe, LUCID_DROP_IP_OPTION, IP6_PROBLEM_UNICAST},
        {0xc2, LUCID_DROP_IP_OPTION, IP6_PROBLEM_UNICAST}, /* jumbo payload */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned kind = 0; kind < 2; kind++) {
            struct ip6_chain chain;
            uint8_t options[] = {6, 0, 0, 0, cases[i].type, 2, 0, 0};
            make(kind == 0 ? 0 : 60, options, sizeof options);
            ck_assert_int_eq(walk(&chain), cases[i].drop);
            ck_assert_int_eq(chain.problem, cases[i].problem);
            if (chain.problem != IP6_PROBLEM_NONE) {
                ck_assert_uint_eq(chain.problem_code, 2);
                ck_assert_uint_eq(chain.problem_pointer, 44);
            }
        }
    }
}
END_TEST

START_TEST(every_option_length) {
    for (unsigned length = 0; length < 256; length++) {
        struct ip6_chain chain;
        uint8_t options[] = {6, 0, 0x3e, (uint8_t)length, 0, 0, 0, 0};
        make(60, options, sizeof options);
        ck_assert_int_eq(walk(&chain), length <= 4 ? LUCID_DROP_NONE : LUCID_DROP_IP_OPTION);
        uint8_t end[] = {6, 0, 1, 3, 0, 0, 0, (uint8_t)(length == 0 ? 1 : length)};
        make(60, end, sizeof end); /* a kind without a length at the end of the header */
        ck_assert_int_eq(walk(&chain), LUCID_DROP_IP_OPTION);
    }
}
END_TEST

START_TEST(routing_with_segments_left) { /* requirement 8200-4.4 */
    struct ip6_chain chain;
    for (unsigned type = 0; type < 256; type++) {
        uint8_t routing[] = {6, 0, (uint8_t)type, 1, 0, 0, 0, 0};
        make(43, routing, sizeof routing);
        ck_assert_int_eq(walk(&chain), LUCID_DROP_IP_OPTION);
        ck_assert_int_eq(chain.problem, IP6_PROBLEM_UNICAST);
        ck_assert_uint_eq(chain.problem_code, 0);
        ck_assert_uint_eq(chain.problem_pointer, 42);
        routing[3] = 0;
        make(43, routing, sizeof routing);
        ck_assert_int_eq(walk(&chain), LUCID_DROP_NONE);
    }
}
END_TEST

/* However long the packet, the walk is bounded. */
START_TEST(endless_chains_end) {
    static uint8_t octets[60000];
    struct ip6_chain chain;
    for (size_t i = 0; i < sizeof octets; i += 8) {
        memcpy(octets + i, (const uint8_t[]){60, 0, 0, 0, 0, 0, 0, 0}, 8);
    }
    make(60, octets, sizeof octets);
    ck_assert_int_eq(walk(&chain), LUCID_DROP_IP_OPTION);
    ck_assert_uint_le(chain.offset, 40 + IP6_CHAIN_MAX);
    octets[0] = 6;
    octets[1] = 255;
    make(60, octets, sizeof octets);
    ck_assert_int_eq(walk(&chain), LUCID_DROP_NONE);
    ck_assert_uint_eq(chain.offset, 40 + 2048);
    ck_assert_uint_eq(chain.protocol, 6);
}
END_TEST

START_TEST(random_octets_do_no_harm) {
    uint64_t seed = 11;
    for (int round = 0; round < 200000; round++) {
        static const uint8_t likely[] = {0, 43, 44, 60, 6, 59};
        uint8_t octets[64];
        size_t length = draw_below(&seed, sizeof octets + 1);
        for (size_t i = 0; i < length; i++) {
            octets[i] = (uint8_t)draw_below(&seed, i % 8 == 1 ? 3 : 256);
            octets[i] = i % 8 == 0 ? likely[draw_below(&seed, 6)] : octets[i];
        }
        struct ip6_chain chain;
        static struct packet model;
        if (round == 0) {
            make_packet(&model, "fd77::1", "fd77::2", 0, "", 0);
        }
        memcpy(packet.octets, model.octets, 40);
        memcpy(packet.octets + 40, octets, length);
        packet.octets[6] = likely[draw_below(&seed, 6)];
        packet.length = 40 + length;
        walk(&chain);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("ip6", &tests);
    tcase_add_test(tests, every_field_is_read);
    tcase_add_test(tests, every_prefix);
    tcase_add_test(tests, other_versions);
    tcase_add_test(tests, built_is_readable);
    tcase_add_test(tests, no_extension_header);
    tcase_add_test(tests, long_chain_is_walked);
    tcase_add_test(tests, every_prefix_of_the_long_chain);
    tcase_add_test(tests, fragments_end_the_walk);
    tcase_add_test(tests, nothing_follows_59);
    tcase_add_test(tests, hop_by_hop_only_first);
    tcase_add_test(tests, unknown_options_say_what_to_do);
    tcase_add_test(tests, every_option_length);
    tcase_add_test(tests, routing_with_segments_left);
    tcase_add_test(tests, endless_chains_end);
    tcase_add_test(tests, random_octets_do_no_harm);
    return unit_run(suite);
}
