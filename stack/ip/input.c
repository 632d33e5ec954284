/* input.c: is this packet for us, and what does it carry? RFC 1122 3.2.1, RFC 8200 3 and 4. See ip.h.
 *
 * The order of the questions is that of the header: can it be read, may this source exist, are we the destination, are
 * the options sound, is it whole. The first "no" names the reason for the drop. Time to live is not asked: a host takes
 * what reaches it (RFC 1122 3.2.1.7).
 */
#include "base/addr.h"
#include "base/bytes.h"
#include "base/checksum.h"
#include "ip/icmp.h"
#include "ip/ip.h"
#include "wire/icmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/pseudo.h"

#define IP4_PROTOCOL_AT 9 /* offset in the header */

/* All hosts, RFC 1112 4; all nodes of the interface and of the link, RFC 4291 2.7.1. We are in no other groups but the
 * solicited-node ones. */
static const struct lucid_addr all_hosts = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 224, 0, 0, 1}};
static const struct lucid_addr all_nodes_interface = {{0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
static const struct lucid_addr all_nodes_link = {{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

/* ff02::1:ff followed by the last three octets of one of our addresses, RFC 4291 2.7.1. */
static bool is_solicited_node(const struct ip *ip, const struct lucid_addr *addr) {
    static const uint8_t prefix[13] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
    const struct lucid_config *config = &ip->env->config;
    if (!equal_octets(addr->octet, prefix, sizeof prefix)) {
        return false;
    }
    for (unsigned i = 0; i < config->addr_count; i++) {
        const struct lucid_addr *ours = &config->addrs[i].addr;
        if (!addr_is_ipv4(ours) && equal_octets(addr->octet + 13, ours->octet + 13, 3)) {
            return true;
        }
    }
    return false;
}

static bool is_our_group(const struct ip *ip, const struct lucid_addr *addr) {
    return addr_equal(addr, &all_hosts) || addr_equal(addr, &all_nodes_link) ||
           addr_equal(addr, &all_nodes_interface) || is_solicited_node(ip, addr);
}

static bool is_our_broadcast(const struct ip *ip, const struct lucid_addr *addr) {
    const struct lucid_config *config = &ip->env->config;
    for (unsigned i = 0; i < config->addr_count; i++) {
        if (addr_is_subnet_broadcast(addr, &config->addrs[i])) {
            return true;
        }
    }
    return addr_is_limited_broadcast(addr);
}

bool ip_is_ours(const struct ip *ip, const struct lucid_addr *addr) {
    const struct lucid_config *config = &ip->env->config;
    for (unsigned i = 0; i < config->addr_count; i++) {
        if (addr_equal(addr, &config->addrs[i].addr)) {
            return true;
        }
    }
    return false;
}

bool ip_is_broadcast(const struct ip *ip, const struct lucid_addr *addr) {
    return addr_is_multicast(addr) || (is_our_broadcast(ip, addr) && !ip_is_ours(ip, addr));
}

/* RFC 1122 3.2.1.3: who may have sent it, and to whom. Our own address as source is a forgery: a point-to-point device
 * does not send our packets back. */
static enum lucid_drop check_addresses(const struct ip *ip, struct ip_datagram *out) {
    const struct lucid_addr *source = &out->source;
    const struct lucid_addr *destination = &out->destination;
    if (!addr_valid_source(source) || is_our_broadcast(ip, source) || ip_is_ours(ip, source)) {
        return LUCID_DROP_IP_SOURCE;
    }
    if (ip_is_ours(ip, destination)) {
        return LUCID_DROP_NONE;
    }
    out->to_multicast_or_broadcast = is_our_group(ip, destination) || is_our_broadcast(ip, destination);
    return out->to_multicast_or_broadcast ? LUCID_DROP_NONE : LUCID_DROP_IP_DESTINATION;
}

/* RFC 1122 3.2.1.8, 3.2.2.5, RFC 9293 3.9.2 MUST-50: unknown options are passed over, a malformed one is answered. */
static enum lucid_drop check_options(struct ip *ip, const struct ip_datagram *out, size_t length) {
    size_t bad = ip4_bad_option(out->packet + IP4_HEADER, length);
    if (bad == length) {
        return LUCID_DROP_NONE;
    }
    icmp_parameter_problem(ip, out, ICMP6_ERRONEOUS_FIELD, IP4_HEADER + (uint32_t)bad, false);
    return LUCID_DROP_IP_OPTION;
}

static enum lucid_drop input_ip4(struct ip *ip, struct lucid_packet *in, struct ip_datagram *out) {
    const struct lucid_slice *slice = &in->slice[0];
    struct ip4_header header;
    enum lucid_drop drop = ip4_parse(slice->data, slice->length, &header);
    if (drop != LUCID_DROP_NONE) {
        return drop;
    }
    *out = (struct ip_datagram){
        .source = header.source,
        .destination = header.destination,
        .payload = slice->data + header.header_length,
        .length = (size_t)header.total_length - header.header_length,
        .packet = slice->data,
        .packet_length = header.total_length,
        .carrier = in,
        .protocol_at = IP4_PROTOCOL_AT,
        .protocol = header.protocol,
        .ttl = header.ttl,
        .tos = header.tos,
        .fragment = header.more_fragments || header.fragment_offset != 0,
        .part = {.id = header.id, .offset = header.fragment_offset, .named_at = 0, .more = header.more_fragments},
        .to_multicast_or_broadcast = false,
    };
    drop = check_addresses(ip, out);
    return drop != LUCID_DROP_NONE ? drop : check_options(ip, out, (size_t)header.header_length - IP4_HEADER);
}

static void answer_problem(struct ip *ip, const struct ip_datagram *about, const struct ip6_chain *chain) {
    if (chain->problem != IP6_PROBLEM_NONE) {
        icmp_parameter_problem(ip, about, chain->problem_code, chain->problem_pointer,
                               chain->problem == IP6_PROBLEM_ALWAYS);
    }
}

/* Fills in what lies behind the extension headers. */
static enum lucid_drop read_chain(struct ip *ip, struct ip_datagram *out) {
    struct ip6_chain chain;
    enum lucid_drop drop = ip6_chain(out->packet, out->packet_length, &chain);
    out->protocol = chain.protocol;
    out->protocol_at = chain.protocol_at;
    out->payload = out->packet + chain.offset;
    out->length = out->packet_length - chain.offset;
    if (drop != LUCID_DROP_NONE) {
        answer_problem(ip, out, &chain);
        return drop;
    }
    out->fragment = chain.fragment;
    out->part = (struct ip_part){.id = chain.fragment_id,
                                 .offset = chain.fragment_offset,
                                 .named_at = (uint16_t)chain.fragment_named_at,
                                 .more = chain.more_fragments};
    return LUCID_DROP_NONE;
}

static enum lucid_drop input_ip6(struct ip *ip, struct lucid_packet *in, struct ip_datagram *out) {
    const struct lucid_slice *slice = &in->slice[0];
    struct ip6_header header;
    enum lucid_drop drop = ip6_parse(slice->data, slice->length, &header);
    if (drop != LUCID_DROP_NONE) {
        return drop;
    }
    /* A mapped address in an IPv6 header would be taken for the IPv4 address above this layer (RFC 4291 2.5.5.2 does
     * not put it on the wire). */
    if (addr_is_ipv4(&header.source)) {
        return LUCID_DROP_IP_SOURCE;
    }
    if (addr_is_ipv4(&header.destination)) {
        return LUCID_DROP_IP_DESTINATION;
    }
    *out = (struct ip_datagram){
        .source = header.source,
        .destination = header.destination,
        .packet = slice->data,
        .packet_length = (size_t)IP6_HEADER + header.payload_length,
        .carrier = in,
        .ttl = header.hop_limit,
        .tos = header.traffic_class,
    };
    drop = check_addresses(ip, out);
    return drop != LUCID_DROP_NONE ? drop : read_chain(ip, out);
}

enum lucid_drop ip_input(struct ip *ip, struct lucid_packet *in, struct ip_datagram *out) {
    const struct lucid_slice *slice = &in->slice[0];
    if (slice->length == 0) {
        return LUCID_DROP_IP_SHORT;
    }
    return slice->data[0] / 16u == 6 ? input_ip6(ip, in, out) : input_ip4(ip, in, out);
}

bool ip_checksum_ok(const struct ip_datagram *datagram) {
    if (datagram->carrier->checksum != LUCID_CHECKSUM_FULL) {
        return true;
    }
    uint64_t sum = pseudo_header_sum(&datagram->source, &datagram->destination, datagram->protocol,
                                     (uint32_t)datagram->length);
    return checksum_finish(checksum_add(sum, datagram->payload, datagram->length)) == 0;
}
