/* partial.h: one datagram of which some fragments have come. RFC 791 3.2, RFC 1122 3.3.2, RFC 8200 4.5.
 *
 * The fragments are a list in the order of their offsets, without gaps in its memory and without overlaps in its
 * offsets: a fragment that overlaps another one, or disagrees about where the datagram ends, makes the datagram dead
 * (RFC 5722 4). A dead one holds nothing any more and refuses every fragment still to come, until its time is over.
 * Which datagrams there are, and for how long, is reassembly.h's.
 */
#ifndef IP_PARTIAL_H
#define IP_PARTIAL_H

#include "base/env.h"
#include "base/list.h"
#include "ip/ip.h"

/* Fragments that one datagram may consist of; 64 KB in packets of 68 octets, the least MTU, are 1366. */
#define PARTIAL_FRAGMENTS 2048u

/* A datagram is divided into parts of 2048 octets, which know their first fragment: a fragment out of order looks for
 * its place along the parts, and in one of them, where at most 256 begin. */
#define PARTIAL_PART 2048u
#define PARTIAL_PARTS 32u

struct fragment {
    struct fragment *next;
    uint32_t offset, length; /* octets of the datagram's payload */
    uint32_t head;           /* octets of headers before the payload; kept with offset 0 only, for others 0 */
    uint16_t named_at;       /* as in struct ip_part */
    uint8_t octets[];        /* headers and payload */
};

struct partial {
    struct list_node node;
    struct lucid_addr source, destination;
    struct fragment *first, *last;
    struct fragment *part[PARTIAL_PARTS]; /* the first that begins in each; NULL: none */
    lucid_time ends_at;
    uint32_t id;
    uint32_t memory;   /* octets that this and its fragments take */
    uint32_t received; /* octets of payload in the fragments */
    uint32_t total;    /* octets of payload of the datagram; 0: its last fragment has not come */
    uint16_t fragments;
    uint8_t protocol; /* IPv4 only: fragments of one datagram agree in it, RFC 791 3.2 */
    uint8_t ecn;      /* bit n: a fragment has come whose ECN field is n */
    bool dead;
};

/* A datagram to which no fragment belongs yet, or NULL when memory is short. */
struct partial *partial_new(struct env *env, const struct ip_datagram *part);
void partial_free(struct env *env, struct partial *partial);

/* Drops its fragments and refuses those to come. */
void partial_kill(struct env *env, struct partial *partial);

/* True when the fragment belongs to this datagram. */
bool partial_owns(const struct partial *partial, const struct ip_datagram *part);

/* Octets of memory that partial_add() will need for it. */
uint32_t partial_cost(const struct ip_datagram *part);

/* Says whether the fragment fits between those that are here: LUCID_DROP_NONE, LUCID_DROP_IP_FRAGMENT_COPY (it is here
 * already) or LUCID_DROP_IP_FRAGMENT_OVERLAP. */
enum lucid_drop partial_judge(const struct partial *partial, const struct ip_datagram *part);

/* Copies a fragment that fits. False when memory is short. */
bool partial_add(struct env *env, struct partial *partial, const struct ip_datagram *part);

static inline bool partial_complete(const struct partial *partial) {
    return partial->total != 0 && partial->received == partial->total;
}

/* The datagram as one packet, as if it had never been cut: the headers are those of the first fragment. NULL, and *drop
 * says why: it would be too long, congestion was marked on a flow that does not know the mark (RFC 3168 5.3), or memory
 * is short. It is to be given back by datagram_free(). */
struct datagram *partial_whole(struct env *env, const struct partial *partial, enum lucid_drop *drop);

#endif
