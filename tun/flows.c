/* flows.c: see flows.h. There are few flows at one time, so they are looked through one by one. */
#include "flows.h"

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

static struct flow *find(struct flows *flows, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote) {
    for (unsigned i = 0; i < flows->count; i++) {
        struct flow *flow = &flows->flow[i];
        if (!flow->over && same_end(&flow->remote, remote) && same_end(&flow->local, local)) {
            return flow;
        }
    }
    return NULL;
}

static void flow_end(struct flows *flows, struct flow *flow) {
    lucid_link_free(flow->in);
    lucid_link_free(flow->out);
    *flow = flows->flow[--flows->count];
}

void flows_end(struct flows *flows) {
    while (flows->count > 0) {
        flow_end(flows, &flows->flow[0]);
    }
}

/* Each connection draws other numbers from the seed, but the same ones each time. */
static int begin(struct flows *flows, const struct lucid_tcp_info *info, const struct lucid_faults *faults) {
    struct flow flow = {.local = info->local, .remote = info->remote, .connection = info->connection};
    if (flows->count == FLOWS_MAX) {
        return -LUCID_ENOBUFS;
    }
    flow.in = lucid_link_new(faults, 2 * (uint64_t)info->connection);
    flow.out = lucid_link_new(faults, 2 * (uint64_t)info->connection + 1);
    if (!flow.in || !flow.out) {
        lucid_link_free(flow.in);
        lucid_link_free(flow.out);
        return -LUCID_ENOMEM;
    }
    flows->flow[flows->count++] = flow;
    return 0;
}

int flows_set(struct flows *flows, const struct lucid_stack *stack, const struct lucid_sockaddr *local,
              const struct lucid_sockaddr *remote, const struct lucid_faults *faults) {
    struct lucid_tcp_info info;
    struct flow *flow = find(flows, local, remote);
    if (lucid_info_find(stack, local, remote, &info) < 0 || info.state & (LUCID_LISTEN | LUCID_TIME_WAIT)) {
        return -LUCID_ENOTCONN;
    }
    if (flow) {
        flow->over = true;
    }
    int failed = faults ? begin(flows, &info, faults) : 0;
    if (failed && flow) {
        flow->over = false;
    }
    return failed;
}

/* ---- which packet belongs to which ---- */

struct flow *flows_find(struct flows *flows, const struct lucid_packet *packet, bool leaves) {
    struct lucid_sockaddr ends[2];
    if (flows->count == 0 || lucid_packet_ends(packet, &ends[0], &ends[1]) < 0) {
        return NULL;
    }
    return find(flows, &ends[!leaves], &ends[leaves]);
}

/* ---- time ---- */

static bool has_ended(const struct flow *flow, const struct lucid_stack *stack) {
    struct lucid_tcp_info info;
    return lucid_info_find(stack, &flow->local, &flow->remote, &info) < 0 || info.connection != flow->connection ||
           info.state & (LUCID_TIME_WAIT | LUCID_CLOSED);
}

static lucid_time earlier(lucid_time a, lucid_time b) {
    return a < b ? a : b;
}

static lucid_time flow_deadline(const struct flow *flow) {
    return earlier(lucid_link_deadline(flow->in), lucid_link_deadline(flow->out));
}

void flows_tidy(struct flows *flows, const struct lucid_stack *stack) {
    for (unsigned i = flows->count; i-- > 0;) {
        struct flow *flow = &flows->flow[i];
        flow->over = flow->over || has_ended(flow, stack);
        if (flow->over && flow_deadline(flow) == LUCID_NEVER) {
            flow_end(flows, flow);
        }
    }
}

lucid_time flows_deadline(const struct flows *flows) {
    lucid_time at = LUCID_NEVER;
    for (unsigned i = 0; i < flows->count; i++) {
        at = earlier(at, flow_deadline(&flows->flow[i]));
    }
    return at;
}

bool flows_leave(const struct flows *flows) {
    for (unsigned i = 0; i < flows->count; i++) {
        if (lucid_link_deadline(flows->flow[i].out) != LUCID_NEVER) {
            return true;
        }
    }
    return false;
}
