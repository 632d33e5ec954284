/* text.c: data and FIN from the peer. See text.h. */
#include "tcp/text.h"

#include "base/bytes.h"
#include "tcp/autotune.h"
#include "tcp/ecn.h"
#include "tcp/life.h"
#include "tcp/recvq.h"
#include "tcp/timer.h"

/* RFC 5681 4.2, MAY-13: a segment that leaves a gap is answered at once by a duplicate ACK, one each, for the sender
 * counts them. Bounded, so that a batch does not become a storm. */
static const uint8_t DUPLICATE_ACKS_MAX = 8;

/* With SACK one ACK tells as much as many, but a path that loses data loses ACKs too, and when the only ACK of a flight
 * is lost, the sender waits for its time-out. So a few of those that a batch brings about leave, from a gap on until so
 * many segments have come in order (docs/decisions/0065). */
static const uint8_t ACKS_MAX = 3;
static const uint16_t WARY_SEGMENTS = 64;

static void acknowledge_once_more(struct tcb *tcb, uint8_t most) {
    tcb->flags |= TCB_ACK_NOW;
    if (tcb->rcv.acks_due < most) {
        tcb->rcv.acks_due++;
    }
}

static void acknowledge_out_of_order(struct tcp *tcp, struct tcb *tcb) {
    acknowledge_once_more(tcb, tcb_agreed(tcb, AGREED_SACK) ? ACKS_MAX : DUPLICATE_ACKS_MAX);
    tcb->rcv.wary = WARY_SEGMENTS;
    tcp->env->stats.tcp_out_of_order++;
    trace_rule(tcp->env, tcb->name, "9293:SHLD-31", LUCID_OUTCOME_QUEUED);
}

/* RFC 6675 2: equal ACKs that report nothing new mean nothing to a sender with SACK. To one without, they mean a loss:
 * those that were due for a gap are due no more. */
static void acknowledge_advance(struct tcb *tcb) {
    if (tcb_agreed(tcb, AGREED_SACK) && tcb->rcv.wary > 0) {
        acknowledge_once_more(tcb, ACKS_MAX);
        return;
    }
    tcb->flags |= TCB_ACK_NOW;
    tcb->rcv.acks_due = 0;
}

/* How many full segments there are in this one, which the device may have joined. SACK blocks take room from the
 * data. */
static uint32_t full_segments(const struct tcb *tcb, const struct segment *segment) {
    uint32_t blocks = segment->options.sack_count;
    uint32_t taken = blocks > 0 ? TCP_SACK_HEAD + blocks * TCP_SACK_BLOCK : 0;
    uint32_t full = tcb->rcv.seen_mss > taken ? tcb->rcv.seen_mss - taken : 1;
    return segment->length / full;
}

/* SHLD-18: an ACK for at least every second full segment (SHLD-19), otherwise within the delay (MUST-40). Full is what
 * the peer has been seen to send at most, since its segments may be smaller than we would take. Returns the rule by
 * which it leaves at once, or NULL. gap: what came fills one, or was trimmed. */
static const char *why_at_once(const struct tcp *tcp, const struct tcb *tcb, bool gap) {
    uint32_t waiting = seq_distance(tcb->rcv.acked, tcb->rcv.nxt);
    uint32_t full = max_u32(tcb->rcv.seen_mss, 1);
    if (gap) {
        return "5681:4.2";
    }
    if (waiting >= 2 * full || tcb->rcv.full_segments >= 2) {
        return "9293:SHLD-19";
    }
    bool never = tcp->env->config.delayed_ack == 0 || tcb_switched(tcb, SWITCH_QUICKACK);
    return never || WITHOUT(tcp->env, DELAYED_ACK) ? "9293:3.10.7.4/7" : NULL;
}

/* All segments of a batch have one ACK (MUST-58, MUST-59). But a batch may hold a whole window, and its sender would
 * wait for us while we work: at a quarter of it, output should have its turn (docs/decisions/0140). */
static bool presses(const struct tcb *tcb) {
    uint32_t promised = seq_distance(tcb->rcv.acked, tcb->rcv.edge);
    return seq_distance(tcb->rcv.acked, tcb->rcv.nxt) >= promised / 4;
}

static void acknowledge_in_order(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, bool gap) {
    tcb->rcv.full_segments = (uint8_t)min_u32(tcb->rcv.full_segments + full_segments(tcb, segment), UINT8_MAX);
    if (tcb->rcv.wary > 0) {
        tcb->rcv.wary--;
    }
    const char *rule = why_at_once(tcp, tcb, gap);
    if (rule) {
        trace_rule(tcp->env, tcb->name, rule, LUCID_OUTCOME_ACK_NOW);
        acknowledge_advance(tcb);
        tcp->pressing = tcp->pressing || presses(tcb);
        return;
    }
    trace_rule(tcp->env, tcb->name, "9293:SHLD-18", LUCID_OUTCOME_WAITS);
    if (!tcb_timer_on(tcb, LUCID_TIMER_DELAYED_ACK)) {
        tcb_timer_set(tcp, tcb, LUCID_TIMER_DELAYED_ACK, tcp->env->now + tcp->env->config.delayed_ack);
    }
}

static void note_segment_size(struct tcb *tcb, const struct segment *segment) {
    uint16_t size = segment->datagram->carrier->segment_size;
    uint32_t octets = size > 0 ? min_u32(size, segment->length) : segment->length;
    octets = min_u32(octets, tcb->rcv.mss);
    if (octets > tcb->rcv.seen_mss) {
        tcb->rcv.seen_mss = (uint16_t)octets;
        tcb->rcv.full_segments = 0; /* those before it were not full */
    }
}

/* A FIN that came above a gap is only a claim, which anybody could have made who guessed a number in the window.
 * What is in order and says otherwise, by octets behind it or by a FIN elsewhere, is believed. */
static void forget_contradicted_fin(struct tcb *tcb, const struct segment *segment) {
    struct seq32 end = seq_add(segment->seq, segment->length);
    bool otherwise = seq_gt(end, tcb->rcv.fin) || (segment_has(segment, LUCID_FIN) && !seq_eq(end, tcb->rcv.fin));
    if (tcb_has(tcb, TCB_FIN_SEEN) && seq_eq(segment->seq, tcb->rcv.nxt) && otherwise) {
        tcb->flags &= ~(unsigned)TCB_FIN_SEEN;
    }
}

/* A FIN above a gap is remembered; it counts once everything before it has come. What was held behind it cannot be
 * there: it goes (docs/decisions/0024). */
static void note_fin(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    if (segment_has(segment, LUCID_FIN) && !tcb_has(tcb, TCB_FIN_SEEN)) {
        tcb->flags |= TCB_FIN_SEEN;
        tcb->rcv.fin = seq_add(segment->seq, segment->length);
        recvq_cut(tcp, tcb, tcb->rcv.fin);
    }
}

/* Nothing lies behind the peer's FIN. */
static void cut_at_fin(struct tcb *tcb, struct segment *segment) {
    struct seq32 end = seq_add(segment->seq, segment->length);
    if (tcb_has(tcb, TCB_FIN_SEEN) && seq_gt(end, tcb->rcv.fin)) {
        segment->length = seq_lt(segment->seq, tcb->rcv.fin) ? seq_distance(segment->seq, tcb->rcv.fin) : 0;
    }
}

static void take(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    struct seq32 before = tcb->rcv.nxt;
    bool gap_before = tcb->runs != NULL;
    note_segment_size(tcb, segment);
    autotune_arrived(tcp, tcb, segment);
    enum lucid_drop why = recvq_take(tcp, tcb, segment);
    if (why != LUCID_DROP_NONE) {
        env_drop(tcp->env, tcb->name, why);
        tcb->flags |= TCB_ACK_NOW;
    }
    if (seq_eq(before, tcb->rcv.nxt)) {
        acknowledge_out_of_order(tcp, tcb);
        return;
    }
    acknowledge_in_order(tcp, tcb, segment, gap_before || segment->trimmed);
    tcb_changed(tcp, tcb);
}

/* Seventh, 9293-3.10.7.4-17, -20 */
enum verdict text_arrive(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    if (!tcb_is(tcb, STATES_DATA_IN)) {
        if (segment->length > 0) {
            env_drop(tcp->env, tcb->name, LUCID_DROP_TCP_AFTER_FIN);
            trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/7", LUCID_OUTCOME_IGNORED);
        }
        return DONE;
    }
    bool half_closed = WITHOUT(tcp->env, HALF_CLOSE) && tcb_has(tcb, TCB_FIN_QUEUED);
    if (segment->length > 0 && (half_closed || tcb_has(tcb, TCB_CLOSED))) { /* nobody will read it: SHLD-3 */
        env_drop(tcp->env, tcb->name, LUCID_DROP_TCP_AFTER_CLOSE);
        fsm_fire(tcp, tcb, EVENT_DATA_LOST);
        return DONE;
    }
    ecn_received(tcp, tcb, segment);
    forget_contradicted_fin(tcb, segment);
    note_fin(tcp, tcb, segment);
    cut_at_fin(tcb, segment);
    if (segment->length > 0) {
        take(tcp, tcb, segment);
    }
    return GO_ON;
}

/* Eighth, 9293-3.10.7.4-15, -16, -18, -19. A FIN that comes again has failed the first step: 9293-3.10.7.4-21 */
enum verdict text_fin(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    if (!tcb_has(tcb, TCB_FIN_SEEN)) {
        return DONE;
    }
    if (!seq_eq(tcb->rcv.nxt, tcb->rcv.fin)) {
        if (segment_has(segment, LUCID_FIN)) {
            trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/8", LUCID_OUTCOME_QUEUED);
            tcb->flags |= TCB_ACK_NOW;
        }
        return DONE;
    }
    tcb->rcv.nxt = seq_add(tcb->rcv.nxt, 1);
    tcb->rcv.edge = seq_max(tcb->rcv.edge, tcb->rcv.nxt);
    tcb->flags |= TCB_FIN_RECEIVED;
    fsm_fire(tcp, tcb, EVENT_RCV_FIN);
    return DONE;
}

bool text_on_syn(struct tcp *tcp, struct tcb *tcb, struct segment syn) {
    struct seq32 before = tcb->rcv.nxt;
    syn.seq = before;
    syn.flags = 0;
    syn.length = min_u32(syn.length, tcb_receive_window(tcb));
    if (syn.length == 0) {
        return false;
    }
    note_segment_size(tcb, &syn);
    enum lucid_drop why = recvq_take(tcp, tcb, &syn);
    if (why != LUCID_DROP_NONE) {
        env_drop(tcp->env, tcb->name, why);
    }
    return !seq_eq(before, tcb->rcv.nxt);
}
