/* tui_prompt.c: the line behind `:`, and the lines before it. See tui_private.h. */
#include <stdlib.h>
#include <string.h>

#include "lab/tui_private.h"

static void remember(struct tui *tui) {
    if (tui->remembered == TUI_HISTORY) {
        free(tui->history[0]);
        memmove(tui->history, tui->history + 1, (TUI_HISTORY - 1) * sizeof *tui->history);
        tui->remembered--;
    }
    char *copy = strdup(tui->prompt);
    if (copy) {
        tui->history[tui->remembered++] = copy;
    }
}

void tui_prompt_free(struct tui *tui) {
    for (unsigned i = 0; i < tui->remembered; i++) {
        free(tui->history[i]);
    }
}

/* Behind the newest line is an empty one. */
static void recall(struct tui *tui, int step) {
    if (step > 0 && tui->recalled < tui->remembered) {
        tui->recalled++;
    } else if (step < 0 && tui->recalled > 0) {
        tui->recalled--;
    }
    const char *line = tui->recalled ? tui->history[tui->remembered - tui->recalled] : "";
    strncpy(tui->prompt, line, TUI_LINE - 1);
}

static void enter(struct tui *tui) {
    tui->prompting = false;
    if (!*tui->prompt) {
        return;
    }
    remember(tui);
    if (!strcmp(tui->prompt, "q") || !strcmp(tui->prompt, "quit")) {
        tui->quit = true;
        return;
    }
    tui_command(tui, tui->prompt);
}

/* The last character, all octets of it. */
static void rub_out(struct tui *tui) {
    size_t length = strlen(tui->prompt);
    while (length > 0 && (tui->prompt[--length] & 0xc0) == 0x80) {
        continue;
    }
    tui->prompt[length] = '\0';
}

static void append(struct tui *tui, int key) {
    char octets[8];
    struct text text = text_fixed(octets, sizeof octets);
    utf8_put(&text, (uint32_t)key);
    if (strlen(tui->prompt) + text.length < TUI_LINE) {
        strcat(tui->prompt, octets);
    }
}

void tui_prompt_key(struct tui *tui, int key) {
    switch (key) {
    case '\r':
    case '\n':
        enter(tui);
        return;
    case TERM_ESCAPE:
    case 3: /* Ctrl-C */
        tui->prompting = false;
        return;
    case 8:
    case 127:
        if (!*tui->prompt) {
            tui->prompting = false;
        }
        rub_out(tui);
        return;
    case 21: /* Ctrl-U */
        tui->prompt[0] = '\0';
        return;
    case TERM_UP:
    case TERM_DOWN:
        recall(tui, key == TERM_UP ? 1 : -1);
        return;
    }
    if (key >= ' ' && key < 0x110000) {
        append(tui, key);
    }
}
