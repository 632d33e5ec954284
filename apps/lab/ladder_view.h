/* ladder_view.h: two nodes of a log as a ladder: two poles, and between them what they sent, from above to below.
 *
 * The layout is a list of rungs, made from the log once and continued as the log grows; a rung is a few octets, and
 * only those that are seen are painted: on a grid (ladder_view_paint), as text, as SVG (svg_ladder.c). A segment is one
 * rung where nothing happened at the far end between its leaving and its arriving; else it is two, a departure and an
 * arrival, and one sees that segments crossed.
 *
 * apps/common/ladder.h is another: of one connection, from the trace of one end or two, with the far end inferred. Here
 * both ends are in the log, with the wire between them.
 */
#ifndef LAB_LADDER_VIEW_H
#define LAB_LADDER_VIEW_H

#include "lab/grid.h"
#include "lab/model.h"

enum rung_kind {
    RUNG_SEGMENT,   /* left and arrived */
    RUNG_DEPARTURE, /* left; it arrives in a rung below, or never */
    RUNG_ARRIVAL,
    RUNG_STATE,
    RUNG_TIMER, /* fired */
    RUNG_CALL,
    RUNG_ERROR, /* a call failed */
    RUNG_RULE,  /* a decision other than "accepted" */
    RUNG_DROP,  /* by a stack */
    RUNG_WIRE,  /* something done to a packet or to the wire */
    RUNG_NOTE,
    RUNG_PEER,
};

struct rung {
    uint32_t event; /* its number */
    uint32_t seen;  /* from this event on it is there; rises from rung to rung */
    uint32_t other; /* SEGMENT, DEPARTURE: the seg_rx, 0: none; ARRIVAL: the seg_tx, 0: none */
    uint32_t fate;  /* SEGMENT, DEPARTURE: the event of the wire that lost or held it; 0: none */
    uint32_t freed; /* the event that released what was held; 0: none */
    uint8_t kind;   /* enum rung_kind */
    uint8_t end;    /* 0, left; 1, right: where it happened; 2: on the wire */
    bool copy;      /* ARRIVAL: of what the wire had duplicated */
};

struct ladder_view;

/* Between two nodes of the log, which may grow. NULL: no memory. */
struct ladder_view *ladder_view_new(const struct tlog *log, unsigned left, unsigned right);
void ladder_view_free(struct ladder_view *ladder);

/* Takes in what the log has now. Returns 0, or -1: no memory. */
int ladder_view_update(struct ladder_view *ladder);

/* How many rungs there are at event n, and which. */
unsigned ladder_view_upto(const struct ladder_view *ladder, uint32_t n);
const struct rung *ladder_view_rung(const struct ladder_view *ladder, unsigned i);

unsigned ladder_view_node(const struct ladder_view *ladder, unsigned end);

struct ladder_view_style {
    bool raw;          /* sequence numbers as on the wire */
    uint32_t selected; /* event that is marked; 0: none */
    unsigned above;    /* rungs scrolled back from the newest */
};

/* Paints the newest rungs as of the model's event, the newest at the bottom, heads of the poles in the first line. */
void ladder_view_paint(struct view view, const struct ladder_view *ladder, const struct model *model,
                       struct ladder_view_style style);

/* All of it as text, width columns wide. */
void ladder_view_text(struct text *out, const struct ladder_view *ladder, const struct model *model, int width,
                      bool ascii);

/* ---- for painters ---- */

enum rung_look { LOOK_ARRIVED, LOOK_FLYING, LOOK_LOST, LOOK_HELD };

/* How a segment's rung looks when the log has been read up to event n. */
enum rung_look rung_look(const struct tlog *log, const struct rung *rung, uint32_t n);

/* The event that is the segment: of an arrival, of what arrives. */
const struct tlog_event *rung_segment(const struct tlog *log, const struct rung *rung);

/* What stands at an arrow, at most so wide: "SYN,ACK seq=0 ack=1", "ACK 1/101". */
void rung_label(struct text *out, const struct model *model, const struct rung *rung, int columns, bool raw);

/* What a rung says that is no segment; without the time. */
void rung_words(struct text *out, const struct model *model, const struct rung *rung);

#endif
