/* pool.h: objects of one size, each with a small number that stays its own while it lives.
 *
 * Numbers instead of pointers make tables half as large and let a handle or a cursor name an object. Objects live in
 * slabs; a slab that holds none any more goes back, so an idle stack owns nothing. Every operation takes constant
 * time, but for pool_next and pool_destroy.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/env.h"

#define POOL_NONE UINT32_MAX

struct pool_slab {
    uint32_t used;
    uint32_t free;           /* index of the first free object in this slab; POOL_NONE: full */
    uint32_t previous, next; /* slabs with room; POOL_NONE at the ends */
    uint64_t live[];         /* one bit an object, then the objects; a free one begins with the index of the next */
};

struct pool_place {
    struct pool_slab *slab; /* NULL: vacant */
    uint32_t next_vacant;   /* a list of the vacant places; POOL_NONE at its end */
};

struct pool {
    uint32_t object_size;
    uint32_t shift; /* 1 << shift objects in a slab */
    uint32_t first; /* where they begin in it, in octets */
    uint32_t used;  /* objects that live */
    uint32_t limit; /* of objects */
    struct pool_place *places;
    uint32_t place_count;
    uint32_t vacant;  /* first vacant place; POOL_NONE: none */
    uint32_t partial; /* first place of the list of slabs with room; POOL_NONE: none */
};

/* object_size: as sizeof gives it, and at least 4. */
void pool_init(struct pool *pool, uint32_t object_size, uint32_t limit);

/* A zeroed object and its number; NULL at the limit or when memory is short. */
void *pool_take(struct env *env, struct pool *pool, uint32_t *number);

void pool_give(struct env *env, struct pool *pool, uint32_t number);

/* The object with this number, or NULL when there is none. */
static inline void *pool_at(const struct pool *pool, uint32_t number) {
    uint32_t place = number >> pool->shift;
    uint32_t index = number & ((1u << pool->shift) - 1u);
    struct pool_slab *slab = place < pool->place_count ? pool->places[place].slab : NULL;
    bool live = slab && (slab->live[index / 64u] >> index % 64u & 1u);
    return live ? (uint8_t *)slab + pool->first + (size_t)index * pool->object_size : NULL;
}

/* The same for a number whose object is known to live: spares a look at where that is noted. */
void *pool_living(const struct pool *pool, uint32_t number);

/* One step of a walk along the numbers, from *cursor: *object is what lives there, or NULL. A vacant place is one step,
 * however many numbers it is. Returns false after the last. */
bool pool_step(const struct pool *pool, uint32_t *cursor, void **object);

/* The living object with the least number >= *cursor; sets *cursor behind it. NULL after the last. Where many have
 * lived and few do, that is a long way: who has little time takes steps. */
void *pool_next(const struct pool *pool, uint32_t *cursor);

/* Gives everything back, whatever lives. */
void pool_destroy(struct env *env, struct pool *pool);

#endif
