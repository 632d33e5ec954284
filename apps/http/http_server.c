/* http_server.c: listeners, the lists of connections, and time. See http_server.h. */
#include "http/http_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_hop.h"

/* Connections that may wait to be taken. */
enum { BACKLOG = 1024 };

/* Connections taken before others get their turn. */
enum { ACCEPTS = 64 };

/* How often mapped files are looked at: so long at most waits who wants to write to one. */
static const lucid_time YIELD = 100 * LUCID_MILLISECOND;

void http_server_defaults(struct http_server_options *options) {
    *options = (struct http_server_options){
        .limits = HTTP_LIMITS_DEFAULT,
        .connections = 50000,
        .memory = (size_t)256 << 20,
        .head_time = 10 * LUCID_SECOND,
        .idle_time = 60 * LUCID_SECOND,
        .body_time = 10 * LUCID_SECOND,
        .send_time = 60 * LUCID_SECOND,
        .drain_time = 2 * LUCID_SECOND,
        .progress = 1000,
        .connect_time = 10 * LUCID_SECOND,
        .upstream_time = 60 * LUCID_SECOND,
        .upstream_idle_time = 15 * LUCID_SECOND,
    };
}

int http_server_open(struct http_server **made, struct transport *transport, const struct http_server_options *options,
                     char error[HTTP_ERROR_TEXT]) {
    *made = NULL;
    struct http_server *server = calloc(1, sizeof *server);
    if (!server) {
        snprintf(error, HTTP_ERROR_TEXT, "there is no memory for the server; free some");
        return -LUCID_ENOMEM;
    }
    int failed = http_configure_site(&server->site, options, error);
    if (failed) {
        free(server);
        return failed;
    }
    server->gateway = http_gateway_new(options->upstreams, options->upstream_count);
    if (!server->gateway) {
        snprintf(error, HTTP_ERROR_TEXT, "there is no memory for the server; free some");
        http_site_close(&server->site);
        free(server);
        return -LUCID_ENOMEM;
    }
    server->site.upstreams = server->gateway->handler;
    server->site.upstream_count = server->gateway->count;
    TAILQ_INIT(&server->leaving_hops);
    TAILQ_INIT(&server->ended_hops);
    server->options = *options;
    server->options.root = server->options.types = NULL; /* the caller's, and not needed any more */
    http_keep_hold(options->keep);
    server->transport = transport;
    server->holders = 1;
    SLIST_INIT(&server->listeners);
    struct http_connections *lists[] = {&server->all, &server->ended, &server->queue, &server->later};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        TAILQ_INIT(lists[i]);
    }
    for (int i = 0; i < HTTP_WAITS; i++) {
        TAILQ_INIT(&server->waiting[i]);
    }
    *made = server;
    return 0;
}

static int listen_on(struct http_server *server, const struct lucid_sockaddr *local, bool uwsgi) {
    struct transport *transport = server->transport;
    struct http_listener *listener = calloc(1, sizeof *listener);
    int fd = listener ? transport->ops->listen(transport, local, BACKLOG) : -LUCID_ENOMEM;
    if (fd < 0) {
        free(listener);
        return fd;
    }
    *listener = (struct http_listener){.watched = {.kind = HTTP_WATCHED_LISTENER}, .fd = fd, .uwsgi = uwsgi};
    int failed = transport->ops->watch(transport, fd, listener);
    if (failed) {
        transport->ops->close(transport, fd);
        free(listener);
        return failed;
    }
    SLIST_INSERT_HEAD(&server->listeners, listener, next);
    return 0;
}

int http_server_listen(struct http_server *server, const struct lucid_sockaddr *local) {
    return listen_on(server, local, false);
}

int http_server_listen_uwsgi(struct http_server *server, const struct lucid_sockaddr *local) {
    return listen_on(server, local, true);
}

void http_server_drop(struct http_server *server) {
    if (--server->holders == 0) {
        free(server->spare.exchange);
        free(server->spare.octets);
        free(server);
    }
}

static void free_ended(struct http_server *server) {
    struct http_connection *connection;
    while ((connection = TAILQ_FIRST(&server->ended))) {
        TAILQ_REMOVE(&server->ended, connection, all);
        http_connection_drop(connection);
    }
}

void http_server_close(struct http_server *server) {
    struct http_connection *connection;
    if (!server) {
        return;
    }
    while (!SLIST_EMPTY(&server->listeners)) {
        struct http_listener *listener = SLIST_FIRST(&server->listeners);
        SLIST_REMOVE_HEAD(&server->listeners, next);
        if (listener->fd >= 0) {
            server->transport->ops->close(server->transport, listener->fd);
        }
        free(listener);
    }
    while ((connection = TAILQ_FIRST(&server->all))) {
        http_connection_end(connection, true);
    }
    free_ended(server);
    http_keep_drop(server->options.keep);
    http_hops_end(server);
    http_site_close(&server->site);
    http_server_drop(server);
}

/* ---- events ---- */

void http_server_set_now(struct http_server *server, lucid_time now) {
    server->now = now;
    http_site_set_time(&server->site, now, server->options.epoch + now);
}

void http_server_set_epoch(struct http_server *server, uint64_t epoch) {
    server->options.epoch = epoch;
}

/* At the limit the connection that has been idle longest makes room; if none is, newcomers wait. */
static bool has_room(const struct http_server *server) {
    bool below = server->stats.connections < server->options.connections;
    return below || !TAILQ_EMPTY(&server->waiting[HTTP_WAIT_IDLE]);
}

static void take_connection(struct http_server *server, int fd, const struct lucid_sockaddr *remote, bool uwsgi) {
    if (server->stats.connections >= server->options.connections) {
        http_connection_end(TAILQ_FIRST(&server->waiting[HTTP_WAIT_IDLE]), false);
    }
    http_connection_open(server, fd, remote, uwsgi);
}

/* When descriptors or memory run out before the limit does, the connection that has been idle longest makes room,
 * too. */
static int accept_one(struct http_server *server, const struct http_listener *listener, struct lucid_sockaddr *remote) {
    struct transport *transport = server->transport;
    struct http_connection *idle = TAILQ_FIRST(&server->waiting[HTTP_WAIT_IDLE]);
    int fd = transport->ops->accept(transport, listener->fd, remote);
    bool full = fd == -EMFILE || fd == -LUCID_ENFILE || fd == -LUCID_ENOBUFS || fd == -LUCID_ENOMEM;
    if (!full || !idle) {
        return fd;
    }
    http_connection_end(idle, false);
    return transport->ops->accept(transport, listener->fd, remote);
}

void http_server_accept(struct http_server *server, struct http_listener *listener) {
    if (listener->fd < 0) {
        return;
    }
    listener->more = true;
    for (int i = 0; i < ACCEPTS; i++) {
        server->room = has_room(server);
        struct lucid_sockaddr remote;
        int fd = server->room ? accept_one(server, listener, &remote) : -LUCID_ENFILE;
        if (fd < 0) {
            listener->more = fd != -LUCID_EAGAIN;
            server->room = false;
            return;
        }
        take_connection(server, fd, &remote, listener->uwsgi);
    }
}

void http_server_adopt(struct http_server *server, lucid_time now, int fd) {
    const struct lucid_sockaddr unknown = {0};
    http_server_set_now(server, now);
    take_connection(server, fd, &unknown, false);
}

bool http_server_hang_up(struct http_server *server, lucid_time now, int fd) {
    struct http_connection *connection;
    http_server_set_now(server, now);
    TAILQ_FOREACH(connection, &server->all, all) {
        if (connection->fd == fd) {
            http_connection_end(connection, false);
            return true;
        }
    }
    return false;
}

void http_server_event(struct http_server *server, lucid_time now, void *data) {
    struct http_watched *watched = data;
    http_server_set_now(server, now);
    switch ((enum http_watched_kind)watched->kind) {
    case HTTP_WATCHED_LISTENER:
        http_server_accept(server, (struct http_listener *)(void *)watched);
        break;
    case HTTP_WATCHED_CONNECTION:
        http_connection_run((struct http_connection *)(void *)watched);
        break;
    case HTTP_WATCHED_HOP:
        http_hop_event((struct http_hop *)(void *)watched);
        break;
    }
}

/* ---- time ---- */

static void expire(struct http_server *server) {
    for (int i = 0; i < HTTP_WAITS; i++) {
        struct http_connection *connection;
        while ((connection = TAILQ_FIRST(&server->waiting[i])) && connection->deadline <= server->now) {
            http_connection_expire(connection);
        }
    }
}

/* Runs each that was in the queue at the beginning once. */
static void run_queue(struct http_server *server) {
    struct http_connection *last = TAILQ_LAST(&server->queue, http_connections), *connection;
    for (bool more = last != NULL; more && (connection = TAILQ_FIRST(&server->queue));) {
        more = connection != last;
        TAILQ_REMOVE(&server->queue, connection, queue);
        connection->queued = false;
        http_connection_run(connection);
    }
    while ((connection = TAILQ_FIRST(&server->later)) && connection->again <= server->now) {
        TAILQ_REMOVE(&server->later, connection, queue);
        connection->queued = false;
        http_connection_run(connection);
    }
}

static bool wants_to_accept(const struct http_server *server) {
    const struct http_listener *listener;
    bool more = false;
    SLIST_FOREACH(listener, &server->listeners, next) {
        more = more || listener->more;
    }
    return more && server->room;
}

static void accept_more(struct http_server *server) {
    struct http_listener *listener;
    if (!wants_to_accept(server)) {
        return;
    }
    SLIST_FOREACH(listener, &server->listeners, next) {
        if (listener->more) {
            http_server_accept(server, listener);
        }
    }
}

void http_server_tick(struct http_server *server, lucid_time now) {
    http_server_set_now(server, now);
    free_ended(server);
    if (server->stopping && now >= server->stop_at) {
        http_server_end_stop(server);
    }
    expire(server);
    run_queue(server);
    accept_more(server);
    http_hops_tick(server);
    if (!TAILQ_EMPTY(&server->site.mapped) && now >= server->yield_at) {
        http_files_yield(&server->site.mapped);
        server->yield_at = now + YIELD;
    }
    if (now >= server->site.listed.sweep_at) {
        http_lists_sweep(&server->site.listed, now);
    }
    if (now >= server->site.cache.sweep_at) {
        http_cache_sweep(&server->site.cache, now);
    }
}

static lucid_time earlier(lucid_time a, lucid_time b) {
    return a < b ? a : b;
}

lucid_time http_server_deadline(const struct http_server *server) {
    const struct http_connection *connection;
    if (!TAILQ_EMPTY(&server->queue) || !TAILQ_EMPTY(&server->ended) || wants_to_accept(server)) {
        return 0;
    }
    lucid_time at = TAILQ_EMPTY(&server->site.mapped) ? LUCID_NEVER : server->yield_at;
    at = server->stopping && !TAILQ_EMPTY(&server->all) ? earlier(at, server->stop_at) : at;
    at = earlier(at, server->site.cache.sweep_at);
    at = earlier(at, server->site.listed.sweep_at);
    at = earlier(at, http_hops_deadline(server));
    connection = TAILQ_FIRST(&server->later);
    at = connection ? earlier(at, connection->again) : at;
    for (int i = 0; i < HTTP_WAITS; i++) {
        connection = TAILQ_FIRST(&server->waiting[i]);
        at = connection ? earlier(at, connection->deadline) : at;
    }
    return at;
}

void http_server_stats(const struct http_server *server, struct http_server_stats *stats) {
    *stats = server->stats;
    stats->memory = server->site.budget.used;
}
