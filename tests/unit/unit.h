/* unit.h: what the unit tests share: running one suite, buffers that end where they say, numbers that repeat.
 *
 * Every tests/unit/test_NAME.c is a program of its own with one suite; `make test-NAME` runs it.
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Runs a suite; the value is for main() to return. */
static inline int unit_run(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

/* A suite of one test case. */
static inline Suite *unit_suite(const char *name, TCase **tests) {
    Suite *suite = suite_create(name);
    *tests = tcase_create("all");
    tcase_set_timeout(*tests, 60);
    suite_add_tcase(suite, *tests);
    return suite;
}

/* As ck_assert(), which reports to the parent process each time, but cheap enough for inner loops. */
#define EXPECT(condition)                   \
    do {                                    \
        if (!(condition)) {                 \
            ck_abort_msg("%s", #condition); \
        }                                   \
    } while (0)

/* A copy of length octets at an odd address, behind which the address sanitizer sees every read and write. */
static inline uint8_t *exact_copy(const void *octets, size_t length) {
    uint8_t *block = malloc(length + 1);
    ck_assert_ptr_nonnull(block);
    if (length > 0) {
        memcpy(block + 1, octets, length);
    }
    return block + 1;
}

static inline void exact_free(uint8_t *copy) {
    free(copy - 1);
}

/* The next of a sequence of numbers that depends on its start only (SplitMix64). */
static inline uint64_t draw(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint32_t draw_below(uint64_t *state, uint32_t bound) {
    return (uint32_t)(draw(state) % bound);
}

#endif
