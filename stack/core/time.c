/* time.c: time passes. TCP waits for many things, IP for fragments. */
#include "base/bytes.h"
#include "core/sleep.h"

void lucid_tick(struct lucid_stack *stack, lucid_time now) {
    stack_now(stack, now);
    reassembly_timeouts(&stack->ip);
    tcp_timeouts(&stack->tcp);
    sleep_tick(stack);
}

lucid_time lucid_deadline(const struct lucid_stack *stack) {
    lucid_time at = min_u64(tcp_deadline(&stack->tcp), reassembly_deadline(&stack->ip));
    return min_u64(at, sleep_deadline(stack));
}
