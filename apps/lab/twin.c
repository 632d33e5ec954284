/* twin.c: see twin.h. First the connections, then what segments mean, then what the kernel says, then the lines. */
#include "lab/twin.h"

#include <stdlib.h>
#include <string.h>

void twin_init(struct twin *twin, struct record *record, unsigned node, struct lucid_diag *diag) {
    *twin = (struct twin){.record = record, .node = node, .diag = diag};
}

void twin_end(struct twin *twin) {
    free(twin->connection);
    *twin = (struct twin){0};
}

/* ---- connections ---- */

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

struct twin_connection *twin_find(struct twin *twin, const struct lucid_sockaddr *local,
                                  const struct lucid_sockaddr *remote) {
    for (unsigned i = twin->count; i-- > 0;) {
        struct twin_connection *connection = &twin->connection[i];
        if (same_end(&connection->local, local) && same_end(&connection->remote, remote)) {
            return connection;
        }
    }
    return NULL;
}

static struct twin_connection *begin(struct twin *twin, const struct lucid_sockaddr *local,
                                     const struct lucid_sockaddr *remote, bool active) {
    if (twin->count == twin->room) {
        unsigned room = twin->room ? 2 * twin->room : 16;
        struct twin_connection *grown = realloc(twin->connection, room * sizeof *grown);
        if (!grown) {
            twin->record->no_memory = true;
            return NULL;
        }
        twin->connection = grown;
        twin->room = room;
    }
    struct twin_connection *made = &twin->connection[twin->count++];
    *made = (struct twin_connection){
        .local = *local, .remote = *remote, .c = ++twin->latest, .active = active, .shift = {-1, -1}};
    return made;
}

/* The last one takes the place. */
static void forget(struct twin *twin, struct twin_connection *connection) {
    *connection = twin->connection[--twin->count];
}

/* ---- what segments mean: the machine ---- */

static bool before(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

/* What a kernel may have set otherwise is taken as Linux has it: RFC 1337 is off there. */
static bool holds(const struct twin_connection *connection, const char *guard) {
    if (!strcmp(guard, "ACTIVE") || !strcmp(guard, "PASSIVE")) {
        return connection->active == (guard[0] == 'A');
    }
    return !strcmp(guard, "ALWAYS") || !strcmp(guard, "NOTHING_QUEUED") || !strcmp(guard, "NOT_RFC1337");
}

/* States that it goes through, one after the other; the first is the one that it is in. */
struct path {
    unsigned count;
    uint16_t state[6];
};

static void fire(struct path *path, const struct twin_connection *connection, const char *event) {
    const struct lucid_fsm_row *row;
    unsigned state = path->state[path->count - 1];
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        if ((row->from & state) && !strcmp(row->event, event) && holds(connection, row->guard)) {
            path->state[path->count++] = (uint16_t)row->to;
            return;
        }
    }
}

static struct path path_of(const struct twin_connection *connection, unsigned unborn) {
    return (struct path){1, {connection->state ? connection->state : (uint16_t)unborn}};
}

/* What it must have been told to do before it sent this. */
static struct path told(struct twin_connection *connection, const struct look *look) {
    struct path path = path_of(connection, connection->active ? LUCID_CLOSED : LUCID_LISTEN);
    if (look->flags & LUCID_RST) {
        fire(&path, connection, "ABORT");
        return path;
    }
    if (look->flags & LUCID_SYN && !connection->syn_sent) {
        connection->syn_sent = true;
        connection->iss = look->seq;
        fire(&path, connection, connection->active ? "OPEN_ACTIVE" : "RCV_SYN");
    }
    if (look->flags & LUCID_FIN && !connection->fin_sent) {
        connection->fin_sent = true;
        connection->fin_end = look->seq + look->length + 1;
        fire(&path, connection, "CLOSE");
    }
    return path;
}

static bool acknowledges(const struct twin_connection *connection, const struct look *look) {
    return look->flags & LUCID_ACK && connection->syn_sent && before(connection->iss, look->ack);
}

static void hear_ack(struct path *path, const struct twin_connection *connection, const struct look *look) {
    if (acknowledges(connection, look)) {
        fire(path, connection, "RCV_ACK_OF_SYN");
    }
    if (look->flags & LUCID_ACK && connection->fin_sent && !before(look->ack, connection->fin_end)) {
        fire(path, connection, "RCV_ACK_OF_FIN");
    }
}

/* In the order of RFC 9293 3.10.7.4: RST is second, SYN fourth, ACK fifth, FIN eighth. */
static void hear(struct path *path, const struct twin_connection *connection, const struct look *look) {
    if (look->flags & LUCID_RST) {
        fire(path, connection, "RCV_RST");
        return;
    }
    if (look->flags & LUCID_SYN) {
        bool answer = acknowledges(connection, look) && path->state[0] == LUCID_SYN_SENT;
        fire(path, connection, answer ? "RCV_SYN_ACK" : "RCV_SYN");
    }
    hear_ack(path, connection, look);
    if (look->flags & LUCID_FIN) {
        fire(path, connection, "RCV_FIN");
    }
}

static int place_in(const struct path *path, unsigned state) {
    for (unsigned i = path->count; i-- > 0;) {
        if (path->state[i] == state) {
            return (int)i;
        }
    }
    return -1;
}

/* The way that leads to where it is now: the application may have closed just before the segment came, or just
 * behind. */
static struct path heard(const struct twin_connection *connection, const struct look *look, unsigned real) {
    struct path plain = path_of(connection, LUCID_LISTEN), first = plain;
    hear(&plain, connection, look);
    struct path behind = plain;
    fire(&first, connection, "CLOSE");
    hear(&first, connection, look);
    fire(&behind, connection, "CLOSE");
    if (place_in(&plain, real) >= 0) {
        return plain;
    }
    return place_in(&first, real) >= 0 ? first : place_in(&behind, real) >= 0 ? behind : plain;
}

/* ---- lines ---- */

static void say_state(struct twin *twin, struct twin_connection *connection, lucid_time now, unsigned state,
                      bool inferred) {
    connection->state = (uint16_t)state;
    if (connection->unseen) {
        return;
    }
    struct json json = record_begin(twin->record, now, twin->record->node[twin->node].name, connection->c, "peer");
    json_string(&json, "state", lucid_state_name(state));
    json_uint(&json, "rto", connection->rto);
    json_uint(&json, "cwnd", connection->cwnd);
    json_uint(&json, "retrans", connection->retransmissions);
    json_string(&json, "by", inferred ? "inferred" : "diag");
    record_finish(twin->record, &json);
}

/* A window is as it stands there in a SYN, and where one of the two has not offered to scale. RFC 7323 2.2 */
static uint32_t window_of(const struct twin_connection *connection, unsigned side, const struct look *look) {
    bool scaled = connection && !(look->flags & LUCID_SYN) && connection->shift[0] >= 0 && connection->shift[1] >= 0;
    return scaled ? (uint32_t)look->window << connection->shift[side] : look->window;
}

static uint8_t least(uint32_t a, uint32_t b) {
    return (uint8_t)(a < b ? a : b);
}

static struct lucid_event_segment segment_of(const uint8_t *octets, const struct look *look) {
    struct lucid_event_segment segment = {
        .source = look->source,
        .destination = look->destination,
        .seq = look->seq,
        .ack = look->ack,
        .length = look->length,
        .flags = look->flags,
        .urgent = look_get16(octets + look->transport + 18),
        .option_length = least(look->data - look->transport - 20, LUCID_TRACE_OPTIONS),
        .payload_length = least(look->length, LUCID_TRACE_PAYLOAD),
    };
    memcpy(segment.options, octets + look->transport + 20, segment.option_length);
    memcpy(segment.payload, octets + look->data, segment.payload_length);
    return segment;
}

/* Notes what it has sent. Returns true when some of it was sent before. */
static bool sent_before(struct twin_connection *connection, const struct look *look) {
    bool first = look->flags & LUCID_SYN && connection->sent_end == 0;
    uint32_t end = look->seq + look->length + !!(look->flags & LUCID_SYN) + !!(look->flags & LUCID_FIN);
    bool again = !first && end != look->seq && before(look->seq, connection->sent_end);
    connection->sent_end = first || before(connection->sent_end, end) ? end : connection->sent_end;
    return again;
}

static void say_segment(struct twin *twin, struct twin_connection *connection, lucid_time now, bool leaves, uint64_t id,
                        const uint8_t *octets, const struct look *look) {
    struct lucid_event event = {
        .time = now,
        .connection = connection ? connection->c : 0,
        .kind = leaves ? LUCID_EVENT_SEGMENT_OUT : LUCID_EVENT_SEGMENT_IN,
        .u.segment = segment_of(octets, look),
    };
    event.u.segment.id = id;
    event.u.segment.window = window_of(connection, !leaves, look);
    event.u.segment.retransmission = leaves && connection && sent_before(connection, look);
    if (!connection || !connection->unseen) {
        record_event(twin->record, twin->node, &event);
    }
}

/* The shift of a window scale option (RFC 7323 2.2), or -1. */
static int shift_of(const uint8_t *octets, const struct look *look) {
    enum { END = 0, NO_OPERATION = 1, WINDOW_SCALE = 3, MOST = 14 };
    for (uint32_t at = look->transport + 20; at < look->data;) {
        uint32_t length = octets[at] == NO_OPERATION ? 1 : at + 1 < look->data ? octets[at + 1] : 0;
        if (octets[at] == END || length == 0 || at + length > look->data) {
            return -1;
        }
        if (octets[at] == WINDOW_SCALE && length == 3) {
            return octets[at + 2] < MOST ? octets[at + 2] : MOST;
        }
        at += length;
    }
    return -1;
}

static void note_shift(struct twin_connection *connection, unsigned side, const uint8_t *octets,
                       const struct look *look) {
    if (connection && look->flags & LUCID_SYN) {
        connection->shift[side] = shift_of(octets, look);
    }
}

/* ---- what the kernel says ---- */

/* The state that the kernel says the socket has: CLOSED, when there is none; 0: nobody can be asked. */
static unsigned ask(struct twin *twin, struct twin_connection *connection, lucid_time now) {
    struct lucid_diag_socket found;
    connection->asked_at = now;
    if (!twin->diag) {
        return 0;
    }
    if (lucid_diag_look(twin->diag, &connection->local, &connection->remote, &found) <= 0) {
        return LUCID_CLOSED;
    }
    connection->rto = found.rto ? found.rto : connection->rto;
    connection->cwnd = found.cwnd ? found.cwnd : connection->cwnd;
    connection->retransmissions = found.retransmissions;
    return found.state;
}

/* Writes what became of the state, on the way that the segments tell, up to where the kernel says that it is. A kernel
 * that is still where it was has not taken the segment. One that is elsewhere has gone the way and on. Without
 * anybody to ask, the segments are believed. */
static void follow(struct twin *twin, struct twin_connection *connection, lucid_time now, const struct path *path,
                   unsigned real) {
    int place = real ? place_in(path, real) : -1;
    unsigned passed = place < 0 ? path->count : (unsigned)place;
    for (unsigned i = 1; i < passed; i++) {
        say_state(twin, connection, now, path->state[i], true);
    }
    if (real && real != connection->state) {
        say_state(twin, connection, now, real, false);
    }
}

/* ---- packets ---- */

void twin_sends(struct twin *twin, lucid_time now, uint64_t named, const uint8_t *octets, const struct look *look) {
    struct twin_connection *connection = twin_find(twin, &look->source, &look->destination);
    bool syn = look->flags & LUCID_SYN;
    if (connection && syn && connection->syn_sent && look->seq != connection->iss) {
        forget(twin, connection); /* the old one is over, unseen: another uses its ends */
        connection = NULL;
    }
    if (!connection && syn) {
        connection = begin(twin, &look->source, &look->destination, !(look->flags & LUCID_ACK));
    }
    note_shift(connection, 0, octets, look);
    struct path path = {0};
    if (connection) {
        path = told(connection, look);
        follow(twin, connection, now, &path, ask(twin, connection, now));
    }
    say_segment(twin, connection, now, true, named, octets, look);
    if (connection && connection->state == LUCID_CLOSED) {
        forget(twin, connection);
    }
}

/* A SYN for a listener of the kernel's: it is a connection when the kernel has made one of it. */
static struct twin_connection *take_syn(struct twin *twin, const struct look *look) {
    struct lucid_diag_socket found;
    bool taken = twin->diag && lucid_diag_look(twin->diag, &look->destination, &look->source, &found) > 0;
    return taken ? begin(twin, &look->destination, &look->source, false) : NULL;
}

void twin_gets(struct twin *twin, lucid_time now, uint64_t id, const uint8_t *octets, const struct look *look) {
    struct twin_connection *connection = twin_find(twin, &look->destination, &look->source);
    if (!connection && (look->flags & (LUCID_SYN | LUCID_ACK)) == LUCID_SYN) {
        connection = take_syn(twin, look);
    }
    note_shift(connection, 1, octets, look);
    say_segment(twin, connection, now, false, id, octets, look);
    if (!connection) {
        return;
    }
    unsigned real = ask(twin, connection, now);
    struct path path = heard(connection, look, real);
    follow(twin, connection, now, &path, real);
    if (connection->state == LUCID_CLOSED) {
        forget(twin, connection);
    }
}

/* ---- in between ---- */

struct twin_connection *twin_open(struct twin *twin, const struct lucid_sockaddr *local,
                                  const struct lucid_sockaddr *remote) {
    struct twin_connection *old = twin_find(twin, local, remote);
    if (old) {
        forget(twin, old);
    }
    return begin(twin, local, remote, true);
}

lucid_time twin_deadline(const struct twin *twin) {
    return twin->diag && twin->count > 0 ? twin->polled_at + TWIN_POLL : LUCID_NEVER;
}

/* The kernel may have done something by itself: an application has closed, a timer has fired. */
static void poll_one(struct twin *twin, struct twin_connection *connection, lucid_time now) {
    uint32_t cwnd = connection->cwnd, retransmissions = connection->retransmissions;
    unsigned real = ask(twin, connection, now);
    bool same = cwnd == connection->cwnd && retransmissions == connection->retransmissions;
    if (real != connection->state || !same) {
        say_state(twin, connection, now, real, false);
    }
    if (real == LUCID_CLOSED) {
        forget(twin, connection);
    }
}

void twin_poll(struct twin *twin, lucid_time now) {
    twin->polled_at = now;
    for (unsigned i = twin->count; i-- > 0 && twin->diag;) {
        struct twin_connection *connection = &twin->connection[i];
        lucid_time pause = connection->state == LUCID_TIME_WAIT ? TWIN_POLL_TIME_WAIT : 0;
        if (now - connection->asked_at >= pause) {
            poll_one(twin, connection, now);
        }
    }
}
