/* wire_obey.c: carries out the commands that wire_command.c has read, and tells how the wires stand. See wire.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lab/wire.h"

static const char *name_of(const struct wire *wire, unsigned node) {
    return node < wire->nodes ? wire->record->node[node].name : "all";
}

static int add_rule(struct wire *wire, const struct wire_rule *rule, char error[LAB_ERROR]) {
    struct wire_rule *added = malloc(sizeof *added);
    if (!added) {
        return words_fail(error, "there is no memory for another rule; free some");
    }
    *added = *rule;
    TAILQ_INSERT_TAIL(&wire->rules, added, next);
    return 0;
}

static bool meant(const struct wire_order *order, const struct parcel *parcel) {
    if (order->id > 0) {
        return parcel->id == order->id;
    }
    return !order->tag[0] || !strcmp(order->tag, parcel->tag);
}

int wire_may(struct wire *wire, const struct wire_order *order, char error[LAB_ERROR]) {
    const struct parcel *parcel;
    if (order->what == WIRE_ONE) {
        return wire_one(wire, order, true, error);
    }
    if (order->what != WIRE_RELEASE) {
        return 0;
    }
    TAILQ_FOREACH(parcel, &wire->held, next) {
        if (meant(order, parcel)) {
            return 0;
        }
    }
    return words_fail(error, "no such packet is held; `wire list` shows those that are");
}

static void release(struct wire *wire, const struct wire_order *order) {
    struct parcel *parcel = TAILQ_FIRST(&wire->held), *next;
    for (; parcel; parcel = next) {
        next = TAILQ_NEXT(parcel, next);
        if (meant(order, parcel)) {
            TAILQ_REMOVE(&wire->held, parcel, next);
            wire_release(wire, parcel);
        }
    }
}

static void set(struct direction *direction, const struct wire_order *order) {
    direction->delay = order->sets_delay ? order->set.delay : direction->delay;
    direction->rate = order->sets_rate ? order->set.rate : direction->rate;
    direction->queue = order->sets_queue ? order->set.queue : direction->queue;
    direction->mtu = order->sets_mtu ? order->set.mtu : direction->mtu;
    direction->loss = order->sets_loss ? order->set.loss : direction->loss;
    direction->icmp = order->sets_icmp ? order->set.icmp : direction->icmp;
}

static void for_each(struct wire *wire, const struct wire_order *order) {
    for (unsigned from = 0; from < wire->nodes; from++) {
        for (unsigned to = 0; to < wire->nodes; to++) {
            bool is = (order->from == WIRE_ALL || order->from == from) && (order->to == WIRE_ALL || order->to == to);
            struct direction *direction = &wire->direction[from][to];
            if (is && order->what == WIRE_CUT) {
                direction->cut = order->cut;
            } else if (is) {
                set(direction, order);
            }
        }
    }
}

static void cut(struct wire *wire, const struct wire_order *order) {
    struct json json = record_begin(wire->record, wire->now, "W", 0, "wire");
    json_string(&json, "act", order->cut ? "cut" : "heal");
    if (order->from != WIRE_ALL) {
        json_string(&json, "from", name_of(wire, order->from));
        json_string(&json, "to", name_of(wire, order->to));
    }
    record_finish(wire->record, &json);
    for_each(wire, order);
}

int wire_obey(struct wire *wire, lucid_time now, const struct wire_order *order, char error[LAB_ERROR]) {
    wire->now = now;
    switch (order->what) {
    case WIRE_RULE:
        return add_rule(wire, &order->rule, error);
    case WIRE_ONE:
        return wire_one(wire, order, false, error);
    case WIRE_SET:
        for_each(wire, order);
        return 0;
    case WIRE_RELEASE:
        release(wire, order);
        return 0;
    case WIRE_CUT:
        cut(wire, order);
        return 0;
    case WIRE_LIST:
        return 0;
    }
    return 0;
}

/* ---- for people ---- */

static void list_rate(uint64_t rate, struct text *text) {
    static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
    unsigned unit = 0;
    for (; unit < 3 && rate % 1000 == 0; unit++) {
        rate /= 1000;
    }
    text_format(text, "%" PRIu64 " %s", rate, units[unit]);
}

static void list_direction(const struct wire *wire, unsigned from, unsigned to, struct text *text) {
    const struct direction *direction = &wire->direction[from][to];
    text_format(text, "%s->%s  delay ", name_of(wire, from), name_of(wire, to));
    bool whole = direction->delay % LUCID_MILLISECOND == 0;
    text_format(text, "%" PRIu64 " %s", direction->delay / (whole ? LUCID_MILLISECOND : LUCID_MICROSECOND),
                whole ? "ms" : "us");
    text_put(text, "  rate ");
    list_rate(direction->rate, text);
    text_format(text, "  queue %" PRIu32 "  mtu %" PRIu32, direction->queue, direction->mtu);
    if (direction->loss > 0) {
        text_format(text, "  loss %" PRIu32 ".%04" PRIu32 "%%", direction->loss / 10000, direction->loss % 10000);
    }
    text_format(text, "%s%s\n", direction->icmp ? "  icmp on" : "", direction->cut ? "  CUT" : "");
}

static void list_rule(const struct wire *wire, const struct wire_rule *rule, struct text *text) {
    static const char *const acts[TLOG_WIRE_KINDS] = {
        [TLOG_WIRE_DROP] = "drop",   [TLOG_WIRE_HOLD] = "hold",       [TLOG_WIRE_DUP] = "dup",
        [TLOG_WIRE_DELAY] = "delay", [TLOG_WIRE_REORDER] = "reorder", [TLOG_WIRE_CORRUPT] = "corrupt",
    };
    text_format(text, "rule: %s the next %" PRIu32 " of %s->%s%s%s\n", acts[rule->act], rule->count,
                name_of(wire, rule->from), name_of(wire, rule->to), rule->tag[0] ? ", tag " : "", rule->tag);
}

void wire_list(const struct wire *wire, struct text *text) {
    const struct wire_rule *rule;
    const struct parcel *parcel;
    for (unsigned i = 0; i < wire->nodes * wire->nodes; i++) {
        if (i / wire->nodes != i % wire->nodes) {
            list_direction(wire, i / wire->nodes, i % wire->nodes, text);
        }
    }
    TAILQ_FOREACH(rule, &wire->rules, next) {
        list_rule(wire, rule, text);
    }
    TAILQ_FOREACH(parcel, &wire->held, next) {
        text_format(text, "held: packet %" PRIu64 " of %s->%s%s%s\n", parcel->id, name_of(wire, parcel->from),
                    name_of(wire, parcel->to), parcel->tag[0] ? ", tag " : "", parcel->tag);
    }
}
