/* scenario_line.h: a statement of a scenario file as one line, and a cursor that reads it word by word.
 *
 * Physical lines that end in a backslash are joined, comments are gone; each place still knows its line and column in
 * the file, so that a mistake is reported where it was made. A word ends at a blank outside quotes and brackets.
 */
#ifndef LAB_SCENARIO_LINE_H
#define LAB_SCENARIO_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "lab/tlog.h"

#define SCENARIO_PIECES 100

struct scenario_piece {
    size_t at; /* in the joined text */
    unsigned line, column;
};

/* The file, and the statement that is being read. */
struct scenario_lines {
    const char *name; /* of the file, for sentences */
    const char *next;
    unsigned line; /* number of the one that next begins */
    char *text;    /* the statement; as long as the rest of the file at most */
    size_t length;
    unsigned pieces;
    struct scenario_piece piece[SCENARIO_PIECES];
    size_t at; /* the cursor */
    char *error;
};

struct scenario_span {
    const char *at;
    size_t length;
};

/* text must live as long as lines. False: no memory. */
bool scenario_lines_open(struct scenario_lines *lines, const char *name, const char *text, char error[LAB_ERROR]);
void scenario_lines_close(struct scenario_lines *lines);

/* Goes to the next statement that is not empty. 1; 0: end of the file; -1: it cannot be one, error is written. */
int scenario_lines_next(struct scenario_lines *lines);

/* The place of an address inside lines->text. */
unsigned scenario_line_of(const struct scenario_lines *lines, const char *at);
unsigned scenario_column_of(const struct scenario_lines *lines, const char *at);

/* Writes "FILE:LINE:COLUMN: " and the sentence; the first one stays. Returns false. */
bool scenario_wrong(struct scenario_lines *lines, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What a sentence quotes from a file may be anything: control characters and what is no UTF-8 become question marks. */
void scenario_make_printable(char *text);

/* True when nothing but blanks is left. */
bool scenario_at_end(struct scenario_lines *lines);

/* The next word, as it stands, quotes and all; length 0 at the end. */
struct scenario_span scenario_peek(struct scenario_lines *lines);
struct scenario_span scenario_word(struct scenario_lines *lines);

/* The next word if it is this one. */
bool scenario_take(struct scenario_lines *lines, const char *word);

/* Everything up to a word of the list (ended by NULL) or the end, blanks around it left out. */
struct scenario_span scenario_until(struct scenario_lines *lines, const char *const *words);

/* What is in a string in quotes, unescaped, in new memory; NULL and the error when there is none. */
char *scenario_string(struct scenario_lines *lines, const char *what);

bool scenario_is(struct scenario_span span, const char *word);

/* Reads "20ms", "1.5s", "3h", "250us", "7ns", "2min", or a plain number of seconds. */
bool scenario_time(const char *at, size_t length, uint64_t *time);

#endif
