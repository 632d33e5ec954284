/* tui.c: what the keys do. See tui.h. */
#include "lab/tui.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lab/export_files.h"
#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/narrate.h"
#include "lab/screen.h"
#include "lab/tui_private.h"
#include "lab/tui_term.h"

/* Milliseconds between two steps by itself, at speed 1. */
#define PACE 600
#define SPEED_MOST 64

/* Keys that stand for a line of play. */
static const struct {
    int key;
    const char *line;
    bool play; /* only where the world can be changed */
} lines[] = {
    {' ', "step", false},         {TERM_RIGHT, "step", false},   {'b', "back", false},
    {TERM_LEFT, "back", false},   {'n', "next state", false},    {'g', "goto 0", false},
    {'w', "why", false},          {'d', "wire drop next", true}, {'h', "wire hold next", true},
    {'u', "wire dup next", true}, {'r', "wire release", true},
};

/* ---- commands ---- */

/* The answer, or the sentence that says what was wrong, until the next key. */
static void keep_message(struct tui *tui, const char *text, const char *more) {
    tui->message.length = 0;
    text_put(&tui->message, text);
    text_put(&tui->message, more);
}

/* How fast it goes by itself is the screen's business. */
static bool set_speed(struct tui *tui, const char *line) {
    int speed;
    if (sscanf(line, "speed %d", &speed) != 1) {
        return false;
    }
    tui->speed = speed < 1 ? 1 : speed > SPEED_MOST ? SPEED_MOST : speed;
    return true;
}

int tui_command(struct tui *tui, const char *line) {
    char error[LAB_ERROR] = "";
    if (set_speed(tui, line)) {
        return 0;
    }
    struct text say = text_growing();
    int result = tui->driver->command(tui->driver->self, line, &say, error);
    if (result < 0) {
        keep_message(tui, error, "");
    } else if (say.length > 0) {
        keep_message(tui, say.data, "");
    }
    text_free(&say);
    tui->screen->above = 0;
    return result;
}

static const struct model *shown(const struct tui *tui) {
    return tui->driver->model(tui->driver->self);
}

/* The log may be another one now: then the pictures of it begin anew, with the panes as they were. */
static int look_again(struct tui *tui) {
    unsigned generation = tui->driver->generation(tui->driver->self);
    if (tui->screen && generation == tui->generation) {
        return 0;
    }
    struct screen *screen = screen_new(shown(tui));
    if (!screen) {
        return -1;
    }
    screen->stage.raw = narrate_pinned(screen->stage.model->log);
    if (tui->screen) {
        screen->panes = tui->screen->panes;
        screen->details = tui->screen->details;
        screen->sequence = tui->screen->sequence;
        screen->projector = tui->screen->projector;
        screen->stage.raw = tui->screen->stage.raw;
        screen_free(tui->screen);
    }
    screen->playable = tui->driver->playable;
    screen->title = tui->title;
    tui->screen = screen;
    tui->generation = generation;
    return 0;
}

/* SVG pictures of what is shown, and the page of the whole run, in a folder of their own. */
static void export_shown(struct tui *tui) {
    char error[LAB_ERROR], words[20];
    const struct model *model = shown(tui);
    struct export_job job = {.log = model->log, .name = "run", .folder = "lab-out", .event = model->at, .quiet = true};
    if (mkdir(job.folder, 0777) < 0 && errno != EEXIST) {
        snprintf(error, sizeof error, "%s cannot be made here: %s", job.folder, strerror(errno));
        keep_message(tui, error, "");
        return;
    }
    int count = export_files(&job, 1u << EXPORT_SVG | 1u << EXPORT_HTML, error);
    if (count < 0) {
        keep_message(tui, error, "");
        return;
    }
    snprintf(words, sizeof words, "%d", count);
    tui->message.length = 0;
    i18n_put(&tui->message, "export.done", words, job.folder, NULL);
}

/* To the oldest packet on the wire, what the small letter does to the next one. */
static bool meddle(struct tui *tui, int key) {
    const char *verb = key == 'D' ? "drop" : key == 'H' ? "hold" : key == 'U' ? "dup" : NULL;
    const struct model *model = shown(tui);
    if (!verb || !tui->driver->playable) {
        return false;
    }
    for (unsigned i = 0; i < model->flights; i++) {
        if (!model->flight[i].held) {
            char line[60];
            snprintf(line, sizeof line, "wire %s id %" PRIu64, verb, model->flight[i].id);
            if (tui_command(tui, line) == 0) {
                keep_message(tui, ": ", line);
            }
            return true;
        }
    }
    keep_message(tui, i18n("wire.nothing"), "");
    return true;
}

/* ---- painting ---- */

static void put_status(const struct tui *tui, char room[40]) {
    if (tui->running) {
        snprintf(room, 40, "> x%d", tui->speed);
    } else {
        snprintf(room, 40, "%s", i18n("status.paused"));
    }
}

static int paint(struct tui *tui) {
    int width, height;
    char status[40];
    term_size(&width, &height);
    struct grid *grid = grid_new(width, height);
    if (!grid) {
        return -1;
    }
    put_status(tui, status);
    tui->screen->status = status;
    tui->screen->prompt = tui->prompting ? tui->prompt : NULL;
    tui->screen->message = tui->message.length > 0 ? tui->message.data : NULL;
    int result = screen_paint(tui->screen, grid);
    term_show(grid, tui->screen->projector ? TERM_PAPER : tui->ground);
    grid_free(grid);
    return result;
}

/* ---- keys ---- */

/* The plots are two: off, windows and times, sequence numbers, off. */
static void toggle(struct tui *tui, unsigned pane) {
    struct screen *screen = tui->screen;
    bool shown_now = screen->panes & 1u << pane;
    if (pane == PANE_PLOT && shown_now && !screen->sequence) {
        screen->sequence = true;
        return;
    }
    if (pane == PANE_PLOT) {
        screen->sequence = false;
    }
    screen->panes ^= 1u << pane;
}

/* Keys that change what is seen, not what happens. Returns false: it is none of them. */
static bool look_key(struct tui *tui, int key) {
    struct screen *screen = tui->screen;
    switch (key) {
    case TERM_UP:
    case TERM_PAGE_UP:
        screen->above += key == TERM_UP ? 1 : 10;
        return true;
    case TERM_DOWN:
    case TERM_PAGE_DOWN: {
        unsigned lines_down = key == TERM_DOWN ? 1 : 10;
        screen->above -= screen->above < lines_down ? screen->above : lines_down;
        return true;
    }
    case '\t':
        screen->chosen = true;
        stage_follow_next(&screen->stage);
        return true;
    case 'R':
        screen->stage.raw = !screen->stage.raw;
        return true;
    case 'v':
        screen->details = !screen->details;
        return true;
    case 'l':
        tui->ground = tui->ground == TERM_DARK ? TERM_LIGHT : TERM_DARK;
        return true;
    case 'p':
    case '0':
        toggle(tui, PANE_MARKS);
        return true;
    case TERM_F2:
        screen->projector = !screen->projector;
        return true;
    case '?':
    case TERM_F1:
        screen->help = true;
        return true;
    }
    if (key >= '1' && key <= '9') {
        toggle(tui, (unsigned)(key - '0'));
        return true;
    }
    return false;
}

static void last_event(struct tui *tui) {
    char line[40];
    snprintf(line, sizeof line, "goto %" PRIu32, tlog_count(shown(tui)->log));
    tui_command(tui, line);
    tui->message.length = 0;
}

static void act_key(struct tui *tui, int key) {
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].key == key && (!lines[i].play || tui->driver->playable)) {
            bool quiet = !strcmp(lines[i].line, "back") || !strcmp(lines[i].line, "goto 0");
            if (tui_command(tui, lines[i].line) == 0 && quiet) {
                tui->message.length = 0;
            }
            if (lines[i].play && tui->message.length == 0) {
                keep_message(tui, ": ", lines[i].line);
            }
            return;
        }
    }
    if (meddle(tui, key)) {
        return;
    }
    switch (key) {
    case 'G':
    case TERM_LAST:
        last_event(tui);
        return;
    case 'e':
        export_shown(tui);
        return;
    case 'a':
        tui->running = !tui->running;
        return;
    case '+':
        tui->speed *= tui->speed < SPEED_MOST ? 2 : 1;
        return;
    case '-':
        tui->speed /= tui->speed > 1 ? 2 : 1;
        return;
    case ':':
        tui->prompting = true;
        tui->prompt[0] = '\0';
        tui->recalled = 0;
        return;
    }
}

/* A key closes what lies over the panes; then it does nothing else, except those that go on. */
static bool close_overlay(struct tui *tui, int key) {
    bool help = tui->screen->help;
    bool message = tui->message.length > 0;
    tui->screen->help = false;
    tui->message.length = 0;
    return help || (message && (key == TERM_ESCAPE || key == '\r' || key == 'q'));
}

static void one_key(struct tui *tui, int key) {
    if (tui->prompting) {
        tui_prompt_key(tui, key);
        return;
    }
    if (close_overlay(tui, key)) {
        return;
    }
    if (key == 26) { /* Ctrl-Z */
        term_stop();
        return;
    }
    if (key == 12) { /* Ctrl-L */
        term_forget();
        return;
    }
    if (key == 'q' || key == 3) { /* Ctrl-C */
        tui->quit = true;
        return;
    }
    if (!look_key(tui, key)) {
        act_key(tui, key);
    }
}

/* A step by itself; at the end it stops. */
static void run_on(struct tui *tui) {
    uint32_t before = shown(tui)->at;
    if (tui_command(tui, "step") < 0 || (shown(tui)->at == before && tui->message.length > 0)) {
        tui->running = false;
    }
}

static int loop(struct tui *tui) {
    while (!tui->quit) {
        if (look_again(tui) < 0 || paint(tui) < 0) {
            return -1;
        }
        int key = term_key(tui->running ? PACE / tui->speed : -1);
        if (key == TERM_END) {
            return 0;
        }
        if (key == TERM_NONE && tui->running) {
            run_on(tui);
        } else if (key != TERM_NONE && key != TERM_RESIZED) {
            one_key(tui, key);
        }
    }
    return 0;
}

int tui_run(const struct tui_driver *driver, const char *title) {
    if (term_why_not()) {
        return lab_refuse("%s", term_why_not());
    }
    struct tui tui = {.driver = driver, .title = title, .speed = 1, .ground = term_ground(), .message = text_growing()};
    if (term_begin() < 0) {
        return lab_refuse("the terminal cannot be set to read single keys; use --narrate");
    }
    int result = loop(&tui);
    term_end();
    screen_free(tui.screen);
    text_free(&tui.message);
    tui_prompt_free(&tui);
    return result < 0 ? lab_refuse("there is not enough memory for the pictures") : LAB_OK;
}
