/* world.h: two stacks over bad links, with applications, all of it drawn from one number.
 *
 *     world_draw(&world, seed);
 *     if (!world_run(&world)) world_tell(&world, stderr);
 *     world_end(&world);
 *
 * After every step all invariants of both stacks are checked (core/check.h), the traces are read against the rules
 * of rules.h, each packet by the passive checker (harness/wire_check.h), and each side's variables against the other's
 * (I18). At the end every stream must have arrived, every connection must be gone, and memory must be back at its first
 * value (P2).
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "harness/vhost.h"
#include "harness/wire_check.h"
#include "lucid/host.h"
#include "rng.h"
#include "sim/end.h"
#include "sim/rules.h"
#include "sim/story.h"

#define WORLD_CONNECTIONS 5

struct world_connection {
    struct end end[2]; /* by node */
    int opener;        /* node that connects; -1: both at once */
    bool ipv4;
    lucid_time opens[2]; /* when which node calls connect; LUCID_NEVER: it does not, or has */
};

/* A time in which a host has no memory to give. */
struct world_squeeze {
    lucid_time from, to; /* LUCID_NEVER: none, or past */
};

struct world {
    uint64_t seed;
    struct lucid_pair_options options;
    struct world_connection connection[WORLD_CONNECTIONS];
    unsigned connections;
    struct world_squeeze squeeze[2];

    struct lucid_pair *pair;
    struct vhost host[2];
    struct rules rules[2];
    struct wire_check *check[2];
    struct story story;
    int listener[2];
    lucid_time accepts[2]; /* when accept, for which memory was short, is called again; LUCID_NEVER */
    bool begun;            /* stacks and listeners were made */
    size_t memory[2];      /* at the beginning */
    uint64_t steps;
    uint64_t print; /* of all packets and their times */
    char failure[256];
};

/* Decides everything. Nothing is allocated. */
void world_draw(struct world *world, uint64_t seed);

/* Runs until nothing will happen any more. False: something is wrong, see world->failure. */
bool world_run(struct world *world);

/* Says what was drawn, what is wrong, and what happened last. */
void world_tell(const struct world *world, FILE *to);

void world_end(struct world *world);

/* ---- between world.c and world_judge.c ---- */

/* Notes the first thing that is wrong. */
void world_fail(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads the trace and checks all invariants of one stack. */
void world_check_stack(struct world *world, int node);

/* True when one of the ends resets it. */
bool world_aborts(const struct world_connection *connection);

/* Octets that a stack holds. */
size_t world_memory(struct world *world, int node);

/* After the last step; closes the listeners. */
void world_judge(struct world *world);

#endif
