/* arrive_other.c: RFC 9293 3.10.7.4, Other States: SYN-RECEIVED to LAST-ACK. (TIME-WAIT is a record:
 * arrive_timewait.c.)
 *
 * The RFC's eight steps, in its order, are small functions in one table. Each says GO_ON or DONE. The order matters
 * more than any one of them: ACK is fifth and FIN is eighth, which is why one segment can take FIN-WAIT-1 to
 * TIME-WAIT.
 */
#include "base/bytes.h"
#include "tcp/ack.h"
#include "tcp/arrive.h"
#include "tcp/challenge.h"
#include "tcp/ecn.h"
#include "tcp/life.h"
#include "tcp/reply.h"
#include "tcp/sack.h"
#include "tcp/text.h"
#include "tcp/timestamps.h"
#include "tcp/urgent.h"

/* "Special allowance should be made to accept valid ACKs, URGs, and RSTs" when RCV.WND is zero (MUST-66): a segment at
 * RCV.NXT loses its data, but is processed and acknowledged. A FIN without data needs no buffer and is kept. */
static bool allowed_at_zero_window(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    if (tcb_receive_window(tcb) > 0 || !seq_eq(segment->seq, tcb->rcv.nxt) || segment_has(segment, LUCID_SYN)) {
        return false;
    }
    if (segment->length > 0) {
        segment->flags &= (uint8_t)~LUCID_FIN;
        segment->length = 0;
        segment->trimmed = true;
        tcb->flags |= TCB_ACK_NOW;
        trace_rule(tcp->env, tcb->name, "9293:MUST-66", LUCID_OUTCOME_TRIMMED);
    }
    return true;
}

/* Cuts off what lies left of RCV.NXT and right of the window. A SYN is left alone: the fourth step deals with it. The
 * rest, if it is taken, will be acknowledged at once: our last ACK may have been lost. 9293-3.10.7.4-28, -29 */
static void trim(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    uint32_t before = segment->length;
    if (seq_lt(segment->seq, tcb->rcv.nxt) && !WITHOUT(tcp->env, SEQ_CHECK)) {
        uint32_t old = min_u32(seq_distance(segment->seq, tcb->rcv.nxt), segment->length);
        sack_duplicate(tcb, segment->seq, seq_add(segment->seq, old));
        segment->data += old;
        segment->length -= old;
        segment->seq = tcb->rcv.nxt;
    }
    struct seq32 end = seq_add(segment->seq, segment->length);
    if (seq_gt(end, tcb->rcv.edge)) {
        segment->length -= seq_distance(tcb->rcv.edge, end);
        segment->flags &= (uint8_t)~LUCID_FIN;
    }
    if (segment->length != before) {
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/1", LUCID_OUTCOME_TRIMMED);
        segment->trimmed = true;
    }
}

/* Simultaneous open: the peer's SYN,ACK repeats a SYN that we have. By Table 6 it is old; but its ACK completes the
 * handshake (Figure 7; RFC 9293 Appendix A.2 recommends to accept it), so it is taken without its SYN. */
static void accept_crossing_syn_ack(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    bool ours = tcb_is(tcb, LUCID_SYN_RECEIVED) && tcb_has(tcb, TCB_ACTIVE) && seq_eq(segment->seq, tcb->irs);
    if (ours && (segment->flags & (LUCID_SYN | LUCID_ACK | LUCID_RST)) == (LUCID_SYN | LUCID_ACK)) {
        segment->flags &= (uint8_t)~LUCID_SYN;
        segment->seq = seq_add(segment->seq, 1);
        trace_rule(tcp->env, tcb->name, "9293:A.2", LUCID_OUTCOME_ACCEPTED);
    }
}

/* The peer repeats its SYN because our SYN,ACK was lost: it is sent again at once, and the timer left alone. By the
 * letter of the first step a bare ACK would be due, which helps nobody (docs/decisions). */
static bool repeated_syn(const struct tcb *tcb, const struct segment *segment) {
    return tcb_is(tcb, LUCID_SYN_RECEIVED) && !tcb_has(tcb, TCB_ACTIVE) && seq_eq(segment->seq, tcb->irs) &&
           (segment->flags & (LUCID_SYN | LUCID_ACK | LUCID_RST)) == LUCID_SYN;
}

/* RFC 7323 5.3, R1, "treat the arriving segment as not acceptable", before the sequence number is looked at; and 3.2, a
 * segment without the option that was agreed on is dropped without a word (docs/decisions/0026). */
static enum verdict check_timestamps(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    enum lucid_drop why = timestamps_judge(tcp, tcb, segment);
    if (why == LUCID_DROP_NONE) {
        return GO_ON;
    }
    if (why == LUCID_DROP_TCP_PAWS) {
        return challenge_unacceptable(tcp, tcb, segment, why, "7323:5.3/R1");
    }
    env_drop(tcp->env, tcb->name, why);
    trace_rule(tcp->env, tcb->name, "7323:3.2", LUCID_OUTCOME_DROPPED);
    return DONE;
}

/* A segment of which nothing is new is dropped, but reported (RFC 2883 4). */
static void note_duplicate(struct tcb *tcb, const struct segment *segment) {
    if (!segment_has(segment, LUCID_SYN) && seq_lt(segment->seq, tcb->rcv.nxt)) {
        struct seq32 end = seq_add(segment->seq, segment->length);
        sack_duplicate(tcb, segment->seq, seq_min(end, tcb->rcv.nxt));
    }
}

static enum verdict first_sequence(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    if (repeated_syn(tcb, segment)) {
        tcb->flags |= TCB_SYN_DUE;
        ecn_repeated_syn(tcb, segment);
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/1", LUCID_OUTCOME_RETRANSMIT);
        return DONE;
    }
    accept_crossing_syn_ack(tcp, tcb, segment);
    if (segment_has(segment, LUCID_RST)) {
        segment->length = 0; /* a RST may carry data (SHLD-2), which says nothing; nor do other flags */
        segment->flags = LUCID_RST;
    }
    if (check_timestamps(tcp, tcb, segment) == DONE) {
        return DONE;
    }
    bool old = WITHOUT(tcp->env, SEQ_CHECK) && seq_lt(segment->seq, tcb->rcv.nxt);
    if (old || segment_acceptable(segment, tcb->rcv.nxt, tcb_receive_window(tcb))) {
        tcb->tos_received = segment->datagram->tos;
        if (!segment_has(segment, LUCID_SYN | LUCID_RST)) {
            timestamps_note(tcp, tcb, segment);
            trim(tcp, tcb, segment);
        }
        return GO_ON;
    }
    if (segment_has(segment, LUCID_RST)) { /* 9293-3.10.7.4-02 */
        env_drop(tcp->env, tcb->name, LUCID_DROP_TCP_RST_WINDOW);
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/1", LUCID_OUTCOME_DROPPED);
        return DONE;
    }
    if (!allowed_at_zero_window(tcp, tcb, segment)) { /* 9293-3.10.7.4-01 */
        note_duplicate(tcb, segment);
        return challenge_unacceptable(tcp, tcb, segment, LUCID_DROP_TCP_SEQUENCE, "9293:3.10.7.4/1");
    }
    timestamps_note(tcp, tcb, segment);
    return GO_ON;
}

/* 9293-3.10.7.4-03, and -04 for one that is not at RCV.NXT */
static enum verdict second_rst(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    if (!segment_has(segment, LUCID_RST)) {
        return GO_ON;
    }
    bool exact = seq_eq(segment->seq, tcb->rcv.nxt) || WITHOUT(tcp->env, RST_VALIDATION);
    if (tcp->env->config.rfc5961 && !exact) {
        return challenge_ack(tcp, tcb, LUCID_DROP_TCP_RST_CHALLENGE, "5961:3.2");
    }
    fsm_fire(tcp, tcb, EVENT_RCV_RST);
    tcp->env->stats.tcp_resets_in++;
    return DONE;
}

/* RFC 5961 4: a SYN is never believed on a connection. Without it, RFC 793: a SYN in the window is an error.
 * 9293-3.10.7.4-05, -06 */
static enum verdict fourth_syn(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    if (!segment_has(segment, LUCID_SYN)) {
        return GO_ON;
    }
    if (tcp->env->config.rfc5961) {
        return challenge_ack(tcp, tcb, LUCID_DROP_TCP_SYN_CHALLENGE, "5961:4.2");
    }
    fsm_fire(tcp, tcb, EVENT_RCV_SYN_IN_WINDOW);
    return DONE;
}

static enum verdict sixth_urg(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    if (segment_has(segment, LUCID_URG)) {
        urgent_arrive(tcp, tcb, segment);
    }
    return GO_ON;
}

typedef enum verdict step(struct tcp *tcp, struct tcb *tcb, struct segment *segment);

static step *const steps[] = {
    first_sequence, second_rst,
    /* third, security: this stack has no compartments to compare */
    fourth_syn, ack_check,  /* fifth, ack.c */
    sixth_urg, text_arrive, /* seventh, text.c */
    text_fin,               /* eighth, text.c */
};

static const unsigned STEP_COUNT = sizeof steps / sizeof steps[0];
static const unsigned SIXTH_STEP = 4; /* its index above */

static void run_steps(struct tcp *tcp, struct tcb *tcb, struct segment *segment, unsigned from) {
    for (unsigned i = from; i < STEP_COUNT; i++) {
        if (steps[i](tcp, tcb, segment) == DONE) {
            return;
        }
    }
}

enum lucid_drop arrive_other(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    run_steps(tcp, tcb, segment, 0);
    tcb_settle(tcp, tcb);
    return LUCID_DROP_NONE;
}

void arrive_text_and_fin(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    trim(tcp, tcb, segment);
    run_steps(tcp, tcb, segment, SIXTH_STEP);
}
