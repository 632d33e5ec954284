/* demux.h: which connection does a segment belong to? One table from both ends' addresses and ports to a TCB, a
 * sleeper or a TIME-WAIT record; a pair of ends is in it at most once.
 *
 * Open addressing with linear probing; 8 octets a slot: 32 bits of a keyed hash (so that nobody outside can choose
 * colliding ports) and the object's number. It doubles at three quarters full, and owns nothing while empty.
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

struct demux_slot {
    uint32_t hash;
    uint32_t object; /* number and kind; DEMUX_EMPTY */
};

struct demux {
    struct demux_slot *slots;
    uint32_t size; /* a power of two, or 0 */
    uint32_t used;
    uint8_t key[16];
};

/* Is there anything? */
static inline bool demux_leads(const struct demux_entry *entry) {
    return entry->tcb || entry->sleeper || entry->timewait;
}

struct demux_entry demux_find(const struct tcp *tcp, const struct endpoints *ends);

/* Enters an object under its ends, which must not be in the table. False when memory is short. */
bool demux_insert(struct tcp *tcp, const struct endpoints *ends, enum demux_kind kind, uint32_t number);

/* Lets the entry of these ends lead to another object. */
void demux_replace(struct tcp *tcp, const struct endpoints *ends, enum demux_kind kind, uint32_t number);

void demux_remove(struct tcp *tcp, const struct endpoints *ends);

void demux_destroy(struct env *env, struct demux *demux);

#endif
