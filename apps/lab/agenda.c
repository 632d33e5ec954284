/* agenda.c: see agenda.h. */
#include "lab/agenda.h"

#include <stdlib.h>

static bool before(const struct agenda_entry *a, const struct agenda_entry *b) {
    return a->at != b->at ? a->at < b->at : a->serial < b->serial;
}

static void swap(struct agenda *agenda, unsigned a, unsigned b) {
    struct agenda_entry kept = agenda->entry[a];
    agenda->entry[a] = agenda->entry[b];
    agenda->entry[b] = kept;
}

static int make_room(struct agenda *agenda) {
    if (agenda->count < agenda->capacity) {
        return 0;
    }
    unsigned capacity = agenda->capacity ? 2 * agenda->capacity : 64;
    struct agenda_entry *entry = realloc(agenda->entry, capacity * sizeof *entry);
    if (!entry) {
        return -1;
    }
    agenda->entry = entry;
    agenda->capacity = capacity;
    return 0;
}

static void rise(struct agenda *agenda, unsigned i) {
    while (i > 0 && before(&agenda->entry[i], &agenda->entry[(i - 1) / 2])) {
        swap(agenda, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

int agenda_put(struct agenda *agenda, lucid_time at, uint64_t serial, void *what) {
    if (make_room(agenda) < 0) {
        return -1;
    }
    agenda->entry[agenda->count++] = (struct agenda_entry){at, serial, what};
    rise(agenda, agenda->count - 1);
    return 0;
}

const struct agenda_entry *agenda_first(const struct agenda *agenda) {
    return agenda->count > 0 ? &agenda->entry[0] : NULL;
}

static void sink(struct agenda *agenda, unsigned i) {
    for (;;) {
        unsigned least = i;
        for (unsigned child = 2 * i + 1; child <= 2 * i + 2; child++) {
            if (child < agenda->count && before(&agenda->entry[child], &agenda->entry[least])) {
                least = child;
            }
        }
        if (least == i) {
            return;
        }
        swap(agenda, i, least);
        i = least;
    }
}

void *agenda_take(struct agenda *agenda) {
    void *what = agenda->entry[0].what;
    agenda->entry[0] = agenda->entry[--agenda->count];
    sink(agenda, 0);
    return what;
}

void agenda_remove(struct agenda *agenda, const void *what) {
    for (unsigned i = 0; i < agenda->count; i++) {
        if (agenda->entry[i].what == what) {
            agenda->entry[i] = agenda->entry[--agenda->count];
            if (i < agenda->count) {
                rise(agenda, i);
                sink(agenda, i);
            }
            return;
        }
    }
}

void agenda_end(struct agenda *agenda) {
    for (unsigned i = 0; i < agenda->count; i++) {
        free(agenda->entry[i].what);
    }
    free(agenda->entry);
    *agenda = (struct agenda){0};
}
