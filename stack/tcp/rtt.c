/* rtt.c: RFC 6298. See rtt.h. */
#include "tcp/rtt.h"

#include "base/bytes.h"

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

/* RFC 6298 2.2 and 2.3 */
static void sample(const struct lucid_config *config, struct tcb *tcb, lucid_time r) {
    if (tcb->rtt.srtt == 0) {
        tcb->rtt.srtt = r;
        tcb->rtt.rttvar = r / 2;
    } else {
        lucid_time error = tcb->rtt.srtt > r ? tcb->rtt.srtt - r : r - tcb->rtt.srtt;
        tcb->rtt.rttvar = (3 * tcb->rtt.rttvar + error) / 4;
        tcb->rtt.srtt = (7 * tcb->rtt.srtt + r) / 8;
    }
    lucid_time rto = tcb->rtt.srtt + max_u64(GRANULARITY, 4 * tcb->rtt.rttvar);
    tcb->rtt.rto = min_u64(max_u64(rto, config->rto_min), config->rto_max);
}

void rtt_acked(const struct lucid_config *config, struct tcb *tcb, struct seq32 ack, lucid_time now) {
    if (tcb_has(tcb, TCB_TIMING) && seq_ge(ack, tcb->rtt.seq)) {
        rtt_forget(tcb);
        sample(config, tcb, max_u64(now - tcb->rtt.at, 1));
    }
}

void rtt_back_off(const struct lucid_config *config, struct tcb *tcb) {
    tcb->rtt.rto = min_u64(2 * tcb->rtt.rto, config->rto_max);
    if (tcb->rtt.backoff < UINT8_MAX) {
        tcb->rtt.backoff++;
    }
}

void rtt_after_repeated_syn(struct tcb *tcb) {
    tcb->rtt.rto = RTO_AFTER_REPEATED_SYN;
}
