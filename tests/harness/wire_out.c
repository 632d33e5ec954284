/* wire_out.c: a TCP segment leaves: which connection it belongs to, and whether its numbers and its window go forward.
 *
 * RFC 9293 3.4, 3.6.1, 3.8.1, 3.8.6 and 3.10.7.1. A SYN either repeats the one before or begins a connection; when that
 * is not certain, it begins one, for then everything from before is forgotten and nothing wrong can be said of it.
 */
#include <string.h>

#include "harness/wire_flow.h"
#include "lucid/trace.h"

/* RFC 9293 3.1 and 3.5: SYN alone, SYN,ACK, RST with or without ACK, and all others with ACK. */
bool wire_check_flags(struct wire_check *check, const struct wire_segment *segment) {
    uint8_t flags = segment->tcp->flags;
    bool bare = !(flags & (LUCID_ACK | LUCID_SYN | LUCID_RST));
    bool odd = flags & LUCID_SYN && flags & (LUCID_FIN | LUCID_RST);
    return (!bare && !odd) || wire_breach(check, WIRE_FLAGS, "SEQ %u has flags 0x%02x", segment->tcp->seq, flags);
}

/* ---- SYN ---- */

static const char *difference(const struct wire_offer *before, const struct wire_offer *now) {
    bool same_kind = ((before->flags ^ now->flags) & LUCID_ACK) == 0;
    if (before->seq != now->seq) {
        return "another sequence number";
    }
    if (before->has_mss != now->has_mss || before->mss != now->mss) {
        return "another MSS";
    }
    /* A SYN,ACK that follows a SYN of ours, in a simultaneous open, leaves out what the peer did not offer. */
    bool same = before->has_scale == now->has_scale && before->scale == now->scale && before->sack == now->sack &&
                before->stamps == now->stamps;
    return same_kind && !same ? "other options" : NULL;
}

bool wire_acks_syn(const struct wire_offer *syn, uint32_t ack) {
    return wire_before(syn->seq, ack) && !wire_before(syn->end, ack);
}

/* True when this SYN, or SYN,ACK, can be nothing but a repetition. */
static bool repeats(const struct wire_check *check, const struct wire_flow *flow, const struct wire_offer *offer,
                    uint32_t ack) {
    if (!flow->ours.seen || flow->confirmed || flow->gone_at <= check->now) {
        return false;
    }
    if (!(offer->flags & LUCID_ACK)) {
        return offer->seq == flow->ours.seq && !(flow->ours.flags & LUCID_ACK);
    }
    if (!flow->asked_new) {
        return true;
    }
    uint32_t before = flow->has_edge ? flow->ack : flow->theirs.seq + 1;
    return offer->seq == flow->ours.seq && (!flow->theirs.seen || ack == before);
}

/* The connection before is in TIME-WAIT for certain. */
static bool in_timewait(const struct wire_check *check, const struct wire_flow *flow) {
    bool cut = check->config.scarce || check->config.aborts;
    return flow->gone_at != LUCID_NEVER && check->now < flow->gone_at && flow->fin_first && !cut;
}

static bool begins(struct wire_check *check, struct wire_flow *flow, const struct wire_offer *offer) {
    if (in_timewait(check, flow) && !wire_before(flow->max - 1, offer->seq)) {
        return wire_breach(check, WIRE_ISS_REUSE, "ISS %u; the connection before it came up to %u", offer->seq,
                           flow->max - 1);
    }
    wire_flow_reset(flow);
    flow->una = offer->seq;
    flow->max = offer->end;
    flow->octets_at = offer->seq + 1;
    return true;
}

/* The SYN that a SYN,ACK answers. Data on it may be acknowledged or not. */
static void answers(const struct wire_check *check, struct wire_flow *flow, uint32_t ack) {
    const struct wire_offer *asked = &flow->asked;
    if (asked->seen && wire_acks_syn(asked, ack)) {
        flow->theirs = *asked;
        flow->next = wire_max(asked->end, asked->seq + 1);
        wire_congestion_begin(check, flow);
    }
    flow->asked_new = false;
}

/* A second time-out comes after twice the time of the first, or the same when that is the longest. Anything else may be
 * another attempt to connect. */
static void note_syn_time(const struct wire_check *check, struct wire_flow *flow, bool first) {
    lucid_time gap = first ? 0 : check->now - flow->syn_time;
    bool doubled = flow->syn_gap > 0 && gap == 2 * flow->syn_gap;
    flow->syn_lost_twice = doubled || (flow->syn_lost_twice && gap == flow->syn_gap);
    flow->syn_gap = gap;
    flow->syn_time = check->now;
}

static bool syn_out(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    struct wire_offer offer;
    wire_read_offer(segment, &offer);
    bool first = !repeats(check, flow, &offer, segment->tcp->ack);
    const char *what = first ? NULL : difference(&flow->ours, &offer);
    if (what) {
        return wire_breach(check, WIRE_SYN_CHANGED, "SYN %u after SYN %u has %s", offer.seq, flow->ours.seq, what);
    }
    if (first && !begins(check, flow, &offer)) {
        return false;
    }
    if (first) {
        wire_remember(flow, segment);
    } else {
        offer.end = flow->ours.end; /* one that is repeated has left out the data of RFC 7413 */
    }
    flow->ours = offer;
    note_syn_time(check, flow, first);
    if (offer.flags & LUCID_ACK && (first || !flow->theirs.seen)) {
        answers(check, flow, segment->tcp->ack);
    }
    return true;
}

/* ---- RST ---- */

/* An abort, if it comes by itself, or with the next number of a connection that is synchronized: then all that is wrong
 * with a segment is answered by an ACK (RFC 9293 3.10.7.4). Any other RST may answer a segment of nobody. */
static void rst_out(const struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    bool alone = check->config.virtual_time && check->now > flow->arrived;
    if (flow->ours.seen && (alone || (flow->answered && segment->tcp->seq == flow->max)) &&
        check->now < flow->gone_at) {
        flow->gone_at = check->now;
    }
    wire_owe_nothing(flow);
}

/* ---- all others ---- */

static bool check_open(struct wire_check *check, const struct wire_flow *flow, const struct wire_segment *segment) {
    if (!flow->ours.seen && check->config.virtual_time) {
        return wire_breach(check, WIRE_CLOSED, "SEQ %u, flags 0x%02x, but no SYN of ours was seen", segment->tcp->seq,
                           segment->tcp->flags);
    }
    if (flow->ours.seen && check->now > flow->gone_at) {
        return wire_breach(check, WIRE_CLOSED, "SEQ %u, flags 0x%02x, %.3f s after the connection was gone",
                           segment->tcp->seq, segment->tcp->flags,
                           (double)(check->now - flow->gone_at) / (double)LUCID_SECOND);
    }
    return true;
}

/* RFC 7323 2.2: the window of a SYN is never scaled. */
static unsigned shift_of(const struct wire_flow *flow, const struct wire_segment *segment) {
    bool scaled = flow->ours.has_scale && flow->theirs.has_scale && !(segment->tcp->flags & LUCID_SYN);
    return scaled ? flow->ours.scale : 0;
}

/* A window is rounded down to the unit of its scale, by less than which its edge may go back (RFC 7323 2.4). After the
 * peer's FIN it means nothing; a SYN,ACK that is repeated after an ACK cannot say as much as that could. */
static bool check_numbers(struct wire_check *check, const struct wire_flow *flow, const struct wire_segment *segment) {
    uint32_t ack = segment->tcp->ack;
    unsigned shift = shift_of(flow, segment);
    uint32_t edge = ack + ((uint32_t)segment->tcp->window << shift);
    if (wire_before(flow->next, ack)) {
        return wire_breach(check, WIRE_ACK_BEYOND, "ACK %u, but only what lies before %u came", ack, flow->next);
    }
    if (!flow->has_edge) {
        return true;
    }
    if (wire_before(ack, flow->ack)) {
        return wire_breach(check, WIRE_ACK_BACK, "ACK %u after %u", ack, flow->ack);
    }
    bool judged = !flow->fin_in && !(segment->tcp->flags & LUCID_SYN);
    if (judged && wire_before(edge + (1u << shift) - 1, flow->edge)) {
        return wire_breach(check, WIRE_EDGE_BACK, "edge %u (ACK %u, window %u) after %u", edge, ack, edge - ack,
                           flow->edge);
    }
    return true;
}

/* After a passive open an ACK of the SYN alone may be a challenge from SYN-RECEIVED. */
static bool shows_synchronized(const struct wire_flow *flow, const struct wire_segment *segment) {
    const struct drill_tcp *tcp = segment->tcp;
    bool active = !(flow->ours.flags & LUCID_ACK), more = segment->last != tcp->seq || tcp->ack != flow->theirs.seq + 1;
    return !(tcp->flags & LUCID_SYN) && (active || more);
}

static void promise(struct wire_flow *flow, const struct wire_segment *segment, uint32_t edge) {
    flow->edge = flow->has_edge ? wire_max(flow->edge, edge) : edge;
    flow->ack = segment->tcp->ack;
    flow->has_edge = true;
    flow->answered = flow->answered || shows_synchronized(flow, segment);
    wire_owe_nothing(flow);
}

static void judge(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    uint32_t edge = segment->tcp->ack + ((uint32_t)segment->tcp->window << shift_of(flow, segment));
    if (check_numbers(check, flow, segment) && wire_check_sack(check, flow, segment, edge)) {
        promise(flow, segment, edge);
        if (wire_check_data(check, flow, segment)) {
            wire_note_end(check, flow);
        }
    }
}

void wire_segment_out(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    uint8_t flags = segment->tcp->flags;
    bool open = flags & LUCID_RST   ? true
                : flags & LUCID_SYN ? syn_out(check, flow, segment)
                                    : check_open(check, flow, segment);
    if (!open || !wire_check_options(check, flow, segment) || !wire_check_ect(check, flow, segment)) {
        return;
    }
    if (flags & LUCID_RST) {
        rst_out(check, flow, segment);
    } else if (flags & LUCID_ACK && wire_known(flow)) {
        judge(check, flow, segment);
    }
}
