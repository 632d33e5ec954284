/* drill_build.c: a line of a script becomes octets. RFC 791, RFC 8200, RFC 9293 3.1, RFC 768, RFC 792, RFC 4443.
 *
 * The packets that arrive are what a careful peer would send, except where the line says otherwise: [badsum] or
 * [offset 4].
 */
#include <string.h>

#include "harness/drill_icmp.h"
#include "harness/drill_packet.h"
#include "lucid/trace.h"

enum { IP4 = 20, IP6 = 40, TCP = 20, UDP = 8, ICMP = 8, FRAGMENT = 8 }; /* octets of headers */
enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_FRAGMENT = 44, PROTOCOL_ICMP6 = 58 };

static void put16(uint8_t *to, unsigned value) {
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value) {
    put16(to, value >> 16);
    put16(to + 2, value & 0xffff);
}

uint16_t drill_checksum(uint32_t sum, const uint8_t *octets, size_t length) {
    uint64_t total = sum;
    for (size_t i = 0; i + 1 < length; i += 2) {
        total += (uint32_t)(octets[i] << 8 | octets[i + 1]);
    }
    total += length % 2 ? (uint32_t)octets[length - 1] << 8 : 0;
    while (total >> 16) {
        total = (total & 0xffff) + (total >> 16);
    }
    return (uint16_t)~total;
}

uint32_t drill_pseudo_sum(const struct lucid_addr *source, const struct lucid_addr *destination, uint8_t protocol,
                          size_t length) {
    bool ipv4 = source->octet[10] == 0xff;
    uint32_t sum = protocol + (uint32_t)length;
    for (unsigned i = ipv4 ? 12 : 0; i < 16; i += 2) {
        sum += (uint32_t)(source->octet[i] << 8 | source->octet[i + 1]);
        sum += (uint32_t)(destination->octet[i] << 8 | destination->octet[i + 1]);
    }
    return sum;
}

static size_t build_option(const struct drill_option *option, uint8_t *to) {
    switch ((enum drill_option_kind)option->kind) {
    case DRILL_EOL:
    case DRILL_NOP:
        to[0] = option->kind == DRILL_NOP;
        return 1;
    case DRILL_MSS:
        memcpy(to, (uint8_t[]){2, 4}, 2);
        put16(to + 2, option->value[0]);
        return 4;
    case DRILL_WSCALE:
        memcpy(to, (uint8_t[]){3, 3, (uint8_t)option->value[0]}, 3);
        return 3;
    case DRILL_SACK_OK:
        memcpy(to, (uint8_t[]){4, 2}, 2);
        return 2;
    case DRILL_SACK:
        memcpy(to, (uint8_t[]){5, (uint8_t)(2 + 4 * option->count)}, 2);
        for (unsigned i = 0; i < option->count; i++) {
            put32(to + 2 + 4 * i, option->value[i]);
        }
        return 2 + 4u * option->count;
    case DRILL_TS:
        memcpy(to, (uint8_t[]){8, 10}, 2);
        put32(to + 2, option->value[0]);
        put32(to + 6, option->value[1]);
        return 10;
    case DRILL_RAW:
        break;
    }
    memcpy(to, option->octets, option->count);
    return option->count;
}

size_t drill_options_build(const struct drill_options *options, uint8_t to[DRILL_OPTION_OCTETS]) {
    uint8_t one[2 * DRILL_OPTION_OCTETS];
    size_t length = 0;
    for (unsigned i = 0; i < options->count; i++) {
        size_t more = build_option(&options->option[i], one);
        if (length + more > DRILL_OPTION_OCTETS) {
            break;
        }
        memcpy(to + length, one, more);
        length += more;
    }
    return length;
}

/* Header, options and data of a segment. Returns its length. */
static size_t build_tcp(const struct drill_packet *packet, const struct drill_ends *ends, uint32_t place, uint8_t *to) {
    const struct drill_tcp *tcp = &packet->u.tcp;
    uint16_t from = packet->outbound ? ends->local.port : ends->peer.port;
    uint16_t destination = packet->outbound ? ends->peer.port : ends->local.port;
    memset(to, 0, TCP + DRILL_OPTION_OCTETS);
    size_t header = TCP + ((drill_options_build(&tcp->options, to + TCP) + 3) & ~(size_t)3);
    unsigned offset = packet->ip.offset == DRILL_ANY ? (unsigned)header / 4 : (unsigned)packet->ip.offset;
    unsigned reserved = packet->ip.reserved == DRILL_ANY ? 0 : (unsigned)packet->ip.reserved;
    put16(to, from);
    put16(to + 2, destination);
    put32(to + 4, tcp->seq);
    put32(to + 8, tcp->ack);
    to[12] = (uint8_t)(offset << 4 | reserved);
    to[13] = tcp->flags;
    put16(to + 14, tcp->window == DRILL_ANY ? 0 : (unsigned)tcp->window);
    put16(to + 18, tcp->urgent == DRILL_ANY ? 0 : (unsigned)tcp->urgent);
    drill_octets(packet->outbound, place, to + header, tcp->length);
    return header + tcp->length;
}

static size_t build_udp(const struct drill_packet *packet, const struct drill_ends *ends, uint8_t *to) {
    put16(to, packet->outbound ? ends->local.port : ends->peer.port);
    put16(to + 2, packet->outbound ? ends->peer.port : ends->local.port);
    put16(to + 4, UDP + packet->u.udp_length);
    put16(to + 6, 0);
    drill_octets(packet->outbound, 0, to + UDP, packet->u.udp_length);
    return UDP + packet->u.udp_length;
}

/* An IP header without checksum. */
static size_t build_ip(const struct drill_packet *packet, const struct lucid_addr *source,
                       const struct lucid_addr *destination, uint8_t protocol, size_t length, uint8_t *to) {
    unsigned ecn = packet->ip.ecn == DRILL_ANY ? 0 : (unsigned)packet->ip.ecn;
    unsigned tos = packet->ip.tos == DRILL_ANY ? ecn : (unsigned)packet->ip.tos;
    uint8_t ttl = packet->ip.ttl == DRILL_ANY ? 64 : (uint8_t)packet->ip.ttl;
    if (lucid_addr_is_ipv4(source)) {
        memset(to, 0, IP4);
        to[0] = 0x45;
        to[1] = (uint8_t)tos;
        put16(to + 2, (unsigned)(IP4 + length));
        to[6] = protocol == PROTOCOL_TCP ? 0x40 : 0; /* Don't Fragment */
        to[8] = ttl;
        to[9] = protocol;
        memcpy(to + 12, source->octet + 12, 4);
        memcpy(to + 16, destination->octet + 12, 4);
        put16(to + 10, drill_checksum(0, to, IP4));
        return IP4;
    }
    put32(to, UINT32_C(6) << 28 | tos << 20);
    put16(to + 4, (unsigned)length);
    to[6] = protocol;
    to[7] = ttl;
    memcpy(to + 8, source->octet, 16);
    memcpy(to + 24, destination->octet, 16);
    return IP6;
}

/* The start of the packet that an ICMP error complains about: IP header and 8 octets (RFC 792), which for TCP reach the
 * sequence number. */
static size_t build_quote(const struct drill_packet *packet, const struct drill_ends *ends, uint8_t *to) {
    const struct drill_icmp *icmp = &packet->u.icmp;
    struct drill_packet quoted = {.outbound = !packet->outbound, .ip = packet->ip};
    uint8_t transport[TCP + DRILL_OPTION_OCTETS];
    const struct lucid_addr *source = quoted.outbound ? &ends->local.addr : &ends->peer.addr;
    const struct lucid_addr *destination = quoted.outbound ? &ends->peer.addr : &ends->local.addr;
    size_t header = icmp->quoted == PROTOCOL_TCP ? TCP : UDP;
    quoted.ip.tos = quoted.ip.ecn = quoted.ip.ttl = DRILL_ANY;
    if (icmp->quoted == PROTOCOL_TCP) {
        quoted.u.tcp = (struct drill_tcp){.flags = LUCID_ACK, .seq = icmp->quoted_seq};
        build_tcp(&quoted, ends, 0, transport);
    } else {
        build_udp(&quoted, ends, transport);
        put16(transport + 4, UDP + icmp->quoted_length);
    }
    size_t length = build_ip(&quoted, source, destination, icmp->quoted, header + icmp->quoted_length, to);
    memcpy(to + length, transport, 8);
    return length + 8;
}

static size_t build_icmp(const struct drill_packet *packet, const struct drill_ends *ends, uint8_t *to) {
    const struct drill_icmp *icmp = &packet->u.icmp;
    bool ipv4 = lucid_addr_is_ipv4(&ends->local.addr);
    uint8_t type = ipv4 ? icmp->name->type4 : icmp->name->type6;
    if (type == DRILL_ICMP_NONE) {
        return 0;
    }
    memset(to, 0, ICMP);
    to[0] = type;
    to[1] = ipv4 ? icmp->name->code4 : icmp->name->code6;
    if (!icmp->name->error) {
        size_t length = icmp->length == DRILL_ANY ? 0 : (size_t)icmp->length;
        put16(to + 4, icmp->id == DRILL_ANY ? 0 : (unsigned)icmp->id);
        put16(to + 6, icmp->seq == DRILL_ANY ? 0 : (unsigned)icmp->seq);
        drill_octets(packet->outbound, 0, to + ICMP, length);
        return ICMP + length;
    }
    if (icmp->mtu != DRILL_ANY) {
        put16(to + 6, (unsigned)icmp->mtu + (ipv4 ? 0 : 20));
    }
    return ICMP + (icmp->quoted ? build_quote(packet, ends, to + ICMP) : 0);
}

/* Puts the line's options behind a header of 20 octets. Returns the length then, or 0: IPv6 has no such options. */
static size_t add_options(const struct drill_ip_fields *ip, uint8_t *to, size_t header, size_t length) {
    size_t more = ip->ip_option_length;
    if (header != IP4) {
        return 0;
    }
    memmove(to + IP4 + more, to + IP4, length);
    memcpy(to + IP4, ip->ip_options, more);
    to[0] = (uint8_t)(0x45 + more / 4);
    put16(to + 2, (unsigned)(IP4 + more + length));
    put16(to + 10, 0);
    put16(to + 10, drill_checksum(0, to, IP4 + more));
    return IP4 + more + length;
}

/* Leaves of a whole packet the part that the line asks for, as a fragment. Returns its length, or 0: there is no such
 * part. */
static size_t cut(const struct drill_ip_fields *ip, uint8_t *to, size_t header, size_t length) {
    size_t part = ip->part_to - ip->part_from;
    unsigned more = ip->part_to < length;
    if (ip->part_to > length || ip->part_from % 8 != 0) {
        return 0;
    }
    if (header == IP4) {
        memmove(to + IP4, to + IP4 + ip->part_from, part);
        put16(to + 2, (unsigned)(IP4 + part));
        put16(to + 4, ip->part_id);
        put16(to + 6, more << 13 | ip->part_from / 8);
        put16(to + 10, 0);
        put16(to + 10, drill_checksum(0, to, IP4));
        return IP4 + part;
    }
    memmove(to + IP6 + FRAGMENT, to + IP6 + ip->part_from, part);
    put16(to + 4, (unsigned)(FRAGMENT + part));
    put16(to + IP6, (unsigned)to[6] << 8);
    put16(to + IP6 + 2, ip->part_from | more);
    put32(to + IP6 + 4, ip->part_id);
    to[6] = PROTOCOL_FRAGMENT;
    return IP6 + FRAGMENT + part;
}

/* Fills in the checksum of what stands behind the IP header. */
static void complete(const struct drill_packet *packet, const struct lucid_addr *source,
                     const struct lucid_addr *destination, uint8_t protocol, uint8_t *to, size_t length) {
    unsigned at = protocol == PROTOCOL_TCP ? 16 : protocol == PROTOCOL_UDP ? 6 : 2;
    uint32_t pseudo = protocol == PROTOCOL_ICMP ? 0 : drill_pseudo_sum(source, destination, protocol, length);
    put16(to + at, 0);
    uint16_t sum = drill_checksum(pseudo, to, length);
    sum = protocol == PROTOCOL_UDP && sum == 0 ? 0xffff : sum;
    put16(to + at, packet->ip.bad_checksum ? sum ^ 0x0100u : sum);
}

/* False when IP's length field cannot say how long the packet is. */
static bool fits(const struct drill_packet *packet) {
    size_t data = packet->protocol == DRILL_TCP   ? packet->u.tcp.length
                  : packet->protocol == DRILL_UDP ? packet->u.udp_length
                  : packet->u.icmp.length > 0     ? (size_t)packet->u.icmp.length
                                                  : 0;
    return data + IP6 + TCP + DRILL_OPTION_OCTETS <= LUCID_PACKET_MAX;
}

size_t drill_packet_build(const struct drill_packet *packet, const struct drill_ends *ends,
                          const struct drill_numbers *numbers, uint8_t *to) {
    if (packet->protocol == DRILL_HEX) {
        memcpy(to, packet->u.hex.octets, packet->u.hex.length);
        return packet->u.hex.length;
    }
    struct drill_packet raw = *packet;
    const struct lucid_addr *source = packet->outbound ? &ends->local.addr : &ends->peer.addr;
    const struct lucid_addr *destination = packet->outbound ? &ends->peer.addr : &ends->local.addr;
    source = packet->ip.has_source ? &packet->ip.source : source;
    destination = packet->ip.has_destination ? &packet->ip.destination : destination;
    bool ipv4 = lucid_addr_is_ipv4(source);
    size_t header = ipv4 ? IP4 : IP6, length = 0;
    uint8_t protocol = PROTOCOL_TCP;
    if (ipv4 != lucid_addr_is_ipv4(destination) || !fits(packet)) {
        return 0;
    }
    drill_packet_absolute(&raw, numbers);
    if (packet->protocol == DRILL_TCP) {
        length = build_tcp(&raw, ends, drill_packet_place(packet), to + header);
    } else if (packet->protocol == DRILL_UDP) {
        protocol = PROTOCOL_UDP;
        length = build_udp(&raw, ends, to + header);
    } else {
        protocol = ipv4 ? PROTOCOL_ICMP : PROTOCOL_ICMP6;
        length = build_icmp(&raw, ends, to + header);
    }
    if (length == 0) {
        return 0;
    }
    build_ip(packet, source, destination, protocol, length, to);
    complete(packet, source, destination, protocol, to + header, length);
    if (packet->ip.ip_option_length > 0) {
        return add_options(&packet->ip, to, header, length);
    }
    return packet->ip.part_to > 0 ? cut(&packet->ip, to, header, length) : header + length;
}
