/* check_private.h: what the kinds of checks share: pieces of a body, values of expressions, want and got.
 *
 * The function of a kind is called for two ends: to look at the body when a file is read (then there is no model, and
 * values are NOTHING), and to judge a run.
 */
#ifndef LAB_CHECK_PRIVATE_H
#define LAB_CHECK_PRIVATE_H

#include "lab/check.h"
#include "lab/query.h"

#define CHECK_VALUES 40

struct check_reading {
    const char *body;
    const char *prefix;        /* put before every expression: "count " */
    const struct model *model; /* NULL: only look */
    const char *const *node;   /* names, when there is no model */
    unsigned nodes;
    struct check_result *result;
    struct query *query[CHECK_VALUES]; /* their values are in use until the end */
    unsigned queries;
    unsigned *offset;
    char *error;
};

struct check_piece {
    const char *at;
    size_t length;
};

/* Each returns whether the body could be understood; result tells about the run. */
bool check_states(struct check_reading *reading);
bool check_count(struct check_reading *reading);
bool check_same(struct check_reading *reading);
bool check_order(struct check_reading *reading);
bool check_eq(struct check_reading *reading);
bool check_time(struct check_reading *reading);
bool check_fields(struct check_reading *reading);
bool check_none(struct check_reading *reading);
bool check_figure(struct check_reading *reading);
bool check_error(struct check_reading *reading);
bool check_bytes(struct check_reading *reading);
bool check_ghosts(struct check_reading *reading);
bool check_stuck(struct check_reading *reading);
bool check_fit(struct check_reading *reading);
bool check_breaks(struct check_reading *reading);

bool check_wrong(struct check_reading *reading, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The body, and its part before and after a word that stands alone outside brackets and quotes. Not found: false. */
struct check_piece check_body(const struct check_reading *reading);
bool check_split(struct check_piece all, const char *word, struct check_piece *before, struct check_piece *after);

/* The same at a character: ',' or the first '=' that is no part of <=, >=, !=. */
bool check_split_at(struct check_piece all, char c, struct check_piece *before, struct check_piece *after);

/* Takes the first word off a piece. */
struct check_piece check_word(struct check_piece *rest);

/* The value of a piece. False when it is no expression. left: of its left side, too, if it is a comparison. */
bool check_value(struct check_reading *reading, struct check_piece piece, struct query_value *value);
bool check_left(struct check_reading *reading, struct check_piece piece, struct query_value *value,
                struct query_value *left);

/* A condition: passed, want and got are set. */
bool check_condition(struct check_reading *reading, struct check_piece piece);

/* Index of a node named by a piece, "A", or "A[2]" with *which = 2 (else 0). -1: the error is set. */
int check_node(struct check_reading *reading, struct check_piece piece, unsigned *which);

/* "20ms" in seconds. */
bool check_seconds(struct check_reading *reading, struct check_piece piece, double *seconds);

/* An operator and a number, as in "= 0" or ">= 1", held against a number. */
bool check_number(struct check_reading *reading, struct check_piece piece, double got);

#endif
