/* cc.c: what all congestion controls share. See cc.h. */
#include "tcp/cc.h"

#include "base/bytes.h"

static const struct cc_ops *const algorithms[LUCID_CONGESTIONS] = {
    [LUCID_CONGESTION_CUBIC] = &cc_cubic,
    [LUCID_CONGESTION_NEWRENO] = &cc_newreno,
    [LUCID_CONGESTION_FIXED] = &cc_fixed,
};

/* True when the length octets at text, or those before a NUL, are this name. */
static bool is_name(const char name[CC_NAME], const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (i == CC_NAME || text[i] != name[i]) {
            return false;
        }
        if (text[i] == '\0') {
            return true;
        }
    }
    return length < CC_NAME && name[length] == '\0';
}

const struct cc_ops *cc_numbered(unsigned number) {
    return algorithms[number];
}

uint8_t cc_number(const struct cc_ops *ops) {
    uint8_t number = 0;
    while (algorithms[number] != ops) {
        number++;
    }
    return number;
}

const struct cc_ops *cc_named(const char *name, size_t length) {
    for (unsigned i = 0; i < LUCID_CONGESTIONS; i++) {
        if (is_name(algorithms[i]->name, name, length)) {
            return algorithms[i];
        }
    }
    return NULL;
}

static void reset(const struct lucid_config *config, struct tcb *tcb) {
    if (tcb->cc.ops->reset) {
        tcb->cc.ops->reset(config, tcb);
    }
}

void cc_attach(const struct lucid_config *config, struct tcb *tcb, const struct cc_ops *ops) {
    tcb->cc.ops = ops;
    tcb->cc.own = (union cc_own){0};
    tcb->cc.before.cwnd = 0;
    if (tcb->cc.ssthresh == 0) {
        tcb->cc.ssthresh = UINT32_MAX;
    }
    if (tcb->cc.cwnd > 0) {
        reset(config, tcb);
    }
}

static uint32_t initial_window(const struct lucid_config *config, const struct tcb *tcb) {
    uint32_t mss = tcb->snd.mss;
    return min_u32(config->initial_window * mss, max_u32(2 * mss, config->initial_window * 1460u));
}

void cc_begin(const struct lucid_config *config, struct tcb *tcb, bool syn_lost) {
    tcb->cc.cwnd = syn_lost ? tcb->snd.mss : initial_window(config, tcb);
    reset(config, tcb);
}

static void forget_rounds(struct cc_state *cc) {
    cc->round_left = cc->peak = cc->last_peak = 0;
}

void cc_restart_after_idle(const struct lucid_config *config, struct tcb *tcb) {
    forget_rounds(&tcb->cc);
    tcb->cc.cwnd = min_u32(tcb->cc.cwnd, initial_window(config, tcb));
    reset(config, tcb);
}

/* ---- an ACK ---- */

/* A round trip is over when as many octets are acknowledged as were in flight when it began. */
static bool count_round(struct cc_state *cc, const struct cc_ack *ack) {
    bool over = ack->octets >= cc->round_left;
    if (over) {
        cc->round_left = ack->flight - min_u32(ack->octets, ack->flight);
        cc->last_peak = cc->peak;
        cc->peak = ack->flight;
        return true;
    }
    cc->round_left -= ack->octets;
    cc->peak = max_u32(cc->peak, ack->flight);
    return false;
}

/* A sender that did not use its window learns nothing about it (RFC 9438 5.8, RFC 7661). What counts is the most that
 * was in flight in this round trip: of several ACKs that come before anything can be sent only the first finds the
 * whole window in use (docs/decisions/0052). In slow start half of it is enough: the next round trip then fills it. */
static bool was_limited(const struct tcb *tcb) {
    const struct cc_state *cc = &tcb->cc;
    return cc_slow_start(tcb) ? cc->peak >= cc->cwnd / 2 : (uint64_t)cc->peak + tcb->snd.mss >= cc->cwnd;
}

void cc_acked(struct tcb *tcb, struct cc_ack *ack) {
    ack->round = count_round(&tcb->cc, ack);
    ack->limited = was_limited(tcb);
    tcb->cc.ops->acked(tcb, ack);
}

void cc_grow(struct tcb *tcb, uint32_t octets) {
    static const uint32_t CWND_MAX = UINT32_C(1) << 30;
    tcb->cc.cwnd = max_u32(tcb->cc.cwnd, min_u32(tcb->cc.cwnd + octets, CWND_MAX));
}

void cc_segment_grew(struct tcb *tcb) {
    tcb->cc.cwnd = max_u32(tcb->cc.cwnd, tcb->snd.mss);
    tcb->cc.ssthresh = max_u32(tcb->cc.ssthresh, 2u * tcb->snd.mss);
}

/* ---- congestion ---- */

/* RFC 5681 3.1 equation (4), RFC 9438 4.6: ssthresh is never below two segments. */
static uint32_t cut(struct tcb *tcb, enum cc_signal signal, uint32_t flight) {
    struct cc_state *cc = &tcb->cc;
    cc->before.cwnd = cc->cwnd;
    cc->before.ssthresh = cc->ssthresh;
    cc->before.own = cc->own;
    forget_rounds(cc);
    uint32_t left = cc->ops->cut(tcb, signal, flight);
    cc->ssthresh = max_u32(left, 2u * tcb->snd.mss);
    return left;
}

/* For the same reason a loss that is noticed late in a batch finds little in flight. */
static uint32_t flown(const struct cc_state *cc, uint32_t flight) {
    return max_u32(flight, min_u32(max_u32(cc->peak, cc->last_peak), cc->cwnd));
}

/* After a time-out cwnd is one segment, and ssthresh two: a loss found then (RFC 8985 7.4.2) must not raise it. */
void cc_lost(struct tcb *tcb, uint32_t flight) {
    cut(tcb, CC_LOSS, flown(&tcb->cc, flight));
    tcb->cc.cwnd = min_u32(tcb->cc.cwnd, tcb->cc.ssthresh);
}

void cc_marked(struct tcb *tcb, uint32_t flight) {
    tcb->cc.cwnd = max_u32(cut(tcb, CC_ECN, flown(&tcb->cc, flight)), tcb->snd.mss);
}

void cc_timed_out(struct tcb *tcb, uint32_t flight, bool repeated) {
    if (!repeated) {
        cut(tcb, CC_TIME_OUT, flight);
    }
    tcb->cc.cwnd = tcb->snd.mss;
}

void cc_skip_slow_start(struct tcb *tcb) {
    tcb->cc.cwnd = max_u32(tcb->cc.cwnd, min_u32(tcb->cc.ssthresh, (uint32_t)UINT16_MAX << tcb->snd.shift));
}

void cc_undo(struct tcb *tcb) {
    struct cc_state *cc = &tcb->cc;
    if (cc->cwnd < cc->before.cwnd) {
        cc->cwnd = cc->before.cwnd;
        cc->ssthresh = max_u32(cc->before.ssthresh, 2u * tcb->snd.mss); /* which may have grown since */
        cc->own = cc->before.own;
    }
    cc->before.cwnd = 0;
}

void cc_recovered(struct tcb *tcb, uint32_t flight) {
    tcb->cc.cwnd = min_u32(tcb->cc.ssthresh, max_u32(flight, tcb->snd.mss) + tcb->snd.mss);
}
