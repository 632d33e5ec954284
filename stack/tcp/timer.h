/* timer.h: the timers of one connection. What happens when one fires is in timeouts.c.
 *
 * A connection has several timers but only one node in the wheel of base/timers.h, armed for the earliest of them or
 * before it: moving a timer to a later time, as every acknowledgment does, costs one store. When the node fires too
 * early it is armed again.
 */
#ifndef TCP_TIMER_H
#define TCP_TIMER_H

#include "tcp/tcp.h"

static inline bool tcb_timer_on(const struct tcb *tcb, enum lucid_timer timer) {
    return tcb->at[timer] != LUCID_NEVER;
}

void tcb_timer_set(struct tcp *tcp, struct tcb *tcb, enum lucid_timer timer, lucid_time at);
void tcb_timer_stop(struct tcp *tcp, struct tcb *tcb, enum lucid_timer timer);
void tcb_timers_stop(struct tcp *tcp, struct tcb *tcb);

/* Arms the node of the wheel after it has fired. */
void tcb_timer_rearm(struct tcp *tcp, struct tcb *tcb);

#endif
