/* cc.c: what all congestion controls share. See cc.h. */
#include "tcp/cc.h"

#include "base/bytes.h"

static const struct cc_ops *const algorithms[] = {&cc_newreno};

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

const struct cc_ops *cc_named(const char *name, size_t length) {
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        if (is_name(algorithms[i]->name, name, length)) {
            return algorithms[i];
        }
    }
    return NULL;
}

void cc_attach(struct tcb *tcb, const struct cc_ops *ops) {
    tcb->cc.ops = ops;
    tcb->cc.acked = 0;
    if (tcb->cc.ssthresh == 0) {
        tcb->cc.ssthresh = UINT32_MAX;
    }
}

static uint32_t initial_window(const struct lucid_config *config, const struct tcb *tcb) {
    uint32_t mss = tcb->snd.mss;
    return min_u32(config->initial_window * mss, max_u32(2 * mss, config->initial_window * 1460u));
}

void cc_begin(const struct lucid_config *config, struct tcb *tcb, bool syn_lost) {
    tcb->cc.cwnd = syn_lost ? tcb->snd.mss : initial_window(config, tcb);
}

void cc_restart_after_idle(const struct lucid_config *config, struct tcb *tcb) {
    tcb->cc.cwnd = min_u32(tcb->cc.cwnd, initial_window(config, tcb));
}

void cc_recovered(struct tcb *tcb, uint32_t flight) {
    tcb->cc.cwnd = min_u32(tcb->cc.ssthresh, max_u32(flight, tcb->snd.mss) + tcb->snd.mss);
}

void cc_save(struct tcb *tcb) {
    tcb->cc.cwnd_before = tcb->cc.cwnd;
    tcb->cc.ssthresh_before = tcb->cc.ssthresh;
}

void cc_undo(struct tcb *tcb) {
    tcb->cc.cwnd = max_u32(tcb->cc.cwnd, tcb->cc.cwnd_before);
    tcb->cc.ssthresh = max_u32(tcb->cc.ssthresh, tcb->cc.ssthresh_before);
}
