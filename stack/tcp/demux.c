/* demux.c: the connection table. See demux.h. */
#include "tcp/demux.h"

#include "base/bytes.h"
#include "base/siphash.h"
#include "tcp/tcp.h"

static const uint32_t DEMUX_EMPTY = UINT32_MAX;
static const uint32_t DEMUX_FIRST_SIZE = 64;

#define DEMUX_KIND_BITS 2u

_Static_assert(sizeof(struct endpoints) == 36, "endpoints are hashed and compared as octets: no gaps");

static uint32_t hash_of(const struct demux *demux, const struct endpoints *ends) {
    return (uint32_t)siphash24(demux->key, ends, sizeof *ends);
}

static uint32_t object_of(enum demux_kind kind, uint32_t number) {
    return (number << DEMUX_KIND_BITS) | kind;
}

static struct demux_entry entry_at(const struct tcp *tcp, const struct demux_slot *slot) {
    uint32_t number = slot->object >> DEMUX_KIND_BITS;
    switch ((enum demux_kind)(slot->object & ((1u << DEMUX_KIND_BITS) - 1u))) {
    case DEMUX_TCB:
        return (struct demux_entry){.tcb = pool_at(&tcp->tcbs, number)};
    case DEMUX_SLEEPER:
        return (struct demux_entry){.sleeper = pool_at(&tcp->sleepers, number)};
    case DEMUX_TIMEWAIT:
        return (struct demux_entry){.timewait = pool_at(&tcp->timewaits, number)};
    }
    return (struct demux_entry){0};
}

static bool leads_to(const struct tcp *tcp, const struct demux_slot *slot, const struct endpoints *ends) {
    struct demux_entry entry = entry_at(tcp, slot);
    if (entry.tcb) {
        return equal_octets(&entry.tcb->ends, ends, sizeof *ends);
    }
    struct endpoints of_record = entry.sleeper ? sleeper_ends(tcp, entry.sleeper) : timewait_ends(tcp, entry.timewait);
    return equal_octets(&of_record, ends, sizeof *ends);
}

/* The slot that leads to ends, or NULL. */
static struct demux_slot *find_slot(const struct tcp *tcp, const struct endpoints *ends) {
    const struct demux *demux = &tcp->demux;
    if (demux->used == 0) {
        return NULL;
    }
    uint32_t hash = hash_of(demux, ends);
    for (uint32_t i = hash & (demux->size - 1);; i = (i + 1) & (demux->size - 1)) {
        struct demux_slot *slot = &demux->slots[i];
        if (slot->object == DEMUX_EMPTY) {
            return NULL;
        }
        if (slot->hash == hash && leads_to(tcp, slot, ends)) {
            return slot;
        }
    }
}

struct demux_entry demux_find(const struct tcp *tcp, const struct endpoints *ends) {
    const struct demux_slot *slot = find_slot(tcp, ends);
    return slot ? entry_at(tcp, slot) : (struct demux_entry){0};
}

static void put_slot(struct demux *demux, struct demux_slot what) {
    uint32_t i = what.hash & (demux->size - 1);
    while (demux->slots[i].object != DEMUX_EMPTY) {
        i = (i + 1) & (demux->size - 1);
    }
    demux->slots[i] = what;
}

static bool resize(struct env *env, struct demux *demux, uint32_t size) {
    struct demux old = *demux;
    demux->slots = env_alloc(env, size * sizeof *demux->slots);
    if (!demux->slots) {
        demux->slots = old.slots;
        return false;
    }
    demux->size = size;
    for (uint32_t i = 0; i < size; i++) {
        demux->slots[i].object = DEMUX_EMPTY;
    }
    for (uint32_t i = 0; i < old.size; i++) {
        if (old.slots[i].object != DEMUX_EMPTY) {
            put_slot(demux, old.slots[i]);
        }
    }
    env_free(env, old.slots, old.size * sizeof *old.slots);
    return true;
}

bool demux_insert(struct tcp *tcp, const struct endpoints *ends, enum demux_kind kind, uint32_t number) {
    struct demux *demux = &tcp->demux;
    uint32_t size = demux->size ? demux->size : DEMUX_FIRST_SIZE;
    if (demux->used >= size / 4 * 3) {
        size *= 2;
    }
    if (size != demux->size && !resize(tcp->env, demux, size)) {
        return false;
    }
    put_slot(demux, (struct demux_slot){.hash = hash_of(demux, ends), .object = object_of(kind, number)});
    demux->used++;
    return true;
}

void demux_replace(struct tcp *tcp, const struct endpoints *ends, enum demux_kind kind, uint32_t number) {
    struct demux_slot *slot = find_slot(tcp, ends);
    if (slot) {
        slot->object = object_of(kind, number);
    }
}

/* Closes the gap at index i: every slot behind it that would not be found any more moves up. */
static void close_gap(struct demux *demux, uint32_t i) {
    uint32_t mask = demux->size - 1;
    for (uint32_t j = (i + 1) & mask; demux->slots[j].object != DEMUX_EMPTY; j = (j + 1) & mask) {
        uint32_t home = demux->slots[j].hash & mask;
        if (((j - home) & mask) >= ((j - i) & mask)) {
            demux->slots[i] = demux->slots[j];
            i = j;
        }
    }
    demux->slots[i].object = DEMUX_EMPTY;
}

void demux_remove(struct tcp *tcp, const struct endpoints *ends) {
    struct demux *demux = &tcp->demux;
    struct demux_slot *slot = find_slot(tcp, ends);
    if (!slot) {
        return;
    }
    close_gap(demux, (uint32_t)(slot - demux->slots));
    demux->used--;
    if (demux->used == 0) {
        demux_destroy(tcp->env, demux);
    }
}

void demux_destroy(struct env *env, struct demux *demux) {
    env_free(env, demux->slots, demux->size * sizeof *demux->slots);
    demux->slots = NULL;
    demux->size = 0;
    demux->used = 0;
}
