/* live_events.c: /events: the variables of a connection as server-sent events (HTML standard 9.2), while they change.
 *
 *     ?connection=N  another one than this, by its number in /connections
 *     ?every=MS      an event each so many milliseconds, at most; 250
 *     ?fill=N        so many octets of padding with each event, so that windows have something to do; 0
 *
 * A browser that goes there gets a page that draws them; the page opens the same address as an EventSource. Nobody
 * pushes: while there is room in the stream the server asks again every 50 ms, the stack is asked for the variables of
 * one connection, and an event is made if they are others than last time. A reader that does not read is not asked for,
 * and keeps no more than PIECES events. Watching one's own connection changes it: each event is a segment.
 */
#include "live/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "http/http_accept.h"
#include "http/http_page.h"
#include "live/live_kernel.h"

enum { PIECES = 16, EVERY = 250, EVERY_LEAST = 50, EVERY_MOST = 60000, FILL_MOST = 100000 };

/* A comment now and then shows whether the other end is still there. */
static const lucid_time SILENCE = 10 * LUCID_SECOND;

struct event_source {
    struct http_source base;
    const struct lucid_stack *stack; /* NULL: the kernel tells, of its socket fd */
    int fd;
    const lucid_time *now;
    struct lucid_sockaddr local, remote;
    uint32_t connection;
    lucid_time every, next_at, said_at;
    size_t fill;
    uint64_t id;   /* of the latest event */
    bool over;     /* the connection has gone, and that was told */
    uint32_t peak; /* of the flight, since the latest event */
    char before[1024];
};

/* ---- an event ---- */

static void put_variables(struct json *json, const struct lucid_tcp_info *info, uint32_t peak) {
    const struct {
        const char *name;
        uint64_t value;
    } values[] = {
        {"snd_una", info->snd_una - info->iss},
        {"snd_nxt", info->snd_nxt - info->iss},
        {"flight", info->flight},
        {"flight_peak", peak},
        {"send_queue", info->send_queue},
        {"cwnd", info->cwnd},
        {"ssthresh", info->ssthresh == UINT32_MAX ? 0 : info->ssthresh},
        {"snd_wnd", info->snd_wnd},
        {"rcv_nxt", info->rcv_nxt - info->irs},
        {"rcv_wnd", info->rcv_wnd},
        {"srtt_us", info->srtt / LUCID_MICROSECOND},
        {"rttvar_us", info->rttvar / LUCID_MICROSECOND},
        {"rto_us", info->rto / LUCID_MICROSECOND},
        {"backoff", info->backoff},
        {"dupacks", info->dupacks},
        {"sacked", info->sacked},
        {"lost", info->lost},
        {"retransmits", info->retransmits},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        json_uint(json, values[i].name, values[i].value);
    }
}

/* A comment, which readers skip. */
static void put_fill(struct text *piece, size_t octets) {
    static const char dots[] = "................................................................";
    for (size_t left = octets, part; left > 0; left -= part) {
        part = left < sizeof dots - 1 ? left : sizeof dots - 1;
        text_put(piece, left == octets ? ":" : "");
        text_put_octets(piece, dots, part);
        text_put(piece, left == part ? "\n" : "");
    }
}

static void put_event(struct event_source *source, const struct lucid_tcp_info *info, struct text *piece) {
    char room[sizeof source->before];
    struct text data = text_fixed(room, sizeof room);
    struct json json = json_begin(&data);
    json_open(&json, NULL, '{');
    json_string(&json, "state", lucid_state_name(info->state));
    put_variables(&json, info, source->peak > info->flight ? source->peak : info->flight);
    json_close(&json, '}');
    if (strcmp(room, source->before) == 0) {
        return;
    }
    memcpy(source->before, room, data.length + 1);
    source->peak = 0;
    text_format(piece, "id: %" PRIu64 "\ndata: %s\n", ++source->id, room);
    put_fill(piece, source->fill);
    text_put_char(piece, '\n');
}

static bool is_there(const struct event_source *source, struct lucid_tcp_info *info) {
    if (!source->stack) {
        return live_kernel_info(source->fd, info);
    }
    return lucid_info_find(source->stack, &source->local, &source->remote, info) == 0 &&
           info->connection == source->connection;
}

/* Between two events most of a flight comes and goes. */
static void look(struct event_source *source) {
    struct lucid_tcp_info info;
    if (is_there(source, &info) && info.flight > source->peak) {
        source->peak = info.flight;
    }
}

static void put_news(struct event_source *source, struct text *piece) {
    struct lucid_tcp_info info;
    if (!is_there(source, &info)) {
        source->over = true;
        text_format(piece, "event: gone\nid: %" PRIu64 "\ndata: {}\n\n", ++source->id);
        return;
    }
    put_event(source, &info, piece);
    if (piece->length == 0 && *source->now - source->said_at >= SILENCE) {
        text_put(piece, ":\n\n");
    }
}

/* ---- the source ---- */

static ptrdiff_t next_piece(struct http_source *base, const void **data) {
    struct event_source *source = (struct event_source *)(void *)base;
    struct text piece = text_growing();
    if (source->over) {
        return 0;
    }
    if (base->loans >= PIECES || *source->now < source->next_at) {
        look(source);
        return -LUCID_EAGAIN;
    }
    source->next_at = *source->now + source->every;
    if (source->id == 0) {
        text_put(&piece, "retry: 2000\n");
    }
    put_news(source, &piece);
    if (piece.length == 0) {
        return -LUCID_EAGAIN;
    }
    source->said_at = *source->now;
    size_t length = piece.length;
    char *octets = text_detach(&piece);
    *data = octets;
    return octets ? (ptrdiff_t)length : -LUCID_ENOMEM;
}

static void release_piece(struct http_source *base, const void *data, size_t length) {
    (void)base, (void)length;
    free((void *)(uintptr_t)data);
}

static void end_source(struct http_source *base) {
    free(base);
}

/* ---- which connection ---- */

static bool find_by_number(const struct lucid_stack *stack, uint32_t connection, struct lucid_tcp_info *info) {
    enum { LOOKED_AT_MAX = 50000 };
    uint32_t cursor = 0;
    for (unsigned i = 0; i < LOOKED_AT_MAX && lucid_info_next(stack, &cursor, info); i++) {
        if (info->connection == connection && info->remote.port != 0) {
            return true;
        }
    }
    return false;
}

static bool find_connection(const struct http_exchange *exchange, struct lucid_tcp_info *info) {
    char number[16];
    if (!live_parameter(exchange, "connection", number, sizeof number)) {
        return live_own(exchange, info);
    }
    const struct lucid_stack *stack = live_of(exchange)->stack;
    return stack && find_by_number(stack, (uint32_t)strtoul(number, NULL, 10), info);
}

static unsigned long number_in(const struct http_exchange *exchange, const char *name, unsigned long least,
                               unsigned long most, unsigned long otherwise) {
    char value[16];
    if (!live_parameter(exchange, name, value, sizeof value)) {
        return otherwise;
    }
    unsigned long number = strtoul(value, NULL, 10);
    return number < least ? least : number > most ? most : number;
}

/* A browser whose stream broke says which event was the last one. */
static uint64_t last_event(const struct http_exchange *exchange) {
    const struct http_head *head = &exchange->request.head;
    uint32_t i = http_head_find(head, exchange->octets, "Last-Event-ID", 0);
    char value[24] = "";
    if (i < head->field_count && head->field[i].value.length < sizeof value) {
        memcpy(value, exchange->octets + head->field[i].value.at, head->field[i].value.length);
    }
    return strtoull(value, NULL, 10);
}

static bool answer_stream(struct http_site *site, struct http_exchange *exchange) {
    static const struct http_source_ops ops = {.next = next_piece, .release = release_piece, .end = end_source};
    struct lucid_tcp_info info;
    if (!find_connection(exchange, &info)) {
        return live_say(exchange, 404, "There is no such connection now: /connections has those that there are.");
    }
    struct event_source *source = calloc(1, sizeof *source);
    if (!source) {
        return false;
    }
    http_source_init(&source->base, &ops);
    source->stack = live_of(exchange)->stack;
    source->fd = exchange->fd;
    source->now = &site->now;
    source->local = info.local;
    source->remote = info.remote;
    source->connection = info.connection;
    source->every = number_in(exchange, "every", EVERY_LEAST, EVERY_MOST, EVERY) * LUCID_MILLISECOND;
    source->fill = number_in(exchange, "fill", 0, FILL_MOST, 0);
    source->id = last_event(exchange);
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    http_answer_field(&exchange->answer, "Content-Type", "text/event-stream");
    http_answer_field(&exchange->answer, "Cache-Control", "no-store");
    http_answer_field(&exchange->answer, "Vary", "Accept");
    http_answer_stream(&exchange->answer, &source->base);
    return http_answer_finish(&exchange->answer);
}

/* ---- the page ---- */

static const char page[] =
    "<h1>A connection, live</h1>\n"
    "<p id=\"say\">This page needs a script to draw. Without one, <code>curl -N</code> at this address prints the "
    "same.</p>\n"
    "<table id=\"variables\"></table>\n"
    "<script>\n"
    "'use strict';\n"
    "const KEPT = 60;\n"
    "const meanings = {\n"
    "  state: 'RFC 9293 3.3.2',\n"
    "  snd_una: 'SND.UNA, counted from ISS: the peer has all before it',\n"
    "  snd_nxt: 'SND.NXT, counted from ISS: sent up to here',\n"
    "  flight: 'octets under way',\n"
    "  flight_peak: 'the most of them since the last event, as looked at every 50 ms',\n"
    "  send_queue: 'octets that are not acknowledged, sent or not',\n"
    "  cwnd: 'congestion window, octets',\n"
    "  ssthresh: 'slow start threshold, octets; 0: none yet',\n"
    "  snd_wnd: 'SND.WND, octets that the peer takes',\n"
    "  rcv_nxt: 'RCV.NXT, counted from IRS',\n"
    "  rcv_wnd: 'RCV.WND, octets that we take',\n"
    "  srtt_us: 'smoothed round-trip time, microseconds',\n"
    "  rttvar_us: 'its variation, microseconds',\n"
    "  rto_us: 'retransmission time-out, microseconds',\n"
    "  backoff: 'time-outs in a row',\n"
    "  dupacks: 'duplicate ACKs in a row',\n"
    "  sacked: 'octets of the flight that the peer has',\n"
    "  lost: 'octets to be sent again',\n"
    "  retransmits: 'segments sent again',\n"
    "};\n"
    "const SVG = 'http://www.w3.org/2000/svg';\n"
    "const rows = {}, past = {};\n"
    "const say = document.getElementById('say');\n"
    "\n"
    "function picture() {\n"
    "  const svg = document.createElementNS(SVG, 'svg'), line = document.createElementNS(SVG, 'polyline');\n"
    "  svg.setAttribute('viewBox', '0 0 ' + (KEPT - 1) + ' 24');\n"
    "  svg.setAttribute('preserveAspectRatio', 'none');\n"
    "  svg.setAttribute('aria-hidden', 'true');\n"
    "  line.setAttribute('fill', 'none');\n"
    "  line.setAttribute('stroke', 'currentColor');\n"
    "  line.setAttribute('vector-effect', 'non-scaling-stroke');\n"
    "  svg.append(line);\n"
    "  return svg;\n"
    "}\n"
    "\n"
    "function row(name) {\n"
    "  const tr = document.getElementById('variables').insertRow(), th = document.createElement('th');\n"
    "  const value = document.createElement('td'), spark = document.createElement('td');\n"
    "  th.scope = 'row';\n"
    "  const hint = document.createElement('span');\n"
    "  th.textContent = name;\n"
    "  hint.className = 'hint';\n"
    "  hint.textContent = meanings[name] || '';\n"
    "  th.append(hint);\n"
    "  value.className = 'n';\n"
    "  spark.className = 'spark';\n"
    "  if (name !== 'state') { spark.append(picture()); }\n"
    "  tr.append(th, value, spark);\n"
    "  return {value, line: spark.querySelector('polyline')};\n"
    "}\n"
    "\n"
    "function draw(name) {\n"
    "  const all = past[name], most = Math.max(...all), least = Math.min(...all), span = most - least || 1;\n"
    "  const point = (v, i) => (KEPT - all.length + i) + ',' + (22 - 20 * (v - least) / span).toFixed(1);\n"
    "  rows[name].line.setAttribute('points', all.map(point).join(' '));\n"
    "}\n"
    "\n"
    "function show(now) {\n"
    "  for (const name of Object.keys(now)) {\n"
    "    rows[name] = rows[name] || row(name);\n"
    "    rows[name].value.textContent = now[name];\n"
    "    if (rows[name].line) {\n"
    "      past[name] = (past[name] || []).concat(now[name]).slice(-KEPT);\n"
    "      draw(name);\n"
    "    }\n"
    "  }\n"
    "}\n"
    "\n"
    "const other = new URLSearchParams(location.search).get('connection');\n"
    "const whose = other ? 'Connection ' + Number(other) : 'The connection that brings these numbers';\n"
    "const stream = new EventSource(location.href);\n"
    "stream.onmessage = (event) => {\n"
    "  say.textContent = whose + ': event ' + event.lastEventId + '.';\n"
    "  show(JSON.parse(event.data));\n"
    "};\n"
    "stream.addEventListener('gone', () => {\n"
    "  stream.close();\n"
    "  say.textContent = 'The connection has gone.';\n"
    "});\n"
    "stream.onerror = () => {\n"
    "  say.textContent = 'The server does not answer, or has no such connection.';\n"
    "};\n"
    "</script>\n"
    "<p>Each event is a segment, so watching one's own connection moves it; <a href=\"/events?fill=20000\">with 20000 "
    "octets\n"
    "in each event</a> the windows have something to do. <a href=\"/connections\">All connections</a>,\n"
    "<a href=\"/\">to the beginning</a>.</p>\n";

static bool answer_page(struct http_exchange *exchange) {
    struct text text = text_growing();
    http_page_begin_styled(&text, "A connection, live",
                           ".n { white-space: nowrap; }\n"
                           ".hint { display: block; font-size: 0.8rem; font-weight: 400; opacity: 0.75; }\n"
                           "@media (max-width: 34rem) { .hint { display: none; } }\n");
    text_put(&text, page);
    http_page_end(&text);
    return live_answer(exchange, 200, LIVE_PAGE, &text);
}

bool live_events_answer(struct http_site *site, struct http_exchange *exchange) {
    static const char *const types[] = {"text/event-stream", "text/html"};
    bool wants_page = http_accept_best(&exchange->request.head, exchange->octets, types, 2) == 1;
    return wants_page ? answer_page(exchange) : answer_stream(site, exchange);
}
