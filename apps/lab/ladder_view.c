/* ladder_view.c: from the log to the rungs. See ladder_view.h; ladder_paint.c shows them. */
#include "lab/ladder_view.h"

#include <stdlib.h>
#include <string.h>

#include "lab/narrate.h"
#include "lucid/socket.h"

/* Which rung a packet left in. */
struct departure {
    uint64_t id; /* 0: free */
    uint32_t rung;
    bool copy;
};

struct ladder_view {
    const struct tlog *log;
    unsigned node[2];
    uint32_t seen;      /* events taken in */
    uint32_t latest[2]; /* 1 + the last rung in which something happened at this end */
    unsigned count, room;
    struct rung *rung;
    unsigned departures, slots; /* slots: a power of two */
    struct departure *departure;
};

struct ladder_view *ladder_view_new(const struct tlog *log, unsigned left, unsigned right) {
    struct ladder_view *ladder = calloc(1, sizeof *ladder);
    if (ladder) {
        ladder->log = log;
        ladder->node[0] = left;
        ladder->node[1] = right;
    }
    return ladder;
}

void ladder_view_free(struct ladder_view *ladder) {
    if (ladder) {
        free(ladder->rung);
        free(ladder->departure);
        free(ladder);
    }
}

unsigned ladder_view_node(const struct ladder_view *ladder, unsigned end) {
    return ladder->node[end];
}

const struct rung *ladder_view_rung(const struct ladder_view *ladder, unsigned i) {
    return i < ladder->count ? &ladder->rung[i] : NULL;
}

unsigned ladder_view_upto(const struct ladder_view *ladder, uint32_t n) {
    unsigned low = 0;
    unsigned high = ladder->count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (ladder->rung[middle].seen <= n) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* ---- packets by their id ---- */

static struct departure *place_of(struct departure *table, unsigned slots, uint64_t id) {
    unsigned i = (unsigned)(id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (slots - 1);
    while (table[i].id && table[i].id != id) {
        i = (i + 1) & (slots - 1);
    }
    return &table[i];
}

static int grow_departures(struct ladder_view *ladder) {
    unsigned slots = ladder->slots ? ladder->slots * 2 : 1024;
    struct departure *table = calloc(slots, sizeof *table);
    if (!table) {
        return -1;
    }
    for (unsigned i = 0; i < ladder->slots; i++) {
        if (ladder->departure[i].id) {
            *place_of(table, slots, ladder->departure[i].id) = ladder->departure[i];
        }
    }
    free(ladder->departure);
    ladder->departure = table;
    ladder->slots = slots;
    return 0;
}

static int depart(struct ladder_view *ladder, uint64_t id, uint32_t rung, bool copy) {
    if (id == 0) {
        return 0;
    }
    if (ladder->departures * 2 >= ladder->slots && grow_departures(ladder)) {
        return -1;
    }
    struct departure *place = place_of(ladder->departure, ladder->slots, id);
    ladder->departures += place->id == 0;
    *place = (struct departure){id, rung, copy};
    return 0;
}

static const struct departure *departed(const struct ladder_view *ladder, uint64_t id) {
    if (ladder->slots == 0 || id == 0) {
        return NULL;
    }
    const struct departure *place = place_of(ladder->departure, ladder->slots, id);
    return place->id ? place : NULL;
}

/* ---- rungs ---- */

static int add(struct ladder_view *ladder, struct rung rung) {
    if (ladder->count == ladder->room) {
        unsigned room = ladder->room ? ladder->room * 2 : 256;
        struct rung *larger = realloc(ladder->rung, room * sizeof *larger);
        if (!larger) {
            return -1;
        }
        ladder->rung = larger;
        ladder->room = room;
    }
    rung.seen = rung.event;
    ladder->rung[ladder->count++] = rung;
    if (rung.end < 2) {
        ladder->latest[rung.end] = ladder->count;
    }
    return 0;
}

static int end_of(const struct ladder_view *ladder, unsigned node) {
    return node == ladder->node[0] ? 0 : node == ladder->node[1] ? 1 : -1;
}

static bool has_address(const struct ladder_view *ladder, unsigned end, const struct lucid_addr *addr) {
    return !memcmp(&tlog_header(ladder->log)->node[ladder->node[end]].addr, addr, sizeof *addr);
}

static int take_departure(struct ladder_view *ladder, const struct tlog_event *event, unsigned end) {
    /* To a third node: not between these poles. An address that no node has may be anybody's. */
    const struct lucid_addr *to = &event->u.segment.destination.addr;
    const struct tlog_header *header = tlog_header(ladder->log);
    for (unsigned i = 0; i < header->nodes; i++) {
        if (i != ladder->node[1 - end] && i != ladder->node[end] && !memcmp(&header->node[i].addr, to, sizeof *to)) {
            return 0;
        }
    }
    if (depart(ladder, event->u.segment.id, ladder->count, false)) {
        return -1;
    }
    return add(ladder, (struct rung){.event = event->i, .kind = RUNG_DEPARTURE, .end = (uint8_t)end});
}

/* One rung with its departure if nothing has happened at this end since. */
static int take_arrival(struct ladder_view *ladder, const struct tlog_event *event, unsigned end) {
    const struct departure *from = departed(ladder, event->u.segment.id);
    if (!from) {
        bool other = has_address(ladder, 1 - end, &event->u.segment.source.addr);
        return other ? add(ladder, (struct rung){.event = event->i, .kind = RUNG_ARRIVAL, .end = (uint8_t)end}) : 0;
    }
    struct rung *rung = &ladder->rung[from->rung];
    if (rung->other == 0 && !from->copy && rung->end != end && ladder->latest[end] <= from->rung) {
        rung->other = event->i;
        rung->kind = RUNG_SEGMENT;
        ladder->latest[end] = from->rung + 1;
        return 0;
    }
    if (!from->copy) {
        rung->other = event->i;
    }
    return add(
        ladder,
        (struct rung){
            .event = event->i, .other = rung->event, .kind = RUNG_ARRIVAL, .end = (uint8_t)end, .copy = from->copy});
}

static bool ends_a_packet(unsigned act) {
    return act == TLOG_WIRE_DROP || act == TLOG_WIRE_QUEUE_FULL || act == TLOG_WIRE_TOO_BIG;
}

static int take_wire(struct ladder_view *ladder, const struct tlog_event *event) {
    const struct tlog_wire *wire = &event->u.wire;
    const struct departure *from = departed(ladder, wire->id);
    if (wire->id > 0 && !from) {
        return 0;
    }
    if (from && (ends_a_packet(wire->act) || wire->act == TLOG_WIRE_HOLD)) {
        ladder->rung[from->rung].fate = event->i;
        return 0;
    }
    if (from && wire->act == TLOG_WIRE_RELEASE) {
        ladder->rung[from->rung].freed = event->i;
    }
    if (from && wire->act == TLOG_WIRE_DUP && depart(ladder, wire->id2, from->rung, true)) {
        return -1;
    }
    return add(ladder, (struct rung){.event = event->i, .kind = RUNG_WIRE, .end = 2});
}

static bool worth_a_rung(const struct tlog_event *event) {
    switch ((enum tlog_kind)event->kind) {
    case TLOG_RULE:
        return !narrate_is_detail(event) &&
               (event->u.rule.segment > 0 || event->u.rule.outcome != LUCID_OUTCOME_IGNORED);
    case TLOG_CALL:
        return event->u.call.call != LUCID_CALL_STATUS && event->u.call.call != LUCID_CALL_RECV &&
               event->u.call.call != LUCID_CALL_ACCEPT;
    case TLOG_RET:
        return event->u.call.value < 0 && event->u.call.value != -LUCID_EAGAIN &&
               event->u.call.value != -LUCID_EINPROGRESS;
    case TLOG_STATE:
    case TLOG_TIMER_FIRE:
    case TLOG_DROP:
    case TLOG_PEER:
        return true;
    case TLOG_SEG_TX:
    case TLOG_SEG_RX:
    case TLOG_WIRE_ACT:
    case TLOG_TIMER_SET:
    case TLOG_TIMER_STOP:
    case TLOG_VAR:
    case TLOG_APP:
    case TLOG_HTTP:
    case TLOG_DNS:
    case TLOG_CMD:
    case TLOG_NOTE:
    case TLOG_PREDICT:
    case TLOG_CHECK:
    case TLOG_LOST:
    case TLOG_KINDS:
        return false;
    }
    return false;
}

/* Two rules may say the same of one segment. */
static bool is_said_twice(const struct ladder_view *ladder, const struct tlog_event *event) {
    const struct rung *last = ladder->count > 0 ? &ladder->rung[ladder->count - 1] : NULL;
    const struct tlog_event *other = last && event->kind == TLOG_RULE && last->kind == RUNG_RULE
                                         ? tlog_at(ladder->log, last->event)
                                         : NULL;
    return other && other->node == event->node && event->u.rule.segment > 0 &&
           other->u.rule.segment == event->u.rule.segment && other->u.rule.outcome == event->u.rule.outcome;
}

static int64_t dropped_segment(const struct tlog_event *event) {
    return event->kind == TLOG_DROP ? event->u.say.count : (int64_t)event->u.rule.segment;
}

/* A segment is dropped, and by a rule, in either order: one rung says both. */
static bool is_told(const struct ladder_view *ladder, const struct tlog_event *event) {
    const struct rung *last = ladder->count > 0 ? &ladder->rung[ladder->count - 1] : NULL;
    bool pair = last && ((event->kind == TLOG_DROP && last->kind == RUNG_RULE) ||
                         (event->kind == TLOG_RULE && last->kind == RUNG_DROP));
    if (!pair) {
        return false;
    }
    const struct tlog_event *other = tlog_at(ladder->log, last->event);
    return other->node == event->node && dropped_segment(event) > 0 && dropped_segment(other) == dropped_segment(event);
}

/* A connection has its number, and its first state, before the call that made it can be told; people read the call
 * first. */
static void call_before_state(struct ladder_view *ladder) {
    struct rung *last = ladder->count > 1 ? &ladder->rung[ladder->count - 1] : NULL;
    if (!last || last->kind != RUNG_CALL || last[-1].kind != RUNG_STATE || last[-1].end != last->end) {
        return;
    }
    const struct tlog_event *call = tlog_at(ladder->log, last->event);
    const struct tlog_event *state = tlog_at(ladder->log, last[-1].event);
    if (state->t != call->t || state->u.state.cause != LUCID_CAUSE_CALL || state->u.state.call != call->u.call.call) {
        return;
    }
    struct rung swap = last[-1];
    last[-1] = *last;
    *last = swap;
    last[-1].seen = swap.seen;
    last->seen = call->i;
}

static int take_other(struct ladder_view *ladder, const struct tlog_event *event, int end) {
    static const uint8_t kinds[TLOG_KINDS] = {
        [TLOG_STATE] = RUNG_STATE, [TLOG_TIMER_FIRE] = RUNG_TIMER, [TLOG_CALL] = RUNG_CALL, [TLOG_RET] = RUNG_ERROR,
        [TLOG_RULE] = RUNG_RULE,   [TLOG_DROP] = RUNG_DROP,        [TLOG_PEER] = RUNG_PEER,
    };
    if (event->kind == TLOG_NOTE) {
        return add(ladder, (struct rung){.event = event->i, .kind = RUNG_NOTE, .end = 2});
    }
    if (end < 0 || event->kind >= TLOG_KINDS || !worth_a_rung(event) || is_said_twice(ladder, event)) {
        return 0;
    }
    if (is_told(ladder, event)) {
        struct rung *last = &ladder->rung[ladder->count - 1];
        bool better = last->kind == RUNG_DROP;
        *last = better ? (struct rung){.event = event->i, .seen = last->seen, .kind = RUNG_RULE, .end = (uint8_t)end}
                       : *last;
        return 0;
    }
    if (add(ladder, (struct rung){.event = event->i, .kind = kinds[event->kind], .end = (uint8_t)end})) {
        return -1;
    }
    call_before_state(ladder);
    return 0;
}

static int take(struct ladder_view *ladder, const struct tlog_event *event) {
    int end = end_of(ladder, event->node);
    if (event->kind == TLOG_SEG_TX) {
        return end < 0 ? 0 : take_departure(ladder, event, (unsigned)end);
    }
    if (event->kind == TLOG_SEG_RX) {
        return end < 0 ? 0 : take_arrival(ladder, event, (unsigned)end);
    }
    if (event->kind == TLOG_WIRE_ACT) {
        return take_wire(ladder, event);
    }
    return take_other(ladder, event, end);
}

int ladder_view_update(struct ladder_view *ladder) {
    while (ladder->seen < tlog_count(ladder->log)) {
        if (take(ladder, tlog_at(ladder->log, ladder->seen + 1))) {
            return -1;
        }
        ladder->seen++;
    }
    return 0;
}

/* ---- for painters ---- */

enum rung_look rung_look(const struct tlog *log, const struct rung *rung, uint32_t n) {
    if (rung->kind == RUNG_ARRIVAL || (rung->other > 0 && rung->other <= n)) {
        return LOOK_ARRIVED;
    }
    if (rung->fate == 0 || rung->fate > n || (rung->freed > 0 && rung->freed <= n)) {
        return LOOK_FLYING;
    }
    return ends_a_packet(tlog_at(log, rung->fate)->u.wire.act) ? LOOK_LOST : LOOK_HELD;
}

const struct tlog_event *rung_segment(const struct tlog *log, const struct rung *rung) {
    return tlog_at(log, rung->event);
}
