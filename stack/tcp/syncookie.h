/* syncookie.h: answering a SYN without keeping a record of it, RFC 4987 3.6 and Appendix A.
 *
 * When as many connections are in SYN-RECEIVED as may be, which takes a flood of SYNs from forged addresses, the
 * listener still answers: all that must be known later is put into the SYN,ACK itself, and comes back in the ACK of
 * a client that exists. The initial sequence number is the client's plus these 32 bits:
 *
 *     31      27 26 24 23                    0
 *     +---------+-----+----------------------+
 *     |  epoch  | MSS |  hash with our key   |
 *     +---------+-----+----------------------+
 *
 * The epoch changes each minute, and one older than the minute before is refused. MSS is an index into a table. The
 * hash covers both ends, the client's sequence number, the epoch, MSS and the marks below. Where the SYN had
 * timestamps, the lowest bits of TSval are the marks: the window scale and SACK, which would be lost else.
 *
 *     a SYN:  negotiate with a draft of a TCB, syncookie_seal(), send what it made
 *     an ACK: syncookie_open() gives back the SYN, as if it came now
 *
 * What is decided where RFC 4987 leaves it open: docs/decisions/0060.
 */
#ifndef TCP_SYNCOOKIE_H
#define TCP_SYNCOOKIE_H

#include "tcp/tcp.h"

/* True when the next SYN is to be answered by a cookie: config.syn_cookies. */
bool syncookie_wanted(const struct tcp *tcp);

/* draft: has taken a SYN and negotiated. Chooses its ISS; withdraws what a cookie could not keep; and fills in the
 * options of the SYN,ACK. */
void syncookie_seal(struct tcp *tcp, struct tcb *draft, struct tcp_options *offer);

/* An ACK to a listener, or one that a connection in SYN-RECEIVED did not expect. True when it acknowledges a cookie of
 * ours that is young enough; then *syn is the SYN that it answered, and SEG.ACK - 1 the ISS. */
bool syncookie_open(struct tcp *tcp, const struct segment *ack, struct segment *syn);

#endif
