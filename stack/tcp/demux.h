/* demux.h: which connection does a segment belong to? One table from both ends' addresses and ports to a TCB, a
 * sleeper or a TIME-WAIT record; a pair of ends is in it at most once.
 *
 * A keyed hash (so that nobody outside can choose colliding ports) picks one of many short chains. An object is named
 * by its kind and number, in 32 bits, and knows the name of the next of its chain: the table itself holds only where
 * chains begin. That is 4 octets for every one and a half objects, and nothing while it is empty.
 *
 * The table grows by linear hashing (W. Litwin, 1980). Doubled at once, a table of a million would make everybody
 * wait. So it grows by one chain at a time: the next in turn is split in two, by one more bit of the hash. When all
 * chains of a round are split, there are twice as many, and the next round begins.
 *
 *     chains            0 1 2 3    0 1 2 3 4    0 1 2 3 4 5    ...    0 1 2 3 4 5 6 7
 *     round             4          4            4                     8
 *     is split next     0          1            2                     0
 *
 * With 6 chains, a hash modulo 8 names one of them; where it says 6 or 7, which do not exist yet, modulo 4 does.
 */
#ifndef TCP_DEMUX_H
#define TCP_DEMUX_H

#include "base/env.h"
#include "tcp/tcb.h"

struct tcp;

/* Where a pair of ends leads. At most one is set. */
struct demux_entry {
    struct tcb *tcb;
    struct sleeper *sleeper;
    struct timewait *timewait;
};

enum demux_kind { DEMUX_TCB, DEMUX_SLEEPER, DEMUX_TIMEWAIT };

/* The heads of so many chains lie together. */
#define DEMUX_SEGMENT 1024u

struct demux {
    uint32_t **segments;
    uint32_t segments_room; /* in the list of segments */
    uint32_t chains;        /* 0: the table is empty */
    uint32_t round;         /* a power of two: round <= chains < 2 * round */
    uint32_t used;          /* objects */
    uint8_t key[16];
    struct tcb *latest; /* that a segment was for, while it is in the table; or NULL */
};

/* Is there anything? */
static inline bool demux_leads(const struct demux_entry *entry) {
    return entry->tcb || entry->sleeper || entry->timewait;
}

struct demux_entry demux_find(const struct tcp *tcp, const struct endpoints *ends);

/* The same for a segment that arrives. Bulk data comes in runs, so that the connection of the one before is tried
 * first. And a TCB that is found begins its chain from now on: sleepers in front of it, of whom there may be a million,
 * would be as many more places of memory to look at. */
struct demux_entry demux_find_next(struct tcp *tcp, const struct endpoints *ends);

/* Enters an object under its ends, which must not be in the table. False when memory is short. */
bool demux_insert(struct tcp *tcp, const struct endpoints *ends, enum demux_kind kind, uint32_t number);

/* Lets the entry of these ends lead to another object, while the former one still lives. */
void demux_replace(struct tcp *tcp, const struct endpoints *ends, enum demux_kind kind, uint32_t number);

void demux_remove(struct tcp *tcp, const struct endpoints *ends);

void demux_destroy(struct env *env, struct demux *demux);

#endif
