/* timeline.c: see timeline.h. */
#include "timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ICMP_HEADER = 8, ICMP_UNREACHABLE = 3, ICMP_PORT = 3, IP4_HEADER = 20 };

struct way_row *way_timeline_add(struct way_timeline *timeline, uint64_t at, enum way_topic topic, enum way_hop from,
                                 enum way_hop to) {
    if (timeline->rows == timeline->room) {
        unsigned room = timeline->room ? timeline->room * 2 : 64;
        struct way_row *grown = reallocarray(timeline->row, room, sizeof *grown);
        if (!grown) {
            timeline->cut = true;
            return NULL;
        }
        timeline->row = grown;
        timeline->room = room;
    }
    struct way_row *row = &timeline->row[timeline->rows++];
    *row = (struct way_row){.at = at, .topic = topic, .from = from, .to = to, .order = timeline->rows};
    row->label = text_growing();
    row->what = text_growing();
    row->lines = text_growing();
    row->octets = text_growing();
    return row;
}

static void free_row(struct way_row *row) {
    text_free(&row->label);
    text_free(&row->what);
    text_free(&row->lines);
    text_free(&row->octets);
}

void way_timeline_free(struct way_timeline *timeline) {
    for (unsigned i = 0; i < timeline->rows; i++) {
        free_row(&timeline->row[i]);
    }
    free(timeline->row);
}

/* ---- packets ---- */

/* The first time counts. */
static void note_first(uint64_t *time, bool now, uint64_t at) {
    if (now && *time == 0) {
        *time = at;
    }
}

static void note_times(struct way_timeline *timeline, const struct way_row *row, const struct way_segment *segment) {
    struct way_times *times = &timeline->times;
    bool by_client = row->from == WAY_CLIENT;
    note_first(&times->open_begun, by_client && row->topic == WAY_OPEN, row->at);
    note_first(&times->open_done, by_client && segment->confirms_open, row->at);
    note_first(&times->request, by_client && row->topic == WAY_HTTP, row->at);
    note_first(&times->answer, row->to == WAY_CLIENT && row->topic == WAY_HTTP, row->at);
}

static bool tells_something(const struct way_packet *packet, const struct way_segment *segment) {
    unsigned flags = LUCID_SYN | LUCID_FIN | LUCID_RST;
    return packet->flags & flags || packet->payload_length > 0 || segment->confirms_open || segment->acks_end;
}

static bool opens_any(const struct way_net *net, enum way_hop hop) {
    for (unsigned i = 0; i < net->connections; i++) {
        if (net->connection[i].end[0].hop == hop) {
            return true;
        }
    }
    return false;
}

/* Where there are several connections between the same two hops: which of them it is. */
static void put_which(struct way_row *row, const struct way_net *net, unsigned number) {
    const struct way_end *end = net->connection[number].end;
    unsigned which = 0, count = 0;
    for (unsigned i = 0; i < net->connections; i++) {
        const struct way_end *other = net->connection[i].end;
        count += other[0].hop == end[0].hop && other[1].hop == end[1].hop;
        which = i == number ? count : which;
    }
    if (count > 1) {
        text_format(&row->what, " (connection %u)", which);
    }
}

static void add_segment(struct way_timeline *timeline, const struct way_packet *packet,
                        const struct way_segment *segment, const struct way_net *net, bool all) {
    if (segment->connection < 0) {
        return;
    }
    const struct way_connection *connection = &net->connection[segment->connection];
    const struct way_end *from = &connection->end[segment->from], *to = &connection->end[1 - segment->from];
    if (!all && !tells_something(packet, segment)) {
        timeline->left_out++;
        return;
    }
    struct way_row *row = way_timeline_add(timeline, packet->at, WAY_QUIET, from->hop, to->hop);
    if (!row) {
        return;
    }
    row->connection = (unsigned)segment->connection + 1;
    for (unsigned i = 0; i < 2; i++) {
        row->before[i] = segment->before[i ? 1 - segment->from : segment->from];
        row->after[i] = segment->after[i ? 1 - segment->from : segment->from];
    }
    row->proxy = opens_any(net, from->hop);
    if (packet->payload_length > 0) {
        way_words_data(row, packet, segment, connection);
    } else {
        way_words_segment(row, packet, segment, connection);
    }
    put_which(row, net, (unsigned)segment->connection);
    note_times(timeline, row, segment);
}

static void add_datagram(struct way_timeline *timeline, const struct way_packet *packet) {
    bool query = packet->destination.port == WAY_DNS_PORT;
    if (!query && packet->source.port != WAY_DNS_PORT) {
        return;
    }
    if (!way_words_ours(packet)) {
        timeline->of_names++;
        return;
    }
    struct way_row *row = way_timeline_add(timeline, packet->at, WAY_NAME, query ? WAY_CLIENT : WAY_DNS,
                                           query ? WAY_DNS : WAY_CLIENT);
    if (!row) {
        return;
    }
    struct way_times *times = &timeline->times;
    way_words_dns(row, packet);
    times->name_asked = times->name_asked ? times->name_asked : packet->at;
    times->name_known = query ? times->name_known : packet->at;
}

/* Only what comes back because nobody has the port. */
static void add_icmp(struct way_timeline *timeline, const struct way_packet *packet) {
    const uint8_t *icmp = packet->octets + packet->payload - ICMP_HEADER;
    const uint8_t *quoted = packet->octets + packet->payload;
    if (icmp[0] != ICMP_UNREACHABLE || icmp[1] != ICMP_PORT || packet->payload_length < IP4_HEADER + 4) {
        return;
    }
    struct way_row *row = way_timeline_add(timeline, packet->at, WAY_TROUBLE, WAY_DNS, WAY_CLIENT);
    if (row) {
        unsigned port = (unsigned)quoted[IP4_HEADER + 2] << 8 | quoted[IP4_HEADER + 3];
        text_put(&row->label, "ICMP");
        text_format(&row->what, "the machine itself says that nobody has port %u", port);
    }
}

static void add_packets(struct way_timeline *timeline, const struct way_record *record, const struct way_take *take,
                        const struct way_net *net, bool all) {
    for (size_t i = 0; i < net->segments; i++) {
        const struct way_packet *packet = &record->packet[take->packet_from + i];
        if (packet->protocol == WAY_TCP) {
            add_segment(timeline, packet, &net->segment[i], net, all);
        } else if (packet->protocol == WAY_UDP) {
            add_datagram(timeline, packet);
        } else if (packet->protocol == WAY_ICMP) {
            add_icmp(timeline, packet);
        }
    }
}

/* ---- programs ---- */

/* "1764338400123456789 called GET /hello name=Ada" */
static void add_app_line(struct way_timeline *timeline, const char *line, size_t length) {
    char copy[256], *rest;
    snprintf(copy, sizeof copy, "%.*s", (int)length, line);
    uint64_t at = strtoull(copy, &rest, 10);
    bool called = strncmp(rest, " called", 7) == 0;
    if (at == 0 || *rest != ' ') {
        return;
    }
    struct way_row *row = way_timeline_add(timeline, at, WAY_PROGRAM, called ? WAY_UWSGI : WAY_APP,
                                           called ? WAY_APP : WAY_UWSGI);
    if (!row) {
        return;
    }
    if (called) {
        text_put(&row->label, "call");
        text_format(&row->what, "calls the application: a function, its argument the variables (%s)", rest + 8);
    } else if (strcmp(rest, " dies") == 0) {
        row->topic = WAY_TROUBLE;
        text_put(&row->label, "dies");
        text_put(&row->what, "ends its process, with the request in its hands");
    } else {
        text_put(&row->label, "return");
        text_format(&row->what, "%s", rest + 1);
    }
}

static void add_app(struct way_timeline *timeline, const char *lines) {
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        add_app_line(timeline, lines, length);
        lines += length + (lines[length] == '\n');
    }
}

static void add_client(struct way_timeline *timeline, const struct way_take *take, const struct way_act *act) {
    struct way_row *row = way_timeline_add(timeline, take->began, WAY_USER, WAY_CLIENT, WAY_CLIENT);
    if (row) {
        text_put(&row->label, "Enter");
        text_format(&row->what, "%s%s", act->url[0], act->url[1] ? ", and one more after it" : "");
    }
    row = way_timeline_add(timeline, take->ended, WAY_USER, WAY_CLIENT, WAY_CLIENT);
    if (!row) {
        return;
    }
    text_put(&row->label, "end");
    if (take->exit == 0) {
        text_put(&row->what, "has its answer");
        text_put(&row->what, act->url[1] ? "s" : "");
    } else {
        text_format(&row->what, "gives up: %.*s", (int)strcspn(take->complaint, "\n"), take->complaint);
    }
}

/* ---- order and headings ---- */

static int in_time(const void *a, const void *b) {
    const struct way_row *x = a, *y = b;
    if (x->at != y->at) {
        return x->at < y->at ? -1 : 1;
    }
    return x->order < y->order ? -1 : 1;
}

enum phase { BEGIN, NAME, OPEN, REQUEST, OPEN_BEHIND, REQUEST_BEHIND, APP, ANSWER, CLOSE };

static enum phase phase_of(const struct way_row *row) {
    bool by_client = row->from == WAY_CLIENT, to_client = row->to == WAY_CLIENT;
    switch (row->topic) {
    case WAY_NAME:
        return NAME;
    case WAY_OPEN:
        return by_client || to_client ? OPEN : OPEN_BEHIND;
    case WAY_HTTP:
        return by_client ? REQUEST : to_client || row->before[0] == 0 ? ANSWER : BEGIN;
    case WAY_UWSGI_PACKET:
        return REQUEST_BEHIND;
    case WAY_PROGRAM:
        return APP;
    case WAY_CLOSE:
        return by_client || to_client ? CLOSE : BEGIN;
    case WAY_USER:
    case WAY_QUIET:
    case WAY_TROUBLE:
        return BEGIN;
    }
    return BEGIN;
}

static void put_headings(struct way_timeline *timeline) {
    static const char *const headings[] = {
        [NAME] = "The name becomes an address",
        [OPEN] = "A connection",
        [REQUEST] = "The request",
        [OPEN_BEHIND] = "A second connection, behind",
        [REQUEST_BEHIND] = "The request goes on",
        [APP] = "The application",
        [ANSWER] = "The answer comes back",
        [CLOSE] = "The end of the connection",
    };
    enum phase now = BEGIN;
    for (unsigned i = 0; i < timeline->rows; i++) {
        struct way_row *row = &timeline->row[i];
        enum phase phase = phase_of(row);
        bool again = phase == REQUEST && now > REQUEST;
        if (phase > now || again) {
            row->heading = again ? "The next request" : headings[phase];
            now = phase;
        }
    }
}

static bool is_cut(const struct way_row *row) {
    return row->label.cut || row->what.cut || row->lines.cut || row->octets.cut;
}

void way_timeline_build(struct way_timeline *timeline, const struct way_record *record, const struct way_take *take,
                        const struct way_act *act, const struct way_net *net, bool all) {

    *timeline = (struct way_timeline){.zero = take->began};
    add_client(timeline, take, act);
    add_packets(timeline, record, take, net, all);
    add_app(timeline, take->app);
    if (timeline->rows > 0) {
        qsort(timeline->row, timeline->rows, sizeof *timeline->row, in_time);
    }
    put_headings(timeline);
    for (unsigned i = 0; i < timeline->rows; i++) {
        timeline->cut = timeline->cut || is_cut(&timeline->row[i]);
    }
}
