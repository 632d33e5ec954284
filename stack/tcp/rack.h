/* rack.h: RACK, RFC 8985 6: a segment is lost when one that left later has arrived, and the time by which the network
 * may have changed their order is over.
 *
 * Time is what is compared, not the number of duplicate ACKs: retransmissions that are lost again are found like
 * first losses, and a little reordering is none. It needs SACK, and the departure time of every segment (scoreboard.h).
 */
#ifndef TCP_RACK_H
#define TCP_RACK_H

#include "tcp/scoreboard.h"

/* Step 1: a round trip was measured. */
void rack_sample(struct tcb *tcb, lucid_time rtt, lucid_time now);

/* Steps 1 to 3: what an ACK says has arrived. */
void rack_heard(struct tcb *tcb, const struct delivery *delivery);

/* Step 4: a duplicate was reported, so something was sent again for nothing. */
void rack_duplicate_reported(struct tcb *tcb);

/* Nothing of what was sent again had been lost: segments overtake each other here. Step 3 sees that only where a late
 * one was not sent again before it arrived. */
void rack_was_late(struct tcb *tcb);

/* Step 4: a recovery is over. */
void rack_recovered(struct tcb *tcb);

/* Step 5: marks what is lost, and sets the timer for what may soon be. Returns true when something was found lost. */
bool rack_detect(struct tcp *tcp, struct tcb *tcb);

/* 6.3: the retransmission timer fired. Marks what left longer ago than a round trip and the reordering window. */
void rack_timed_out(struct tcp *tcp, struct tcb *tcb);

/* The least of the latest round trips; 0: unknown. */
static inline lucid_time rack_min_rtt(const struct tcb *tcb) {
    return tcb->rack.min_rtt;
}

#endif
