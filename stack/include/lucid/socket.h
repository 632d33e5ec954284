/* socket.h: connections and datagrams, by their BSD names.
 *
 * Each function is the system call of the same name with the stack as first argument. Nothing blocks: what cannot be
 * done now returns -LUCID_EAGAIN, and lucid_poll() or lucid_next_event() say when to try again. (Calls that wait are
 * in lucid/host.h; they run the loop meanwhile.) Errors are negative values of enum lucid_error, which are Linux's;
 * there is no errno. A handle carries a generation, so a closed one is -LUCID_EBADF for a long time, never somebody
 * else's connection. With config.sleep_after, all calls but lucid_poll(), lucid_set_data(), lucid_close() and
 * lucid_abort() may return -LUCID_ENOMEM: the connection slept, and there is no memory to wake it.
 *
 * Calls happen at the time of the latest lucid_input(), lucid_tick() or lucid_output().
 */
#ifndef LUCID_SOCKET_H
#define LUCID_SOCKET_H

#include "lucid/lucid.h"

#ifdef __cplusplus
extern "C" {
#endif

enum lucid_error {
    LUCID_EIO = 5,
    LUCID_EBADF = 9,
    LUCID_EAGAIN = 11,
    LUCID_ENOMEM = 12,
    LUCID_EACCES = 13,
    LUCID_EFAULT = 14,
    LUCID_EINVAL = 22,
    LUCID_ENFILE = 23,
    LUCID_EPIPE = 32,
    LUCID_EDESTADDRREQ = 89,
    LUCID_EMSGSIZE = 90,
    LUCID_EPROTOTYPE = 91,
    LUCID_ENOPROTOOPT = 92,
    LUCID_EPROTONOSUPPORT = 93,
    LUCID_EOPNOTSUPP = 95,
    LUCID_EAFNOSUPPORT = 97,
    LUCID_EADDRINUSE = 98,
    LUCID_EADDRNOTAVAIL = 99,
    LUCID_ENETUNREACH = 101,
    LUCID_ECONNABORTED = 103,
    LUCID_ECONNRESET = 104,
    LUCID_ENOBUFS = 105,
    LUCID_EISCONN = 106,
    LUCID_ENOTCONN = 107,
    LUCID_ETIMEDOUT = 110,
    LUCID_ECONNREFUSED = 111,
    LUCID_EHOSTUNREACH = 113,
    LUCID_EALREADY = 114,
    LUCID_EINPROGRESS = 115,
};

/* The name of an error, "ECONNRESET" for LUCID_ECONNRESET or -LUCID_ECONNRESET; "0" for 0; "E?" for others. */
LUCID_API const char *lucid_error_name(int error);

enum lucid_family { LUCID_AF_UNSPEC = 0, LUCID_AF_INET = 2, LUCID_AF_INET6 = 10 };
enum lucid_socket_type { LUCID_SOCK_STREAM = 1, LUCID_SOCK_DGRAM = 2 };

/* Makes a socket.
 * family: LUCID_AF_INET, LUCID_AF_INET6, or LUCID_AF_UNSPEC for both at once. type: LUCID_SOCK_STREAM (TCP) or
 * LUCID_SOCK_DGRAM (UDP). protocol: 0, or LUCID_IPPROTO_TCP and LUCID_IPPROTO_UDP; or, for a datagram socket that sends
 * echo requests and receives their replies, LUCID_IPPROTO_ICMP (family LUCID_AF_INET) or LUCID_IPPROTO_ICMPV6 (family
 * LUCID_AF_INET6): messages are written and read from the ICMP header on, ports are identifiers (Linux: icmp(7)).
 * Returns a handle, which is positive, or -LUCID_EAFNOSUPPORT, -LUCID_EPROTONOSUPPORT, -LUCID_ENFILE, -LUCID_ENOMEM.
 * Source: socket(2). State: none, CLOSED. */
LUCID_API int lucid_socket(struct lucid_stack *stack, int family, int type, int protocol);

/* Names the local end. An unspecified address means all of ours; port 0 lets the stack choose (RFC 6056).
 * Returns 0, -LUCID_EBADF, -LUCID_EINVAL (bound already), -LUCID_EADDRINUSE, -LUCID_EADDRNOTAVAIL, -LUCID_EAFNOSUPPORT.
 * Source: bind(2); RFC 9293 3.9.1.1 MUST-43. State: none. */
LUCID_API int lucid_bind(struct lucid_stack *stack, int fd, const struct lucid_sockaddr *local);

/* Waits for connections (passive OPEN). backlog: how many may wait for lucid_accept(); below 1 counts as 1.
 * Returns 0, -LUCID_EBADF, -LUCID_EOPNOTSUPP (a datagram socket), -LUCID_EINVAL (connected), -LUCID_EADDRINUSE,
 * -LUCID_EDESTADDRREQ (not bound), -LUCID_ENOMEM.
 * Source: listen(2); RFC 9293 3.10.1. State: CLOSED to LISTEN. */
LUCID_API int lucid_listen(struct lucid_stack *stack, int fd, int backlog);

/* Takes the connection that has waited longest. remote: gets its peer, unless NULL.
 * Returns a new handle, -LUCID_EAGAIN (none waits), -LUCID_EBADF, -LUCID_EINVAL (does not listen), -LUCID_ENFILE,
 * -LUCID_ENOMEM.
 * Source: accept(2). State: none; the connection is ESTABLISHED or later. */
LUCID_API int lucid_accept(struct lucid_stack *stack, int fd, struct lucid_sockaddr *remote);

/* Opens a connection (active OPEN), or sets the peer of a datagram socket.
 * Returns 0 (datagram; or connected since), -LUCID_EINPROGRESS (TCP: writable when done, the outcome is SO_ERROR),
 * -LUCID_EALREADY, -LUCID_EISCONN, -LUCID_EADDRNOTAVAIL (no free port, or broadcast or multicast: MUST-46),
 * -LUCID_ENETUNREACH (no address of that family), -LUCID_EADDRINUSE, -LUCID_EOPNOTSUPP (listens), -LUCID_EBADF,
 * -LUCID_ENOMEM, or the error that ended the attempt: -LUCID_ECONNREFUSED, -LUCID_ETIMEDOUT.
 * Source: connect(2); RFC 9293 3.10.1. State: CLOSED to SYN-SENT. */
LUCID_API int lucid_connect(struct lucid_stack *stack, int fd, const struct lucid_sockaddr *remote);

enum lucid_message_flag {
    LUCID_MSG_OOB = 0x01,    /* send: urgent, see lucid_sockatmark(). Not for recv: urgent data is read in line */
    LUCID_MSG_PEEK = 0x02,   /* recv: leave what is read in the queue */
    LUCID_MSG_MORE = 0x8000, /* send: more follows at once; do not send a part segment now */
    LUCID_MSG_FASTOPEN = 0x20000000, /* sendto: connect, and send with the SYN */
};

/* Sends octets of a stream, or one datagram to the peer. They are copied.
 * flags: OR of enum lucid_message_flag. LUCID_MSG_OOB makes all that is queued urgent: every segment says so until it
 * is acknowledged. "New applications SHOULD NOT employ the TCP urgent mechanism" (RFC 9293 3.8.5 SHLD-13): middleboxes
 * clear it, and many receivers take the last octet out of the stream (RFC 6093 3).
 * Returns how many were taken (a stream may take fewer; a datagram is taken whole), -LUCID_EAGAIN (no room, or no
 * memory for it), -LUCID_ENOBUFS (no memory, and nothing queued that an ACK would free), -LUCID_EPIPE (own side shut
 * down), -LUCID_ENOTCONN, -LUCID_EDESTADDRREQ, -LUCID_EBADF, -LUCID_EMSGSIZE (a datagram longer than IP allows; one
 * longer than the MTU leaves in fragments), or what ended the connection: -LUCID_ECONNRESET, -LUCID_ETIMEDOUT;
 * -LUCID_EOPNOTSUPP (an urgent datagram).
 * Source: send(2); RFC 9293 3.10.2. State: none. */
LUCID_API ptrdiff_t lucid_send(struct lucid_stack *stack, int fd, const void *data, size_t length, int flags);

/* Receives octets of a stream, or one datagram (what does not fit is lost). It stops in front of the last urgent octet
 * and behind it: see lucid_sockatmark(). Returns how many were read; 0 at the end of a stream (or for an empty
 * datagram); -LUCID_EAGAIN (none yet), -LUCID_ENOTCONN, -LUCID_EBADF, -LUCID_EINVAL (LUCID_MSG_OOB; octets are lent),
 * or what ended the connection: -LUCID_ECONNRESET, -LUCID_ETIMEDOUT, -LUCID_ECONNREFUSED. Source: recv(2); RFC 9293
 * 3.10.3. State: none. */
LUCID_API ptrdiff_t lucid_recv(struct lucid_stack *stack, int fd, void *data, size_t length, int flags);

/* As lucid_send(); remote: for a datagram, where to; NULL: the peer. With LUCID_MSG_FASTOPEN a stream socket that is
 * not connected connects to remote, and the octets are queued: as many as fit go with the SYN if the server has given
 * us a cookie before (RFC 7413), and otherwise after the handshake, while the SYN asks for a cookie. The server may get
 * what is sent so twice. Returns besides: -LUCID_EOPNOTSUPP (not in config.fast_open), -LUCID_EDESTADDRREQ (no remote),
 * and what lucid_connect() says. */
LUCID_API ptrdiff_t lucid_sendto(struct lucid_stack *stack, int fd, const void *data, size_t length, int flags,
                                 const struct lucid_sockaddr *remote);

/* As lucid_recv(); remote: gets where it came from, local: the address it was sent to; each may be NULL. */
LUCID_API ptrdiff_t lucid_recvfrom(struct lucid_stack *stack, int fd, void *data, size_t length, int flags,
                                   struct lucid_sockaddr *remote, struct lucid_sockaddr *local);

/* Asks whether the stream has been read up to the mark, in front of the last octet of urgent data. LUCID_POLLPRI holds
 * from the arrival of an urgent pointer until all octets before it are read, and lucid_next_event() yields the handle
 * each time that the pointer moves on; LUCID_TCP_URGENT_LEFT says how many urgent octets there are still to be read.
 * Returns 1 at the mark, 0 elsewhere, -LUCID_EBADF, -LUCID_ENOTCONN, -LUCID_EOPNOTSUPP (a datagram socket).
 * Source: sockatmark(3); RFC 9293 3.8.5 MUST-33; RFC 6093. State: none. */
LUCID_API int lucid_sockatmark(struct lucid_stack *stack, int fd);

enum lucid_shutdown { LUCID_SHUT_RD = 0, LUCID_SHUT_WR = 1, LUCID_SHUT_RDWR = 2 };

/* Ends one direction. LUCID_SHUT_WR sends FIN after all queued data (half-close); receiving goes on.
 * Returns 0, -LUCID_ENOTCONN, -LUCID_EINVAL, -LUCID_EBADF.
 * Source: shutdown(2); RFC 9293 3.6. State: ESTABLISHED to FIN-WAIT-1, CLOSE-WAIT to LAST-ACK. */
LUCID_API int lucid_shutdown(struct lucid_stack *stack, int fd, int how);

/* Gives the handle back. A connection goes on without it: what is queued is sent, then FIN. With unread data it sends
 * RST instead (RFC 9293 SHLD-3), as with SO_LINGER of 0 seconds. Returns 0 or -LUCID_EBADF. Source: close(2); RFC 9293
 * 3.10.4. State: ESTABLISHED, SYN-RECEIVED to FIN-WAIT-1, CLOSE-WAIT to LAST-ACK, LISTEN, SYN-SENT to CLOSED. */
LUCID_API int lucid_close(struct lucid_stack *stack, int fd);

/* Gives the handle back and resets the connection (ABORT).
 * Returns 0 or -LUCID_EBADF. Source: RFC 9293 3.10.5. State: any to CLOSED. */
LUCID_API int lucid_abort(struct lucid_stack *stack, int fd);

/* Write the local or the remote end to *address. Return 0, -LUCID_EBADF, or -LUCID_ENOTCONN (no peer). */
LUCID_API int lucid_getsockname(struct lucid_stack *stack, int fd, struct lucid_sockaddr *address);
LUCID_API int lucid_getpeername(struct lucid_stack *stack, int fd, struct lucid_sockaddr *address);

/* ---- options ---- */

enum lucid_level {
    LUCID_SOL_SOCKET = 1,
    LUCID_IPPROTO_IP = 0,
    LUCID_IPPROTO_ICMP = 1, /* of lucid_socket() only, as the last one */
    LUCID_IPPROTO_TCP = 6,
    LUCID_IPPROTO_UDP = 17,
    LUCID_IPPROTO_ICMPV6 = 58,
};

/* The value is an int, unless said otherwise. */
enum lucid_option_socket {
    LUCID_SO_REUSEADDR = 2,
    LUCID_SO_TYPE = 3,   /* get only */
    LUCID_SO_ERROR = 4,  /* get only; clears it; a positive errno value: what ended it, or LUCID_POLLMSG reports */
    LUCID_SO_SNDBUF = 7, /* octets */
    LUCID_SO_RCVBUF = 8, /* octets; never below what has been advertised */
    LUCID_SO_KEEPALIVE = 9,
    LUCID_SO_OOBINLINE = 10,  /* always 1: urgent data is read in line; 0 is refused */
    LUCID_SO_LINGER = 13,     /* seconds; -1: off. 0: close() sends RST. Others: as off, since nothing waits here */
    LUCID_SO_ACCEPTCONN = 30, /* get only */
};
/* Traffic class and hop limit for IPv6 alike. Of LUCID_IP_TOS a stream socket takes the bits of DSCP; ECN is TCP's.
 * They may be changed at any time, but applications should leave them alone once the connection carries data: segments
 * that are treated differently overtake each other (RFC 9293 3.9.2 SHLD-23). */
enum lucid_option_ip {
    LUCID_IP_TOS = 1,
    LUCID_IP_TTL = 2,
    LUCID_IP_RECVTOS = 13, /* get only: of the datagram that was read last, or of the latest acceptable segment */
};
enum lucid_option_tcp {
    LUCID_TCP_NODELAY = 1,
    LUCID_TCP_MAXSEG = 2, /* octets; before connect or listen: limits what we send and offer; of a
                           * connection: what we send from now on, and it cannot be raised again */
    LUCID_TCP_CORK = 3,
    LUCID_TCP_KEEPIDLE = 4,  /* seconds */
    LUCID_TCP_KEEPINTVL = 5, /* seconds */
    LUCID_TCP_KEEPCNT = 6,
    LUCID_TCP_INFO = 11, /* struct lucid_tcp_info of info.h; get only */
    LUCID_TCP_QUICKACK = 12,
    LUCID_TCP_CONGESTION = 13,   /* a name, as text with its final NUL */
    LUCID_TCP_USER_TIMEOUT = 18, /* milliseconds; 0: config.r2_data */
    LUCID_TCP_ECN = 258,         /* enum lucid_ecn; before connect or listen; not of Linux */
    LUCID_TCP_SOFT_ERRORS = 257, /* 1; 0: no LUCID_POLLMSG, and nothing for SO_ERROR while it lives; not of Linux */
    LUCID_TCP_URGENT_LEFT = 256, /* octets of urgent data not read yet, come or to come; get only; not of Linux */
};

/* Set or get an option. getsockopt: *length is the room before and the length after.
 * Return 0, -LUCID_EBADF, -LUCID_ENOPROTOOPT, -LUCID_EINVAL (bad value, not enough room), -LUCID_ENOTCONN
 * (LUCID_IP_RECVTOS of a stream without a connection).
 * Source: getsockopt(2), tcp(7). State: none. */
LUCID_API int lucid_setsockopt(struct lucid_stack *stack, int fd, int level, int option, const void *value,
                               size_t length);
LUCID_API int lucid_getsockopt(struct lucid_stack *stack, int fd, int level, int option, void *value, size_t *length);

/* ---- readiness ---- */

enum lucid_poll_event {
    LUCID_POLLIN = 0x001,     /* recv() or accept() would not say LUCID_EAGAIN */
    LUCID_POLLPRI = 0x002,    /* urgent data is to be read, or will be: see lucid_sockatmark() */
    LUCID_POLLOUT = 0x004,    /* send() would take something; or the connection attempt has ended */
    LUCID_POLLERR = 0x008,    /* SO_ERROR says what ended it */
    LUCID_POLLHUP = 0x010,    /* both directions have ended */
    LUCID_POLLNVAL = 0x020,   /* no such handle */
    LUCID_POLLMSG = 0x400,    /* SO_ERROR has a report of a connection that goes on: ICMP, or no answers (R1) */
    LUCID_POLLRDHUP = 0x2000, /* the peer sends no more */
};

struct lucid_pollfd {
    int fd;
    short events;
    short revents;
};

/* Tells for each of n handles which of the events it was asked for are true now, in revents (POLLERR, POLLHUP and
 * POLLNVAL without being asked). Level-triggered. Does not wait. Returns how many have a non-zero revents. Source:
 * poll(2). State: none. */
LUCID_API int lucid_poll(struct lucid_stack *stack, struct lucid_pollfd *fds, size_t n);

/* What a handle is ready for changed. */
struct lucid_ready {
    int fd;
    unsigned events; /* what is true now: OR of enum lucid_poll_event */
    void *data;      /* of lucid_set_data() */
};

/* Yields the sockets whose readiness has risen since they were last yielded, each once: the cost goes with the number
 * of changes, not of sockets. Read or write until LUCID_EAGAIN then. Returns 1 and fills *ready, or 0 when there is
 * none. */
LUCID_API int lucid_next_event(struct lucid_stack *stack, struct lucid_ready *ready);

/* Keeps a pointer with the handle, for lucid_next_event(). Returns 0 or -LUCID_EBADF. */
LUCID_API int lucid_set_data(struct lucid_stack *stack, int fd, void *data);

/* ---- without copying ---- */

/* Lends what has been received: fills up to max slices with the octets at the head of the stream and returns how many
 * octets they hold; 0 at the end of the stream; errors as lucid_recv(). The slices stay valid until
 * lucid_recv_return(). No other recv on this handle in between. */
LUCID_API ptrdiff_t lucid_recv_lend(struct lucid_stack *stack, int fd, struct lucid_slice *slices, size_t max,
                                    size_t *count);

/* Says that the first length octets that were lent have been used. Returns 0, -LUCID_EBADF, -LUCID_EINVAL (more than
 * were lent). */
LUCID_API int lucid_recv_return(struct lucid_stack *stack, int fd, size_t length);

/* Sends octets without copying them: data stays the caller's and unchanged until release(argument, data, length) is
 * called, once, when the peer has acknowledged all of it or the connection has ended. Takes all or nothing. Returns
 * length, or errors as lucid_send(); on an error release is not called. */
LUCID_API ptrdiff_t lucid_send_lend(struct lucid_stack *stack, int fd, const void *data, size_t length,
                                    void (*release)(void *argument, const void *data, size_t length), void *argument);

#ifdef __cplusplus
}
#endif

#endif
