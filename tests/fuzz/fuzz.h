/* fuzz.h: what the fuzz targets share: an entry, a condition that must hold, and memory with an edge. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <sanitizer/asan_interface.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                         \
    do {                                                                        \
        if (!(condition)) {                                                     \
            fprintf(stderr, "%s:%d: not %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                            \
        }                                                                       \
    } while (0)

enum { ROOM = 65536, EDGE = 64 };

/* A copy of at most ROOM octets that ends where memory that may not be read begins. */
static inline uint8_t *at_the_edge(const uint8_t *data, size_t size) {
    static _Alignas(64) uint8_t arena[ROOM + EDGE];
    uint8_t *copy = arena + ROOM - size;
    memcpy(copy, data, size);
    __asan_poison_memory_region(arena + ROOM, EDGE);
    return copy;
}

#endif
