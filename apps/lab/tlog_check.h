/* tlog_check.h: whether a log can be true: the invariants that every log of the lab keeps, whatever happened in it.
 *
 * A line that is no event does not come so far (tlog.h). Here: numbers without gaps and time that never goes back; a
 * segment arrives once, as it left, and not after it was lost; the states of a connection are a chain, each step of it
 * a row of the machine, for a cause that is there; timers fire when they are set, then, and never fail to; sequence
 * numbers move forwards; rules are rules; predictions were locked before the first segment; what was switched off
 * stands in the first line.
 *
 * A log that lost events (`lost`) is checked only for what one line says by itself: it is readable, and proves nothing.
 */
#ifndef LAB_TLOG_CHECK_H
#define LAB_TLOG_CHECK_H

#include "lab/tlog.h"

#define TLOG_FAULTS_MAX 20

struct tlog_fault {
    uint32_t event;       /* its number; 0: the log as a whole */
    char text[LAB_ERROR]; /* a sentence */
};

struct tlog_report {
    unsigned faults; /* all of them; the first ones are kept */
    struct tlog_fault fault[TLOG_FAULTS_MAX];
    uint64_t lost; /* events that are missing because nobody took them in time */
};

/* Checks the whole log. Returns 0, whatever it found, or -1: no memory. */
int tlog_check(const struct tlog *log, struct tlog_report *report);

#endif
