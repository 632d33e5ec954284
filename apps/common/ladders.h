/* ladders.h: the first connections of a stack as ladders, each printed when it has ended.
 *
 *     struct ladders *ladders = ladders_new(count, false, &style, print, user)
 *     lucid_trace_enable(stack, LADDER_KINDS, ...)
 *     each event of lucid_trace_next():  ladders_add(ladders, 0, &event)
 *     ladders_done(ladders):  nothing more will be printed, the trace may be switched off
 *     ladders_free(ladders):  prints those that have not ended
 *
 * A connection begins with a change of state, but the segment that caused it comes before; and a SYN belongs to the
 * listener. So the latest segment is kept until it is known what came of it. A connection in TIME-WAIT that a newer SYN
 * ends says nothing itself; the new one does.
 */
#ifndef COMMON_LADDERS_H
#define COMMON_LADDERS_H

#include "common/ladder.h"

struct ladders;

/* Takes the text of one ladder. */
typedef void ladders_print(void *user, const struct text *text);

/* The most ladders that ladders_new() makes. */
#define LADDERS_MAX 1000

/* count: how many connections, at most LADDERS_MAX. both: the events of two stacks come, 0 and 1. style: copied; its
 * title is put before the number of the ladder. NULL when there is no memory. */
struct ladders *ladders_new(unsigned count, bool both, const struct ladder_style *style, ladders_print *print,
                            void *user);
void ladders_free(struct ladders *ladders);

/* Has a connection begun with this event, which a SYN has made or connect()? */
bool ladders_is_birth(const struct lucid_event *event);

void ladders_add(struct ladders *ladders, unsigned end, const struct lucid_event *event);

/* All have been printed. */
bool ladders_done(const struct ladders *ladders);

#endif
