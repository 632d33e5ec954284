/* window.h: the receive window: how much we promise, and when the promise grows (RFC 9293 3.8.6).
 *
 * What was promised once is kept: the right edge never moves left (SHLD-14), nor right before somebody reads (MAY-8).
 * It moves right only by a step worth sending, min(buffer/2, MSS): the receiver's half of silly-window avoidance
 * (3.8.6.2.2, MUST-39).
 *
 * The header has 16 bits; with window scale (RFC 7323) they count in units of 1 << shift. RCV.NXT rarely lies a whole
 * number of units before the edge. Rounding down would move the edge left; so it is rounded up, out of a reserve of
 * 1/32 of the buffer that is not promised otherwise. Only when a peer that sends tiny segments to an application that
 * does not read has used the reserve up is it rounded down, by less than one unit, which RFC 7323 2.4 tells every
 * sender to expect.
 */
#ifndef TCP_WINDOW_H
#define TCP_WINDOW_H

#include "tcp/tcp.h"

/* The shift for a buffer that may grow to most: the least with which 16 bits can express all of that (RFC 7323 2.3),
 * but none whose unit the reserve of the buffer, as it is now, does not hold several times. */
uint8_t window_shift_for(uint32_t buffer, uint32_t most);

/* The first promise, with IRS known: at most 65535, since SYN segments are never scaled. */
void window_begin(struct tcb *tcb);

/* The window field of the segment that leaves now. Moves tcb->rcv.edge to what it promises. */
uint16_t window_advertise(const struct tcp *tcp, struct tcb *tcb);

/* True when the window has opened so far that the peer should be told at once (an update of its own). */
bool window_update_due(const struct tcp *tcp, const struct tcb *tcb);

#endif
