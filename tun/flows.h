/* flows.h: links with faults for single connections, beside the link that all packets share: lucid_host_faults().
 *
 * A flow is a connection of the stack and a link each way. Packets that belong to it go over these instead of straight
 * on; it ends with the connection. While there is none, nothing is spent but a look at a number.
 */
#ifndef TUN_FLOWS_H
#define TUN_FLOWS_H

#include "lucid/host.h"

#define FLOWS_MAX 64

struct flow {
    struct lucid_sockaddr local, remote;
    uint32_t connection; /* its number in the stack */
    bool over;           /* what is on its way still arrives, and nothing more is put in */
    struct lucid_link *in, *out;
};

struct flows {
    struct flow flow[FLOWS_MAX];
    unsigned count;
};

/* See lucid_host_faults(). */
int flows_set(struct flows *flows, const struct lucid_stack *stack, const struct lucid_sockaddr *local,
              const struct lucid_sockaddr *remote, const struct lucid_faults *faults);

/* The flow of a packet that the stack hands out (leaves) or is to get; NULL: it has none. */
struct flow *flows_find(struct flows *flows, const struct lucid_packet *packet, bool leaves);

/* Forgets those whose connection has ended. */
void flows_tidy(struct flows *flows, const struct lucid_stack *stack);

/* When the next packet arrives somewhere; LUCID_NEVER when none is on its way. */
lucid_time flows_deadline(const struct flows *flows);

/* Is something on its way to the device? */
bool flows_leave(const struct flows *flows);

void flows_end(struct flows *flows);

#endif
