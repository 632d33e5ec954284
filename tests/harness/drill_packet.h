/* drill_packet.h: packets as scripts write them, and as octets.
 *
 * A script counts from 0 where the connection counts from its initial sequence numbers; struct drill_numbers says what
 * the zeroes stand for. Nothing of the stack's own code is used here: a mistake that both made would hide itself.
 *
 *     length = drill_packet_build(&line->packet, &ends, &numbers, octets);     a line of a script becomes octets
 *     drill_packet_read(octets, length, true, &seen);                          octets become what a line could say
 *     drill_packet_relative(&seen.packet, &numbers);
 *     drill_packet_differs(&line->packet, &seen.packet, why)
 */
#ifndef HARNESS_DRILL_PACKET_H
#define HARNESS_DRILL_PACKET_H

#include "harness/drill_script.h"

struct drill_numbers {
    uint32_t ours, theirs; /* ISS, IRS */
    uint32_t stamp;        /* the first TSval that we sent */
    uint64_t cookie;       /* the first Fast Open cookie that we gave; 0: none */
};

struct drill_ends {
    struct lucid_sockaddr local, peer;
};

/* A packet that was read, and what the notation has no word for. */
struct drill_seen {
    struct drill_packet packet;
    struct drill_ends ends;
    const uint8_t *payload; /* of TCP, UDP, echo */
    uint32_t payload_length;
    uint32_t raw_seq;             /* as on the wire */
    struct drill_numbers numbers; /* by which the packet was made relative */
};

#define DRILL_PACKET_TEXT 512

/* A Fast Open cookie of ours in it, of 8 octets, as a number; 0: none. */
uint64_t drill_packet_cookie(struct drill_packet *packet);

/* The octet at a place of a stream: 0 is the first octet of data. Both directions have streams of their own. */
uint8_t drill_octet(bool outbound, uint32_t place);
void drill_octets(bool outbound, uint32_t place, uint8_t *to, size_t length);

/* Where the payload of a TCP segment with relative numbers stands in its stream. */
uint32_t drill_packet_place(const struct drill_packet *packet);

/* Makes octets (room for LUCID_PACKET_MAX of them) of a line; its numbers are relative. Returns how many, or 0: the
 * line cannot be said in this family. */
size_t drill_packet_build(const struct drill_packet *packet, const struct drill_ends *ends,
                          const struct drill_numbers *numbers, uint8_t *to);

/* Reads octets; numbers stay as on the wire. False: it is no packet that the notation can write. */
bool drill_packet_read(const uint8_t *octets, size_t length, bool outbound, struct drill_seen *seen);

/* From numbers on the wire to numbers of a script, and back. */
void drill_packet_relative(struct drill_packet *packet, const struct drill_numbers *numbers);
void drill_packet_absolute(struct drill_packet *packet, const struct drill_numbers *numbers);

/* True when the actual packet is not what the line says; why gets the first difference. Both relative. */
bool drill_packet_differs(const struct drill_packet *expected, const struct drill_packet *actual,
                          char why[DRILL_PACKET_TEXT]);

/* Writes a packet in the notation. Returns text. */
char *drill_packet_print(const struct drill_packet *packet, char text[DRILL_PACKET_TEXT]);

/* Options as octets, and back; their numbers are left as they are. Returns the octets, not padded. */
size_t drill_options_build(const struct drill_options *options, uint8_t to[DRILL_OPTION_OCTETS]);
void drill_options_read(const uint8_t *octets, size_t length, struct drill_options *options);

/* The checksum of RFC 1071 over octets, begun with a sum of what came before. */
uint16_t drill_checksum(uint32_t sum, const uint8_t *octets, size_t length);
/* The sum of a pseudo-header (RFC 9293 3.1, RFC 8200 8.1). */
uint32_t drill_pseudo_sum(const struct lucid_addr *source, const struct lucid_addr *destination, uint8_t protocol,
                          size_t length);

#endif
