/* test_headers.c: wire/udp.h and wire/icmp.h. attack A14 A21; requirement 768 */
#include "packets.h"
#include "wire/icmp.h"
#include "wire/udp.h"

START_TEST(udp_lengths) {
    for (unsigned declared = 0; declared <= 40; declared++) {
        for (size_t length = 0; length <= 32; length++) {
            uint8_t octets[32] = {0x12, 0x34, 0, 53, 0, (uint8_t)declared, 0xab, 0xcd};
            uint8_t *copy = exact_copy(octets, length);
            struct udp_header header;
            bool fits = length >= 8 && declared >= 8 && declared <= length;
            EXPECT(udp_parse(copy, length, &header) == (fits ? LUCID_DROP_NONE : LUCID_DROP_UDP_SHORT));
            EXPECT(!fits || (header.length == declared && header.source_port == 0x1234));
            exact_free(copy);
        }
    }
}
END_TEST

START_TEST(udp_built_is_readable) {
    uint8_t octets[8];
    struct udp_header out, in = {.source_port = 53, .destination_port = 40000, .length = 8, .checksum = 0xffff};
    ck_assert_uint_eq(udp_build(octets, &in), 8);
    static const uint8_t expected[] = {0, 53, 0x9c, 0x40, 0, 8, 0xff, 0xff};
    ck_assert_mem_eq(octets, expected, 8);
    ck_assert_int_eq(udp_parse(octets, 8, &out), LUCID_DROP_NONE);
    ck_assert_uint_eq(out.destination_port, 40000);
    ck_assert_uint_eq(out.checksum, 0xffff);
}
END_TEST

START_TEST(icmp_every_prefix) { /* attack A14 */
    static const uint8_t octets[12] = {8, 1, 0xab, 0xcd, 1, 2, 3, 4, 5, 6, 7, 8};
    for (size_t length = 0; length <= sizeof octets; length++) {
        uint8_t *copy = exact_copy(octets, length);
        struct icmp_header header;
        ck_assert_int_eq(icmp_parse(copy, length, &header), length < 8 ? LUCID_DROP_ICMP_SHORT : LUCID_DROP_NONE);
        exact_free(copy);
    }
}
END_TEST

START_TEST(icmp_built_is_readable) {
    uint8_t octets[8];
    struct icmp_header out, in = {.type = 3, .code = 4, .checksum = 0x1234, .rest = 1280};
    ck_assert_uint_eq(icmp_build(octets, &in), 8);
    static const uint8_t expected[] = {3, 4, 0x12, 0x34, 0, 0, 5, 0};
    ck_assert_mem_eq(octets, expected, 8);
    ck_assert_int_eq(icmp_parse(octets, 8, &out), LUCID_DROP_NONE);
    ck_assert(out.type == 3 && out.code == 4 && out.checksum == 0x1234 && out.rest == 1280);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("headers", &tests);
    tcase_add_test(tests, udp_lengths);
    tcase_add_test(tests, udp_built_is_readable);
    tcase_add_test(tests, icmp_every_prefix);
    tcase_add_test(tests, icmp_built_is_readable);
    return unit_run(suite);
}
