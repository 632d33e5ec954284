/* ladder_paint.c: the rungs on a grid. See ladder_view.h.
 *
 *       0.040 |--FIN,ACK seq=101 ack=301------> ..       |
 *       0.040 |                           CLOSING #      |
 *
 * A shaft is double for what is sent again; it ends in x when the wire lost it, in [held] when somebody holds it.
 */
#include <inttypes.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/ladder_view.h"
#include "lab/narrate.h"

/* Columns of the time and its space. */
#define STAMP 8

static const uint32_t token_of[2] = {0x25cf, 0x25a0};
static const uint32_t hollow_of[2] = {0x25cb, 0x25a1};

/* ---- words ---- */

void rung_label(struct text *out, const struct model *model, const struct rung *rung, int columns, bool raw) {
    const struct tlog_event *event = rung_segment(model->log, rung);
    const struct tlog_segment *segment = &event->u.segment;
    int64_t seq = narrate_number(model, event, false, raw);
    int64_t ack = narrate_number(model, event, true, raw);
    char flags[40], len[24] = "", ack_long[32] = "", ack_short[32] = "";
    struct text text = text_fixed(flags, sizeof flags);
    narrate_flags(&text, segment->flags);
    if (segment->length > 0) {
        text = text_fixed(len, sizeof len);
        text_format(&text, " len=%" PRIu32, segment->length);
    }
    if (segment->flags & LUCID_ACK) {
        text = text_fixed(ack_long, sizeof ack_long);
        text_format(&text, " ack=%" PRId64, ack);
        text = text_fixed(ack_short, sizeof ack_short);
        text_format(&text, "/%" PRId64, ack);
    }
    char forms[3][160];
    struct text form = text_fixed(forms[0], sizeof forms[0]);
    text_format(&form, "%s seq=%" PRId64 "%s win=%" PRIu32 "%s", flags, seq, ack_long, segment->window, len);
    form = text_fixed(forms[1], sizeof forms[1]);
    text_format(&form, "%s seq=%" PRId64 "%s%s", flags, seq, ack_long, len);
    form = text_fixed(forms[2], sizeof forms[2]);
    text_format(&form, "%s %" PRId64 "%s%s", flags, seq, ack_short, len);
    for (unsigned i = 0; i < 3; i++) {
        if ((int)strlen(forms[i]) <= columns) {
            text_put(out, forms[i]);
            return;
        }
    }
    text_put(out, flags);
}

static void state_words(struct text *out, const struct tlog_state *state) {
    if (state->to == 0 || (state->to == LUCID_LISTEN && state->from == LUCID_SYN_RECEIVED)) {
        text_put(out, i18n("ladder.vanishes"));
        return;
    }
    text_put(out, lucid_state_name(state->to));
}

static void call_words(struct text *out, const struct tlog_event *event) {
    const struct tlog_call *call = &event->u.call;
    text_put(out, lucid_call_name(call->call));
    if (event->kind == TLOG_RET) {
        text_put(out, ": ");
        narrate_escape(out, call->result.at, call->result.length);
    } else if (call->call == LUCID_CALL_SEND) {
        text_format(out, "(%" PRId64 ")", call->value);
    } else {
        text_put(out, "()");
    }
}

static void narrated(struct text *out, const struct model *model, const struct tlog_event *event) {
    char line[1400];
    struct text text = text_fixed(line, sizeof line);
    narrate_styled(&text, model, event, (struct narrate_style){0});
    const char *words = strstr(line, ": ");
    bool at_a_node = event->node < TLOG_NODES_MAX || event->kind == TLOG_WIRE_ACT;
    text_put(out, at_a_node && words ? words + 2 : line);
}

static void rule_words(struct text *out, const struct tlog_rule *rule) {
    char key[60];
    struct text text = text_fixed(key, sizeof key);
    text_format(&text, "ladder.%s", lucid_outcome_name(rule->outcome));
    if (rule->segment > 0) {
        text_format(out, "#%" PRIu64 " ", rule->segment);
    }
    text_put(out, i18n(key));
}

static void wire_words(struct text *out, const struct model *model, const struct tlog_event *event) {
    char key[60];
    struct text text = text_fixed(key, sizeof key);
    text_format(&text, "ladder.wire.%s", tlog_wire_name(event->u.wire.act));
    if (!i18n_exact(I18N_EN, key)) {
        narrated(out, model, event);
        return;
    }
    text_format(out, "#%" PRIu64 " %s", event->u.wire.id, i18n(key));
}

void rung_words(struct text *out, const struct model *model, const struct rung *rung) {
    const struct tlog_event *event = tlog_at(model->log, rung->event);
    switch ((enum rung_kind)rung->kind) {
    case RUNG_STATE:
        state_words(out, &event->u.state);
        return;
    case RUNG_TIMER:
        i18n_put(out, "ladder.fires", lucid_timer_name(event->u.timer.timer), NULL);
        return;
    case RUNG_CALL:
    case RUNG_ERROR:
        call_words(out, event);
        return;
    case RUNG_PEER:
        narrate_escape(out, event->u.say.k.at, event->u.say.k.length);
        return;
    case RUNG_RULE:
        rule_words(out, &event->u.rule);
        return;
    case RUNG_DROP:
        text_format(out, "#%" PRId64 " ", event->u.say.count);
        text_put(out, i18n("ladder.DROPPED"));
        return;
    case RUNG_WIRE:
        wire_words(out, model, event);
        return;
    case RUNG_NOTE:
    case RUNG_SEGMENT:
    case RUNG_DEPARTURE:
    case RUNG_ARRIVAL:
        narrated(out, model, event);
        return;
    }
}

/* ---- arrows ---- */

struct arrow {
    int from, to; /* columns between the poles, from the left */
    bool right;   /* it points there */
    uint32_t shaft, head;
    unsigned style;
    char end[60]; /* what stands behind the head */
};

/* Where the shaft begins and ends: whole when it left and arrived in this rung. */
static void extent(struct arrow *arrow, const struct rung *rung, enum rung_look look, int inner) {
    int room = inner - utf8_columns(arrow->end) - 1;
    int part = inner * 2 / 3 < room ? inner * 2 / 3 : room;
    bool whole = rung->kind == RUNG_SEGMENT && look == LOOK_ARRIVED;
    bool arrival = rung->kind == RUNG_ARRIVAL;
    arrow->from = 0;
    arrow->to = inner;
    if (whole) {
        return;
    }
    if (arrow->right != arrival) {
        arrow->to = part;
    } else {
        arrow->from = inner - part;
    }
}

/* What is still on the wire has its number: one can say `wire drop id 3`. */
static void say_end(struct arrow *arrow, const char *key, uint64_t id) {
    struct text text = text_fixed(arrow->end, sizeof arrow->end);
    text_put(&text, i18n(key));
    if (id > 0) {
        text_format(&text, " #%" PRIu64, id);
    }
}

static struct arrow arrow_of(const struct model *model, const struct rung *rung, int inner) {
    enum rung_look look = rung_look(model->log, rung, model->at);
    const struct tlog_event *segment = rung_segment(model->log, rung);
    struct arrow arrow = {.right = (rung->end == 0) == (rung->kind != RUNG_ARRIVAL)};
    arrow.shaft = segment->u.segment.again ? 0x2550 : 0x2500;
    arrow.head = arrow.right ? 0x25b6 : 0x25c0;
    arrow.style = arrow.right ? GRID_FIRST : GRID_SECOND;
    if (look == LOOK_LOST) {
        arrow.head = 0x00d7;
        arrow.style = GRID_LOST;
        say_end(&arrow, "ladder.lost", 0);
    } else if (look == LOOK_HELD) {
        arrow.style = GRID_HELD;
        say_end(&arrow, "ladder.held", segment->u.segment.id);
    } else if (look == LOOK_FLYING) {
        say_end(&arrow, "ladder.flying", segment->u.segment.id);
    } else if (rung->copy) {
        say_end(&arrow, "ladder.copy", 0);
    }
    extent(&arrow, rung, look, inner);
    return arrow;
}

static void paint_arrow(struct view line, const struct model *model, const struct rung *rung, bool raw) {
    struct arrow arrow = arrow_of(model, rung, line.width);
    struct view part = view_part(line, arrow.from, 0, arrow.to - arrow.from, 1);
    view_fill(part, arrow.style, arrow.shaft);
    view_code(part, arrow.right ? part.width - 1 : 0, 0, arrow.style, arrow.head);
    char label[160];
    struct text text = text_fixed(label, sizeof label);
    rung_label(&text, model, rung, part.width - 5, raw);
    int columns = utf8_columns(label);
    int x = (part.width - columns) / 2;
    view_put(view_part(part, 1, 0, part.width - 2, 1), x - 1, 0, arrow.style | GRID_BOLD, label);
    if (!arrow.end[0]) {
        return;
    }
    if (arrow.right == (rung->kind != RUNG_ARRIVAL)) {
        view_put(line, arrow.right ? arrow.to + 1 : 1, 0, arrow.style, arrow.end);
    } else {
        view_put_right(line, arrow.right ? arrow.from - 1 : arrow.from - 1, 0, arrow.style, arrow.end);
    }
}

/* ---- the rest ---- */

static unsigned words_style(const struct rung *rung) {
    switch ((enum rung_kind)rung->kind) {
    case RUNG_STATE:
        return (rung->end == 0 ? GRID_FIRST : GRID_SECOND) | GRID_BOLD;
    case RUNG_ERROR:
    case RUNG_DROP:
        return GRID_LOST;
    case RUNG_RULE:
        return GRID_RULE;
    case RUNG_WIRE:
        return GRID_HELD;
    case RUNG_TIMER:
    case RUNG_CALL:
    case RUNG_NOTE:
    case RUNG_PEER:
    case RUNG_SEGMENT:
    case RUNG_DEPARTURE:
    case RUNG_ARRIVAL:
        return GRID_QUIET;
    }
    return GRID_PLAIN;
}

/* At its own end: to the left, to the right, or in the middle for the wire. Cut with a mark where it is too long. */
static void paint_words(struct view line, const struct model *model, const struct rung *rung) {
    char words[1400];
    struct text text = text_fixed(words, sizeof words);
    /* A kernel's state is seen from outside: hollow. */
    bool state = rung->kind == RUNG_STATE || rung->kind == RUNG_PEER;
    const uint32_t *token = rung->kind == RUNG_PEER ? hollow_of : token_of;
    if (state && rung->end == 0) {
        utf8_put(&text, token[0]);
        text_put_char(&text, ' ');
    }
    rung_words(&text, model, rung);
    if (state && rung->end == 1) {
        text_put_char(&text, ' ');
        utf8_put(&text, token[1]);
    }
    int columns = utf8_columns(words);
    int x = rung->end == 0 ? 0 : rung->end == 1 ? line.width - columns : (line.width - columns) / 2;
    view_put(line, x > 0 ? x : 0, 0, words_style(rung), words);
    if (columns > line.width) {
        view_code(line, line.width - 1, 0, words_style(rung), 0x2026);
    }
}

static void paint_rung(struct view line, const struct ladder_view *ladder, const struct model *model, unsigned i,
                       struct ladder_view_style style) {
    const struct rung *rung = ladder_view_rung(ladder, i);
    char stamp[32];
    struct text text = text_fixed(stamp, sizeof stamp);
    narrate_time(&text, tlog_at(model->log, rung->event)->t);
    bool selected = style.selected > 0 && (style.selected == rung->event || style.selected == rung->other);
    view_put_right(line, STAMP - 1, 0, GRID_QUIET | (selected ? GRID_REVERSE : 0), stamp);
    view_code(line, STAMP, 0, GRID_FRAME, 0x2502);
    view_code(line, line.width - 1, 0, GRID_FRAME, 0x2502);
    struct view inner = view_part(line, STAMP + 1, 0, line.width - STAMP - 2, 1);
    if (rung->kind <= RUNG_ARRIVAL) {
        paint_arrow(inner, model, rung, style.raw);
    } else {
        paint_words(inner, model, rung);
    }
}

static void paint_heads(struct view line, const struct ladder_view *ladder, const struct model *model) {
    char head[40];
    struct text text = text_fixed(head, sizeof head);
    utf8_put(&text, token_of[0]);
    text_format(&text, " %s", tlog_node_name(model->log, ladder_view_node(ladder, 0)));
    view_put(line, STAMP, 0, GRID_FIRST | GRID_BOLD, head);
    text = text_fixed(head, sizeof head);
    text_format(&text, "%s ", tlog_node_name(model->log, ladder_view_node(ladder, 1)));
    utf8_put(&text, token_of[1]);
    view_put_right(line, line.width, 0, GRID_SECOND | GRID_BOLD, head);
}

void ladder_view_paint(struct view view, const struct ladder_view *ladder, const struct model *model,
                       struct ladder_view_style style) {
    unsigned last = ladder_view_upto(ladder, model->at);
    last = last > style.above ? last - style.above : last > 0;
    unsigned lines = view.height > 1 ? (unsigned)view.height - 1 : 0;
    unsigned first = last > lines ? last - lines : 0;
    paint_heads(view, ladder, model);
    for (unsigned i = first; i < last; i++) {
        paint_rung(view_part(view, 0, 1 + (int)(i - first), view.width, 1), ladder, model, i, style);
    }
}

void ladder_view_text(struct text *out, const struct ladder_view *ladder, const struct model *model, int width,
                      bool ascii) {
    struct grid *grid = grid_new(width, 1);
    if (!grid) {
        out->cut = true;
        return;
    }
    paint_heads(grid_whole(grid), ladder, model);
    grid_text(grid, ascii, out);
    unsigned last = ladder_view_upto(ladder, model->at);
    for (unsigned i = 0; i < last; i++) {
        view_fill(grid_whole(grid), GRID_PLAIN, ' ');
        paint_rung(grid_whole(grid), ladder, model, i, (struct ladder_view_style){0});
        grid_text(grid, ascii, out);
    }
    grid_free(grid);
}
