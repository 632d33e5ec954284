/* timer.c: setting and stopping the timers of a connection. See timer.h. */
#include "tcp/timer.h"

#include "base/bytes.h"

void tcb_timer_set(struct tcp *tcp, struct tcb *tcb, enum lucid_timer timer, lucid_time at) {
    tcb->at[timer] = at;
    if (!timer_armed(&tcb->timer) || at < tcb->timer.at) {
        timer_arm(&tcp->timers, &tcb->timer, at);
    }
    trace_timer(tcp->env, tcb->name, timer, LUCID_TIMER_SET, at);
}

void tcb_timer_stop(struct tcp *tcp, struct tcb *tcb, enum lucid_timer timer) {
    if (tcb_timer_on(tcb, timer)) {
        tcb->at[timer] = LUCID_NEVER;
        trace_timer(tcp->env, tcb->name, timer, LUCID_TIMER_STOPPED, 0);
    }
}

void tcb_timers_stop(struct tcp *tcp, struct tcb *tcb) {
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        tcb_timer_stop(tcp, tcb, (enum lucid_timer)i);
    }
    timer_disarm(&tcp->timers, &tcb->timer);
}

void tcb_timer_rearm(struct tcp *tcp, struct tcb *tcb) {
    lucid_time earliest = LUCID_NEVER;
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        earliest = min_u64(earliest, tcb->at[i]);
    }
    if (earliest != LUCID_NEVER) {
        timer_arm(&tcp->timers, &tcb->timer, earliest);
    }
}
