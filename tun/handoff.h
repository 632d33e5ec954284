/* handoff.h: packets on their way from one thread's stack to another's: a ring of a few hundred, one for each host that
 * receives (docs/decisions/0127).
 *
 * Any thread may put, one takes. Nobody waits for anybody: there is no lock. A place says by its turn whose it is: at
 * `turn == n` it is free for the n-th packet, at `n + 1` it holds it, and who has taken it sets it to the turn one
 * round later. So a putter that sleeps between two steps delays what is behind it, and nothing else.
 *
 * A full ring loses the packet, as a network does. What is put is a copy.
 */
#ifndef TUN_HANDOFF_H
#define TUN_HANDOFF_H

#include <stdatomic.h>

#include "lucid/lucid.h"

/* Places of a ring, a power of two; as many packets as the loop takes in four batches. */
#define HANDOFF_PLACES 256u

/* A packet that was handed on. */
struct handed {
    unsigned asked; /* stacks that do not know it */
    struct lucid_packet packet;
    uint8_t octets[];
};

struct handoff_place {
    atomic_uint turn;
    struct handed *handed;
};

/* What putters write, and what the taker writes, lie in cache lines of their own. */
struct handoff {
    _Alignas(64) atomic_uint puts;
    _Alignas(64) unsigned takes;
    atomic_bool told; /* the taker has been woken, and has not looked yet */
    int event;        /* an eventfd(2), to wake him */
    _Alignas(64) struct handoff_place place[HANDOFF_PLACES];
};

/* Returns 0 or a negative errno value. */
int handoff_open(struct handoff *handoff);

/* What is still in it is lost. */
void handoff_close(struct handoff *handoff);

/* Copies a packet of one slice into the ring, and wakes the taker. False: it is full, or there is no memory. */
bool handoff_put(struct handoff *handoff, const struct lucid_packet *packet, unsigned asked);

/* The taker has woken up: call it before he takes. */
void handoff_awake(struct handoff *handoff);

/* Returns the next packet, to be given to free(), or NULL: there is none. */
struct handed *handoff_take(struct handoff *handoff);

#endif
