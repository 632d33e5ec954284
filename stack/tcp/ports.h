/* ports.h: which local ports are in use, and which one to take next (RFC 6056).
 *
 * Counts, for each local port, the connections, TIME-WAIT records and bound sockets on it. bind() asks it; so does the
 * choice of an ephemeral port. A table of the used ports only, since most stacks use few.
 */
#ifndef TCP_PORTS_H
#define TCP_PORTS_H

#include "base/env.h"
#include "tcp/tcb.h"

struct tcp;

struct ports_slot {
    uint32_t count; /* 0: empty */
    uint16_t port;
};

struct ports {
    struct ports_slot *slots;
    uint32_t size; /* a power of two, or 0 */
    uint32_t used; /* slots with a count */
};

/* One user more; false when memory is short. */
bool ports_take(struct env *env, struct ports *ports, uint16_t port);

/* One user less. */
void ports_give(struct env *env, struct ports *ports, uint16_t port);

uint32_t ports_users(const struct ports *ports, uint16_t port);

/* Chooses a local port of config.port_first..port_last for a connection to ends->remote, such that the four-tuple is
 * new, or, without a remote end, one that nobody uses: RFC 6056 algorithm 3, with fresh random increments. Sets
 * ends->local.port; false when all are taken. */
bool ports_choose(struct tcp *tcp, struct endpoints *ends);

void ports_destroy(struct env *env, struct ports *ports);

#endif
