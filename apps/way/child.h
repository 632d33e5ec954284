/* child.h: programs that are started and ended: Nginx, uWSGI, the client. */
#ifndef WAY_CHILD_H
#define WAY_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct way_child {
    pid_t pid;  /* 0: it does not run */
    int status; /* after it has ended: as a shell has it, 128 + n after signal n */
};

/* Looks for a program in PATH, and where those of root are. False: it is not there. path: room for size octets. */
bool way_child_find(const char *name, char *path, size_t size);

/* Starts it in this folder, with its output in files there. argv[0] is a path; argv ends with NULL. Returns 0 or a
 * negative error. */
int way_child_start(struct way_child *child, const char *const *argv, const char *folder, const char *output,
                    const char *errors);

/* It has ended, or was not started. Does not wait. */
bool way_child_ended(struct way_child *child);

/* Ends it, in order if that takes no longer than two seconds. */
void way_child_stop(struct way_child *child, int signal);

#endif
