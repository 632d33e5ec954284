/* test_timers.c: base/timers.h against a naive list of deadlines. */
#include "base/list.h"
#include "base/timers.h"
#include "unit.h"

static struct timers timers;

START_TEST(fresh_wheel_is_empty) {
    timers_init(&timers, 77);
    ck_assert(timers_deadline(&timers) == LUCID_NEVER);
    ck_assert_ptr_null(timers_expired(&timers, LUCID_NEVER - 1));
    ck_assert_uint_eq(timers.armed, 0);
}
END_TEST

/* Not a nanosecond early, not one late, however far away. */
START_TEST(deadline_is_exact) {
    static const lucid_time distances[] = {0,
                                           1,
                                           63,
                                           64,
                                           4095,
                                           4096,
                                           LUCID_MILLISECOND,
                                           200 * LUCID_MILLISECOND,
                                           LUCID_SECOND - 1,
                                           240 * LUCID_SECOND,
                                           7200 * LUCID_SECOND,
                                           400 * 86400 * LUCID_SECOND,
                                           UINT64_C(1) << 62};
    static const lucid_time starts[] = {0, 1, 4095, UINT64_C(1) << 20, UINT64_C(1700000000) * LUCID_SECOND};
    for (unsigned s = 0; s < sizeof starts / sizeof starts[0]; s++) {
        for (unsigned d = 0; d < sizeof distances / sizeof distances[0]; d++) {
            lucid_time at = starts[s] + distances[d];
            struct timer_node node = {0};
            timers_init(&timers, starts[s]);
            timer_arm(&timers, &node, at);
            ck_assert(timer_armed(&node));
            ck_assert(timers_deadline(&timers) == at);
            if (distances[d] > 0) {
                ck_assert_ptr_null(timers_expired(&timers, at - 1));
                ck_assert(timers_deadline(&timers) == at);
            }
            ck_assert_ptr_eq(timers_expired(&timers, at), &node);
            ck_assert(!timer_armed(&node));
            ck_assert_ptr_null(timers_expired(&timers, at));
            ck_assert(timers_deadline(&timers) == LUCID_NEVER);
        }
    }
}
END_TEST

START_TEST(never_is_not_armed) {
    struct timer_node node = {0};
    timers_init(&timers, 5);
    timer_arm(&timers, &node, LUCID_NEVER - 1);
    ck_assert(timers_deadline(&timers) == LUCID_NEVER - 1);
    ck_assert_ptr_null(timers_expired(&timers, LUCID_NEVER - 2));
    timer_arm(&timers, &node, LUCID_NEVER);
    ck_assert(!timer_armed(&node));
    ck_assert(timers_deadline(&timers) == LUCID_NEVER);
    timer_disarm(&timers, &node);
    ck_assert_uint_eq(timers.armed, 0);
}
END_TEST

START_TEST(too_late_comes_at_once) {
    struct timer_node late = {0}, later = {0}, now = {0};
    timers_init(&timers, 1000);
    timer_arm(&timers, &now, 1000);
    timer_arm(&timers, &late, 999);
    timer_arm(&timers, &later, 1001);
    ck_assert(timers_deadline(&timers) == 999);
    struct timer_node *first = timers_expired(&timers, 1000);
    struct timer_node *second = timers_expired(&timers, 1000);
    ck_assert((first == &now && second == &late) || (first == &late && second == &now));
    ck_assert_ptr_null(timers_expired(&timers, 1000));
    ck_assert_ptr_eq(timers_expired(&timers, 5000), &later);
}
END_TEST

START_TEST(arming_again_moves) {
    struct timer_node node = {0};
    timers_init(&timers, 0);
    timer_arm(&timers, &node, 100);
    timer_arm(&timers, &node, 300 * LUCID_SECOND);
    timer_arm(&timers, &node, 200);
    ck_assert_uint_eq(timers.armed, 1);
    ck_assert_ptr_null(timers_expired(&timers, 199));
    ck_assert_ptr_eq(timers_expired(&timers, 200), &node);
    ck_assert_uint_eq(timers.armed, 0);
}
END_TEST

#define NODES 300

struct model {
    struct timer_node nodes[NODES];
    lucid_time at[NODES]; /* LUCID_NEVER: disarmed */
    lucid_time now;
    uint64_t seed;
};

/* Mostly near, sometimes far: a random number of bits. */
static lucid_time draw_distance(struct model *model) {
    return draw(&model->seed) >> (1 + draw_below(&model->seed, 63));
}

static int least(const struct model *model) {
    int best = 0;
    for (int i = 1; i < NODES; i++) {
        best = model->at[i] < model->at[best] ? i : best;
    }
    return best;
}

static void change_one(struct model *model) {
    uint32_t i = draw_below(&model->seed, NODES);
    lucid_time at = LUCID_NEVER;
    if (draw_below(&model->seed, 4) > 0) {
        at = model->now + draw_distance(model) - draw_below(&model->seed, 3);
        at = at < model->now && model->now > UINT64_MAX / 2 ? LUCID_NEVER : at;
    }
    model->at[i] = at;
    timer_arm(&timers, &model->nodes[i], at);
}

static void let_time_pass(struct model *model) {
    bool until_deadline = draw_below(&model->seed, 3) == 0;
    lucid_time to = until_deadline ? timers_deadline(&timers) : model->now + draw_distance(model) / 64;
    model->now = to > model->now && to < LUCID_NEVER ? to : model->now;
    struct timer_node *node;
    while ((node = timers_expired(&timers, model->now))) {
        long i = node - model->nodes;
        EXPECT(!timer_armed(node));
        EXPECT(model->at[i] <= model->now);
        EXPECT(model->at[i] == model->at[least(model)] || model->at[least(model)] < timers.current);
        model->at[i] = LUCID_NEVER;
    }
    EXPECT(model->at[least(model)] > model->now);
}

static uint32_t armed_in(const struct model *model) {
    uint32_t armed = 0;
    for (int i = 0; i < NODES; i++) {
        EXPECT(timer_armed(&model->nodes[i]) == (model->at[i] != LUCID_NEVER));
        armed += model->at[i] != LUCID_NEVER;
    }
    return armed;
}

START_TEST(agrees_with_a_list) {
    static struct model model;
    memset(&model, 0, sizeof model);
    model.seed = (uint64_t)_i;
    model.now = draw_distance(&model) / 1024;
    for (int i = 0; i < NODES; i++) {
        model.at[i] = LUCID_NEVER;
    }
    timers_init(&timers, model.now);
    for (int step = 0; step < 4000; step++) {
        for (uint32_t changes = draw_below(&model.seed, 8); changes > 0; changes--) {
            change_one(&model);
        }
        EXPECT(timers_deadline(&timers) <= model.at[least(&model)]);
        let_time_pass(&model);
        EXPECT(timers.armed == armed_in(&model));
    }
}
END_TEST

/* A deadline that was disarmed may wake us once for nothing, but not again and again. */
START_TEST(early_wakeups_are_few) {
    static struct timer_node nodes[1000];
    memset(nodes, 0, sizeof nodes);
    timers_init(&timers, 12345);
    for (unsigned i = 0; i < 1000; i++) {
        timer_arm(&timers, &nodes[i], 12345 + LUCID_SECOND + i * LUCID_MICROSECOND);
    }
    for (unsigned i = 0; i < 999; i++) {
        timer_disarm(&timers, &nodes[i]);
    }
    unsigned wakeups = 0;
    while (!timers_expired(&timers, timers_deadline(&timers))) {
        wakeups++;
    }
    ck_assert_uint_le(wakeups, TIMER_LEVELS);
    ck_assert(!timer_armed(&nodes[999]));
}
END_TEST

/* Many timers, a clock that jumps by years: the work goes with the timers that are due, not with the time. */
START_TEST(years_pass_at_once) {
    enum { MANY = 100000 };
    struct timer_node *nodes = calloc(MANY, sizeof *nodes);
    uint64_t seed = 9;
    timers_init(&timers, 0);
    for (unsigned i = 0; i < MANY; i++) {
        timer_arm(&timers, &nodes[i], draw(&seed) >> 4);
    }
    lucid_time last = 0;
    for (unsigned i = 0; i < MANY; i++) {
        struct timer_node *node = timers_expired(&timers, LUCID_NEVER - 1);
        EXPECT(node && node->at >= last);
        last = node->at;
    }
    ck_assert_ptr_null(timers_expired(&timers, LUCID_NEVER - 1));
    free(nodes);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("timers", &tests);
    tcase_add_test(tests, fresh_wheel_is_empty);
    tcase_add_test(tests, deadline_is_exact);
    tcase_add_test(tests, never_is_not_armed);
    tcase_add_test(tests, too_late_comes_at_once);
    tcase_add_test(tests, arming_again_moves);
    tcase_add_loop_test(tests, agrees_with_a_list, 0, 20);
    tcase_add_test(tests, early_wakeups_are_few);
    tcase_add_test(tests, years_pass_at_once);
    return unit_run(suite);
}
