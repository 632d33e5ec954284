/* recovery.c: NewReno. See recovery.h. */
#include "tcp/recovery.h"

#include "base/bytes.h"
#include "tcp/cc.h"
#include "tcp/rtt.h"

/* Duplicate ACKs that mean a loss, RFC 5681 3.2. */
static const uint8_t DUPLICATE_THRESHOLD = 3;

static void resend(struct tcb *tcb, uint32_t octets) {
    tcb->snd.rtx = tcb->snd.una;
    tcb->snd.rtx_end = seq_add(tcb->snd.una, min_u32(octets, tcb_flight(tcb)));
    rtt_forget(tcb);
}

/* What limited transmit has sent: it lies beyond cwnd, and is not part of FlightSize (RFC 5681 3.2 step 2). */
static uint32_t limited_transmit(const struct tcb *tcb, uint32_t flight) {
    uint32_t beyond = flight > tcb->cc.cwnd ? flight - tcb->cc.cwnd : 0;
    return min_u32(beyond, (uint32_t)tcb->loss.inflation);
}

/* RFC 6582 3.2 step 2: enter fast recovery. */
static void enter(struct tcp *tcp, struct tcb *tcb) {
    uint32_t flight = tcb_flight(tcb);
    tcb->cc.ops->lost(tcb, flight - limited_transmit(tcb, flight));
    tcb->loss.recover = tcb->snd.nxt;
    tcb->loss.inflation = DUPLICATE_THRESHOLD * tcb->snd.mss;
    tcb->flags |= TCB_RECOVERY;
    tcb->flags &= ~(unsigned)TCB_PARTIAL_ACK;
    resend(tcb, tcb->snd.mss);
    tcp->env->stats.tcp_fast_retransmits++;
    trace_rule(tcp->env, tcb->name, "5681:3.2/3", LUCID_OUTCOME_RETRANSMIT);
}

void recovery_duplicate(struct tcp *tcp, struct tcb *tcb) {
    if (tcb->loss.dupacks < UINT8_MAX) {
        tcb->loss.dupacks++;
    }
    if (tcb_has(tcb, TCB_RECOVERY)) {
        tcb->loss.inflation += tcb->snd.mss;
        return;
    }
    if (tcb->loss.dupacks < DUPLICATE_THRESHOLD) {
        tcb->loss.inflation = tcb->loss.dupacks * tcb->snd.mss;
        trace_rule(tcp->env, tcb->name, "3042:2", LUCID_OUTCOME_ACCEPTED);
        return;
    }
    if (tcb->loss.dupacks == DUPLICATE_THRESHOLD && seq_gt(tcb->snd.una, tcb->loss.recover)) {
        enter(tcp, tcb);
    }
}

static void leave(struct tcb *tcb) {
    tcb->flags &= ~(unsigned)TCB_RECOVERY;
    tcb->loss.inflation = 0;
    tcb->loss.dupacks = 0;
}

/* RFC 6582 3.2 step 3, partial acknowledgment: the next hole is sent again; what was acknowledged flies no more. */
static bool partial(struct tcp *tcp, struct tcb *tcb, uint32_t octets) {
    uint32_t mss = tcb->snd.mss;
    int64_t inflation = (int64_t)tcb->loss.inflation - octets + (octets >= mss ? mss : 0);
    int64_t least = (int64_t)mss - tcb->cc.cwnd;
    tcb->loss.inflation = (int32_t)(inflation > least ? inflation : least);
    resend(tcb, mss);
    trace_rule(tcp->env, tcb->name, "6582:3.2/3", LUCID_OUTCOME_RETRANSMIT);
    bool first = !tcb_has(tcb, TCB_PARTIAL_ACK);
    tcb->flags |= TCB_PARTIAL_ACK;
    return first;
}

bool recovery_acked(struct tcp *tcp, struct tcb *tcb, uint32_t octets, uint32_t flight) {
    tcb->snd.rtx = seq_max(tcb->snd.rtx, tcb->snd.una);
    tcb->snd.rtx_end = seq_max(tcb->snd.rtx_end, tcb->snd.una);
    if (!tcb_has(tcb, TCB_RECOVERY)) {
        leave(tcb);
        tcb->cc.ops->acked(tcb, octets, flight);
        return true;
    }
    if (seq_lt(tcb->snd.una, tcb->loss.recover)) {
        return partial(tcp, tcb, octets);
    }
    leave(tcb);
    cc_recovered(tcb, tcb_flight(tcb));
    return true;
}

void recovery_timed_out(struct tcp *tcp, struct tcb *tcb) {
    tcb->cc.ops->timed_out(tcb, tcb_flight(tcb), tcb->rtt.backoff > 0);
    leave(tcb);
    tcb->loss.recover = tcb->snd.nxt;
    resend(tcb, tcb_flight(tcb));
    tcp->env->stats.tcp_timeouts++;
    trace_rule(tcp->env, tcb->name, "6298:5.4", LUCID_OUTCOME_RETRANSMIT);
}
