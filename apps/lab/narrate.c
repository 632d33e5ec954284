/* narrate.c: see narrate.h. One function for each kind of event; the words are in apps/lab/i18n. */
#include "lab/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/trace_text.h"
#include "lab/i18n.h"
#include "lucid/socket.h"

/* What the functions below have in common. */
struct narration {
    struct text *out;
    const struct model *model;
    const struct tlog_event *event;
    bool raw;
};

/* Room for one part of a sentence: a list of variables is the longest. */
#define PART 700

struct part {
    char room[PART];
    struct text text;
};

static struct text *begin(struct part *part) {
    part->text = text_fixed(part->room, sizeof part->room);
    return &part->text;
}

static const char *number(struct part *part, int64_t value) {
    text_format(begin(part), "%" PRId64, value);
    return part->room;
}

static const char *escaped(struct part *part, struct tlog_text text) {
    narrate_escape(begin(part), text.at, text.length);
    return part->room;
}

static const char *span(struct part *part, uint64_t nanoseconds) {
    narrate_span(begin(part), nanoseconds);
    return part->room;
}

/* ---- segments ---- */

/* How much of the data a line quotes. */
#define QUOTE 32

static void put_quote(struct text *out, const struct tlog_segment *segment) {
    size_t length = segment->payload.length < QUOTE ? segment->payload.length : QUOTE;
    if (length == 0) {
        return;
    }
    text_put(out, " \"");
    narrate_escape(out, segment->payload.at, length);
    text_put(out, segment->length > length ? "...\"" : "\"");
}

static void put_numbers(struct text *out, const struct narration *n) {
    const struct tlog_segment *segment = &n->event->u.segment;
    struct part a, b;
    int64_t seq = narrate_number(n->model, n->event, false, n->raw);
    if (segment->length > 0) {
        i18n_put(out, "segment.octets", number(&a, segment->length), NULL);
        i18n_put(out, "segment.range", number(&a, seq), number(&b, seq + segment->length - 1), NULL);
    } else {
        i18n_put(out, "segment.seq", number(&a, seq), NULL);
    }
    if (segment->flags & LUCID_ACK) {
        i18n_put(out, "segment.ack", number(&a, narrate_number(n->model, n->event, true, n->raw)), NULL);
    }
    i18n_put(out, "segment.window", number(&a, segment->window), NULL);
    if (segment->flags & LUCID_URG) {
        i18n_put(out, "segment.urgent", number(&a, seq + segment->urgent), NULL);
    }
}

static void put_ends(struct text *out, const struct tlog_segment *segment) {
    struct part a, b;
    trace_text_end(begin(&a), &segment->source);
    trace_text_end(begin(&b), &segment->destination);
    i18n_put(out, "segment.ends", a.room, b.room, NULL);
}

static void segment(const struct narration *n) {
    const struct tlog_segment *segment = &n->event->u.segment;
    struct part flags, peer, more, id, rtx;
    narrate_flags(begin(&flags), segment->flags);
    narrate_peer(begin(&peer), n->model, n->event->kind == TLOG_SEG_TX ? &segment->destination : &segment->source);
    put_numbers(begin(&more), n);
    if (segment->flags & LUCID_SYN) {
        put_ends(&more.text, segment);
    }
    put_quote(&more.text, segment);
    const char *packet = segment->rtx > 0 ? "segment.packet_again" : "segment.packet";
    i18n_put(&more.text, packet, number(&id, (int64_t)segment->id), number(&rtx, (int64_t)segment->rtx), NULL);
    const char *key = n->event->kind == TLOG_SEG_RX ? "segment.rx" : segment->again ? "segment.again" : "segment.tx";
    i18n_put(n->out, key, *flags.room ? flags.room : i18n("segment.none"), peer.room, more.room, NULL);
}

/* ---- states ---- */

static const char *state_text(unsigned state) {
    return state ? lucid_state_name(state) : "";
}

static void put_event(struct text *out, const struct tlog_state *state, const struct lucid_fsm_row *row) {
    char key[80];
    snprintf(key, sizeof key, "event.%s.%s", row->event, state_text(state->from));
    if (!i18n_exact(I18N_EN, key)) {
        snprintf(key, sizeof key, "event.%s", row->event);
    }
    if (i18n_exact(I18N_EN, key)) {
        i18n_put(out, key, state_text(state->from), NULL);
        return;
    }
    text_format(out, "%s (%s)", row->event, state_text(state->from));
}

/* A change that no row explains, in a log of another build: what is known of it is its cause. */
static void put_cause(struct text *out, const struct tlog_state *state) {
    struct part part;
    const char *from = state_text(state->from);
    char key[40];
    switch ((enum lucid_cause)state->cause) {
    case LUCID_CAUSE_SEGMENT:
        i18n_put(out, "state.cause.segment", from, number(&part, (int64_t)state->segment), NULL);
        return;
    case LUCID_CAUSE_TIMER:
        snprintf(key, sizeof key, "timer.%s", lucid_timer_name(state->timer));
        i18n_put(out, "state.cause.timer", from, i18n(key), NULL);
        return;
    case LUCID_CAUSE_CALL:
        i18n_put(out, "state.cause.call", from, lucid_call_name(state->call), NULL);
        return;
    }
}

static void put_target(struct text *out, const struct narration *n) {
    const struct tlog_state *state = &n->event->u.state;
    struct part c;
    const char *key = state->from == state->to ? "state.stays" : "state.goes";
    if (state->parent > 0 && state->to != 0) {
        key = "state.child";
    } else if (state->to == 0) {
        key = state->from == LUCID_SYN_RECEIVED ? "state.dies" : "state.gone";
    } else if (state->from == 0) {
        key = "state.born";
    } else if (state->to == LUCID_LISTEN && state->from == LUCID_SYN_RECEIVED) {
        key = "state.dies";
    }
    i18n_put(out, key, state_text(state->to), number(&c, n->event->c), NULL);
}

/* "SEND_ACK START_2MSL" as ", sends ACK, starts the 2MSL timer". */
static void put_actions(struct text *out, const char *actions) {
    while (*actions) {
        size_t length = strcspn(actions, " |");
        char key[60];
        snprintf(key, sizeof key, "action.%.*s", (int)length, actions);
        if (length > 0 && i18n_exact(I18N_EN, key)) {
            i18n_put(out, "list.more", i18n(key), NULL);
        }
        actions += length;
        actions += strspn(actions, " |");
    }
}

static void state(const struct narration *n) {
    const struct tlog_state *state = &n->event->u.state;
    const struct lucid_fsm_row *row = state->row >= 0 ? lucid_fsm_row((unsigned)state->row) : NULL;
    struct part event, target, actions, rule;
    begin(&event);
    begin(&actions);
    if (row) {
        put_event(&event.text, state, row);
        put_actions(&actions.text, row->actions);
    } else {
        put_cause(&event.text, state);
    }
    put_target(begin(&target), n);
    narrate_rule(begin(&rule), state->rule.at, state->rule.length);
    i18n_put(n->out, state->rule.length > 0 ? "state.line" : "state.no_rule", event.room, target.room, actions.room,
             rule.room, NULL);
}

static void rule(const struct narration *n) {
    const struct tlog_rule *event = &n->event->u.rule;
    struct part what, sentence, id, name;
    begin(&what);
    i18n_put(&what.text, event->segment > 0 ? "rule.packet" : "rule.something", number(&id, (int64_t)event->segment),
             NULL);
    char key[40];
    snprintf(key, sizeof key, "rule.%s", lucid_outcome_name(event->outcome));
    i18n_put(begin(&sentence), key, what.room, NULL);
    narrate_rule(begin(&name), event->rule.at, event->rule.length);
    i18n_put(n->out, "rule.line", sentence.room, name.room, NULL);
}

/* ---- timers, variables ---- */

static void timer(const struct narration *n) {
    const struct tlog_timer *timer = &n->event->u.timer;
    struct part at, in;
    char key[40];
    snprintf(key, sizeof key, "timer.%s", lucid_timer_name(timer->timer));
    if (n->event->kind != TLOG_TIMER_SET) {
        i18n_put(n->out, n->event->kind == TLOG_TIMER_FIRE ? "timer.fire" : "timer.stop", i18n(key), NULL);
        return;
    }
    narrate_time(begin(&at), timer->at == TLOG_NONE ? n->event->t : timer->at);
    span(&in, timer->at != TLOG_NONE && timer->at > n->event->t ? timer->at - n->event->t : 0);
    i18n_put(n->out, "timer.set", i18n(key), at.room, in.room, NULL);
}

static const struct model_connection *connection_of(const struct narration *n) {
    return n->event->c > 0 && n->event->node < TLOG_NODES_MAX ? model_find(n->model, n->event->node, n->event->c)
                                                              : NULL;
}

static void put_sequence(struct text *out, const struct narration *n, bool sent, int64_t value) {
    const struct model_connection *connection = connection_of(n);
    bool known = connection && (sent ? connection->iss_known : connection->irs_known);
    if (n->raw || !known) {
        text_format(out, "%" PRId64, value);
        return;
    }
    text_format(out, "%" PRId32, (int32_t)((uint32_t)value - (sent ? connection->iss : connection->irs)));
}

static void put_variable(struct text *out, const struct narration *n, unsigned variable) {
    int64_t value = n->event->u.vars.value[variable];
    switch (variable) {
    case LUCID_VAR_SND_UNA:
    case LUCID_VAR_SND_NXT:
    case LUCID_VAR_SND_WL2:
        put_sequence(out, n, true, value);
        return;
    case LUCID_VAR_SND_WL1:
    case LUCID_VAR_RCV_NXT:
        if (value == 0) {
            break; /* nothing has come yet */
        }
        put_sequence(out, n, false, value);
        return;
    case LUCID_VAR_SRTT:
    case LUCID_VAR_RTTVAR:
    case LUCID_VAR_RTO:
        narrate_span(out, (uint64_t)value);
        return;
    case LUCID_VAR_SSTHRESH:
        if (value < 0) {
            text_put(out, i18n("var.none"));
            return;
        }
        break;
    }
    text_format(out, "%" PRId64, value);
}

static void variables(const struct narration *n) {
    struct part list, one;
    begin(&list);
    for (unsigned i = 0; i < LUCID_VARS; i++) {
        if (!(n->event->u.vars.changed & 1u << i)) {
            continue;
        }
        text_format(begin(&one), "%s ", lucid_variable_name(i));
        put_variable(&one.text, n, i);
        if (list.text.length == 0) {
            text_put(&list.text, one.room);
        } else {
            i18n_put(&list.text, "list.more", one.room, NULL);
        }
    }
    i18n_put(n->out, "var.line", list.room, NULL);
}

/* ---- the application ---- */

static void call(const struct narration *n) {
    const struct tlog_call *call = &n->event->u.call;
    const char *name = lucid_call_name(call->call);
    struct part value, error;
    char key[40];
    if (n->event->kind == TLOG_CALL) {
        snprintf(key, sizeof key, "call.%s", name);
        i18n_put(n->out, key, number(&value, call->value), NULL);
    } else if (call->value == -LUCID_EINPROGRESS) {
        i18n_put(n->out, "ret.later", name, escaped(&error, call->result), NULL);
    } else if (call->result.length > 0) {
        i18n_put(n->out, "ret.error", name, escaped(&error, call->result), NULL);
    } else {
        i18n_put(n->out, "ret.value", name, number(&value, call->value), NULL);
    }
}

static void app(const struct narration *n) {
    const struct tlog_say *say = &n->event->u.say;
    struct part a, b, c;
    if (say->k.length == strlen("delivered") && !memcmp(say->k.at, "delivered", say->k.length)) {
        int64_t last = (int64_t)say->offset + say->count - 1;
        i18n_put(n->out, "app.delivered", number(&a, say->count), number(&b, (int64_t)say->offset), number(&c, last),
                 NULL);
        return;
    }
    i18n_put(n->out, "app.other", escaped(&a, say->k), escaped(&b, say->text), NULL);
}

/* A sentence that takes the kind and the text, in this order. */
static void says(const struct narration *n, const char *key) {
    struct part a, b;
    i18n_put(n->out, key, escaped(&a, n->event->u.say.k), escaped(&b, n->event->u.say.text), NULL);
}

static void says_text(const struct narration *n, const char *key) {
    struct part part;
    i18n_put(n->out, key, escaped(&part, n->event->u.say.text), NULL);
}

static void check(const struct narration *n) {
    const struct tlog_say *say = &n->event->u.say;
    struct part id, kind, want, got, points, of;
    i18n_put(n->out, "check.line", escaped(&id, say->k), escaped(&kind, say->kind), escaped(&want, say->more),
             escaped(&got, say->text), number(&points, say->count), number(&of, say->of), NULL);
}

/* The stack's own sentence for the reason; the log's, if it is a reason that this build does not have. */
static void drop(const struct narration *n) {
    const struct tlog_say *say = &n->event->u.say;
    struct part id, name, text;
    escaped(&name, say->k);
    escaped(&text, say->text.length > 0 ? say->text : say->k);
    char key[60];
    snprintf(key, sizeof key, "drop.%.40s", name.room);
    const char *sentence = i18n_exact(i18n_chosen(), key);
    for (int i = 0; !sentence && i < LUCID_DROP_COUNT; i++) {
        sentence = strcmp(lucid_drop_name(i), name.room) ? NULL : lucid_drop_text(i);
    }
    i18n_put(n->out, "drop.line", number(&id, say->count), sentence ? sentence : text.room, NULL);
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
        i18n_put(out, "wire.tag", escaped(&tag, wire->tag), NULL);
    }
}

static void wire(const struct narration *n) {
    const struct tlog_wire *wire = &n->event->u.wire;
    struct part id, id2, by, bit, way;
    char key[40];
    snprintf(key, sizeof key, "wire.%s", tlog_wire_name(wire->act));
    put_way(begin(&way), n);
    if (wire->act == TLOG_WIRE_REORDER) {
        number(&by, (int64_t)wire->by);
    } else {
        span(&by, wire->by);
    }
    i18n_put(n->out, key, number(&id, (int64_t)wire->id), way.room, number(&id2, (int64_t)wire->id2), by.room,
             number(&bit, wire->bit), NULL);
}

/* ---- all of them ---- */

static void lost(const struct narration *n) {
    struct part part;
    i18n_put(n->out, "lost.line", number(&part, n->event->u.say.count), NULL);
}

static void say(const struct narration *n) {
    switch ((enum tlog_kind)n->event->kind) {
    case TLOG_SEG_TX:
    case TLOG_SEG_RX:
        segment(n);
        return;
    case TLOG_WIRE_ACT:
        wire(n);
        return;
    case TLOG_STATE:
        state(n);
        return;
    case TLOG_RULE:
        rule(n);
        return;
    case TLOG_TIMER_SET:
    case TLOG_TIMER_FIRE:
    case TLOG_TIMER_STOP:
        timer(n);
        return;
    case TLOG_VAR:
        variables(n);
        return;
    case TLOG_CALL:
    case TLOG_RET:
        call(n);
        return;
    case TLOG_APP:
        app(n);
        return;
    case TLOG_HTTP:
        says(n, "http.line");
        return;
    case TLOG_DNS:
        says(n, "dns.line");
        return;
    case TLOG_PEER:
        says(n, "peer.line");
        return;
    case TLOG_CMD:
        says_text(n, "cmd.line");
        return;
    case TLOG_NOTE:
        says_text(n, "note.line");
        return;
    case TLOG_PREDICT:
        says(n, "predict.line");
        return;
    case TLOG_CHECK:
        check(n);
        return;
    case TLOG_DROP:
        drop(n);
        return;
    case TLOG_LOST:
        lost(n);
        return;
    case TLOG_KINDS:
        return;
    }
}

/* What the lab itself does, or the person at it: it happens at no node, and the sentence says whose it is. */
static bool is_of_lab(const struct tlog_event *event) {
    return event->kind == TLOG_CMD || event->kind == TLOG_NOTE || event->kind == TLOG_PREDICT ||
           event->kind == TLOG_CHECK;
}

/* The node, with the connection where the node has several. */
static void put_who(struct text *out, const struct model *model, const struct tlog_event *event) {
    if (is_of_lab(event)) {
        return;
    }
    if (event->node >= TLOG_NODES_MAX) {
        text_format(out, "%s: ", i18n("narrate.wire"));
        return;
    }
    text_put(out, tlog_node_name(model->log, event->node));
    unsigned connections = 0;
    for (unsigned i = 0; i < model->node[event->node].connections; i++) {
        connections += !model->node[event->node].connection[i].listener;
    }
    if (event->c > 0 && connections > 1) {
        text_format(out, " c%" PRIu32, event->c);
    }
    text_put(out, ": ");
}

void narrate_styled(struct text *out, const struct model *model, const struct tlog_event *event,
                    struct narrate_style style) {
    if (style.stamps) {
        narrate_time(out, event->t);
        text_put_char(out, ' ');
    }
    put_who(out, model, event);
    say(&(struct narration){out, model, event, style.raw});
}

void narrate_event(struct text *out, const struct model *model, const struct tlog_event *event) {
    narrate_styled(out, model, event, (struct narrate_style){.stamps = true});
}

/* Decisions of every segment: that it was taken, that an ACK of it waits, what was measured. */
static bool is_routine(const struct tlog_rule *rule) {
    static const char delayed[] = "9293:SHLD-18";
    bool ack_waits = rule->outcome == LUCID_OUTCOME_WAITS && rule->rule.length == strlen(delayed) &&
                     !memcmp(rule->rule.at, delayed, strlen(delayed));
    return ack_waits || rule->outcome == LUCID_OUTCOME_ACCEPTED || rule->outcome == LUCID_OUTCOME_ACK_NOW ||
           rule->outcome == LUCID_OUTCOME_ADJUSTED;
}

bool narrate_is_detail(const struct tlog_event *event) {
    if (event->kind == TLOG_RULE) {
        return is_routine(&event->u.rule);
    }
    return event->kind == TLOG_VAR || event->kind == TLOG_TIMER_SET || event->kind == TLOG_TIMER_STOP ||
           (event->kind == TLOG_RET && event->u.call.result.length == 0);
}
