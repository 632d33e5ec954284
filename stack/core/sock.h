/* sock.h: handles. A handle is a number with a generation that leads to a struct sock, which leads to a connection, a
 * listener or a datagram socket, or to none of them yet. The calls on handles are in sock/.
 */
#ifndef CORE_SOCK_H
#define CORE_SOCK_H

#include "core/stack.h"
#include "tcp/user.h"

/* A handle is generation << SOCK_BITS | number, and positive. A generation comes again after 1023 handles. */
#define SOCK_BITS 21u
#define SOCK_MAX ((UINT32_C(1) << SOCK_BITS) - 1u)
#define SOCK_GENERATIONS 1023u

/* What a handle was told before there is a connection, listener or datagram socket. */
struct prospect {
    struct lucid_sockaddr local; /* of bind() */
    struct user_options options;
};

struct sock {
    int handle;
    int linger; /* SO_LINGER in seconds; -1: off */
    uint8_t family, type;
    bool bound;            /* prospect->local.port is counted in tcp->ports */
    bool reuse;            /* SO_REUSEADDR */
    bool failure_reported; /* connect() or SO_ERROR has told how the connection ended */
    void *data;            /* lucid_set_data() */
    uint32_t lent;         /* octets lent by lucid_recv_lend() */
    uint32_t sleeper;      /* the connection's number while it sleeps; else POOL_NONE */
    struct tcb *tcb;       /* at most one of these three */
    struct listener *listener;
    struct udp_socket *udp;
    struct prospect *prospect; /* NULL: the connection was accepted */
};

/* Its number in stack->socks. */
static inline uint32_t sock_number(const struct sock *sock) {
    return (uint32_t)sock->handle & SOCK_MAX;
}

/* The object of a handle, or NULL when it is stale. Its connection may be asleep. */
struct sock *sock_asleep(const struct lucid_stack *stack, int fd);

/* The same with its connection awake, or NULL; and then why: -LUCID_EBADF, or -LUCID_ENOMEM when it cannot be woken. */
struct sock *sock_of(struct lucid_stack *stack, int fd);
int sock_missing(const struct lucid_stack *stack, int fd);

/* The handle of the object with this number; -1 when there is none. */
int sock_handle(const struct lucid_stack *stack, uint32_t number);

/* A new handle's object, or NULL: *error says why. Without a prospect, which socket() gives it. */
struct sock *sock_new(struct lucid_stack *stack, int family, int type, int *error);

/* False when there is no memory. */
bool sock_begin_prospect(struct lucid_stack *stack, struct sock *sock);

void sock_free(struct lucid_stack *stack, struct sock *sock);

/* Counts the port of bind() no longer: a connection or listener does, or nobody. */
void sock_unbind(struct lucid_stack *stack, struct sock *sock);

void socks_init(struct lucid_stack *stack);

/* Frees what handles hold besides TCBs and listeners. */
void socks_destroy(struct lucid_stack *stack);

#endif
