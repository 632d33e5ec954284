/* options_socket.c: options of SOL_SOCKET. See options.h. */
#include "base/bytes.h"
#include "sock/options.h"

static const int BUFFER_MAX = 1 << 30;

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

/* SO_ERROR: how the connection ended, or else a soft error (MUST-47); told once. */
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
    } else if (tcb && !tcb->error) {
        *value = tcb->soft_error;
        tcb->soft_error = 0;
    }
    return 0;
}

/* The size was chosen: autotune.h leaves it alone from now on. */
static void fix_buffer(struct sock *sock, uint16_t which) {
    sock->options.switches |= which;
    if (sock->tcb) {
        sock->tcb->switches |= which;
    }
    if (sock->listener) {
        sock->listener->switches |= which;
    }
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
    fix_buffer(sock, SWITCH_FIXED_SNDBUF);
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

/* A promised window is never withdrawn (SHLD-14): the buffer stays at least as large as what was promised and what
 * waits. */
static int set_rcvbuf(struct lucid_stack *stack, struct sock *sock, int value) {
    (void)stack;
    if (value < 1 || value > BUFFER_MAX) {
        return -LUCID_EINVAL;
    }
    sock->options.receive_buffer = (uint32_t)value;
    if (sock->udp) {
        sock->udp->rcvbuf = (uint32_t)value;
    }
    fix_buffer(sock, SWITCH_FIXED_RCVBUF);
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

/* Urgent data is always in line (RFC 6093 2.1, 6): there is nothing to switch (docs/decisions/0055). */
static int get_oobinline(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    (void)sock;
    *value = 1;
    return 0;
}

static int set_oobinline(struct lucid_stack *stack, struct sock *sock, int value) {
    (void)stack;
    (void)sock;
    return value ? 0 : -LUCID_EINVAL;
}

static int get_acceptconn(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = sock->listener != NULL;
    return 0;
}

const struct option options_of_sockets[] = {
    {LUCID_SOL_SOCKET, LUCID_SO_REUSEADDR, false, get_reuse, set_reuse},
    {LUCID_SOL_SOCKET, LUCID_SO_TYPE, false, get_type, NULL},
    {LUCID_SOL_SOCKET, LUCID_SO_ERROR, false, get_error, NULL},
    {LUCID_SOL_SOCKET, LUCID_SO_SNDBUF, false, get_sndbuf, set_sndbuf},
    {LUCID_SOL_SOCKET, LUCID_SO_RCVBUF, false, get_rcvbuf, set_rcvbuf},
    {LUCID_SOL_SOCKET, LUCID_SO_OOBINLINE, true, get_oobinline, set_oobinline},
    {LUCID_SOL_SOCKET, LUCID_SO_LINGER, true, get_linger, set_linger},
    {LUCID_SOL_SOCKET, LUCID_SO_ACCEPTCONN, false, get_acceptconn, NULL},
};

const unsigned options_of_sockets_count = sizeof options_of_sockets / sizeof options_of_sockets[0];
