/* scenario.h: a scenario file (.lab), read: what a class is asked, what the world is told, what must come of it.
 *
 * The format is described in docs/labs/en/format.md; an instructor writes such files without knowing C. A file holds a
 * base and variants of it; after reading, each variant is complete by itself: what it inherits has been copied in.
 * Everything that can be wrong with a file short of running it is found here, with line and column.
 */
#ifndef LAB_SCENARIO_H
#define LAB_SCENARIO_H

#include "lab/tlog.h"

enum scenario_language { SCENARIO_EN, SCENARIO_ZH, SCENARIO_LANGUAGES };

/* A text that students read. at[SCENARIO_ZH] may be NULL. */
struct scenario_text {
    const char *at[SCENARIO_LANGUAGES];
};

/* A piece of a statement as it was written, with its place. text NULL: not there. */
struct scenario_part {
    const char *text;
    unsigned line, column;
};

enum scenario_prediction_type {
    SCENARIO_CHOICE,
    SCENARIO_NUMBER,
    SCENARIO_TIMES,
    SCENARIO_STATES,
    SCENARIO_FIELDS,
    SCENARIO_TABLE,
    SCENARIO_ORDER,
    SCENARIO_RANK,
    SCENARIO_SKETCH,
    SCENARIO_FREE_TEXT,
    SCENARIO_PREDICTION_TYPES
};

/* One of the things to choose from, to put in order, or one cell of a table. */
struct scenario_item {
    const char *label;
    const char *label_zh;            /* NULL: label */
    struct scenario_part expression; /* a choice: it is right when this holds; a cell: its value */
};

struct scenario_prediction {
    struct scenario_part id;
    uint8_t type; /* enum scenario_prediction_type */
    struct scenario_text question;
    unsigned items;
    struct scenario_item *item;
    struct scenario_part answer; /* an expression; text NULL: the items have it */
    double tolerance;            /* of numbers and times (s); with percent a fraction of the answer */
    bool percent, relative;      /* relative: sequence numbers count from the ISNs */
    unsigned points;
    const char *rule;              /* explains a difference; NULL: the event's own rule does */
    struct scenario_part from, to; /* of a sketch */
};

/* What to say to somebody who answered this. */
struct scenario_miscon {
    const char *id, *answer;
    struct scenario_text text;
    struct scenario_part place;
};

/* at TIME COMMAND; on CONDITION [after TIME] COMMAND */
struct scenario_action {
    struct scenario_part condition; /* text NULL: at */
    uint64_t time;                  /* at: since the start; on: after the condition came true */
    struct scenario_part command;
};

/* run; run TIME; run until CONDITION max TIME */
struct scenario_run {
    struct scenario_part until; /* text NULL: only time counts */
    uint64_t time;              /* at most; TLOG_NONE: until nothing happens any more */
};

struct scenario_check {
    struct scenario_part kind, body;
    struct scenario_text text; /* in words; at[SCENARIO_EN] NULL: kind and body say it */
    unsigned points;
};

/* The base ("a"), or a variant, complete. */
struct scenario_variant {
    const char *id;
    struct scenario_text title, goal, see, linux_does;
    unsigned hints, setups, withouts, actions, runs, checks, predictions, miscons;
    struct scenario_text *hint;
    struct scenario_part *setup; /* node, wire, iss, set, as the world reads them */
    const char **without;        /* rules taken away, NULL never; they are set-up lines, too */
    struct scenario_action *action;
    struct scenario_run *run;
    struct scenario_check *check;
    struct scenario_prediction *prediction;
    struct scenario_miscon *miscon;
    unsigned inherits; /* bits of what is copied from the base; only while reading */
    unsigned line;     /* of the statement `variant` */
};

struct scenario {
    const char *path; /* as it is named in sentences: "L02.lab" */
    const char *id;
    struct scenario_text title;
    unsigned minutes;
    const char *release, *world;
    char labfile[65]; /* SHA-256 of the file */
    unsigned rules;
    const char **rule; /* "9293:3.8.3" */
    unsigned variants; /* at least 1; 0 is the base */
    struct scenario_variant *variant;
    unsigned nodes;
    const char *node[TLOG_NODES_MAX];
    unsigned kept; /* memory that all of these live in */
    void **keep;
};

/* Reads a text. path: for sentences. NULL, and the sentence: "L02.lab:12:7: ...". */
struct scenario *scenario_parse(const char *path, const char *text, char error[LAB_ERROR]);

/* Reads a file. */
struct scenario *scenario_read(const char *path, char error[LAB_ERROR]);
void scenario_free(struct scenario *scenario);

/* Index of a variant; "a" and NULL are the base. -1: there is none. */
int scenario_variant_find(const struct scenario *scenario, const char *id);

/* The text in the language, or in English; "" when there is none. */
const char *scenario_say(const struct scenario_text *text, enum scenario_language language);

/* "choice". */
const char *scenario_prediction_name(unsigned type);

/* Whether a node has that name (length octets). */
bool scenario_has_node(const struct scenario *scenario, const char *name, size_t length);

#endif
