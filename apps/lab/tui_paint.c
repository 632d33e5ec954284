/* tui_paint.c: a grid on the terminal: colours for each ground, and only the cells that changed. See tui_term.h.
 *
 * The colours are those of Okabe and Ito, which people with any kind of colour vision tell apart, as near as the 256 of
 * terminals come. NO_COLOR leaves bold and reverse.
 */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "lab/tui_term.h"

/* The 256-colour number and the plain one of 16, for a dark and for a light ground; -1: as the terminal has it. */
static const struct {
    short dark, light, dark_16, light_16;
} colours[GRID_STYLES] = {
    [GRID_PLAIN] = {-1, -1, -1, -1},  [GRID_FRAME] = {244, 245, 90, 90}, [GRID_TITLE] = {-1, -1, -1, -1},
    [GRID_KEY] = {178, 25, 33, 34},   [GRID_FIRST] = {74, 25, 96, 34},   [GRID_SECOND] = {214, 130, 93, 31},
    [GRID_LOST] = {203, 160, 91, 31}, [GRID_HELD] = {175, 126, 95, 35},  [GRID_DATA] = {36, 29, 92, 32},
    [GRID_RULE] = {36, 29, 92, 32},   [GRID_QUIET] = {248, 240, -1, -1},
};

static struct grid *shown;
static enum term_ground shown_ground;
static bool utf8, plain, many;

void term_forget(void) {
    grid_free(shown);
    shown = NULL;
    const char *term = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");
    setlocale(LC_CTYPE, "");
    utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
    plain = no_colour && *no_colour;
    many = getenv("COLORTERM") || (term && strstr(term, "256color"));
}

/* "15;0": foreground and background, numbers of the 16 colours. */
enum term_ground term_ground(void) {
    const char *colours_set = getenv("COLORFGBG");
    const char *back = colours_set ? strrchr(colours_set, ';') : NULL;
    return back && (!strcmp(back, ";7") || !strcmp(back, ";15")) ? TERM_LIGHT : TERM_DARK;
}

static void put_style(struct text *out, unsigned style, enum term_ground ground) {
    unsigned kind = style & 0x3f;
    text_put(out, "\x1b[0");
    text_put(out, style & GRID_BOLD ? ";1" : "");
    text_put(out, style & GRID_REVERSE ? ";7" : "");
    if (ground == TERM_PAPER && !plain) {
        text_put(out, many ? ";48;5;231;38;5;16" : ";47;30");
    }
    if (!plain && kind < GRID_STYLES) {
        int colour = ground == TERM_DARK ? colours[kind].dark : colours[kind].light;
        int of_16 = ground == TERM_DARK ? colours[kind].dark_16 : colours[kind].light_16;
        if (many && colour >= 0) {
            text_format(out, ";38;5;%d", colour);
        } else if (!many && of_16 >= 0) {
            text_format(out, ";%d", of_16);
        }
    }
    text_put_char(out, 'm');
}

static void put_code(struct text *out, uint32_t code) {
    uint32_t shown_code = utf8 ? code : code_ascii(code);
    if (!utf8 && shown_code >= 0x80) {
        text_put(out, code_columns(code) == 2 ? "??" : "?");
        return;
    }
    utf8_put(out, shown_code);
}

static bool same_cell(const struct grid_cell *a, const struct grid_cell *b) {
    return a->code == b->code && a->style == b->style;
}

/* One line; *style: what the terminal's is now, -1: not known. */
static void put_line(struct text *out, const struct grid *grid, int y, enum term_ground ground, int *style) {
    const struct grid_cell *now = grid->cell + y * grid->width;
    const struct grid_cell *then = shown->cell + y * grid->width;
    int cursor = -1;
    for (int x = 0; x < grid->width; x++) {
        /* A wide character is sent whole when either half has changed. */
        bool wide = x + 1 < grid->width && now[x + 1].code == 0;
        if (now[x].code == 0 || (same_cell(&now[x], &then[x]) && (!wide || same_cell(&now[x + 1], &then[x + 1])))) {
            continue;
        }
        if (cursor != x) {
            text_format(out, "\x1b[%d;%dH", y + 1, x + 1);
        }
        if (*style != now[x].style) {
            *style = now[x].style;
            put_style(out, now[x].style, ground);
        }
        put_code(out, now[x].code);
        cursor = x + (wide ? 2 : 1);
    }
}

static bool prepare(const struct grid *grid, enum term_ground ground) {
    if (shown && shown->width == grid->width && shown->height == grid->height && shown_ground == ground) {
        return false;
    }
    grid_free(shown);
    shown = grid_new(grid->width, grid->height);
    shown_ground = ground;
    /* Nothing that a grid can hold: all cells differ. */
    for (int i = 0; shown && i < grid->width * grid->height; i++) {
        shown->cell[i].code = UINT32_MAX;
    }
    return true;
}

static void send(const struct text *out) {
    size_t done = 0;
    while (done < out->length) {
        ssize_t count = write(STDOUT_FILENO, out->data + done, out->length - done);
        if (count <= 0 && errno != EINTR && errno != EAGAIN) {
            return;
        }
        done += count > 0 ? (size_t)count : 0;
    }
}

void term_show(const struct grid *grid, enum term_ground ground) {
    struct text out = text_growing();
    int style = -1;
    text_put(&out, "\x1b[?2026h");
    if (prepare(grid, ground)) {
        put_style(&out, GRID_PLAIN, ground);
        text_put(&out, "\x1b[2J");
    }
    size_t before = out.length;
    for (int y = 0; shown && y < grid->height; y++) {
        put_line(&out, grid, y, ground, &style);
    }
    bool changed = out.length > before;
    text_put(&out, "\x1b[?2026l");
    if (shown && !out.cut && changed) {
        memcpy(shown->cell, grid->cell, (size_t)grid->width * (size_t)grid->height * sizeof *grid->cell);
        send(&out);
    }
    text_free(&out);
}
