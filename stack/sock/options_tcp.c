/* options_tcp.c: options that change segments: IPPROTO_IP, IPPROTO_TCP, and SO_KEEPALIVE. See options.h.
 *
 * Most of them are a bit, a number or an octet that lies in the connection, else in the listener, else with the
 * handle; the macros below write getter and setter for each kind.
 */
#include "base/bytes.h"
#include "sock/options.h"
#include "tcp/keepalive.h"
#include "tcp/life.h"
#include "tcp/negotiate.h"
#include "tcp/timer.h"
#include "tcp/urgent.h"

static const int SECONDS_MAX = 32767 * 60;

/* ---- switches of a connection: one bit of enum tcb_switch ---- */

static uint16_t *switches_of(struct sock *sock) {
    if (sock->tcb) {
        return &sock->tcb->switches;
    }
    return sock->listener ? &sock->listener->switches : &sock->prospect->options.switches;
}

static uint16_t with(uint16_t switches, uint16_t one, bool on) {
    return on ? (uint16_t)(switches | one) : (uint16_t)(switches & ~one);
}

static void set_switch(struct lucid_stack *stack, struct sock *sock, uint16_t one, bool on) {
    uint16_t *switches = switches_of(sock);
    *switches = with(*switches, one, on);
    if (sock->tcb) {
        tcb_settle(&stack->tcp, sock->tcb); /* what Nagle or a cork held back may leave now */
    }
}

static int get_switch(struct sock *sock, uint16_t one, int *value) {
    *value = (*switches_of(sock) & one) != 0;
    return 0;
}

#define SWITCH(name, one)                                                             \
    static int get_##name(struct lucid_stack *stack, struct sock *sock, int *value) { \
        (void)stack;                                                                  \
        return get_switch(sock, one, value);                                          \
    }                                                                                 \
    static int set_##name(struct lucid_stack *stack, struct sock *sock, int value) {  \
        set_switch(stack, sock, one, value != 0);                                     \
        return 0;                                                                     \
    }

SWITCH(nodelay, SWITCH_NODELAY)
SWITCH(cork, SWITCH_CORK)
SWITCH(quickack, SWITCH_QUICKACK)

/* SHLD-20: the option says what is on, the bit what is off. */
static int get_soft_errors(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = (*switches_of(sock) & SWITCH_NO_REPORTS) == 0;
    return 0;
}

static int set_soft_errors(struct lucid_stack *stack, struct sock *sock, int value) {
    set_switch(stack, sock, SWITCH_NO_REPORTS, value == 0);
    return 0;
}

static int get_keepalive(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    return get_switch(sock, SWITCH_KEEPALIVE, value);
}

static int set_keepalive(struct lucid_stack *stack, struct sock *sock, int value) {
    set_switch(stack, sock, SWITCH_KEEPALIVE, value != 0);
    if (sock->tcb && !tcb_has(sock->tcb, TCB_RETIRED)) {
        keepalive_begin(&stack->tcp, sock->tcb);
    }
    return 0;
}

/* ---- numbers of a connection ---- */

static int set_number(struct lucid_stack *stack, struct sock *sock, uint32_t *number, int value) {
    *number = (uint32_t)value;
    if (sock->tcb && !tcb_has(sock->tcb, TCB_RETIRED)) {
        keepalive_begin(&stack->tcp, sock->tcb);
    }
    return 0;
}

/* Where an option lies: in the connection, the listener, or with the handle. */
#define PLACE(name) \
    (sock->tcb ? &sock->tcb->name : sock->listener ? &sock->listener->name : &sock->prospect->options.name)

#define NUMBER(name, least, most)                                                     \
    static int get_##name(struct lucid_stack *stack, struct sock *sock, int *value) { \
        (void)stack;                                                                  \
        *value = (int)*PLACE(name);                                                   \
        return 0;                                                                     \
    }                                                                                 \
    static int set_##name(struct lucid_stack *stack, struct sock *sock, int value) {  \
        if (value < (least) || value > (most)) {                                      \
            return -LUCID_EINVAL;                                                     \
        }                                                                             \
        return set_number(stack, sock, PLACE(name), value);                           \
    }

NUMBER(keepidle, 1, SECONDS_MAX)
NUMBER(keepintvl, 1, SECONDS_MAX)
NUMBER(user_timeout, 0, INT32_MAX)

/* MUST-21: R2 of one connection, 24 days if need be; also of an outage that has begun: it counts from now on. */
static int set_r2(struct lucid_stack *stack, struct sock *sock, int value) {
    int error = set_user_timeout(stack, sock, value);
    if (!error && sock->tcb && tcb_timer_on(sock->tcb, LUCID_TIMER_USER)) {
        user_timeout_restart(&stack->tcp, sock->tcb);
    }
    return error;
}

static uint8_t *octet_keepcnt(struct sock *sock) {
    return PLACE(keepcnt);
}

static uint8_t *octet_ttl(struct sock *sock) {
    if (sock->udp) {
        return &sock->udp->ttl;
    }
    return PLACE(ttl);
}

static uint8_t *octet_tos(struct sock *sock) {
    if (sock->udp) {
        return &sock->udp->tos;
    }
    return PLACE(tos);
}

#define OCTET_GET(name)                                                               \
    static int get_##name(struct lucid_stack *stack, struct sock *sock, int *value) { \
        (void)stack;                                                                  \
        *value = *octet_##name(sock);                                                 \
        return 0;                                                                     \
    }

#define OCTET(name, least, most)                                                     \
    OCTET_GET(name)                                                                  \
    static int set_##name(struct lucid_stack *stack, struct sock *sock, int value) { \
        (void)stack;                                                                 \
        if (value < (least) || value > (most)) {                                     \
            return -LUCID_EINVAL;                                                    \
        }                                                                            \
        *octet_##name(sock) = (uint8_t)value;                                        \
        return 0;                                                                    \
    }

static uint8_t *octet_ecn(struct sock *sock) {
    return sock->tcb ? &sock->tcb->ecn.mode : sock->listener ? &sock->listener->ecn : &sock->prospect->options.ecn;
}

OCTET(keepcnt, 1, 127)
OCTET(ttl, 1, 255) /* MUST-49 */
OCTET(ecn, LUCID_ECN_OFF, LUCID_ECN_ACTIVE)
OCTET_GET(tos)

/* RFC 9293 3.9.1.9 MAY-9: what the network says goes up to the application, ECN included. */
static int get_recvtos(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    if (!sock->udp && !sock->tcb) {
        return -LUCID_ENOTCONN;
    }
    *value = sock->udp ? sock->udp->tos_received : sock->tcb->tos_received;
    return 0;
}

/* The application chooses the six bits of DSCP, when it likes (MUST-48, SHLD-21); IP gets them as they are (SHLD-22).
 * The two of ECN belong to TCP, RFC 3168 5 and 6.1.4; a datagram has nobody else who could set them. */
static int set_tos(struct lucid_stack *stack, struct sock *sock, int value) {
    static const uint8_t DSCP = 0xfc;
    (void)stack;
    if (value < 0 || value > (int)UINT8_MAX) {
        return -LUCID_EINVAL;
    }
    *octet_tos(sock) = (uint8_t)value & (sock->type == LUCID_SOCK_DGRAM ? UINT8_MAX : DSCP);
    return 0;
}

static int get_maxseg(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = sock->tcb ? sock->tcb->snd.mss : sock->prospect->options.max_segment;
    return 0;
}

/* Of a connection whose SYNs have been exchanged it can only become less: the queues know octets, not segments. */
static int limit_segment(struct lucid_stack *stack, struct tcb *tcb, uint16_t value) {
    if (tcb_is(tcb, LUCID_SYN_SENT) || tcb_has(tcb, TCB_RETIRED)) {
        return -LUCID_EINVAL;
    }
    negotiate_limit(&stack->tcp, tcb, value);
    return 0;
}

static int set_maxseg(struct lucid_stack *stack, struct sock *sock, int value) {
    if (value < (int)stack->env.config.mss_floor || value > (int)UINT16_MAX) {
        return -LUCID_EINVAL;
    }
    if (sock->tcb) {
        return limit_segment(stack, sock->tcb, (uint16_t)value);
    }
    sock->prospect->options.max_segment = (uint16_t)value;
    if (sock->listener) {
        sock->listener->max_segment = (uint16_t)value;
    }
    return 0;
}

static int get_urgent_left(struct lucid_stack *stack, struct sock *sock, int *value) {
    (void)stack;
    *value = sock->tcb ? (int)urgent_left(sock->tcb) : 0;
    return 0;
}

const struct option options_of_segments[] = {
    {LUCID_SOL_SOCKET, LUCID_SO_KEEPALIVE, true, get_keepalive, set_keepalive},
    {LUCID_IPPROTO_IP, LUCID_IP_TOS, false, get_tos, set_tos},
    {LUCID_IPPROTO_IP, LUCID_IP_RECVTOS, false, get_recvtos, NULL},
    {LUCID_IPPROTO_IP, LUCID_IP_TTL, false, get_ttl, set_ttl},
    {LUCID_IPPROTO_TCP, LUCID_TCP_NODELAY, true, get_nodelay, set_nodelay},
    {LUCID_IPPROTO_TCP, LUCID_TCP_MAXSEG, true, get_maxseg, set_maxseg},
    {LUCID_IPPROTO_TCP, LUCID_TCP_CORK, true, get_cork, set_cork},
    {LUCID_IPPROTO_TCP, LUCID_TCP_KEEPIDLE, true, get_keepidle, set_keepidle},
    {LUCID_IPPROTO_TCP, LUCID_TCP_KEEPINTVL, true, get_keepintvl, set_keepintvl},
    {LUCID_IPPROTO_TCP, LUCID_TCP_KEEPCNT, true, get_keepcnt, set_keepcnt},
    {LUCID_IPPROTO_TCP, LUCID_TCP_QUICKACK, true, get_quickack, set_quickack},
    {LUCID_IPPROTO_TCP, LUCID_TCP_USER_TIMEOUT, true, get_user_timeout, set_r2},
    {LUCID_IPPROTO_TCP, LUCID_TCP_ECN, true, get_ecn, set_ecn},
    {LUCID_IPPROTO_TCP, LUCID_TCP_SOFT_ERRORS, true, get_soft_errors, set_soft_errors},
    {LUCID_IPPROTO_TCP, LUCID_TCP_URGENT_LEFT, true, get_urgent_left, NULL},
};

const unsigned options_of_segments_count = sizeof options_of_segments / sizeof options_of_segments[0];
