/* ready.c: readiness, level-triggered by lucid_poll(), and as a stream of changes by lucid_next_event().
 *
 * What a socket is ready for is always computed afresh from its connection; the lists of changed connections only say
 * where to look. So a wake-up cannot be lost, and a socket that is not ready any more when its turn comes is not
 * reported.
 */
#include "sock/sock.h"

static unsigned listener_ready(const struct listener *listener) {
    return listener->waiting_count > 0 ? LUCID_POLLIN : 0;
}

unsigned sock_ready(const struct sock *sock) {
    if (sock->udp) {
        return udp_ready(sock->udp);
    }
    if (sock->listener) {
        return listener_ready(sock->listener);
    }
    if (sock->sleeper != POOL_NONE) { /* its queues are empty */
        return LUCID_POLLOUT;
    }
    if (!sock->tcb) {
        return LUCID_POLLOUT | LUCID_POLLHUP; /* as Linux says of a stream that was never connected */
    }
    unsigned ready = user_ready(sock->tcb);
    return sock->failure_reported ? ready & ~(unsigned)LUCID_POLLERR : ready;
}

int lucid_poll(struct lucid_stack *stack, struct lucid_pollfd *fds, size_t n) {
    const unsigned always = LUCID_POLLERR | LUCID_POLLHUP;
    int count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct sock *sock = sock_asleep(stack, fds[i].fd);
        unsigned ready = sock ? sock_ready(sock) & ((unsigned)fds[i].events | always) : LUCID_POLLNVAL;
        fds[i].revents = fds[i].fd < 0 ? 0 : (short)ready;
        count += fds[i].revents != 0;
    }
    return count;
}

/* The number of the handle that should look next; POOL_NONE: none. */
static uint32_t next_changed(struct lucid_stack *stack) {
    struct tcp *tcp = &stack->tcp;
    struct list_node *node = list_pop_front(&tcp->changed_listeners);
    if (node) {
        struct listener *listener = CONTAINER_OF(node, struct listener, changed);
        listener->in_changed = false;
        return listener->owner;
    }
    node = list_pop_front(&tcp->changed);
    if (node) {
        struct tcb *tcb = CONTAINER_OF(node, struct tcb, changed);
        tcb->flags &= ~(unsigned)TCB_IN_CHANGED;
        return tcb->owner;
    }
    struct udp_socket *socket = udp_next_changed(&stack->udp);
    return socket ? socket->owner : POOL_NONE;
}

int lucid_next_event(struct lucid_stack *stack, struct lucid_ready *ready) {
    uint32_t number;
    while ((number = next_changed(stack)) != POOL_NONE) {
        const struct sock *sock = pool_at(&stack->socks, number);
        unsigned events = sock ? sock_ready(sock) : 0;
        if (events != 0) {
            *ready = (struct lucid_ready){.fd = sock->handle, .events = events, .data = sock->data};
            return 1;
        }
    }
    return 0;
}
