/* rtt.h: how long a round trip takes, and from it the retransmission time-out: RFC 6298, with Karn's rule (RFC 9293
 * 3.8.1 MUST-18).
 *
 * One segment at a time is timed. A segment that had to be sent again tells nothing, since its ACK may be for either
 * copy (Karn, RFC 6298 3): then no sample is taken, and the backed-off RTO stays until there is one; unless timestamps
 * say which copy it was (RFC 7323 4.1).
 */
#ifndef TCP_RTT_H
#define TCP_RTT_H

#include "tcp/tcp.h"

/* Begins to time the octets before end, unless something is being timed. */
void rtt_begin(struct tcb *tcb, struct seq32 end, lucid_time now);

/* What is being timed is timed no more. */
void rtt_forget(struct tcb *tcb);

/* What ends before end is sent again: an ACK of it would be ambiguous (MUST-18). */
void rtt_sent_again(struct tcp *tcp, struct tcb *tcb, struct seq32 end);

/* An ACK of new data: takes the sample if it covers what is being timed. echoed: the age of what its timestamp echoes,
 * for when nothing is being timed; 0: unknown. flight: octets in flight before it. */
void rtt_acked(struct tcp *tcp, struct tcb *tcb, struct seq32 ack, lucid_time echoed, uint32_t flight);

/* RFC 6298 2.3: the RTO that follows from what was measured. */
lucid_time rtt_measured_rto(const struct tcp *tcp, const struct tcb *tcb);

/* RFC 6298 5.5: the RTO doubles. */
void rtt_back_off(struct tcp *tcp, struct tcb *tcb);

/* RFC 6298 5.7: the handshake is over, and our SYN had to be sent again: begin with 3 seconds. */
void rtt_after_repeated_syn(struct tcp *tcp, struct tcb *tcb);

#endif
