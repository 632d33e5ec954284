/* capture_remark.c: see capture_remark.h. What a segment made happen stands right behind it in the log. */
#include "lab/capture_remark.h"

#include <inttypes.h>
#include <string.h>

#include "lab/rules.h"

/* Events between a packet and the last one that it caused, at most. */
#define REACH 200u

static const struct tlog_event *find(const struct tlog *log, unsigned node, bool leaves, uint64_t id,
                                     uint32_t *cursor) {
    unsigned kind = leaves ? TLOG_SEG_TX : TLOG_SEG_RX;
    for (uint32_t i = *cursor + 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->kind == kind && event->node == node && event->u.segment.id == id) {
            *cursor = i;
            return event;
        }
    }
    return NULL;
}

static void put_rule(struct text *text, const struct tlog_text *id) {
    const struct rule *rule = rules_find(id->at);
    if (!rule) {
        text_put_octets(text, id->at, id->length);
        return;
    }
    text_put(text, rule->english);
    text_put(text, " (");
    rules_put_place(rule, text);
    text_put_char(text, ')');
}

static void begin(struct text *text) {
    if (text->length > 0) {
        text_put_char(text, '\n');
    }
}

static void put_state(struct text *text, const struct tlog_state *state) {
    begin(text);
    text_format(text, "%s -> %s: ", state->from ? lucid_state_name(state->from) : "born",
                state->to ? lucid_state_name(state->to) : "gone");
    put_rule(text, &state->rule);
}

/* What the packet made happen where it arrived. */
static void put_caused(struct text *text, const struct tlog_event *event, uint64_t id) {
    if (event->kind == TLOG_STATE && event->u.state.cause == LUCID_CAUSE_SEGMENT && event->u.state.segment == id) {
        put_state(text, &event->u.state);
    } else if (event->kind == TLOG_RULE && event->u.rule.segment == id) {
        begin(text);
        put_rule(text, &event->u.rule.rule);
    } else if (event->kind == TLOG_DROP && (uint64_t)event->u.say.count == id) {
        begin(text);
        text_format(text, "dropped: %s", event->u.say.text.at);
    }
}

/* What the wire did with it. */
static void put_fate(struct text *text, const struct tlog_event *event, uint64_t id) {
    if (event->kind == TLOG_WIRE_ACT && event->u.wire.id == id) {
        begin(text);
        text_format(text, "on the wire: %s", tlog_wire_name(event->u.wire.act));
    }
}

void capture_remark(struct text *text, const struct tlog *log, unsigned node, bool leaves, uint64_t id,
                    uint32_t *cursor) {
    const struct tlog_event *segment = find(log, node, leaves, id, cursor);
    if (!segment) {
        return;
    }
    if (segment->u.segment.rtx) {
        text_format(text, "sent again; first in packet %" PRIu64 " of the log", segment->u.segment.rtx);
    }
    for (uint32_t i = segment->i + 1; i <= tlog_count(log) && i < segment->i + REACH; i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (leaves) {
            put_fate(text, event, id);
        } else if (event->node == node) {
            put_caused(text, event, id);
        }
    }
}
