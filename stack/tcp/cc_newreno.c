/* cc_newreno.c: slow start and congestion avoidance of RFC 5681. (Fast recovery, RFC 6582, is in recovery.c.) */
#include "base/bytes.h"
#include "tcp/cc.h"

/* cwnd stops here: far above any window that RFC 7323 allows. */
static const uint32_t CWND_MAX = UINT32_C(1) << 30;

static void grow(struct tcb *tcb, uint32_t octets) {
    tcb->cc.cwnd = min_u32(tcb->cc.cwnd + octets, CWND_MAX);
}

/* RFC 5681 3.1: in slow start by what was acknowledged, at most one SMSS an ACK; then by one SMSS for each cwnd
 * acknowledged. A sender that did not use its window learns nothing about it. */
static void acked(struct tcb *tcb, uint32_t octets, uint32_t flight) {
    uint32_t mss = tcb->snd.mss;
    bool slow_start = tcb->cc.cwnd < tcb->cc.ssthresh;
    uint32_t used = slow_start ? tcb->cc.cwnd / 2 : tcb->cc.cwnd - min_u32(tcb->cc.cwnd, mss);
    if (flight < used) {
        return;
    }
    if (slow_start) {
        grow(tcb, min_u32(octets, mss));
        return;
    }
    tcb->cc.acked += octets;
    if (tcb->cc.acked >= tcb->cc.cwnd) {
        tcb->cc.acked -= tcb->cc.cwnd;
        grow(tcb, mss);
    }
}

/* RFC 5681 3.1 equation (4) */
static void halve(struct tcb *tcb, uint32_t flight) {
    tcb->cc.ssthresh = max_u32(flight / 2, 2u * tcb->snd.mss);
    tcb->cc.acked = 0;
}

static void lost(struct tcb *tcb, uint32_t flight) {
    halve(tcb, flight);
    tcb->cc.cwnd = tcb->cc.ssthresh;
}

static void timed_out(struct tcb *tcb, uint32_t flight, bool repeated) {
    if (!repeated) {
        halve(tcb, flight);
    }
    tcb->cc.cwnd = tcb->snd.mss;
}

const struct cc_ops cc_newreno = {.name = "newreno", .acked = acked, .lost = lost, .timed_out = timed_out};
