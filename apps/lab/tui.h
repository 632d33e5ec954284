/* tui.h: the lab on a terminal: a world that one plays with, or a log that one looks through.
 *
 * Keys are short for lines of play (a space is `step`, d is `wire drop next`); `:` opens a line for all others. What is
 * on the screen is screen.h, how it gets there tui_term.h; here is what the keys do.
 */
#ifndef LAB_TUI_H
#define LAB_TUI_H

#include "common/text.h"
#include "lab/session.h"

/* Play with a session until q. title: behind the number of the lab, may be NULL. Returns an exit status (lab.h); where
 * there is no terminal, the sentence is printed and LAB_USAGE returned. */
int tui_play(struct session *session, const char *title);

/* Look through a log. */
int tui_replay(const struct tlog *log, const char *title);

/* ---- for both ---- */

struct tui_driver {
    void *self;
    const struct model *(*model)(void *self); /* what is shown; its log is the log */
    /* Another number: log and model are others than before. */
    unsigned (*generation)(void *self);
    int (*command)(void *self, const char *line, struct text *say, char error[LAB_ERROR]);
    bool playable; /* it takes commands that change the world */
};

int tui_run(const struct tui_driver *driver, const char *title);

#endif
