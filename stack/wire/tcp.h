/* tcp.h: the TCP header, RFC 9293 3.1, as a struct and as octets.
 *
 * Pure functions. The checksum is neither verified nor computed here: see base/checksum.h and wire/pseudo.h; the
 * options behind the first 20 octets are read and written by wire/tcp_options.h.
 */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include <stddef.h>
#include <stdint.h>

#include "base/seq32.h"
#include "lucid/info.h"

#define TCP_HEADER 20     /* octets without options */
#define TCP_HEADER_MAX 60 /* octets with options */
#define TCP_PROTOCOL 6
#define TCP_CHECKSUM_AT 16 /* offset of the checksum field */

struct tcp_header {
    uint16_t source_port, destination_port;
    struct seq32 seq, ack;
    uint8_t header_length; /* octets, a multiple of 4 */
    uint8_t flags;         /* OR of enum lucid_flag of lucid/trace.h */
    uint16_t window;       /* as it stands on the wire, not scaled; MUST-1: without a sign */
    uint16_t checksum, urgent;
};

/* Reads the header of a segment of length octets. The reserved bits are ignored (RFC 9293 3.1: "must be ignored in
 * received segments"). After LUCID_DROP_NONE: 20 <= header_length <= length. */
enum lucid_drop tcp_header_parse(const uint8_t *segment, size_t length, struct tcp_header *out);

/* Writes the first 20 octets with the data offset of header_length, the checksum as given. Returns 20. */
size_t tcp_header_build(uint8_t *to, const struct tcp_header *header);

#endif
