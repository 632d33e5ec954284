/* model_flight.c: what is on the wire: packets that have left and have neither arrived nor been lost. See model.h. */
#include <stdlib.h>
#include <string.h>

#include "lab/model_private.h"

static struct model_flight *find_flight(const struct model *model, uint64_t id) {
    for (unsigned i = model->flights; i-- > 0;) {
        if (model->flight[i].id == id) {
            return &model->flight[i];
        }
    }
    return NULL;
}

void model_flight_end(struct model *model, uint64_t id) {
    struct model_flight *flight = id ? find_flight(model, id) : NULL;
    if (flight) {
        struct model_flight *end = model->flight + model->flights--;
        memmove(flight, flight + 1, (size_t)((char *)end - (char *)(flight + 1)));
    }
}

/* Packets of which nobody says what became of them: the oldest are forgotten beyond this. */
#define FLIGHTS_MOST 4096u

static int add_flight(struct model *model, struct model_flight flight) {
    if (model->flights >= FLIGHTS_MOST) {
        model_flight_end(model, model->flight[0].id);
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
    model->flight[model->flights++] = flight;
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
