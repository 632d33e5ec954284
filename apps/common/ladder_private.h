/* ladder_private.h: what the files of a ladder share. ladder.c reads the events, ladder_rows.c keeps the rows few,
 * ladder_peer.c infers the other end, ladder_print.c writes it down.
 */
#ifndef COMMON_LADDER_PRIVATE_H
#define COMMON_LADDER_PRIVATE_H

#include "common/ladder.h"

/* Rows may be put in between before the next one is appended. */
#define LADDER_ROWS_SPARE 16

/* Segments under way that are remembered: of one end only those that may change the other's state. */
#define LADDER_FLIGHTS_ONE 8
#define LADDER_FLIGHTS_BOTH 4096

/* A segment that has left, and of which is not known yet whether it has arrived. */
struct ladder_flight {
    lucid_time time;
    uint64_t id;
    uint32_t end, ack; /* end: the sequence number behind it */
    int row;           /* where it left */
    int marker;        /* the last row at which it had not arrived; -1: no such row */
    uint8_t flags, from;
};

/* What is known of an end that nobody asks. */
struct ladder_peer {
    unsigned state; /* 0: not known */
    bool active;    /* it connected */
    bool syn_sent, fin_sent;
    bool syn_to_acknowledge, fin_to_acknowledge; /* by us */
    uint32_t fin_end;                            /* the sequence number behind its FIN */
    lucid_time round_trip;                       /* the shortest so far; LUCID_NEVER: none yet */
    lucid_time timed_at;                         /* when the segment was sent that is being timed */
    uint32_t timed_end;
    bool timing;
    struct ladder_flight latest; /* the last SYN or FIN of ours that arrived */
};

struct ladder {
    bool both;
    bool known[2], closed[2], reset_due[2];
    bool iss_known[2], ends_known;
    uint32_t iss[2];
    struct lucid_sockaddr ends[2];
    struct ladder_row arriving[2]; /* the last segment that arrived at each end */
    int arrived_row[2];            /* the row where that one left; -1: not known */
    struct ladder_peer peer;
    unsigned flights, flights_max;
    struct ladder_flight *flight; /* the oldest first */
    int rows;
    struct ladder_row row[LADDER_ROWS_MAX + LADDER_ROWS_SPARE];
};

static inline bool ladder_before(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

/* The sequence number behind a segment: SYN and FIN count. */
static inline uint32_t ladder_end_of(const struct ladder_row *row) {
    return row->seq + row->length + ((row->flags & LUCID_SYN) != 0) + ((row->flags & LUCID_FIN) != 0);
}

static inline bool ladder_is_segment(const struct ladder_row *row) {
    return row->kind == LADDER_SEGMENT || row->kind == LADDER_DEPARTURE || row->kind == LADDER_ARRIVAL;
}

/* ---- ladder_rows.c ---- */

struct ladder_row ladder_row_of(enum ladder_kind kind, unsigned end, lucid_time time);
struct ladder_row *ladder_last(struct ladder *ladder);

/* Puts a row at the end, and folds or leaves out what became too much before it. */
struct ladder_row *ladder_append(struct ladder *ladder, const struct ladder_row *row);

/* Puts a row before row `at`. */
struct ladder_row *ladder_insert(struct ladder *ladder, int at, const struct ladder_row *row);

/* Notes that a row of the machine fired. */
void ladder_fire(struct ladder_row *row, unsigned end, unsigned to, int fired);

/* Remembers a segment that has left; the oldest is forgotten when there are too many. */
void ladder_launch(struct ladder *ladder, const struct ladder_row *segment, int row);
void ladder_land(struct ladder *ladder, unsigned flight);

/* ---- ladder_peer.c ---- */

/* Our segment has left as the last row. */
void ladder_peer_gets(struct ladder *ladder, const struct ladder_row *segment);

/* Before a row is made of a segment of the peer's: what it must have received and done before it sent this. */
void ladder_peer_sends(struct ladder *ladder, const struct ladder_row *segment);

/* The row is made: what is under way now had not arrived there. */
void ladder_peer_has_sent(struct ladder *ladder);

/* Everything has arrived. */
void ladder_peer_finish(struct ladder *ladder);

#endif
