/* fsm_layout.h: fsm_layout.def as tables: places of the states, paths between them; and the machine as JSON.
 *
 * The terminal asks for columns and rows, SVG and the page for coordinates and paths. Whether there is an arrow at all
 * is for lucid_fsm_row() to say.
 */
#ifndef LAB_FSM_LAYOUT_H
#define LAB_FSM_LAYOUT_H

#include <stdbool.h>

#include "common/text.h"
#include "lucid/trace.h"

struct fsm_place {
    unsigned state;  /* enum lucid_tcp_state */
    bool end;        /* the second CLOSED: where connections end */
    int column, row; /* 0 to 2, 0 to 6 */
    int x, y;        /* of the centre */
};

/* An SVG path. via: 0, or the state between, of two rows that fire for one segment. */
struct fsm_path {
    unsigned from, via, to; /* enum lucid_tcp_state */
    const char *path;
    int x, y; /* where its words may stand */
};

struct fsm_size {
    int width, height, box_width, box_height;
};

struct fsm_size fsm_size(void);

/* Place i, path i, from 0; NULL after the last. */
const struct fsm_place *fsm_place(unsigned i);
const struct fsm_path *fsm_path(unsigned i);

/* The path between two states by way of via (0: directly); NULL: there is none. */
const struct fsm_path *fsm_path_find(unsigned from, unsigned via, unsigned to);

/* {"size":...,"places":[...],"rows":[...],"paths":[...]}: layout and transition table in one object. */
void fsm_machine_json(struct text *text);

#endif
