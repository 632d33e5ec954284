/* spurious.c: RFC 5682 3 and RFC 2883. See spurious.h. */
#include "tcp/spurious.h"

#include "base/bytes.h"
#include "tcp/cc.h"
#include "tcp/plan.h"
#include "tcp/rack.h"
#include "tcp/recovery_private.h"

void spurious_watch(struct tcb *tcb) {
    tcb->loss.undoable = true;
    tcb->loss.copies = 0;
    tcb->loss.cut_at = tcb->snd.una;
    tcb->loss.frto = FRTO_OFF;
}

void spurious_sent_again(struct tcb *tcb, uint32_t octets) {
    tcb->loss.copies += tcb->loss.undoable ? octets : 0;
}

/* What left was not lost. The window stays cut, though, when ECE has said meanwhile that there is congestion: then it
 * is not undoable any more (RFC 4015 3.2, step 9). */
static void undo(struct tcp *tcp, struct tcb *tcb, const char *rule) {
    bool undoable = tcb->loss.undoable;
    tcb->loss.undoable = false;
    tcb->loss.guarded = false;
    tcb->loss.frto = FRTO_OFF;
    recovery_leave(tcb);
    if (undoable) {
        cc_undo(tcb);
        tcp->env->stats.tcp_undone++;
    }
    trace_rule(tcp->env, tcb->name, rule, LUCID_OUTCOME_ACCEPTED);
}

void spurious_duplicate(struct tcp *tcp, struct tcb *tcb, const struct tcp_sack_block *block) {
    if (!tcb->loss.undoable || tcb->loss.copies == 0 || seq_lt(block->left, tcb->loss.cut_at)) {
        return;
    }
    tcb->loss.copies -= min_u32(tcb->loss.copies, seq_distance(block->left, block->right));
    if (tcb->loss.copies == 0) {
        rack_was_late(tcb);
        undo(tcp, tcb, "2883:5");
    }
}

bool spurious_may_ask(const struct tcb *tcb) {
    return tcb_agreed(tcb, AGREED_SACK) && !tcb->loss.guarded && tcb->board.sacked == 0 &&
           tcb_flight(tcb) > tcb->snd.mss;
}

/* What is in flight may still arrive, and must not keep anything from leaving. */
static void discount_flight(struct tcb *tcb) {
    tcb->loss.inflation = (int32_t)scoreboard_pipe(tcb);
}

void spurious_ask(struct tcp *tcp, struct tcb *tcb) {
    scoreboard_lose_range(tcp, tcb, tcb->snd.una, seq_add(tcb->snd.una, tcb->snd.mss));
    tcb->loss.frto = FRTO_FIRST_SENT;
    discount_flight(tcb);
}

/* It was a loss: what left before the time-out is given up for lost. */
static void conventional(struct tcp *tcp, struct tcb *tcb) {
    tcb->loss.frto = FRTO_OFF;
    tcb->loss.inflation = 0;
    rack_timed_out(tcp, tcb);
    trace_rule(tcp->env, tcb->name, "5682:3/conventional", LUCID_OUTCOME_RETRANSMIT);
}

/* Step 2: SND.UNA has moved, and there is new data to ask with. */
static void first_answer(struct tcp *tcp, struct tcb *tcb, const struct news *news) {
    bool window = seq_distance(tcb->snd.una, tcb->snd.nxt) < tcb->snd.wnd;
    if (!news->advanced || news->delivery.sacked > 0 || !plan_unsent(tcb) || !window) {
        conventional(tcp, tcb);
        return;
    }
    tcb->loss.frto = FRTO_NEW_SENT;
    discount_flight(tcb);
}

/* Step 3: does this ACK tell of octets that left only once, before the time-out? */
static void second_answer(struct tcp *tcp, struct tcb *tcb, const struct news *news) {
    bool original = news->delivery.originals > 0 && seq_le(news->delivery.originals_end, tcb->loss.recover);
    if (original) {
        undo(tcp, tcb, "5682:3/3");
    } else {
        conventional(tcp, tcb);
    }
}

void spurious_heard(struct tcp *tcp, struct tcb *tcb, const struct news *news) {
    if (tcb->loss.frto == FRTO_OFF) {
        return;
    }
    if (seq_ge(tcb->snd.una, tcb->loss.recover)) {
        tcb->loss.frto = FRTO_OFF;
        tcb->loss.inflation = 0;
    } else if (tcb->loss.frto == FRTO_FIRST_SENT) {
        first_answer(tcp, tcb, news);
    } else {
        second_answer(tcp, tcb, news);
    }
}
