/* lists.c: pictures that are lists: the story in words, octets by segment, connections, predictions and checks. See
 * panes.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/trace_text.h"
#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/panes.h"

/* ---- the story ---- */

static unsigned story_style(const struct tlog_event *event) {
    switch ((enum tlog_kind)event->kind) {
    case TLOG_STATE:
        return GRID_BOLD;
    case TLOG_WIRE_ACT:
    case TLOG_CMD:
        return GRID_HELD;
    case TLOG_RULE:
        return GRID_RULE;
    case TLOG_DROP:
    case TLOG_LOST:
        return GRID_LOST;
    case TLOG_VAR:
    case TLOG_TIMER_SET:
    case TLOG_TIMER_STOP:
    case TLOG_CALL:
    case TLOG_RET:
        return GRID_QUIET;
    case TLOG_SEG_TX:
    case TLOG_SEG_RX:
    case TLOG_TIMER_FIRE:
    case TLOG_APP:
    case TLOG_HTTP:
    case TLOG_DNS:
    case TLOG_PEER:
    case TLOG_NOTE:
    case TLOG_PREDICT:
    case TLOG_CHECK:
    case TLOG_KINDS:
        return GRID_PLAIN;
    }
    return GRID_PLAIN;
}

/* From below: the newest sentence ends in the last line; of the one at the top the beginning is there. */
void story_paint(struct view view, const struct stage *stage, bool details) {
    const struct model *model = stage->model;
    int bottom = view.height;
    for (uint32_t i = model->at; i > 0 && bottom > 0; i--) {
        const struct tlog_event *event = tlog_at(model->log, i);
        if (!details && narrate_is_detail(event)) {
            continue;
        }
        char line[1400];
        struct text text = text_fixed(line, sizeof line);
        text_format(&text, "%" PRIu32 " ", i);
        narrate_styled(&text, model, event, (struct narrate_style){stage->raw, true});
        struct grid nowhere = {view.width, 0, NULL};
        int lines = view_put_lines((struct view){&nowhere, 0, 0, view.width, 0}, 0, 0, 0, line);
        int top = lines > bottom ? 0 : bottom - lines;
        view_put_lines(view_part(view, 0, top, view.width, bottom - top), 0, 0, story_style(event), line);
        bottom = top;
    }
}

/* ---- octets ---- */

static bool of_stage(const struct stage *stage, const struct tlog_event *event, unsigned *end) {
    for (unsigned i = 0; i < 2; i++) {
        if (event->node == stage->node[i] && event->c == stage->c[i] && event->c > 0) {
            *end = i;
            return true;
        }
    }
    return false;
}

static void paint_octets(struct view line, const struct stage *stage, const struct tlog_event *event, unsigned end) {
    const struct tlog_segment *segment = &event->u.segment;
    char head[100], octets[400];
    int64_t seq = narrate_number(stage->model, event, false, stage->raw);
    snprintf(head, sizeof head, "#%" PRIu64 " %s%s %" PRId64 "..%" PRId64 " ", segment->id,
             tlog_node_name(stage->model->log, event->node), segment->again ? "=>" : "->", seq,
             seq + segment->length - 1);
    unsigned style = end ? GRID_SECOND : GRID_FIRST;
    int x = view_put(line, 0, 0, style, head);
    struct text text = text_fixed(octets, sizeof octets);
    narrate_escape(&text, segment->payload.at, segment->payload.length);
    view_put(line, x > 18 ? x : 18, 0, style | (segment->id % 2 ? GRID_REVERSE : GRID_BOLD), octets);
}

void octets_paint(struct view view, const struct stage *stage) {
    const struct model *model = stage->model;
    int y = view.height;
    for (uint32_t i = model->at; i > 0 && y > 0; i--) {
        const struct tlog_event *event = tlog_at(model->log, i);
        unsigned end;
        if (event->kind == TLOG_SEG_TX && event->u.segment.length > 0 && of_stage(stage, event, &end)) {
            paint_octets(view_part(view, 0, --y, view.width, 1), stage, event, end);
        }
    }
    if (y == view.height) {
        view_put(view, 0, 0, GRID_QUIET, i18n("octets.none"));
    }
}

/* ---- connections ---- */

static void soonest_timer(struct text *out, const struct model *model, const struct model_connection *connection) {
    unsigned best = LUCID_TIMERS;
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        if (connection->timer_at[i] != TLOG_NONE &&
            (best == LUCID_TIMERS || connection->timer_at[i] < connection->timer_at[best])) {
            best = i;
        }
    }
    if (best < LUCID_TIMERS) {
        uint64_t at = connection->timer_at[best];
        text_format(out, "%s ", lucid_timer_name(best));
        narrate_span(out, at > model->now ? at - model->now : 0);
    }
}

static void paint_connection(struct view line, const struct stage *stage, unsigned node,
                             const struct model_connection *connection) {
    bool followed = (stage->node[0] == node && stage->c[0] == connection->c) ||
                    (stage->node[1] == node && stage->c[1] == connection->c);
    char text_room[300], local[64], remote[64], timer[64];
    struct text text = text_fixed(local, sizeof local);
    trace_text_end(&text, &connection->local);
    text = text_fixed(remote, sizeof remote);
    trace_text_end(&text, &connection->remote);
    text = text_fixed(timer, sizeof timer);
    soonest_timer(&text, stage->model, connection);
    const char *state = connection->state ? lucid_state_name(connection->state) : "-";
    snprintf(text_room, sizeof text_room, "%s c%-3" PRIu32 "%-13s%7" PRId64 "%7" PRId64 " %-21s %-21s %s",
             tlog_node_name(stage->model->log, node), connection->c, state, connection->value[LUCID_VAR_RECEIVE_QUEUE],
             connection->value[LUCID_VAR_SEND_QUEUE], local, remote, timer);
    view_put(line, 0, 0, followed ? GRID_BOLD : connection->gone ? GRID_QUIET : GRID_PLAIN, text_room);
}

void table_paint(struct view view, const struct stage *stage) {
    const struct tlog_header *header = tlog_header(stage->model->log);
    view_put(view, 0, 0, GRID_QUIET,
             "     State         Recv-Q Send-Q Local                 Peer                  Timer");
    int y = 1;
    for (unsigned n = 0; n < header->nodes; n++) {
        const struct model_node *node = &stage->model->node[n];
        for (unsigned i = 0; i < node->connections && y < view.height; i++) {
            paint_connection(view_part(view, 0, y++, view.width, 1), stage, n, &node->connection[i]);
        }
    }
}

/* ---- predictions and checks ---- */

void marks_paint(struct view view, const struct stage *stage) {
    const struct tlog *log = stage->model->log;
    int y = 0;
    for (uint32_t i = 1; i <= tlog_count(log) && y < view.height; i++) {
        const struct tlog_event *event = tlog_at(log, i);
        /* A check stands at the end of its log; a reader who has gone back still may see what is asked of him. */
        if (event->kind != TLOG_PREDICT && (event->kind != TLOG_CHECK || i > stage->model->at)) {
            continue;
        }
        char line[1400];
        struct text text = text_fixed(line, sizeof line);
        narrate_styled(&text, stage->model, event, (struct narrate_style){0});
        bool missed = event->kind == TLOG_CHECK && event->u.say.count < event->u.say.of;
        char marked[1410];
        snprintf(marked, sizeof marked, "%s %s", event->kind == TLOG_PREDICT ? "?" : missed ? "x" : "+", line);
        y += view_put_lines(view, 0, y, missed ? GRID_LOST : GRID_PLAIN, marked);
    }
    if (y == 0) {
        view_put(view, 0, 0, GRID_QUIET, i18n("marks.none"));
    }
}
