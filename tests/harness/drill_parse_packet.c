/* drill_parse_packet.c: the packet lines of a script.
 *
 *     < F. 1:1(0) ack 2 win 1000 urg 1 <mss 1460,nop,wscale 7>
 *     > [ect0] P. 1:1001(1000) ack 1
 *     < 40001 > 8080 S 0:0(0) win 1000
 *     < udp (1000)
 *     < icmp unreachable frag_needed mtu 1200 [1:1461(1460)]
 *     < hex 4500...
 *
 * Beyond packetdrill's notation the brackets before the flags know [badsum], and, for segments that no TCP sends,
 * [offset 4] (data offset in words), [reserved 5], [from ADDR] and [to ADDR]. Of a packet that comes in fragments each
 * line gives the whole and says which octets behind the IP header it brings: [part 0:24 id 7].
 * [options c8040000] are IPv4 options as octets.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "harness/drill_icmp.h"
#include "harness/drill_parse.h"
#include "lucid/trace.h"

/* Relative sequence numbers may be negative: what lies before the initial one. */
static const int64_t SEQUENCE = UINT32_MAX;

bool drill_parse_address(struct scan *scan, struct lucid_addr *addr) {
    char text[LUCID_ADDR_TEXT];
    const char *from = scan_rest(scan);
    size_t length = strspn(from, "0123456789abcdefABCDEF.:");
    if (length == 0 || length >= sizeof text) {
        return scan_fail(scan, "an address is missing at '%.20s'", from);
    }
    memcpy(text, from, length);
    text[length] = '\0';
    memset(addr, 0, sizeof *addr);
    scan->at += length;
    if (inet_pton(AF_INET6, text, addr->octet) == 1) {
        return true;
    }
    addr->octet[10] = addr->octet[11] = 0xff;
    return inet_pton(AF_INET, text, addr->octet + 12) == 1 || scan_fail(scan, "'%s' is not an address", text);
}

static bool small_field(struct scan *scan, const char *what, int64_t most, int16_t *field) {
    int64_t number;
    if (!scan_range(scan, what, 0, most, &number)) {
        return false;
    }
    *field = (int16_t)number;
    return true;
}

/* "0:24 id 7" */
static bool parse_part(struct scan *scan, struct drill_ip_fields *ip) {
    int64_t from, to, id = 1;
    if (!scan_range(scan, "part", 0, UINT16_MAX, &from) || !scan_expect(scan, ":") ||
        !scan_range(scan, "part", from + 1, UINT16_MAX, &to) ||
        (scan_is_word(scan, "id") && !scan_range(scan, "id", 0, UINT16_MAX, &id))) {
        return false;
    }
    ip->part_from = (uint32_t)from;
    ip->part_to = (uint32_t)to;
    ip->part_id = (uint32_t)id;
    return true;
}

static bool parse_ip_options(struct scan *scan, struct drill_ip_fields *ip) {
    ip->ip_option_length = (uint8_t)scan_hex(scan, ip->ip_options, sizeof ip->ip_options);
    return (ip->ip_option_length > 0 && ip->ip_option_length % 4 == 0) ||
           scan_fail(scan, "IPv4 options are a multiple of 4 octets, as pairs of hexadecimal digits");
}

static bool parse_field(struct scan *scan, struct drill_ip_fields *ip) {
    static const struct scan_name ecn[] = {{"noecn", 0}, {"ect1", 1}, {"ect0", 2}, {"ce", 3}, {NULL, 0}};
    int value;
    if (scan_name(scan, ecn, &value)) {
        ip->ecn = (int16_t)value;
        return true;
    }
    if (scan_is_word(scan, "tos")) {
        return small_field(scan, "tos", 255, &ip->tos);
    }
    if (scan_is_word(scan, "ttl")) {
        return small_field(scan, "ttl", 255, &ip->ttl);
    }
    if (scan_is_word(scan, "offset")) {
        return small_field(scan, "offset", 15, &ip->offset);
    }
    if (scan_is_word(scan, "reserved")) {
        return small_field(scan, "reserved", 15, &ip->reserved);
    }
    if (scan_is_word(scan, "options")) {
        return parse_ip_options(scan, ip);
    }
    if (scan_is_word(scan, "part")) {
        return parse_part(scan, ip);
    }
    if (scan_is_word(scan, "from")) {
        ip->has_source = true;
        return drill_parse_address(scan, &ip->source);
    }
    if (scan_is_word(scan, "to")) {
        ip->has_destination = true;
        return drill_parse_address(scan, &ip->destination);
    }
    ip->bad_checksum = scan_is_word(scan, "badsum");
    return ip->bad_checksum ||
           scan_fail(scan, "'%.20s' is no field of a header that a script can set", scan_rest(scan));
}

static bool parse_ip_fields(struct scan *scan, struct drill_ip_fields *ip) {
    *ip = (struct drill_ip_fields){
        .ecn = DRILL_ANY, .tos = DRILL_ANY, .ttl = DRILL_ANY, .offset = DRILL_ANY, .reserved = DRILL_ANY};
    while (scan_text(scan, "[")) {
        do {
            if (!parse_field(scan, ip)) {
                return false;
            }
        } while (scan_text(scan, ","));
        if (!scan_expect(scan, "]")) {
            return false;
        }
    }
    return true;
}

static bool parse_ports(struct scan *scan, struct drill_packet *packet) {
    int64_t from, to;
    if (scan_peek(scan) < '0' || scan_peek(scan) > '9') {
        return true;
    }
    if (!scan_range(scan, "port", 1, 65535, &from) || !scan_expect(scan, ">") ||
        !scan_range(scan, "port", 1, 65535, &to)) {
        return false;
    }
    packet->from_port = (uint16_t)from;
    packet->to_port = (uint16_t)to;
    return true;
}

static bool parse_flags(struct scan *scan, uint8_t *flags) {
    static const char letters[] = "FSRP.UEW"; /* in the order of their bits */
    const char *letter;
    *flags = 0;
    if (scan_text(scan, "-")) {
        return true;
    }
    scan_rest(scan);
    for (; *scan->at != '\0' && (letter = strchr(letters, *scan->at)) != NULL; scan->at++) {
        *flags |= (uint8_t)(1u << (letter - letters));
    }
    return *flags != 0 || scan_fail(scan, "flags are missing at '%.20s'", scan->at);
}

/* "1:101(100)" */
static bool parse_sequence(struct scan *scan, uint32_t *seq, uint32_t *length) {
    int64_t first, last, count;
    if (!scan_range(scan, "sequence number", -SEQUENCE, SEQUENCE, &first) || !scan_expect(scan, ":") ||
        !scan_range(scan, "sequence number", -SEQUENCE, SEQUENCE, &last) || !scan_expect(scan, "(") ||
        !scan_range(scan, "length", 0, LUCID_PACKET_MAX, &count) || !scan_expect(scan, ")")) {
        return false;
    }
    if ((uint32_t)last - (uint32_t)first != (uint32_t)count) {
        return scan_fail(scan, "%lld:%lld are not %lld octets", (long long)first, (long long)last, (long long)count);
    }
    *seq = (uint32_t)first;
    *length = (uint32_t)count;
    return true;
}

/* A word and a number that may both be missing. */
static bool parse_optional(struct scan *scan, const char *word, int64_t most, int64_t *number) {
    *number = DRILL_ANY;
    return !scan_is_word(scan, word) || scan_range(scan, word, 0, most, number);
}

static bool parse_tcp(struct scan *scan, struct drill_packet *packet) {
    struct drill_tcp *tcp = &packet->u.tcp;
    int64_t ack = 0, window, urgent;
    bool has_ack;
    if (!parse_flags(scan, &tcp->flags) || !parse_sequence(scan, &tcp->seq, &tcp->length)) {
        return false;
    }
    has_ack = scan_is_word(scan, "ack");
    if (has_ack && !scan_range(scan, "ack", -SEQUENCE, SEQUENCE, &ack)) {
        return false;
    }
    if (has_ack != ((tcp->flags & LUCID_ACK) != 0)) {
        return scan_fail(scan, "the flag '.' and the word 'ack' belong together");
    }
    if (!parse_optional(scan, "win", 65535, &window) || !parse_optional(scan, "urg", 65535, &urgent)) {
        return false;
    }
    if (!packet->outbound && window == DRILL_ANY && !(tcp->flags & LUCID_RST)) {
        return scan_fail(scan, "a segment that arrives needs 'win'");
    }
    tcp->ack = (uint32_t)ack;
    tcp->window = (int32_t)window;
    tcp->urgent = (int32_t)urgent;
    return !scan_text(scan, "<") || drill_parse_options(scan, &tcp->options);
}

static bool parse_icmp_name(struct scan *scan, const struct drill_icmp_name **name) {
    char type[SCAN_WORD], code[SCAN_WORD];
    if (!scan_word(scan, type)) {
        return scan_fail(scan, "the ICMP type is missing");
    }
    for (const struct drill_icmp_name *row = drill_icmp_names; row->type; row++) {
        if (strcmp(row->type, type) != 0) {
            continue;
        }
        const char *before = scan_rest(scan);
        if (!row->code || (scan_word(scan, code) && strcmp(row->code, code) == 0)) {
            *name = row;
            return true;
        }
        scan->at = before;
    }
    return scan_fail(scan, "'%s %.20s' is no ICMP message that drill knows", type, scan_rest(scan));
}

/* "[1:1461(1460)]" or "[udp (100)]" */
static bool parse_quote(struct scan *scan, struct drill_icmp *icmp) {
    if (!scan_text(scan, "[")) {
        return true;
    }
    if (!scan_is_word(scan, "udp")) {
        icmp->quoted = 6;
        return parse_sequence(scan, &icmp->quoted_seq, &icmp->quoted_length) && scan_expect(scan, "]");
    }
    int64_t length;
    icmp->quoted = 17;
    if (!scan_expect(scan, "(") || !scan_range(scan, "length", 0, LUCID_PACKET_MAX, &length)) {
        return false;
    }
    icmp->quoted_length = (uint32_t)length;
    return scan_expect(scan, ")") && scan_expect(scan, "]");
}

static bool parse_icmp(struct scan *scan, struct drill_packet *packet) {
    struct drill_icmp *icmp = &packet->u.icmp;
    icmp->length = DRILL_ANY;
    if (!parse_icmp_name(scan, &icmp->name) || !parse_optional(scan, "mtu", 65535, &icmp->mtu) ||
        !parse_optional(scan, "id", 65535, &icmp->id) || !parse_optional(scan, "seq", 65535, &icmp->seq)) {
        return false;
    }
    if (scan_text(scan, "(") &&
        (!scan_range(scan, "length", 0, LUCID_PACKET_MAX, &icmp->length) || !scan_expect(scan, ")"))) {
        return false;
    }
    return parse_quote(scan, icmp);
}

static bool parse_udp(struct scan *scan, struct drill_packet *packet) {
    int64_t length;
    if (!scan_expect(scan, "(") || !scan_range(scan, "length", 0, LUCID_PACKET_MAX, &length)) {
        return false;
    }
    packet->u.udp_length = (uint32_t)length;
    return scan_expect(scan, ")");
}

static bool parse_hex(struct scan *scan, struct drill_packet *packet) {
    packet->u.hex.octets = malloc(DRILL_HEX_MAX);
    packet->u.hex.length = (uint32_t)scan_hex(scan, packet->u.hex.octets, DRILL_HEX_MAX);
    if (packet->outbound) {
        return scan_fail(scan, "'hex' is for packets that arrive");
    }
    return packet->u.hex.length > 0 || scan_fail(scan, "pairs of hexadecimal digits are missing at '%.20s'", scan->at);
}

bool drill_parse_packet(struct scan *scan, struct drill_packet *packet) {
    memset(packet, 0, sizeof *packet);
    packet->outbound = *scan_rest(scan) == '>';
    scan->at++;
    if (!parse_ip_fields(scan, &packet->ip) || !parse_ports(scan, packet)) {
        return false;
    }
    if (scan_is_word(scan, "udp")) {
        packet->protocol = DRILL_UDP;
        return parse_udp(scan, packet);
    }
    if (scan_is_word(scan, "icmp")) {
        packet->protocol = DRILL_ICMP;
        return parse_icmp(scan, packet);
    }
    if (scan_is_word(scan, "hex")) {
        packet->protocol = DRILL_HEX;
        return parse_hex(scan, packet);
    }
    packet->protocol = DRILL_TCP;
    return parse_tcp(scan, packet);
}
