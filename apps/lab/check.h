/* check.h: what must be true of a run, and what is said when it is not.
 *
 *     states N "CLOSED SYN-SENT ESTABLISHED"    the way of N's newest connection (N[2]: of its second one); a state in
 *                                               which no time was spent stands in parentheses
 *     count EVENTS = 3                          or <, <=, >, >=, !=
 *     same NUMBERS                              all alike, and more than one
 *     order EVENTS, EVENTS, ...                 the first of each comes after the first of the one before
 *     eq EXPRESSION                             any condition
 *     time TIMES = 0, 1s, 3s tol 50ms           or any comparison of times
 *     fields EVENTS seq E ack E fl RA len E win E   of the first of them; those that are named
 *     none EVENTS
 *     figure 9293:8                             the segments are those of a figure of the RFC (figures.def)
 *     error N CALL NAME [after T] [before T]    N's application got this error from a call
 *     bytes A->B [= N]                          B's application got all that A's sent, and nothing else
 *     ghosts N = 0                              connections at N whose other end does not know of them
 *     ghosts bytes N = 0                        octets delivered at N that no peer of today has sent
 *     stuck                                     somebody waits, and nothing can ever happen
 *     fit NUMBERS double|linear|flat [every T] [from T] [to T]
 *     breaks RULE CONDITION                     RULE was taken away, and this came of it
 *
 * A check reads the log and nothing else.
 */
#ifndef LAB_CHECK_H
#define LAB_CHECK_H

#include "common/text.h"
#include "lab/model.h"
#include "lab/scenario.h"

struct check_result {
    bool passed;
    unsigned points, of;
    struct text want, got; /* in words; to be freed by check_result_free() */
};

/* Whether a check can be understood; nodes are the names it may use. Returns 0, or -1: *in_kind says whether the kind
 * is wrong, else *offset is where in the body; error is a sentence without a place. */
int check_verify(const char *kind, const char *body, const char *const *node, unsigned nodes, bool *in_kind,
                 unsigned *offset, char error[LAB_ERROR]);

/* Judges a run. model must stand at the end of the log. Returns 0, or -1: it could not be judged (memory). */
int check_run(const struct scenario_check *check, const struct model *model, struct check_result *result,
              char error[LAB_ERROR]);
void check_result_free(struct check_result *result);

/* Appends what happened up to event n: the latest lines of the story, at most so many. */
void check_story(struct text *out, struct model *model, uint32_t n, unsigned lines);

#endif
