/* pacing.c: see pacing.h. */
#include "tcp/pacing.h"

#include "base/bytes.h"
#include "tcp/cc.h"
#include "tcp/plan.h"
#include "tcp/timer.h"

/* How much faster than the window a round trip, in percent. */
static const uint32_t GAIN_SLOW_START = 200;
static const uint32_t GAIN = 125;

static const lucid_time QUANTUM_TIME = LUCID_MILLISECOND;
static const uint32_t LEAST_SEGMENTS = 2;

static bool paced(const struct tcp *tcp, const struct tcb *tcb) {
    return tcp->env->config.pacing && tcb->rtt.srtt > 0 && tcb->cc.cwnd > 0;
}

/* Octets a second. A window has at most 31 bits: no product overflows. */
static uint64_t rate_of(const struct tcb *tcb) {
    uint32_t gain = cc_slow_start(tcb) ? GAIN_SLOW_START : GAIN;
    uint64_t microseconds = max_u64(tcb->rtt.srtt / LUCID_MICROSECOND, 1);
    return max_u64((uint64_t)tcb->cc.cwnd * gain * 10000 / microseconds, 1);
}

bool pacing_waits(const struct tcp *tcp, const struct tcb *tcb) {
    return paced(tcp, tcb) && tcb->pace_at > tcp->env->now;
}

uint32_t pacing_quantum(const struct tcp *tcp, const struct tcb *tcb, uint32_t segment, uint32_t most) {
    if (!paced(tcp, tcb)) {
        return most;
    }
    uint64_t octets = rate_of(tcb) * QUANTUM_TIME / LUCID_SECOND;
    uint64_t segments = max_u64(octets / segment, LEAST_SEGMENTS);
    return (uint32_t)min_u64(segments * segment, most);
}

/* The turn of the next ones does not move back: a sender that was idle has not saved anything up. */
void pacing_left(const struct tcp *tcp, struct tcb *tcb, uint32_t octets) {
    if (paced(tcp, tcb)) {
        tcb->pace_at = max_u64(tcb->pace_at, tcp->env->now) + octets * LUCID_SECOND / rate_of(tcb);
    }
}

void pacing_schedule(struct tcp *tcp, struct tcb *tcb) {
    bool waiting = tcb->board.lost > 0 || plan_unsent(tcb);
    if (pacing_waits(tcp, tcb) && waiting && tcb->at[LUCID_TIMER_PACE] != tcb->pace_at) {
        tcb_timer_set(tcp, tcb, LUCID_TIMER_PACE, tcb->pace_at);
    }
}
