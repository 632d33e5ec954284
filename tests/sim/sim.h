/* sim.h: 2 to 8 stacks with applications over bad links, all of it drawn from one number and checked after every event.
 *
 *     sim_begin(&sim, seed, &cut, mode);
 *     sim_run(&sim)  ->  sim.failure[0] != '\0': "I15: ...", what is wrong
 *     sim_end(&sim);
 *
 * One thread, one seed, virtual time: the same seed gives the same packets on every machine and with every compiler;
 * sim.print is their hash. In the first phase only safety counts: the invariants I1 to I37 of CONTRIBUTING.md's labels
 * (stack/tcp/check.c, watch.h) and the octets that applications read. Then the network heals: nothing is lost any
 * more, memory is back, hosts are awake, and within bounded time every connection must end, every TIME-WAIT record must
 * go, and memory must be at its first value.
 *
 * Order of reading: plan.h (what is drawn), wires.h (the network), sim_run.c (time), sim_host.c (packets),
 * sim_apps.c (applications), sim_judge.c (the end), byzantine.h, watch.h (what is checked), sim_main.c.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "harness/vhost.h"
#include "harness/wire_check.h"
#include "lucid/host.h"
#include "sim/byzantine.h"
#include "sim/plan.h"
#include "sim/rules.h"
#include "sim/story.h"
#include "sim/watch.h"
#include "sim/wires.h"

#define SIM_STRANGERS 16 /* connections of a host that nobody planned: attackers, and copies of old SYNs */

struct sim_mode {
    bool deep;        /* the whole trace is read against rules.h, all packets by the passive checker: slow */
    bool story;       /* the latest events are kept, to be told; needs deep */
    const char *pcap; /* file to write all packets to; or NULL */
};

struct sim_host {
    struct plan_host *plan;
    struct lucid_stack *stack; /* NULL: byzantine */
    struct vhost memory;
    lucid_time ahead; /* how far its clock is ahead of the simulation's */
    lucid_time sleeps_until, squeezed_until, accepts_at;
    struct wires_packet *inbox, **inbox_end; /* arrived, not taken yet */
    int listener;
    size_t first_memory;
    struct end stranger[SIM_STRANGERS];
    bool dirty; /* something is to be done now */
    struct watch watch;
    struct rules rules;
    struct wire_check *check;
    struct lucid_packet out;
};

struct sim {
    struct plan plan;
    struct plan_cut cut;
    struct sim_mode mode;
    lucid_time now;
    bool healed;
    lucid_time healed_at;
    struct wires wires;
    struct sim_host host[PLAN_HOSTS];
    struct byzantine byzantine;
    struct story story;
    struct lucid_pcap *pcap;
    uint64_t steps, packets, opened;
    uint64_t print; /* of all packets and their times */
    char failure[256];
};

void sim_begin(struct sim *sim, uint64_t seed, const struct plan_cut *cut, const struct sim_mode *mode);

/* Returns true when nothing was found to be wrong. */
bool sim_run(struct sim *sim);

void sim_end(struct sim *sim);

/* Says what was drawn, what is wrong, and (mode.story) what happened last. */
void sim_tell(const struct sim *sim, FILE *to);

/* ---- between the files of the simulator ---- */

/* Notes the first thing that is wrong. */
void sim_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline lucid_time sim_earlier(lucid_time a, lucid_time b) {
    return a < b ? a : b;
}

/* The time on a host's own clock. */
static inline lucid_time sim_clock(const struct sim *sim, const struct sim_host *host) {
    return sim->now + host->ahead;
}

static inline int sim_number(const struct sim *sim, const struct sim_host *host) {
    return (int)(host - sim->host);
}

/* The host with this address, or -1. */
int sim_host_of(const struct sim *sim, const struct lucid_addr *addr);

/* A wire packet leaves a host, or an attacker who calls himself by another's address. */
void sim_send(struct sim *sim, int from, const uint8_t *octets, size_t length);

/* sim_host.c: everything that is due at a host; and when something will be. */
void sim_host_run(struct sim *sim, struct sim_host *host);
lucid_time sim_host_deadline(const struct sim *sim, const struct sim_host *host);
void sim_host_begin(struct sim *sim, struct sim_host *host);
void sim_host_end(struct sim *sim, struct sim_host *host);

/* All invariants of one host, and what its trace says. */
void sim_check(struct sim *sim, struct sim_host *host);

/* sim_apps.c: applications of a host: those that woke up, those whose time has come. */
void sim_apps_run(struct sim *sim, struct sim_host *host);
lucid_time sim_apps_deadline(const struct sim *sim, const struct sim_host *host);
void sim_apps_heal(struct sim *sim);
bool sim_may_fail(const struct sim *sim, const struct plan_connection *connection);
void sim_apps_judge(struct sim *sim);

/* sim_judge.c: both sides of each connection (I18); what must be true at the end. */
void sim_check_sides(struct sim *sim, const struct sim_host *host);
void sim_judge(struct sim *sim);

#endif
