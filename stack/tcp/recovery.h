/* recovery.h: what is lost is sent again, and the window is cut for it.
 *
 * With SACK (recovery_sack.c) RACK says what is lost (rack.h, RFC 8985), tail probes find the loss of last segments
 * (tailprobe.h), and proportional rate reduction paces the recovery (RFC 6937). Without it (recovery_plain.c) three
 * duplicate ACKs do: RFC 5681 3.2, limited transmit of RFC 3042, NewReno of RFC 6582. When nothing else helps there is
 * the retransmission timer (RFC 6298 5). A cut may turn out to have been for nothing: spurious.h takes it back.
 *
 * The result is marked in the scoreboard: plan.c sends what is LOST there before anything new. How far the congestion
 * window falls is the business of cc.h.
 */
#ifndef TCP_RECOVERY_H
#define TCP_RECOVERY_H

#include "tcp/scoreboard.h"

/* What one ACK means. */
struct news {
    uint32_t flight; /* octets between SND.UNA and SND.NXT before it */
    uint32_t octets; /* of data that SND.UNA has moved over */
    bool advanced;   /* SND.UNA has moved */
    bool duplicate;  /* by the definition of RFC 5681 2 */
    struct delivery delivery;
};

/* An ACK that is not old, after SND.UNA has moved. Returns true when the retransmission timer is to be restarted for
 * it: always, but for the second and later partial ACKs of a recovery (RFC 6582 4, the impatient variant). */
bool recovery_heard(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, struct news *news);

/* The reordering timer fired (RFC 8985 6.2). */
void recovery_reordering_over(struct tcp *tcp, struct tcb *tcb);

/* The retransmission timer fired (RFC 6298 5.4 to 5.6, RFC 5681 3.1). */
void recovery_timed_out(struct tcp *tcp, struct tcb *tcb);

/* Everything in flight is sent again, and no window is cut: it was not congestion that lost it. */
void recovery_resend_all(struct tcp *tcp, struct tcb *tcb);

/* Octets have left, again or for the first time. */
void recovery_left(struct tcb *tcb, uint32_t octets, bool again);

/* Octets that may leave now, by the congestion window. */
uint32_t recovery_room(const struct tcb *tcb);

#endif
