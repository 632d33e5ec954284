/* info.c: what a stack tells about itself: counters, connections, the trace. */
#include "base/bytes.h"
#include "core/stack.h"
#include "core/sock.h"
#include "tcp/variables.h"

void lucid_stats(const struct lucid_stack *stack, struct lucid_stats *stats) {
    *stats = stack->env.stats;
    stats->sockets = stack->socks.used;
    stats->connections = stack->tcp.tcbs.used + stack->tcp.sleepers.used;
    stats->sleeping = stack->tcp.sleepers.used;
    stats->half_open = stack->tcp.half_open;
    stats->listeners = stack->tcp.listeners.used;
    stats->timewaits = timewait_count(&stack->tcp);
}

static void tcb_info(const struct lucid_stack *stack, const struct tcb *tcb, struct lucid_tcp_info *info) {
    variables_info(&stack->tcp, tcb, info);
    info->fd = sock_handle(stack, tcb->owner);
}

static void sleeper_info(const struct lucid_stack *stack, const struct sleeper *sleeper, struct lucid_tcp_info *info) {
    struct tcb tcb;
    sleeper_look(&stack->tcp, sleeper, &tcb);
    tcb_info(stack, &tcb, info);
}

static void listener_info(const struct lucid_stack *stack, const struct listener *listener,
                          struct lucid_tcp_info *info) {
    variables_listener_info(listener, info);
    info->fd = sock_handle(stack, listener->owner);
}

int lucid_info_find(const struct lucid_stack *stack, const struct lucid_sockaddr *local,
                    const struct lucid_sockaddr *remote, struct lucid_tcp_info *info) {
    struct endpoints ends = {.local = *local, .remote = *remote};
    struct demux_entry entry = demux_find(&stack->tcp, &ends);
    if (entry.tcb) {
        tcb_info(stack, entry.tcb, info);
        return 0;
    }
    if (entry.sleeper) {
        sleeper_info(stack, entry.sleeper, info);
        return 0;
    }
    if (entry.timewait) {
        variables_timewait_info(&stack->tcp, entry.timewait, info);
        return 0;
    }
    const struct listener *listener = remote->port == 0 ? listener_find(&stack->tcp, local) : NULL;
    if (!listener) {
        return -LUCID_ENOTCONN;
    }
    listener_info(stack, listener, info);
    return 0;
}

/* The cursor counts through five pools, one after the other. */
enum { IN_LISTENERS, IN_TCBS, IN_SLEEPERS, IN_TIMEWAITS_IPV4, IN_TIMEWAITS_IPV6, IN_NONE };

#define CURSOR_POOL_SHIFT 29u
#define CURSOR_MASK ((UINT32_C(1) << CURSOR_POOL_SHIFT) - 1u)

static bool next_in(const struct lucid_stack *stack, unsigned pool, uint32_t *number, struct lucid_tcp_info *info) {
    const struct tcp *tcp = &stack->tcp;
    if (pool == IN_LISTENERS) {
        const struct listener *listener = pool_next(&tcp->listeners, number);
        if (listener) {
            listener_info(stack, listener, info);
        }
        return listener != NULL;
    }
    if (pool == IN_TCBS) {
        const struct tcb *tcb;
        do {
            tcb = pool_next(&tcp->tcbs, number);
        } while (tcb && tcb_has(tcb, TCB_RETIRED));
        if (tcb) {
            tcb_info(stack, tcb, info);
        }
        return tcb != NULL;
    }
    if (pool == IN_SLEEPERS) {
        const struct sleeper *sleeper = pool_next(&tcp->sleepers, number);
        if (sleeper) {
            sleeper_info(stack, sleeper, info);
        }
        return sleeper != NULL;
    }
    enum timewait_pool of_family = pool == IN_TIMEWAITS_IPV4 ? TIMEWAIT_IPV4 : TIMEWAIT_IPV6;
    const struct timewait *record = pool_next(&tcp->timewaits[of_family], number);
    if (record) {
        variables_timewait_info(tcp, record, info);
    }
    return record != NULL;
}

int lucid_info_next(const struct lucid_stack *stack, uint32_t *cursor, struct lucid_tcp_info *info) {
    unsigned pool = *cursor >> CURSOR_POOL_SHIFT;
    uint32_t number = *cursor & CURSOR_MASK;
    for (; pool < IN_NONE; pool++, number = 0) {
        if (next_in(stack, pool, &number, info)) {
            *cursor = (pool << CURSOR_POOL_SHIFT) | number;
            return 1;
        }
    }
    *cursor = (uint32_t)IN_NONE << CURSOR_POOL_SHIFT;
    return 0;
}

int lucid_trace_enable(struct lucid_stack *stack, unsigned kinds, uint32_t capacity) {
    return trace_enable(&stack->env, kinds & LUCID_TRACE_ALL, capacity);
}

int lucid_trace_next(struct lucid_stack *stack, struct lucid_event *event, uint64_t *lost) {
    return trace_take(&stack->env.trace, event, lost);
}
