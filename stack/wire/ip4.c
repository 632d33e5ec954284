/* ip4.c: IPv4 headers. See ip4.h.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +-------+-------+---------------+-------------------------------+
 *  0 |Version|  IHL  |type of service|         total length          |
 *    +-------+-------+---------------+-----+-------------------------+
 *  4 |        identification         |0 D M|     fragment offset     |
 *    +---------------+---------------+-----+-------------------------+
 *  8 | time to live  |   protocol    |        header checksum        |
 *    +---------------+---------------+-------------------------------+
 * 12 |                            source                             |
 * 16 |                          destination                          |
 * 20 |                    options, if IHL is above 5                 |
 */
#include "wire/ip4.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "base/checksum.h"

#define DONT_FRAGMENT 0x4000u
#define MORE_FRAGMENTS 0x2000u
#define OFFSET_MASK 0x1fffu /* in units of 8 octets */

#define OPTION_END 0
#define OPTION_NOP 1

/* RFC 1122 3.2.1.1: another version than 4 is none of our business. */
enum lucid_drop ip4_parse_quote(const uint8_t *packet, size_t length, struct ip4_header *out) {
    if (length < IP4_HEADER) {
        return LUCID_DROP_IP_SHORT;
    }
    if (packet[0] / 16u != 4) {
        return LUCID_DROP_IP_VERSION;
    }
    uint32_t fragment = get16(packet + 6);
    out->header_length = (uint8_t)(packet[0] % 16u * 4u);
    out->tos = packet[1];
    out->total_length = get16(packet + 2);
    out->id = get16(packet + 4);
    out->dont_fragment = (fragment & DONT_FRAGMENT) != 0;
    out->more_fragments = (fragment & MORE_FRAGMENTS) != 0;
    out->fragment_offset = (uint16_t)((fragment & OFFSET_MASK) * 8u);
    out->ttl = packet[8];
    out->protocol = packet[9];
    out->source = addr_from_ip4(packet + 12);
    out->destination = addr_from_ip4(packet + 16);
    if (out->header_length < IP4_HEADER || out->header_length > length) {
        return LUCID_DROP_IP_HEADER_LENGTH;
    }
    return LUCID_DROP_NONE;
}

enum lucid_drop ip4_parse(const uint8_t *packet, size_t length, struct ip4_header *out) {
    enum lucid_drop drop = ip4_parse_quote(packet, length, out);
    if (drop != LUCID_DROP_NONE) {
        return drop;
    }
    if (out->total_length < out->header_length || out->total_length > length) {
        return LUCID_DROP_IP_TOTAL_LENGTH;
    }
    if (checksum_finish(checksum_add(0, packet, out->header_length)) != 0) {
        return LUCID_DROP_IP_CHECKSUM; /* RFC 1122 3.2.1.2 */
    }
    return LUCID_DROP_NONE;
}

size_t ip4_bad_option(const uint8_t *options, size_t length) {
    size_t at = 0;
    while (at < length && options[at] != OPTION_END) {
        if (options[at] == OPTION_NOP) {
            at++;
            continue;
        }
        if (length - at < 2 || options[at + 1] < 2 || options[at + 1] > length - at) {
            return at;
        }
        at += options[at + 1];
    }
    return length;
}

uint32_t ip4_whole(uint8_t *to, const uint8_t *header, uint32_t header_length, uint32_t payload, uint8_t tos) {
    if (header_length + payload > UINT16_MAX) {
        return 0;
    }
    copy_octets(to, header, header_length);
    to[1] |= tos;
    put16(to + 2, (uint16_t)(header_length + payload));
    put16(to + 6, 0);
    put16(to + 10, 0);
    put16(to + 10, checksum_finish(checksum_add(0, to, header_length)));
    return header_length;
}

uint32_t ip4_part(uint8_t *to, const uint8_t *whole, uint32_t id, uint32_t offset, uint32_t length, bool more) {
    copy_octets(to, whole, IP4_HEADER);
    put16(to + 2, (uint16_t)(IP4_HEADER + length));
    put16(to + 4, (uint16_t)id);
    put16(to + 6, (uint16_t)(offset / 8u | (more ? MORE_FRAGMENTS : 0u)));
    put16(to + 10, 0);
    put16(to + 10, checksum_finish(checksum_add(0, to, IP4_HEADER)));
    return IP4_HEADER;
}

size_t ip4_build(uint8_t *to, const struct ip4_header *header) {
    uint32_t fragment = header->fragment_offset / 8u;
    fragment |= header->dont_fragment ? DONT_FRAGMENT : 0u;
    fragment |= header->more_fragments ? MORE_FRAGMENTS : 0u;
    to[0] = 0x45;
    to[1] = header->tos;
    put16(to + 2, header->total_length);
    put16(to + 4, header->id);
    put16(to + 6, (uint16_t)fragment);
    to[8] = header->ttl;
    to[9] = header->protocol;
    put16(to + 10, 0);
    copy_octets(to + 12, addr_ip4(&header->source), 4);
    copy_octets(to + 16, addr_ip4(&header->destination), 4);
    put16(to + 10, checksum_finish(checksum_add(0, to, IP4_HEADER)));
    return IP4_HEADER;
}
