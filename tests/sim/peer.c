/* peer.c: see peer.h. */
#include "sim/peer.h"

#include <string.h>

#include "lucid/trace.h"

static uint32_t read16(const uint8_t *from) {
    return (uint32_t)from[0] << 8 | from[1];
}

static uint32_t read32(const uint8_t *from) {
    return read16(from) << 16 | read16(from + 2);
}

void peer_sees(struct peer *peer, const uint8_t *octets, size_t length, size_t transport) {
    const uint8_t *segment = octets + transport;
    uint8_t flags = segment[13];
    uint32_t payload = (uint32_t)(length - transport) - (segment[12] >> 4) * 4u;
    if (read16(segment + 2) != peer->own.port) {
        return;
    }
    peer->stack.port = (uint16_t)read16(segment);
    peer->sent = read32(segment + 4) + payload + ((flags & LUCID_SYN) != 0) + ((flags & LUCID_FIN) != 0);
    if (flags & LUCID_ACK) {
        peer->ack = read32(segment + 8);
        peer->edge = peer->ack + read16(segment + 14);
    }
    peer->quoted = length < PEER_QUOTE ? length : PEER_QUOTE;
    memcpy(peer->quote, octets, peer->quoted);
}
