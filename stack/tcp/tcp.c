/* tcp.c: the module as a whole: its beginning, its end, whose turn it is to send, and ICMP errors about its
 * segments. */
#include "tcp/tcp.h"

#include "base/bytes.h"
#include "ip/elsewhere.h"
#include "tcp/fastopen.h"
#include "tcp/life.h"
#include "tcp/output.h"
#include "tcp/pmtu.h"
#include "tcp/recvq.h"
#include "tcp/reports.h"
#include "tcp/scoreboard.h"

bool tcp_init(struct tcp *tcp, struct env *env, struct ip *ip) {
    const struct lucid_config *config = &env->config;
    *tcp = (struct tcp){.env = env, .ip = ip};
    pool_init(&tcp->tcbs, sizeof(struct tcb), config->connections_max);
    pool_init(&tcp->sleepers, sizeof(struct sleeper), config->connections_max);
    pool_init(&tcp->listeners, sizeof(struct listener), config->sockets_max);
    timewait_init(tcp);
    timers_init(&tcp->timers, env->now);
    return env_random(env, tcp->isn_key, sizeof tcp->isn_key) && env_random(env, tcp->port_key, sizeof tcp->port_key) &&
           env_random(env, tcp->demux.key, sizeof tcp->demux.key) &&
           env_random(env, tcp->cookie_key, sizeof tcp->cookie_key);
}

void tcp_destroy(struct tcp *tcp) {
    struct env *env = tcp->env;
    uint32_t cursor = 0;
    struct tcb *tcb;
    while ((tcb = pool_next(&tcp->tcbs, &cursor))) {
        buffers_consume(env, &tcb->send_queue, tcb->send_queue.length);
        buffers_consume(env, &tcb->receive_queue, tcb->receive_queue.length);
        recvq_drop_runs(tcp, tcb);
        scoreboard_clear(tcp, tcb);
    }
    pool_destroy(env, &tcp->tcbs);
    pool_destroy(env, &tcp->sleepers);
    timewait_destroy(tcp);
    pool_destroy(env, &tcp->listeners);
    demux_destroy(env, &tcp->demux);
    ports_destroy(env, &tcp->ports);
    fastopen_destroy(tcp);
}

bool tcp_output(struct tcp *tcp, struct lucid_packet *out) {
    struct list_node *node;
    while ((node = list_pop_front(&tcp->ready))) {
        struct tcb *tcb = CONTAINER_OF(node, struct tcb, ready);
        tcb->flags &= ~(unsigned)TCB_IN_READY;
        if (output_segment(tcp, tcb, out)) {
            tcb_ask_output(tcp, tcb);
            return true;
        }
    }
    return false;
}

static bool ends_attempt(struct tcp *tcp, struct tcb *tcb, const struct icmp_error *error) {
    if (error->kind != ICMP_HARD || !fsm_fire(tcp, tcb, EVENT_RCV_UNREACHABLE)) {
        return false;
    }
    fastopen_failed(tcp, tcb);
    return true;
}

/* Connections of a listener's port are in any of the stacks that share it. */
static bool is_elsewhere(const struct tcp *tcp, const struct ip_datagram *in, const struct lucid_sockaddr *local) {
    return listener_find(tcp, local) ? elsewhere_any(tcp->ip, in) : elsewhere_port(tcp->ip, in, local->port);
}

/* MUST-54, SHLD-25. RFC 5927 4: an ICMP error counts only when it quotes a sequence number in flight; on a synchronized
 * connection even a hard error is only noted (5.2; RFC 9293 SHLD-26). Packet too big is for pmtu.h. */
enum lucid_drop tcp_icmp(struct tcp *tcp, const struct ip_datagram *in, const struct icmp_error *error) {
    struct endpoints ends = {.local = error->local, .remote = error->remote};
    struct demux_entry entry = demux_find(tcp, &ends);
    struct tcb *tcb = entry.tcb;
    if (entry.sleeper) { /* nothing of it is in flight */
        return env_drop(tcp->env, entry.sleeper->name, LUCID_DROP_ICMP_SEQUENCE);
    }
    if (!tcb) {
        bool handed = !entry.timewait && is_elsewhere(tcp, in, &ends.local);
        return env_drop(tcp->env, 0, handed ? LUCID_DROP_ELSEWHERE : LUCID_DROP_ICMP_QUOTE);
    }
    if (!seq_in(error->seq, tcb->snd.una, tcb_flight(tcb))) {
        return env_drop(tcp->env, tcb->name, LUCID_DROP_ICMP_SEQUENCE);
    }
    tcp->cause = LUCID_CAUSE_SEGMENT;
    enum lucid_drop why = LUCID_DROP_NONE;
    if (error->kind == ICMP_TOO_BIG) {
        why = pmtu_too_big(tcp, tcb, error);
    } else if (!ends_attempt(tcp, tcb, error) && error->error) {
        report_soft_error(tcp, tcb, error->error);
    }
    bool taken = why == LUCID_DROP_NONE;
    trace_rule(tcp->env, tcb->name, "9293:3.9.2.2", taken ? LUCID_OUTCOME_ACCEPTED : LUCID_OUTCOME_DROPPED);
    tcb_settle(tcp, tcb);
    return why;
}
