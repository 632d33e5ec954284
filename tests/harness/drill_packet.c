/* drill_packet.c: the numbers of a packet, and whether it is the one that a line expects. See drill_packet.h. */
#include "harness/drill_packet.h"

#include <stdio.h>
#include <string.h>

#include "harness/drill_icmp.h"
#include "lucid/trace.h"

enum { PROTOCOL_TCP = 6 };

/* A multiplicative hash of the place: a wrong, moved or doubled octet is a different one, 255 times in 256. */
uint8_t drill_octet(bool outbound, uint32_t place) {
    uint32_t mixed = (place + (outbound ? UINT32_C(0x9e3779b9) : 1)) * UINT32_C(2654435761);
    return (uint8_t)((mixed ^ mixed >> 15) >> 8);
}

void drill_octets(bool outbound, uint32_t place, uint8_t *to, size_t length) {
    for (size_t i = 0; i < length; i++) {
        to[i] = drill_octet(outbound, place + (uint32_t)i);
    }
}

uint32_t drill_packet_place(const struct drill_packet *packet) {
    if (packet->protocol != DRILL_TCP) {
        return 0;
    }
    return packet->u.tcp.seq - (packet->u.tcp.flags & LUCID_SYN ? 0 : 1);
}

/* A Fast Open cookie of ours: on our SYN,ACK, and on the SYN that brings it back. */
static uint8_t *cookie_in(const struct drill_packet *packet, struct drill_option *option) {
    bool ours = packet->outbound == ((packet->u.tcp.flags & LUCID_ACK) != 0);
    bool cookie = option->kind == DRILL_RAW && option->count == 10 && option->octets[0] == DRILL_FAST_OPEN;
    return ours && cookie ? option->octets + 2 : NULL;
}

static uint64_t cookie_at(const uint8_t *octets) {
    uint64_t cookie = 0;
    for (unsigned i = 0; i < 8; i++) {
        cookie = cookie << 8 | octets[i];
    }
    return cookie;
}

uint64_t drill_packet_cookie(struct drill_packet *packet) {
    uint8_t *at = NULL;
    for (unsigned i = 0; packet->protocol == DRILL_TCP && i < packet->u.tcp.options.count && !at; i++) {
        at = cookie_in(packet, &packet->u.tcp.options.option[i]);
    }
    return at ? cookie_at(at) : 0;
}

static void shift_cookie(uint8_t *at, uint64_t by) {
    uint64_t cookie = cookie_at(at) + by;
    for (unsigned i = 8; i-- > 0; cookie >>= 8) {
        at[i] = (uint8_t)cookie;
    }
}

/* Adds to the numbers of a packet what its zeroes stand for. */
static void shift(struct drill_packet *packet, uint32_t ours, uint32_t theirs, uint32_t stamp, uint64_t cookie) {
    if (packet->protocol == DRILL_ICMP && packet->u.icmp.quoted == PROTOCOL_TCP) {
        packet->u.icmp.quoted_seq += packet->outbound ? theirs : ours;
    }
    if (packet->protocol != DRILL_TCP) {
        return;
    }
    struct drill_tcp *tcp = &packet->u.tcp;
    uint32_t mine = packet->outbound ? ours : theirs, other = packet->outbound ? theirs : ours;
    tcp->seq += mine;
    tcp->ack += tcp->flags & LUCID_ACK ? other : 0;
    for (unsigned i = 0; i < tcp->options.count; i++) {
        struct drill_option *option = &tcp->options.option[i];
        if (option->kind == DRILL_TS) {
            option->value[0] += packet->outbound ? stamp : 0;
            option->value[1] += !packet->outbound && tcp->flags & LUCID_ACK ? stamp : 0;
        }
        if (cookie_in(packet, option)) {
            shift_cookie(cookie_in(packet, option), cookie);
        }
        for (unsigned n = 0; option->kind == DRILL_SACK && n < option->count; n++) {
            option->value[n] += other;
        }
    }
}

void drill_packet_absolute(struct drill_packet *packet, const struct drill_numbers *numbers) {
    shift(packet, numbers->ours, numbers->theirs, numbers->stamp, numbers->cookie);
}

void drill_packet_relative(struct drill_packet *packet, const struct drill_numbers *numbers) {
    shift(packet, 0 - numbers->ours, 0 - numbers->theirs, 0 - numbers->stamp, 0 - numbers->cookie);
}

/* ---- comparison ---- */

static bool number_differs(const char *what, int64_t expected, int64_t actual, char *why) {
    if (expected == DRILL_ANY || expected == actual) {
        return false;
    }
    snprintf(why, DRILL_PACKET_TEXT, "%s is %lld, not %lld", what, (long long)actual, (long long)expected);
    return true;
}

static bool ip_differs(const struct drill_ip_fields *expected, const struct drill_ip_fields *actual, char *why) {
    return number_differs("ECN", expected->ecn, actual->ecn, why) ||
           number_differs("tos", expected->tos, actual->tos, why) ||
           number_differs("ttl", expected->ttl, actual->ttl, why);
}

static bool options_differ(const struct drill_options *expected, const struct drill_options *actual, char *why) {
    uint8_t a[DRILL_OPTION_OCTETS], b[DRILL_OPTION_OCTETS];
    size_t length = drill_options_build(expected, a);
    if (expected->any || (length == drill_options_build(actual, b) && memcmp(a, b, length) == 0)) {
        return false;
    }
    snprintf(why, DRILL_PACKET_TEXT, "the options are others");
    return true;
}

static bool tcp_differs(const struct drill_tcp *expected, const struct drill_tcp *actual, char *why) {
    if (expected->flags != actual->flags) {
        snprintf(why, DRILL_PACKET_TEXT, "the flags are others");
        return true;
    }
    return number_differs("the sequence number", (int32_t)expected->seq, (int32_t)actual->seq, why) ||
           number_differs("the length", expected->length, actual->length, why) ||
           number_differs("ack", (int32_t)expected->ack, (int32_t)actual->ack, why) ||
           number_differs("win", expected->window, actual->window, why) ||
           number_differs("urg", expected->urgent, actual->urgent, why) ||
           options_differ(&expected->options, &actual->options, why);
}

static bool icmp_differs(const struct drill_icmp *expected, const struct drill_icmp *actual, char *why) {
    if (expected->name != actual->name) {
        snprintf(why, DRILL_PACKET_TEXT, "it is another ICMP message");
        return true;
    }
    if (number_differs("mtu", expected->mtu, actual->mtu, why) || number_differs("id", expected->id, actual->id, why) ||
        number_differs("seq", expected->seq, actual->seq, why) ||
        number_differs("the length", expected->length, actual->length, why)) {
        return true;
    }
    return expected->quoted &&
           (number_differs("the quoted protocol", expected->quoted, actual->quoted, why) ||
            number_differs("the quoted sequence number", expected->quoted_seq, actual->quoted_seq, why) ||
            number_differs("the quoted length", expected->quoted_length, actual->quoted_length, why));
}

bool drill_packet_differs(const struct drill_packet *expected, const struct drill_packet *actual,
                          char why[DRILL_PACKET_TEXT]) {
    if (expected->protocol != actual->protocol) {
        snprintf(why, DRILL_PACKET_TEXT, "the protocol is another one");
        return true;
    }
    if (ip_differs(&expected->ip, &actual->ip, why)) {
        return true;
    }
    switch ((enum drill_protocol)expected->protocol) {
    case DRILL_TCP:
        return tcp_differs(&expected->u.tcp, &actual->u.tcp, why);
    case DRILL_UDP:
        return number_differs("the length", expected->u.udp_length, actual->u.udp_length, why);
    case DRILL_ICMP:
        return icmp_differs(&expected->u.icmp, &actual->u.icmp, why);
    case DRILL_HEX:
        break;
    }
    return false;
}
