/* plan_draw.c: hosts and their applications. See plan.h. */
#include <string.h>

#include "lucid/host.h"
#include "rng.h"
#include "sim/plan.h"

/* Streams of random numbers, beside those of plan.c. */
enum purpose { HOSTS = 10, SWITCHES, CONNECTIONS, MANNERS, PACES };

static const uint16_t FIXED_PORT = 20000;

/* ---- hosts ---- */

/* Members of struct lucid_config that may be true or false without harm to anybody. A new feature needs a line here. */
static const size_t SWITCHES_OF_CONFIG[] = {
    offsetof(struct lucid_config, window_scale), offsetof(struct lucid_config, quick_ack),
    offsetof(struct lucid_config, nagle),        offsetof(struct lucid_config, rfc5961),
    offsetof(struct lucid_config, rfc1337),      offsetof(struct lucid_config, rst_on_full_backlog),
    offsetof(struct lucid_config, timestamps),   offsetof(struct lucid_config, sack),
    offsetof(struct lucid_config, pacing),
};

/* Three times of four the default stays. One stream for each switch: a new one moves no other. */
static void draw_switches(struct lucid_config *config, uint64_t seed, unsigned which) {
    for (unsigned i = 0; i < sizeof SWITCHES_OF_CONFIG / sizeof SWITCHES_OF_CONFIG[0]; i++) {
        struct rng rng;
        rng_seed(&rng, seed, which * 1000 + i, SWITCHES);
        bool *member = (bool *)((char *)config + SWITCHES_OF_CONFIG[i]);
        *member = plan_one_in(&rng, 4) ? !*member : *member;
    }
}

static void draw_sizes(struct lucid_config *config, struct rng *rng) {
    static const uint16_t mtus[] = {1500, 1500, 1500, 1500, 1280, 576, 296, 128};
    static const unsigned offloads[] = {
        0, LUCID_OFFLOAD_CHECKSUM, LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6,
        LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6 | LUCID_OFFLOAD_LARGE4};
    config->mtu = mtus[plan_below(rng, sizeof mtus / sizeof mtus[0])];
    config->addr_count = config->mtu < 1280 ? 1 : 2;
    config->offload = offloads[plan_below(rng, 4)];
    config->sndbuf = plan_one_in(rng, 3) ? 500 + (uint32_t)plan_any_size(rng, 300000) : 1u << 18;
    config->rcvbuf = plan_one_in(rng, 3) ? 300 + (uint32_t)plan_any_size(rng, 300000) : 1u << 18;
    config->ecn = (uint8_t)(plan_one_in(rng, 2) ? config->ecn : plan_below(rng, LUCID_ECN_ACTIVE + 1));
    config->sndbuf_max = plan_one_in(rng, 2) ? 0 : (uint32_t)plan_any_size(rng, 1u << 20);
    config->rcvbuf_max = plan_one_in(rng, 2) ? 0 : (uint32_t)plan_any_size(rng, 1u << 20);
    config->initial_window = (uint8_t)(1 + plan_below(rng, 10));
    config->congestion = (uint8_t)(plan_one_in(rng, 2) ? config->congestion
                                                       : plan_below(rng, LUCID_CONGESTION_FIXED + 1));
    config->mem_limit = (size_t)8 << 20;
    config->timewait_max = plan_one_in(rng, 4) ? 1 + (uint32_t)plan_below(rng, 4) : 1024;
    config->half_open_max = plan_one_in(rng, 4) ? 1 + (uint32_t)plan_below(rng, 4) : 1024;
}

static void draw_times(const struct plan *plan, struct lucid_config *config, struct rng *rng) {
    config->delayed_ack = plan_one_in(rng, 4) ? 0 : (1 + plan_below(rng, 499)) * LUCID_MILLISECOND;
    config->rto_min = plan_one_in(rng, 2) ? 200 * LUCID_MILLISECOND : LUCID_SECOND;
    if (plan->patient) {
        config->r2_syn = config->r2_syn_ack = config->r2_data = 36000 * LUCID_SECOND;
    }
}

static void draw_addresses(struct lucid_config *config, unsigned number) {
    char text[LUCID_ADDR_TEXT];
    snprintf(text, sizeof text, "10.77.0.%u", number + 1);
    lucid_ifaddr_parse(text, 24, &config->addrs[0]);
    snprintf(text, sizeof text, "fd77::%u", number + 1);
    lucid_ifaddr_parse(text, 64, &config->addrs[1]);
}

static uint32_t draw_iss(struct rng *rng) {
    static const uint32_t places[] = {0, UINT32_C(1) << 31};
    uint32_t any = (uint32_t)rng_next(rng);
    uint32_t near = (uint32_t)plan_any_size(rng, 4000000);
    bool anywhere = plan_one_in(rng, 4);
    return anywhere ? any : places[plan_below(rng, 2)] - near;
}

static void draw_host(struct plan *plan, unsigned which) {
    struct plan_host *host = &plan->host[which];
    struct rng rng;
    rng_seed(&rng, plan->seed, which, HOSTS);
    lucid_config_default(&host->config);
    draw_sizes(&host->config, &rng);
    draw_times(plan, &host->config, &rng);
    draw_switches(&host->config, plan->seed, which);
    host->config.sleep_after = (plan->seed + which) % 2 ? 0 : LUCID_NEVER;
    draw_addresses(&host->config, which);
    host->seed = rng_next(&rng);
    host->iss = draw_iss(&rng);
    host->batch = (uint16_t)(1 + plan_any_size(&rng, 63));
    host->alloc_fails = (uint32_t)plan_any_size(&rng, 20000);
    host->never_accepts = which > 1 && plan_one_in(&rng, 6);
    if (plan_one_in(&rng, 4)) { /* the same ports come again soon */
        host->config.port_last = (uint16_t)(host->config.port_first + PLAN_CONNECTIONS + 2);
    }
    host->alloc_fails = plan_has(plan, PLAN_ALLOC) ? host->alloc_fails : 0;
    host->config.rfc5961 = host->config.rfc5961 || plan_has(plan, PLAN_BYZANTINE); /* one guess is not enough */
    host->byzantine = plan_has(plan, PLAN_BYZANTINE) && which == plan->hosts - 1;
}

void plan_draw_hosts(struct plan *plan) {
    for (unsigned i = 0; i < plan->hosts; i++) {
        draw_host(plan, i);
    }
}

/* ---- applications ---- */

static const struct {
    enum end_manner first, second;
    bool abort;
} MANNERS_OF_PAIRS[] = {
    {END_ORDERLY, END_ORDERLY, false}, {END_ORDERLY, END_ORDERLY, false}, {END_ORDERLY, END_ANSWERS, false},
    {END_ANSWERS, END_ORDERLY, false}, {END_CLOSES, END_ORDERLY, false},  {END_ORDERLY, END_CLOSES, false},
    {END_ASKS, END_ECHOES, false},     {END_ECHOES, END_ASKS, false},     {END_ABORTS, END_ORDERLY, true},
    {END_ORDERLY, END_ABORTS, true},
};

/* Calls are bounded, so that a pause after each does not make hours; one octet at a time only for short streams. */
static void draw_pace(struct rng *rng, uint32_t length, uint32_t *size, lucid_time *pause) {
    uint32_t least = length / 500 + 1;
    uint64_t drawn = plan_any_size(rng, 65535);
    lucid_time wait = (1 + plan_below(rng, 2000)) * LUCID_MILLISECOND;
    bool waits = plan_one_in(rng, 4);
    *size = drawn > least ? (uint32_t)drawn : least;
    *pause = waits ? wait : 0;
    if (waits && *size < length / 40 + 1) {
        *size = length / 40 + 1;
    }
}

static void draw_end(const struct plan *plan, struct rng *rng, struct end *end, uint32_t most) {
    *end = (struct end){.manner = end->manner, .believes_all = end->believes_all, .key = plan->seed, .by_iss = true};
    bool silent = plan_one_in(rng, 5);
    uint32_t length = (uint32_t)plan_any_size(rng, most);
    end->to_send = silent ? 0 : length;
    end->lends = plan_one_in(rng, 4);
    lucid_time pause = 1 + plan_below(rng, 500) * LUCID_MILLISECOND;
    end->end_pause = plan_one_in(rng, 3) ? pause : 0;
}

/* What one end sends depends on the manner of the other. */
static void agree(struct end *end, const struct end *other) {
    if (other->manner == END_CLOSES) {
        end->to_send = 0;
    } else if (end->manner == END_ECHOES) {
        end->to_send = other->to_send;
    }
}

static void draw_paces(struct plan *plan, struct rng *rng, struct end *end, const struct end *other) {
    draw_pace(rng, end->to_send, &end->write_size, &end->write_pause);
    draw_pace(rng, other->to_send, &end->read_size, &end->read_pause);
    if (end->manner == END_ASKS || end->manner == END_ECHOES) { /* at most 30 times to and fro */
        uint32_t least = end->to_send / 30 + 1;
        end->write_size = end->write_size < least ? least : end->write_size;
    }
    end->to_receive = other->to_send;
    end->abort_after = (uint32_t)plan_any_size(rng, end->to_send + end->to_receive);
    plan->octets += end->to_send;
}

/* Between honest hosts; in a seed with a byzantine host some go to that one. */
static void draw_hosts_of(const struct plan *plan, struct rng *rng, struct plan_connection *connection) {
    unsigned honest = plan->hosts - plan_has(plan, PLAN_BYZANTINE);
    unsigned from = (unsigned)plan_below(rng, honest);
    unsigned to = (from + 1 + (unsigned)plan_below(rng, honest - 1)) % honest;
    bool fourth = plan_one_in(rng, 4);
    bool to_byzantine = fourth && plan_has(plan, PLAN_BYZANTINE);
    connection->from = (int)from;
    connection->to = (int)(to_byzantine ? honest : to);
    bool ipv6 = plan->host[from].config.addr_count == 2 && plan->host[connection->to].config.addr_count == 2;
    bool ipv4 = plan_one_in(rng, 2);
    connection->ipv4 = ipv4 || !ipv6;
    connection->end[0].believes_all = to_byzantine;
}

static void draw_ports(struct rng *rng, struct plan_connection *connection, unsigned i, bool storm) {
    lucid_time opens = plan_any_size(rng, 20000) * LUCID_MILLISECOND;
    uint64_t kind = plan_below(rng, 8);
    connection->opens = storm ? plan_below(rng, 50 * LUCID_MILLISECOND) : opens;
    connection->both = kind == 0 && !connection->end[0].believes_all;
    connection->port = (uint16_t)(kind < 4 ? FIXED_PORT + i : 0);
    connection->listens = (uint16_t)(connection->both ? FIXED_PORT + 100 + i : LISTEN_PORT);
}

/* The largest transfer: at most some 1 MiB in one seed, less in small segments. */
static uint32_t share_of(const struct plan *plan, unsigned connections, bool large) {
    uint32_t mtu = 1500;
    for (unsigned i = 0; i < plan->hosts; i++) {
        mtu = plan->host[i].config.mtu < mtu ? plan->host[i].config.mtu : mtu;
    }
    uint32_t most = (large ? 700 : 150) * mtu;
    return most / connections + 100;
}

static void draw_connection(struct plan *plan, const struct plan_cut *cut, unsigned i, uint32_t most, bool storm) {
    struct plan_connection *connection = &plan->connection[i];
    struct end *end = connection->end;
    struct rng shape, manners, paces;
    rng_seed(&shape, plan->seed, 1 + i, CONNECTIONS);
    rng_seed(&manners, plan->seed, i, MANNERS);
    rng_seed(&paces, plan->seed, i, PACES);
    draw_hosts_of(plan, &shape, connection);
    draw_ports(&shape, connection, i, storm);
    uint64_t pair = plan_below(&manners, sizeof MANNERS_OF_PAIRS / sizeof MANNERS_OF_PAIRS[0]);
    pair = MANNERS_OF_PAIRS[pair].abort && !plan_has(plan, PLAN_ABORT) ? 0 : pair;
    end[0].manner = MANNERS_OF_PAIRS[pair].first;
    end[1].manner = MANNERS_OF_PAIRS[pair].second;
    draw_end(plan, &paces, &end[0], most);
    draw_end(plan, &paces, &end[1], most);
    end[0].to_send >>= cut->shorter;
    end[1].to_send >>= cut->shorter;
    agree(&end[0], &end[1]);
    agree(&end[1], &end[0]);
    draw_paces(plan, &paces, &end[0], &end[1]);
    draw_paces(plan, &paces, &end[1], &end[0]);
    bool cut_away = cut->connections >> i & 1 || cut->hosts >> connection->from & 1 || cut->hosts >> connection->to & 1;
    connection->opens = cut_away ? LUCID_NEVER : connection->opens;
    connection->opens_side[0] = connection->opens;
    connection->opens_side[1] = connection->both ? connection->opens : LUCID_NEVER;
}

void plan_draw_applications(struct plan *plan, const struct plan_cut *cut) {
    struct rng rng;
    rng_seed(&rng, plan->seed, 0, CONNECTIONS);
    bool storm = plan_one_in(&rng, 8), large = plan_one_in(&rng, 6);
    unsigned few = 1 + (unsigned)plan_any_size(&rng, 9);
    unsigned many = PLAN_CONNECTIONS / 3 + (unsigned)plan_below(&rng, PLAN_CONNECTIONS / 2);
    plan->connections = storm ? many : few;
    uint32_t most = share_of(plan, plan->connections, large);
    for (unsigned i = 0; i < plan->connections; i++) {
        draw_connection(plan, cut, i, most, storm);
    }
}
