/* port.h: which sockets have which local port, inside udp/.
 *
 * A table of two levels, so that finding the sockets of a port takes two steps however many sockets there are, and a
 * page of 256 ports exists only while one of them is in use. Of one port there is usually one socket; several when they
 * have different addresses, different families, or SO_REUSEADDR.
 */
#ifndef UDP_PORT_H
#define UDP_PORT_H

#include "udp/udp.h"

/* True when the socket is for this family of addresses. */
bool port_takes(const struct udp_socket *socket, const struct lucid_addr *addr);

/* Gives the socket its local end, local->port 0: a free port. Returns 0, -LUCID_EADDRINUSE, -LUCID_EADDRNOTAVAIL (no
 * port is free), -LUCID_ENOMEM. */
int port_take(struct udp *udp, struct udp_socket *socket, const struct lucid_sockaddr *local);

/* The opposite; nothing happens when the socket is not bound. */
void port_give(struct udp *udp, struct udp_socket *socket);

/* The socket of that protocol for a datagram from remote to local: of those that would take it the most particular
 * one, a connected one before one bound to the address before one bound to any. NULL when there is none. */
struct udp_socket *port_find(const struct udp *udp, uint8_t protocol, const struct lucid_sockaddr *local,
                             const struct lucid_sockaddr *remote);

/* Gives back the pages. No socket may be bound any more. */
void port_destroy(struct udp *udp);

#endif
