/* reply.h: segments that no connection sends: answers to strangers, resets, and acknowledgments from TIME-WAIT.
 *
 * They are built whole at once and wait in the queue of ip/outq.h, whose length is limited. A RST never answers a RST.
 */
#ifndef TCP_REPLY_H
#define TCP_REPLY_H

#include "tcp/tcp.h"

/* RFC 9293 3.10.7.1: a RST that the sender of this segment will accept: with SEQ=SEG.ACK if it has an ACK, else with
 * SEQ=0 and ACK=SEG.SEQ+SEG.LEN. Nothing when the segment is itself a RST. name: of the connection that it came to, for
 * the trace; 0: there is none. */
void reply_reset(struct tcp *tcp, uint32_t name, const struct segment *segment);

/* <SEQ=SND.NXT><CTL=RST>: this end gives the connection up (3.10.5). */
void reply_reset_connection(struct tcp *tcp, const struct tcb *tcb);

/* <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK> of a connection that is not kept: see syncookie.h. name: in the trace. */
void reply_syn_ack(struct tcp *tcp, uint32_t name, const struct tcb *draft, const struct tcp_options *options);

/* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
void reply_timewait_ack(struct tcp *tcp, const struct timewait *record);

#endif
