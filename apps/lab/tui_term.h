/* tui_term.h: the terminal: raw and back, keys, size, and a grid on it that changes only where it changed.
 *
 * Plain escape sequences of ECMA-48 as every terminal since xterm knows them, and no library. Whatever happens to the
 * program, the terminal is as it was before: on return, exit(), a signal that ends it, a crash; Ctrl-Z stops it and
 * gives the terminal back until it goes on.
 */
#ifndef LAB_TUI_TERM_H
#define LAB_TUI_TERM_H

#include <stdbool.h>

#include "lab/grid.h"

enum term_key {
    TERM_NONE = -1, /* nothing came in time */
    TERM_END = -2,  /* the terminal is gone */
    TERM_RESIZED = -3,
    TERM_ESCAPE = 27,
    TERM_UP = 0x110000, /* behind Unicode */
    TERM_DOWN,
    TERM_LEFT,
    TERM_RIGHT,
    TERM_HOME,
    TERM_LAST,
    TERM_PAGE_UP,
    TERM_PAGE_DOWN,
    TERM_DELETE,
    TERM_F1,
    TERM_F2,
    TERM_OTHER, /* a sequence that means nothing here */
};

/* Why the lab cannot paint here: a sentence, or NULL. */
const char *term_why_not(void);

/* Takes the terminal; gives it back. One at a time. Returns 0, or -1: term_why_not(). */
int term_begin(void);
void term_end(void);

/* Columns and lines; 80 x 24 where the terminal does not say. */
void term_size(int *width, int *height);

/* The next key, a Unicode character or one of enum term_key; waits so many milliseconds at most, -1: for ever. */
int term_key(int milliseconds);

/* Stops the program as Ctrl-Z does, with the terminal as it was; returns when it goes on. */
void term_stop(void);

enum term_ground { TERM_DARK, TERM_LIGHT, TERM_PAPER /* light, painted: for a projector */ };

/* The ground the terminal says it has (COLORFGBG); dark if it says nothing. */
enum term_ground term_ground(void);

/* Shows a grid. Only what differs from the last one is sent, unless it is the first or the size is another. */
void term_show(const struct grid *grid, enum term_ground ground);

/* Forgets what is on the screen: the next grid is sent whole. */
void term_forget(void);

#endif
