/* stack.h: one stack, put together from its modules. What lucid_input(), lucid_output(), lucid_tick() and
 * lucid_deadline() do with them is in input.c, output.c and time.c; its making and end in stack.c.
 */
#ifndef CORE_STACK_H
#define CORE_STACK_H

#include "base/env.h"
#include "ip/icmp.h"
#include "ip/ip.h"
#include "tcp/tcp.h"
#include "udp/udp.h"

/* A handle's object: core/sock.h. */
struct sock;

struct lucid_stack {
    struct env env;
    struct ip ip;
    struct udp udp;
    struct tcp tcp;
    struct pool socks;
    struct {
        lucid_time at;   /* when it goes on */
        uint32_t cursor; /* in tcp.tcbs */
    } hand;              /* sleep.c */
    uint32_t generation; /* of the latest handle */
    bool udp_turn;       /* who is asked first for the next packet: datagrams and segments take turns */
};

/* The owner's clock says now. It never runs back: an earlier time counts as the latest one. */
static inline void stack_now(struct lucid_stack *stack, lucid_time now) {
    if (now > stack->env.now) {
        stack->env.now = now;
    }
}

#endif
