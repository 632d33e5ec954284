/* transfer.c: send and receive, on streams and datagrams. RFC 9293 3.10.2, 3.10.3; RFC 768. */
#include "base/bytes.h"
#include "sock/sock.h"
#include "tcp/urgent.h"

static ptrdiff_t traced(struct lucid_stack *stack, uint32_t name, enum lucid_call call, int fd, size_t length,
                        ptrdiff_t result) {
    if (trace_wants(&stack->env.trace, LUCID_EVENT_CALL) || trace_wants(&stack->env.trace, LUCID_EVENT_RETURN)) {
        trace_call(&stack->env, name, call, fd, (int64_t)length);
        trace_return(&stack->env, name, call, fd, result);
    }
    return result;
}

/* How a connection ended is told once as an error; after that, it is simply not connected. */
static ptrdiff_t once(struct sock *sock, ptrdiff_t result) {
    if (sock->tcb && sock->tcb->error && result == -sock->tcb->error) {
        sock->failure_reported = true;
    }
    return result;
}

ptrdiff_t lucid_send(struct lucid_stack *stack, int fd, const void *data, size_t length, int flags) {
    return lucid_sendto(stack, fd, data, length, flags, NULL);
}

ptrdiff_t lucid_sendto(struct lucid_stack *stack, int fd, const void *data, size_t length, int flags,
                       const struct lucid_sockaddr *remote) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (sock->udp && flags & LUCID_MSG_OOB) {
        return -LUCID_EOPNOTSUPP;
    }
    if (sock->udp) {
        return udp_sendto(&stack->udp, sock->udp, data, length, remote);
    }
    int error = flags & LUCID_MSG_FASTOPEN ? sock_fast_open(stack, sock, fd, remote) : 0;
    if (error) {
        return error;
    }
    if (!sock->tcb) { /* 9293-3.10.2-01, -02 */
        return -LUCID_ENOTCONN;
    }
    uint32_t name = sock_name(sock);
    ptrdiff_t result = user_send(&stack->tcp, sock->tcb, data, length, flags);
    return traced(stack, name, LUCID_CALL_SEND, fd, length, once(sock, result));
}

ptrdiff_t lucid_send_lend(struct lucid_stack *stack, int fd, const void *data, size_t length,
                          void (*release)(void *argument, const void *data, size_t length), void *argument) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (!sock->tcb) {
        return sock->udp ? -LUCID_EOPNOTSUPP : -LUCID_ENOTCONN;
    }
    uint32_t name = sock_name(sock);
    ptrdiff_t result = user_send_lend(&stack->tcp, sock->tcb, data, length, release, argument);
    return traced(stack, name, LUCID_CALL_SEND, fd, length, once(sock, result));
}

ptrdiff_t lucid_recv(struct lucid_stack *stack, int fd, void *data, size_t length, int flags) {
    return lucid_recvfrom(stack, fd, data, length, flags, NULL, NULL);
}

static void stream_ends(const struct sock *sock, struct lucid_sockaddr *remote, struct lucid_sockaddr *local) {
    if (remote) {
        *remote = sock->tcb->ends.remote;
    }
    if (local) {
        *local = sock->tcb->ends.local;
    }
}

ptrdiff_t lucid_recvfrom(struct lucid_stack *stack, int fd, void *data, size_t length, int flags,
                         struct lucid_sockaddr *remote, struct lucid_sockaddr *local) {
    struct sock *sock = sock_of(stack, fd);
    bool peek = (flags & LUCID_MSG_PEEK) != 0;
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (flags & LUCID_MSG_OOB) {
        return -LUCID_EINVAL; /* nothing is out of band: docs/decisions/0055 */
    }
    if (sock->udp) {
        return udp_recvfrom(&stack->udp, sock->udp, data, length, peek, remote, local);
    }
    if (!sock->tcb) { /* 9293-3.10.3-01 */
        return -LUCID_ENOTCONN;
    }
    if (sock->lent > 0) {
        return -LUCID_EINVAL;
    }
    stream_ends(sock, remote, local);
    uint32_t name = sock_name(sock);
    ptrdiff_t result = user_receive(&stack->tcp, sock->tcb, data, length, peek);
    return traced(stack, name, LUCID_CALL_RECV, fd, length, once(sock, result));
}

ptrdiff_t lucid_recv_lend(struct lucid_stack *stack, int fd, struct lucid_slice *slices, size_t max, size_t *count) {
    struct sock *sock = sock_of(stack, fd);
    *count = 0;
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (!sock->tcb) {
        return sock->udp ? -LUCID_EOPNOTSUPP : -LUCID_ENOTCONN;
    }
    ptrdiff_t result = user_receive_lend(sock->tcb, slices, max, count);
    sock->lent = result > 0 ? (uint32_t)result : 0;
    return once(sock, result);
}

int lucid_recv_return(struct lucid_stack *stack, int fd, size_t length) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (!sock->tcb || length > sock->lent) {
        return -LUCID_EINVAL;
    }
    sock->lent = 0;
    uint32_t name = sock_name(sock);
    uint32_t octets = min_u32((uint32_t)length, sock->tcb->receive_queue.length);
    user_received(&stack->tcp, sock->tcb, octets);
    traced(stack, name, LUCID_CALL_RECV, fd, length, (ptrdiff_t)length);
    return 0;
}

int lucid_sockatmark(struct lucid_stack *stack, int fd) {
    const struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (!sock->tcb) {
        return sock->udp ? -LUCID_EOPNOTSUPP : -LUCID_ENOTCONN;
    }
    return urgent_at_mark(sock->tcb);
}
