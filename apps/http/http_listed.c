/* http_listed.c: see http_listed.h. */
#include "http/http_listed.h"

#include <stdlib.h>
#include <string.h>

/* For so long a list is good. */
static const lucid_time LIFE = LUCID_SECOND;

/* Seconds after which a folder's times can be relied on, as in http_condition.c. */
static const int64_t SETTLED = 2;

struct http_listed {
    uint32_t holders;
    char *data;
    size_t length, charged;
    struct http_budget *budget;
    /* while it is kept: */
    char *path;
    struct stat stat;
    lucid_time made_at;
};

/* ---- one list ---- */

struct http_listed *http_listed_new(struct text *text, struct http_budget *budget) {
    size_t charged = text->capacity;
    if (text->cut || !http_budget_take(budget, charged)) {
        return NULL;
    }
    struct http_listed *listed = calloc(1, sizeof *listed);
    if (!listed) {
        http_budget_give(budget, charged);
        return NULL;
    }
    listed->holders = 1;
    listed->length = text->length;
    listed->charged = charged;
    listed->budget = budget;
    listed->data = text_detach(text);
    return listed;
}

void http_listed_drop(struct http_listed *listed) {
    if (--listed->holders > 0) {
        return;
    }
    http_budget_give(listed->budget, listed->charged);
    free(listed->data);
    free(listed->path);
    free(listed);
}

size_t http_listed_length(const struct http_listed *listed) {
    return listed->length;
}

/* ---- as a body ---- */

struct list_source {
    struct http_source base;
    struct http_listed *listed;
    size_t given;
};

static ptrdiff_t list_next(struct http_source *base, const void **data) {
    struct list_source *source = (struct list_source *)(void *)base;
    size_t left = source->listed->length - source->given;
    size_t length = left < HTTP_PIECE ? left : HTTP_PIECE;
    *data = source->listed->data + source->given;
    source->given += length;
    return (ptrdiff_t)length;
}

static void list_end(struct http_source *base) {
    struct list_source *source = (struct list_source *)(void *)base;
    http_listed_drop(source->listed);
    free(source);
}

struct http_source *http_listed_source(struct http_listed *listed) {
    static const struct http_source_ops ops = {.next = list_next, .end = list_end};
    struct list_source *source = calloc(1, sizeof *source);
    if (!source) {
        return NULL;
    }
    http_source_init(&source->base, &ops);
    source->listed = listed;
    listed->holders++;
    return &source->base;
}

/* ---- those that are kept ---- */

void http_lists_init(struct http_lists *lists) {
    *lists = (struct http_lists){.sweep_at = LUCID_NEVER};
}

/* A page and a JSON text never share a place. */
static struct http_listed **place_of(struct http_lists *lists, const struct http_listed_key *key) {
    return &lists->place[(2 * key->stat.st_ino + key->json) % HTTP_LISTS_PLACES];
}

static bool is_same_time(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_of(const struct http_listed *listed, const struct http_listed_key *key) {
    const struct stat *a = &listed->stat, *b = &key->stat;
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && is_same_time(&a->st_mtim, &b->st_mtim) &&
           is_same_time(&a->st_ctim, &b->st_ctim) && strcmp(listed->path, key->path->name) == 0;
}

struct http_listed *http_lists_find(struct http_lists *lists, const struct http_listed_key *key, lucid_time now) {
    struct http_listed *listed = *place_of(lists, key);
    if (!listed || now - listed->made_at >= LIFE || !is_of(listed, key)) {
        return NULL;
    }
    listed->holders++;
    return listed;
}

static void forget(struct http_listed **place) {
    if (*place) {
        http_listed_drop(*place);
        *place = NULL;
    }
}

void http_lists_keep(struct http_lists *lists, const struct http_listed_key *key, struct http_listed *listed,
                     lucid_time now, int64_t second) {
    bool settled = key->stat.st_mtime + SETTLED <= second && key->stat.st_ctime + SETTLED <= second;
    listed->path = settled ? strdup(key->path->name) : NULL;
    if (!listed->path) {
        return;
    }
    listed->stat = key->stat;
    listed->made_at = now;
    struct http_listed **place = place_of(lists, key);
    forget(place);
    *place = listed;
    listed->holders++;
    lists->sweep_at = lists->sweep_at == LUCID_NEVER ? now + LIFE : lists->sweep_at;
}

void http_lists_sweep(struct http_lists *lists, lucid_time now) {
    bool some = false;
    for (unsigned i = 0; i < HTTP_LISTS_PLACES; i++) {
        if (lists->place[i] && now - lists->place[i]->made_at >= LIFE) {
            forget(&lists->place[i]);
        }
        some = some || lists->place[i];
    }
    lists->sweep_at = some ? now + LIFE : LUCID_NEVER;
}

void http_lists_clear(struct http_lists *lists) {
    for (unsigned i = 0; i < HTTP_LISTS_PLACES; i++) {
        forget(&lists->place[i]);
    }
    lists->sweep_at = LUCID_NEVER;
}
