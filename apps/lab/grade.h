/* grade.h: a student's machine, graded in eight stages.
 *
 *     grade_open(&options, error)        the machine is there as a program (pupil.h)
 *     grade_table(grade)                 stages 1 to 6: every cell, state x class of events
 *     grade_twin(grade)                  stage 7: ten thousand lives beside the oracle
 *     grade_real(grade)                  stage 8: in the place of fsm.def in two stacks
 *     grade_hints(grade)                 what the hints that were asked for cost
 *     grade_score(grade)                 points
 *
 * The same machine gives the same grade, always: what is random comes from one fixed seed.
 */
#ifndef LAB_GRADE_H
#define LAB_GRADE_H

#include "lab/pupil.h"

#define GRADE_STAGES 8
#define GRADE_HINTS 3

/* Cells of a stage that are told at length. */
#define GRADE_TOLD_MAX 4

struct grade_options {
    const char *source;    /* "student/fsm.c" */
    const char *directory; /* "lab-out/grade" */
    const char *student;   /* for reports; "" */
    unsigned stage;        /* 1 to 8; 0: all */
    unsigned hint;         /* 0 to 3 */
    bool plain;            /* without sanitizers */
    bool no_curl;          /* stage 8 without it */
};

/* What is wrong with a cell, the worst last. */
enum grade_cell {
    CELL_NOT_ASKED,
    CELL_RIGHT,
    CELL_LEGAL, /* right, not as fsm.def has it */
    CELL_OUT,   /* the state is right, what is sent or told is not */
    CELL_STATE,
    CELL_NOT_WRITTEN,
    CELL_FICKLE,  /* two answers to one question */
    CELL_CHANGED, /* it writes into tcb or ev */
    CELL_CRASHED,
    CELL_HUNG,
};

/* A case and what the machine said to it. */
struct grade_asked {
    struct oracle_case at;
    struct oracle_answer want;
    struct pupil_answer got;
    enum grade_cell result;
    const char *legal; /* of CELL_LEGAL: the reason */
};

struct grade_stage {
    const char *name;
    unsigned of, points;
    unsigned cells, right;       /* stage 7: lives; stage 8: stories */
    unsigned moves, moves_right; /* those in which the right answer is not "stay" */
    unsigned hint_cost;
    bool counted; /* was run */
};

#define GRADE_STORY_MAX 24

/* Events from CLOSED on; the last one is where the machine is wrong. */
struct grade_story {
    unsigned count;
    struct oracle_case at[GRADE_STORY_MAX];
    struct pupil_answer got[GRADE_STORY_MAX];
    bool reached; /* by the machine's own answers; else by the RFC's */
};

/* One story of stage 8. */
struct grade_real {
    char name[80];
    bool right;
    char what[160]; /* what was otherwise */
};
#define GRADE_REAL_MAX 10

struct grade {
    struct grade_options options;
    struct pupil *pupil;
    struct text compiler; /* what it said */
    char source_hash[65]; /* SHA-256 of the file */
    unsigned count;
    struct grade_asked *asked;
    int index[TCP_STATES][EV_KINDS][2][2]; /* passive, queued; -1: not asked */
    enum grade_cell cell[TCP_STATES][EV_KINDS];
    int worst[TCP_STATES][EV_KINDS]; /* of asked, the one that decides the cell; -1 */
    bool written;                    /* some cell is not NOT_WRITTEN */
    struct grade_stage stage[GRADE_STAGES + 1];
    unsigned points, of;
    struct grade_story twin; /* count 0: no divergence */
    unsigned real_count;
    struct grade_real real[GRADE_REAL_MAX];
    char curl[200]; /* why curl does not count; empty: it does */
};

/* Compiles and starts it. NULL: *status is LAB_FAILED (it does not compile: error has the compiler's words) or
 * LAB_USAGE. */
struct grade *grade_open(const struct grade_options *options, int *status, struct text *error);
void grade_close(struct grade *grade);

void grade_table(struct grade *grade);
void grade_twin(struct grade *grade);
void grade_real(struct grade *grade);
void grade_hints(struct grade *grade);
void grade_score(struct grade *grade);

/* The stage of a cell, 1 to 6. */
unsigned grade_stage_of(enum tcp_state s, enum ev_kind kind);

/* How the machine got to the case asked[i]: the fewest events. */
struct grade_story grade_story_to(const struct grade *grade, int i);

/* Judges one answer. */
enum grade_cell grade_judge(const struct oracle_case *at, const struct pupil_answer *got, const char **legal);

/* Hint number level (1 to 3) for a case. */
void grade_put_hint(struct text *text, const struct grade_asked *asked, unsigned level);

/* "you CLOSING, RFC TIME-WAIT". */
void grade_put_difference(struct text *text, const struct grade_asked *asked);

/* ---- as text and in the formats of other programs ---- */

void grade_print_text(const struct grade *grade, struct text *text);
void grade_print_tap(const struct grade *grade, struct text *text);
void grade_print_junit(const struct grade *grade, struct text *text);
void grade_print_gradescope(const struct grade *grade, struct text *text);
void grade_print_csv(const struct grade *grade, struct text *text);

/* The lines of the CSV. */
void grade_put_rows(const struct grade *grade, struct text *text);

/* A number as a text, for i18n_put(). Four may be in use at a time. */
const char *grade_number(unsigned value);

/* A story as a ladder. */
void grade_print_ladder(const struct grade_story *story, struct text *text);
void grade_print_svg(const struct grade_story *story, struct text *text);

/* How many cells of a stage are wrong; told: of asked[], the first *count that are wrong and not just unwritten. */
unsigned grade_wrong_cells(const struct grade *grade, unsigned stage, int told[GRADE_TOLD_MAX], unsigned *count);

/* Writes DIRECTORY/fail-STAGE-NN.svg. */
void grade_write_picture(const struct grade *grade, const struct grade_story *story, unsigned stage, unsigned number);

/* "OPEN active, SYN,ACK, CLOSE". */
void grade_put_story(struct text *text, const struct grade_story *story);

#endif
