/* http_stop.c: a server stops in order. RFC 9112 9.6; see http_server.h.
 *
 *     listeners       take those who wait already, then close: whoever comes now is refused
 *     idle            FIN, and what still comes is dropped
 *     in a request    it is answered, with Connection: close; then FIN
 *     at the limit    RST; but who has all of its answer is only let go
 */
#include "http/http_step.h"

/* Rounds of accepting: they take more than may wait, and newcomers do not make it last. */
enum { ROUNDS = 32 };

static void close_listeners(struct http_server *server) {
    struct http_listener *listener;
    SLIST_FOREACH(listener, &server->listeners, next) {
        for (int i = 0; i < ROUNDS && (i == 0 || (listener->more && server->room)); i++) {
            http_server_accept(server, listener);
        }
        server->transport->ops->close(server->transport, listener->fd);
        listener->fd = -1; /* an event that is on its way may still name it */
        listener->more = false;
    }
}

void http_server_stop(struct http_server *server, lucid_time now, lucid_time limit) {
    http_server_set_now(server, now);
    if (server->stopping) {
        return;
    }
    server->stopping = true;
    server->stop_at = limit < LUCID_NEVER - now ? now + limit : LUCID_NEVER;
    close_listeners(server);
    struct http_connection *connection = TAILQ_FIRST(&server->all);
    while (connection) {
        struct http_connection *next = TAILQ_NEXT(connection, all);
        if (connection->phase == HTTP_PHASE_HEAD && !http_connection_asks(connection)) {
            http_connection_run(connection);
        }
        connection = next;
    }
}

bool http_server_stopped(const struct http_server *server) {
    return server->stopping && TAILQ_EMPTY(&server->all);
}

void http_server_end_stop(struct http_server *server) {
    struct http_connection *connection;
    while ((connection = TAILQ_FIRST(&server->all))) {
        bool done = connection->phase == HTTP_PHASE_DRAIN && connection->holders == 1;
        http_connection_end(connection, !done);
    }
}
