/* live_sockets.c: see live_sockets.h. Of a stack all sockets, for it is the server's own. Of the kernel those of the
 * server's port: what else runs on the machine is nobody's business. */
#include "live/live_sockets.h"

#include <string.h>

#include "live/live_kernel.h"

/* A stack may have a hundred thousand sockets. */
enum { LOOKED_AT_MAX = 50000 };

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

static bool asks(const struct live_sockets *sockets, const struct lucid_tcp_info *info) {
    return same_end(&info->remote, &sockets->asks.remote) && same_end(&info->local, &sockets->asks.local);
}

static bool is_wanted(const struct live_sockets *sockets, const struct lucid_tcp_info *info) {
    return !sockets->state || strcasecmp(sockets->state, lucid_state_name(info->state)) == 0;
}

/* False: enough. */
static bool add(struct live_sockets *sockets, const struct lucid_tcp_info *info) {
    bool wanted = is_wanted(sockets, info) && !(sockets->own && asks(sockets, info));
    if (sockets->looked_at++ == LOOKED_AT_MAX || (wanted && sockets->count == sockets->most)) {
        sockets->more = true;
        return false;
    }
    if (wanted) {
        sockets->row[sockets->count++] = *info;
    }
    return true;
}

static bool add_of_kernel(void *user, const struct lucid_tcp_info *info) {
    struct live_sockets *sockets = user;
    struct lucid_stats *stats = &sockets->stats;
    if (info->local.port != sockets->asks.local.port) {
        return true;
    }
    stats->listeners += info->state == LUCID_LISTEN;
    stats->timewaits += info->state == LUCID_TIME_WAIT;
    stats->half_open += info->state == LUCID_SYN_RECEIVED;
    stats->connections += !(info->state & (LUCID_LISTEN | LUCID_TIME_WAIT));
    return add(sockets, info);
}

void live_sockets_collect(struct live_sockets *sockets, const struct http_exchange *exchange) {
    const struct lucid_stack *stack = live_of(exchange)->stack;
    struct lucid_tcp_info info;
    uint32_t cursor = 0;
    bool known = live_own(exchange, &sockets->asks);
    if (known && is_wanted(sockets, &sockets->asks)) {
        sockets->row[sockets->count++] = sockets->asks;
        sockets->own = true;
    }
    if (!stack) {
        live_kernel_each(add_of_kernel, sockets);
        return;
    }
    lucid_stats(stack, &sockets->stats);
    while (lucid_info_next(stack, &cursor, &info) && add(sockets, &info)) {
    }
}
