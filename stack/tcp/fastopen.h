/* fastopen.h: data on the SYN, RFC 7413, TCP Fast Open. Off unless config.fast_open says otherwise.
 *
 * A server gives a cookie to a client that asks for one: a keyed hash of the client's address. On a later SYN the
 * client shows it, and so that its address is its own; the data on that SYN is taken, and the connection can be
 * accepted, read and written in SYN-RECEIVED, a round trip early. At most config.fast_open_max connections may be so at
 * a time.
 *
 * A client keeps the cookies it got, one for each pair of its own address and a server's address and port, with the MSS
 * that the server offered. Where Fast Open fails it leaves it alone for an hour. The data of the SYN stays in the send
 * queue, and SND.NXT behind the SYN, until an ACK says that it was taken; if the SYN is repeated, or only the SYN is
 * acknowledged, it leaves after the handshake like any other data.
 *
 *     the server: fastopen_arrived() when a SYN has made a child; fastopen_offer(); fastopen_over()
 *     the client: fastopen_begin() after connect; fastopen_octets(), fastopen_offer() and fastopen_left() for its SYN;
 *                 fastopen_answered() and fastopen_acked() for the SYN,ACK, or fastopen_failed()
 *
 * What RFC 7413 leaves open: docs/decisions/0063.
 */
#ifndef TCP_FASTOPEN_H
#define TCP_FASTOPEN_H

#include "tcp/tcp.h"

/* Frees the cookies. */
void fastopen_destroy(struct tcp *tcp);

/* The option of our SYN or SYN,ACK, if this is the first one. */
void fastopen_offer(const struct tcp *tcp, const struct tcb *tcb, struct tcp_options *options);

/* ---- server ---- */

/* This SYN has made a child in SYN-RECEIVED: takes its data, or sees to it that the SYN,ACK brings a cookie. */
void fastopen_arrived(struct tcp *tcp, struct tcb *child, const struct segment *syn);

/* The handshake of a connection is complete, or it has ended. */
void fastopen_over(struct tcp *tcp, struct tcb *tcb);

/* ---- client ---- */

/* Before its SYN leaves: it shall have the option, if there is no reason against it. */
void fastopen_begin(struct tcp *tcp, struct tcb *tcb);

/* How many octets of the send queue go with the SYN. */
uint32_t fastopen_octets(const struct tcp *tcp, const struct tcb *tcb);

/* The first SYN has left, with so many. */
void fastopen_left(const struct tcp *tcp, struct tcb *tcb, uint32_t octets);

/* A SYN,ACK has come and been negotiated. */
void fastopen_answered(struct tcp *tcp, struct tcb *tcb, const struct segment *syn_ack);

/* SND.UNA is behind our SYN: drops what ack says was taken of its data. */
void fastopen_acked(struct tcp *tcp, struct tcb *tcb, struct seq32 ack);

/* True when our SYN has carried the octet with this number: it is not new any more. (After 2^32 octets it may be
 * wrong, which costs some segments their ECT.) */
bool fastopen_sent(const struct tcb *tcb, struct seq32 seq);

/* The SYN went unanswered, or the answer was RST or an ICMP error. */
void fastopen_failed(struct tcp *tcp, const struct tcb *tcb);

#endif
