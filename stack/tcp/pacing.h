/* pacing.h: data leaves evenly over the round trip, not in bursts. Off unless config.pacing is on.
 *
 * A congestion window is a right to send so much at once, and after an idle time, a lost ACK or a long interrupt that
 * is what happens: a burst, which overflows short queues on the way. With pacing packets leave at the rate at which the
 * window would be used up in a round trip, and somewhat faster so that the window stays what decides: twice as fast in
 * slow start, where it doubles, and by a quarter later (the factors that Linux has). Before the first sample of the
 * round trip nothing is paced.
 *
 * Order of calls: plan.c asks pacing_waits() before data and pacing_quantum() for the size of a packet; output.c tells
 * pacing_left() and, when nothing could leave, pacing_schedule().
 */
#ifndef TCP_PACING_H
#define TCP_PACING_H

#include "tcp/tcp.h"

/* True while data must wait for its turn. */
bool pacing_waits(const struct tcp *tcp, const struct tcb *tcb);

/* The largest packet in octets of data, of so many a segment: what leaves in about a millisecond, at least two
 * segments; most when pacing is off. */
uint32_t pacing_quantum(const struct tcp *tcp, const struct tcb *tcb, uint32_t segment, uint32_t most);

/* Octets of data have left: when is it the turn of the next ones? */
void pacing_left(const struct tcp *tcp, struct tcb *tcb, uint32_t octets);

/* Sets the timer for data that waits. */
void pacing_schedule(struct tcp *tcp, struct tcb *tcb);

#endif
