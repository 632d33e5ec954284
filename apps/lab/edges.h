/* edges.h: the edges of the machine, and which of them logs have walked.
 *
 * The list is made from the rows of stack/tcp/fsm.def (lucid_fsm_row()): each state of a row's set is an edge of its
 * own, rows that stay where they are are none, and where one segment can fire two rows, the fifth step and then the
 * eighth, the two together are an edge too. appendix.def knows 52 of them by number.
 */
#ifndef LAB_EDGES_H
#define LAB_EDGES_H

#include "common/text.h"
#include "lab/i18n.h"
#include "lab/tlog.h"

#define EDGES_MAX 200
#define APPENDIX_COUNT 52

enum appendix_drawn { APPENDIX_D, APPENDIX_N2, APPENDIX_N3, APPENDIX_T };

/* A line of appendix.def. */
struct appendix {
    unsigned number;
    unsigned from, to; /* enum lucid_tcp_state */
    const char *event, *when, *section, *by, *not_here, *hint[I18N_LANGUAGES];
    enum appendix_drawn drawn;
};

extern const struct appendix APPENDIX[APPENDIX_COUNT];

/* An edge that the table has. */
struct edge {
    unsigned from, to; /* enum lucid_tcp_state */
    int row, second;   /* of lucid_fsm_row(); second: -1 unless two rows fire for one segment */
    int appendix;      /* index of APPENDIX; -1: beyond the 52 */
};

struct edges {
    unsigned count;
    struct edge edge[EDGES_MAX];
    uint32_t visits[EDGES_MAX];
    uint32_t walkers[EDGES_MAX]; /* with several students: how many of them */
};

/* All edges, none walked. */
void edges_begin(struct edges *edges);

/* Counts what a log has walked. */
void edges_walk(struct edges *edges, const struct tlog *log);

/* The edge of the table that APPENDIX[i] is, or -1: the table has none. */
int edges_find(const struct edges *edges, unsigned appendix);

/* Can anything lead there? Then it counts. */
bool edges_counts(const struct edges *edges, unsigned appendix);

/* How many of those that count were walked, and how many there are. */
void edges_points(const struct edges *edges, unsigned *walked, unsigned *count);

/* "RCV_ACK_OF_FIN+RCV_FIN" of an edge. */
void edges_put_event(struct text *text, const struct edge *edge);

/* Holds APPENDIX against the table; what is wrong or excused is written down. Returns how many things are wrong. */
unsigned edges_audit(const struct edges *edges, struct text *text);

/* The map: what was walked, what is gold, and unless it is to be brief what is missing, each with a hint. students: 0:
 * one's own. Returns how many edges that count are missing. */
unsigned edges_print(const struct edges *edges, unsigned students, bool brief, struct text *text);

#endif
