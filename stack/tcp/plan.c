/* plan.c: see plan.h. */
#include "tcp/plan.h"

#include "base/bytes.h"
#include "tcp/sack.h"
#include "tcp/recovery.h"

/* Segments that one packet may carry when the device cuts it: 44 of 1460 octets fill 64 KB. */
static const uint32_t SEGMENTS_PER_PACKET = 44;

/* Room for IP and TCP header in the 65535 octets of a packet. */
static const uint32_t HEADER_RESERVE = 120;

bool plan_unsent(const struct tcb *tcb) {
    bool data = tcb_has(tcb, TCB_FIN_SENT) ? false : seq_lt(tcb->snd.nxt, tcb_data_end(tcb));
    return data || (tcb->flags & (TCB_FIN_QUEUED | TCB_FIN_SENT)) == TCB_FIN_QUEUED;
}

/* MUST-16: what a full segment holds besides the options that it will carry. */
static uint32_t segment_octets(const struct tcb *tcb) {
    return tcb->snd.mss - sack_length(tcb);
}

/* The largest payload of one packet: one segment, or whole segments that the device will cut apart. */
static uint32_t largest_packet(const struct tcp *tcp, const struct tcb *tcb, uint32_t segment) {
    unsigned tso = lucid_addr_is_ipv4(&tcb->ends.remote.addr) ? LUCID_OFFLOAD_TSO4 : LUCID_OFFLOAD_TSO6;
    if (!(tcp->env->config.offload & tso)) {
        return segment;
    }
    return min_u32(SEGMENTS_PER_PACKET, (LUCID_PACKET_MAX - HEADER_RESERVE) / segment) * segment;
}

/* Octets from seq to this many behind SND.UNA; 0 when seq lies beyond. */
static uint32_t left_of(const struct tcb *tcb, struct seq32 seq, uint64_t limit) {
    uint32_t used = seq_distance(tcb->snd.una, seq);
    return used < limit ? (uint32_t)(limit - used) : 0;
}

static uint32_t usable_from(const struct tcb *tcb, struct seq32 seq) {
    int64_t congestion = (int64_t)tcb->cc.cwnd + tcb->loss.inflation;
    uint64_t limit = min_u64(tcb->snd.wnd, congestion > 0 ? (uint64_t)congestion : 0);
    return left_of(tcb, seq, limit);
}

/* A FIN leaves with or behind the last octet. It takes a number in the peer's window, but no part of cwnd. */
static bool fin_fits(const struct tcb *tcb, const struct plan *plan) {
    struct seq32 end = tcb_data_end(tcb);
    bool last = seq_eq(seq_add(plan->seq, plan->length), end);
    return tcb_has(tcb, TCB_FIN_QUEUED) && last && seq_distance(tcb->snd.una, end) < tcb->snd.wnd;
}

static struct plan again(const struct tcp *tcp, const struct tcb *tcb) {
    struct plan plan = {.kind = PLAN_DATA, .seq = tcb->snd.rtx, .segment = segment_octets(tcb), .again = true};
    struct seq32 end = seq_min(tcb->snd.rtx_end, tcb_data_end(tcb));
    uint32_t octets = seq_lt(plan.seq, end) ? seq_distance(plan.seq, end) : 0;
    plan.length = min_u32(min_u32(octets, usable_from(tcb, plan.seq)), largest_packet(tcp, tcb, plan.segment));
    plan.fin = tcb_has(tcb, TCB_FIN_SENT) && fin_fits(tcb, &plan) && seq_gt(tcb->snd.rtx_end, tcb_data_end(tcb));
    if (plan.length == 0 && !(plan.fin && octets == 0)) {
        plan.kind = PLAN_NOTHING;
    }
    return plan;
}

/* RFC 9293 3.8.6.2.1 and 3.7.4: is this part, shorter than a full segment, worth sending now? Not while something is in
 * flight (flying), says Nagle, be it the full segments in front of it in the same packet; else if nothing is left
 * behind it (all), or if it fills half of the largest window there ever was.
 */
static bool worth_sending(const struct tcb *tcb, uint32_t length, bool flying, bool all, bool fin) {
    if (fin || tcb_has(tcb, TCB_OVERRIDE)) {
        return true;
    }
    if (flying && !tcb_switched(tcb, SWITCH_NODELAY)) {
        return false;
    }
    return all ? !tcb_switched(tcb, SWITCH_CORK) && !tcb_has(tcb, TCB_MORE)
               : length >= max_u32(tcb->snd.max_wnd / 2, 1);
}

static struct plan fresh(const struct tcp *tcp, const struct tcb *tcb) {
    struct plan plan = {.kind = PLAN_DATA, .seq = tcb->snd.nxt, .segment = segment_octets(tcb)};
    struct seq32 end = tcb_data_end(tcb);
    uint32_t waiting = seq_lt(plan.seq, end) ? seq_distance(plan.seq, end) : 0;
    uint32_t usable = usable_from(tcb, plan.seq);
    plan.length = min_u32(min_u32(waiting, usable), largest_packet(tcp, tcb, plan.segment));
    plan.fin = fin_fits(tcb, &plan);
    uint32_t part = plan.length % plan.segment;
    bool flying = tcb_flight(tcb) > 0 || plan.length > part;
    bool all = plan.length == waiting;
    if (part > 0 && !worth_sending(tcb, part, flying, all, plan.fin)) {
        plan.length -= part;
        plan.fin = false;
    }
    if (plan.length == 0 && !plan.fin) {
        plan.kind = PLAN_NOTHING;
    }
    return plan;
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
    if (!tcb_is(tcb, STATES_DATA_OUT)) {
        return (struct plan){.kind = PLAN_NOTHING};
    }
    if (recovery_resending(tcb)) {
        return again(tcp, tcb);
    }
    return plan_unsent(tcb) ? fresh(tcp, tcb) : (struct plan){.kind = PLAN_NOTHING};
}

struct plan plan_next(const struct tcp *tcp, const struct tcb *tcb) {
    if (tcb_has(tcb, TCB_SYN_DUE)) {
        return (struct plan){.kind = PLAN_SYN, .seq = tcb->iss, .again = tcb_has(tcb, TCB_SYN_REPEATED)};
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
    if (tcb_has(tcb, TCB_ACK_NOW)) {
        return (struct plan){.kind = PLAN_ACK, .seq = tcb->snd.nxt};
    }
    return (struct plan){.kind = PLAN_NOTHING};
}
