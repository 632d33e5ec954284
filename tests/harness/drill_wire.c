/* drill_wire.c: plays the packet lines: what arrives is built and handed over, what leaves is read and compared. */
#include <stdio.h>
#include <string.h>

#include "harness/drill_run.h"
#include "lucid/trace.h"

/* Before a SYN that may begin a connection: our next SYN will tell its ISS. */
static void expect_new_numbers(struct drill_run *run, struct drill_flow *flow, const struct drill_packet *packet) {
    struct lucid_tcp_info info;
    if (packet->protocol != DRILL_TCP || (packet->u.tcp.flags & (LUCID_SYN | LUCID_ACK | LUCID_RST)) != LUCID_SYN) {
        return;
    }
    unsigned state = drill_flow_state(run, &flow->ends, &info);
    if (state & (LUCID_CLOSED | LUCID_LISTEN | LUCID_TIME_WAIT)) {
        flow->fresh = true;
        flow->has_stamp = false;
    }
}

bool drill_play_arrival(struct drill_run *run, const struct drill_packet *packet) {
    struct drill_flow *flow = drill_flow_of(run, packet);
    if (!flow) {
        return false;
    }
    size_t length = drill_packet_build(packet, &flow->ends, &flow->numbers, run->scratch);
    if (length == 0) {
        return drill_fail_line(run, "%s cannot carry this packet; add a line: only %s",
                               run->variant.ipv4 ? "IPv4" : "IPv6", run->variant.ipv4 ? "ipv6" : "ipv4");
    }
    expect_new_numbers(run, flow, packet);
    if (packet->protocol == DRILL_TCP) {
        run->last = flow;
    }
    drill_pcap_add(run->pcap, run->now, run->scratch, length);
    wire_check_in(run->check, run->now, run->scratch, length);
    run->in.slice[0] = (struct lucid_slice){run->scratch, length};
    run->in.slices = 1;
    run->in.length = (uint32_t)length;
    run->in.checksum = LUCID_CHECKSUM_FULL;
    run->in.segment_size = 0;
    run->in.id++;
    lucid_input(run->stack, run->now, &run->in);
    drill_tell_changes(run);
    return true;
}

static bool play_in(struct drill_run *run, const struct drill_line *line) {
    if (!drill_advance(run, drill_begin_time(run, &line->time))) {
        return false;
    }
    drill_tell(run, run->now, line->text);
    return drill_play_arrival(run, &line->u.packet) && drill_pull(run) && drill_retry_waits(run);
}

/* Every octet that leaves is the one that its place in the stream asks for. */
static bool payload_is(const struct drill_seen *seen, const struct drill_packet *packet, char *why) {
    bool stream_of_ours = packet->protocol != DRILL_ICMP; /* an echo reply returns what arrived */
    uint32_t place = drill_packet_place(packet);
    for (uint32_t i = 0; i < seen->payload_length; i++) {
        if (seen->payload[i] != drill_octet(stream_of_ours, place + i)) {
            snprintf(why, DRILL_PACKET_TEXT, "octet %u of its data is not the one that belongs there", i);
            return false;
        }
    }
    return true;
}

/* What the zeroes of a packet that left stand for, as far as it tells itself: a SYN our ISS, the first TSval our stamp,
 * the first cookie ours. */
static struct drill_numbers numbers_of(const struct drill_flow *flow, struct drill_packet *packet) {
    struct drill_numbers numbers = flow->numbers;
    const struct drill_tcp *tcp = &packet->u.tcp;
    if (packet->protocol != DRILL_TCP) {
        return numbers;
    }
    numbers.ours = flow->fresh && tcp->flags & LUCID_SYN ? tcp->seq : numbers.ours;
    for (unsigned i = 0; !flow->has_stamp && i < tcp->options.count; i++) {
        numbers.stamp = tcp->options.option[i].kind == DRILL_TS ? tcp->options.option[i].value[0] : numbers.stamp;
    }
    numbers.cookie = numbers.cookie ? numbers.cookie : drill_packet_cookie(packet);
    return numbers;
}

bool drill_packet_is(const struct drill_packet *expected, const struct drill_flow *flow, struct drill_seen *seen,
                     char why[DRILL_PACKET_TEXT]) {
    struct drill_tcp *tcp = &seen->packet.u.tcp;
    bool is_tcp = expected->protocol == DRILL_TCP && seen->packet.protocol == DRILL_TCP;
    seen->numbers = numbers_of(flow, &seen->packet);
    drill_packet_relative(&seen->packet, &seen->numbers);
    uint32_t relative = tcp->seq;
    /* RST for a segment without ACK has the sequence number 0 on the wire (RFC 9293 3.10.7.1), whatever our ISS. */
    if (is_tcp && (tcp->flags & (LUCID_RST | LUCID_ACK)) == (LUCID_RST | LUCID_ACK) && expected->u.tcp.seq == 0) {
        tcp->seq = seen->raw_seq;
    }
    if (drill_packet_differs(expected, &seen->packet, why)) {
        return false;
    }
    tcp->seq = is_tcp ? relative : tcp->seq;
    return payload_is(seen, &seen->packet, why);
}

static void learn(struct drill_flow *flow, const struct drill_seen *seen) {
    const struct drill_tcp *tcp = &seen->packet.u.tcp;
    if (seen->packet.protocol != DRILL_TCP) {
        return;
    }
    for (unsigned i = 0; i < tcp->options.count; i++) {
        flow->has_stamp = flow->has_stamp || tcp->options.option[i].kind == DRILL_TS;
    }
    flow->fresh = flow->fresh && !(tcp->flags & LUCID_SYN);
    flow->numbers = seen->numbers;
}

static bool same_ports(const struct drill_ends *a, const struct drill_ends *b) {
    return a->local.port == b->local.port && a->peer.port == b->peer.port;
}

struct drill_left *drill_packet_left(struct drill_run *run, const struct drill_packet *packet, struct drill_flow *flow,
                                     struct drill_seen *seen) {
    for (struct drill_left *left = run->left; left; left = left->next) {
        bool readable = drill_packet_read(left->octets, left->length, true, seen);
        if (readable && (packet->protocol == DRILL_ICMP ? seen->packet.protocol == DRILL_ICMP
                                                        : same_ports(&seen->ends, &flow->ends))) {
            return left;
        }
    }
    return NULL;
}

/* A fragment is compared by its octets, but for the identification, which nobody can know (and the IPv4 checksum, which
 * the checker has read). */
static bool is_part(struct drill_run *run, const struct drill_packet *packet, const struct drill_flow *flow) {
    const struct drill_left *left = run->left;
    size_t length = drill_packet_build(packet, &flow->ends, &flow->numbers, run->scratch);
    if (length == 0 || length != left->length) {
        return false;
    }
    if (run->variant.ipv4) {
        memcpy(run->scratch + 4, left->octets + 4, 2);
        memcpy(run->scratch + 10, left->octets + 10, 2);
    } else {
        memcpy(run->scratch + 44, left->octets + 44, 4);
    }
    return memcmp(run->scratch, left->octets, length) == 0;
}

static bool play_part_out(struct drill_run *run, const struct drill_line *line, const struct drill_flow *flow) {
    struct drill_left *left = run->left;
    if (!is_part(run, &line->u.packet, flow)) {
        return drill_fail_packet(run, "it is another fragment, or none");
    }
    drill_tell(run, left->time, line->text);
    drill_left_remove(run, left);
    return true;
}

static bool play_out(struct drill_run *run, const struct drill_line *line) {
    const struct drill_packet *packet = &line->u.packet;
    struct drill_flow *flow = drill_flow_of(run, packet);
    struct drill_seen seen;
    char why[DRILL_PACKET_TEXT];
    if (!flow) {
        return false;
    }
    run->last = packet->protocol == DRILL_TCP ? flow : run->last;
    if (!drill_advance(run, drill_begin_time(run, &line->time)) ||
        !drill_await_packet(run, drill_end_time(run, &line->time))) {
        return false;
    }
    if (!run->left) {
        return drill_fail_packet(run, "");
    }
    if (packet->ip.part_to > 0) {
        return play_part_out(run, line, flow);
    }
    struct drill_left *left = drill_packet_left(run, packet, flow, &seen);
    if (!left) {
        return drill_fail_packet(run, "it belongs to another connection, or to none");
    }
    if (!drill_packet_is(packet, flow, &seen, why)) {
        return drill_fail_packet(run, why);
    }
    learn(flow, &seen);
    drill_tell(run, left->time, line->text);
    drill_left_remove(run, left);
    return true;
}

bool drill_play_packet(struct drill_run *run, const struct drill_line *line) {
    return line->u.packet.outbound ? play_out(run, line) : play_in(run, line);
}
