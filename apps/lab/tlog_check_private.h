/* tlog_check_private.h: the parts of the check: tlog_check.c goes from event to event and looks at numbers, time and
 * words; tlog_check_state.c at states, timers and variables; tlog_check_packet.c at packets.
 */
#ifndef LAB_TLOG_CHECK_PRIVATE_H
#define LAB_TLOG_CHECK_PRIVATE_H

#include "lab/model.h"
#include "lab/tlog_check.h"

enum proof_fate { PROOF_FLIES, PROOF_HELD, PROOF_ARRIVED, PROOF_LOST };

/* A packet that has left. */
struct proof_packet {
    uint64_t id;                /* 0: no packet in this slot */
    uint32_t event, fate_event; /* numbers of events, for sentences */
    uint32_t place;             /* of the event in the log */
    uint8_t fate;               /* enum proof_fate */
    bool spoiled;               /* by CORRUPT: it need not arrive as it left */
};

struct proof {
    const struct tlog *log;
    struct tlog_report *report;
    const struct tlog_event *event; /* the one that is looked at */
    uint32_t place;                 /* of it in the log, from 1 */
    struct model *model;            /* before it */
    struct proof_packet *packet;    /* a hash table */
    uint32_t packets, slots;
    bool speaks[TLOG_NODES_MAX];    /* the node's segments are in the log as they leave */
    uint64_t due;                   /* no timer fires before this */
    uint32_t fired[TLOG_NODES_MAX]; /* places of the latest timer_fire and seg_rx of each node */
    uint32_t arrived[TLOG_NODES_MAX];
    bool one_sided; /* there is a kernel of which the log has no departures */
    bool segment_seen, no_memory;
};

/* Adds a fault of this event: the sentence after "event 17: ". */
void proof_fault(struct proof *proof, const char *format, ...) __attribute__((format(printf, 2, 3)));

void proof_states(struct proof *proof);
void proof_timers(struct proof *proof);
void proof_variables(struct proof *proof);

/* Time moves on to the event's: no timer may have been forgotten. */
void proof_due(struct proof *proof);

void proof_departure(struct proof *proof);
void proof_arrival(struct proof *proof);
void proof_wire(struct proof *proof);

/* What names a packet (a rule, a drop) at a node: it has arrived there. */
void proof_names_packet(struct proof *proof, uint64_t id);

#endif
