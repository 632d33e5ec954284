/* link.c: one direction of a link that loses, doubles, reorders, damages and delays packets.
 *
 * The way of a packet:
 *
 *     judge (the lab) and chance -> queue and rate -> damage -> delay and jitter -> arrives
 *                      |                  |                          |
 *                     lost            queue full            doubled; or held back behind later ones
 *
 * - Judge and chance: fate.c.
 * - Rate: a packet's first bit leaves when the last bit of the one before has left. What finds `queue` packets waiting
 *   is dropped.
 * - Damage is one flipped bit, anywhere but in the IP version: what every Internet checksum detects, if it covers the
 *   place. A copy that duplication makes is not damaged.
 * - Jitter alone never reorders: a packet does not arrive before the one that was put in before it. A reordered packet
 *   is held back until a few of its followers have arrived, or a short time has passed, whichever is first.
 *
 * A packet costs O(log n), n being those on their way; memory has a bound.
 */
#include "arrivals.h"
#include "fate.h"
#include "lucid/host.h"

#include <stdlib.h>
#include <string.h>

/* A reordered packet arrives behind fewer followers than this, at the latest so much too late; of so many at a time. */
#define BEHIND_SPAN (FATE_FOLLOWERS + 1)
#define BEHIND_MAX 64u
#define BEHIND_TIME (10 * LUCID_MILLISECOND)
#define NOT_BEHIND BEHIND_SPAN

/* Of all packets on their way and held: 64 MiB is what 5 Gbit/s put there in 100 ms. */
static const size_t OCTETS_MAX = (size_t)64 << 20;

static const unsigned VERSION_BITS = 4;

/* A queue of packets, linked by next_waiting. */
struct line {
    struct travelling *first, *last;
    uint32_t length;
};

struct lucid_link {
    struct lucid_faults faults;
    struct chance chance;
    enum lucid_link_fate (*judge)(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id);
    void *judge_user;

    struct arrivals arrivals;
    lucid_time last;                        /* when the latest of the packets that are in order arrives */
    lucid_time busy;                        /* until then bits of earlier packets leave */
    struct line waiting;                    /* for that */
    struct line held;                       /* for lucid_link_release() */
    struct travelling *behind[BEHIND_SPAN]; /* held back until the packet whose number has this remainder */
    unsigned behind_count;
    uint64_t in_order;        /* number of the latest packet that was not held back */
    struct travelling *taken; /* by the latest lucid_link_take() */
    size_t octets;            /* of memory in all packets */
    struct lucid_link_stats stats;
};

struct lucid_link *lucid_link_new(const struct lucid_faults *faults, uint64_t stream) {
    struct lucid_link *link = calloc(1, sizeof *link);
    if (!link) {
        return NULL;
    }
    link->faults = *faults;
    chance_init(&link->chance, faults, stream);
    return link;
}

/* ---- packets and lines ---- */

static struct travelling *packet_new(struct lucid_link *link, const void *octets, size_t length, uint64_t id) {
    size_t size = sizeof(struct travelling) + length;
    if (size > OCTETS_MAX - link->octets) {
        return NULL;
    }
    struct travelling *packet = malloc(size);
    if (!packet) {
        return NULL;
    }
    *packet = (struct travelling){.id = id, .length = (uint32_t)length, .behind = NOT_BEHIND};
    memcpy(packet->octets, octets, length);
    link->octets += size;
    return packet;
}

static void packet_free(struct lucid_link *link, struct travelling *packet) {
    if (packet) {
        link->octets -= sizeof *packet + packet->length;
        free(packet);
    }
}

static void line_push(struct line *line, struct travelling *packet) {
    packet->next_waiting = NULL;
    if (line->last) {
        line->last->next_waiting = packet;
    } else {
        line->first = packet;
    }
    line->last = packet;
    line->length++;
}

static struct travelling *line_pop(struct line *line) {
    struct travelling *packet = line->first;
    if (!packet) {
        return NULL;
    }
    line->first = packet->next_waiting;
    line->last = line->first ? line->last : NULL;
    line->length--;
    return packet;
}

void lucid_link_free(struct lucid_link *link) {
    if (!link) {
        return;
    }
    struct travelling *packet;
    while ((packet = line_pop(&link->held))) {
        free(packet);
    }
    while (arrivals_first(&link->arrivals)) {
        free(arrivals_pop(&link->arrivals));
    }
    free(link->arrivals.members);
    free(link->taken);
    free(link);
}

/* ---- damage ---- */

static void flip_bit(struct travelling *packet, uint64_t drawn) {
    uint64_t bit = VERSION_BITS + rng_scale(drawn, (uint64_t)packet->length * 8 - VERSION_BITS);
    packet->octets[bit / 8] ^= (uint8_t)(0x80u >> (bit % 8));
}

/* ---- rate and queue ---- */

/* Is there room for one more to wait, or none waiting? */
static bool rate_has_room(struct lucid_link *link, lucid_time now) {
    while (link->waiting.first && link->waiting.first->begins <= now) {
        line_pop(&link->waiting);
    }
    return link->faults.rate == 0 || link->busy <= now || link->waiting.length < link->faults.queue;
}

/* Returns when the last bit of the packet leaves. */
static lucid_time rate_leaves(struct lucid_link *link, lucid_time now, struct travelling *packet) {
    uint64_t rate = link->faults.rate;
    if (rate == 0) {
        return now;
    }
    packet->begins = now;
    if (link->busy > now) {
        packet->begins = link->busy;
        line_push(&link->waiting, packet);
    }
    link->busy = packet->begins + ((uint64_t)packet->length * 8 * LUCID_SECOND + rate - 1) / rate;
    return link->busy;
}

/* ---- order ---- */

/* When a packet arrives that leaves at a time: not before those that left before it. */
static lucid_time arrival(struct lucid_link *link, lucid_time leaves, lucid_time jitter) {
    lucid_time at = leaves + link->faults.delay + jitter;
    return at < link->last ? link->last : at;
}

static void hold_back(struct lucid_link *link, struct travelling *packet, unsigned followers) {
    packet->behind = (unsigned)((link->in_order + followers) % BEHIND_SPAN);
    packet->next_behind = link->behind[packet->behind];
    link->behind[packet->behind] = packet;
    link->behind_count++;
    packet->at += BEHIND_TIME;
    link->stats.reordered++;
}

static void forget_behind(struct lucid_link *link, struct travelling *packet) {
    if (packet->behind == NOT_BEHIND) {
        return;
    }
    struct travelling **place = &link->behind[packet->behind];
    while (*place != packet) {
        place = &(*place)->next_behind;
    }
    *place = packet->next_behind;
    packet->behind = NOT_BEHIND;
    link->behind_count--;
}

/* A packet in order arrives at link->last. Those that were held back until it come right behind, if that is earlier. */
static void let_follow(struct lucid_link *link) {
    link->in_order++;
    struct travelling **place = &link->behind[link->in_order % BEHIND_SPAN];
    while (*place) {
        struct travelling *packet = *place;
        forget_behind(link, packet);
        if (link->last < packet->at) {
            arrivals_move(&link->arrivals, packet, link->last);
        }
    }
}

/* ---- in ---- */

static void put_copy(struct lucid_link *link, lucid_time leaves, struct travelling *copy, const struct fate *fate) {
    copy->at = arrival(link, leaves, fate->jitter[1]);
    link->last = copy->at;
    arrivals_add(&link->arrivals, copy);
    link->stats.duplicated++;
}

/* The packet, and its copy if there is one, go on their way; there is room in the heap. */
static void travel(struct lucid_link *link, lucid_time now, struct travelling *packet, struct travelling *copy,
                   const struct fate *fate) {
    lucid_time leaves = rate_leaves(link, now, packet);
    bool held_back = fate->held_back && link->behind_count < BEHIND_MAX;
    packet->at = arrival(link, leaves, fate->jitter[0]);
    if (held_back) {
        hold_back(link, packet, fate->followers);
    } else {
        link->last = packet->at;
    }
    arrivals_add(&link->arrivals, packet);
    if (!held_back) {
        let_follow(link);
    }
    if (copy) {
        put_copy(link, leaves, copy, fate);
    }
    link->stats.passed++;
}

static int put_fated(struct lucid_link *link, lucid_time now, struct travelling *packet, const struct fate *fate) {
    if (!rate_has_room(link, now)) {
        packet_free(link, packet);
        link->stats.queue_full++;
        return 0;
    }
    struct travelling *copy = fate->doubled ? packet_new(link, packet->octets, packet->length, packet->id) : NULL;
    if ((fate->doubled && !copy) || !arrivals_reserve(&link->arrivals, 2)) {
        packet_free(link, copy);
        packet_free(link, packet);
        link->stats.dropped++;
        return -LUCID_ENOMEM;
    }
    if (fate->damaged) {
        flip_bit(packet, fate->bit);
        link->stats.corrupted++;
    }
    travel(link, now, packet, copy, fate);
    return 0;
}

int lucid_link_put(struct lucid_link *link, lucid_time now, const void *octets, size_t length, uint64_t id) {
    if (length == 0 || length > LUCID_PACKET_MAX) {
        return -LUCID_EINVAL;
    }
    struct fate fate = chance_draw(&link->chance, &link->faults);
    if (link->judge) {
        fate_judged(&fate, link->judge(link->judge_user, now, octets, length, id));
    }
    struct travelling *packet = fate.lost ? NULL : packet_new(link, octets, length, id);
    if (!packet) {
        link->stats.dropped++;
        return fate.lost ? 0 : -LUCID_ENOMEM;
    }
    if (fate.held) {
        line_push(&link->held, packet);
        return 0;
    }
    return put_fated(link, now, packet, &fate);
}

void lucid_link_judge(struct lucid_link *link,
                      enum lucid_link_fate (*judge)(void *user, lucid_time now, const uint8_t *octets, size_t length,
                                                    uint64_t id),
                      void *user) {
    link->judge = judge;
    link->judge_user = user;
}

void lucid_link_release(struct lucid_link *link, lucid_time now) {
    struct travelling *packet;
    while ((packet = line_pop(&link->held))) {
        put_fated(link, now, packet, &(struct fate){0});
    }
}

/* ---- out ---- */

lucid_time lucid_link_deadline(const struct lucid_link *link) {
    const struct travelling *first = arrivals_first(&link->arrivals);
    return first ? first->at : LUCID_NEVER;
}

size_t lucid_link_take(struct lucid_link *link, lucid_time now, const uint8_t **octets, uint64_t *id) {
    packet_free(link, link->taken);
    link->taken = NULL;
    const struct travelling *first = arrivals_first(&link->arrivals);
    if (!first || first->at > now) {
        return 0;
    }
    rate_has_room(link, now);
    struct travelling *packet = arrivals_pop(&link->arrivals);
    forget_behind(link, packet);
    link->taken = packet;
    *octets = packet->octets;
    *id = packet->id;
    return packet->length;
}

void lucid_link_stats(const struct lucid_link *link, struct lucid_link_stats *stats) {
    *stats = link->stats;
    stats->held = link->held.length;
}
