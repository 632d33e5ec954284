/* ack.h: the fifth step of RFC 9293 3.10.7.4, check the ACK field: SND.UNA, the send window, and the states that an
 * ACK ends.
 */
#ifndef TCP_ACK_H
#define TCP_ACK_H

#include "tcp/tcp.h"

/* The fifth step. */
enum verdict ack_check(struct tcp *tcp, struct tcb *tcb, struct segment *segment);

/* Our SYN is acknowledged, in SYN-SENT or SYN-RECEIVED; the state has changed already. */
void ack_of_syn(struct tcp *tcp, struct tcb *tcb, const struct segment *segment);

/* Takes the send window from a segment: SND.WND, SND.WL1, SND.WL2. */
void ack_window(struct tcb *tcb, const struct segment *segment);

#endif
