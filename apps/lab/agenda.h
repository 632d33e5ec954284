/* agenda.h: what is to come, ordered by time and, at one time, by the order in which it was put in: a binary heap. */
#ifndef LAB_AGENDA_H
#define LAB_AGENDA_H

#include <stdbool.h>

#include "lucid/lucid.h"

struct agenda_entry {
    lucid_time at;
    uint64_t serial;
    void *what;
};

struct agenda {
    struct agenda_entry *entry;
    unsigned count, capacity;
};

/* Returns 0, or -1: no memory. */
int agenda_put(struct agenda *agenda, lucid_time at, uint64_t serial, void *what);

/* The first entry; NULL when there is none. */
const struct agenda_entry *agenda_first(const struct agenda *agenda);

/* Takes the first one out; there is one. */
void *agenda_take(struct agenda *agenda);

/* Takes this one out, if it is there. */
void agenda_remove(struct agenda *agenda, const void *what);

/* Forgets all, and frees each with free(). */
void agenda_end(struct agenda *agenda);

#endif
