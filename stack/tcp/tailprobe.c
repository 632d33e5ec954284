/* tailprobe.c: RFC 8985 7. See tailprobe.h. */
#include "tcp/tailprobe.h"

#include "base/bytes.h"
#include "tcp/timer.h"

/* TLP.max_ack_delay: how long a peer may hold back the ACK of a lone segment. */
static const lucid_time MAX_ACK_DELAY = 200 * LUCID_MILLISECOND;

/* Below this the host's scheduling decides, not the path (docs/decisions/0067). */
static const lucid_time LEAST_TIMEOUT = 2 * LUCID_MILLISECOND;

/* SRTT of a path on which the peer's delayed ACK takes many round trips (docs/decisions/0068). */
static const lucid_time SHORT_PATH = 10 * LUCID_MILLISECOND;

static const lucid_time TIMEOUT_WITHOUT_SAMPLE = LUCID_SECOND;

/* TLP_calc_PTO(), but for the RTO */
static lucid_time timeout_of(const struct tcb *tcb) {
    if (tcb->rtt.srtt == 0) {
        return TIMEOUT_WITHOUT_SAMPLE;
    }
    lucid_time timeout = max_u64(2 * tcb->rtt.srtt, LEAST_TIMEOUT);
    return tcb_flight(tcb) <= tcb->snd.mss ? timeout + MAX_ACK_DELAY : timeout;
}

/* In fast recovery, all that was lost having been sent again: there the RFC leaves it to the retransmission timer to
 * find out that a retransmission, or the only ACK of it, was lost too. On a short path that is a thousand round trips
 * away, and so one segment of new data asks before (docs/decisions/0068). */
static bool wanted_in_recovery(const struct tcb *tcb) {
    return tcb_has(tcb, TCB_RECOVERY) && tcb->board.lost == 0 && tcb->rtt.srtt <= SHORT_PATH &&
           seq_lt(tcb->snd.nxt, tcb_data_end(tcb)) && tcb_flight(tcb) + tcb->snd.mss <= tcb->snd.wnd;
}

/* "unless it is already in fast recovery, RTO recovery, or segments have been SACKed" */
static bool wanted(const struct tcb *tcb) {
    bool quiet = !tcb->loss.guarded && tcb->board.lost == 0 && tcb->board.sacked == 0;
    bool may = tcb->probe.sampled && !tcb->probe.outstanding;
    return tcb_agreed(tcb, AGREED_SACK) && tcb_flight(tcb) > 0 && tcb->snd.wnd > 0 && may &&
           (quiet || wanted_in_recovery(tcb));
}

void tailprobe_schedule(struct tcp *tcp, struct tcb *tcb) {
    if (!wanted(tcb)) {
        tcb_timer_stop(tcp, tcb, LUCID_TIMER_TAIL_PROBE);
        return;
    }
    lucid_time at = tcp->env->now + timeout_of(tcb);
    tcb_timer_set(tcp, tcb, LUCID_TIMER_TAIL_PROBE, min_u64(at, tcb->at[LUCID_TIMER_RTO]));
}

/* A peer may hold back the ACK of new data that comes in order, and answers a duplicate at once. On a short path that
 * decides; in recovery new data comes out of order, and its SACK tells more. */
bool tailprobe_is_new(const struct tcb *tcb) {
    return tcb->rtt.srtt > SHORT_PATH || tcb_has(tcb, TCB_RECOVERY);
}

void tailprobe_fired(struct tcp *tcp, struct tcb *tcb) {
    if (!wanted(tcb)) {
        return;
    }
    tcb->probe.due = true;
    tcb_timer_set(tcp, tcb, LUCID_TIMER_RTO, tcp->env->now + tcb->rtt.rto);
    trace_rule(tcp->env, tcb->name, "8985:7.3", LUCID_OUTCOME_PROBE);
}

void tailprobe_left(struct tcp *tcp, struct tcb *tcb, bool again) {
    tcb->probe.due = false;
    tcb->probe.outstanding = true;
    tcb->probe.again = again;
    tcb->probe.end = tcb->snd.nxt;
    tcb->probe.sampled = false;
    tcp->env->stats.tcp_tail_probes++;
}

bool tailprobe_acked(struct tcb *tcb, const struct segment *segment, bool duplicate_reported, bool advanced) {
    if (!tcb->probe.outstanding || seq_lt(segment->ack, tcb->probe.end)) {
        return false;
    }
    if (!tcb->probe.again || duplicate_reported) {
        tcb->probe.outstanding = false;
        return false;
    }
    if (seq_gt(segment->ack, tcb->probe.end)) {
        tcb->probe.outstanding = false;
        return true;
    }
    bool plain_duplicate = !advanced && segment->options.sack_count == 0 && segment->length == 0;
    tcb->probe.outstanding = !plain_duplicate;
    return false;
}

void tailprobe_reset(struct tcp *tcp, struct tcb *tcb) {
    tcb->probe.due = false;
    tcb->probe.outstanding = false;
    tcb_timer_stop(tcp, tcb, LUCID_TIMER_TAIL_PROBE);
}
