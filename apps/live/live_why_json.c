/* live_why_json.c: a recorded request as JSON, for programs. Sequence numbers count from the initial ones, times are
 * nanoseconds from the beginning of the connection. */
#include "common/json.h"
#include "live/live.h"
#include "live/live_why.h"

static void put_end(struct json *json, const char *key, const struct lucid_sockaddr *end) {
    char text[LIVE_END_TEXT];
    json_string(json, key, live_end(end, text));
}

/* ---- octets ---- */

static void put_message(struct json *json, const char *key, const void *octets, uint32_t length, bool response) {
    struct live_grammar grammar = live_grammar_of(octets, length, response);
    struct live_piece piece;
    json_open(json, key, '[');
    while (live_grammar_next(&grammar, &piece)) {
        json_open(json, NULL, '{');
        json_uint(json, "at", piece.at);
        json_string(json, "part", live_part_name(piece.part));
        json_octets(json, "octets", grammar.octets + piece.at, piece.length);
        json_close(json, '}');
    }
    json_close(json, ']');
}

/* ---- the ladder ---- */

static const char *kind_of(unsigned kind) {
    static const char *const names[] = {
        [LADDER_BEGIN] = "begin", [LADDER_SEGMENT] = "segment", [LADDER_DEPARTURE] = "departure",
        [LADDER_CALL] = "call",   [LADDER_ARRIVAL] = "arrival", [LADDER_TIMER] = "timer",
        [LADDER_RULE] = "rule",   [LADDER_DROP] = "drop",       [LADDER_LOST] = "not known",
        [LADDER_RUN] = "run",
    };
    return names[kind];
}

static void put_segment(struct json *json, const struct ladder *ladder, const struct ladder_row *row) {
    char flags[9];
    json_string(json, "flags", lucid_flags_format(row->flags, flags));
    json_uint(json, "seq", row->seq - ladder_iss(ladder, row->end));
    if (row->flags & LUCID_ACK) {
        json_uint(json, "ack", row->ack - ladder_iss(ladder, !row->end));
    }
    json_uint(json, "length", row->length);
    json_uint(json, "window", row->window);
    json_int(json, "retransmission", row->retransmission);
}

static void put_what(struct json *json, const struct ladder *ladder, const struct ladder_row *row) {
    switch ((enum ladder_kind)row->kind) {
    case LADDER_SEGMENT:
    case LADDER_DEPARTURE:
    case LADDER_ARRIVAL:
        put_segment(json, ladder, row);
        break;
    case LADDER_CALL:
        json_string(json, "call", lucid_call_name(row->what));
        break;
    case LADDER_TIMER:
        json_string(json, "timer", lucid_timer_name(row->what));
        break;
    case LADDER_DROP:
        json_string(json, "reason", lucid_drop_name(row->reason));
        break;
    case LADDER_RULE:
        json_string(json, "rule", row->rule ? row->rule : "");
        break;
    case LADDER_BEGIN:
    case LADDER_LOST:
    case LADDER_RUN:
        break;
    }
}

static void put_row(struct json *json, const struct live_request *request, const struct ladder_row *row,
                    lucid_time begin) {
    static const char *const owners[] = {[LIVE_REQUEST] = "request", [LIVE_ANSWER] = "answer"};
    static const char *const ends[] = {"lucid", "client"};
    enum live_owner owner = live_why_owner(request, row);
    json_open(json, NULL, '{');
    json_string(json, "kind", kind_of(row->kind));
    json_uint(json, "time", row->time > begin ? row->time - begin : 0);
    json_string(json, "end", ends[row->end]);
    put_what(json, request->connection->ladder, row);
    if (owner != LIVE_NOBODY) {
        json_string(json, "carries", owners[owner]);
    }
    for (unsigned end = 0; end < 2; end++) {
        if (row->state[end] != 0) {
            json_string(json, ends[end], lucid_state_name(row->state[end]));
        }
    }
    json_close(json, '}');
}

static void put_connection(struct json *json, const struct live_request *request) {
    const struct live_connection *connection = request->connection;
    const struct ladder_row *row;
    unsigned rows = ladder_rows(connection->ladder, &row);
    json_open(json, "connection", '{');
    put_end(json, "local", &connection->local);
    put_end(json, "remote", &connection->remote);
    json_uint(json, "packets", connection->packets.kept);
    json_uint(json, "packets_missing", connection->packets.missing);
    json_open(json, "ladder", '[');
    for (unsigned i = 0; i < rows; i++) {
        put_row(json, request, &row[i], row[0].time);
    }
    json_close(json, ']');
    json_close(json, '}');
}

/* ---- the request ---- */

static void put_summary(struct json *json, const struct live_request *request) {
    char line[LIVE_LINE_TEXT];
    json_uint(json, "id", request->id);
    put_end(json, "remote", &request->remote);
    json_string(json, "request", live_why_line(request, line));
    if (request->status == 0) {
        return;
    }
    json_int(json, "status", request->status);
    json_uint(json, "octets", request->sent);
    json_int(json, "whole", request->whole);
    json_uint(json, "microseconds", request->took / LUCID_MICROSECOND);
}

void live_why_put_json(const struct live_request *request, struct text *text) {
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    put_summary(&json, request);
    if (request->refusal != HTTP_REFUSED_NONE) {
        const struct http_reason *reason = http_reason(request->refusal);
        json_string(&json, "refusal", reason->sentence);
        json_string(&json, "source", reason->source);
        json_uint(&json, "refused_at", request->refused_at);
    }
    put_message(&json, "parts", request->octets, request->kept, false);
    put_message(&json, "answer_parts", request->answer, request->answer_kept, true);
    if (request->connection) {
        put_connection(&json, request);
    }
    json_close(&json, '}');
    text_put_char(text, '\n');
}

void live_why_put_list_json(const struct http_exchange *exchange, struct text *text) {
    const struct live_request *request;
    struct json json = json_begin(text);
    json_open(&json, NULL, '[');
    TAILQ_FOREACH_REVERSE(request, live_record_requests(live_of(exchange)->record), live_requests, all) {
        if (live_may_see(exchange, &request->remote.addr)) {
            json_open(&json, NULL, '{');
            put_summary(&json, request);
            json_close(&json, '}');
        }
    }
    json_close(&json, ']');
    text_put_char(text, '\n');
}
