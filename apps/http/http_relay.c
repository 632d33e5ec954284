/* http_relay.c: see http_relay.h. First the way there, then the steps; the way back is http_relay_answer.c. */
#include "http/http_relay.h"

#include "http/http_hop.h"
#include "http/http_uwsgi.h"

/* Methods that may be repeated when nobody knows what has become of the first attempt. RFC 9110 9.2.2 */
enum { IDEMPOTENT = HTTP_GET | HTTP_HEAD | HTTP_PUT | HTTP_DELETE | HTTP_OPTIONS };

/* A connection that was used less long ago is not one that a server closes because nothing is asked. */
static const lucid_time JUST_SERVED = LUCID_SECOND;

/* ---- failures ---- */

/* One line for whoever runs the server: the client is told less. */
void http_relay_note(const struct http_hop *hop) {
    const struct http_server_options *options = &hop->server->options;
    char sentence[HTTP_ERROR_TEXT];
    struct text text = text_fixed(sentence, sizeof sentence);
    if (options->note) {
        http_hop_say(hop, &text);
        options->note(options->note_user, sentence);
    }
}

void http_relay_end(struct http_exchange *exchange) {
    struct http_hop *hop = exchange->hop;
    exchange->hop = NULL;
    if (hop) {
        http_hop_drop(hop);
    }
}

/* The client is told why there is no answer. Its connection stays, if its request is complete. */
static enum http_step refuse(struct http_connection *connection, enum http_refusal refusal) {
    struct http_exchange *exchange = connection->exchange;
    http_relay_end(exchange);
    exchange->refusal = (uint16_t)refusal;
    exchange->refused_at = 0;
    exchange->request.persistent = exchange->request.persistent && exchange->complete;
    return http_step_answer(connection);
}

static enum http_step fail(struct http_connection *connection) {
    const struct http_hop *hop = connection->exchange->hop;
    http_relay_note(hop);
    return refuse(connection, hop->refusal);
}

/* ---- the head of the request ---- */

static enum http_refusal write_head(const struct http_connection *connection, struct text *text) {
    const struct http_exchange *exchange = connection->exchange;
    const struct http_upstream *upstream = exchange->handler->upstream;
    const struct http_body *body = &exchange->framing;
    bool held = exchange->complete && body->framing == HTTP_FRAMING_CHUNKED;
    const struct http_forwarded forwarded = {
        .upstream = upstream,
        .request = &exchange->request,
        .octets = connection->in.data + connection->in.begin,
        .client = connection->remote,
        .has_body = body->framing != HTTP_FRAMING_NONE,
        .chunked = body->framing == HTTP_FRAMING_CHUNKED && !held,
        .length = held ? body->length : body->left,
    };
    return upstream->speaks == HTTP_UPSTREAM_UWSGI ? http_uwsgi_request(text, &forwarded)
                                                   : http_forward_request(text, &forwarded);
}

static void note_without_hop(const struct http_connection *connection, struct http_hop what) {
    what.server = connection->server;
    what.to = connection->exchange->handler->upstream;
    http_relay_note(&what);
}

static bool may_repeat(const struct http_exchange *exchange) {
    return (exchange->request.method & IDEMPOTENT) && exchange->framing.framing == HTTP_FRAMING_NONE;
}

/* Takes a hop that will send this head, which is its own from now on. */
static enum http_refusal take_hop(struct http_connection *connection, struct text *head, lucid_time idle) {
    struct http_exchange *exchange = connection->exchange;
    const struct http_upstream *upstream = exchange->handler->upstream;
    int error;
    exchange->hop = http_hop_take(connection, upstream, idle, &error);
    if (!exchange->hop) {
        note_without_hop(connection, (struct http_hop){.error = error, .refusal = HTTP_REFUSED_UPSTREAM_CONNECT});
        text_free(head);
        return HTTP_REFUSED_UPSTREAM_CONNECT;
    }
    exchange->hop->out = *head;
    exchange->hop->head_length = head->length;
    return HTTP_REFUSED_NONE;
}

enum http_step http_relay_begin(struct http_connection *connection) {
    struct http_exchange *exchange = connection->exchange;
    struct text head = text_growing();
    enum http_refusal refusal = write_head(connection, &head);
    if (refusal == HTTP_REFUSED_UPSTREAM_HEAD) {
        note_without_hop(connection, (struct http_hop){.head_length = head.length, .refusal = (uint16_t)refusal});
    }
    if (refusal == HTTP_REFUSED_NONE) {
        refusal = take_hop(connection, &head, may_repeat(exchange) ? LUCID_NEVER : JUST_SERVED);
    }
    if (refusal != HTTP_REFUSED_NONE) {
        text_free(&head);
        return refuse(connection, refusal);
    }
    connection->phase = HTTP_PHASE_RELAY;
    connection->moved = 0;
    connection->half_closed = false;
    http_connection_wait(connection, HTTP_WAIT_UPSTREAM);
    return HTTP_STEP_ON;
}

/* The upstream has closed an idle connection while we took it: once more, over a new one. */
static enum http_step try_again(struct http_connection *connection) {
    struct http_exchange *exchange = connection->exchange;
    struct http_hop *old = exchange->hop;
    struct text head = old->out;
    old->out = text_growing();
    http_relay_end(exchange);
    enum http_refusal refusal = take_hop(connection, &head, 0);
    return refusal == HTTP_REFUSED_NONE ? HTTP_STEP_WAIT : refuse(connection, refusal);
}

/* ---- the body of the request ---- */

void http_relay_put(struct text *text, const struct http_piece *piece, bool chunked) {
    if (chunked && piece->length > 0) {
        text_format(text, "%zx\r\n", piece->length);
    }
    text_put_octets(text, piece->data, piece->length);
    if (chunked && piece->length > 0) {
        text_put(text, "\r\n");
    }
}

/* Decodes what lies in the client's buffer. HTTP_DONE: the body is complete. */
static enum http_progress take_body(struct http_connection *connection) {
    struct http_exchange *exchange = connection->exchange;
    struct http_buffer *in = &connection->in;
    struct http_hop *hop = exchange->hop;
    bool chunked = exchange->framing.framing == HTTP_FRAMING_CHUNKED;
    enum http_progress progress = HTTP_MORE;
    hop->out.length = hop->out_sent = 0;
    while (progress == HTTP_MORE && in->at < in->end) {
        struct http_piece piece;
        progress = http_body_feed(&exchange->framing, in->data + in->at, in->end - in->at, &piece);
        in->at += (uint32_t)piece.used;
        http_relay_put(&hop->out, &piece, chunked);
    }
    exchange->complete = progress == HTTP_DONE;
    if (chunked && progress == HTTP_DONE) {
        text_put(&hop->out, "0\r\n\r\n");
    }
    return progress;
}

/* Reads more of it. HTTP_STEP_ON: some has come. */
static enum http_step read_body(struct http_connection *connection) {
    enum http_step step;
    if (!http_step_interim(connection, &step)) {
        return step;
    }
    http_buffer_rewind(&connection->in, connection->exchange->request.head.length, http_step_room(connection));
    bool answers = connection->phase == HTTP_PHASE_ANSWER; /* its own waits look after both ways */
    enum http_wait wait = answers ? connection->wait : HTTP_WAIT_BODY;
    return http_step_fill(connection, wait, &step) ? HTTP_STEP_ON : step;
}

/* from_now: anew, though it waits already. For a client that has closed its side, the time runs that it had then. */
static void wait_for_upstream(struct http_connection *connection, bool from_now) {
    struct http_hop *hop = connection->exchange->hop;
    bool leaving = connection->half_closed && connection->wait == HTTP_WAIT_DRAIN;
    if ((connection->wait != HTTP_WAIT_UPSTREAM || from_now) && !leaving) {
        hop->moved_at = connection->server->now; /* before, it was not the upstream that was waited for */
        http_connection_wait(connection, HTTP_WAIT_UPSTREAM);
    }
}

/* Once an answer has begun, the request can only be broken off. */
static enum http_step body_is_bad(struct http_connection *connection, enum http_refusal refusal) {
    const struct http_exchange *exchange = connection->exchange;
    if (connection->phase == HTTP_PHASE_ANSWER) {
        http_connection_end(connection, true);
        return HTTP_STEP_WAIT;
    }
    bool busy = refusal == HTTP_REFUSED_BUSY;
    return http_step_refuse(connection, refusal,
                            busy ? 0 : exchange->framing.refused_at + exchange->request.head.length);
}

/* What was there is with the transport. */
static enum http_step upload_more(struct http_connection *connection) {
    const struct http_exchange *exchange = connection->exchange;
    enum http_progress progress = take_body(connection);
    if (exchange->hop->out.cut || progress == HTTP_REFUSED) {
        return body_is_bad(connection, exchange->hop->out.cut ? HTTP_REFUSED_BUSY : exchange->framing.refusal);
    }
    return progress == HTTP_DONE || exchange->hop->out.length > 0 ? HTTP_STEP_ON : read_body(connection);
}

enum http_step http_relay_upload(struct http_connection *connection) {
    struct http_exchange *exchange = connection->exchange;
    struct http_hop *hop = exchange->hop;
    if (!hop || hop->sent || hop->broken) {
        return HTTP_STEP_WAIT;
    }
    if (!http_hop_flush(hop, &exchange->body)) {
        wait_for_upstream(connection, false);
        return HTTP_STEP_WAIT;
    }
    if (exchange->complete) {
        hop->sent = true;
        wait_for_upstream(connection, true);
        return HTTP_STEP_ON;
    }
    return upload_more(connection);
}

/* ---- steps ---- */

/* While there is nothing to do but to wait: is the client still there? What it sends is its next request, and is kept
 * as far as there is room. When it has closed its side, it may still read: that is tried if the upstream is quick. */
static enum http_step watch_client(struct http_connection *connection) {
    struct http_buffer *in = &connection->in;
    uint32_t room = http_step_room(connection);
    if (!connection->exchange->complete || connection->half_closed || in->end - in->begin == room) {
        return HTTP_STEP_WAIT;
    }
    ptrdiff_t n = http_buffer_fill(in, connection->server, connection->fd, room);
    if (n < 0 && n != -LUCID_EAGAIN) {
        http_connection_left(connection, true);
    }
    if (n == 0) {
        connection->half_closed = true;
        http_connection_wait(connection, HTTP_WAIT_DRAIN);
    }
    return n > 0 ? HTTP_STEP_ON : HTTP_STEP_WAIT;
}

enum http_step http_relay_wait(struct http_connection *connection) {
    const struct http_exchange *exchange = connection->exchange;
    if (exchange->complete || exchange->hop->broken) {
        wait_for_upstream(connection, false);
    }
    return watch_client(connection);
}

static bool is_to_head(const struct http_exchange *exchange) {
    return exchange->request.method == HTTP_HEAD;
}

enum http_step http_relay_step(struct http_connection *connection) {
    struct http_exchange *exchange = connection->exchange;
    struct http_hop *hop = exchange->hop;
    if (hop->opening) {
        return watch_client(connection);
    }
    enum http_step step = http_relay_upload(connection);
    if (connection->phase != HTTP_PHASE_RELAY) {
        return step;
    }
    switch (http_hop_head(hop, is_to_head(exchange))) {
    case HTTP_MORE:
        return step == HTTP_STEP_ON ? step : http_relay_wait(connection);
    case HTTP_REFUSED:
        return hop->reused && hop->received == 0 && may_repeat(exchange) ? try_again(connection) : fail(connection);
    case HTTP_DONE:
        break;
    }
    exchange->request.persistent = exchange->request.persistent && exchange->complete;
    return http_step_answer(connection);
}

bool http_relay_failed(const struct http_exchange *exchange) {
    return exchange->hop && exchange->hop->refusal != HTTP_REFUSED_NONE;
}

/* ---- time ---- */

bool http_relay_may_wait(const struct http_connection *connection) {
    const struct http_hop *hop = connection->exchange->hop;
    const struct http_server_options *options = &connection->server->options;
    lucid_time limit = hop->opening ? options->connect_time : options->upstream_time;
    return connection->server->now - hop->moved_at < limit;
}

void http_relay_give_up(struct http_connection *connection) {
    struct http_hop *hop = connection->exchange->hop;
    if (!hop || connection->phase != HTTP_PHASE_RELAY) {
        http_connection_end(connection, true);
        return;
    }
    hop->refusal = HTTP_REFUSED_UPSTREAM_TIME;
    fail(connection);
    http_connection_run(connection);
}
