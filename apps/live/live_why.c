/* live_why.c: /why lists the latest requests, /why?id=N tells one of them, /pcap?id=N are the packets of its
 * connection. The number of a request is in its answer: X-Lucid-Id. */
#include "live/live_why.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_char.h"
#include "live/live.h"

static const char NOT_RECORDED[] = "Requests are not recorded here: start the server without --record 0 and --queues.";
static const char UNKNOWN[] =
    "There is no request with this number, or it is forgotten by now: /why lists the latest ones.";
static const char NOT_YOURS[] =
    "This request has come from another address: only who has sent it, and the machine that the server runs on, may "
    "look at it.";

/* ---- which one ---- */

/* True: *request is it. False: it has been answered, and *made says with what success. */
static bool find(struct http_exchange *exchange, const struct live_request **request, bool *made) {
    struct live_record *record = live_of(exchange)->record;
    char value[24];
    uint64_t id = 0;
    *request = NULL;
    if (!record) {
        *made = live_say(exchange, 404, NOT_RECORDED);
        return false;
    }
    if (!live_parameter(exchange, "id", value, sizeof value)) {
        return true;
    }
    size_t length = strlen(value);
    if (!http_char_number((const uint8_t *)value, length, UINT64_MAX / 2, &id)) {
        *made = live_say(exchange, 400, "?id= wants the number of a request, as X-Lucid-Id in its answer says it.");
        return false;
    }
    *request = live_record_find(record, id);
    if (!*request) {
        *made = live_say(exchange, 404, UNKNOWN);
        return false;
    }
    bool may = live_may_see(exchange, &(*request)->remote.addr);
    *made = may || live_say(exchange, 403, NOT_YOURS);
    return may;
}

bool live_why_answer(struct http_site *site, struct http_exchange *exchange) {
    static void (*const put_one[])(const struct live_request *, struct text *) = {
        [LIVE_PLAIN] = live_why_put_text, [LIVE_PAGE] = live_why_put_page, [LIVE_JSON] = live_why_put_json};
    static void (*const put_list[])(const struct http_exchange *,
                                    struct text *) = {[LIVE_PLAIN] = live_why_put_list_text,
                                                      [LIVE_PAGE] = live_why_put_list_page,
                                                      [LIVE_JSON] = live_why_put_list_json};
    const struct live_request *request;
    struct text text = text_growing();
    bool made;
    (void)site;
    if (!find(exchange, &request, &made)) {
        return made;
    }
    enum live_form form = live_form(exchange, 3);
    if (request) {
        put_one[form](request, &text);
    } else {
        put_list[form](exchange, &text);
    }
    return live_answer(exchange, 200, form, &text);
}

bool live_pcap_answer(struct http_site *site, struct http_exchange *exchange) {
    const struct live_request *request;
    struct text file = text_growing();
    char name[80];
    bool made;
    (void)site;
    if (!find(exchange, &request, &made)) {
        return made;
    }
    if (!request) {
        return live_say(exchange, 400, "/pcap?id=N: the packets of the connection that brought request N; see /why.");
    }
    if (!request->connection || request->connection->packets.kept == 0) {
        return live_say(exchange, 404, "The packets of this request were not recorded.");
    }
    live_packets_write(&request->connection->packets, live_record_epoch(live_of(exchange)->record), &file);
    snprintf(name, sizeof name, "attachment; filename=\"lucid-%" PRIu64 ".pcap\"", request->id);
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    http_answer_field(&exchange->answer, "Cache-Control", "no-store");
    http_answer_field(&exchange->answer, "Content-Disposition", name);
    made = http_answer_text(&exchange->answer, "application/vnd.tcpdump.pcap", &file);
    text_free(&file);
    return made;
}

/* ---- what is said of it ---- */

void live_why_octets(const uint8_t *octets, uint32_t length, uint32_t most, struct text *text) {
    for (uint32_t i = 0; i < length && i < most; i++) {
        uint8_t octet = octets[i];
        if (octet == '\r' || octet == '\n') {
            text_put(text, octet == '\r' ? "\\r" : "\\n");
        } else if (octet < ' ' || octet > '~') {
            text_format(text, "\\x%02X", octet);
        } else {
            text_put_char(text, (char)octet);
        }
    }
    text_put(text, length > most ? "..." : "");
}

char *live_why_line(const struct live_request *request, char room[LIVE_LINE_TEXT]) {
    struct text text = text_fixed(room, LIVE_LINE_TEXT);
    uint32_t at = 0, end;
    while (at < request->kept && (request->octets[at] == '\r' || request->octets[at] == '\n')) {
        at++;
    }
    for (end = at; end < request->kept && request->octets[end] != '\r' && request->octets[end] != '\n';) {
        end++;
    }
    live_why_octets(request->octets + at, end - at, LIVE_LINE_TEXT / 4 - 4, &text);
    return room;
}

void live_why_outcome(const struct live_request *request, struct text *text) {
    char took[LIVE_TIME_TEXT];
    if (request->status == 0) {
        text_put(text, "being answered");
        return;
    }
    text_format(text, "%d, %" PRIu64 " octets", request->status, request->sent);
    if (request->took > 0) {
        text_format(text, " in %s", live_time(request->took, took));
    }
    text_put(text, request->whole ? "" : ", broken off");
}

void live_why_refusal(const struct live_request *request, struct text *text) {
    const struct http_reason *reason = http_reason(request->refusal);
    if (request->refusal == HTTP_REFUSED_NONE) {
        return;
    }
    text_format(text, "%d: %s (%s)", reason->status, reason->sentence, reason->source);
    if (request->refused_at > 0) {
        text_format(text, "; octet %" PRIu32 " of the request", request->refused_at);
    }
}

const char *live_why_no_connection(const struct live_request *request) {
    if (!request->placed) {
        return "The kernel's TCP has brought it, and its segments are not recorded.";
    }
    return "The connection that brought it is not recorded: there was too much to do when it began.";
}

/* Do [at, at + length) and [from, from + count) meet, in sequence numbers? */
static bool meet(uint32_t at, uint32_t length, uint32_t from, uint64_t count) {
    uint32_t into = at - from;
    return into < INT32_MAX ? into < count : count > 0 && from - at < length;
}

enum live_owner live_why_owner(const struct live_request *request, const struct ladder_row *row) {
    bool segment = row->kind == LADDER_SEGMENT || row->kind == LADDER_DEPARTURE || row->kind == LADDER_ARRIVAL;
    uint64_t answered = request->status == 0 ? INT32_MAX : request->answer_length;
    if (!request->placed || !segment || row->length == 0) {
        return LIVE_NOBODY;
    }
    if (row->end == 1) {
        return meet(row->seq, row->length, request->seq, request->length) ? LIVE_REQUEST : LIVE_NOBODY;
    }
    return meet(row->seq, row->length, request->answer_seq, answered) ? LIVE_ANSWER : LIVE_NOBODY;
}
