/* plan.h: which segment leaves next: decided here, built in output.c.
 *
 * In this order: SYN, what is to be sent again, new data and FIN as far as the peer's window, the congestion window,
 * Nagle (RFC 9293 3.7.4) and the sender's silly-window avoidance (3.8.6.2.1) allow, a window probe, a keep-alive
 * probe, a bare ACK.
 */
#ifndef TCP_PLAN_H
#define TCP_PLAN_H

#include "tcp/tcp.h"

enum plan_kind { PLAN_NOTHING, PLAN_SYN, PLAN_DATA, PLAN_WINDOW_PROBE, PLAN_KEEPALIVE, PLAN_ACK };

struct plan {
    enum plan_kind kind;
    struct seq32 seq;
    uint32_t length;  /* octets of data; more than one segment where the device cuts them */
    uint32_t segment; /* octets of data in a full segment, all its options taken off (RFC 9293 3.7.1 MUST-16) */
    bool fin;
    bool again; /* some of it was sent before */
    bool probe; /* a tail loss probe, RFC 8985 7.3 */
    bool wider; /* a probe of the path MTU, RFC 4821 7 */
};

struct plan plan_next(const struct tcp *tcp, const struct tcb *tcb);

/* The rule by which data that was never sent does not leave now, though it could be sent: the peer's window, the
 * congestion window, silly-window avoidance, Nagle. NULL: nothing waits, or for another reason (a cork, pacing). */
extern const char plan_cwnd_rule[];
const char *plan_waits_by(const struct tcp *tcp, const struct tcb *tcb);

/* What leaves when data cannot: the acknowledgment that is due, or nothing. */
struct plan plan_ack(const struct tcb *tcb);

/* True when the state lets data and FIN leave: the connection is synchronized, or Fast Open has taken the peer's data
 * (RFC 7413 4.2.2). */
static inline bool plan_open(const struct tcb *tcb) {
    return tcb_is(tcb, STATES_DATA_OUT) || tcb->fast.taken;
}

/* True when data or FIN waits that has never been sent. */
static inline bool plan_unsent(const struct tcb *tcb) {
    bool fin = (tcb->flags & (TCB_FIN_QUEUED | TCB_FIN_SENT)) == TCB_FIN_QUEUED;
    return fin || (!tcb_has(tcb, TCB_FIN_SENT) && seq_lt(tcb->snd.nxt, tcb_data_end(tcb)));
}

#endif
