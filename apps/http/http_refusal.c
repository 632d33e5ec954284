/* http_refusal.c: see http_refusal.h. */
#include "http/http_refusal.h"

#include <inttypes.h>
#include <string.h>

#include "common/json.h"
#include "http/http_accept.h"
#include "http/http_page.h"

enum { EXCERPT_MAX = 60 };

/* ---- which octets ---- */

enum shown { NOTHING, ONE, LINE };

/* Of these reasons the place is known: the octet, or the line from there on. */
static const uint8_t shown_of[HTTP_REFUSALS] = {
    [HTTP_REFUSED_EMPTY_LINE] = ONE,
    [HTTP_REFUSED_BARE_LF] = ONE,
    [HTTP_REFUSED_BARE_CR] = ONE,
    [HTTP_REFUSED_LINE_PARTS] = LINE,
    [HTTP_REFUSED_METHOD] = ONE,
    [HTTP_REFUSED_TARGET] = LINE,
    [HTTP_REFUSED_VERSION] = LINE,
    [HTTP_REFUSED_VERSION_MAJOR] = LINE,
    [HTTP_REFUSED_FIELD_FIRST_SPACE] = ONE,
    [HTTP_REFUSED_FIELD_FOLDED] = ONE,
    [HTTP_REFUSED_FIELD_COLON] = ONE,
    [HTTP_REFUSED_FIELD_NAME] = ONE,
    [HTTP_REFUSED_FIELD_NAME_SPACE] = ONE,
    [HTTP_REFUSED_FIELD_VALUE] = ONE,
    [HTTP_REFUSED_HOST_TWICE] = LINE,
    [HTTP_REFUSED_HOST] = LINE,
    [HTTP_REFUSED_FORM] = LINE,
    [HTTP_REFUSED_LENGTH] = LINE,
    [HTTP_REFUSED_LENGTH_TWICE] = LINE,
    [HTTP_REFUSED_LENGTH_AND_CODING] = LINE,
    [HTTP_REFUSED_CODING_EMPTY] = LINE,
    [HTTP_REFUSED_CODING_LAST] = LINE,
    [HTTP_REFUSED_CODING_UNKNOWN] = LINE,
    [HTTP_REFUSED_CODING_OLD] = LINE,
    [HTTP_REFUSED_EXPECTATION] = LINE,
    [HTTP_REFUSED_CHUNK_SIZE] = ONE,
    [HTTP_REFUSED_CHUNK_EXTENSION] = ONE,
    [HTTP_REFUSED_CHUNK_END] = ONE,
    [HTTP_REFUSED_CHUNK_TRAILER] = ONE,
    [HTTP_REFUSED_PATH_ESCAPE] = LINE,
    [HTTP_REFUSED_PATH_OCTET] = LINE,
    [HTTP_REFUSED_PATH_OUTSIDE] = LINE,
    [HTTP_REFUSED_METHOD_UNKNOWN] = LINE,
};

/* A line that is looked at is complete, so CR or LF ends it. */
static struct http_span excerpt_of(const struct http_exchange *exchange) {
    uint32_t length = 0;
    struct http_span place = {.at = exchange->refused_at, .length = 1};
    if (exchange->request.head.done && place.at >= exchange->request.head.length) {
        place.at = exchange->trouble; /* of the body */
    }
    if (shown_of[exchange->refusal] == ONE) {
        return place;
    }
    while (length < EXCERPT_MAX && !memchr("\r\n", exchange->octets[place.at + length], 2)) {
        length++;
    }
    place.length = length;
    return place;
}

/* ---- three forms ---- */

/* Printable ASCII as it is, other octets as \xHH. */
static void put_visible(struct text *text, const uint8_t *octets, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (octets[i] >= ' ' && octets[i] < 0x7f) {
            text_put_char(text, (char)octets[i]);
        } else {
            text_format(text, "\\x%02x", octets[i]);
        }
    }
}

static void put_html(struct text *page, const struct http_exchange *exchange, const struct http_reason *reason) {
    char title[80], room[4 * EXCERPT_MAX + 1];
    struct text line = text_fixed(title, sizeof title), shown = text_fixed(room, sizeof room);
    text_format(&line, "%d %s", reason->status, http_status_phrase(reason->status));
    http_page_begin(page, title);
    text_format(page, "<h1>%s</h1>\n<p>", title);
    text_put_html(page, reason->sentence, strlen(reason->sentence));
    text_format(page, ".</p>\n<p>%s", reason->source);
    if (shown_of[exchange->refusal] != NOTHING) {
        struct http_span excerpt = excerpt_of(exchange);
        put_visible(&shown, exchange->octets + excerpt.at, excerpt.length);
        text_format(page, "; byte %" PRIu32 " of the request: <code>", exchange->refused_at);
        text_put_html(page, shown.data, shown.length);
        text_put(page, "</code>");
    }
    text_put(page, "</p>\n");
    http_page_end(page);
}

static void put_plain(struct text *page, const struct http_exchange *exchange, const struct http_reason *reason) {
    text_format(page, "%d: %s, %s", reason->status, reason->sentence, reason->source);
    if (shown_of[exchange->refusal] != NOTHING) {
        struct http_span excerpt = excerpt_of(exchange);
        text_format(page, "; byte %" PRIu32 ": `", exchange->refused_at);
        put_visible(page, exchange->octets + excerpt.at, excerpt.length);
        text_put_char(page, '`');
    }
    text_put_char(page, '\n');
}

static void put_json(struct text *page, const struct http_exchange *exchange, const struct http_reason *reason) {
    struct json json = json_begin(page);
    json_open(&json, NULL, '{');
    json_int(&json, "status", reason->status);
    json_string(&json, "reason", reason->name);
    json_string(&json, "sentence", reason->sentence);
    json_string(&json, "source", reason->source);
    if (shown_of[exchange->refusal] != NOTHING) {
        struct http_span excerpt = excerpt_of(exchange);
        json_uint(&json, "byte", exchange->refused_at);
        json_octets(&json, "octets", exchange->octets + excerpt.at, excerpt.length);
    }
    json_close(&json, '}');
    text_put_char(page, '\n');
}

/* ---- the answer ---- */

/* What a status must, or should, say besides. RFC 9110 10.2.3, 15.5.6, 15.5.17 */
static void put_fields(struct http_answer *answer, const struct http_exchange *exchange, int status) {
    char value[80];
    struct text text = text_fixed(value, sizeof value);
    if (status == 405) {
        http_method_list(&text, exchange->allowed);
        http_answer_field(answer, "Allow", value);
    }
    if (status == 416) {
        text_format(&text, "bytes */%" PRIu64, exchange->size);
        http_answer_field(answer, "Content-Range", value);
    }
    if (status == 503) {
        http_answer_field(answer, "Retry-After", "1");
    }
}

bool http_refusal_answer(struct http_exchange *exchange) {
    static const char *const types[] = {"text/plain", "text/html", "application/json"};
    static const char *const full_types[] = {"text/plain; charset=utf-8", "text/html; charset=utf-8",
                                             "application/json"};
    static void (*const forms[])(struct text *, const struct http_exchange *,
                                 const struct http_reason *) = {put_plain, put_html, put_json};
    const struct http_reason *reason = http_reason(exchange->refusal);
    struct http_answer *answer = &exchange->answer;
    struct text page = text_growing();
    unsigned form = http_accept_best(&exchange->request.head, exchange->octets, types, 3);
    forms[form](&page, exchange, reason);
    http_answer_begin(answer, reason->status, &exchange->about);
    put_fields(answer, exchange, reason->status);
    http_answer_field(answer, "Vary", "Accept");
    http_answer_field(answer, "X-Content-Type-Options", "nosniff");
    bool made = http_answer_text(answer, full_types[form], &page);
    text_free(&page);
    return made;
}
