/* record.c: see record.h. */
#include "lab/record.h"

#include <stdlib.h>
#include <string.h>

#include "common/trace_json.h"

void record_init(struct record *record, void (*write)(void *, const char *, size_t), void *user, unsigned payload) {
    *record = (struct record){.write = write, .user = user, .next = 1, .payload = payload, .line = text_growing()};
}

void record_end(struct record *record) {
    for (unsigned i = 0; i < TLOG_NODES_MAX; i++) {
        struct record_node *node = &record->node[i];
        for (unsigned c = 0; c < node->connections; c++) {
            free(node->connection[c].sent);
        }
        free(node->connection);
    }
    text_free(&record->line);
}

uint64_t record_packet(struct record *record) {
    return ++record->packets;
}

uint64_t record_serial(struct record *record) {
    return ++record->serials;
}

uint64_t record_packet_of(struct record *record, unsigned node, uint64_t named) {
    struct record_packet *packet = &record->node[node].packet[named % RECORD_PACKETS];
    if (packet->named != named || packet->serial == 0) {
        *packet = (struct record_packet){named, record_packet(record)};
    }
    return packet->serial;
}

uint32_t record_connection(const struct record *record, unsigned node, uint32_t c) {
    return c > 0 ? c + record->node[node].offset : 0;
}

void record_restart(struct record *record, unsigned node) {
    record->node[node].offset = record->node[node].highest;
    memset(record->node[node].packet, 0, sizeof record->node[node].packet);
}

static void write_line(struct record *record) {
    record->no_memory |= record->line.cut;
    record->write(record->user, record->line.data ? record->line.data : "", record->line.length);
    record->line.length = 0;
    record->line.cut = false;
}

/* ---- in which packet octets were sent first ---- */

static struct record_connection *connection_of(struct record *record, unsigned node, uint32_t c) {
    struct record_node *at = &record->node[node];
    if (c >= at->connections) {
        unsigned count = c + 16;
        struct record_connection *grown = realloc(at->connection, count * sizeof *grown);
        if (!grown) {
            record->no_memory = true;
            return NULL;
        }
        memset(grown + at->connections, 0, (count - at->connections) * sizeof *grown);
        at->connection = grown;
        at->connections = count;
    }
    return &at->connection[c];
}

static void forget(struct record *record, unsigned node, uint32_t c) {
    struct record_connection *connection = connection_of(record, node, c);
    if (connection) {
        free(connection->sent);
        *connection = (struct record_connection){0};
    }
}

static void remember(struct record *record, struct record_connection *connection, struct record_sent sent) {
    if (!connection->sent || connection->count == connection->capacity) {
        unsigned capacity = connection->capacity ? 2 * connection->capacity : 16;
        struct record_sent *grown = realloc(connection->sent, capacity * sizeof *grown);
        if (!grown) {
            record->no_memory = true;
            return;
        }
        connection->sent = grown;
        connection->capacity = capacity;
    }
    connection->sent[connection->count++] = sent;
}

/* The runs lie one behind the other, so the last one that does not begin behind seq holds it, if any does. */
static uint64_t first_sent(const struct record_connection *connection, uint32_t seq) {
    unsigned low = 0, high = connection->count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if ((int32_t)(seq - connection->sent[middle].seq) >= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0 || seq - connection->sent[low - 1].seq >= connection->sent[low - 1].length) {
        return 0;
    }
    return connection->sent[low - 1].id;
}

/* Octets of sequence space; RST takes none. */
static uint32_t span_of(const struct lucid_event_segment *segment) {
    uint32_t marks = (segment->flags & LUCID_SYN ? 1 : 0) + (segment->flags & LUCID_FIN ? 1 : 0);
    return segment->flags & LUCID_RST ? 0 : segment->length + marks;
}

/* Enters what is new in a segment that leaves. Returns the packet in which its first octet left before; 0: it is
 * new. */
static uint64_t sent_before(struct record *record, unsigned node, uint32_t c,
                            const struct lucid_event_segment *segment) {
    uint32_t length = span_of(segment);
    struct record_connection *connection = c > 0 ? connection_of(record, node, c) : NULL;
    if (!connection || length == 0) {
        return 0;
    }
    uint64_t before = first_sent(connection, segment->seq);
    const struct record_sent *last = connection->count > 0 ? &connection->sent[connection->count - 1] : NULL;
    uint32_t known = last ? last->seq + last->length - segment->seq : 0; /* of these octets, from the front */
    if (!last || (int32_t)known < (int32_t)length) {
        uint32_t old = (int32_t)known > 0 ? known : 0;
        remember(record, connection, (struct record_sent){segment->seq + old, length - old, segment->id});
    }
    return before;
}

/* ---- events of a stack ---- */

/* Puts one more member behind the last one of the line. */
static void add_member(struct record *record, const char *key, uint64_t value) {
    record->line.length -= 2;
    struct json json = {.text = &record->line, .comma = true};
    json_uint(&json, key, value);
    json_close(&json, '}');
    text_put_char(&record->line, '\n');
}

static void number_connection(struct record *record, unsigned node, struct lucid_event *event) {
    struct record_node *at = &record->node[node];
    event->connection = record_connection(record, node, event->connection);
    if (event->connection > at->highest) {
        at->highest = event->connection;
    }
    if (event->kind == LUCID_EVENT_STATE) {
        event->u.state.parent = record_connection(record, node, event->u.state.parent);
    }
}

static uint64_t number_segment(struct record *record, unsigned node, struct lucid_event *event) {
    struct lucid_event_segment *segment = &event->u.segment;
    if (segment->payload_length > record->payload) {
        segment->payload_length = (uint8_t)record->payload;
    }
    if (event->kind != LUCID_EVENT_SEGMENT_OUT) {
        return 0;
    }
    segment->id = record_packet_of(record, node, segment->id);
    return sent_before(record, node, event->connection, segment);
}

void record_event(struct record *record, unsigned node, const struct lucid_event *traced) {
    struct lucid_event event = *traced;
    uint64_t before = 0;
    if (record->unseen && record->unseen(record->unseen_user, node, traced)) {
        return;
    }
    number_connection(record, node, &event);
    if (event.kind == LUCID_EVENT_SEGMENT_OUT || event.kind == LUCID_EVENT_SEGMENT_IN) {
        before = number_segment(record, node, &event);
    }
    event.number = record->next++;
    trace_json_event(&record->line, &event, record->node[node].name, 0);
    if (before > 0) {
        add_member(record, "rtx", before);
    }
    if (record->frame > 0 && (event.kind == LUCID_EVENT_SEGMENT_OUT || event.kind == LUCID_EVENT_SEGMENT_IN)) {
        add_member(record, "f", record->frame);
        record->frame = 0;
    }
    write_line(record);
    if (event.kind == LUCID_EVENT_STATE && (event.u.state.to == LUCID_CLOSED || event.u.state.to == 0)) {
        forget(record, node, event.connection);
    }
}

void record_forged(struct record *record, unsigned node, const struct lucid_event *made) {
    struct lucid_event event = *made;
    event.number = record->next++;
    trace_json_event(&record->line, &event, record->node[node].name, 0);
    write_line(record);
}

static void record_lost(struct record *record, unsigned node, lucid_time now, uint64_t count) {
    struct json json = record_begin(record, now, record->node[node].name, 0, "lost");
    json_uint(&json, "count", count);
    record_finish(record, &json);
}

void record_drain(struct record *record, unsigned node, struct lucid_stack *stack) {
    struct lucid_event event;
    uint64_t lost = 0;
    while (lucid_trace_next(stack, &event, &lost)) {
        if (lost > 0) {
            record_lost(record, node, event.time, lost);
        }
        record_event(record, node, &event);
    }
}

/* ---- lines of the lab's own ---- */

struct json record_begin(struct record *record, lucid_time now, const char *node, uint32_t c, const char *ev) {
    struct json json = json_begin(&record->line);
    json_open(&json, NULL, '{');
    json_uint(&json, "i", record->next++);
    json_uint(&json, "t", now);
    json_string(&json, "n", node);
    json_uint(&json, "c", c);
    json_string(&json, "ev", ev);
    return json;
}

void record_finish(struct record *record, struct json *json) {
    json_close(json, '}');
    text_put_char(&record->line, '\n');
    write_line(record);
}

void record_text(struct record *record, lucid_time now, const char *ev, const char *text) {
    struct json json = record_begin(record, now, "W", 0, ev);
    json_string(&json, "text", text);
    record_finish(record, &json);
}
