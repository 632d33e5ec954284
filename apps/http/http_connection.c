/* http_connection.c: connections begin, wait, expire and end. See http_connection.h. */
#include "http/http_connection.h"

#include <stdlib.h>
#include <string.h>

#include "http/http_relay.h"
#include "http/http_step.h"

/* Steps before others get their turn: a step reads, or lends, at most 64 KB. */
enum { STEPS = 32 };

/* When the transport had no memory: until it is asked again. */
static const lucid_time RETRY = 50 * LUCID_MILLISECOND;

/* ---- waiting ---- */

lucid_time http_connection_patience(const struct http_server_options *options, enum http_wait wait) {
    switch (wait) {
    case HTTP_WAIT_IDLE:
        return options->idle_time;
    case HTTP_WAIT_HEAD:
        return options->head_time;
    case HTTP_WAIT_BODY:
        return options->body_time;
    case HTTP_WAIT_SEND:
        return options->send_time / 4; /* how often it is looked at: see moves() */
    case HTTP_WAIT_UPSTREAM:           /* the same: http_relay_may_wait() */
        return (options->connect_time < options->upstream_time ? options->connect_time : options->upstream_time) / 4;
    case HTTP_WAIT_DRAIN:
        return options->drain_time;
    case HTTP_WAITS:
        break;
    }
    return LUCID_NEVER;
}

static void stop_waiting(struct http_connection *connection) {
    struct http_server *server = connection->server;
    if (connection->wait != HTTP_WAITS) {
        TAILQ_REMOVE(&server->waiting[connection->wait], connection, waits);
        server->stats.idle -= connection->wait == HTTP_WAIT_IDLE;
        connection->wait = HTTP_WAITS;
    }
}

void http_connection_wait(struct http_connection *connection, enum http_wait wait) {
    struct http_server *server = connection->server;
    stop_waiting(connection);
    connection->wait = (uint8_t)wait;
    connection->deadline = server->now + http_connection_patience(&server->options, wait);
    TAILQ_INSERT_TAIL(&server->waiting[wait], connection, waits);
    if (wait == HTTP_WAIT_IDLE) {
        server->stats.idle++;
        server->room = true; /* it would be ended for a newcomer's sake */
    }
}

static struct http_connections *queue_of(struct http_connection *connection) {
    return connection->again > 0 ? &connection->server->later : &connection->server->queue;
}

static void leave_queue(struct http_connection *connection) {
    if (connection->queued) {
        TAILQ_REMOVE(queue_of(connection), connection, queue);
        connection->queued = false;
    }
}

void http_connection_again(struct http_connection *connection, bool later) {
    leave_queue(connection);
    connection->again = later ? connection->server->now + RETRY : 0;
    connection->queued = true;
    TAILQ_INSERT_TAIL(queue_of(connection), connection, queue);
}

/* ---- begin and end ---- */

void http_connection_open(struct http_server *server, int fd, const struct lucid_sockaddr *remote, bool uwsgi) {
    struct transport *transport = server->transport;
    struct http_connection *connection = calloc(1, sizeof *connection);
    if (!connection) {
        transport->ops->abort(transport, fd);
        return;
    }
    connection->server = server;
    connection->fd = fd;
    connection->remote = *remote;
    connection->uwsgi = connection->packet = uwsgi;
    connection->wait = HTTP_WAITS;
    connection->holders = 1;
    connection->moved_at = server->now;
    server->holders++;
    server->stats.accepted++;
    server->stats.connections++;
    TAILQ_INSERT_TAIL(&server->all, connection, all);
    if (transport->ops->watch(transport, fd, connection) < 0) {
        http_connection_end(connection, true);
        return;
    }
    http_connection_run(connection);
}

/* The first line as it came, whether or not it could be understood. */
static struct http_span first_line(const uint8_t *octets, uint32_t length) {
    const uint8_t *end = length > 0 ? memchr(octets, '\n', length) : NULL;
    uint32_t line = end ? (uint32_t)(end - octets) : length;
    return (struct http_span){0, line > 0 && octets[line - 1] == '\r' ? line - 1 : line};
}

static struct http_span field(const struct http_head *head, const uint8_t *octets, const char *name) {
    uint32_t i = http_head_find(head, octets, name, 0);
    return i < head->field_count ? head->field[i].value : (struct http_span){0, 0};
}

void http_connection_log(const struct http_connection *connection, bool whole) {
    const struct http_server *server = connection->server;
    const struct http_exchange *exchange = connection->exchange;
    bool unwanted = server->options.log_numbered && exchange->about.id == 0;
    if (!server->options.log || unwanted) {
        return;
    }
    const struct http_buffer *in = &connection->in;
    const struct http_head *head = &exchange->request.head;
    const uint8_t *octets = in->data + in->begin;
    const struct http_log_entry entry = {
        .remote = connection->remote,
        .second = server->site.second,
        .octets = octets,
        .line = first_line(octets, in->end - in->begin),
        .referer = field(head, octets, "Referer"),
        .agent = field(head, octets, "User-Agent"),
        .status = exchange->answer.status,
        .refusal = exchange->refusal,
        .sent = http_answer_sent(&exchange->answer),
        .took = server->now - exchange->answer_at,
        .whole = whole,
        .id = exchange->about.id,
        .answer = exchange->answer.head.data,
        .answer_length = exchange->answer.sent,
    };
    server->options.log(server->options.log_user, &entry);
}

void http_connection_clear(struct http_connection *connection) {
    struct http_spare *spare = &connection->server->spare;
    struct http_exchange *exchange = connection->exchange;
    if (exchange) {
        http_relay_end(exchange);
        http_answer_end(&exchange->answer);
        text_free(&exchange->body);
        http_budget_give(&connection->server->site.budget, exchange->charged);
        http_keep_drop(exchange->keep);
        http_gateway_drop(exchange->gateway);
        if (spare->exchange) {
            free(exchange);
        } else {
            spare->exchange = exchange;
        }
        connection->exchange = NULL;
    }
    if (connection->in.begin == connection->in.end) {
        http_buffer_free(&connection->in, connection->server);
    }
}

void http_connection_end(struct http_connection *connection, bool reset) {
    struct http_server *server = connection->server;
    struct transport *transport = server->transport;
    if (connection->phase == HTTP_PHASE_ANSWER) {
        http_connection_log(connection, false);
    }
    stop_waiting(connection);
    leave_queue(connection);
    connection->phase = HTTP_PHASE_ENDED;
    connection->in.begin = connection->in.end;
    http_connection_clear(connection);
    if (reset) {
        server->stats.resets++;
        transport->ops->abort(transport, connection->fd);
    } else {
        transport->ops->close(transport, connection->fd);
    }
    TAILQ_REMOVE(&server->all, connection, all);
    TAILQ_INSERT_TAIL(&server->ended, connection, all);
    server->stats.connections--;
    server->room = true;
}

void http_connection_left(struct http_connection *connection, bool reset) {
    struct http_exchange *exchange = connection->exchange;
    if (connection->phase == HTTP_PHASE_BODY || connection->phase == HTTP_PHASE_RELAY) {
        exchange->answer.status = HTTP_STATUS_LEFT;
        exchange->answer_at = connection->server->now;
        http_connection_log(connection, false);
    }
    http_connection_end(connection, reset);
}

void http_connection_drop(struct http_connection *connection) {
    struct http_server *server = connection->server;
    if (--connection->holders > 0) {
        return;
    }
    free(connection);
    http_server_drop(server);
}

/* ---- running and expiring ---- */

void http_connection_run(struct http_connection *connection) {
    for (int i = 0; i < STEPS; i++) {
        if (http_step(connection) == HTTP_STEP_WAIT) {
            return;
        }
    }
    http_connection_again(connection, false);
}

/* Has the client taken something since the last time this was asked, or within send_time? */
static bool moves(struct http_connection *connection) {
    const struct http_server *server = connection->server;
    if (connection->moved > 0) {
        connection->moved = 0;
        connection->moved_at = server->now;
        return true;
    }
    return server->now - connection->moved_at < server->options.send_time;
}

/* True: it may go on waiting. For an answer that is with the transport, or for a body, as long as octets move. */
static bool may_wait(struct http_connection *connection, enum http_wait wait) {
    bool sends = connection->holders > 1;
    if (wait == HTTP_WAIT_BODY) {
        bool enough = connection->moved >= connection->server->options.progress;
        connection->moved = 0;
        return enough;
    }
    if (wait == HTTP_WAIT_UPSTREAM && connection->exchange->hop) {
        return http_relay_may_wait(connection);
    }
    return wait == HTTP_WAIT_SEND || wait == HTTP_WAIT_UPSTREAM || (sends && wait != HTTP_WAIT_HEAD) ? moves(connection)
                                                                                                     : false;
}

bool http_connection_asks(const struct http_connection *connection) {
    const struct http_buffer *in = &connection->in;
    uint32_t i = in->begin;
    while (i < in->end && (in->data[i] == '\r' || in->data[i] == '\n')) {
        i++;
    }
    return i < in->end;
}

static void give_up(struct http_connection *connection, enum http_wait wait) {
    bool sends = connection->holders > 1;
    switch (wait) {
    case HTTP_WAIT_HEAD:
    case HTTP_WAIT_BODY:
        if (http_connection_asks(connection)) {
            http_step_refuse(connection, HTTP_REFUSED_TIMEOUT, 0);
        } else {
            http_step_drain(connection);
        }
        http_connection_run(connection);
        return;
    case HTTP_WAIT_UPSTREAM:
        http_relay_give_up(connection);
        return;
    case HTTP_WAIT_IDLE:
        if (!sends) {
            http_step_drain(connection);
            http_connection_run(connection);
            return;
        }
        break;
    case HTTP_WAIT_DRAIN:
        break;
    case HTTP_WAIT_SEND:
        sends = true;
        break;
    case HTTP_WAITS:
        return;
    }
    http_connection_left(connection, sends);
}

void http_connection_expire(struct http_connection *connection) {
    enum http_wait wait = connection->wait;
    if (may_wait(connection, wait)) {
        http_connection_wait(connection, wait);
        return;
    }
    connection->server->stats.timeouts += wait != HTTP_WAIT_DRAIN;
    give_up(connection, wait);
}
