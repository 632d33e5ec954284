/* world_draw.c: a network, two stacks and their applications, from one number. See world.h.
 *
 * Each seed leaves out a random half of the kinds of fault, so that rare combinations meet and pure cases stay.
 */
#include "sim/world.h"

#include <inttypes.h>
#include <string.h>

enum purpose { LINKS, STACKS, APPLICATIONS };

static uint64_t below(struct rng *rng, uint64_t bound) {
    return rng_scale(rng_next(rng), bound);
}

static bool one_in(struct rng *rng, unsigned n) {
    return below(rng, n) == 0;
}

/* 0 to most, small ones as often as large ones. */
static uint64_t any_size(struct rng *rng, uint64_t most) {
    uint64_t drawn = below(rng, UINT64_C(1) << 32);
    uint64_t shift = below(rng, 20);
    return rng_scale(drawn << 32, most + 1) >> shift;
}

/* ---- links ---- */

static struct lucid_faults draw_link(struct rng *rng) {
    struct lucid_faults faults = {.queue = 1 + (uint32_t)below(rng, 100), .seed = rng_next(rng)};
    uint64_t kinds = rng_next(rng);
    faults.loss = kinds & 1 ? (uint32_t)below(rng, 200001) : 0;
    faults.duplicate = kinds & 2 ? (uint32_t)below(rng, 100001) : 0;
    faults.reorder = kinds & 4 ? (uint32_t)below(rng, 200001) : 0;
    faults.corrupt = kinds & 8 ? (uint32_t)below(rng, 20001) : 0;
    faults.jitter = kinds & 16 ? below(rng, 30) * LUCID_MILLISECOND : 0;
    faults.delay = kinds & 32 ? below(rng, 100) * LUCID_MILLISECOND : 0;
    faults.rate = kinds & 64 ? 64000 << below(rng, 11) : 0;
    return faults;
}

/* ---- stacks ---- */

static uint32_t draw_iss(struct rng *rng) {
    static const uint32_t places[] = {0, UINT32_C(1) << 31};
    uint32_t any = (uint32_t)rng_next(rng);
    uint32_t near = (uint32_t)any_size(rng, 100000);
    return one_in(rng, 4) ? any : places[below(rng, 2)] - near;
}

static void draw_stack(struct world *world, struct rng *rng, unsigned which) {
    static const uint16_t mtus[] = {1500, 1500, 1500, 1280, 576, 296, 128};
    static const unsigned offloads[] = {
        0, LUCID_OFFLOAD_CHECKSUM, LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6,
        LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6 | LUCID_OFFLOAD_LARGE4};
    struct lucid_config *config = &world->options.config[which];
    config->mtu = mtus[below(rng, 7)];
    config->addr_count = config->mtu < 1280 ? 1 : 2;
    config->offload = offloads[below(rng, 4)];
    config->sndbuf = one_in(rng, 3) ? 500 + (uint32_t)any_size(rng, 300000) : 1u << 18;
    config->rcvbuf = one_in(rng, 3) ? 300 + (uint32_t)any_size(rng, 300000) : 1u << 18;
    config->rcvbuf_max = one_in(rng, 2) ? 1u << 20 : 0;
    config->sndbuf_max = one_in(rng, 2) ? 1u << 20 : 0;
    config->pacing = one_in(rng, 4);
    config->delayed_ack = one_in(rng, 4) ? 0 : 200 * LUCID_MILLISECOND;
    config->rto_min = one_in(rng, 2) ? 200 * LUCID_MILLISECOND : LUCID_SECOND;
    config->quick_ack = one_in(rng, 8);
    config->nagle = !one_in(rng, 3);
    config->window_scale = !one_in(rng, 3);
    config->rfc5961 = !one_in(rng, 4);
    config->initial_window = (uint8_t)(1 + below(rng, 10));
    config->ecn = (uint8_t)below(rng, 3);
    config->sleep_after = (world->seed + which) % 2 ? 0 : LUCID_NEVER;
    /* Nobody gives up: what is sent must arrive. */
    config->r2_syn = config->r2_syn_ack = config->r2_data = 36000 * LUCID_SECOND;
    vhost_init(&world->host[which], rng_next(rng));
    vhost_lend_iss(&world->host[which], config, draw_iss(rng));
}

/* In one seed of eight a host is short of memory for a while, when all connections have been opened. */
static void draw_squeeze(struct world *world, struct rng *rng) {
    for (unsigned which = 0; which < 2; which++) {
        lucid_time from = 3 * LUCID_SECOND + below(rng, 10000) * LUCID_MILLISECOND;
        lucid_time length = any_size(rng, 30000) * LUCID_MILLISECOND;
        world->squeeze[which] = (struct world_squeeze){LUCID_NEVER, LUCID_NEVER};
        if (one_in(rng, 8)) {
            world->squeeze[which] = (struct world_squeeze){from, from + length};
        }
    }
}

/* ---- applications ---- */

static const struct {
    enum end_manner first, second;
} MANNERS[] = {
    {END_ORDERLY, END_ORDERLY}, {END_ORDERLY, END_ORDERLY}, {END_ORDERLY, END_ANSWERS}, {END_ANSWERS, END_ORDERLY},
    {END_CLOSES, END_ORDERLY},  {END_ORDERLY, END_CLOSES},  {END_ABORTS, END_ORDERLY},  {END_ORDERLY, END_ABORTS},
    {END_ASKS, END_ECHOES},     {END_ECHOES, END_ASKS},
};

/* Calls of an application are bounded, so that a pause after each of them does not make hours. */
static void draw_pace(struct rng *rng, uint32_t length, uint32_t *size, lucid_time *pause) {
    uint32_t least = length / 3000 + 1;
    *size = least + (uint32_t)any_size(rng, 65535 - least);
    *pause = 0;
    if (one_in(rng, 4)) {
        *size = *size < length / 100 + 1 ? length / 100 + 1 : *size;
        *pause = 1 + below(rng, 5000) * LUCID_MILLISECOND;
    }
}

static void draw_end(struct world *world, struct rng *rng, struct end *end, enum end_manner manner) {
    *end = (struct end){.manner = manner, .key = world->seed};
    end->to_send = one_in(rng, 5) ? 0 : (uint32_t)any_size(rng, 200000);
    end->lends = one_in(rng, 4);
    end->end_pause = one_in(rng, 3) ? 1 + below(rng, 500) * LUCID_MILLISECOND : 0;
    draw_pace(rng, end->to_send, &end->write_size, &end->write_pause);
}

/* What one end sends depends on the manner of the other. */
static void agree(struct end *end, const struct end *other) {
    if (other->manner == END_CLOSES) {
        end->to_send = 0;
    } else if (end->manner == END_ECHOES) {
        end->to_send = other->to_send;
    }
    if (end->manner == END_ASKS || end->manner == END_ECHOES) { /* at most 50 times to and fro */
        uint32_t least = end->to_send / 50 + 1;
        end->write_size = end->write_size < least ? least : end->write_size;
    }
}

static void draw_reading(struct rng *rng, struct end *end, const struct end *other) {
    end->peer_port = other->port;
    end->to_receive = other->to_send;
    end->abort_after = (uint32_t)any_size(rng, end->to_send + end->to_receive);
    draw_pace(rng, end->to_receive, &end->read_size, &end->read_pause);
}

static void draw_opening(struct rng *rng, struct world_connection *connection, unsigned i) {
    uint64_t opener = below(rng, 8);
    connection->opener = opener == 7 ? -1 : (int)(opener & 1);
    lucid_time start = one_in(rng, 2) ? 0 : below(rng, 2000) * LUCID_MILLISECOND;
    for (unsigned which = 0; which < 2; which++) {
        bool opens = connection->opener < 0 || connection->opener == (int)which;
        connection->opens[which] = opens ? start : LUCID_NEVER;
        connection->end[which].node = (int)which;
        connection->end[which].port = opens ? (uint16_t)(20000 + 100 * which + i) : 80;
    }
}

static void draw_connection(struct world *world, struct rng *rng, unsigned i) {
    struct world_connection *connection = &world->connection[i];
    struct end *end = connection->end;
    unsigned manners = (unsigned)below(rng, sizeof MANNERS / sizeof MANNERS[0]);
    draw_end(world, rng, &end[0], MANNERS[manners].first);
    draw_end(world, rng, &end[1], MANNERS[manners].second);
    agree(&end[0], &end[1]);
    agree(&end[1], &end[0]);
    bool ipv6 = world->options.config[0].addr_count == 2 && world->options.config[1].addr_count == 2;
    connection->ipv4 = !ipv6 || one_in(rng, 2);
    draw_opening(rng, connection, i);
    draw_reading(rng, &end[0], &end[1]);
    draw_reading(rng, &end[1], &end[0]);
}

void world_draw(struct world *world, uint64_t seed) {
    memset(world, 0, sizeof *world);
    world->seed = seed;
    lucid_pair_defaults(&world->options);
    struct rng links, stacks, applications;
    rng_seed(&links, seed, 0, LINKS);
    rng_seed(&stacks, seed, 0, STACKS);
    rng_seed(&applications, seed, 0, APPLICATIONS);
    for (unsigned which = 0; which < 2; which++) {
        world->options.faults[which] = draw_link(&links);
        draw_stack(world, &stacks, which);
    }
    draw_squeeze(world, &stacks);
    world->connections = 1 + (unsigned)below(&applications, WORLD_CONNECTIONS);
    for (unsigned i = 0; i < world->connections; i++) {
        draw_connection(world, &applications, i);
    }
}

/* ---- in words ---- */

static void tell_end(const struct end *end, FILE *to) {
    static const char *const manners[] = {"orderly", "answers", "closes", "asks", "echoes", "aborts"};
    fprintf(to, "    %c port %u %s%s: sent %u of %u by %u (pause %.3f), received %u of %u by %u (pause %.3f)%s%s%s\n",
            'A' + end->node, end->port, manners[end->manner], end->lends ? ", lends" : "", end->sent, end->to_send,
            end->write_size, (double)end->write_pause / 1e9, end->received, end->to_receive, end->read_size,
            (double)end->read_pause / 1e9, end->shut ? ", shut" : "", end->ended ? ", ended" : "",
            end->fd < 0 ? ", closed" : "");
    if (end->error) {
        fprintf(to, "      %s\n", lucid_error_name(end->error));
    }
}

void world_tell(const struct world *world, FILE *to) {
    fprintf(to, "seed %" PRIu64 ", step %" PRIu64 ", at %.6f s: %s\n", world->seed, world->steps,
            world->pair ? (double)lucid_pair_now(world->pair) / 1e9 : 0.0, world->failure);
    for (unsigned which = 0; which < 2; which++) {
        const struct lucid_config *config = &world->options.config[which];
        const struct lucid_faults *faults = &world->options.faults[which];
        fprintf(to, "  %c: mtu %u offload %u sndbuf %u rcvbuf %u nagle %d scale %d iss %u\n", 'A' + (int)which,
                config->mtu, config->offload, config->sndbuf, config->rcvbuf, config->nagle, config->window_scale,
                world->host[which].iss);
        fprintf(to,
                "    its link: loss %.2f%% dup %.2f%% reorder %.2f%% corrupt %.2f%% delay %.0f ms jitter %.0f ms "
                "rate %" PRIu64 " queue %u\n",
                faults->loss / 1e4, faults->duplicate / 1e4, faults->reorder / 1e4, faults->corrupt / 1e4,
                (double)faults->delay / 1e6, (double)faults->jitter / 1e6, faults->rate, faults->queue);
    }
    for (unsigned i = 0; i < world->connections; i++) {
        const struct world_connection *connection = &world->connection[i];
        fprintf(to, "  connection over %s, opened by %s\n", connection->ipv4 ? "IPv4" : "IPv6",
                connection->opener < 0 ? "both"
                : connection->opener   ? "B"
                                       : "A");
        tell_end(&connection->end[0], to);
        tell_end(&connection->end[1], to);
    }
    story_print(&world->story, to);
}
