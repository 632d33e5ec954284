/* ends.c: from which end to which a packet goes, without a word about whether it is any good. */
#include "lucid/host.h"

#include <string.h>

enum { IP6_HEADER = 40, TCP_HEADER = 20, TCP_PROTOCOL = 6, FRAGMENT = 0x3fff };

static uint16_t read16(const uint8_t *from) {
    return (uint16_t)(from[0] << 8 | from[1]);
}

static bool has_tcp(const uint8_t *octets, size_t length, size_t tcp, bool ipv4) {
    return length >= tcp + TCP_HEADER && octets[ipv4 ? 9 : 6] == TCP_PROTOCOL &&
           (!ipv4 || (read16(octets + 6) & FRAGMENT) == 0);
}

int lucid_packet_ends(const struct lucid_packet *packet, struct lucid_sockaddr *source,
                      struct lucid_sockaddr *destination) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    const uint8_t *octets = packet->slice[0].data;
    size_t length = packet->slice[0].length;
    struct lucid_sockaddr *ends[] = {source, destination};
    bool ipv4 = length > 0 && octets[0] >> 4 == 4;
    size_t tcp = ipv4 ? (size_t)(octets[0] & 15u) * 4 : IP6_HEADER;
    if (packet->slices == 0 || !has_tcp(octets, length, tcp, ipv4)) {
        return -LUCID_EINVAL;
    }
    for (unsigned i = 0; i < 2; i++) {
        memcpy(ends[i]->addr.octet, ipv4 ? mapped : octets + 8 + 16 * i, sizeof mapped);
        memcpy(ends[i]->addr.octet + 12, ipv4 ? octets + 12 + 4 * i : octets + 20 + 16 * i, 4);
        ends[i]->port = read16(octets + tcp + 2 * i);
    }
    return octets[tcp + 13];
}
