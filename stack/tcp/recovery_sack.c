/* recovery_sack.c: fast recovery for a peer with SACK: what an ACK says has arrived, RACK (RFC 8985), and proportional
 * rate reduction (RFC 6937). See recovery.h.
 */
#include "base/bytes.h"
#include "tcp/pathprobe.h"
#include "tcp/rack.h"
#include "tcp/recovery_private.h"
#include "tcp/spurious.h"
#include "tcp/tailprobe.h"

/* RFC 2883 4: the first block reports a duplicate when it lies below the ACK, or inside the second block. */
static bool reports_duplicate(const struct segment *segment) {
    const struct tcp_options *options = &segment->options;
    if (options->sack_count == 0) {
        return false;
    }
    const struct tcp_sack_block *first = &options->sack[0], *second = &options->sack[1];
    bool below = seq_le(first->right, segment->ack);
    bool inside = options->sack_count > 1 && seq_ge(first->left, second->left) && seq_le(first->right, second->right);
    return below || inside;
}

/* RFC 2018: a block of what is acknowledged already, or was never sent, means nothing. */
static bool makes_sense(const struct tcb *tcb, const struct tcp_sack_block *block) {
    return seq_ge(block->left, tcb->snd.una) && seq_le(block->right, tcb->snd.nxt);
}

static void take_blocks(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, struct news *news) {
    unsigned first = reports_duplicate(segment) ? 1 : 0;
    for (unsigned i = first; i < segment->options.sack_count; i++) {
        const struct tcp_sack_block *block = &segment->options.sack[i];
        if (makes_sense(tcb, block)) {
            scoreboard_sacked(tcp, tcb, block->left, block->right, &news->delivery);
        }
    }
}

/* RFC 6937 3.1, on every ACK of a recovery: as much is sent as keeps the flight falling from RecoverFS to ssthresh in
 * proportion to what arrives; below ssthresh, one segment more than what arrives (PRR-SSRB). */
static void reduce_in_proportion(struct tcb *tcb, const struct delivery *delivery) {
    uint32_t arrived = delivery->acked + delivery->sacked;
    uint32_t pipe = scoreboard_pipe(tcb);
    uint32_t target = tcb->cc.ssthresh;
    int64_t send;
    tcb->loss.delivered += arrived;
    if (pipe > target) {
        uint64_t share = (uint64_t)tcb->loss.delivered * target;
        send = (int64_t)((share + tcb->loss.flight - 1) / tcb->loss.flight) - tcb->loss.out;
    } else {
        int64_t bound = (int64_t)tcb->loss.delivered - tcb->loss.out;
        bound = (bound > (int64_t)arrived ? bound : (int64_t)arrived) + tcb->snd.mss;
        send = (int64_t)target - pipe < bound ? (int64_t)target - pipe : bound;
    }
    tcb->cc.cwnd = max_u32(pipe + (send > 0 ? (uint32_t)send : 0), tcb->snd.mss);
}

/* Everything that was in flight when the loss was noticed has arrived. */
static void end_if_over(struct tcp *tcp, struct tcb *tcb) {
    if (!tcb->loss.guarded || seq_lt(tcb->snd.una, tcb->loss.recover)) {
        return;
    }
    tcb->loss.guarded = false;
    rack_recovered(tcb);
    if (tcb_has(tcb, TCB_RECOVERY)) {
        recovery_leave(tcb);
        tcb->cc.cwnd = tcb->cc.ssthresh;
        trace_rule(tcp->env, tcb->name, "6937:3.1", LUCID_OUTCOME_ADJUSTED);
    }
}

/* RFC 8985 6.2 step 5, and what follows from it. */
static void detect(struct tcp *tcp, struct tcb *tcb) {
    if (WITHOUT(tcp->env, FAST_RETRANSMIT) && !tcb->loss.guarded) {
        return;
    }
    if (!rack_detect(tcp, tcb)) {
        return;
    }
    if (tcb->loss.guarded) {
        trace_rule(tcp->env, tcb->name, "8985:6.2/5", LUCID_OUTCOME_RETRANSMIT);
    } else if (!pathprobe_lost(tcp, tcb)) {
        recovery_enter(tcp, tcb, "8985:6.2/5");
    }
}

void recovery_sack(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, struct news *news) {
    take_blocks(tcp, tcb, segment, news);
    if (news->delivery.sacked > 0) {
        trace_rule(tcp->env, tcb->name, "2018:5", LUCID_OUTCOME_ACCEPTED);
    }
    rack_heard(tcb, &news->delivery);
    bool duplicate = reports_duplicate(segment);
    if (duplicate) {
        trace_rule(tcp->env, tcb->name, "2883:5", LUCID_OUTCOME_IGNORED);
        rack_duplicate_reported(tcb);
        spurious_duplicate(tcp, tcb, &segment->options.sack[0]);
    }
    spurious_heard(tcp, tcb, news);
    bool growing = !tcb_has(tcb, TCB_RECOVERY);
    end_if_over(tcp, tcb);
    if (tailprobe_acked(tcb, segment, duplicate, news->advanced) && !tcb->loss.guarded) {
        recovery_cut(tcp, tcb, news->flight);
        trace_rule(tcp->env, tcb->name, "8985:7.4.2", LUCID_OUTCOME_ACCEPTED);
    }
    if (tcb->loss.frto == FRTO_OFF) {
        detect(tcp, tcb);
    }
    if (tcb_has(tcb, TCB_RECOVERY)) {
        reduce_in_proportion(tcb, &news->delivery);
    } else if (growing && news->advanced) {
        recovery_grow(tcp, tcb, news);
    }
}

void recovery_reordering_over(struct tcp *tcp, struct tcb *tcb) {
    detect(tcp, tcb);
    if (tcb_has(tcb, TCB_RECOVERY)) {
        reduce_in_proportion(tcb, &(struct delivery){.now = tcp->env->now});
    }
}
