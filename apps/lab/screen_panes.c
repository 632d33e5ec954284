/* screen_panes.c: where the panes lie, and the page of help. See screen.h.
 *
 * On the left, from above: the machine or both machines, timers and windows, the story. On the right: the ladder, below
 * it what was asked for: plots, header, octets, connections, predictions. A side with nothing leaves its room to the
 * other.
 */
#include <stdio.h>
#include <string.h>

#include "common/trace_text.h"
#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/screen_private.h"

static bool shown(const struct screen *screen, unsigned pane) {
    return screen->panes & 1u << pane;
}

static struct view framed(struct view view, const char *key, unsigned pane) {
    char title[100];
    snprintf(title, sizeof title, "%u %s", pane % 10, i18n(key));
    return view_frame(view, GRID_FRAME, title);
}

/* ---- the machines ---- */

/* "A 10.77.0.1:40000 - FIN-WAIT-1", the state in words too, for who sees no colours. */
static void machine_title(struct text *out, const struct screen *screen, unsigned end, bool port) {
    const struct model *model = screen->stage.model;
    const struct model_connection *connection = stage_connection(&screen->stage, end);
    utf8_put(out, end ? 0x25a0 : 0x25cf);
    text_format(out, " %s", tlog_node_name(model->log, screen->stage.node[end]));
    if (connection && port && connection->local.port > 0) {
        text_format(out, ":%u", connection->local.port);
    }
    text_format(out, " %s", connection && connection->state ? lucid_state_name(connection->state) : "-");
}

static void paint_machines(struct view view, const struct screen *screen) {
    struct fsmview_end ends[2];
    char titles[2][120];
    bool twin = view.width / 2 - 2 >= FSMVIEW_WIDTH;
    for (unsigned end = 0; end < 2; end++) {
        ends[end] = (struct fsmview_end){&screen->trail[end], screen->stage.c[end], end};
        struct text text = text_fixed(titles[end], sizeof titles[end]);
        machine_title(&text, screen, end, twin);
    }
    if (twin) {
        for (unsigned end = 0; end < 2; end++) {
            int x = end ? view.width / 2 : 0;
            struct view frame = view_part(view, x, 0, end ? view.width - x : view.width / 2, view.height);
            fsmview_paint(view_frame(frame, GRID_FRAME, titles[end]), screen->stage.model, &ends[end], 1);
        }
        return;
    }
    char both[250];
    snprintf(both, sizeof both, "%s  %s", titles[0], titles[1]);
    fsmview_paint(view_frame(view, GRID_FRAME, both), screen->stage.model, ends, 2);
}

/* ---- columns of panes ---- */

struct column {
    unsigned count;
    unsigned pane[PANES];
    int least[PANES]; /* lines, frame included */
    unsigned grows;   /* which takes what is left */
};

static void add(struct column *column, const struct screen *screen, unsigned pane, int least) {
    if (shown(screen, pane)) {
        column->least[column->count] = least;
        column->pane[column->count++] = pane;
    }
}

static int lines_of(const struct column *column) {
    int lines = 0;
    for (unsigned i = 0; i < column->count; i++) {
        lines += column->least[i];
    }
    return lines;
}

static void paint_bars(struct view view, const struct screen *screen) {
    bool both = shown(screen, PANE_TIMERS) && shown(screen, PANE_WINDOWS);
    bool beside = both && view.width >= 100;
    bool stacked = both && !beside && view.height >= 9;
    struct view timers = view, windows = view;
    if (beside) {
        timers = view_part(view, 0, 0, view.width * 2 / 5, view.height);
        windows = view_part(view, timers.width, 0, view.width - timers.width, view.height);
    } else if (stacked) {
        int lines = view.height >= 11 ? 7 : 6;
        timers = view_part(view, 0, 0, view.width, view.height - lines);
        windows = view_part(view, 0, view.height - lines, view.width, lines);
    } else if (both) {
        /* One frame for both: two lines of timers, the rest for windows. */
        struct view inside = framed(view, "pane.bars", PANE_TIMERS);
        int lines = inside.height > 4 ? 2 : 1;
        timers_paint(view_part(inside, 0, 0, inside.width, lines), &screen->stage);
        windows_paint(view_part(inside, 0, lines, inside.width, inside.height - lines), &screen->stage);
        return;
    }
    if (shown(screen, PANE_TIMERS)) {
        timers_paint(framed(timers, "pane.timers", PANE_TIMERS), &screen->stage);
    }
    if (shown(screen, PANE_WINDOWS)) {
        windows_paint(framed(windows, "pane.windows", PANE_WINDOWS), &screen->stage);
    }
}

static void paint_pane(struct view view, struct screen *screen, unsigned pane) {
    const struct stage *stage = &screen->stage;
    switch ((enum screen_pane)pane) {
    case PANE_MACHINE:
        paint_machines(view, screen);
        return;
    case PANE_LADDER:
        ladder_view_paint(
            framed(view, "pane.ladder", pane), screen->ladder, stage->model,
            (struct ladder_view_style){stage->raw, screen_event(stage->model, stage->model->at), screen->above});
        return;
    case PANE_TIMERS:
    case PANE_WINDOWS:
        paint_bars(view, screen);
        return;
    case PANE_STORY:
        story_paint(framed(view, "pane.story", pane), stage, screen->details);
        return;
    case PANE_PLOT:
        plot_paint(framed(view, "pane.plot", pane), stage, 0, screen->sequence);
        return;
    case PANE_HEADER:
        inspector_paint(framed(view, "pane.header", pane), stage, 0);
        return;
    case PANE_OCTETS:
        octets_paint(framed(view, "pane.octets", pane), stage);
        return;
    case PANE_TABLE:
        table_paint(framed(view, "pane.table", pane), stage);
        return;
    case PANE_MARKS:
        marks_paint(framed(view, "pane.marks", pane), stage);
        return;
    case PANES:
        return;
    }
}

/* What is too much is left out from below; what is left over goes to the pane that grows. */
static void paint_column(struct view view, struct screen *screen, struct column *column) {
    while (column->count > 1 && lines_of(column) > view.height) {
        column->count--;
    }
    if (column->count == 0) {
        return;
    }
    if (column->grows >= column->count) {
        column->grows = column->count - 1;
    }
    int spare = view.height - lines_of(column);
    int y = 0;
    for (unsigned i = 0; i < column->count; i++) {
        int height = column->least[i] + (i == column->grows ? spare : 0);
        paint_pane(view_part(view, 0, y, view.width, height), screen, column->pane[i]);
        y += height;
    }
}

static struct column left_column(const struct screen *screen, int width, int height) {
    struct column left = {0};
    bool large = height >= 34 || (screen->projector && height >= 21);
    add(&left, screen, PANE_MACHINE, large ? FSMVIEW_HEIGHT + 9 : FSMVIEW_HEIGHT + 2);
    bool bars = shown(screen, PANE_TIMERS);
    int least = width >= 100 ? 7 : height >= 34 ? 11 : height >= 23 ? 8 : height >= 20 ? 5 : 4;
    add(&left, screen, bars ? PANE_TIMERS : PANE_WINDOWS, least);
    if (width >= 58 || !shown(screen, PANE_LADDER)) {
        add(&left, screen, PANE_STORY, left.count ? 5 : 3);
    }
    left.grows = left.count - 1;
    return left;
}

static struct column right_column(const struct screen *screen, int height) {
    struct column right = {0};
    bool asked = screen->panes >> PANE_PLOT;
    add(&right, screen, PANE_LADDER, asked ? 8 : 10);
    int share = height / 2 > 12 ? height / 2 - 2 : 10;
    unsigned count = 0;
    for (unsigned pane = PANE_PLOT; pane < PANES; pane++) {
        count += shown(screen, pane);
    }
    for (unsigned pane = PANE_PLOT; pane < PANES; pane++) {
        add(&right, screen, pane, count > 1 ? share * 2 / 3 : share);
    }
    return right;
}

/* How wide the left side is: both machines where there is room, else one; the ladder gets at least 36. */
static int left_width(struct view body) {
    int twin = 2 * (FSMVIEW_WIDTH + 2);
    if (body.width >= twin + 38) {
        int wide = body.width * 11 / 20;
        return wide > twin ? wide : twin;
    }
    return 38;
}

void screen_panes(struct view body, struct screen *screen) {
    unsigned panes = screen->panes;
    if (screen->projector) {
        screen->panes &= 1u << PANE_MACHINE | 1u << PANE_LADDER | 1u << PANE_PLOT;
    }
    int width = left_width(body);
    struct column right = right_column(screen, body.height);
    struct column left = left_column(screen, right.count ? width : body.width, body.height);
    if (left.count == 0) {
        width = 0;
    } else if (right.count == 0) {
        width = body.width;
    }
    paint_column(view_part(body, 0, 0, width, body.height), screen, &left);
    paint_column(view_part(body, width, 0, body.width - width, body.height), screen, &right);
    screen->panes = panes;
}

/* ---- help ---- */

void screen_help(struct view body) {
    struct view inside = view_frame(body, GRID_KEY, i18n("help.title"));
    int half = inside.width / 2;
    bool marks = false;
    int y = 0;
    for (unsigned i = 1; i < 60; i++) {
        char key[20];
        snprintf(key, sizeof key, "help.%u", i);
        const char *text = i18n(key);
        if (!strcmp(text, key)) {
            break;
        }
        char left[120];
        const char *bar = strchr(text, '|');
        snprintf(left, sizeof left, "%.*s", (int)(bar ? bar - text : 0), text);
        /* Keys on the left, marks on the right. */
        bool mark = text[0] & 0x80;
        if (mark && !marks) {
            y = 0;
            marks = true;
        }
        struct view part = view_part(inside, marks ? half + 1 : 1, y, half - 1, 1);
        view_put(part, 0, 0, GRID_KEY | GRID_BOLD, left);
        view_put(part, 9, 0, GRID_PLAIN, bar ? bar + 1 : text);
        y++;
    }
}
