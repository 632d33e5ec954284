/* plan.c: links, happenings, and what a plan consists of. See plan.h. */
#include "sim/plan.h"

#include <string.h>

#include "rng.h"

/* Streams of random numbers. The links' own numbers, while packets pass, come from seeds drawn here. */
enum purpose { KINDS, SHAPE, LINKS, HAPPENINGS, HEALING };

static const uint32_t MILLION = 1000000;

static const char *const fault_names[] = {
#define PLAN_FAULT_NAME(name, text) text,
    PLAN_FAULTS(PLAN_FAULT_NAME)
#undef PLAN_FAULT_NAME
};

const char *plan_fault_name(unsigned fault) {
    return fault < PLAN_FAULT_COUNT ? fault_names[fault] : "?";
}

uint64_t plan_below(struct rng *rng, uint64_t bound) {
    return rng_scale(rng_next(rng), bound);
}

bool plan_one_in(struct rng *rng, unsigned n) {
    return plan_below(rng, n) == 0;
}

uint64_t plan_any_size(struct rng *rng, uint64_t most) {
    uint64_t drawn = rng_next(rng);
    return rng_scale(drawn, most + 1) >> plan_below(rng, 20);
}

/* ---- links ---- */

/* Draws always the same numbers; a fault that is off is then taken away. */
static void draw_losses(struct plan_link *link, struct rng *rng) {
    link->loss = (uint32_t)plan_any_size(rng, 3 * MILLION / 10);
    link->burst_begins = 1000 + (uint32_t)plan_below(rng, MILLION / 20);
    link->burst_ends = MILLION / 50 + (uint32_t)plan_below(rng, MILLION / 2);
    link->burst_loss = MILLION / 2 + (uint32_t)plan_below(rng, MILLION / 2);
    link->duplicate = (uint32_t)plan_any_size(rng, MILLION / 5);
    link->reorder = (uint32_t)plan_any_size(rng, MILLION / 5);
    link->corrupt = (uint32_t)plan_any_size(rng, MILLION / 50);
}

static void draw_times(struct plan_link *link, struct rng *rng) {
    link->delay = plan_any_size(rng, 300) * LUCID_MILLISECOND + plan_below(rng, LUCID_MILLISECOND);
    link->jitter = plan_any_size(rng, 200 * LUCID_MILLISECOND);
    link->long_tail = plan_one_in(rng, 3);
    link->overtakes = plan_one_in(rng, 2);
    link->rate = UINT64_C(64000) << plan_below(rng, 12);
    link->queue = 3000 + (uint32_t)plan_any_size(rng, 300000);
}

static void draw_link(const struct plan *plan, struct plan_link *link, struct rng *rng) {
    link->seed = rng_next(rng);
    draw_losses(link, rng);
    draw_times(link, rng);
    link->loss = plan_has(plan, PLAN_LOSS) ? link->loss : 0;
    link->burst_begins = plan_has(plan, PLAN_BURST) ? link->burst_begins : 0;
    link->duplicate = plan_has(plan, PLAN_DUPLICATE) ? link->duplicate : 0;
    link->reorder = plan_has(plan, PLAN_REORDER) ? link->reorder : 0;
    link->corrupt = plan_has(plan, PLAN_CORRUPT) ? link->corrupt : 0;
    link->jitter = plan_has(plan, PLAN_JITTER) ? link->jitter : 0;
    link->overtakes = link->overtakes && plan_has(plan, PLAN_REORDER);
    link->rate = plan_has(plan, PLAN_QUEUE) ? link->rate : 0;
}

/* A star has a way up and a way down for each host; a mesh a link for each ordered pair. */
unsigned plan_way(const struct plan *plan, int from, int to, unsigned links[2]) {
    if (plan->star) {
        links[0] = (unsigned)from;
        links[1] = PLAN_HOSTS + (unsigned)to;
        return 2;
    }
    links[0] = (unsigned)from * PLAN_HOSTS + (unsigned)to;
    return 1;
}

static void draw_links(struct plan *plan, uint64_t seed) {
    plan->links = plan->star ? 2 * PLAN_HOSTS : PLAN_LINKS;
    for (unsigned i = 0; i < plan->links; i++) {
        struct rng rng;
        rng_seed(&rng, seed, i, LINKS);
        draw_link(plan, &plan->link[i], &rng);
    }
}

/* ---- happenings ---- */

static const struct {
    enum plan_fault fault;
    enum plan_happens what;
    unsigned longest; /* milliseconds */
} KINDS_OF_HAPPENING[] = {
    {PLAN_DOWN, HAPPENS_DOWN, 100000},      {PLAN_JUMP, HAPPENS_JUMP, 100000}, {PLAN_SLEEP, HAPPENS_SLEEP, 10000},
    {PLAN_SQUEEZE, HAPPENS_SQUEEZE, 30000}, {PLAN_ALLOC, HAPPENS_ALLOC, 1},
};
enum { KIND_COUNT = sizeof KINDS_OF_HAPPENING / sizeof KINDS_OF_HAPPENING[0] };

static unsigned any_place(const struct plan *plan, struct rng *rng, enum plan_happens what) {
    unsigned from = (unsigned)plan_below(rng, plan->hosts);
    unsigned to = (from + 1 + (unsigned)plan_below(rng, plan->hosts - 1)) % plan->hosts;
    unsigned way[2];
    plan_way(plan, (int)from, (int)to, way);
    return what == HAPPENS_DOWN ? way[0] : from;
}

static void draw_happenings(struct plan *plan, uint64_t seed, const struct plan_cut *cut) {
    for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
        struct rng rng;
        rng_seed(&rng, seed, kind, HAPPENINGS);
        unsigned count = 1 + (unsigned)plan_below(&rng, PLAN_HAPPENINGS / KIND_COUNT);
        for (unsigned i = 0; i < count && plan_has(plan, KINDS_OF_HAPPENING[kind].fault); i++) {
            unsigned number = plan->happenings;
            struct plan_happening *happening = &plan->happening[plan->happenings++];
            happening->what = KINDS_OF_HAPPENING[kind].what;
            happening->at = plan_any_size(&rng, plan->heals);
            happening->length = (1 + plan_any_size(&rng, KINDS_OF_HAPPENING[kind].longest)) * LUCID_MILLISECOND;
            happening->where = any_place(plan, &rng, happening->what);
            happening->at = cut->happenings >> number & 1 ? LUCID_NEVER : happening->at;
        }
    }
}

/* ---- all of it ---- */

static void draw_shape(struct plan *plan, uint64_t seed, const struct plan_cut *cut) {
    struct rng kinds, shape, healing;
    rng_seed(&kinds, seed, 0, KINDS);
    rng_seed(&shape, seed, 0, SHAPE);
    rng_seed(&healing, seed, 0, HEALING);
    plan->faults = (uint32_t)rng_next(&kinds) & ((1u << PLAN_FAULT_COUNT) - 1u);
    if (!plan_one_in(&kinds, 2)) { /* one seed of four has a byzantine host */
        plan->faults &= ~(1u << PLAN_BYZANTINE);
    }
    plan->faults &= ~cut->faults;
    plan->hosts = plan_one_in(&shape, 2) ? 2 : 2 + (unsigned)plan_below(&shape, PLAN_HOSTS - 1);
    plan->hosts += plan_has(plan, PLAN_BYZANTINE) && plan->hosts < 3;
    plan->star = plan_one_in(&shape, 2);
    plan->heals = (2 + plan_any_size(&healing, 100)) * LUCID_SECOND;
    plan->heals_after = cut->steps ? cut->steps : 20000;
    plan->patient = plan_one_in(&healing, 2) && !plan_has(plan, PLAN_BYZANTINE);
}

void plan_draw(struct plan *plan, uint64_t seed, const struct plan_cut *cut) {
    memset(plan, 0, sizeof *plan);
    plan->seed = seed;
    draw_shape(plan, seed, cut);
    draw_links(plan, seed);
    draw_happenings(plan, seed, cut);
    plan_draw_hosts(plan);
    plan_draw_applications(plan, cut);
}
