/* ecn.h: explicit congestion notification, RFC 3168 6.1, RFC 9293 3.8.2 SHLD-8: routers mark packets instead of
 * dropping them.
 *
 * Agreed on by the ECE and CWR flags of the SYNs (6.1.1). Then data that leaves for the first time has ECT(0) in its IP
 * header, and nothing else has: no SYN, no pure ACK, nothing that is sent again, no probe (6.1.4 to 6.1.6). Data that
 * arrives marked CE makes all our ACKs say ECE until the peer says CWR (6.1.3). An ACK with ECE is a loss without a
 * loss: the congestion window is cut, once for each window of data, and the next new data says CWR (6.1.2).
 *
 *     negotiate.c  ecn_accept() of the peer's SYN       text.c    ecn_received() for each segment with data
 *     output.c     ecn_mark() for each that leaves      ack.c     ecn_ack_arrived() before an ACK is processed
 *     recovery.c   asks ecn_reduced() and ecn_may_grow() first, and tells ecn_window_cut() when it has cut
 *
 * AccECN (RFC 9768) would begin in ecn_accept() and ecn_mark(), by the bit that was NS, and count what ecn_received()
 * only remembers. Its SYN is met as the RFC wants it: as one that asks for RFC 3168.
 */
#ifndef TCP_ECN_H
#define TCP_ECN_H

#include "tcp/plan.h"
#include "wire/tcp.h"

/* What the peer's SYN or SYN,ACK says; and a SYN that it repeats, without ECN perhaps. */
void ecn_accept(struct tcb *tcb, const struct segment *segment);
void ecn_repeated_syn(struct tcb *tcb, const struct segment *segment);

/* Sets ECE and CWR in the header of a segment that leaves. Returns its two bits of the IP header. */
uint8_t ecn_mark(struct tcb *tcb, const struct plan *plan, struct tcp_header *header);

/* A segment in the window arrives: CE and CWR. */
void ecn_received(struct tcp *tcp, struct tcb *tcb, const struct segment *segment);

/* An ACK arrives that is not old: ECE. */
void ecn_ack_arrived(struct tcp *tcp, struct tcb *tcb, const struct segment *segment);

/* True while the window of data is not acknowledged in which ECE has cut the congestion window. */
bool ecn_reduced(const struct tcb *tcb);

/* False for an ACK with ECE, and in such a window of data: the congestion window stays as it is. */
bool ecn_may_grow(const struct tcb *tcb);

/* The congestion window was cut, for whatever reason. */
void ecn_window_cut(struct tcb *tcb);

#endif
