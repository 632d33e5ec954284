/* fate.h: what shall become of a packet on a link, decided by chance or by whoever judges.
 *
 * Chance draws the same number of numbers for each packet and purpose, whatever comes of it. So packet 17 meets
 * the same fate whether or not packet 16 was lost, and whether or not other faults are switched on. link.c carries
 * it out.
 */
#ifndef TUN_FATE_H
#define TUN_FATE_H

#include "lucid/host.h"
#include "rng.h"

/* A packet that is held back is passed by at most so many. */
#define FATE_FOLLOWERS 7u

enum { FATE_PURPOSES = 5 };

struct chance {
    struct rng rng[FATE_PURPOSES];
};

struct fate {
    bool lost, held, doubled, damaged, held_back;
    unsigned followers;   /* how many pass it, if held_back; at least 1 */
    uint64_t bit;         /* which one is flipped, if damaged: for rng_scale() */
    lucid_time jitter[2]; /* of the packet and of its copy */
};

void chance_init(struct chance *chance, const struct lucid_faults *faults, uint64_t stream);

/* The fate of the next packet. */
struct fate chance_draw(struct chance *chance, const struct lucid_faults *faults);

/* Whoever judges has the last word, except on when it arrives. Chance is heard only if he lets the packet pass. */
void fate_judged(struct fate *fate, enum lucid_link_fate judgment);

#endif
