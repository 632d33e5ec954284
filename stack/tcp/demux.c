/* demux.c: the connection table. See demux.h. */
#include "tcp/demux.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "base/siphash.h"
#include "tcp/tcp.h"

static const uint32_t DEMUX_END = UINT32_MAX; /* of a chain */

#define DEMUX_KIND_BITS 2u

_Static_assert(sizeof(struct endpoints) == 36, "endpoints are hashed and compared as octets: no gaps");

static uint32_t hash_of(const struct demux *demux, const struct endpoints *ends) {
    return (uint32_t)siphash13(demux->key, ends, sizeof *ends);
}

static uint32_t object_of(enum demux_kind kind, uint32_t number) {
    return (number << DEMUX_KIND_BITS) | kind;
}

static struct demux_entry entry_of(const struct tcp *tcp, uint32_t object) {
    uint32_t number = object >> DEMUX_KIND_BITS;
    switch ((enum demux_kind)(object & ((1u << DEMUX_KIND_BITS) - 1u))) {
    case DEMUX_TCB:
        return (struct demux_entry){.tcb = pool_living(&tcp->tcbs, number)};
    case DEMUX_SLEEPER:
        return (struct demux_entry){.sleeper = pool_living(&tcp->sleepers, number)};
    case DEMUX_TIMEWAIT:
        return (struct demux_entry){.timewait = pool_living(&tcp->timewaits[number & 1u], number >> 1)};
    }
    return (struct demux_entry){0};
}

/* Where an object names the next of its chain. */
static uint32_t *next_of(const struct demux_entry *entry) {
    if (entry->tcb) {
        return &entry->tcb->chained;
    }
    return entry->sleeper ? &entry->sleeper->chained : &entry->timewait->chained;
}

static struct endpoints ends_of(const struct tcp *tcp, const struct demux_entry *entry) {
    if (entry->tcb) {
        return entry->tcb->ends;
    }
    return entry->sleeper ? sleeper_ends(tcp, entry->sleeper) : timewait_ends(tcp, entry->timewait);
}

static bool equal_ends(const struct endpoints *a, const struct endpoints *b) {
    return a->remote.port == b->remote.port && a->local.port == b->local.port &&
           addr_equal(&a->remote.addr, &b->remote.addr) && addr_equal(&a->local.addr, &b->local.addr);
}

static bool leads_to(const struct tcp *tcp, const struct demux_entry *entry, const struct endpoints *ends) {
    if (entry->tcb) {
        return equal_ends(&entry->tcb->ends, ends);
    }
    struct endpoints of_record = ends_of(tcp, entry);
    return equal_ends(&of_record, ends);
}

static uint32_t *head_at(const struct demux *demux, uint32_t chain) {
    return &demux->segments[chain / DEMUX_SEGMENT][chain % DEMUX_SEGMENT];
}

static uint32_t *head_for(const struct demux *demux, const struct endpoints *ends) {
    uint32_t chain = hash_of(demux, ends) & (2 * demux->round - 1);
    return head_at(demux, chain < demux->chains ? chain : chain - demux->round);
}

/* Where the object with these ends is named: at the head of its chain, or in the object before it. NULL: nowhere. */
static uint32_t *find_in_chain(const struct tcp *tcp, uint32_t *link, const struct endpoints *ends) {
    while (*link != DEMUX_END) {
        struct demux_entry entry = entry_of(tcp, *link);
        if (leads_to(tcp, &entry, ends)) {
            return link;
        }
        link = next_of(&entry);
    }
    return NULL;
}

static uint32_t *find_link(const struct tcp *tcp, const struct endpoints *ends) {
    return tcp->demux.used > 0 ? find_in_chain(tcp, head_for(&tcp->demux, ends), ends) : NULL;
}

struct demux_entry demux_find(const struct tcp *tcp, const struct endpoints *ends) {
    const uint32_t *link = find_link(tcp, ends);
    return link ? entry_of(tcp, *link) : (struct demux_entry){0};
}

/* Lets the object that a link names begin its chain. */
static void move_to_head(uint32_t *head, uint32_t *link, const struct demux_entry *entry) {
    uint32_t object = *link, *next = next_of(entry);
    *link = *next;
    *next = *head;
    *head = object;
}

struct demux_entry demux_find_next(struct tcp *tcp, const struct endpoints *ends) {
    struct demux *demux = &tcp->demux;
    if (demux->latest && equal_ends(&demux->latest->ends, ends)) {
        return (struct demux_entry){.tcb = demux->latest};
    }
    uint32_t *head = demux->used > 0 ? head_for(demux, ends) : NULL;
    uint32_t *link = head ? find_in_chain(tcp, head, ends) : NULL;
    struct demux_entry entry = link ? entry_of(tcp, *link) : (struct demux_entry){0};
    demux->latest = entry.tcb;
    if (entry.tcb) {
        move_to_head(head, link, &entry);
    }
    return entry;
}

/* ---- growth ---- */

/* The list of segments doubles: for a million connections it has 1024 pointers. */
static bool make_room(struct env *env, struct demux *demux) {
    uint32_t count = demux->chains / DEMUX_SEGMENT;
    if (count < demux->segments_room) {
        return true;
    }
    uint32_t room = count > 0 ? 2 * count : 1;
    uint32_t **segments = env_alloc(env, room * sizeof *segments);
    if (!segments) {
        return false;
    }
    copy_octets(segments, demux->segments, count * sizeof *segments);
    env_free(env, demux->segments, demux->segments_room * sizeof *segments);
    demux->segments = segments;
    demux->segments_room = room;
    return true;
}

static bool add_segment(struct env *env, struct demux *demux) {
    uint32_t *heads = make_room(env, demux) ? env_alloc(env, DEMUX_SEGMENT * sizeof *heads) : NULL;
    if (heads) {
        demux->segments[demux->chains / DEMUX_SEGMENT] = heads;
    }
    return heads != NULL;
}

static bool begin(struct env *env, struct demux *demux) {
    if (!add_segment(env, demux)) {
        demux_destroy(env, demux);
        return false;
    }
    for (uint32_t chain = 0; chain < DEMUX_SEGMENT; chain++) {
        *head_at(demux, chain) = DEMUX_END;
    }
    demux->chains = demux->round = DEMUX_SEGMENT;
    return true;
}

/* Lets the first object of the chain that is split next come into the cache meanwhile. */
static void look_ahead(const struct tcp *tcp) {
    uint32_t object = *head_at(&tcp->demux, tcp->demux.chains - tcp->demux.round);
    if (object != DEMUX_END) {
        struct demux_entry entry = entry_of(tcp, object);
        __builtin_prefetch(next_of(&entry));
    }
}

/* One chain more. Without memory for it, chains become longer for a while. */
static void split(struct tcp *tcp) {
    struct demux *demux = &tcp->demux;
    if (demux->chains % DEMUX_SEGMENT == 0 && !add_segment(tcp->env, demux)) {
        return;
    }
    uint32_t *stays = head_at(demux, demux->chains - demux->round), *goes = head_at(demux, demux->chains);
    uint32_t object = *stays;
    while (object != DEMUX_END) {
        struct demux_entry entry = entry_of(tcp, object);
        struct endpoints ends = ends_of(tcp, &entry);
        uint32_t **end = (hash_of(demux, &ends) & demux->round) ? &goes : &stays;
        **end = object;
        *end = next_of(&entry);
        object = **end;
    }
    *stays = *goes = DEMUX_END;
    demux->chains++;
    if (demux->chains == 2 * demux->round) {
        demux->round = demux->chains;
    }
    look_ahead(tcp);
}

/* ---- change ---- */

bool demux_insert(struct tcp *tcp, const struct endpoints *ends, enum demux_kind kind, uint32_t number) {
    struct demux *demux = &tcp->demux;
    if (demux->chains == 0 && !begin(tcp->env, demux)) {
        return false;
    }
    if (demux->used >= demux->chains + demux->chains / 2) {
        split(tcp);
    }
    uint32_t object = object_of(kind, number);
    struct demux_entry entry = entry_of(tcp, object);
    uint32_t *head = head_for(demux, ends);
    *next_of(&entry) = *head;
    *head = object;
    demux->used++;
    return true;
}

void demux_replace(struct tcp *tcp, const struct endpoints *ends, enum demux_kind kind, uint32_t number) {
    uint32_t *link = find_link(tcp, ends);
    tcp->demux.latest = NULL;
    if (link) {
        uint32_t object = object_of(kind, number);
        struct demux_entry former = entry_of(tcp, *link), entry = entry_of(tcp, object);
        *next_of(&entry) = *next_of(&former);
        *link = object;
    }
}

void demux_remove(struct tcp *tcp, const struct endpoints *ends) {
    struct demux *demux = &tcp->demux;
    uint32_t *link = find_link(tcp, ends);
    demux->latest = NULL;
    if (!link) {
        return;
    }
    struct demux_entry entry = entry_of(tcp, *link);
    *link = *next_of(&entry);
    demux->used--;
    if (demux->used == 0) {
        demux_destroy(tcp->env, demux);
    }
}

void demux_destroy(struct env *env, struct demux *demux) {
    for (uint32_t chain = 0; chain < demux->chains; chain += DEMUX_SEGMENT) {
        env_free(env, demux->segments[chain / DEMUX_SEGMENT], DEMUX_SEGMENT * sizeof **demux->segments);
    }
    env_free(env, demux->segments, demux->segments_room * sizeof *demux->segments);
    demux->segments = NULL;
    demux->segments_room = demux->chains = demux->round = demux->used = 0;
}
