/* test_tcp_header.c: wire/tcp.h, and that the checksum notices every flipped bit. attack A20 A21 A27; regression
 * parse-lengths
 */
#include "base/checksum.h"
#include "lucid/trace.h"
#include "packets.h"
#include "wire/pseudo.h"
#include "wire/tcp.h"

/* 32 octets of header, 68 of data. */
static void make(uint8_t segment[100]) {
    for (unsigned i = 0; i < 100; i++) {
        segment[i] = (uint8_t)(i * 37);
    }
    set16(segment, 40000);
    set16(segment + 2, 80);
    set32(segment + 4, 0xfffffff0u);
    set32(segment + 8, 0x80000001u);
    segment[12] = 0x80;
    segment[13] = 0x18;
    set16(segment + 14, 65535);
    set16(segment + 18, 7);
}

static enum lucid_drop parse(const uint8_t *segment, size_t length, struct tcp_header *header) {
    uint8_t *copy = exact_copy(segment, length);
    enum lucid_drop drop = tcp_header_parse(copy, length, header);
    exact_free(copy);
    return drop;
}

START_TEST(every_field_is_read) {
    uint8_t segment[100];
    struct tcp_header header;
    make(segment);
    set16(segment + 16, 0xbeef);
    ck_assert_int_eq(parse(segment, 100, &header), LUCID_DROP_NONE);
    ck_assert_uint_eq(header.source_port, 40000);
    ck_assert_uint_eq(header.destination_port, 80);
    ck_assert_uint_eq(header.seq.v, 0xfffffff0u);
    ck_assert_uint_eq(header.ack.v, 0x80000001u);
    ck_assert_uint_eq(header.header_length, 32);
    ck_assert_uint_eq(header.flags, LUCID_PSH | LUCID_ACK);
    ck_assert_uint_eq(header.window, 65535);
    ck_assert_uint_eq(header.checksum, 0xbeef);
    ck_assert_uint_eq(header.urgent, 7);
}
END_TEST

START_TEST(every_offset_and_length) { /* attack A20; CVE-2021-21281 */
    uint8_t segment[100];
    struct tcp_header header;
    make(segment);
    for (unsigned offset = 0; offset < 16; offset++) {
        for (size_t length = 0; length <= 80; length++) {
            segment[12] = (uint8_t)(offset << 4);
            bool fits = offset >= 5 && offset * 4 <= length;
            enum lucid_drop expected = length < 20 ? LUCID_DROP_TCP_SHORT
                                       : fits      ? LUCID_DROP_NONE
                                                   : LUCID_DROP_TCP_OFFSET;
            EXPECT(parse(segment, length, &header) == expected);
            EXPECT(expected != LUCID_DROP_NONE || header.header_length == offset * 4);
        }
    }
}
END_TEST

START_TEST(every_flag_and_reserved_bit) { /* requirement 9293 3.1: reserved bits are ignored */
    uint8_t segment[100];
    struct tcp_header header;
    make(segment);
    for (unsigned bits = 0; bits < 4096; bits++) {
        segment[12] = (uint8_t)(0x50 | bits >> 8);
        segment[13] = (uint8_t)bits;
        EXPECT(parse(segment, 100, &header) == LUCID_DROP_NONE);
        EXPECT(header.flags == (bits & 0xff) && header.header_length == 20);
    }
}
END_TEST

START_TEST(built_is_readable) {
    uint8_t segment[100], built[20];
    struct tcp_header in, out;
    make(segment);
    ck_assert_int_eq(parse(segment, 100, &in), LUCID_DROP_NONE);
    ck_assert_uint_eq(tcp_header_build(built, &in), 20);
    ck_assert_mem_eq(built, segment, 20);
    in.header_length = 60;
    tcp_header_build(built, &in);
    ck_assert_int_eq(built[12], 0xf0);
    memset(segment, 0, sizeof segment);
    memcpy(segment, built, 20);
    ck_assert_int_eq(parse(segment, 60, &out), LUCID_DROP_NONE);
    ck_assert_uint_eq(out.header_length, 60);
}
END_TEST

struct ends {
    const char *source, *destination;
};

static const struct ends ends[] = {{"10.77.0.1", "10.77.0.2"}, {"fd77::1", "fd77::2"}};

static uint16_t checksum(const struct lucid_addr *source, const struct lucid_addr *destination, uint8_t protocol,
                         const uint8_t *segment, size_t length) {
    uint64_t sum = pseudo_header_sum(source, destination, protocol, (uint32_t)length);
    return checksum_finish(checksum_add(sum, segment, length));
}

START_TEST(every_flipped_bit_breaks_the_checksum) { /* attack A27; RFC 9293 MUST-3 */
    uint8_t segment[100];
    struct lucid_addr source = address(ends[_i].source), destination = address(ends[_i].destination);
    make(segment);
    set16(segment + 16, 0);
    unsigned sum = slow_pseudo(ends[_i].source, ends[_i].destination, 6, 100);
    set16(segment + 16, ~slow_sum(sum, segment, 100) & 0xffff);
    ck_assert_uint_eq(checksum(&source, &destination, 6, segment, 100), 0);
    for (unsigned bit = 0; bit < 800; bit++) {
        segment[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        EXPECT(checksum(&source, &destination, 6, segment, 100) != 0);
        segment[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    for (unsigned bit = 0; bit < 128; bit++) { /* of an IPv4 address only the last four octets are summed */
        bool mapped = lucid_addr_is_ipv4(&source) && bit < 96;
        source.octet[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        EXPECT(mapped || checksum(&source, &destination, 6, segment, 100) != 0);
        source.octet[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        destination.octet[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        EXPECT(mapped || checksum(&source, &destination, 6, segment, 100) != 0);
        destination.octet[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    for (unsigned bit = 0; bit < 8; bit++) {
        EXPECT(checksum(&source, &destination, (uint8_t)(6 ^ 1u << bit), segment, 100) != 0);
    }
    EXPECT(checksum(&source, &destination, 6, segment, 99) != 0);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("tcp_header", &tests);
    tcase_add_test(tests, every_field_is_read);
    tcase_add_test(tests, every_offset_and_length);
    tcase_add_test(tests, every_flag_and_reserved_bit);
    tcase_add_test(tests, built_is_readable);
    tcase_add_loop_test(tests, every_flipped_bit_breaks_the_checksum, 0, 2);
    return unit_run(suite);
}
