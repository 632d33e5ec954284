/* ecn.c: see ecn.h. */
#include "tcp/ecn.h"

#include "base/bytes.h"
#include "tcp/cc.h"
#include "tcp/fastopen.h"

/* RFC 3168 5: the ECN field of the IP header. */
enum { NOT_ECT = 0, ECT_0 = 2, CE = 3 };

static const uint8_t BOTH = LUCID_ECE | LUCID_CWR;

/* ---- what both sides want ---- */

/* 6.1.1: an ECN-setup SYN has both flags; an ECN-setup SYN,ACK has ECE alone, since there are peers that reflect what
 * they do not know. */
static bool is_setup(const struct segment *segment) {
    uint8_t expected = segment_has(segment, LUCID_ACK) ? LUCID_ECE : BOTH;
    return (segment->flags & BOTH) == expected;
}

/* Who opened actively has said in its SYN what it wants; the other side answers. */
static bool willing(const struct tcb *tcb) {
    return tcb->ecn.mode == LUCID_ECN_ACTIVE || (tcb->ecn.mode == LUCID_ECN_PASSIVE && !tcb_has(tcb, TCB_ACTIVE));
}

void ecn_accept(struct tcb *tcb, const struct segment *segment) {
    tcb->agreed &= (uint16_t)~AGREED_ECN;
    tcb->agreed |= willing(tcb) && is_setup(segment) ? AGREED_ECN : 0;
}

/* 6.1.1.1: the peer's first SYN or our answer was lost, perhaps for its flags: it asks again without. */
void ecn_repeated_syn(struct tcb *tcb, const struct segment *segment) {
    if (!is_setup(segment)) {
        tcb->agreed &= (uint16_t)~AGREED_ECN;
    }
}

/* ---- what leaves ---- */

/* 6.1.1.1: a SYN that gets no answer is repeated without ECN. From then on ECT is not for us, whichever of the two the
 * peer answers: "has sent no non-ECN-setup SYN". */
static uint8_t flags_of_syn(struct tcb *tcb) {
    if (!tcb_is(tcb, LUCID_SYN_SENT)) {
        return tcb_agreed(tcb, AGREED_ECN) ? LUCID_ECE : 0;
    }
    if (tcb->ecn.mode == LUCID_ECN_ACTIVE && !tcb_syn_left(tcb)) {
        return BOTH;
    }
    tcb->ecn.plain_syn = true;
    return 0;
}

/* Data of which every octet is new: a window probe may have carried the first one before, or our SYN some. */
static bool is_new_data(const struct tcb *tcb, const struct plan *plan) {
    bool again = plan->again || fastopen_sent(tcb, plan->seq);
    return plan->kind == PLAN_DATA && plan->length > 0 && !again && !tcb_has(tcb, TCB_PROBE_SENT);
}

uint8_t ecn_mark(struct tcb *tcb, const struct plan *plan, struct tcp_header *header) {
    if (plan->kind == PLAN_SYN) {
        header->flags |= flags_of_syn(tcb);
        return NOT_ECT;
    }
    if (!tcb_agreed(tcb, AGREED_ECN)) {
        return NOT_ECT;
    }
    header->flags |= tcb->ecn.echo ? LUCID_ECE : 0;
    if (tcb->ecn.plain_syn || !is_new_data(tcb, plan)) {
        return NOT_ECT;
    }
    header->flags |= tcb->ecn.cwr_due ? LUCID_CWR : 0; /* a device that cuts the packet leaves it on the first one */
    tcb->ecn.cwr_due = false;
    return ECT_0;
}

/* ---- what arrives ---- */

/* 6.1.3. CWR belongs to what was marked before, CE to this very segment. Data that was cut off because there is no room
 * for it counts too: "if a window probe arrives with the CE codepoint set, the receiver SHOULD respond" (6.1.6). */
void ecn_received(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    bool data = segment->length > 0 || segment->trimmed;
    if (!tcb_agreed(tcb, AGREED_ECN) || !data) {
        return;
    }
    tcb->ecn.echo = tcb->ecn.echo && !segment_has(segment, LUCID_CWR);
    if ((segment->datagram->tos & CE) == CE) {
        tcb->ecn.echo = true;
        tcp->env->stats.tcp_ce_in++;
        trace_rule(tcp->env, tcb->name, "3168:6.1.3", LUCID_OUTCOME_ACCEPTED);
    }
}

/* 6.1.2: "treated just as a congestion loss". The window never grows by it: it may be one segment, after a time-out. */
static void cut(struct tcp *tcp, struct tcb *tcb) {
    uint32_t before = tcb->cc.cwnd;
    cc_marked(tcb, min_u32(tcb_flight(tcb), before));
    tcb->cc.cwnd = min_u32(tcb->cc.cwnd, before);
    ecn_window_cut(tcb);
    tcb->ecn.by_ece = true;
    tcp->env->stats.tcp_ecn_cuts++;
    trace_rule(tcp->env, tcb->name, "3168:6.1.2", LUCID_OUTCOME_ACCEPTED);
}

/* "TCP should not react to congestion indications more than once every window of data", be they marks or losses. */
void ecn_ack_arrived(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    if (!tcb_agreed(tcb, AGREED_ECN)) {
        return;
    }
    if (tcb->ecn.cut && seq_gt(segment->ack, tcb->ecn.recover)) {
        tcb->ecn.cut = tcb->ecn.by_ece = false;
    }
    tcb->ecn.marked = segment_has(segment, LUCID_ECE);
    if (!tcb->ecn.marked) {
        return;
    }
    tcb->loss.undoable = false; /* RFC 4015 3.2, step 9: there was a reason for the latest cut */
    if (!tcb->ecn.cut && tcb_flight(tcb) > 0) {
        cut(tcp, tcb);
    }
}

bool ecn_reduced(const struct tcb *tcb) {
    return tcb->ecn.by_ece;
}

/* "The sending TCP SHOULD NOT increase the congestion window in response to the receipt of an ECN-Echo ACK packet." */
bool ecn_may_grow(const struct tcb *tcb) {
    return !tcb->ecn.by_ece && !tcb->ecn.marked;
}

void ecn_window_cut(struct tcb *tcb) {
    tcb->ecn.by_ece = false;
    tcb->ecn.cut = tcb->ecn.cwr_due = tcb_agreed(tcb, AGREED_ECN);
    tcb->ecn.recover = tcb->snd.nxt;
}
