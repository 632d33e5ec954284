/* drill_scan.h: a place in a line of a script, and the small steps forward that all parsers are made of.
 *
 * Each scan_ function skips blanks first. Those that return bool move on and say true, or stay and say false. A parser
 * that cannot go on calls scan_fail() once, with a sentence, and returns false; the first sentence is kept.
 */
#ifndef HARNESS_DRILL_SCAN_H
#define HARNESS_DRILL_SCAN_H

#include "harness/drill_script.h"

struct scan {
    const char *at;
    struct drill_error *error;
};

#define SCAN_WORD 64

/* The rest of the line begins here. */
const char *scan_rest(struct scan *scan);
bool scan_end(struct scan *scan);
char scan_peek(struct scan *scan);

/* Exactly this text; as a word: not followed by a letter, digit or underscore. */
bool scan_text(struct scan *scan, const char *text);
bool scan_is_word(struct scan *scan, const char *text);

/* Letters, digits, '_' and '-' that begin with a letter. */
bool scan_word(struct scan *scan, char word[SCAN_WORD]);

/* Decimal or 0x..., perhaps with a sign. */
bool scan_number(struct scan *scan, int64_t *number);
/* Between least and most, else a failure that says what. */
bool scan_range(struct scan *scan, const char *what, int64_t least, int64_t most, int64_t *number);

/* Decimal seconds: "1", ".25", "1.5". */
bool scan_seconds(struct scan *scan, lucid_time *time);

/* Pairs of hexadecimal digits. Returns how many octets, at most room; 0: none, or an odd number of digits. */
size_t scan_hex(struct scan *scan, uint8_t *octets, size_t room);

/* Always false. */
bool scan_fail(struct scan *scan, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As scan_text(), but its absence is a failure. */
bool scan_expect(struct scan *scan, const char *text);

/* A name and a number: what tables of constants are made of; the last row has name NULL. */
struct scan_name {
    const char *name;
    int value;
};

/* A word of the table. False, without a failure, when the word is another one. */
bool scan_name(struct scan *scan, const struct scan_name *table, int *value);
/* Words of the table joined by '|', or a number. */
bool scan_flags(struct scan *scan, const struct scan_name *table, int *value);

#endif
