/* wire_ranges.h: sets of sequence numbers, for the passive checker: what came above a gap, what the peer SACKed.
 *
 * The ranges of a set are sorted, disjoint and not adjacent, and lie within 2^31 of one another.
 */
#ifndef HARNESS_WIRE_RANGES_H
#define HARNESS_WIRE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From start up to, but without, end. */
struct wire_range {
    uint32_t start, end;
};

struct wire_ranges {
    struct wire_range *range;
    size_t count, room;
};

static inline bool wire_before(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

static inline uint32_t wire_max(uint32_t a, uint32_t b) {
    return wire_before(a, b) ? b : a;
}

static inline uint32_t wire_min(uint32_t a, uint32_t b) {
    return wire_before(a, b) ? a : b;
}

void wire_ranges_add(struct wire_ranges *set, uint32_t start, uint32_t end);

/* Takes out everything below a number. */
void wire_ranges_cut(struct wire_ranges *set, uint32_t below);

/* All of it is in the set; some of it is; how many numbers are in the set. */
bool wire_ranges_hold(const struct wire_ranges *set, uint32_t start, uint32_t end);
bool wire_ranges_meet(const struct wire_ranges *set, uint32_t start, uint32_t end);
uint32_t wire_ranges_size(const struct wire_ranges *set);

/* Empties it; its memory comes back with wire_ranges_free(). */
void wire_ranges_clear(struct wire_ranges *set);
void wire_ranges_free(struct wire_ranges *set);

#endif
