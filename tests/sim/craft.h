/* craft.h: packets of a peer, made by hand, so that a test need not believe the code that it tests.
 *
 *     struct craft craft;
 *     craft_begin(&craft, &source, &destination, 6);        IP header; the transport header begins at craft.transport
 *     craft_tcp(&craft, ...); craft_put(&craft, data, length);
 *     craft_seal(&craft);                                   lengths and checksums
 */
#ifndef SIM_CRAFT_H
#define SIM_CRAFT_H

#include "lucid/lucid.h"

struct craft {
    uint8_t octets[4096];
    size_t length;
    size_t transport; /* offset of what follows the IP header */
    bool ipv4;
};

void craft_begin(struct craft *craft, const struct lucid_addr *source, const struct lucid_addr *destination,
                 uint8_t protocol);

/* Appends octets, as long as there is room. */
void craft_put(struct craft *craft, const void *octets, size_t length);
void craft_put16(struct craft *craft, unsigned value);
void craft_put32(struct craft *craft, uint32_t value);

struct craft_tcp {
    uint16_t source, destination;
    uint32_t seq, ack;
    uint8_t flags;
    uint16_t window, urgent;
    const uint8_t *options;
    uint8_t option_length; /* padded to a multiple of 4 by ends of option list; at most 40 */
};
void craft_tcp(struct craft *craft, const struct craft_tcp *header);

/* Sets length fields, and the checksums of IPv4, TCP, UDP, ICMP and ICMPv6. */
void craft_seal(struct craft *craft);

/* The Internet checksum, RFC 1071, of a packet's transport part with its pseudo-header; 0 when it is right. */
uint16_t craft_checksum(const uint8_t *packet, size_t length, size_t transport);

#endif
