/* pupil.h: a student's machine as a program of its own: compiled from fsm.c and student/ask.c, asked over pipes.
 *
 *     pupil_build("student/fsm.c", "lab-out/grade", true, &text)
 *     pupil = pupil_open("lab-out/grade")
 *     pupil_ask(pupil, questions, count, answers)
 *
 * Whatever the machine does (crash, run in a circle, print, take memory), it does it in its own process: the question
 * is lost, the next one is asked of a new process, and questions of this state and class are not asked again. The
 * sanitizers' words are kept.
 */
#ifndef LAB_PUPIL_H
#define LAB_PUPIL_H

#include <stdbool.h>

#include "common/text.h"
#include "lab/oracle.h"
#include "lab/tlog.h"

enum pupil_fate {
    PUPIL_ANSWERED,
    PUPIL_CRASHED,
    PUPIL_HUNG,
    PUPIL_NOT_ASKED /* it had crashed too often by then */
};

struct pupil_answer {
    enum pupil_fate fate;
    enum tcp_state to; /* NOT_WRITTEN; TCP_STATES + 1: no state at all */
    unsigned out;      /* enum oracle_out */
    bool changed;      /* it has written into what it may only look at */
};

enum pupil_build { PUPIL_BUILT, PUPIL_WRONG, PUPIL_NO_COMPILER };

/* Compiles a machine into directory, which is made. said: gets the compiler's words, or one sentence. */
enum pupil_build pupil_build(const char *source, const char *directory, bool sanitize, struct text *said);

struct pupil;

/* NULL: no memory or no process; then error has a sentence. */
struct pupil *pupil_open(const char *directory, char error[LAB_ERROR]);
void pupil_close(struct pupil *pupil);

void pupil_ask(struct pupil *pupil, const struct oracle_case *cases, unsigned count, struct pupil_answer *answers);

/* How often it has died, and what the last words were: "AddressSanitizer: heap-buffer-overflow"; empty: none. */
unsigned pupil_deaths(const struct pupil *pupil);
const char *pupil_last_words(const struct pupil *pupil);

/* A new process: nothing that it may have kept is left. */
void pupil_renew(struct pupil *pupil);

/* Removes what pupil_build() made in a directory, and the directory if nothing else is in it. */
void pupil_remove(const char *directory);

/* Makes a directory and those above it. Returns 0, or -1 and errno. */
int pupil_mkdir(const char *path);

#endif
