/* wire_ip.c: rules about IP headers and checksums, which hold for every packet, of whatever connection it is.
 *
 * RFC 791 3.1, RFC 1122 3.2.1, RFC 1191 3, RFC 8200 3. The same reading says of a packet that arrives whether the stack
 * can have got it: a wrong checksum means that it was lost, and about a fragment, an IPv4 option or an IPv6 extension
 * header an outsider cannot be sure.
 */
#include <string.h>

#include "harness/wire_flow.h"

enum { IP4 = 20, IP6 = 40 };                                     /* octets of headers */
enum { ICMP = 1, TCP = 6, UDP = 17, FRAGMENT = 44, ICMP6 = 58 }; /* protocols */

static unsigned get16(const uint8_t *at) {
    return (unsigned)(at[0] << 8 | at[1]);
}

struct header {
    bool ipv4, fragment, dont_fragment;
    uint8_t protocol, ttl;
    struct lucid_addr source, destination;
    const uint8_t *payload;
    size_t header, total; /* octets of the IP header, and of the packet as its length field says */
};

static void map_ip4(const uint8_t *octets, struct lucid_addr *addr) {
    memset(addr, 0, sizeof *addr);
    memset(addr->octet + 10, 0xff, 2);
    memcpy(addr->octet + 12, octets, 4);
}

static bool read_ip4(const uint8_t *octets, size_t length, struct header *header) {
    if (length < IP4) {
        return false;
    }
    *header = (struct header){.ipv4 = true,
                              .fragment = (get16(octets + 6) & 0x3fff) != 0,
                              .dont_fragment = (octets[6] & 0x40) != 0,
                              .protocol = octets[9],
                              .ttl = octets[8],
                              .header = (octets[0] & 15u) * 4u,
                              .total = get16(octets + 2)};
    map_ip4(octets + 12, &header->source);
    map_ip4(octets + 16, &header->destination);
    return true;
}

static bool read_ip6(const uint8_t *octets, size_t length, struct header *header) {
    if (length < IP6) {
        return false;
    }
    *header = (struct header){.fragment = octets[6] == FRAGMENT,
                              .protocol = octets[6],
                              .ttl = octets[7],
                              .header = IP6,
                              .total = IP6 + get16(octets + 4)};
    memcpy(header->source.octet, octets + 8, 16);
    memcpy(header->destination.octet, octets + 24, 16);
    return true;
}

/* False: it is no IP packet, or its lengths do not fit into these octets. */
static bool read_header(const uint8_t *octets, size_t length, struct header *header) {
    unsigned version = length > 0 ? octets[0] >> 4 : 0;
    bool read = version == 4 ? read_ip4(octets, length, header) : version == 6 && read_ip6(octets, length, header);
    if (!read || header->header < IP4 || header->total < header->header || header->total > length) {
        return false;
    }
    header->payload = octets + header->header;
    return true;
}

/* ---- checksums ---- */

/* Where the checksum lies, or 0: the protocol is an unknown one. */
static size_t checksum_offset(const struct header *header) {
    switch (header->protocol) {
    case TCP:
        return 16;
    case UDP:
        return 6;
    case ICMP:
        return header->ipv4 ? 2 : 0;
    case ICMP6:
        return header->ipv4 ? 0 : 2;
    default:
        return 0;
    }
}

static bool transport_right(const struct header *header) {
    size_t offset = checksum_offset(header), length = header->total - header->header;
    if (offset == 0 || header->fragment) {
        return true;
    }
    if (length < offset + 2) {
        return false;
    }
    if (header->protocol == UDP && header->ipv4 && get16(header->payload + 6) == 0) {
        return true; /* RFC 768: none was computed */
    }
    uint32_t pseudo = 0;
    if (header->protocol != ICMP) {
        pseudo = drill_pseudo_sum(&header->source, &header->destination, header->protocol, length);
    }
    return drill_checksum(pseudo, header->payload, length) == 0;
}

static bool header_right(const struct header *header, const uint8_t *octets) {
    return !header->ipv4 || drill_checksum(0, octets, header->header) == 0;
}

/* ---- what arrives ---- */

enum wire_fate wire_fate_of(const uint8_t *octets, size_t length) {
    struct header header;
    if (!read_header(octets, length, &header) || !header_right(&header, octets)) {
        return WIRE_LOST;
    }
    bool plain4 = header.ipv4 && header.header == IP4;
    bool plain6 = !header.ipv4 && checksum_offset(&header) != 0;
    if (header.fragment || (!plain4 && !plain6)) {
        return WIRE_UNSURE;
    }
    return transport_right(&header) ? WIRE_REACHES : WIRE_LOST;
}

/* ---- what leaves ---- */

static bool check_length(struct wire_check *check, const uint8_t *octets, size_t length, struct header *header) {
    if (!read_header(octets, length, header)) {
        return wire_breach(check, WIRE_IP_LENGTH, "%zu octets are no IP packet: its length fields do not fit", length);
    }
    if (header->total != length) {
        return wire_breach(check, WIRE_IP_LENGTH, "%zu octets, but the header says %zu", length, header->total);
    }
    if (check->config.mtu > 0 && length > check->config.mtu) {
        return wire_breach(check, WIRE_IP_LENGTH, "%zu octets, the MTU is %u", length, check->config.mtu);
    }
    return true;
}

/* 127/8, class D and above, ::1 and multicast: never a source. 0/8 and :: may be one before a host knows its own
 * (RFC 1122 3.2.1.3, RFC 4291 2.5.2), but never of TCP. */
static bool bad_source(const struct header *header) {
    static const struct lucid_addr any, loopback = {{[15] = 1}};
    const uint8_t *octet = header->source.octet;
    if (header->ipv4) {
        return octet[12] == 127 || octet[12] >= 224 || (octet[12] == 0 && header->protocol == TCP);
    }
    return octet[0] == 0xff || memcmp(octet, loopback.octet, 16) == 0 ||
           (memcmp(octet, any.octet, 16) == 0 && header->protocol == TCP);
}

static bool check_source(struct wire_check *check, const struct header *header) {
    const struct lucid_addr *ours = &check->config.ours;
    char source[LUCID_ADDR_TEXT];
    lucid_addr_format(&header->source, source);
    if (bad_source(header)) {
        return wire_breach(check, WIRE_IP_SOURCE, "%s is no address of a host", source);
    }
    if (!lucid_addr_is_any(ours) && memcmp(ours, &header->source, sizeof *ours) != 0) {
        return wire_breach(check, WIRE_IP_SOURCE, "%s is no address of ours", source);
    }
    return true;
}

/* RFC 9293 3.1. The list of options is a matter of wire_options.c. */
static bool check_tcp(struct wire_check *check, const struct header *header, size_t length) {
    const uint8_t *tcp = header->payload;
    size_t room = length - header->header, offset = room >= 20 ? (size_t)(tcp[12] >> 4) * 4 : 0;
    if (offset < 20 || offset > room || (tcp[12] & 15) != 0) {
        return wire_breach(check, WIRE_HEADER, "%zu octets of TCP, data offset %zu, reserved bits %u", room, offset,
                           room >= 20 ? tcp[12] & 15 : 0);
    }
    return true;
}

static bool check_fields(struct wire_check *check, const struct header *header, const uint8_t *octets) {
    if (header->ttl == 0) {
        return wire_breach(check, WIRE_IP_TTL, "the TTL is 0");
    }
    if (!header_right(header, octets)) {
        return wire_breach(check, WIRE_IP_CHECKSUM, "the header's checksum is 0x%04x", get16(octets + 10));
    }
    if (header->ipv4 && header->protocol == TCP && (!header->dont_fragment || header->fragment)) {
        return wire_breach(check, WIRE_DONT_FRAGMENT, "TCP leaves %s",
                           header->fragment ? "in a fragment" : "without DF");
    }
    return true;
}

bool wire_check_headers(struct wire_check *check, const uint8_t *octets, size_t length) {
    struct header header;
    if (!check_length(check, octets, length, &header) || !check_source(check, &header) ||
        !check_fields(check, &header, octets)) {
        return false;
    }
    if (!transport_right(&header)) {
        return wire_breach(check, WIRE_CHECKSUM, "protocol %u, %zu octets behind the IP header", header.protocol,
                           length - header.header);
    }
    return header.protocol != TCP || header.fragment || check_tcp(check, &header, length);
}
