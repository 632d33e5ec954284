/* user.h: the user's calls of RFC 9293 3.10.1 to 3.10.6. The socket layer, sock/, turns handles into connections and
 * maps errors; what a call does to a connection is here. All return 0, a count, or a negative enum lucid_error.
 */
#ifndef TCP_USER_H
#define TCP_USER_H

#include "tcp/tcp.h"

/* What a handle was told before there is a connection. */
struct user_options {
    uint32_t send_buffer, receive_buffer;
    uint16_t switches; /* OR of enum tcb_switch */
    uint32_t keepidle, keepintvl, user_timeout;
    const struct cc_ops *congestion; /* TCP_CONGESTION */
    uint16_t max_segment;            /* TCP_MAXSEG; 0: none */
    uint8_t keepcnt, tos, ttl;
    uint8_t ecn; /* enum lucid_ecn */
};

/* May this local end be bound? Ports that connections or TIME-WAIT records use need SO_REUSEADDR; a port that a
 * listener has is taken. Returns 0, -LUCID_EADDRINUSE, -LUCID_EADDRNOTAVAIL. */
int user_may_bind(const struct tcp *tcp, const struct lucid_sockaddr *local, uint8_t family, bool reuse);

/* OPEN, passive (3.10.1). */
int user_listen(struct tcp *tcp, const struct lucid_sockaddr *local, uint8_t family, uint32_t backlog, uint32_t owner,
                const struct user_options *options, struct listener **listener);

/* OPEN, active (3.10.1). local: address or port may be unspecified. */
int user_connect(struct tcp *tcp, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote,
                 uint32_t owner, const struct user_options *options, struct tcb **tcb);

/* Takes the first waiting connection of a listener for this handle; NULL when none waits. */
struct tcb *user_accept(struct tcp *tcp, struct listener *listener, uint32_t owner);

/* SEND (3.10.2). flags: OR of enum lucid_message_flag. */
ptrdiff_t user_send(struct tcp *tcp, struct tcb *tcb, const void *data, size_t length, int flags);
ptrdiff_t user_send_lend(struct tcp *tcp, struct tcb *tcb, const void *data, size_t length, buffer_release *release,
                         void *argument);

/* RECEIVE (3.10.3) in two steps: what is there, and that it was used. */
ptrdiff_t user_receive(struct tcp *tcp, struct tcb *tcb, void *data, size_t length, bool peek);
ptrdiff_t user_receive_lend(struct tcb *tcb, struct lucid_slice *slices, size_t max, size_t *count);
void user_received(struct tcp *tcp, struct tcb *tcb, uint32_t length);

/* CLOSE (3.10.4), of the sending direction only: half-close. */
int user_shutdown_write(struct tcp *tcp, struct tcb *tcb);

/* The application reads no more; what has come is dropped. */
void user_shutdown_read(struct tcp *tcp, struct tcb *tcb);

/* CLOSE by a handle that goes away; with unread data, or reset, ABORT. The TCB is not the caller's any more. */
void user_close(struct tcp *tcp, struct tcb *tcb, bool reset);

/* The user time-out: R2 of 3.8.3, or TCP_USER_TIMEOUT; and restarting it. */
lucid_time user_timeout(const struct tcp *tcp, const struct tcb *tcb);
void user_timeout_restart(struct tcp *tcp, struct tcb *tcb);

/* What the connection is ready for: OR of enum lucid_poll_event. */
unsigned user_ready(const struct tcb *tcb);

#endif
