/* sim_host.c: a host of the simulation: takes what arrived, lets time pass, wakes applications, lets out what leaves.
 * See sim.h.
 */
#include <inttypes.h>
#include <string.h>

#include "core/check.h"
#include "core/stack.h"
#include "sim/join.h"
#include "sim/sim.h"
#include "sim/stream.h"

static const uint32_t TRACE_EVENTS = 4096;

/* ---- checks ---- */

/* The states always; everything in deep mode. */
static void read_trace(struct sim *sim, struct sim_host *host) {
    struct lucid_event event;
    uint64_t lost = 0;
    while (lucid_trace_next(host->stack, &event, &lost)) {
        watch_event(&host->watch, &event);
        if (sim->mode.deep) {
            rules_event(&host->rules, &event);
        }
        bool call = event.kind == LUCID_EVENT_CALL || event.kind == LUCID_EVENT_RETURN;
        if (sim->mode.story && !call) {
            story_add(&sim->story, sim_number(sim, host), &event);
        }
    }
    if (lost > 0) {
        sim_fail(sim, "L: the trace lost %" PRIu64 " events", lost);
    }
}

static void read_breach(struct sim *sim, struct sim_host *host) {
    const struct wire_breach *breach = host->check ? wire_check_breach(host->check) : NULL;
    if (breach) {
        sim_fail(sim, "%s: %c, passive checker at %.9f: %s", wire_rule_name(breach->rule), 'A' + sim_number(sim, host),
                 (double)breach->time / (double)LUCID_SECOND, breach->detail);
    }
}

void sim_check(struct sim *sim, struct sim_host *host) {
    int number = 'A' + sim_number(sim, host);
    read_trace(sim, host);
    watch_stack(&host->watch);
    const char *broken = host->watch.broken[0] != '\0' ? host->watch.broken : NULL;
    broken = host->memory.fault[0] != '\0' ? host->memory.fault : broken;
    broken = host->rules.broken[0] != '\0' ? host->rules.broken : broken;
    read_breach(sim, host);
    if (broken) {
        sim_fail(sim, "%s (%c)", broken, number);
    }
    if (host->watch.steps > 0) {
        host->watch.steps = 0;
    }
}

/* ---- in ---- */

/* What a packet is handed over in: a chunk of the stack, as a device does it, with segments joined; or memory of
 * exactly its length, where a sanitizer sees whoever reads beyond it. Returns how many packets it has become. */
static unsigned fill(struct sim_host *host, struct wires_packet *packet, struct lucid_packet *in) {
    uint8_t *room = host->watch.reserves ? lucid_packet_reserve(host->stack, &host->watch.in) : NULL;
    size_t length = packet->length;
    *in = (struct lucid_packet){.slices = 1, .id = packet->number};
    unsigned joined = room ? join_segments(packet, room, &length, &in->segment_size) : 0;
    in->checksum = joined > 0 ? LUCID_CHECKSUM_TRUSTED : LUCID_CHECKSUM_FULL;
    in->length = (uint32_t)length;
    if (room && joined == 0) {
        memcpy(room, packet->octets, packet->length);
    }
    in->chunk = room ? host->watch.in.chunk : NULL;
    in->slice[0] = (struct lucid_slice){room ? room : packet->octets, length};
    return joined > 0 ? joined : 1;
}

/* Returns how many packets were taken at once. */
static unsigned take_one(struct sim *sim, struct sim_host *host, struct wires_packet *packet) {
    struct lucid_packet in;
    unsigned count = fill(host, packet, &in);
    for (unsigned i = 0; host->check && i < count; i++, packet = packet->next) {
        wire_check_in(host->check, sim_clock(sim, host), packet->octets, packet->length);
    }
    packet = host->inbox;
    bool sound = !packet->damaged && sim->host[packet->from].stack;
    watch_before(&host->watch, in.slice[0].data, in.length, sound);
    int why = lucid_input(host->stack, sim_clock(sim, host), &in);
    watch_after(&host->watch, why);
    host->watch.in.chunk = in.chunk ? in.chunk : host->watch.in.chunk;
    return count;
}

static void take_all(struct sim *sim, struct sim_host *host) {
    for (unsigned count = 0; host->inbox && count < host->plan->batch;) {
        for (unsigned taken = take_one(sim, host, host->inbox); taken > 0; taken--, count++) {
            struct wires_packet *packet = host->inbox;
            host->inbox = packet->next;
            wires_free(&sim->wires, packet);
        }
        sim_check(sim, host);
    }
    host->inbox_end = host->inbox ? host->inbox_end : &host->inbox;
}

/* ---- out ---- */

struct sink {
    struct sim *sim;
    struct sim_host *host;
};

static void one_leaves(void *user, const uint8_t *octets, size_t length) {
    const struct sink *sink = user;
    struct sim_host *host = sink->host;
    if (host->check) {
        wire_check_out(host->check, sim_clock(sink->sim, host), octets, length);
    }
    watch_out(&host->watch, octets, length);
    sim_send(sink->sim, sim_number(sink->sim, host), octets, length);
}

static void let_out(struct sim *sim, struct sim_host *host) {
    struct sink sink = {sim, host};
    for (unsigned count = 0; lucid_output(host->stack, sim_clock(sim, host), &host->out); count++) {
        watch_pulled(&host->watch, &host->out);
        if (lucid_segment_packet(&host->out, one_leaves, &sink) < 0) {
            sim_fail(sim, "I36: what leaves makes no sense");
        }
        if (count > 100000) {
            sim_fail(sim, "output does not end");
            return;
        }
        sim_check(sim, host);
    }
}

/* ---- time ---- */

lucid_time sim_host_deadline(const struct sim *sim, const struct sim_host *host) {
    lucid_time stack = lucid_deadline(host->stack);
    lucid_time apps = sim_apps_deadline(sim, host);
    stack = stack == LUCID_NEVER ? stack : stack > host->ahead ? stack - host->ahead : 0;
    lucid_time next = sim_earlier(sim_earlier(stack, apps), host->squeezed_until);
    next = host->dirty || host->inbox ? sim->now : next;
    return next > host->sleeps_until ? next : host->sleeps_until;
}

static void turn(struct sim *sim, struct sim_host *host) {
    host->dirty = false;
    take_all(sim, host);
    lucid_tick(host->stack, sim_clock(sim, host));
    sim_check(sim, host);
    sim_apps_run(sim, host);
    sim_check(sim, host);
    let_out(sim, host);
    if (host->check) {
        wire_check_clock(host->check, sim_clock(sim, host));
    }
    watch_batch(&host->watch);
    sim_check(sim, host);
}

void sim_host_run(struct sim *sim, struct sim_host *host) {
    if (host->sleeps_until > sim->now) {
        return;
    }
    if (host->squeezed_until <= sim->now) {
        host->squeezed_until = LUCID_NEVER;
        host->memory.ceiling = 0;
    }
    do {
        turn(sim, host);
    } while (host->inbox && sim->failure[0] == '\0');
}

/* ---- beginning and end ---- */

/* As RFC 6528 has it, without its secret: near the number drawn, and ahead of an earlier connection's. */
static uint32_t iss_of(void *context, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote) {
    const struct vhost *memory = context;
    const struct sim_host *host = (const struct sim_host *)(const void *)((const char *)memory -
                                                                          offsetof(struct sim_host, memory));
    (void)local;
    (void)remote;
    lucid_time now = host->stack ? host->stack->env.now : 0;
    return host->plan->iss + (uint32_t)(now / (4 * LUCID_MICROSECOND));
}

static uint8_t octet_of(void *user, uint16_t source, uint16_t destination, uint64_t offset) {
    (void)user;
    (void)source;
    (void)destination;
    (void)offset;
    return 0;
}

static void begin_deep(struct sim *sim, struct sim_host *host) {
    const struct lucid_config *config = &host->plan->config;
    if (!sim->mode.deep) {
        return;
    }
    bool scarce = plan_has(&sim->plan, PLAN_SQUEEZE) || plan_has(&sim->plan, PLAN_ALLOC) ||
                  config->timewait_max < PLAN_CONNECTIONS || config->half_open_max < PLAN_CONNECTIONS;
    /* A fixed window keeps no rule of congestion; what is paced looks as if a time-out had let it leave. */
    bool unjudged = config->congestion == LUCID_CONGESTION_FIXED || config->pacing;
    const struct wire_check_config check = {.mtu = config->mtu,
                                            .mss_floor = config->mss_floor,
                                            .initial_window = unjudged ? 0 : config->initial_window,
                                            .msl = config->msl,
                                            .virtual_time = true,
                                            .scarce = scarce,
                                            .aborts = plan_has(&sim->plan, PLAN_ABORT)};
    host->rules = (struct rules){.octet_of = octet_of,
                                 .user = sim,
                                 .config = config,
                                 .any_octets = true,
                                 .rounds = true,
                                 .oversleeps = plan_has(&sim->plan, PLAN_JUMP) || plan_has(&sim->plan, PLAN_SLEEP)};
    /* The passive checker believes what arrives, and that clocks do not jump. */
    if (!plan_has(&sim->plan, PLAN_BYZANTINE) && !host->rules.oversleeps) {
        host->check = wire_check_begin(&check);
    }
}

static void begin_listener(struct sim *sim, struct sim_host *host) {
    struct lucid_sockaddr any = {.port = LISTEN_PORT};
    int backlog = host->plan->seed & 3 ? PLAN_CONNECTIONS : 1 + (int)(host->plan->seed >> 2) % 8;
    host->listener = lucid_socket(host->stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    if (lucid_bind(host->stack, host->listener, &any) != 0 ||
        lucid_listen(host->stack, host->listener, backlog & 0xff) != 0) {
        sim_fail(sim, "no listener can be made");
    }
}

void sim_host_begin(struct sim *sim, struct sim_host *host) {
    struct lucid_config *config = &host->plan->config;
    host->inbox_end = &host->inbox;
    host->accepts_at = host->squeezed_until = LUCID_NEVER;
    vhost_init(&host->memory, host->plan->seed);
    vhost_lend(&host->memory, config);
    config->iss = iss_of;
    if (lucid_create(&host->stack, config, 0) != 0 ||
        lucid_trace_enable(host->stack,
                           sim->mode.deep ? LUCID_TRACE_ALL & ~(1u << LUCID_EVENT_VARIABLES) : 1u << LUCID_EVENT_STATE,
                           TRACE_EVENTS) != 0) {
        sim_fail(sim, "there is no stack");
        return;
    }
    host->first_memory = host->stack->env.stats.memory;
    begin_listener(sim, host);
    begin_deep(sim, host);
    watch_begin(&host->watch, host->stack, sim->plan.seed, host->plan->seed >> 8 & 1);
    host->watch.scarce = plan_has(&sim->plan, PLAN_SQUEEZE) || plan_has(&sim->plan, PLAN_ALLOC);
    host->memory.fail_chance = host->plan->alloc_fails;
}

void sim_host_end(struct sim *sim, struct sim_host *host) {
    for (struct wires_packet *packet = host->inbox, *next; packet; packet = next) {
        next = packet->next;
        wires_free(&sim->wires, packet);
    }
    watch_end(&host->watch);
    rules_end(&host->rules);
    wire_check_end(host->check);
    lucid_destroy(host->stack);
    host->stack = NULL;
    if (!vhost_clean(&host->memory)) {
        sim_fail(sim, "P2: %s (%c)", host->memory.fault, 'A' + sim_number(sim, host));
    }
}
