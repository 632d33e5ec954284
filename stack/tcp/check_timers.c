/* check_timers.c: invariants of the timers of one connection. See check.h. */
#include "tcp/check.h"

/* I23: no deadline is farther away, but for those that an application, or the configuration, may choose. */
static const lucid_time FARTHEST = 120 * LUCID_SECOND;

static bool is_set(const struct tcb *tcb, enum lucid_timer timer) {
    return tcb->at[timer] != LUCID_NEVER;
}

static const char *check_watched(const struct tcb *tcb) {
    bool rto = is_set(tcb, LUCID_TIMER_RTO);
    bool loss = is_set(tcb, LUCID_TIMER_REORDER) || is_set(tcb, LUCID_TIMER_TAIL_PROBE);
    bool watched = rto || is_set(tcb, LUCID_TIMER_PERSIST) || is_set(tcb, LUCID_TIMER_PACE);
    bool flying = !seq_eq(tcb->snd.una, tcb->snd.nxt);
    bool asked = tcb_has(tcb, TCB_SYN_DUE | TCB_IN_READY);
    if (flying && !watched && !asked) {
        return "I19: something is in flight and no timer watches it";
    }
    if (!flying && (rto || loss)) {
        return "I19: nothing is in flight, but a timer for losses runs";
    }
    return NULL;
}

static const char *check_persist(const struct tcb *tcb) {
    bool persist = is_set(tcb, LUCID_TIMER_PERSIST);
    bool flying = !seq_eq(tcb->snd.una, tcb->snd.nxt);
    bool waiting = tcb->send_queue.length > 0 && !flying && tcb_is(tcb, STATES_DATA_OUT);
    bool timed = persist || is_set(tcb, LUCID_TIMER_PACE);
    if (waiting && !timed && !tcb_has(tcb, TCB_IN_READY)) {
        return "I20: data waits, nothing is in flight, and no timer will send it";
    }
    bool fin = tcb_has(tcb, TCB_FIN_QUEUED) && !tcb_has(tcb, TCB_FIN_ACKED);
    if (persist && tcb->send_queue.length == 0 && !fin) {
        return "I20: a window probe will leave, but there is nothing to send";
    }
    return persist && is_set(tcb, LUCID_TIMER_RTO) ? "I21: retransmission timer and persist timer both run" : NULL;
}

/* What would wait for ever for a peer that is gone: a connection that nobody owns, and one that is not complete. */
static const char *check_ends(const struct tcp *tcp, const struct tcb *tcb) {
    lucid_time now = tcp->env->now;
    const struct lucid_config *config = &tcp->env->config;
    bool orphan = tcb_is(tcb, LUCID_FIN_WAIT_2) && tcb->owner == POOL_NONE;
    lucid_time ends = tcb->at[LUCID_TIMER_FIN_WAIT_2];
    if (orphan && (ends == LUCID_NEVER || ends > now + config->fin_wait_2)) {
        return "I22: FIN-WAIT-2 without a handle has no limit";
    }
    bool half_open = tcb_is(tcb, LUCID_SYN_RECEIVED) && !tcb_has(tcb, TCB_ACTIVE | TCB_IN_READY | TCB_SYN_DUE);
    return half_open && tcb->at[LUCID_TIMER_USER] == LUCID_NEVER ? "I22: SYN-RECEIVED has no limit" : NULL;
}

static const char *check_deadlines(const struct tcp *tcp, const struct tcb *tcb) {
    static const enum lucid_timer near[] = {LUCID_TIMER_RTO, LUCID_TIMER_PERSIST, LUCID_TIMER_REORDER,
                                            LUCID_TIMER_TAIL_PROBE};
    lucid_time fires = timer_armed(&tcb->timer) ? tcb->timer.at : LUCID_NEVER;
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        if (tcb->at[i] < fires) {
            return "I23: a timer is set that would not fire in time";
        }
    }
    for (unsigned i = 0; i < sizeof near / sizeof near[0]; i++) {
        if (is_set(tcb, near[i]) && tcb->at[near[i]] > tcp->env->now + FARTHEST) {
            return "I23: a timer will not fire within two minutes";
        }
    }
    return NULL;
}

static const char *check_rto(const struct tcp *tcp, const struct tcb *tcb) {
    const struct lucid_config *config = &tcp->env->config;
    lucid_time least = config->rto_min < config->rto_initial ? config->rto_min : config->rto_initial;
    if (tcb->rtt.rto > config->rto_max || tcb->rtt.rto < least) {
        return "I24: the RTO is out of its bounds";
    }
    lucid_time acked_by = tcb->at[LUCID_TIMER_DELAYED_ACK];
    bool late = acked_by != LUCID_NEVER && acked_by > tcp->env->now + 500 * LUCID_MILLISECOND;
    return late ? "I25: an ACK is delayed for more than 500 ms" : NULL;
}

const char *tcb_check_timers(const struct tcp *tcp, const struct tcb *tcb) {
    const char *broken = check_watched(tcb);
    broken = broken ? broken : check_persist(tcb);
    broken = broken ? broken : check_ends(tcp, tcb);
    broken = broken ? broken : check_deadlines(tcp, tcb);
    return broken ? broken : check_rto(tcp, tcb);
}
