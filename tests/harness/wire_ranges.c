/* wire_ranges.c: see wire_ranges.h. Linear search is enough for what a test sends. */
#include "harness/wire_ranges.h"

#include <stdlib.h>
#include <string.h>

/* Replaces `count` ranges from `at` on by one. */
static void replace(struct wire_ranges *set, size_t at, size_t count, struct wire_range with) {
    if (set->count == set->room) {
        set->room = set->room ? 2 * set->room : 8;
        set->range = realloc(set->range, set->room * sizeof *set->range);
    }
    memmove(set->range + at + 1, set->range + at + count, (set->count - at - count) * sizeof *set->range);
    set->range[at] = with;
    set->count = set->count + 1 - count;
}

void wire_ranges_add(struct wire_ranges *set, uint32_t start, uint32_t end) {
    size_t first = 0, last;
    if (!wire_before(start, end)) {
        return;
    }
    while (first < set->count && wire_before(set->range[first].end, start)) {
        first++;
    }
    for (last = first; last < set->count && !wire_before(end, set->range[last].start); last++) {
        start = wire_min(start, set->range[last].start);
        end = wire_max(end, set->range[last].end);
    }
    replace(set, first, last - first, (struct wire_range){start, end});
}

void wire_ranges_cut(struct wire_ranges *set, uint32_t below) {
    size_t gone = 0;
    while (gone < set->count && !wire_before(below, set->range[gone].end)) {
        gone++;
    }
    set->count -= gone;
    if (gone > 0 && set->count > 0) {
        memmove(set->range, set->range + gone, set->count * sizeof *set->range);
    }
    if (set->count > 0) {
        set->range[0].start = wire_max(set->range[0].start, below);
    }
}

bool wire_ranges_hold(const struct wire_ranges *set, uint32_t start, uint32_t end) {
    for (size_t i = 0; i < set->count; i++) {
        if (!wire_before(start, set->range[i].start) && !wire_before(set->range[i].end, end)) {
            return true;
        }
    }
    return !wire_before(start, end);
}

bool wire_ranges_meet(const struct wire_ranges *set, uint32_t start, uint32_t end) {
    for (size_t i = 0; i < set->count; i++) {
        if (wire_before(start, set->range[i].end) && wire_before(set->range[i].start, end)) {
            return true;
        }
    }
    return false;
}

uint32_t wire_ranges_size(const struct wire_ranges *set) {
    uint32_t size = 0;
    for (size_t i = 0; i < set->count; i++) {
        size += set->range[i].end - set->range[i].start;
    }
    return size;
}

void wire_ranges_clear(struct wire_ranges *set) {
    set->count = 0;
}

void wire_ranges_free(struct wire_ranges *set) {
    free(set->range);
    *set = (struct wire_ranges){.count = 0};
}
