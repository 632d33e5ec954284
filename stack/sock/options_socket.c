/* options_socket.c: options of SOL_SOCKET. See options.h. */
#include "base/bytes.h"
#include "sock/options.h"

static const int BUFFER_MAX = 1 << 30;

static int get_reuse(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = sock->udp ? sock->udp->reuse : sock->reuse;
    return 0;
}

static int set_reuse(struct lucid_stack *stack, struct sock *sock, int value) {
    (void)stack;
    sock->reuse = value != 0;
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
    if (sock->tcb) {
        sock->tcb->switches |= which;
    } else if (sock->listener) {
        sock->listener->switches |= which;
    } else {
        sock->prospect->options.switches |= which;
    }
}

static uint32_t *send_buffer(struct sock *sock) {
    if (sock->udp) {
        return &sock->udp->sndbuf;
    }
    if (sock->tcb) {
        return &sock->tcb->send_buffer;
    }
    return sock->listener ? &sock->listener->send_buffer : &sock->prospect->options.send_buffer;
}

static int get_sndbuf(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = (int)*send_buffer(sock);
    return 0;
}

static int set_sndbuf(struct lucid_stack *stack, struct sock *sock, int value) {
    (void)stack;
    if (value < 1 || value > BUFFER_MAX) {
        return -LUCID_EINVAL;
    }
    fix_buffer(sock, SWITCH_FIXED_SNDBUF);
    *send_buffer(sock) = (uint32_t)value;
    return 0;
}

static uint32_t *receive_buffer(struct sock *sock) {
    if (sock->udp) {
        return &sock->udp->rcvbuf;
    }
    if (sock->tcb) {
        return &sock->tcb->rcv.buffer;
    }
    return sock->listener ? &sock->listener->receive_buffer : &sock->prospect->options.receive_buffer;
}

static int get_rcvbuf(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = (int)*receive_buffer(sock);
    return 0;
}

/* A promised window is never withdrawn (SHLD-14): the buffer stays at least as large as what was promised and what
 * waits. */
static int set_rcvbuf(struct lucid_stack *stack, struct sock *sock, int value) {
    (void)stack;
    if (value < 1 || value > BUFFER_MAX) {
        return -LUCID_EINVAL;
    }
    uint32_t promised = sock->tcb ? tcb_receive_window(sock->tcb) + sock->tcb->receive_queue.length : 0;
    fix_buffer(sock, SWITCH_FIXED_RCVBUF);
    *receive_buffer(sock) = max_u32((uint32_t)value, promised);
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
