/* http_step.c: what a connection does in each phase. See http_step.h. */
#include "http/http_step.h"

#include <stdlib.h>
#include <string.h>

#include "http/http_relay.h"
#include "http/http_upstream.h"

static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";

uint32_t http_step_room(const struct http_connection *connection) {
    return connection->server->options.limits.head + 16384;
}

static enum http_step end(struct http_connection *connection, bool reset) {
    http_connection_end(connection, reset);
    return HTTP_STEP_WAIT;
}

static enum http_step client_left(struct http_connection *connection, bool reset) {
    http_connection_left(connection, reset);
    return HTTP_STEP_WAIT;
}

bool http_step_fill(struct http_connection *connection, enum http_wait wait, enum http_step *step) {
    ptrdiff_t n = http_buffer_fill(&connection->in, connection->server, connection->fd, http_step_room(connection));
    *step = HTTP_STEP_WAIT;
    if (n > 0) {
        connection->moved += (size_t)n;
        return true;
    }
    if (n != -LUCID_EAGAIN) {
        /* The end of the stream: what has come is no request (RFC 9112 8), or there is none. */
        *step = client_left(connection, n < 0);
        return false;
    }
    if (connection->wait != wait) {
        http_connection_wait(connection, wait);
    }
    return false;
}

/* ---- ANSWER ---- */

static void moved(void *user, size_t octets) {
    struct http_connection *connection = user;
    connection->moved += octets;
    if (octets == 0) {
        http_connection_drop(connection);
    }
}

/* The peer must not take for content what is none. What was closed already is out of our hands. */
static void broke(void *user) {
    struct http_connection *connection = user;
    if (connection->phase != HTTP_PHASE_ENDED) {
        http_connection_end(connection, true);
    }
}

/* The answer's source holds the connection as long as octets of it are with the transport. */
static void hold(struct http_connection *connection, struct http_source *source) {
    source->moved = moved;
    source->broke = broke;
    source->user = connection;
    connection->holders++;
}

/* Whoever looks on gets the number of the request that it shall have. */
static uint64_t number_of(struct http_connection *connection) {
    const struct http_onlooker *onlooker = connection->server->options.onlooker;
    struct http_exchange *exchange = connection->exchange;
    const struct http_buffer *in = &connection->in;
    uint32_t end = exchange->request.head.done ? in->at : in->end;
    if (!onlooker) {
        return 0;
    }
    exchange->there = end - in->begin;
    exchange->ahead = in->end - end;
    return onlooker->answer(onlooker->user, exchange);
}

/* Its answer has no body, even when the request line was too long, or too late, to be taken. RFC 9110 9.3.2 */
static bool is_head(const struct http_connection *connection) {
    static const char begin[] = "HEAD ";
    const struct http_buffer *in = &connection->in;
    const struct http_head *head = &connection->exchange->request.head;
    const uint8_t *octets = in->data + in->begin;
    if (head->method.length > 0 || head->line + sizeof begin - 1 > in->end - in->begin) {
        return http_span_is(octets, head->method, "HEAD");
    }
    return memcmp(octets + head->line, begin, sizeof begin - 1) == 0;
}

enum http_step http_step_answer(struct http_connection *connection) {
    struct http_server *server = connection->server;
    struct http_exchange *exchange = connection->exchange;
    const struct http_head *head = &exchange->request.head;
    exchange->octets = connection->in.data + connection->in.begin;
    exchange->about = (struct http_about){
        .date = server->site.date,
        .head = is_head(connection),
        .old = connection->uwsgi || (head->first_line_seen && head->minor == 0),
        .persistent = exchange->request.persistent && !server->stopping,
        .id = number_of(connection),
    };
    if (!http_site_answer(&server->site, exchange)) {
        return end(connection, true);
    }
    if (exchange->answer.source) {
        hold(connection, exchange->answer.source);
    }
    server->stats.answers[exchange->answer.status / 100]++;
    connection->phase = HTTP_PHASE_ANSWER;
    exchange->answer_at = server->now;
    connection->moved = 0;
    connection->moved_at = server->now;
    http_connection_wait(connection, HTTP_WAIT_SEND);
    return HTTP_STEP_ON;
}

static enum http_step end_answer(struct http_connection *connection) {
    bool persistent = connection->exchange->answer.about.persistent;
    http_connection_log(connection, true);
    connection->phase = HTTP_PHASE_HEAD;
    connection->in.begin = connection->in.at;
    http_connection_clear(connection);
    if (!persistent) {
        return http_step_drain(connection);
    }
    return HTTP_STEP_ON;
}

/* The answer has nothing now, or the client takes nothing now. progress: of the request, which may still go on. */
static enum http_step wait_in_answer(struct http_connection *connection, int sent, enum http_step progress) {
    const struct http_source *source = connection->exchange->answer.source;
    if (progress == HTTP_STEP_ON) {
        return HTTP_STEP_ON;
    }
    if (sent == -LUCID_EALREADY && source && source->wakes) {
        return http_relay_wait(connection);
    }
    if (sent == -LUCID_EALREADY) {
        http_connection_again(connection, true);
    }
    if (sent == -LUCID_EAGAIN && connection->wait != HTTP_WAIT_SEND) {
        http_connection_wait(connection, HTTP_WAIT_SEND);
    }
    return HTTP_STEP_WAIT;
}

/* The upstream has broken off. FIN lets the client have what there is, where it can see that this is not all: RFC 9112
 * 8. Where the end of the stream would be the end of the body, only RST says so. */
static enum http_step break_off(struct http_connection *connection) {
    const struct http_answer *answer = &connection->exchange->answer;
    if (answer->endless && answer->about.old) {
        return end(connection, true);
    }
    http_connection_log(connection, false);
    connection->phase = HTTP_PHASE_HEAD;
    return http_step_drain(connection);
}

static enum http_step step_answer(struct http_connection *connection) {
    struct http_server *server = connection->server;
    enum http_step progress = HTTP_STEP_WAIT;
    if (connection->exchange->hop) {
        progress = http_relay_upload(connection);
        if (connection->phase != HTTP_PHASE_ANSWER) {
            return progress;
        }
    }
    int sent = http_answer_send(&connection->exchange->answer, server->transport, connection->fd);
    if (sent >= 0) {
        connection->moved++;
        return sent == 0 ? HTTP_STEP_ON : end_answer(connection);
    }
    if (sent == -LUCID_ENOBUFS) {
        http_connection_again(connection, true);
        return HTTP_STEP_WAIT;
    }
    if (sent == -LUCID_EAGAIN || sent == -LUCID_EALREADY) {
        return wait_in_answer(connection, sent, progress);
    }
    return http_relay_failed(connection->exchange) ? break_off(connection) : end(connection, true);
}

enum http_step http_step_refuse(struct http_connection *connection, enum http_refusal refusal, uint64_t at) {
    struct http_exchange *exchange = connection->exchange;
    exchange->refusal = (uint16_t)refusal;
    exchange->refused_at = at > UINT32_MAX ? 0 : (uint32_t)at;
    exchange->request.persistent = false;
    http_relay_end(exchange);
    return http_step_answer(connection);
}

/* ---- HEAD ---- */

void http_step_expect(struct http_connection *connection) {
    bool waits = connection->exchange->request.expects_continue && connection->in.at == connection->in.end;
    connection->interim = waits ? sizeof CONTINUE - 1 : 0;
}

/* The body goes on to an upstream as it comes. For uwsgi its length must be known before; in chunks it is not. */
static bool streams(const struct http_exchange *exchange) {
    const struct http_upstream *upstream = exchange->handler ? exchange->handler->upstream : NULL;
    bool held = upstream && upstream->speaks == HTTP_UPSTREAM_UWSGI &&
                exchange->framing.framing == HTTP_FRAMING_CHUNKED;
    return upstream && !held;
}

/* The request is complete. */
static enum http_step answer(struct http_connection *connection) {
    struct http_exchange *exchange = connection->exchange;
    exchange->complete = true;
    if (exchange->refusal == HTTP_REFUSED_NONE && exchange->handler->upstream) {
        return http_relay_begin(connection);
    }
    return http_step_answer(connection);
}

/* The body is not waited for when the client may be waiting for us, and we have nothing good to say. RFC 9110 10.1.1.
 * Whether some of it has come already makes no difference: no cut of the stream does. */
static enum http_step begin_body(struct http_connection *connection) {
    struct http_exchange *exchange = connection->exchange;
    bool expects = exchange->request.expects_continue;
    if (expects && exchange->refusal != HTTP_REFUSED_NONE) {
        return http_step_refuse(connection, exchange->refusal, exchange->refused_at);
    }
    http_step_expect(connection);
    if (streams(exchange)) {
        return http_relay_begin(connection);
    }
    connection->phase = HTTP_PHASE_BODY;
    connection->moved = 0;
    http_connection_wait(connection, HTTP_WAIT_BODY);
    return HTTP_STEP_ON;
}

/* What the handler needs stays until the exchange is over. */
static void find_handler(struct http_connection *connection) {
    struct http_server *server = connection->server;
    struct http_exchange *exchange = connection->exchange;
    exchange->keep = http_keep_hold(server->options.keep);
    exchange->gateway = http_gateway_hold(server->gateway);
    http_site_find(&server->site, exchange);
    if (server->options.onlooker) {
        server->options.onlooker->head(server->options.onlooker->user, exchange);
    }
}

/* What is not stored may be as long as it likes: an upstream has its own limits. But no longer than those can count who
 * count with a sign, and might take it for something else: RFC 9112 11.2. */
static enum http_progress frame(struct http_connection *connection) {
    struct http_exchange *exchange = connection->exchange;
    struct http_limits limits = connection->server->options.limits;
    bool passes = exchange->handler && exchange->handler->upstream;
    limits.body = passes ? INT64_MAX : limits.body;
    enum http_progress framed = http_body_of_request(&exchange->framing, &exchange->request.head, exchange->octets,
                                                     &limits);
    if (passes && !streams(exchange)) {
        exchange->framing.limit = connection->server->options.limits.body;
    }
    return framed;
}

static enum http_step take_head(struct http_connection *connection) {
    struct http_server *server = connection->server;
    struct http_exchange *exchange = connection->exchange;
    struct http_head *head = &exchange->request.head;
    exchange->octets = connection->in.data + connection->in.begin;
    connection->in.at = connection->in.begin + head->length;
    server->stats.requests++;
    enum http_refusal refusal = http_request_read(&exchange->request, exchange->octets);
    exchange->request.persistent = exchange->request.persistent && !connection->uwsgi;
    if (refusal != HTTP_REFUSED_NONE) {
        return http_step_refuse(connection, refusal, head->refused_at);
    }
    find_handler(connection);
    struct http_body *body = &exchange->framing;
    enum http_progress framed = frame(connection);
    if (framed == HTTP_REFUSED) {
        return http_step_refuse(connection, body->refusal, body->refused_at);
    }
    return framed == HTTP_DONE ? answer(connection) : begin_body(connection);
}

static bool begin_exchange(struct http_connection *connection) {
    struct http_spare *spare = &connection->server->spare;
    struct http_exchange *exchange = spare->exchange ? spare->exchange : malloc(sizeof *exchange);
    if (!exchange) {
        return false;
    }
    spare->exchange = NULL;
    connection->exchange = exchange;
    memset(exchange, 0, offsetof(struct http_exchange, request));
    memset(&exchange->framing, 0, sizeof *exchange - offsetof(struct http_exchange, framing));
    exchange->body = text_growing();
    exchange->fd = connection->fd;
    exchange->remote = connection->remote;
    http_head_begin(&exchange->request.head, HTTP_REQUEST);
    return true;
}

/* Without octets the connection is idle, and owns nothing. */
static enum http_step wait_for_head(struct http_connection *connection) {
    enum http_step step;
    bool idle = !connection->exchange;
    if (http_step_fill(connection, idle ? HTTP_WAIT_IDLE : HTTP_WAIT_HEAD, &step)) {
        return HTTP_STEP_ON;
    }
    if (idle && connection->phase == HTTP_PHASE_HEAD) {
        http_buffer_free(&connection->in, connection->server);
    }
    if (connection->server->stopping && connection->phase == HTTP_PHASE_HEAD && !http_connection_asks(connection)) {
        return http_step_drain(connection);
    }
    return step;
}

static enum http_step step_head(struct http_connection *connection) {
    const struct http_buffer *in = &connection->in;
    if (in->begin == in->end) {
        return wait_for_head(connection);
    }
    if (!connection->exchange && !begin_exchange(connection)) {
        return end(connection, true);
    }
    struct http_head *head = &connection->exchange->request.head;
    const struct http_limits *limits = &connection->server->options.limits;
    enum http_step step;
    if (connection->packet && !http_step_packet(connection, &step)) {
        return connection->phase == HTTP_PHASE_HEAD ? wait_for_head(connection) : step;
    }
    switch (http_head_feed(head, limits, in->data + in->begin, in->end - in->begin)) {
    case HTTP_MORE:
        return wait_for_head(connection);
    case HTTP_REFUSED:
        return http_step_refuse(connection, head->refusal, head->refused_at);
    case HTTP_DONE:
        break;
    }
    return take_head(connection);
}

/* ---- BODY ---- */

/* Keeps a piece of the body for the handler. Growing text doubles: what it has then is charged. */
static enum http_refusal keep(struct http_connection *connection, const struct http_piece *piece) {
    struct http_exchange *exchange = connection->exchange;
    struct http_budget *budget = &connection->server->site.budget;
    if (!exchange->handler || !exchange->handler->takes_body || piece->length == 0) {
        return HTTP_REFUSED_NONE;
    }
    text_put_octets(&exchange->body, piece->data, piece->length);
    size_t more = exchange->body.capacity - exchange->charged;
    if (exchange->body.cut || !http_budget_take(budget, more)) {
        return HTTP_REFUSED_BUSY;
    }
    exchange->charged += more;
    return HTTP_REFUSED_NONE;
}

/* Decodes what lies in the buffer. HTTP_DONE: the body is complete. */
static enum http_progress take_body(struct http_connection *connection) {
    struct http_exchange *exchange = connection->exchange;
    struct http_body *body = &exchange->framing;
    struct http_buffer *in = &connection->in;
    enum http_progress progress = HTTP_MORE;
    while (progress == HTTP_MORE && in->at < in->end) {
        struct http_piece piece;
        progress = http_body_feed(body, in->data + in->at, in->end - in->at, &piece);
        in->at += (uint32_t)piece.used;
        enum http_refusal refusal = progress == HTTP_REFUSED ? HTTP_REFUSED_NONE : keep(connection, &piece);
        if (refusal != HTTP_REFUSED_NONE) {
            body->refusal = (uint16_t)refusal;
            return HTTP_REFUSED;
        }
    }
    return progress;
}

bool http_step_interim(struct http_connection *connection, enum http_step *step) {
    struct transport *transport = connection->server->transport;
    const char *left = CONTINUE + sizeof CONTINUE - 1 - connection->interim;
    *step = HTTP_STEP_WAIT;
    if (connection->interim == 0) {
        return true;
    }
    ptrdiff_t n = transport->ops->write(transport, connection->fd, left, connection->interim, false);
    if (n == -LUCID_ENOBUFS) {
        http_connection_again(connection, true);
        return false;
    }
    if (n < 0 && n != -LUCID_EAGAIN) {
        *step = client_left(connection, true);
        return false;
    }
    connection->interim = (uint8_t)(connection->interim - (n > 0 ? n : 0));
    return connection->interim == 0;
}

/* The decoder counts from behind the head. */
static enum http_step refuse_body(struct http_connection *connection) {
    struct http_exchange *exchange = connection->exchange;
    bool busy = exchange->framing.refusal == HTTP_REFUSED_BUSY;
    uint64_t at = exchange->framing.refused_at + exchange->request.head.length;
    exchange->trouble = connection->in.at - connection->in.begin;
    return http_step_refuse(connection, exchange->framing.refusal, busy ? 0 : at);
}

static enum http_step step_body(struct http_connection *connection) {
    const struct http_exchange *exchange = connection->exchange;
    enum http_step step;
    if (!http_step_interim(connection, &step)) {
        return step;
    }
    switch (take_body(connection)) {
    case HTTP_REFUSED:
        return refuse_body(connection);
    case HTTP_DONE:
        return answer(connection);
    case HTTP_MORE:
        break;
    }
    http_buffer_rewind(&connection->in, exchange->request.head.length, http_step_room(connection));
    return http_step_fill(connection, HTTP_WAIT_BODY, &step) ? HTTP_STEP_ON : step;
}

/* ---- DRAIN ---- */

/* A connection closed with octets unread would be reset, and RST may overtake the answer at the client. */
enum http_step http_step_drain(struct http_connection *connection) {
    struct transport *transport = connection->server->transport;
    if (transport->ops->shutdown(transport, connection->fd) < 0) {
        return end(connection, false);
    }
    connection->in.begin = connection->in.end;
    http_connection_clear(connection);
    connection->phase = HTTP_PHASE_DRAIN;
    http_connection_wait(connection, HTTP_WAIT_DRAIN);
    return HTTP_STEP_ON;
}

/* While octets of ours are with the transport, the client must go on taking them: the deadline looks after that. */
static enum http_step step_drain(struct http_connection *connection) {
    struct transport *transport = connection->server->transport;
    uint8_t dropped[16384];
    ptrdiff_t n = transport->ops->read(transport, connection->fd, dropped, sizeof dropped);
    if (n > 0) {
        return HTTP_STEP_ON;
    }
    if (n == -LUCID_EAGAIN || (n == 0 && connection->holders > 1)) {
        return HTTP_STEP_WAIT;
    }
    return end(connection, false);
}

enum http_step http_step(struct http_connection *connection) {
    switch ((enum http_phase)connection->phase) {
    case HTTP_PHASE_HEAD:
        return step_head(connection);
    case HTTP_PHASE_BODY:
        return step_body(connection);
    case HTTP_PHASE_RELAY:
        return http_relay_step(connection);
    case HTTP_PHASE_ANSWER:
        return step_answer(connection);
    case HTTP_PHASE_DRAIN:
        return step_drain(connection);
    case HTTP_PHASE_ENDED:
        break; /* an event that was on its way when it ended */
    }
    return HTTP_STEP_WAIT;
}
