/* test_wire_packet.c: the passive checker's rules about single packets, which are damaged here octet by octet;
 * captures; and when it is silent: real time, short memory, packets of which nobody knows what became of them.
 */
#include "harness/drill_parse.h"
#include "harness/wire_ranges.h"
#include "lucid/host.h"
#include "packets.h"
#include "unit.h"
#include "wire_player.h"

#include <stdio.h>
#include <unistd.h>

#define ACTIVE                                   \
    "0 > S  0:0(0) win 65535 <mss 1460>\n"       \
    "0 < S. 0:0(0) ack 1 win 65535 <mss 1460>\n" \
    "0 > . 1:1(0) ack 1 win 65535\n"

static struct wire_player player;
static struct wire_breach breach;

/* fires: WIRE_RULE_COUNT for none. */
static void expect(const char *text, enum wire_rule fires) {
    ck_assert_msg(wire_player_play(&player, text, &breach), "%s\n%s", text, breach.detail);
    bool broken = breach.detail[0] != '\0';
    ck_assert_msg(broken == (fires != WIRE_RULE_COUNT) && (!broken || breach.rule == fires),
                  "IPv%d: rule %s was to fire, and did %s: %s\n%s", player.ipv4 ? 4 : 6,
                  fires == WIRE_RULE_COUNT ? "none" : wire_rule_name(fires),
                  broken ? wire_rule_name(breach.rule) : "none", breach.detail, text);
}

/* ---- octets that are damaged on their way out ---- */

static size_t at;      /* of the octet; SIZE_MAX: the length instead */
static unsigned value; /* it gets; the IPv4 header's checksum is made right again where it must be */
static bool seal;
static ptrdiff_t longer;

static size_t put(unsigned line, uint8_t *octets, size_t length) {
    static struct packet packet;
    (void)line;
    if (at != SIZE_MAX) {
        octets[at] = (uint8_t)value;
    }
    if (seal) {
        memcpy(packet.octets, octets, length);
        seal_ip4(&packet);
        memcpy(octets, packet.octets, length);
    }
    return (size_t)((ptrdiff_t)length + longer);
}

static const char *const SYN = "0 > S 0:0(0) win 65535 <mss 1460>\n";

static void damaged(bool ipv4, size_t octet, unsigned to, bool sealed, enum wire_rule fires) {
    wire_player_begin(&player, ipv4, 77);
    player.damage = put;
    at = octet, value = to, seal = sealed, longer = 0;
    expect(SYN, fires);
}

static void resized(bool ipv4, ptrdiff_t by, enum wire_rule fires) {
    wire_player_begin(&player, ipv4, 77);
    player.damage = put;
    at = SIZE_MAX, seal = false, longer = by;
    expect(SYN, fires);
}

START_TEST(ip_length) {
    for (int ipv4 = 0; ipv4 < 2; ipv4++) {
        resized(ipv4, 0, WIRE_RULE_COUNT);
        resized(ipv4, 1, WIRE_IP_LENGTH);
        resized(ipv4, -1, WIRE_IP_LENGTH);
        resized(ipv4, -24, WIRE_IP_LENGTH); /* the IP header alone */
        resized(ipv4, -30, WIRE_IP_LENGTH);
        damaged(ipv4, 0, 0x75, false, WIRE_IP_LENGTH);
        wire_player_begin(&player, ipv4, 77);
        expect(ACTIVE "0 > . 1:1461(1460) ack 1 win 65535\n", WIRE_RULE_COUNT);
        player.config.mtu--;
        expect(ACTIVE "0 > . 1:1461(1460) ack 1 win 65535\n", WIRE_IP_LENGTH);
        player.config.mtu = 0; /* not known */
        expect(ACTIVE "0 > . 1:1461(1460) ack 1 win 65535\n", WIRE_RULE_COUNT);
    }
    damaged(true, 0, 0x44, true, WIRE_IP_LENGTH);
    damaged(true, 0, 0x4f, true, WIRE_IP_LENGTH);
}
END_TEST

START_TEST(source) {
    static const char *const bad[] = {"127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "0.0.0.0",    "::1",
                                      "::",        "ff02::1",   "10.0.0.1",  "fd77::3",         "192.168.0.2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[128];
        snprintf(text, sizeof text, "0 > [from %s] S 0:0(0) win 65535 <mss 1460>\n", bad[i]);
        wire_player_begin(&player, is_ip4(bad[i]), 77);
        expect(text, WIRE_IP_SOURCE);
        player.config.ours = (struct lucid_addr){{0}}; /* any address may be ours */
        expect(text, i < 8 ? WIRE_IP_SOURCE : WIRE_RULE_COUNT);
    }
    wire_player_begin(&player, true, 77);
    expect("0 > [from 192.168.0.1] S 0:0(0) win 65535 <mss 1460>\n", WIRE_RULE_COUNT);
}
END_TEST

START_TEST(ip_header) {
    for (int ipv4 = 0; ipv4 < 2; ipv4++) {
        wire_player_begin(&player, ipv4, 77);
        expect("0 > [ttl 1] S 0:0(0) win 65535 <mss 1460>\n", WIRE_RULE_COUNT);
        expect("0 > [ttl 0] S 0:0(0) win 65535 <mss 1460>\n", WIRE_IP_TTL);
    }
    damaged(true, 10, 0x12, false, WIRE_IP_CHECKSUM);
    damaged(true, 6, 0x40, true, WIRE_RULE_COUNT);
    damaged(true, 6, 0x00, true, WIRE_DONT_FRAGMENT);
    damaged(true, 6, 0x60, true, WIRE_DONT_FRAGMENT); /* more fragments */
    damaged(true, 7, 0x01, true, WIRE_DONT_FRAGMENT);
}
END_TEST

START_TEST(transport_checksum) {
    for (int ipv4 = 0; ipv4 < 2; ipv4++) {
        wire_player_begin(&player, ipv4, 77);
        expect("0 > udp (9)\n0 > icmp echo_reply id 1 seq 2 (33)\n", WIRE_RULE_COUNT);
        expect("0 > [badsum] S 0:0(0) win 65535 <mss 1460>\n", WIRE_CHECKSUM);
        expect("0 > [badsum] udp (9)\n", WIRE_CHECKSUM);
        expect("0 > [badsum] icmp echo_reply id 1 seq 2 (33)\n", WIRE_CHECKSUM);
    }
}
END_TEST

static size_t no_udp_checksum(unsigned line, uint8_t *octets, size_t length) {
    (void)line;
    set16(octets + (octets[0] >> 4 == 4 ? 26 : 46), 0);
    return length;
}

START_TEST(udp_without_checksum) {
    wire_player_begin(&player, true, 77);
    player.damage = no_udp_checksum;
    expect("0 > udp (9)\n", WIRE_RULE_COUNT);
    wire_player_begin(&player, false, 77);
    player.damage = no_udp_checksum;
    expect("0 > udp (9)\n", WIRE_CHECKSUM);
}
END_TEST

START_TEST(tcp_header) {
    for (int ipv4 = 0; ipv4 < 2; ipv4++) {
        wire_player_begin(&player, ipv4, 77);
        expect("0 > [offset 6] S 0:0(0) win 65535 <mss 1460>\n", WIRE_RULE_COUNT);
        expect("0 > [offset 4] S 0:0(0) win 65535 <mss 1460>\n", WIRE_HEADER);
        expect("0 > [offset 7] S 0:0(0) win 65535 <mss 1460>\n", WIRE_HEADER);
        expect("0 > [reserved 1] S 0:0(0) win 65535 <mss 1460>\n", WIRE_HEADER);
        expect("0 > [reserved 8] S 0:0(0) win 65535 <mss 1460>\n", WIRE_HEADER);
    }
}
END_TEST

/* ---- octets of the stream ---- */

static unsigned swapped; /* the line in which two words of data change places, which no checksum sees */

static size_t swap(unsigned line, uint8_t *octets, size_t length) {
    if (line == swapped) {
        uint8_t word[2];
        memcpy(word, octets + length - 2, 2);
        memcpy(octets + length - 2, octets + length - 4, 2);
        memcpy(octets + length - 4, word, 2);
    }
    return length;
}

START_TEST(repeated_octets) {
    static const char twice[] = ACTIVE "1 > P. 1:101(100) ack 1 win 65535\n2 > P. 1:101(100) ack 1 win 65535\n";
    static const char moved[] = ACTIVE "1 > P. 1:101(100) ack 1 win 65535\n2 > P. 51:151(100) ack 1 win 65535\n"
                                       "3 > . 1:151(150) ack 1 win 65535\n";
    /* A keep-alive may carry any octet (RFC 9293 3.8.4). */
    static const char old[] = ACTIVE "1 > P. 1:101(100) ack 1 win 65535\n1 < . 1:1(0) ack 101 win 65535\n"
                                     "9 > P. 1:101(100) ack 1 win 65535\n";
    for (unsigned i = 0; i < 8; i++) {
        wire_player_begin(&player, i % 2, UINT32_MAX - 20 * i);
        player.damage = swap;
        swapped = 0;
        expect(twice, WIRE_RULE_COUNT);
        expect(moved, WIRE_RULE_COUNT);
        swapped = 5;
        expect(twice, WIRE_REPEAT);
        swapped = 6;
        expect(moved, WIRE_REPEAT);
        expect(old, WIRE_RULE_COUNT);
    }
}
END_TEST

/* ---- silence ---- */

static const char late[] = ACTIVE "1 < . 101:201(100) ack 1 win 65535\n1.04 > . 1:1(0) ack 1 win 65535\n";

START_TEST(real_time_has_slack) {
    wire_player_begin(&player, true, 77);
    expect(late, WIRE_ACK_GAP);
    player.config.virtual_time = false;
    expect(late, WIRE_RULE_COUNT);
    expect(ACTIVE "1 < . 101:201(100) ack 1 win 65535\n1.06 > . 1:1(0) ack 1 win 65535\n", WIRE_ACK_GAP);
    /* A capture may begin in the middle of a connection. */
    expect("0 > P. 1:101(100) ack 1 win 65535\n0 > . 1:1(0) ack 0 win 0\n", WIRE_RULE_COUNT);
}
END_TEST

START_TEST(short_memory_owes_nothing) {
    wire_player_begin(&player, true, 77);
    player.config.scarce = true;
    expect(late, WIRE_RULE_COUNT);
}
END_TEST

START_TEST(what_is_lost_does_not_count) {
    wire_player_begin(&player, true, 77);
    expect(ACTIVE "1 < [badsum] . 1:101(100) ack 1 win 65535\n9 clock\n", WIRE_RULE_COUNT);
    expect(ACTIVE "1 < [badsum] . 1:101(100) ack 1 win 65535\n1 > . 1:1(0) ack 101 win 65435\n", WIRE_ACK_BEYOND);
}
END_TEST

/* A fragment, an IPv4 option, an IPv6 extension header: from then on only single packets are judged. */
START_TEST(what_may_be_lost_makes_blind) {
    static const char *const unsure[] = {
        "1 < hex 4500001c000020004006d831c0000201c0a80001 0000000000000000\n",
        "1 < hex 4600001c000000004006f530c0000201c0a80001 01010100 00000000\n",
    };
    static const char *const unsure6[] = {
        "1 < hex 6000000000082c40 20010db8000000000000000000000001 fd770000000000000000000000000002 0600000100000000\n",
        "1 < hex 6000000000080040 20010db8000000000000000000000001 fd770000000000000000000000000002 3b00010400000000\n",
    };
    for (int ipv4 = 0; ipv4 < 2; ipv4++) {
        for (int i = 0; i < 2; i++) {
            char text[1024];
            wire_player_begin(&player, ipv4, 77);
            snprintf(text, sizeof text, "%s%s%s", ACTIVE, ipv4 ? unsure[i] : unsure6[i],
                     "1 > . 1:1(0) ack 900 win 65435\n");
            expect(text, WIRE_RULE_COUNT);
            snprintf(text, sizeof text, "%s%s%s", ACTIVE, ipv4 ? unsure[i] : unsure6[i],
                     "1 > [ttl 0] . 1:1(0) ack 900 win 65435\n");
            expect(text, WIRE_IP_TTL);
        }
    }
}
END_TEST

/* RFC 1191 3: what an ICMP error says is lost is sent again at once, whatever the congestion window. */
START_TEST(icmp_allows_to_send_again) {
    static const char begin[] = ACTIVE "1 > . 1:1461(1460) ack 1 win 65535\n1 > . 1461:2921(1460) ack 1 win 65535\n";
    static const char again[] = "2 > . 1:1001(1000) ack 1 win 65535\n2 > . 1001:2001(1000) ack 1 win 65535\n"
                                "2 > . 2001:2921(920) ack 1 win 65535\n";
    char text[1024];
    wire_player_begin(&player, true, 77);
    player.config.initial_window = 2;
    snprintf(text, sizeof text, "%s%s%s", begin, "2 < icmp unreachable frag_needed mtu 1040 [1:1461(1460)]\n", again);
    expect(text, WIRE_RULE_COUNT);
    snprintf(text, sizeof text, "%s%s", begin, again);
    expect(text, WIRE_CWND);
}
END_TEST

/* ---- captures ---- */

static char file[] = "/tmp/lucid-wire-XXXXXX";
static char error[LUCID_ERROR_TEXT];

/* A handshake that we began, 100 octets that arrive at 1 s, and their ACK so many milliseconds later. */
static void capture(const char *path, bool ipv4, unsigned milliseconds) {
    static const char *const lines[] = {"0 > S 0:0(0) win 65535 <mss 1460>", "0 < S. 0:0(0) ack 1 win 65535 <mss 1460>",
                                        "0 > . 1:1(0) ack 1 win 65535", "1 < P. 1:101(100) ack 1 win 65535",
                                        "2 > . 1:1(0) ack 101 win 65535"};
    struct lucid_pcap *pcap = lucid_pcap_create(path, error);
    ck_assert_msg(pcap != NULL, "%s", error);
    struct drill_ends ends;
    wire_player_begin(&player, ipv4, 77);
    wire_player_ends(&player, &ends);
    for (size_t i = 0; i < 5; i++) {
        static uint8_t octets[LUCID_PACKET_MAX];
        struct drill_error why = {.text = ""};
        struct scan scan = {lines[i] + 2, &why};
        struct drill_packet packet;
        uint64_t time = UINT64_C(1700000000000000000) + (lines[i][0] > '0' ? 1000000000u : 0);
        time += i == 4 ? milliseconds * UINT64_C(1000000) : i;
        ck_assert_msg(drill_parse_packet(&scan, &packet), "%s", why.text);
        lucid_pcap_write(pcap, time, octets, drill_packet_build(&packet, &ends, &player.numbers, octets));
    }
    lucid_pcap_close(pcap);
}

START_TEST(captures) {
    close(mkstemp(file));
    for (int ipv4 = 0; ipv4 < 2; ipv4++) {
        capture(file, ipv4, 500);
        struct wire_check_config config = player.config;
        ck_assert_msg(wire_check_pcap(file, &config, &breach, error) == 0, "%s", error);
        ck_assert_str_eq(breach.detail, "");
        capture(file, ipv4, 501);
        ck_assert_msg(wire_check_pcap(file, &config, &breach, error) == 0, "%s", error);
        ck_assert_str_ne(breach.detail, "");
        ck_assert_str_eq(wire_rule_name(breach.rule), "ACK_LATE");
        ck_assert_uint_eq(breach.time, UINT64_C(1700000001000000003));
        config.virtual_time = false;
        ck_assert_int_eq(wire_check_pcap(file, &config, &breach, error), 0);
        ck_assert_str_eq(breach.detail, "");
        /* Seen from the other side there is nothing to say against it; seen from a third one there is nothing. */
        lucid_addr_parse(ipv4 ? "192.0.2.1" : "2001:db8::1", &config.ours);
        config.virtual_time = true;
        ck_assert_int_eq(wire_check_pcap(file, &config, &breach, error), 0);
        ck_assert_str_eq(breach.detail, "");
    }
    unlink(file);
}
END_TEST

static void refuses(const char *path, const struct lucid_addr *ours, const char *says) {
    struct wire_check_config config = {.ours = *ours};
    memset(error, '#', sizeof error);
    ck_assert_int_eq(wire_check_pcap(path, &config, &breach, error), -1);
    ck_assert_ptr_nonnull(memchr(error, '\0', sizeof error));
    ck_assert_msg(strstr(error, says) != NULL, "'%s' does not say '%s'", error, says);
}

START_TEST(captures_that_cannot_be_read) {
    struct lucid_addr ours = address("10.0.0.1");
    uint32_t words[12] = {0xa1b23c4d, 4u << 16 | 2, 0, 0, 65535, 1, 0, 0, 4, 8, 0x45000008};
    close(mkstemp(file));
    refuses("/nonexistent/run.pcap", &ours, "cannot read a capture");
    refuses(file, &ours, "cannot read a capture");
    FILE *stream = fopen(file, "wb");
    fwrite(words, 4, 11, stream);
    fclose(stream);
    refuses(file, &ours, "link type 1");
    words[5] = 101;
    stream = fopen(file, "wb");
    fwrite(words, 4, 11, stream);
    fclose(stream);
    refuses(file, &ours, "packet 1 was cut off");
    words[8] = words[9] = 400;
    stream = fopen(file, "wb");
    fwrite(words, 4, 11, stream);
    fclose(stream);
    refuses(file, &ours, "is damaged");
    refuses(file, &(struct lucid_addr){{0}}, "give our address");
    unlink(file);
}
END_TEST

/* ---- sets of numbers ---- */

/* Against a table of the same numbers, at a place where they wrap. */
START_TEST(ranges_against_a_table) {
    uint64_t state = 5;
    const uint32_t base = UINT32_MAX - 30;
    for (int round = 0; round < 300; round++) {
        struct wire_ranges set = {.count = 0};
        bool table[64] = {false};
        for (int i = 0; i < 20; i++) {
            uint32_t from = draw_below(&state, 60), length = draw_below(&state, 5), size = 0;
            if (draw_below(&state, 8) == 0) {
                wire_ranges_cut(&set, base + from);
                memset(table, 0, from);
            } else {
                wire_ranges_add(&set, base + from, base + from + length);
                memset(table + from, 1, length);
            }
            for (uint32_t n = 0; n < 64; n++) {
                size += table[n];
                EXPECT(wire_ranges_meet(&set, base + n, base + n + 1) == table[n]);
                EXPECT(wire_ranges_hold(&set, base + n, base + n + 1) == table[n]);
            }
            EXPECT(wire_ranges_size(&set) == size);
            for (size_t n = 1; n < set.count; n++) {
                EXPECT(wire_before(set.range[n - 1].end, set.range[n].start));
            }
        }
        wire_ranges_free(&set);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("wire_packet", &tests);
    tcase_add_test(tests, ip_length);
    tcase_add_test(tests, source);
    tcase_add_test(tests, ip_header);
    tcase_add_test(tests, transport_checksum);
    tcase_add_test(tests, udp_without_checksum);
    tcase_add_test(tests, tcp_header);
    tcase_add_test(tests, repeated_octets);
    tcase_add_test(tests, real_time_has_slack);
    tcase_add_test(tests, short_memory_owes_nothing);
    tcase_add_test(tests, what_is_lost_does_not_count);
    tcase_add_test(tests, what_may_be_lost_makes_blind);
    tcase_add_test(tests, icmp_allows_to_send_again);
    tcase_add_test(tests, captures);
    tcase_add_test(tests, captures_that_cannot_be_read);
    tcase_add_test(tests, ranges_against_a_table);
    return unit_run(suite);
}
