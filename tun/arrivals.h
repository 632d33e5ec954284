/* arrivals.h: packets on their way, the earliest first: a binary heap whose members know their place in it.
 *
 * Order is by time and, at the same time, by serial number, which is the order in which packets were put there. A
 * member can be moved to another time, or removed, in O(log n). The heap owns nothing but its array of pointers.
 */
#ifndef TUN_ARRIVALS_H
#define TUN_ARRIVALS_H

#include "lucid/lucid.h"

/* A packet on a link; link.c says what the members mean. */
struct travelling {
    lucid_time at;   /* it arrives */
    uint64_t serial; /* among packets that arrive at the same time */
    size_t place;    /* in the heap */

    lucid_time begins;               /* its first bit leaves, when a rate is set */
    struct travelling *next_waiting; /* behind it: next one that waits for the rate, or is held */
    struct travelling *next_behind;  /* next one that is held back until the same packet has left */
    unsigned behind;                 /* which packet that is; NOT_BEHIND: none */
    uint64_t id;
    uint32_t length;
    uint8_t octets[];
};

struct arrivals {
    struct travelling **members;
    size_t count, room;
    uint64_t serial; /* of the latest member */
};

/* Makes room for so many more members. False: no memory. */
bool arrivals_reserve(struct arrivals *arrivals, size_t more);

/* Adds a packet, for which room was reserved, at the time packet->at, behind those that arrive at the same time. */
void arrivals_add(struct arrivals *arrivals, struct travelling *packet);

/* Moves a member to another time, behind those that arrive then. */
void arrivals_move(struct arrivals *arrivals, struct travelling *packet, lucid_time at);

/* The earliest member, NULL when there is none. */
struct travelling *arrivals_first(const struct arrivals *arrivals);

/* Takes the earliest member out; there must be one. */
struct travelling *arrivals_pop(struct arrivals *arrivals);

#endif
