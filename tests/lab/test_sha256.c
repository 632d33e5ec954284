/* test_sha256.c: SHA-256 against the published vectors of FIPS 180 and against every length around its blocks; and the
 * seed of a student, which must be the same on every machine for ever.
 */
#include "lab/run.h"
#include "lab/sha256.h"
#include "unit/unit.h"

static const struct vector {
    const char *text, *hash;
} VECTORS[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

START_TEST(published) {
    char hex[65];
    sha256_hex(VECTORS[_i].text, strlen(VECTORS[_i].text), hex);
    ck_assert_str_eq(hex, VECTORS[_i].hash);
}
END_TEST

START_TEST(a_million) {
    char hex[65], *text = malloc(1000000);
    memset(text, 'a', 1000000);
    sha256_hex(text, 1000000, hex);
    ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(text);
}
END_TEST

/* The hash of the hashes of 200 texts, of 0 to 199 octets; computed once with another implementation. */
START_TEST(every_length) {
    uint8_t digest[200][32], text[200];
    char hex[65];
    for (unsigned n = 0; n < 200; n++) {
        for (unsigned i = 0; i < n; i++) {
            text[i] = (uint8_t)(7 * i + n);
        }
        uint8_t *copy = exact_copy(text, n);
        sha256(copy, n, digest[n]);
        exact_free(copy);
    }
    sha256_hex(digest, sizeof digest, hex);
    ck_assert_str_eq(hex, "8c7c9ff69da76fc28823a1cb97268672663e628e1ea955868b16db46bab0545d");
}
END_TEST

START_TEST(seeds) {
    char hash[65];
    ck_assert_uint_eq(run_seed("alice", "L02", hash), UINT64_C(3478261548871582783));
    ck_assert_str_eq(hash, "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90");
    ck_assert_uint_ne(run_seed("alice", "L03", hash), run_seed("alice", "L02", hash));
    ck_assert_uint_ne(run_seed("bob", "L02", hash), run_seed("alice", "L02", hash));
    ck_assert_uint_ne(run_seed("aliceL", "02", hash), run_seed("alice", "L02", hash));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("sha256", &tests);
    tcase_add_loop_test(tests, published, 0, (int)(sizeof VECTORS / sizeof VECTORS[0]));
    tcase_add_test(tests, a_million);
    tcase_add_test(tests, every_length);
    tcase_add_test(tests, seeds);
    return unit_run(suite);
}
