/* sock.c: handles: made, found, closed. See sock.h. */
#include "sock/sock.h"

#include "base/bytes.h"

uint32_t sock_size(void) {
    return (uint32_t)sizeof(struct sock);
}

struct sock *sock_of(const struct lucid_stack *stack, int fd) {
    if (fd <= 0) {
        return NULL;
    }
    struct sock *sock = pool_at(&stack->socks, (uint32_t)fd & SOCK_MAX);
    return sock && sock->handle == fd ? sock : NULL;
}

int sock_handle(const struct lucid_stack *stack, uint32_t number) {
    const struct sock *sock = number == POOL_NONE ? NULL : pool_at(&stack->socks, number);
    return sock ? sock->handle : -1;
}

/* The pool zeroes an object when it is taken, so generations are counted for the whole stack: no number gets the same handle
 * again before all generations have passed. */
static int next_handle(struct lucid_stack *stack, uint32_t number) {
    stack->generation = stack->generation % SOCK_GENERATIONS + 1;
    return (int)(stack->generation << SOCK_BITS | number);
}

static void default_options(const struct lucid_stack *stack, struct user_options *options) {
    const struct lucid_config *config = &stack->env.config;
    *options = (struct user_options){
        .send_buffer = config->sndbuf,
        .receive_buffer = config->rcvbuf,
        .keepidle = (uint32_t)(config->keepidle / LUCID_SECOND),
        .keepintvl = (uint32_t)(config->keepintvl / LUCID_SECOND),
        .keepcnt = config->keepcnt,
        .ttl = config->ttl,
    };
}

struct sock *sock_new(struct lucid_stack *stack, int family, int type, int *error) {
    uint32_t number;
    bool full = stack->socks.used >= stack->socks.limit;
    struct sock *sock = pool_take(&stack->env, &stack->socks, &number);
    if (!sock) {
        *error = full ? -LUCID_ENFILE : -LUCID_ENOMEM;
        return NULL;
    }
    sock->number = number;
    sock->handle = next_handle(stack, number);
    sock->family = (uint8_t)family;
    sock->type = (uint8_t)type;
    sock->linger = -1;
    default_options(stack, &sock->options);
    return sock;
}

void sock_free(struct lucid_stack *stack, struct sock *sock) {
    sock_unbind(stack, sock);
    pool_give(&stack->env, &stack->socks, sock->number);
}

void sock_unbind(struct lucid_stack *stack, struct sock *sock) {
    if (sock->bound) {
        ports_give(&stack->env, &stack->tcp.ports, sock->local.port);
        sock->bound = false;
    }
}

void socks_destroy(struct lucid_stack *stack) {
    uint32_t cursor = 0;
    struct sock *sock;
    while ((sock = pool_next(&stack->socks, &cursor))) {
        if (sock->udp) {
            udp_close(&stack->udp, sock->udp);
        }
    }
    pool_destroy(&stack->env, &stack->socks);
}

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

static bool known_protocol(int type, int protocol) {
    if (type == LUCID_SOCK_STREAM) {
        return protocol == 0 || protocol == LUCID_IPPROTO_TCP;
    }
    return type == LUCID_SOCK_DGRAM && (protocol == 0 || protocol == LUCID_IPPROTO_UDP);
}

int lucid_socket(struct lucid_stack *stack, int family, int type, int protocol) {
    if (family != LUCID_AF_UNSPEC && family != LUCID_AF_INET && family != LUCID_AF_INET6) {
        return -LUCID_EAFNOSUPPORT;
    }
    if (!known_protocol(type, protocol)) {
        return -LUCID_EPROTONOSUPPORT;
    }
    int error = 0;
    struct sock *sock = sock_new(stack, family, type, &error);
    if (!sock) {
        return error;
    }
    if (type == LUCID_SOCK_DGRAM) {
        sock->udp = udp_open(&stack->udp, (enum lucid_family)family, sock->number);
        if (!sock->udp) {
            sock_free(stack, sock);
            return -LUCID_ENOMEM;
        }
    }
    return sock->handle;
}

static int close_sock(struct lucid_stack *stack, struct sock *sock, bool reset) {
    if (sock->udp) {
        udp_close(&stack->udp, sock->udp);
    }
    if (sock->listener) {
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

int lucid_close(struct lucid_stack *stack, int fd) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return -LUCID_EBADF;
    }
    trace_call(&stack->env, sock_name(sock), LUCID_CALL_CLOSE, fd, 0);
    return close_sock(stack, sock, false);
}

int lucid_abort(struct lucid_stack *stack, int fd) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return -LUCID_EBADF;
    }
    trace_call(&stack->env, sock_name(sock), LUCID_CALL_ABORT, fd, 0);
    return close_sock(stack, sock, true);
}

int lucid_set_data(struct lucid_stack *stack, int fd, void *data) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return -LUCID_EBADF;
    }
    sock->data = data;
    return 0;
}
