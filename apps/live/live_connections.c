/* live_connections.c: /connections: every socket of the stack: listeners, connections, and those in TIME-WAIT.
 *
 *     ?limit=N       rows, at most; 500
 *     ?state=NAME    those in that state only: "TIME-WAIT"
 *
 * Whoever asks stands first, and is marked. How many there are in all, the counters know. On the kernel's transport the
 * kernel tells, as much as it does. Which they are is live_sockets.h; here they are written.
 */
#include "live/live_sockets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "http/http_page.h"

enum { ROWS = 500, ROWS_MAX = 5000 };

/* ---- what is said of each ---- */

#define COLUMNS 14

static const struct {
    const char *name, *meaning;
    bool number;
} columns[COLUMNS] = {
    {"State", "state of RFC 9293 3.3.2", false},
    {"Nr", "its number in the trace, and for /events?connection=", true},
    {"Recv-Q", "octets that wait for the application", true},
    {"Send-Q", "octets that the peer has not acknowledged, sent or not", true},
    {"Local", "address and port here", false},
    {"Remote", "address and port there", false},
    {"Flight", "octets that are under way: SND.NXT - SND.UNA", true},
    {"cwnd", "congestion window, octets: RFC 5681", true},
    {"ssthresh", "slow start ends here, octets", true},
    {"Window", "SND.WND: octets that the peer takes", true},
    {"srtt", "smoothed round-trip time: RFC 6298", true},
    {"RTO", "retransmission time-out", true},
    {"Retx", "segments that were sent again", true},
    {"Timers", "and when they fire", false},
};

#define CELL 112

struct cells {
    char cell[COLUMNS][CELL];
};

static void put_timers(char cell[CELL], const struct live_sockets *list, const struct lucid_tcp_info *info) {
    struct text text = text_fixed(cell, CELL);
    for (unsigned i = 0; i < LIVE_TIMERS; i++) {
        lucid_time at;
        char left[LIVE_TIME_TEXT];
        const char *name = live_timer(info, i, &at);
        if (at != LUCID_NEVER) {
            text_format(&text, "%s%s %s", text.length > 0 ? ", " : "", name,
                        live_time(at > list->now ? at - list->now : 1, left));
        }
    }
    text_put(&text, text.length == 0 ? "-" : "");
}

static void put_number(char cell[CELL], bool known, uint32_t number) {
    if (!known) {
        strcpy(cell, "-");
        return;
    }
    snprintf(cell, CELL, "%" PRIu32, number);
}

static void put_cells(struct cells *cells, const struct live_sockets *list, unsigned i) {
    const struct lucid_tcp_info *info = &list->row[i];
    bool moves = !(info->state & (LUCID_LISTEN | LUCID_TIME_WAIT));
    char(*cell)[CELL] = cells->cell;
    snprintf(cell[0], CELL, "%s%s", lucid_state_name(info->state), list->own && i == 0 ? " (you)" : "");
    put_number(cell[1], info->connection != 0, info->connection);
    put_number(cell[2], true, info->receive_queue);
    put_number(cell[3], true, info->send_queue);
    live_end(&info->local, cell[4]);
    live_end(&info->remote, cell[5]);
    put_number(cell[6], moves, info->flight);
    put_number(cell[7], moves, info->cwnd);
    put_number(cell[8], moves && info->ssthresh != UINT32_MAX, info->ssthresh);
    put_number(cell[9], moves, info->snd_wnd);
    live_time(moves ? info->srtt : 0, cell[10]);
    live_time(moves ? info->rto : 0, cell[11]);
    put_number(cell[12], moves, info->retransmits);
    put_timers(cell[13], list, info);
}

/* ---- as text ---- */

static void widen(int width[COLUMNS], const struct live_sockets *list) {
    struct cells cells;
    for (unsigned c = 0; c < COLUMNS; c++) {
        width[c] = (int)strlen(columns[c].name);
    }
    for (unsigned i = 0; i < list->count; i++) {
        put_cells(&cells, list, i);
        for (unsigned c = 0; c < COLUMNS; c++) {
            int length = (int)strlen(cells.cell[c]);
            width[c] = length > width[c] ? length : width[c];
        }
    }
}

static void put_line(struct text *text, const int width[COLUMNS], const char *(*cell)(const void *, unsigned),
                     const void *of) {
    for (unsigned c = 0; c < COLUMNS; c++) {
        bool last = c + 1 == COLUMNS;
        text_format(text, columns[c].number ? "%*s" : "%-*s", last ? 0 : width[c], cell(of, c));
        text_put(text, last ? "\n" : "  ");
    }
}

static const char *name_of(const void *of, unsigned column) {
    (void)of;
    return columns[column].name;
}

static const char *cell_of(const void *of, unsigned column) {
    return ((const struct cells *)of)->cell[column];
}

static void put_sum(struct text *text, const struct live_sockets *list) {
    const struct lucid_stats *stats = &list->stats;
    text_format(text, "connections: %u; half open: %u; listeners: %u; TIME-WAIT: %u", stats->connections,
                stats->half_open, stats->listeners, stats->timewaits);
    if (list->more) {
        text_format(text, "; shown here: %u, and with ?limit=%d more", list->count, ROWS_MAX);
    }
}

static void put_plain(struct text *text, const struct live_sockets *list) {
    struct cells cells;
    int width[COLUMNS];
    widen(width, list);
    put_line(text, width, name_of, NULL);
    for (unsigned i = 0; i < list->count; i++) {
        put_cells(&cells, list, i);
        put_line(text, width, cell_of, &cells);
    }
    put_sum(text, list);
    text_put_char(text, '\n');
}

/* ---- as a page ---- */

/* Without a script there is the link. The page is fetched again, and the new table takes the place of the old. */
static const char again[] =
    "<p><a href=\"\">Look again</a><span id=\"live\"></span></p>\n"
    "<script>\n"
    "'use strict';\n"
    "let busy = false;\n"
    "document.getElementById('live').textContent = ', which this page does by itself every two seconds.';\n"
    "setInterval(async () => {\n"
    "  if (busy || document.hidden) { return; }\n"
    "  busy = true;\n"
    "  try {\n"
    "    const answer = await fetch(location.href, {headers: {Accept: 'text/html'}});\n"
    "    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');\n"
    "    document.getElementById('sockets').replaceWith(page.getElementById('sockets'));\n"
    "  } catch (e) {\n"
    "    document.getElementById('live').textContent = '; the server does not answer.';\n"
    "  }\n"
    "  busy = false;\n"
    "}, 2000);\n"
    "</script>\n";

static void put_row(struct text *text, const struct live_sockets *list, unsigned i) {
    struct cells cells;
    put_cells(&cells, list, i);
    text_put(text, list->own && i == 0 ? "<tr class=\"own\">" : "<tr>");
    if (list->row[i].connection != 0 && !(list->row[i].state & (LUCID_LISTEN | LUCID_TIME_WAIT))) {
        text_format(text, "<td><a href=\"/events?connection=%u\">%s</a></td>", list->row[i].connection, cells.cell[0]);
    } else {
        text_format(text, "<td>%s</td>", cells.cell[0]);
    }
    for (unsigned c = 1; c < COLUMNS; c++) {
        text_put(text, columns[c].number ? "<td class=\"n\">" : "<td>");
        text_put_html(text, cells.cell[c], strlen(cells.cell[c]));
        text_put(text, "</td>");
    }
    text_put(text, "</tr>\n");
}

static void put_page(struct text *text, const struct live_sockets *list) {
    http_page_begin(text, "Connections");
    text_put(text, "<h1>The connections of this stack</h1>\n" /**/
                   "<div id=\"sockets\">\n<p>");
    put_sum(text, list);
    text_put(text, ".</p>\n<div class=\"wide\"><table>\n<tr>");
    for (unsigned c = 0; c < COLUMNS; c++) {
        text_format(text, "<th%s title=\"%s\">%s</th>", columns[c].number ? " class=\"n\"" : "", columns[c].meaning,
                    columns[c].name);
    }
    text_put(text, "</tr>\n");
    for (unsigned i = 0; i < list->count; i++) {
        put_row(text, list, i);
    }
    text_put(text, "</table></div>\n</div>\n");
    text_put(text, again);
    text_put(text, "<p><a href=\"/\">To the beginning</a></p>\n");
    http_page_end(text);
}

/* ---- as JSON ---- */

static void put_end(struct json *json, const char *key, const struct lucid_sockaddr *end) {
    char addr[LUCID_ADDR_TEXT];
    json_open(json, key, '{');
    json_string(json, "address", lucid_addr_format(&end->addr, addr));
    json_uint(json, "port", end->port);
    json_close(json, '}');
}

static void put_timers_json(struct json *json, const struct live_sockets *list, const struct lucid_tcp_info *info) {
    json_open(json, "timers", '{');
    for (unsigned i = 0; i < LIVE_TIMERS; i++) {
        lucid_time at;
        const char *name = live_timer(info, i, &at);
        if (at != LUCID_NEVER) {
            json_uint(json, name, at > list->now ? (at - list->now) / LUCID_MICROSECOND : 0);
        }
    }
    json_close(json, '}');
}

static void put_variables_json(struct json *json, const struct lucid_tcp_info *info) {
    const struct {
        const char *name;
        uint64_t value;
    } values[] = {
        {"receive_queue", info->receive_queue},
        {"send_queue", info->send_queue},
        {"flight", info->flight},
        {"sacked", info->sacked},
        {"lost", info->lost},
        {"out_of_order", info->out_of_order},
        {"cwnd", info->cwnd},
        {"snd_wnd", info->snd_wnd},
        {"rcv_wnd", info->rcv_wnd},
        {"mss", info->mss},
        {"srtt_us", info->srtt / LUCID_MICROSECOND},
        {"rttvar_us", info->rttvar / LUCID_MICROSECOND},
        {"rto_us", info->rto / LUCID_MICROSECOND},
        {"backoff", info->backoff},
        {"retransmits", info->retransmits},
        {"octets_in", info->octets_in},
        {"octets_out", info->octets_out},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        json_uint(json, values[i].name, values[i].value);
    }
    if (info->ssthresh != UINT32_MAX) {
        json_uint(json, "ssthresh", info->ssthresh);
    }
}

static void put_json(struct text *text, const struct live_sockets *list) {
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    json_uint(&json, "connections", list->stats.connections);
    json_uint(&json, "half_open", list->stats.half_open);
    json_uint(&json, "listeners", list->stats.listeners);
    json_uint(&json, "timewaits", list->stats.timewaits);
    json_uint(&json, "shown", list->count);
    json_open(&json, "sockets", '[');
    for (unsigned i = 0; i < list->count; i++) {
        const struct lucid_tcp_info *info = &list->row[i];
        json_open(&json, NULL, '{');
        json_uint(&json, "connection", info->connection);
        json_int(&json, "own", list->own && i == 0);
        json_string(&json, "state", lucid_state_name(info->state));
        put_end(&json, "local", &info->local);
        put_end(&json, "remote", &info->remote);
        if (!(info->state & (LUCID_LISTEN | LUCID_TIME_WAIT))) {
            put_variables_json(&json, info);
        }
        put_timers_json(&json, list, info);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    text_put_char(text, '\n');
}

/* ---- the handler ---- */

bool live_connections_answer(struct http_site *site, struct http_exchange *exchange) {
    static void (*const put[])(struct text *, const struct live_sockets *) = {put_plain, put_page, put_json};
    char number[16], state[16];
    struct live_sockets list = {.now = site->now, .most = ROWS};
    if (live_parameter(exchange, "limit", number, sizeof number)) {
        unsigned long most = strtoul(number, NULL, 10);
        list.most = most < 1 ? 1 : most > ROWS_MAX ? ROWS_MAX : (unsigned)most;
    }
    list.state = live_parameter(exchange, "state", state, sizeof state) ? state : NULL;
    list.row = malloc(list.most * sizeof *list.row);
    if (!list.row) {
        return false;
    }
    live_sockets_collect(&list, exchange);
    enum live_form form = live_form(exchange, 3);
    struct text text = text_growing();
    put[form](&text, &list);
    free(list.row);
    return live_answer(exchange, 200, form, &text);
}
