/* ladders.c: which event belongs to which ladder. See ladders.h. */
#include "common/ladders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A connection that has begun and is not printed yet. */
struct entry {
    struct ladder *ladder; /* NULL: the place is free */
    unsigned number;
    bool known[2];
    uint32_t connection[2]; /* its number in each stack's trace */
    struct lucid_sockaddr ends[2];
};

struct ladders {
    unsigned count, begun, printed;
    bool both;
    struct ladder_style style;
    ladders_print *print;
    void *user;
    struct lucid_event segment[2]; /* the latest that arrived at each end */
    uint64_t number[2];            /* of the latest event */
    unsigned open;                 /* entries in use are below */
    struct entry *entry;
};

struct ladders *ladders_new(unsigned count, bool both, const struct ladder_style *style, ladders_print *print,
                            void *user) {
    struct ladders *ladders = calloc(1, sizeof *ladders);
    count = count < LADDERS_MAX ? count : LADDERS_MAX;
    struct entry *entry = calloc(count > 0 ? count : 1, sizeof *entry);
    if (!ladders || !entry) {
        free(ladders);
        free(entry);
        return NULL;
    }
    *ladders = (struct ladders){
        .count = count, .both = both, .style = *style, .print = print, .user = user, .entry = entry};
    return ladders;
}

bool ladders_done(const struct ladders *ladders) {
    return ladders->printed == ladders->count;
}

/* ---- printing ---- */

static void print_entry(struct ladders *ladders, struct entry *entry) {
    char title[64];
    struct ladder_style style = ladders->style;
    struct text text = text_growing();
    snprintf(title, sizeof title, "%s %u", ladders->style.title, entry->number);
    style.title = title;
    ladder_finish(entry->ladder);
    ladder_print(entry->ladder, &style, &text);
    ladders->print(ladders->user, &text);
    text_free(&text);
    ladder_free(entry->ladder);
    ladders->printed++;
    *entry = ladders->entry[--ladders->open];
}

void ladders_free(struct ladders *ladders) {
    if (!ladders) {
        return;
    }
    while (ladders->open > 0) {
        print_entry(ladders, &ladders->entry[0]);
    }
    free(ladders->entry);
    free(ladders);
}

/* ---- finding ---- */

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

static bool has_ends(const struct entry *entry, unsigned end, const struct lucid_sockaddr *local,
                     const struct lucid_sockaddr *remote) {
    return same_end(&entry->ends[end], local) && same_end(&entry->ends[!end], remote);
}

/* Of the newest with these ends: an old one may still be open at the other stack. */
static struct entry *find_ends(struct ladders *ladders, unsigned end, const struct lucid_sockaddr *local,
                               const struct lucid_sockaddr *remote) {
    struct entry *found = NULL;
    for (unsigned i = 0; i < ladders->open; i++) {
        struct entry *entry = &ladders->entry[i];
        if (has_ends(entry, end, local, remote) && (!found || entry->number > found->number)) {
            found = entry;
        }
    }
    return found;
}

static struct entry *find_connection(struct ladders *ladders, unsigned end, uint32_t connection) {
    for (unsigned i = 0; i < ladders->open && connection != 0; i++) {
        struct entry *entry = &ladders->entry[i];
        if (entry->known[end] && entry->connection[end] == connection) {
            return entry;
        }
    }
    return NULL;
}

/* ---- beginning ---- */

static struct entry *begin(struct ladders *ladders, unsigned end, const struct lucid_event_state *state) {
    if (ladders->begun == ladders->count) {
        return NULL;
    }
    struct ladder *ladder = ladder_new(ladders->both);
    if (!ladder) {
        return NULL;
    }
    struct entry *entry = &ladders->entry[ladders->open++];
    *entry = (struct entry){.ladder = ladder, .number = ++ladders->begun};
    entry->ends[end] = state->local;
    entry->ends[!end] = state->remote;
    return entry;
}

/* A state that changes for the first time: a connection that begins, or the other end of one that is open. */
static struct entry *join(struct ladders *ladders, unsigned end, const struct lucid_event *event) {
    const struct lucid_event_state *state = &event->u.state;
    const struct lucid_event *segment = &ladders->segment[end];
    struct entry *entry = find_ends(ladders, end, &state->local, &state->remote);
    if (entry && entry->known[end]) { /* this end has forgotten it, or else there would be no new one */
        if (!ladders->both) {
            print_entry(ladders, entry);
        }
        entry = NULL;
    }
    if (!entry) {
        entry = begin(ladders, end, state);
        bool caused = state->cause == LUCID_CAUSE_SEGMENT && segment->u.segment.id == state->segment;
        if (entry && caused) {
            ladder_add(entry->ladder, end, segment);
        }
    }
    if (entry) {
        entry->known[end] = true;
        entry->connection[end] = event->connection;
    }
    return entry;
}

bool ladders_is_birth(const struct lucid_event *event) {
    const struct lucid_event_state *state = &event->u.state;
    bool child = state->parent != 0 && (state->from == LUCID_LISTEN || state->from == LUCID_TIME_WAIT);
    bool connects = state->from == LUCID_CLOSED && state->remote.port != 0;
    return event->kind == LUCID_EVENT_STATE && (child || connects);
}

/* A segment belongs to whom its addresses say: before and after the life of a connection it has no number. */
static struct entry *entry_of(struct ladders *ladders, unsigned end, const struct lucid_event *event) {
    const struct lucid_event_segment *segment = &event->u.segment;
    switch ((enum lucid_event_kind)event->kind) {
    case LUCID_EVENT_SEGMENT_OUT:
        return find_ends(ladders, end, &segment->source, &segment->destination);
    case LUCID_EVENT_SEGMENT_IN:
        ladders->segment[end] = *event;
        return find_ends(ladders, end, &segment->destination, &segment->source);
    case LUCID_EVENT_STATE:
    case LUCID_EVENT_RULE:
    case LUCID_EVENT_TIMER:
    case LUCID_EVENT_DROP:
    case LUCID_EVENT_VARIABLES:
    case LUCID_EVENT_CALL:
    case LUCID_EVENT_RETURN:
    case LUCID_EVENT_DELIVERED:
    case LUCID_EVENT_KINDS:
        break;
    }
    struct entry *entry = find_connection(ladders, end, event->connection);
    return entry || !ladders_is_birth(event) ? entry : join(ladders, end, event);
}

/* The numbers of the events have no gaps, unless the trace had no room. */
static void note_lost(struct ladders *ladders, unsigned end, uint64_t number) {
    uint64_t expected = ladders->number[end] + 1;
    for (unsigned i = 0; i < ladders->open && expected > 1 && number > expected; i++) {
        ladder_add_lost(ladders->entry[i].ladder, end, number - expected);
    }
    ladders->number[end] = number;
}

void ladders_add(struct ladders *ladders, unsigned end, const struct lucid_event *event) {
    note_lost(ladders, end, event->number);
    struct entry *entry = entry_of(ladders, end, event);
    if (!entry) {
        return;
    }
    ladder_add(entry->ladder, end, event);
    if (ladder_ended(entry->ladder)) {
        print_entry(ladders, entry);
    }
}
