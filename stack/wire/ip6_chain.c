/* ip6_chain.c: the walk over IPv6 extension headers, RFC 8200 4. See ip6.h.
 *
 * Each header names the one behind it, so they can only be read in order (RFC 8200 4: "must be processed strictly in
 * the order they appear"). Where the RFC asks for a Parameter Problem, *out gets its code and pointer; sending it is
 * ip/'s.
 */
#include "base/bytes.h"
#include "wire/icmp.h"
#include "wire/ip6.h"

enum extension {
    HOP_BY_HOP = 0,
    ROUTING = 43,
    FRAGMENT = IP6_FRAGMENT,
    DESTINATION_OPTIONS = 60,
};

#define NEXT_HEADER_AT 6u /* of the Next Header field in the fixed header */
#define UNIT 8u           /* octets: extension headers are multiples of it */

#define OPTION_PAD1 0
#define OPTION_PADN 1

#define FRAGMENT_OFFSET_MASK 0xfff8u

static bool is_extension(uint8_t protocol) {
    return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == FRAGMENT || protocol == DESTINATION_OPTIONS;
}

static enum lucid_drop complain(struct ip6_chain *out, enum ip6_problem problem, uint8_t code, uint32_t pointer) {
    out->problem = problem;
    out->problem_code = code;
    out->problem_pointer = pointer;
    return LUCID_DROP_IP_OPTION;
}

/* An option that we do not know says by its two highest bits what to do about it (RFC 8200 4.2). at: its offset. */
static enum lucid_drop unknown_option(struct ip6_chain *out, uint8_t type, uint32_t at) {
    switch (type / 64u) {
    case 0:
        return LUCID_DROP_NONE;
    case 1:
        return LUCID_DROP_IP_OPTION;
    case 2:
        return complain(out, IP6_PROBLEM_ALWAYS, ICMP6_UNRECOGNIZED_OPTION, at);
    default:
        return complain(out, IP6_PROBLEM_UNICAST, ICMP6_UNRECOGNIZED_OPTION, at);
    }
}

/* Walks the options from one offset up to another. */
static enum lucid_drop walk_options(const uint8_t *packet, uint32_t from, uint32_t to, struct ip6_chain *out) {
    uint32_t at = from;
    while (at < to) {
        if (packet[at] == OPTION_PAD1) {
            at++;
            continue;
        }
        if (to - at < 2 || packet[at + 1] > to - at - 2) {
            return LUCID_DROP_IP_OPTION;
        }
        enum lucid_drop drop = packet[at] == OPTION_PADN ? LUCID_DROP_NONE : unknown_option(out, packet[at], at);
        if (drop != LUCID_DROP_NONE) {
            return drop;
        }
        at += 2u + packet[at + 1];
    }
    return LUCID_DROP_NONE;
}

/* No type of routing header is known here (RFC 5095 took type 0 back), so any with segments left ends the packet
 * (RFC 8200 4.4). */
static enum lucid_drop check_routing(const uint8_t *packet, uint32_t at, struct ip6_chain *out) {
    if (packet[at + 3] == 0) {
        return LUCID_DROP_NONE;
    }
    return complain(out, IP6_PROBLEM_UNICAST, ICMP6_ERRONEOUS_FIELD, at + 2);
}

/* RFC 8200 4.5. An atomic fragment, which is the whole packet, is not treated as a fragment (RFC 6946 4). */
static enum lucid_drop read_fragment(const uint8_t *packet, uint32_t at, struct ip6_chain *out) {
    uint32_t field = get16(packet + at + 2);
    out->fragment_offset = (uint16_t)(field & FRAGMENT_OFFSET_MASK);
    out->more_fragments = (field & 1u) != 0;
    out->fragment_id = get32(packet + at + 4);
    out->fragment_named_at = out->protocol_at;
    out->fragment = out->more_fragments || out->fragment_offset != 0;
    return LUCID_DROP_NONE;
}

static enum lucid_drop read_extension(const uint8_t *packet, uint32_t at, uint32_t size, struct ip6_chain *out) {
    if (out->protocol == FRAGMENT) {
        return read_fragment(packet, at, out);
    }
    if (out->protocol == ROUTING) {
        return check_routing(packet, at, out);
    }
    return walk_options(packet, at + 2, at + size, out);
}

static uint32_t size_of(const uint8_t *packet, uint32_t at, uint8_t protocol) {
    return protocol == FRAGMENT ? UNIT : (packet[at + 1] + 1u) * UNIT;
}

/* Reads the extension header at out->offset and moves on to the next header. */
static enum lucid_drop pass_extension(const uint8_t *packet, size_t length, struct ip6_chain *out) {
    uint32_t at = out->offset;
    if (out->protocol == HOP_BY_HOP && out->protocol_at != NEXT_HEADER_AT) {
        return complain(out, IP6_PROBLEM_UNICAST, ICMP6_UNRECOGNIZED_NEXT_HEADER, out->protocol_at);
    }
    if (length - at < UNIT) {
        return LUCID_DROP_IP_OPTION;
    }
    uint32_t size = size_of(packet, at, out->protocol);
    if (size > length - at || at + size > IP6_HEADER + IP6_CHAIN_MAX) {
        return LUCID_DROP_IP_OPTION;
    }
    enum lucid_drop drop = read_extension(packet, at, size, out);
    if (drop == LUCID_DROP_NONE) {
        out->protocol = packet[at];
        out->protocol_at = at;
        out->offset = at + size;
    }
    return drop;
}

enum lucid_drop ip6_chain(const uint8_t *packet, size_t length, struct ip6_chain *out) {
    zero_octets(out, sizeof *out);
    if (length < IP6_HEADER) {
        return LUCID_DROP_IP_SHORT;
    }
    out->protocol = packet[NEXT_HEADER_AT];
    out->protocol_at = NEXT_HEADER_AT;
    out->offset = IP6_HEADER;
    while (is_extension(out->protocol) && !out->fragment) {
        enum lucid_drop drop = pass_extension(packet, length, out);
        if (drop != LUCID_DROP_NONE) {
            return drop;
        }
    }
    return out->protocol == IP6_NO_NEXT_HEADER && !out->fragment ? LUCID_DROP_IP_NO_NEXT_HEADER : LUCID_DROP_NONE;
}

bool ip6_upper_layer(const uint8_t *packet, size_t length, struct ip6_chain *out) {
    while (is_extension(out->protocol)) {
        uint32_t at = out->offset;
        if (length - at < UNIT || size_of(packet, at, out->protocol) > length - at) {
            return false;
        }
        if (out->protocol == FRAGMENT && (get16(packet + at + 2) & FRAGMENT_OFFSET_MASK) != 0) {
            return false;
        }
        out->offset += size_of(packet, at, out->protocol);
        out->protocol = packet[at];
        out->protocol_at = at;
    }
    return true;
}
