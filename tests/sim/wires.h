/* wires.h: the network between the hosts of a simulation: packets on their way, and what becomes of them.
 *
 *     wires_init(&wires, &plan);
 *     wires_put(&wires, now, from, to, octets, length);
 *     while ((packet = wires_take(&wires, now)) != NULL) ... wires_free(&wires, packet)
 *     wires_deadline(&wires)
 *
 * Each link draws from streams of its own, one for each kind of fault, the same count of numbers for each packet
 * whatever comes of it. A flipped bit, or a burst of up to 15 bits: what the Internet checksum always detects.
 */
#ifndef SIM_WIRES_H
#define SIM_WIRES_H

#include "rng.h"
#include "sim/plan.h"

struct wires_packet {
    lucid_time at;
    uint64_t number; /* of those that arrive at the same time the lower one is first */
    struct wires_packet *next;
    int from, to;
    unsigned link;      /* the last one of its way */
    unsigned followers; /* while held back: how many are still to pass it */
    bool damaged;
    size_t length, room;
    uint8_t octets[];
};

enum { WIRES_LOSS, WIRES_BURST, WIRES_DUPLICATE, WIRES_REORDER, WIRES_CORRUPT, WIRES_JITTER, WIRES_PURPOSES };

struct wires_link {
    struct rng rng[WIRES_PURPOSES];
    bool bad;           /* in a burst of losses */
    lucid_time free_at; /* when all that was put in has left for the other side */
    lucid_time latest;  /* arrival */
    lucid_time up_at;   /* it is down until then */
    struct wires_packet *held;
};

struct wires {
    const struct plan *plan;
    bool healed;
    struct wires_link link[PLAN_LINKS];
    struct wires_packet **heap;
    size_t count, room;
    struct wires_packet *spare;
    uint64_t number;
    unsigned held; /* packets on all lists of those held back */
};

void wires_init(struct wires *wires, const struct plan *plan);
void wires_end(struct wires *wires);

/* A packet leaves a host for another one. */
void wires_put(struct wires *wires, lucid_time now, int from, int to, const uint8_t *octets, size_t length);

/* The next packet that has arrived by now, or NULL. */
struct wires_packet *wires_take(struct wires *wires, lucid_time now);
void wires_free(struct wires *wires, struct wires_packet *packet);

lucid_time wires_deadline(const struct wires *wires);

/* A link carries nothing until a time. */
void wires_down(struct wires *wires, unsigned link, lucid_time until);

/* From now on nothing is lost, damaged, doubled or late. */
void wires_heal(struct wires *wires);

#endif
