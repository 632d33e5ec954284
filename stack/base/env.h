/* env.h: what a stack was given by its owner, in one place: configuration, memory, randomness, the current time; and
 * what it tells its owner: counters and the trace.
 *
 * Every module gets a pointer to the one struct env of its stack instead of reaching for anything global.
 */
#ifndef BASE_ENV_H
#define BASE_ENV_H

#include "base/trace.h"
#include "base/whatif.h"
#include "lucid/info.h"
#include "lucid/socket.h"

struct env {
    struct lucid_config config;
    lucid_time now;           /* of the latest call of the owner */
    struct lucid_stats stats; /* counters and the memory in use */
    struct trace trace;
    const char *broken;               /* the latest invariant that aborted a connection (tcp/check.h); NULL: none */
    uint64_t packets_named;           /* id of the latest packet that left */
    uint64_t input_packet;            /* id of the packet being processed; 0: none */
    uint32_t connections_named;       /* number of the latest connection */
    WITHOUT_BITS;                     /* in the lab's build: whatif.h */
    struct lucid_chunk *spare_chunks; /* see chunk.h */
    unsigned spare_chunk_count;
};

/* A decision, and the rule that it follows: a string constant, "9293:3.10.7.4/1" or "9293:MUST-36". Almost every
 * segment meets one, so that whether anybody wants to know is asked here, without a call. */
static inline void trace_rule(struct env *env, uint32_t connection, const char *rule, enum lucid_outcome outcome) {
    if (trace_wants(&env->trace, LUCID_EVENT_RULE)) {
        trace_rule_event(env, connection, rule, outcome);
    }
}

/* A timer is set, stopped, or has fired: the same for what every segment does to timers. */
static inline void trace_timer(struct env *env, uint32_t connection, enum lucid_timer timer, enum lucid_timer_act act,
                               lucid_time at) {
    if (trace_wants(&env->trace, LUCID_EVENT_TIMER)) {
        trace_timer_event(env, connection, timer, act, at);
    }
}

/* Memory from config.alloc, within config.mem_limit. NULL when there is none. size must be given back exactly. */
void *env_alloc(struct env *env, size_t size);
void env_free(struct env *env, void *memory, size_t size);

/* Unpredictable octets. False when the host has none. */
bool env_random(struct env *env, void *octets, size_t length);

/* An unpredictable number below bound (bound > 0); 0 when the host has none. */
uint32_t env_random_below(struct env *env, uint32_t bound);

/* Counts and traces that something was dropped; returns the reason, so that a caller can return it in turn.
 * connection: its number, or 0. */
enum lucid_drop env_drop(struct env *env, uint32_t connection, enum lucid_drop reason);

#endif
