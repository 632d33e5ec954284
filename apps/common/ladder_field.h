/* ladder_field.h: the words of a ladder. See ladder_field.c; where they stand is ladder_print.c. */
#ifndef COMMON_LADDER_FIELD_H
#define COMMON_LADDER_FIELD_H

#include "common/ladder_private.h"

/* The segment that left in this row has never arrived. */
bool ladder_was_lost(const struct ladder_row *row);

/* "-- SA         0        1     0   65535 ->" */
void ladder_format_segment(const struct ladder *ladder, const struct ladder_row *row, bool utf8, struct text *text);

/* "x7 segments of 1460, retransmission", after ", " if something is there already; or nothing. */
void ladder_format_remark(const struct ladder *ladder, const struct ladder_row *row, struct text *text);

/* "... 412 segments, 598,600 octets >": what one end sent of a run. */
void ladder_format_run(const struct ladder_row *row, unsigned end, bool utf8, struct text *text);

/* "9293:3.10.7.4/5", the rules that fired in this row; of different sections with ", " between them. */
void ladder_format_rules(const struct ladder_row *row, bool inferred, struct text *text);

/* "* close()", "* 2MSL timer", "x dropped: ...": what is no segment. */
void ladder_format_mark(const struct ladder_row *row, bool inferred, struct text *text);

#endif
