/* check.c: see check.h. */
#include "core/check.h"

#include "core/stack.h"
#include "tcp/check.h"

int stack_check(const struct lucid_stack *stack, struct check_report *report) {
    report->broken = tcp_check(&stack->tcp);
    if (!report->broken && stack->env.stats.memory > stack->env.config.mem_limit + sizeof *stack) {
        report->broken = "P2: more memory is in use than the limit allows";
    }
    if (!report->broken && !reassembly_check(&stack->ip)) {
        report->broken = "P2: fragments in waiting take other memory than was counted, or more than their limit";
    }
    return report->broken ? -1 : 0;
}
