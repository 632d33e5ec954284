/* handle.c: handles are made and closed. See core/sock.h for the table. */
#include "base/bytes.h"
#include "sock/sock.h"

bool sock_takes(const struct sock *sock, const struct lucid_addr *addr) {
    bool any = equal_octets(addr, &(struct lucid_addr){{0}}, sizeof *addr);
    if (sock->family == LUCID_AF_UNSPEC || any) {
        return true;
    }
    return (sock->family == LUCID_AF_INET) == lucid_addr_is_ipv4(addr);
}

uint32_t sock_name(const struct sock *sock) {
    if (sock->tcb) {
        return sock->tcb->name;
    }
    return sock->listener ? sock->listener->name : 0;
}

static bool is_echo(int protocol) {
    return protocol == LUCID_IPPROTO_ICMP || protocol == LUCID_IPPROTO_ICMPV6;
}

static bool known_protocol(int family, int type, int protocol) {
    if (type == LUCID_SOCK_STREAM) {
        return protocol == 0 || protocol == LUCID_IPPROTO_TCP;
    }
    if (is_echo(protocol) && family != (protocol == LUCID_IPPROTO_ICMP ? LUCID_AF_INET : LUCID_AF_INET6)) {
        return false;
    }
    return type == LUCID_SOCK_DGRAM && (protocol == 0 || protocol == LUCID_IPPROTO_UDP || is_echo(protocol));
}

int lucid_socket(struct lucid_stack *stack, int family, int type, int protocol) {
    if (family != LUCID_AF_UNSPEC && family != LUCID_AF_INET && family != LUCID_AF_INET6) {
        return -LUCID_EAFNOSUPPORT;
    }
    if (!known_protocol(family, type, protocol)) {
        return -LUCID_EPROTONOSUPPORT;
    }
    int error = 0;
    struct sock *sock = sock_new(stack, family, type, &error);
    if (!sock) {
        return error;
    }
    if (!sock_begin_prospect(stack, sock)) {
        sock_free(stack, sock);
        return -LUCID_ENOMEM;
    }
    if (type == LUCID_SOCK_DGRAM) {
        sock->udp = udp_open(&stack->udp, (enum lucid_family)family, sock_number(sock));
        if (!sock->udp) {
            sock_free(stack, sock);
            return -LUCID_ENOMEM;
        }
        if (is_echo(protocol)) {
            udp_make_echo(sock->udp, (uint8_t)protocol);
        }
    }
    return sock->handle;
}

static int close_sock(struct lucid_stack *stack, struct sock *sock, bool reset) {
    if (sock->udp) {
        udp_close(&stack->udp, sock->udp);
    }
    if (sock->listener) { /* 9293-3.10.4-02 */
        stack->tcp.cause = LUCID_CAUSE_CALL;
        stack->tcp.cause_detail = LUCID_CALL_CLOSE;
        listener_end(&stack->tcp, sock->listener);
    }
    if (sock->tcb) {
        user_close(&stack->tcp, sock->tcb, reset || sock->linger == 0);
    }
    sock_free(stack, sock);
    return 0;
}

/* A connection that cannot even be woken ends without a word. */
static struct sock *sock_to_close(struct lucid_stack *stack, int fd) {
    struct sock *sock = sock_of(stack, fd);
    struct sock *asleep = sock ? NULL : sock_asleep(stack, fd);
    if (asleep) {
        sleeper_forget(&stack->tcp, pool_at(&stack->tcp.sleepers, asleep->sleeper));
        asleep->sleeper = POOL_NONE;
    }
    return sock ? sock : asleep;
}

int lucid_close(struct lucid_stack *stack, int fd) {
    struct sock *sock = sock_to_close(stack, fd);
    if (!sock) { /* 9293-3.10.4-01 */
        return -LUCID_EBADF;
    }
    trace_call(&stack->env, sock_name(sock), LUCID_CALL_CLOSE, fd, 0);
    return close_sock(stack, sock, false);
}

int lucid_abort(struct lucid_stack *stack, int fd) {
    struct sock *sock = sock_to_close(stack, fd);
    if (!sock) { /* 9293-3.10.5-01 */
        return -LUCID_EBADF;
    }
    trace_call(&stack->env, sock_name(sock), LUCID_CALL_ABORT, fd, 0);
    return close_sock(stack, sock, true);
}

int lucid_set_data(struct lucid_stack *stack, int fd, void *data) {
    struct sock *sock = sock_asleep(stack, fd);
    if (!sock) {
        return -LUCID_EBADF;
    }
    sock->data = data;
    return 0;
}
