/* fragments.h: what the tests of reassembly share: fragments made by hand, and what comes of them. The objects are
 * static: each test program has its own.
 */
#ifndef FRAGMENTS_H
#define FRAGMENTS_H

#include "fixture.h"
#include "ip/partial.h"

static struct fixture f;
static struct packet packet;
static struct datagram *whole;
static uint8_t data[65536];

static inline void setup(void) {
    fixture_open(&f);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 7 + i / 256);
    }
    whole = NULL;
}

static inline void drop_whole(void) {
    datagram_free(&f.env, whole);
    whole = NULL;
}

static inline void teardown(void) {
    drop_whole();
    ck_assert(reassembly_check(&f.ip));
    fixture_close(&f);
}

static const char *const them[2] = {"10.77.0.1", "fd77::1"}, *const us[2] = {"10.77.0.2", "fd77::2"};

/* A fragment: octets [from, to) of a datagram of which these are more, or the last, ones. */
struct part {
    uint32_t id, from, to;
    bool more;
    uint8_t protocol;
};

static inline void make(bool six, const struct part *part) {
    static uint8_t behind[65536 + 8];
    uint32_t length = part->to - part->from;
    uint8_t protocol = part->protocol ? part->protocol : 17;
    if (!six) {
        make_packet(&packet, them[0], us[0], protocol, data + part->from, length);
        set16(packet.octets + 4, part->id);
        set16(packet.octets + 6, part->from / 8 | (part->more ? 0x2000u : 0));
        seal_ip4(&packet);
        return;
    }
    memcpy(behind, (uint8_t[8]){protocol}, 8);
    set16(behind + 2, part->from | part->more);
    set32(behind + 4, part->id);
    memcpy(behind + 8, data + part->from, length);
    make_packet(&packet, them[1], us[1], 44, behind, length + 8);
}

/* Hands the packet over, as core/ does. */
static inline enum lucid_drop take(void) {
    drop_whole();
    enum lucid_drop drop = fixture_input(&f, packet.octets, packet.length);
    ck_assert(drop != LUCID_DROP_NONE || f.datagram.fragment);
    drop = drop == LUCID_DROP_NONE ? reassembly_add(&f.ip, &f.datagram, &whole) : drop;
    ck_assert(drop == LUCID_DROP_NONE || !whole);
    EXPECT(reassembly_check(&f.ip));
    return drop;
}

static inline enum lucid_drop add(bool six, uint32_t id, uint32_t from, uint32_t to, bool more) {
    make(six, &(struct part){.id = id, .from = from, .to = to, .more = more});
    return take();
}

static inline void expect_whole(bool six, uint32_t length) {
    ck_assert_ptr_nonnull(whole);
    make_packet(&packet, them[six], us[six], 17, data, length);
    if (!six) {
        memcpy(packet.octets + 4, whole->octets + 4, 2);
        seal_ip4(&packet);
    }
    ck_assert_uint_eq(whole->length, packet.length);
    ck_assert_mem_eq(whole->octets, packet.octets, packet.length);
    drop_whole();
}

static inline void expect_nothing_left(void) {
    ck_assert_uint_eq(f.ip.reassembly.count, 0);
    ck_assert_uint_eq(f.ip.reassembly.memory, 0);
    ck_assert(reassembly_deadline(&f.ip) == LUCID_NEVER);
}

/* The ICMP message that leaves; NULL: none. Only its type, code and the four octets behind its checksum are looked at.
 * */
static inline const uint8_t *complaint(bool six, uint8_t type, uint8_t code, uint32_t rest) {
    const uint8_t *octets = fixture_output(&f);
    uint8_t expected[4];
    ck_assert_ptr_nonnull(octets);
    octets += six ? 40 : 20;
    set32(expected, rest);
    ck_assert_uint_eq(octets[0], type);
    ck_assert_uint_eq(octets[1], code);
    ck_assert_mem_eq(octets + 4, expected, 4);
    return octets;
}

#endif
