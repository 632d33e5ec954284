/* http_try.c: see http_try.h. */
#include "http/http_try.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_condition.h"
#include "http/http_echo.h"
#include "http/http_form.h"
#include "http/http_generator.h"
#include "http/http_range.h"

enum { DELAY_MAX = 10, LINES_MAX = 100, OCTETS_MAX = 100 << 20, DRIP_MAX = 10000 };

/* Octets of a piece that is made at one time. */
static const uint64_t PIECE = 16384;

/* ---- what is asked for ---- */

static bool not_found(struct http_exchange *exchange) {
    exchange->refusal = HTTP_REFUSED_NOT_FOUND;
    exchange->refused_at = 0;
    return false;
}

/* The number behind the last slash of the path, at most `most`. False: there is none. */
static bool number_in_path(const struct http_exchange *exchange, uint64_t most, uint64_t *number) {
    struct http_span path = exchange->request.path;
    const char *begin = (const char *)exchange->octets + path.at, *end = begin + path.length, *at = end;
    *number = 0;
    while (at > begin && at[-1] >= '0' && at[-1] <= '9') {
        at--;
    }
    if (at == end || at == begin || at[-1] != '/' || end - at > 9) {
        return false;
    }
    for (; at < end; at++) {
        *number = *number * 10 + (uint64_t)(*at - '0');
    }
    *number = *number > most ? most : *number;
    return true;
}

static unsigned long parameter(const struct http_exchange *exchange, const char *name, unsigned long most,
                               unsigned long otherwise) {
    struct http_span query = exchange->request.query;
    return http_form_number((const char *)exchange->octets + query.at, query.length, name, most, otherwise);
}

/* ---- statuses ---- */

/* Fields without which a status says only half: RFC 9110 15. */
static void put_needed(struct http_exchange *exchange, int status) {
    static const struct {
        int first, last;
        const char *name, *value;
    } needed[] = {
        {300, 303, "Location", "/anything"},
        {305, 308, "Location", "/anything"},
        {401, 401, "WWW-Authenticate", "Basic realm=\"there is no password\""},
        {407, 407, "Proxy-Authenticate", "Basic realm=\"there is no password\""},
        {405, 405, "Allow", "GET, HEAD"},
        {416, 416, "Content-Range", "bytes */0"},
        {426, 426, "Upgrade", "HTTP/2.0"},
        {426, 426, "Connection", "Upgrade"},
        {429, 429, "Retry-After", "1"},
        {503, 503, "Retry-After", "1"},
    };
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (status >= needed[i].first && status <= needed[i].last) {
            http_answer_field(&exchange->answer, needed[i].name, needed[i].value);
        }
    }
}

/* A part says which one it is; this one is all there is: RFC 9110 15.3.7. */
static void put_whole_range(struct http_exchange *exchange, size_t length) {
    char value[64];
    struct text text = text_fixed(value, sizeof value);
    text_format(&text, "bytes 0-%zu/%zu", length - 1, length);
    http_answer_field(&exchange->answer, "Content-Range", value);
}

/* 1xx is no answer, and 101 is another protocol: only what ends the exchange can be asked for. */
bool http_status_answer(struct http_site *site, struct http_exchange *exchange) {
    uint64_t status;
    char room[200];
    struct text line = text_fixed(room, sizeof room);
    (void)site;
    if (!number_in_path(exchange, 1000, &status) || status < 200 || status > 599) {
        return not_found(exchange);
    }
    text_format(&line, "%" PRIu64 " %s: %s\n", status, http_status_phrase((int)status),
                http_status_meaning((int)status));
    http_answer_begin(&exchange->answer, (int)status, &exchange->about);
    put_needed(exchange, (int)status);
    if (status == 206) {
        put_whole_range(exchange, line.length);
    }
    if (status == 204 || status == 304) {
        return http_answer_finish(&exchange->answer);
    }
    if (status == 205) {
        line.length = 0; /* RFC 9110 15.3.6: it has no content */
    }
    return http_answer_text(&exchange->answer, "text/plain; charset=utf-8", &line);
}

bool http_redirect_answer(struct http_site *site, struct http_exchange *exchange) {
    uint64_t status;
    char room[200];
    struct text line = text_fixed(room, sizeof room);
    (void)site;
    bool known = number_in_path(exchange, 1000, &status) &&
                 (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
    if (!known) {
        return not_found(exchange);
    }
    http_answer_begin(&exchange->answer, (int)status, &exchange->about);
    http_answer_field(&exchange->answer, "Location", "/anything");
    text_format(&line, "%" PRIu64 " %s: %s\nIt is at /anything, which shows the method that arrives there.\n", status,
                http_status_phrase((int)status), http_status_meaning((int)status));
    return http_answer_text(&exchange->answer, "text/plain; charset=utf-8", &line);
}

/* ---- time ---- */

bool http_delay_answer(struct http_site *site, struct http_exchange *exchange) {
    uint64_t seconds;
    if (!number_in_path(exchange, DELAY_MAX, &seconds)) {
        return not_found(exchange);
    }
    bool made = http_anything_answer(site, exchange);
    http_answer_wait(&exchange->answer, &site->now, site->now + seconds * LUCID_SECOND);
    return made;
}

static void make_drop(const struct http_plan *plan, uint64_t n, struct text *piece) {
    (void)plan, (void)n;
    text_put_char(piece, '*');
}

bool http_drip_answer(struct http_site *site, struct http_exchange *exchange) {
    unsigned long octets = parameter(exchange, "numbytes", DRIP_MAX, 10);
    unsigned long milliseconds = 1000 * parameter(exchange, "duration", DELAY_MAX, 2);
    const struct http_plan plan = {
        .make = make_drop,
        .pieces = octets,
        .begin = parameter(exchange, "delay", DELAY_MAX, 0) * LUCID_SECOND,
        .interval = octets > 0 ? milliseconds * LUCID_MILLISECOND / octets : 0,
        .length = octets,
        .now = &site->now,
    };
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    http_answer_field(&exchange->answer, "Content-Type", "application/octet-stream");
    if (octets > 0) {
        http_answer_generate(&exchange->answer, &plan, true);
    }
    return http_answer_finish(&exchange->answer);
}

static void make_line(const struct http_plan *plan, uint64_t n, struct text *piece) {
    text_format(piece, "{\"line\":%" PRIu64 ",\"of\":%" PRIu64 "}\n", n + 1, plan->pieces);
}

bool http_stream_answer(struct http_site *site, struct http_exchange *exchange) {
    uint64_t lines;
    if (!number_in_path(exchange, LINES_MAX, &lines)) {
        return not_found(exchange);
    }
    const struct http_plan plan = {.make = make_line, .pieces = lines, .now = &site->now};
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    http_answer_field(&exchange->answer, "Content-Type", "application/jsonl");
    http_answer_generate(&exchange->answer, &plan, false);
    return http_answer_finish(&exchange->answer);
}

/* ---- octets ---- */

/* The alphabet, over and over: of a part one sees which it is. */
static void make_octets(const struct http_plan *plan, uint64_t n, struct text *piece) {
    uint64_t begin = plan->first + n * PIECE, end = plan->first + plan->length;
    end = end - begin > PIECE ? begin + PIECE : end;
    for (uint64_t at = begin; at < end; at++) {
        text_put_char(piece, (char)('a' + at % 26));
    }
}

static bool answer_octets(struct http_site *site, struct http_exchange *exchange, struct http_range range) {
    const struct http_plan plan = {
        .make = make_octets,
        .first = range.begin,
        .length = range.end - range.begin,
        .pieces = (range.end - range.begin + PIECE - 1) / PIECE,
        .now = &site->now,
    };
    http_answer_field(&exchange->answer, "Content-Type", "application/octet-stream");
    if (plan.length > 0) {
        http_answer_generate(&exchange->answer, &plan, true);
    }
    return http_answer_finish(&exchange->answer);
}

bool http_bytes_answer(struct http_site *site, struct http_exchange *exchange) {
    uint64_t octets;
    if (!number_in_path(exchange, OCTETS_MAX, &octets)) {
        return not_found(exchange);
    }
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    return answer_octets(site, exchange, (struct http_range){0, octets});
}

/* These octets are the same for ever, so their tag is strong. Who asks for several parts gets all of it. */
bool http_range_answer(struct http_site *site, struct http_exchange *exchange) {
    struct http_validators validators = {.strong = true};
    struct http_range range[HTTP_RANGES_MAX];
    struct text tag = text_fixed(validators.tag, sizeof validators.tag);
    unsigned count;
    char value[80];
    if (!number_in_path(exchange, OCTETS_MAX, &exchange->size)) {
        return not_found(exchange);
    }
    text_format(&tag, "\"range-%" PRIu64 "\"", exchange->size);
    enum http_verdict verdict = http_condition(&exchange->request, exchange->octets, &validators, site->second);
    enum http_ranges_are ranges = http_ranges_read(&exchange->request, exchange->octets, exchange->size, range, &count);
    if (verdict == HTTP_VERDICT_FAILED || (verdict == HTTP_VERDICT_SEND && ranges == HTTP_RANGES_UNSATISFIABLE)) {
        exchange->refusal = verdict == HTTP_VERDICT_FAILED ? HTTP_REFUSED_PRECONDITION : HTTP_REFUSED_RANGE;
        return false;
    }
    bool part = verdict == HTTP_VERDICT_SEND && ranges == HTTP_RANGES_SOME && count == 1;
    int status = verdict == HTTP_VERDICT_NOT_MODIFIED ? 304 : part ? 206 : 200;
    http_answer_begin(&exchange->answer, status, &exchange->about);
    http_answer_field(&exchange->answer, "ETag", validators.tag);
    http_answer_field(&exchange->answer, "Accept-Ranges", "bytes");
    if (status == 304) {
        return http_answer_finish(&exchange->answer);
    }
    if (part) {
        struct text text = text_fixed(value, sizeof value);
        text_format(&text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range[0].begin, range[0].end - 1, exchange->size);
        http_answer_field(&exchange->answer, "Content-Range", value);
    }
    return answer_octets(site, exchange, part ? range[0] : (struct http_range){0, exchange->size});
}
