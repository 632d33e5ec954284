/* panes.h: the small pictures of the terminal, each painted into a view from the model and the log, nothing else.
 *
 * What they have in common is a stage: two nodes, and at each the connection that is followed. Pictures that have a
 * file of their own are fsmview.h and ladder_view.h; screen.h puts all together.
 */
#ifndef LAB_PANES_H
#define LAB_PANES_H

#include "lab/fsmview.h"
#include "lab/grid.h"
#include "lab/model.h"

struct stage {
    const struct model *model;
    unsigned node[2];
    uint32_t c[2]; /* followed; 0: none yet */
    bool raw;      /* sequence numbers as on the wire */
};

/* Follows the newest connection of the first node that is none, and what is at its other end. */
void stage_follow(struct stage *stage);

/* Follows the next connection in the order of nodes and births. */
void stage_follow_next(struct stage *stage);

/* The connection followed at an end, or NULL. */
const struct model_connection *stage_connection(const struct stage *stage, unsigned end);

/* Timers that run, each as a bar that drains from the right. */
void timers_paint(struct view view, const struct stage *stage);

/* Send and receive windows, the regions of Figures 3 and 4 of RFC 9293. */
void windows_paint(struct view view, const struct stage *stage);

/* cwnd, ssthresh and flight over time at one end, RTT and RTO beside it where there is room; or, sequence, how what was
 * sent and what was acknowledged rise. */
void plot_paint(struct view view, const struct stage *stage, unsigned end, bool sequence);

/* The header of the newest segment up to an event, field by field, with its bits and options. */
void inspector_paint(struct view view, const struct stage *stage, uint32_t event);

/* What the followed connection has sent and got, each line one segment. */
void octets_paint(struct view view, const struct stage *stage);

/* All connections of all nodes, as `ss` lists them. */
void table_paint(struct view view, const struct stage *stage);

/* The newest events in words; details too, or the story only. */
void story_paint(struct view view, const struct stage *stage, bool details);

/* Predictions and checks that the log has. */
void marks_paint(struct view view, const struct stage *stage);

/* ---- the data of plots, for painters ---- */

struct plot_point {
    uint64_t t;
    int64_t value;
};

struct plot_series {
    unsigned count;
    struct plot_point *point; /* the first value and each change */
};

/* The values of a variable of a connection up to event n. NULL points: none, or no memory. */
struct plot_series plot_series_of(const struct tlog *log, unsigned node, uint32_t c, unsigned variable, uint32_t n);

/* Sequence numbers become distances from the first one; they go round at 2^32, a plot does not. */
void plot_series_unwrap(struct plot_series *series, uint32_t first);

/* The measurements of the round-trip time, each one. */
struct plot_series plot_samples_of(const struct tlog *log, unsigned node, uint32_t c, uint32_t n);

/* When a measurement of the round-trip time was given up, because its segment went out again (Karn's algorithm). */
struct plot_series plot_crosses_of(const struct tlog *log, unsigned node, uint32_t c, uint32_t n);

#endif
