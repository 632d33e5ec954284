/* negotiate.h: what both ends settle with their SYNs: MSS (RFC 9293 3.7.1), window scale (RFC 7323 2),
 * timestamps (RFC 7323 3) and selective acknowledgment (RFC 2018 2).
 */
#ifndef TCP_NEGOTIATE_H
#define TCP_NEGOTIATE_H

#include "tcp/tcp.h"

/* Before the first SYN leaves: what we will offer. max_segment: TCP_MAXSEG, 0: none. */
void negotiate_begin(struct tcp *tcp, struct tcb *tcb, uint16_t max_segment);

/* How large our segments may be: the path has changed. */
void negotiate_segment(const struct tcp *tcp, struct tcb *tcb);

/* SND.MSS if the path took packets of mtu octets (MUST-16). */
uint16_t negotiate_segment_for(const struct tcp *tcp, const struct tcb *tcb, uint32_t mtu);

/* The options of our SYN or SYN,ACK. */
void negotiate_offer(const struct tcp *tcp, const struct tcb *tcb, struct tcp_options *options);

/* The options of every segment with an ACK: what was agreed on. data: it carries some. */
void negotiate_options(const struct tcp *tcp, const struct tcb *tcb, bool data, struct tcp_options *options);

/* The MSS that the peer offered, or what the absence of the option means (MUST-15). */
uint16_t negotiate_peer_mss(const struct tcb *tcb);

/* From now on no segment has more than that, TCP's options included: as if the peer had offered it. */
void negotiate_limit(const struct tcp *tcp, struct tcb *tcb, uint16_t most);

/* The peer's SYN or SYN,ACK: what of our offer stands, and how large our segments may be. */
void negotiate_accept(struct tcp *tcp, struct tcb *tcb, const struct segment *segment);

#endif
