/* walk.h: the parts of test_walk.c: what can happen in every scene. Each part adds its tests; the counts are shared by
 * the processes that the tests run in.
 */
#ifndef FSM_WALK_H
#define FSM_WALK_H

#include <check.h>

#include "fsm/scenes.h"

#define WALK_ROWS 64

struct walk {
    uint64_t segments, calls, times; /* cells of each kind */
    uint32_t fired[WALK_ROWS];       /* by row of fsm.def: the states it has fired in */
};

extern struct walk *walk;

/* The profile that everything but the segments is played with. */
extern const struct profile walk_usual;

/* Opens a stage, plays a scene on it and saves it. */
void walk_begin(struct stage *stage, struct stage *saved, const struct profile *profile, const struct scene *scene);
void walk_end(struct stage *stage, const struct stage *saved);

void walk_add_segments(TCase *tests);
void walk_add_calls(TCase *tests);
void walk_add_times(TCase *tests);

#endif
