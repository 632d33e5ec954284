/* elsewhere.h: stacks that share their addresses, one for each queue of a device, and what reached the wrong one of
 * them (docs/decisions/0127).
 *
 * Whoever hands packets to such stacks cannot know which of them has the connection: the kernel chooses the queue, by a
 * hash of both ends. For a connection that began with a SYN from outside that choice is always the same, so that the
 * stack that got the SYN gets the rest. For the answer to a SYN, a datagram or an echo request of ours it is not. So
 * local ports are shared out: a stack takes for itself ports whose remainder by the number of stacks is its own number,
 * and what comes for a port that is nobody's here goes to the one whose number that is.
 *
 * To that rule there is no way for ICMP errors about connections of a listener's port, and for segments to it that were
 * made of fragments, both of which the kernel's hash takes to any queue. They go to all in turn, until somebody knows
 * them.
 *
 * A single stack owns all ports, and asks nobody.
 */
#ifndef IP_ELSEWHERE_H
#define IP_ELSEWHERE_H

#include "ip/ip.h"

/* The local ports that are this stack's to choose from: first, and every step-th behind it, count in all. */
struct own_ports {
    uint16_t first;
    uint16_t step;
    uint32_t count;
};

struct own_ports own_ports(const struct lucid_config *config);

/* Nothing here has this port (or, of an echo reply, this identifier). Returns true: the packet has been taken by the
 * stack that may have it. */
bool elsewhere_port(const struct ip *ip, const struct ip_datagram *in, uint16_t port);

/* Nothing here knows the connection, and no rule says who may. Returns true: somebody else looks. */
bool elsewhere_any(const struct ip *ip, const struct ip_datagram *in);

#endif
