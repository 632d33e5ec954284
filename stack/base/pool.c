/* pool.c: numbered objects in slabs. See pool.h. */
#include "base/pool.h"

#include "base/bytes.h"

/* About this many octets make a slab. */
static const uint32_t SLAB_OCTETS = 16384;

static uint32_t slab_objects(const struct pool *pool) {
    return 1u << pool->shift;
}

static size_t bitmap_octets(const struct pool *pool) {
    return ((slab_objects(pool) + 63u) / 64u) * sizeof(uint64_t);
}

static size_t slab_size(const struct pool *pool) {
    return pool->first + (size_t)slab_objects(pool) * pool->object_size;
}

static uint8_t *object_at(const struct pool *pool, struct pool_slab *slab, uint32_t index) {
    return (uint8_t *)slab + pool->first + (size_t)index * pool->object_size;
}

void pool_init(struct pool *pool, uint32_t object_size, uint32_t limit) {
    *pool = (struct pool){.object_size = object_size, .limit = limit, .vacant = POOL_NONE, .partial = POOL_NONE};
    while ((2u << pool->shift) * pool->object_size <= SLAB_OCTETS) {
        pool->shift++;
    }
    pool->first = (uint32_t)(sizeof(struct pool_slab) + bitmap_octets(pool));
}

static void link_partial(struct pool *pool, uint32_t place) {
    struct pool_slab *slab = pool->places[place].slab;
    slab->previous = POOL_NONE;
    slab->next = pool->partial;
    if (pool->partial != POOL_NONE) {
        pool->places[pool->partial].slab->previous = place;
    }
    pool->partial = place;
}

static void unlink_partial(struct pool *pool, uint32_t place) {
    struct pool_slab *slab = pool->places[place].slab;
    if (slab->previous != POOL_NONE) {
        pool->places[slab->previous].slab->next = slab->next;
    } else {
        pool->partial = slab->next;
    }
    if (slab->next != POOL_NONE) {
        pool->places[slab->next].slab->previous = slab->previous;
    }
}

/* Twice as many places as before. */
static bool grow_places(struct env *env, struct pool *pool) {
    uint32_t count = pool->place_count ? 2 * pool->place_count : 4;
    struct pool_place *places = env_alloc(env, count * sizeof *places);
    if (!places) {
        return false;
    }
    if (pool->places) {
        copy_octets(places, pool->places, pool->place_count * sizeof *places);
        env_free(env, pool->places, pool->place_count * sizeof *places);
    }
    for (uint32_t place = count; place-- > pool->place_count;) {
        places[place] = (struct pool_place){.slab = NULL, .next_vacant = pool->vacant};
        pool->vacant = place;
    }
    pool->places = places;
    pool->place_count = count;
    return true;
}

/* An empty pool owns no memory. */
static void destroy_if_empty(struct env *env, struct pool *pool) {
    if (pool->used == 0) {
        pool_destroy(env, pool);
    }
}

static bool add_slab(struct env *env, struct pool *pool) {
    if (pool->vacant == POOL_NONE && !grow_places(env, pool)) {
        return false;
    }
    struct pool_slab *slab = env_alloc(env, slab_size(pool));
    if (!slab) {
        destroy_if_empty(env, pool);
        return false;
    }
    zero_octets(slab, pool->first);
    for (uint32_t i = 0; i < slab_objects(pool); i++) {
        uint32_t next = i + 1 < slab_objects(pool) ? i + 1 : POOL_NONE;
        copy_octets(object_at(pool, slab, i), &next, sizeof next);
    }
    uint32_t place = pool->vacant;
    pool->vacant = pool->places[place].next_vacant;
    pool->places[place].slab = slab;
    link_partial(pool, place);
    return true;
}

static void remove_slab(struct env *env, struct pool *pool, uint32_t place) {
    unlink_partial(pool, place);
    env_free(env, pool->places[place].slab, slab_size(pool));
    pool->places[place] = (struct pool_place){.slab = NULL, .next_vacant = pool->vacant};
    pool->vacant = place;
    destroy_if_empty(env, pool);
}

void *pool_take(struct env *env, struct pool *pool, uint32_t *number) {
    if (pool->used >= pool->limit || (pool->partial == POOL_NONE && !add_slab(env, pool))) {
        return NULL;
    }
    uint32_t place = pool->partial;
    struct pool_slab *slab = pool->places[place].slab;
    uint32_t index = slab->free;
    uint8_t *object = object_at(pool, slab, index);
    copy_octets(&slab->free, object, sizeof slab->free);
    slab->live[index / 64u] |= (uint64_t)1 << (index % 64u);
    slab->used++;
    pool->used++;
    if (slab->free == POOL_NONE) {
        unlink_partial(pool, place);
    }
    zero_octets(object, pool->object_size);
    *number = (place << pool->shift) | index;
    return object;
}

void pool_give(struct env *env, struct pool *pool, uint32_t number) {
    uint32_t place = number >> pool->shift;
    uint32_t index = number & (slab_objects(pool) - 1u);
    struct pool_slab *slab = pool->places[place].slab;
    if (slab->free == POOL_NONE) {
        link_partial(pool, place);
    }
    copy_octets(object_at(pool, slab, index), &slab->free, sizeof slab->free);
    slab->free = index;
    slab->live[index / 64u] &= ~((uint64_t)1 << (index % 64u));
    slab->used--;
    pool->used--;
    if (slab->used == 0) {
        remove_slab(env, pool, place);
    }
}

void *pool_living(const struct pool *pool, uint32_t number) {
    return object_at(pool, pool->places[number >> pool->shift].slab, number & (slab_objects(pool) - 1u));
}

bool pool_step(const struct pool *pool, uint32_t *cursor, void **object) {
    uint32_t number = *cursor, place = number >> pool->shift;
    *object = NULL;
    if (place >= pool->place_count) {
        return false;
    }
    if (!pool->places[place].slab) {
        *cursor = (place + 1) << pool->shift;
        return true;
    }
    *cursor = number + 1;
    *object = pool_at(pool, number);
    return true;
}

void *pool_next(const struct pool *pool, uint32_t *cursor) {
    void *object = NULL;
    while (!object && pool_step(pool, cursor, &object)) {
    }
    return object;
}

void pool_destroy(struct env *env, struct pool *pool) {
    for (uint32_t place = 0; place < pool->place_count; place++) {
        if (pool->places[place].slab) {
            env_free(env, pool->places[place].slab, slab_size(pool));
        }
    }
    env_free(env, pool->places, pool->place_count * sizeof *pool->places);
    pool_init(pool, pool->object_size, pool->limit);
}
