/* output.c: headers of packets that leave, and the answers that wait to leave. See ip.h. */
#include "base/addr.h"
#include "base/bytes.h"
#include "ip/ip.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

bool ip_init(struct ip *ip, struct env *env) {
    zero_octets(ip, sizeof *ip);
    ip->env = env;
    return ident_init(&ip->ident, env);
}

void ip_destroy(struct ip *ip) {
    datagram_free(ip->env, ip->leaving);
    outq_clear(ip->env, &ip->replies);
    reassembly_destroy(ip);
}

void ip_advise(struct ip *ip) {
    ip->env->stats.ip_advice++;
}

/* The network prefix decides first, the order of configuration second: RFC 1122 3.3.4.2, and of RFC 6724 what is left
 * of it with one interface. */
int ip_source_for(const struct ip *ip, const struct lucid_addr *destination, struct lucid_addr *source) {
    const struct lucid_config *config = &ip->env->config;
    const struct lucid_ifaddr *chosen = NULL;
    for (unsigned i = 0; i < config->addr_count; i++) {
        const struct lucid_ifaddr *ours = &config->addrs[i];
        if (addr_in_network(destination, ours)) {
            chosen = ours;
            break;
        }
        if (!chosen && addr_same_family(destination, &ours->addr)) {
            chosen = ours;
        }
    }
    if (!chosen) {
        return -LUCID_ENETUNREACH;
    }
    *source = chosen->addr;
    return 0;
}

uint32_t ip_head_length(const struct lucid_addr *destination) {
    return addr_is_ipv4(destination) ? IP4_HEADER : IP6_HEADER;
}

uint32_t ip_payload_max(const struct ip *ip, const struct lucid_addr *destination) {
    return ip->env->config.mtu - ip_head_length(destination);
}

uint32_t ip_datagram_max(const struct lucid_addr *destination) {
    return addr_is_ipv4(destination) ? UINT16_MAX - IP4_HEADER : UINT16_MAX;
}

/* 0 says that it is more than 16 bits can tell: LUCID_OFFLOAD_LARGE4. */
static uint16_t total_length4(uint32_t payload) {
    uint32_t length = IP4_HEADER + payload;
    return length > UINT16_MAX ? 0 : (uint16_t)length;
}

size_t ip_head(uint8_t *to, const struct lucid_addr *source, const struct lucid_addr *destination, uint8_t protocol,
               uint8_t ttl, uint8_t tos, uint32_t payload_length) {
    if (!addr_is_ipv4(destination)) {
        struct ip6_header header = {
            .source = *source,
            .destination = *destination,
            .payload_length = (uint16_t)payload_length,
            .next_header = protocol,
            .hop_limit = ttl,
            .traffic_class = tos,
        };
        return ip6_build(to, &header);
    }
    struct ip4_header header = {
        .source = *source,
        .destination = *destination,
        .total_length = total_length4(payload_length),
        .dont_fragment = true,
        .ttl = ttl,
        .protocol = protocol,
        .tos = tos,
    };
    return ip4_build(to, &header);
}

void ip_left(struct ip *ip) {
    if (ip->cutting.left > 0) {
        return;
    }
    datagram_free(ip->env, ip->leaving);
    ip->leaving = NULL;
}

void ip_emit(struct ip *ip, struct datagram *datagram, struct lucid_packet *out) {
    ip_left(ip);
    ip->leaving = datagram;
    if (cutting_needed(ip->env, datagram->length)) {
        cutting_begin(ip);
        cutting_output(ip, out);
        return;
    }
    out->slice[0] = (struct lucid_slice){datagram->octets, datagram->length};
    out->slices = 1;
    out->length = datagram->length;
    out->id = datagram->id != 0 ? datagram->id : ++ip->env->packets_named;
    out->segment_size = 0;
    out->header_length = datagram->header_length;
    out->checksum_start = datagram->checksum_start;
    out->checksum_offset = datagram->checksum_offset;
    out->checksum = datagram->checksum;
    out->chunk = NULL;
}

bool ip_output(struct ip *ip, struct lucid_packet *out) {
    if (ip->cutting.left > 0) {
        cutting_output(ip, out);
        return true;
    }
    struct datagram *datagram = outq_pop(&ip->replies);
    if (!datagram) {
        return false;
    }
    ip_emit(ip, datagram, out);
    return true;
}
