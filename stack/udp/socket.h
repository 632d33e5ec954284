/* socket.h: what the files of udp/ know of a socket beyond udp.h: its receive queue, and what sending needs. */
#ifndef UDP_SOCKET_H
#define UDP_SOCKET_H

#include "udp/udp.h"

/* Puts a datagram at the end of the socket's queue. Returns LUCID_DROP_NONE, LUCID_DROP_UDP_QUEUE (rcvbuf is full) or
 * LUCID_DROP_NO_MEMORY. */
enum lucid_drop queue_put(struct udp *udp, struct udp_socket *socket, const struct lucid_sockaddr *remote,
                          const struct lucid_addr *local, const uint8_t *data, size_t length);

/* Drops everything in it. */
void queue_clear(struct udp *udp, struct udp_socket *socket);

/* Checks whether a datagram may go to remote, makes sure that the socket has a port, and finds the address to send
 * from. Returns 0, -LUCID_EINVAL (no address or port), -LUCID_EAFNOSUPPORT, -LUCID_EACCES (broadcast),
 * -LUCID_ENETUNREACH, -LUCID_EADDRNOTAVAIL (no free port), -LUCID_ENOMEM. */
int socket_prepare(struct udp *udp, struct udp_socket *socket, const struct lucid_sockaddr *remote,
                   struct lucid_addr *source);

/* Puts the socket into the list of changed ones, unless it is there. */
void socket_changed(struct udp *udp, struct udp_socket *socket);

/* True while udp_sendto() would take a datagram. */
bool socket_writable(const struct udp_socket *socket);

#endif
