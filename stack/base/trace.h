/* trace.h: the ring that every module of a stack reports to, and that lucid_trace_next() empties.
 *
 * A module asks trace_wants() first, which is one test of one word, and only then fills an event. When the ring is
 * full the newest event is lost and counted: a reader that was too slow sees a gap in the numbers, never a wrong
 * order.
 *
 * What the events mean is said in the public header, lucid/trace.h.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include "lucid/trace.h"

struct env;

struct trace {
    struct lucid_event *ring; /* NULL: off */
    uint32_t capacity;
    uint32_t first; /* index of the oldest */
    uint32_t count;
    unsigned kinds;  /* bits of enum lucid_event_kind that are wanted */
    uint64_t number; /* of the newest event, lost ones included */
    uint64_t lost;   /* since the last trace_take() */
};

static inline bool trace_wants(const struct trace *trace, enum lucid_event_kind kind) {
    return __builtin_expect((trace->kinds >> kind) & 1u, 0);
}

int trace_enable(struct env *env, unsigned kinds, uint32_t capacity);
int trace_take(struct trace *trace, struct lucid_event *event, uint64_t *lost);

/* What trace_rule() and trace_timer() of env.h do once somebody wants to know. */
void trace_rule_event(struct env *env, uint32_t connection, const char *rule, enum lucid_outcome outcome);
void trace_timer_event(struct env *env, uint32_t connection, enum lucid_timer timer, enum lucid_timer_act act,
                       lucid_time at);

/* Gives the next place in the ring, with number, time, kind and connection filled in, or NULL when it is full.
 * Only after trace_wants() said yes. */
struct lucid_event *trace_event(struct env *env, enum lucid_event_kind kind, uint32_t connection);

/* The short events in one call each; they test trace_wants() themselves. (So do the two of env.h.) */
void trace_call(struct env *env, uint32_t connection, enum lucid_call call, int fd, int64_t argument);
void trace_return(struct env *env, uint32_t connection, enum lucid_call call, int fd, int64_t result);
void trace_delivered(struct env *env, uint32_t connection, uint64_t offset, uint32_t count);

#endif
