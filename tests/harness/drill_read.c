/* drill_read.c: octets become what a line of a script could say. RFC 791, RFC 8200, RFC 9293 3.1 and 3.2.
 *
 * Lengths are checked, since a stack under test may send anything; checksums are the business of wire_check.c.
 */
#include <string.h>

#include "harness/drill_icmp.h"
#include "harness/drill_packet.h"

enum { IP4 = 20, IP6 = 40, TCP = 20, UDP = 8, ICMP = 8 }; /* octets of headers */

static unsigned get16(const uint8_t *at) {
    return (unsigned)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at) {
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

/* What the IP header says. */
struct carrier {
    const uint8_t *octets;
    size_t length;
    uint8_t protocol, tos, ttl;
    bool ipv4;
    struct lucid_addr source, destination;
};

static bool read_ip4(const uint8_t *octets, size_t length, struct carrier *carrier) {
    size_t header = (octets[0] & 15u) * 4u;
    size_t total = length >= IP4 ? get16(octets + 2) : 0;
    if (header < IP4 || total < header || total > length) {
        return false;
    }
    *carrier = (struct carrier){.octets = octets + header,
                                .length = total - header,
                                .protocol = octets[9],
                                .tos = octets[1],
                                .ttl = octets[8],
                                .ipv4 = true};
    memset(carrier->source.octet + 10, 0xff, 2);
    memset(carrier->destination.octet + 10, 0xff, 2);
    memcpy(carrier->source.octet + 12, octets + 12, 4);
    memcpy(carrier->destination.octet + 12, octets + 16, 4);
    return true;
}

static bool read_ip6(const uint8_t *octets, size_t length, struct carrier *carrier) {
    if (length < IP6 || get16(octets + 4) + (size_t)IP6 > length) {
        return false;
    }
    *carrier = (struct carrier){.octets = octets + IP6,
                                .length = get16(octets + 4),
                                .protocol = octets[6],
                                .tos = (uint8_t)(get16(octets) >> 4),
                                .ttl = octets[7]};
    memcpy(carrier->source.octet, octets + 8, 16);
    memcpy(carrier->destination.octet, octets + 24, 16);
    return true;
}

static bool read_ip(const uint8_t *octets, size_t length, struct carrier *carrier) {
    if (length > 0 && octets[0] >> 4 == 4) {
        return read_ip4(octets, length, carrier);
    }
    return length > 0 && octets[0] >> 4 == 6 && read_ip6(octets, length, carrier);
}

/* A known option of the right length, or false. */
static bool read_option(const uint8_t *at, unsigned length, struct drill_option *option) {
    static const struct {
        uint8_t kind, length, name;
    } known[] = {{2, 4, DRILL_MSS}, {3, 3, DRILL_WSCALE}, {4, 2, DRILL_SACK_OK}, {8, 10, DRILL_TS}};
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        if (at[0] == known[i].kind && length == known[i].length) {
            option->kind = known[i].name;
            option->value[0] = length == 4 ? get16(at + 2) : length == 3 ? at[2] : length == 10 ? get32(at + 2) : 0;
            option->value[1] = length == 10 ? get32(at + 6) : 0;
            return true;
        }
    }
    if (at[0] != 5 || length < 10 || length > 34 || (length - 2) % 8 != 0) {
        return false;
    }
    option->kind = DRILL_SACK;
    option->count = (uint8_t)((length - 2) / 4);
    for (unsigned i = 0; i < option->count; i++) {
        option->value[i] = get32(at + 2 + 4 * i);
    }
    return true;
}

static void read_raw(const uint8_t *at, size_t length, struct drill_option *option) {
    option->kind = DRILL_RAW;
    option->count = (uint8_t)length;
    memcpy(option->octets, at, length);
}

void drill_options_read(const uint8_t *octets, size_t length, struct drill_options *options) {
    memset(options, 0, sizeof *options);
    while (length > 0 && options->count < DRILL_OPTIONS) {
        struct drill_option *option = &options->option[options->count++];
        size_t size = octets[0] < 2 ? 1 : length < 2 ? 0 : octets[1];
        if (octets[0] < 2) {
            option->kind = octets[0] ? DRILL_NOP : DRILL_EOL;
        } else if (size < 2 || size > length) {
            read_raw(octets, length, option);
            return;
        } else if (!read_option(octets, (unsigned)size, option)) {
            read_raw(octets, size, option);
        }
        octets += size;
        length -= size;
    }
}

static bool read_tcp(const struct carrier *carrier, struct drill_seen *seen) {
    const uint8_t *at = carrier->octets;
    struct drill_tcp *tcp = &seen->packet.u.tcp;
    size_t header = carrier->length >= TCP ? (size_t)(at[12] >> 4) * 4 : 0;
    if (header < TCP || header > carrier->length) {
        return false;
    }
    seen->packet.protocol = DRILL_TCP;
    seen->packet.from_port = (uint16_t)get16(at);
    seen->packet.to_port = (uint16_t)get16(at + 2);
    seen->packet.ip.reserved = at[12] & 15;
    seen->raw_seq = tcp->seq = get32(at + 4);
    tcp->ack = get32(at + 8);
    tcp->flags = at[13];
    tcp->ack = tcp->flags & 0x10 ? tcp->ack : 0;
    tcp->window = (int32_t)get16(at + 14);
    tcp->urgent = tcp->flags & 0x20 ? (int32_t)get16(at + 18) : DRILL_ANY;
    drill_options_read(at + TCP, header - TCP, &tcp->options);
    seen->payload = at + header;
    seen->payload_length = tcp->length = (uint32_t)(carrier->length - header);
    return true;
}

static bool read_udp(const struct carrier *carrier, struct drill_seen *seen) {
    const uint8_t *at = carrier->octets;
    if (carrier->length < UDP || get16(at + 4) != carrier->length) {
        return false;
    }
    seen->packet.protocol = DRILL_UDP;
    seen->packet.from_port = (uint16_t)get16(at);
    seen->packet.to_port = (uint16_t)get16(at + 2);
    seen->payload = at + UDP;
    seen->payload_length = seen->packet.u.udp_length = (uint32_t)carrier->length - UDP;
    return true;
}

/* The packet inside an ICMP error: at least 8 octets behind its IP header; it may be cut off. */
static void read_quote(const uint8_t *octets, size_t length, struct drill_icmp *icmp) {
    bool ipv4 = length > 0 && octets[0] >> 4 == 4;
    size_t header = ipv4 ? (octets[0] & 15u) * 4u : IP6;
    if (length < header + 8) {
        return;
    }
    size_t payload = ipv4 ? get16(octets + 2) - header : get16(octets + 4);
    icmp->quoted = octets[ipv4 ? 9 : 6];
    if (icmp->quoted == 6) {
        icmp->quoted_seq = get32(octets + header + 4);
        size_t offset = length >= header + 13 ? (size_t)(octets[header + 12] >> 4) * 4 : TCP;
        icmp->quoted_length = (uint32_t)(payload - offset);
    } else {
        icmp->quoted_length = (uint32_t)(payload - UDP);
    }
}

static bool read_icmp(const struct carrier *carrier, struct drill_seen *seen) {
    const uint8_t *at = carrier->octets;
    struct drill_icmp *icmp = &seen->packet.u.icmp;
    if (carrier->length < ICMP) {
        return false;
    }
    seen->packet.protocol = DRILL_ICMP;
    icmp->name = drill_icmp_by_number(carrier->ipv4, at[0], at[1]);
    icmp->mtu = icmp->id = icmp->seq = icmp->length = DRILL_ANY;
    if (!icmp->name) {
        return false;
    }
    if (icmp->name->error) {
        icmp->mtu = (int64_t)get16(at + 6) - (carrier->ipv4 ? 0 : 20);
        read_quote(at + ICMP, carrier->length - ICMP, icmp);
        return true;
    }
    icmp->id = get16(at + 4);
    icmp->seq = get16(at + 6);
    icmp->length = (int64_t)carrier->length - ICMP;
    seen->payload = at + ICMP;
    seen->payload_length = (uint32_t)icmp->length;
    return true;
}

bool drill_packet_read(const uint8_t *octets, size_t length, bool outbound, struct drill_seen *seen) {
    struct carrier carrier;
    memset(seen, 0, sizeof *seen);
    if (!read_ip(octets, length, &carrier)) {
        return false;
    }
    seen->packet.outbound = outbound;
    seen->packet.ip = (struct drill_ip_fields){
        .ecn = carrier.tos & 3, .tos = carrier.tos, .ttl = carrier.ttl, .offset = DRILL_ANY, .reserved = DRILL_ANY};
    bool known = (carrier.protocol == 6 && read_tcp(&carrier, seen)) ||
                 (carrier.protocol == 17 && read_udp(&carrier, seen)) ||
                 (carrier.protocol == (carrier.ipv4 ? 1 : 58) && read_icmp(&carrier, seen));
    struct lucid_sockaddr source = {carrier.source, seen->packet.from_port};
    struct lucid_sockaddr destination = {carrier.destination, seen->packet.to_port};
    seen->ends.local = outbound ? source : destination;
    seen->ends.peer = outbound ? destination : source;
    return known;
}
