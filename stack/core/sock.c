/* sock.c: the table of handles. See sock.h. */
#include "core/sock.h"

#include "core/sleep.h"
#include "tcp/cc.h"

struct sock *sock_asleep(const struct lucid_stack *stack, int fd) {
    if (fd <= 0) {
        return NULL;
    }
    struct sock *sock = pool_at(&stack->socks, (uint32_t)fd & SOCK_MAX);
    return sock && sock->handle == fd ? sock : NULL;
}

struct sock *sock_of(struct lucid_stack *stack, int fd) {
    struct sock *sock = sock_asleep(stack, fd);
    bool asleep = sock && sock->sleeper != POOL_NONE;
    return asleep && !sleep_wake(stack, sock) ? NULL : sock;
}

int sock_missing(const struct lucid_stack *stack, int fd) {
    return sock_asleep(stack, fd) ? -LUCID_ENOMEM : -LUCID_EBADF;
}

int sock_handle(const struct lucid_stack *stack, uint32_t number) {
    const struct sock *sock = number == POOL_NONE ? NULL : pool_at(&stack->socks, number);
    return sock ? sock->handle : -1;
}

/* The pool zeroes an object when it is taken, so generations are counted for the whole stack: no number gets the same
 * handle again before all generations have passed. */
static int next_handle(struct lucid_stack *stack, uint32_t number) {
    stack->generation = stack->generation % SOCK_GENERATIONS + 1;
    return (int)(stack->generation << SOCK_BITS | number);
}

bool sock_begin_prospect(struct lucid_stack *stack, struct sock *sock) {
    const struct lucid_config *config = &stack->env.config;
    sock->prospect = env_alloc(&stack->env, sizeof *sock->prospect);
    if (!sock->prospect) {
        return false;
    }
    sock->prospect->local = (struct lucid_sockaddr){0};
    sock->prospect->options = (struct user_options){
        .send_buffer = config->sndbuf,
        .receive_buffer = config->rcvbuf,
        .keepidle = (uint32_t)(config->keepidle / LUCID_SECOND),
        .keepintvl = (uint32_t)(config->keepintvl / LUCID_SECOND),
        .congestion = cc_numbered(config->congestion),
        .keepcnt = config->keepcnt,
        .ttl = config->ttl,
        .ecn = config->ecn,
    };
    return true;
}

struct sock *sock_new(struct lucid_stack *stack, int family, int type, int *error) {
    uint32_t number;
    bool full = stack->socks.used >= stack->socks.limit;
    struct sock *sock = pool_take(&stack->env, &stack->socks, &number);
    if (!sock) {
        *error = full ? -LUCID_ENFILE : -LUCID_ENOMEM;
        return NULL;
    }
    sock->handle = next_handle(stack, number);
    sock->family = (uint8_t)family;
    sock->type = (uint8_t)type;
    sock->linger = -1;
    sock->sleeper = POOL_NONE;
    return sock;
}

static void end_prospect(struct lucid_stack *stack, struct sock *sock) {
    if (sock->prospect) {
        env_free(&stack->env, sock->prospect, sizeof *sock->prospect);
    }
}

void sock_free(struct lucid_stack *stack, struct sock *sock) {
    sock_unbind(stack, sock);
    end_prospect(stack, sock);
    pool_give(&stack->env, &stack->socks, sock_number(sock));
}

void sock_unbind(struct lucid_stack *stack, struct sock *sock) {
    if (sock->bound) {
        ports_give(&stack->env, &stack->tcp.ports, sock->prospect->local.port);
        sock->bound = false;
    }
}

void socks_init(struct lucid_stack *stack) {
    pool_init(&stack->socks, (uint32_t)sizeof(struct sock), stack->env.config.sockets_max);
}

void socks_destroy(struct lucid_stack *stack) {
    uint32_t cursor = 0;
    struct sock *sock;
    while ((sock = pool_next(&stack->socks, &cursor))) {
        if (sock->udp) {
            udp_close(&stack->udp, sock->udp);
        }
        end_prospect(stack, sock);
    }
    pool_destroy(&stack->env, &stack->socks);
}
