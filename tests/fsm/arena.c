/* arena.c: see arena.h. */
#include "fsm/arena.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define FORBID(from, size) __asan_poison_memory_region(from, size)
#define ALLOW(from, size) __asan_unpoison_memory_region(from, size)
#else
#define FORBID(from, size) (void)0
#define ALLOW(from, size) (void)0
#endif

#define ARENA_SIZE (1u << 20)
#define ARENA_GIVEN_BACK 256

static const size_t APART = 32; /* octets between blocks, and what blocks begin at a multiple of */

struct block {
    size_t at, size;
};

struct arena {
    uint64_t memory[ARENA_SIZE / 8], saved[ARENA_SIZE / 8];
    size_t used, saved_used;
    struct block given_back[ARENA_GIVEN_BACK]; /* since arena_save() */
    unsigned given_back_count;
    uint64_t random, saved_random;
};

static uint8_t *at(struct arena *arena, size_t offset) {
    return (uint8_t *)arena->memory + offset;
}

static void *take(void *context, size_t size) {
    struct arena *arena = context;
    size_t offset = arena->used;
    size_t next = (offset + size + 2 * APART - 1) / APART * APART;
    if (next > ARENA_SIZE) {
        return NULL;
    }
    arena->used = next;
    ALLOW(at(arena, offset), size);
    return at(arena, offset);
}

static void give_back(void *context, void *memory, size_t size) {
    struct arena *arena = context;
    size_t offset = (size_t)((uint8_t *)memory - at(arena, 0));
    ck_assert_uint_lt(arena->given_back_count, ARENA_GIVEN_BACK);
    arena->given_back[arena->given_back_count++] = (struct block){offset, size};
    FORBID(memory, size);
}

static int fill(void *context, void *octets, size_t length) {
    struct arena *arena = context;
    for (size_t i = 0; i < length; i++) {
        arena->random = arena->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((uint8_t *)octets)[i] = (uint8_t)(arena->random >> 56);
    }
    return 0;
}

struct arena *arena_new(void) {
    struct arena *arena = calloc(1, sizeof *arena);
    ck_assert_ptr_nonnull(arena);
    FORBID(arena->memory, ARENA_SIZE);
    return arena;
}

void arena_delete(struct arena *arena) {
    ALLOW(arena->memory, ARENA_SIZE);
    free(arena);
}

void arena_lend(struct arena *arena, struct lucid_config *config) {
    config->context = arena;
    config->alloc = take;
    config->free = give_back;
    config->random = fill;
}

/* Also over octets that may not be touched, which is why it is no memcpy(). */
static void __attribute__((no_sanitize_address)) copy(uint64_t *to, const uint64_t *from, size_t octets) {
    for (size_t i = 0; i < octets / 8; i++) {
        to[i] = from[i];
    }
}

void arena_save(struct arena *arena) {
    copy(arena->saved, arena->memory, arena->used);
    arena->saved_used = arena->used;
    arena->saved_random = arena->random;
    arena->given_back_count = 0;
}

void arena_restore(struct arena *arena) {
    copy(arena->memory, arena->saved, arena->saved_used);
    FORBID(at(arena, arena->saved_used), arena->used - arena->saved_used);
    while (arena->given_back_count > 0) {
        struct block block = arena->given_back[--arena->given_back_count];
        if (block.at < arena->saved_used) {
            ALLOW(at(arena, block.at), block.size);
        }
    }
    arena->used = arena->saved_used;
    arena->random = arena->saved_random;
}
