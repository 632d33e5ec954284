/* picture.h: the pictures of a log as SVG: for slides, hand-outs and reports. Each is one file, complete in itself.
 *
 * All of them read the log by way of the model and the layouts of the terminal (ladder_view.h, fsm_layout.h); the
 * languages are those of i18n.h.
 */
#ifndef LAB_PICTURE_H
#define LAB_PICTURE_H

#include "lab/model.h"
#include "lab/panes.h"

/* The ladder between two nodes, events from to last (0: to the end). At most PICTURE_RUNGS rungs: of more, the first
 * ones, and a line that says how many are missing. */
#define PICTURE_RUNGS 200
int picture_ladder(struct text *out, const struct model *model, unsigned left, unsigned right, uint32_t from,
                   uint32_t last);

/* Both machines at the model's event. */
int picture_machines(struct text *out, const struct stage *stage);

/* Send and receive sequence spaces of both ends at the model's event: Figures 3 and 4 with numbers. */
int picture_windows(struct text *out, const struct stage *stage);

/* What a plot shows of a connection, over time, up to the model's event. */
enum picture_plot {
    PLOT_WINDOWS,  /* cwnd, ssthresh, flight, the peer's window */
    PLOT_TIMES,    /* SRTT, RTO */
    PLOT_SEQUENCE, /* sequence numbers sent and acknowledged */
    PICTURE_PLOTS
};

/* "cwnd", "rtt", "sequence": for names of files. */
const char *picture_plot_name(enum picture_plot plot);

/* Returns 1; 0: there is nothing to plot, out is as before; -1: no memory. */
int picture_plot(struct text *out, const struct model *model, unsigned node, uint32_t c, enum picture_plot plot);

/* The title of a log, for pictures: "L12 sim seed 7". */
void picture_title(struct text *out, const struct tlog *log, const char *what);

#endif
