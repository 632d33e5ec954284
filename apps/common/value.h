/* value.h: values that a user writes, on a command line or in a file: numbers, times, and the sentence about a wrong
 * one. */
#ifndef COMMON_VALUE_H
#define COMMON_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "lucid/host.h"

/* Writes the sentence. Always false, for `return value_wrong(error, "...", ...)`. */
bool value_wrong(char error[LUCID_ERROR_TEXT], const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Is it an option, what getopt_long(3) returned? With opterr 0, and an option string that begins with ":". word:
 * argv[optind - 1]. */
bool value_option(int option, const char *word, char error[LUCID_ERROR_TEXT]);

/* Digits alone, a number from least to most. */
bool value_number(const char *text, uint64_t least, uint64_t most, uint64_t *number);

/* Seconds, with a fraction if it is wanted, from a millisecond to an hour; zero: 0 is one, too. */
bool value_seconds(const char *text, bool zero, lucid_time *time);

#endif
