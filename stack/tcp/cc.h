/* cc.h: how much may fly: congestion control behind a small interface (RFC 9293 3.8.2 MUST-19, MAY-18; RFC 5681).
 *
 * The algorithm sees octets and events, never segments or sequence numbers, and decides cwnd and ssthresh. What is
 * lost and what to send again is the business of recovery.h. Neither knows the other's insides.
 *
 * Order of calls: cc_attach() when the connection is made, cc_begin() when its MSS is known, then one of the events
 * below for each thing that happens. While a recovery lasts, recovery.h decides what may fly, and no ACK is told here.
 *
 * Where to read next: cc_newreno.c, the textbook; cc_cubic.c, the default; cc_fixed.c, what it was without.
 */
#ifndef TCP_CC_H
#define TCP_CC_H

#include "tcp/tcp.h"

/* Octets of the longest name, with its NUL: as on Linux. */
#define CC_NAME 16u

/* An ACK of new data outside recovery. */
struct cc_ack {
    uint32_t octets; /* of data that it acknowledges */
    uint32_t flight; /* octets in flight before it */
    lucid_time now;
    lucid_time rtt; /* of what it acknowledges; 0: not measured */
    /* cc_acked() finds these two. */
    bool limited; /* cwnd is what held the sender back in this round trip, not the application or the peer's window */
    bool round;   /* a new round trip begins: what was in flight at the last beginning has been acknowledged */
};

enum cc_signal { CC_LOSS, CC_ECN, CC_TIME_OUT };

struct cc_ops {
    char name[CC_NAME];    /* with its final NUL */
    const char *avoidance; /* the rule by which cwnd grows above ssthresh, for the trace; NULL: it does not */
    /* cwnd was set from outside: at the beginning, after an idle time, by a change of the algorithm. NULL: no matter */
    void (*reset)(const struct lucid_config *config, struct tcb *tcb);
    void (*acked)(struct tcb *tcb, const struct cc_ack *ack);
    /* Congestion, once for each window of data, with so many octets in flight. Returns what may fly from now on, in
     * octets, before any lower limit. */
    uint32_t (*cut)(struct tcb *tcb, enum cc_signal signal, uint32_t flight);
};

extern const struct cc_ops cc_cubic, cc_newreno, cc_fixed;

/* The algorithm of this number, one of enum lucid_congestion. */
const struct cc_ops *cc_numbered(unsigned number);

uint8_t cc_number(const struct cc_ops *ops);

/* The algorithm of this name, or NULL. */
const struct cc_ops *cc_named(const char *name, size_t length);

/* This algorithm from now on, with the cwnd and ssthresh that are there. */
void cc_attach(const struct lucid_config *config, struct tcb *tcb, const struct cc_ops *ops);

/* The initial window, once the MSS is known: min(IW * MSS, max(2 * MSS, 14600)) of RFC 6928, or one segment when the
 * SYN had to be sent more than twice (RFC 5681 3.1, as RFC 6928 2 softens it). */
void cc_begin(const struct lucid_config *config, struct tcb *tcb, bool syn_lost);

/* ---- events ---- */

/* An ACK of new data outside recovery. */
void cc_acked(struct tcb *tcb, struct cc_ack *ack);

/* A loss was noticed, once for each window: cwnd and ssthresh fall. flight: octets in flight, which is too little when
 * what ACKs of the same batch made room for has not left yet; then it is what was in flight before. */
void cc_lost(struct tcb *tcb, uint32_t flight);

/* The peer reports a congestion mark, RFC 3168 6.1.2, once for each window: as for a loss, but cwnd may fall to one
 * segment (RFC 9438 4.6). */
void cc_marked(struct tcb *tcb, uint32_t flight);

/* The retransmission timer fired. repeated: not for the first time for these octets, so that ssthresh stays
 * (RFC 5681 3.1). */
void cc_timed_out(struct tcb *tcb, uint32_t flight, bool repeated);

/* What would be without slow start: after cc_begin() or cc_timed_out(), the window is at once as wide as it may be. */
void cc_skip_slow_start(struct tcb *tcb);

/* The latest cut was for nothing: everything is as it was before, unless cwnd has become greater since (RFC 9438
 * 4.9.2). */
void cc_undo(struct tcb *tcb);

/* RFC 6582 3.2 step 3: recovery is over; no burst follows. */
void cc_recovered(struct tcb *tcb, uint32_t flight);

/* RFC 5681 4.1: after an idle time longer than the RTO, cwnd is at most the initial window. Of union cc_own only the
 * first CC_OWN_LASTING octets matter after it, and no round. */
void cc_restart_after_idle(const struct lucid_config *config, struct tcb *tcb);

/* ---- for the algorithms ---- */

/* cwnd grows, to a limit far above any window that RFC 7323 allows. */
void cc_grow(struct tcb *tcb, uint32_t octets);

/* Segments are larger now: the least that cwnd and ssthresh may be has grown with them. */
void cc_segment_grew(struct tcb *tcb);

static inline bool cc_slow_start(const struct tcb *tcb) {
    return tcb->cc.cwnd < tcb->cc.ssthresh;
}

#endif
