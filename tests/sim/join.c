/* join.c: see join.h. */
#include "sim/join.h"

#include <string.h>

#include "lucid/trace.h"

struct piece {
    const uint8_t *octets;
    size_t transport, data, length; /* offsets of the TCP header and of its data; of all */
    uint32_t seq;
    uint8_t flags;
};

static uint32_t read32(const uint8_t *from) {
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* False: it is no segment with data that may be joined. */
static bool read_piece(const struct wires_packet *packet, struct piece *piece) {
    const uint8_t *octets = packet->octets;
    bool ipv4 = packet->length >= 40 && octets[0] == 0x45;
    bool ipv6 = packet->length >= 60 && octets[0] >> 4 == 6;
    if (packet->damaged || !(ipv4 || ipv6) || (ipv4 ? octets[9] : octets[6]) != 6) {
        return false;
    }
    *piece = (struct piece){.octets = octets, .transport = ipv4 ? 20 : 40, .length = packet->length};
    size_t told = ipv4 ? (size_t)(octets[2] << 8 | octets[3]) : (size_t)(octets[4] << 8 | octets[5]) + 40;
    piece->data = piece->transport + (octets[piece->transport + 12] >> 4) * 4u;
    piece->seq = read32(octets + piece->transport + 4);
    piece->flags = octets[piece->transport + 13];
    bool fragment = ipv4 && (octets[6] & 0x3f || octets[7]);
    bool plain = !(piece->flags & (LUCID_SYN | LUCID_RST | LUCID_URG | LUCID_ECE | LUCID_CWR));
    return plain && !fragment && told == packet->length && piece->data < piece->length;
}

/* Addresses, ports, acknowledgment, window and options are the same. */
static bool same_header(const struct piece *a, const struct piece *b) {
    const uint8_t *one = a->octets + a->transport, *other = b->octets + b->transport;
    size_t addresses = a->transport == 20 ? 12 : 8, count = a->transport == 20 ? 8 : 32;
    bool traffic = a->octets[0] == b->octets[0] && a->octets[1] == b->octets[1];
    return a->transport == b->transport && a->data == b->data && traffic &&
           memcmp(a->octets + addresses, b->octets + addresses, count) == 0 && memcmp(one, other, 4) == 0 &&
           memcmp(one + 8, other + 8, 5) == 0 && memcmp(one + 14, other + 14, 2) == 0 &&
           memcmp(one + 20, other + 20, a->data - a->transport - 20) == 0;
}

static void set_length(uint8_t *to, size_t transport, size_t length) {
    size_t told = transport == 20 ? length : length - 40, at = transport == 20 ? 2 : 4;
    to[at] = (uint8_t)(told >> 8);
    to[at + 1] = (uint8_t)told;
    if (transport == 20) { /* the header's own sum is never trusted */
        uint32_t sum = 0;
        to[10] = to[11] = 0;
        for (unsigned i = 0; i < 20; i += 2) {
            sum += (uint32_t)to[i] << 8 | to[i + 1];
        }
        sum = (sum & 0xffff) + (sum >> 16);
        sum = ~((sum & 0xffff) + (sum >> 16));
        to[10] = (uint8_t)(sum >> 8);
        to[11] = (uint8_t)sum;
    }
}

unsigned join_segments(const struct wires_packet *packet, uint8_t *to, size_t *length, uint16_t *size) {
    struct piece first, next;
    unsigned count = 1;
    if (!read_piece(packet, &first) || first.flags & (LUCID_FIN | LUCID_PSH)) {
        return 0;
    }
    size_t whole = first.length - first.data;
    *length = first.length;
    memcpy(to, first.octets, first.length);
    for (const struct wires_packet *at = packet->next; at && read_piece(at, &next); at = at->next) {
        size_t data = next.length - next.data;
        bool follows = next.seq == first.seq + (uint32_t)(*length - first.data);
        if (!follows || !same_header(&first, &next) || data > whole || *length + data > LUCID_PACKET_MAX) {
            break;
        }
        memcpy(to + *length, next.octets + next.data, data);
        *length += data;
        count++;
        to[first.transport + 13] |= next.flags;
        if (data < whole || next.flags & (LUCID_FIN | LUCID_PSH)) {
            break;
        }
    }
    set_length(to, first.transport, *length);
    *size = (uint16_t)whole;
    return count > 1 ? count : 0;
}
