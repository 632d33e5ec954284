/* pathprobe.h: has the path become wider? One segment larger than the others finds out: RFC 4821 7, RFC 1191 7.1.
 *
 * Ten minutes after the path MTU was lowered, and a minute after it was raised, a connection that has enough to send
 * lets one segment of the next plateau's size leave. When it is acknowledged, all become as large. When it is lost,
 * that says nothing about congestion: no window is cut, its octets leave again in pieces of the size that is known to
 * work, and the next attempt is ten minutes away. Whoever answers it with "packet too big" is told nothing new, as
 * the size in use has not changed.
 *
 * Order of calls: pathprobe_octets() while a segment is planned, pathprobe_left() when it has left, then
 * pathprobe_acked(), or pathprobe_lost(), or pathprobe_sent_again().
 */
#ifndef TCP_PATHPROBE_H
#define TCP_PATHPROBE_H

#include "tcp/tcp.h"

/* The path MTU was lowered: not before ten minutes. */
void pathprobe_wait(const struct tcp *tcp, struct tcb *tcb);

/* Octets of a larger segment that is to leave next; 0: none. ready: octets that wait and may leave now. */
uint32_t pathprobe_octets(const struct tcp *tcp, const struct tcb *tcb, uint32_t ready);

/* It has left. */
void pathprobe_left(const struct tcp *tcp, struct tcb *tcb, struct seq32 start, struct seq32 end);

/* SND.UNA has moved. */
void pathprobe_acked(const struct tcp *tcp, struct tcb *tcb);

/* Something is lost that lies at or behind SND.UNA. True when it is the probe and nothing else; it is marked as lost,
 * and there is no recovery to enter. */
bool pathprobe_lost(struct tcp *tcp, struct tcb *tcb);

/* Octets from there on leave again. When they are the probe's, their ACK will say nothing. */
void pathprobe_sent_again(const struct tcp *tcp, struct tcb *tcb, struct seq32 start, struct seq32 end);

#endif
