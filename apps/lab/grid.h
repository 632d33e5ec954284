/* grid.h: a rectangle of character cells, each with a style, on which all pictures of the terminal are laid out.
 *
 * Nothing here knows a terminal: a view of the lab paints into a grid, a test compares the grid as text, tui.c shows
 * it. Characters may be two columns wide (Chinese); a cut never leaves half of one. Whatever cannot be shown becomes
 * '?'; escape first what comes from the network (narrate.h).
 *
 * A style says what something is, not how it looks: tui_paint.c turns it into colours for a light and a dark ground,
 * or into none. A picture must be understood without it.
 */
#ifndef LAB_GRID_H
#define LAB_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "common/text.h"

/* What something is. */
enum grid_style {
    GRID_PLAIN,
    GRID_FRAME, /* borders, axes, what was not visited */
    GRID_TITLE,
    GRID_KEY,    /* the name of a key */
    GRID_FIRST,  /* of the end on the left */
    GRID_SECOND, /* of the end on the right */
    GRID_LOST,
    GRID_HELD,
    GRID_DATA,
    GRID_RULE,
    GRID_QUIET,
    GRID_STYLES,
    GRID_REVERSE = 0x40, /* added to one of them */
    GRID_BOLD = 0x80,
};

struct grid_cell {
    uint32_t code; /* Unicode; 0: the right half of the cell before */
    uint8_t style;
};

struct grid {
    int width, height;
    struct grid_cell *cell; /* line by line */
};

/* A part of a grid: what is painted in it stays in it. */
struct view {
    struct grid *grid;
    int x, y, width, height;
};

/* All blank. NULL: no memory. */
struct grid *grid_new(int width, int height);
void grid_free(struct grid *grid);

struct view grid_whole(struct grid *grid);

/* A part of a view, cut to it. */
struct view view_part(struct view view, int x, int y, int width, int height);

/* Writes UTF-8 from column x of line y on, as far as it fits. Returns the column behind it, also of what was cut. */
int view_put(struct view view, int x, int y, unsigned style, const char *utf8);

/* As view_put(), with a right end, or around a centre. */
void view_put_right(struct view view, int right, int y, unsigned style, const char *utf8);
void view_put_centre(struct view view, int centre, int y, unsigned style, const char *utf8);

/* Writes over several lines, broken between words (Chinese: anywhere). Returns how many lines it took. */
int view_put_lines(struct view view, int x, int y, unsigned style, const char *utf8);

void view_code(struct view view, int x, int y, unsigned style, uint32_t code);
uint32_t view_code_at(struct view view, int x, int y);
void view_fill(struct view view, unsigned style, uint32_t code);

/* A frame with a title in its upper border. Returns the inside. */
struct view view_frame(struct view view, unsigned style, const char *title);

/* The grid as lines of text, without styles and spaces at the ends. ascii: no character beyond ASCII that the lab
 * itself draws; texts stay. */
void grid_text(const struct grid *grid, bool ascii, struct text *out);

/* ---- characters ---- */

/* The next character of UTF-8, which is moved on; what is no UTF-8 is one '?' an octet. 0 at the end. */
uint32_t utf8_next(const char **utf8);
void utf8_put(struct text *out, uint32_t code);

/* Columns of a character: 0, 1 or 2; and of a text. */
int code_columns(uint32_t code);
int utf8_columns(const char *utf8);

/* The likeness in ASCII of a character for drawing; others are returned as they are. */
uint32_t code_ascii(uint32_t code);

#endif
