/* recovery.h: what is lost, and what is sent again: RFC 5681 3.2 and RFC 6582 (NewReno), limited transmit of RFC 3042,
 * and the retransmission time-out of RFC 6298 5.
 *
 * The result is a range of sequence numbers, [snd.rtx, snd.rtx_end), that output.c sends before anything new, and a
 * number of octets that may fly beyond cwnd, loss.inflation. How cwnd itself changes is the business of cc.h.
 */
#ifndef TCP_RECOVERY_H
#define TCP_RECOVERY_H

#include "tcp/tcp.h"

/* A duplicate ACK by the definition of RFC 5681 2. */
void recovery_duplicate(struct tcp *tcp, struct tcb *tcb);

/* SND.UNA has moved over octets; flight: what was in flight before. Returns true when the retransmission timer is to be
 * restarted: always, but for the second and later partial ACKs of a recovery (RFC 6582 4, the impatient variant). */
bool recovery_acked(struct tcp *tcp, struct tcb *tcb, uint32_t octets, uint32_t flight);

/* The retransmission timer fired (RFC 6298 5.4 to 5.6, RFC 5681 3.1). */
void recovery_timed_out(struct tcp *tcp, struct tcb *tcb);

static inline bool recovery_resending(const struct tcb *tcb) {
    return seq_lt(tcb->snd.rtx, tcb->snd.rtx_end);
}

#endif
