/* http_configure.c: a server that runs gets other options. See http_server.h.
 *
 * Limits and times hold at once, for connections that wait already too. A request that has found its handler keeps it,
 * and what the handler needs (struct http_keep); which folder its files come from is looked at when its answer begins.
 */
#include <stdio.h>
#include <stdlib.h>

#include "http/http_step.h"

void http_keep_drop(struct http_keep *keep) {
    if (keep && --keep->holders == 0) {
        keep->end(keep);
    }
}

struct http_keep *http_keep_hold(struct http_keep *keep) {
    if (keep) {
        keep->holders++;
    }
    return keep;
}

int http_configure_site(struct http_site *site, const struct http_server_options *options,
                        char error[HTTP_ERROR_TEXT]) {
    int failed = http_site_open(site, options->root, options->memory, error, HTTP_ERROR_TEXT);
    if (failed) {
        return failed;
    }
    if (options->root && options->types) {
        http_types_read(&site->types, options->types);
    }
    if (options->root && options->more_types) {
        http_types_merge(&site->types, options->more_types);
    }
    if (options->handlers && options->handlers_first) {
        site->before = options->handlers;
        site->before_count = options->handler_count;
        site->user = options->user;
    } else if (options->handlers) {
        site->handlers = options->handlers;
        site->handler_count = options->handler_count;
        site->user = options->user;
    }
    site->lists = options->lists;
    site->redirects = options->redirects;
    return 0;
}

/* In a list all wait equally long, and the first is the next to expire: that must stay so. */
static void move_deadlines(struct http_server *server, const struct http_server_options *options) {
    for (int i = 0; i < HTTP_WAITS; i++) {
        lucid_time before = http_connection_patience(&server->options, (enum http_wait)i);
        lucid_time after = http_connection_patience(options, (enum http_wait)i);
        struct http_connection *connection;
        TAILQ_FOREACH(connection, &server->waiting[i], waits) {
            connection->deadline = connection->deadline - before + after;
        }
    }
}

/* Those that are too many now and idle go at once; others are ended as newcomers come. */
static void make_fewer(struct http_server *server) {
    struct http_connection *idle;
    while (server->stats.connections > server->options.connections &&
           (idle = TAILQ_FIRST(&server->waiting[HTTP_WAIT_IDLE]))) {
        http_connection_end(idle, false);
    }
    server->room = true;
}

struct http_change {
    struct http_server_options options;
    struct http_site site;
    struct http_gateway *gateway;
};

int http_change_new(struct http_change **made, const struct http_server_options *options, char error[HTTP_ERROR_TEXT]) {
    struct http_change *change = calloc(1, sizeof *change);
    *made = NULL;
    if (!change) {
        snprintf(error, HTTP_ERROR_TEXT, "there is no memory for other options; free some");
        return -LUCID_ENOMEM;
    }
    change->options = *options;
    int failed = http_configure_site(&change->site, options, error);
    if (failed) {
        free(change);
        return failed;
    }
    change->gateway = http_gateway_new(options->upstreams, options->upstream_count);
    if (!change->gateway) {
        http_change_drop(change);
        snprintf(error, HTTP_ERROR_TEXT, "there is no memory for the upstreams; free some");
        return -LUCID_ENOMEM;
    }
    *made = change;
    return 0;
}

void http_change_make(struct http_change *change, struct http_server *server, lucid_time now) {
    const struct http_server_options *options = &change->options;
    uint64_t epoch = server->options.epoch;
    struct http_keep *before = server->options.keep;
    http_site_replace(&server->site, &change->site);
    http_gateway_end(server->gateway);
    server->gateway = change->gateway;
    server->site.upstreams = server->gateway->handler;
    server->site.upstream_count = server->gateway->count;
    move_deadlines(server, options);
    server->now = now;
    server->options = *options;
    server->options.epoch = epoch;
    server->options.root = server->options.types = NULL;
    http_keep_hold(options->keep);
    http_keep_drop(before);
    make_fewer(server);
    free(change);
}

void http_change_drop(struct http_change *change) {
    if (change) {
        http_site_close(&change->site);
        http_gateway_end(change->gateway);
        free(change);
    }
}

int http_server_configure(struct http_server *server, lucid_time now, const struct http_server_options *options,
                          char error[HTTP_ERROR_TEXT]) {
    struct http_change *change;
    int failed = http_change_new(&change, options, error);
    if (!failed) {
        http_change_make(change, server, now);
    }
    return failed;
}
