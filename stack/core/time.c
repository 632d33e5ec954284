/* time.c: time passes. Of all modules only TCP waits for anything. */
#include "core/stack.h"

void lucid_tick(struct lucid_stack *stack, lucid_time now) {
    stack_now(stack, now);
    tcp_timeouts(&stack->tcp);
}

lucid_time lucid_deadline(const struct lucid_stack *stack) {
    return tcp_deadline(&stack->tcp);
}
