/* tcp.c: TCP headers. See tcp.h.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +-------------------------------+-------------------------------+
 *  0 |          source port          |       destination port        |
 *    +-------------------------------+-------------------------------+
 *  4 |                        sequence number                        |
 *  8 |                     acknowledgment number                     |
 *    +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * 12 | data  |       |C|E|U|A|P|R|S|F|                               |
 *    | offset|   0   |W|C|R|C|S|S|Y|I|            window             |
 *    |       |       |R|E|G|K|H|T|N|N|                               |
 *    +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * 16 |           checksum            |        urgent pointer         |
 *    +-------------------------------+-------------------------------+
 * 20 |                 options, if the offset is above 5             |
 */
#include "wire/tcp.h"

#include "base/bytes.h"

enum lucid_drop tcp_header_parse(const uint8_t *segment, size_t length, struct tcp_header *out) {
    if (length < TCP_HEADER) {
        return LUCID_DROP_TCP_SHORT;
    }
    out->source_port = get16(segment);
    out->destination_port = get16(segment + 2);
    out->seq = seq32(get32(segment + 4));
    out->ack = seq32(get32(segment + 8));
    out->header_length = (uint8_t)(segment[12] / 16u * 4u);
    out->flags = segment[13];
    out->window = get16(segment + 14);
    out->checksum = get16(segment + TCP_CHECKSUM_AT);
    out->urgent = get16(segment + 18);
    if (out->header_length < TCP_HEADER || out->header_length > length) {
        return LUCID_DROP_TCP_OFFSET;
    }
    return LUCID_DROP_NONE;
}

size_t tcp_header_build(uint8_t *to, const struct tcp_header *header) {
    put16(to, header->source_port);
    put16(to + 2, header->destination_port);
    put32(to + 4, header->seq.v);
    put32(to + 8, header->ack.v);
    to[12] = (uint8_t)(header->header_length / 4u * 16u);
    to[13] = header->flags;
    put16(to + 14, header->window);
    put16(to + TCP_CHECKSUM_AT, header->checksum);
    put16(to + 18, header->urgent);
    return TCP_HEADER;
}
