/* shrink.h: makes a failing seed smaller, as long as the same invariant fails.
 *
 * Halves the budget of steps, drops kinds of fault, happenings, connections and hosts, and shortens transfers, each as
 * long as it helps, until nothing helps any more. What each purpose draws does not depend on what was dropped, so what
 * remains stays what it was.
 */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "sim/sim.h"

/* sim: the failed one, ended. *cut is what was taken away before, and gets what can be. */
void shrink(struct sim *sim, uint64_t seed, struct plan_cut *cut, bool deep);

/* The options that repeat it. */
void shrink_print(uint64_t seed, const struct plan_cut *cut, bool deep, FILE *to);

#endif
