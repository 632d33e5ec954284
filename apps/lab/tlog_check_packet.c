/* tlog_check_packet.c: packets of a log: each arrives once at most, as it left, and not after it was lost. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lab/tlog_check_private.h"

/* ---- the table ---- */

static struct proof_packet *slot_of(struct proof_packet *table, uint32_t slots, uint64_t id) {
    uint32_t at = (uint32_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 32);
    while (table[at & (slots - 1)].id && table[at & (slots - 1)].id != id) {
        at++;
    }
    return &table[at & (slots - 1)];
}

static struct proof_packet *find_packet(const struct proof *proof, uint64_t id) {
    struct proof_packet *slot = id && proof->slots ? slot_of(proof->packet, proof->slots, id) : NULL;
    return slot && slot->id ? slot : NULL;
}

static int widen(struct proof *proof) {
    uint32_t slots = proof->slots ? 2 * proof->slots : 1024;
    struct proof_packet *wider = calloc(slots, sizeof *wider);
    if (!wider) {
        proof->no_memory = true;
        return -1;
    }
    for (uint32_t i = 0; i < proof->slots; i++) {
        if (proof->packet[i].id) {
            *slot_of(wider, slots, proof->packet[i].id) = proof->packet[i];
        }
    }
    free(proof->packet);
    proof->packet = wider;
    proof->slots = slots;
    return 0;
}

static void add_packet(struct proof *proof, struct proof_packet packet) {
    if (2 * proof->packets >= proof->slots && widen(proof) < 0) {
        return;
    }
    *slot_of(proof->packet, proof->slots, packet.id) = packet;
    proof->packets++;
}

/* ---- departures and arrivals ---- */

void proof_departure(struct proof *proof) {
    uint64_t id = proof->event->u.segment.id;
    const struct proof_packet *other = find_packet(proof, id);
    if (id == 0) {
        proof_fault(proof, "a segment without a number leaves");
    } else if (other) {
        proof_fault(proof, "packet %" PRIu64 " leaves, but a packet of that number left in event %u", id, other->event);
    } else {
        add_packet(proof, (struct proof_packet){.id = id, .event = proof->event->i, .place = proof->place});
    }
}

static bool same_text(const struct tlog_text *a, const struct tlog_text *b) {
    return a->length == b->length && !memcmp(a->at, b->at, a->length);
}

/* The first thing in which it differs from what left; NULL: in nothing. */
static const char *difference(const struct tlog_segment *left, const struct tlog_segment *arrived) {
    const struct {
        bool differs;
        const char *what;
    } parts[] = {
        {left->source.port != arrived->source.port, "source port"},
        {left->destination.port != arrived->destination.port, "destination port"},
        {left->seq != arrived->seq, "SEQ"},
        {left->ack != arrived->ack, "ACK"},
        {left->flags != arrived->flags, "set of flags"},
        {left->length != arrived->length, "length"},
        {!same_text(&left->payload, &arrived->payload), "payload"},
        {!same_text(&left->options, &arrived->options), "set of options"},
        {!lucid_addr_equal(&left->source.addr, &arrived->source.addr), "source address"},
        {!lucid_addr_equal(&left->destination.addr, &arrived->destination.addr), "destination address"},
    };
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].differs) {
            return parts[i].what;
        }
    }
    return NULL;
}

/* A node of which the log has no departures at all, such as a kernel that was not listened to, or a stranger. */
static bool from_a_stranger(const struct proof *proof) {
    const struct tlog_header *header = tlog_header(proof->log);
    for (unsigned i = 0; i < header->nodes; i++) {
        if (lucid_addr_equal(&header->node[i].addr, &proof->event->u.segment.source.addr)) {
            return header->node[i].kernel && !proof->speaks[i];
        }
    }
    return false;
}

static void proof_fate(struct proof *proof, const struct proof_packet *packet) {
    switch ((enum proof_fate)packet->fate) {
    case PROOF_ARRIVED:
        proof_fault(proof, "packet %" PRIu64 " arrives, but it has arrived already, in event %u", packet->id,
                    packet->fate_event);
        break;
    case PROOF_LOST:
        proof_fault(proof, "packet %" PRIu64 " arrives, but it was lost in event %u", packet->id, packet->fate_event);
        break;
    case PROOF_HELD:
        proof_fault(proof, "packet %" PRIu64 " arrives, but it is held since event %u", packet->id, packet->fate_event);
        break;
    case PROOF_FLIES:
        break;
    }
}

void proof_arrival(struct proof *proof) {
    const struct tlog_event *event = proof->event;
    struct proof_packet *packet = find_packet(proof, event->u.segment.id);
    if (from_a_stranger(proof)) {
        return;
    }
    if (!packet) {
        proof_fault(proof, "packet %" PRIu64 " arrives, but none of that number has left", event->u.segment.id);
        return;
    }
    proof_fate(proof, packet);
    packet->fate = PROOF_ARRIVED;
    packet->fate_event = event->i;
    const struct tlog_event *left = tlog_at(proof->log, packet->place);
    const char *what = packet->spoiled ? NULL : difference(&left->u.segment, &event->u.segment);
    if (what) {
        proof_fault(proof, "packet %" PRIu64 " arrives with another %s than it left with in event %u", packet->id, what,
                    packet->event);
    }
    if (left->node == event->node) {
        proof_fault(proof, "packet %" PRIu64 " arrives where it left", packet->id);
    }
}

/* A spoilt one is looked at before it counts as a segment that arrives. */
void proof_names_packet(struct proof *proof, uint64_t id) {
    const struct proof_packet *packet = find_packet(proof, id);
    if (!packet || packet->fate == PROOF_ARRIVED || packet->spoiled || proof->one_sided) {
        return;
    }
    proof_fault(proof, "it is about packet %" PRIu64 ", which has not arrived", id);
}

/* ---- the wire ---- */

static void set_fate(struct proof *proof, struct proof_packet *packet, enum proof_fate fate) {
    if (packet->fate == PROOF_ARRIVED || packet->fate == PROOF_LOST) {
        proof_fault(proof, "the wire has nothing to do with packet %" PRIu64 ", which %s in event %u", packet->id,
                    packet->fate == PROOF_LOST ? "was lost" : "arrived", packet->fate_event);
    }
    packet->fate = (uint8_t)fate;
    packet->fate_event = proof->event->i;
}

static void copy_packet(struct proof *proof, const struct proof_packet *packet, uint64_t id) {
    if (find_packet(proof, id)) {
        proof_fault(proof, "the copy is packet %" PRIu64 ", and there is one of that number", id);
    } else if (id) {
        struct proof_packet copy = *packet;
        copy.id = id;
        copy.fate = PROOF_FLIES;
        add_packet(proof, copy);
    }
}

static void release_all(struct proof *proof) {
    for (uint32_t i = 0; i < proof->slots; i++) {
        if (proof->packet[i].fate == PROOF_HELD) {
            proof->packet[i].fate = PROOF_FLIES;
        }
    }
}

/* Packets that are no segments have numbers too, and no departure in the log. */
void proof_wire(struct proof *proof) {
    const struct tlog_wire *wire = &proof->event->u.wire;
    struct proof_packet *packet = find_packet(proof, wire->id);
    if (!packet) {
        if (wire->act == TLOG_WIRE_RELEASE && !wire->id) {
            release_all(proof);
        }
        return;
    }
    switch ((enum tlog_wire_kind)wire->act) {
    case TLOG_WIRE_DROP:
    case TLOG_WIRE_QUEUE_FULL:
    case TLOG_WIRE_TOO_BIG:
    case TLOG_WIRE_CUT:
        set_fate(proof, packet, PROOF_LOST);
        break;
    case TLOG_WIRE_HOLD:
        set_fate(proof, packet, PROOF_HELD);
        break;
    case TLOG_WIRE_RELEASE:
    case TLOG_WIRE_DELAY:
    case TLOG_WIRE_REORDER:
        set_fate(proof, packet, PROOF_FLIES);
        break;
    case TLOG_WIRE_DUP:
        copy_packet(proof, packet, wire->id2);
        break;
    case TLOG_WIRE_CORRUPT:
        packet->spoiled = true;
        break;
    case TLOG_WIRE_HEAL:
    case TLOG_WIRE_ICMP:
    case TLOG_WIRE_KINDS:
        break;
    }
}
