/* wire_send.c: rules about what leaves with a sequence number.
 *
 * RFC 9293 3.4, 3.7 and 3.8.6, RFC 2525 2.4, RFC 3168 6.1, RFC 5681 3, RFC 6675 4.
 *
 * The congestion window is judged by an upper bound, which needs no knowledge of the algorithm: `credit` is what may
 * leave. At first that is the initial window; slow start allows two octets for each that is acknowledged (what left the
 * network, and as much again), and a duplicate ACK allows one segment more (RFC 3042, RFC 5681 3.2). A retransmission
 * time-out takes all credit but that for one segment. Fast recovery begins with two segments more, which is what the
 * smallest ssthresh may add to a small flight. With SACK, what is lost is known to fly no more; an outsider does not
 * know how much that is, so that each time of recovery gets credit for all of it. A tail loss probe (RFC 8985 7) may go
 * one segment beyond.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/wire_flow.h"
#include "lucid/trace.h"

/* MUST-15 and MUST-16: what the peer's SYN said, 536 or 1220 if it said nothing; what our interface carries; and the
 * floor below which no peer can push us. */
uint32_t wire_segment_max(const struct wire_check *check, const struct wire_flow *flow) {
    bool ipv4 = lucid_addr_is_ipv4(&flow->ends.local.addr);
    uint32_t header = ipv4 ? 40 : 60, usual = ipv4 ? 536 : 1220;
    uint32_t most = flow->theirs.has_mss ? flow->theirs.mss : usual;
    most = most > check->config.mss_floor ? most : check->config.mss_floor;
    return check->config.mtu > 0 && check->config.mtu - header < most ? check->config.mtu - header : most;
}

/* ---- the congestion window ---- */

/* RFC 6928 2: one segment after the SYN was lost twice. */
void wire_congestion_begin(const struct wire_check *check, struct wire_flow *flow) {
    unsigned segments = flow->syn_lost_twice ? 1 : check->config.initial_window;
    flow->credit = (int64_t)segments * wire_segment_max(check, flow);
    flow->recover = flow->ours.seq;
    flow->probed = flow->ours.seq;
}

void wire_congestion_ack(const struct wire_check *check, struct wire_flow *flow, uint32_t acked, uint32_t sacked) {
    uint32_t segment = wire_segment_max(check, flow);
    bool recovering = wire_before(flow->una, flow->recover);
    flow->credit += 2 * (int64_t)acked;
    if (acked == 0 || recovering || sacked > 0) {
        flow->credit += sacked > segment ? sacked : segment;
    }
}

/* Something old leaves, the first of what is not acknowledged: the retransmission time-out, if nothing arrived; unless
 * RACK or a probe for loss may be behind it, which need SACK, or the timer that overrides the avoidance of silly
 * windows.
 */
static bool may_time_out(const struct wire_check *check, const struct wire_flow *flow,
                         const struct wire_segment *segment) {
    return check->config.virtual_time && segment->start == flow->una && !wire_before(flow->max, segment->end) &&
           !wire_sack(flow) && flow->right == flow->right_max;
}

static void allow_again(const struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    int64_t most = wire_segment_max(check, flow);
    bool may = may_time_out(check, flow, segment);
    if (!check->config.virtual_time) {
        flow->credit += segment->tcp->length;
    } else if (!wire_before(flow->una, flow->recover)) {
        flow->credit += wire_sack(flow) ? flow->max - flow->una : 2 * most;
    }
    if (may && (flow->credit < most || check->now > flow->arrived)) {
        flow->credit = most;
    }
    if (wire_sack(flow) && segment->start == flow->una && flow->credit < most && check->now > flow->arrived) {
        flow->credit = most; /* it may be a time-out, but need not */
    }
    flow->recover = flow->max;
}

/* RFC 8985 7.3: by a timer, one segment of new data beyond the window, and no second one before it is acknowledged. */
static bool may_probe_tail(const struct wire_check *check, const struct wire_flow *flow,
                           const struct wire_segment *segment) {
    bool fresh = !wire_before(segment->start, flow->max);
    return wire_sack(flow) && fresh && segment->tcp->length <= wire_segment_max(check, flow) &&
           check->now > flow->arrived && !wire_before(flow->una, flow->probed);
}

/* A single octet may be a probe, which is no matter of congestion. */
static bool check_congestion(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    uint32_t length = segment->tcp->length;
    if (check->config.initial_window == 0 || length <= 1) {
        return true;
    }
    if (wire_before(segment->start, flow->max)) {
        allow_again(check, flow, segment);
    }
    if (length > flow->credit && may_probe_tail(check, flow, segment)) {
        flow->probed = segment->end;
        return true;
    }
    if (length > flow->credit) {
        return wire_breach(check, WIRE_CWND, "%u to %u: %lld octets may leave; %u are acknowledged, %u were sent",
                           segment->start, segment->end, (long long)flow->credit, flow->una, flow->max);
    }
    flow->credit -= length;
    return true;
}

/* ---- windows and numbers ---- */

static bool check_window(struct wire_check *check, const struct wire_flow *flow, const struct wire_segment *segment) {
    bool probe = segment->tcp->length == 1;
    uint32_t edge = probe ? wire_max(flow->right, flow->una) + 1 : flow->right;
    bool new_data = wire_before(flow->max, segment->end);
    if (!flow->has_right || !new_data || !wire_before(edge, segment->end)) {
        return true;
    }
    return wire_breach(check, WIRE_WINDOW, "%u to %u, but the window ends at %u", segment->start, segment->end, edge);
}

/* SEQ + SEG.LEN of what carries our FIN never changes, and nothing lies behind it. */
static bool check_fin(struct wire_check *check, const struct wire_flow *flow, const struct wire_segment *segment) {
    bool fin = (segment->tcp->flags & LUCID_FIN) != 0;
    bool behind = segment->tcp->length > 0 && wire_before(flow->fin_seq, segment->end);
    if (!flow->fin_out || (fin ? segment->end == flow->fin_seq : !behind)) {
        return true;
    }
    return wire_breach(check, WIRE_REPEAT, "%s %u, but FIN was %u", fin ? "FIN is" : "data goes up to", segment->end,
                       flow->fin_seq);
}

/* What was acknowledged may be sent again with other octets: a keep-alive (RFC 9293 3.8.4). */
static bool check_repeat(struct wire_check *check, const struct wire_flow *flow, const struct wire_segment *segment) {
    uint32_t from = wire_max(wire_max(segment->start, flow->octets_at), flow->una);
    uint32_t to = wire_min(segment->end, flow->octets_at + (uint32_t)flow->count);
    for (uint32_t at = from; wire_before(at, to); at++) {
        uint8_t now = segment->seen.payload[at - segment->start], before = flow->octets[at - flow->octets_at];
        if (now != before) {
            return wire_breach(check, WIRE_REPEAT, "octet %u is 0x%02x, and was 0x%02x", at, now, before);
        }
    }
    return true;
}

static bool check_sacked(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    bool timer = check->now > flow->arrived || !check->config.virtual_time;
    if (timer && segment->start == flow->una && wire_before(flow->una, flow->max)) {
        wire_ranges_clear(&flow->sacked); /* RFC 2018 8: the peer may have dropped it */
    }
    return !wire_ranges_meet(&flow->sacked, segment->start, segment->end) ||
           wire_breach(check, WIRE_SACKED_AGAIN, "%u to %u, of which the peer has some", segment->start, segment->end);
}

/* RFC 3168 6.1.1, 6.1.2 and 6.1.4 to 6.1.6: not on what opens a connection, on pure ACKs, on old data, on probes. */
static const char *not_new_data(const struct wire_flow *flow, const struct wire_segment *segment) {
    if (!flow->ours.ecn || !flow->theirs.ecn) {
        return "without ECN";
    }
    if (segment->tcp->length == 0 || segment->tcp->flags & LUCID_SYN) {
        return "on a segment that is not data";
    }
    if (!wire_before(flow->max, segment->end)) {
        return "on data that is sent again";
    }
    if (flow->has_right && wire_before(flow->right, segment->end)) {
        return "on a window probe";
    }
    return NULL;
}

static const char *wrong_ect(const struct wire_flow *flow, const struct wire_segment *segment) {
    const char *wrong = not_new_data(flow, segment);
    return !wrong && segment->seen.packet.ip.ecn == 3 ? "as CE, which is for routers" : wrong;
}

/* A SYN may have been repeated without ECN, and still the answer to the first one binds us (RFC 3168 6.1.1). */
static const char *wrong_flags(const struct wire_flow *flow, const struct wire_segment *segment) {
    uint8_t flags = segment->tcp->flags;
    if (flags & LUCID_CWR) {
        return not_new_data(flow, segment);
    }
    return flags & LUCID_ECE && !flow->theirs.ecn ? "without ECN" : NULL;
}

bool wire_check_ect(struct wire_check *check, const struct wire_flow *flow, const struct wire_segment *segment) {
    bool judged = wire_known(flow) || segment->tcp->flags & LUCID_SYN;
    const char *wrong = judged && segment->seen.packet.ip.ecn != 0 ? wrong_ect(flow, segment) : NULL;
    if (wrong) {
        return wire_breach(check, WIRE_ECT, "SEQ %u, ECN field %d, %s", segment->tcp->seq, segment->seen.packet.ip.ecn,
                           wrong);
    }
    bool opens = segment->tcp->flags & (LUCID_SYN | LUCID_RST);
    wrong = judged && !opens ? wrong_flags(flow, segment) : NULL;
    return !wrong ||
           wire_breach(check, WIRE_CWR, "SEQ %u, flags 0x%02x, %s", segment->tcp->seq, segment->tcp->flags, wrong);
}

/* ---- memory of what was sent ---- */

/* Forgets what is acknowledged, once that is half of it. */
static void forget(struct wire_flow *flow) {
    uint32_t gone = flow->una - flow->octets_at;
    if (gone <= INT32_MAX && gone <= flow->count && gone > flow->count / 2) {
        memmove(flow->octets, flow->octets + gone, flow->count - gone);
        flow->octets_at += gone;
        flow->count -= gone;
    }
}

void wire_remember(struct wire_flow *flow, const struct wire_segment *segment) {
    uint32_t known = flow->octets_at + (uint32_t)flow->count;
    if (!wire_before(known, segment->end)) {
        return;
    }
    if (wire_before(known, segment->start)) { /* data that was not judged */
        flow->octets_at = known = segment->start;
        flow->count = 0;
    }
    forget(flow);
    size_t more = segment->end - known;
    if (flow->count + more > flow->room) {
        flow->room = 2 * (flow->count + more);
        flow->octets = realloc(flow->octets, flow->room);
    }
    memcpy(flow->octets + flow->count, segment->seen.payload + (known - segment->start), more);
    flow->count += more;
}

static void note_fin(const struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    if (!(segment->tcp->flags & LUCID_FIN) || flow->fin_out) {
        return;
    }
    flow->fin_out = true;
    flow->fin_seq = segment->end;
    flow->fin_last = wire_fin_taken(flow) && flow->fin_idle && check->now > flow->fin_in_time &&
                     check->config.virtual_time;
}

static bool check_payload(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    uint32_t most = wire_segment_max(check, flow);
    if (segment->tcp->length == 0) {
        return true;
    }
    if (segment->tcp->length + segment->option_length > most) {
        return wire_breach(check, WIRE_SEGMENT_SIZE, "%u octets and %zu of options, the peer takes %u",
                           segment->tcp->length, segment->option_length, most);
    }
    return check_window(check, flow, segment) && check_repeat(check, flow, segment) &&
           check_sacked(check, flow, segment) && check_congestion(check, flow, segment);
}

bool wire_check_data(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    if (wire_before(flow->max, segment->tcp->seq)) {
        return wire_breach(check, WIRE_GAP, "SEQ %u, but nothing from %u on was sent", segment->tcp->seq, flow->max);
    }
    if (!check_fin(check, flow, segment) || !check_payload(check, flow, segment)) {
        return false;
    }
    if (segment->tcp->length > 0) {
        wire_remember(flow, segment);
    }
    note_fin(check, flow, segment);
    flow->max = wire_max(flow->max, segment->last);
    return true;
}
