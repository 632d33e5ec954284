/* live_packets.h: the packets of a connection, as many as there is room for: the first ones, with the handshake and
 * the first request, and the latest ones; what was in between is counted.
 *
 * They are kept as the wire shows them, cut and with their checksums, and can be written as a capture file.
 */
#ifndef LIVE_PACKETS_H
#define LIVE_PACKETS_H

#include <sys/queue.h>

#include "common/text.h"
#include "lucid/lucid.h"

/* Octets that are kept of each part. */
enum { LIVE_PACKETS_FIRST = 49152, LIVE_PACKETS_LATEST = 81920 };

struct live_packet {
    TAILQ_ENTRY(live_packet) next;
    lucid_time at;
    uint32_t length;
    uint8_t octets[];
};
TAILQ_HEAD(live_packet_list, live_packet);

struct live_packets {
    struct live_packet_list first, latest;
    size_t first_octets, latest_octets;
    unsigned kept, missing; /* packets */
};

/* All zero octets and this. */
void live_packets_begin(struct live_packets *packets);
void live_packets_end(struct live_packets *packets);

/* Keeps a wire packet. */
void live_packets_add(struct live_packets *packets, lucid_time at, const void *octets, size_t length);

/* Writes a capture file: nanosecond stamps, link type raw IP. epoch: nanoseconds from 1970 to the zero of the time. */
void live_packets_write(const struct live_packets *packets, uint64_t epoch, struct text *file);

#endif
