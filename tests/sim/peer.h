/* peer.h: a peer that a test plays by hand: what it knows of the stack is what the stack's own segments have shown. */
#ifndef SIM_PEER_H
#define SIM_PEER_H

#include "lucid/lucid.h"

#define PEER_QUOTE 64 /* octets of a packet that it remembers, for an ICMP error to quote */

struct peer {
    struct lucid_sockaddr own, stack; /* its end, and the stack's */
    uint32_t ack, edge; /* RCV.NXT of the stack by its latest ACK, and the right edge of its window (unscaled) */
    uint32_t sent;      /* behind what the latest segment held */
    uint8_t quote[PEER_QUOTE];
    size_t quoted;
};

/* The stack sent this TCP packet, whose segment begins at transport. What is for another port is none of the
 * peer's business. */
void peer_sees(struct peer *peer, const uint8_t *octets, size_t length, size_t transport);

#endif
