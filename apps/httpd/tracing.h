/* tracing.h: where the events of the stack go: each one to all that read them.
 *
 * A reader gets the events in their order, and is told how many are missing. Text, JSON Lines and ladders are three;
 * whoever wants to count something is one more (tracing_add).
 */
#ifndef HTTPD_TRACING_H
#define HTTPD_TRACING_H

#include <stdio.h>

#include "common/ladders.h"
#include "common/text.h"
#include "options.h"

struct tracing_reader {
    void (*event)(void *user, const struct lucid_event *event);
    void (*lost)(void *user, uint64_t count);
    void (*batch)(void *user); /* no more events now: show what there is. NULL: nothing to do then */
    void *user;
};

enum { TRACING_READERS = 4 };

struct tracing {
    struct tracing_reader readers[TRACING_READERS];
    unsigned count;
    unsigned kinds;   /* of events that somebody reads */
    struct text line; /* that is being made */
    FILE *json;
    struct ladders *ladders;
    lucid_time zero, latest;
    uint64_t number; /* of the latest event */
};

/* Opens the file of --trace-json, if there is one, and what else the options ask for. Returns 0, or -1 and a
 * sentence. */
int tracing_open(struct tracing *tracing, const struct options *options, char error[LUCID_ERROR_TEXT]);

/* kinds: of events that it needs, OR of 1 << enum lucid_event_kind; it gets the others too, if somebody else does. */
void tracing_add(struct tracing *tracing, struct tracing_reader reader, unsigned kinds);

/* Turns the stack's trace on, if somebody reads it. Returns 0 or a negative error. */
int tracing_start(struct tracing *tracing, struct lucid_stack *stack, const struct options *options, lucid_time now);

/* The only reader wants no events for a while; or it does again. Returns false: there are others. */
bool tracing_rest(struct tracing *tracing, struct lucid_stack *stack, bool rest);

/* Takes all events that there are, and hands them to the readers. */
void tracing_drain(struct tracing *tracing, struct lucid_stack *stack);

/* Returns 0, or -1 and a sentence: the file could not be written. */
int tracing_close(struct tracing *tracing, const struct options *options, char error[LUCID_ERROR_TEXT]);

#endif
