/* whatif.h: the one place that knows whether rules can be taken away (lucid/whatif.h).
 *
 * A branch asks WITHOUT(env, PERSIST). In the lab's build that is one bit of the stack; in every other build it is the
 * constant false, and the branch is gone.
 */
#ifndef BASE_WHATIF_H
#define BASE_WHATIF_H

#ifdef LUCID_WHATIF
#include "lucid/whatif.h"
/* OR of enum lucid_whatif: which rules this stack does without. It fills a hole in struct env, so that tests that look
 * inside a stack see the same layout in both builds. */
#define WITHOUT_BITS uint32_t without
#define WITHOUT(env, RULE) (((env)->without & LUCID_WITHOUT_##RULE) != 0)
#define WITHOUT_ANY(env) ((env)->without != 0)
/* What another machine says where fsm.def says row: core/machine.c. */
struct env;
struct fsm_row;
const struct fsm_row *machine_row(const struct env *env, unsigned state, unsigned event, unsigned guards,
                                  const struct fsm_row *row);
#define OTHER_MACHINE(env, state, event, guards, row) machine_row(env, state, event, guards, row)
#else
#define WITHOUT_BITS _Static_assert(true, "every rule holds")
#define WITHOUT(env, RULE) ((void)(env), false)
#define WITHOUT_ANY(env) ((void)(env), false)
#define OTHER_MACHINE(env, state, event, guards, row) ((void)(env), row)
#endif

#endif
