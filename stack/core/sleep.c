/* sleep.c: which connections sleep, and which handle leads to one. What sleeping is, is in tcp/sleeper.h.
 *
 * A hand goes round the TCBs, at most HAND_STEPS at a time and, when it has been round, not again before
 * config.sleep_after: who was idle all that time goes to sleep. So neither a segment nor a call pays for it, and no
 * single turn is long, however many connections there are. Empty places count too: sleepers leave many behind.
 */
#include "core/sleep.h"

#include "base/bytes.h"
#include "core/sock.h"

enum { HAND_STEPS = 64 };

static bool idle_for(const struct tcb *tcb, lucid_time now, lucid_time time) {
    return now - max_u64(tcb->last_sent, tcb->last_received) >= time;
}

static void put_to_sleep(struct lucid_stack *stack, struct tcb *tcb) {
    struct sock *sock = pool_at(&stack->socks, tcb->owner);
    if (sock->lent > 0) { /* what the application was lent, it will give back */
        return;
    }
    uint32_t number = sleeper_begin(&stack->tcp, tcb);
    if (number != POOL_NONE) {
        sock->tcb = NULL;
        sock->sleeper = number;
    }
}

void sleep_tick(struct lucid_stack *stack) {
    lucid_time now = stack->env.now, after = stack->env.config.sleep_after;
    if (after == LUCID_NEVER || now < stack->hand.at) {
        return;
    }
    for (int i = 0; i < HAND_STEPS; i++) {
        void *tcb;
        if (!pool_step(&stack->tcp.tcbs, &stack->hand.cursor, &tcb)) {
            stack->hand.cursor = 0;
            stack->hand.at = now + after;
            return;
        }
        if (tcb && idle_for(tcb, now, after) && sleeper_may_begin(&stack->tcp, tcb)) {
            put_to_sleep(stack, tcb);
        }
    }
}

lucid_time sleep_deadline(const struct lucid_stack *stack) {
    lucid_time after = stack->env.config.sleep_after;
    bool nobody = after == LUCID_NEVER || after == 0 || stack->tcp.tcbs.used == 0;
    return nobody ? LUCID_NEVER : stack->hand.at;
}

/* The owner of a TCB is the number of its handle. */
void sleep_woken(struct lucid_stack *stack) {
    struct list_node *node;
    while ((node = list_pop_front(&stack->tcp.woken))) {
        struct tcb *tcb = CONTAINER_OF(node, struct tcb, sibling);
        struct sock *sock = pool_at(&stack->socks, tcb->owner);
        sock->tcb = tcb;
        sock->sleeper = POOL_NONE;
    }
}

bool sleep_wake(struct lucid_stack *stack, struct sock *sock) {
    sock->tcb = sleeper_wake(&stack->tcp, pool_at(&stack->tcp.sleepers, sock->sleeper));
    sock->sleeper = sock->tcb ? POOL_NONE : sock->sleeper;
    return sock->tcb != NULL;
}
