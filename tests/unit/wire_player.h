/* wire_player.h: hands a text of packet lines to the passive checker. No stack is there: the lines are what left and
 * what arrived, as a sniffer would have seen it.
 *
 *     0   < S  0:0(0) win 65535 <mss 1460>      at 0 s this arrives (drill.h has the notation; win must be written)
 *     0   > S. 0:0(0) ack 1 win 65535 <mss 1460>
 *     60  clock                                 it is a minute later, and nothing happened
 */
#ifndef WIRE_PLAYER_H
#define WIRE_PLAYER_H

#include "harness/drill_packet.h"
#include "harness/wire_check.h"

struct wire_player {
    bool ipv4;
    struct drill_numbers numbers;
    struct wire_check_config config;
    /* Called with each packet that leaves before it is judged; may change it. NULL */
    size_t (*damage)(unsigned line, uint8_t *octets, size_t length);
};

/* Everything is seen from the start, MTU 1500 (IPv6: 1520), initial window 10, MSL 120 s. */
void wire_player_begin(struct wire_player *player, bool ipv4, uint32_t iss);

/* Plays a text. *breach gets the first breach, its detail "" when there was none. False: the text cannot be read, and
 * the detail says why. */
bool wire_player_play(const struct wire_player *player, const char *text, struct wire_breach *breach);

/* The ends of its packets. */
void wire_player_ends(const struct wire_player *player, struct drill_ends *ends);

#endif
