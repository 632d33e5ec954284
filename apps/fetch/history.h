/* history.h: the states of our connection, told on stderr as they change: when, where from and to, why, by which rule.
 *
 *     *    0.000 ms  CLOSED       -> SYN-SENT      OPEN_ACTIVE     RFC 9293 3.10.1/CLOSED
 *
 * It reads the stack's trace and nothing else, so it can only tell what has happened.
 */
#ifndef FETCH_HISTORY_H
#define FETCH_HISTORY_H

#include "lucid/host.h"

struct history {
    lucid_time start; /* of the first change; LUCID_NEVER: none so far */
    uint64_t changes;
};

/* Turns the trace on and follows it in every turn of the loop. Returns 0 or a negative error. */
int history_begin(struct history *history, struct lucid_host *host);

/* Tells what has happened since the last turn. */
void history_tell(struct history *history, struct lucid_host *host);

#endif
