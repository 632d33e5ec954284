/* fate.c: see fate.h. */
#include "fate.h"

enum purpose { LOSS, DUPLICATE, REORDER, CORRUPT, JITTER };

void chance_init(struct chance *chance, const struct lucid_faults *faults, uint64_t stream) {
    for (unsigned purpose = 0; purpose < FATE_PURPOSES; purpose++) {
        rng_seed(&chance->rng[purpose], faults->seed, stream, purpose);
    }
}

struct fate chance_draw(struct chance *chance, const struct lucid_faults *faults) {
    struct rng *rng = chance->rng;
    struct fate fate = {
        .lost = rng_chance(&rng[LOSS], faults->loss),
        .doubled = rng_chance(&rng[DUPLICATE], faults->duplicate),
        .held_back = rng_chance(&rng[REORDER], faults->reorder),
        .damaged = rng_chance(&rng[CORRUPT], faults->corrupt),
    };
    fate.followers = 1 + (unsigned)rng_scale(rng_next(&rng[REORDER]), FATE_FOLLOWERS);
    fate.bit = rng_next(&rng[CORRUPT]);
    fate.jitter[0] = rng_scale(rng_next(&rng[JITTER]), faults->jitter + 1);
    fate.jitter[1] = rng_scale(rng_next(&rng[JITTER]), faults->jitter + 1);
    return fate;
}

void fate_judged(struct fate *fate, enum lucid_link_fate judgment) {
    if (judgment == LUCID_LINK_PASS) {
        return;
    }
    fate->lost = judgment == LUCID_LINK_DROP;
    fate->held = judgment == LUCID_LINK_HOLD;
    fate->doubled = judgment == LUCID_LINK_DUPLICATE;
    fate->damaged = judgment == LUCID_LINK_CORRUPT;
    fate->held_back = false;
}
