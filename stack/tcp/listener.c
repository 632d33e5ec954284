/* listener.c: LISTEN, and the children on their way to accept(). See listener.h. */
#include "tcp/listener.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "tcp/life.h"
#include "tcp/tcp.h"

static unsigned bucket_of(uint16_t port) {
    return port % LISTENER_BUCKETS;
}

static bool takes_family(const struct listener *listener, const struct lucid_addr *addr) {
    if (listener->family == LUCID_AF_UNSPEC) {
        return true;
    }
    return (listener->family == LUCID_AF_INET) == lucid_addr_is_ipv4(addr);
}

struct listener *listener_find(const struct tcp *tcp, const struct lucid_sockaddr *local) {
    struct listener *any = NULL;
    const struct list *bucket = &tcp->listening[bucket_of(local->port)];
    for (struct list_node *node = bucket->first; node; node = node->next) {
        struct listener *listener = CONTAINER_OF(node, struct listener, bucket);
        if (listener->local.port != local->port || !takes_family(listener, &local->addr)) {
            continue;
        }
        if (lucid_addr_equal(&listener->local.addr, &local->addr)) {
            return listener;
        }
        if (lucid_addr_is_any(&listener->local.addr)) {
            any = listener;
        }
    }
    return any;
}

struct listener *listener_exact(const struct tcp *tcp, const struct lucid_sockaddr *local, uint8_t family) {
    const struct list *bucket = &tcp->listening[bucket_of(local->port)];
    for (struct list_node *node = bucket->first; node; node = node->next) {
        struct listener *listener = CONTAINER_OF(node, struct listener, bucket);
        bool same_family = listener->family == family || listener->family == LUCID_AF_UNSPEC ||
                           family == LUCID_AF_UNSPEC;
        if (listener->local.port == local->port && same_family &&
            lucid_addr_equal(&listener->local.addr, &local->addr)) {
            return listener;
        }
    }
    return NULL;
}

void listener_begin(struct tcp *tcp, struct listener *listener) {
    listener->name = ++tcp->env->connections_named;
    fsm_fire_listener(tcp, listener, EVENT_OPEN_PASSIVE);
    list_push_back(&tcp->listening[bucket_of(listener->local.port)], &listener->bucket);
}

static void abort_children(struct tcp *tcp, struct list *children) {
    while (!list_empty(children)) {
        struct tcb *child = CONTAINER_OF(children->first, struct tcb, sibling);
        fsm_fire(tcp, child, EVENT_ABORT);
        tcb_settle(tcp, child);
    }
}

void listener_end(struct tcp *tcp, struct listener *listener) {
    fsm_fire_listener(tcp, listener, EVENT_CLOSE);
    abort_children(tcp, &listener->half_open);
    abort_children(tcp, &listener->waiting);
    list_remove(&tcp->listening[bucket_of(listener->local.port)], &listener->bucket);
    if (listener->in_changed) {
        list_remove(&tcp->changed_listeners, &listener->changed);
    }
    pool_give(tcp->env, &tcp->listeners, listener->number);
}

void listener_add_half_open(struct tcp *tcp, struct listener *listener, struct tcb *child) {
    child->listener = listener;
    child->flags |= TCB_HALF_OPEN;
    tcp->half_open++;
    list_push_back(&listener->half_open, &child->sibling);
}

void listener_add_waiting(struct tcp *tcp, struct tcb *child) {
    struct listener *listener = child->listener;
    listener_drop(tcp, child);
    child->listener = listener;
    child->flags |= TCB_WAITING;
    listener->waiting_count++;
    list_push_back(&listener->waiting, &child->sibling);
    if (!listener->in_changed) {
        listener->in_changed = true;
        list_push_back(&tcp->changed_listeners, &listener->changed);
    }
}

void listener_set_backlog(struct listener *listener, uint32_t backlog) {
    listener->wanted = backlog;
    listener->backlog = max_u32(backlog, listener->waiting_count);
}

void listener_drop(struct tcp *tcp, struct tcb *child) {
    struct listener *listener = child->listener;
    if (tcb_has(child, TCB_HALF_OPEN)) {
        tcp->half_open--;
        list_remove(&listener->half_open, &child->sibling);
    }
    if (tcb_has(child, TCB_WAITING)) {
        listener->waiting_count--;
        list_remove(&listener->waiting, &child->sibling);
        listener_set_backlog(listener, listener->wanted);
    }
    child->flags &= ~(unsigned)(TCB_HALF_OPEN | TCB_WAITING);
    child->listener = NULL;
}

struct tcb *listener_first(const struct listener *listener) {
    return list_empty(&listener->waiting) ? NULL : CONTAINER_OF(listener->waiting.first, struct tcb, sibling);
}
