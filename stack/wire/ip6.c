/* ip6.c: the IPv6 header. See ip6.h; the extension headers are in ip6_chain.c.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +-------+---------------+---------------------------------------+
 *  0 |Version| traffic class |              flow label               |
 *    +-------+---------------+-------+---------------+---------------+
 *  4 |        payload length         |  next header  |   hop limit   |
 *    +-------------------------------+---------------+---------------+
 *  8 |                            source                             |
 * 24 |                          destination                          |
 *    +---------------------------------------------------------------+
 */
#include "wire/ip6.h"

#include "base/addr.h"
#include "base/bytes.h"

enum lucid_drop ip6_parse_quote(const uint8_t *packet, size_t length, struct ip6_header *out) {
    if (length < IP6_HEADER) {
        return LUCID_DROP_IP_SHORT;
    }
    uint32_t first = get32(packet);
    if (first >> 28 != 6) {
        return LUCID_DROP_IP_VERSION;
    }
    out->traffic_class = (uint8_t)(first >> 20 & 0xffu);
    out->flow_label = first & 0xfffffu;
    out->payload_length = get16(packet + 4);
    out->next_header = packet[6];
    out->hop_limit = packet[7];
    out->source = addr_from_ip6(packet + 8);
    out->destination = addr_from_ip6(packet + 24);
    return LUCID_DROP_NONE;
}

enum lucid_drop ip6_parse(const uint8_t *packet, size_t length, struct ip6_header *out) {
    enum lucid_drop drop = ip6_parse_quote(packet, length, out);
    if (drop != LUCID_DROP_NONE) {
        return drop;
    }
    return out->payload_length > length - IP6_HEADER ? LUCID_DROP_IP_TOTAL_LENGTH : LUCID_DROP_NONE;
}

uint32_t ip6_whole(uint8_t *to, const uint8_t *headers, uint32_t head, uint32_t named_at, uint32_t payload,
                   uint8_t traffic_class) {
    uint32_t kept = head - IP6_FRAGMENT_HEADER;
    if (kept - IP6_HEADER + payload > UINT16_MAX) {
        return 0;
    }
    copy_octets(to, headers, kept);
    put32(to, get32(to) | (uint32_t)traffic_class << 20);
    put16(to + 4, (uint16_t)(kept - IP6_HEADER + payload));
    to[named_at] = headers[kept];
    return kept;
}

uint32_t ip6_part(uint8_t *to, const uint8_t *whole, uint32_t id, uint32_t offset, uint32_t length, bool more) {
    copy_octets(to, whole, IP6_HEADER);
    put16(to + 4, (uint16_t)(IP6_FRAGMENT_HEADER + length));
    to[6] = IP6_FRAGMENT;
    to[IP6_HEADER] = whole[6];
    to[IP6_HEADER + 1] = 0;
    put16(to + IP6_HEADER + 2, (uint16_t)(offset | (more ? 1u : 0u)));
    put32(to + IP6_HEADER + 4, id);
    return IP6_HEADER + IP6_FRAGMENT_HEADER;
}

size_t ip6_build(uint8_t *to, const struct ip6_header *header) {
    put32(to, UINT32_C(6) << 28 | (uint32_t)header->traffic_class << 20 | (header->flow_label & 0xfffffu));
    put16(to + 4, header->payload_length);
    to[6] = header->next_header;
    to[7] = header->hop_limit;
    copy_octets(to + 8, header->source.octet, 16);
    copy_octets(to + 24, header->destination.octet, 16);
    return IP6_HEADER;
}
