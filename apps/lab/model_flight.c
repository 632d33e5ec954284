/* model_flight.c: what is on the wire: packets that have left and have neither arrived nor been lost. See model.h. */
#include <stdlib.h>
#include <string.h>

#include "lab/model_private.h"

/* The first that is not below id. Packets are numbered as they leave: the oldest come first. */
static unsigned place_of(const struct model *model, uint64_t id) {
    unsigned low = 0, high = model->flights;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (model->flight[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct model_flight *find_flight(const struct model *model, uint64_t id) {
    unsigned at = place_of(model, id);
    return at < model->flights && model->flight[at].id == id ? &model->flight[at] : NULL;
}

/* Takes out `count` flights from a place on. */
static void take_out(struct model *model, unsigned at, unsigned count) {
    model->flights -= count;
    memmove(model->flight + at, model->flight + at + count, (model->flights - at) * sizeof *model->flight);
}

void model_flight_end(struct model *model, uint64_t id) {
    struct model_flight *flight = id ? find_flight(model, id) : NULL;
    if (flight) {
        take_out(model, (unsigned)(flight - model->flight), 1);
    }
}

/* Beyond this half are forgotten, the oldest: packets of which nobody says what became of them. */
#define FLIGHTS_MOST 4096u

static int add_flight(struct model *model, struct model_flight flight) {
    if (model->flights >= FLIGHTS_MOST) {
        take_out(model, 0, FLIGHTS_MOST / 2);
    }
    if (model->flights == model->flights_max) {
        unsigned max = model->flights_max ? 2 * model->flights_max : 64;
        struct model_flight *wider = realloc(model->flight, max * sizeof *wider);
        if (!wider) {
            return -1;
        }
        model->flight = wider;
        model->flights_max = max;
    }
    unsigned at = place_of(model, flight.id);
    memmove(model->flight + at + 1, model->flight + at, (model->flights - at) * sizeof flight);
    model->flight[at] = flight;
    model->flights++;
    return 0;
}

static unsigned node_with(const struct model *model, const struct lucid_addr *addr) {
    const struct tlog_header *header = tlog_header(model->log);
    for (unsigned i = 0; i < header->nodes; i++) {
        if (lucid_addr_equal(&header->node[i].addr, addr)) {
            return i;
        }
    }
    return TLOG_WIRE_NODE;
}

int model_flight_begin(struct model *model, const struct tlog_event *event) {
    const struct tlog_segment *segment = &event->u.segment;
    unsigned to = node_with(model, &segment->destination.addr);
    return add_flight(
        model, (struct model_flight){
                   .id = segment->id, .event = model->at, .since = event->t, .from = event->node, .to = (uint8_t)to});
}

static void release(struct model *model, uint64_t id) {
    for (unsigned i = 0; i < model->flights; i++) {
        if (id == 0 || model->flight[i].id == id) {
            model->flight[i].held = false;
        }
    }
}

static int fold_copy(struct model *model, const struct tlog_event *event) {
    const struct model_flight *original = find_flight(model, event->u.wire.id);
    if (!original || !event->u.wire.id2) {
        return 0;
    }
    struct model_flight copy = *original;
    copy.id = event->u.wire.id2;
    copy.since = event->t;
    copy.copy = true;
    copy.held = false;
    return add_flight(model, copy);
}

int model_flight_wire(struct model *model, const struct tlog_event *event) {
    struct model_flight *flight = find_flight(model, event->u.wire.id);
    switch ((enum tlog_wire_kind)event->u.wire.act) {
    case TLOG_WIRE_DROP:
    case TLOG_WIRE_QUEUE_FULL:
    case TLOG_WIRE_TOO_BIG:
    case TLOG_WIRE_CUT:
        model_flight_end(model, event->u.wire.id);
        return 0;
    case TLOG_WIRE_HOLD:
        if (flight) {
            flight->held = true;
        }
        return 0;
    case TLOG_WIRE_RELEASE:
        release(model, event->u.wire.id);
        return 0;
    case TLOG_WIRE_DUP:
        return fold_copy(model, event);
    case TLOG_WIRE_DELAY:
    case TLOG_WIRE_REORDER:
    case TLOG_WIRE_CORRUPT:
    case TLOG_WIRE_HEAL:
    case TLOG_WIRE_ICMP:
    case TLOG_WIRE_KINDS:
        break;
    }
    return 0;
}
