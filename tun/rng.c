/* rng.c: see rng.h. */
#include "rng.h"

uint64_t rng_next(struct rng *rng) {
    rng->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = rng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void rng_seed(struct rng *rng, uint64_t seed, uint64_t stream, uint64_t purpose) {
    rng->state = seed;
    rng->state = rng_next(rng) ^ stream;
    rng->state = rng_next(rng) ^ purpose;
    rng->state = rng_next(rng);
}

/* The upper half of drawn * bound, put together from 32-bit halves. Without it: a division, and a preference for
 * low numbers. */
uint64_t rng_scale(uint64_t drawn, uint64_t bound) {
    uint64_t low = (drawn & UINT32_MAX) * (bound & UINT32_MAX);
    uint64_t cross = (drawn >> 32) * (bound & UINT32_MAX) + (low >> 32);
    uint64_t other = (drawn & UINT32_MAX) * (bound >> 32) + (cross & UINT32_MAX);
    return (drawn >> 32) * (bound >> 32) + (cross >> 32) + (other >> 32);
}

bool rng_chance(struct rng *rng, uint32_t millionths) {
    return rng_scale(rng_next(rng), 1000000) < millionths;
}

void rng_fill(struct rng *rng, void *octets, size_t length) {
    uint8_t *to = octets;
    uint64_t drawn = 0;
    for (size_t i = 0; i < length; i++) {
        drawn = i % sizeof drawn == 0 ? rng_next(rng) : drawn >> 8;
        to[i] = (uint8_t)drawn;
    }
}
