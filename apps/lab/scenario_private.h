/* scenario_private.h: what the files scenario*.c share; nobody else includes it. */
#ifndef LAB_SCENARIO_PRIVATE_H
#define LAB_SCENARIO_PRIVATE_H

#include "lab/scenario.h"
#include "lab/scenario_line.h"

/* Reading a file: variant is the one that statements belong to. */
struct scenario_reader {
    struct scenario *scenario;
    struct scenario_lines lines;
    unsigned variant;
    bool begun, ended; /* `lab` has come; `end` has come */
    enum scenario_language language;
};

/* What a variant can take from the base. */
enum scenario_inherited {
    SCENARIO_INHERIT_AT = 1,
    SCENARIO_INHERIT_ON = 2,
    SCENARIO_INHERIT_RUN = 4,
    SCENARIO_INHERIT_CHECK = 8,
    SCENARIO_INHERIT_PREDICT = 16,
    SCENARIO_INHERIT_ALL = 31
};

/* Memory that scenario_free() takes back, zeroed. NULL: none. */
void *scenario_keep(struct scenario *scenario, size_t size);

/* Makes room for one more element of an array of count elements; NULL and the error. */
void *scenario_more(struct scenario_reader *reader, void *array, unsigned *count, size_t size);

/* Copies of a span and of the string in quotes that comes next; NULL and the error. */
const char *scenario_copy(struct scenario_reader *reader, struct scenario_span span);
const char *scenario_quoted(struct scenario_reader *reader, const char *what);

/* A span with its place. */
bool scenario_part_set(struct scenario_reader *reader, struct scenario_part *part, struct scenario_span span,
                       const char *what);

/* A string in quotes, into the place of the statement's language, which must be empty. */
bool scenario_text_statement(struct scenario_reader *reader, struct scenario_text *text, const char *what);

/* A number after a word like `points`; a whole one up to 1000. */
bool scenario_small_number(struct scenario_reader *reader, const char *what, unsigned *number);
bool scenario_number(struct scenario_reader *reader, const char *what, double *number);

/* `, did you mean X?` or the empty string, in room of the caller's. */
const char *scenario_hint(char room[64], const char *const *words, struct scenario_span word);

struct scenario_variant *scenario_current(struct scenario_reader *reader);

/* Statements of scenario_predict.c; the cursor is behind the keyword. */
bool scenario_read_predict(struct scenario_reader *reader);
bool scenario_read_miscon(struct scenario_reader *reader);

/* Statements of scenario_script.c. */
bool scenario_read_at(struct scenario_reader *reader);
bool scenario_read_on(struct scenario_reader *reader);
bool scenario_read_run(struct scenario_reader *reader);
bool scenario_read_check(struct scenario_reader *reader);

/* Copies into each variant what it inherits. */
bool scenario_inherit(struct scenario_reader *reader);

/* Looks at all that can only be judged once everything has been read. */
bool scenario_verify(const struct scenario *scenario, char error[LAB_ERROR]);

#endif
