/* sock.h: what the files of the socket layer share. Handles themselves are in core/sock.h.
 *
 * Order of reading: handle.c (made and closed), stream.c (naming and connecting), transfer.c (send and receive),
 * ready.c (poll and events), options.c.
 */
#ifndef SOCK_SOCK_H
#define SOCK_SOCK_H

#include "core/sock.h"

/* What is true now: OR of enum lucid_poll_event. */
unsigned sock_ready(const struct sock *sock);

/* The number of the connection or listener in the trace; 0: none. */
uint32_t sock_name(const struct sock *sock);

/* True when an address of this kind may be used with the socket. */
bool sock_takes(const struct sock *sock, const struct lucid_addr *addr);

#endif
