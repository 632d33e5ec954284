/* sim_apps.c: the applications of the simulation. See sim.h; end.h is one of them.
 *
 * An application runs when the stack names its handle, or when a pause of its own is over, and never else: a wake-up
 * that the stack forgets leaves it asleep, and the judge of I37 sees that it could go on.
 */
#include <string.h>

#include "sim/sim.h"
#include "sock/sock.h"

static struct end *end_at(const struct plan_connection *connection, int side) {
    return (struct end *)&connection->end[side];
}

static int host_at(const struct plan_connection *connection, int side) {
    return side == 0 ? connection->from : connection->to;
}

/* What may end before its time: aborted, beside a byzantine host, never accepted; and all when hosts may give up. */
bool sim_may_fail(const struct sim *sim, const struct plan_connection *connection) {
    const struct end *end = connection->end;
    const struct plan_host *to = &sim->plan.host[connection->to];
    bool aborts = end[0].manner == END_ABORTS || end[1].manner == END_ABORTS;
    bool orphans = end[0].manner == END_CLOSES || end[1].manner == END_CLOSES; /* FIN-WAIT-2 has a limit */
    bool refuses = connection->both || to->config.rst_on_full_backlog;         /* who is first, or is too many */
    /* With SYN cookies nothing is kept of a client whose ACK is lost (RFC 4987 3.6): it may wait in vain. */
    bool forgets = to->config.half_open_max < PLAN_CONNECTIONS;
    return aborts || orphans || refuses || forgets || to->byzantine || to->never_accepts || !sim->plan.patient;
}

/* ---- running ---- */

static void run_end(struct sim *sim, struct sim_host *host, struct end *end) {
    end_run(end, sim_clock(sim, host));
    if (end->broken[0] != '\0') {
        sim_fail(sim, "%s (%c port %u)", end->broken, 'A' + sim_number(sim, host), end->port);
    }
}

/* Whoever waits for a peer that is gone finds out by keep-alive: an opener whose handshake the listener gave up, too.
 * Who must not fail is patient beyond the longest outage. */
static void set_options(struct sim *sim, const struct plan_connection *connection, const struct end *end) {
    const int on = 1, seconds = 5, many = 100;
    bool patient = connection && !sim_may_fail(sim, connection);
    lucid_setsockopt(end->stack, end->fd, LUCID_SOL_SOCKET, LUCID_SO_KEEPALIVE, &on, sizeof on);
    lucid_setsockopt(end->stack, end->fd, LUCID_IPPROTO_TCP, LUCID_TCP_KEEPIDLE, &seconds, sizeof seconds);
    lucid_setsockopt(end->stack, end->fd, LUCID_IPPROTO_TCP, LUCID_TCP_KEEPINTVL, &seconds, sizeof seconds);
    if (patient) {
        lucid_setsockopt(end->stack, end->fd, LUCID_IPPROTO_TCP, LUCID_TCP_KEEPCNT, &many, sizeof many);
    }
}

static void attach(struct sim *sim, struct sim_host *host, const struct plan_connection *connection, struct end *end,
                   int fd) {
    end->stack = host->stack;
    end->node = sim_number(sim, host);
    end->fd = fd;
    lucid_set_data(host->stack, fd, end);
    set_options(sim, connection, end);
}

/* ---- opening ---- */

static struct lucid_addr address_of(const struct sim *sim, const struct plan_connection *connection, int side) {
    return sim->plan.host[host_at(connection, side)].config.addrs[connection->ipv4 ? 0 : 1].addr;
}

static int open_socket(struct sim *sim, struct sim_host *host, struct plan_connection *connection, int side) {
    struct end *end = end_at(connection, side);
    struct lucid_sockaddr local = {address_of(sim, connection, side),
                                   side == 0 ? connection->port : connection->listens};
    struct lucid_sockaddr remote = {address_of(sim, connection, !side),
                                    side == 0 ? connection->listens : connection->port};
    int fd = lucid_socket(host->stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    if (fd < 0) {
        return fd;
    }
    int result = lucid_bind(host->stack, fd, &local);
    if (result == 0) {
        attach(sim, host, connection, end, fd);
        result = lucid_connect(host->stack, fd, &remote);
    }
    if (result != -LUCID_EINPROGRESS) {
        lucid_close(host->stack, fd);
        end->fd = 0;
        return result;
    }
    lucid_getsockname(host->stack, fd, &local);
    end->port = local.port;
    end->peer_port = remote.port;
    connection->opened = ++sim->opened;
    return 0;
}

/* Once more later when memory is short or a port is still taken. */
static void open_end(struct sim *sim, struct sim_host *host, struct plan_connection *connection, int side) {
    int result = open_socket(sim, host, connection, side);
    connection->opens_side[side] = LUCID_NEVER;
    if (result == 0) {
        return;
    }
    if (result != -LUCID_ENOMEM && result != -LUCID_EADDRINUSE && result != -LUCID_EADDRNOTAVAIL) {
        sim_fail(sim, "a connection cannot be opened: %s (%c)", lucid_error_name(result), 'A' + sim_number(sim, host));
    }
    connection->opens_side[side] = sim->now + LUCID_SECOND;
    if (sim->healed && sim->now > sim->healed_at + 30 * LUCID_SECOND) { /* it need not be opened any more */
        connection->opens_side[side] = LUCID_NEVER;
        end_at(connection, side)->fd = -1;
    }
}

/* ---- accepting ---- */

/* The latest one whose opener used this address and port, if its other end is not there yet. */
static struct plan_connection *connection_of(struct sim *sim, const struct sim_host *host,
                                             const struct lucid_sockaddr *remote) {
    struct plan_connection *latest = NULL;
    for (unsigned i = 0; i < sim->plan.connections; i++) {
        struct plan_connection *connection = &sim->plan.connection[i];
        struct lucid_addr addr = address_of(sim, connection, 0);
        bool here = &sim->host[connection->to] == host && connection->end[0].fd != 0 && !connection->both;
        bool same = connection->end[0].port == remote->port && lucid_addr_equal(&addr, &remote->addr);
        if (here && same && (!latest || connection->opened > latest->opened)) {
            latest = connection;
        }
    }
    return latest && latest->end[1].fd == 0 ? latest : NULL;
}

/* An attacker's; or one that is over here, and that a late SYN, or a late ACK of a SYN cookie, has made again. */
static void accept_stranger(struct sim *sim, struct sim_host *host, int fd, const struct lucid_sockaddr *remote) {
    int peer = sim_host_of(sim, &remote->addr);
    bool attacker = peer >= 0 && sim->plan.host[peer].byzantine;
    for (unsigned i = 0; i < SIM_STRANGERS && attacker && !sim->healed; i++) {
        struct end *end = &host->stranger[i];
        if (end->fd > 0) {
            continue;
        }
        *end = (struct end){.key = sim->plan.seed,
                            .by_iss = true,
                            .believes_all = true,
                            .port = LISTEN_PORT,
                            .peer_port = remote->port,
                            .to_send = 3000,
                            .write_size = 700,
                            .read_size = 900};
        attach(sim, host, NULL, end, fd);
        run_end(sim, host, end);
        return;
    }
    lucid_abort(host->stack, fd);
}

static void accept_all(struct sim *sim, struct sim_host *host) {
    struct lucid_sockaddr remote;
    int fd = -LUCID_EAGAIN;
    host->accepts_at = LUCID_NEVER;
    while (!host->plan->never_accepts && (fd = lucid_accept(host->stack, host->listener, &remote)) > 0) {
        struct plan_connection *connection = connection_of(sim, host, &remote);
        if (!connection) {
            accept_stranger(sim, host, fd, &remote);
            continue;
        }
        struct end *end = end_at(connection, 1);
        end->port = LISTEN_PORT;
        end->peer_port = remote.port;
        attach(sim, host, connection, end, fd);
        run_end(sim, host, end);
    }
    if (fd == -LUCID_ENOMEM) {
        host->accepts_at = sim->now + LUCID_SECOND;
    } else if (fd != -LUCID_EAGAIN) {
        sim_fail(sim, "accept returned %s", lucid_error_name(fd));
    }
}

/* ---- what is due ---- */

static lucid_time own_deadline(const struct sim_host *host, const struct end *end) {
    lucid_time at = end->fd > 0 ? end_deadline(end) : LUCID_NEVER;
    return at == LUCID_NEVER ? at : at > host->ahead ? at - host->ahead : 0;
}

lucid_time sim_apps_deadline(const struct sim *sim, const struct sim_host *host) {
    lucid_time next = host->accepts_at;
    for (unsigned i = 0; i < sim->plan.connections; i++) {
        const struct plan_connection *connection = &sim->plan.connection[i];
        for (int side = 0; side < 2; side++) {
            if (&sim->host[host_at(connection, side)] == host) {
                next = sim_earlier(next, connection->opens_side[side]);
                next = sim_earlier(next, own_deadline(host, end_at(connection, side)));
            }
        }
    }
    for (unsigned i = 0; i < SIM_STRANGERS; i++) {
        next = sim_earlier(next, own_deadline(host, &host->stranger[i]));
    }
    return next;
}

static void run_due(struct sim *sim, struct sim_host *host) {
    if (host->accepts_at <= sim->now) {
        accept_all(sim, host);
    }
    for (unsigned i = 0; i < sim->plan.connections; i++) {
        struct plan_connection *connection = &sim->plan.connection[i];
        for (int side = 0; side < 2; side++) {
            if (&sim->host[host_at(connection, side)] != host) {
                continue;
            }
            if (connection->opens_side[side] <= sim->now) {
                open_end(sim, host, connection, side);
            }
            if (own_deadline(host, end_at(connection, side)) <= sim->now) {
                run_end(sim, host, end_at(connection, side));
            }
        }
    }
    for (unsigned i = 0; i < SIM_STRANGERS; i++) {
        if (own_deadline(host, &host->stranger[i]) <= sim->now) {
            run_end(sim, host, &host->stranger[i]);
        }
    }
}

/* POLLOUT is true as soon as there is any room, but its event waits for a quarter of SO_SNDBUF. */
static unsigned owed(const struct sock *sock) {
    const struct tcb *tcb = sock->tcb;
    unsigned ready = sock_ready(sock);
    bool little = tcb && !tcb_has(tcb, TCB_RETIRED) && !tcb_has(tcb, TCB_FIN_QUEUED) &&
                  tcb->send_queue.length > tcb->send_buffer - tcb->send_buffer / 4;
    return little ? ready & ~(unsigned)LUCID_POLLOUT : ready;
}

/* I37: who was told EAGAIN, and not woken since, really cannot go on. */
static void check_asleep(struct sim *sim, const struct sim_host *host, const struct end *end) {
    const struct sock *sock = end->fd > 0 && end->stack == host->stack ? sock_of(host->stack, end->fd) : NULL;
    if (sock && (owed(sock) & end->refused)) {
        sim_fail(sim, "I37: port %u is ready for %u and was not woken (%c)", end->port, sock_ready(sock) & end->refused,
                 'A' + sim_number(sim, host));
    }
}

static void check_wakeups(struct sim *sim, const struct sim_host *host) {
    for (unsigned i = 0; i < sim->plan.connections; i++) {
        const struct plan_connection *connection = &sim->plan.connection[i];
        for (int side = 0; side < 2; side++) {
            if (&sim->host[host_at(connection, side)] == host) {
                check_asleep(sim, host, end_at(connection, side));
            }
        }
    }
}

void sim_apps_run(struct sim *sim, struct sim_host *host) {
    struct lucid_ready ready;
    do {
        while (lucid_next_event(host->stack, &ready)) {
            if (ready.fd == host->listener) {
                accept_all(sim, host);
            } else if (ready.data) {
                ((struct end *)ready.data)->refused &= ~ready.events;
                run_end(sim, host, ready.data);
            }
        }
        run_due(sim, host);
    } while (!list_empty(&host->stack->tcp.changed) || !list_empty(&host->stack->tcp.changed_listeners));
    check_wakeups(sim, host);
}

/* ---- the network heals ---- */

static void hurry(struct end *end) {
    end->write_pause = end->read_pause = end->end_pause = 0;
    end->write_size = end->write_size < 4096 ? 4096 : end->write_size;
    end->read_size = end->read_size < 4096 ? 4096 : end->read_size;
}

static void give_up(struct end *end) {
    if (end->fd > 0) {
        lucid_abort(end->stack, end->fd);
    }
    end->fd = -1;
}

/* Nobody dawdles any more; who has to do with a byzantine host, or never accepts, ends it. */
void sim_apps_heal(struct sim *sim) {
    for (unsigned i = 0; i < sim->plan.connections; i++) {
        struct plan_connection *connection = &sim->plan.connection[i];
        hurry(&connection->end[0]);
        hurry(&connection->end[1]);
        if (sim->plan.host[connection->to].byzantine) {
            give_up(&connection->end[0]);
            connection->opens_side[0] = LUCID_NEVER;
        }
    }
    for (unsigned i = 0; i < sim->plan.hosts; i++) {
        struct sim_host *host = &sim->host[i];
        for (unsigned k = 0; k < SIM_STRANGERS; k++) {
            give_up(&host->stranger[k]);
        }
        if (host->stack && host->plan->never_accepts) {
            lucid_close(host->stack, host->listener);
            host->listener = 0;
        }
    }
}
