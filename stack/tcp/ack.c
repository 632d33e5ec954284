/* ack.c: acknowledgments. See ack.h. */
#include "tcp/ack.h"

#include "base/bytes.h"
#include "tcp/arrive.h"
#include "tcp/autotune.h"
#include "tcp/cc.h"
#include "tcp/challenge.h"
#include "tcp/ecn.h"
#include "tcp/fastopen.h"
#include "tcp/keepalive.h"
#include "tcp/life.h"
#include "tcp/plan.h"
#include "tcp/rack.h"
#include "tcp/pathprobe.h"
#include "tcp/pmtu.h"
#include "tcp/recovery.h"
#include "tcp/reply.h"
#include "tcp/reports.h"
#include "tcp/rtt.h"
#include "tcp/spurious.h"
#include "tcp/syncookie.h"
#include "tcp/tailprobe.h"
#include "tcp/timer.h"
#include "tcp/timestamps.h"
#include "tcp/user.h"

void ack_window(struct tcb *tcb, const struct segment *segment) {
    tcb->snd.wnd = segment->window;
    tcb->snd.max_wnd = max_u32(tcb->snd.max_wnd, segment->window);
    tcb->snd.wl1 = segment->seq;
    tcb->snd.wl2 = segment->ack;
}

/* A window probe may have brought across the last thing that waited, even the FIN, while the window stays shut. */
static void stop_probing_for_nothing(struct tcp *tcp, struct tcb *tcb) {
    if (!plan_unsent(tcb)) {
        tcb_timer_stop(tcp, tcb, LUCID_TIMER_PERSIST);
        tcb->flags &= ~(unsigned)TCB_PROBE_DUE;
    }
}

/* What the acknowledged octets held up goes on: the queue has room, the timers start again or stop. */
static void progress(struct tcp *tcp, struct tcb *tcb, bool restart_timer) {
    tcb->rtt.backoff = 0;
    autotune_acked(tcp, tcb);
    report_progress(tcb);
    if (tcb_flight(tcb) == 0) {
        tcb_timer_stop(tcp, tcb, LUCID_TIMER_RTO);
        tcb_timer_stop(tcp, tcb, LUCID_TIMER_USER);
        stop_probing_for_nothing(tcp, tcb);
    } else {
        if (restart_timer && !tcb_timer_on(tcb, LUCID_TIMER_PERSIST)) {
            tcb_timer_set(tcp, tcb, LUCID_TIMER_RTO, tcp->env->now + tcb->rtt.rto);
        }
        user_timeout_restart(tcp, tcb);
    }
    uint32_t room = tcb->send_buffer - min_u32(tcb->send_buffer, tcb->send_queue.length);
    if (tcb_has(tcb, TCB_WANT_WRITE) && (room >= tcb->send_buffer / 4 || tcb_has(tcb, TCB_NO_MEMORY))) {
        tcb->flags &= ~(unsigned)(TCB_WANT_WRITE | TCB_NO_MEMORY);
        tcb_changed(tcp, tcb);
    }
}

void ack_of_syn(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    bool repeated = tcb_has(tcb, TCB_SYN_REPEATED);
    bool lost = tcb->rtt.backoff > 1;
    tcb->flags &= ~(unsigned)TCB_SYN_DUE;
    tcb->snd.una = seq_add(tcb->iss, 1);
    rtt_acked(tcp, tcb, segment->ack, 0, 1);
    if (repeated) {
        rtt_after_repeated_syn(tcp, tcb);
    }
    fastopen_acked(tcp, tcb, segment->ack);
    fastopen_over(tcp, tcb);
    tcb->rtt.backoff = 0;
    report_connected(tcb);
    cc_begin(&tcp->env->config, tcb, lost);
    trace_rule(tcp->env, tcb->name, lost ? "5681:3.1" : "6928:2", LUCID_OUTCOME_ADJUSTED);
    if (WITHOUT(tcp->env, SLOW_START)) {
        cc_skip_slow_start(tcb);
    }
    tcb_timer_stop(tcp, tcb, LUCID_TIMER_RTO);
    tcb_timer_stop(tcp, tcb, LUCID_TIMER_USER);
    keepalive_begin(tcp, tcb);
    tcp->env->stats.tcp_established++;
}

/* What was sent before the handshake was complete (RFC 7413) has had no timer of its own. */
static void watch_flight(struct tcp *tcp, struct tcb *tcb) {
    if (tcb_flight(tcb) > 0) {
        tcb_timer_set(tcp, tcb, LUCID_TIMER_RTO, tcp->env->now + tcb->rtt.rto);
        user_timeout_restart(tcp, tcb);
    }
}

/* SND.UNA < SEG.ACK: what is acknowledged leaves the queue. Only what was sent can be acknowledged (in_range()), so an
 * ACK beyond the data is one of our FIN. */
static void advance(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, struct news *news) {
    struct seq32 ack = segment->ack;
    if (tcb_syn_unacked(tcb)) { /* closed in SYN-RECEIVED: the FIN was sent before the SYN was acknowledged */
        ack_of_syn(tcp, tcb, segment);
    }
    news->octets = min_u32(seq_distance(tcb_data_start(tcb), ack), tcb->send_queue.length);
    if (tcb_has(tcb, TCB_FIN_QUEUED) && seq_gt(ack, tcb_data_end(tcb))) {
        tcb->flags |= TCB_FIN_SENT | TCB_FIN_ACKED;
    }
    tcb->snd.nxt = seq_max(tcb->snd.nxt, ack); /* beyond it when the peer has taken the octet of a window probe */
    tcb->flags &= ~(unsigned)TCB_PROBE_SENT;
    buffers_consume(tcp->env, &tcb->send_queue, news->octets);
    tcb->snd.una = ack;
    scoreboard_acked(tcp, tcb, ack, &news->delivery);
    pmtu_acked(tcb, news->octets);
    pathprobe_acked(tcp, tcb);
    rtt_acked(tcp, tcb, ack, timestamps_round_trip(tcp, tcb, segment), news->flight);
}

/* RFC 5681 2: nothing new, no data, no SYN or FIN, the same window, and something is outstanding. */
static bool is_duplicate(const struct tcb *tcb, const struct segment *segment) {
    bool outstanding = tcb_flight(tcb) > 0 && !tcb_syn_unacked(tcb);
    bool carries_data = segment->length > 0 || segment->trimmed;
    return outstanding && !carries_data && !segment_has(segment, LUCID_SYN | LUCID_FIN) &&
           seq_eq(segment->ack, tcb->snd.una) && segment->window == tcb->snd.wnd;
}

/* 9293-3.10.7.4-12: "The check here prevents using old segments to update the window." A segment that acknowledges
 * something new is never old, though its sequence number may be: then it repeats lost data (docs/decisions/0018). */
static bool window_is_newer(const struct tcb *tcb, const struct segment *segment, bool acknowledges) {
    return acknowledges || seq_lt(tcb->snd.wl1, segment->seq) ||
           (seq_eq(tcb->snd.wl1, segment->seq) && seq_le(tcb->snd.wl2, segment->ack));
}

/* The window opens: probing ends, and what was in flight when it shut is sent again. Or it shuts: then the override
 * time (3.8.6.2.1), which has the same timer, is over, and probing begins one RTO from now (SHLD-29). */
static void window_turned(struct tcp *tcp, struct tcb *tcb) {
    if (!tcb_timer_on(tcb, LUCID_TIMER_PERSIST)) {
        return;
    }
    tcb_timer_stop(tcp, tcb, LUCID_TIMER_PERSIST);
    tcb->rtt.backoff = 0;
    tcb->flags &= ~(unsigned)TCB_PROBE_DUE;
    if (tcb_flight(tcb) > 0) {
        recovery_resend_all(tcp, tcb);
        trace_rule(tcp->env, tcb->name, "9293:SHLD-16", LUCID_OUTCOME_RETRANSMIT);
        tcb_timer_set(tcp, tcb, LUCID_TIMER_RTO, tcp->env->now + tcb->rtt.rto);
    }
}

static void update_window(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, bool acknowledges) {
    uint32_t before = tcb->snd.wnd;
    struct seq32 newest = seq_max(tcb->snd.wl1, segment->seq);
    if (!acknowledges && segment->window != before) {
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/5", LUCID_OUTCOME_ADJUSTED);
    }
    ack_window(tcb, segment);
    tcb->snd.wl1 = newest;
    if ((before == 0) != (tcb->snd.wnd == 0)) {
        window_turned(tcp, tcb);
    }
    if (tcb->snd.wnd == 0 && tcb_timer_on(tcb, LUCID_TIMER_PERSIST)) {
        user_timeout_restart(tcp, tcb); /* the peer answers: MUST-37 */
    }
}

/* SYN-RECEIVED: SND.UNA < SEG.ACK =< SND.NXT makes it ESTABLISHED, if the listener has room for it. So does the ACK of
 * a cookie, when the client's SYN came again after the flood that the cookie was for, and has made this TCB.
 * 9293-3.10.7.4-08, -09 */
static enum verdict check_syn_received(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    struct segment syn;
    bool in_range = seq_gt(segment->ack, tcb->snd.una) && seq_le(segment->ack, tcb_highest_sent(tcb));
    bool acceptable = in_range && tcb_syn_left(tcb);
    bool cookie = !acceptable && tcb_has(tcb, TCB_HALF_OPEN) && syncookie_open(tcp, segment, &syn);
    if (!acceptable && !cookie) {
        env_drop(tcp->env, tcb->name, LUCID_DROP_TCP_ACK_SYN_RECEIVED);
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/5/SYN-RECEIVED", LUCID_OUTCOME_RST);
        reply_reset(tcp, tcb->name, segment);
        return DONE;
    }
    if (tcb_has(tcb, TCB_HALF_OPEN) && listener_full(tcb->listener)) {
        env_drop(tcp->env, tcb->name, LUCID_DROP_TCP_BACKLOG);
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/5/SYN-RECEIVED", LUCID_OUTCOME_DROPPED);
        return DONE;
    }
    if (cookie) {
        arrive_overtaken(tcp, tcb, &syn, segment);
        return GO_ON;
    }
    fsm_fire(tcp, tcb, EVENT_RCV_ACK_OF_SYN);
    ack_window(tcb, segment);
    ack_of_syn(tcp, tcb, segment);
    watch_flight(tcp, tcb);
    if (tcb_has(tcb, TCB_CLOSE_PENDING)) {
        fsm_fire(tcp, tcb, EVENT_CLOSE);
    }
    return GO_ON;
}

/* RFC 5961 5 (MAY-12): (SND.UNA - MAX.SND.WND) =< SEG.ACK =< SND.NXT. Without it no ACK is too old.
 * 9293-3.10.7.4-10, -11 */
static bool in_range(const struct tcp *tcp, const struct tcb *tcb, const struct segment *segment) {
    struct seq32 lowest = seq_sub(tcb->snd.una, tcb->snd.max_wnd);
    bool too_old = tcp->env->config.rfc5961 && seq_lt(segment->ack, lowest);
    return !too_old && seq_le(segment->ack, tcb_highest_sent(tcb));
}

static struct delivery delivery_by(const struct tcp *tcp, const struct tcb *tcb, const struct segment *segment) {
    return (struct delivery){
        .now = tcp->env->now,
        .least_rtt = rack_min_rtt(tcb),
        .echoed_left = timestamps_echoed_left(tcp, tcb, segment),
    };
}

/* Of an ACK that says nothing new at all: "If the ACK is a duplicate (SEG.ACK =< SND.UNA), it can be ignored." */
static void trace_no_news(struct tcp *tcp, const struct tcb *tcb, const struct segment *segment,
                          const struct news *news) {
    if (!trace_wants(&tcp->env->trace, LUCID_EVENT_RULE)) {
        return;
    }
    bool counted = news->duplicate && !tcb_agreed(tcb, AGREED_SACK); /* recovery_plain.c tells */
    bool acks = news->advanced || counted || news->delivery.sacked > 0;
    bool carries = segment->length > 0 || segment->trimmed || segment_has(segment, LUCID_FIN);
    if (!acks && !carries && segment->window == tcb->snd.wnd) {
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/5", LUCID_OUTCOME_IGNORED);
    }
}

/* Header prediction, for what bulk data from the peer says with every segment: nothing new. Of the fifth step then only
 * the window is left, "if SND.UNA =< SEG.ACK =< SND.NXT, the send window should be updated". All the rest is about what
 * flies, or is no news: with data it is no duplicate ACK (RFC 5681 2); nothing flies that it could report to have
 * arrived, or that could be lost (RFC 6675, 8985); no recovery and no F-RTO waits for it; and there is no D-SACK. */
static bool tells_only_window(const struct tcb *tcb, const struct segment *segment) {
    bool nothing_new = seq_eq(segment->ack, tcb->snd.una) && segment->length > 0 && segment->options.sack_count == 0;
    return nothing_new && tcb_flight(tcb) == 0 && !tcb->loss.guarded && !tcb_has(tcb, TCB_RECOVERY) &&
           tcb->loss.frto == FRTO_OFF;
}

/* opens: this ACK has just completed the handshake, and duplicates none. */
static void take_news(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, bool opens) {
    struct news news = {
        .flight = tcb_flight(tcb),
        .advanced = seq_gt(segment->ack, tcb->snd.una),
        .duplicate = !opens && is_duplicate(tcb, segment),
        .delivery = delivery_by(tcp, tcb, segment),
    };
    if (news.advanced) {
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/5", LUCID_OUTCOME_ACCEPTED);
        advance(tcp, tcb, segment, &news);
    }
    bool restart_timer = recovery_heard(tcp, tcb, segment, &news);
    if (!opens) {
        trace_no_news(tcp, tcb, segment, &news);
    }
    if (news.advanced) {
        progress(tcp, tcb, restart_timer);
    }
    if (news.advanced || tcb->board.sacked > 0) {
        tailprobe_schedule(tcp, tcb);
    }
}

static void check_synchronized(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, bool opens) {
    bool acknowledges = seq_gt(segment->ack, tcb->snd.una);
    if (seq_lt(segment->ack, tcb->snd.una)) {
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/5", LUCID_OUTCOME_IGNORED);
        return;
    }
    ecn_ack_arrived(tcp, tcb, segment);
    if (!tells_only_window(tcb, segment)) {
        take_news(tcp, tcb, segment, opens);
    }
    if (window_is_newer(tcb, segment, acknowledges)) {
        update_window(tcp, tcb, segment, acknowledges);
    }
}

enum verdict ack_check(struct tcp *tcp, struct tcb *tcb, struct segment *segment) {
    if (!segment_has(segment, LUCID_ACK)) { /* 9293-3.10.7.4-07 */
        env_drop(tcp->env, tcb->name, LUCID_DROP_TCP_NO_ACK);
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/5", LUCID_OUTCOME_DROPPED);
        return DONE;
    }
    bool opens = tcb_is(tcb, LUCID_SYN_RECEIVED);
    if (opens && check_syn_received(tcp, tcb, segment) == DONE) {
        return DONE;
    }
    if (!in_range(tcp, tcb, segment)) {
        return challenge_ack(tcp, tcb, LUCID_DROP_TCP_ACK_RANGE, "5961:5.2");
    }
    bool fin_was_acked = tcb_has(tcb, TCB_FIN_ACKED);
    check_synchronized(tcp, tcb, segment, opens);
    /* 9293-3.10.7.4-13, -22, -24; anything less than our FIN changes no state: 9293-3.10.7.4-14, -23 */
    if (tcb_has(tcb, TCB_FIN_ACKED) && !fin_was_acked) {
        const struct fsm_row *row = fsm_fire(tcp, tcb, EVENT_RCV_ACK_OF_FIN);
        return row && (row->actions & (ACTION_DELETE | ACTION_START_2MSL)) ? DONE : GO_ON;
    }
    return GO_ON;
}
