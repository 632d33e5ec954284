/* rng.h: numbers that look random and repeat, for the simulated world: SplitMix64 (Steele, Lea, Flood 2014).
 *
 * Each purpose has a stream of its own (a node's stack, a wire's direction, an application), so that a number drawn
 * more in one place moves nothing in another. Not for secrets.
 */
#ifndef LAB_RNG_H
#define LAB_RNG_H

#include <stddef.h>
#include <stdint.h>

struct lab_rng {
    uint64_t state;
};

enum lab_stream { LAB_STREAM_STACK, LAB_STREAM_WIRE, LAB_STREAM_APPLICATION };

/* Begins the stream of one purpose; number: which node, or which direction. */
void lab_rng_seed(struct lab_rng *rng, uint64_t seed, enum lab_stream stream, uint64_t number);

uint64_t lab_rng_next(struct lab_rng *rng);

/* One of 0 to bound - 1; bound at least 1. */
uint32_t lab_rng_below(struct lab_rng *rng, uint32_t bound);

void lab_rng_fill(struct lab_rng *rng, void *octets, size_t length);

#endif
