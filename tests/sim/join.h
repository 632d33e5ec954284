/* join.h: what a device with receive offload does: TCP segments that follow each other become one packet.
 *
 * Only whole segments of one connection, in order, of one size but for the last, with the same header otherwise; a
 * sender's PSH or FIN ends the packet. Sums are trusted then: only packets that nobody has damaged are joined.
 */
#ifndef SIM_JOIN_H
#define SIM_JOIN_H

#include "sim/wires.h"

/* Writes packet, and as many of those behind it as join, to room for LUCID_PACKET_MAX octets. Returns how many there
 * are, and sets *length and *size, that of a segment's data. 0: it joins with none, nothing was written. */
unsigned join_segments(const struct wires_packet *packet, uint8_t *to, size_t *length, uint16_t *size);

#endif
