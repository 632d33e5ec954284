/* stream.c: the calls of socket.h for naming and connecting, and those on streams. RFC 9293 3.10.1 to 3.10.4. */
#include "base/addr.h"
#include "sock/sock.h"
#include "tcp/fastopen.h"

int lucid_bind(struct lucid_stack *stack, int fd, const struct lucid_sockaddr *local) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (!sock_takes(sock, &local->addr)) {
        return -LUCID_EAFNOSUPPORT;
    }
    if (sock->udp) {
        return udp_bind(&stack->udp, sock->udp, local);
    }
    if (sock->bound || sock->tcb || sock->listener) {
        return -LUCID_EINVAL;
    }
    int error = user_may_bind(&stack->tcp, local, sock->family, sock->reuse);
    if (error) {
        return error;
    }
    sock->prospect->local = *local;
    if (local->port == 0) {
        struct endpoints ends = {.local = *local};
        if (!ports_choose(&stack->tcp, &ends)) {
            return -LUCID_EADDRINUSE;
        }
        sock->prospect->local.port = ends.local.port;
    }
    if (!ports_take(&stack->env, &stack->tcp.ports, sock->prospect->local.port)) {
        return -LUCID_ENOMEM;
    }
    sock->bound = true;
    return 0;
}

int lucid_listen(struct lucid_stack *stack, int fd, int backlog) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (sock->udp) {
        return -LUCID_EOPNOTSUPP;
    }
    if (sock->tcb) {
        return -LUCID_EINVAL;
    }
    uint32_t waiting = backlog > 0 ? (uint32_t)backlog : 1;
    if (sock->listener) {
        listener_set_backlog(sock->listener, waiting);
        return 0;
    }
    if (!sock->bound) {
        return -LUCID_EDESTADDRREQ;
    }
    int error = user_listen(&stack->tcp, &sock->prospect->local, sock->family, waiting, sock_number(sock),
                            &sock->prospect->options, &sock->listener);
    trace_call(&stack->env, sock_name(sock), LUCID_CALL_LISTEN, fd, backlog);
    trace_return(&stack->env, sock_name(sock), LUCID_CALL_LISTEN, fd, error);
    return error;
}

int lucid_accept(struct lucid_stack *stack, int fd, struct lucid_sockaddr *remote) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (!sock->listener) {
        return -LUCID_EINVAL;
    }
    if (!listener_first(sock->listener)) {
        return -LUCID_EAGAIN;
    }
    int error = 0;
    struct sock *made = sock_new(stack, sock->family, LUCID_SOCK_STREAM, &error);
    if (!made) {
        return error;
    }
    made->reuse = sock->reuse;
    made->linger = sock->linger;
    made->tcb = user_accept(&stack->tcp, sock->listener, sock_number(made));
    if (remote) {
        *remote = made->tcb->ends.remote;
    }
    trace_call(&stack->env, made->tcb->name, LUCID_CALL_ACCEPT, fd, 0);
    trace_return(&stack->env, made->tcb->name, LUCID_CALL_ACCEPT, fd, made->handle);
    return made->handle;
}

/* connect() again on a socket that is connecting, connected, or done with it. 9293-3.10.1-03 */
static int connect_again(struct sock *sock) {
    const struct tcb *tcb = sock->tcb;
    if (tcb->error && !sock->failure_reported) {
        sock->failure_reported = true;
        return -tcb->error;
    }
    return tcb_is(tcb, LUCID_SYN_SENT | LUCID_SYN_RECEIVED) ? -LUCID_EALREADY : -LUCID_EISCONN;
}

static int connect_stream(struct lucid_stack *stack, struct sock *sock, const struct lucid_sockaddr *remote) {
    if (sock->listener) { /* 9293-3.10.1-02: docs/decisions/0021 */
        return -LUCID_EOPNOTSUPP;
    }
    if (sock->tcb) {
        return connect_again(sock);
    }
    int error = user_connect(&stack->tcp, &sock->prospect->local, remote, sock_number(sock), &sock->prospect->options,
                             &sock->tcb);
    if (error) {
        return error;
    }
    sock_unbind(stack, sock);
    return -LUCID_EINPROGRESS;
}

static int connect_traced(struct lucid_stack *stack, struct sock *sock, int fd, const struct lucid_sockaddr *remote) {
    int result = connect_stream(stack, sock, remote);
    trace_call(&stack->env, sock_name(sock), LUCID_CALL_OPEN, fd, remote->port);
    trace_return(&stack->env, sock_name(sock), LUCID_CALL_OPEN, fd, result);
    return result;
}

int lucid_connect(struct lucid_stack *stack, int fd, const struct lucid_sockaddr *remote) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (!sock_takes(sock, &remote->addr)) {
        return -LUCID_EAFNOSUPPORT;
    }
    if (sock->udp) {
        return udp_connect(&stack->udp, sock->udp, remote);
    }
    return connect_traced(stack, sock, fd, remote);
}

int sock_fast_open(struct lucid_stack *stack, struct sock *sock, int fd, const struct lucid_sockaddr *remote) {
    if (!(stack->env.config.fast_open & LUCID_FAST_OPEN_CLIENT)) {
        return -LUCID_EOPNOTSUPP;
    }
    if (!remote) {
        return -LUCID_EDESTADDRREQ;
    }
    if (!sock_takes(sock, &remote->addr)) {
        return -LUCID_EAFNOSUPPORT;
    }
    int result = connect_traced(stack, sock, fd, remote);
    if (result != -LUCID_EINPROGRESS) {
        return result;
    }
    fastopen_begin(&stack->tcp, sock->tcb);
    return 0;
}

int lucid_shutdown(struct lucid_stack *stack, int fd, int how) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (how < LUCID_SHUT_RD || how > LUCID_SHUT_RDWR) {
        return -LUCID_EINVAL;
    }
    if (sock->udp) {
        return udp_shutdown(&stack->udp, sock->udp, how);
    }
    if (!sock->tcb) {
        return -LUCID_ENOTCONN;
    }
    trace_call(&stack->env, sock_name(sock), LUCID_CALL_SHUTDOWN, fd, how);
    if (how != LUCID_SHUT_WR) {
        user_shutdown_read(&stack->tcp, sock->tcb);
    }
    int result = how == LUCID_SHUT_RD ? 0 : user_shutdown_write(&stack->tcp, sock->tcb);
    trace_return(&stack->env, sock_name(sock), LUCID_CALL_SHUTDOWN, fd, result);
    return result;
}

int lucid_getsockname(struct lucid_stack *stack, int fd, struct lucid_sockaddr *address) {
    const struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (sock->udp) {
        *address = sock->udp->local;
    } else if (sock->tcb) {
        *address = sock->tcb->ends.local;
    } else {
        *address = sock->listener ? sock->listener->local : sock->prospect->local;
    }
    return 0;
}

int lucid_getpeername(struct lucid_stack *stack, int fd, struct lucid_sockaddr *address) {
    const struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (sock->udp && sock->udp->connected) {
        *address = sock->udp->remote;
        return 0;
    }
    if (!sock->tcb || tcb_is(sock->tcb, LUCID_SYN_SENT | LUCID_CLOSED)) {
        return -LUCID_ENOTCONN;
    }
    *address = sock->tcb->ends.remote;
    return 0;
}
