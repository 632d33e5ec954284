/* watch.c: a stack from event to event, and what arrives. See watch.h. */
#include "sim/watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "tcp/cc.h"
#include "tcp/spurious.h"
#include "harness/work.h"
#include "tcp/fsm.h"

void watch_broken(struct watch *watch, const char *format, ...) {
    if (watch->broken[0] != '\0') {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(watch->broken, sizeof watch->broken, format, arguments);
    va_end(arguments);
}

void watch_begin(struct watch *watch, struct lucid_stack *stack, uint64_t key, bool reserves) {
    memset(watch, 0, sizeof *watch);
    watch->stack = stack;
    watch->key = key;
    watch->reserves = reserves;
}

void watch_end(struct watch *watch) {
    lucid_packet_release(watch->stack, &watch->in);
    free(watch->past);
    watch->past = NULL;
    watch->room = 0;
}

struct watch_past *watch_past(struct watch *watch, const struct tcb *tcb) {
    if (tcb->number >= watch->room) {
        uint32_t room = 2 * tcb->number + 16;
        watch->past = realloc(watch->past, room * sizeof *watch->past);
        memset(watch->past + watch->room, 0, (room - watch->room) * sizeof *watch->past);
        watch->room = room;
    }
    struct watch_past *past = &watch->past[tcb->number];
    bool same = past->name == tcb->name;
    bool replaced = past->state == LUCID_SYN_RECEIVED && !seq_eq(past->irs, tcb->irs);
    if (!same || replaced) {
        *past = (struct watch_past){.name = tcb->name,
                                    .irs = tcb->irs,
                                    .challenges = same ? past->challenges : 0, /* it is the same TCB that counts */
                                    .challenge_second = same ? past->challenge_second : 0,
                                    .una = tcb->snd.una,
                                    .rcv_nxt = tcb->rcv.nxt,
                                    .cwnd = tcb->cc.cwnd,
                                    .rto = tcb->rtt.rto,
                                    .state = LUCID_CLOSED,
                                    .ends = tcb->ends};
    }
    return past;
}

/* ---- connections ---- */

/* Before the peer's SYN came, and the own one was acknowledged, numbers begin anew. */
static void check_numbers(struct watch *watch, const struct tcb *tcb, const struct watch_past *past) {
    bool began = past->state & STATES_SYNCHRONIZED;
    if (began && seq_lt(tcb->snd.una, past->una)) {
        watch_broken(watch, "I3: SND.UNA went back by %u", seq_distance(tcb->snd.una, past->una));
    }
    if (began && seq_lt(tcb->rcv.nxt, past->rcv_nxt)) {
        watch_broken(watch, "I11: RCV.NXT went back by %u", seq_distance(tcb->rcv.nxt, past->rcv_nxt));
    }
    if (past->fin_taken && (!tcb_has(tcb, TCB_FIN_SEEN) || !seq_eq(past->fin, tcb->rcv.fin))) {
        watch_broken(watch, "I17: the peer's FIN was at %u and is not any more", past->fin.v);
    }
}

/* RFC 6298 5.5 and 5.7: doubled on expiry; a smaller one only when something new was acknowledged, or measured. */
static void check_rto(struct watch *watch, const struct tcb *tcb, const struct watch_past *past) {
    bool acked = !seq_eq(past->una, tcb->snd.una);
    bool probed = past->wnd == 0; /* persist intervals are another matter */
    if (tcb->rtt.backoff < past->backoff && !acked && !probed && (past->state & STATES_SYNCHRONIZED) &&
        tcb->snd.wnd > 0 && tcb_flight(tcb) > 0) {
        watch_broken(watch, "I24: the back-off went from %u to %u without an acknowledgment", past->backoff,
                     tcb->rtt.backoff);
    }
}

/* I24: RFC 6298 5.5. */
static void check_doubled(struct watch *watch, const struct tcb *tcb, const struct watch_past *past) {
    lucid_time doubled = 2 * past->rto;
    doubled = doubled < watch->stack->env.config.rto_max ? doubled : watch->stack->env.config.rto_max;
    if (tcb->rtt.backoff == past->backoff + 1 && tcb->snd.wnd > 0 && past->wnd > 0 && tcb->rtt.rto != doubled) {
        watch_broken(watch, "I24: a time-out has not doubled the RTO");
    }
}

/* A piece that is lent is taken whole; a small one is copied, and cannot be told from others. */
static const uint32_t COPIED_WHOLE = 1023;

/* I5: what was queued now is not beyond SO_SNDBUF, but for a piece that was lent. */
static void check_queue(struct watch *watch, const struct tcb *tcb, const struct watch_past *past) {
    const struct buffer *last = tcb->send_queue.tail;
    bool grown = tcb->send_queue.length > past->queued;
    if (grown && tcb->send_queue.length > tcb->send_buffer + COPIED_WHOLE && !(last && last->lent)) {
        watch_broken(watch, "I5: %u octets are queued, SO_SNDBUF is %u", tcb->send_queue.length, tcb->send_buffer);
    }
}

/* I31: what is new leaves only within cwnd; limited transmit (RFC 3042), a tail probe, and a probe of a shut window may
 * go beyond, by a few segments. Without memory for records the sender itself cannot count. */
static void check_flight(struct watch *watch, const struct tcb *tcb, const struct watch_past *past) {
    uint32_t gone = tcb->board.sacked + tcb->board.lost, flight = tcb_flight(tcb);
    uint32_t pipe = flight > gone ? flight - gone : 0;
    uint32_t cwnd = past->cwnd > tcb->cc.cwnd ? past->cwnd : tcb->cc.cwnd;
    int32_t inflation = tcb->loss.inflation > past->inflation ? tcb->loss.inflation : past->inflation;
    int64_t most = (int64_t)cwnd + (inflation > 0 ? inflation : 0) + 4 * tcb->snd.mss + 2;
    bool began = past->state & STATES_SYNCHRONIZED;
    bool fresh = seq_gt(tcb->snd.nxt, seq_add(past->nxt, 1)); /* a FIN is no part of cwnd */
    if (began && fresh && !watch->scarce && pipe > most) {
        watch_broken(watch, "I31: %u octets are in flight, cwnd is %u", pipe, cwnd);
    }
}

/* In slow start cwnd grows by no more than was acknowledged (RFC 5681 3.1, RFC 3465); what recovery does with it (RFC
 * 6937, RFC 6582) is another matter, and that a cut may be taken back (RFC 5682); and a fixed window does not grow, it
 * is back. */
static void check_growth(struct watch *watch, const struct tcb *tcb, const struct watch_past *past) {
    bool began = past->state & STATES_SYNCHRONIZED && !seq_eq(past->una, tcb->iss);
    uint32_t acked = seq_distance(past->una, tcb->snd.una);
    bool recovers = past->recovers || past->undoable || tcb_has(tcb, TCB_RECOVERY) || tcb->cc.ops == &cc_fixed;
    if (began && !recovers && past->cwnd < past->ssthresh && past->ssthresh == tcb->cc.ssthresh &&
        tcb->cc.cwnd > past->cwnd + acked) {
        watch_broken(watch, "I31: cwnd grew by %u, but only %u octets were acknowledged", tcb->cc.cwnd - past->cwnd,
                     acked);
    }
}

static void remember(const struct tcb *tcb, struct watch_past *past) {
    past->irs = tcb->irs;
    past->una = tcb->snd.una;
    past->nxt = tcb->snd.nxt;
    past->queued = tcb->send_queue.length;
    past->rcv_nxt = tcb->rcv.nxt;
    past->fin_taken = tcb_has(tcb, TCB_FIN_RECEIVED);
    past->fin = tcb->rcv.fin;
    past->recovers = tcb_has(tcb, TCB_RECOVERY);
    past->undoable = tcb->loss.undoable || tcb->loss.frto != FRTO_OFF;
    past->wnd = tcb->snd.wnd;
    past->cwnd = tcb->cc.cwnd;
    past->inflation = tcb->loss.inflation;
    past->ssthresh = tcb->cc.ssthresh;
    past->backoff = tcb->rtt.backoff;
    past->rto = tcb->rtt.rto;
}

void watch_stack(struct watch *watch) {
    struct check_report report;
    if (stack_check(watch->stack, &report) != 0) {
        watch_broken(watch, "%s", report.broken);
    }
    const struct tcb *tcb;
    for (uint32_t cursor = 0; (tcb = pool_next(&watch->stack->tcp.tcbs, &cursor));) {
        struct watch_past *past = watch_past(watch, tcb);
        if (!tcb_has(tcb, TCB_RETIRED)) {
            check_numbers(watch, tcb, past);
            check_rto(watch, tcb, past);
            check_growth(watch, tcb, past);
            check_doubled(watch, tcb, past);
            check_queue(watch, tcb, past);
            check_flight(watch, tcb, past);
        }
        remember(tcb, past);
        past->state = tcb->state;
    }
}

/* I26: the states of a connection are linked by rows of the machine. */
void watch_event(struct watch *watch, const struct lucid_event *event) {
    if (event->kind != LUCID_EVENT_STATE) {
        return;
    }
    const struct lucid_event_state *state = &event->u.state;
    const struct lucid_fsm_row *row = state->row >= 0 ? lucid_fsm_row((unsigned)state->row) : NULL;
    if (!row || row->to != state->to || !(row->from & state->from)) {
        watch_broken(watch, "I26: %s became %s, which is not row %d", lucid_state_name(state->from),
                     lucid_state_name(state->to), state->row);
    }
}

/* I23: what is due has been dealt with. lucid_deadline() is the least, or a little before it. */
static void check_due(struct watch *watch) {
    const struct tcp *tcp = &watch->stack->tcp;
    const struct tcb *tcb;
    lucid_time deadline = tcp_deadline(tcp);
    for (uint32_t cursor = 0; (tcb = pool_next(&tcp->tcbs, &cursor));) {
        for (unsigned i = 0; i < LUCID_TIMERS && !tcb_has(tcb, TCB_RETIRED); i++) {
            if (tcb->at[i] < tcp->env->now || tcb->at[i] < deadline) {
                watch_broken(watch, "I23: timer %s was due and has not fired, or lucid_deadline() forgets it",
                             lucid_timer_name(i));
            }
        }
    }
}

/* I25: two full segments are acknowledged at the end of the batch that they came in (RFC 9293 MUST-58, SHLD-19). */
void watch_batch(struct watch *watch) {
    const struct tcb *tcb;
    check_due(watch);
    for (uint32_t cursor = 0; (tcb = pool_next(&watch->stack->tcp.tcbs, &cursor));) {
        bool takes = tcb_is(tcb, STATES_DATA_IN) && !tcb_has(tcb, TCB_RETIRED);
        if (takes && seq_distance(tcb->rcv.acked, tcb->rcv.nxt) >= 2u * tcb->rcv.mss) {
            watch_broken(watch, "I25: %u octets were received, two full segments, and no ACK has left",
                         seq_distance(tcb->rcv.acked, tcb->rcv.nxt));
        }
    }
}

/* ---- what arrives ---- */

bool watch_ends(const uint8_t *octets, size_t length, bool mine, struct endpoints *ends, size_t *transport) {
    bool ipv4 = length >= 20 && octets[0] >> 4 == 4;
    size_t at = ipv4 ? (octets[0] & 15) * 4u : 40;
    if (length < at + 20 || (ipv4 ? octets[9] : octets[6]) != 6 || (ipv4 && (octets[6] & 0x3f || octets[7]))) {
        return false;
    }
    struct lucid_sockaddr source = {.port = (uint16_t)(octets[at] << 8 | octets[at + 1])};
    struct lucid_sockaddr destination = {.port = (uint16_t)(octets[at + 2] << 8 | octets[at + 3])};
    if (ipv4) {
        memset(source.addr.octet + 10, 0xff, 2);
        memset(destination.addr.octet + 10, 0xff, 2);
        memcpy(source.addr.octet + 12, octets + 12, 4);
        memcpy(destination.addr.octet + 12, octets + 16, 4);
    } else {
        memcpy(source.addr.octet, octets + 8, 16);
        memcpy(destination.addr.octet, octets + 24, 16);
    }
    *ends = mine ? (struct endpoints){source, destination} : (struct endpoints){destination, source};
    *transport = at;
    return true;
}

static bool is_icmp_error(const uint8_t *octets, size_t length) {
    bool ipv4 = length >= 28 && octets[0] == 0x45;
    if (ipv4 && octets[9] == 1) {
        uint8_t type = octets[20];
        return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    }
    return length >= 48 && octets[0] >> 4 == 6 && octets[6] == 58 && octets[40] < 128;
}

void watch_before(struct watch *watch, const uint8_t *octets, size_t length, bool sound) {
    size_t transport;
    const struct env *env = &watch->stack->env;
    watch->before.stats.tcp_challenge_acks = env->stats.tcp_challenge_acks;
    watch->before.stats.tcp_challenge_limited = env->stats.tcp_challenge_limited;
    watch->before.replies = watch->stack->ip.replies.count;
    watch->before.last_reply = watch->stack->ip.replies.last;
    watch->before.sound = sound;
    watch->before.length = length;
    watch->before.tcp = watch_ends(octets, length, false, &watch->before.ends, &transport);
    watch->before.reset = watch->before.tcp && (octets[transport + 13] & LUCID_RST);
    watch->before.icmp_error = is_icmp_error(octets, length);
    work_blocks = 0;
}

/* A stack and an honest network give no reason for these. */
static bool is_parser(int why) {
    switch ((enum lucid_drop)why) {
    case LUCID_DROP_IP_SHORT:
    case LUCID_DROP_IP_VERSION:
    case LUCID_DROP_IP_HEADER_LENGTH:
    case LUCID_DROP_IP_TOTAL_LENGTH:
    case LUCID_DROP_IP_CHECKSUM:
    case LUCID_DROP_IP_SOURCE:
    case LUCID_DROP_IP_DESTINATION:
    case LUCID_DROP_IP_OPTION:
    case LUCID_DROP_IP_PROTOCOL:
    case LUCID_DROP_IP_FRAGMENT:
    case LUCID_DROP_ICMP_SHORT:
    case LUCID_DROP_ICMP_CHECKSUM:
    case LUCID_DROP_TCP_SHORT:
    case LUCID_DROP_TCP_OFFSET:
    case LUCID_DROP_TCP_OPTION:
    case LUCID_DROP_TCP_CHECKSUM:
    case LUCID_DROP_TCP_SELF:
    case LUCID_DROP_PACKET:
        return true;
    default:
        return false;
    }
}

static bool is_wrong_sum(int why) {
    return why == LUCID_DROP_IP_CHECKSUM || why == LUCID_DROP_TCP_CHECKSUM || why == LUCID_DROP_ICMP_CHECKSUM ||
           why == LUCID_DROP_UDP_CHECKSUM || why == LUCID_DROP_TCP_ADDRESS || why == LUCID_DROP_IP_DESTINATION;
}

static bool is_reset(const struct datagram *reply) {
    struct endpoints ends;
    size_t transport;
    return watch_ends(reply->octets, reply->length, true, &ends, &transport) &&
           (reply->octets[transport + 13] & LUCID_RST);
}

static void check_replies(struct watch *watch, int why) {
    const struct outq *replies = &watch->stack->ip.replies;
    uint32_t more = replies->count - watch->before.replies;
    if (more > 0 && (watch->before.icmp_error || is_wrong_sum(why))) {
        watch_broken(watch, "I34: an answer to an ICMP error, a wrong checksum, or to what was not for us");
    }
    if (more > 0 && watch->before.reset && is_reset(replies->last)) {
        watch_broken(watch, "I34: a RST was answered by a RST");
    }
    if (more > 1) {
        watch_broken(watch, "I35: one packet was answered by %u", more);
    }
    if (more == 1 && watch->before.tcp && replies->last->length > 3 * watch->before.length) {
        watch_broken(watch, "I35: a packet of %zu octets was answered by one of %u", watch->before.length,
                     replies->last->length);
    }
}

/* I32: at most so many in one second of this connection; and none is refused on account of another connection. */
static void check_challenges(struct watch *watch, const struct tcb *tcb) {
    const struct env *env = &watch->stack->env;
    struct watch_past *past = watch_past(watch, tcb);
    lucid_time second = env->now / LUCID_SECOND;
    if (second != past->challenge_second) {
        past->challenge_second = second;
        past->challenges = 0;
    }
    past->challenges += env->stats.tcp_challenge_acks - watch->before.stats.tcp_challenge_acks;
    if (past->challenges > env->config.challenge_acks) {
        watch_broken(watch, "I32: %u challenge ACKs of one connection in a second", past->challenges);
    }
    bool refused = env->stats.tcp_challenge_limited > watch->before.stats.tcp_challenge_limited;
    if (refused && past->challenges < env->config.challenge_acks) {
        watch_broken(watch, "I32: a challenge ACK was refused, though this connection sent only %u", past->challenges);
    }
}

void watch_after(struct watch *watch, int why) {
    if (watch->before.sound && is_parser(why)) {
        watch_broken(watch, "I36: a stack sent what a stack cannot read: %s", lucid_drop_name(why));
    }
    if (work_blocks > WORK_BLOCKS_MAX) {
        watch_broken(watch, "I33: one packet cost %u basic blocks", (unsigned)work_blocks);
    }
    check_replies(watch, why);
    const struct tcb *tcb = watch->before.tcp ? demux_find(&watch->stack->tcp, &watch->before.ends).tcb : NULL;
    if (tcb) {
        check_challenges(watch, tcb);
        watch_past(watch, tcb)->packets_in++;
    }
}
