/* arrive.c: a segment arrives: is it one, and whose is it? RFC 9293 3.10.7, before the state is asked.
 *
 * Next to read: arrive_closed.c, arrive_listen.c, arrive_synsent.c, arrive_other.c, arrive_timewait.c, in the order of
 * the RFC.
 */
#include "tcp/arrive.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "ip/elsewhere.h"
#include "tcp/keepalive.h"
#include "tcp/segment_trace.h"

/* Header and options, lengths first. Nothing of a segment is believed before its checksum is right (MUST-3). */
static enum lucid_drop parse(const struct tcp *tcp, const struct ip_datagram *datagram, struct segment *segment) {
    struct tcp_header header;
    enum lucid_drop why = tcp_header_parse(datagram->payload, datagram->length, &header);
    if (why != LUCID_DROP_NONE) {
        return why;
    }
    if (!ip_checksum_ok(datagram) && !WITHOUT(tcp->env, CHECKSUM)) {
        trace_rule(tcp->env, 0, "9293:MUST-3", LUCID_OUTCOME_DROPPED);
        return LUCID_DROP_TCP_CHECKSUM;
    }
    why = tcp_options_parse(datagram->payload + TCP_HEADER, header.header_length - (size_t)TCP_HEADER,
                            &segment->options);
    if (why != LUCID_DROP_NONE) {
        return why;
    }
    segment->ends = (struct endpoints){
        .local = {.addr = datagram->destination, .port = header.destination_port},
        .remote = {.addr = datagram->source, .port = header.source_port},
    };
    segment->seq = header.seq;
    segment->ack = header.ack;
    segment->up = seq_add(header.seq, header.urgent);
    segment->flags = header.flags;
    segment->trimmed = false;
    segment->window = header.window;
    segment->data = datagram->payload + header.header_length;
    segment->length = (uint32_t)(datagram->length - header.header_length);
    segment->datagram = datagram;
    return LUCID_DROP_NONE;
}

/* MUST-57: never for broadcast or multicast; and nobody talks to himself over a wire (CVE-1999-0016). Source addresses
 * were judged by ip_input() (MUST-63). */
static enum lucid_drop judge_addresses(const struct tcp *tcp, const struct segment *segment) {
    if (segment->datagram->to_multicast_or_broadcast) {
        trace_rule(tcp->env, 0, "9293:MUST-57", LUCID_OUTCOME_DROPPED);
        return LUCID_DROP_TCP_ADDRESS;
    }
    const struct endpoints *ends = &segment->ends;
    bool same_port = ends->local.port == ends->remote.port;
    if (same_port && addr_equal(&ends->local.addr, &ends->remote.addr)) {
        return LUCID_DROP_TCP_SELF;
    }
    return LUCID_DROP_NONE;
}

static enum lucid_drop to_connection(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    segment_trace_in(tcp->env, tcb->name, segment, tcb->snd.shift);
    if (!segment_has(segment, LUCID_SYN)) { /* RFC 7323 2.2: the window of a SYN is never scaled */
        segment->window <<= tcb->snd.shift;
    }
    keepalive_heard(tcp, tcb);
    return tcb_is(tcb, LUCID_SYN_SENT) ? arrive_synsent(tcp, tcb, segment) : arrive_other(tcp, tcb, segment);
}

static enum lucid_drop to_sleeper(struct tcp *tcp, struct sleeper *sleeper, struct segment *segment) {
    struct tcb *tcb = sleeper_wake(tcp, sleeper);
    if (!tcb) {
        return env_drop(tcp->env, sleeper->name, LUCID_DROP_NO_MEMORY);
    }
    list_push_back(&tcp->woken, &tcb->sibling);
    return to_connection(tcp, tcb, segment);
}

/* Connections to a listener come here and stay here, but for packets that the kernel's hash cannot tell apart
 * (ip/elsewhere.h). */
static bool is_elsewhere(const struct tcp *tcp, const struct listener *listener, const struct segment *segment) {
    const struct ip_datagram *in = segment->datagram;
    if (!listener) {
        return elsewhere_port(tcp->ip, in, segment->ends.local.port);
    }
    return in->carrier->anywhere && !segment_has(segment, LUCID_SYN) && elsewhere_any(tcp->ip, in);
}

/* A connection comes before a listener: who listens disturbs none of them (MUST-41). */
enum lucid_drop tcp_input(struct tcp *tcp, const struct ip_datagram *datagram) {
    struct segment segment;
    enum lucid_drop why = parse(tcp, datagram, &segment);
    if (why == LUCID_DROP_NONE) {
        why = judge_addresses(tcp, &segment);
    }
    if (why != LUCID_DROP_NONE) {
        return env_drop(tcp->env, 0, why);
    }
    tcp->env->stats.tcp_segments_in++;
    tcp->cause = LUCID_CAUSE_SEGMENT;
    struct demux_entry entry = demux_find_next(tcp, &segment.ends);
    if (entry.tcb) {
        return to_connection(tcp, entry.tcb, &segment);
    }
    if (entry.sleeper) {
        return to_sleeper(tcp, entry.sleeper, &segment);
    }
    if (entry.timewait) {
        segment_trace_in(tcp->env, entry.timewait->name, &segment, entry.timewait->peer_shift);
        return arrive_timewait(tcp, entry.timewait, &segment);
    }
    struct listener *listener = listener_find(tcp, &segment.ends.local);
    if (is_elsewhere(tcp, listener, &segment)) {
        return env_drop(tcp->env, 0, LUCID_DROP_ELSEWHERE);
    }
    segment_trace_in(tcp->env, listener ? listener->name : 0, &segment, 0);
    return listener ? arrive_listen(tcp, listener, &segment) : arrive_closed(tcp, &segment);
}
