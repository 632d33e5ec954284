/* sim_judge.c: both sides of each connection, and what must be true at the end. See sim.h. */
#include <inttypes.h>

#include "sim/sim.h"
#include "sock/sock.h"

static const struct tcb *tcb_of(const struct end *end) {
    const struct sock *sock = end->fd > 0 ? sock_of(end->stack, end->fd) : NULL;
    const struct tcb *tcb = sock ? sock->tcb : NULL;
    return tcb && tcb_is(tcb, STATES_SYNCHRONIZED) && !tcb_has(tcb, TCB_RETIRED) ? tcb : NULL;
}

/* I18: RCV.NXT <= the peer's SND.NXT (or one more, by a window probe), and the peer's SND.UNA <= RCV.NXT. */
static void check_side(struct sim *sim, const struct end *from, const struct end *to) {
    const struct tcb *sender = tcb_of(from), *receiver = tcb_of(to);
    if (!sender || !receiver || !seq_eq(sender->iss, receiver->irs) || !seq_eq(receiver->iss, sender->irs)) {
        return;
    }
    int32_t unseen = (int32_t)seq_distance(receiver->rcv.nxt, sender->snd.nxt);
    int32_t unacked = (int32_t)seq_distance(sender->snd.una, receiver->rcv.nxt);
    if (unseen < -1 || unacked < 0) {
        sim_fail(sim, "I18: RCV.NXT of port %u is %" PRIu32 ", its peer has sent from %" PRIu32 " to %" PRIu32,
                 to->port, receiver->rcv.nxt.v, sender->snd.una.v, sender->snd.nxt.v);
    }
}

void sim_check_sides(struct sim *sim, const struct sim_host *host) {
    int number = sim_number(sim, host);
    for (unsigned i = 0; i < sim->plan.connections; i++) {
        const struct plan_connection *connection = &sim->plan.connection[i];
        if (connection->from == number || connection->to == number) {
            check_side(sim, &connection->end[0], &connection->end[1]);
            check_side(sim, &connection->end[1], &connection->end[0]);
        }
    }
}

/* ---- at the end ---- */

static void judge_end(struct sim *sim, const struct plan_connection *connection, int side) {
    const struct end *end = &connection->end[side];
    bool failed = connection->end[0].error || connection->end[1].error || connection->end[0].fd >= 0 ||
                  connection->end[1].fd >= 0;
    if (end->fd > 0) {
        sim_fail(sim, "P8: connection %ld, port %u waits for ever", (long)(connection - sim->plan.connection),
                 end->port);
    }
    if (end->lent != end->released) {
        sim_fail(sim, "P2: port %u: %" PRIu64 " pieces were lent, %" PRIu64 " released", end->port, end->lent,
                 end->released);
    }
    /* A listener gives up a handshake after 63 s: when its last SYN,ACK crosses that, the opener finds nobody. */
    bool given_up = connection->end[1].fd == 0 && connection->end[0].error == LUCID_ECONNRESET;
    if (sim_may_fail(sim, connection) || given_up) {
        return;
    }
    if (failed || end->received != end->to_receive) {
        sim_fail(sim, "C2: connection %ld, port %u: %s, received %" PRIu32 " of %" PRIu32 " octets",
                 (long)(connection - sim->plan.connection), end->port, lucid_error_name(end->error), end->received,
                 end->to_receive);
    }
}

static void judge_gone(struct sim *sim, const struct sim_host *host, const struct lucid_stats *stats) {
    int name = 'A' + sim_number(sim, host);
    if (stats->invariants_broken > 0) {
        sim_fail(sim, "I0: a connection was aborted because its variables contradicted each other (%c)", name);
    }
    if (stats->connections + stats->timewaits + stats->half_open > 0) {
        sim_fail(sim, "P8: %" PRIu32 " connections and %" PRIu32 " TIME-WAIT records stay (%c)", stats->connections,
                 stats->timewaits, name);
    }
    if (stats->sockets != (host->listener != 0)) {
        sim_fail(sim, "P8: %" PRIu32 " handles stay (%c)", stats->sockets, name);
    }
}

static void judge_host(struct sim *sim, struct sim_host *host) {
    struct lucid_stats stats;
    lucid_stats(host->stack, &stats);
    judge_gone(sim, host, &stats);
    lucid_packet_release(host->stack, &host->watch.in);
    if (host->listener) {
        lucid_close(host->stack, host->listener);
    }
    sim_check(sim, host);
    lucid_stats(host->stack, &stats);
    if (stats.memory != host->first_memory) {
        sim_fail(sim, "P2: %zu octets are held, at first %zu were (%c)", stats.memory, host->first_memory,
                 'A' + sim_number(sim, host));
    }
}

void sim_judge(struct sim *sim) {
    for (unsigned i = 0; i < sim->plan.connections; i++) {
        const struct plan_connection *connection = &sim->plan.connection[i];
        if (connection->opens == LUCID_NEVER) {
            continue;
        }
        judge_end(sim, connection, 0);
        if (!sim->plan.host[connection->to].byzantine) {
            judge_end(sim, connection, 1);
        }
    }
    for (unsigned i = 0; i < sim->plan.hosts; i++) {
        if (sim->host[i].stack) {
            judge_host(sim, &sim->host[i]);
        }
    }
}
