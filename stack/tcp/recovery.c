/* recovery.c: what recovery with SACK and without have in common. See recovery.h. */
#include "tcp/recovery.h"

#include "base/bytes.h"
#include "tcp/cc.h"
#include "tcp/ecn.h"
#include "tcp/rack.h"
#include "tcp/recovery_private.h"
#include "tcp/spurious.h"
#include "tcp/tailprobe.h"

/* ---- beginning and end ---- */

/* From here to recover is one recovery: no second cut. */
static void guard(struct tcp *tcp, struct tcb *tcb) {
    tcb->loss.recover = tcb->snd.nxt;
    tcb->loss.guarded = true;
    tcb->loss.forced = true;
    tailprobe_reset(tcp, tcb);
}

/* RFC 3168 6.1.2: one window of data is a reason for one cut, be it a loss or a mark. What a mark has cut is not taken
 * back when the loss turns out to be none. */
void recovery_cut(struct tcp *tcp, struct tcb *tcb, uint32_t flight) {
    if (ecn_reduced(tcb)) {
        tcb->loss.undoable = false;
        return;
    }
    cc_lost(tcb, flight);
    ecn_window_cut(tcb);
    trace_rule(tcp->env, tcb->name, "5681:3.1/4", LUCID_OUTCOME_ADJUSTED);
}

/* By equation (2) of RFC 5681 3.1, or by (3); told when it is another one than before. */
static void trace_phase(struct tcp *tcp, struct tcb *tcb) {
    const char *rule = cc_slow_start(tcb) ? "5681:3.1/2" : tcb->cc.ops->avoidance;
    if (rule && rule != tcb->traced_phase) {
        tcb->traced_phase = rule;
        trace_rule(tcp->env, tcb->name, rule, LUCID_OUTCOME_ADJUSTED);
    }
}

void recovery_grow(struct tcp *tcp, struct tcb *tcb, const struct news *news) {
    struct cc_ack ack = {
        .octets = news->octets,
        .flight = news->flight,
        .now = tcp->env->now,
        .rtt = news->delivery.timed ? news->delivery.rtt : 0,
    };
    if (ecn_may_grow(tcb)) {
        trace_phase(tcp, tcb);
        cc_acked(tcb, &ack);
    }
}

/* What limited transmit has sent lies beyond cwnd, and is not part of FlightSize (RFC 5681 3.2 step 2). */
void recovery_enter(struct tcp *tcp, struct tcb *tcb, const char *rule) {
    guard(tcp, tcb);
    tcb->flags |= TCB_RECOVERY;
    tcb->flags &= ~(unsigned)TCB_PARTIAL_ACK;
    tcb->loss.flight = max_u32(tcb_flight(tcb), 1);
    tcb->loss.delivered = 0;
    tcb->loss.out = 0;
    spurious_watch(tcb);
    recovery_cut(tcp, tcb, min_u32(tcb_flight(tcb), tcb->cc.cwnd));
    tcp->env->stats.tcp_fast_retransmits++;
    trace_rule(tcp->env, tcb->name, rule, LUCID_OUTCOME_RETRANSMIT);
}

void recovery_leave(struct tcb *tcb) {
    tcb->flags &= ~(unsigned)TCB_RECOVERY;
    tcb->loss.inflation = 0;
    tcb->loss.dupacks = 0;
}

/* ---- events ---- */

bool recovery_heard(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, struct news *news) {
    if (!tcb_agreed(tcb, AGREED_SACK)) {
        return recovery_plain(tcp, tcb, news);
    }
    recovery_sack(tcp, tcb, segment, news);
    return true;
}

/* Everything is lost, and is sent again as the window grows from one segment: RFC 5681 3.1. With SACK, what left so
 * recently that it may still arrive is not (RFC 8985 6.3), and what the peer had is forgotten (RFC 2018 8). */
static void lose_for_time_out(struct tcp *tcp, struct tcb *tcb) {
    if (!tcb_agreed(tcb, AGREED_SACK)) {
        scoreboard_lose_range(tcp, tcb, tcb->snd.una, tcb->snd.nxt);
        return;
    }
    scoreboard_forget_sacked(tcb);
    scoreboard_lose_range(tcp, tcb, tcb->snd.una, seq_add(tcb->snd.una, tcb->snd.mss));
    rack_timed_out(tcp, tcb);
}

void recovery_timed_out(struct tcp *tcp, struct tcb *tcb) {
    bool repeated = tcb->rtt.backoff > 0;
    bool doubted = !repeated && spurious_may_ask(tcb);
    if (!repeated) {
        spurious_watch(tcb);
    }
    cc_timed_out(tcb, tcb_flight(tcb), repeated);
    trace_rule(tcp->env, tcb->name, "5681:3.1/4", LUCID_OUTCOME_ADJUSTED);
    if (WITHOUT(tcp->env, SLOW_START)) {
        cc_skip_slow_start(tcb);
    }
    ecn_window_cut(tcb);
    recovery_leave(tcb);
    guard(tcp, tcb);
    if (doubted) {
        spurious_ask(tcp, tcb);
    } else {
        lose_for_time_out(tcp, tcb);
    }
    tcp->env->stats.tcp_timeouts++;
    trace_rule(tcp->env, tcb->name, "6298:5.4", LUCID_OUTCOME_RETRANSMIT);
}

void recovery_resend_all(struct tcp *tcp, struct tcb *tcb) {
    scoreboard_lose_range(tcp, tcb, tcb->snd.una, tcb->snd.nxt);
    tcb->loss.forced = true;
}

void recovery_left(struct tcb *tcb, uint32_t octets, bool again) {
    tcb->loss.out += tcb_has(tcb, TCB_RECOVERY) ? octets : 0;
    if (again) {
        tcb->loss.forced = false;
        spurious_sent_again(tcb, octets);
    }
}

uint32_t recovery_room(const struct tcb *tcb) {
    int64_t window = (int64_t)tcb->cc.cwnd + tcb->loss.inflation;
    int64_t pipe = scoreboard_pipe(tcb);
    return window > pipe ? (uint32_t)min_u64((uint64_t)(window - pipe), UINT32_MAX) : 0;
}
