/* test_ip4.c: wire/ip4.h: what makes an IPv4 header readable. attack A01 A02 A03 A04 A05 A06 */
#include "packets.h"
#include "wire/ip4.h"

static struct packet packet;

/* A header of 24 octets with a record-route option, 8 octets of payload. */
static void make(void) {
    static const uint8_t behind[12] = {7, 3, 4, 0, 'p', 'a', 'y', 'l', 'o', 'a', 'd', '!'};
    make_packet(&packet, "10.77.0.1", "10.77.0.2", 6, behind, sizeof behind);
    packet.octets[0] = 0x46;
    seal_ip4(&packet);
}

static enum lucid_drop parse(size_t length) {
    struct ip4_header header;
    uint8_t *copy = exact_copy(packet.octets, length);
    enum lucid_drop drop = ip4_parse(copy, length, &header);
    EXPECT(drop != LUCID_DROP_NONE || (header.header_length >= 20 && header.header_length <= header.total_length &&
                                       header.total_length <= length));
    exact_free(copy);
    return drop;
}

START_TEST(every_field_is_read) {
    struct ip4_header header;
    make();
    packet.octets[1] = 0xb8;
    set16(packet.octets + 4, 0x1234);
    set16(packet.octets + 6, 0x4000 | 0x2000 | 185);
    packet.octets[8] = 1;
    seal_ip4(&packet);
    ck_assert_int_eq(ip4_parse(packet.octets, packet.length, &header), LUCID_DROP_NONE);
    struct lucid_addr source = address("10.77.0.1"), destination = address("10.77.0.2");
    ck_assert(lucid_addr_equal(&header.source, &source) && lucid_addr_equal(&header.destination, &destination));
    ck_assert_uint_eq(header.header_length, 24);
    ck_assert_uint_eq(header.total_length, 32);
    ck_assert_uint_eq(header.id, 0x1234);
    ck_assert_uint_eq(header.fragment_offset, 1480);
    ck_assert(header.dont_fragment && header.more_fragments);
    ck_assert_uint_eq(header.ttl, 1);
    ck_assert_uint_eq(header.protocol, 6);
    ck_assert_uint_eq(header.tos, 0xb8);
}
END_TEST

START_TEST(every_prefix) { /* attack A01, A05 */
    make();
    for (size_t length = 0; length < packet.length; length++) {
        enum lucid_drop expected = length < 20   ? LUCID_DROP_IP_SHORT
                                   : length < 24 ? LUCID_DROP_IP_HEADER_LENGTH
                                                 : LUCID_DROP_IP_TOTAL_LENGTH;
        ck_assert_int_eq(parse(length), expected);
    }
    ck_assert_int_eq(parse(packet.length), LUCID_DROP_NONE);
    ck_assert_int_eq(parse(packet.length + 46), LUCID_DROP_NONE); /* padding */
}
END_TEST

START_TEST(every_version_and_header_length) { /* attack A02, A03; 1122-3.2.1.1 */
    make();
    for (unsigned first = 0; first < 256; first++) {
        unsigned header = (first & 15) * 4;
        packet.octets[0] = (uint8_t)first;
        if (header >= 20 && header <= packet.length) {
            seal_ip4(&packet);
        }
        enum lucid_drop expected = first >> 4 != 4              ? LUCID_DROP_IP_VERSION
                                   : header < 20 || header > 32 ? LUCID_DROP_IP_HEADER_LENGTH
                                                                : LUCID_DROP_NONE;
        ck_assert_int_eq(parse(packet.length), expected);
    }
}
END_TEST

START_TEST(every_total_length) { /* attack A04, A05; requirement 791-3.2 */
    make();
    for (unsigned total = 0; total <= 70; total++) {
        set16(packet.octets + 2, total);
        seal_ip4(&packet);
        bool fits = total >= 24 && total <= packet.length;
        ck_assert_int_eq(parse(packet.length), fits ? LUCID_DROP_NONE : LUCID_DROP_IP_TOTAL_LENGTH);
    }
    set16(packet.octets + 2, 65535);
    seal_ip4(&packet);
    ck_assert_int_eq(parse(packet.length), LUCID_DROP_IP_TOTAL_LENGTH);
}
END_TEST

START_TEST(every_flipped_bit_of_the_header) { /* attack A06; 1122-3.2.1.2 */
    for (unsigned bit = 0; bit < 24 * 8; bit++) {
        make();
        packet.octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        ck_assert_int_ne(parse(packet.length), LUCID_DROP_NONE);
    }
    make();
    packet.octets[30] ^= 1; /* the payload is not covered */
    ck_assert_int_eq(parse(packet.length), LUCID_DROP_NONE);
}
END_TEST

START_TEST(quotes_may_be_cut) {
    struct ip4_header header;
    make();
    set16(packet.octets + 2, 1500);
    uint8_t *copy = exact_copy(packet.octets, 24);
    ck_assert_int_eq(ip4_parse_quote(copy, 24, &header), LUCID_DROP_NONE);
    ck_assert_uint_eq(header.total_length, 1500);
    exact_free(copy);
    copy = exact_copy(packet.octets, 23);
    ck_assert_int_eq(ip4_parse_quote(copy, 23, &header), LUCID_DROP_IP_HEADER_LENGTH);
    ck_assert_int_eq(ip4_parse_quote(copy, 19, &header), LUCID_DROP_IP_SHORT);
    exact_free(copy);
}
END_TEST

struct options {
    uint8_t octets[8];
    size_t length;
    size_t bad; /* offset of the first bad one; length: none */
};

static const struct options options[] = {
    {{0}, 0, 0},
    {{0, 0, 0, 0}, 4, 4},
    {{1, 1, 1, 1}, 4, 4},
    {{1, 1, 1, 0}, 4, 4},
    {{148, 4, 0, 0}, 4, 4},     /* router alert */
    {{7, 3, 4, 0}, 4, 4},       /* record route without room */
    {{200, 2, 1, 1}, 4, 4},     /* unknown: ignored, 1122-3.2.1.8 */
    {{0, 200, 200, 200}, 4, 4}, /* after the end nothing counts */
    {{200, 0, 1, 1}, 4, 0},
    {{200, 1, 1, 1}, 4, 0},
    {{200, 5, 1, 1}, 4, 0},
    {{1, 1, 1, 200}, 4, 3}, /* no length octet */
    {{1, 1, 200, 3}, 4, 2},
    {{200, 255, 0, 0, 0, 0, 0, 0}, 8, 0},
    {{200, 4, 0, 0, 200, 4, 0, 0}, 8, 8},
};

START_TEST(options_are_walked) {
    uint8_t *copy = exact_copy(options[_i].octets, options[_i].length);
    ck_assert_uint_eq(ip4_bad_option(copy, options[_i].length), options[_i].bad);
    exact_free(copy);
}
END_TEST

START_TEST(built_is_readable) {
    uint8_t octets[20];
    struct ip4_header in = {.source = address("10.77.0.2"),
                            .destination = address("192.0.2.255"),
                            .total_length = 65535,
                            .id = 7,
                            .fragment_offset = 65528,
                            .dont_fragment = true,
                            .ttl = 64,
                            .protocol = 17,
                            .tos = 3};
    ck_assert_uint_eq(ip4_build(octets, &in), 20);
    ck_assert_uint_eq(slow_sum(0, octets, 20), 0xffff);
    static const uint8_t expected[] = {0x45, 3, 0xff, 0xff, 0, 7, 0x5f, 0xff, 64, 17};
    ck_assert_mem_eq(octets, expected, sizeof expected);
    struct ip4_header out;
    ck_assert_int_eq(ip4_parse_quote(octets, 20, &out), LUCID_DROP_NONE);
    in.header_length = 20;
    ck_assert(lucid_addr_equal(&in.source, &out.source) && lucid_addr_equal(&in.destination, &out.destination));
    ck_assert_uint_eq(out.fragment_offset, in.fragment_offset);
    ck_assert(out.dont_fragment && !out.more_fragments);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("ip4", &tests);
    tcase_add_test(tests, every_field_is_read);
    tcase_add_test(tests, every_prefix);
    tcase_add_test(tests, every_version_and_header_length);
    tcase_add_test(tests, every_total_length);
    tcase_add_test(tests, every_flipped_bit_of_the_header);
    tcase_add_test(tests, quotes_may_be_cut);
    tcase_add_loop_test(tests, options_are_walked, 0, (int)(sizeof options / sizeof options[0]));
    tcase_add_test(tests, built_is_readable);
    return unit_run(suite);
}
