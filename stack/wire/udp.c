/* udp.c: UDP headers. See udp.h.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +-------------------------------+-------------------------------+
 *  0 |          source port          |       destination port        |
 *  4 |            length             |           checksum            |
 *    +-------------------------------+-------------------------------+
 */
#include "wire/udp.h"

#include "base/bytes.h"

enum lucid_drop udp_parse(const uint8_t *datagram, size_t length, struct udp_header *out) {
    if (length < UDP_HEADER) {
        return LUCID_DROP_UDP_SHORT;
    }
    out->source_port = get16(datagram);
    out->destination_port = get16(datagram + 2);
    out->length = get16(datagram + 4);
    out->checksum = get16(datagram + UDP_CHECKSUM_AT);
    return out->length < UDP_HEADER || out->length > length ? LUCID_DROP_UDP_SHORT : LUCID_DROP_NONE;
}

size_t udp_build(uint8_t *to, const struct udp_header *header) {
    put16(to, header->source_port);
    put16(to + 2, header->destination_port);
    put16(to + 4, header->length);
    put16(to + UDP_CHECKSUM_AT, header->checksum);
    return UDP_HEADER;
}
