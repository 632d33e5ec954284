/* ladder.c: events become rows. See ladder.h.
 *
 * A change of state belongs to what caused it, which is the row before: the segment that arrived, the timer that fired.
 * A call has no event of its own here, so its change makes the row.
 *
 * With the events of both ends, a segment leaves in one event and arrives in another. When nothing happened in between
 * they share a row; otherwise the arrival gets one of its own where it matters, which is: it is more than a plain ACK
 * or data, or it changes the state.
 */
#include "common/ladder_private.h"

#include <stdlib.h>
#include <string.h>

struct ladder *ladder_new(bool both) {
    struct ladder *ladder = calloc(1, sizeof *ladder);
    if (!ladder) {
        return NULL;
    }
    ladder->both = both;
    ladder->arrived_row[0] = ladder->arrived_row[1] = -1;
    ladder->peer.round_trip = LUCID_NEVER;
    ladder->flights_max = both ? LADDER_FLIGHTS_BOTH : LADDER_FLIGHTS_ONE;
    ladder->flight = calloc(ladder->flights_max, sizeof *ladder->flight);
    if (!ladder->flight) {
        free(ladder);
        return NULL;
    }
    return ladder;
}

void ladder_free(struct ladder *ladder) {
    if (ladder) {
        free(ladder->flight);
    }
    free(ladder);
}

/* ---- segments ---- */

static struct ladder_row segment_row(const struct lucid_event *event, enum ladder_kind kind, unsigned sender) {
    const struct lucid_event_segment *segment = &event->u.segment;
    struct ladder_row row = ladder_row_of(kind, sender, event->time);
    row.flags = segment->flags;
    row.id = segment->id;
    row.seq = segment->seq;
    row.ack = segment->ack;
    row.window = segment->window;
    row.length = segment->length;
    row.segment_size = segment->length > segment->segment_size ? segment->segment_size : 0;
    row.retransmission = segment->retransmission;
    return row;
}

static void note_ends(struct ladder *ladder, unsigned sender, const struct lucid_event_segment *segment) {
    if (!ladder->ends_known) {
        ladder->ends[sender] = segment->source;
        ladder->ends[!sender] = segment->destination;
        ladder->ends_known = true;
    }
    if ((segment->flags & LUCID_SYN) && !ladder->iss_known[sender]) {
        ladder->iss[sender] = segment->seq;
        ladder->iss_known[sender] = true;
    }
}

static void add_departure(struct ladder *ladder, unsigned end, const struct lucid_event *event) {
    struct ladder_row row = segment_row(event, ladder->both ? LADDER_DEPARTURE : LADDER_SEGMENT, end);
    note_ends(ladder, end, &event->u.segment);
    ladder->reset_due[end] = ladder->reset_due[end] && !(row.flags & LUCID_RST);
    ladder_append(ladder, &row);
    if (ladder->both) {
        ladder_launch(ladder, &row, ladder->rows - 1);
    } else {
        ladder_peer_gets(ladder, &row);
    }
}

/* Finds where the segment left, by the number of its packet; it is under way no more when its end is here, for a device
 * may have cut it. Returns -1 when it was not under way. */
static int find_departure(struct ladder *ladder, const struct ladder_row *arrival, bool *whole) {
    for (unsigned i = 0; i < ladder->flights; i++) {
        const struct ladder_flight *flight = &ladder->flight[i];
        if (flight->from != arrival->end || flight->id != arrival->id) {
            continue;
        }
        int row = flight->row;
        *whole = flight->end == ladder_end_of(arrival);
        if (*whole) {
            ladder_land(ladder, i);
        }
        return row;
    }
    return -1;
}

static bool matters(const struct ladder_row *segment) {
    return segment->flags & (LUCID_SYN | LUCID_FIN | LUCID_RST);
}

/* The events of both ends. Returns the row in which the segment left. */
static int add_exact_arrival(struct ladder *ladder, const struct ladder_row *arrival) {
    bool whole = false;
    int from = find_departure(ladder, arrival, &whole);
    struct ladder_row *left = from >= 0 ? &ladder->row[from] : NULL;
    if (left && left->kind == LADDER_RUN) {
        left->run[arrival->end].arrived += whole;
    } else if (left && (from == ladder->rows - 1 || !matters(arrival))) {
        left->kind = LADDER_SEGMENT;
    } else if (matters(arrival)) {
        if (left) {
            left->arrived = true;
        }
        ladder_append(ladder, arrival);
    }
    return from;
}

static void add_arrival(struct ladder *ladder, unsigned end, const struct lucid_event *event) {
    struct ladder_row arrival = segment_row(event, ladder->both ? LADDER_ARRIVAL : LADDER_SEGMENT, !end);
    note_ends(ladder, !end, &event->u.segment);
    if (ladder->both) {
        ladder->arrived_row[end] = add_exact_arrival(ladder, &arrival);
    } else {
        ladder_peer_sends(ladder, &arrival);
        ladder_append(ladder, &arrival);
        ladder_peer_has_sent(ladder);
    }
    ladder->arriving[end] = arrival;
}

/* ---- changes of state ---- */

/* The row in which the latest segment arrived at this end, made when there is none. */
static struct ladder_row *arrival_row(struct ladder *ladder, unsigned end) {
    struct ladder_row *last = ladder_last(ladder);
    struct ladder_row arrival = ladder->arriving[end];
    bool here = (last->kind == LADDER_SEGMENT || last->kind == LADDER_ARRIVAL) && last->end != end;
    int from = ladder->arrived_row[end];
    if (here && (!ladder->both || last->kind == LADDER_ARRIVAL || from == ladder->rows - 1)) {
        return last;
    }
    if (from >= 0 && ladder->row[from].kind == LADDER_SEGMENT) {
        ladder->row[from].kind = LADDER_DEPARTURE;
        ladder->row[from].arrived = true;
    }
    arrival.kind = LADDER_ARRIVAL;
    return ladder_append(ladder, &arrival);
}

static struct ladder_row *row_of_cause(struct ladder *ladder, unsigned end, const struct lucid_event *event) {
    const struct lucid_event_state *state = &event->u.state;
    struct ladder_row *last = ladder_last(ladder);
    struct ladder_row row = ladder_row_of(LADDER_CALL, end, event->time);
    row.what = state->call;
    if (state->cause == LUCID_CAUSE_SEGMENT) {
        return arrival_row(ladder, end);
    }
    if (state->cause == LUCID_CAUSE_TIMER) {
        if (last->kind == LADDER_TIMER && last->end == end && last->what == state->timer) {
            return last;
        }
        row.kind = LADDER_TIMER;
        row.what = state->timer;
    }
    return ladder_append(ladder, &row);
}

static bool sends_reset(int row) {
    const struct lucid_fsm_row *fired = row >= 0 ? lucid_fsm_row((unsigned)row) : NULL;
    return fired && strstr(fired->actions, "SEND_RST");
}

/* A child of a listener that goes back to LISTEN is gone. */
static bool is_gone(const struct lucid_event_state *state) {
    return state->to == LUCID_CLOSED || state->to == 0 || (state->to == LUCID_LISTEN && state->from != LUCID_CLOSED);
}

static void add_state(struct ladder *ladder, unsigned end, const struct lucid_event *event) {
    const struct lucid_event_state *state = &event->u.state;
    if (!ladder->known[end]) {
        ladder->known[end] = true;
        ladder->row[0].state[end] = state->from ? state->from : LUCID_LISTEN;
    }
    if (!ladder->ends_known) {
        ladder->ends[end] = state->local;
        ladder->ends[!end] = state->remote;
        ladder->ends_known = true;
    }
    ladder_fire(row_of_cause(ladder, end, event), end, state->to ? state->to : LUCID_CLOSED, state->row);
    ladder->closed[end] = is_gone(state);
    ladder->reset_due[end] = sends_reset(state->row);
}

/* ---- what else is shown ---- */

static void add_timer(struct ladder *ladder, unsigned end, const struct lucid_event *event) {
    struct ladder_row row = ladder_row_of(LADDER_TIMER, end, event->time);
    row.what = event->u.timer.timer;
    if (event->u.timer.act == LUCID_TIMER_FIRED) {
        ladder_append(ladder, &row);
    }
}

static void add_drop(struct ladder *ladder, unsigned end, const struct lucid_event *event) {
    struct ladder_row row = ladder_row_of(LADDER_DROP, end, event->time);
    row.reason = event->u.drop.reason;
    ladder_append(ladder, &row);
}

/* A decision is shown when it leads to a segment that would otherwise surprise; after a timer it explains the timer. */
static void add_rule(struct ladder *ladder, unsigned end, const struct lucid_event *event) {
    const struct lucid_event_rule *rule = &event->u.rule;
    struct ladder_row *last = ladder_last(ladder);
    int from = ladder->both ? ladder->arrived_row[end] : ladder->rows - 1;
    if (rule->outcome == LUCID_OUTCOME_QUEUED && from >= 0 && ladder_is_segment(&ladder->row[from])) {
        ladder->row[from].kept = true;
        return;
    }
    if (rule->outcome != LUCID_OUTCOME_RETRANSMIT && rule->outcome != LUCID_OUTCOME_PROBE) {
        return;
    }
    if (last->kind == LADDER_TIMER && last->end == end && last->time == event->time) {
        last->rule = rule->rule;
        return;
    }
    struct ladder_row row = ladder_row_of(LADDER_RULE, end, event->time);
    row.what = rule->outcome;
    row.rule = rule->rule;
    ladder_append(ladder, &row);
}

void ladder_add(struct ladder *ladder, unsigned end, const struct lucid_event *event) {
    if (ladder->rows == 0) {
        ladder->row[ladder->rows++] = ladder_row_of(LADDER_BEGIN, end, event->time);
    }
    switch ((enum lucid_event_kind)event->kind) {
    case LUCID_EVENT_SEGMENT_OUT:
        add_departure(ladder, end, event);
        break;
    case LUCID_EVENT_SEGMENT_IN:
        add_arrival(ladder, end, event);
        break;
    case LUCID_EVENT_STATE:
        add_state(ladder, end, event);
        break;
    case LUCID_EVENT_RULE:
        add_rule(ladder, end, event);
        break;
    case LUCID_EVENT_TIMER:
        add_timer(ladder, end, event);
        break;
    case LUCID_EVENT_DROP:
        add_drop(ladder, end, event);
        break;
    case LUCID_EVENT_VARIABLES:
    case LUCID_EVENT_CALL:
    case LUCID_EVENT_RETURN:
    case LUCID_EVENT_DELIVERED:
    case LUCID_EVENT_KINDS:
        break;
    }
}

void ladder_add_lost(struct ladder *ladder, unsigned end, uint64_t count) {
    if (ladder->rows == 0) {
        return;
    }
    struct ladder_row row = ladder_row_of(LADDER_LOST, end, ladder_last(ladder)->time);
    row.others = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
    ladder_append(ladder, &row);
}

bool ladder_ended(const struct ladder *ladder) {
    bool ended = ladder->known[0] || ladder->known[1];
    for (unsigned end = 0; end < 2; end++) {
        ended = ended && (!ladder->known[end] || ladder->closed[end]) && !ladder->reset_due[end];
    }
    return ended;
}

void ladder_finish(struct ladder *ladder) {
    if (!ladder->both) {
        ladder_peer_finish(ladder);
        return;
    }
    for (unsigned end = 0; end < 2 && ladder->rows > 0; end++) {
        if (!ladder->known[end]) { /* a connection that does not exist is CLOSED */
            ladder->row[0].state[end] = LUCID_CLOSED;
        }
    }
}

unsigned ladder_rows(const struct ladder *ladder, const struct ladder_row **rows) {
    *rows = ladder->row;
    return (unsigned)ladder->rows;
}

uint32_t ladder_iss(const struct ladder *ladder, unsigned end) {
    return ladder->iss[end];
}
