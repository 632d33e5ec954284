/* look.h: what the wire can see of a packet without being one of its ends: addresses, ports, flags, lengths. */
#ifndef LAB_LOOK_H
#define LAB_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lucid/lucid.h"

struct look {
    struct lucid_sockaddr source, destination; /* ports only if it is TCP or UDP */
    bool ip, tcp;
    uint8_t flags;      /* enum lucid_flag */
    uint32_t seq, ack;  /* raw */
    uint16_t window;    /* as it stands there */
    uint32_t transport; /* octets in front of the TCP header */
    uint32_t data;      /* octets in front of the data */
    uint32_t length;    /* octets of data */
};

/* Looks at an IP packet; what cannot be read stays 0. */
struct look look_at(const uint8_t *octets, size_t length);

/* The checksum of RFC 1071 over these octets, beginning with sum. */
uint16_t look_checksum(uint32_t sum, const uint8_t *octets, size_t length);

uint16_t look_get16(const uint8_t *at);
uint32_t look_get32(const uint8_t *at);
void look_put16(uint8_t *at, uint16_t value);
void look_put32(uint8_t *at, uint32_t value);

#endif
