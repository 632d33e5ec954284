/* wire.h: the wires of the simulated world: one direction for each ordered pair of nodes, with a delay, a rate, a queue
 * and an MTU; and the rules by which somebody drops, holds, copies, spoils, delays or exchanges packets.
 *
 * A packet that leaves its node meets the rules first, in the order in which they were given; the first that applies
 * decides. Then it needs room in the queue, waits until those before it have left, takes its length divided by the
 * rate to leave, and the delay to arrive. A packet that is released from a hold goes this way from its beginning, past
 * the rules.
 */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include <sys/queue.h>

#include "lab/look.h"
#include "lab/record.h"
#include "lab/rng.h"
#include "lab/words.h"

#define WIRE_TAG_MAX 24
#define WIRE_ALL TLOG_WIRE_NODE

/* A packet that reorder has put aside goes on after this time, even when not enough others have come. */
#define WIRE_REORDER_MOST (500 * LUCID_MILLISECOND)

struct parcel {
    TAILQ_ENTRY(parcel) next; /* held, or put aside */
    uint64_t id;
    uint8_t from, to;
    uint32_t places;  /* put aside: so many others are still to pass */
    lucid_time until; /* put aside: at the latest */
    char tag[WIRE_TAG_MAX];
    size_t length;
    uint8_t octets[];
};
TAILQ_HEAD(parcels, parcel);

struct direction {
    lucid_time delay;
    uint64_t rate;  /* bits per second; 0: no limit */
    uint32_t queue; /* packets that may wait or be leaving */
    uint32_t mtu;
    uint32_t loss; /* of a million packets so many are lost */
    bool icmp;     /* says so when a packet is too big, or for nobody */
    bool cut;
    lucid_time busy; /* until then packets are leaving */
    unsigned leaving, leaving_first, leaving_room;
    lucid_time *left; /* a ring: when each of them will have left */
    struct lab_rng rng;
};

struct wire_rule {
    TAILQ_ENTRY(wire_rule) next;
    uint8_t act; /* enum tlog_wire_kind: DROP, HOLD, DUP, CORRUPT, DELAY, REORDER */
    uint8_t from, to;
    lucid_time delay;
    uint32_t places;
    uint32_t bit;              /* of the data or, without data, of the TCP header; UINT32_MAX: drawn */
    uint8_t flags, flags_mask; /* enum lucid_flag: these must be so */
    bool needs_data, needs_none;
    uint16_t port; /* either port; 0: any */
    uint32_t skip; /* so many that match pass before it begins */
    uint32_t count;
    char tag[WIRE_TAG_MAX];
};
TAILQ_HEAD(wire_rules, wire_rule);

struct wire {
    unsigned nodes;
    struct direction direction[TLOG_NODES_MAX][TLOG_NODES_MAX];
    struct wire_rules rules;
    struct parcels held, aside;
    struct record *record;
    lucid_time now;
    /* Takes the parcel, to arrive then. */
    void (*arrive)(void *user, struct parcel *parcel, lucid_time at);
    /* A parcel that is on its way, and when it will arrive; NULL. And takes it out. */
    struct parcel *(*find)(void *user, uint64_t id, lucid_time *at);
    void (*recall)(void *user, struct parcel *parcel);
    /* The parcel is bigger than this: its sender is told. */
    void (*object)(void *user, const struct parcel *parcel, uint32_t mtu);
    void *user;
};

void wire_init(struct wire *wire, uint64_t seed, unsigned nodes, struct record *record);
void wire_end(struct wire *wire);

/* A packet leaves its node. The parcel is the wire's then. */
void wire_send(struct wire *wire, lucid_time now, struct parcel *parcel);

/* The same, past the rules. */
void wire_pass(struct wire *wire, lucid_time now, struct parcel *parcel);

/* A held parcel goes on. */
void wire_release(struct wire *wire, struct parcel *parcel);

/* When the wire has something to do by itself, and to do it. */
lucid_time wire_deadline(const struct wire *wire);
void wire_tick(struct wire *wire, lucid_time now);

/* NULL: no memory. */
struct parcel *parcel_new(uint64_t id, unsigned from, unsigned to, const void *octets, size_t length);

/* ---- wire_command.c ---- */

/* What a command of the wire means, read before it is carried out, so that a wrong one changes nothing. */
struct wire_order {
    enum { WIRE_RULE, WIRE_ONE, WIRE_SET, WIRE_RELEASE, WIRE_CUT, WIRE_LIST } what;
    struct wire_rule rule;
    uint8_t from, to;
    struct direction set;
    bool sets_delay, sets_rate, sets_queue, sets_mtu, sets_loss, sets_icmp;
    bool cut;
    char tag[WIRE_TAG_MAX]; /* of release; empty: all */
    uint64_t id;            /* of WIRE_ONE and of release: this packet; 0: by tag */
};

/* words: from "wire" on. Returns 0, or -1 and the sentence. */
int wire_read(struct wire_order *order, const struct lab_words *words, const struct record *record,
              char error[LAB_ERROR]);

/* Whether it can be carried out: 0, or -1 and the sentence. */
int wire_may(struct wire *wire, const struct wire_order *order, char error[LAB_ERROR]);

/* Carries it out. Returns 0, or -1 and the sentence. */
int wire_obey(struct wire *wire, lucid_time now, const struct wire_order *order, char error[LAB_ERROR]);

/* Lines for people: the directions that differ, the rules, what is held. */
void wire_list(const struct wire *wire, struct text *text);

/* ---- wire_flight.c ---- */

/* What a rule would do, to one packet that is on its way or held: 0, or -1 and the sentence. dry: only whether. */
int wire_one(struct wire *wire, const struct wire_order *order, bool dry, char error[LAB_ERROR]);

/* ---- for the other files of the wire ---- */

void wire_lose(struct wire *wire, struct parcel *parcel, const char *act, const char *tag);
void wire_hold(struct wire *wire, struct parcel *parcel, const char *tag);
void wire_enter(struct wire *wire, struct parcel *parcel, lucid_time extra);

/* A copy with a number of its own, said in the log; NULL: no memory. */
struct parcel *wire_copy(struct wire *wire, const struct parcel *parcel, const char *tag);

/* ---- wire_rules.c ---- */

/* The first rule that applies to the parcel, counted down; NULL when none does. It may be the last time: then
 * `done` is set, and the caller ends it. */
struct wire_rule *wire_match(struct wire *wire, const struct parcel *parcel, const struct look *look, bool *done);

/* Spoils one bit; returns which, counted from the first octet of the packet. */
uint32_t wire_spoil(struct wire *wire, struct parcel *parcel, const struct look *look, uint32_t bit);

/* Begins a line about a parcel. */
struct json wire_say(struct wire *wire, const char *act, const struct parcel *parcel);
void wire_said(struct wire *wire, struct json *json, const char *tag);

#endif
