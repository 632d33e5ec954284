/* craft.c: see craft.h. */
#include "sim/craft.h"

#include <string.h>

static void set16(uint8_t *to, size_t value) {
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

void craft_put(struct craft *craft, const void *octets, size_t length) {
    size_t room = sizeof craft->octets - craft->length;
    length = length < room ? length : room;
    if (length > 0) {
        memcpy(craft->octets + craft->length, octets, length);
    }
    craft->length += length;
}

void craft_put16(struct craft *craft, unsigned value) {
    uint8_t octets[2];
    set16(octets, value);
    craft_put(craft, octets, sizeof octets);
}

void craft_put32(struct craft *craft, uint32_t value) {
    craft_put16(craft, value >> 16);
    craft_put16(craft, value & 0xffff);
}

void craft_begin(struct craft *craft, const struct lucid_addr *source, const struct lucid_addr *destination,
                 uint8_t protocol) {
    uint8_t header[40] = {0};
    craft->ipv4 = lucid_addr_is_ipv4(destination);
    craft->transport = craft->ipv4 ? 20 : 40;
    craft->length = 0;
    if (craft->ipv4) {
        header[0] = 0x45;
        header[8] = 64;
        header[9] = protocol;
        memcpy(header + 12, source->octet + 12, 4);
        memcpy(header + 16, destination->octet + 12, 4);
    } else {
        header[0] = 0x60;
        header[6] = protocol;
        header[7] = 64;
        memcpy(header + 8, source->octet, 16);
        memcpy(header + 24, destination->octet, 16);
    }
    craft_put(craft, header, craft->transport);
}

void craft_tcp(struct craft *craft, const struct craft_tcp *header) {
    static const uint8_t end[3];
    size_t options = header->option_length < 40 ? header->option_length : 40;
    size_t padding = (4 - options % 4) % 4;
    craft_put16(craft, header->source);
    craft_put16(craft, header->destination);
    craft_put32(craft, header->seq);
    craft_put32(craft, header->ack);
    craft_put16(craft, (unsigned)((20 + options + padding) / 4 << 12) | header->flags);
    craft_put16(craft, header->window);
    craft_put32(craft, header->urgent); /* behind a checksum of 0 */
    craft_put(craft, header->options, options);
    craft_put(craft, end, padding);
}

static uint32_t sum(uint32_t sum, const uint8_t *octets, size_t length) {
    for (size_t i = 0; i < length; i++) {
        sum += i % 2 ? octets[i] : (uint32_t)octets[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

uint16_t craft_checksum(const uint8_t *packet, size_t length, size_t transport) {
    bool ipv4 = packet[0] >> 4 == 4;
    uint8_t protocol = ipv4 ? packet[9] : packet[6];
    uint8_t pseudo[4] = {0, protocol};
    uint32_t total = 0;
    if (!ipv4 || protocol != 1) {
        set16(pseudo + 2, length - transport);
        total = ipv4 ? sum(0, packet + 12, 8) : sum(0, packet + 8, 32);
        total = sum(total, pseudo, sizeof pseudo);
    }
    return (uint16_t)~sum(total, packet + transport, length - transport);
}

void craft_seal(struct craft *craft) {
    uint8_t *octets = craft->octets;
    uint8_t protocol = craft->ipv4 ? octets[9] : octets[6];
    size_t field = craft->transport + (protocol == 6 ? 16 : protocol == 17 ? 6 : 2);
    if (craft->ipv4) {
        set16(octets + 2, craft->length);
        set16(octets + 10, 0);
        set16(octets + 10, (uint16_t)~sum(0, octets, 20));
    } else {
        set16(octets + 4, craft->length - 40);
    }
    if (protocol == 17 && craft->length >= craft->transport + 6) {
        set16(octets + craft->transport + 4, craft->length - craft->transport);
    }
    if (field + 2 <= craft->length) {
        set16(octets + field, 0);
        set16(octets + field, craft_checksum(octets, craft->length, craft->transport));
    }
}
