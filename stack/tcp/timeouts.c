/* timeouts.c: RFC 9293 3.10.8, USER TIMEOUT, RETRANSMISSION TIMEOUT and TIME-WAIT TIMEOUT, and the other timers of a
 * connection.
 */
#include "base/bytes.h"
#include "tcp/fastopen.h"
#include "tcp/keepalive.h"
#include "tcp/life.h"
#include "tcp/pmtu.h"
#include "tcp/recovery.h"
#include "tcp/reports.h"
#include "tcp/rtt.h"
#include "tcp/tailprobe.h"
#include "tcp/tcp.h"
#include "tcp/timer.h"

/* Persist intervals double up to this many times; RTO_MAX caps them anyway. */
static const uint8_t PERSIST_SHIFT_MAX = 16;

static void probe_window(struct tcp *tcp, struct tcb *tcb) {
    const struct lucid_config *config = &tcp->env->config;
    if (WITHOUT(tcp->env, PERSIST)) {
        return;
    }
    if (tcb->rtt.backoff < PERSIST_SHIFT_MAX) {
        tcb->rtt.backoff++;
    }
    tcb->flags |= TCB_PROBE_DUE;
    /* SHLD-30 */
    lucid_time interval = min_u64(tcb->rtt.rto << tcb->rtt.backoff, config->rto_max);
    tcb_timer_set(tcp, tcb, LUCID_TIMER_PERSIST, tcp->env->now + interval);
    trace_rule(tcp->env, tcb->name, "9293:MUST-36", LUCID_OUTCOME_PROBE);
}

static void persist_fired(struct tcp *tcp, struct tcb *tcb) {
    if (tcb->snd.wnd > 0) {
        trace_rule(tcp->env, tcb->name, "9293:3.8.6.2.1", LUCID_OUTCOME_ACCEPTED);
        tcb->flags |= TCB_OVERRIDE;
        return;
    }
    probe_window(tcp, tcb);
}

/* Before anybody has shown that he is there, a SYN brings at most this many copies of the SYN,ACK, however short the
 * RTO (docs/decisions/0061). */
static const uint8_t SYN_ACK_COPIES = 5;

static void syn_unanswered(struct tcp *tcp, struct tcb *tcb) {
    if (tcb_is(tcb, LUCID_SYN_RECEIVED) && !tcb_has(tcb, TCB_ACTIVE) && tcb->rtt.backoff >= SYN_ACK_COPIES) {
        fsm_fire(tcp, tcb, EVENT_TIMEOUT_USER);
        return;
    }
    fastopen_failed(tcp, tcb);
    tcb->flags |= TCB_SYN_DUE;
    trace_rule(tcp->env, tcb->name, "6298:5.4", LUCID_OUTCOME_RETRANSMIT);
    rtt_back_off(tcp, tcb);
    report_retransmission(tcp, tcb);
}

/* The SYN or SYN,ACK goes again; data goes again from SND.UNA on; but when the peer has shut its window on what is in
 * flight, that is not a loss: probes take over (MUST-35, SHLD-17). 9293-3.10.8-02 */
static void retransmission_fired(struct tcp *tcp, struct tcb *tcb) {
    if (tcb_syn_unacked(tcb)) {
        syn_unanswered(tcp, tcb);
        return;
    }
    if (tcb->snd.wnd == 0 && !WITHOUT(tcp->env, WINDOW)) {
        probe_window(tcp, tcb);
        return;
    }
    pmtu_timed_out(tcp, tcb);
    recovery_timed_out(tcp, tcb);
    rtt_back_off(tcp, tcb);
    report_retransmission(tcp, tcb);
}

static void fire(struct tcp *tcp, struct tcb *tcb, enum lucid_timer timer) {
    switch (timer) {
    case LUCID_TIMER_USER:
        fsm_fire(tcp, tcb, EVENT_TIMEOUT_USER); /* 9293-3.10.8-01 */
        break;
    case LUCID_TIMER_FIN_WAIT_2:
        fsm_fire(tcp, tcb, EVENT_TIMEOUT_FIN_WAIT_2);
        break;
    case LUCID_TIMER_RTO:
        retransmission_fired(tcp, tcb);
        break;
    case LUCID_TIMER_PERSIST:
        persist_fired(tcp, tcb);
        break;
    case LUCID_TIMER_DELAYED_ACK:
        trace_rule(tcp->env, tcb->name, "9293:MUST-40", LUCID_OUTCOME_ACK_NOW);
        tcb->flags |= TCB_ACK_NOW;
        break;
    case LUCID_TIMER_KEEPALIVE:
        keepalive_fired(tcp, tcb);
        break;
    case LUCID_TIMER_REORDER:
        recovery_reordering_over(tcp, tcb);
        break;
    case LUCID_TIMER_TAIL_PROBE:
        tailprobe_fired(tcp, tcb);
        break;
    case LUCID_TIMER_PACE: /* tcb_settle() sees that something is due */
    case LUCID_TIMER_2MSL: /* timewait_expire() */
    case LUCID_TIMERS:
        break;
    }
}

/* The order in which timers of one instant fire: what ends the connection first, so that nothing is sent in vain; a
 * tail probe, which puts the RTO off, before it (RFC 8985 7.2). */
static const enum lucid_timer ORDER[] = {
    LUCID_TIMER_USER,    LUCID_TIMER_FIN_WAIT_2,  LUCID_TIMER_REORDER,   LUCID_TIMER_TAIL_PROBE, LUCID_TIMER_RTO,
    LUCID_TIMER_PERSIST, LUCID_TIMER_DELAYED_ACK, LUCID_TIMER_KEEPALIVE, LUCID_TIMER_PACE,
};

static void connection_timeouts(struct tcp *tcp, struct tcb *tcb) {
    for (unsigned i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++) {
        enum lucid_timer timer = ORDER[i];
        lucid_time at = tcb->at[timer];
        bool over = (tcb->pending & ACTION_DELETE) != 0;
        if (over || at > tcp->env->now) {
            continue;
        }
        tcb->at[timer] = LUCID_NEVER;
        tcp->cause = LUCID_CAUSE_TIMER;
        tcp->cause_detail = (uint8_t)timer;
        trace_timer(tcp->env, tcb->name, timer, LUCID_TIMER_FIRED, at);
        fire(tcp, tcb, timer);
    }
    tcb_timer_rearm(tcp, tcb);
    tcb_settle(tcp, tcb);
}

void tcp_timeouts(struct tcp *tcp) {
    struct timer_node *node;
    while ((node = timers_expired(&tcp->timers, tcp->env->now))) {
        connection_timeouts(tcp, CONTAINER_OF(node, struct tcb, timer));
    }
    timewait_expire(tcp);
}

lucid_time tcp_deadline(const struct tcp *tcp) {
    return min_u64(timers_deadline(&tcp->timers), timewait_deadline(tcp));
}
