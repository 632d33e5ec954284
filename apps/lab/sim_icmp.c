/* sim_icmp.c: ICMP errors that come from between the nodes: RFC 792, RFC 1812, RFC 4443. See sim.h. */
#include <stdlib.h>
#include <string.h>

#include "lab/sim.h"

#define IP4_HEADER 20
#define IP6_HEADER 40
#define ICMP_HEADER 8
#define ROOM (IP6_HEADER + ICMP_HEADER + SIM_HEAD)

/* Addresses that no node should have: a router on the way. */
static const uint8_t ROUTER4[4] = {10, 77, 0, 254};
static const uint8_t ROUTER6[16] = {0xfd, 0x77, [15] = 0xfe};

/* What the two protocols call the same: type and code; the code of "unreachable" is the one that was asked for. */
static const struct {
    uint8_t type4, code4, type6, code6;
} KINDS[] = {
    [SIM_UNREACHABLE] = {3, 0, 1, 0},
    [SIM_NOBODY] = {3, 1, 1, 3},
    [SIM_TOO_BIG] = {3, 4, 2, 0},
};

/* The quotation is the packet's beginning (RFC 1812 4.3.2.3, RFC 4443 2.4). */
static size_t build_icmp(uint8_t *icmp, const struct sim_head *about, uint8_t type, uint8_t code, uint32_t mtu) {
    memset(icmp, 0, ICMP_HEADER);
    icmp[0] = type;
    icmp[1] = code;
    look_put32(icmp + 4, mtu);
    memcpy(icmp + ICMP_HEADER, about->octets, about->length);
    return ICMP_HEADER + about->length;
}

static size_t build4(uint8_t *octets, const struct sim_head *about, enum sim_icmp_kind kind, uint8_t code,
                     uint32_t mtu) {
    uint8_t *icmp = octets + IP4_HEADER;
    size_t length = build_icmp(icmp, about, KINDS[kind].type4, (uint8_t)(KINDS[kind].code4 + code), mtu);
    look_put16(icmp + 2, look_checksum(0, icmp, length));
    memset(octets, 0, IP4_HEADER);
    octets[0] = 0x45;
    look_put16(octets + 2, (uint16_t)(IP4_HEADER + length));
    octets[8] = 64;
    octets[9] = 1;
    memcpy(octets + 12, ROUTER4, 4);
    memcpy(octets + 16, about->octets + 12, 4);
    look_put16(octets + 10, look_checksum(0, octets, IP4_HEADER));
    return IP4_HEADER + length;
}

/* ICMPv6 has a pseudo-header: addresses, length and protocol (RFC 8200 8.1). */
static size_t build6(uint8_t *octets, const struct sim_head *about, enum sim_icmp_kind kind, uint8_t code,
                     uint32_t mtu) {
    uint8_t *icmp = octets + IP6_HEADER, pseudo[IP6_HEADER] = {0};
    size_t length = build_icmp(icmp, about, KINDS[kind].type6, (uint8_t)(KINDS[kind].code6 + code), mtu);
    memset(octets, 0, IP6_HEADER);
    octets[0] = 0x60;
    look_put16(octets + 4, (uint16_t)length);
    octets[6] = 58;
    octets[7] = 64;
    memcpy(octets + 8, ROUTER6, 16);
    memcpy(octets + 24, about->octets + 8, 16);
    memcpy(pseudo, octets + 8, 32);
    look_put32(pseudo + 32, (uint32_t)length);
    pseudo[39] = 58;
    uint16_t sum = (uint16_t)~look_checksum(0, pseudo, sizeof pseudo);
    look_put16(icmp + 2, look_checksum(sum, icmp, length));
    return IP6_HEADER + length;
}

static void say(struct world *world, const struct sim_head *about, uint64_t id, const uint8_t *icmp) {
    struct json json = record_begin(&world->record, world->now, "W", 0, "wire");
    json_string(&json, "act", "icmp");
    json_string(&json, "to", world->node[about->from].name);
    json_uint(&json, "id", id);
    json_uint(&json, "id2", about->id);
    json_uint(&json, "type", icmp[0]);
    json_uint(&json, "code", icmp[1]);
    record_finish(&world->record, &json);
}

void sim_icmp(struct world *world, const struct sim_head *about, enum sim_icmp_kind kind, uint8_t code, uint32_t mtu) {
    uint8_t octets[ROOM];
    if (!about || about->length < IP4_HEADER) {
        return;
    }
    bool four = about->octets[0] >> 4 == 4;
    size_t length = (four ? build4 : build6)(octets, about, kind, code, mtu);
    struct parcel *parcel = parcel_new(record_packet(&world->record), about->from, about->from, octets, length);
    if (!parcel) {
        world->record.no_memory = true;
        return;
    }
    say(world, about, parcel->id, octets + (four ? IP4_HEADER : IP6_HEADER));
    wire_pass(&world->wire, world->now, parcel);
}
