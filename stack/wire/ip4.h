/* ip4.h: the IPv4 header, RFC 791 3.1, as a struct and as octets.
 *
 * Pure functions: octets in, struct out, and back. What is checked here is only what makes the header readable
 * (version, lengths, checksum: RFC 1122 3.2.1.1, 3.2.1.2). Whether the packet is for us is decided in ip/.
 */
#ifndef WIRE_IP4_H
#define WIRE_IP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lucid/info.h"

#define IP4_HEADER 20     /* octets without options */
#define IP4_HEADER_MAX 60 /* octets with options */

struct ip4_header {
    struct lucid_addr source, destination;
    uint16_t total_length; /* octets, header included */
    uint16_t id;
    uint16_t fragment_offset; /* octets */
    bool dont_fragment, more_fragments;
    uint8_t ttl, protocol, tos;
    uint8_t header_length; /* octets */
};

/* Reads the header of the packet of length octets; what lies beyond total_length is not part of it. After
 * LUCID_DROP_NONE: 20 <= header_length <= total_length <= length. Options are not looked at. */
enum lucid_drop ip4_parse(const uint8_t *packet, size_t length, struct ip4_header *out);

/* The same for the first octets of a packet that an ICMP error quotes: the packet may have been longer than the quote,
 * so its total length and its checksum are not judged. After LUCID_DROP_NONE: 20 <= header_length <= length. */
enum lucid_drop ip4_parse_quote(const uint8_t *quote, size_t length, struct ip4_header *out);

/* Walks the options (length: header_length - 20 octets behind the fixed part) to their end, RFC 791 3.1. Returns
 * length, or the offset of the first one that cannot be. */
size_t ip4_bad_option(const uint8_t *options, size_t length);

/* Makes the header of a first fragment, options included, that of the whole packet: length, no fragment, checksum.
 * header_length: octets. payload: octets of the whole. tos: bits to be set in the type of service. Returns
 * header_length, or 0 when the packet would be too long. */
uint32_t ip4_whole(uint8_t *to, const uint8_t *header, uint32_t header_length, uint32_t payload, uint8_t tos);

/* Writes the header of a fragment, after that of the whole, which has no options. offset, length: octets of its
 * payload. Returns 20. */
uint32_t ip4_part(uint8_t *to, const uint8_t *whole, uint32_t id, uint32_t offset, uint32_t length, bool more);

/* Writes a header without options, with its checksum; header->header_length is ignored. Returns 20. */
size_t ip4_build(uint8_t *to, const struct ip4_header *header);

#endif
