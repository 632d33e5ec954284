/* tui_private.h: what tui.c and tui_prompt.c share. */
#ifndef LAB_TUI_PRIVATE_H
#define LAB_TUI_PRIVATE_H

#include "lab/screen.h"
#include "lab/tui.h"
#include "lab/tui_term.h"

#define TUI_LINE 512
#define TUI_HISTORY 50

struct tui {
    const struct tui_driver *driver;
    const char *title;
    struct screen *screen;
    unsigned generation;
    enum term_ground ground;
    struct text message;
    bool running, quit;
    int speed;
    bool prompting;
    char prompt[TUI_LINE];
    char *history[TUI_HISTORY]; /* the newest last */
    unsigned remembered, recalled;
};

/* Carries out a line of play; what it answers, or what is wrong with it, is shown. */
int tui_command(struct tui *tui, const char *line);

/* A key while a line is typed. */
void tui_prompt_key(struct tui *tui, int key);
void tui_prompt_free(struct tui *tui);

#endif
