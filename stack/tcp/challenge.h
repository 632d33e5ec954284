/* challenge.h: challenge ACKs, RFC 5961, and their limit.
 *
 * A segment that would end or confuse a connection, but might be forged, is answered by
 * <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>: an honest peer answers with an exact RST, a forger never sees it. Their number
 * is limited (RFC 5961 7), for each connection by itself: a limit shared by connections would tell a forger about
 * connections of others (CVE-2016-5696). Answers to segments with data do not count, so that real retransmissions are
 * always answered.
 */
#ifndef TCP_CHALLENGE_H
#define TCP_CHALLENGE_H

#include "tcp/tcp.h"

/* Makes an ACK due, within the limit; drops the segment for this reason. rule: for the trace. */
enum verdict challenge_ack(struct tcp *tcp, struct tcb *tcb, enum lucid_drop reason, const char *rule);

/* The answer to a segment outside the window (3.10.7.4, first): an ACK, under the limit only when the segment carries
 * no data. reason, rule: as above. */
enum verdict challenge_unacceptable(struct tcp *tcp, struct tcb *tcb, const struct segment *segment,
                                    enum lucid_drop reason, const char *rule);

#endif
