/* world.c: runs what world_draw.c drew, and checks. See world.h. */
#include "sim/world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "core/check.h"

static const uint64_t STEPS_MAX = 3000000;
static const uint32_t TRACE_EVENTS = 32768;
static const unsigned TRACE_KINDS = LUCID_TRACE_ALL & ~(1u << LUCID_EVENT_VARIABLES);
static const uint16_t LISTEN_PORT = 80;

void world_fail(struct world *world, const char *format, ...) {
    if (world->failure[0] != '\0') {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(world->failure, sizeof world->failure, format, arguments);
    va_end(arguments);
}

static struct lucid_stack *stack(struct world *world, int node) {
    return lucid_pair_stack(world->pair, node);
}

static struct lucid_sockaddr address_of(const struct world *world, const struct world_connection *connection,
                                        int node) {
    const struct lucid_config *config = &world->options.config[node];
    return (struct lucid_sockaddr){.addr = config->addrs[connection->ipv4 ? 0 : 1].addr,
                                   .port = connection->end[node].port};
}

/* ---- checks ---- */

static void read_trace(struct world *world, int node) {
    struct lucid_event event;
    uint64_t lost = 0;
    while (lucid_trace_next(stack(world, node), &event, &lost)) {
        story_add(&world->story, node, &event);
        rules_event(&world->rules[node], &event);
    }
    if (lost > 0) {
        world_fail(world, "the trace lost %" PRIu64 " events", lost);
    }
    if (world->rules[node].broken[0] != '\0') {
        world_fail(world, "%c: %s", 'A' + node, world->rules[node].broken);
    }
}

static void read_breach(struct world *world, int node) {
    const struct wire_breach *breach = wire_check_breach(world->check[node]);
    if (breach) {
        world_fail(world, "%c: passive checker at %.9f, rule %s: %s", 'A' + node,
                   (double)breach->time / (double)LUCID_SECOND, wire_rule_name(breach->rule), breach->detail);
    }
}

void world_check_stack(struct world *world, int node) {
    struct check_report report;
    read_breach(world, node);
    read_trace(world, node);
    if (stack_check(stack(world, node), &report) != 0) {
        world_fail(world, "%c: %s", 'A' + node, report.broken);
    }
    if (world->host[node].fault[0] != '\0') {
        world_fail(world, "%c: %s", 'A' + node, world->host[node].fault);
    }
}

static const unsigned UNSYNCHRONIZED = LUCID_CLOSED | LUCID_LISTEN | LUCID_SYN_SENT | LUCID_SYN_RECEIVED;

/* I18: RCV.NXT <= the peer's SND.NXT (or one more, by a window probe), and the peer's SND.UNA <= RCV.NXT. */
static void check_sides(struct world *world, const struct world_connection *connection, int node) {
    struct lucid_sockaddr here = address_of(world, connection, node), there = address_of(world, connection, !node);
    struct lucid_tcp_info receiver, sender;
    if (lucid_info_find(stack(world, node), &here, &there, &receiver) != 0 ||
        lucid_info_find(stack(world, !node), &there, &here, &sender) != 0 ||
        ((receiver.state | sender.state) & UNSYNCHRONIZED)) {
        return;
    }
    int32_t unseen = (int32_t)(sender.snd_nxt - receiver.rcv_nxt);
    int32_t unacked = (int32_t)(receiver.rcv_nxt - sender.snd_una);
    if (unseen < -1 || unacked < 0) {
        world_fail(world, "I18: %c has RCV.NXT %u, its peer has sent %u to %u", 'A' + node, receiver.rcv_nxt,
                   sender.snd_una, sender.snd_nxt);
    }
}

static void check_all(struct world *world) {
    world_check_stack(world, 0);
    world_check_stack(world, 1);
    for (unsigned i = 0; i < world->connections; i++) {
        check_sides(world, &world->connection[i], 0);
        check_sides(world, &world->connection[i], 1);
    }
}

/* ---- applications ---- */

static void run_end(struct world *world, struct end *end) {
    end_run(end, lucid_pair_now(world->pair));
    if (end->broken[0] != '\0') {
        world_fail(world, "%c port %u: %s", 'A' + end->node, end->port, end->broken);
    }
}

/* Connections with an abort find out about a lost RST by keep-alive. */
static void set_options(struct world *world, const struct world_connection *connection, const struct end *end) {
    const int on = 1, seconds = 5;
    if (!world_aborts(connection)) {
        return;
    }
    struct lucid_stack *at = stack(world, end->node);
    if (lucid_setsockopt(at, end->fd, LUCID_SOL_SOCKET, LUCID_SO_KEEPALIVE, &on, sizeof on) != 0 ||
        lucid_setsockopt(at, end->fd, LUCID_IPPROTO_TCP, LUCID_TCP_KEEPIDLE, &seconds, sizeof seconds) != 0 ||
        lucid_setsockopt(at, end->fd, LUCID_IPPROTO_TCP, LUCID_TCP_KEEPINTVL, &seconds, sizeof seconds) != 0) {
        world_fail(world, "keep-alive cannot be switched on");
    }
}

static void attach(struct world *world, struct world_connection *connection, struct end *end, int fd) {
    end->stack = stack(world, end->node);
    end->fd = fd;
    lucid_set_data(end->stack, fd, end);
    set_options(world, connection, end);
}

/* The connection whose node connected from this port. */
static struct world_connection *connection_from(struct world *world, int node, uint16_t port) {
    for (unsigned i = 0; i < world->connections; i++) {
        if (world->connection[i].end[node].peer_port == port) {
            return &world->connection[i];
        }
    }
    return NULL;
}

/* A copy of a SYN that comes late, after an abort, makes a connection again (all begin with the same number here). */
static void accept_one(struct world *world, int node, int fd, uint16_t port) {
    struct world_connection *connection = connection_from(world, node, port);
    if (connection && connection->end[node].fd == 0) {
        attach(world, connection, &connection->end[node], fd);
        run_end(world, &connection->end[node]);
        return;
    }
    if (!connection || !world_aborts(connection)) {
        world_fail(world, "%c accepted a connection from port %u that nobody opened", 'A' + node, port);
    }
    lucid_abort(stack(world, node), fd);
}

static void accept_all(struct world *world, int node) {
    struct lucid_sockaddr remote;
    int fd;
    while ((fd = lucid_accept(stack(world, node), world->listener[node], &remote)) > 0) {
        accept_one(world, node, fd, remote.port);
    }
    world->accepts[node] = LUCID_NEVER;
    if (fd == -LUCID_ENOMEM) {
        world->accepts[node] = lucid_pair_now(world->pair) + LUCID_SECOND;
    } else if (fd != -LUCID_EAGAIN) {
        world_fail(world, "accept returned %d", fd);
    }
}

static void on_batch(struct lucid_pair *pair, int node, void *user) {
    struct world *world = user;
    struct lucid_ready ready;
    (void)pair;
    world_check_stack(world, node);
    while (lucid_next_event(stack(world, node), &ready)) {
        if (ready.fd == world->listener[node]) {
            accept_all(world, node);
        } else if (ready.data) {
            run_end(world, ready.data);
        }
    }
    world_check_stack(world, node);
}

/* Opens an end actively; when memory is short, once more later. */
static void open_end(struct world *world, struct world_connection *connection, int node) {
    struct lucid_sockaddr local = address_of(world, connection, node), remote = address_of(world, connection, !node);
    struct end *end = &connection->end[node];
    int fd = lucid_socket(stack(world, node), LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    int result = fd > 0 ? lucid_bind(stack(world, node), fd, &local) : fd;
    if (result == 0) {
        attach(world, connection, end, fd);
        result = lucid_connect(stack(world, node), fd, &remote);
    }
    connection->opens[node] = LUCID_NEVER;
    if (result == -LUCID_EINPROGRESS) {
        return;
    }
    if (result != -LUCID_ENOMEM) {
        world_fail(world, "a connection cannot be opened: %d", result);
    }
    if (fd > 0) {
        lucid_close(stack(world, node), fd);
    }
    end->fd = 0;
    connection->opens[node] = lucid_pair_now(world->pair) + LUCID_SECOND;
}

/* ---- time ---- */

static lucid_time earlier(lucid_time a, lucid_time b) {
    return a < b ? a : b;
}

/* When something happens that is no packet and no timer of a stack. */
static lucid_time next_deadline(const struct world *world) {
    lucid_time next = LUCID_NEVER;
    for (int node = 0; node < 2; node++) {
        const struct world_squeeze *squeeze = &world->squeeze[node];
        next = earlier(next, earlier(world->accepts[node], earlier(squeeze->from, squeeze->to)));
        for (unsigned i = 0; i < world->connections; i++) {
            const struct world_connection *connection = &world->connection[i];
            next = earlier(next, earlier(connection->opens[node], end_deadline(&connection->end[node])));
        }
    }
    return next;
}

/* Memory goes, and comes back. */
static void squeeze_due(struct world *world, int node, lucid_time now) {
    struct world_squeeze *squeeze = &world->squeeze[node];
    struct vhost *host = &world->host[node];
    if (squeeze->from <= now) {
        squeeze->from = LUCID_NEVER;
        host->fail_at = host->allocations + 1;
        host->fail_on = true;
    }
    if (squeeze->to <= now) {
        squeeze->to = LUCID_NEVER;
        host->fail_at = 0;
    }
}

static void run_due(struct world *world) {
    lucid_time now = lucid_pair_now(world->pair);
    for (int node = 0; node < 2; node++) {
        squeeze_due(world, node, now);
        if (world->accepts[node] <= now) {
            accept_all(world, node);
        }
        for (unsigned i = 0; i < world->connections; i++) {
            struct world_connection *connection = &world->connection[i];
            if (connection->opens[node] <= now) {
                open_end(world, connection, node);
            }
            if (end_deadline(&connection->end[node]) <= now) {
                run_end(world, &connection->end[node]);
            }
        }
    }
}

/* One step. False: nothing will ever happen again. */
static bool step(struct world *world) {
    lucid_time deadline = next_deadline(world);
    bool happened = lucid_pair_step(world->pair, deadline);
    if (deadline <= lucid_pair_now(world->pair)) {
        run_due(world);
        happened = true;
    }
    check_all(world);
    if (++world->steps > STEPS_MAX) {
        world_fail(world, "it does not end");
    }
    return happened;
}

/* ---- beginning and end ---- */

static uint8_t octet_of(void *user, uint16_t source, uint16_t destination, uint64_t offset) {
    return end_octet(((const struct world *)user)->seed, source, destination, offset);
}

static enum lucid_link_fate tap(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    struct world *world = user;
    for (size_t i = 0; i < length; i++) {
        world->print = world->print * 31 + octets[i];
    }
    world->print = (world->print ^ now ^ id << 40) * UINT64_C(0x9e3779b97f4a7c15);
    return LUCID_LINK_PASS;
}

static void on_packet(struct lucid_pair *pair, int node, bool leaves, const uint8_t *octets, size_t length,
                      void *user) {
    struct world *world = user;
    (leaves ? wire_check_out : wire_check_in)(world->check[node], lucid_pair_now(pair), octets, length);
}

static struct wire_check *begin_check(const struct world *world, int node) {
    const struct lucid_config *config = &world->options.config[node];
    bool scarce = world->squeeze[node].from != LUCID_NEVER || world->host[node].fail_at > 0;
    const struct wire_check_config check = {.mtu = config->mtu,
                                            .mss_floor = config->mss_floor,
                                            .initial_window = config->initial_window,
                                            .msl = config->msl,
                                            .virtual_time = true,
                                            .scarce = scarce};
    return wire_check_begin(&check);
}

static void begin(struct world *world) {
    struct lucid_sockaddr any = {.port = LISTEN_PORT};
    int opened = lucid_pair_open(&world->pair, &world->options);
    if (opened != 0) {
        world_fail(world, "the pair cannot be made: %d", opened);
        return;
    }
    lucid_pair_on_batch(world->pair, on_batch, world);
    lucid_pair_on_packet(world->pair, on_packet, world);
    for (int node = 0; node < 2; node++) {
        const struct lucid_config *config = &world->options.config[node];
        world->accepts[node] = LUCID_NEVER;
        world->check[node] = begin_check(world, node);
        world->rules[node] = (struct rules){.octet_of = octet_of, .user = world, .config = config};
        lucid_link_judge(lucid_pair_link(world->pair, node), tap, world);
        lucid_trace_enable(stack(world, node), TRACE_KINDS, TRACE_EVENTS);
        world->memory[node] = world_memory(world, node);
        world->listener[node] = lucid_socket(stack(world, node), LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
        if (lucid_bind(stack(world, node), world->listener[node], &any) != 0 ||
            lucid_listen(stack(world, node), world->listener[node], WORLD_CONNECTIONS) != 0) {
            world_fail(world, "no listener can be made");
        }
    }
    world->begun = world->failure[0] == '\0';
}

bool world_run(struct world *world) {
    begin(world);
    while (world->failure[0] == '\0' && step(world)) {
    }
    if (world->failure[0] == '\0') {
        world_judge(world);
    }
    return world->failure[0] == '\0';
}

void world_end(struct world *world) {
    lucid_pair_close(world->pair);
    world->pair = NULL;
    for (int node = 0; node < 2; node++) {
        rules_end(&world->rules[node]);
        wire_check_end(world->check[node]);
        world->check[node] = NULL;
        if (!vhost_clean(&world->host[node])) {
            world_fail(world, "%c: %s", 'A' + node, world->host[node].fault);
        }
    }
}
