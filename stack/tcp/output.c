/* output.c: builds the segment that plan.c decided on, and notes that it left. See output.h. */
#include "tcp/output.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "tcp/cc.h"
#include "tcp/ecn.h"
#include "tcp/fastopen.h"
#include "tcp/life.h"
#include "tcp/negotiate.h"
#include "tcp/pathprobe.h"
#include "tcp/pacing.h"
#include "tcp/plan.h"
#include "tcp/pmtu.h"
#include "tcp/recovery.h"
#include "tcp/rtt.h"
#include "tcp/scoreboard.h"
#include "tcp/segment_trace.h"
#include "tcp/tailprobe.h"
#include "tcp/timer.h"
#include "tcp/urgent.h"
#include "tcp/user.h"
#include "tcp/variables.h"
#include "tcp/window.h"
#include "wire/pseudo.h"

/* RFC 9293 3.8.6.2.1: "The override timeout should be in the range 0.1 - 1.0 seconds." Also how long a cork holds. */
static const lucid_time OVERRIDE_TIMEOUT = 200 * LUCID_MILLISECOND;

bool output_due(const struct tcb *tcb) {
    return tcb_has(tcb, TCB_SYN_DUE | TCB_PROBE_DUE | TCB_KEEPALIVE_DUE | TCB_ACK_NOW) || tcb->board.lost > 0 ||
           tcb->probe.due || (plan_open(tcb) && plan_unsent(tcb));
}

static uint8_t flags_for(const struct tcb *tcb, const struct plan *plan) {
    if (plan->kind == PLAN_SYN) {
        return tcb_is(tcb, LUCID_SYN_SENT) ? LUCID_SYN : LUCID_SYN | LUCID_ACK;
    }
    bool last = plan->length > 0 && seq_eq(seq_add(plan->seq, plan->length), tcb_data_end(tcb));
    bool push = last && plan->kind == PLAN_DATA; /* MUST-61, SHLD-27 */
    return (uint8_t)(LUCID_ACK | (push ? LUCID_PSH : 0) | (plan->fin ? LUCID_FIN : 0));
}

/* The window of a SYN is never scaled (RFC 7323 2.2). */
static uint16_t window_for(const struct tcp *tcp, struct tcb *tcb, const struct plan *plan) {
    if (plan->kind == PLAN_SYN) {
        return (uint16_t)min_u32(min_u32(tcb->rcv.buffer, UINT16_MAX),
                                 tcb_is(tcb, LUCID_SYN_SENT) ? UINT16_MAX : tcb_receive_window(tcb));
    }
    return window_advertise(tcp, tcb);
}

/* The payload as slices of the send queue; fewer octets, whole segments, when the slices do not suffice. */
static uint32_t attach_payload(struct tcb *tcb, struct plan *plan, struct lucid_packet *out) {
    unsigned count = 0;
    if (plan->length > 0) {
        struct seq32 first = plan->kind == PLAN_SYN ? seq_add(plan->seq, 1) : plan->seq;
        uint32_t offset = seq_distance(tcb_data_start(tcb), first);
        uint32_t found = buffers_slices(&tcb->send_queue, offset, plan->length, out->slice + 1, LUCID_PACKET_SLICES - 1,
                                        &count);
        if (found < plan->length) {
            uint32_t whole = found - found % plan->segment;
            plan->length = whole > 0 ? whole : found;
            plan->fin = false;
            buffers_slices(&tcb->send_queue, offset, plan->length, out->slice + 1, LUCID_PACKET_SLICES - 1, &count);
        }
    }
    out->slices = 1 + count;
    return plan->length;
}

/* RFC 9293 3.1 MUST-2: always, by us or by a device that has promised to complete it. */
static void complete_checksum(const struct tcp *tcp, const struct tcb *tcb, struct lucid_packet *out, size_t ip_length,
                              uint32_t payload) {
    uint8_t *field = out->head + ip_length + TCP_CHECKSUM_AT;
    uint32_t header = out->header_length - (uint32_t)ip_length;
    uint64_t sum = pseudo_header_sum(&tcb->ends.local.addr, &tcb->ends.remote.addr, TCP_PROTOCOL, header + payload);
    out->checksum_start = (uint16_t)ip_length;
    out->checksum_offset = TCP_CHECKSUM_AT;
    if (tcp->env->config.offload & LUCID_OFFLOAD_CHECKSUM) {
        out->checksum = LUCID_CHECKSUM_PARTIAL;
        put16(field, checksum_fold(sum));
        return;
    }
    out->checksum = LUCID_CHECKSUM_FULL;
    sum = checksum_add(sum, out->head + ip_length, header);
    put16(field, checksum_finish(checksum_slices(sum, out->slice + 1, out->slices - 1)));
}

static void build(struct tcp *tcp, struct tcb *tcb, struct plan *plan, struct lucid_packet *out,
                  struct tcp_header *header) {
    struct tcp_options options = {0};
    if (plan->kind == PLAN_SYN) {
        negotiate_offer(tcp, tcb, &options);
    }
    uint32_t payload = attach_payload(tcb, plan, out);
    negotiate_options(tcp, tcb, payload > 0, &options);
    size_t ip_length = ip_head_length(&tcb->ends.remote.addr);
    size_t option_length = tcp_options_build(out->head + ip_length + TCP_HEADER, &options);
    *header = (struct tcp_header){
        .source_port = tcb->ends.local.port,
        .destination_port = tcb->ends.remote.port,
        .seq = plan->seq,
        .ack = tcb_is(tcb, LUCID_SYN_SENT) ? seq32(0) : tcb->rcv.nxt,
        .header_length = (uint8_t)(TCP_HEADER + option_length),
        .flags = flags_for(tcb, plan),
        .window = window_for(tcp, tcb, plan),
    };
    urgent_mark(tcb, header);
    uint8_t tos = tcb->tos | ecn_mark(tcb, plan, header);
    ip_head(out->head, &tcb->ends.local.addr, &tcb->ends.remote.addr, TCP_PROTOCOL, tcb->ttl, tos,
            header->header_length + payload);
    tcp_header_build(out->head + ip_length, header);
    out->header_length = (uint16_t)(ip_length + header->header_length);
    out->slice[0] = (struct lucid_slice){.data = out->head, .length = out->header_length};
    out->length = out->header_length + payload;
    out->segment_size = payload > plan->segment ? (uint16_t)plan->segment : 0;
    out->id = ++tcp->env->packets_named;
    complete_checksum(tcp, tcb, out, ip_length, payload);
}

static void start_timers(struct tcp *tcp, struct tcb *tcb) {
    if (!tcb_timer_on(tcb, LUCID_TIMER_RTO)) {
        tcb_timer_set(tcp, tcb, LUCID_TIMER_RTO, tcp->env->now + tcb->rtt.rto);
    }
    if (!tcb_timer_on(tcb, LUCID_TIMER_USER)) {
        user_timeout_restart(tcp, tcb);
    }
}

static void left_syn(struct tcp *tcp, struct tcb *tcb, const struct plan *plan) {
    struct env *env = tcp->env;
    bool first = !tcb_syn_left(tcb);
    tcb->flags &= ~(unsigned)TCB_SYN_DUE;
    if (WITHOUT(env, THREE_WAY) && !tcb_syn_unacked(tcb)) {
        return; /* nobody waits for an ACK of it */
    }
    if (first) {
        fastopen_left(tcp, tcb, plan->length);
        rtt_begin(tcb, tcb->snd.nxt, env->now);
    } else {
        rtt_sent_again(tcp, tcb, tcb->snd.nxt);
        tcb->flags |= TCB_SYN_REPEATED;
        tcb->retransmits++;
        env->stats.tcp_retransmits++;
    }
    start_timers(tcp, tcb);
}

static void left_again(struct tcp *tcp, struct tcb *tcb, const struct plan *plan, struct seq32 end) {
    scoreboard_sent_again(tcp, tcb, plan->seq, end, tcp->env->now);
    pathprobe_sent_again(tcp, tcb, plan->seq, end);
    rtt_sent_again(tcp, tcb, end);
    recovery_left(tcb, plan->length, true);
    tcb->retransmits++;
    tcp->env->stats.tcp_retransmits++;
    start_timers(tcp, tcb);
}

static void left_fresh(struct tcp *tcp, struct tcb *tcb, const struct plan *plan, struct seq32 end) {
    scoreboard_sent(tcp, tcb, plan->seq, end);
    recovery_left(tcb, plan->length, false);
    tcb->snd.nxt = end;
    tcb->flags &= ~(unsigned)(TCB_OVERRIDE | TCB_PROBE_SENT);
    tcb->traced_wait = tcb->traced_wait == plan_cwnd_rule ? plan_cwnd_rule : NULL;
    tcb->flags |= plan->fin ? TCB_FIN_SENT : 0;
    tcb->octets_out += plan->length;
    tcp->env->stats.tcp_octets_out += plan->length;
    tcb_timer_stop(tcp, tcb, LUCID_TIMER_PERSIST);
    rtt_begin(tcb, end, tcp->env->now);
    start_timers(tcp, tcb);
}

/* SND.NXT stays: should the peer not take it, the octet leaves again with those behind it when the window opens. */
static void left_probe(struct tcp *tcp, struct tcb *tcb, const struct plan *plan) {
    tcb->flags &= ~(unsigned)TCB_PROBE_DUE;
    tcb->flags |= plan->again ? 0 : TCB_PROBE_SENT;
    tcp->env->stats.tcp_probes++;
    if (!tcb_timer_on(tcb, LUCID_TIMER_USER)) {
        user_timeout_restart(tcp, tcb);
    }
}

/* Every segment but the first SYN carries an ACK and a window. */
static void left_ack(struct tcp *tcp, struct tcb *tcb, const struct plan *plan) {
    bool told = tcb_has(tcb, TCB_DSACK_DUE);
    tcb->rcv.acked = tcb->rcv.nxt;
    tcb->rcv.full_segments = 0;
    tcb->flags &= ~(unsigned)(TCB_ACK_NOW | TCB_DSACK_DUE);
    tcb_timer_stop(tcp, tcb, LUCID_TIMER_DELAYED_ACK);
    if (told) {
        trace_rule(tcp->env, tcb->name, "2883:4", LUCID_OUTCOME_ACCEPTED);
    }
    bool counts = plan->kind == PLAN_ACK || tcb_agreed(tcb, AGREED_SACK);
    if (counts && tcb->rcv.acks_due > 0) {
        tcb->rcv.acks_due--;
    }
    if (tcb->rcv.acks_due > 0) {
        tcb->flags |= TCB_ACK_NOW;
    }
}

static void left(struct tcp *tcp, struct tcb *tcb, const struct plan *plan) {
    struct seq32 end = seq_add(plan->seq, plan->length + (plan->fin ? 1 : 0));
    left_ack(tcp, tcb, plan);
    switch (plan->kind) {
    case PLAN_SYN:
        left_syn(tcp, tcb, plan);
        break;
    case PLAN_DATA:
        tcb->last_sent = tcp->env->now;
        pacing_left(tcp, tcb, plan->length);
        if (plan->again) {
            left_again(tcp, tcb, plan, end);
        } else {
            left_fresh(tcp, tcb, plan, end);
        }
        if (plan->wider) {
            pathprobe_left(tcp, tcb, plan->seq, end);
        }
        if (plan->probe) {
            tailprobe_left(tcp, tcb, plan->again);
        }
        tailprobe_schedule(tcp, tcb);
        break;
    case PLAN_WINDOW_PROBE:
        left_probe(tcp, tcb, plan);
        break;
    case PLAN_KEEPALIVE:
        tcb->flags &= ~(unsigned)TCB_KEEPALIVE_DUE;
        tcp->env->stats.tcp_keepalives++;
        break;
    case PLAN_ACK:
    case PLAN_NOTHING:
        break;
    }
}

/* Nothing can leave, yet something waits and nothing is in flight whose ACK would bring the next chance: only a timer
 * can go on. With a shut window that is a probe after one RTO (SHLD-29); with a window too small to be worth it, or a
 * cork, the override. */
static void set_persist(struct tcp *tcp, struct tcb *tcb) {
    bool waiting = plan_open(tcb) && plan_unsent(tcb);
    bool timed = tcb_timer_on(tcb, LUCID_TIMER_PERSIST) || tcb_timer_on(tcb, LUCID_TIMER_PACE);
    if (!waiting || tcb_flight(tcb) > 0 || timed) {
        return;
    }
    if (WITHOUT(tcp->env, PERSIST) && tcb->snd.wnd == 0) {
        return;
    }
    lucid_time delay = tcb->snd.wnd > 0 ? OVERRIDE_TIMEOUT : tcb->rtt.rto;
    tcb_timer_set(tcp, tcb, LUCID_TIMER_PERSIST, tcp->env->now + delay);
}

/* Told when it begins. A bulk transfer waits for its congestion window after every segment: that is told once. */
static void trace_wait(struct tcp *tcp, struct tcb *tcb) {
    if (!trace_wants(&tcp->env->trace, LUCID_EVENT_RULE)) {
        return;
    }
    const char *rule = plan_waits_by(tcp, tcb);
    if (rule && rule != tcb->traced_wait) {
        trace_rule(tcp->env, tcb->name, rule, LUCID_OUTCOME_WAITS);
    }
    tcb->traced_wait = rule ? rule : tcb->traced_wait;
}

static void restart_if_idle(struct tcp *tcp, struct tcb *tcb) {
    bool idle = tcb_flight(tcb) == 0 && tcp->env->now - tcb->last_sent > tcb->rtt.rto;
    uint32_t before = tcb->cc.cwnd;
    if (idle && !WITHOUT(tcp->env, SLOW_START)) {
        cc_restart_after_idle(&tcp->env->config, tcb);
    }
    if (tcb->cc.cwnd < before) {
        trace_rule(tcp->env, tcb->name, "5681:4.1", LUCID_OUTCOME_ADJUSTED);
    }
}

bool output_segment(struct tcp *tcp, struct tcb *tcb, struct lucid_packet *out) {
    restart_if_idle(tcp, tcb);
    struct plan plan = plan_next(tcp, tcb);
    tcb->probe.due = false;
    if (plan.kind == PLAN_DATA && !scoreboard_reserve(tcp, tcb) && !plan.again) {
        plan = plan_ack(tcb); /* no memory for a record of what flies */
    }
    pacing_schedule(tcp, tcb);
    if (plan.kind == PLAN_NOTHING) {
        trace_wait(tcp, tcb);
        set_persist(tcp, tcb);
        return false;
    }
    struct tcp_header header;
    build(tcp, tcb, &plan, out, &header);
    left(tcp, tcb, &plan);
    pmtu_sent(tcb, out->header_length + min_u32(plan.length, plan.segment));
    tcp->env->stats.tcp_segments_out++;
    uint8_t shift = plan.kind == PLAN_SYN ? 0 : tcb->rcv.shift;
    segment_trace_out(tcp->env, tcb, out, &header, (uint32_t)header.window << shift, plan.again);
    variables_trace(tcp, tcb);
    return true;
}
