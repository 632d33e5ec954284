/* wire.c: how packets travel. See wire.h. */
#include "lab/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parcel *parcel_new(uint64_t id, unsigned from, unsigned to, const void *octets, size_t length) {
    struct parcel *parcel = malloc(sizeof *parcel + length);
    if (!parcel) {
        return NULL;
    }
    *parcel = (struct parcel){.id = id, .from = (uint8_t)from, .to = (uint8_t)to, .length = length};
    memcpy(parcel->octets, octets, length);
    return parcel;
}

void wire_init(struct wire *wire, uint64_t seed, unsigned nodes, struct record *record) {
    *wire = (struct wire){.nodes = nodes, .record = record};
    TAILQ_INIT(&wire->rules);
    TAILQ_INIT(&wire->held);
    TAILQ_INIT(&wire->aside);
    for (unsigned from = 0; from < nodes; from++) {
        for (unsigned to = 0; to < nodes; to++) {
            struct direction *direction = &wire->direction[from][to];
            *direction = (struct direction){
                .delay = 20 * LUCID_MILLISECOND, .rate = 10000000, .queue = 100, .mtu = 1500};
            lab_rng_seed(&direction->rng, seed, LAB_STREAM_WIRE, from * TLOG_NODES_MAX + to);
        }
    }
}

static void free_all(struct parcels *parcels) {
    struct parcel *parcel;
    while ((parcel = TAILQ_FIRST(parcels))) {
        TAILQ_REMOVE(parcels, parcel, next);
        free(parcel);
    }
}

void wire_end(struct wire *wire) {
    struct wire_rule *rule;
    while ((rule = TAILQ_FIRST(&wire->rules))) {
        TAILQ_REMOVE(&wire->rules, rule, next);
        free(rule);
    }
    free_all(&wire->held);
    free_all(&wire->aside);
    for (unsigned i = 0; i < wire->nodes * wire->nodes; i++) {
        free(wire->direction[i / wire->nodes][i % wire->nodes].left);
    }
}

/* ---- what the log says ---- */

static const char *name_of(const struct wire *wire, unsigned node) {
    return node < wire->nodes ? wire->record->node[node].name : "W";
}

struct json wire_say(struct wire *wire, const char *act, const struct parcel *parcel) {
    struct json json = record_begin(wire->record, wire->now, "W", 0, "wire");
    json_string(&json, "act", act);
    json_string(&json, "from", name_of(wire, parcel->from));
    json_string(&json, "to", name_of(wire, parcel->to));
    json_uint(&json, "id", parcel->id);
    return json;
}

void wire_said(struct wire *wire, struct json *json, const char *tag) {
    if (tag[0]) {
        json_string(json, "tag", tag);
    }
    record_finish(wire->record, json);
}

void wire_lose(struct wire *wire, struct parcel *parcel, const char *act, const char *tag) {
    struct json json = wire_say(wire, act, parcel);
    wire_said(wire, &json, tag);
    free(parcel);
}

/* ---- from one end to the other ---- */

/* Forgets those that have left; returns how many are still there. */
static unsigned still_leaving(struct direction *direction, lucid_time now) {
    while (direction->leaving > 0 && direction->left[direction->leaving_first] <= now) {
        direction->leaving_first = (direction->leaving_first + 1) % direction->leaving_room;
        direction->leaving--;
    }
    return direction->leaving;
}

/* Returns 0, or -1: no memory. */
static int note_leaving(struct direction *direction) {
    if (direction->leaving == direction->leaving_room) {
        unsigned room = direction->leaving_room ? 2 * direction->leaving_room : 64;
        lucid_time *left = malloc(room * sizeof *left);
        if (!left) {
            return -1;
        }
        for (unsigned i = 0; i < direction->leaving; i++) {
            left[i] = direction->left[(direction->leaving_first + i) % direction->leaving_room];
        }
        free(direction->left);
        direction->left = left;
        direction->leaving_first = 0;
        direction->leaving_room = room;
    }
    direction->left[(direction->leaving_first + direction->leaving++) % direction->leaving_room] = direction->busy;
    return 0;
}

/* The parcel takes its place behind those that are leaving, and arrives. */
static void travel(struct wire *wire, struct direction *direction, struct parcel *parcel, lucid_time extra) {
    if (direction->busy < wire->now) {
        direction->busy = wire->now;
    }
    if (direction->rate > 0) {
        direction->busy += parcel->length * 8 * LUCID_SECOND / direction->rate;
    }
    if (note_leaving(direction) < 0) {
        wire->record->no_memory = true;
    }
    wire->arrive(wire->user, parcel, direction->busy + direction->delay + extra);
}

void wire_enter(struct wire *wire, struct parcel *parcel, lucid_time extra) {
    struct direction *direction = &wire->direction[parcel->from][parcel->to];
    if (direction->cut) {
        wire_lose(wire, parcel, "drop", "cut");
        return;
    }
    if (direction->loss > 0 && lab_rng_below(&direction->rng, 1000000) < direction->loss) {
        wire_lose(wire, parcel, "drop", "loss");
        return;
    }
    if (parcel->length > direction->mtu) {
        if (direction->icmp) {
            wire->object(wire->user, parcel, direction->mtu);
        }
        wire_lose(wire, parcel, "too_big", "");
        return;
    }
    if (still_leaving(direction, wire->now) >= direction->queue) {
        wire_lose(wire, parcel, "queue_full", "");
        return;
    }
    travel(wire, direction, parcel, extra);
}

void wire_pass(struct wire *wire, lucid_time now, struct parcel *parcel) {
    wire->now = now;
    wire_enter(wire, parcel, 0);
}

void wire_release(struct wire *wire, struct parcel *parcel) {
    struct json json = wire_say(wire, "release", parcel);
    wire_said(wire, &json, parcel->tag);
    wire_enter(wire, parcel, 0);
}

/* ---- packets that were put aside, until others have passed ---- */

static void overtaken(struct wire *wire, unsigned from, unsigned to) {
    struct parcel *parcel = TAILQ_FIRST(&wire->aside), *next;
    for (; parcel; parcel = next) {
        next = TAILQ_NEXT(parcel, next);
        if (parcel->from == from && parcel->to == to && --parcel->places == 0) {
            TAILQ_REMOVE(&wire->aside, parcel, next);
            wire_enter(wire, parcel, 0);
        }
    }
}

lucid_time wire_deadline(const struct wire *wire) {
    lucid_time deadline = LUCID_NEVER;
    const struct parcel *parcel;
    TAILQ_FOREACH(parcel, &wire->aside, next) {
        deadline = parcel->until < deadline ? parcel->until : deadline;
    }
    return deadline;
}

void wire_tick(struct wire *wire, lucid_time now) {
    struct parcel *parcel = TAILQ_FIRST(&wire->aside), *next;
    wire->now = now;
    for (; parcel; parcel = next) {
        next = TAILQ_NEXT(parcel, next);
        if (parcel->until <= now) {
            TAILQ_REMOVE(&wire->aside, parcel, next);
            wire_enter(wire, parcel, 0);
        }
    }
}

/* ---- rules ---- */

struct parcel *wire_copy(struct wire *wire, const struct parcel *parcel, const char *tag) {
    struct parcel *second = parcel_new(record_packet(wire->record), parcel->from, parcel->to, parcel->octets,
                                       parcel->length);
    if (!second) {
        wire->record->no_memory = true;
        return NULL;
    }
    struct json json = wire_say(wire, "dup", parcel);
    json_uint(&json, "id2", second->id);
    wire_said(wire, &json, tag);
    return second;
}

static void twice(struct wire *wire, struct parcel *parcel, const char *tag) {
    struct parcel *second = wire_copy(wire, parcel, tag);
    wire_enter(wire, parcel, 0);
    if (second) {
        wire_enter(wire, second, 0);
    }
}

void wire_hold(struct wire *wire, struct parcel *parcel, const char *tag) {
    struct json json = wire_say(wire, "hold", parcel);
    wire_said(wire, &json, tag);
    snprintf(parcel->tag, sizeof parcel->tag, "%s", tag);
    TAILQ_INSERT_TAIL(&wire->held, parcel, next);
}

static void put_aside(struct wire *wire, struct parcel *parcel, const struct wire_rule *rule) {
    struct json json = wire_say(wire, "reorder", parcel);
    json_uint(&json, "by", rule->places);
    wire_said(wire, &json, rule->tag);
    parcel->places = rule->places;
    parcel->until = wire->now + WIRE_REORDER_MOST;
    TAILQ_INSERT_TAIL(&wire->aside, parcel, next);
}

static void delay(struct wire *wire, struct parcel *parcel, const struct wire_rule *rule) {
    struct json json = wire_say(wire, "delay", parcel);
    json_uint(&json, "by", rule->delay);
    wire_said(wire, &json, rule->tag);
    wire_enter(wire, parcel, rule->delay);
}

static void spoil(struct wire *wire, struct parcel *parcel, const struct look *look, const struct wire_rule *rule) {
    uint32_t bit = wire_spoil(wire, parcel, look, rule->bit);
    struct json json = wire_say(wire, "corrupt", parcel);
    json_uint(&json, "bit", bit);
    wire_said(wire, &json, rule->tag);
    wire_enter(wire, parcel, 0);
}

static void apply(struct wire *wire, struct parcel *parcel, const struct look *look, const struct wire_rule *rule) {
    switch (rule->act) {
    case TLOG_WIRE_DROP:
        wire_lose(wire, parcel, "drop", rule->tag);
        break;
    case TLOG_WIRE_HOLD:
        wire_hold(wire, parcel, rule->tag);
        break;
    case TLOG_WIRE_DUP:
        twice(wire, parcel, rule->tag);
        break;
    case TLOG_WIRE_DELAY:
        delay(wire, parcel, rule);
        break;
    case TLOG_WIRE_REORDER:
        put_aside(wire, parcel, rule);
        break;
    default:
        spoil(wire, parcel, look, rule);
        break;
    }
}

void wire_send(struct wire *wire, lucid_time now, struct parcel *parcel) {
    struct look look = look_at(parcel->octets, parcel->length);
    unsigned from = parcel->from, to = parcel->to;
    bool done = false, passes = true;
    wire->now = now;
    struct wire_rule *rule = wire_match(wire, parcel, &look, &done);
    if (rule) {
        passes = rule->act != TLOG_WIRE_DROP && rule->act != TLOG_WIRE_HOLD && rule->act != TLOG_WIRE_REORDER;
        apply(wire, parcel, &look, rule);
    } else {
        wire_enter(wire, parcel, 0);
    }
    if (done) {
        TAILQ_REMOVE(&wire->rules, rule, next);
        free(rule);
    }
    if (passes) {
        overtaken(wire, from, to);
    }
}
