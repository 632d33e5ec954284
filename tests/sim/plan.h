/* plan.h: everything that happens in one simulation, drawn from one number before it begins.
 *
 * A plan is a value: hosts with their configurations, links with their faults, connections with their applications, and
 * a list of happenings (a link goes down, a host sleeps, a clock jumps). Each purpose draws from a stream of random
 * numbers of its own; what a cut takes away therefore moves nothing else, and a failing plan can be shrunk by cutting.
 *
 *     plan_draw(&plan, seed, &cut);     cut zeroed: nothing is taken away
 *
 * Each seed leaves out a random half of the kinds of fault ("swarm testing"): rare combinations meet, pure cases stay.
 */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include <stdio.h>

#include "lucid/lucid.h"
#include "sim/end.h"

#define PLAN_HOSTS 8
#define PLAN_LINKS (PLAN_HOSTS * PLAN_HOSTS)
#define PLAN_CONNECTIONS 48
#define PLAN_HAPPENINGS 25

/* Where everybody listens. */
#define LISTEN_PORT 80

/* X(NAME, "name on the command line"): the kinds of fault. */
#define PLAN_FAULTS(X)        \
    X(LOSS, "loss")           \
    X(BURST, "burst")         \
    X(DUPLICATE, "duplicate") \
    X(REORDER, "reorder")     \
    X(CORRUPT, "corrupt")     \
    X(JITTER, "jitter")       \
    X(QUEUE, "queue")         \
    X(DOWN, "down")           \
    X(JUMP, "jump")           \
    X(SLEEP, "sleep")         \
    X(SQUEEZE, "squeeze")     \
    X(ALLOC, "alloc")         \
    X(ABORT, "abort")         \
    X(BYZANTINE, "byzantine")

enum plan_fault {
#define PLAN_FAULT_ENUM(name, text) PLAN_##name,
    PLAN_FAULTS(PLAN_FAULT_ENUM)
#undef PLAN_FAULT_ENUM
        PLAN_FAULT_COUNT
};

const char *plan_fault_name(unsigned fault);

/* What is taken away from a plan. */
struct plan_cut {
    uint32_t faults;      /* bit 1 << enum plan_fault */
    uint64_t connections; /* bit i: connection i is never opened */
    uint32_t hosts;       /* bit i: no connection from or to host i */
    uint32_t happenings;  /* bit i: happening i does not happen */
    uint8_t shorter;      /* transfers are halved so many times */
    uint64_t steps;       /* the network heals after so many; 0: when the plan says */
};

/* A direction of a link. Probabilities in millionths. */
struct plan_link {
    uint32_t loss, duplicate, reorder, corrupt;
    uint32_t burst_begins, burst_ends, burst_loss; /* Gilbert-Elliott: to bad, to good, loss while bad */
    lucid_time delay, jitter;
    bool long_tail; /* jitter is small, seldom large */
    bool overtakes; /* jitter may change the order */
    uint64_t rate;  /* bits a second; 0: no limit */
    uint32_t queue; /* octets that wait for the rate */
    uint64_t seed;
};

struct plan_host {
    struct lucid_config config; /* without memory and randomness */
    uint64_t seed;
    uint32_t iss;         /* initial sequence numbers begin near this one */
    uint32_t alloc_fails; /* allocations that fail, in millionths */
    uint16_t batch;       /* packets handed over before output is pulled, at most */
    bool byzantine;
    bool never_accepts;
};

struct plan_connection {
    int from, to;     /* hosts */
    bool ipv4, both;  /* both: both ends connect (simultaneous open) */
    uint16_t port;    /* of the opener; 0: the stack chooses */
    uint16_t listens; /* port of the other end */
    lucid_time opens;
    lucid_time opens_side[2]; /* when which end calls connect; LUCID_NEVER: it does not, or has */
    uint64_t opened;          /* counts up: of those that used the same port the latest one is meant */
    struct end end[2];        /* of from, of to */
};

enum plan_happens { HAPPENS_DOWN, HAPPENS_JUMP, HAPPENS_SLEEP, HAPPENS_SQUEEZE, HAPPENS_ALLOC };

struct plan_happening {
    enum plan_happens what;
    lucid_time at, length; /* length: of the outage, the sleep, the squeeze; how far the clock jumps */
    unsigned where;        /* link or host */
};

struct plan {
    uint64_t seed;
    uint32_t faults; /* kinds that are on */
    bool star;       /* all hosts share one middle; else each pair has a link */
    bool patient;    /* nobody gives up before the network heals: no connection may fail */
    unsigned hosts, links, connections, happenings;
    struct plan_host host[PLAN_HOSTS];
    struct plan_link link[PLAN_LINKS];
    struct plan_connection connection[PLAN_CONNECTIONS];
    struct plan_happening happening[PLAN_HAPPENINGS];
    lucid_time heals;
    uint64_t heals_after; /* steps */
    uint64_t octets;      /* of all transfers */
};

void plan_draw(struct plan *plan, uint64_t seed, const struct plan_cut *cut);

/* The links from one host to another, one behind the other; returns how many: 1 or 2. */
unsigned plan_way(const struct plan *plan, int from, int to, unsigned links[2]);

static inline bool plan_has(const struct plan *plan, enum plan_fault fault) {
    return plan->faults >> fault & 1;
}

/* In words. */
void plan_tell(const struct plan *plan, const struct plan_cut *cut, FILE *to);

/* ---- between the files of plan ---- */

struct rng;

uint64_t plan_below(struct rng *rng, uint64_t bound);
bool plan_one_in(struct rng *rng, unsigned n);
uint64_t plan_any_size(struct rng *rng, uint64_t most); /* small ones as often as large ones */
void plan_draw_hosts(struct plan *plan);
void plan_draw_applications(struct plan *plan, const struct plan_cut *cut);

#endif
