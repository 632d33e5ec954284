/* cc_cubic.c: CUBIC, RFC 9438: how fast the window grows depends on the time since the last congestion, not on the
 * round trip time.
 *
 * W_cubic(t) = C * (t - K)^3 + W_max: fast towards W_max, where the network was full the last time; slowly around it;
 * then ever faster in search of a new limit. Where Reno would be faster, with short round trips, the window is Reno's
 * (W_est). The first slow start is that of hystart.h.
 *
 * There is no floating point here. Windows are in octets (W_est in 1/1024 of one), times in 2^-20 s, a little less
 * than a microsecond; a window of 2^30 octets, the largest there is, needs no time longer than SPAN for its way from 0.
 *
 * Names are those of RFC 9438 4.1. docs/decisions/0051 says where it leaves a choice.
 */
#include "base/bytes.h"
#include "tcp/cc.h"

/* 9438-4.1: C = 0.4 segments per s^3, beta = 0.7, alpha = 3 * (1 - beta) / (1 + beta) = 9 / 17. */
static const uint32_t BETA_PERCENT = 70;
static const uint32_t FAST_CONVERGENCE_PERCENT = 85; /* (1 + beta) / 2 */
static const uint32_t ALPHA = 9, ALPHA_PER = 17;

static const uint32_t SPAN = 320u << 20; /* 2^-20 s */

static uint32_t percent(uint32_t octets, uint32_t share) {
    return (uint32_t)((uint64_t)octets * share / 100);
}

/* ---- the curve ---- */

/* Nanoseconds as 2^-20 s: 10^9 is 2^9 * 1953125. */
static uint64_t ticks(lucid_time time) {
    return (min_u64(time, 4000 * LUCID_SECOND) << 11) / 1953125;
}

/* C * d^3 segments in octets, with d in 2^-20 s. What is lost in between is far below a segment: C * d^3 is small where
 * d is. */
static uint64_t height(uint64_t d, uint32_t mss) {
    d = min_u64(d, SPAN);
    uint64_t square = d * d >> 30;     /* 2^-10 s^2, below 2^27 */
    uint64_t cube = square * d >> 10;  /* 2^-20 s^3, below 2^46 */
    return (cube * mss / 5 * 2) >> 20; /* C = 2 / 5 */
}

/* The largest number whose third power is at most this; all of them fit. */
static uint64_t cube_root(uint64_t cube) {
    uint64_t low = 0, high = UINT64_C(2642246); /* its third power is beyond 2^64 */
    while (high - low > 1) {
        uint64_t middle = (low + high) / 2;
        if (middle * middle * middle <= cube) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* K = cbrt(depth / C): how long W_cubic takes for so many octets. The root of 2^39 s^3 is 2^13 s. */
static uint32_t time_for(uint32_t depth, uint32_t mss) {
    uint64_t cube = ((uint64_t)depth * 5 << 31) / mss;
    return (uint32_t)cube_root(min_u64(cube, UINT64_MAX >> 7) << 7) << 7;
}

static uint64_t w_cubic(const struct tcb *tcb, lucid_time t) {
    const struct cc_cubic *cubic = &tcb->cc.own.cubic;
    uint64_t now = ticks(t);
    if (now >= cubic->k) {
        return cubic->w_max + height(now - cubic->k, tcb->snd.mss);
    }
    return cubic->w_max - min_u64(cubic->w_max, height(cubic->k - now, tcb->snd.mss));
}

/* ---- congestion avoidance ---- */

/* 9438-4.2, 4.3. After a time-out (4.8), and when W_max is not known or has been passed already (4.10), the curve
 * begins where it is flat. */
static void begin_epoch(struct tcb *tcb, const struct cc_ack *ack) {
    struct cc_cubic *cubic = &tcb->cc.own.cubic;
    if (cubic->flat || cubic->w_max < tcb->cc.cwnd) {
        cubic->w_max = tcb->cc.cwnd;
    }
    cubic->k = time_for(cubic->w_max - tcb->cc.cwnd, tcb->snd.mss);
    cubic->w_est = (uint64_t)tcb->cc.cwnd << 10;
    cubic->part = 0;
    cubic->t = 0;
    cubic->heard = ack->now;
    cubic->flat = cubic->dry = false;
    cubic->epoch = true;
}

/* 9438-4.2, 5.8: t does not count the time in which the application sent, or the peer took, less than cwnd. Of the time
 * since an ACK after which nothing was in flight no more than a round trip can have been spent on what came then. */
static void pass_time(struct tcb *tcb, const struct cc_ack *ack) {
    struct cc_cubic *cubic = &tcb->cc.own.cubic;
    lucid_time passed = ack->now - cubic->heard;
    if (ack->limited) {
        cubic->t += cubic->dry ? min_u64(passed, max_u64(tcb->rtt.srtt, ack->rtt)) : passed;
    }
    cubic->heard = ack->now;
    cubic->dry = ack->flight <= ack->octets;
}

/* 9438-4.3: what Reno's window would be. */
static uint32_t w_est(struct tcb *tcb, uint32_t octets) {
    struct cc_cubic *cubic = &tcb->cc.own.cubic;
    bool regained = cubic->w_est >> 10 >= cubic->cwnd_prior;
    uint64_t dividend = ((uint64_t)octets * tcb->snd.mss << 10) * (regained ? ALPHA_PER : ALPHA);
    uint64_t divisor = (uint64_t)tcb->cc.cwnd * ALPHA_PER;
    cubic->w_est += (dividend + divisor / 2) / divisor;
    return (uint32_t)min_u64(cubic->w_est >> 10, UINT32_MAX);
}

/* 9438-4.2: target, one round trip ahead. */
static uint64_t target(const struct tcb *tcb) {
    uint64_t cwnd = tcb->cc.cwnd;
    uint64_t ahead = w_cubic(tcb, tcb->cc.own.cubic.t + tcb->rtt.srtt);
    return min_u64(max_u64(ahead, cwnd), cwnd + cwnd / 2);
}

/* 9438-4.3 to 4.5: Reno's window, or by as much of the way to the target as of the window was acknowledged. */
static void avoid(struct tcb *tcb, uint32_t acked) {
    struct cc_cubic *cubic = &tcb->cc.own.cubic;
    uint32_t cwnd = tcb->cc.cwnd, octets = min_u32(acked, cwnd);
    uint32_t reno = w_est(tcb, octets);
    if (w_cubic(tcb, cubic->t) < reno) {
        cc_grow(tcb, reno - min_u32(reno, cwnd));
        return;
    }
    uint64_t way = (target(tcb) - cwnd) * octets + cubic->part;
    cubic->part = (uint32_t)(way % cwnd);
    cc_grow(tcb, (uint32_t)(way / cwnd));
}

/* ---- slow start ---- */

/* 9438-4.10: the first one is HyStart++'s, others know where to end (RFC 5681 3.1). */
static void slow_start(struct tcb *tcb, const struct cc_ack *ack) {
    struct cc_cubic *cubic = &tcb->cc.own.cubic;
    uint32_t growth = min_u32(ack->octets, tcb->snd.mss);
    bool first = tcb->cc.ssthresh == UINT32_MAX;
    if (first) {
        growth = hystart_acked(&cubic->hystart, ack, tcb->snd.mss);
    }
    if (ack->limited) {
        cc_grow(tcb, growth);
    }
    if (first && cubic->hystart.over) {
        tcb->cc.ssthresh = max_u32(tcb->cc.cwnd, 2u * tcb->snd.mss);
        cubic->cwnd_prior = tcb->cc.cwnd;
    }
}

/* ---- events ---- */

static void acked(struct tcb *tcb, const struct cc_ack *ack) {
    struct cc_cubic *cubic = &tcb->cc.own.cubic;
    if (cc_slow_start(tcb)) {
        cubic->epoch = false;
        slow_start(tcb, ack);
        return;
    }
    if (!cubic->epoch) {
        begin_epoch(tcb, ack);
    }
    pass_time(tcb, ack);
    if (ack->limited) {
        avoid(tcb, ack->octets);
    }
}

/* 9438-4.6 to 4.8. Fast convergence: who has less than the last time leaves more to those who came. */
static uint32_t cut(struct tcb *tcb, enum cc_signal signal, uint32_t flight) {
    struct cc_cubic *cubic = &tcb->cc.own.cubic;
    uint32_t cwnd = tcb->cc.cwnd;
    cubic->w_max = cwnd < cubic->w_max ? percent(cwnd, FAST_CONVERGENCE_PERCENT) : cwnd;
    cubic->cwnd_prior = cwnd;
    cubic->epoch = false;
    cubic->flat = signal == CC_TIME_OUT;
    return percent(flight, BETA_PERCENT);
}

static void reset(const struct lucid_config *config, struct tcb *tcb) {
    (void)config;
    tcb->cc.own.cubic.epoch = false;
}

const struct cc_ops cc_cubic = {.name = "cubic", .avoidance = "9438:4.2", .reset = reset, .acked = acked, .cut = cut};
