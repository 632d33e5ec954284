/* timers.c: the timing wheel. See timers.h for what it is.
 *
 * Two facts carry everything. First: every node agrees with the wheel's time in all digits above its level and is
 * greater in the digit of its level, so any node of a lower level is due before any node of a higher one, and within a
 * level the slots are in order. The first occupied slot of the lowest occupied level therefore holds the earliest
 * deadline. Second: the wheel's time may be moved forward to any time up to that slot's beginning without displacing a
 * node, and beyond it only by cascading that slot.
 */
#include "base/timers.h"

#include "base/bytes.h"

#define SLOT_NONE (TIMER_LEVELS * TIMER_SLOTS)

static unsigned lowest_bit(uint64_t bits) {
    return (unsigned)__builtin_ctzll(bits);
}

/* The number of digit `level` in time, which is the slot. */
static unsigned digit(lucid_time time, unsigned level) {
    return (unsigned)(time >> (level * TIMER_DIGIT)) & (TIMER_SLOTS - 1u);
}

/* The level of the highest digit in which two times differ; 0 when they are equal. */
static unsigned level_between(lucid_time a, lucid_time b) {
    return a == b ? 0 : (63u - (unsigned)__builtin_clzll(a ^ b)) / TIMER_DIGIT;
}

/* The place, level * TIMER_SLOTS + slot, of the earliest nodes; SLOT_NONE when there are none. */
static unsigned first_place(const struct timers *timers) {
    for (unsigned level = 0; level < TIMER_LEVELS; level++) {
        if (timers->occupied[level] != 0) {
            return level * TIMER_SLOTS + lowest_bit(timers->occupied[level]);
        }
    }
    return SLOT_NONE;
}

/* When the slot at this place begins, as seen from the wheel's time. */
static lucid_time place_begin(const struct timers *timers, unsigned place) {
    unsigned shift = place / TIMER_SLOTS * TIMER_DIGIT;
    lucid_time digits = (timers->current >> shift) & ~(lucid_time)(TIMER_SLOTS - 1u);
    return (digits | place % TIMER_SLOTS) << shift;
}

void timers_init(struct timers *timers, lucid_time now) {
    zero_octets(timers, sizeof *timers);
    timers->current = now;
}

static void link_node(struct timers *timers, struct timer_node *node) {
    lucid_time at = max_u64(node->at, timers->current);
    unsigned level = level_between(at, timers->current);
    unsigned index = digit(at, level);
    struct timer_slot *slot = &timers->slot[level][index];
    slot->least = slot->first ? min_u64(slot->least, node->at) : node->at;
    node->prev = NULL;
    node->next = slot->first;
    if (slot->first) {
        slot->first->prev = node;
    }
    slot->first = node;
    node->place = (uint16_t)(1u + level * TIMER_SLOTS + index);
    timers->occupied[level] |= UINT64_C(1) << index;
}

void timer_arm(struct timers *timers, struct timer_node *node, lucid_time at) {
    timer_disarm(timers, node);
    if (at == LUCID_NEVER) {
        return;
    }
    node->at = at;
    link_node(timers, node);
    timers->armed++;
}

void timer_disarm(struct timers *timers, struct timer_node *node) {
    if (!timer_armed(node)) {
        return;
    }
    unsigned level = (node->place - 1u) / TIMER_SLOTS;
    unsigned index = (node->place - 1u) % TIMER_SLOTS;
    struct timer_slot *slot = &timers->slot[level][index];
    if (node->next) {
        node->next->prev = node->prev;
    }
    if (node->prev) {
        node->prev->next = node->next;
    } else {
        slot->first = node->next;
    }
    if (!slot->first) {
        timers->occupied[level] &= ~(UINT64_C(1) << index);
    }
    node->next = NULL;
    node->prev = NULL;
    node->place = 0;
    timers->armed--;
}

/* Moves the wheel's time to the earliest deadline of a slot above level 0, and its nodes to lower levels. */
static void cascade(struct timers *timers, unsigned place) {
    unsigned level = place / TIMER_SLOTS;
    unsigned index = place % TIMER_SLOTS;
    struct timer_slot *slot = &timers->slot[level][index];
    struct timer_node *node = slot->first;
    timers->current = slot->least;
    timers->occupied[level] &= ~(UINT64_C(1) << index);
    slot->first = NULL;
    while (node) {
        struct timer_node *next = node->next;
        link_node(timers, node);
        node = next;
    }
}

struct timer_node *timers_expired(struct timers *timers, lucid_time now) {
    for (;;) {
        unsigned place = first_place(timers);
        if (place == SLOT_NONE) {
            timers->current = max_u64(timers->current, now);
            return NULL;
        }
        struct timer_slot *slot = &timers->slot[place / TIMER_SLOTS][place % TIMER_SLOTS];
        if (slot->least > now) {
            timers->current = max_u64(timers->current, min_u64(now, place_begin(timers, place) - 1));
            return NULL;
        }
        if (place < TIMER_SLOTS) {
            struct timer_node *node = slot->first;
            timer_disarm(timers, node);
            return node;
        }
        cascade(timers, place);
    }
}

lucid_time timers_deadline(const struct timers *timers) {
    unsigned place = first_place(timers);
    return place == SLOT_NONE ? LUCID_NEVER : timers->slot[place / TIMER_SLOTS][place % TIMER_SLOTS].least;
}
