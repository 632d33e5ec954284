/* ladder_rows.c: the rows of a ladder, and how they are kept few.
 *
 * A run is what a bulk transfer looks like: segments with data and the ACKs between them, nothing else. Of a run the
 * first two and the last two rows stay; what lies between becomes one row, which counts. A request and its answer are
 * shorter than a run and stay as they are. Whatever else happens, the ladder has at most LADDER_ROWS_MAX rows: then the
 * middle of all is left out the same way, the beginning and the end stay.
 *
 * Rows move when one before them is folded or put in; the segments under way, which remember where they left, move with
 * them.
 */
#include "common/ladder_private.h"

#include <string.h>

#define RUN_FIRST 2    /* rows of a run that stay */
#define RUN_LAST 2     /* and at its end */
#define RUN_SHORT 8    /* a run of that many rows is not folded */
#define ROWS_FIRST 120 /* of a ladder that became too long */

struct ladder_row ladder_row_of(enum ladder_kind kind, unsigned end, lucid_time time) {
    return (struct ladder_row){.kind = (uint8_t)kind, .end = (uint8_t)end, .time = time, .fired = {-1, -1}};
}

struct ladder_row *ladder_last(struct ladder *ladder) {
    return &ladder->row[ladder->rows - 1];
}

static void move_one(int *row, int from, int by) {
    *row += *row >= from ? by : 0;
}

/* What remembers rows from `from` on is told that they have moved. */
static void moved(struct ladder *ladder, int from, int by) {
    for (unsigned i = 0; i < ladder->flights; i++) {
        move_one(&ladder->flight[i].row, from, by);
        move_one(&ladder->flight[i].marker, from, by);
    }
    move_one(&ladder->arrived_row[0], from, by);
    move_one(&ladder->arrived_row[1], from, by);
}

/* ---- leaving out ---- */

static void count_segment(struct ladder_row *run, const struct ladder_row *row) {
    struct ladder_run *count = &run->run[row->end];
    if (row->kind == LADDER_ARRIVAL) {
        return;
    }
    uint32_t segments = row->segment_size > 0 ? (row->length + row->segment_size - 1u) / row->segment_size : 1;
    count->segments += segments;
    count->with_data += row->length > 0 ? segments : 0;
    count->octets += row->length;
    count->departed++;
    count->arrived += row->kind == LADDER_SEGMENT;
}

static void count_row(struct ladder_row *run, const struct ladder_row *row) {
    if (ladder_is_segment(row)) {
        count_segment(run, row);
    } else if (row->kind == LADDER_RUN) {
        for (unsigned end = 0; end < 2; end++) {
            run->run[end].octets += row->run[end].octets;
            run->run[end].segments += row->run[end].segments;
            run->run[end].with_data += row->run[end].with_data;
            run->run[end].departed += row->run[end].departed;
            run->run[end].arrived += row->run[end].arrived;
        }
        run->others += row->others;
    } else {
        run->others++;
    }
    for (unsigned end = 0; end < 2; end++) {
        run->state[end] = row->state[end] ? row->state[end] : run->state[end];
    }
}

/* Row k becomes, or is, a LADDER_RUN; the row after it goes into it. */
static void absorb(struct ladder *ladder, int k) {
    struct ladder_row *run = &ladder->row[k];
    if (run->kind != LADDER_RUN) {
        struct ladder_row first = *run;
        *run = ladder_row_of(LADDER_RUN, first.end, first.time);
        count_row(run, &first);
    }
    count_row(run, run + 1);
    ladder->rows--;
    memmove(run + 1, run + 2, (size_t)(ladder->rows - k - 1) * sizeof *run);
    moved(ladder, k + 1, -1);
}

static bool is_plain(const struct ladder_row *row) {
    bool segment = row->kind == LADDER_SEGMENT || row->kind == LADDER_DEPARTURE;
    bool counted = row->kind == LADDER_RUN && row->others == 0;
    bool special = (row->flags & ~(LUCID_ACK | LUCID_PSH)) || row->retransmission || row->kept || row->pending;
    return (segment || counted) && !special && !row->state[0] && !row->state[1];
}

static void fold_run(struct ladder *ladder) {
    int first = ladder->rows, run = -1;
    while (first > 0 && is_plain(&ladder->row[first - 1])) {
        first--;
        run = ladder->row[first].kind == LADDER_RUN ? first : run;
    }
    if (run < 0 && ladder->rows - first <= RUN_SHORT) {
        return;
    }
    run = run < 0 ? first + RUN_FIRST : run;
    while (ladder->rows - run > RUN_LAST + 1) {
        absorb(ladder, run);
    }
}

/* ---- putting in ---- */

static void bound(struct ladder *ladder) {
    while (ladder->rows > LADDER_ROWS_MAX) {
        absorb(ladder, ROWS_FIRST);
    }
}

struct ladder_row *ladder_append(struct ladder *ladder, const struct ladder_row *row) {
    ladder->row[ladder->rows++] = *row;
    fold_run(ladder);
    bound(ladder);
    return ladder_last(ladder);
}

struct ladder_row *ladder_insert(struct ladder *ladder, int at, const struct ladder_row *row) {
    memmove(&ladder->row[at + 1], &ladder->row[at], (size_t)(ladder->rows - at) * sizeof *row);
    ladder->row[at] = *row;
    ladder->rows++;
    moved(ladder, at, 1);
    return &ladder->row[at];
}

void ladder_fire(struct ladder_row *row, unsigned end, unsigned to, int fired) {
    row->state[end] = (uint16_t)to;
    if (row->kind != LADDER_RUN) {
        row->fired[row->fired[0] >= 0] = (int16_t)fired;
    }
}

/* ---- segments under way ---- */

void ladder_land(struct ladder *ladder, unsigned flight) {
    ladder->flights--;
    memmove(&ladder->flight[flight], &ladder->flight[flight + 1], (ladder->flights - flight) * sizeof *ladder->flight);
}

void ladder_launch(struct ladder *ladder, const struct ladder_row *segment, int row) {
    if (ladder->flights == ladder->flights_max) {
        ladder_land(ladder, 0);
    }
    ladder->flight[ladder->flights++] = (struct ladder_flight){
        .time = segment->time,
        .id = segment->id,
        .end = ladder_end_of(segment),
        .ack = segment->ack,
        .flags = segment->flags,
        .from = segment->end,
        .row = row,
        .marker = -1,
    };
}
