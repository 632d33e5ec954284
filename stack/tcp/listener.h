/* listener.h: a socket in LISTEN. It stays while it bears children: one TCB for each SYN that is accepted.
 *
 * A child is on one of two lists: half-open until its handshake is complete (SYN-RECEIVED), then waiting for accept(),
 * in the order in which handshakes were completed.
 */
#ifndef TCP_LISTENER_H
#define TCP_LISTENER_H

#include "base/list.h"
#include "lucid/lucid.h"

#define LISTENER_BUCKETS 64

struct tcp;
struct tcb;
struct cc_ops;

struct listener {
    struct list_node bucket;     /* in tcp->listening */
    struct list_node changed;    /* in tcp->changed_listeners, with in_changed */
    struct lucid_sockaddr local; /* address unspecified: all of ours */
    uint32_t state;              /* LUCID_LISTEN, or LUCID_CLOSED before and after; written by fsm.c only */
    uint32_t wanted;             /* how many may wait for accept() */
    uint32_t backlog;            /* the same; or how many wait, if more did when that was lowered */
    uint32_t waiting_count;
    struct list half_open, waiting;
    uint32_t number; /* in tcp->listeners */
    uint32_t name;   /* in the trace */
    uint32_t owner;  /* handle's number */
    uint8_t family;  /* enum lucid_family */
    bool in_changed;
    /* what children inherit */
    uint32_t send_buffer, receive_buffer;
    uint16_t switches; /* OR of enum tcb_switch */
    uint32_t keepidle, keepintvl, user_timeout;
    const struct cc_ops *congestion; /* TCP_CONGESTION */
    uint16_t max_segment;            /* TCP_MAXSEG; 0: none */
    uint8_t keepcnt, tos, ttl;
    uint8_t ecn; /* enum lucid_ecn */
};

/* The listener for segments to this address and port: one for the very address before one for all. NULL: none. */
struct listener *listener_find(const struct tcp *tcp, const struct lucid_sockaddr *local);

/* The listener that is bound just like this, or NULL. */
struct listener *listener_exact(const struct tcp *tcp, const struct lucid_sockaddr *local, uint8_t family);

/* CLOSED to LISTEN: enters a listener whose members have been set. */
void listener_begin(struct tcp *tcp, struct listener *listener);

/* LISTEN to CLOSED: resets all children that nobody has accepted, and frees it. */
void listener_end(struct tcp *tcp, struct listener *listener);

/* True when another finished connection would not fit into the accept queue. */
static inline bool listener_full(const struct listener *listener) {
    return listener->waiting_count >= listener->backlog;
}

/* The two lists. A child leaves them by listener_drop() when it is accepted or ends. */
void listener_add_half_open(struct tcp *tcp, struct listener *listener, struct tcb *child);
void listener_add_waiting(struct tcp *tcp, struct tcb *child);
void listener_drop(struct tcp *tcp, struct tcb *child);

/* listen() again: who waits already stays, and leaves room for nobody. */
void listener_set_backlog(struct listener *listener, uint32_t backlog);

/* The child that has waited longest, or NULL. */
struct tcb *listener_first(const struct listener *listener);

#endif
