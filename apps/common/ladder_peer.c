/* ladder_peer.c: the state of an end that nobody asks, from the segments that it sent and those that were sent to it.
 *
 * The machine is the one of the stack: lucid_fsm_row() gives its rows, and here they are fired by what a segment means
 * at the other end. The one question that the wire leaves open is when a segment of ours arrived there. It is answered
 * by what the peer sends:
 *
 *   - A segment with an ACK tells whether a SYN or FIN of ours had come (RFC 9293 3.4: every segment acknowledges all
 *     that was received). What was sent before that had come too, if it was not lost.
 *   - An ACK of ours takes no sequence number, so nothing tells. A peer that says its SYN or FIN again has not got it;
 *     one that goes on after a passive open has; otherwise what comes sooner than the shortest round trip was sent
 *     before.
 *   - What we sent again is taken for lost the first time, though it may have been its ACK that was.
 *
 * As long as nothing speaks against it, a segment arrives in the row in which it leaves. Otherwise it arrives after the
 * last row that speaks against it, in a row of its own.
 *
 * What cannot be seen, and is not guessed: a call that sends nothing. A close() with data still queued shows when the
 * FIN comes; TIME-WAIT of the peer ends unseen. RFC 1337 is taken to be off there, as it is by default in kernels.
 */
#include "common/ladder_private.h"

#include <string.h>

/* ---- the machine ---- */

static bool guard_holds(const struct ladder_peer *peer, const char *guard) {
    if (strcmp(guard, "ACTIVE") == 0 || strcmp(guard, "PASSIVE") == 0) {
        return peer->active == (guard[0] == 'A');
    }
    return strcmp(guard, "ALWAYS") == 0 || strcmp(guard, "NOTHING_QUEUED") == 0 || strcmp(guard, "NOT_RFC1337") == 0;
}

/* The number of the row that an event fires now, or -1. */
static int find_row(const struct ladder_peer *peer, const char *event) {
    const struct lucid_fsm_row *row;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        if ((row->from & peer->state) && strcmp(row->event, event) == 0 && guard_holds(peer, row->guard)) {
            return (int)i;
        }
    }
    return -1;
}

static void fire(struct ladder *ladder, const char *event, struct ladder_row *row) {
    int fired = find_row(&ladder->peer, event);
    if (fired >= 0) {
        ladder->peer.state = lucid_fsm_row((unsigned)fired)->to;
        ladder_fire(row, 1, ladder->peer.state, fired);
    }
}

/* ---- what a segment of ours means there ---- */

static bool takes_number(const struct ladder_flight *flight) {
    return flight->flags & (LUCID_SYN | LUCID_FIN);
}

/* The row in which it arrives: where it left, or one of its own after the last row at which it had not arrived. */
static struct ladder_row *row_of_arrival(struct ladder *ladder, const struct ladder_flight *flight) {
    struct ladder_row *left = &ladder->row[flight->row];
    left->pending = false;
    if (flight->marker <= flight->row || left->kind == LADDER_RUN) {
        return left;
    }
    struct ladder_row arrival = *left;
    left->kind = LADDER_DEPARTURE;
    left->arrived = true;
    arrival.kind = LADDER_ARRIVAL;
    arrival.time = ladder->row[flight->marker].time;
    return ladder_insert(ladder, flight->marker + 1, &arrival);
}

static void take_syn(struct ladder *ladder, const struct ladder_flight *flight, struct ladder_row *row) {
    bool acknowledges = ladder->peer.syn_sent && (flight->flags & LUCID_ACK);
    fire(ladder, ladder->peer.state == LUCID_SYN_SENT && acknowledges ? "RCV_SYN_ACK" : "RCV_SYN", row);
}

static void take_ack(struct ladder *ladder, const struct ladder_flight *flight, struct ladder_row *row) {
    const struct ladder_peer *peer = &ladder->peer;
    if (peer->syn_sent && ladder_before(ladder->iss[1], flight->ack)) {
        fire(ladder, "RCV_ACK_OF_SYN", row);
    }
    if (peer->fin_sent && !ladder_before(flight->ack, peer->fin_end)) {
        fire(ladder, "RCV_ACK_OF_FIN", row);
    }
}

/* In the order of RFC 9293 3.10.7.4: RST is second, SYN fourth, ACK fifth, FIN eighth. */
static void arrives(struct ladder *ladder, unsigned number) {
    struct ladder_flight flight = ladder->flight[number];
    ladder_land(ladder, number);
    if (takes_number(&flight)) {
        ladder->peer.latest = flight;
    }
    struct ladder_row *row = row_of_arrival(ladder, &flight);
    if (flight.flags & LUCID_RST) {
        fire(ladder, "RCV_RST", row);
        return;
    }
    if (flight.flags & LUCID_SYN) {
        take_syn(ladder, &flight, row);
    }
    if (flight.flags & LUCID_ACK) {
        take_ack(ladder, &flight, row);
    }
    if (flight.flags & LUCID_FIN) {
        fire(ladder, "RCV_FIN", row);
    }
}

/* ---- what leaves our end ---- */

static bool is_same(const struct ladder_flight *flight, const struct ladder_row *segment) {
    unsigned both = LUCID_SYN | LUCID_FIN | LUCID_RST;
    return (flight->flags & both) == (segment->flags & both) && flight->end == ladder_end_of(segment) &&
           flight->ack == segment->ack;
}

/* A segment that is sent again takes the place of the one before, which was lost, or else it would not be. */
static void forget_lost(struct ladder *ladder, const struct ladder_row *segment) {
    for (unsigned i = 0; i < ladder->flights; i++) {
        if (is_same(&ladder->flight[i], segment)) {
            struct ladder_row *row = &ladder->row[ladder->flight[i].row];
            row->pending = false;
            row->kind = row->kind == LADDER_RUN ? LADDER_RUN : LADDER_DEPARTURE;
            ladder_land(ladder, i);
            return;
        }
    }
}

static void begin_timing(struct ladder_peer *peer, const struct ladder_row *segment) {
    uint32_t end = ladder_end_of(segment);
    if (segment->retransmission) {
        peer->timing = false; /* Karn: whose answer is it? */
    } else if (!peer->timing && end != segment->seq) {
        peer->timing = true;
        peer->timed_at = segment->time;
        peer->timed_end = end;
    }
}

void ladder_peer_gets(struct ladder *ladder, const struct ladder_row *segment) {
    struct ladder_peer *peer = &ladder->peer;
    begin_timing(peer, segment);
    bool ack = segment->flags & LUCID_ACK;
    bool of_syn = ack && peer->syn_to_acknowledge;
    bool of_fin = ack && peer->fin_to_acknowledge && !ladder_before(segment->ack, peer->fin_end);
    if (!(segment->flags & (LUCID_SYN | LUCID_FIN | LUCID_RST)) && !of_syn && !of_fin) {
        return;
    }
    peer->syn_to_acknowledge = peer->syn_to_acknowledge && !of_syn;
    peer->fin_to_acknowledge = peer->fin_to_acknowledge && !of_fin;
    forget_lost(ladder, segment);
    ladder_last(ladder)->pending = true;
    ladder_launch(ladder, segment, ladder->rows - 1);
}

/* ---- what the peer sends ---- */

static void end_timing(struct ladder_peer *peer, const struct ladder_row *segment) {
    if (!peer->timing || !(segment->flags & LUCID_ACK) || ladder_before(segment->ack, peer->timed_end)) {
        return;
    }
    lucid_time round_trip = segment->time - peer->timed_at;
    peer->round_trip = round_trip < peer->round_trip ? round_trip : peer->round_trip;
    peer->timing = false;
}

/* The peer says what an ACK of ours, had it come, would have made needless; a SYN without ACK knows nothing of us. */
static bool shows_absence(const struct ladder_row *segment, const struct ladder_flight *flight) {
    unsigned again = segment->flags & (LUCID_SYN | LUCID_FIN);
    if (again == LUCID_SYN && !(segment->flags & LUCID_ACK)) {
        return true;
    }
    if (takes_number(flight) && (segment->flags & LUCID_ACK) && ladder_before(segment->ack, flight->end)) {
        return true;
    }
    return again && (flight->flags & LUCID_ACK) && !ladder_before(flight->ack, ladder_end_of(segment));
}

/* One that carries the same SYN or FIN as another before it (a simultaneous open) is not shown by an ACK of that. */
static bool shows_presence(const struct ladder *ladder, const struct ladder_row *segment, unsigned number) {
    const struct ladder_flight *flight = &ladder->flight[number];
    if (takes_number(flight)) {
        bool first = !takes_number(&ladder->peer.latest) || ladder_before(ladder->peer.latest.end, flight->end);
        for (unsigned i = 0; i < number; i++) {
            first = first && !(takes_number(&ladder->flight[i]) && ladder->flight[i].end == flight->end);
        }
        return first && (segment->flags & LUCID_ACK) && !ladder_before(segment->ack, flight->end);
    }
    bool handshake = ladder->peer.state == LUCID_SYN_RECEIVED && !ladder->peer.active;
    return handshake && !(segment->flags & (LUCID_SYN | LUCID_RST));
}

/* How many of those under way, the oldest first, had arrived when the peer sent this segment. */
static unsigned count_arrived(const struct ladder *ladder, const struct ladder_row *segment) {
    unsigned arrived = 0;
    for (unsigned i = 0; i < ladder->flights; i++) {
        arrived = shows_presence(ladder, segment, i) ? i + 1 : arrived;
    }
    for (unsigned i = arrived; i < ladder->flights; i++) {
        const struct ladder_flight *flight = &ladder->flight[i];
        bool late = segment->time - flight->time >= ladder->peer.round_trip;
        if (shows_absence(segment, flight) || !late) {
            break;
        }
        arrived = i + 1;
    }
    return arrived;
}

/* The first segment of the peer tells what it was before: a client, a listener, or nobody. */
static void begin(struct ladder *ladder, const struct ladder_row *segment) {
    struct ladder_peer *peer = &ladder->peer;
    bool listened = (segment->flags & LUCID_ACK) && !(segment->flags & LUCID_RST);
    peer->active = !listened;
    peer->state = listened ? LUCID_LISTEN : LUCID_CLOSED;
    ladder->row[0].state[1] = (uint16_t)peer->state;
}

/* A call that shows in this segment, in a row before it. */
static void call(struct ladder *ladder, const char *event, enum lucid_call what, lucid_time time) {
    if (find_row(&ladder->peer, event) < 0) {
        return;
    }
    struct ladder_row row = ladder_row_of(LADDER_CALL, 1, time);
    row.what = (uint8_t)what;
    fire(ladder, event, ladder_append(ladder, &row));
}

void ladder_peer_sends(struct ladder *ladder, const struct ladder_row *segment) {
    struct ladder_peer *peer = &ladder->peer;
    end_timing(peer, segment);
    if (peer->state == 0) {
        begin(ladder, segment);
    }
    for (unsigned n = count_arrived(ladder, segment); n > 0; n--) {
        arrives(ladder, 0);
    }
    if (segment->flags & LUCID_RST) {
        call(ladder, "ABORT", LUCID_CALL_ABORT, segment->time);
        return;
    }
    if (segment->flags & LUCID_SYN) {
        if (peer->active && !peer->syn_sent) {
            call(ladder, "OPEN_ACTIVE", LUCID_CALL_OPEN, segment->time);
        }
        peer->syn_sent = peer->syn_to_acknowledge = true;
    }
    if (segment->flags & LUCID_FIN) {
        if (!peer->fin_sent) {
            call(ladder, "CLOSE", LUCID_CALL_CLOSE, segment->time);
        }
        peer->fin_sent = peer->fin_to_acknowledge = true;
        peer->fin_end = ladder_end_of(segment);
    }
}

void ladder_peer_has_sent(struct ladder *ladder) {
    for (unsigned i = 0; i < ladder->flights; i++) {
        ladder->flight[i].marker = ladder->rows - 1;
    }
}

void ladder_peer_finish(struct ladder *ladder) {
    while (ladder->flights > 0) {
        arrives(ladder, 0);
    }
}
