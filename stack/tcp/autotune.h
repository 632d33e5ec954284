/* autotune.h: buffers that grow with the path.
 *
 * A connection can have no more in flight than the receiver's buffer and the sender's queue hold, so on a long fast
 * path both must be as large as bandwidth times delay; on any other that would waste memory. So each begins at
 * config.rcvbuf and config.sndbuf and grows, up to config.rcvbuf_max and config.sndbuf_max, as long as it is what
 * limits the flow.
 *
 * Dynamic right-sizing: what the application reads in a round trip, or the peer acknowledges, is the rate; in slow
 * start it doubles in the next one, so the buffer is kept at twice that. The round trip is the shortest one seen: for
 * a queue that the flow itself has built, or fast memory, a larger buffer would only make the queue longer. A buffer
 * whose size the application chose (SO_RCVBUF, SO_SNDBUF) stays as it is, and nothing grows while half of the stack's
 * memory is in use: then send() copies less than a send buffer takes, or some connections would have all that is left.
 * Buffers never shrink: a promised window is not withdrawn (RFC 9293 3.8.6 SHLD-14).
 */
#ifndef TCP_AUTOTUNE_H
#define TCP_AUTOTUNE_H

#include "tcp/tcp.h"

/* How large the receive buffer can become: what the window scale is chosen for. */
uint32_t autotune_receive_max(const struct tcp *tcp, const struct tcb *tcb);

/* How many octets send() may copy into the queue in all: the send buffer, or less when memory is short. */
uint32_t autotune_send_limit(const struct tcp *tcp, const struct tcb *tcb);

/* A segment with data came: how long is a round trip, seen from here? */
void autotune_arrived(const struct tcp *tcp, struct tcb *tcb, const struct segment *segment);

/* The application has read. */
void autotune_read(const struct tcp *tcp, struct tcb *tcb);

/* An ACK came: the congestion window may have grown. */
void autotune_acked(const struct tcp *tcp, struct tcb *tcb);

#endif
