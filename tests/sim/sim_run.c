/* sim_run.c: time passes, from event to event. See sim.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "sim/sim.h"

static const uint64_t STEPS_MAX = 2000000;

/* After healing: how long until everything must be over, beside the time that the transfers need. Applications have
 * closed; 100 s of a user time-out, 240 s of 2MSL, 60 s of FIN-WAIT-2 or of a retransmission time-out follow. */
static const lucid_time LIVENESS = 600 * LUCID_SECOND;

/* Where few may be half-open, each waits for its turn, and its SYN comes again after RTO_MAX. */
static const lucid_time TURN = 60 * LUCID_SECOND;

void sim_fail(struct sim *sim, const char *format, ...) {
    if (sim->failure[0] != '\0') {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sim->failure, sizeof sim->failure, format, arguments);
    va_end(arguments);
}

int sim_host_of(const struct sim *sim, const struct lucid_addr *addr) {
    unsigned number = (unsigned)addr->octet[15] - 1;
    if (number >= sim->plan.hosts) {
        return -1;
    }
    const struct lucid_config *config = &sim->plan.host[number].config;
    bool known = lucid_addr_equal(addr, &config->addrs[0].addr) || lucid_addr_equal(addr, &config->addrs[1].addr);
    return known ? (int)number : -1;
}

/* ---- packets ---- */

/* Eight octets at a time, as little-endian numbers: the same print on every machine. */
static uint64_t add_print(uint64_t print, const uint8_t *octets, size_t length) {
    for (size_t i = 0; i + 8 <= length; i += 8) {
        uint64_t word = 0;
        for (unsigned k = 0; k < 8; k++) {
            word |= (uint64_t)octets[i + k] << (8 * k);
        }
        print = (print ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        print ^= print >> 32;
    }
    for (size_t i = length & ~(size_t)7; i < length; i++) {
        print = (print ^ octets[i]) * UINT64_C(0x100000001b3);
    }
    return print;
}

void sim_send(struct sim *sim, int from, const uint8_t *octets, size_t length) {
    struct lucid_addr to = {.octet = {[10] = 0xff, [11] = 0xff}};
    sim->packets++;
    sim->print = add_print(sim->print ^ sim->now, octets, length);
    if (sim->pcap) {
        lucid_pcap_write(sim->pcap, sim->now, octets, length);
    }
    if (length >= 20 && octets[0] >> 4 == 4) {
        memcpy(to.octet + 12, octets + 16, 4);
    } else if (length >= 40) {
        memcpy(to.octet, octets + 24, 16);
    }
    int host = sim_host_of(sim, &to);
    if (host >= 0 && host != from) {
        wires_put(&sim->wires, sim->now, from, host, octets, length);
    }
}

static void deliver(struct sim *sim) {
    struct wires_packet *packet;
    while ((packet = wires_take(&sim->wires, sim->now))) {
        struct sim_host *host = &sim->host[packet->to];
        if (!host->stack) {
            byzantine_input(&sim->byzantine, sim, packet->octets, packet->length);
            wires_free(&sim->wires, packet);
            continue;
        }
        packet->next = NULL;
        *host->inbox_end = packet;
        host->inbox_end = &packet->next;
        host->dirty = true;
    }
}

/* ---- happenings ---- */

static void happen(struct sim *sim, const struct plan_happening *happening) {
    struct sim_host *host = happening->what == HAPPENS_DOWN ? NULL : &sim->host[happening->where];
    if (host && !host->stack) {
        return;
    }
    switch (happening->what) {
    case HAPPENS_DOWN:
        wires_down(&sim->wires, happening->where, sim->now + happening->length);
        break;
    case HAPPENS_JUMP:
        host->ahead += happening->length;
        host->dirty = true;
        break;
    case HAPPENS_SLEEP:
        host->sleeps_until = sim->now + happening->length;
        break;
    case HAPPENS_SQUEEZE: /* to a tenth of what it may have, or to what it holds just now */
        host->memory.ceiling = host->plan->config.mem_limit / 10;
        host->memory.ceiling = happening->length & 1 << 20 ? host->memory.live + 1 : host->memory.ceiling;
        host->squeezed_until = sim->now + happening->length;
        break;
    case HAPPENS_ALLOC:
        host->memory.fail_at = host->memory.allocations + 1;
        break;
    }
}

static void happenings_due(struct sim *sim) {
    for (unsigned i = 0; i < sim->plan.happenings; i++) {
        struct plan_happening *happening = &sim->plan.happening[i];
        if (happening->at <= sim->now) {
            happening->at = LUCID_NEVER;
            happen(sim, happening);
        }
    }
}

static lucid_time next_happening(const struct sim *sim) {
    lucid_time next = sim->healed ? LUCID_NEVER : sim->plan.heals;
    for (unsigned i = 0; i < sim->plan.happenings && !sim->healed; i++) {
        next = sim_earlier(next, sim->plan.happening[i].at);
    }
    return next;
}

/* No loss, memory is back, hosts are awake, applications do not dawdle. */
static void heal(struct sim *sim) {
    sim->healed = true;
    sim->healed_at = sim->now;
    wires_heal(&sim->wires);
    for (unsigned i = 0; i < sim->plan.hosts; i++) {
        struct sim_host *host = &sim->host[i];
        host->sleeps_until = 0;
        host->memory.ceiling = 0;
        host->memory.fail_at = 0;
        host->memory.fail_chance = 0;
        host->dirty = true;
    }
    for (unsigned i = 0; i < sim->plan.happenings; i++) {
        sim->plan.happening[i].at = LUCID_NEVER;
    }
    sim_apps_heal(sim);
}

/* ---- one step ---- */

static lucid_time next_time(const struct sim *sim) {
    lucid_time next = sim_earlier(wires_deadline(&sim->wires), next_happening(sim));
    for (unsigned i = 0; i < sim->plan.hosts; i++) {
        if (sim->host[i].stack) {
            next = sim_earlier(next, sim_host_deadline(sim, &sim->host[i]));
        }
    }
    return sim->healed ? next : sim_earlier(next, byzantine_deadline(&sim->byzantine));
}

/* The transfers' own time: at the slowest link's rate, and an RTT for each of the smallest segments. */
static lucid_time patience(const struct sim *sim) {
    lucid_time longest = 0;
    for (unsigned i = 0; i < sim->plan.links; i++) {
        const struct plan_link *link = &sim->plan.link[i];
        lucid_time octets = link->rate ? sim->plan.octets * 10 * 8 * LUCID_SECOND / link->rate : 0;
        lucid_time rounds = (sim->plan.octets / 80 + 100) * 4 * link->delay;
        longest = longest > octets + rounds ? longest : octets + rounds;
    }
    return LIVENESS + sim->plan.connections * TURN + 2 * longest;
}

/* False: nothing will ever happen again. */
static bool step(struct sim *sim) {
    lucid_time next = next_time(sim);
    if (next == LUCID_NEVER) {
        return false;
    }
    sim->now = next > sim->now ? next : sim->now;
    if (!sim->healed && (sim->now >= sim->plan.heals || sim->steps >= sim->plan.heals_after)) {
        heal(sim);
    }
    happenings_due(sim);
    byzantine_run(&sim->byzantine, sim);
    deliver(sim);
    for (unsigned i = 0; i < sim->plan.hosts; i++) {
        struct sim_host *host = &sim->host[i];
        if (host->stack && (host->dirty || sim_host_deadline(sim, host) <= sim->now)) {
            sim_host_run(sim, host);
            sim_check_sides(sim, host);
        }
    }
    if (++sim->steps > STEPS_MAX || (sim->healed && sim->now > sim->healed_at + patience(sim))) {
        sim_fail(sim, "P8: it does not end; the network healed at %.3f s", (double)sim->healed_at / 1e9);
    }
    return true;
}

/* ---- beginning and end ---- */

void sim_begin(struct sim *sim, uint64_t seed, const struct plan_cut *cut, const struct sim_mode *mode) {
    char error[LUCID_ERROR_TEXT];
    memset(sim, 0, sizeof *sim);
    sim->cut = *cut;
    sim->mode = *mode;
    plan_draw(&sim->plan, seed, cut);
    wires_init(&sim->wires, &sim->plan);
    if (mode->pcap && !(sim->pcap = lucid_pcap_create(mode->pcap, error))) {
        sim_fail(sim, "%s", error);
    }
    for (unsigned i = 0; i < sim->plan.hosts; i++) {
        sim->host[i].plan = &sim->plan.host[i];
        if (!sim->plan.host[i].byzantine) {
            sim_host_begin(sim, &sim->host[i]);
        }
    }
    byzantine_begin(&sim->byzantine, &sim->plan);
}

bool sim_run(struct sim *sim) {
    while (sim->failure[0] == '\0' && step(sim)) {
    }
    if (sim->failure[0] == '\0') {
        sim_judge(sim);
    }
    return sim->failure[0] == '\0';
}

void sim_end(struct sim *sim) {
    for (unsigned i = 0; i < sim->plan.hosts; i++) {
        if (sim->host[i].stack) {
            sim_host_end(sim, &sim->host[i]);
        }
    }
    wires_end(&sim->wires);
    lucid_pcap_close(sim->pcap);
    sim->pcap = NULL;
}

/* How the connections stand whose ends are still there. */
static void tell_end(const struct end *end, unsigned number, FILE *to) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    if (end->fd <= 0 || lucid_getsockopt(end->stack, end->fd, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length) != 0) {
        return;
    }
    fprintf(to, "  connection %u at %c: %s port %u, sent %" PRIu32 " of %" PRIu32 ", received %" PRIu32 " of %" PRIu32,
            number, 'A' + end->node, lucid_state_name(info.state), end->port, end->sent, end->to_send, end->received,
            end->to_receive);
    fprintf(to,
            "; snd %" PRIu32 " %" PRIu32 " wnd %" PRIu32 ", rcv %" PRIu32 " wnd %" PRIu32 ", queued %" PRIu32
            " %" PRIu32 "\n",
            info.snd_una, info.snd_nxt, info.snd_wnd, info.rcv_nxt, info.rcv_wnd, info.send_queue, info.receive_queue);
}

void sim_tell(const struct sim *sim, FILE *to) {
    fprintf(to, "seed %" PRIu64 ", step %" PRIu64 ", at %.9f s%s: %s\n", sim->plan.seed, sim->steps,
            (double)sim->now / 1e9, sim->healed ? " (healed)" : "", sim->failure);
    plan_tell(&sim->plan, &sim->cut, to);
    for (unsigned i = 0; i < sim->plan.connections; i++) {
        tell_end(&sim->plan.connection[i].end[0], i, to);
        tell_end(&sim->plan.connection[i].end[1], i, to);
    }
    if (sim->mode.story) {
        story_print(&sim->story, to);
    }
}
