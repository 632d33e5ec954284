/* timers.h: many deadlines, and which of them comes first.
 *
 * A hierarchical timing wheel (Varghese and Lauck, 1987) read as a radix tree over the 64-bit time. Time is cut into 11
 * digits of 6 bits. Level L is a wheel of 64 slots, one per value of digit L. A deadline hangs in the wheel of the
 * highest digit in which it differs from the wheel's own time: far deadlines in coarse slots, near ones in fine slots,
 * and slots of level 0 are exact to the nanosecond. When the wheel's time enters a coarse slot, its nodes move to finer
 * ones ("cascade"); a node moves at most 10 times in its life, so arming, disarming and expiring are O(1) amortised,
 * whatever the number of timers and however far the clock jumps. One bit per slot says which are occupied, so empty
 * ones cost nothing.
 *
 * There is no rounding: a node is delivered by the first timers_expired() whose now is at or after its deadline.
 *
 *     timers_init(&timers, now);
 *     timer_arm(&timers, &object->timer, now + LUCID_SECOND);
 *     while ((node = timers_expired(&timers, now)) != NULL)  ... CONTAINER_OF(node, ...) by node->kind
 *     wait until timers_deadline(&timers);
 */
#ifndef BASE_TIMERS_H
#define BASE_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "lucid/lucid.h"

#define TIMER_DIGIT 6u /* bits: one word of 64 bits tells which slots of a level are occupied */
#define TIMER_SLOTS (1u << TIMER_DIGIT)
#define TIMER_LEVELS ((64u + TIMER_DIGIT - 1u) / TIMER_DIGIT)

/* To be placed in the object that waits. Zeroed, it is disarmed. Nodes of one wheel must not be copied while armed. */
struct timer_node {
    struct timer_node *next, *prev;
    lucid_time at;
    uint16_t place; /* 1 + level * TIMER_SLOTS + slot; 0: disarmed */
    uint16_t kind;  /* the owner's: what kind of object this node lies in */
};

struct timer_slot {
    struct timer_node *first;
    lucid_time least; /* no node in this slot is due before; exact until the first of them is disarmed */
};

struct timers {
    lucid_time current;              /* the wheel's time: not after any armed deadline, except those armed too late */
    uint64_t occupied[TIMER_LEVELS]; /* bit s: slot s has nodes */
    struct timer_slot slot[TIMER_LEVELS][TIMER_SLOTS];
    uint32_t armed; /* nodes in all slots */
};

void timers_init(struct timers *timers, lucid_time now);

/* Arms node for the time `at`, or moves it there. A time that has passed already is delivered by the next
 * timers_expired(). LUCID_NEVER disarms. */
void timer_arm(struct timers *timers, struct timer_node *node, lucid_time at);

/* Nothing happens when it is not armed. */
void timer_disarm(struct timers *timers, struct timer_node *node);

static inline bool timer_armed(const struct timer_node *node) {
    return node->place != 0;
}

/* Takes out one node whose time is not after now and returns it, disarmed; NULL when there is none. The earliest comes
 * first; nodes of the same nanosecond, and those armed too late, come in an order that depends on the calls made only.
 * */
struct timer_node *timers_expired(struct timers *timers, lucid_time now);

/* A time before which timers_expired() will return NULL: the earliest deadline or, after a disarm, a time a little
 * before it. LUCID_NEVER when nothing is armed. O(1). */
lucid_time timers_deadline(const struct timers *timers);

#endif
