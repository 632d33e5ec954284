/* udp.h: the UDP header, RFC 768, as a struct and as octets. */
#ifndef WIRE_UDP_H
#define WIRE_UDP_H

#include <stddef.h>
#include <stdint.h>

#include "lucid/info.h"

#define UDP_HEADER 8
#define UDP_PROTOCOL 17
#define UDP_CHECKSUM_AT 6 /* offset of the checksum field */

struct udp_header {
    uint16_t source_port, destination_port;
    uint16_t length;   /* octets, header included */
    uint16_t checksum; /* as it stands on the wire; 0: none */
};

/* Reads the header of a datagram of length octets. After LUCID_DROP_NONE: 8 <= out->length <= length. */
enum lucid_drop udp_parse(const uint8_t *datagram, size_t length, struct udp_header *out);

/* Writes the header, the checksum as given. Returns 8. */
size_t udp_build(uint8_t *to, const struct udp_header *header);

#endif
