/* child.h: the shell, or the program, that the live world runs beside itself, on its terminal if there is one.
 *
 * On a terminal it becomes the foreground job: Ctrl-C is for it, job control works, and the lab's own process is in
 * the background until it has ended. Then, however it ended, the terminal is as it was before.
 */
#ifndef LAB_CHILD_H
#define LAB_CHILD_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct child {
    pid_t pid;    /* 0: there is none */
    int terminal; /* descriptor; -1: none */
    pid_t before; /* the terminal's foreground job */
    struct termios modes;
    int status; /* after it has ended: as of waitpid() */
};

/* Starts a program. argv ends with NULL; argv NULL: the user's shell. Returns 0, or -1 and errno. */
int child_start(struct child *child, char *const argv[]);

/* True when it has ended, or there is none. Does not wait. */
bool child_ended(struct child *child);

/* Ends it, if it has not ended, and gives the terminal back. */
void child_stop(struct child *child);

/* The exit status as a shell has it: 128 + n after signal n. */
int child_status(const struct child *child);

#endif
