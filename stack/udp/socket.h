/* socket.h: what the files of udp/ know of a socket beyond udp.h: its receive queue, and what sending needs. */
#ifndef UDP_SOCKET_H
#define UDP_SOCKET_H

#include "udp/udp.h"
#include "wire/udp.h"

/* Puts what a datagram carries at the end of the socket's queue. port: that it came from. Returns LUCID_DROP_NONE,
 * LUCID_DROP_UDP_QUEUE (rcvbuf is full) or LUCID_DROP_NO_MEMORY. */
enum lucid_drop queue_put(struct udp *udp, struct udp_socket *socket, const struct ip_datagram *in, uint16_t port,
                          const uint8_t *data, size_t length);

/* Drops everything in it. */
void queue_clear(struct udp *udp, struct udp_socket *socket);

/* Checks whether a datagram may go to remote, makes sure that the socket has a port, and finds the address to send
 * from. Returns 0, -LUCID_EINVAL (no address or port), -LUCID_EAFNOSUPPORT, -LUCID_EACCES (broadcast),
 * -LUCID_ENETUNREACH, -LUCID_EADDRNOTAVAIL (no free port), -LUCID_ENOMEM. */
int socket_prepare(struct udp *udp, struct udp_socket *socket, const struct lucid_sockaddr *remote,
                   struct lucid_addr *source);

static inline bool socket_echoes(const struct udp_socket *socket) {
    return socket->protocol != UDP_PROTOCOL;
}

/* ping.c: an echo request as a packet: its octets are those of the caller's message, but for the identifier, which is
 * the socket's, and the checksum. NULL: no memory. */
struct datagram *ping_build(struct udp *udp, const struct udp_socket *socket, const struct lucid_addr *source,
                            const struct lucid_sockaddr *remote, const uint8_t *message, uint32_t length);

/* True when these octets begin with an echo request of the socket's protocol. */
bool ping_is_request(const struct udp_socket *socket, const uint8_t *message, size_t length);

/* Puts the socket into the list of changed ones, unless it is there. */
void socket_changed(struct udp *udp, struct udp_socket *socket);

/* True while udp_sendto() would take a datagram. */
bool socket_writable(const struct udp_socket *socket);

#endif
