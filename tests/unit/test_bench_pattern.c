/* test_bench_pattern.c: the octets of bulk runs: that they pass whatever pieces they come in, and that nothing wrong
 * does. apps/bench/pattern.h. */
#include <stdlib.h>
#include <string.h>

#include "bench/pattern.h"
#include "unit.h"

/* What was sent, all of it. */
static uint8_t *stream;
static size_t total;

enum { BLOCKS = 20 };

/* A flow of so many blocks, its tail and trailer; the sender takes at most piece octets at a time. */
static void make_stream(unsigned blocks, size_t piece) {
    struct pattern_source source;
    const void *data;
    size_t length;
    total = 0;
    pattern_source_begin(&source);
    while ((data = pattern_next(&source, &length)) != NULL) {
        size_t taken = length < piece ? length : piece;
        memcpy(stream + total, data, taken);
        total += taken;
        pattern_sent(&source, 0);
        pattern_sent(&source, taken);
        if (source.octets >= blocks * PATTERN_BLOCK) {
            pattern_finish(&source);
        }
    }
    ck_assert_uint_eq(source.phase, PATTERN_OVER);
}

static bool taken_whole(struct pattern_check *check, const uint8_t *data, size_t length, size_t piece) {
    pattern_check_begin(check);
    for (size_t at = 0; at < length; at += piece) {
        if (!pattern_take(check, data + at, length - at < piece ? length - at : piece)) {
            return false;
        }
    }
    return pattern_whole(check);
}

static bool is_refused(const char *error, const uint8_t *data, size_t length) {
    struct pattern_check check;
    bool good = taken_whole(&check, data, length, 65160);
    return !good && strstr(check.error, error) != NULL && !pattern_take(&check, data, 1);
}

static void setup(void) {
    stream = malloc((BLOCKS * 2 + 4) * PATTERN_BLOCK);
    make_stream(BLOCKS, PATTERN_BLOCK);
}

static void teardown(void) {
    free(stream);
}

START_TEST(it_passes_in_any_pieces) {
    static const size_t pieces[] = {PATTERN_BLOCK, 65160, 4096, 1448, 63, 7};
    struct pattern_check check;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        make_stream(BLOCKS, pieces[i]);
        for (size_t j = 0; j < sizeof pieces / sizeof *pieces; j++) {
            ck_assert_msg(taken_whole(&check, stream, total, pieces[j]), "%zu, %zu: %s", pieces[i], pieces[j],
                          check.error);
        }
    }
    ck_assert_uint_eq(check.hashed, PATTERN_BLOCK * BLOCKS / 16);
    ck_assert_uint_eq(check.octets, PATTERN_BLOCK * BLOCKS + check.hashed);
}
END_TEST

START_TEST(a_short_flow_has_a_tail_too) {
    struct pattern_check check;
    make_stream(1, 1448);
    ck_assert(taken_whole(&check, stream, total, 1448));
    ck_assert_uint_eq(check.hashed, PATTERN_BLOCK);
}
END_TEST

/* No octet of the tail may be another one. */
START_TEST(a_wrong_octet_of_the_tail_is_seen) {
    size_t tail = total - PATTERN_LINE - PATTERN_BLOCK * BLOCKS / 16;
    for (size_t at = tail; at < total; at += 977) {
        stream[at] ^= 0x10;
        ck_assert(is_refused("", stream, total));
        stream[at] ^= 0x10;
    }
    stream[tail + PATTERN_STRIDE * 3 / 2] ^= 1;
    ck_assert(is_refused("the hash of the last", stream, total));
}
END_TEST

/* A page that is not the one that was sent, wherever it begins. */
START_TEST(a_wrong_page_is_seen) {
    uint8_t keep[PATTERN_STRIDE + 8];
    for (size_t at = 0; at + sizeof keep < PATTERN_BLOCK * BLOCKS; at += 100003) {
        memcpy(keep, stream + at, sizeof keep);
        memset(stream + at, 0, sizeof keep);
        ck_assert(is_refused("not all is right after octet", stream, total));
        memcpy(stream + at, keep, sizeof keep);
    }
}
END_TEST

/* Octets that are lost, or there twice: a single one, a segment, what an IP packet carries, a whole block. */
START_TEST(what_is_lost_or_doubled_is_seen) {
    static const size_t lengths[] = {1, 64, 1448, 4096, 65160, 65160 * 3, PATTERN_BLOCK};
    uint8_t *copy = malloc(total + PATTERN_BLOCK);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t length = lengths[i], at = PATTERN_BLOCK * 7 + 65160;
        memcpy(copy, stream, at);
        memcpy(copy + at, stream + at + length, total - at - length);
        ck_assert(is_refused(length == PATTERN_BLOCK ? "were sent" : "not all is right", copy, total - length));
        memcpy(copy + at + length, stream + at, total - at);
        memcpy(copy + at, stream + at, length);
        ck_assert(is_refused(length == PATTERN_BLOCK ? "were sent" : "not all is right", copy, total + length));
    }
    free(copy);
}
END_TEST

/* Two packets that have changed places. */
START_TEST(what_has_moved_is_seen) {
    uint8_t *first = stream + PATTERN_BLOCK * 3 + 1448, keep[65160];
    memcpy(keep, first, sizeof keep);
    memcpy(first, first + sizeof keep, sizeof keep);
    memcpy(first + sizeof keep, keep, sizeof keep);
    ck_assert(is_refused("not all is right after octet", stream, total));
}
END_TEST

START_TEST(an_early_end_is_seen) {
    ck_assert(is_refused("it ends after octet", stream, total - 1));
    ck_assert(is_refused("it ends after octet", stream, total - PATTERN_LINE));
    ck_assert(is_refused("it ends after octet", stream, PATTERN_BLOCK));
    stream[total] = 0;
    ck_assert(is_refused("not all is right", stream, total + 1));
}
END_TEST

/* Lines of announcement and trailer that say something else. */
START_TEST(wrong_numbers_are_seen) {
    size_t tail = PATTERN_BLOCK * BLOCKS / 16;
    uint8_t *announcement = stream + total - tail - PATTERN_LINE * 2, *trailer = stream + total - PATTERN_LINE;
    for (int i = 0; i < 24; i++) {
        announcement[i] ^= 1;
        ck_assert(is_refused("", stream, total));
        announcement[i] ^= 1;
        trailer[i] ^= 1;
        ck_assert(is_refused("", stream, total));
        trailer[i] ^= 1;
    }
}
END_TEST

/* The hash depends on each octet and on their order, and not on the pieces. */
START_TEST(the_hash_is_of_all_octets_in_order) {
    struct pattern_hash whole, parts, other;
    pattern_hash_begin(&whole);
    pattern_hash_begin(&parts);
    pattern_hash_begin(&other);
    pattern_hash_add(&whole, stream, 1000);
    for (size_t i = 0; i < 1000; i += 8) {
        pattern_hash_add(&parts, stream + i, 8);
        pattern_hash_add(&other, stream + (i == 64 ? 128 : i == 128 ? 64 : i), 8);
    }
    ck_assert_uint_eq(pattern_hash_end(&whole), pattern_hash_end(&parts));
    ck_assert_uint_ne(pattern_hash_end(&whole), pattern_hash_end(&other));
    pattern_hash_add(&parts, "", 1);
    ck_assert_uint_ne(pattern_hash_end(&whole), pattern_hash_end(&parts));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("bench_pattern", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, it_passes_in_any_pieces);
    tcase_add_test(tests, a_short_flow_has_a_tail_too);
    tcase_add_test(tests, a_wrong_octet_of_the_tail_is_seen);
    tcase_add_test(tests, a_wrong_page_is_seen);
    tcase_add_test(tests, what_is_lost_or_doubled_is_seen);
    tcase_add_test(tests, what_has_moved_is_seen);
    tcase_add_test(tests, an_early_end_is_seen);
    tcase_add_test(tests, wrong_numbers_are_seen);
    tcase_add_test(tests, the_hash_is_of_all_octets_in_order);
    return unit_run(suite);
}
