/* test_siphash.c: base/siphash.h against the vectors that its authors published: key 00 01 .. 0f, messages of 0 to 15
 * octets 00 01 02 ..; the last one is the example of appendix A of the paper. And of SipHash-1-3 some that another
 * implementation gives, with a key of zeroes: hash() of Python 3.11 with PYTHONHASHSEED=0.
 */
#include "base/siphash.h"
#include "unit.h"

static const uint8_t vectors[16][8] = {
    {0x31, 0x0e, 0x0e, 0xdd, 0x47, 0xdb, 0x6f, 0x72}, {0xfd, 0x67, 0xdc, 0x93, 0xc5, 0x39, 0xf8, 0x74},
    {0x5a, 0x4f, 0xa9, 0xd9, 0x09, 0x80, 0x6c, 0x0d}, {0x2d, 0x7e, 0xfb, 0xd7, 0x96, 0x66, 0x67, 0x85},
    {0xb7, 0x87, 0x71, 0x27, 0xe0, 0x94, 0x27, 0xcf}, {0x8d, 0xa6, 0x99, 0xcd, 0x64, 0x55, 0x76, 0x18},
    {0xce, 0xe3, 0xfe, 0x58, 0x6e, 0x46, 0xc9, 0xcb}, {0x37, 0xd1, 0x01, 0x8b, 0xf5, 0x00, 0x02, 0xab},
    {0x62, 0x24, 0x93, 0x9a, 0x79, 0xf5, 0xf5, 0x93}, {0xb0, 0xe4, 0xa9, 0x0b, 0xdf, 0x82, 0x00, 0x9e},
    {0xf3, 0xb9, 0xdd, 0x94, 0xc5, 0xbb, 0x5d, 0x7a}, {0xa7, 0xad, 0x6b, 0x22, 0x46, 0x2f, 0xb3, 0xf4},
    {0xfb, 0xe5, 0x0e, 0x86, 0xbc, 0x8f, 0x1e, 0x75}, {0x90, 0x3d, 0x84, 0xc0, 0x27, 0x56, 0xea, 0x14},
    {0xee, 0xf2, 0x7a, 0x8e, 0x90, 0xca, 0x23, 0xf7}, {0xe5, 0x45, 0xbe, 0x49, 0x61, 0xca, 0x29, 0xa1},
};

START_TEST(published_vectors) {
    uint8_t key[SIPHASH_KEY], message[16];
    for (uint8_t i = 0; i < 16; i++) {
        key[i] = i;
        message[i] = i;
    }
    uint64_t expected = 0;
    for (unsigned i = 0; i < 8; i++) {
        expected |= (uint64_t)vectors[_i][i] << (8 * i);
    }
    uint8_t *copy = exact_copy(message, (size_t)_i);
    ck_assert(siphash24(key, copy, (size_t)_i) == expected);
    exact_free(copy);
}
END_TEST

static const struct {
    size_t length;
    uint64_t hash;
} short_vectors[] = {
    {1, UINT64_C(0x68a914128e01e473)}, {7, UINT64_C(0x2f098ab0c751325a)},  {8, UINT64_C(0xead411e67ebe2eea)},
    {9, UINT64_C(0x75927f9d95124362)}, {15, UINT64_C(0xf30eb725bb91c9ea)}, {36, UINT64_C(0xac77921fcc642bd3)},
};

START_TEST(fewer_rounds) {
    const uint8_t key[SIPHASH_KEY] = {0};
    uint8_t message[36];
    for (uint8_t i = 0; i < sizeof message; i++) {
        message[i] = i;
    }
    uint8_t *copy = exact_copy(message, short_vectors[_i].length);
    ck_assert(siphash13(key, copy, short_vectors[_i].length) == short_vectors[_i].hash);
    exact_free(copy);
}
END_TEST

START_TEST(every_bit_matters) {
    uint8_t key[SIPHASH_KEY] = {0}, message[37] = {0};
    uint64_t base = siphash24(key, message, sizeof message);
    for (unsigned bit = 0; bit < 8 * sizeof message; bit++) {
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert(siphash24(key, message, sizeof message) != base);
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (unsigned bit = 0; bit < 8 * sizeof key; bit++) {
        key[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert(siphash24(key, message, sizeof message) != base);
        key[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    ck_assert(siphash24(key, message, sizeof message - 1) != base);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("siphash", &tests);
    tcase_add_loop_test(tests, published_vectors, 0, 16);
    tcase_add_loop_test(tests, fewer_rounds, 0, sizeof short_vectors / sizeof short_vectors[0]);
    tcase_add_test(tests, every_bit_matters);
    return unit_run(suite);
}
