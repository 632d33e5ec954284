/* pty.h: a small terminal for tests: a pseudo-terminal, and what its screen shows, as text. */
#ifndef LAB_PTY_H
#define LAB_PTY_H

#include <sys/types.h>
#include <termios.h>

#include "lab/grid.h"

struct pty {
    int fd;
    pid_t pid;
    struct termios before;
    struct grid *screen;
    int x, y;
    bool other_screen, cursor; /* the program asked for: its own screen; the cursor shown */
    char rest[64];             /* of a sequence that has not come whole yet */
    size_t rest_length;
    unsigned long octets; /* that the program has written */
    bool coloured;        /* it has asked for a colour */
};

/* Starts run(argument) in a child that has the terminal; its result is the child's exit status. PTY_LOCALE in the
 * environment is the child's locale (C.UTF-8), PTY_NO_COLOR its NO_COLOR (unset). */
void pty_start(struct pty *pty, int width, int height, int (*run)(void *argument), void *argument);

void pty_type(struct pty *pty, const char *keys);

/* Reads what comes within so many milliseconds. Returns false: nothing came. */
bool pty_read(struct pty *pty, int milliseconds);

/* Reads until the program is silent: for when nothing is expected. */
void pty_settle(struct pty *pty);

void pty_resize(struct pty *pty, int width, int height);

/* Reads until the program has ended. Returns what waitpid() says. */
int pty_wait(struct pty *pty);

/* Whether the terminal is as it was at the start: modes, screen, cursor. */
bool pty_restored(struct pty *pty);

void pty_end(struct pty *pty);

#endif
