/* narrate_say.c: what applications, people and the wire do, in words. See narrate.h. */
#include <stdio.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/narrate_private.h"
#include "lucid/socket.h"

/* ---- the application ---- */

void tell_call(const struct narration *n) {
    const struct tlog_call *call = &n->event->u.call;
    const char *name = lucid_call_name(call->call);
    struct part value, error;
    char key[40];
    if (n->event->kind == TLOG_CALL) {
        snprintf(key, sizeof key, "call.%s", name);
        i18n_put(n->out, key, part_number(&value, call->value), NULL);
    } else if (call->value == -LUCID_EINPROGRESS) {
        i18n_put(n->out, "ret.later", name, part_escaped(&error, call->result), NULL);
    } else if (call->result.length > 0) {
        i18n_put(n->out, "ret.error", name, part_escaped(&error, call->result), NULL);
    } else {
        i18n_put(n->out, "ret.value", name, part_number(&value, call->value), NULL);
    }
}

void tell_app(const struct narration *n) {
    const struct tlog_say *say = &n->event->u.say;
    struct part a, b, c;
    if (say->k.length == strlen("delivered") && !memcmp(say->k.at, "delivered", say->k.length)) {
        int64_t last = (int64_t)say->offset + say->count - 1;
        i18n_put(n->out, "app.delivered", part_number(&a, say->count), part_number(&b, (int64_t)say->offset),
                 part_number(&c, last), NULL);
        return;
    }
    i18n_put(n->out, "app.other", part_escaped(&a, say->k), part_escaped(&b, say->text), NULL);
}

void tell_says(const struct narration *n, const char *key) {
    struct part a, b;
    i18n_put(n->out, key, part_escaped(&a, n->event->u.say.k), part_escaped(&b, n->event->u.say.text), NULL);
}

void tell_says_text(const struct narration *n, const char *key) {
    struct part part;
    i18n_put(n->out, key, part_escaped(&part, n->event->u.say.text), NULL);
}

void tell_check(const struct narration *n) {
    const struct tlog_say *say = &n->event->u.say;
    struct part id, kind, want, got, points, of;
    i18n_put(n->out, "check.line", part_escaped(&id, say->k), part_escaped(&kind, say->kind),
             part_escaped(&want, say->more), part_escaped(&got, say->text), part_number(&points, say->count),
             part_number(&of, say->of), NULL);
}

/* The stack's own sentence for the reason; the log's, if it is a reason that this build does not have. */
void tell_drop(const struct narration *n) {
    const struct tlog_say *say = &n->event->u.say;
    struct part id, name, text;
    part_escaped(&name, say->k);
    part_escaped(&text, say->text.length > 0 ? say->text : say->k);
    char key[60];
    snprintf(key, sizeof key, "drop.%.40s", name.room);
    const char *sentence = i18n_exact(i18n_chosen(), key);
    for (int i = 0; !sentence && i < LUCID_DROP_COUNT; i++) {
        sentence = strcmp(lucid_drop_name(i), name.room) ? NULL : lucid_drop_text(i);
    }
    i18n_put(n->out, "drop.line", part_number(&id, say->count), sentence ? sentence : text.room, NULL);
}

/* ---- the wire ---- */

static void put_way(struct text *out, const struct narration *n) {
    const struct tlog_wire *wire = &n->event->u.wire;
    struct part tag;
    if (wire->from != TLOG_WIRE_NODE || wire->to != TLOG_WIRE_NODE) {
        const char *from = wire->from == TLOG_WIRE_NODE ? "*" : tlog_node_name(n->model->log, wire->from);
        const char *to = wire->to == TLOG_WIRE_NODE ? "*" : tlog_node_name(n->model->log, wire->to);
        i18n_put(out, "wire.way", from, to, NULL);
    }
    if (wire->tag.length > 0) {
        i18n_put(out, "wire.tag", part_escaped(&tag, wire->tag), NULL);
    }
}

void tell_wire(const struct narration *n) {
    const struct tlog_wire *wire = &n->event->u.wire;
    struct part id, id2, by, bit, way;
    char key[40];
    snprintf(key, sizeof key, "wire.%s", tlog_wire_name(wire->act));
    put_way(part_begin(&way), n);
    if (wire->act == TLOG_WIRE_REORDER) {
        part_number(&by, (int64_t)wire->by);
    } else {
        part_span(&by, wire->by);
    }
    i18n_put(n->out, key, part_number(&id, (int64_t)wire->id), way.room, part_number(&id2, (int64_t)wire->id2), by.room,
             part_number(&bit, wire->bit), NULL);
}

void tell_lost(const struct narration *n) {
    struct part part;
    i18n_put(n->out, "lost.line", part_number(&part, n->event->u.say.count), NULL);
}
