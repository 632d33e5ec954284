/* drill_text.h: a script before it is parsed: a text without comments, cut into statements.
 *
 * A statement ends with its line, or before a '}' that it did not open itself.
 */
#ifndef HARNESS_DRILL_TEXT_H
#define HARNESS_DRILL_TEXT_H

#include <stdbool.h>

struct drill_text {
    char *begin; /* owned; comments are blanks */
    const char *at;
    unsigned line; /* of at, from 1 */
};

/* Copies a text and takes the comments out. *tags gets the first comment that names an RFC or a regression, or "". */
void drill_text_begin(struct drill_text *text, const char *source, char **tags);
void drill_text_end(struct drill_text *text);

/* Moves over blanks and empty lines. False at the end. */
bool drill_text_skip(struct drill_text *text);

/* Takes this word or sign when it comes next. */
bool drill_text_take(struct drill_text *text, const char *word);

/* The next statement, to be freed. */
char *drill_text_statement(struct drill_text *text);

/* All of a file, to be freed; NULL: it cannot be read, see errno. */
char *drill_text_read(const char *path);

#endif
