/* keepalive.c: see keepalive.h. */
#include "tcp/keepalive.h"

#include "base/bytes.h"
#include "tcp/timer.h"

static bool applies(const struct tcb *tcb) {
    return tcb_switched(tcb, SWITCH_KEEPALIVE) &&
           tcb_is(tcb, LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2 | LUCID_CLOSE_WAIT);
}

void keepalive_begin(struct tcp *tcp, struct tcb *tcb) {
    if (!applies(tcb)) {
        tcb_timer_stop(tcp, tcb, LUCID_TIMER_KEEPALIVE);
        return;
    }
    lucid_time at = tcb->last_received + tcb->keepidle * LUCID_SECOND;
    tcb_timer_set(tcp, tcb, LUCID_TIMER_KEEPALIVE, max_u64(at, tcp->env->now));
}

/* Without a probe the timer stays as it is: when it fires, it looks how long the peer has been silent. */
void keepalive_heard(struct tcp *tcp, struct tcb *tcb) {
    tcb->last_received = tcp->env->now;
    if (tcb->keepalive_probes > 0) {
        tcb->keepalive_probes = 0;
        keepalive_begin(tcp, tcb);
    }
}

static void probe(struct tcp *tcp, struct tcb *tcb) {
    if (tcb->keepalive_probes >= tcb->keepcnt) {
        fsm_fire(tcp, tcb, EVENT_TIMEOUT_KEEPALIVE);
        return;
    }
    tcb->keepalive_probes++;
    tcb->flags |= TCB_KEEPALIVE_DUE;
    tcb_timer_set(tcp, tcb, LUCID_TIMER_KEEPALIVE, tcp->env->now + tcb->keepintvl * LUCID_SECOND);
    trace_rule(tcp->env, tcb->name, "9293:SHLD-12", LUCID_OUTCOME_PROBE);
}

void keepalive_fired(struct tcp *tcp, struct tcb *tcb) {
    if (!applies(tcb)) {
        return;
    }
    bool outstanding = tcb_flight(tcb) > 0 || tcb->send_queue.length > 0;
    lucid_time idle_until = tcb->last_received + tcb->keepidle * LUCID_SECOND;
    if (tcb->keepalive_probes == 0 && idle_until > tcp->env->now) {
        tcb_timer_set(tcp, tcb, LUCID_TIMER_KEEPALIVE, idle_until);
        return;
    }
    if (outstanding) { /* MUST-26: the retransmission timer is watching already */
        tcb_timer_set(tcp, tcb, LUCID_TIMER_KEEPALIVE, tcp->env->now + tcb->keepidle * LUCID_SECOND);
        return;
    }
    probe(tcp, tcb);
}
