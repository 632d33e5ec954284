/* wire_options.c: what the options of a segment mean, and which of them may be there.
 *
 * RFC 9293 3.1 and 3.2, RFC 2018 2 to 4, RFC 7323 2, 3 and 5. The list as octets is judged first, then what a segment
 * may carry by itself, then what its connection allows.
 */
#include <string.h>

#include "harness/wire_flow.h"
#include "lucid/trace.h"

enum { EOL, NOP }; /* RFC 9293 3.1: the options of one octet */

/* Notes an option of a segment. */
static void read_option(struct wire_segment *segment, const struct drill_option *option) {
    if (option->kind == DRILL_TS) {
        segment->has_stamp = true;
        segment->stamp = option->value[0];
    } else if (option->kind == DRILL_RAW) {
        segment->malformed = segment->malformed || option->count < 2 || option->octets[1] != option->count;
    }
}

void wire_read_segment(struct wire_segment *segment) {
    const struct drill_tcp *tcp = segment->tcp = &segment->seen.packet.u.tcp;
    uint8_t octets[DRILL_OPTION_OCTETS];
    segment->start = tcp->seq + !!(tcp->flags & LUCID_SYN);
    segment->end = segment->start + tcp->length;
    segment->last = segment->end + !!(tcp->flags & LUCID_FIN);
    segment->option_length = (drill_options_build(&tcp->options, octets) + 3) & ~(size_t)3;
    segment->has_stamp = segment->malformed = segment->sure = false;
    for (unsigned i = 0; i < tcp->options.count && tcp->options.option[i].kind != DRILL_EOL; i++) {
        read_option(segment, &tcp->options.option[i]);
    }
}

/* When an option comes twice, the one that allows more counts. */
static void read_offered(struct wire_offer *offer, const struct drill_option *option) {
    uint32_t value = option->value[0];
    if (option->kind == DRILL_MSS) {
        offer->mss = value > offer->mss ? (uint16_t)value : offer->mss;
        offer->has_mss = true;
    } else if (option->kind == DRILL_WSCALE) {
        value = value < 14 ? value : 14; /* RFC 7323 2.3 */
        offer->scale = value > offer->scale ? (uint8_t)value : offer->scale;
        offer->has_scale = true;
    }
    offer->sack = offer->sack || option->kind == DRILL_SACK_OK;
    offer->stamps = offer->stamps || option->kind == DRILL_TS;
}

void wire_read_offer(const struct wire_segment *segment, struct wire_offer *offer) {
    const struct drill_tcp *tcp = segment->tcp;
    uint8_t ecn = tcp->flags & (LUCID_ECE | LUCID_CWR), whole = LUCID_ECE | (tcp->flags & LUCID_ACK ? 0 : LUCID_CWR);
    *offer = (struct wire_offer){
        .seen = true, .seq = tcp->seq, .end = segment->last, .flags = tcp->flags, .ecn = ecn == whole};
    for (unsigned i = 0; i < tcp->options.count && tcp->options.option[i].kind != DRILL_EOL; i++) {
        read_offered(offer, &tcp->options.option[i]);
    }
}

/* ---- the list as octets ---- */

bool wire_check_option_list(struct wire_check *check, const uint8_t *octets, size_t length) {
    size_t at = 0, size;
    for (; at < length && octets[at] != EOL; at += size) {
        size = octets[at] == NOP ? 1 : at + 1 < length ? octets[at + 1] : 0;
        if (size == 0 || (octets[at] != NOP && size < 2) || at + size > length) {
            return wire_breach(check, WIRE_OPTION_LENGTH, "option kind %u at octet %zu of %zu has length %zu",
                               octets[at], at, length, size);
        }
    }
    for (; at < length; at++) {
        if (octets[at] != 0) {
            return wire_breach(check, WIRE_OPTION_PADDING, "octet %zu of the options, behind EOL, is %u", at,
                               octets[at]);
        }
    }
    return true;
}

/* ---- what any segment may carry ---- */

bool wire_check_any_options(struct wire_check *check, const struct wire_segment *segment) {
    struct wire_offer offer;
    wire_read_offer(segment, &offer);
    if (segment->tcp->flags & LUCID_SYN) {
        return offer.has_mss || wire_breach(check, WIRE_SYN_MSS, "SYN %u has no MSS option", segment->tcp->seq);
    }
    if (offer.has_mss || offer.has_scale || offer.sack) {
        return wire_breach(check, WIRE_SYN_OPTION, "SEQ %u, not a SYN, has %s", segment->tcp->seq,
                           offer.has_mss     ? "MSS"
                           : offer.has_scale ? "a window scale"
                                             : "SACK-permitted");
    }
    return true;
}

/* ---- what the connection allows ---- */

static bool check_unasked(struct wire_check *check, const struct wire_flow *flow, const struct wire_segment *segment) {
    const struct wire_offer *theirs = &flow->theirs;
    struct wire_offer used;
    bool blocks = false;
    wire_read_offer(segment, &used);
    for (unsigned i = 0; i < segment->tcp->options.count; i++) {
        blocks = blocks || segment->tcp->options.option[i].kind == DRILL_SACK;
    }
    const char *what = used.has_scale && !theirs->has_scale ? "a window scale"
                       : used.sack && !theirs->sack         ? "SACK-permitted"
                       : used.stamps && !theirs->stamps     ? "timestamps"
                       : blocks && !theirs->sack            ? "SACK blocks"
                                                            : NULL;
    return !what ||
           wire_breach(check, WIRE_UNASKED, "SEQ %u has %s, which the peer's SYN had not", segment->tcp->seq, what);
}

bool wire_check_options(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    bool agreed = wire_known(flow) && wire_stamps(flow);
    if (wire_known(flow) && !check_unasked(check, flow, segment)) {
        return false;
    }
    if (agreed && !segment->has_stamp && !(segment->tcp->flags & LUCID_RST)) {
        return wire_breach(check, WIRE_STAMP_MISSING, "SEQ %u comes without", segment->tcp->seq);
    }
    if (!segment->has_stamp || segment->tcp->flags & LUCID_RST) {
        return true;
    }
    if (flow->has_stamp && wire_before(segment->stamp, flow->stamp)) {
        return wire_breach(check, WIRE_STAMP_BACK, "TSval %u after %u", segment->stamp, flow->stamp);
    }
    flow->has_stamp = true;
    flow->stamp = segment->stamp;
    return true;
}
