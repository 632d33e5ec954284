/* wrap.h: a paragraph in lines of a terminal. Chinese characters are two columns wide, and may end any line. */
#ifndef LAB_WRAP_H
#define LAB_WRAP_H

#include "common/text.h"

/* The smallest terminal has 80; a stop that may not begin a line hangs over by two. */
#define WRAP_COLUMNS 78

/* Columns that a text of UTF-8 takes. */
unsigned wrap_width(const char *text);

/* Appends the paragraph, with a line feed at its end. The first line begins at column `at` (what stands before it is
 * there already), the others are indented so far. */
void wrap_put(struct text *out, const char *paragraph, unsigned at, unsigned indent);

#endif
