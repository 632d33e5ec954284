/* arrive_listen.c: RFC 9293 3.10.7.2, LISTEN STATE.
 *
 * The listener stays; an acceptable SYN makes a child of it, a TCB of its own in SYN-RECEIVED. Data on the SYN is
 * legal, but is left to be sent again (docs/decisions): before the handshake is complete nobody knows that the sender
 * exists.
 */
#include "base/bytes.h"
#include "tcp/arrive.h"
#include "tcp/cc.h"
#include "tcp/isn.h"
#include "tcp/life.h"
#include "tcp/negotiate.h"
#include "tcp/reply.h"
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

static void take_syn(struct tcp *tcp, struct tcb *child, const struct segment *syn, const struct seq32 *above) {
    child->ends = syn->ends;
    child->irs = syn->seq;
    child->rcv.nxt = seq_add(syn->seq, 1);
    child->rcv.acked = child->rcv.nxt;
    child->iss = above ? isn_after(tcp, &syn->ends, *above) : isn_choose(tcp, &syn->ends);
    child->snd.una = child->iss;
    child->snd.nxt = seq_add(child->iss, 1);
    child->board.farthest = child->snd.nxt;
    child->snd.wnd = syn->window;
    child->snd.max_wnd = syn->window;
    child->snd.wl1 = syn->seq;
    child->snd.wl2 = child->iss;
}

enum lucid_drop arrive_new_child(struct tcp *tcp, struct listener *listener, const struct segment *segment,
                                 enum lucid_tcp_state begin, const struct seq32 *above) {
    struct tcb *child = tcb_new(tcp);
    if (!child) {
        bool full = tcp->tcbs.used >= tcp->tcbs.limit;
        return env_drop(tcp->env, listener->name, full ? LUCID_DROP_TCP_CONNECTIONS : LUCID_DROP_NO_MEMORY);
    }
    inherit(&tcp->env->config, child, listener);
    take_syn(tcp, child, segment, above);
    if (!tcb_enter(tcp, child)) {
        tcb_discard(tcp, child);
        return env_drop(tcp->env, listener->name, LUCID_DROP_NO_MEMORY);
    }
    negotiate_begin(tcp, child, listener->max_segment);
    negotiate_accept(tcp, child, segment);
    window_begin(child);
    fsm_begin(child, begin);
    listener_add_half_open(tcp, listener, child);
    fsm_fire(tcp, child, begin == LUCID_LISTEN ? EVENT_RCV_SYN : EVENT_RCV_NEW_SYN);
    tcb_timer_set(tcp, child, LUCID_TIMER_USER, tcp->env->now + tcp->env->config.r2_syn_ack);
    tcp->env->stats.tcp_passive_opens++;
    tcb_settle(tcp, child);
    return LUCID_DROP_NONE;
}

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
        if (reset) {
            reply_reset(tcp, segment);
        }
        return refuse(tcp, listener, LUCID_DROP_TCP_BACKLOG, reset ? LUCID_OUTCOME_RST : LUCID_OUTCOME_DROPPED,
                      "9293:3.10.7.2/3");
    }
    if (tcp->half_open >= tcp->env->config.half_open_max) {
        return refuse(tcp, listener, LUCID_DROP_TCP_HALF_OPEN, LUCID_OUTCOME_DROPPED, "4987:3");
    }
    return arrive_new_child(tcp, listener, segment, LUCID_LISTEN, NULL);
}

enum lucid_drop arrive_listen(struct tcp *tcp, struct listener *listener, const struct segment *segment) {
    if (segment_has(segment, LUCID_RST)) { /* 9293-3.10.7.2-01 */
        return refuse(tcp, listener, LUCID_DROP_TCP_LISTEN, LUCID_OUTCOME_DROPPED, "9293:3.10.7.2/1");
    }
    if (segment_has(segment, LUCID_ACK)) { /* 9293-3.10.7.2-02 */
        reply_reset(tcp, segment);
        return refuse(tcp, listener, LUCID_DROP_TCP_LISTEN_ACK, LUCID_OUTCOME_RST, "9293:3.10.7.2/2");
    }
    if (segment_has(segment, LUCID_SYN)) { /* 9293-3.10.7.2-03 */
        return third_syn(tcp, listener, segment);
    }
    /* 9293-3.10.7.2-04 */
    return refuse(tcp, listener, LUCID_DROP_TCP_LISTEN, LUCID_OUTCOME_DROPPED, "9293:3.10.7.2/4");
}
