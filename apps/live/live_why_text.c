/* live_why_text.c: a recorded request as plain text, for curl and for people who read it in a terminal. */
#include <inttypes.h>

#include "live/live.h"
#include "live/live_why.h"

enum { SHOWN = 72 }; /* octets of one piece */

static void put_pieces(const void *octets, uint32_t length, bool response, struct text *text) {
    struct live_grammar grammar = live_grammar_of(octets, length, response);
    struct live_piece piece;
    text_put(text, "    at  part         octets\n");
    while (live_grammar_next(&grammar, &piece)) {
        text_format(text, "%6" PRIu32 "  %-11s  \"", piece.at, live_part_name(piece.part));
        live_why_octets(grammar.octets + piece.at, piece.length, SHOWN, text);
        text_put(text, "\"\n");
    }
}

static void put_request(const struct live_request *request, struct text *text) {
    const struct live_connection *connection = request->connection;
    text_format(text, "\nThe request: %" PRIu64 " octets", request->length);
    if (request->placed && connection) {
        const struct ladder *ladder = connection->ladder;
        uint32_t irs = ladder_iss(ladder, 1);
        text_format(text, ", sequence numbers %" PRIu32 " to %" PRIu32 " of the client's stream", request->seq - irs,
                    request->seq_end - irs - 1);
    }
    if (request->kept < request->length) {
        text_format(text, "; the first %" PRIu32 " are here", request->kept);
    }
    text_put(text, "\n");
    put_pieces(request->octets, request->kept, false, text);
}

static void put_answer(const struct live_request *request, struct text *text) {
    if (request->answer_kept == 0) {
        return;
    }
    text_format(text, "\nThe answer: %" PRIu64 " octets", request->answer_length);
    if (request->placed && request->connection) {
        uint32_t iss = ladder_iss(request->connection->ladder, 0);
        text_format(text, ", from sequence number %" PRIu32 " of our stream on", request->answer_seq - iss);
    }
    text_put(text, "\n");
    put_pieces(request->answer, request->answer_kept, true, text);
}

static void put_connection(const struct live_request *request, struct text *text) {
    const struct live_connection *connection = request->connection;
    const struct ladder_style style = {.utf8 = true, .name = {"lucid", "client"}, .title = "connection"};
    text_put_char(text, '\n');
    if (!connection) {
        text_format(text, "%s\n", live_why_no_connection(request));
        return;
    }
    ladder_print(connection->ladder, &style, text);
    text_format(text, "\n%u packets are kept, %u more were not: /pcap?id=%" PRIu64 "\n", connection->packets.kept,
                connection->packets.missing, request->id);
}

void live_why_put_text(const struct live_request *request, struct text *text) {
    char line[LIVE_LINE_TEXT], end[LIVE_END_TEXT];
    text_format(text, "Request %" PRIu64 ": %s\nfrom %s: ", request->id, live_why_line(request, line),
                live_end(&request->remote, end));
    live_why_outcome(request, text);
    text_put_char(text, '\n');
    if (request->refusal != HTTP_REFUSED_NONE) {
        text_put(text, "refused, ");
        live_why_refusal(request, text);
        text_put_char(text, '\n');
    }
    put_request(request, text);
    put_answer(request, text);
    put_connection(request, text);
}

void live_why_put_list_text(const struct http_exchange *exchange, struct text *text) {
    const struct live_requests *requests = live_record_requests(live_of(exchange)->record);
    const struct live_request *request;
    text_put(text, "The latest requests; /why?id=N tells one, /pcap?id=N has its packets.\n\n");
    text_put(text, "    id  from                    request                                   answer\n");
    TAILQ_FOREACH_REVERSE(request, requests, live_requests, all) {
        char line[LIVE_LINE_TEXT], end[LIVE_END_TEXT];
        if (!live_may_see(exchange, &request->remote.addr)) {
            continue;
        }
        text_format(text, "%6" PRIu64 "  %-22s  %-40s  ", request->id, live_end(&request->remote, end),
                    live_why_line(request, line));
        live_why_outcome(request, text);
        text_put_char(text, '\n');
    }
}
