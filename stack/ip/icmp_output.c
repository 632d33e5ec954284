/* icmp_output.c: ICMP messages that leave, above all complaints about packets that came. See icmp.h.
 *
 * The rules of when not to complain matter more than the messages: an error about an error, or an answer to a
 * broadcast, would let two hosts or a whole network talk to each other for ever (RFC 1122 3.2.2, RFC 4443 2.4(e)).
 * Sources that are no single host never come here: ip_input() has dropped them.
 */
#include "base/addr.h"
#include "base/bytes.h"
#include "base/checksum.h"
#include "ip/icmp.h"
#include "wire/icmp.h"
#include "wire/ip6.h"

/* The longest error message with its IP header: RFC 1812 4.3.2.3 for IPv4; the minimum MTU for IPv6, RFC 4443 2.4(c).
 * */
#define ERROR4_MAX 576u
#define ERROR6_MAX 1280u

#define REDIRECT6 137 /* RFC 4861; not an error by its number, but treated as one (RFC 4443 2.4(e.2)) */

void icmp_checksum(const struct env *env, struct datagram *datagram, const struct lucid_addr *source,
                   const struct lucid_addr *destination) {
    uint32_t head = ip_head_length(destination);
    uint8_t *field = datagram->octets + head + ICMP_CHECKSUM_AT;
    if (!lucid_addr_is_ipv4(destination)) {
        datagram_checksum(env, datagram, (uint16_t)head, ICMP_CHECKSUM_AT, ICMP6_PROTOCOL, source, destination);
        return;
    }
    datagram->checksum_offset = ICMP_CHECKSUM_AT;
    put16(field, 0);
    put16(field, checksum_finish(checksum_add(0, datagram->octets + head, datagram->length - head)));
}

enum lucid_drop icmp_send(struct ip *ip, const struct icmp_message *message) {
    struct env *env = ip->env;
    bool ip4 = lucid_addr_is_ipv4(message->destination);
    uint8_t protocol = ip4 ? ICMP4_PROTOCOL : ICMP6_PROTOCOL;
    uint32_t head = ip_head_length(message->destination);
    struct datagram *datagram = datagram_new(env, head + ICMP_HEADER + message->length);
    if (!datagram) {
        return LUCID_DROP_NO_MEMORY;
    }
    uint8_t *octets = datagram->octets + head;
    ip_head(datagram->octets, message->source, message->destination, protocol, env->config.ttl, message->tos,
            ICMP_HEADER + message->length);
    icmp_build(octets, &(struct icmp_header){.type = message->type, .code = message->code, .rest = message->rest});
    copy_octets(octets + ICMP_HEADER, message->data, message->length);
    icmp_checksum(env, datagram, message->source, message->destination);
    datagram->header_length = (uint16_t)(head + ICMP_HEADER);
    if (!outq_push_reply(env, &ip->replies, datagram)) {
        return LUCID_DROP_REPLY_QUEUE;
    }
    env->stats.icmp_out++;
    return LUCID_DROP_NONE;
}

static bool is_icmp4_error(uint8_t type) {
    return type == ICMP4_UNREACHABLE || type == ICMP4_SOURCE_QUENCH || type == ICMP4_REDIRECT ||
           type == ICMP4_TIME_EXCEEDED || type == ICMP4_PARAMETER_PROBLEM;
}

/* It may lie behind the extension header that the complaint is about: RFC 4443 2.4(e.1). */
static bool is_icmp6_error(const struct ip_datagram *about) {
    struct ip6_chain chain = {.offset = (uint32_t)(about->payload - about->packet), .protocol = about->protocol};
    if (about->fragment && about->part.offset > 0) {
        return about->protocol == ICMP6_PROTOCOL; /* which message it is a part of, nobody knows */
    }
    if (!ip6_upper_layer(about->packet, about->packet_length, &chain) || chain.protocol != ICMP6_PROTOCOL ||
        chain.offset == about->packet_length) {
        return false;
    }
    uint8_t type = about->packet[chain.offset];
    return type < ICMP6_ECHO || type == REDIRECT6;
}

static bool is_icmp_error(const struct ip_datagram *about) {
    if (!lucid_addr_is_ipv4(&about->source)) {
        return is_icmp6_error(about);
    }
    return about->protocol == ICMP4_PROTOCOL && about->length > 0 && is_icmp4_error(about->payload[0]);
}

/* At most config.icmp_errors in a second. Up to a quarter of them, at random, is held back, so that a stranger who
 * watches when our errors stop learns nothing about the packets of others (CVE-2020-25705). */
static bool within_rate(struct ip *ip) {
    struct env *env = ip->env;
    if (env->now >= ip->error_window_end) {
        uint32_t limit = env->config.icmp_errors;
        ip->error_window_end = env->now + LUCID_SECOND;
        ip->errors_left = limit - env_random_below(env, limit / 4 + 1);
    }
    if (ip->errors_left == 0) {
        env_drop(env, 0, LUCID_DROP_REPLY_RATE);
        return false;
    }
    ip->errors_left--;
    return true;
}

static void complain(struct ip *ip, const struct ip_datagram *about, uint8_t type, uint8_t code, uint32_t rest) {
    struct lucid_addr source = about->destination;
    if (about->to_multicast_or_broadcast && ip_source_for(ip, &about->source, &source) != 0) {
        return;
    }
    uint32_t most = lucid_addr_is_ipv4(&about->source) ? ERROR4_MAX : ERROR6_MAX;
    uint32_t room = min_u32(most, ip->env->config.mtu) - ip_head_length(&about->source) - ICMP_HEADER;
    struct icmp_message message = {
        .source = &source,
        .destination = &about->source,
        .type = type,
        .code = code,
        .rest = rest,
        .data = about->packet,
        .length = (uint32_t)min_size(about->packet_length, room),
    };
    if (within_rate(ip) && icmp_send(ip, &message) == LUCID_DROP_NO_MEMORY) {
        env_drop(ip->env, 0, LUCID_DROP_NO_MEMORY);
    }
}

void icmp_port_unreachable(struct ip *ip, const struct ip_datagram *about) {
    if (about->to_multicast_or_broadcast) {
        return;
    }
    if (lucid_addr_is_ipv4(&about->source)) {
        complain(ip, about, ICMP4_UNREACHABLE, ICMP4_PORT_UNREACHABLE, 0);
        return;
    }
    complain(ip, about, ICMP6_UNREACHABLE, ICMP6_PORT_UNREACHABLE, 0);
}

void icmp_protocol_unreachable(struct ip *ip, const struct ip_datagram *about) {
    if (!lucid_addr_is_ipv4(&about->source)) {
        icmp_parameter_problem(ip, about, ICMP6_UNRECOGNIZED_NEXT_HEADER, about->protocol_at, false);
        return;
    }
    if (!about->to_multicast_or_broadcast && !is_icmp_error(about)) {
        complain(ip, about, ICMP4_UNREACHABLE, ICMP4_PROTOCOL_UNREACHABLE, 0);
    }
}

void icmp_parameter_problem(struct ip *ip, const struct ip_datagram *about, uint8_t code, uint32_t pointer,
                            bool even_multicast) {
    if ((about->to_multicast_or_broadcast && !even_multicast) || is_icmp_error(about)) {
        return;
    }
    if (!lucid_addr_is_ipv4(&about->source)) {
        complain(ip, about, ICMP6_PARAMETER_PROBLEM, code, pointer);
        return;
    }
    bool first = !about->fragment || about->part.offset == 0; /* RFC 1122 3.2.2: never about another one */
    if (first) {
        complain(ip, about, ICMP4_PARAMETER_PROBLEM, ICMP4_POINTER, pointer << 24);
    }
}

void icmp_reassembly_time_exceeded(struct ip *ip, const struct ip_datagram *about) {
    if (about->to_multicast_or_broadcast || is_icmp_error(about)) {
        return;
    }
    bool ip4 = lucid_addr_is_ipv4(&about->source);
    complain(ip, about, ip4 ? ICMP4_TIME_EXCEEDED : ICMP6_TIME_EXCEEDED, ICMP_REASSEMBLY_TIME, 0);
}
