/* pseudo.h: the pseudo-header that TCP, UDP and ICMPv6 checksums cover beside the segment itself.
 *
 * IPv4: RFC 9293 3.1 (source, destination, zero, protocol, length; 12 octets). IPv6: RFC 8200 8.1 (40 octets). It binds
 * a segment to the addresses it was meant for; it is summed, never sent.
 */
#ifndef WIRE_PSEUDO_H
#define WIRE_PSEUDO_H

#include <stdint.h>

#include "lucid/lucid.h"

/* The sum to go on with in checksum_add(); checksum_fold() of it is what a device wants in the checksum field of a
 * segment that it is to complete. Both addresses are of one family. length: octets of the transport header and its
 * data. */
uint64_t pseudo_header_sum(const struct lucid_addr *source, const struct lucid_addr *destination, uint8_t protocol,
                           uint32_t length);

#endif
