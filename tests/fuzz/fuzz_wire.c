/* fuzz_wire.c: every parser of stack/wire/, and tun/segment.c, on any octets. What a parser accepts is built again
 * and parsed again: the same must come out. What is cut into segments must be segments that a host would take.
 *
 * Input: octet 0 says what the device claims of the packet, octets 1 and 2 are its segment size, the packet
 * follows. The IPv4 header's checksum is made right, or hardly any input would pass.
 */
#include "base/checksum.h"
#include "fuzz.h"
#include "lucid/host.h"
#include "sim/craft.h"
#include "wire/icmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/pseudo.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"
#include "wire/udp.h"

/* ---- transport ---- */

static bool same_sack(const struct tcp_options *a, const struct tcp_options *b) {
    bool same = b->sack_count <= a->sack_count;
    for (unsigned i = 0; i < b->sack_count && same; i++) {
        same = seq_eq(a->sack[i].left, b->sack[i].left) && seq_eq(a->sack[i].right, b->sack[i].right);
    }
    return same;
}

static bool same_options(const struct tcp_options *a, const struct tcp_options *b) {
    bool kinds = a->has_mss == b->has_mss && a->has_window_scale == b->has_window_scale &&
                 a->sack_permitted == b->sack_permitted && a->has_timestamps == b->has_timestamps;
    bool mss = !a->has_mss || a->mss == b->mss;
    bool scale = !a->has_window_scale || a->window_scale == b->window_scale;
    bool stamps = !a->has_timestamps || (a->ts_value == b->ts_value && a->ts_echo == b->ts_echo);
    return kinds && mss && scale && stamps && same_sack(a, b);
}

static void check_options(const uint8_t *octets, size_t length) {
    struct tcp_options options, again;
    uint8_t built[TCP_OPTIONS_MAX];
    if (tcp_options_parse(octets, length, &options) != LUCID_DROP_NONE) {
        return;
    }
    MUST(options.sack_count <= TCP_SACK_MAX && (!options.has_window_scale || options.window_scale <= 14));
    size_t written = tcp_options_build(built, &options);
    MUST(written == tcp_options_length(&options) && written % 4 == 0 && written <= sizeof built);
    MUST(tcp_options_parse(built, written, &again) == LUCID_DROP_NONE);
    MUST(same_options(&options, &again));
    MUST(again.sack_count == options.sack_count || written > sizeof built - 8); /* left out for want of room only */
}

static void check_tcp(const uint8_t *octets, size_t length) {
    struct tcp_header header, again;
    uint8_t built[TCP_HEADER_MAX] = {0};
    if (tcp_header_parse(octets, length, &header) != LUCID_DROP_NONE) {
        return;
    }
    MUST(header.header_length >= TCP_HEADER && header.header_length <= length && header.header_length % 4 == 0);
    MUST(tcp_header_build(built, &header) == TCP_HEADER);
    MUST(tcp_header_parse(built, header.header_length, &again) == LUCID_DROP_NONE);
    MUST(again.source_port == header.source_port && again.destination_port == header.destination_port);
    MUST(seq_eq(again.seq, header.seq) && seq_eq(again.ack, header.ack) && again.flags == header.flags);
    MUST(again.window == header.window && again.urgent == header.urgent && again.checksum == header.checksum);
    MUST(again.header_length == header.header_length);
    check_options(octets + TCP_HEADER, (size_t)header.header_length - TCP_HEADER);
}

static void check_udp(const uint8_t *octets, size_t length) {
    struct udp_header header, again;
    uint8_t built[UDP_HEADER];
    if (udp_parse(octets, length, &header) != LUCID_DROP_NONE) {
        return;
    }
    MUST(header.length >= UDP_HEADER && header.length <= length);
    MUST(udp_build(built, &header) == UDP_HEADER);
    MUST(memcmp(built, octets, UDP_HEADER) == 0);
    MUST(header.length > UDP_HEADER || udp_parse(built, UDP_HEADER, &again) == LUCID_DROP_NONE);
}

static void check_icmp(const uint8_t *octets, size_t length) {
    struct icmp_header header;
    uint8_t built[ICMP_HEADER];
    if (icmp_parse(octets, length, &header) == LUCID_DROP_NONE) {
        MUST(length >= ICMP_HEADER && icmp_build(built, &header) == ICMP_HEADER);
        MUST(memcmp(built, octets, ICMP_HEADER) == 0);
    }
}

static void check_transport(const uint8_t *octets, size_t length) {
    check_tcp(octets, length);
    check_udp(octets, length);
    check_icmp(octets, length);
}

/* ---- IP ---- */

static void check_ip4(const uint8_t *octets, size_t length) {
    struct ip4_header header, again, quote;
    uint8_t built[IP4_HEADER];
    if (ip4_parse_quote(octets, length, &quote) == LUCID_DROP_NONE) {
        MUST(quote.header_length >= IP4_HEADER && quote.header_length <= length);
    }
    if (ip4_parse(octets, length, &header) != LUCID_DROP_NONE) {
        return;
    }
    MUST(header.header_length >= IP4_HEADER && header.header_length <= header.total_length);
    MUST(header.total_length <= length);
    size_t options = (size_t)header.header_length - IP4_HEADER;
    MUST(ip4_bad_option(octets + IP4_HEADER, options) <= options);
    uint16_t total = header.total_length;
    header.total_length = IP4_HEADER;
    MUST(ip4_build(built, &header) == IP4_HEADER && ip4_parse(built, IP4_HEADER, &again) == LUCID_DROP_NONE);
    MUST(lucid_addr_equal(&again.source, &header.source) && lucid_addr_equal(&again.destination, &header.destination));
    MUST(again.id == header.id && again.fragment_offset == header.fragment_offset && again.ttl == header.ttl);
    MUST(again.dont_fragment == header.dont_fragment && again.more_fragments == header.more_fragments);
    MUST(again.protocol == header.protocol && again.tos == header.tos && again.header_length == IP4_HEADER);
    check_transport(octets + header.header_length, (size_t)total - header.header_length);
}

static void check_ip6(const uint8_t *octets, size_t length) {
    struct ip6_header header, quote;
    struct ip6_chain chain;
    uint8_t built[IP6_HEADER];
    if (ip6_parse_quote(octets, length, &quote) == LUCID_DROP_NONE) {
        ip6_chain(octets, length, &chain);
    }
    if (ip6_parse(octets, length, &header) != LUCID_DROP_NONE) {
        return;
    }
    size_t end = IP6_HEADER + (size_t)header.payload_length;
    MUST(end <= length && ip6_build(built, &header) == IP6_HEADER && memcmp(built, octets, IP6_HEADER) == 0);
    enum lucid_drop why = ip6_chain(octets, end, &chain);
    if (why == LUCID_DROP_NONE) {
        MUST(chain.offset >= IP6_HEADER && chain.offset <= end && chain.protocol_at < end);
        MUST(octets[chain.protocol_at] == chain.protocol);
        check_transport(octets + chain.offset, end - chain.offset);
    } else {
        MUST(chain.problem == IP6_PROBLEM_NONE || chain.problem_pointer < end);
    }
}

/* ---- segments ---- */

struct cut {
    const struct lucid_packet *packet;
    int count;
};

/* What lies behind the IP headers of a sound packet. */
struct upper {
    struct lucid_addr source, destination;
    size_t at;
    uint8_t protocol;
};

static bool find_upper4(const uint8_t *octets, size_t length, struct upper *upper) {
    struct ip4_header header;
    if (ip4_parse(octets, length, &header) != LUCID_DROP_NONE) {
        return false;
    }
    *upper = (struct upper){header.source, header.destination, header.header_length, header.protocol};
    return true;
}

/* A mapped address in an IPv6 header would look like IPv4 to pseudo_header_sum(). */
static bool find_upper6(const uint8_t *octets, size_t length, struct upper *upper) {
    struct ip6_header header;
    struct ip6_chain chain;
    MUST(ip6_parse(octets, length, &header) == LUCID_DROP_NONE);
    bool mapped = lucid_addr_is_ipv4(&header.source) || lucid_addr_is_ipv4(&header.destination);
    if (mapped || ip6_chain(octets, length, &chain) != LUCID_DROP_NONE) {
        return false;
    }
    *upper = (struct upper){header.source, header.destination, chain.offset, chain.protocol};
    return true;
}

/* Each segment that was cut off is a sound packet of its own; its checksum is as right as what the field held
 * before. */
static void check_segment(void *user, const uint8_t *octets, size_t length) {
    struct cut *cut = user;
    struct upper upper;
    bool ip4 = octets[0] >> 4 == 4;
    cut->count++;
    MUST(length > 0 && length <= cut->packet->length);
    if (length == cut->packet->length || cut->packet->checksum == LUCID_CHECKSUM_PARTIAL) {
        return;
    }
    bool found = ip4 ? find_upper4(octets, length, &upper) : find_upper6(octets, length, &upper);
    MUST(found || !ip4);
    if (found) {
        size_t left = length - upper.at;
        uint64_t sum = pseudo_header_sum(&upper.source, &upper.destination, upper.protocol, (uint32_t)left);
        MUST(checksum_finish(checksum_add(sum, octets + upper.at, left)) == 0);
    }
}

static void check_cutting(uint8_t *octets, size_t length, uint8_t claims, uint16_t segment_size) {
    struct lucid_packet packet = {.slices = 1, .length = (uint32_t)length, .segment_size = segment_size};
    packet.checksum = claims % 3;
    packet.slice[0] = (struct lucid_slice){octets, length};
    if (claims & 0x80 && length > 20) {
        packet.slices = 2;
        packet.slice[0].length = 20;
        packet.slice[1] = (struct lucid_slice){octets + 20, length - 20};
    }
    struct cut cut = {.packet = &packet};
    int result = lucid_segment_packet(&packet, check_segment, &cut);
    MUST(result == -LUCID_EINVAL ? cut.count == 0 : result == cut.count && result > 0);
}

static void make_ip4_checksum_right(uint8_t *octets, size_t length) {
    size_t header = length > 0 ? (octets[0] & 15u) * 4u : 0;
    if (length > 0 && octets[0] >> 4 == 4 && header >= IP4_HEADER && header <= length) {
        octets[10] = octets[11] = 0;
        uint16_t checksum = checksum_finish(checksum_add(0, octets, header));
        octets[10] = (uint8_t)(checksum >> 8);
        octets[11] = (uint8_t)checksum;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3 || size - 3 > LUCID_PACKET_MAX) {
        return 0;
    }
    uint8_t *octets = at_the_edge(data + 3, size - 3);
    size_t length = size - 3;
    make_ip4_checksum_right(octets, length);
    check_ip4(octets, length);
    check_ip6(octets, length);
    check_transport(octets, length);
    check_cutting(octets, length, data[0], (uint16_t)(data[1] << 8 | data[2]));
    return 0;
}
