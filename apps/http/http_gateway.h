/* http_gateway.h: the upstreams of a server, and its idle connections to them.
 *
 * Each upstream is a handler (http_site.h) for its prefix. They are asked before all others, those with longer prefixes
 * first. Who answers is then not a function but a server: http_relay.h.
 *
 * A server that gets other options gets another gateway. The one before stays until the last exchange and the last
 * connection (http_hop.h) that use it are over.
 */
#ifndef HTTP_GATEWAY_H
#define HTTP_GATEWAY_H

#include <sys/queue.h>

#include "http/http_site.h"
#include "http/http_upstream.h"

struct http_hop;
TAILQ_HEAD(http_hops, http_hop);

struct http_pool {
    struct http_hops idle; /* the longest idle first */
    unsigned count;
};

struct http_gateway {
    unsigned holders;
    bool over; /* the server has another one, or none */
    unsigned count;
    struct http_upstream upstream[HTTP_UPSTREAMS_MAX];
    struct http_handler handler[HTTP_UPSTREAMS_MAX]; /* one for each */
    struct http_pool pool[HTTP_UPSTREAMS_MAX];       /* one for each */
};

/* Copies the upstreams; has one holder. NULL: there is no memory. */
struct http_gateway *http_gateway_new(const struct http_upstream *upstreams, unsigned count);

struct http_gateway *http_gateway_hold(struct http_gateway *gateway);

/* One holder less; the last one frees it. */
void http_gateway_drop(struct http_gateway *gateway);

/* The server has no more use of it: closes idle connections, and drops it. NULL: does nothing. */
void http_gateway_end(struct http_gateway *gateway);

struct http_pool *http_gateway_pool(struct http_gateway *gateway, const struct http_upstream *upstream);

/* Ends connections that have been idle for idle_time. */
void http_gateway_tick(struct http_gateway *gateway, lucid_time now, lucid_time idle_time);

/* When that has something to do. */
lucid_time http_gateway_deadline(const struct http_gateway *gateway, lucid_time idle_time);

#endif
