/* cc_newreno.c: slow start and congestion avoidance of RFC 5681. (Fast recovery, RFC 6582, is in recovery.c.) */
#include "base/bytes.h"
#include "tcp/cc.h"

/* RFC 5681 3.1: in slow start by what was acknowledged, at most one SMSS an ACK; then by one SMSS for each cwnd
 * acknowledged. A sender that did not use its window learns nothing about it. */
static void acked(struct tcb *tcb, const struct cc_ack *ack) {
    uint32_t mss = tcb->snd.mss;
    struct cc_newreno *newreno = &tcb->cc.own.newreno;
    if (!ack->limited) {
        return;
    }
    if (cc_slow_start(tcb)) {
        cc_grow(tcb, min_u32(ack->octets, mss));
        return;
    }
    newreno->acked += ack->octets;
    if (newreno->acked >= tcb->cc.cwnd) {
        newreno->acked -= tcb->cc.cwnd;
        cc_grow(tcb, mss);
    }
}

/* RFC 5681 3.1 equation (4) */
static uint32_t cut(struct tcb *tcb, enum cc_signal signal, uint32_t flight) {
    (void)signal;
    tcb->cc.own.newreno.acked = 0;
    return flight / 2;
}

const struct cc_ops cc_newreno = {.name = "newreno", .avoidance = "5681:3.1/3", .acked = acked, .cut = cut};
