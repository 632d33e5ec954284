/* show.h: what -v and --trace print, on standard error: heads line by line, and events of the stack.
 *
 *     > GET / HTTP/1.1                 sent
 *     < HTTP/1.1 200 OK                received
 *     *   0.000000  c1   CLOSED -> SYN-SENT  ...    a change of the connection's state: time in seconds, its number,
 *                                                   what happened, the rule, the cause
 *     * anything else
 */
#ifndef FETCH_SHOW_H
#define FETCH_SHOW_H

#include "common/text.h"
#include "options.h"

struct show {
    bool verbose, trace;
    lucid_time zero; /* shown as 0 */
    uint64_t number; /* of the latest event */
    struct text line;
};

/* Turns the stack's trace on, as far as somebody wants to see it; NULL: there is none, here and in show_events().
 * Returns 0 or a negative error. */
int show_begin(struct show *show, const struct fetch_options *options, struct lucid_stack *stack, lucid_time now);
void show_end(struct show *show);

/* Prints the lines of a head, each behind the mark. What might move a terminal's cursor becomes a question mark. */
void show_head(struct show *show, char mark, const void *octets, size_t length);

/* Prints a remark, if -v is given. */
void show_remark(struct show *show, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes the events that there are. */
void show_events(struct show *show, struct lucid_stack *stack);

#endif
