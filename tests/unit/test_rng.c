/* test_rng.c: what a faulty link is made of: numbers that repeat (tun/rng.h), and its heap (tun/arrivals.h). */
#include "arrivals.h"
#include "rng.h"
#include "unit.h"

/* ---- the generator ---- */

START_TEST(generator_is_splitmix64) { /* the values of its authors' program for the state 1234567 */
    struct rng rng = {.state = 1234567};
    ck_assert_uint_eq(rng_next(&rng), UINT64_C(6457827717110365317));
    ck_assert_uint_eq(rng_next(&rng), UINT64_C(3203168211198807973));
    ck_assert_uint_eq(rng_next(&rng), UINT64_C(9817491932198370423));
}
END_TEST

__extension__ typedef unsigned __int128 wide;

START_TEST(scaling_is_exact) {
    ck_assert_uint_eq(rng_scale(UINT64_MAX, 10), 9);
    ck_assert_uint_eq(rng_scale(0, 10), 0);
    ck_assert_uint_eq(rng_scale(UINT64_C(1) << 63, 10), 5);
    ck_assert_uint_eq(rng_scale((UINT64_C(1) << 63) - 1, 10), 4);
    ck_assert_uint_eq(rng_scale(UINT64_MAX, 0), 0);
    ck_assert_uint_eq(rng_scale(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
    uint64_t state = 3;
    for (int round = 0; round < 100000; round++) {
        uint64_t drawn = draw(&state), bound = draw(&state) >> draw_below(&state, 64);
        EXPECT(rng_scale(drawn, bound) == (uint64_t)((wide)drawn * bound >> 64));
    }
}
END_TEST

START_TEST(streams_differ) {
    struct rng rng;
    uint64_t first[4];
    for (unsigned i = 0; i < 4; i++) {
        rng_seed(&rng, 1, i & 1, i >> 1);
        first[i] = rng_next(&rng);
        for (unsigned k = 0; k < i; k++) {
            ck_assert_uint_ne(first[i], first[k]);
        }
    }
    uint8_t octets[2][19];
    for (unsigned i = 0; i < 2; i++) {
        rng_seed(&rng, 1, 2, 3);
        rng_fill(&rng, octets[i], sizeof octets[i]);
    }
    ck_assert_mem_eq(octets[0], octets[1], sizeof octets[0]);
}
END_TEST

/* ---- the heap, against a list ---- */

START_TEST(heap_agrees_with_a_list) {
    enum { ROOM = 200 };
    static struct travelling packets[ROOM];
    bool inside[ROOM] = {false};
    struct arrivals arrivals = {0};
    uint64_t state = (uint64_t)_i;
    for (int step = 0; step < 5000; step++) {
        uint32_t i = draw_below(&state, ROOM);
        lucid_time at = draw_below(&state, 50);
        if (inside[i]) {
            arrivals_move(&arrivals, &packets[i], at);
        } else if (arrivals_reserve(&arrivals, 1)) {
            packets[i].at = at;
            arrivals_add(&arrivals, &packets[i]);
            inside[i] = true;
        }
        const struct travelling *least = NULL;
        for (int k = 0; k < ROOM; k++) {
            bool better = inside[k] && (!least || packets[k].at < least->at ||
                                        (packets[k].at == least->at && packets[k].serial < least->serial));
            least = better ? &packets[k] : least;
        }
        EXPECT(arrivals_first(&arrivals) == least);
        if (draw_below(&state, 3) == 0) {
            EXPECT(arrivals_pop(&arrivals) == least);
            inside[least - packets] = false;
        }
    }
    free(arrivals.members);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("rng", &tests);
    tcase_add_test(tests, generator_is_splitmix64);
    tcase_add_test(tests, scaling_is_exact);
    tcase_add_test(tests, streams_differ);
    tcase_add_loop_test(tests, heap_agrees_with_a_list, 0, 10);
    return unit_run(suite);
}
