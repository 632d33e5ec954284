/* cc.h: how much may fly: congestion control behind a small interface (RFC 9293 3.8.2 MUST-19; RFC 5681).
 *
 * The algorithm sees octets and events, never segments or sequence numbers, and decides cwnd and ssthresh. What is
 * lost and what to send again is the business of recovery.h. Neither knows the other's insides.
 */
#ifndef TCP_CC_H
#define TCP_CC_H

#include "tcp/tcp.h"

/* Octets of the longest name, with its NUL: as on Linux. */
#define CC_NAME 16u

struct cc_ops {
    char name[CC_NAME]; /* with its final NUL */
    /* An ACK of new data outside recovery. flight: octets in flight before it. */
    void (*acked)(struct tcb *tcb, uint32_t octets, uint32_t flight);
    /* A loss was noticed by duplicate ACKs, once per window. */
    void (*lost)(struct tcb *tcb, uint32_t flight);
    /* The retransmission timer fired. repeated: not for the first time for these octets. */
    void (*timed_out)(struct tcb *tcb, uint32_t flight, bool repeated);
};

extern const struct cc_ops cc_newreno;

/* The algorithm of this name, or NULL. */
const struct cc_ops *cc_named(const char *name, size_t length);

void cc_attach(struct tcb *tcb, const struct cc_ops *ops);

/* The initial window, once the MSS is known: min(IW * MSS, max(2 * MSS, 14600)) of RFC 6928, or one segment when the
 * SYN had to be sent more than twice (RFC 5681 3.1, as RFC 6928 2 softens it). */
void cc_begin(const struct lucid_config *config, struct tcb *tcb, bool syn_lost);

/* RFC 5681 4.1: after an idle time longer than the RTO, cwnd is at most the initial window. */
void cc_restart_after_idle(const struct lucid_config *config, struct tcb *tcb);

/* The window is about to be cut; and: it was for nothing, as it was before. */
void cc_save(struct tcb *tcb);
void cc_undo(struct tcb *tcb);

/* RFC 6582 3.2 step 3: recovery is over; no burst follows. */
void cc_recovered(struct tcb *tcb, uint32_t flight);

#endif
