/* recovery_plain.c: fast retransmit and fast recovery for a peer without SACK. See recovery.h.
 *
 * All it says is "still missing the same octet". Three such duplicate ACKs mean that this segment is lost (RFC 5681
 * 3.2); each later one that another segment has left the network, so the window may be a segment wider (inflation).
 * RFC 6582 sends the next hole again at each partial ACK, until everything that was in flight is acknowledged.
 */
#include "base/bytes.h"
#include "tcp/cc.h"
#include "tcp/pathprobe.h"
#include "tcp/recovery_private.h"

static const uint8_t DUPLICATE_THRESHOLD = 3;

static void lose_first(struct tcp *tcp, struct tcb *tcb) {
    scoreboard_lose_range(tcp, tcb, tcb->snd.una, seq_add(tcb->snd.una, tcb->snd.mss));
    tcb->loss.forced = true;
}

/* RFC 3042: the first two let a new segment each go out; RFC 5681 3.2: the third is believed; RFC 6582 3.2 step 2: not
 * when it may be for what was sent again in the recovery before. */
static void duplicate(struct tcp *tcp, struct tcb *tcb) {
    if (tcb->loss.dupacks < UINT8_MAX) {
        tcb->loss.dupacks++;
    }
    if (tcb_has(tcb, TCB_RECOVERY)) {
        tcb->loss.inflation += tcb->snd.mss;
        trace_rule(tcp->env, tcb->name, "5681:3.2/4", LUCID_OUTCOME_ADJUSTED);
        return;
    }
    if (tcb->loss.dupacks < DUPLICATE_THRESHOLD) {
        tcb->loss.inflation = tcb->loss.dupacks * tcb->snd.mss;
        trace_rule(tcp->env, tcb->name, "3042:2", LUCID_OUTCOME_ACCEPTED);
        return;
    }
    bool believed = tcb->loss.dupacks == DUPLICATE_THRESHOLD && !WITHOUT(tcp->env, FAST_RETRANSMIT);
    if (believed && !tcb->loss.guarded && !pathprobe_lost(tcp, tcb)) {
        recovery_enter(tcp, tcb, "5681:3.2/3");
        tcb->loss.inflation = DUPLICATE_THRESHOLD * tcb->snd.mss;
        lose_first(tcp, tcb);
        return;
    }
    trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/5", LUCID_OUTCOME_IGNORED);
}

/* RFC 6582 3.2 step 3, partial acknowledgment: the next hole is sent again; what was acknowledged flies no more. */
static bool partial(struct tcp *tcp, struct tcb *tcb, uint32_t octets) {
    uint32_t mss = tcb->snd.mss;
    int64_t inflation = (int64_t)tcb->loss.inflation - octets + (octets >= mss ? mss : 0);
    int64_t least = (int64_t)mss - tcb->cc.cwnd;
    tcb->loss.inflation = (int32_t)(inflation > least ? inflation : least);
    lose_first(tcp, tcb);
    trace_rule(tcp->env, tcb->name, "6582:3.2/3", LUCID_OUTCOME_RETRANSMIT);
    bool first = !tcb_has(tcb, TCB_PARTIAL_ACK);
    tcb->flags |= TCB_PARTIAL_ACK;
    return first;
}

bool recovery_plain(struct tcp *tcp, struct tcb *tcb, const struct news *news) {
    if (news->duplicate) {
        duplicate(tcp, tcb);
        return false;
    }
    if (!news->advanced) {
        return false;
    }
    if (tcb->loss.guarded && seq_gt(tcb->snd.una, tcb->loss.recover)) {
        tcb->loss.guarded = false;
    }
    if (!tcb_has(tcb, TCB_RECOVERY)) {
        recovery_leave(tcb);
        recovery_grow(tcp, tcb, news);
        return true;
    }
    if (seq_lt(tcb->snd.una, tcb->loss.recover)) {
        return partial(tcp, tcb, news->octets);
    }
    trace_rule(tcp->env, tcb->name, "6582:3.2/3", LUCID_OUTCOME_ADJUSTED);
    recovery_leave(tcb);
    cc_recovered(tcb, tcb_flight(tcb));
    return true;
}
