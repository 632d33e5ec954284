/* udp.h: UDP, RFC 768, with RFC 1122 4.1, RFC 8200 8.1 and, for ports, RFC 6056; and echo sockets (ping.c), which send
 * and receive ICMP echo messages as if they were datagrams, the identifier in the place of the port.
 *
 * Sockets, the queues before and behind them, and which datagram goes to which socket. A socket here is what sock/
 * makes a handle for; the numbers that callers see (handles, events) live there: a udp_socket only keeps an `owner` for
 * it, and is put into a list when something about it has changed, which sock/ drains with udp_next_changed().
 *
 * All calls return 0, a count, or a negative enum lucid_error.
 */
#ifndef UDP_UDP_H
#define UDP_UDP_H

#include "base/list.h"
#include "ip/icmp.h"
#include "ip/ip.h"

#define UDP_PORT_PAGES 256u /* the table of ports has two levels of 256, the lower made on demand */
#define UDP_PAGE_PORTS 256u

struct udp_message; /* queue.c: a datagram that waits for its reader */
struct udp_page;    /* port.c */

struct udp_socket {
    struct list_node by_port; /* bound: among the sockets of this port */
    struct list_node in_changed;
    struct list_node in_sending; /* while out holds something */
    struct lucid_sockaddr local, remote;
    struct udp_message *first, *last; /* what waits for udp_recvfrom() */
    uint32_t queued;                  /* octets of memory that it takes; at most rcvbuf */
    uint32_t rcvbuf, sndbuf;          /* octets, from config; sock/ may set them */
    struct outq out;                  /* what waits to leave */
    uint32_t owner;                   /* sock/'s name for it */
    int error;                        /* pending, from ICMP; a positive enum lucid_error */
    uint8_t family;                   /* enum lucid_family */
    uint8_t protocol;                 /* UDP_PROTOCOL; of an echo socket ICMP4_PROTOCOL or ICMP6_PROTOCOL */
    uint8_t ttl, tos;                 /* of what it sends; sock/ may set them */
    uint8_t tos_received;             /* of the datagram that was read last (RFC 1122 4.1.4) */
    bool reuse;                       /* SO_REUSEADDR; sock/ may set it before udp_bind() */
    bool bound, connected;
    bool addr_implied; /* local.addr came with the peer and goes with it */
    bool read_shut, write_shut;
    bool changed; /* it is in the list of changed sockets */
};

struct udp {
    struct env *env;
    struct ip *ip;
    struct udp_page *pages[UDP_PORT_PAGES]; /* sockets by local port */
    struct list changed;
    struct list sending; /* sockets that have something to send, taken in turn */
    struct outq orphans; /* of sockets that were closed since */
};

void udp_init(struct udp *udp, struct env *env, struct ip *ip);

/* Frees what udp itself holds. All sockets must have been closed. */
void udp_destroy(struct udp *udp);

/* ---- packets ---- */

/* Delivers a datagram to the socket that matches it best, or refuses it with a port unreachable message. Returns
 * LUCID_DROP_NONE, or why the datagram is to be dropped. */
enum lucid_drop udp_input(struct udp *udp, const struct ip_datagram *in);

/* Delivers an ICMP echo reply to the echo socket that asked. Returns LUCID_DROP_NONE, or why it is to be dropped. */
enum lucid_drop udp_echo_reply(struct udp *udp, const struct ip_datagram *in);

/* Tells the connected socket that an ICMP error is about. Returns LUCID_DROP_NONE, or LUCID_DROP_ICMP_QUOTE: there is
 * none. */
enum lucid_drop udp_icmp_error(struct udp *udp, const struct ip_datagram *in, const struct icmp_error *error);

/* Lets the next datagram leave. Returns true and fills *out, or false when there is none. */
bool udp_output(struct udp *udp, struct lucid_packet *out);
bool udp_output_pending(const struct udp *udp);

/* ---- sockets ---- */

/* A new socket, or NULL when memory is short. */
struct udp_socket *udp_open(struct udp *udp, enum lucid_family family, uint32_t owner);

/* Makes a new socket one for echo messages. protocol: ICMP4_PROTOCOL or ICMP6_PROTOCOL. */
void udp_make_echo(struct udp_socket *socket, uint8_t protocol);

/* What has been sent still leaves; what was received is lost. */
void udp_close(struct udp *udp, struct udp_socket *socket);

/* -LUCID_EINVAL (bound already), -LUCID_EADDRINUSE, -LUCID_EADDRNOTAVAIL, -LUCID_EAFNOSUPPORT, -LUCID_ENOMEM. */
int udp_bind(struct udp *udp, struct udp_socket *socket, const struct lucid_sockaddr *local);

/* Sets the peer: only its datagrams are received, and errors about what was sent to it are reported. remote NULL: no
 * peer any more. -LUCID_EINVAL (no address or port), -LUCID_EAFNOSUPPORT, -LUCID_ENETUNREACH, -LUCID_EADDRNOTAVAIL (no
 * free port), -LUCID_ENOMEM. */
int udp_connect(struct udp *udp, struct udp_socket *socket, const struct lucid_sockaddr *remote);

/* remote NULL: to the peer. -LUCID_EDESTADDRREQ, -LUCID_EMSGSIZE (longer than IP allows), -LUCID_EAGAIN (sndbuf
 * is full), -LUCID_EPIPE, -LUCID_EACCES (broadcast), -LUCID_EINVAL (an echo socket, and no echo request), the pending
 * error, and what udp_connect() may return. */
ptrdiff_t udp_sendto(struct udp *udp, struct udp_socket *socket, const void *data, size_t length,
                     const struct lucid_sockaddr *remote);

/* Takes one datagram; peek: leaves it in the queue. remote, local: where it came from and the address it was sent to;
 * each may be NULL. -LUCID_EAGAIN, or the pending error. */
ptrdiff_t udp_recvfrom(struct udp *udp, struct udp_socket *socket, void *data, size_t length, bool peek,
                       struct lucid_sockaddr *remote, struct lucid_sockaddr *local);

/* how: enum lucid_shutdown. -LUCID_ENOTCONN, -LUCID_EINVAL. */
int udp_shutdown(struct udp *udp, struct udp_socket *socket, int how);

/* What the socket is ready for now: OR of enum lucid_poll_event. */
unsigned udp_ready(const struct udp_socket *socket);

/* The pending error (a positive enum lucid_error, or 0), which is forgotten thereby. */
int udp_take_error(struct udp_socket *socket);

/* The next socket whose readiness may have changed since it was last returned here; NULL when there is none. */
struct udp_socket *udp_next_changed(struct udp *udp);

#endif
