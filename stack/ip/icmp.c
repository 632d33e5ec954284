/* icmp.c: ICMP and ICMPv6 messages that came: echo requests and errors. See icmp.h.
 *
 * Taken:   echo requests (RFC 1122 3.2.2.6, RFC 4443 4.1, 4.2), answered here; their replies, handed on to the socket
 *          that asked; unreachable, time exceeded, parameter problem, packet too big, handed on; of ICMPv6 also errors
 *          of unknown type (RFC 4443 2.4(a)).
 * Dropped: source quench (RFC 6633; RFC 9293 MUST-55); redirects and router or neighbour messages, for there is one way
 *          out of a point-to-point device; timestamps and masks (RFC 1122 3.2.2.7 to 3.2.2.9, 1122-3.2.2.7-9); unknown
 *          types (RFC 1122 3.2.2, RFC 4443 2.4(b)).
 */
#include "ip/icmp.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "base/checksum.h"
#include "wire/icmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#define QUOTED 8u /* octets of a transport header that every error quotes, RFC 792: ports, and TCP's sequence number */

/* ---- echo ---- */

#define TOS_ECN 0x03u /* not part of the service that the request asks for, RFC 3168 5 */

/* The answer carries the same identifier, number and all of the data (RFC 1122 3.2.2.6, RFC 4443 4.2), if need be in
 * fragments. */
static enum lucid_drop answer_echo(struct ip *ip, const struct ip_datagram *in, const struct icmp_header *echo) {
    bool ip4 = lucid_addr_is_ipv4(&in->source);
    struct lucid_addr source = in->destination;
    if (in->to_multicast_or_broadcast) {
        /* RFC 1122 3.2.2.6 lets us keep silent, which does not amplify; RFC 4443 4.2 asks for an answer. */
        if (ip4 || ip_source_for(ip, &in->source, &source) != 0) {
            return LUCID_DROP_ICMP_TYPE;
        }
    }
    struct icmp_message reply = {
        .source = &source,
        .destination = &in->source,
        .type = ip4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY,
        .tos = (uint8_t)(in->tos & ~TOS_ECN),
        .rest = echo->rest,
        .data = in->payload + ICMP_HEADER,
        .length = (uint32_t)in->length - ICMP_HEADER,
    };
    enum lucid_drop drop = icmp_send(ip, &reply);
    /* A full queue is the reply's drop, counted already; the request was taken. */
    return drop == LUCID_DROP_NO_MEMORY ? drop : LUCID_DROP_NONE;
}

/* ---- what an error means ---- */

struct meaning {
    enum icmp_kind kind;
    int error;
};

/* RFC 9293 3.9.2.2; the codes from 6 on are of RFC 1122 3.2.2.1 and RFC 1812 5.2.7.1. */
static const struct meaning unreachable4[] = {
    [ICMP4_NET_UNREACHABLE] = {ICMP_SOFT, LUCID_ENETUNREACH},
    [ICMP4_HOST_UNREACHABLE] = {ICMP_SOFT, LUCID_EHOSTUNREACH},
    [ICMP4_PROTOCOL_UNREACHABLE] = {ICMP_HARD, LUCID_ENOPROTOOPT},
    [ICMP4_PORT_UNREACHABLE] = {ICMP_HARD, LUCID_ECONNREFUSED},
    [ICMP4_FRAGMENTATION_NEEDED] = {ICMP_TOO_BIG, LUCID_EMSGSIZE},
    [ICMP4_SOURCE_ROUTE_FAILED] = {ICMP_SOFT, LUCID_EHOSTUNREACH},
    [6] = {ICMP_SOFT, LUCID_ENETUNREACH}, /* network unknown */
};

/* RFC 4443 3.1. */
static const struct meaning unreachable6[] = {
    [ICMP6_NO_ROUTE] = {ICMP_SOFT, LUCID_ENETUNREACH},
    [ICMP6_PROHIBITED] = {ICMP_SOFT, LUCID_EACCES},
    [ICMP6_BEYOND_SCOPE] = {ICMP_SOFT, LUCID_EHOSTUNREACH},
    [ICMP6_ADDRESS_UNREACHABLE] = {ICMP_SOFT, LUCID_EHOSTUNREACH},
    [ICMP6_PORT_UNREACHABLE] = {ICMP_HARD, LUCID_ECONNREFUSED},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static struct meaning meaning4(const struct icmp_header *header) {
    const struct meaning unreachable = {ICMP_SOFT, LUCID_EHOSTUNREACH};
    switch (header->type) {
    case ICMP4_UNREACHABLE:
        return header->code < COUNT(unreachable4) ? unreachable4[header->code] : unreachable;
    case ICMP4_TIME_EXCEEDED:
        return unreachable;
    case ICMP4_PARAMETER_PROBLEM:
        return (struct meaning){ICMP_SOFT, LUCID_ENOPROTOOPT};
    default:
        return (struct meaning){ICMP_NOTHING, 0};
    }
}

static struct meaning meaning6(const struct icmp_header *header) {
    const struct meaning unreachable = {ICMP_SOFT, LUCID_EHOSTUNREACH};
    if (header->type >= ICMP6_ECHO) {
        return (struct meaning){ICMP_NOTHING, 0};
    }
    switch (header->type) {
    case ICMP6_UNREACHABLE:
        return header->code < COUNT(unreachable6) ? unreachable6[header->code] : unreachable;
    case ICMP6_PACKET_TOO_BIG:
        return (struct meaning){ICMP_TOO_BIG, LUCID_EMSGSIZE};
    case ICMP6_PARAMETER_PROBLEM:
        return (struct meaning){ICMP_SOFT, LUCID_ENOPROTOOPT};
    default:
        return unreachable;
    }
}

static uint32_t next_hop_mtu(const struct icmp_header *header, bool ip4) {
    return ip4 ? header->rest & 0xffffu : header->rest; /* RFC 1191 4, RFC 4443 3.2 */
}

/* ---- which packet an error is about ---- */

/* The first octets of the packet that an error quotes, behind its IP header. */
struct quote {
    const uint8_t *transport;
    size_t length;
};

static bool read_quote4(const uint8_t *octets, size_t length, struct icmp_error *error, struct quote *quote) {
    struct ip4_header header;
    if (ip4_parse_quote(octets, length, &header) != LUCID_DROP_NONE || header.fragment_offset != 0) {
        return false;
    }
    error->local.addr = header.source;
    error->remote.addr = header.destination;
    error->protocol = header.protocol;
    error->length = header.total_length > 0 ? header.total_length : LUCID_PACKET_LARGE; /* LUCID_OFFLOAD_LARGE4 */
    *quote = (struct quote){octets + header.header_length, length - header.header_length};
    return true;
}

static bool read_quote6(const uint8_t *octets, size_t length, struct icmp_error *error, struct quote *quote) {
    struct ip6_header header;
    struct ip6_chain chain;
    if (ip6_parse_quote(octets, length, &header) != LUCID_DROP_NONE ||
        ip6_chain(octets, length, &chain) != LUCID_DROP_NONE || chain.fragment_offset != 0) {
        return false;
    }
    error->local.addr = header.source;
    error->remote.addr = header.destination;
    error->protocol = chain.protocol;
    error->length = IP6_HEADER + (uint32_t)header.payload_length;
    *quote = (struct quote){octets + chain.offset, length - chain.offset};
    return true;
}

/* The error must have come to the address that the quoted packet came from, and that must be ours. */
static enum lucid_drop read_quote(const struct ip *ip, const struct ip_datagram *in, struct icmp_error *error) {
    const uint8_t *octets = in->payload + ICMP_HEADER;
    size_t length = in->length - ICMP_HEADER;
    struct quote quote;
    bool read = lucid_addr_is_ipv4(&in->source) ? read_quote4(octets, length, error, &quote)
                                                : read_quote6(octets, length, error, &quote);
    if (!read || quote.length < QUOTED || (error->protocol != TCP_PROTOCOL && error->protocol != UDP_PROTOCOL)) {
        return LUCID_DROP_ICMP_QUOTE;
    }
    if (!lucid_addr_equal(&error->local.addr, &in->destination) || !ip_is_ours(ip, &error->local.addr)) {
        return LUCID_DROP_ICMP_QUOTE;
    }
    error->local.port = get16(quote.transport);
    error->remote.port = get16(quote.transport + 2);
    error->seq = seq32(get32(quote.transport + 4));
    return LUCID_DROP_NONE;
}

static enum lucid_drop read_error(const struct ip *ip, const struct ip_datagram *in, const struct icmp_header *header,
                                  struct icmp_error *error) {
    bool ip4 = lucid_addr_is_ipv4(&in->source);
    struct meaning meaning = ip4 ? meaning4(header) : meaning6(header);
    if (meaning.kind == ICMP_NOTHING) {
        return LUCID_DROP_ICMP_TYPE;
    }
    enum lucid_drop drop = read_quote(ip, in, error);
    if (drop != LUCID_DROP_NONE) {
        return drop;
    }
    error->kind = meaning.kind;
    error->error = meaning.error;
    error->type = header->type;
    error->code = header->code;
    error->mtu = meaning.kind == ICMP_TOO_BIG ? next_hop_mtu(header, ip4) : 0;
    return LUCID_DROP_NONE;
}

/* ---- input ---- */

/* ICMP has no pseudo-header (RFC 792), ICMPv6 has (RFC 4443 2.3). */
static bool checksum_ok(const struct ip_datagram *in) {
    if (in->protocol == ICMP6_PROTOCOL || in->carrier->checksum != LUCID_CHECKSUM_FULL) {
        return ip_checksum_ok(in);
    }
    return checksum_finish(checksum_add(0, in->payload, in->length)) == 0;
}

enum lucid_drop icmp_input(struct ip *ip, const struct ip_datagram *in, struct icmp_error *error) {
    struct icmp_header header;
    zero_octets(error, sizeof *error);
    enum lucid_drop drop = icmp_parse(in->payload, in->length, &header);
    if (drop != LUCID_DROP_NONE) {
        return drop;
    }
    if (!checksum_ok(in)) {
        return LUCID_DROP_ICMP_CHECKSUM;
    }
    bool ip4 = lucid_addr_is_ipv4(&in->source);
    if (header.type == (ip4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY)) {
        error->kind = ICMP_REPLY;
    } else if (header.type == (ip4 ? ICMP4_ECHO : ICMP6_ECHO)) {
        drop = answer_echo(ip, in, &header);
    } else {
        drop = read_error(ip, in, &header, error);
    }
    ip->env->stats.icmp_in += drop == LUCID_DROP_NONE;
    return drop;
}
