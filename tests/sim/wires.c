/* wires.c: see wires.h. */
#include "sim/wires.h"

#include <stdlib.h>
#include <string.h>

/* A packet that is held back waits for so many followers at most, and not longer than this. */
static const unsigned FOLLOWERS_MAX = 64;
static const lucid_time HELD_MAX = LUCID_SECOND;

enum { USUAL_ROOM = 1600 };

void wires_init(struct wires *wires, const struct plan *plan) {
    memset(wires, 0, sizeof *wires);
    wires->plan = plan;
    for (unsigned i = 0; i < plan->links; i++) {
        for (unsigned purpose = 0; purpose < WIRES_PURPOSES; purpose++) {
            rng_seed(&wires->link[i].rng[purpose], plan->link[i].seed, i, purpose);
        }
    }
}

/* ---- packets ---- */

static struct wires_packet *new_packet(struct wires *wires, const uint8_t *octets, size_t length) {
    struct wires_packet *packet = wires->spare;
    if (packet && length <= USUAL_ROOM) {
        wires->spare = packet->next;
    } else {
        size_t room = length > USUAL_ROOM ? length : USUAL_ROOM;
        packet = malloc(sizeof *packet + room);
        packet->room = room;
    }
    packet->length = length;
    packet->damaged = false;
    packet->next = NULL;
    memcpy(packet->octets, octets, length);
    return packet;
}

void wires_free(struct wires *wires, struct wires_packet *packet) {
    if (packet->room != USUAL_ROOM) {
        free(packet);
        return;
    }
    packet->next = wires->spare;
    wires->spare = packet;
}

static void free_list(struct wires_packet *packet) {
    for (struct wires_packet *next; packet; packet = next) {
        next = packet->next;
        free(packet);
    }
}

void wires_end(struct wires *wires) {
    for (size_t i = 0; i < wires->count; i++) {
        free(wires->heap[i]);
    }
    for (unsigned i = 0; i < PLAN_LINKS; i++) {
        free_list(wires->link[i].held);
    }
    free_list(wires->spare);
    free(wires->heap);
    memset(wires, 0, sizeof *wires);
}

/* ---- a heap, the next to arrive first ---- */

static bool before(const struct wires_packet *a, const struct wires_packet *b) {
    return a->at != b->at ? a->at < b->at : a->number < b->number;
}

static void swap(struct wires *wires, size_t a, size_t b) {
    struct wires_packet *packet = wires->heap[a];
    wires->heap[a] = wires->heap[b];
    wires->heap[b] = packet;
}

static void heap_push(struct wires *wires, struct wires_packet *packet) {
    if (wires->count == wires->room) {
        wires->room = 2 * wires->room + 64;
        wires->heap = realloc(wires->heap, wires->room * sizeof(struct wires_packet *));
    }
    size_t at = wires->count++;
    packet->number = ++wires->number;
    wires->heap[at] = packet;
    while (at > 0 && before(wires->heap[at], wires->heap[(at - 1) / 2])) {
        swap(wires, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

static struct wires_packet *heap_pop(struct wires *wires) {
    struct wires_packet *top = wires->heap[0];
    wires->heap[0] = wires->heap[--wires->count];
    for (size_t at = 0, child = 1; child < wires->count; at = child, child = 2 * at + 1) {
        if (child + 1 < wires->count && before(wires->heap[child + 1], wires->heap[child])) {
            child++;
        }
        if (!before(wires->heap[child], wires->heap[at])) {
            break;
        }
        swap(wires, at, child);
    }
    return top;
}

/* ---- held back ---- */

/* Who has waited for all his followers, or too long, arrives now. */
static void release_held(struct wires *wires, struct wires_link *link, lucid_time now, bool followed) {
    struct wires_packet **place = &link->held;
    while (*place) {
        struct wires_packet *packet = *place;
        packet->followers -= followed && packet->followers > 0;
        if (packet->followers > 0 && packet->at > now && !wires->healed) {
            place = &packet->next;
            continue;
        }
        *place = packet->next;
        wires->held--;
        packet->next = NULL;
        packet->at = now;
        heap_push(wires, packet);
    }
}

/* ---- the way over a link ---- */

struct fate {
    bool lost, doubled, late, damaged;
    unsigned followers;
    lucid_time jitter[2];
    uint64_t where, bits;
};

static lucid_time draw_jitter(const struct plan_link *plan, struct rng *rng) {
    uint64_t drawn = rng_next(rng), tail = rng_next(rng);
    lucid_time jitter = rng_scale(drawn, plan->jitter + 1);
    if (!plan->long_tail) {
        return jitter;
    }
    return (tail & 31) == 0 ? jitter * 5 : jitter >> (tail >> 8 & 7);
}

static struct fate draw_fate(const struct plan_link *plan, struct wires_link *link) {
    struct fate fate = {.lost = rng_chance(&link->rng[WIRES_LOSS], plan->loss),
                        .doubled = rng_chance(&link->rng[WIRES_DUPLICATE], plan->duplicate),
                        .late = rng_chance(&link->rng[WIRES_REORDER], plan->reorder),
                        .damaged = rng_chance(&link->rng[WIRES_CORRUPT], plan->corrupt)};
    bool turns = rng_chance(&link->rng[WIRES_BURST], link->bad ? plan->burst_ends : plan->burst_begins);
    link->bad = turns ? !link->bad : link->bad;
    bool burst = rng_chance(&link->rng[WIRES_BURST], plan->burst_loss);
    fate.lost = fate.lost || (link->bad && burst);
    fate.followers = 1 + (unsigned)rng_scale(rng_next(&link->rng[WIRES_REORDER]), FOLLOWERS_MAX);
    fate.where = rng_next(&link->rng[WIRES_CORRUPT]);
    fate.bits = rng_next(&link->rng[WIRES_CORRUPT]);
    fate.jitter[0] = draw_jitter(plan, &link->rng[WIRES_JITTER]);
    fate.jitter[1] = draw_jitter(plan, &link->rng[WIRES_JITTER]);
    return fate;
}

/* Flips the first bit of a burst, the last one, and any between: 1 to 15 bits. */
static void damage(struct wires_packet *packet, const struct fate *fate) {
    uint64_t at = rng_scale(fate->where, packet->length * 8);
    unsigned width = fate->bits & 1 ? 1 : 1 + (unsigned)(fate->bits >> 1) % 15;
    uint32_t burst = (uint32_t)(fate->bits >> 8) | 1u | 1u << (width - 1);
    for (unsigned i = 0; i < width && at + i < packet->length * 8; i++) {
        packet->octets[(at + i) / 8] ^= (uint8_t)((burst >> i & 1) << (7 - (at + i) % 8));
    }
    packet->damaged = true;
}

/* When it arrives; LUCID_NEVER: the queue has no room. */
static lucid_time cross(const struct plan_link *plan, struct wires_link *link, lucid_time now, size_t length) {
    if (plan->rate == 0) {
        return now + plan->delay;
    }
    lucid_time wait = link->free_at > now ? link->free_at - now : 0;
    if (wait / 8 * plan->rate / LUCID_SECOND > plan->queue) {
        return LUCID_NEVER;
    }
    link->free_at = now + wait + length * 8 * LUCID_SECOND / plan->rate;
    return link->free_at + plan->delay;
}

static lucid_time in_order(const struct plan_link *plan, struct wires_link *link, lucid_time at) {
    if (!plan->overtakes && at < link->latest) {
        return link->latest;
    }
    link->latest = at > link->latest ? at : link->latest;
    return at;
}

static void arrive(struct wires *wires, struct wires_packet *packet, unsigned number, lucid_time at,
                   const struct fate *fate) {
    const struct plan_link *plan = &wires->plan->link[number];
    struct wires_link *link = &wires->link[number];
    if (fate->late && !wires->healed) {
        packet->at = at + HELD_MAX;
        packet->followers = fate->followers;
        packet->next = link->held;
        link->held = packet;
        wires->held++;
        return;
    }
    packet->at = in_order(plan, link, at + (wires->healed ? 0 : fate->jitter[0]));
    heap_push(wires, packet);
    release_held(wires, link, packet->at, true);
}

static void put_on(struct wires *wires, struct wires_packet *packet, unsigned number, lucid_time now) {
    const struct plan_link *plan = &wires->plan->link[number];
    struct wires_link *link = &wires->link[number];
    struct fate fate = draw_fate(plan, link);
    lucid_time at = cross(plan, link, now, packet->length);
    packet->link = number;
    bool lost = !wires->healed && (fate.lost || link->up_at > now);
    if (at == LUCID_NEVER || lost) {
        wires_free(wires, packet);
        return;
    }
    if (fate.damaged && !packet->damaged && !wires->healed) {
        damage(packet, &fate);
    }
    if (fate.doubled && !wires->healed) {
        struct wires_packet *copy = new_packet(wires, packet->octets, packet->length);
        copy->from = packet->from;
        copy->to = packet->to;
        copy->link = number;
        copy->damaged = packet->damaged;
        copy->at = at + fate.jitter[1];
        heap_push(wires, copy);
    }
    arrive(wires, packet, number, at, &fate);
}

void wires_put(struct wires *wires, lucid_time now, int from, int to, const uint8_t *octets, size_t length) {
    unsigned way[2];
    plan_way(wires->plan, from, to, way);
    struct wires_packet *packet = new_packet(wires, octets, length);
    packet->from = from;
    packet->to = to;
    put_on(wires, packet, way[0], now);
}

/* At the end of the first link of two it goes on to the second. */
struct wires_packet *wires_take(struct wires *wires, lucid_time now) {
    while (wires->count > 0 && wires->heap[0]->at <= now) {
        struct wires_packet *packet = heap_pop(wires);
        unsigned way[2];
        unsigned links = plan_way(wires->plan, packet->from, packet->to, way);
        if (packet->link == way[links - 1]) {
            return packet;
        }
        put_on(wires, packet, way[1], packet->at);
    }
    for (unsigned i = 0; i < wires->plan->links && wires->held > 0; i++) {
        if (wires->link[i].held) {
            release_held(wires, &wires->link[i], now, false);
        }
    }
    return wires->count > 0 && wires->heap[0]->at <= now ? wires_take(wires, now) : NULL;
}

lucid_time wires_deadline(const struct wires *wires) {
    lucid_time next = wires->count > 0 ? wires->heap[0]->at : LUCID_NEVER;
    for (unsigned i = 0; i < wires->plan->links && wires->held > 0; i++) {
        for (const struct wires_packet *packet = wires->link[i].held; packet; packet = packet->next) {
            next = packet->at < next ? packet->at : next;
        }
    }
    return next;
}

void wires_down(struct wires *wires, unsigned link, lucid_time until) {
    wires->link[link].up_at = until > wires->link[link].up_at ? until : wires->link[link].up_at;
}

void wires_heal(struct wires *wires) {
    wires->healed = true;
    for (unsigned i = 0; i < wires->plan->links; i++) {
        struct wires_link *link = &wires->link[i];
        for (struct wires_packet *packet = link->held; packet; packet = packet->next) {
            packet->followers = 0;
            packet->at = 0;
        }
    }
}
