/* test_checksum.c: base/checksum.h and wire/pseudo.h against a checksum written down the slow way. */
#include "base/addr.h"
#include "base/bytes.h"
#include "base/checksum.h"
#include "unit.h"
#include "wire/pseudo.h"

/* RFC 1071 1, literally: 16-bit words one after another, each carry brought around at once. */
static uint16_t slow_sum(const uint8_t *octets, size_t length) {
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i++) {
        sum += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

START_TEST(example_of_the_rfc) { /* RFC 1071 3 */
    static const uint8_t octets[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    ck_assert_uint_eq(checksum_fold(checksum_add(0, octets, sizeof octets)), 0xddf2);
    ck_assert_uint_eq(checksum_finish(checksum_add(0, octets, sizeof octets)), 0x220d);
}
END_TEST

START_TEST(nothing_sums_to_zero) {
    ck_assert_uint_eq(checksum_fold(checksum_add(0, NULL, 0)), 0);
    ck_assert_uint_eq(checksum_finish(0), 0xffff);
}
END_TEST

START_TEST(all_lengths_and_alignments) {
    uint64_t seed = 1;
    uint8_t octets[300];
    for (size_t i = 0; i < sizeof octets; i++) {
        octets[i] = (uint8_t)draw(&seed);
    }
    for (size_t from = 0; from < 8; from++) {
        for (size_t length = 0; length + from <= sizeof octets; length++) {
            uint8_t *copy = exact_copy(octets + from, length);
            EXPECT(checksum_fold(checksum_add(0, copy, length)) == slow_sum(copy, length));
            exact_free(copy);
        }
    }
}
END_TEST

START_TEST(carries_of_the_longest_packet) {
    static uint8_t octets[65535];
    memset(octets, 0xff, sizeof octets);
    ck_assert_uint_eq(checksum_fold(checksum_add(0, octets, sizeof octets)), slow_sum(octets, sizeof octets));
    uint64_t sum = 0;
    for (int i = 0; i < 1000; i++) {
        sum = checksum_add(sum, octets, 65534);
    }
    ck_assert_uint_eq(checksum_fold(sum), 0xffff);
    ck_assert_uint_eq(checksum_fold(UINT64_MAX), 0xffff);
}
END_TEST

START_TEST(slices_of_any_length) {
    uint64_t seed = 7;
    uint8_t octets[512];
    for (size_t i = 0; i < sizeof octets; i++) {
        octets[i] = (uint8_t)draw(&seed);
    }
    for (int round = 0; round < 2000; round++) {
        struct lucid_slice slices[6];
        size_t at = 0;
        for (unsigned i = 0; i < 6; i++) {
            size_t length = draw_below(&seed, 40);
            slices[i] = (struct lucid_slice){octets + at, length};
            at += length;
        }
        EXPECT(checksum_fold(checksum_slices(0, slices, 6)) == slow_sum(octets, at));
    }
}
END_TEST

START_TEST(message_with_its_checksum_sums_to_zero) {
    uint64_t seed = 3;
    for (int round = 0; round < 1000; round++) {
        uint8_t octets[64];
        for (size_t i = 0; i < sizeof octets; i++) {
            octets[i] = (uint8_t)draw(&seed);
        }
        put16(octets + 16, 0);
        put16(octets + 16, checksum_finish(checksum_add(0, octets, sizeof octets)));
        ck_assert_uint_eq(checksum_finish(checksum_add(0, octets, sizeof octets)), 0);
        octets[draw_below(&seed, 64)] ^= (uint8_t)(1u << draw_below(&seed, 8));
        ck_assert_uint_ne(checksum_finish(checksum_add(0, octets, sizeof octets)), 0);
    }
}
END_TEST

START_TEST(pseudo_headers) { /* RFC 9293 3.1, RFC 8200 8.1 */
    static const uint8_t ip4[12] = {10, 77, 0, 1, 10, 77, 0, 2, 0, 6, 0x12, 0x34};
    struct lucid_addr source, destination;
    ck_assert_int_eq(lucid_addr_parse("10.77.0.1", &source), 0);
    ck_assert_int_eq(lucid_addr_parse("10.77.0.2", &destination), 0);
    ck_assert_uint_eq(checksum_fold(pseudo_header_sum(&source, &destination, 6, 0x1234)), slow_sum(ip4, 12));

    uint8_t ip6[40] = {0};
    ck_assert_int_eq(lucid_addr_parse("fd77::1:fffe", &source), 0);
    ck_assert_int_eq(lucid_addr_parse("fd77::2", &destination), 0);
    memcpy(ip6, source.octet, 16);
    memcpy(ip6 + 16, destination.octet, 16);
    put32(ip6 + 32, 0x00012345);
    ip6[39] = 58;
    ck_assert_uint_eq(checksum_fold(pseudo_header_sum(&source, &destination, 58, 0x12345)), slow_sum(ip6, 40));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("checksum", &tests);
    tcase_add_test(tests, example_of_the_rfc);
    tcase_add_test(tests, nothing_sums_to_zero);
    tcase_add_test(tests, all_lengths_and_alignments);
    tcase_add_test(tests, carries_of_the_longest_packet);
    tcase_add_test(tests, slices_of_any_length);
    tcase_add_test(tests, message_with_its_checksum_sums_to_zero);
    tcase_add_test(tests, pseudo_headers);
    return unit_run(suite);
}
