/* script.h: plays a variant of a scenario in a session: what is to happen at a time or on a condition, and how long.
 *
 * Whoever drives a session by hand, step by step, calls script_step() where he would call session_step(): then the
 * scenario's own commands come at their instants. After a branch, what came later is to come again.
 */
#ifndef LAB_SCRIPT_H
#define LAB_SCRIPT_H

#include "lab/scenario.h"
#include "lab/session.h"

struct script;

/* Both must outlive the script. NULL and the sentence. */
struct script *script_open(const struct scenario *scenario, unsigned variant, struct session *session,
                           char error[LAB_ERROR]);
void script_close(struct script *script);

/* The next thing: an event with a cause, or a command of the scenario. 1; 0: the scenario is over; -1: sentence. */
int script_step(struct script *script, char error[LAB_ERROR]);

/* To the end. Returns 0, or -1 and the sentence. */
int script_run(struct script *script, char error[LAB_ERROR]);

/* The first `run until` whose condition did not come true in time; NULL: none. */
const struct scenario_run *script_unmet(const struct script *script);

/* Action i of the variant has not happened (yet). */
bool script_waits(const struct script *script, unsigned i);

#endif
