/* pmtu.h: how large a packet may be on the way to the peer, per connection: RFC 1191, RFC 8201, and RFC 5927 7.2
 * against those who lie about it.
 *
 * A connection begins with the MTU of our device. A router that cannot pass a packet on says so by ICMP. The message is
 * believed when it quotes a number in flight, speaks of less than what was sent and of less than is assumed now; and at
 * once only when nothing larger than it says has been acknowledged yet. Else it waits, until a time-out shows that
 * nothing gets through, or an ACK that something does.
 *
 * A router that drops without a word is found out by time-outs of full segments, one after the other (RFC 4821 7.7).
 *
 * Both ways it only gets smaller; pathprobe.h finds out when it has become larger.
 *
 * The result is SND.MSS (MUST-16). The send queue knows octets, not segments: what was sent too large leaves again in
 * smaller pieces. Decisions: docs/decisions/0062.
 */
#ifndef TCP_PMTU_H
#define TCP_PMTU_H

#include "tcp/tcp.h"

/* Before the first SYN: the MTU of the device. */
void pmtu_begin(const struct tcp *tcp, struct tcb *tcb);

/* The largest payload of a packet of mtu octets behind a TCP header without options. */
uint32_t pmtu_segment(const struct tcb *tcb, uint32_t mtu);

/* The next larger size to try, up to the MTU of the device. */
uint32_t pmtu_above(const struct tcp *tcp, const struct tcb *tcb);

/* A packet, or each of those that the device cuts, has left: octets with IP header. */
void pmtu_sent(struct tcb *tcb, uint32_t octets);

/* SND.UNA has moved over so many octets of data. */
void pmtu_acked(struct tcb *tcb, uint32_t octets);

/* ICMP: packet too big, about a number in flight. Returns LUCID_DROP_NONE, or why it is not believed. */
enum lucid_drop pmtu_too_big(struct tcp *tcp, struct tcb *tcb, const struct icmp_error *error);

/* The retransmission timer of data fires, before recovery knows of it. */
void pmtu_timed_out(struct tcp *tcp, struct tcb *tcb);

#endif
