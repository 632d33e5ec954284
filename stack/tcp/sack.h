/* sack.h: telling the peer what has come above a gap (RFC 2018), and what has come twice (RFC 2883).
 *
 * The receiver's half of selective acknowledgment. What the sender does with the blocks it is told is the business of
 * scoreboard.h.
 *
 * The blocks are the runs of the receive queue (recvq.h), the one that changed last first (RFC 2018 4): over several
 * ACKs the sender hears of each run several times, should some ACKs be lost. A duplicate is reported once, in front of
 * them, by the next ACK that leaves.
 */
#ifndef TCP_SACK_H
#define TCP_SACK_H

#include "tcp/tcp.h"

/* These octets have come a second time. */
void sack_duplicate(struct tcb *tcb, struct seq32 left, struct seq32 right);

/* Octets that the option takes of a segment with data: it never takes more than half of it. */
uint32_t sack_length(const struct tcb *tcb);

/* Fills in the blocks for the next segment; data: it carries some. */
void sack_write(const struct tcb *tcb, bool data, struct tcp_options *options);

#endif
