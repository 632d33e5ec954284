/* rng.c: see rng.h. */
#include "lab/rng.h"

uint64_t lab_rng_next(struct lab_rng *rng) {
    rng->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = rng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void lab_rng_seed(struct lab_rng *rng, uint64_t seed, enum lab_stream stream, uint64_t number) {
    rng->state = seed;
    rng->state = lab_rng_next(rng) ^ (uint64_t)stream;
    rng->state = lab_rng_next(rng) ^ number;
    rng->state = lab_rng_next(rng);
}

uint32_t lab_rng_below(struct lab_rng *rng, uint32_t bound) {
    return (uint32_t)((lab_rng_next(rng) >> 32) * bound >> 32);
}

void lab_rng_fill(struct lab_rng *rng, void *octets, size_t length) {
    uint8_t *to = octets;
    uint64_t drawn = 0;
    for (size_t i = 0; i < length; i++) {
        drawn = i % sizeof drawn == 0 ? lab_rng_next(rng) : drawn >> 8;
        to[i] = (uint8_t)drawn;
    }
}
