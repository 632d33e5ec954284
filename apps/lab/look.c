/* look.c: see look.h. */
#include "lab/look.h"

#include <string.h>

#include "lucid/trace.h"

uint16_t look_get16(const uint8_t *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t look_get32(const uint8_t *at) {
    return (uint32_t)look_get16(at) << 16 | look_get16(at + 2);
}

void look_put16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

void look_put32(uint8_t *at, uint32_t value) {
    look_put16(at, (uint16_t)(value >> 16));
    look_put16(at + 2, (uint16_t)value);
}

uint16_t look_checksum(uint32_t sum, const uint8_t *octets, size_t length) {
    for (size_t i = 0; i + 1 < length; i += 2) {
        sum += look_get16(octets + i);
    }
    if (length % 2 == 1) {
        sum += (uint32_t)octets[length - 1] << 8;
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static struct lucid_addr mapped(const uint8_t *octets) {
    struct lucid_addr addr = {{[10] = 0xff, [11] = 0xff}};
    memcpy(addr.octet + 12, octets, 4);
    return addr;
}

static void look_tcp(struct look *look, const uint8_t *octets, size_t length, uint32_t at) {
    if (length < at + 20) {
        return;
    }
    const uint8_t *tcp = octets + at;
    uint32_t header = 4u * (tcp[12] >> 4);
    look->tcp = true;
    look->transport = at;
    look->source.port = look_get16(tcp);
    look->destination.port = look_get16(tcp + 2);
    look->seq = look_get32(tcp + 4);
    look->ack = look_get32(tcp + 8);
    look->flags = tcp[13];
    look->window = look_get16(tcp + 14);
    look->data = at + header;
    look->length = length > look->data ? (uint32_t)length - look->data : 0;
}

struct look look_at(const uint8_t *octets, size_t length) {
    struct look look = {0};
    if (length >= 20 && octets[0] >> 4 == 4) {
        look.ip = true;
        look.source.addr = mapped(octets + 12);
        look.destination.addr = mapped(octets + 16);
        if (octets[9] == 6) {
            look_tcp(&look, octets, length, 4u * (octets[0] & 15));
        }
    }
    if (length >= 40 && octets[0] >> 4 == 6) {
        look.ip = true;
        memcpy(look.source.addr.octet, octets + 8, 16);
        memcpy(look.destination.addr.octet, octets + 24, 16);
        if (octets[6] == 6) {
            look_tcp(&look, octets, length, 40);
        }
    }
    return look;
}
