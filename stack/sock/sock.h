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

/* connect() as LUCID_MSG_FASTOPEN asks for it: the SYN waits for data. Returns 0 or an error of lucid_connect(). */
int sock_fast_open(struct lucid_stack *stack, struct sock *sock, int fd, const struct lucid_sockaddr *remote);

/* True when an address of this kind may be used with the socket. */
bool sock_takes(const struct sock *sock, const struct lucid_addr *addr);

#endif
