/* test_chunk.c: the memory that packets are read into: how much of it is kept, and in which order it comes again. */
#include <unistd.h>

#include "base/chunk.h"
#include "fixture.h"
#include "lucid/host.h"
#include "memory.h"

enum { TAKEN = 6, KEPT = 4 };

static struct fixture f;

static void setup(void) {
    fixture_open(&f);
    f.env.config.chunk_spares = KEPT;
}

static void teardown(void) {
    chunks_trim(&f.env);
    fixture_close(&f);
}

START_TEST(so_many_are_kept_and_the_latest_comes_first) {
    struct lucid_chunk *chunk[TAKEN];
    for (unsigned i = 0; i < TAKEN; i++) {
        chunk[i] = chunk_new(&f.env);
        ck_assert_ptr_nonnull(chunk[i]);
    }
    size_t each = f.in_use / TAKEN;
    for (unsigned i = 0; i < TAKEN; i++) {
        chunk_drop(&f.env, chunk[i]);
    }
    ck_assert_uint_eq(f.in_use, KEPT * each);
    struct lucid_chunk *again = chunk_new(&f.env);
    ck_assert_ptr_eq(again, chunk[KEPT - 1]);
    chunk_drop(&f.env, again);
}
END_TEST

START_TEST(a_chunk_stays_as_long_as_somebody_uses_it) {
    struct lucid_chunk *chunk = chunk_new(&f.env);
    chunk_hold(chunk);
    chunk_drop(&f.env, chunk);
    struct lucid_chunk *other = chunk_new(&f.env);
    ck_assert_ptr_ne(other, chunk);
    chunk_drop(&f.env, other);
    chunk_drop(&f.env, chunk);
}
END_TEST

START_TEST(a_host_keeps_what_its_cache_holds) {
    ck_assert_uint_eq(host_chunk_spares(-1), 16);
    ck_assert_uint_eq(host_chunk_spares(0), 16);
    ck_assert_uint_eq(host_chunk_spares(128 << 10), 4);
    ck_assert_uint_eq(host_chunk_spares(512 << 10), 8);
    ck_assert_uint_eq(host_chunk_spares(2 << 20), 32);
    ck_assert_uint_eq(host_chunk_spares(64 << 20), 64);
    struct lucid_host_options options;
    lucid_host_defaults(&options);
    ck_assert_uint_eq(options.config.chunk_spares, host_chunk_spares(sysconf(_SC_LEVEL2_CACHE_SIZE)));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("chunk", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, so_many_are_kept_and_the_latest_comes_first);
    tcase_add_test(tests, a_chunk_stays_as_long_as_somebody_uses_it);
    tcase_add_test(tests, a_host_keeps_what_its_cache_holds);
    return unit_run(suite);
}
