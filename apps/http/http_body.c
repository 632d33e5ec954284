/* http_body.c: first the fields that frame a body, then the grammar of chunks as a table, then the decoder. See
 * http_body.h.
 */
#include "http/http_body.h"

#include <string.h>

#include "http/http_char.h"

/* ---- framing: RFC 9112 6 ---- */

static enum http_progress refuse(struct http_body *body, enum http_refusal refusal, uint64_t at) {
    body->refusal = (uint16_t)refusal;
    body->refused_at = at;
    return HTTP_REFUSED;
}

/* field: the number of the Content-Length field. The same length twice might be taken for one (RFC 9112 6.3); who sends
 * that is broken or up to something. */
static enum http_progress frame_by_length(struct http_body *body, const struct http_head *head, const uint8_t *octets,
                                          uint32_t field) {
    struct http_span value = head->field[field].value;
    uint32_t second = http_head_find(head, octets, "Content-Length", field + 1);
    if (second < head->field_count) {
        return refuse(body, HTTP_REFUSED_LENGTH_TWICE, head->field[second].name.at);
    }
    if (value.length > 0 && memchr(octets + value.at, ',', value.length)) {
        return refuse(body, HTTP_REFUSED_LENGTH_TWICE, value.at);
    }
    if (!http_char_number(octets + value.at, value.length, UINT64_MAX, &body->left)) {
        return refuse(body, HTTP_REFUSED_LENGTH, value.at);
    }
    if (body->left > body->limit) {
        return refuse(body, HTTP_REFUSED_BODY_LARGE, value.at);
    }
    body->framing = HTTP_FRAMING_LENGTH;
    return body->left > 0 ? HTTP_MORE : HTTP_DONE;
}

/* What the Transfer-Encoding fields, joined to one list, say. */
struct codings {
    unsigned chunked, others;
    bool last_is_chunked;
    bool gaps; /* the list has empty elements */
};

/* How many elements the list has, empty ones too. */
static unsigned count_codings(const struct http_head *head, const uint8_t *octets) {
    unsigned count = 0;
    uint32_t i = 0;
    while ((i = http_head_find(head, octets, "Transfer-Encoding", i)) < head->field_count) {
        struct http_span value = head->field[i++].value;
        count++;
        for (uint32_t at = 0; at < value.length; at++) {
            count += octets[value.at + at] == ',';
        }
    }
    return count;
}

static struct codings read_codings(const struct http_head *head, const uint8_t *octets) {
    struct codings codings = {0};
    struct http_walk walk = {0};
    struct http_span coding;
    while (http_head_next(head, octets, "Transfer-Encoding", &walk, &coding)) {
        codings.last_is_chunked = http_span_is_nocase(octets, coding, "chunked");
        codings.chunked += codings.last_is_chunked;
        codings.others += !codings.last_is_chunked;
    }
    codings.gaps = codings.chunked + codings.others < count_codings(head, octets);
    return codings;
}

static void begin_chunks(struct http_body *body);

/* A coding that we do not know is answered by 501 only where the body's end could be found: RFC 9112 6.3 has 400 for
 * the rest. A response whose last coding is not chunked might be read up to the end of the stream, but nobody here
 * could decode it. */
static enum http_progress frame_by_coding(struct http_body *body, const struct http_head *head, const uint8_t *octets,
                                          uint32_t field) {
    uint32_t at = head->field[field].name.at;
    if (head->minor == 0) {
        return refuse(body, HTTP_REFUSED_CODING_OLD, at);
    }
    if (http_head_find(head, octets, "Content-Length", 0) < head->field_count) {
        return refuse(body, HTTP_REFUSED_LENGTH_AND_CODING, at);
    }
    struct codings codings = read_codings(head, octets);
    if (codings.gaps) {
        return refuse(body, HTTP_REFUSED_CODING_EMPTY, at);
    }
    if (codings.chunked != 1 || !codings.last_is_chunked) {
        return refuse(body, HTTP_REFUSED_CODING_LAST, at);
    }
    if (codings.others > 0) {
        return refuse(body, HTTP_REFUSED_CODING_UNKNOWN, at);
    }
    begin_chunks(body);
    return HTTP_MORE;
}

/* without: what a message has that has neither field. */
static enum http_progress frame(struct http_body *body, const struct http_head *head, const uint8_t *octets,
                                enum http_framing without) {
    uint32_t coding = http_head_find(head, octets, "Transfer-Encoding", 0);
    if (coding < head->field_count) {
        return frame_by_coding(body, head, octets, coding);
    }
    uint32_t length = http_head_find(head, octets, "Content-Length", 0);
    if (length < head->field_count) {
        return frame_by_length(body, head, octets, length);
    }
    body->framing = (uint8_t)without;
    return without == HTTP_FRAMING_NONE ? HTTP_DONE : HTTP_MORE;
}

static void begin(struct http_body *body, const struct http_limits *limits) {
    *body = (struct http_body){.limit = limits->body, .head_limit = limits->head};
}

enum http_progress http_body_of_request(struct http_body *body, const struct http_head *head, const uint8_t *octets,
                                        const struct http_limits *limits) {
    begin(body, limits);
    return frame(body, head, octets, HTTP_FRAMING_NONE);
}

/* Some responses have no body, whatever their fields say. RFC 9112 6.3, first rule */
enum http_progress http_body_of_response(struct http_body *body, const struct http_head *head, const uint8_t *octets,
                                         const struct http_limits *limits, bool to_head) {
    begin(body, limits);
    if (to_head || head->status < 200 || head->status == 204 || head->status == 304) {
        return HTTP_DONE;
    }
    return frame(body, head, octets, HTTP_FRAMING_CLOSE);
}

/* ---- the grammar of chunks: RFC 9112 7.1 ----
 *
 *     chunked-body = *( 1*HEXDIG [ chunk-ext ] CRLF chunk-data CRLF ) 1*"0" [ chunk-ext ] CRLF trailer-section CRLF
 *     chunk-ext    = *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
 *     trailer-section = *( token ":" field-value CRLF )
 */
enum octet_class { BAD, CR, LF, SPACE, SEMICOLON, EQUALS, QUOTE, BACKSLASH, COLON, HEX, TOKEN, OTHER, CLASSES };

enum chunk_state {
    REFUSED,
    SIZE_BEGIN,
    SIZE,
    EXT_FIRST_SPACE,
    EXT_BEGIN,
    EXT_NAME,
    EXT_NAME_SPACE,
    EXT_VALUE,
    EXT_TOKEN,
    EXT_QUOTED,
    EXT_ESCAPED,
    EXT_QUOTED_END,
    EXT_SPACE,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_BEGIN,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    LAST_LF,
    FINISHED,
};

enum chunk_part { SIZE_PART, EXTENSION_PART, END_PART, TRAILER_PART };

/* To which part of the grammar a state belongs, and what may come next; all else is refused for that part's reason.
 * Behind SIZE_LF comes DATA; for size 0, the trailers. */
/* clang-format off */
static const struct chunk_row {
    uint8_t part;
    uint8_t next[CLASSES];
} chunk_table[] = {
    [SIZE_BEGIN] = {SIZE_PART, {[HEX] = SIZE}},
    [SIZE] = {SIZE_PART, {[HEX] = SIZE, [SPACE] = EXT_FIRST_SPACE, [SEMICOLON] = EXT_BEGIN, [CR] = SIZE_LF}},
    [EXT_FIRST_SPACE] = {EXTENSION_PART, {[SPACE] = EXT_FIRST_SPACE, [SEMICOLON] = EXT_BEGIN}},
    [EXT_BEGIN] = {EXTENSION_PART, {[SPACE] = EXT_BEGIN, [HEX] = EXT_NAME, [TOKEN] = EXT_NAME}},
    [EXT_NAME] = {EXTENSION_PART, {
        [HEX] = EXT_NAME, [TOKEN] = EXT_NAME, [SPACE] = EXT_NAME_SPACE, [SEMICOLON] = EXT_BEGIN, [EQUALS] = EXT_VALUE,
        [CR] = SIZE_LF}},
    [EXT_NAME_SPACE] = {EXTENSION_PART, {
        [SPACE] = EXT_NAME_SPACE, [SEMICOLON] = EXT_BEGIN, [EQUALS] = EXT_VALUE}},
    [EXT_VALUE] = {EXTENSION_PART, {
        [SPACE] = EXT_VALUE, [HEX] = EXT_TOKEN, [TOKEN] = EXT_TOKEN, [QUOTE] = EXT_QUOTED}},
    [EXT_TOKEN] = {EXTENSION_PART, {
        [HEX] = EXT_TOKEN, [TOKEN] = EXT_TOKEN, [SPACE] = EXT_SPACE, [SEMICOLON] = EXT_BEGIN, [CR] = SIZE_LF}},
    [EXT_QUOTED] = {EXTENSION_PART, {
        [SPACE] = EXT_QUOTED, [SEMICOLON] = EXT_QUOTED, [EQUALS] = EXT_QUOTED, [COLON] = EXT_QUOTED, [HEX] = EXT_QUOTED,
        [TOKEN] = EXT_QUOTED, [OTHER] = EXT_QUOTED, [BACKSLASH] = EXT_ESCAPED, [QUOTE] = EXT_QUOTED_END}},
    [EXT_ESCAPED] = {EXTENSION_PART, {
        [SPACE] = EXT_QUOTED, [SEMICOLON] = EXT_QUOTED, [EQUALS] = EXT_QUOTED, [COLON] = EXT_QUOTED, [HEX] = EXT_QUOTED,
        [TOKEN] = EXT_QUOTED, [OTHER] = EXT_QUOTED, [BACKSLASH] = EXT_QUOTED, [QUOTE] = EXT_QUOTED}},
    [EXT_QUOTED_END] = {EXTENSION_PART, {[SPACE] = EXT_SPACE, [SEMICOLON] = EXT_BEGIN, [CR] = SIZE_LF}},
    [EXT_SPACE] = {EXTENSION_PART, {[SPACE] = EXT_SPACE, [SEMICOLON] = EXT_BEGIN}},
    [SIZE_LF] = {SIZE_PART, {[LF] = DATA}},
    [DATA_CR] = {END_PART, {[CR] = DATA_LF}},
    [DATA_LF] = {END_PART, {[LF] = SIZE_BEGIN}},
    [TRAILER_BEGIN] = {TRAILER_PART, {[HEX] = TRAILER_NAME, [TOKEN] = TRAILER_NAME, [CR] = LAST_LF}},
    [TRAILER_NAME] = {TRAILER_PART, {
        [HEX] = TRAILER_NAME, [TOKEN] = TRAILER_NAME, [COLON] = TRAILER_VALUE}},
    [TRAILER_VALUE] = {TRAILER_PART, {
        [SPACE] = TRAILER_VALUE, [SEMICOLON] = TRAILER_VALUE, [EQUALS] = TRAILER_VALUE, [QUOTE] = TRAILER_VALUE,
        [BACKSLASH] = TRAILER_VALUE, [COLON] = TRAILER_VALUE, [HEX] = TRAILER_VALUE, [TOKEN] = TRAILER_VALUE,
        [OTHER] = TRAILER_VALUE, [CR] = TRAILER_LF}},
    [TRAILER_LF] = {TRAILER_PART, {[LF] = TRAILER_BEGIN}},
    [LAST_LF] = {TRAILER_PART, {[LF] = FINISHED}},
    [FINISHED] = {TRAILER_PART, {0}},
};
/* clang-format on */

static const enum http_refusal refusal_of[] = {
    [SIZE_PART] = HTTP_REFUSED_CHUNK_SIZE,
    [EXTENSION_PART] = HTTP_REFUSED_CHUNK_EXTENSION,
    [END_PART] = HTTP_REFUSED_CHUNK_END,
    [TRAILER_PART] = HTTP_REFUSED_CHUNK_TRAILER,
};

static enum octet_class class_of(uint8_t octet) {
    static const char single[] = "\r\n \t;=\"\\:";
    static const uint8_t class[] = {CR, LF, SPACE, SPACE, SEMICOLON, EQUALS, QUOTE, BACKSLASH, COLON};
    const char *found = memchr(single, octet, sizeof single - 1);
    if (found) {
        return class[found - single];
    }
    if (http_char_is(octet, HTTP_CHAR_HEX)) {
        return HEX;
    }
    if (http_char_is(octet, HTTP_CHAR_TOKEN)) {
        return TOKEN;
    }
    return http_char_is(octet, HTTP_CHAR_VALUE) ? OTHER : BAD;
}

/* ---- decoding ---- */

static void begin_chunks(struct http_body *body) {
    body->framing = HTTP_FRAMING_CHUNKED;
    body->state = SIZE_BEGIN;
}

/* Some senders put zeros in front of a size, up to a fixed width; nobody needs as many as this. */
enum { DIGITS_MAX = 64 };

/* One more digit of the size. What would run over is refused: RFC 9112 7.1. */
static enum http_refusal count_digit(struct http_body *body, uint8_t octet) {
    if (++body->digits > DIGITS_MAX || body->left > UINT64_MAX >> 4) {
        return HTTP_REFUSED_CHUNK_SIZE;
    }
    body->left = body->left << 4 | http_char_hex(octet);
    return HTTP_REFUSED_NONE;
}

static enum http_refusal end_size_line(struct http_body *body) {
    body->digits = 0;
    body->state = body->left > 0 ? DATA : TRAILER_BEGIN;
    return body->left > body->limit - body->length ? HTTP_REFUSED_BODY_LARGE : HTTP_REFUSED_NONE;
}

/* The state has become what it is now by this octet: does anything follow from that? */
static enum http_refusal enter(struct http_body *body, uint8_t octet) {
    if (body->state == SIZE) {
        return count_digit(body, octet);
    }
    if (body->state == DATA) {
        return end_size_line(body);
    }
    unsigned part = chunk_table[body->state].part;
    body->extensions += part == EXTENSION_PART;
    body->trailers += part == TRAILER_PART;
    bool fits = body->extensions <= body->head_limit && body->trailers <= body->head_limit;
    return fits ? HTTP_REFUSED_NONE : refusal_of[part];
}

/* One octet of what stands between the pieces. */
static enum http_progress step(struct http_body *body, uint8_t octet) {
    const struct chunk_row *row = &chunk_table[body->state];
    body->state = row->next[class_of(octet)];
    enum http_refusal refusal = body->state == REFUSED ? refusal_of[row->part] : enter(body, octet);
    if (refusal != HTTP_REFUSED_NONE) {
        return refuse(body, refusal, body->taken);
    }
    body->taken++;
    return body->state == FINISHED ? HTTP_DONE : HTTP_MORE;
}

/* The octets at data are the body's, up to what is left of it. */
static void take_data(struct http_body *body, const uint8_t *data, size_t length, struct http_piece *piece) {
    size_t count = body->left < length ? (size_t)body->left : length;
    piece->data = data;
    piece->length = count;
    piece->used += count;
    body->left -= count;
    body->length += count;
    body->taken += count;
}

static enum http_progress feed_length(struct http_body *body, const uint8_t *octets, size_t length,
                                      struct http_piece *piece) {
    take_data(body, octets, length, piece);
    return body->left > 0 ? HTTP_MORE : HTTP_DONE;
}

static enum http_progress feed_until_close(struct http_body *body, const uint8_t *octets, size_t length,
                                           struct http_piece *piece) {
    body->left = body->limit - body->length;
    if (body->left == 0 && length > 0) {
        return refuse(body, HTTP_REFUSED_BODY_LARGE, body->taken);
    }
    take_data(body, octets, length, piece);
    return HTTP_MORE;
}

static enum http_progress feed_chunks(struct http_body *body, const uint8_t *octets, size_t length,
                                      struct http_piece *piece) {
    while (piece->used < length && body->state != DATA) {
        enum http_progress progress = step(body, octets[piece->used]);
        if (progress == HTTP_REFUSED) {
            return progress;
        }
        piece->used++;
        if (progress == HTTP_DONE) {
            return progress;
        }
    }
    if (body->state == DATA) {
        take_data(body, octets + piece->used, length - piece->used, piece);
        body->state = body->left > 0 ? DATA : DATA_CR;
    }
    return HTTP_MORE;
}

enum http_progress http_body_feed(struct http_body *body, const uint8_t *octets, size_t length,
                                  struct http_piece *piece) {
    *piece = (struct http_piece){.data = octets};
    if (body->refusal != HTTP_REFUSED_NONE) {
        return HTTP_REFUSED;
    }
    switch ((enum http_framing)body->framing) {
    case HTTP_FRAMING_LENGTH:
        return feed_length(body, octets, length, piece);
    case HTTP_FRAMING_CHUNKED:
        return body->state == FINISHED ? HTTP_DONE : feed_chunks(body, octets, length, piece);
    case HTTP_FRAMING_CLOSE:
        return feed_until_close(body, octets, length, piece);
    case HTTP_FRAMING_NONE:
        break;
    }
    return HTTP_DONE;
}

bool http_body_ended(const struct http_body *body) {
    if (body->refusal != HTTP_REFUSED_NONE) {
        return false;
    }
    switch ((enum http_framing)body->framing) {
    case HTTP_FRAMING_LENGTH:
        return body->left == 0;
    case HTTP_FRAMING_CHUNKED:
        return body->state == FINISHED;
    case HTTP_FRAMING_CLOSE:
    case HTTP_FRAMING_NONE:
        break;
    }
    return true;
}
