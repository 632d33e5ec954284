/* caller.h: an application that makes any call of socket.h at any time with any arguments.
 *
 * It keeps a shadow of its handles: which are open, how much each has sent and received. That is enough to say of
 * every result whether it can be right: a closed handle is -LUCID_EBADF and an open one is not, errors are errors
 * of socket.h, octets are those that were sent, and what lucid_poll() promises is kept.
 */
#ifndef PROP_CALLER_H
#define PROP_CALLER_H

#include "lucid/host.h"
#include "rng.h"

#define CALLER_HANDLES 24
#define CALLER_STALE 16

struct handle {
    int fd; /* 0: this place is free */
    bool stream;
    bool blind;              /* what it receives cannot be compared any more */
    uint64_t sent, received; /* octets of the stream */
};

struct caller {
    struct lucid_stack *stack;
    int node; /* 0: 10.77.0.1 and fd77::1; 1: 10.77.0.2 and fd77::2 */
    struct rng *rng;
    uint64_t key; /* of the streams, see sim/end.h */
    struct handle handle[CALLER_HANDLES];
    int stale[CALLER_STALE]; /* closed handles */
    unsigned stale_count;
    uint64_t lent, released; /* pieces */
    uint64_t calls;
    char broken[160];
};

/* Makes one call. */
void caller_call(struct caller *caller);

/* Closes all handles. */
void caller_close_all(struct caller *caller);

#endif
