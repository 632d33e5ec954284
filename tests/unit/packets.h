/* packets.h: packets made by hand, so that a test does not read with the same code that wrote. */
#ifndef PACKETS_H
#define PACKETS_H

#include "lucid/lucid.h"
#include "unit.h"

static inline struct lucid_addr address(const char *text) {
    struct lucid_addr addr;
    if (lucid_addr_parse(text, &addr) != 0) {
        ck_abort_msg("%s is not an address", text);
    }
    return addr;
}

static inline void set16(uint8_t *to, unsigned value) {
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static inline void set32(uint8_t *to, uint32_t value) {
    set16(to, value >> 16);
    set16(to + 2, value & 0xffff);
}

/* RFC 1071 1, literally. */
static inline unsigned slow_sum(unsigned sum, const uint8_t *octets, size_t length) {
    for (size_t i = 0; i < length; i++) {
        sum += i % 2 == 0 ? (unsigned)octets[i] << 8 : octets[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static inline bool is_ip4(const char *text) {
    return strchr(text, ':') == NULL;
}

/* The sum of a pseudo-header. */
static inline unsigned slow_pseudo(const char *source, const char *destination, uint8_t protocol, size_t length) {
    uint8_t octets[40] = {0};
    struct lucid_addr from = address(source), to = address(destination);
    size_t skip = is_ip4(source) ? 12 : 0;
    memcpy(octets + skip, from.octet + skip, 16 - skip);
    memcpy(octets + 16 + skip, to.octet + skip, 16 - skip);
    set32(octets + 32, (uint32_t)length);
    octets[39] = protocol;
    return slow_sum(0, octets, sizeof octets);
}

struct packet {
    uint8_t octets[65535 + 60];
    size_t length;  /* of the whole packet */
    size_t payload; /* offset of what lies behind the IP header */
};

/* Puts the right checksum over an IPv4 header. */
static inline void seal_ip4(struct packet *packet) {
    size_t header = (size_t)(packet->octets[0] & 15) * 4;
    set16(packet->octets + 10, 0);
    set16(packet->octets + 10, ~slow_sum(0, packet->octets, header) & 0xffff);
}

/* Makes an IP packet around a payload. */
static inline void make_packet(struct packet *packet, const char *source, const char *destination, uint8_t protocol,
                               const void *payload, size_t length) {
    struct lucid_addr from = address(source), to = address(destination);
    uint8_t *octets = packet->octets;
    packet->payload = is_ip4(source) ? 20 : 40;
    packet->length = packet->payload + length;
    memset(octets, 0, packet->payload);
    memcpy(octets + packet->payload, payload, length);
    if (!is_ip4(source)) {
        octets[0] = 0x60;
        set16(octets + 4, (unsigned)length);
        octets[6] = protocol;
        octets[7] = 64;
        memcpy(octets + 8, from.octet, 16);
        memcpy(octets + 24, to.octet, 16);
        return;
    }
    octets[0] = 0x45;
    set16(octets + 2, (unsigned)packet->length);
    octets[8] = 64;
    octets[9] = protocol;
    memcpy(octets + 12, from.octet + 12, 4);
    memcpy(octets + 16, to.octet + 12, 4);
    seal_ip4(packet);
}

/* The same with a transport checksum at offset `at` of the payload. ICMP over IPv4 has no pseudo-header. */
static inline void make_sealed(struct packet *packet, const char *source, const char *destination, uint8_t protocol,
                               void *payload, size_t length, size_t at) {
    unsigned sum = protocol == 1 ? 0 : slow_pseudo(source, destination, protocol, length);
    set16((uint8_t *)payload + at, 0);
    set16((uint8_t *)payload + at, ~slow_sum(sum, payload, length) & 0xffff);
    make_packet(packet, source, destination, protocol, payload, length);
}

#endif
