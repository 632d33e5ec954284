/* http_cache.c: see http_cache.h. */
#include "http/http_cache.h"

#include <stdlib.h>
#include <string.h>

/* For so long a file is found without being opened anew. */
static const lucid_time LIFE = LUCID_SECOND;

struct http_cached {
    struct http_opened *opened;
    lucid_time found_at, looked_at;
    uint32_t hash;
    uint32_t asked, length; /* octets of the name, without and with the index */
    char name[];
};

void http_cache_init(struct http_cache *cache) {
    *cache = (struct http_cache){.sweep_at = LUCID_NEVER};
}

/* FNV-1a. A client that makes others' names go costs them what they cost without a cache. */
static uint32_t hash_of(const char *name, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (uint8_t)name[i]) * 16777619u;
    }
    return hash ^ hash >> 16;
}

static void forget(struct http_cache *cache, struct http_cached **place) {
    if (*place) {
        http_opened_drop((*place)->opened);
        free(*place);
        *place = NULL;
        cache->count--;
    }
}

/* A mapped file without its lease is being changed. */
static bool is_settled(const struct http_opened *opened) {
    return !opened->map || opened->leased;
}

static bool is_same(const struct stat *a, const struct stat *b) {
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size && a->st_mode == b->st_mode &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool is_good(struct http_cached *cached, int root, lucid_time now) {
    struct stat stat;
    if (now - cached->found_at >= LIFE || !is_settled(cached->opened)) {
        return false;
    }
    if (cached->looked_at == now) {
        return true;
    }
    cached->looked_at = now;
    return fstatat(root, cached->name, &stat, 0) == 0 && is_same(&stat, &cached->opened->stat);
}

struct http_opened *http_cache_find(struct http_cache *cache, int root, struct http_path *path, lucid_time now) {
    uint32_t hash = hash_of(path->name, path->length);
    struct http_cached **place = &cache->place[hash % HTTP_CACHE_PLACES], *cached = *place;
    if (!cached || cached->hash != hash || cached->asked != path->length ||
        memcmp(cached->name, path->name, path->length) != 0) {
        return NULL;
    }
    if (!is_good(cached, root, now)) {
        forget(cache, place);
        return NULL;
    }
    memcpy(path->name + path->length, cached->name + cached->asked, cached->length - cached->asked + 1);
    path->length = cached->length;
    return http_opened_hold(cached->opened);
}

void http_cache_keep(struct http_cache *cache, const struct http_path *path, size_t asked, struct http_opened *opened,
                     lucid_time now) {
    struct http_cached *cached = opened->validators.strong ? malloc(sizeof *cached + path->length + 1) : NULL;
    if (!cached) {
        return;
    }
    *cached = (struct http_cached){.opened = http_opened_hold(opened),
                                   .found_at = now,
                                   .looked_at = now,
                                   .hash = hash_of(path->name, asked),
                                   .asked = (uint32_t)asked,
                                   .length = (uint32_t)path->length};
    memcpy(cached->name, path->name, path->length + 1);
    struct http_cached **place = &cache->place[cached->hash % HTTP_CACHE_PLACES];
    forget(cache, place);
    *place = cached;
    cache->count++;
    cache->sweep_at = cache->sweep_at == LUCID_NEVER ? now + LIFE : cache->sweep_at;
    http_opened_copy(opened);
}

void http_cache_sweep(struct http_cache *cache, lucid_time now) {
    for (unsigned i = 0; cache->count > 0 && i < HTTP_CACHE_PLACES; i++) {
        if (cache->place[i] && now - cache->place[i]->found_at >= LIFE) {
            forget(cache, &cache->place[i]);
        }
    }
    cache->sweep_at = cache->count > 0 ? now + LIFE : LUCID_NEVER;
}

void http_cache_clear(struct http_cache *cache) {
    for (unsigned i = 0; i < HTTP_CACHE_PLACES; i++) {
        forget(cache, &cache->place[i]);
    }
    cache->sweep_at = LUCID_NEVER;
}
