/* segment.c: does in software what a device does with a packet that was left for it to finish: it completes the
 * checksum and cuts TCP into segments. Used where wire packets are needed as they are: links with faults, capture
 * files, pairs of stacks.
 *
 * As in the device, the pseudo-header's part of a checksum is taken from the field, not computed again: a wrong
 * one gives a wrong checksum on the wire, and is seen there. Each segment gets (as Linux does it,
 * net/ipv4/tcp_offload.c):
 *
 *     IPv4       total length, identification + 1, header checksum        RFC 791 3.1
 *     IPv6       payload length                                           RFC 8200 3
 *     TCP        sequence number, checksum                                RFC 9293 3.1
 *                FIN and PSH on the last one only; CWR on the first only  RFC 3168 6.1.2
 *
 * This is the slow path: everything is copied. Lengths inside the packet are believed only when they agree with
 * packet->length; a total length of 0 agrees with all that 16 bits cannot tell (LUCID_OFFLOAD_LARGE4).
 */
#include "segment.h"

#include "lucid/host.h"

#include <string.h>

enum {
    IP4_HEADER = 20,
    IP6_HEADER = 40,
    TCP_HEADER = 20,
    UDP_HEADER = 8,
    EXTENSION_HEADER = 8,
};
enum { TCP_PROTOCOL = 6, UDP_PROTOCOL = 17, HOP_BY_HOP = 0, ROUTING = 43, DESTINATION_OPTIONS = 60 };
enum { TCP_FLAGS_AT = 13, TCP_CHECKSUM_AT = 16, UDP_CHECKSUM_AT = 6, IP4_CHECKSUM_AT = 10 };

/* A packet, and where its parts are. Its first LUCID_PACKET_MAX octets are in one piece of memory, headers at least. */
struct frame {
    uint8_t *octets;
    size_t length;
    bool ip4;
    uint8_t protocol;
    size_t transport; /* offset of the TCP or UDP header */
    size_t payload;   /* offset of what follows it */
    size_t checksum;  /* offset of its checksum */
};

static uint16_t read16(const uint8_t *from) {
    return (uint16_t)(from[0] << 8 | from[1]);
}

static void write16(uint8_t *to, size_t value) {
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

/* RFC 1071: adds 16-bit words; an odd last octet counts as if a zero followed. Folded by fold(). */
static uint64_t add_octets(uint64_t sum, const uint8_t *octets, size_t length) {
    for (size_t i = 0; i + 1 < length; i += 2) {
        sum += read16(octets + i);
    }
    return length % 2 ? sum + ((uint64_t)octets[length - 1] << 8) : sum;
}

static uint16_t fold(uint64_t sum) {
    while (sum > UINT16_MAX) {
        sum = (sum & UINT16_MAX) + (sum >> 16);
    }
    return (uint16_t)sum;
}

/* Copies length octets from offset on; false: the slices have fewer. */
static bool copy_part(const struct lucid_packet *packet, size_t offset, uint8_t *to, size_t length) {
    for (unsigned i = 0; i < packet->slices && length > 0; i++) {
        const struct lucid_slice *slice = &packet->slice[i];
        if (offset >= slice->length) {
            offset -= slice->length;
            continue;
        }
        size_t part = slice->length - offset < length ? slice->length - offset : length;
        memcpy(to, slice->data + offset, part);
        to += part;
        length -= part;
        offset = 0;
    }
    return length == 0;
}

/* ---- where is what ---- */

static bool find_ip4(struct frame *frame) {
    const uint8_t *octets = frame->octets;
    if (frame->length < IP4_HEADER) {
        return false;
    }
    frame->ip4 = true;
    frame->transport = (size_t)(octets[0] & 0x0fu) * 4u;
    frame->protocol = octets[9];
    bool fragment = read16(octets + 6) & 0x3fff; /* more fragments follow, or an offset */
    size_t told = frame->length > UINT16_MAX ? 0 : frame->length;
    return frame->transport >= IP4_HEADER && frame->transport <= frame->length && read16(octets + 2) == told &&
           !fragment;
}

static bool is_extension(uint8_t protocol) {
    return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == DESTINATION_OPTIONS;
}

static bool find_ip6(struct frame *frame) {
    const uint8_t *octets = frame->octets;
    if (frame->length < IP6_HEADER || read16(octets + 4) + (size_t)IP6_HEADER != frame->length) {
        return false;
    }
    frame->ip4 = false;
    frame->transport = IP6_HEADER;
    frame->protocol = octets[6];
    while (is_extension(frame->protocol)) {
        if (frame->length - frame->transport < EXTENSION_HEADER) {
            return false;
        }
        const uint8_t *extension = octets + frame->transport;
        size_t length = ((size_t)extension[1] + 1u) * EXTENSION_HEADER;
        if (length > frame->length - frame->transport) {
            return false;
        }
        frame->protocol = extension[0];
        frame->transport += length;
    }
    return true;
}

static bool find_transport(struct frame *frame) {
    size_t left = frame->length - frame->transport;
    if (frame->protocol == UDP_PROTOCOL && left >= UDP_HEADER) {
        frame->payload = frame->transport + UDP_HEADER;
        frame->checksum = frame->transport + UDP_CHECKSUM_AT;
        return true;
    }
    if (frame->protocol != TCP_PROTOCOL || left < TCP_HEADER) {
        return false;
    }
    size_t header = (size_t)(frame->octets[frame->transport + 12] >> 4) * 4u;
    frame->payload = frame->transport + header;
    frame->checksum = frame->transport + TCP_CHECKSUM_AT;
    return header >= TCP_HEADER && header <= left;
}

/* False: the packet makes no sense, or has neither TCP nor UDP in it. */
static bool frame_find(struct frame *frame) {
    uint8_t version = frame->octets[0] >> 4;
    bool found = version == 4 ? find_ip4(frame) : version == 6 && find_ip6(frame);
    return found && find_transport(frame);
}

/* ---- checksums ---- */

/* The pseudo-header's sum (RFC 9293 3.1, RFC 8200 8.1) for a packet whose checksum field does not hold it. */
static uint16_t pseudo_sum(const struct frame *frame) {
    size_t address = frame->ip4 ? 12 : 8;
    size_t addresses = frame->ip4 ? 8 : 32;
    uint64_t sum = (uint64_t)frame->protocol + (frame->length - frame->transport);
    return fold(add_octets(sum, frame->octets + address, addresses));
}

/* The checksum field holds the pseudo-header's sum; the checksum takes its place. UDP writes 0 as 0xffff, RFC 768. */
static void complete_checksum(struct frame *frame) {
    uint64_t sum = add_octets(0, frame->octets + frame->transport, frame->length - frame->transport);
    uint16_t checksum = (uint16_t)~fold(sum);
    write16(frame->octets + frame->checksum, checksum == 0 && frame->protocol == UDP_PROTOCOL ? UINT16_MAX : checksum);
}

static void seal_ip4(struct frame *frame) {
    write16(frame->octets + IP4_CHECKSUM_AT, 0);
    write16(frame->octets + IP4_CHECKSUM_AT, (uint16_t)~fold(add_octets(0, frame->octets, frame->transport)));
}

/* ---- cutting ---- */

/* Sets what differs in the segment whose payload begins at offset in that of the whole packet. */
static void number_segment(struct frame *segment, const struct frame *whole, size_t offset, unsigned index) {
    uint8_t *ip = segment->octets;
    uint8_t *tcp = segment->octets + segment->transport;
    bool last = offset + (segment->length - segment->payload) == whole->length - whole->payload;
    if (segment->ip4) {
        write16(ip + 2, segment->length);
        write16(ip + 4, (size_t)read16(ip + 4) + index);
        seal_ip4(segment);
    } else {
        write16(ip + 4, segment->length - IP6_HEADER);
    }
    uint32_t seq = ((uint32_t)read16(tcp + 4) << 16 | read16(tcp + 6)) + (uint32_t)offset;
    write16(tcp + 4, seq >> 16);
    write16(tcp + 6, seq);
    unsigned cleared = (last ? 0u : LUCID_FIN | LUCID_PSH) | (index > 0 ? LUCID_CWR : 0u);
    tcp[TCP_FLAGS_AT] &= (uint8_t)~cleared;
    /* In the field's pseudo-header sum, this segment's length takes the place of the whole one's. */
    uint64_t sum = read16(segment->octets + segment->checksum);
    sum += UINT16_MAX - fold(whole->length - whole->transport) + (segment->length - segment->transport);
    write16(segment->octets + segment->checksum, fold(sum));
    complete_checksum(segment);
}

static int cut(const struct frame *whole, const struct lucid_packet *packet,
               void (*sink)(void *user, const uint8_t *octets, size_t length), void *user) {
    uint8_t octets[LUCID_PACKET_MAX];
    size_t payload = whole->length - whole->payload, segment_size = packet->segment_size;
    unsigned count = 0;
    for (size_t offset = 0; offset < payload; offset += segment_size) {
        size_t part = payload - offset < segment_size ? payload - offset : segment_size;
        struct frame segment = *whole;
        segment.octets = octets;
        segment.length = whole->payload + part;
        memcpy(octets, whole->octets, whole->payload);
        copy_part(packet, whole->payload + offset, octets + whole->payload, part);
        number_segment(&segment, whole, offset, count);
        sink(user, octets, segment.length);
        count++;
    }
    return (int)count;
}

/* A segment with SYN or RST cannot be cut. What is cut out of a packet must be one. */
static bool can_be_cut(const struct frame *frame, size_t segment_size) {
    bool fits = frame->length <= LUCID_PACKET_MAX || frame->payload + segment_size <= LUCID_PACKET_MAX;
    return fits && frame->protocol == TCP_PROTOCOL &&
           (frame->octets[frame->transport + TCP_FLAGS_AT] & (LUCID_SYN | LUCID_RST)) == 0;
}

static bool is_long(const struct frame *frame, size_t segment_size) {
    return segment_size > 0 && frame->length - frame->payload > segment_size;
}

/* Do the slices add up to the length, and may a packet be so long? */
static bool adds_up(const struct lucid_packet *packet) {
    size_t left = packet->length, most = packet->segment_size > 0 ? LUCID_PACKET_LARGE : LUCID_PACKET_MAX;
    if (packet->slices > LUCID_PACKET_SLICES || left == 0 || left > most) {
        return false;
    }
    for (unsigned i = 0; i < packet->slices; i++) {
        if (packet->slice[i].length > left) {
            return false;
        }
        left -= packet->slice[i].length;
    }
    return left == 0;
}

bool packet_gather(const struct lucid_packet *packet, uint8_t *to) {
    return adds_up(packet) && packet->length <= LUCID_PACKET_MAX && copy_part(packet, 0, to, packet->length);
}

int lucid_segment_packet(const struct lucid_packet *packet,
                         void (*sink)(void *user, const uint8_t *octets, size_t length), void *user) {
    uint8_t octets[LUCID_PACKET_MAX];
    struct frame frame = {.octets = octets, .length = packet->length};
    bool partial = packet->checksum == LUCID_CHECKSUM_PARTIAL;
    size_t front = packet->length < LUCID_PACKET_MAX ? packet->length : LUCID_PACKET_MAX;
    if (!adds_up(packet) || !copy_part(packet, 0, octets, front)) {
        return -LUCID_EINVAL;
    }
    if (!partial && packet->segment_size == 0) {
        sink(user, octets, frame.length);
        return 1;
    }
    if (!frame_find(&frame) || (packet->segment_size > 0 && !can_be_cut(&frame, packet->segment_size))) {
        return -LUCID_EINVAL;
    }
    if (!partial) {
        write16(octets + frame.checksum, pseudo_sum(&frame));
    }
    if (is_long(&frame, packet->segment_size)) {
        return cut(&frame, packet, sink, user);
    }
    complete_checksum(&frame);
    sink(user, octets, frame.length);
    return 1;
}
