/* http_gateway.c: see http_gateway.h. */
#include "http/http_gateway.h"

#include <stdlib.h>
#include <string.h>

#include "http/http_hop.h"
#include "http/http_relay.h"

/* All but CONNECT and TRACE: the one has no path, the other sends secrets back (RFC 9110 9.3.8). */
enum {
    FORWARDED = HTTP_GET | HTTP_HEAD | HTTP_POST | HTTP_PUT | HTTP_DELETE | HTTP_OPTIONS | HTTP_PATCH,
};

static int longer_first(const void *a, const void *b) {
    const struct http_upstream *one = a, *other = b;
    size_t length = strlen(one->prefix), other_length = strlen(other->prefix);
    return (length < other_length) - (length > other_length);
}

struct http_gateway *http_gateway_new(const struct http_upstream *upstreams, unsigned count) {
    struct http_gateway *gateway = calloc(1, sizeof *gateway);
    if (!gateway) {
        return NULL;
    }
    gateway->holders = 1;
    gateway->count = count;
    if (count > 0) {
        memcpy(gateway->upstream, upstreams, count * sizeof *upstreams);
        qsort(gateway->upstream, count, sizeof *upstreams, longer_first);
    }
    for (unsigned i = 0; i < count; i++) {
        const struct http_upstream *upstream = &gateway->upstream[i];
        TAILQ_INIT(&gateway->pool[i].idle);
        gateway->handler[i] = (struct http_handler){
            .path = upstream->prefix[0] ? upstream->prefix : NULL,
            .methods = FORWARDED,
            .takes_body = true,
            .upstream = upstream,
            .answer = http_relay_answer,
        };
    }
    return gateway;
}

struct http_gateway *http_gateway_hold(struct http_gateway *gateway) {
    gateway->holders++;
    return gateway;
}

void http_gateway_drop(struct http_gateway *gateway) {
    if (gateway && --gateway->holders == 0) {
        free(gateway);
    }
}

void http_gateway_end(struct http_gateway *gateway) {
    if (!gateway) {
        return;
    }
    gateway->over = true;
    for (unsigned i = 0; i < gateway->count; i++) {
        while (!TAILQ_EMPTY(&gateway->pool[i].idle)) {
            http_hop_retire(TAILQ_FIRST(&gateway->pool[i].idle));
        }
    }
    http_gateway_drop(gateway);
}

struct http_pool *http_gateway_pool(struct http_gateway *gateway, const struct http_upstream *upstream) {
    return &gateway->pool[upstream - gateway->upstream];
}

void http_gateway_tick(struct http_gateway *gateway, lucid_time now, lucid_time idle_time) {
    for (unsigned i = 0; i < gateway->count; i++) {
        struct http_hop *hop;
        while ((hop = TAILQ_FIRST(&gateway->pool[i].idle)) && hop->moved_at + idle_time <= now) {
            http_hop_retire(hop);
        }
    }
}

lucid_time http_gateway_deadline(const struct http_gateway *gateway, lucid_time idle_time) {
    lucid_time at = LUCID_NEVER;
    for (unsigned i = 0; i < gateway->count; i++) {
        const struct http_hop *hop = TAILQ_FIRST(&gateway->pool[i].idle);
        if (hop && hop->moved_at + idle_time < at) {
            at = hop->moved_at + idle_time;
        }
    }
    return at;
}
