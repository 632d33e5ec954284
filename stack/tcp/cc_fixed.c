/* cc_fixed.c: no congestion control: a window of config.fixed_window segments, whatever happens.
 *
 * This is the sliding window before 1988, for lessons and for measurements on a link that nobody else uses: what a
 * window does for the throughput, and what losses do when nobody slows down. In a network it is what RFC 2914 calls
 * congestion collapse, and RFC 9293 3.8.2 forbids it: nothing chooses it but the host's configuration or
 * TCP_CONGESTION.
 */
#include "base/bytes.h"
#include "tcp/cc.h"

static void reset(const struct lucid_config *config, struct tcb *tcb) {
    tcb->cc.cwnd = 0;
    cc_grow(tcb, (uint32_t)config->fixed_window * tcb->snd.mss);
    tcb->cc.ssthresh = max_u32(tcb->cc.cwnd, 2u * tcb->snd.mss);
    tcb->cc.own.fixed.window = tcb->cc.cwnd;
}

/* After a time-out, which left one segment, and after a recovery: as before. */
static void acked(struct tcb *tcb, const struct cc_ack *ack) {
    (void)ack;
    tcb->cc.cwnd = max_u32(tcb->cc.cwnd, tcb->cc.own.fixed.window);
}

static uint32_t cut(struct tcb *tcb, enum cc_signal signal, uint32_t flight) {
    (void)signal;
    (void)flight;
    return tcb->cc.own.fixed.window;
}

const struct cc_ops cc_fixed = {.name = "fixed", .reset = reset, .acked = acked, .cut = cut};
