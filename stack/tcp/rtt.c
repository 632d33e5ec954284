/* rtt.c: RFC 6298. See rtt.h. */
#include "tcp/rtt.h"

#include "base/bytes.h"
#include "tcp/rack.h"

/* G: our clock counts nanoseconds; a millisecond allows for the host's scheduling. */
static const lucid_time GRANULARITY = LUCID_MILLISECOND;

/* RFC 6298 5.7 */
static const lucid_time RTO_AFTER_REPEATED_SYN = 3 * LUCID_SECOND;

void rtt_begin(struct tcb *tcb, struct seq32 end, lucid_time now) {
    if (tcb_has(tcb, TCB_TIMING)) {
        return;
    }
    tcb->flags |= TCB_TIMING;
    tcb->rtt.seq = end;
    tcb->rtt.at = now;
}

void rtt_forget(struct tcb *tcb) {
    tcb->flags &= ~(unsigned)TCB_TIMING;
}

void rtt_sent_again(struct tcp *tcp, struct tcb *tcb, struct seq32 end) {
    bool timed = tcb_has(tcb, TCB_TIMING);
    rtt_forget(tcb);
    if (WITHOUT(tcp->env, KARN)) {
        rtt_begin(tcb, end, tcp->env->now);
        return;
    }
    if (timed) {
        trace_rule(tcp->env, tcb->name, "9293:MUST-18", LUCID_OUTCOME_IGNORED);
    }
}

lucid_time rtt_measured_rto(const struct tcp *tcp, const struct tcb *tcb) {
    const struct lucid_config *config = &tcp->env->config;
    lucid_time rto = tcb->rtt.srtt + max_u64(GRANULARITY, 4 * tcb->rtt.rttvar);
    return min_u64(max_u64(rto, config->rto_min), config->rto_max);
}

/* RFC 6298 2.2 and 2.3; of so many samples in a round trip each has its share of alpha and beta (RFC 7323 G). */
static void sample(struct tcp *tcp, struct tcb *tcb, lucid_time r, lucid_time share) {
    tcb->rtt.latest = r;
    trace_rule(tcp->env, tcb->name, tcb->rtt.srtt == 0 ? "6298:2.2" : "6298:2.3", LUCID_OUTCOME_ADJUSTED);
    if (tcb->rtt.srtt == 0) {
        tcb->rtt.srtt = r;
        tcb->rtt.rttvar = r / 2;
    } else {
        lucid_time error = tcb->rtt.srtt > r ? tcb->rtt.srtt - r : r - tcb->rtt.srtt;
        lucid_time alpha = 8 * share, beta = 4 * share;
        tcb->rtt.rttvar = ((beta - 1) * tcb->rtt.rttvar + error) / beta;
        tcb->rtt.srtt = ((alpha - 1) * tcb->rtt.srtt + r) / alpha;
    }
    tcb->probe.sampled = true;
    tcb->rtt.rto = rtt_measured_rto(tcp, tcb);
}

/* RFC 7323 G: ExpectedSamples = ceiling(FlightSize / (SMSS * 2)) */
static uint32_t expected_samples(const struct tcb *tcb, uint32_t flight) {
    uint32_t pair = 2u * tcb->snd.mss;
    return max_u32((flight + pair - 1) / pair, 1);
}

void rtt_acked(struct tcp *tcp, struct tcb *tcb, struct seq32 ack, lucid_time echoed, uint32_t flight) {
    lucid_time now = tcp->env->now;
    if (!tcb_has(tcb, TCB_TIMING) && echoed > 0) {
        sample(tcp, tcb, echoed, expected_samples(tcb, flight));
    } else if (tcb_has(tcb, TCB_TIMING) && seq_ge(ack, tcb->rtt.seq)) {
        lucid_time r = max_u64(now - tcb->rtt.at, 1);
        rtt_forget(tcb);
        sample(tcp, tcb, r, 1);
        rack_sample(tcb, r, now);
    }
}

void rtt_back_off(struct tcp *tcp, struct tcb *tcb) {
    unsigned factor = WITHOUT(tcp->env, BACKOFF) ? 1 : 2; /* MUST-19 */
    tcb->rtt.rto = min_u64(factor * tcb->rtt.rto, tcp->env->config.rto_max);
    if (tcb->rtt.backoff < UINT8_MAX) {
        tcb->rtt.backoff++;
    }
    trace_rule(tcp->env, tcb->name, "6298:5.5", LUCID_OUTCOME_ADJUSTED);
}

void rtt_after_repeated_syn(struct tcp *tcp, struct tcb *tcb) {
    tcb->rtt.rto = RTO_AFTER_REPEATED_SYN;
    trace_rule(tcp->env, tcb->name, "6298:5.7", LUCID_OUTCOME_ADJUSTED);
}
