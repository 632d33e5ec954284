/* arrive_listen.c: RFC 9293 3.10.7.2, LISTEN STATE.
 *
 * The listener stays; an acceptable SYN makes a child of it, a TCB of its own in SYN-RECEIVED. Data on the SYN is
 * legal, but is left to be sent again (docs/decisions): before the handshake is complete nobody knows that the sender
 * exists, unless it brings a cookie of ours (fastopen.h).
 *
 * When too many children are in SYN-RECEIVED, a SYN is answered without making one, by a SYN cookie (syncookie.h); the
 * ACK that brings it back makes the child, in ESTABLISHED.
 */
#include "base/bytes.h"
#include "tcp/ack.h"
#include "tcp/arrive.h"
#include "tcp/cc.h"
#include "tcp/fastopen.h"
#include "tcp/isn.h"
#include "tcp/life.h"
#include "tcp/negotiate.h"
#include "tcp/reply.h"
#include "tcp/rtt.h"
#include "tcp/syncookie.h"
#include "tcp/timer.h"
#include "tcp/window.h"

static void inherit(const struct lucid_config *config, struct tcb *child, const struct listener *listener) {
    child->send_buffer = listener->send_buffer;
    child->rcv.buffer = listener->receive_buffer;
    child->switches |= listener->switches;
    child->keepidle = listener->keepidle;
    child->keepintvl = listener->keepintvl;
    child->keepcnt = listener->keepcnt;
    child->user_timeout = listener->user_timeout;
    child->tos = listener->tos;
    child->ttl = listener->ttl;
    cc_attach(config, child, listener->congestion);
    child->ecn.mode = listener->ecn;
}

/* The numbers of both sides, and what their options settle. */
static void take_syn(struct tcp *tcp, struct tcb *child, const struct segment *syn, struct seq32 iss,
                     uint16_t max_segment) {
    child->ends = syn->ends;
    child->irs = syn->seq;
    child->rcv.nxt = seq_add(syn->seq, 1);
    child->rcv.acked = child->rcv.nxt;
    child->iss = iss;
    child->snd.una = iss;
    child->snd.nxt = seq_add(iss, 1);
    child->board.farthest = child->snd.nxt;
    child->snd.wnd = syn->window;
    child->snd.max_wnd = syn->window;
    child->snd.wl1 = syn->seq;
    child->snd.wl2 = iss;
    negotiate_begin(tcp, child, max_segment);
    negotiate_accept(tcp, child, syn);
    window_begin(child);
}

/* A child that segments find, before its first event. NULL: there is none; why, is counted. */
static struct tcb *make_child(struct tcp *tcp, struct listener *listener, const struct segment *syn, struct seq32 iss,
                              enum lucid_tcp_state begin, enum lucid_drop *why) {
    struct tcb *child = tcb_new(tcp);
    if (!child) {
        bool full = tcp_is_full(tcp);
        *why = env_drop(tcp->env, listener->name, full ? LUCID_DROP_TCP_CONNECTIONS : LUCID_DROP_NO_MEMORY);
        return NULL;
    }
    inherit(&tcp->env->config, child, listener);
    take_syn(tcp, child, syn, iss, listener->max_segment);
    if (!tcb_enter(tcp, child)) {
        tcb_discard(tcp, child);
        *why = env_drop(tcp->env, listener->name, LUCID_DROP_NO_MEMORY);
        return NULL;
    }
    fsm_begin(child, begin);
    listener_add_half_open(tcp, listener, child);
    tcp->env->stats.tcp_passive_opens++;
    return child;
}

/* What would be with two messages: a SYN is believed as it comes, be it old or forged (RFC 9293 3.5). */
static void believe(struct tcp *tcp, struct tcb *child, const struct segment *syn) {
    fsm_fire(tcp, child, EVENT_RCV_ACK_OF_SYN);
    ack_of_syn(tcp, child, syn);
}

enum lucid_drop arrive_new_child(struct tcp *tcp, struct listener *listener, const struct segment *segment,
                                 enum lucid_tcp_state begin, const struct seq32 *above) {
    struct seq32 iss = above ? isn_after(tcp, &segment->ends, *above) : isn_choose(tcp, &segment->ends);
    enum lucid_drop why;
    struct tcb *child = make_child(tcp, listener, segment, iss, begin, &why);
    if (!child) {
        return why;
    }
    fsm_fire(tcp, child, begin == LUCID_LISTEN ? EVENT_RCV_SYN : EVENT_RCV_NEW_SYN);
    tcb_timer_set(tcp, child, LUCID_TIMER_USER, tcp->env->now + tcp->env->config.r2_syn_ack);
    fastopen_arrived(tcp, child, segment);
    if (WITHOUT(tcp->env, THREE_WAY)) {
        believe(tcp, child, segment);
    }
    tcb_settle(tcp, child);
    return LUCID_DROP_NONE;
}

/* ---- SYN cookies, RFC 4987 3.6 ---- */

static enum lucid_drop answer_with_cookie(struct tcp *tcp, struct listener *listener, const struct segment *syn) {
    struct tcb draft = {0};
    struct tcp_options offer = {0};
    inherit(&tcp->env->config, &draft, listener);
    take_syn(tcp, &draft, syn, seq32(0), listener->max_segment);
    syncookie_seal(tcp, &draft, &offer);
    reply_syn_ack(tcp, listener->name, &draft, &offer);
    trace_rule(tcp->env, listener->name, "4987:3.6", LUCID_OUTCOME_ACCEPTED);
    return LUCID_DROP_NONE;
}

/* The handshake is complete with the first that is known of it. */
static void complete(struct tcp *tcp, struct tcb *child, struct segment *ack) {
    fsm_fire(tcp, child, EVENT_RCV_COOKIE);
    ack->window <<= child->snd.shift;
    ack_window(child, ack);
    ack_of_syn(tcp, child, ack);
    tcp->env->stats.tcp_cookies_accepted++;
    trace_rule(tcp->env, child->name, "4987:3.6", LUCID_OUTCOME_ACCEPTED);
}

static enum lucid_drop take_cookie(struct tcp *tcp, struct listener *listener, const struct segment *syn,
                                   struct segment ack) {
    enum lucid_drop why;
    struct tcb *child = make_child(tcp, listener, syn, seq_sub(ack.ack, 1), LUCID_LISTEN, &why);
    if (!child) {
        return why;
    }
    complete(tcp, child, &ack);
    return arrive_other(tcp, child, &ack);
}

void arrive_overtaken(struct tcp *tcp, struct tcb *child, const struct segment *syn, struct segment *ack) {
    ack->window >>= child->snd.shift;
    child->agreed = 0;
    child->flags &= ~(unsigned)TCB_SYN_REPEATED;
    rtt_forget(child);
    child->rtt.backoff = 0;
    take_syn(tcp, child, syn, seq_sub(ack->ack, 1), child->listener->max_segment);
    complete(tcp, child, ack);
}

/* ---- the steps ---- */

static enum lucid_drop refuse(struct tcp *tcp, const struct listener *listener, enum lucid_drop why,
                              enum lucid_outcome outcome, const char *rule) {
    trace_rule(tcp->env, listener->name, rule, outcome);
    return env_drop(tcp->env, listener->name, why);
}

/* Third: a SYN, if there is room for what it may become. */
static enum lucid_drop third_syn(struct tcp *tcp, struct listener *listener, const struct segment *segment) {
    if (segment_has(segment, LUCID_FIN)) {
        return refuse(tcp, listener, LUCID_DROP_TCP_SYN_FIN, LUCID_OUTCOME_DROPPED, "9293:3.10.7.2/3");
    }
    if (listener_full(listener)) {
        bool reset = tcp->env->config.rst_on_full_backlog;
        refuse(tcp, listener, LUCID_DROP_TCP_BACKLOG, reset ? LUCID_OUTCOME_RST : LUCID_OUTCOME_DROPPED,
               "9293:3.10.7.2/3");
        if (reset) {
            reply_reset(tcp, listener->name, segment);
        }
        return LUCID_DROP_TCP_BACKLOG;
    }
    if (syncookie_wanted(tcp)) {
        return answer_with_cookie(tcp, listener, segment);
    }
    if (tcp->half_open >= tcp->env->config.half_open_max) {
        return refuse(tcp, listener, LUCID_DROP_TCP_HALF_OPEN, LUCID_OUTCOME_DROPPED, "4987:3");
    }
    return arrive_new_child(tcp, listener, segment, LUCID_LISTEN, NULL);
}

/* Second: an ACK is for nothing, unless it brings back a cookie. */
static enum lucid_drop second_ack(struct tcp *tcp, struct listener *listener, const struct segment *segment) {
    struct segment syn;
    if (!syncookie_open(tcp, segment, &syn)) {
        refuse(tcp, listener, LUCID_DROP_TCP_LISTEN_ACK, LUCID_OUTCOME_RST, "9293:3.10.7.2/2");
        reply_reset(tcp, listener->name, segment);
        return LUCID_DROP_TCP_LISTEN_ACK;
    }
    if (listener_full(listener)) {
        return refuse(tcp, listener, LUCID_DROP_TCP_BACKLOG, LUCID_OUTCOME_DROPPED, "4987:3.6");
    }
    return take_cookie(tcp, listener, &syn, *segment);
}

enum lucid_drop arrive_listen(struct tcp *tcp, struct listener *listener, const struct segment *segment) {
    if (segment_has(segment, LUCID_RST)) { /* 9293-3.10.7.2-01 */
        return refuse(tcp, listener, LUCID_DROP_TCP_LISTEN, LUCID_OUTCOME_DROPPED, "9293:3.10.7.2/1");
    }
    if (segment_has(segment, LUCID_ACK)) { /* 9293-3.10.7.2-02 */
        return second_ack(tcp, listener, segment);
    }
    if (segment_has(segment, LUCID_SYN)) { /* 9293-3.10.7.2-03 */
        return third_syn(tcp, listener, segment);
    }
    /* 9293-3.10.7.2-04 */
    return refuse(tcp, listener, LUCID_DROP_TCP_LISTEN, LUCID_OUTCOME_DROPPED, "9293:3.10.7.2/4");
}
