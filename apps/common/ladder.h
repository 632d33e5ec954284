/* ladder.h: one connection as a ladder: each segment is a rung between two poles, and on both poles stands the state.
 *
 *     struct ladder *ladder = ladder_new(false);
 *     each event of the connection:  ladder_add(ladder, 0, &event)
 *     ladder_ended(ladder):  ladder_print(ladder, &style, &text)
 *
 * There are two sources. With the events of both ends (two stacks in memory) both poles are exact. With those of one
 * end, ours, the other pole is inferred: what that end received and sent are events of the same machine, whose rows
 * lucid_fsm_row() shows (ladder_peer.c); such states are marked with ~.
 *
 * What is a row: a segment on its way (one row, or two where something happened between its leaving and its arriving),
 * a call, a timer that fired, something that was dropped. In each row at most one end changes its state. Long runs of
 * plain segments are folded as they come, and the number of rows is bounded, so a ladder of a gigabyte is as long as
 * one of a page.
 *
 * Which connections get a ladder is ladders.h.
 */
#ifndef COMMON_LADDER_H
#define COMMON_LADDER_H

#include "common/text.h"
#include "lucid/trace.h"

/* The kinds of events that a ladder reads, for lucid_trace_enable(). */
#define LADDER_KINDS                                                                                                   \
    (1u << LUCID_EVENT_SEGMENT_OUT | 1u << LUCID_EVENT_SEGMENT_IN | 1u << LUCID_EVENT_STATE | 1u << LUCID_EVENT_RULE | \
     1u << LUCID_EVENT_TIMER | 1u << LUCID_EVENT_DROP)

/* Rows of a ladder, at most. */
#define LADDER_ROWS_MAX 200

enum ladder_kind {
    LADDER_BEGIN,     /* the states before anything happened */
    LADDER_SEGMENT,   /* a segment goes from one end to the other */
    LADDER_DEPARTURE, /* one leaves; its arrival is a row further down, or nobody saw it */
    LADDER_ARRIVAL,   /* it arrives */
    LADDER_CALL,      /* the application calls */
    LADDER_TIMER,     /* a timer has fired */
    LADDER_RULE,      /* a decision: something is sent again, a probe is sent */
    LADDER_DROP,      /* what the row before brought was dropped */
    LADDER_LOST,      /* events that the trace had no room for */
    LADDER_RUN,       /* rows that were left out */
};

/* What a LADDER_RUN stands for: of the segments that each end sent. */
struct ladder_run {
    uint64_t octets;
    uint32_t segments, with_data, departed, arrived;
};

struct ladder_row {
    lucid_time time;
    uint64_t id;       /* of the packet, as the sender's stack counts */
    uint8_t kind;      /* enum ladder_kind */
    uint8_t end;       /* 0 or 1: the sender of a segment; else where it happened */
    uint8_t flags;     /* enum lucid_flag */
    uint8_t what;      /* enum lucid_call, enum lucid_timer, enum lucid_outcome */
    uint16_t reason;   /* enum lucid_drop */
    uint16_t state[2]; /* after this row; 0: as before */
    uint16_t segment_size;
    int16_t fired[2]; /* the first rows of the machine that fired; -1: none */
    uint32_t seq, ack, window, length;
    const char *rule;    /* of a LADDER_RULE, and of the timer that led to it */
    bool retransmission; /* some of these octets were sent before */
    bool kept;           /* out of order: kept until the gap is filled */
    bool arrived;        /* of a LADDER_DEPARTURE: there is a LADDER_ARRIVAL */
    bool pending;        /* nobody knows yet when it arrived; not to be folded */
    struct ladder_run run[2];
    uint32_t others; /* of a LADDER_RUN: rows that were no segments; of a LADDER_LOST: events */
};

struct ladder;

/* A ladder without rows. both: the events of both ends will come; else those of end 0. NULL when there is no memory. */
struct ladder *ladder_new(bool both);
void ladder_free(struct ladder *ladder);

/* Takes an event of the connection; end: whose stack's. Of both ends: in the order in which things happened, and the
 * packets keep the sender's number on the way, as those of a struct lucid_pair do. */
void ladder_add(struct ladder *ladder, unsigned end, const struct lucid_event *event);

/* Says that so many events are missing here; 0: nobody knows how many. */
void ladder_add_lost(struct ladder *ladder, unsigned end, uint64_t count);

/* Every end whose events come has gone to CLOSED, and the RST that goes with it has left. */
bool ladder_ended(const struct ladder *ladder);

/* No more will come: what was on its way has arrived, as far as one can know. */
void ladder_finish(struct ladder *ladder);

/* The rows so far; the first is a LADDER_BEGIN. Returns how many. */
unsigned ladder_rows(const struct ladder *ladder, const struct ladder_row **rows);

/* The initial sequence number of an end; 0 before its SYN was seen. */
uint32_t ladder_iss(const struct ladder *ladder, unsigned end);

/* ---- as text ---- */

/* No line is wider. */
#define LADDER_COLUMNS 100

struct ladder_style {
    bool utf8, colour;
    const char *name[2]; /* what the ends are called: "lucid", "kernel" */
    const char *title;   /* "connection 1" */
};

/* How a ladder may look on this descriptor: arrows where the locale has them; colour on a terminal, or with
 * CLICOLOR_FORCE, which who reads a pipe for a terminal sets; never with NO_COLOR. */
struct ladder_style ladder_style_for(int fd);

void ladder_print(const struct ladder *ladder, const struct ladder_style *style, struct text *text);

#endif
