/* output.h: what leaves next. Output is pulled: nothing is sent by whoever decides that something is due; the owner of
 * the stack asks, and the connection builds its next segment from what is due by then. So one ACK covers a whole batch
 * of input (RFC 9293 MUST-58, MUST-59), and a device that is busy holds everything back by not asking.
 */
#ifndef TCP_OUTPUT_H
#define TCP_OUTPUT_H

#include "tcp/tcp.h"

/* True when asking the connection may give a segment. It must not be retired. */
bool output_due(const struct tcb *tcb);

/* Builds the next segment of a connection into *out. False when nothing can leave now; then the persist timer has been
 * set if only the peer's window is in the way. */
bool output_segment(struct tcp *tcp, struct tcb *tcb, struct lucid_packet *out);

#endif
