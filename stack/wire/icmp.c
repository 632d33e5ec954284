/* icmp.c: the first eight octets of ICMP and ICMPv6 messages. See icmp.h.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+-------------------------------+
 *  0 |     type      |     code      |           checksum            |
 *  4 |                        rest, by type                          |
 *    +---------------------------------------------------------------+
 */
#include "wire/icmp.h"

#include "base/bytes.h"

enum lucid_drop icmp_parse(const uint8_t *message, size_t length, struct icmp_header *out) {
    if (length < ICMP_HEADER) {
        return LUCID_DROP_ICMP_SHORT;
    }
    out->type = message[0];
    out->code = message[1];
    out->checksum = get16(message + ICMP_CHECKSUM_AT);
    out->rest = get32(message + 4);
    return LUCID_DROP_NONE;
}

size_t icmp_build(uint8_t *to, const struct icmp_header *header) {
    to[0] = header->type;
    to[1] = header->code;
    put16(to + ICMP_CHECKSUM_AT, header->checksum);
    put32(to + 4, header->rest);
    return ICMP_HEADER;
}
