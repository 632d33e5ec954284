/* live_packets.c: see live_packets.h; the format of the file is that of draft-ietf-opsawg-pcap. */
#include "live/live_packets.h"

#include <stdlib.h>
#include <string.h>

void live_packets_begin(struct live_packets *packets) {
    *packets = (struct live_packets){0};
    TAILQ_INIT(&packets->first);
    TAILQ_INIT(&packets->latest);
}

static void empty(struct live_packet_list *list) {
    struct live_packet *packet;
    while ((packet = TAILQ_FIRST(list))) {
        TAILQ_REMOVE(list, packet, next);
        free(packet);
    }
}

void live_packets_end(struct live_packets *packets) {
    empty(&packets->first);
    empty(&packets->latest);
    live_packets_begin(packets);
}

static void make_room(struct live_packets *packets) {
    struct live_packet *packet;
    while (packets->latest_octets > LIVE_PACKETS_LATEST && (packet = TAILQ_FIRST(&packets->latest))) {
        packets->latest_octets -= packet->length;
        packets->kept--;
        packets->missing++;
        TAILQ_REMOVE(&packets->latest, packet, next);
        free(packet);
    }
}

void live_packets_add(struct live_packets *packets, lucid_time at, const void *octets, size_t length) {
    bool is_first = TAILQ_EMPTY(&packets->latest) && packets->first_octets + length <= LIVE_PACKETS_FIRST;
    struct live_packet *packet = malloc(sizeof *packet + length);
    if (!packet) {
        packets->missing++;
        return;
    }
    packet->at = at;
    packet->length = (uint32_t)length;
    memcpy(packet->octets, octets, length);
    packets->kept++;
    if (is_first) {
        packets->first_octets += length;
        TAILQ_INSERT_TAIL(&packets->first, packet, next);
        return;
    }
    packets->latest_octets += length;
    TAILQ_INSERT_TAIL(&packets->latest, packet, next);
    make_room(packets);
}

/* ---- the file ---- */

static void put32(struct text *file, uint64_t value) {
    uint32_t number = (uint32_t)value;
    text_put_octets(file, &number, sizeof number);
}

static void put_list(const struct live_packet_list *list, uint64_t epoch, struct text *file) {
    const struct live_packet *packet;
    TAILQ_FOREACH(packet, list, next) {
        uint64_t at = epoch + packet->at;
        put32(file, at / LUCID_SECOND);
        put32(file, at % LUCID_SECOND);
        put32(file, packet->length);
        put32(file, packet->length);
        text_put_octets(file, packet->octets, packet->length);
    }
}

void live_packets_write(const struct live_packets *packets, uint64_t epoch, struct text *file) {
    static const uint32_t NANOSECONDS = 0xa1b23c4d, RAW_IP = 101;
    static const uint16_t VERSION[2] = {2, 4};
    put32(file, NANOSECONDS);
    text_put_octets(file, VERSION, sizeof VERSION);
    put32(file, 0);
    put32(file, 0);
    put32(file, LUCID_PACKET_MAX);
    put32(file, RAW_IP);
    put_list(&packets->first, epoch, file);
    put_list(&packets->latest, epoch, file);
}
