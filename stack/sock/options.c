/* options.c: getsockopt and setsockopt. The options themselves are in options_socket.c and options_tcp.c; here are
 * those whose value is no int. See options.h.
 */
#include "sock/options.h"

#include "base/bytes.h"
#include "tcp/cc.h"
#include "tcp/variables.h"

static const struct option *find_in(const struct option *table, unsigned count, const struct sock *sock, int level,
                                    int name) {
    for (unsigned i = 0; i < count; i++) {
        const struct option *option = &table[i];
        if (option->level == level && option->name == name && !(option->stream_only && sock->udp)) {
            return option;
        }
    }
    return NULL;
}

static const struct option *find_option(const struct sock *sock, int level, int name) {
    const struct option *option = find_in(options_of_sockets, options_of_sockets_count, sock, level, name);
    return option ? option : find_in(options_of_segments, options_of_segments_count, sock, level, name);
}

/* STATUS: 9293-3.10.6-01, and -02 where there is a connection or a listener */
static int get_info(struct lucid_stack *stack, const struct sock *sock, void *value, size_t *length) {
    struct lucid_tcp_info info = {.fd = sock->handle, .state = LUCID_CLOSED};
    if (*length < sizeof info) {
        return -LUCID_EINVAL;
    }
    if (sock->tcb) {
        variables_info(&stack->tcp, sock->tcb, &info);
    } else if (sock->listener) {
        variables_listener_info(sock->listener, &info);
    }
    info.fd = sock->handle;
    trace_call(&stack->env, sock_name(sock), LUCID_CALL_STATUS, sock->handle, 0);
    copy_octets(value, &info, sizeof info);
    *length = sizeof info;
    return 0;
}

static int get_congestion(const struct sock *sock, void *value, size_t *length) {
    const struct cc_ops *ops;
    if (sock->listener) {
        ops = sock->listener->congestion;
    } else {
        ops = sock->tcb ? sock->tcb->cc.ops : sock->prospect->options.congestion;
    }
    if (*length < CC_NAME) {
        return -LUCID_EINVAL;
    }
    copy_octets(value, ops->name, CC_NAME);
    *length = CC_NAME;
    return 0;
}

static int set_congestion(struct lucid_stack *stack, struct sock *sock, const void *value, size_t length) {
    const struct cc_ops *ops = cc_named(value, length);
    if (!ops) {
        return -LUCID_EINVAL;
    }
    if (sock->listener) {
        sock->listener->congestion = ops;
    } else if (sock->tcb) {
        cc_attach(&stack->env.config, sock->tcb, ops);
    } else {
        sock->prospect->options.congestion = ops;
    }
    return 0;
}

int lucid_setsockopt(struct lucid_stack *stack, int fd, int level, int name, const void *value, size_t length) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    if (level == LUCID_IPPROTO_TCP && name == LUCID_TCP_CONGESTION && !sock->udp) {
        return set_congestion(stack, sock, value, length);
    }
    const struct option *option = find_option(sock, level, name);
    if (!option || !option->set) {
        return -LUCID_ENOPROTOOPT;
    }
    int number;
    if (length != sizeof number) {
        return -LUCID_EINVAL;
    }
    copy_octets(&number, value, sizeof number);
    return option->set(stack, sock, number);
}

int lucid_getsockopt(struct lucid_stack *stack, int fd, int level, int name, void *value, size_t *length) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return sock_missing(stack, fd);
    }
    bool tcp = level == LUCID_IPPROTO_TCP && !sock->udp;
    if (tcp && name == LUCID_TCP_INFO) {
        return get_info(stack, sock, value, length);
    }
    if (tcp && name == LUCID_TCP_CONGESTION) {
        return get_congestion(sock, value, length);
    }
    const struct option *option = find_option(sock, level, name);
    if (!option) {
        return -LUCID_ENOPROTOOPT;
    }
    int number = 0;
    if (*length < sizeof number) {
        return -LUCID_EINVAL;
    }
    int error = option->get(stack, sock, &number);
    copy_octets(value, &number, sizeof number);
    *length = sizeof number;
    return error;
}
