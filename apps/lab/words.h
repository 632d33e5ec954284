/* words.h: a command line of the lab, cut into words; and the quantities that its words stand for.
 *
 * Words are separated by blanks. A word in double quotes may contain blanks and the escapes \n \r \t \0 \" \\ \xHH.
 */
#ifndef LAB_WORDS_H
#define LAB_WORDS_H

#include "common/text.h"
#include "lab/tlog.h"

#define LAB_WORDS_MAX 48
#define LAB_LINE_MAX 4096

struct lab_word {
    const char *text; /* followed by a NUL, which it may also contain when it was quoted */
    size_t length;
    unsigned column; /* in its line, from 1 */
    unsigned span;   /* characters there, with its quotes */
    bool quoted;
};

struct lab_words {
    unsigned count;
    struct lab_word word[LAB_WORDS_MAX];
    char room[LAB_LINE_MAX];
};

/* Cuts the line. Returns 0, or -1 and the sentence. */
int words_split(struct lab_words *words, const char *line, char error[LAB_ERROR]);

/* True when word i is there, unquoted, and this. */
bool words_is(const struct lab_words *words, unsigned i, const char *text);

/* Word i, or "" when there is none. */
const char *words_at(const struct lab_words *words, unsigned i);

/* Appends the line with one blank between words. */
void words_join(const struct lab_words *words, const char *line, struct text *text);

/* A whole number; "20ms", "1s", "2h", "3min", "15us", "10ns", "0"; "2MB", "64KB", "1460"; "10mbit", "64kbit" (per
 * second). Each returns 0, or -1 when the text is not one. */
int words_number(const char *text, uint64_t most, uint64_t *number);
int words_time(const char *text, lucid_time *time);
int words_size(const char *text, uint64_t *octets);
int words_rate(const char *text, uint64_t *bits);

/* The name that a misspelt word was probably meant to be; NULL when none is near. known ends with NULL. */
const char *words_nearest(const char *word, const char *const *known);

/* A word that is none of those known ("command of A"): says so, with the nearest one, or with all of them, and an
 * example ("for example `...`"). An empty word is one that is missing. Returns -1. */
int words_unknown(char error[LAB_ERROR], const char *what, const char *word, const char *const *known,
                  const char *example);

/* Formats a sentence and returns -1. */
int words_fail(char error[LAB_ERROR], const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
