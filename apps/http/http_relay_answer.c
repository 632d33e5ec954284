/* http_relay_answer.c: the answer of an upstream becomes the answer to the client. See http_relay.h.
 *
 * The client's framing is not the upstream's: what comes in chunks or up to the end of the stream goes to a client of
 * HTTP/1.1 in chunks, to one of HTTP/1.0 up to the end of the stream. RFC 9112 6.3, 7
 */
#include <stdlib.h>
#include <string.h>

#include "http/http_char.h"
#include "http/http_forward.h"
#include "http/http_hop.h"
#include "http/http_relay.h"

/* ---- the body ---- */

struct relay_source {
    struct http_source base;
    struct http_exchange *exchange;
    bool chunked;
    bool over;
};

static void finish(struct http_exchange *exchange) {
    http_hop_give(exchange->hop);
    exchange->hop = NULL;
}

static ptrdiff_t give(struct text *text, const void **data) {
    size_t length = text->length;
    char *octets = text_detach(text);
    *data = octets;
    return octets ? (ptrdiff_t)length : -LUCID_ENOMEM;
}

/* What has come of the body, up to a buffer of it. */
static enum http_progress take_pieces(struct relay_source *source, struct text *text) {
    struct http_hop *hop = source->exchange->hop;
    enum http_progress progress;
    struct http_piece piece;
    do {
        progress = http_hop_body(hop, &piece);
        if (progress != HTTP_REFUSED) {
            http_relay_put(text, &piece, source->chunked);
        }
    } while (progress == HTTP_MORE && piece.length > 0 && text->length < HTTP_HOP_BUFFER && hop->in.at < hop->in.end);
    return progress;
}

/* When the upstream breaks off, what came before is given first. */
static ptrdiff_t relay_next(struct http_source *base, const void **data) {
    struct relay_source *source = (struct relay_source *)(void *)base;
    struct http_exchange *exchange = source->exchange;
    struct text text = text_growing();
    if (source->over) {
        return 0;
    }
    if (exchange->hop->refusal != HTTP_REFUSED_NONE) {
        return -LUCID_ECONNRESET;
    }
    enum http_progress progress = take_pieces(source, &text);
    if (progress == HTTP_REFUSED) {
        http_relay_note(exchange->hop);
    }
    if (progress == HTTP_DONE) {
        text_put(&text, source->chunked ? "0\r\n\r\n" : "");
        source->over = true;
        finish(exchange);
    }
    if (text.length > 0) {
        return give(&text, data);
    }
    text_free(&text);
    return progress == HTTP_DONE ? 0 : progress == HTTP_MORE ? -LUCID_EAGAIN : -LUCID_ECONNRESET;
}

static void relay_release(struct http_source *base, const void *data, size_t length) {
    (void)base, (void)length;
    free((void *)(uintptr_t)data);
}

static void relay_end(struct http_source *base) {
    free(base);
}

static struct http_source *new_source(struct http_exchange *exchange, bool chunked) {
    static const struct http_source_ops ops = {.next = relay_next, .release = relay_release, .end = relay_end};
    struct relay_source *source = calloc(1, sizeof *source);
    if (!source) {
        return NULL;
    }
    http_source_init(&source->base, &ops);
    source->base.wakes = true;
    source->exchange = exchange;
    source->chunked = chunked;
    return &source->base;
}

static void put_body(struct http_exchange *exchange) {
    const struct http_body *body = &exchange->hop->body;
    struct http_answer *answer = &exchange->answer;
    if (body->framing == HTTP_FRAMING_LENGTH) {
        http_answer_body(answer, new_source(exchange, false), body->left);
    } else if (answer->about.old) {
        http_answer_stream(answer, new_source(exchange, false));
    } else {
        http_answer_chunks(answer, new_source(exchange, true));
    }
}

/* ---- the head ---- */

static void put_fields(struct http_answer *answer, const struct http_head *head, const uint8_t *octets,
                       const struct http_dropped *dropped) {
    for (uint32_t i = 0; i < head->field_count; i++) {
        const struct http_field *field = &head->field[i];
        if (!dropped->field[i]) {
            text_put_octets(&answer->head, octets + field->name.at, field->name.length);
            text_put(&answer->head, ": ");
            text_put_octets(&answer->head, octets + field->value.at, field->value.length);
            text_put(&answer->head, "\r\n");
        }
    }
}

/* What a GET would have got, as far as the upstream says so. RFC 9110 8.6 */
static void put_length_for_head(struct http_answer *answer, const struct http_head *head, const uint8_t *octets) {
    uint32_t i = http_head_find(head, octets, "Content-Length", 0);
    bool known = i < head->field_count && http_char_number(octets + head->field[i].value.at,
                                                           head->field[i].value.length, UINT64_MAX, &answer->length);
    answer->endless = !known;
}

bool http_relay_answer(struct http_site *site, struct http_exchange *exchange) {
    struct http_hop *hop = exchange->hop;
    struct http_answer *answer = &exchange->answer;
    const struct http_head *head = &hop->head;
    const uint8_t *octets = hop->in.data + hop->in.begin;
    struct http_dropped dropped;
    bool body = hop->body.framing != HTTP_FRAMING_NONE &&
                !(hop->body.framing == HTTP_FRAMING_LENGTH && hop->body.left == 0);
    (void)site;
    if (!http_forward_drops(&dropped, head, octets)) {
        exchange->refusal = HTTP_REFUSED_UPSTREAM_ANSWER;
        http_relay_end(exchange);
        return false;
    }
    http_answer_begin_undated(answer, head->status, &exchange->about);
    if (http_head_find(head, octets, "Date", 0) == head->field_count) {
        http_answer_field(answer, "Date", exchange->about.date); /* RFC 9110 6.6.1 */
    }
    put_fields(answer, head, octets, &dropped);
    if (exchange->about.head) {
        put_length_for_head(answer, head, octets);
    }
    if (body) {
        put_body(exchange);
    } else {
        finish(exchange);
    }
    bool made = http_answer_finish(answer);
    if (!made) {
        http_relay_end(exchange);
    }
    return made;
}
