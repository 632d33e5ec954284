/* live_script.h: commands for a live world, from a file, in their order.
 *
 *     at 500ms A connect B:80       at this time of the world, or at once if it is over
 *     wait 20ms                     so long after the line before
 *     until wire(hold) max 5s       until this is true (query.h), or for so long
 *     wire release                  any other line is a command: at once
 *
 * Empty lines and those that begin with # say nothing.
 */
#ifndef LAB_LIVE_SCRIPT_H
#define LAB_LIVE_SCRIPT_H

#include "lab/session.h"

/* What live_script_run() returns instead of a time. */
#define LIVE_SCRIPT_FAILED (LUCID_NEVER - 1)

struct query;

struct live_script_line {
    unsigned number; /* in the file */
    char *text;
};

struct live_script {
    char *file;
    unsigned count, at; /* lines; the next one */
    struct live_script_line *line;
    lucid_time since;    /* when the next line became the next */
    struct query *until; /* that it waits for; NULL: none */
};

/* Returns 0, or -1 and the sentence. An empty script is all zeros. */
int live_script_read(struct live_script *script, const char *file, char error[LAB_ERROR]);
void live_script_end(struct live_script *script);

/* Carries out what is due. Returns when there is something to do again at the latest: LUCID_NEVER, when the script is
 * over; or LIVE_SCRIPT_FAILED, and the sentence that names file and line. */
lucid_time live_script_run(struct live_script *script, struct session *session, char error[LAB_ERROR]);

#endif
