/* narrate.h: the log in words, one line for each event. It is complete: whatever is in a log has a sentence.
 *
 *     4.120 A: FIN arrives in FIN-WAIT-1, own FIN not yet acknowledged: goes to CLOSING, sends ACK (RFC 9293
 *     3.10.7.4 eighth step)
 *
 * This is what a screen reader reads, what a pipe gets, and the line below the pictures. Sequence numbers are relative
 * to the first of their direction unless raw is asked for; octets from the network are escaped. The language is the
 * one chosen in i18n.h.
 */
#ifndef LAB_NARRATE_H
#define LAB_NARRATE_H

#include <stdio.h>

#include "common/text.h"
#include "lab/model.h"

struct narrate_style {
    bool raw;    /* sequence numbers as on the wire */
    bool stamps; /* with the time in front */
};

/* Appends the line of one event, without a line feed, with the numbers of narrate_pinned(). The model stands at the
 * event or later. */
void narrate_event(struct text *out, const struct model *model, const struct tlog_event *event);
void narrate_styled(struct text *out, const struct model *model, const struct tlog_event *event,
                    struct narrate_style style);

/* The initial sequence numbers were chosen by command, as the RFC's figures have them: then they are shown as they are
 * unless somebody asks for relative ones. */
bool narrate_pinned(const struct tlog *log);

/* Whether the event is detail that a reader who wants the story leaves out: variables, timers set and stopped, what
 * is decided of every segment. */
bool narrate_is_detail(const struct tlog_event *event);

/* Prints what has come since the model's event up to event n, one line each, and moves the model there. brief: without
 * detail. Returns 0, or -1: no memory. */
int narrate_print(FILE *to, struct model *model, uint32_t n, bool brief);

/* Prints what must be known before the first line: the title, what was taken away from the rules, short timers. */
void narrate_begin(FILE *to, const struct tlog *log);

/* ---- parts, for panes and exports ---- */

/* Octets that may come from the network: control characters as \r, \n, \t, \x1b; UTF-8 that is no text as \x.. */
void narrate_escape(struct text *out, const char *octets, size_t length);

/* "4.120"; with more digits where the time is no whole number of milliseconds and exact is asked for. */
void narrate_time(struct text *out, uint64_t nanoseconds);

/* "1.000 s", "20 ms", "2 min". */
void narrate_span(struct text *out, uint64_t nanoseconds);

/* "RFC 9293 3.10.7.4 eighth step" of the id "9293:3.10.7.4/8/FIN-WAIT-1". */
void narrate_rule(struct text *out, const char *rule, size_t length);

/* "SYN,ACK"; "" for none. */
void narrate_flags(struct text *out, unsigned flags);

/* A sequence or acknowledgment number of a segment as it is shown: relative if its connection is known. of_sender:
 * seq of the segment's source; else its ack. */
int64_t narrate_number(const struct model *model, const struct tlog_event *event, bool ack, bool raw);

/* "L12 sim, seed 7"; and the banners that every reader of a log shows; empty: none. */
void narrate_title(struct text *out, const struct tlog *log);
void narrate_banner(struct text *out, const struct tlog *log);

/* The node that has an address, or the address. */
void narrate_peer(struct text *out, const struct model *model, const struct lucid_sockaddr *end);

/* The index of the node that has an address, or -1. */
int narrate_node_of(const struct model *model, const struct lucid_addr *addr);

#endif
