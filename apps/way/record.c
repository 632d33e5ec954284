/* record.c: see record.h. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IP4_HEADER = 20, UDP_HEADER = 8, TCP_HEADER = 20 };

static unsigned read16(const uint8_t *from) {
    return (unsigned)from[0] << 8 | from[1];
}

static uint32_t read32(const uint8_t *from) {
    return (uint32_t)read16(from) << 16 | read16(from + 2);
}

/* ---- reading a packet ---- */

static struct lucid_addr address(const uint8_t *octets) {
    struct lucid_addr addr = {.octet = {[10] = 0xff, [11] = 0xff}};
    memcpy(addr.octet + 12, octets, 4);
    return addr;
}

static void parse_tcp(struct way_packet *packet, uint32_t at) {
    const uint8_t *tcp = packet->octets + at;
    uint32_t header = (uint32_t)(tcp[12] >> 4) * 4;
    packet->seq = read32(tcp + 4);
    packet->ack = read32(tcp + 8);
    packet->flags = tcp[13];
    packet->payload = at + header <= packet->length ? at + header : packet->length;
}

/* False: it is no IPv4 packet, or one that is shorter than its headers. */
static bool parse(struct way_packet *packet) {
    const uint8_t *octets = packet->octets;
    if (packet->length < IP4_HEADER || octets[0] >> 4 != 4) {
        return false;
    }
    uint32_t at = (octets[0] & 15u) * 4;
    uint32_t total = read16(octets + 2);
    packet->length = total < packet->length ? total : packet->length;
    packet->protocol = octets[9];
    packet->source.addr = address(octets + 12);
    packet->destination.addr = address(octets + 16);
    uint32_t header = packet->protocol == WAY_TCP ? TCP_HEADER : UDP_HEADER;
    if (at < IP4_HEADER || at + header > packet->length) {
        return false;
    }
    packet->payload = at + header;
    if (packet->protocol == WAY_TCP || packet->protocol == WAY_UDP) {
        packet->source.port = (uint16_t)read16(octets + at);
        packet->destination.port = (uint16_t)read16(octets + at + 2);
    }
    if (packet->protocol == WAY_TCP) {
        parse_tcp(packet, at);
    }
    packet->payload_length = packet->length - packet->payload;
    return true;
}

/* ---- keeping ---- */

/* Room for one more; false: there is no memory. */
static bool grow(void **array, size_t count, size_t *room, size_t size) {
    if (count < *room) {
        return true;
    }
    size_t wanted = *room ? *room * 2 : 256;
    void *grown = reallocarray(*array, wanted, size);
    if (grown) {
        *array = grown;
        *room = wanted;
    }
    return grown;
}

void way_record_packet(struct way_record *record, uint64_t at, const uint8_t *octets, size_t length) {
    struct way_packet packet = {.at = at, .octets = malloc(length), .length = (uint32_t)length};
    if (!packet.octets || !grow((void **)&record->packet, record->packets, &record->packets_room, sizeof packet)) {
        record->full = true;
        free(packet.octets);
        return;
    }
    memcpy(packet.octets, octets, length);
    if (!parse(&packet)) {
        free(packet.octets);
        return;
    }
    record->packet[record->packets++] = packet;
}

void way_record_event(struct way_record *record, const struct lucid_event *event) {
    if (!grow((void **)&record->event, record->events, &record->events_room, sizeof *event)) {
        record->full = true;
        return;
    }
    record->event[record->events++] = *event;
}

void way_record_free(struct way_record *record) {
    for (size_t i = 0; i < record->packets; i++) {
        free(record->packet[i].octets);
    }
    free(record->packet);
    free(record->event);
}

void way_take_free(struct way_take *take) {
    free(take->answers);
    free(take->complaint);
    free(take->body);
    free(take->nginx_access);
    free(take->nginx_error);
    free(take->app);
}

/* ---- the capture file ---- */

int way_record_write(const struct way_record *record, const char *file, char error[LUCID_ERROR_TEXT]) {
    struct lucid_pcap *pcap = lucid_pcap_create(file, error);
    if (!pcap) {
        return -1;
    }
    for (size_t i = 0; i < record->packets; i++) {
        const struct way_packet *packet = &record->packet[i];
        lucid_pcap_write(pcap, packet->at, packet->octets, packet->length);
    }
    lucid_pcap_close(pcap);
    return 0;
}
