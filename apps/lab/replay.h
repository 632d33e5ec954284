/* replay.h: where one stops in a log that one goes through: at causes, with all that follows from them at once. */
#ifndef LAB_REPLAY_H
#define LAB_REPLAY_H

#include "common/text.h"
#include "lab/model.h"

/* Whether event i is an arrival, a timer, a call, a command: something that does not follow from what was before. */
bool replay_is_cause(const struct tlog *log, uint32_t i);

/* The event at which one stops next, or before, seen from event n; the last one of the step with the next change of a
 * state. */
uint32_t replay_step(const struct tlog *log, uint32_t n);
uint32_t replay_back(const struct tlog *log, uint32_t n);
uint32_t replay_next_state(const struct tlog *log, uint32_t n);

/* The rule that fired last up to event n: what happened, the rule's sentence, its section, where the stack follows it,
 * scenarios that exercise it. */
void replay_why(struct text *say, const struct model *model, uint32_t n);

#endif
