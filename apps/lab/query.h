/* query.h: expressions about a run: "seg_tx(A,SYN).t", "count seg_tx(A,SYN) = 3", "B.state@drop2", "A.cwnd >= 2920".
 *
 * The language is that of scenario files (docs/labs/en/format.md): selectors, attributes, values, arithmetic,
 * comparisons, and, or, not. A query reads the log and nothing else.
 */
#ifndef LAB_QUERY_H
#define LAB_QUERY_H

#include "common/text.h"
#include "lab/model.h"

struct query;

enum query_type { QUERY_NOTHING, QUERY_NUMBER, QUERY_TIME, QUERY_NAME, QUERY_EVENTS, QUERY_TRUTH, QUERY_LIST };

struct query_value {
    enum query_type type;
    double number;         /* NUMBER; TIME in seconds; TRUTH 0 or 1 */
    struct tlog_text name; /* NAME: a state, an error, flags */
    unsigned count;        /* EVENTS: their numbers; LIST: the values of an attribute of each */
    const uint32_t *event;
    const double *list;           /* of numbers */
    const struct tlog_text *word; /* LIST of names: then list is NULL */
    bool sequence;                /* NUMBER, LIST: sequence numbers, arithmetic modulo 2^32 */
    bool time;                    /* LIST: of times */
};

/* Reads an expression. column: where it stands in its line, for the sentence. NULL and the sentence. */
struct query *query_compile(const char *text, const struct tlog *log, unsigned column, char error[LAB_ERROR]);
void query_free(struct query *query);

/* Its value after the first n events of the log. The value lives until the next call with this query. */
struct query_value query_eval(struct query *query, const struct model *model);

/* Whether a text is an expression, without a log: nodes are the names that it may use. Returns 0, or -1: *offset is
 * where in the text, error a sentence without a place. */
int query_check(const char *text, const char *const *node, unsigned nodes, unsigned *offset, char error[LAB_ERROR]);

/* For a comparison the value of its left side, else the value itself: what was got when it does not hold. */
struct query_value query_left(struct query *query, const struct model *model);

/* Whether a value counts as true: TRUTH, or events that exist. */
bool query_true(const struct query_value *value);

/* Writes a value for people: "1.000 s", "SYN-SENT", "3". */
void query_format(const struct query_value *value, struct text *text);

#endif
