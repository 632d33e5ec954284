/* sim_icmp.c: ICMP errors that come from between the nodes: RFC 792, RFC 1812. See sim.h. */
#include <stdlib.h>
#include <string.h>

#include "lab/sim.h"

#define IP4_HEADER 20
#define ICMP_HEADER 8

/* Nobody's address: a router on the way. */
static const uint8_t ROUTER[4] = {10, 77, 0, 254};

/* Writes the message into octets; returns its length. The quotation is the packet's beginning (RFC 1812 4.3.2.3). */
static size_t build(uint8_t *octets, const struct sim_head *about, uint8_t type, uint8_t code, uint32_t mtu) {
    size_t length = IP4_HEADER + ICMP_HEADER + about->length;
    memset(octets, 0, IP4_HEADER + ICMP_HEADER);
    octets[0] = 0x45;
    look_put16(octets + 2, (uint16_t)length);
    octets[8] = 64;
    octets[9] = 1;
    memcpy(octets + 12, ROUTER, 4);
    memcpy(octets + 16, about->octets + 12, 4);
    look_put16(octets + 10, look_checksum(0, octets, IP4_HEADER));
    uint8_t *icmp = octets + IP4_HEADER;
    icmp[0] = type;
    icmp[1] = code;
    look_put16(icmp + 6, code == 4 ? (uint16_t)mtu : 0);
    memcpy(icmp + ICMP_HEADER, about->octets, about->length);
    look_put16(icmp + 2, look_checksum(0, icmp, ICMP_HEADER + about->length));
    return length;
}

void sim_icmp(struct world *world, const struct sim_head *about, uint8_t type, uint8_t code, uint32_t mtu) {
    uint8_t octets[IP4_HEADER + ICMP_HEADER + SIM_HEAD];
    if (!about || about->length < IP4_HEADER || about->octets[0] >> 4 != 4) {
        return;
    }
    size_t length = build(octets, about, type, code, mtu);
    struct parcel *parcel = parcel_new(record_packet(&world->record), about->from, about->from, octets, length);
    if (!parcel) {
        world->record.no_memory = true;
        return;
    }
    struct json json = record_begin(&world->record, world->now, "W", 0, "wire");
    json_string(&json, "act", "icmp");
    json_string(&json, "to", world->node[about->from].name);
    json_uint(&json, "id", parcel->id);
    json_uint(&json, "id2", about->id);
    json_uint(&json, "type", type);
    json_uint(&json, "code", code);
    record_finish(&world->record, &json);
    wire_pass(&world->wire, world->now, parcel);
}
