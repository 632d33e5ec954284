/* arrive.h: SEGMENT ARRIVES, RFC 9293 3.10.7, one function for each of its sections.
 *
 * arrive.c looks at addresses and checksum, finds the connection and calls one of them. Each ends with tcb_settle()
 * for the TCB that it touched.
 */
#ifndef TCP_ARRIVE_H
#define TCP_ARRIVE_H

#include "tcp/tcp.h"

enum lucid_drop arrive_closed(struct tcp *tcp, const struct segment *segment);                            /* 3.10.7.1 */
enum lucid_drop arrive_listen(struct tcp *tcp, struct listener *listener, const struct segment *segment); /* 3.10.7.2 */
enum lucid_drop arrive_synsent(struct tcp *tcp, struct tcb *tcb, struct segment *segment);                /* 3.10.7.3 */
enum lucid_drop arrive_other(struct tcp *tcp, struct tcb *tcb, struct segment *segment);                  /* 3.10.7.4 */
enum lucid_drop arrive_timewait(struct tcp *tcp, struct timewait *record, const struct segment *segment); /* 3.10.7.4 */

/* Steps six to eight for what a SYN,ACK carries besides (3.10.7.3: "continue processing at the sixth step"). */
void arrive_text_and_fin(struct tcp *tcp, struct tcb *tcb, struct segment *segment);

/* A child of a listener in SYN-RECEIVED, whose SYN,ACK went out as a cookie before: ack acknowledges that one, and syn
 * is what the cookie kept (syncookie.h). The child is ESTABLISHED after it, with the numbers of the cookie. */
void arrive_overtaken(struct tcp *tcp, struct tcb *child, const struct segment *syn, struct segment *ack);

/* A SYN that a listener accepts, in place of nothing or of a TIME-WAIT record whose last sequence number was *above:
 * makes the child. begin: LUCID_LISTEN or LUCID_TIME_WAIT. */
enum lucid_drop arrive_new_child(struct tcp *tcp, struct listener *listener, const struct segment *segment,
                                 enum lucid_tcp_state begin, const struct seq32 *above);

#endif
