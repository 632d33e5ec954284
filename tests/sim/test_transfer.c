/* test_transfer.c: byte-exact transfers between two stacks over bad links, from seeds. What is drawn, and what is
 * checked after every step, is in world.h.
 *
 *     LUCID_SEEDS=100000 build/san/tests/sim/test_transfer     that many, from 1 on
 *     LUCID_SEED=17 build/san/tests/sim/test_transfer          this one
 */
#include <stdlib.h>

#include "sim/world.h"
#include "unit/unit.h"

static const char *const SEEDS = "LUCID_SEEDS", *const SEED = "LUCID_SEED";
static const int USUAL_SEEDS = 300;

static struct world world;

static int number_of(const char *name, int otherwise) {
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

START_TEST(transfer) {
    world_draw(&world, (uint64_t)_i);
    bool ok = world_run(&world);
    if (!ok) {
        world_tell(&world, stderr);
    }
    world_end(&world);
    ck_assert_msg(world.failure[0] == '\0', "seed %d: %s", _i, world.failure);
}
END_TEST

/* The same number gives the same packets at the same times. */
START_TEST(runs_repeat) {
    uint64_t print[2];
    for (int run = 0; run < 2; run++) {
        world_draw(&world, (uint64_t)_i);
        ck_assert_msg(world_run(&world), "seed %d: %s", _i, world.failure);
        print[run] = world.print;
        world_end(&world);
    }
    ck_assert_uint_eq(print[0], print[1]);
}
END_TEST

int main(void) {
    int seed = number_of(SEED, 0);
    int first = seed ? seed : 1;
    int behind = seed ? seed + 1 : 1 + number_of(SEEDS, USUAL_SEEDS);
    TCase *tests;
    Suite *suite = unit_suite("transfer", &tests);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, transfer, first, behind);
    tcase_add_loop_test(tests, runs_repeat, 1, 11);
    return unit_run(suite);
}
