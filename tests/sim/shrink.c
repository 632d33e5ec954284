/* shrink.c: see shrink.h. */
#include "sim/shrink.h"

#include <inttypes.h>
#include <string.h>

struct shrinking {
    struct sim *sim;
    uint64_t seed;
    bool deep;
    struct plan_cut *cut;
    char label[32]; /* "I15:" */
};

/* Keeps a smaller cut when the same invariant fails. */
static bool try(struct shrinking *shrinking, const struct plan_cut *smaller) {
    struct sim_mode mode = {.deep = shrinking->deep};
    struct sim *sim = shrinking->sim;
    sim_begin(sim, shrinking->seed, smaller, &mode);
    sim_run(sim);
    sim_end(sim);
    bool fails = strncmp(sim->failure, shrinking->label, strlen(shrinking->label)) == 0;
    if (fails) {
        *shrinking->cut = *smaller;
    }
    return fails;
}

static bool halve_steps(struct shrinking *shrinking) {
    struct plan_cut smaller = *shrinking->cut;
    uint64_t steps = smaller.steps ? smaller.steps : shrinking->sim->steps;
    smaller.steps = steps / 2;
    return smaller.steps > 10 && try(shrinking, &smaller);
}

static bool shorten(struct shrinking *shrinking) {
    struct plan_cut smaller = *shrinking->cut;
    smaller.shorter++;
    return smaller.shorter < 20 && try(shrinking, &smaller);
}

/* Each bit of one member of the cut in turn. */
static bool drop_bits(struct shrinking *shrinking, unsigned bits, size_t offset, size_t size) {
    bool helped = false;
    for (unsigned i = 0; i < bits; i++) {
        struct plan_cut smaller = *shrinking->cut;
        char *member = (char *)&smaller + offset;
        if (size == sizeof(uint64_t)) {
            *(uint64_t *)(void *)member |= UINT64_C(1) << i;
        } else {
            *(uint32_t *)(void *)member |= UINT32_C(1) << i;
        }
        if (memcmp(&smaller, shrinking->cut, sizeof smaller) != 0) {
            helped = try(shrinking, &smaller) || helped;
        }
    }
    return helped;
}

static bool round_of(struct shrinking *shrinking, const struct plan *plan) {
    bool helped = false;
    while (halve_steps(shrinking)) {
        helped = true;
    }
    helped = drop_bits(shrinking, plan->hosts, offsetof(struct plan_cut, hosts), sizeof(uint32_t)) || helped;
    helped = drop_bits(shrinking, plan->connections, offsetof(struct plan_cut, connections), sizeof(uint64_t)) ||
             helped;
    helped = drop_bits(shrinking, PLAN_FAULT_COUNT, offsetof(struct plan_cut, faults), sizeof(uint32_t)) || helped;
    helped = drop_bits(shrinking, PLAN_HAPPENINGS, offsetof(struct plan_cut, happenings), sizeof(uint32_t)) || helped;
    while (shorten(shrinking)) {
        helped = true;
    }
    return helped;
}

void shrink(struct sim *sim, uint64_t seed, struct plan_cut *cut, bool deep) {
    static struct plan plan;
    struct shrinking shrinking = {.sim = sim, .seed = seed, .deep = deep, .cut = cut};
    size_t length = strcspn(sim->failure, ":");
    length = length < sizeof shrinking.label - 1 ? length : sizeof shrinking.label - 1;
    memcpy(shrinking.label, sim->failure, length);
    plan = sim->plan;
    for (unsigned rounds = 0; rounds < 4 && round_of(&shrinking, &plan); rounds++) {
    }
}

void shrink_print(uint64_t seed, const struct plan_cut *cut, bool deep, FILE *to) {
    fprintf(to, " --seed %" PRIu64 "%s", seed, deep ? " --deep" : "");
    if (cut->steps) {
        fprintf(to, " --steps %" PRIu64, cut->steps);
    }
    if (cut->shorter) {
        fprintf(to, " --shorter %u", cut->shorter);
    }
    for (unsigned i = 0, many = 0; i < PLAN_FAULT_COUNT; i++) {
        if (cut->faults >> i & 1) {
            fprintf(to, "%s%s", many++ ? "," : " --without ", plan_fault_name(i));
        }
    }
    if (cut->hosts) {
        fprintf(to, " --without-hosts 0x%" PRIx32, cut->hosts);
    }
    if (cut->connections) {
        fprintf(to, " --without-connections 0x%" PRIx64, cut->connections);
    }
    if (cut->happenings) {
        fprintf(to, " --without-happenings 0x%" PRIx32, cut->happenings);
    }
}
