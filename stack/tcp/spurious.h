/* spurious.h: was the cut for nothing? Two ways to find out, and how to take it back.
 *
 * Forward RTO-recovery (RFC 5682 3): after a retransmission time-out only the first segment is sent again, then new
 * data. When the next ACKs are for octets that left only once, the flight was not lost but late. And D-SACK (RFC 2883):
 * when every octet that was sent again is reported as a duplicate, nothing had been lost.
 */
#ifndef TCP_SPURIOUS_H
#define TCP_SPURIOUS_H

#include "tcp/recovery.h"

enum frto_step {
    FRTO_OFF,
    FRTO_FIRST_SENT, /* the first segment has been sent again: step 1 */
    FRTO_NEW_SENT,   /* and new data after it: step 2 */
};

/* The window is about to be cut: from here on the evidence is collected. */
void spurious_watch(struct tcb *tcb);

/* True when a time-out may be answered by F-RTO: nothing says yet that anything is lost. */
bool spurious_may_ask(const struct tcb *tcb);

/* RFC 5682 3 step 1, in place of giving everything in flight up for lost. */
void spurious_ask(struct tcp *tcp, struct tcb *tcb);

/* An ACK: steps 2 and 3. */
void spurious_heard(struct tcp *tcp, struct tcb *tcb, const struct news *news);

/* The peer has got these octets twice. */
void spurious_duplicate(struct tcp *tcp, struct tcb *tcb, const struct tcp_sack_block *block);

/* Octets have been sent again. */
void spurious_sent_again(struct tcb *tcb, uint32_t octets);

#endif
