/* plan.c: see plan.h. */
#include "tcp/plan.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "tcp/fastopen.h"
#include "tcp/pacing.h"
#include "tcp/pathprobe.h"
#include "tcp/sack.h"
#include "tcp/scoreboard.h"
#include "tcp/recovery.h"
#include "tcp/tailprobe.h"
#include "tcp/urgent.h"

/* Segments that one packet may carry when the device cuts it: 44 of 1460 octets fill 64 KB, 176 fill 256 KB. */
static const uint32_t SEGMENTS_PER_PACKET = 44, SEGMENTS_PER_LARGE = 176;

/* Room for IP and TCP header in a packet. */
static const uint32_t HEADER_RESERVE = 120;

/* MUST-16: what a full segment holds besides the options that it will carry. */
static uint32_t segment_octets(const struct tcb *tcb) {
    return tcb->snd.mss - sack_length(tcb);
}

/* The most segments that the device cuts out of one packet; 0: none. */
static uint32_t most_segments(unsigned offload, bool ipv4, uint32_t segment) {
    if (ipv4 && (offload & LUCID_OFFLOAD_LARGE4)) {
        return min_u32(SEGMENTS_PER_LARGE, (LUCID_PACKET_LARGE - HEADER_RESERVE) / segment);
    }
    bool cuts = offload & (ipv4 ? LUCID_OFFLOAD_TSO4 : LUCID_OFFLOAD_TSO6);
    return cuts ? min_u32(SEGMENTS_PER_PACKET, (LUCID_PACKET_MAX - HEADER_RESERVE) / segment) : 0;
}

/* The largest payload of one packet: one segment, or whole segments that the device will cut apart. It repeats the
 * header, and an urgent pointer is counted from the segment's own number: that needs segments of ours. */
static uint32_t largest_packet(const struct tcp *tcp, const struct tcb *tcb, uint32_t segment) {
    bool ipv4 = addr_is_ipv4(&tcb->ends.remote.addr);
    uint32_t most = most_segments(tcp->env->config.offload, ipv4, segment);
    if (most == 0 || urgent_sending(tcb)) {
        return segment;
    }
    return pacing_quantum(tcp, tcb, segment, most * segment);
}

/* Octets from seq to this many behind SND.UNA; 0 when seq lies beyond, as when the window has shrunk (MUST-34): then
 * nothing new leaves (SHLD-15), and of the old what the window still holds (SHLD-16), no more (MAY-7). */
static uint32_t left_of(const struct tcb *tcb, struct seq32 seq, uint64_t limit) {
    uint32_t used = seq_distance(tcb->snd.una, seq);
    return used < limit ? (uint32_t)(limit - used) : 0;
}

/* What of length octets from seq on the peer's window takes. */
static uint32_t window_takes(const struct tcp *tcp, const struct tcb *tcb, struct seq32 seq, uint32_t length) {
    if (WITHOUT(tcp->env, WINDOW)) {
        return length;
    }
    return min_u32(length, left_of(tcb, seq, tcb->snd.wnd));
}

/* A FIN leaves with or behind the last octet. It takes a number in the peer's window, but no part of cwnd. */
static bool fin_fits(const struct tcp *tcp, const struct tcb *tcb, const struct plan *plan) {
    struct seq32 end = tcb_data_end(tcb);
    bool last = seq_eq(seq_add(plan->seq, plan->length), end);
    bool fits = seq_distance(tcb->snd.una, end) < tcb->snd.wnd || WITHOUT(tcp->env, WINDOW);
    return tcb_has(tcb, TCB_FIN_QUEUED) && last && fits;
}

/* Whole segments only, but for the end of what there is: small pieces of a retransmission would be small for good. The
 * first one may leave whatever the congestion window says. */
static uint32_t room_again(const struct tcb *tcb, const struct plan *plan, uint32_t octets) {
    uint32_t room = recovery_room(tcb);
    if (room < octets) {
        room -= room % plan->segment;
    }
    return tcb->loss.forced ? max_u32(room, plan->segment) : room;
}

/* From plan.seq, the part of [plan.seq, end) that was sent before and may leave now. */
static struct plan again(const struct tcp *tcp, const struct tcb *tcb, struct plan plan, struct seq32 end) {
    struct seq32 data_end = seq_min(end, tcb_data_end(tcb));
    uint32_t octets = seq_lt(plan.seq, data_end) ? seq_distance(plan.seq, data_end) : 0;
    uint32_t room = plan.probe ? octets : room_again(tcb, &plan, octets);
    plan.again = true;
    plan.length = min_u32(window_takes(tcp, tcb, plan.seq, min_u32(octets, room)),
                          largest_packet(tcp, tcb, plan.segment));
    plan.fin = tcb_has(tcb, TCB_FIN_SENT) && fin_fits(tcp, tcb, &plan) && seq_gt(end, tcb_data_end(tcb));
    if (plan.length == 0 && !(plan.fin && octets == 0)) {
        plan.kind = PLAN_NOTHING;
    }
    return plan;
}

static struct plan lost(const struct tcp *tcp, const struct tcb *tcb) {
    const struct sent *first = scoreboard_first_lost(tcb);
    struct plan plan = {.kind = PLAN_DATA, .seq = first->start, .segment = segment_octets(tcb)};
    return again(tcp, tcb, plan, scoreboard_lost_end(first, LUCID_PACKET_MAX));
}

/* RFC 9293 3.8.6.2.1 MUST-38 and 3.7.4 MAY-16: is this part, shorter than a full segment, worth sending now? Not while
 * something is in flight (flying), says Nagle, be it the full segments in front of it in the same packet; else if
 * nothing is left behind it (all), or if it fills half of the largest window there ever was. Urgent data waits for no
 * company.
 */
static bool worth_sending(const struct tcp *tcp, const struct tcb *tcb, uint32_t length, bool flying, bool all,
                          bool fin) {
    if (fin || tcb_has(tcb, TCB_OVERRIDE)) {
        return true;
    }
    bool urgent = urgent_waiting(tcb);
    if (flying && !tcb_switched(tcb, SWITCH_NODELAY) && !urgent && !WITHOUT(tcp->env, NAGLE)) {
        return false;
    }
    return all ? urgent || (!tcb_switched(tcb, SWITCH_CORK) && !tcb_has(tcb, TCB_MORE))
               : WITHOUT(tcp->env, SWS) || length >= max_u32(tcb->snd.max_wnd / 2, 1);
}

/* Full segments as far as there are any (SHLD-28). The rest waits for an ACK at most, or for the override (MUST-60). */
static struct plan fresh(const struct tcp *tcp, const struct tcb *tcb) {
    struct plan plan = {.kind = PLAN_DATA, .seq = tcb->snd.nxt, .segment = segment_octets(tcb)};
    struct seq32 end = tcb_data_end(tcb);
    uint32_t waiting = seq_lt(plan.seq, end) ? seq_distance(plan.seq, end) : 0;
    uint32_t usable = window_takes(tcp, tcb, plan.seq, recovery_room(tcb));
    uint32_t larger = pathprobe_octets(tcp, tcb, min_u32(waiting, usable));
    if (larger > 0) {
        plan.length = plan.segment = larger - sack_length(tcb);
        plan.wider = true;
        return plan;
    }
    plan.length = min_u32(min_u32(waiting, usable), largest_packet(tcp, tcb, plan.segment));
    plan.fin = fin_fits(tcp, tcb, &plan);
    uint32_t part = plan.length % plan.segment;
    bool flying = tcb_data_flight(tcb) > 0 || plan.length > part;
    bool all = plan.length == waiting;
    if (part > 0 && !worth_sending(tcp, tcb, part, flying, all, plan.fin)) {
        plan.length -= part;
        plan.fin = false;
    }
    if (plan.length == 0 && !plan.fin) {
        plan.kind = PLAN_NOTHING;
    }
    return plan;
}

/* RFC 8985 7.3: one segment of new data, if the peer's window takes it; else, or on a short path, the last one again.
 * The congestion window does not count. */
static struct plan tail_probe(const struct tcp *tcp, const struct tcb *tcb) {
    struct plan plan = {.kind = PLAN_DATA, .seq = tcb->snd.nxt, .segment = segment_octets(tcb), .probe = true};
    struct seq32 end = tcb_data_end(tcb);
    uint32_t waiting = seq_lt(plan.seq, end) ? seq_distance(plan.seq, end) : 0;
    uint32_t takes = window_takes(tcp, tcb, plan.seq, min_u32(waiting, plan.segment));
    if (takes > 0 && !tcb_has(tcb, TCB_FIN_SENT) && tailprobe_is_new(tcb)) {
        plan.length = takes;
        return plan;
    }
    uint32_t last = min_u32(tcb_flight(tcb), plan.segment + tcb_has(tcb, TCB_FIN_SENT));
    plan.seq = seq_sub(tcb->snd.nxt, last);
    return again(tcp, tcb, plan, tcb->snd.nxt);
}

/* One octet: of what is in flight if the window shut on it, else the next new one (3.8.6.1 MUST-36). */
static struct plan window_probe(const struct tcb *tcb) {
    struct plan plan = {.kind = PLAN_WINDOW_PROBE, .seq = tcb->snd.una, .segment = 1, .again = tcb_flight(tcb) > 0};
    bool data = seq_lt(plan.seq, tcb_data_end(tcb));
    plan.length = data ? 1 : 0;
    plan.fin = !data && tcb_has(tcb, TCB_FIN_QUEUED);
    return plan;
}

static struct plan plan_text(const struct tcp *tcp, const struct tcb *tcb) {
    if (!plan_open(tcb)) {
        return (struct plan){.kind = PLAN_NOTHING};
    }
    if (tcb->probe.due) {
        return tail_probe(tcp, tcb);
    }
    if (pacing_waits(tcp, tcb)) {
        return (struct plan){.kind = PLAN_NOTHING};
    }
    if (tcb->board.lost > 0) {
        return lost(tcp, tcb);
    }
    return plan_unsent(tcb) ? fresh(tcp, tcb) : (struct plan){.kind = PLAN_NOTHING};
}

const char plan_cwnd_rule[] = "5681:2";

const char *plan_waits_by(const struct tcp *tcp, const struct tcb *tcb) {
    struct seq32 end = tcb_data_end(tcb);
    if (!plan_open(tcb) || !seq_lt(tcb->snd.nxt, end) || tcb_has(tcb, TCB_FIN_SENT) || pacing_waits(tcp, tcb)) {
        return NULL;
    }
    uint32_t waiting = seq_distance(tcb->snd.nxt, end);
    uint32_t window = window_takes(tcp, tcb, tcb->snd.nxt, waiting);
    uint32_t room = recovery_room(tcb);
    if (window == 0) {
        return "9293:3.8.6";
    }
    if (room < window) {
        return plan_cwnd_rule;
    }
    if (window < waiting) {
        return "9293:MUST-38";
    }
    return tcb_data_flight(tcb) > 0 && !tcb_switched(tcb, SWITCH_NODELAY) ? "9293:SHLD-7" : NULL;
}

/* A SYN,ACK that answers a crossing SYN is the first of its kind; what a time-out asks for was sent before. */
static struct plan plan_syn(const struct tcp *tcp, const struct tcb *tcb) {
    uint32_t octets = fastopen_octets(tcp, tcb);
    return (struct plan){
        .kind = PLAN_SYN,
        .seq = tcb->iss,
        .length = octets,
        .segment = octets,
        .again = tcb_has(tcb, TCB_SYN_REPEATED) || tcb->rtt.backoff > 0,
    };
}

struct plan plan_ack(const struct tcb *tcb) {
    return (struct plan){.kind = tcb_has(tcb, TCB_ACK_NOW) ? PLAN_ACK : PLAN_NOTHING, .seq = tcb->snd.nxt};
}

struct plan plan_next(const struct tcp *tcp, const struct tcb *tcb) {
    if (tcb_has(tcb, TCB_SYN_DUE)) {
        return plan_syn(tcp, tcb);
    }
    struct plan text = plan_text(tcp, tcb);
    if (text.kind != PLAN_NOTHING) {
        return text;
    }
    if (tcb_has(tcb, TCB_PROBE_DUE)) {
        return window_probe(tcb);
    }
    if (tcb_has(tcb, TCB_KEEPALIVE_DUE)) {
        return (struct plan){.kind = PLAN_KEEPALIVE, .seq = seq_sub(tcb->snd.nxt, 1)};
    }
    return plan_ack(tcb);
}
