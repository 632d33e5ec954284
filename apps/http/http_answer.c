/* http_answer.c: writes heads of answers, and sends them with their bodies. See http_answer.h. */
#include "http/http_answer.h"

void http_answer_begin_undated(struct http_answer *answer, int status, const struct http_about *about) {
    *answer = (struct http_answer){.about = *about, .status = status, .head = text_growing()};
    text_put(&answer->head, "HTTP/1.1 ");
    text_put_number(&answer->head, (uint64_t)status);
    text_put_char(&answer->head, ' ');
    text_put(&answer->head, http_status_phrase(status));
    text_put(&answer->head, "\r\n");
    if (about->id != 0) {
        text_put(&answer->head, "X-Lucid-Id: ");
        text_put_number(&answer->head, about->id);
        text_put(&answer->head, "\r\n");
    }
}

void http_answer_begin(struct http_answer *answer, int status, const struct http_about *about) {
    http_answer_begin_undated(answer, status, about);
    http_answer_field(answer, "Date", about->date);
}

void http_answer_field(struct http_answer *answer, const char *name, const char *value) {
    text_put(&answer->head, name);
    text_put(&answer->head, ": ");
    text_put(&answer->head, value);
    text_put(&answer->head, "\r\n");
}

void http_answer_body(struct http_answer *answer, struct http_source *source, uint64_t length) {
    answer->length = length;
    answer->source = source;
    answer->head.cut = answer->head.cut || (length > 0 && !source);
    if (answer->about.head && source) {
        http_source_end(source);
        answer->source = NULL;
    }
}

bool http_answer_octets(struct http_answer *answer, const void *data, size_t length) {
    answer->length = length;
    if (http_answer_finish(answer) && !answer->about.head) {
        text_put_octets(&answer->head, data, length);
        answer->in_head = true;
    }
    return !answer->head.cut;
}

bool http_answer_text(struct http_answer *answer, const char *type, const struct text *body) {
    http_answer_field(answer, "Content-Type", type);
    answer->head.cut = answer->head.cut || body->cut;
    return http_answer_octets(answer, body->data, body->length);
}

void http_answer_stream(struct http_answer *answer, struct http_source *source) {
    http_answer_body(answer, source, 1);
    answer->endless = true;
    answer->about.persistent = false;
}

void http_answer_chunks(struct http_answer *answer, struct http_source *source) {
    http_answer_body(answer, source, 1);
    http_answer_field(answer, "Transfer-Encoding", "chunked");
    answer->endless = true;
}

void http_answer_wait(struct http_answer *answer, const lucid_time *clock, lucid_time until) {
    answer->clock = clock;
    answer->until = until;
}

/* A client of HTTP/1.0 must be told that the connection stays, one of HTTP/1.1 that it does not. RFC 9112 9.3.
 * Statuses without a body have no length either. RFC 9110 8.6 */
bool http_answer_finish(struct http_answer *answer) {
    bool bodiless = answer->status < 200 || answer->status == 204 || answer->status == 304;
    if (!answer->about.persistent) {
        http_answer_field(answer, "Connection", "close");
    } else if (answer->about.old) {
        http_answer_field(answer, "Connection", "keep-alive");
    }
    if (!bodiless && !answer->endless) {
        text_put(&answer->head, "Content-Length: ");
        text_put_number(&answer->head, answer->length);
        text_put(&answer->head, "\r\n");
    }
    text_put(&answer->head, "\r\n");
    return !answer->head.cut;
}

/* "More follows at once" is true only if it does: otherwise the transport holds the head back, for 200 ms. */
static ptrdiff_t send_head(struct http_answer *answer, struct transport *transport, int fd) {
    bool more = answer->source && http_source_ready(answer->source);
    size_t left = answer->head.length - answer->sent;
    ptrdiff_t n = transport->ops->write(transport, fd, answer->head.data + answer->sent, left, more);
    answer->sent += n > 0 ? (size_t)n : 0;
    return n;
}

int http_answer_send(struct http_answer *answer, struct transport *transport, int fd) {
    size_t left = answer->head.length - answer->sent;
    if (answer->clock && *answer->clock < answer->until) {
        return -LUCID_EALREADY;
    }
    if (left > 0) {
        ptrdiff_t n = send_head(answer, transport, fd);
        return n < 0 ? (int)n : n == 0 ? -LUCID_EAGAIN : answer->sent == answer->head.length && !answer->source;
    }
    if (!answer->source) {
        return 1;
    }
    ptrdiff_t n = http_source_lend(answer->source, transport, fd);
    if (n == 0) {
        http_source_end(answer->source);
        answer->source = NULL;
        return 1;
    }
    answer->given += n > 0 ? (uint64_t)n : 0;
    return n < 0 ? (int)n : 0;
}

uint64_t http_answer_sent(const struct http_answer *answer) {
    size_t left = answer->head.length - answer->sent;
    uint64_t of_head = answer->in_head && left < answer->length ? answer->length - left : 0;
    return answer->given + of_head;
}

void http_answer_end(struct http_answer *answer) {
    if (answer->source) {
        http_source_end(answer->source);
    }
    text_free(&answer->head);
    *answer = (struct http_answer){0};
}
