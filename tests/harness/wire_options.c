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

/* Octets of the option here; 0: it has no length that fits. */
static size_t option_size(const uint8_t *octets, size_t room) {
    if (octets[0] == NOP) {
        return 1;
    }
    size_t size = room > 1 ? octets[1] : 0;
    return size >= 2 && size <= room ? size : 0;
}

bool wire_check_option_list(struct wire_check *check, const uint8_t *octets, size_t length) {
    size_t at = 0;
    while (at < length && octets[at] != EOL) {
        size_t size = option_size(octets + at, length - at);
        if (size == 0) {
            return wire_breach(check, WIRE_OPTION_LENGTH, "option kind %u at octet %zu of %zu", octets[at], at, length);
        }
        at += size;
    }
    for (; at < length; at++) {
        if (octets[at] != EOL) {
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

static bool has_option(const struct wire_segment *segment, enum drill_option_kind kind) {
    for (unsigned i = 0; i < segment->tcp->options.count; i++) {
        if (segment->tcp->options.option[i].kind == kind) {
            return true;
        }
    }
    return false;
}

static bool check_unasked(struct wire_check *check, const struct wire_flow *flow, const struct wire_segment *segment) {
    const struct {
        enum drill_option_kind kind;
        bool asked;
        const char *name;
    } options[] = {{DRILL_WSCALE, flow->theirs.has_scale, "a window scale"},
                   {DRILL_SACK_OK, flow->theirs.sack, "SACK-permitted"},
                   {DRILL_SACK, flow->theirs.sack, "SACK blocks"},
                   {DRILL_TS, flow->theirs.stamps, "timestamps"}};
    for (unsigned i = 0; i < sizeof options / sizeof *options; i++) {
        if (!options[i].asked && has_option(segment, options[i].kind)) {
            return wire_breach(check, WIRE_UNASKED, "SEQ %u has %s, which the peer's SYN had not", segment->tcp->seq,
                               options[i].name);
        }
    }
    return true;
}

static bool check_stamp(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    if (!segment->has_stamp && wire_known(flow) && wire_stamps(flow)) {
        return wire_breach(check, WIRE_STAMP_MISSING, "SEQ %u comes without", segment->tcp->seq);
    }
    if (segment->has_stamp && flow->has_stamp && wire_before(segment->stamp, flow->stamp)) {
        return wire_breach(check, WIRE_STAMP_BACK, "TSval %u after %u", segment->stamp, flow->stamp);
    }
    flow->has_stamp = flow->has_stamp || segment->has_stamp;
    flow->stamp = segment->has_stamp ? segment->stamp : flow->stamp;
    return true;
}

/* RFC 7323 3.2: a RST should have timestamps, and need not. */
bool wire_check_options(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    if (wire_known(flow) && !check_unasked(check, flow, segment)) {
        return false;
    }
    return segment->tcp->flags & LUCID_RST || check_stamp(check, flow, segment);
}
