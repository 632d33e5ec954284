/* screen.h: the whole screen of the terminal on a grid: title, panes, the sentence of the event, keys.
 *
 * Pure: the same log, event, size and choices give the same cells. From 80 x 24 on there is room for the machine, the
 * ladder, timers and windows; from 100 x 30 on for both machines side by side and the log. Smaller screens get the
 * story in words. tui.h shows it and reads keys.
 */
#ifndef LAB_SCREEN_H
#define LAB_SCREEN_H

#include "lab/ladder_view.h"
#include "lab/panes.h"

enum screen_pane {
    PANE_MACHINE = 1,
    PANE_LADDER,
    PANE_TIMERS,
    PANE_WINDOWS,
    PANE_STORY,
    PANE_PLOT,
    PANE_HEADER,
    PANE_OCTETS,
    PANE_TABLE,
    PANE_MARKS, /* key 0 */
    PANES
};

#define SCREEN_WIDTH 80
#define SCREEN_HEIGHT 24

struct screen {
    struct stage stage;
    struct ladder_view *ladder;
    struct fsm_trail trail[2];
    unsigned panes;      /* bit 1 << enum screen_pane: shown */
    bool chosen;         /* the reader chose whom to follow */
    bool details;        /* the story with variables and timers */
    bool sequence;       /* the plot is of sequence numbers */
    bool projector;      /* at most three panes, and large */
    bool playable;       /* keys that change the world */
    unsigned above;      /* rungs of the ladder scrolled back */
    const char *title;   /* behind the number of the lab; NULL: none */
    const char *status;  /* "PAUSED"; NULL: none */
    const char *prompt;  /* a command that is being typed; NULL: the keys are shown */
    const char *message; /* an answer of several lines; NULL: none */
    bool help;           /* the page of keys and marks */
};

/* Looks at a model, which may move, of a log, which may grow. NULL: no memory. */
struct screen *screen_new(const struct model *model);
void screen_free(struct screen *screen);

/* Paints all. Returns 0, or -1: no memory. */
int screen_paint(struct screen *screen, struct grid *grid);

/* The newest event up to n that is more than detail: whose sentence is shown; 0: none. */
uint32_t screen_event(const struct model *model, uint32_t n);

#endif
