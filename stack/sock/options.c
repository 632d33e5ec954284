/* options.c: getsockopt and setsockopt, as a table: one row an option, with a getter and a setter.
 *
 * An option that is set before there is a connection is kept in sock->options and handed on; afterwards it changes the connection
 * at once. Listeners hand theirs to their children.
 */
#include "base/bytes.h"
#include "sock/sock.h"
#include "tcp/cc.h"
#include "tcp/keepalive.h"
#include "tcp/life.h"
#include "tcp/variables.h"

typedef int option_get(struct lucid_stack *stack, struct sock *sock, int *value);
typedef int option_set(struct lucid_stack *stack, struct sock *sock, int value);

static const int BUFFER_MAX = 1 << 30;
static const int SECONDS_MAX = 32767 * 60;

/* ---- SOL_SOCKET ---- */

static int get_reuse(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = sock->udp ? sock->udp->reuse : sock->options.reuse;
    return 0;
}

static int set_reuse(struct lucid_stack *stack, struct sock *sock, int value) {
    (void)stack;
    sock->options.reuse = value != 0;
    if (sock->udp) {
        sock->udp->reuse = value != 0;
    }
    return 0;
}

static int get_type(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = sock->type;
    return 0;
}

/* SO_ERROR: how the connection ended, or a soft error of ICMP (MUST-47); told once. */
static int get_error(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = 0;
    if (sock->udp) {
        *value = udp_take_error(sock->udp);
        return 0;
    }
    struct tcb *tcb = sock->tcb;
    if (tcb && tcb->error && !sock->failure_reported) {
        *value = tcb->error;
        sock->failure_reported = true;
    } else if (tcb) {
        *value = tcb->soft_error;
        tcb->soft_error = 0;
    }
    return 0;
}

static int get_sndbuf(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    uint32_t size = sock->udp ? sock->udp->sndbuf : sock->tcb ? sock->tcb->send_buffer : sock->options.send_buffer;
    *value = (int)size;
    return 0;
}

static int set_sndbuf(struct lucid_stack *stack, struct sock *sock, int value) {
    (void)stack;
    if (value < 1 || value > BUFFER_MAX) {
        return -LUCID_EINVAL;
    }
    sock->options.send_buffer = (uint32_t)value;
    if (sock->udp) {
        sock->udp->sndbuf = (uint32_t)value;
    }
    if (sock->tcb) {
        sock->tcb->send_buffer = (uint32_t)value;
    }
    if (sock->listener) {
        sock->listener->send_buffer = (uint32_t)value;
    }
    return 0;
}

static int get_rcvbuf(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    uint32_t size = sock->udp ? sock->udp->rcvbuf : sock->tcb ? sock->tcb->rcv.buffer : sock->options.receive_buffer;
    *value = (int)size;
    return 0;
}

/* A promised window is never withdrawn (SHLD-14): the buffer stays at least as large as what was promised and what waits. */
static int set_rcvbuf(struct lucid_stack *stack, struct sock *sock, int value) {
    (void)stack;
    if (value < 1 || value > BUFFER_MAX) {
        return -LUCID_EINVAL;
    }
    sock->options.receive_buffer = (uint32_t)value;
    if (sock->udp) {
        sock->udp->rcvbuf = (uint32_t)value;
    }
    if (sock->tcb) {
        uint32_t promised = tcb_receive_window(sock->tcb) + sock->tcb->receive_queue.length;
        sock->tcb->rcv.buffer = max_u32((uint32_t)value, promised);
    }
    if (sock->listener) {
        sock->listener->receive_buffer = (uint32_t)value;
    }
    return 0;
}

static int get_linger(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = sock->linger;
    return 0;
}

static int set_linger(struct lucid_stack *stack, struct sock *sock, int value) {
    (void)stack;
    if (value < -1) {
        return -LUCID_EINVAL;
    }
    sock->linger = value;
    return 0;
}

static int get_acceptconn(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = sock->listener != NULL;
    return 0;
}

/* ---- switches of a connection: one bit of enum tcb_flag ---- */

static uint32_t *flags_of(struct sock *sock) {
    if (sock->tcb) {
        return &sock->tcb->flags;
    }
    return sock->listener ? &sock->listener->flags : &sock->options.flags;
}

static void set_flag(struct lucid_stack *stack, struct sock *sock, unsigned flag, bool on) {
    uint32_t *flags = flags_of(sock);
    *flags = on ? *flags | flag : *flags & ~flag;
    sock->options.flags = on ? sock->options.flags | flag : sock->options.flags & ~flag;
    if (sock->tcb) {
        tcb_settle(&stack->tcp, sock->tcb); /* what Nagle or a cork held back may leave now */
    }
}

static int get_flag(struct sock *sock, unsigned flag, int *value) {
    *value = (*flags_of(sock) & flag) != 0;
    return 0;
}

#define SWITCH(name, flag)                                                              \
    static int get_##name(struct lucid_stack *stack, struct sock *sock, int *value) {    \
        (void)stack;                                                                     \
        return get_flag(sock, flag, value);                                              \
    }                                                                                    \
    static int set_##name(struct lucid_stack *stack, struct sock *sock, int value) {     \
        set_flag(stack, sock, flag, value != 0);                                         \
        return 0;                                                                        \
    }

SWITCH(nodelay, TCB_NODELAY)
SWITCH(cork, TCB_CORK)
SWITCH(quickack, TCB_QUICKACK)

static int get_keepalive(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    return get_flag(sock, TCB_KEEPALIVE, value);
}

static int set_keepalive(struct lucid_stack *stack, struct sock *sock, int value) {
    set_flag(stack, sock, TCB_KEEPALIVE, value != 0);
    if (sock->tcb && !tcb_has(sock->tcb, TCB_RETIRED)) {
        keepalive_begin(&stack->tcp, sock->tcb);
    }
    return 0;
}

/* ---- numbers of a connection ---- */

/* Where an option with a number lies in options, listener and tcb. */
struct number {
    uint32_t *now;  /* of the connection or listener, or the same as kept */
    uint32_t *kept; /* for the connection to come */
};

static int set_number(struct lucid_stack *stack, struct sock *sock, struct number number, int value, int least) {
    if (value < least || value > SECONDS_MAX) {
        return -LUCID_EINVAL;
    }
    *number.now = (uint32_t)value;
    *number.kept = (uint32_t)value;
    if (sock->tcb && !tcb_has(sock->tcb, TCB_RETIRED)) {
        keepalive_begin(&stack->tcp, sock->tcb);
    }
    return 0;
}

#define NUMBER(name, least)                                                                            \
    static struct number number_##name(struct sock *sock) {                                            \
        uint32_t *kept = &sock->options.name;                                                          \
        uint32_t *now = sock->tcb ? &sock->tcb->name : sock->listener ? &sock->listener->name : kept;  \
        return (struct number){.now = now, .kept = kept};                                              \
    }                                                                                                  \
    static int get_##name(struct lucid_stack *stack, struct sock *sock, int *value) {                  \
        (void)stack;                                                                                   \
        *value = (int)*number_##name(sock).now;                                                        \
        return 0;                                                                                      \
    }                                                                                                  \
    static int set_##name(struct lucid_stack *stack, struct sock *sock, int value) {                   \
        return set_number(stack, sock, number_##name(sock), value, least);                             \
    }

NUMBER(keepidle, 1)
NUMBER(keepintvl, 1)
NUMBER(user_timeout, 0)

static uint8_t *octet_keepcnt(struct sock *sock) {
    return sock->tcb ? &sock->tcb->keepcnt : sock->listener ? &sock->listener->keepcnt : &sock->options.keepcnt;
}

static uint8_t *octet_ttl(struct sock *sock) {
    if (sock->udp) {
        return &sock->udp->ttl;
    }
    return sock->tcb ? &sock->tcb->ttl : sock->listener ? &sock->listener->ttl : &sock->options.ttl;
}

static uint8_t *octet_tos(struct sock *sock) {
    if (sock->udp) {
        return &sock->udp->tos;
    }
    return sock->tcb ? &sock->tcb->tos : sock->listener ? &sock->listener->tos : &sock->options.tos;
}

#define OCTET(name, least, most)                                                       \
    static int get_##name(struct lucid_stack *stack, struct sock *sock, int *value) {  \
        (void)stack;                                                                   \
        *value = *octet_##name(sock);                                                  \
        return 0;                                                                      \
    }                                                                                  \
    static int set_##name(struct lucid_stack *stack, struct sock *sock, int value) {   \
        (void)stack;                                                                   \
        if (value < (least) || value > (most)) {                                       \
            return -LUCID_EINVAL;                                                      \
        }                                                                              \
        *octet_##name(sock) = (uint8_t)value;                                          \
        sock->options.name = (uint8_t)value;                                           \
        return 0;                                                                      \
    }

OCTET(keepcnt, 1, 127)
OCTET(ttl, 1, 255)
OCTET(tos, 0, 255)

static int get_maxseg(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = sock->tcb ? sock->tcb->snd.mss : sock->options.max_segment;
    return 0;
}

static int set_maxseg(struct lucid_stack *stack, struct sock *sock, int value) {
    if (sock->tcb || value < stack->env.config.mss_floor || value > UINT16_MAX) {
        return -LUCID_EINVAL;
    }
    sock->options.max_segment = (uint16_t)value;
    if (sock->listener) {
        sock->listener->max_segment = (uint16_t)value;
    }
    return 0;
}

/* ---- the table ---- */

struct option {
    int level, name;
    bool stream_only;
    option_get *get;
    option_set *set; /* NULL: get only */
};

static const struct option options[] = {
    {LUCID_SOL_SOCKET, LUCID_SO_REUSEADDR, false, get_reuse, set_reuse},
    {LUCID_SOL_SOCKET, LUCID_SO_TYPE, false, get_type, NULL},
    {LUCID_SOL_SOCKET, LUCID_SO_ERROR, false, get_error, NULL},
    {LUCID_SOL_SOCKET, LUCID_SO_SNDBUF, false, get_sndbuf, set_sndbuf},
    {LUCID_SOL_SOCKET, LUCID_SO_RCVBUF, false, get_rcvbuf, set_rcvbuf},
    {LUCID_SOL_SOCKET, LUCID_SO_KEEPALIVE, true, get_keepalive, set_keepalive},
    {LUCID_SOL_SOCKET, LUCID_SO_LINGER, true, get_linger, set_linger},
    {LUCID_SOL_SOCKET, LUCID_SO_ACCEPTCONN, false, get_acceptconn, NULL},
    {LUCID_IPPROTO_IP, LUCID_IP_TOS, false, get_tos, set_tos},
    {LUCID_IPPROTO_IP, LUCID_IP_TTL, false, get_ttl, set_ttl},
    {LUCID_IPPROTO_TCP, LUCID_TCP_NODELAY, true, get_nodelay, set_nodelay},
    {LUCID_IPPROTO_TCP, LUCID_TCP_MAXSEG, true, get_maxseg, set_maxseg},
    {LUCID_IPPROTO_TCP, LUCID_TCP_CORK, true, get_cork, set_cork},
    {LUCID_IPPROTO_TCP, LUCID_TCP_KEEPIDLE, true, get_keepidle, set_keepidle},
    {LUCID_IPPROTO_TCP, LUCID_TCP_KEEPINTVL, true, get_keepintvl, set_keepintvl},
    {LUCID_IPPROTO_TCP, LUCID_TCP_KEEPCNT, true, get_keepcnt, set_keepcnt},
    {LUCID_IPPROTO_TCP, LUCID_TCP_QUICKACK, true, get_quickack, set_quickack},
    {LUCID_IPPROTO_TCP, LUCID_TCP_USER_TIMEOUT, true, get_user_timeout, set_user_timeout},
};

static const struct option *find_option(const struct sock *sock, int level, int name) {
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const struct option *option = &options[i];
        if (option->level == level && option->name == name && !(option->stream_only && sock->udp)) {
            return option;
        }
    }
    return NULL;
}

/* ---- options whose value is no int ---- */

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
    const char *name = sock->tcb ? sock->tcb->cc.ops->name : cc_newreno.name;
    size_t need = __builtin_strlen(name) + 1;
    if (*length < need) {
        return -LUCID_EINVAL;
    }
    copy_octets(value, name, need);
    *length = need;
    return 0;
}

static int set_congestion(struct sock *sock, const void *value, size_t length) {
    const struct cc_ops *ops = cc_named(value, length);
    if (!ops) {
        return -LUCID_EINVAL;
    }
    if (sock->tcb) {
        cc_attach(sock->tcb, ops);
    }
    return 0;
}

int lucid_setsockopt(struct lucid_stack *stack, int fd, int level, int name, const void *value, size_t length) {
    struct sock *sock = sock_of(stack, fd);
    if (!sock) {
        return -LUCID_EBADF;
    }
    if (level == LUCID_IPPROTO_TCP && name == LUCID_TCP_CONGESTION && !sock->udp) {
        return set_congestion(sock, value, length);
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
        return -LUCID_EBADF;
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
