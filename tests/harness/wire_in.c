/* wire_in.c: a TCP segment arrives: what our side may and must do from now on.
 *
 * RFC 9293 3.10.7, RFC 5961 3 and 5, RFC 7323 5. What came is believed to be taken where that makes rules milder;
 * `sure` is a segment that no stack may refuse.
 */
#include <string.h>

#include "harness/wire_flow.h"
#include "lucid/trace.h"

/* ---- is it acceptable for certain? ---- */

/* RFC 9293 3.10.7.4, first step, all of the segment. */
static bool in_window(const struct wire_flow *flow, const struct wire_segment *segment) {
    uint32_t seq = segment->tcp->seq;
    if (!flow->has_edge || wire_before(flow->edge, segment->end)) {
        return false;
    }
    if (segment->last == seq) {
        return seq == flow->next || (!wire_before(seq, flow->next) && wire_before(seq, flow->edge));
    }
    return wire_before(flow->next, segment->last) && wire_before(seq, flow->edge);
}

/* RFC 5961 5. */
static bool ack_in_range(const struct wire_flow *flow, uint32_t ack) {
    return !wire_before(flow->max, ack) && !wire_before(ack, flow->una - flow->window_max);
}

/* RFC 7323 5.3, PAWS; a segment without the timestamps that were agreed may be dropped. */
static bool stamp_fits(const struct wire_flow *flow, const struct wire_segment *segment) {
    if (!wire_stamps(flow)) {
        return true;
    }
    return segment->has_stamp && !(flow->has_their_stamp && wire_before(segment->stamp, flow->their_stamp));
}

static bool is_sure(const struct wire_check *check, const struct wire_flow *flow, const struct wire_segment *segment) {
    return !check->config.scarce && !segment->malformed && !(segment->tcp->flags & LUCID_SYN) &&
           in_window(flow, segment) && ack_in_range(flow, segment->tcp->ack) && stamp_fits(flow, segment);
}

/* ---- SYN and RST ---- */

static void syn_in(struct wire_flow *flow, const struct wire_segment *segment) {
    wire_read_offer(segment, &flow->asked);
    flow->asked_new = true;
}

/* The SYN,ACK that our SYN asked for; it may acknowledge data of the SYN (RFC 7413). Data and FIN on it may be
 * taken. */
static bool is_answer(const struct wire_flow *flow, const struct wire_segment *segment) {
    uint8_t flags = segment->tcp->flags;
    return flow->ours.seen && !flow->theirs.seen && !(flow->ours.flags & LUCID_ACK) && flags & LUCID_SYN &&
           flags & LUCID_ACK && wire_acks_syn(&flow->ours, segment->tcp->ack);
}

static void answer_in(const struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    wire_read_offer(segment, &flow->theirs);
    flow->next = segment->tcp->seq + 1;
    wire_congestion_begin(check, flow);
}

/* Our side is in SYN-SENT, and the RST acknowledges its SYN. */
static bool refuses(const struct wire_flow *flow, const struct drill_tcp *tcp) {
    return flow->ours.seen && !flow->theirs.seen && !(flow->ours.flags & LUCID_ACK) && tcp->flags & LUCID_ACK &&
           tcp->ack == flow->ours.seq + 1;
}

/* The RST must end a synchronized connection, whatever second check a stack makes: it has the very number that our side
 * expects next, and has said so. In TIME-WAIT it may be ignored (RFC 1337). */
static bool resets(const struct wire_flow *flow, const struct drill_tcp *tcp) {
    bool timewait = flow->fin_in && flow->fin_out;
    return flow->answered && tcp->seq == flow->next && flow->next == flow->ack && !timewait;
}

static void rst_in(const struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    bool plain = !check->config.scarce && !segment->malformed && !(segment->tcp->flags & LUCID_SYN);
    bool ends = refuses(flow, segment->tcp) || resets(flow, segment->tcp);
    if (plain && ends && check->now < flow->gone_at) {
        flow->gone_at = check->now;
    }
    wire_owe_nothing(flow); /* an outsider cannot always tell whether the connection lives */
}

/* ---- acknowledgments ---- */

/* RFC 7323 2.2: the window of a SYN is never scaled. */
static uint32_t window_of(const struct wire_flow *flow, const struct drill_tcp *tcp) {
    bool scaled = flow->ours.has_scale && flow->theirs.has_scale && !(tcp->flags & LUCID_SYN);
    return (uint32_t)tcp->window << (scaled ? flow->theirs.scale : 0);
}

/* Which segment brings the latest window is a matter of RFC 9293 3.10.7.4 and docs/decisions/0018. Only a segment that
 * is the latest by both rules may pull the edge back. */
static void window_in(const struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    const struct drill_tcp *tcp = segment->tcp;
    uint32_t window = window_of(flow, tcp), right = tcp->ack + window;
    flow->window_max = window > flow->window_max ? window : flow->window_max;
    if (!flow->has_right) {
        flow->has_right = true;
        flow->right = flow->right_max = right;
        flow->wl1 = tcp->seq;
        return;
    }
    bool latest = segment->sure && check->config.virtual_time && tcp->ack == flow->una &&
                  !wire_before(tcp->seq, flow->wl1);
    flow->right_max = wire_max(flow->right_max, right);
    flow->right = latest ? right : wire_max(flow->right, right);
    flow->wl1 = wire_max(flow->wl1, tcp->seq);
}

static void ack_in(const struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    uint32_t ack = segment->tcp->ack, acked = ack - flow->una;
    if (wire_before(flow->max, ack)) {
        return;
    }
    uint32_t sacked = wire_note_sack(flow, segment);
    if (!wire_before(ack, flow->una)) {
        flow->confirmed = flow->confirmed || acked > 0;
        flow->una = ack;
        wire_ranges_cut(&flow->sacked, ack);
        wire_congestion_ack(check, flow, acked, sacked);
    }
    window_in(check, flow, segment);
    flow->fin_acked = flow->fin_acked || (segment->sure && flow->fin_out && ack == flow->fin_seq + 1);
}

/* ---- data ---- */

/* Everything up to the FIN is there. When both sides have closed, an abort leaves no trace (RFC 9293 3.10.5). */
static void fin_reached(const struct wire_check *check, struct wire_flow *flow) {
    uint32_t free_room = flow->has_right ? flow->right - flow->max : 0;
    flow->fin_in = true;
    flow->fin_in_time = check->now;
    flow->fin_idle = flow->una == flow->max && free_room < INT32_MAX && free_room >= wire_segment_max(check, flow);
    flow->fin_first = flow->fin_out;
    if (flow->fin_out) {
        wire_owe_nothing(flow);
    }
}

/* Far outside any window. */
static bool is_nonsense(const struct wire_flow *flow, const struct wire_segment *segment) {
    int32_t ahead = (int32_t)(segment->start - flow->next);
    return ahead > INT32_MAX / 2 || ahead < -(INT32_MAX / 2);
}

/* What came early reaches beyond this number. */
static bool early_beyond(const struct wire_flow *flow, uint32_t number) {
    return flow->early.count > 0 && wire_before(number, flow->early.range[flow->early.count - 1].end);
}

/* A FIN above a gap, or in a segment that may be refused, is only a claim. Octets behind it, or a FIN elsewhere, say
 * otherwise. */
static void note_their_fin(struct wire_flow *flow, const struct wire_segment *segment) {
    bool fin = segment->tcp->flags & LUCID_FIN;
    if (!flow->fin_known) {
        flow->fin_known = fin && !wire_before(segment->end, flow->next);
        flow->fin_in_seq = segment->end;
        flow->fin_unsure = flow->fin_known && early_beyond(flow, segment->end);
    } else if (wire_before(flow->fin_in_seq, segment->end) || (fin && segment->end != flow->fin_in_seq)) {
        flow->fin_unsure = true;
    }
}

/* FIN counts as an octet, so that something else at its place counts as well. */
static void take(struct wire_flow *flow, const struct wire_segment *segment) {
    wire_ranges_add(&flow->early, wire_max(segment->start, flow->next), segment->last);
    if (flow->early.count > 0 && flow->early.range[0].start == flow->next) {
        flow->next = flow->early.range[0].end;
        wire_ranges_cut(&flow->early, flow->next);
    }
    flow->early_unsure = flow->early.count > 0 && (flow->early_unsure || !segment->sure);
    bool early = segment->sure && !flow->fin_unsure && wire_before(flow->next, segment->start);
    flow->newest = early ? (struct wire_range){segment->start, segment->end} : (struct wire_range){0, 0};
}

static void data_in(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    if (segment->last == segment->tcp->seq || wire_fin_taken(flow) || is_nonsense(flow, segment)) {
        return;
    }
    note_their_fin(flow, segment);
    wire_owe(check, flow, segment);
    take(flow, segment);
    if (flow->fin_known && !flow->fin_in && wire_before(flow->fin_in_seq, flow->next)) {
        fin_reached(check, flow);
    }
}

/* ---- the end ---- */

/* Our side knows of the peer's FIN when it has acknowledged it. Then it is in LAST-ACK, CLOSING or FIN-WAIT-1 and 2,
 * and the ACK of its own FIN leads to CLOSED, if our FIN left in CLOSE-WAIT for certain, or to TIME-WAIT, for 2MSL. */
void wire_note_end(const struct wire_check *check, struct wire_flow *flow) {
    if (!wire_fin_taken(flow) || !flow->fin_acked || flow->gone_at != LUCID_NEVER) {
        return;
    }
    if (flow->fin_last) {
        flow->gone_at = check->now;
    } else if (check->config.msl > 0) {
        flow->gone_at = check->now + 2 * check->config.msl;
    }
}

/* RFC 9293 3.10.7.4, eighth step: the peer's FIN restarts 2MSL. */
static void restart_timewait(const struct wire_check *check, struct wire_flow *flow,
                             const struct wire_segment *segment) {
    bool waits = flow->gone_at != LUCID_NEVER && !flow->fin_last && flow->fin_acked && check->now <= flow->gone_at;
    if (waits && segment->tcp->flags & LUCID_FIN) {
        flow->gone_at = check->now + 2 * check->config.msl;
    }
}

void wire_segment_in(struct wire_check *check, struct wire_flow *flow, struct wire_segment *segment) {
    uint8_t flags = segment->tcp->flags;
    flow->arrived = check->now;
    if (flags & LUCID_RST) {
        rst_in(check, flow, segment);
        return;
    }
    if (flags & LUCID_SYN && !(flags & LUCID_ACK)) {
        syn_in(flow, segment);
        return;
    }
    if (is_answer(flow, segment)) {
        answer_in(check, flow, segment);
    }
    if (!wire_known(flow) || !(flags & LUCID_ACK)) {
        return;
    }
    segment->sure = is_sure(check, flow, segment);
    restart_timewait(check, flow, segment);
    ack_in(check, flow, segment);
    data_in(check, flow, segment);
    if (segment->has_stamp) {
        flow->their_stamp = flow->has_their_stamp ? wire_max(flow->their_stamp, segment->stamp) : segment->stamp;
        flow->has_their_stamp = true;
    }
    wire_note_end(check, flow);
}
