/* rng.h: numbers that look random and repeat: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014).
 *
 * For links, simulations and lessons, where the same seed must give the same run on every machine. Not for
 * secrets: whoever sees one number knows all that follow.
 *
 * Each purpose gets a generator of its own, so that a number drawn more for one purpose moves none of the others:
 *
 *     struct rng loss, jitter;
 *     rng_seed(&loss, seed, direction, 0);
 *     rng_seed(&jitter, seed, direction, 1);
 */
#ifndef TUN_RNG_H
#define TUN_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

/* Begins the sequence that belongs to these three numbers. */
void rng_seed(struct rng *rng, uint64_t seed, uint64_t stream, uint64_t purpose);

uint64_t rng_next(struct rng *rng);

/* Scales a number drawn from the whole range to one below bound; 0 when bound is 0. */
uint64_t rng_scale(uint64_t drawn, uint64_t bound);

/* True in so many of a million cases. */
bool rng_chance(struct rng *rng, uint32_t millionths);

void rng_fill(struct rng *rng, void *octets, size_t length);

#endif
