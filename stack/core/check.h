/* check.h: the invariants of a whole stack, for tests, simulation and fuzzing. See tcp/check.h. */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#include "lucid/lucid.h"

struct check_report {
    const char *broken; /* "I1: ...", a sentence that says what is wrong; NULL: nothing */
};

/* Returns 0 when every invariant holds, or -1 and names the first that does not. */
int stack_check(const struct lucid_stack *stack, struct check_report *report);

#endif
