/* fsmview.h: the state machine with its tokens, on a grid, arranged as in Figure 5 of RFC 9293 (fsm_layout.def).
 *
 * Lines are drawn from the rows of lucid_fsm_row() that Figure 5 draws: thin, or heavy once a connection of the node
 * has gone that way. What the figure leaves out is named below it when it was gone. Each connection is a token: a
 * filled circle at the first node, a filled square at the second, the listener a diamond, other connections hollow.
 */
#ifndef LAB_FSMVIEW_H
#define LAB_FSMVIEW_H

#include "lab/grid.h"
#include "lab/model.h"

#define FSMVIEW_STATES 11

/* Which ways the connections of a node have gone up to an event; made anew only when one goes back. */
struct fsm_trail {
    const struct tlog *log;
    unsigned node;
    uint32_t at;
    uint16_t visits[FSMVIEW_STATES][FSMVIEW_STATES]; /* from, to: numbers of the states' bits */
    uint32_t last;                                   /* the newest state event; 0: none */
    /* Two rows that fired for one segment: FIN-WAIT-1 over FIN-WAIT-2 to TIME-WAIT (Figure 5, Note 2). */
    uint16_t compound[FSMVIEW_STATES][FSMVIEW_STATES]; /* from, to */
    /* A kernel's socket, which is looked at from outside. */
    uint32_t peer; /* its newest event; 0: none */
    bool inferred; /* that state was not seen, it follows from segments */
};

struct fsm_trail fsm_trail_begin(const struct tlog *log, unsigned node);
void fsm_trail_goto(struct fsm_trail *trail, uint32_t n);

/* Number of a state's bit; -1 for none. */
int fsm_state_number(unsigned state);

/* One end: whose tokens are shown, and which connection is followed. */
struct fsmview_end {
    const struct fsm_trail *trail;
    uint32_t c;    /* 0: none */
    unsigned side; /* 0: first, circle; 1: second, square */
};

/* Draws one machine with the tokens of one end or of two. */
void fsmview_paint(struct view view, const struct model *model, const struct fsmview_end *ends, unsigned count);

/* The least width and height at which lines are drawn, with one end's tokens. */
#define FSMVIEW_WIDTH 29
#define FSMVIEW_HEIGHT 13

#endif
