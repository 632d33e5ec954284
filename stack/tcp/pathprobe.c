/* pathprobe.c: see pathprobe.h. */
#include "tcp/pathprobe.h"

#include "base/bytes.h"
#include "tcp/cc.h"
#include "tcp/negotiate.h"
#include "tcp/pmtu.h"
#include "tcp/recovery.h"
#include "tcp/scoreboard.h"

/* RFC 1191 6.3: "on the order of 10 minutes", and not sooner than five after a decrease or one after an increase. */
static const lucid_time AFTER_LOWERED = 600 * LUCID_SECOND, AFTER_RAISED = 60 * LUCID_SECOND;

/* RFC 4821 7.4: so many segments behind the probe, that their ACKs tell when it is lost. */
static const uint32_t SEGMENTS_BEHIND = 3;

static void try_after(const struct tcp *tcp, struct tcb *tcb, lucid_time wait) {
    tcb->pmtu.probe = 0;
    tcb->pmtu.raise_at = tcp->env->now + wait;
}

void pathprobe_wait(const struct tcp *tcp, struct tcb *tcb) {
    try_after(tcp, tcb, AFTER_LOWERED);
}

uint32_t pathprobe_octets(const struct tcp *tcp, const struct tcb *tcb, uint32_t ready) {
    bool calm = !tcb_has(tcb, TCB_RECOVERY) && tcb->rtt.backoff == 0 && !scoreboard_first_lost(tcb);
    bool due = tcb->pmtu.mtu < tcp->env->config.mtu && tcp->env->now >= tcb->pmtu.raise_at;
    if (!due || !calm || tcb->pmtu.probe) {
        return 0;
    }
    uint32_t octets = negotiate_segment_for(tcp, tcb, pmtu_above(tcp, tcb));
    bool worth = octets > tcb->snd.mss && ready >= octets + SEGMENTS_BEHIND * tcb->snd.mss;
    return worth ? octets : 0;
}

void pathprobe_left(const struct tcp *tcp, struct tcb *tcb, struct seq32 start, struct seq32 end) {
    tcb->pmtu.probe = (uint16_t)pmtu_above(tcp, tcb);
    tcb->pmtu.probe_start = start;
    tcb->pmtu.probe_end = end;
    trace_rule(tcp->env, tcb->name, "4821:7.5", LUCID_OUTCOME_PROBE);
}

void pathprobe_acked(const struct tcp *tcp, struct tcb *tcb) {
    if (!tcb->pmtu.probe || seq_lt(tcb->snd.una, tcb->pmtu.probe_end)) {
        return;
    }
    tcb->pmtu.mtu = tcb->pmtu.probe;
    negotiate_segment(tcp, tcb);
    cc_segment_grew(tcb);
    try_after(tcp, tcb, AFTER_RAISED);
    trace_rule(tcp->env, tcb->name, "4821:7.6.1", LUCID_OUTCOME_ACCEPTED);
}

/* Nothing before the probe is missing, and with SACK nothing behind it. Without, nobody can tell: what else is missing
 * will be noticed when the probe's octets have arrived. */
static bool only_probe(const struct tcb *tcb) {
    const struct sent *first = scoreboard_first_lost(tcb);
    if (!first) {
        return seq_eq(tcb->snd.una, tcb->pmtu.probe_start);
    }
    bool whole = seq_eq(first->start, tcb->pmtu.probe_start) && seq_le(first->end, tcb->pmtu.probe_end);
    return whole && tcb->board.lost == seq_distance(first->start, first->end);
}

bool pathprobe_lost(struct tcp *tcp, struct tcb *tcb) {
    if (!tcb->pmtu.probe || !only_probe(tcb)) {
        return false;
    }
    scoreboard_lose_range(tcp, tcb, tcb->pmtu.probe_start, tcb->pmtu.probe_end);
    tcb->loss.forced = true;
    try_after(tcp, tcb, AFTER_LOWERED);
    trace_rule(tcp->env, tcb->name, "4821:7.6.2", LUCID_OUTCOME_RETRANSMIT);
    return true;
}

void pathprobe_sent_again(const struct tcp *tcp, struct tcb *tcb, struct seq32 start, struct seq32 end) {
    if (tcb->pmtu.probe && seq_lt(start, tcb->pmtu.probe_end) && seq_gt(end, tcb->pmtu.probe_start)) {
        try_after(tcp, tcb, AFTER_LOWERED);
    }
}
