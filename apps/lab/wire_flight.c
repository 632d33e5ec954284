/* wire_flight.c: one packet that somebody points at: `wire drop id 17`. See wire.h.
 *
 * It is on its way, put aside, or held. What would be done to it by a rule is done now.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "lab/wire.h"

static struct parcel *in_list(const struct parcels *parcels, uint64_t id) {
    struct parcel *parcel;
    TAILQ_FOREACH(parcel, parcels, next) {
        if (parcel->id == id) {
            return parcel;
        }
    }
    return NULL;
}

/* Takes it from where it is. Returns whether it was held. */
static bool take(struct wire *wire, struct parcel *parcel, bool flies) {
    if (flies) {
        wire->recall(wire->user, parcel);
        return false;
    }
    bool held = in_list(&wire->held, parcel->id) != NULL;
    TAILQ_REMOVE(held ? &wire->held : &wire->aside, parcel, next);
    return held;
}

static struct json say_by(struct wire *wire, const char *act, const struct parcel *parcel, const char *key,
                          uint64_t value) {
    struct json json = wire_say(wire, act, parcel);
    json_uint(&json, key, value);
    return json;
}

/* A moment behind the packet that is so many places behind one that arrives at this time. */
static lucid_time behind(struct wire *wire, const struct parcel *parcel, lucid_time at, uint32_t places) {
    for (uint64_t id = parcel->id + 1; places > 0 && id <= wire->record->packets; id++) {
        lucid_time then = at;
        const struct parcel *other = wire->find(wire->user, id, &then);
        if (other && other->from == parcel->from && other->to == parcel->to && then >= at) {
            at = then + LUCID_MICROSECOND;
            places--;
        }
    }
    return at;
}

static void later(struct wire *wire, struct parcel *parcel, bool flies, lucid_time at, const struct wire_rule *rule) {
    if (take(wire, parcel, flies)) {
        struct json json = wire_say(wire, "release", parcel);
        wire_said(wire, &json, "");
    }
    if (flies) {
        wire->arrive(wire->user, parcel, at + rule->delay);
    } else {
        wire_enter(wire, parcel, rule->delay);
    }
}

static void delay(struct wire *wire, struct parcel *parcel, bool flies, lucid_time at, const struct wire_rule *rule) {
    struct json json = say_by(wire, "delay", parcel, "by", rule->delay);
    wire_said(wire, &json, "");
    later(wire, parcel, flies, at, rule);
}

static void reorder(struct wire *wire, struct parcel *parcel, bool flies, lucid_time at, const struct wire_rule *rule) {
    struct json json = say_by(wire, "reorder", parcel, "by", rule->places);
    wire_said(wire, &json, "");
    later(wire, parcel, flies, behind(wire, parcel, at, rule->places), rule);
}

static void copy(struct wire *wire, const struct parcel *parcel, bool flies, lucid_time at) {
    struct parcel *second = wire_copy(wire, parcel, "");
    if (second && flies) {
        wire->arrive(wire->user, second, at);
    } else if (second) {
        wire_enter(wire, second, 0);
    }
}

static void spoil(struct wire *wire, struct parcel *parcel, const struct wire_rule *rule) {
    struct look look = look_at(parcel->octets, parcel->length);
    uint32_t bit = wire_spoil(wire, parcel, &look, rule->bit);
    struct json json = say_by(wire, "corrupt", parcel, "bit", bit);
    wire_said(wire, &json, "");
}

static void act(struct wire *wire, struct parcel *parcel, bool flies, lucid_time at, const struct wire_rule *rule) {
    switch (rule->act) {
    case TLOG_WIRE_DROP:
        take(wire, parcel, flies);
        wire_lose(wire, parcel, "drop", "");
        break;
    case TLOG_WIRE_HOLD:
        take(wire, parcel, flies);
        wire_hold(wire, parcel, "");
        break;
    case TLOG_WIRE_DUP:
        copy(wire, parcel, flies, at);
        break;
    case TLOG_WIRE_DELAY:
        delay(wire, parcel, flies, at, rule);
        break;
    case TLOG_WIRE_REORDER:
        reorder(wire, parcel, flies, at, rule);
        break;
    default:
        spoil(wire, parcel, rule);
        break;
    }
}

int wire_one(struct wire *wire, const struct wire_order *order, bool dry, char error[LAB_ERROR]) {
    lucid_time at = 0;
    struct parcel *parcel = wire->find(wire->user, order->id, &at);
    bool flies = parcel != NULL;
    if (!parcel) {
        parcel = in_list(&wire->held, order->id);
        parcel = parcel ? parcel : in_list(&wire->aside, order->id);
    }
    if (!parcel) {
        return words_fail(error, "packet %" PRIu64 " is not on its way: it has arrived, or is lost", order->id);
    }
    if (!dry) {
        act(wire, parcel, flies, at, &order->rule);
    }
    return 0;
}
