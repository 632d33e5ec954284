/* open.c: OPEN, RFC 9293 3.10.1: listening, connecting, accepting. See user.h. */
#include "base/addr.h"
#include "base/bytes.h"
#include "tcp/cc.h"
#include "tcp/isn.h"
#include "tcp/life.h"
#include "tcp/negotiate.h"
#include "tcp/timer.h"
#include "tcp/user.h"

/* MUST-42: with SO_REUSEADDR beside connections in any state. */
int user_may_bind(const struct tcp *tcp, const struct lucid_sockaddr *local, uint8_t family, bool reuse) {
    if (!lucid_addr_is_any(&local->addr) && !ip_is_ours(tcp->ip, &local->addr)) {
        return -LUCID_EADDRNOTAVAIL;
    }
    if (local->port == 0) {
        return 0;
    }
    if (listener_exact(tcp, local, family)) {
        return -LUCID_EADDRINUSE;
    }
    return !reuse && ports_users(&tcp->ports, local->port) > 0 ? -LUCID_EADDRINUSE : 0;
}

/* 9293-3.10.1-01, passive */
int user_listen(struct tcp *tcp, const struct lucid_sockaddr *local, uint8_t family, uint32_t backlog, uint32_t owner,
                const struct user_options *options, struct listener **made) {
    if (listener_exact(tcp, local, family)) {
        return -LUCID_EADDRINUSE;
    }
    uint32_t number;
    struct listener *listener = pool_take(tcp->env, &tcp->listeners, &number);
    if (!listener) {
        return -LUCID_ENOMEM;
    }
    *listener = (struct listener){
        .local = *local,
        .number = number,
        .owner = owner,
        .family = family,
        .send_buffer = options->send_buffer,
        .receive_buffer = options->receive_buffer,
        .switches = options->switches,
        .keepidle = options->keepidle,
        .keepintvl = options->keepintvl,
        .user_timeout = options->user_timeout,
        .congestion = options->congestion,
        .max_segment = options->max_segment,
        .keepcnt = options->keepcnt,
        .tos = options->tos,
        .ttl = options->ttl,
        .ecn = options->ecn,
    };
    listener_set_backlog(listener, max_u32(backlog, 1));
    fsm_begin_listener(listener);
    tcp->cause = LUCID_CAUSE_CALL;
    tcp->cause_detail = LUCID_CALL_LISTEN;
    listener_begin(tcp, listener);
    *made = listener;
    return 0;
}

/* Fills in what the caller left open (MUST-43, MUST-44); it stays so (MUST-45). */
static int complete_ends(struct tcp *tcp, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote,
                         struct endpoints *ends) {
    *ends = (struct endpoints){.local = *local, .remote = *remote};
    if (remote->port == 0 || lucid_addr_is_any(&remote->addr) || ip_is_broadcast(tcp->ip, &remote->addr)) {
        return -LUCID_EADDRNOTAVAIL; /* MUST-46, and "remote socket unspecified" */
    }
    if (addr_is_loopback(&remote->addr)) {
        return -LUCID_ENETUNREACH; /* RFC 1122 3.2.1.3(g): never on a wire, and a wire is all we have */
    }
    if (lucid_addr_is_any(&local->addr)) {
        int error = ip_source_for(tcp->ip, &remote->addr, &ends->local.addr);
        if (error) {
            return error;
        }
    } else if (!addr_same_family(&local->addr, &remote->addr)) {
        return -LUCID_EAFNOSUPPORT;
    }
    if (local->port == 0 && !ports_choose(tcp, ends)) {
        return -LUCID_EADDRNOTAVAIL;
    }
    struct demux_entry taken = demux_find(tcp, ends);
    return demux_leads(&taken) ? -LUCID_EADDRINUSE : 0;
}

static void begin(struct tcp *tcp, struct tcb *tcb, const struct user_options *options) {
    tcb->send_buffer = options->send_buffer;
    tcb->rcv.buffer = options->receive_buffer;
    tcb->switches |= options->switches;
    tcb->flags |= TCB_ACTIVE;
    tcb->keepidle = options->keepidle;
    tcb->keepintvl = options->keepintvl;
    tcb->keepcnt = options->keepcnt;
    tcb->user_timeout = options->user_timeout;
    tcb->tos = options->tos;
    tcb->ttl = options->ttl;
    cc_attach(&tcp->env->config, tcb, options->congestion);
    tcb->ecn.mode = options->ecn;
    tcb->iss = isn_choose(tcp, &tcb->ends);
    tcb->snd.una = tcb->iss;
    tcb->snd.nxt = seq_add(tcb->iss, 1);
    tcb->board.farthest = tcb->snd.nxt;
    negotiate_begin(tcp, tcb, options->max_segment);
}

/* 9293-3.10.1-01, active */
int user_connect(struct tcp *tcp, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote,
                 uint32_t owner, const struct user_options *options, struct tcb **made) {
    struct endpoints ends;
    int error = complete_ends(tcp, local, remote, &ends);
    if (error) {
        return error;
    }
    struct tcb *tcb = tcb_new(tcp);
    if (!tcb) {
        return -LUCID_ENOMEM;
    }
    tcb->ends = ends;
    if (!tcb_enter(tcp, tcb)) {
        tcb_discard(tcp, tcb);
        return -LUCID_ENOMEM;
    }
    tcb->owner = owner;
    begin(tcp, tcb, options);
    tcp->cause = LUCID_CAUSE_CALL;
    tcp->cause_detail = LUCID_CALL_OPEN;
    fsm_fire(tcp, tcb, EVENT_OPEN_ACTIVE);
    tcp->env->stats.tcp_active_opens++;
    tcb_settle(tcp, tcb);
    *made = tcb;
    return 0;
}

struct tcb *user_accept(struct tcp *tcp, struct listener *listener, uint32_t owner) {
    struct tcb *tcb = listener_first(listener);
    if (tcb) {
        listener_drop(tcp, tcb);
        tcb->owner = owner;
        tcb_changed(tcp, tcb); /* data may have come already */
    }
    return tcb;
}
