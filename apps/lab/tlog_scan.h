/* tlog_scan.h: one line of a log, taken apart: every key with its value, as they stand in the text.
 *
 * The grammar is JSON as the project writes it: one object, no spaces, integers only, UTF-8. What the keys mean is not
 * known here (tlog_parse.c); values inside values come one after another, each with its depth, so that whoever does
 * not know a key skips all that is deeper.
 */
#ifndef LAB_TLOG_SCAN_H
#define LAB_TLOG_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/tlog.h"

enum tlog_type { TLOG_NUMBER, TLOG_STRING, TLOG_OBJECT, TLOG_ARRAY, TLOG_WORD /* true, false, null */ };

struct tlog_field {
    const char *key; /* without its quotes; NULL in an array */
    const char *at;  /* first character of the value; of a string, the one behind the quote */
    uint64_t number; /* NUMBER: without its sign */
    uint32_t length; /* STRING: octets between the quotes */
    uint8_t key_length;
    uint8_t type;  /* enum tlog_type */
    uint8_t depth; /* 0: directly in the line's object */
    bool negative; /* NUMBER */
    bool escaped;  /* STRING: it has backslashes */
};

#define TLOG_FIELDS_MAX 96
#define TLOG_DEPTH_MAX 8

struct tlog_line {
    const char *start, *end;
    uint32_t number; /* in its log, from 1: for sentences */
    unsigned count;
    struct tlog_field field[TLOG_FIELDS_MAX];
    char *error; /* LAB_ERROR octets, for the sentence */
};

/* Takes start..end apart. Returns 0, or -1 and the sentence. */
int tlog_scan(struct tlog_line *line);

/* Writes "line 3, column 17: " and the sentence; returns -1. */
int tlog_wrong(struct tlog_line *line, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Writes the value of a string, unescaped, to `to` (field->length octets are enough) and returns how many octets it
 * has. "\u00e9" is one octet: json.h writes what came from the network that way. */
uint32_t tlog_unescape(const struct tlog_field *field, char *to);

#endif
