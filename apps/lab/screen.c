/* screen.c: see screen.h. First who is followed, then where the panes lie, then what is in them. */
#include "lab/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/trace_text.h"
#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/screen_private.h"

#define PANES_AT_FIRST \
    (1u << PANE_MACHINE | 1u << PANE_LADDER | 1u << PANE_TIMERS | 1u << PANE_WINDOWS | 1u << PANE_STORY)

struct screen *screen_new(const struct model *model) {
    struct screen *screen = calloc(1, sizeof *screen);
    if (!screen) {
        return NULL;
    }
    screen->stage = (struct stage){.model = model, .node = {0, tlog_header(model->log)->nodes > 1 ? 1 : 0}};
    screen->panes = PANES_AT_FIRST;
    screen->ladder = ladder_view_new(model->log, screen->stage.node[0], screen->stage.node[1]);
    if (!screen->ladder) {
        free(screen);
        return NULL;
    }
    for (unsigned end = 0; end < 2; end++) {
        screen->trail[end] = fsm_trail_begin(model->log, screen->stage.node[end]);
    }
    return screen;
}

void screen_free(struct screen *screen) {
    if (screen) {
        ladder_view_free(screen->ladder);
        free(screen);
    }
}

uint32_t screen_event(const struct model *model, uint32_t n) {
    for (uint32_t i = n; i > 0; i--) {
        if (!narrate_is_detail(tlog_at(model->log, i))) {
            return i;
        }
    }
    return 0;
}

/* ---- who is followed ---- */

/* The pictures of two other nodes begin anew. */
static int show_nodes(struct screen *screen) {
    struct stage *stage = &screen->stage;
    if (ladder_view_node(screen->ladder, 0) != stage->node[0] ||
        ladder_view_node(screen->ladder, 1) != stage->node[1]) {
        struct ladder_view *ladder = ladder_view_new(stage->model->log, stage->node[0], stage->node[1]);
        if (!ladder) {
            return -1;
        }
        ladder_view_free(screen->ladder);
        screen->ladder = ladder;
        screen->trail[0] = fsm_trail_begin(stage->model->log, stage->node[0]);
        screen->trail[1] = fsm_trail_begin(stage->model->log, stage->node[1]);
    }
    for (unsigned end = 0; end < 2; end++) {
        fsm_trail_goto(&screen->trail[end], stage->model->at);
    }
    return ladder_view_update(screen->ladder);
}

static int look(struct screen *screen) {
    if (!screen->chosen || !stage_connection(&screen->stage, 0)) {
        screen->chosen = false;
        stage_follow(&screen->stage);
    }
    return show_nodes(screen);
}

/* ---- lines at the edges ---- */

static void paint_title(struct view line, const struct screen *screen) {
    const struct model *model = screen->stage.model;
    char room[400];
    struct text text = text_fixed(room, sizeof room);
    text_put_char(&text, ' ');
    narrate_title(&text, model->log);
    if (screen->title) {
        text_format(&text, "  %.120s", screen->title);
    }
    char place[120];
    struct text right = text_fixed(place, sizeof place);
    text_put(&right, " t=");
    narrate_time(&right, model->now);
    text_format(&right, " s  %" PRIu32 "/%" PRIu32 "  %s ", model->at, tlog_count(model->log),
                screen->status ? screen->status : "");
    view_fill(line, GRID_TITLE | GRID_REVERSE, ' ');
    view_put_right(line, line.width, 0, GRID_TITLE | GRID_REVERSE, place);
    struct view left = view_part(line, 0, 0, line.width - utf8_columns(place), 1);
    view_put(left, 0, 0, GRID_TITLE | GRID_REVERSE | GRID_BOLD, room);
    if (utf8_columns(room) > left.width) {
        view_code(left, left.width - 1, 0, GRID_TITLE | GRID_REVERSE, 0x2026);
    }
}

/* "space step|b back": as many as fit, the key set apart from its word. */
static void paint_keys(struct view line, const struct screen *screen) {
    const char *keys = i18n(screen->playable ? "keys.play" : "keys.replay");
    int x = 0;
    while (*keys) {
        char item[80];
        size_t length = strcspn(keys, "|");
        snprintf(item, sizeof item, "%.*s", (int)length, keys);
        keys += length + (keys[length] == '|');
        char *word = strchr(item, ' ');
        if (!word || x + utf8_columns(item) > line.width) {
            continue;
        }
        *word++ = '\0';
        x = view_put(line, x, 0, GRID_KEY | GRID_BOLD, item) + 1;
        x = view_put(line, x, 0, GRID_PLAIN, word) + 2;
    }
}

static void paint_prompt(struct view line, const char *prompt) {
    int columns = utf8_columns(prompt) + 3;
    int shift = columns > line.width ? columns - line.width : 0;
    view_put(line, 0, 0, GRID_KEY | GRID_BOLD, ":");
    int x = view_put(view_part(line, 2, 0, line.width - 2, 1), -shift, 0, GRID_PLAIN, prompt);
    view_code(line, 2 + x, 0, GRID_PLAIN | GRID_REVERSE, ' ');
}

static void paint_sentence(struct view view, const struct screen *screen) {
    const struct model *model = screen->stage.model;
    uint32_t i = screen_event(model, model->at);
    if (i == 0) {
        bool scenario = screen->playable && tlog_header(model->log)->lab.length > 0;
        bool empty = screen->playable && tlog_count(model->log) == model->at;
        const char *ahead = scenario ? "screen.begin_scenario" : "screen.begin_replay";
        view_put_lines(view, 0, 0, GRID_QUIET, i18n(empty ? "screen.begin" : ahead));
        return;
    }
    char room[1400];
    struct text text = text_fixed(room, sizeof room);
    narrate_styled(&text, model, tlog_at(model->log, i), (struct narrate_style){screen->stage.raw, true});
    if (view_put_lines(view, 0, 0, GRID_BOLD, room) > view.height) {
        view_code(view, view.width - 1, view.height - 1, GRID_BOLD, 0x2026);
    }
}

/* ---- all of it ---- */

static int paint_banner(struct view view, const struct screen *screen, int y) {
    char room[600];
    struct text text = text_fixed(room, sizeof room);
    narrate_banner(&text, screen->stage.model->log);
    if (text.length == 0) {
        return 0;
    }
    struct view line = view_part(view, 0, y, view.width, 1);
    view_fill(line, GRID_LOST | GRID_REVERSE, ' ');
    view_put(line, 1, 0, GRID_LOST | GRID_REVERSE | GRID_BOLD, room);
    return 1;
}

static void paint_message(struct view body, const char *message) {
    int width = body.width > 84 ? 84 : body.width;
    struct grid nowhere = {width - 4, 0, NULL};
    int lines = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        struct view inside = {&nowhere, 0, 0, width - 4, 0};
        if (pass == 1) {
            int height = lines + 2 < body.height ? lines + 2 : body.height;
            struct view frame = view_part(body, body.width - width, body.height - height, width, height);
            view_fill(frame, GRID_PLAIN, ' ');
            inside = view_frame(frame, GRID_KEY, i18n("screen.close"));
            inside = view_part(inside, 1, 0, inside.width - 2, inside.height);
        }
        lines = 0;
        for (const char *rest = message; *rest;) {
            char line[1024];
            size_t length = strcspn(rest, "\n");
            snprintf(line, sizeof line, "%.*s", (int)length, rest);
            int took = view_put_lines(inside, 0, lines, GRID_PLAIN, line);
            lines += took ? took : 1;
            rest += length + (rest[length] == '\n');
        }
    }
}

/* A short answer needs no window: it has the line above the keys. */
static bool fits_line(const char *message, int width) {
    size_t length = strcspn(message, "\n");
    return (message[length] == '\0' || message[length + 1] == '\0') && utf8_columns(message) < width;
}

static void paint_short(struct view line, const char *message) {
    char words[1024];
    snprintf(words, sizeof words, "%.*s", (int)strcspn(message, "\n"), message);
    view_fill(line, GRID_PLAIN, ' ');
    view_put(line, 0, 0, GRID_KEY | GRID_REVERSE, words);
}

/* Says in the first line why there are no pictures, if that fits. */
static bool narrow_told(struct view body) {
    const char *why = i18n("screen.small");
    if (utf8_columns(why) > body.width) {
        return true;
    }
    view_put(body, 0, 0, GRID_QUIET, why);
    return false;
}

int screen_paint(struct screen *screen, struct grid *grid) {
    struct view view = grid_whole(grid);
    view_fill(view, GRID_PLAIN, ' ');
    if (look(screen)) {
        return -1;
    }
    int head = 1 + paint_banner(view, screen, 1);
    int foot = view.height >= 30 ? 3 : view.height >= SCREEN_HEIGHT ? 3 : 1;
    paint_title(view_part(view, 0, 0, view.width, 1), screen);
    struct view keys = view_part(view, 0, view.height - 1, view.width, 1);
    if (screen->prompt) {
        paint_prompt(keys, screen->prompt);
    } else {
        paint_keys(keys, screen);
    }
    struct view body = view_part(view, 0, head, view.width, view.height - head - foot);
    if (view.width < SCREEN_WIDTH || view.height < SCREEN_HEIGHT) {
        int line = body.height > 6 && !narrow_told(body);
        story_paint(view_part(body, 0, line, body.width, body.height - line), &screen->stage, screen->details);
    } else if (screen->help) {
        screen_help(body);
    } else {
        screen_panes(body, screen);
        paint_sentence(view_part(view, 0, view.height - foot, view.width, foot - 1), screen);
    }
    if (screen->message && foot > 1 && fits_line(screen->message, view.width)) {
        paint_short(view_part(view, 0, view.height - 2, view.width, 1), screen->message);
    } else if (screen->message) {
        paint_message(body, screen->message);
    }
    return 0;
}
