/* cutting.c: see cutting.h. */
#include "ip/cutting.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "ip/ip.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

/* Fragments over IPv6 are as long as every link takes (RFC 8200 5): no router could cut them further, and the path MTU
 * of datagrams is not kept. Routers may cut those over IPv4. */
#define IP6_FRAGMENT_MAX 1280u

#define UNIT 8u /* octets: offsets are multiples of it */

bool cutting_needed(const struct env *env, uint32_t length) {
    return length > env->config.mtu;
}

static bool is_ip4(const struct datagram *datagram) {
    return datagram->octets[0] / 16u == 4;
}

void cutting_begin(struct ip *ip) {
    const struct datagram *whole = ip->leaving;
    struct cutting *cutting = &ip->cutting;
    cutting->next = 0;
    if (is_ip4(whole)) {
        struct ip4_header header;
        ip4_parse_quote(whole->octets, whole->length, &header);
        cutting->left = whole->length - IP4_HEADER;
        cutting->id = ident_next(&ip->ident, &header.source, &header.destination, header.protocol);
        return;
    }
    struct ip6_header header;
    ip6_parse_quote(whole->octets, whole->length, &header);
    cutting->left = whole->length - IP6_HEADER;
    cutting->id = ident_next(&ip->ident, &header.source, &header.destination, header.next_header);
}

/* Octets of payload in a full fragment. */
static uint32_t room(const struct ip *ip, bool ip4) {
    uint32_t mtu = ip->env->config.mtu;
    uint32_t octets = ip4 ? mtu - IP4_HEADER : min_u32(mtu, IP6_FRAGMENT_MAX) - IP6_HEADER - IP6_FRAGMENT_HEADER;
    return octets - octets % UNIT;
}

void cutting_output(struct ip *ip, struct lucid_packet *out) {
    const uint8_t *whole = ip->leaving->octets;
    struct cutting *cutting = &ip->cutting;
    bool ip4 = is_ip4(ip->leaving);
    uint32_t length = min_u32(cutting->left, room(ip, ip4));
    bool more = length < cutting->left;
    uint32_t head = ip4 ? ip4_part(out->head, whole, cutting->id, cutting->next, length, more)
                        : ip6_part(out->head, whole, cutting->id, cutting->next, length, more);
    out->slice[0] = (struct lucid_slice){out->head, head};
    out->slice[1] = (struct lucid_slice){whole + (ip4 ? IP4_HEADER : IP6_HEADER) + cutting->next, length};
    out->slices = 2;
    out->length = head + length;
    out->id = ++ip->env->packets_named;
    out->segment_size = 0;
    out->header_length = (uint16_t)head;
    out->checksum_start = 0;
    out->checksum_offset = 0;
    out->checksum = LUCID_CHECKSUM_FULL;
    out->chunk = NULL;
    cutting->next += length;
    cutting->left -= length;
    ip->env->stats.fragments_out++;
}
