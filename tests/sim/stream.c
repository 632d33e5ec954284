/* stream.c: see stream.h. */
#include "sim/stream.h"

#define PERIOD 1048573u /* the largest prime below 2^20 */

static uint8_t noise[PERIOD + STREAM_PIECE_MAX];

static uint64_t mix(uint64_t word) {
    word ^= word >> 30;
    word *= UINT64_C(0xbf58476d1ce4e5b9);
    word ^= word >> 27;
    word *= UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

static void fill(void) {
    uint64_t state = 0;
    for (size_t i = 0; i < PERIOD; i++) {
        state += UINT64_C(0x9e3779b97f4a7c15);
        noise[i] = (uint8_t)mix(state);
    }
    for (size_t i = 0; i < STREAM_PIECE_MAX; i++) {
        noise[PERIOD + i] = noise[i];
    }
}

const uint8_t *stream_at(uint64_t key, uint16_t source, uint16_t destination, uint64_t offset) {
    static int filled;
    if (!filled) {
        fill();
        filled = 1;
    }
    uint64_t start = mix(key + mix((uint64_t)source << 16 | destination)) % PERIOD;
    return noise + (start + offset) % PERIOD;
}
