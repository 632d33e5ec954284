/* connection.c: see connection.h. */
#include "connection.h"

#include <stdlib.h>
#include <string.h>

/* ---- who is who ---- */

static bool is_at(const struct lucid_sockaddr *address, const char *text) {
    struct lucid_addr addr;
    return lucid_addr_parse(text, &addr) == 0 && lucid_addr_equal(&addr, &address->addr);
}

enum way_hop way_hop_of(const struct lucid_sockaddr *address, const struct lucid_sockaddr *peer,
                        const struct way_plan *plan) {
    if (is_at(address, "10.77.0.2")) {
        return address->port == WAY_DNS_PORT ? WAY_DNS : WAY_OURS;
    }
    if (address->port == WAY_HTTP_PORT) {
        return WAY_NGINX;
    }
    if (address->port == WAY_APP_PORT) {
        return WAY_UWSGI;
    }
    if (address->port == WAY_EMPTY_PORT) {
        return WAY_NOBODY;
    }
    bool behind = peer->port == WAY_APP_PORT || peer->port == WAY_OURS_PORT;
    bool of_nginx = behind || (is_at(peer, "10.77.0.2") && peer->port == WAY_HTTP_PORT && !plan->ours);
    return of_nginx ? WAY_NGINX : WAY_CLIENT;
}

/* ---- the machine ---- */

static bool guard_holds(const struct way_connection *connection, unsigned end, const char *guard) {
    if (strcmp(guard, "ACTIVE") == 0 || strcmp(guard, "PASSIVE") == 0) {
        return connection->active[end] == (guard[0] == 'A');
    }
    return strcmp(guard, "ALWAYS") == 0 || strcmp(guard, "NOTHING_QUEUED") == 0 || strcmp(guard, "NOT_RFC1337") == 0;
}

static void fire(struct way_connection *connection, unsigned end, const char *event) {
    const struct lucid_fsm_row *row;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        if ((row->from & connection->state[end]) && strcmp(row->event, event) == 0 &&
            guard_holds(connection, end, row->guard)) {
            connection->state[end] = row->to;
            return;
        }
    }
}

static bool before(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

/* What the sender must have done to send this. */
static void sends(struct way_connection *connection, unsigned end, const struct way_packet *packet) {
    if (packet->flags & LUCID_RST) {
        fire(connection, end, "ABORT");
        return;
    }
    if (packet->flags & LUCID_SYN && !connection->syn[end]) {
        connection->syn[end] = true;
        connection->iss[end] = packet->seq;
        if (!(packet->flags & LUCID_ACK)) {
            connection->active[end] = true;
            fire(connection, end, "OPEN_ACTIVE");
        }
    }
    if (packet->flags & LUCID_FIN && !connection->fin[end]) {
        connection->fin[end] = true;
        connection->fin_end[end] = packet->seq + packet->payload_length + 1;
        connection->stream[end].ended = true;
        fire(connection, end, "CLOSE");
    }
}

static void receives_ack(struct way_connection *connection, unsigned end, uint32_t ack) {
    if (connection->syn[end] && before(connection->iss[end], ack)) {
        fire(connection, end, "RCV_ACK_OF_SYN");
    }
    if (connection->fin[end] && !before(ack, connection->fin_end[end])) {
        fire(connection, end, "RCV_ACK_OF_FIN");
    }
}

/* What it means to the receiver: RST, SYN, ACK, FIN, in the order of RFC 9293 3.10.7.4. */
static void receives(struct way_connection *connection, unsigned end, const struct way_packet *packet) {
    bool ack = packet->flags & LUCID_ACK;
    if (packet->flags & LUCID_RST) {
        connection->stream[1 - end].ended = true;
        fire(connection, end, "RCV_RST");
        return;
    }
    if (packet->flags & LUCID_SYN) {
        fire(connection, end, ack && connection->syn[end] ? "RCV_SYN_ACK" : "RCV_SYN");
    }
    if (ack) {
        receives_ack(connection, end, packet->ack);
    }
    if (packet->flags & LUCID_FIN) {
        fire(connection, end, "RCV_FIN");
    }
}

/* ---- streams ---- */

static bool append(struct way_stream *stream, const uint8_t *octets, uint32_t length) {
    if (stream->length + length > stream->room) {
        uint32_t room = (stream->length + length) * 2;
        uint8_t *grown = realloc(stream->octet, room);
        if (!grown) {
            return false;
        }
        stream->octet = grown;
        stream->room = room;
    }
    memcpy(stream->octet + stream->length, octets, length);
    stream->length += length;
    return true;
}

static void take_data(struct way_net *net, struct way_connection *connection, const struct way_packet *packet,
                      struct way_segment *segment) {
    struct way_stream *stream = &connection->stream[segment->from];
    uint32_t offset = packet->seq - connection->iss[segment->from] - 1;
    segment->offset = stream->length;
    if (packet->payload_length == 0) {
        return;
    }
    segment->again = connection->syn[segment->from] && offset != stream->length;
    if (!segment->again && !append(stream, packet->octets + packet->payload, packet->payload_length)) {
        net->full = true;
    }
}

/* ---- connections ---- */

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

/* The latest connection between these ends, and which of them sent the packet; -1: none. */
static int find(const struct way_net *net, const struct way_packet *packet, unsigned *from) {
    for (unsigned i = net->connections; i-- > 0;) {
        const struct way_end *end = net->connection[i].end;
        for (unsigned side = 0; side < 2; side++) {
            if (same_end(&end[side].address, &packet->source) &&
                same_end(&end[1 - side].address, &packet->destination)) {
                *from = side;
                return (int)i;
            }
        }
    }
    return -1;
}

/* Begins one; in the middle when it is no SYN: a connection that an earlier act left open. */
static int begin(struct way_net *net, const struct way_packet *packet, const struct way_plan *plan) {
    if (net->connections == WAY_CONNECTIONS) {
        net->full = true;
        return -1;
    }
    struct way_connection *connection = &net->connection[net->connections];
    bool opens = packet->flags & LUCID_SYN;
    memset(connection, 0, sizeof *connection);
    connection->end[0].address = packet->source;
    connection->end[1].address = packet->destination;
    connection->end[0].hop = way_hop_of(&packet->source, &packet->destination, plan);
    connection->end[1].hop = way_hop_of(&packet->destination, &packet->source, plan);
    connection->state[0] = opens ? LUCID_CLOSED : LUCID_ESTABLISHED;
    connection->state[1] = opens ? LUCID_LISTEN : LUCID_ESTABLISHED;
    if (!opens) {
        connection->iss[0] = packet->seq - 1;
        connection->iss[1] = packet->ack - 1;
        connection->syn[0] = connection->syn[1] = true;
    }
    return (int)net->connections++;
}

static void notice(struct way_connection *connection, const struct way_packet *packet, struct way_segment *segment) {
    unsigned to = 1 - segment->from;
    segment->confirms_open = segment->before[to] == LUCID_SYN_RECEIVED && segment->after[to] == LUCID_ESTABLISHED;
    segment->acks_end = connection->fin[to] && !connection->fin_acked[to] && packet->flags & LUCID_ACK &&
                        !before(packet->ack, connection->fin_end[to]);
    connection->fin_acked[to] = connection->fin_acked[to] || segment->acks_end;
}

static void follow(struct way_net *net, const struct way_packet *packet, struct way_segment *segment,
                   const struct way_plan *plan) {
    segment->connection = find(net, packet, &segment->from);
    if (segment->connection < 0 || (packet->flags & (LUCID_SYN | LUCID_ACK)) == LUCID_SYN) {
        segment->from = 0;
        segment->connection = begin(net, packet, plan);
    }
    if (segment->connection < 0) {
        return;
    }
    struct way_connection *connection = &net->connection[segment->connection];
    if (packet->flags & LUCID_RST && connection->state[0] == LUCID_SYN_SENT && segment->from == 1) {
        connection->refused = true;
        connection->state[1] = LUCID_CLOSED;
    }
    memcpy(segment->before, connection->state, sizeof segment->before);
    take_data(net, connection, packet, segment);
    sends(connection, segment->from, packet);
    receives(connection, 1 - segment->from, packet);
    memcpy(segment->after, connection->state, sizeof segment->after);
    notice(connection, packet, segment);
}

/* A SYN that was refused did not meet a listener. */
static void mend_refused(struct way_net *net) {
    for (size_t i = 0; i < net->segments; i++) {
        struct way_segment *segment = &net->segment[i];
        if (segment->connection >= 0 && net->connection[segment->connection].refused) {
            segment->before[1] = segment->after[1] = LUCID_CLOSED;
        }
    }
}

/* ---- what our stack says ---- */

/* A segment in the trace, with the state of our end behind it. */
struct mark {
    const struct lucid_event *event;
    unsigned before, after;
};

struct marks {
    struct mark *mark;
    size_t count;
};

static bool is_between(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b, const struct way_end *us,
                       const struct way_end *peer) {
    return same_end(a, &us->address) && same_end(b, &peer->address);
}

static void add_event(struct marks *marks, const struct lucid_event *event, const struct way_end *us,
                      const struct way_end *peer, unsigned *state) {
    const struct lucid_event_segment *segment = &event->u.segment;
    bool out = event->kind == LUCID_EVENT_SEGMENT_OUT && is_between(&segment->source, &segment->destination, us, peer);
    bool in = event->kind == LUCID_EVENT_SEGMENT_IN && is_between(&segment->destination, &segment->source, us, peer);
    if (in || out) {
        marks->mark[marks->count++] = (struct mark){.event = event, .before = *state, .after = *state};
        return;
    }
    const struct lucid_event_state *change = &event->u.state;
    if (event->kind != LUCID_EVENT_STATE || !is_between(&change->local, &change->remote, us, peer)) {
        return;
    }
    *state = change->to;
    struct mark *last = marks->count > 0 ? &marks->mark[marks->count - 1] : NULL;
    if (last && change->cause == LUCID_CAUSE_SEGMENT && last->event->kind == LUCID_EVENT_SEGMENT_IN) {
        last->after = change->to;
    }
}

static bool is_of(const struct mark *mark, const struct way_packet *packet, bool out) {
    const struct lucid_event_segment *segment = &mark->event->u.segment;
    return (mark->event->kind == LUCID_EVENT_SEGMENT_OUT) == out && segment->seq == packet->seq &&
           segment->flags == packet->flags && segment->length == packet->payload_length;
}

/* Replaces what was inferred of this end by what the marks say. A packet without a mark keeps what was inferred. */
static void correct(struct way_net *net, unsigned number, unsigned end, const struct marks *marks,
                    const struct way_packet *packets) {
    size_t next[2] = {0, 0};
    for (size_t i = 0; i < net->segments; i++) {
        struct way_segment *segment = &net->segment[i];
        if (segment->connection != (int)number) {
            continue;
        }
        bool out = segment->from == end;
        for (size_t m = next[out]; m < marks->count; m++) {
            if (is_of(&marks->mark[m], &packets[i], out)) {
                segment->after[end] = marks->mark[m].after;
                next[out] = m + 1;
                break;
            }
        }
    }
}

/* What a state was before is what it was after the segment before: also calls change states. */
static void chain(struct way_net *net, unsigned number, unsigned end) {
    unsigned state = 0;
    for (size_t i = 0; i < net->segments; i++) {
        struct way_segment *segment = &net->segment[i];
        if (segment->connection == (int)number) {
            segment->before[end] = state ? state : segment->before[end];
            state = segment->after[end];
        }
    }
    net->connection[number].state[end] = state;
}

static void ask_our_stack(struct way_net *net, unsigned number, const struct way_record *record,
                          const struct way_take *take) {
    struct way_connection *connection = &net->connection[number];
    for (unsigned end = 0; end < 2; end++) {
        const struct way_end *us = &connection->end[end], *peer = &connection->end[1 - end];
        struct marks marks = {.mark = NULL};
        unsigned state = connection->refused ? LUCID_CLOSED : end == 0 ? LUCID_CLOSED : LUCID_LISTEN;
        if (!is_at(&us->address, "10.77.0.2")) {
            continue;
        }
        if (!connection->active[1 - end] && !connection->active[end]) {
            state = LUCID_ESTABLISHED;
        }
        marks.mark = calloc(record->events + 1, sizeof *marks.mark);
        for (size_t i = take->event_from; marks.mark && i < take->event_to; i++) {
            add_event(&marks, &record->event[i], us, peer, &state);
        }
        connection->end[end].exact = marks.count > 0;
        if (marks.count > 0) {
            correct(net, number, end, &marks, record->packet + take->packet_from);
            chain(net, number, end);
        }
        free(marks.mark);
    }
}

/* ---- all of it ---- */

void way_net_build(struct way_net *net, const struct way_record *record, const struct way_take *take,
                   const struct way_plan *plan) {
    memset(net, 0, sizeof *net);
    net->segments = take->packet_to - take->packet_from;
    net->segment = calloc(net->segments + 1, sizeof *net->segment);
    if (!net->segment) {
        net->full = true;
        net->segments = 0;
        return;
    }
    for (size_t i = 0; i < net->segments; i++) {
        const struct way_packet *packet = &record->packet[take->packet_from + i];
        net->segment[i].connection = -1;
        if (packet->protocol == WAY_TCP) {
            follow(net, packet, &net->segment[i], plan);
        }
    }
    mend_refused(net);
    for (unsigned i = 0; i < net->connections; i++) {
        ask_our_stack(net, i, record, take);
    }
}

void way_net_free(struct way_net *net) {
    for (unsigned i = 0; i < net->connections; i++) {
        free(net->connection[i].stream[0].octet);
        free(net->connection[i].stream[1].octet);
    }
    free(net->segment);
}
