/* wire_player.c: see wire_player.h. */
#include "wire_player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/drill_parse.h"

void wire_player_ends(const struct wire_player *player, struct drill_ends *ends) {
    lucid_addr_parse(player->ipv4 ? "192.168.0.1" : "fd77::2", &ends->local.addr);
    lucid_addr_parse(player->ipv4 ? "192.0.2.1" : "2001:db8::1", &ends->peer.addr);
    ends->local.port = ends->peer.port = 8080;
}

void wire_player_begin(struct wire_player *player, bool ipv4, uint32_t iss) {
    struct drill_ends ends;
    *player = (struct wire_player){.ipv4 = ipv4, .numbers = {iss, UINT32_MAX - iss, iss * 3, 0}};
    wire_player_ends(player, &ends);
    player->config = (struct wire_check_config){.ours = ends.local.addr,
                                                .mtu = ipv4 ? 1500 : 1520,
                                                .mss_floor = 88,
                                                .initial_window = 10,
                                                .msl = 120 * LUCID_SECOND,
                                                .virtual_time = true};
}

/* One line: its time, and a packet or "clock". */
static bool play_line(const struct wire_player *player, struct wire_check *check, const char *text, unsigned line,
                      struct drill_error *error) {
    static uint8_t octets[LUCID_PACKET_MAX + 1];
    struct scan scan = {text, error};
    struct drill_packet packet;
    struct drill_ends ends;
    lucid_time time;
    if (!scan_seconds(&scan, &time)) {
        return scan_fail(&scan, "a time is missing");
    }
    if (scan_is_word(&scan, "clock")) {
        wire_check_clock(check, LUCID_SECOND + time);
        return true;
    }
    if (!drill_parse_packet(&scan, &packet) || !scan_end(&scan)) {
        return scan_fail(&scan, "'%.30s' is not expected", scan.at);
    }
    wire_player_ends(player, &ends);
    size_t length = drill_packet_build(&packet, &ends, &player->numbers, octets);
    if (packet.protocol == DRILL_HEX) {
        free(packet.u.hex.octets);
    }
    if (packet.outbound && player->damage) {
        length = player->damage(line, octets, length);
    }
    (packet.outbound ? wire_check_out : wire_check_in)(check, LUCID_SECOND + time, octets, length);
    return length > 0;
}

bool wire_player_play(const struct wire_player *player, const char *text, struct wire_breach *breach) {
    struct wire_check *check = wire_check_begin(&player->config);
    struct drill_error error = {.text = ""};
    char *copy = strdup(text), *rest = NULL;
    bool readable = true;
    unsigned number = 1;
    for (char *line = strtok_r(copy, "\n", &rest); line && readable; line = strtok_r(NULL, "\n", &rest)) {
        readable = play_line(player, check, line, number++, &error);
    }
    *breach = wire_check_breach(check) ? *wire_check_breach(check) : (struct wire_breach){.detail = ""};
    if (!readable) {
        snprintf(breach->detail, sizeof breach->detail, "line %u: %.150s", number - 1, error.text);
    }
    free(copy);
    wire_check_end(check);
    return readable;
}
