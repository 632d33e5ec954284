/* bytes.h: octets in memory and the numbers they stand for.
 *
 * Everything on the wire is in network order, most significant octet first (RFC 791 appendix B). The readers and
 * writers below work octet by octet: any alignment, any host, no pointer casts. The block functions are the only way in
 * stack/ to copy, clear or compare memory: the core is freestanding and includes no string.h, but a compiler may always
 * call memcpy, memset and memcmp, so whoever links the library provides these (every libc does).
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint16_t get16(const uint8_t *from) {
    return (uint16_t)((uint32_t)from[0] << 8 | (uint32_t)from[1]);
}

static inline uint32_t get32(const uint8_t *from) {
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | (uint32_t)from[3];
}

static inline void put16(uint8_t *to, uint16_t value) {
    to[0] = (uint8_t)((uint32_t)value >> 8);
    to[1] = (uint8_t)(value & 0xffu);
}

static inline void put32(uint8_t *to, uint32_t value) {
    to[0] = (uint8_t)(value >> 24);
    to[1] = (uint8_t)(value >> 16 & 0xffu);
    to[2] = (uint8_t)(value >> 8 & 0xffu);
    to[3] = (uint8_t)(value & 0xffu);
}

/* The two blocks must not overlap. With length 0 either pointer may be NULL. */
static inline void copy_octets(void *to, const void *from, size_t length) {
    if (length > 0) {
        __builtin_memcpy(to, from, length);
    }
}

/* The same for two blocks that may overlap. */
static inline void move_octets(void *to, const void *from, size_t length) {
    if (length > 0) {
        __builtin_memmove(to, from, length);
    }
}

static inline void zero_octets(void *to, size_t length) {
    if (length > 0) {
        __builtin_memset(to, 0, length);
    }
}

static inline bool equal_octets(const void *a, const void *b, size_t length) {
    return length == 0 || __builtin_memcmp(a, b, length) == 0;
}

static inline uint32_t min_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static inline uint32_t max_u32(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static inline size_t min_size(size_t a, size_t b) {
    return a < b ? a : b;
}

#endif
