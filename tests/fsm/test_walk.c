/* test_walk.c: everything that can happen in every state, RFC 9293 3.10, on the real code, against a model of its own.
 *
 * A cell is a moment (scenes.h) and what happens then: a segment (walk_segments.c), one or two calls (walk_calls.c), or
 * time (walk_time.c). Stack and model (model.h) must agree on all that can be seen, see stage.h. At the end every row
 * of fsm.def must have fired in every state that it names.   regression close-follows-figure-5
 *
 *     LUCID_WALK=all build/san/tests/fsm/test_walk      shows every disagreement, not only the first of a scene
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>

#include "fsm/walk.h"
#include "tcp/fsm.h"
#include "unit/unit.h"

static const uint64_t SEGMENTS_LEAST = 2000000, CALLS_LEAST = 4000, TIMES_LEAST = 190;

struct walk *walk;

const struct profile walk_usual = {.name = "usual", .iss = 1000000, .irs = 5000000};

void walk_begin(struct stage *stage, struct stage *saved, const struct profile *profile, const struct scene *scene) {
    stage_fired = walk->fired;
    stage_open(stage, profile);
    scene->play(stage);
    ck_assert_msg(stage->wrong[0] == '\0', "%s; %s, on the way: %s", profile->name, scene->name, stage->wrong);
    ck_assert_uint_eq(stage->model.state, scene->state);
    stage_save(stage, saved);
}

void walk_end(struct stage *stage, const struct stage *saved) {
    stage_restore(stage, saved);
    stage_close(stage);
}

/* Rows that name a state in which their event cannot come, though 3.10 says it may. */
static unsigned unreachable(const struct fsm_row *row) {
    if (row->event == EVENT_TIMEOUT_USER) {
        return LUCID_FIN_WAIT_2; /* "for any state"; but nothing is in flight there, and nothing waits */
    }
    if (row->event == EVENT_ABORT) {
        return LUCID_LISTEN; /* a listener ends by CLOSE, whatever the call: there is nobody to be told */
    }
    if (row->event == EVENT_RCV_COOKIE) {
        return row->from; /* the model has RFC 9293 only; tests/pkt/cookie has RFC 4987 3.6 */
    }
    return 0;
}

/* Runs after all others. */
START_TEST(every_row_has_fired_in_every_state_it_names) {
    printf("%" PRIu64 " segments, %" PRIu64 " calls, %" PRIu64 " times\n", walk->segments, walk->calls, walk->times);
    ck_assert_uint_ge(walk->segments, SEGMENTS_LEAST);
    ck_assert_uint_ge(walk->calls, CALLS_LEAST);
    ck_assert_uint_ge(walk->times, TIMES_LEAST);
    for (unsigned i = 0; i < fsm_row_count; i++) {
        const struct fsm_row *row = &fsm_rows[i];
        unsigned expected = row->from & ~unreachable(row);
        ck_assert_msg(walk->fired[i] == expected, "row %u (%s, %s) has fired in %#x, not in %#x", i,
                      lucid_fsm_row(i)->event, row->rule, walk->fired[i], expected);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("fsm: everything in every state", &tests);
    walk = mmap(NULL, sizeof *walk, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (walk == MAP_FAILED || fsm_row_count > WALK_ROWS) {
        return 1;
    }
    walk_add_segments(tests);
    walk_add_calls(tests);
    walk_add_times(tests);
    tcase_add_test(tests, every_row_has_fired_in_every_state_it_names);
    return unit_run(suite);
}
