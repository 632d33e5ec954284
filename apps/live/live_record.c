/* live_record.c: which connections are recorded, and which event and packet belongs to which. See live_record.h.
 *
 * An event has the number of its connection; a segment and a packet have addresses and ports, and the newest connection
 * with these is meant. A SYN comes before its connection has begun, so the latest segment and a few SYN packets wait
 * until it is known what came of them.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ladders.h"
#include "live/live_record_private.h"
#include "lucid/host.h"

/* What is done in a second, at most. An event costs about half a microsecond. */
static const struct live_budget EACH_SECOND = {.events = 10000, .requests = 500, .octets = 4 << 20};

/* ---- begin and end ---- */

struct live_record *live_record_new(unsigned connections) {
    struct live_record *record = calloc(1, sizeof *record);
    if (!record) {
        return NULL;
    }
    record->connections_max = connections;
    record->requests_max = 3 * connections;
    TAILQ_INIT(&record->order);
    TAILQ_INIT(&record->all);
    for (unsigned i = 0; i < LIVE_BUCKETS; i++) {
        LIST_INIT(&record->by_ends[i]);
        LIST_INIT(&record->by_number[i]);
    }
    return record;
}

static void connection_free(struct live_record *record, struct live_connection *connection) {
    struct live_request *request;
    while ((request = TAILQ_FIRST(&connection->requests))) {
        live_request_free(record, request);
    }
    TAILQ_REMOVE(&record->order, connection, order);
    LIST_REMOVE(connection, by_ends);
    LIST_REMOVE(connection, by_number);
    live_packets_end(&connection->packets);
    ladder_free(connection->ladder);
    free(connection);
    record->connections--;
}

void live_record_free(struct live_record *record) {
    if (!record) {
        return;
    }
    while (!TAILQ_EMPTY(&record->order)) {
        connection_free(record, TAILQ_FIRST(&record->order));
    }
    while (!TAILQ_EMPTY(&record->all)) {
        live_request_free(record, TAILQ_FIRST(&record->all));
    }
    free(record);
}

void live_record_stack(struct live_record *record, struct lucid_stack *stack, uint64_t epoch) {
    record->stack = stack;
    record->epoch = epoch;
}

uint64_t live_record_epoch(const struct live_record *record) {
    return record->epoch;
}

void live_record_catch_up(struct live_record *record, void (*call)(void *user), void *user) {
    record->catch_up = call;
    record->user = user;
}

/* ---- how much may be done ---- */

void live_record_time(struct live_record *record, lucid_time now) {
    if (now >= record->budget.until) {
        record->budget = EACH_SECOND;
        record->budget.until = now + LUCID_SECOND;
    }
}

bool live_record_awake(struct live_record *record, lucid_time now, lucid_time *until) {
    live_record_time(record, now);
    *until = record->budget.until;
    return record->budget.events > 0;
}

/* From now on until the next second there will be holes. */
static void fall_asleep(struct live_record *record) {
    struct live_connection *connection;
    TAILQ_FOREACH(connection, &record->order, order) {
        if (!ladder_ended(connection->ladder)) {
            ladder_add_lost(connection->ladder, 0, 0);
        }
    }
}

static bool spend_event(struct live_record *record, lucid_time now) {
    live_record_time(record, now);
    if (record->budget.events == 0) {
        return false;
    }
    if (--record->budget.events == 0) {
        fall_asleep(record);
        return false;
    }
    return true;
}

/* ---- finding ---- */

static unsigned bucket_of_ends(const struct lucid_sockaddr *remote) {
    unsigned sum = remote->port;
    for (unsigned i = 0; i < sizeof remote->addr; i++) {
        sum = sum * 31u + ((const uint8_t *)&remote->addr)[i];
    }
    return sum % LIVE_BUCKETS;
}

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

struct live_connection *live_record_connection(struct live_record *record, const struct lucid_sockaddr *local,
                                               const struct lucid_sockaddr *remote) {
    struct live_connection *connection;
    LIST_FOREACH(connection, &record->by_ends[bucket_of_ends(remote)], by_ends) {
        if (same_end(&connection->remote, remote) && same_end(&connection->local, local)) {
            return connection;
        }
    }
    return NULL;
}

static struct live_connection *find_number(struct live_record *record, uint32_t number) {
    struct live_connection *connection;
    LIST_FOREACH(connection, &record->by_number[number % LIVE_BUCKETS], by_number) {
        if (connection->number == number) {
            return connection;
        }
    }
    return NULL;
}

void live_record_use(struct live_record *record, struct live_connection *connection) {
    TAILQ_REMOVE(&record->order, connection, order);
    TAILQ_INSERT_TAIL(&record->order, connection, order);
}

/* ---- a connection begins ---- */

/* One that has brought no request goes first: a scan of ports shall not push out what somebody wants to look at. */
static void make_room(struct live_record *record) {
    struct live_connection *connection;
    if (record->connections < record->connections_max) {
        return;
    }
    TAILQ_FOREACH(connection, &record->order, order) {
        if (connection->request_count == 0) {
            break;
        }
    }
    connection_free(record, connection ? connection : TAILQ_FIRST(&record->order));
}

static void take_waiting(struct live_record *record, struct live_connection *connection) {
    for (unsigned i = 0; i < LIVE_WAITING; i++) {
        struct live_waiting *waiting = &record->waiting[(record->waiting_next + i) % LIVE_WAITING];
        if (waiting->length > 0 && same_end(&waiting->remote, &connection->remote) &&
            same_end(&waiting->local, &connection->local)) {
            live_packets_add(&connection->packets, waiting->at, waiting->octets, waiting->length);
            waiting->length = 0;
        }
    }
}

static struct live_connection *begin(struct live_record *record, const struct lucid_event *event) {
    const struct lucid_event_state *state = &event->u.state;
    make_room(record);
    struct live_connection *connection = calloc(1, sizeof *connection);
    struct ladder *ladder = ladder_new(false);
    if (!connection || !ladder) {
        free(connection);
        ladder_free(ladder);
        return NULL;
    }
    connection->ladder = ladder;
    connection->number = event->connection;
    connection->local = state->local;
    connection->remote = state->remote;
    TAILQ_INIT(&connection->requests);
    live_packets_begin(&connection->packets);
    TAILQ_INSERT_TAIL(&record->order, connection, order);
    LIST_INSERT_HEAD(&record->by_ends[bucket_of_ends(&state->remote)], connection, by_ends);
    LIST_INSERT_HEAD(&record->by_number[event->connection % LIVE_BUCKETS], connection, by_number);
    record->connections++;
    if (state->cause == LUCID_CAUSE_SEGMENT && record->segment.u.segment.id == state->segment) {
        ladder_add(ladder, 0, &record->segment);
    }
    take_waiting(record, connection);
    return connection;
}

/* ---- events ---- */

static struct live_connection *connection_of(struct live_record *record, const struct lucid_event *event) {
    const struct lucid_event_segment *segment = &event->u.segment;
    switch ((enum lucid_event_kind)event->kind) {
    case LUCID_EVENT_SEGMENT_OUT:
        return live_record_connection(record, &segment->source, &segment->destination);
    case LUCID_EVENT_SEGMENT_IN:
        record->segment = *event;
        return live_record_connection(record, &segment->destination, &segment->source);
    case LUCID_EVENT_STATE:
    case LUCID_EVENT_RULE:
    case LUCID_EVENT_TIMER:
    case LUCID_EVENT_DROP:
    case LUCID_EVENT_VARIABLES:
    case LUCID_EVENT_CALL:
    case LUCID_EVENT_RETURN:
    case LUCID_EVENT_DELIVERED:
    case LUCID_EVENT_KINDS:
        break;
    }
    struct live_connection *connection = find_number(record, event->connection);
    return connection || !ladders_is_birth(event) ? connection : begin(record, event);
}

void live_record_event(struct live_record *record, const struct lucid_event *event) {
    if (!spend_event(record, event->time)) {
        return;
    }
    struct live_connection *connection = connection_of(record, event);
    if (!connection || ladder_ended(connection->ladder)) {
        return;
    }
    ladder_add(connection->ladder, 0, event);
    if (ladder_ended(connection->ladder)) {
        ladder_finish(connection->ladder);
    }
}

/* ---- packets ---- */

struct sink {
    struct live_record *record;
    struct live_connection *connection;
    lucid_time now;
};

static void keep(void *user, const uint8_t *octets, size_t length) {
    struct sink *sink = user;
    size_t *left = &sink->record->budget.octets;
    if (*left < length) {
        sink->connection->packets.missing++;
        return;
    }
    *left -= length;
    live_packets_add(&sink->connection->packets, sink->now, octets, length);
}

static void keep_waiting(void *user, const uint8_t *octets, size_t length) {
    struct live_waiting *waiting = user;
    if (length <= sizeof waiting->octets) {
        memcpy(waiting->octets, octets, length);
        waiting->length = length;
    }
}

static void let_wait(struct live_record *record, lucid_time now, const struct lucid_packet *packet,
                     const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote) {
    struct live_waiting *waiting = &record->waiting[record->waiting_next];
    *waiting = (struct live_waiting){.at = now, .local = *local, .remote = *remote};
    lucid_segment_packet(packet, keep_waiting, waiting);
    record->waiting_next = (record->waiting_next + 1) % LIVE_WAITING;
}

void live_record_packet(struct live_record *record, bool leaves, lucid_time now, const struct lucid_packet *packet) {
    struct lucid_sockaddr from = {0}, to = {0};
    live_record_time(record, now);
    if (record->budget.octets == 0 || record->budget.events == 0) {
        return;
    }
    int flags = lucid_packet_ends(packet, &from, &to);
    const struct lucid_sockaddr *local = leaves ? &from : &to, *remote = leaves ? &to : &from;
    struct live_connection *connection = flags < 0 ? NULL : live_record_connection(record, local, remote);
    bool begins = flags >= 0 && (flags & (LUCID_SYN | LUCID_ACK)) == LUCID_SYN && !leaves;
    if (begins && (!connection || ladder_ended(connection->ladder))) {
        let_wait(record, now, packet, local, remote);
        return;
    }
    if (connection) {
        struct sink sink = {record, connection, now};
        lucid_segment_packet(packet, keep, &sink);
    }
}
