/* segment.h: what segment.c shares beside the public lucid_segment_packet(). */
#ifndef TUN_SEGMENT_H
#define TUN_SEGMENT_H

#include "lucid/lucid.h"

/* Copies all slices of a packet, one behind the other, to room for LUCID_PACKET_MAX octets. False: they do not add
 * up to packet->length, or that is 0 or too long. */
bool packet_gather(const struct lucid_packet *packet, uint8_t *to);

#endif
