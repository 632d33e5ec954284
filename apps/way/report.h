/* report.h: a finished run, as text and as a page.
 *
 * The same rows are shown by print.c, for a terminal or a pipe, and by page.c, as one HTML file that needs no other.
 */
#ifndef WAY_REPORT_H
#define WAY_REPORT_H

#include "common/ladder.h"
#include "timeline.h"

struct way_report {
    const struct way_plan *plan;
    const struct way_record *record;
    const struct way_take *take;
    unsigned takes;
    struct way_net net[WAY_ACTS];
    struct way_timeline timeline[WAY_ACTS];
    bool steps; /* no times: two runs look the same then */
};

/* Returns 0, or -1: there was no memory for all of it. */
int way_report_build(struct way_report *report, const struct way_plan *plan, const struct way_record *record,
                     const struct way_take *take, unsigned takes, bool all);
void way_report_free(struct way_report *report);

/* As text; style: colours and arrows. */
void way_print(const struct way_report *report, const struct ladder_style *style, struct text *text);

/* As a page. */
void way_page(const struct way_report *report, struct text *text);

/* One line each: what a hop is. */
const char *way_hop_about(const struct way_plan *plan, enum way_hop hop);

/* Calls call(user, hop, sentence) for each hop that has noticed something, from left to right: what it knows of the
 * failure, in its own words. */
void way_knowledge(const struct way_report *report, unsigned act,
                   void (*call)(void *user, enum way_hop hop, const char *sentence), void *user);

/* Appends where the time of an act went, as a sentence; nothing when no answer came. */
void way_times_say(const struct way_report *report, unsigned act, struct text *text);

/* How many connections were opened to a hop, and who is in TIME-WAIT. */
void way_connections_say(const struct way_report *report, unsigned act, struct text *text);

/* Calls call(user, name, sentence) for each state that an end of a connection was in, in the order of Figure 5 of
 * RFC 9293 3.3.2. */
void way_states_say(const struct way_report *report, void (*call)(void *user, const char *name, const char *about),
                    void *user);

#endif
