/* live_why_page.c: a recorded request as a page: its octets coloured by what they are, and the ladder of its connection
 * with two poles, on which the segments are marked that carried it. Everything from the network is escaped. */
#include <inttypes.h>
#include <string.h>

#include "common/ladder_field.h"
#include "http/http_page.h"
#include "live/live.h"
#include "live/live_why.h"

static const char style[] =
    ":root { --p0: #b3261e; --p1: #0b57d0; --p2: #7b3fb5; --p3: #5f6368; --p4: #00695c; --p5: #8a4b00; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --p0: #f2918b; --p1: #8ab4f8; --p2: #cfa5f5; --p3: #9aa0a6; --p4: #6fcfbf; --p5: #f0b266; } }\n"
    ".octets { white-space: pre-wrap; overflow-wrap: anywhere; }\n"
    ".METHOD, .STATUS { color: var(--p0); font-weight: 700; } .PATH { color: var(--p1); font-weight: 700; }\n"
    ".QUERY { color: var(--p2); } .VERSION, .REASON { color: var(--p5); }\n"
    ".NAME { color: var(--p4); font-weight: 600; } .SPACE, .COLON, .CRLF { color: var(--p3); }\n"
    ".SPACE { background: var(--line); } .BODY { color: var(--p2); } .bad { outline: 2px solid var(--p0); }\n"
    ".ladder { font-size: 0.8rem; line-height: 1.3; table-layout: fixed; }\n"
    ".ladder th, .ladder td { padding: 0.15rem 0.4rem; border-bottom: 0; }\n"
    ".ladder .time { width: 4.5rem; color: var(--p3); text-align: right; }\n"
    ".ladder .pole { width: 7rem; } .ladder .here { border-right: 2px solid var(--p3); text-align: right; }\n"
    ".ladder .there { border-left: 2px solid var(--p3); } .ladder .same { color: transparent; }\n"
    ".ladder .way { text-align: center; } .ladder .in { border-bottom: 2px solid var(--p4); }\n"
    ".ladder .out { border-bottom: 2px solid var(--p1); } .ladder .alarm { border-color: var(--p0); }\n"
    ".ladder small { color: var(--p3); }\n"
    ".req .way { background: color-mix(in srgb, var(--p4) 18%, transparent); }\n"
    ".ans .way { background: color-mix(in srgb, var(--p1) 18%, transparent); }\n"
    "@media (max-width: 34rem) { .ladder .time { display: none; } .ladder .pole { width: 5.6rem; }\n"
    "  .ladder { font-size: 0.7rem; } .ladder th, .ladder td { padding: 0.15rem 0.2rem; } }\n";

enum { BODY_SHOWN = 500 }; /* octets */

static const char *part_class(enum live_part part) {
    static const char *const classes[] = {
#define PART_CLASS(name, word, meaning) [LIVE_PART_##name] = #name,
        LIVE_PART_LIST(PART_CLASS)
#undef PART_CLASS
    };
    return classes[part];
}

/* ---- octets ---- */

/* Line ends are seen, and break the line. */
static void put_octets(const uint8_t *octets, uint32_t length, bool body, struct text *text) {
    for (uint32_t i = 0; i < length; i++) {
        char octet = (char)octets[i];
        if (octet == '\n') {
            text_put(text, body ? "\n" : "\\n\n");
        } else if (octet == '\r') {
            text_put(text, body ? "" : "\\r");
        } else if (octets[i] < ' ' || octets[i] > '~') {
            text_format(text, "\\x%02X", octets[i]);
        } else {
            text_put_html(text, &octet, 1);
        }
    }
}

static void put_coloured(const void *octets, uint32_t length, bool response, uint32_t bad, struct text *text) {
    struct live_grammar grammar = live_grammar_of(octets, length, response);
    struct live_piece piece;
    text_put(text, "<pre class=\"octets\">");
    while (live_grammar_next(&grammar, &piece)) {
        bool trouble = bad > 0 && bad >= piece.at && bad < piece.at + piece.length;
        text_format(text, "<span class=\"%s%s\" title=\"%s: %s\">", part_class(piece.part), trouble ? " bad" : "",
                    live_part_name(piece.part), live_part_meaning(piece.part));
        bool body = piece.part == LIVE_PART_BODY;
        uint32_t shown = body && piece.length > BODY_SHOWN ? BODY_SHOWN : piece.length;
        put_octets(grammar.octets + piece.at, shown, body, text);
        text_put(text, "</span>");
        text_put(text, shown < piece.length ? "\n..." : "");
    }
    text_put(text, "</pre>\n");
}

static void put_parts(const void *octets, uint32_t length, bool response, struct text *text) {
    struct live_grammar grammar = live_grammar_of(octets, length, response);
    struct live_piece piece;
    text_put(text, "<details><summary>Part by part</summary>\n<table>\n<tr><th class=\"n\">octet</th><th>part</th>"
                   "<th>octets</th></tr>\n");
    while (live_grammar_next(&grammar, &piece)) {
        struct text octet = text_growing();
        live_why_octets(grammar.octets + piece.at, piece.length, 60, &octet);
        text_format(text, "<tr><td class=\"n\">%" PRIu32 "</td><td title=\"%s\">%s</td><td class=\"%s\"><code>",
                    piece.at, live_part_meaning(piece.part), live_part_name(piece.part), part_class(piece.part));
        text_put_html(text, octet.data ? octet.data : "", octet.length);
        text_put(text, "</code></td></tr>\n");
        text_free(&octet);
    }
    text_put(text, "</table></details>\n");
}

/* ---- the ladder ---- */

static void put_state(unsigned *before, unsigned state, bool here, struct text *text) {
    bool changes = state != 0 && state != *before;
    *before = state != 0 ? state : *before;
    text_format(text, "<td class=\"pole %s%s\">%s%s%s</td>", here ? "here" : "there", changes ? "" : " same",
                changes ? "<b>" : "", changes ? lucid_state_name(*before) : "", changes ? "</b>" : "");
}

static void put_small(const struct text *remark, struct text *text) {
    if (remark->length > 0) {
        text_put(text, "<br><small>");
        text_put_html(text, remark->data, remark->length);
        text_put(text, "</small>");
    }
}

static void put_segment(const struct ladder *ladder, const struct ladder_row *row, struct text *text) {
    char flags[9], room[160];
    struct text remark = text_fixed(room, sizeof room);
    bool alarm = row->retransmission || ladder_was_lost(row);
    text_format(text, "<td class=\"way %s%s\">%s<b>%s</b>", row->end == 0 ? "out" : "in", alarm ? " alarm" : "",
                row->end == 0 ? "" : "\xe2\x97\x84 ", lucid_flags_format(row->flags, flags));
    text_format(text, " seq %" PRIu32, row->seq - ladder_iss(ladder, row->end));
    if (row->flags & LUCID_ACK) {
        text_format(text, " ack %" PRIu32, row->ack - ladder_iss(ladder, !row->end));
    }
    if (row->length > 0) {
        text_format(text, ", %" PRIu32 " octets", row->length);
    }
    text_put(text, row->end == 0 ? " \xe2\x96\xba" : "");
    ladder_format_rules(row, row->end == 0, &remark);
    ladder_format_remark(ladder, row, &remark);
    put_small(&remark, text);
    text_put(text, "</td>");
}

static void put_run(const struct ladder_row *row, struct text *text) {
    text_put(text, "<td class=\"way\">");
    for (unsigned end = 0; end < 2; end++) {
        char room[128];
        struct text run = text_fixed(room, sizeof room);
        if (row->run[end].segments > 0) {
            ladder_format_run(row, end, true, &run);
            text_put_html(text, room, run.length);
            text_put(text, "<br>");
        }
    }
    if (row->others > 0) {
        text_format(text, "%" PRIu32 " other rows", row->others);
    }
    text_put(text, "</td>");
}

static void put_mark(const struct ladder_row *row, struct text *text) {
    char mark_room[160], rule_room[160];
    struct text mark = text_fixed(mark_room, sizeof mark_room), rule = text_fixed(rule_room, sizeof rule_room);
    ladder_format_mark(row, row->end == 1, &mark);
    ladder_format_rules(row, row->end == 1, &rule);
    text_put(&rule, rule.length == 0 && row->rule ? row->rule : "");
    text_put(text, "<td class=\"way\">");
    text_put_html(text, mark_room, mark.length);
    put_small(&rule, text);
    text_put(text, "</td>");
}

static void put_row(const struct live_request *request, const struct ladder_row *row, lucid_time begin,
                    unsigned before[2], struct text *text) {
    static const char *const classes[] = {[LIVE_NOBODY] = "", [LIVE_REQUEST] = "req", [LIVE_ANSWER] = "ans"};
    const struct ladder *ladder = request->connection->ladder;
    text_format(text, "<tr class=\"%s\"><td class=\"time\">", classes[live_why_owner(request, row)]);
    if (row->kind != LADDER_RUN) {
        text_format(text, "%.6f", (double)(row->time - begin) / (double)LUCID_SECOND);
    }
    text_put(text, "</td>");
    put_state(&before[0], row->state[0], true, text);
    if (ladder_is_segment(row)) {
        put_segment(ladder, row, text);
    } else if (row->kind == LADDER_RUN) {
        put_run(row, text);
    } else {
        put_mark(row, text);
    }
    put_state(&before[1], row->state[1], false, text);
    text_put(text, "</tr>\n");
}

static void put_ladder(const struct live_request *request, struct text *text) {
    const struct live_connection *connection = request->connection;
    const struct ladder_row *row;
    unsigned before[2] = {0, 0};
    text_put(text, "<h2>The connection</h2>\n");
    if (!connection) {
        text_format(text, "<p>%s</p>\n", live_why_no_connection(request));
        return;
    }
    char local[LIVE_END_TEXT], remote[LIVE_END_TEXT];
    text_put(text, "<table class=\"ladder\">\n<tr><th class=\"time\">seconds</th><th class=\"pole here\">Lucid</th>"
                   "<th class=\"way\"></th><th class=\"pole there\">client ~</th></tr>\n");
    unsigned rows = ladder_rows(connection->ladder, &row);
    for (unsigned i = 0; i < rows; i++) {
        put_row(request, &row[i], row[0].time, before, text);
    }
    text_format(text,
                "</table>\n<p>%s and %s. Marked: the segments with octets of this request, and of its answer. Sequence "
                "numbers count from the initial ones. ~ What the client is in is inferred from its segments, by the "
                "rows of the same machine. The rule is RFC:section/step.</p>\n",
                live_end(&connection->local, local), live_end(&connection->remote, remote));
    text_format(
        text, "<p><a href=\"/pcap?id=%" PRIu64 "\">Its packets</a> for Wireshark: %u are kept, %u more were not.</p>\n",
        request->id, connection->packets.kept, connection->packets.missing);
}

/* ---- the page ---- */

static void put_title(const struct live_request *request, struct text *text) {
    char line[LIVE_LINE_TEXT], end[LIVE_END_TEXT];
    live_why_line(request, line);
    text_format(text, "<h1>Request %" PRIu64 "</h1>\n<p><code>", request->id);
    text_put_html(text, line, strlen(line));
    text_format(text, "</code> from %s: ", live_end(&request->remote, end));
    live_why_outcome(request, text);
    text_put(text, ".</p>\n");
    if (request->refusal != HTTP_REFUSED_NONE) {
        text_put(text, "<p>Refused, ");
        live_why_refusal(request, text);
        text_put(text, ".</p>\n");
    }
}

void live_why_put_page(const struct live_request *request, struct text *text) {
    uint32_t bad = request->refusal == HTTP_REFUSED_NONE ? 0 : request->refused_at;
    http_page_begin_styled(text, "Why", style);
    put_title(request, text);
    text_format(text, "<h2>The request, %" PRIu64 " octets</h2>\n", request->length);
    put_coloured(request->octets, request->kept, false, bad, text);
    put_parts(request->octets, request->kept, false, text);
    if (request->answer_kept > 0) {
        text_format(text, "<h2>The answer, %" PRIu64 " octets</h2>\n", request->answer_length);
        put_coloured(request->answer, request->answer_kept, true, 0, text);
        put_parts(request->answer, request->answer_kept, true, text);
    }
    put_ladder(request, text);
    text_put(text, "<p><a href=\"/why\">The latest requests</a>, <a href=\"/\">to the beginning</a>.</p>\n");
    http_page_end(text);
}

void live_why_put_list_page(const struct http_exchange *exchange, struct text *text) {
    const struct live_requests *requests = live_record_requests(live_of(exchange)->record);
    const struct live_request *request;
    http_page_begin(text, "The latest requests");
    text_put(text, "<h1>The latest requests</h1>\n<table>\n<tr><th class=\"n\">id</th><th>request</th><th>answer</th>"
                   "</tr>\n");
    TAILQ_FOREACH_REVERSE(request, requests, live_requests, all) {
        char line[LIVE_LINE_TEXT], end[LIVE_END_TEXT];
        if (!live_may_see(exchange, &request->remote.addr)) {
            continue;
        }
        live_why_line(request, line);
        text_format(text, "<tr><td class=\"n\"><a href=\"/why?id=%" PRIu64 "\">%" PRIu64 "</a></td><td><code>",
                    request->id, request->id);
        text_put_html(text, line, strlen(line));
        text_format(text, "</code><br>%s</td><td>", live_end(&request->remote, end));
        live_why_outcome(request, text);
        text_put(text, "</td></tr>\n");
    }
    text_put(text, "</table>\n<p><a href=\"/\">To the beginning</a></p>\n");
    http_page_end(text);
}
