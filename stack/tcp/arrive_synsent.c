/* arrive_synsent.c: RFC 9293 3.10.7.3, SYN-SENT STATE: we have sent a SYN and wait for the peer's. */
#include "tcp/ack.h"
#include "tcp/arrive.h"
#include "tcp/fastopen.h"
#include "tcp/life.h"
#include "tcp/negotiate.h"
#include "tcp/reply.h"
#include "tcp/timer.h"
#include "tcp/window.h"

static enum verdict drop(struct tcp *tcp, const struct tcb *tcb, enum lucid_drop why, const char *rule,
                         enum lucid_outcome outcome) {
    trace_rule(tcp->env, tcb->name, rule, outcome);
    env_drop(tcp->env, tcb->name, why);
    return DONE;
}

/* SND.UNA < SEG.ACK =< SND.NXT, which RFC 7413 4.2.2 counts the data of the SYN in */
static bool acceptable_ack(const struct tcb *tcb, const struct segment *segment) {
    return tcb_syn_left(tcb) && seq_gt(segment->ack, tcb->snd.una) && seq_le(segment->ack, tcb_highest_sent(tcb));
}

/* 9293-3.10.7.3-01, and -02 for a RST, which gets no answer */
static enum verdict first_ack(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    if (!segment_has(segment, LUCID_ACK) || acceptable_ack(tcb, segment)) {
        return GO_ON;
    }
    bool reset = !segment_has(segment, LUCID_RST) && !WITHOUT(tcp->env, THREE_WAY);
    drop(tcp, tcb, LUCID_DROP_TCP_SYN_SENT_ACK, "9293:3.10.7.3/1", reset ? LUCID_OUTCOME_RST : LUCID_OUTCOME_DROPPED);
    if (reset) {
        reply_reset(tcp, tcb->name, segment);
    }
    return DONE;
}

static enum verdict second_rst(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    if (!segment_has(segment, LUCID_RST)) {
        return GO_ON;
    }
    if (!segment_has(segment, LUCID_ACK)) { /* 9293-3.10.7.3-04 */
        return drop(tcp, tcb, LUCID_DROP_TCP_SYN_SENT_RST, "9293:3.10.7.3/2", LUCID_OUTCOME_DROPPED);
    }
    fastopen_failed(tcp, tcb);
    fsm_fire(tcp, tcb, EVENT_RCV_RST); /* 9293-3.10.7.3-03 */
    tcp->env->stats.tcp_resets_in++;
    return DONE;
}

/* Fourth: the peer's SYN, with an ACK of ours (then we are connected) or without (simultaneous open, MUST-10). The
 * third step, security, has nothing to compare: this stack has no compartments. */
static enum verdict fourth_syn(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    if (!segment_has(segment, LUCID_SYN)) { /* 9293-3.10.7.3-07 */
        return drop(tcp, tcb, LUCID_DROP_TCP_SYN_SENT, "9293:3.10.7.3/5", LUCID_OUTCOME_DROPPED);
    }
    tcb->irs = segment->seq;
    tcb->rcv.nxt = seq_add(segment->seq, 1);
    tcb->rcv.acked = tcb->rcv.nxt;
    negotiate_accept(tcp, tcb, segment);
    window_begin(tcb);
    ack_window(tcb, segment);
    segment->seq = tcb->rcv.nxt;
    segment->flags &= (uint8_t)~LUCID_SYN;
    if (!segment_has(segment, LUCID_ACK)) { /* 9293-3.10.7.3-06 */
        fsm_fire(tcp, tcb, EVENT_RCV_SYN);
        return DONE;
    }
    fsm_fire(tcp, tcb, EVENT_RCV_SYN_ACK); /* 9293-3.10.7.3-05 */
    if (WITHOUT(tcp->env, THREE_WAY)) {
        tcb->pending &= ~(unsigned)ACTION_SEND_ACK;
    }
    fastopen_answered(tcp, tcb, segment);
    ack_of_syn(tcp, tcb, segment);
    arrive_text_and_fin(tcp, tcb, segment);
    return DONE;
}

enum lucid_drop arrive_synsent(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    if (first_ack(tcp, tcb, segment) == GO_ON && second_rst(tcp, tcb, segment) == GO_ON) {
        fourth_syn(tcp, tcb, segment);
    }
    tcb_settle(tcp, tcb);
    return LUCID_DROP_NONE;
}
