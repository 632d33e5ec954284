/* check.c: see check.h. */
#include "core/check.h"

#include "base/chunk.h"
#include "core/stack.h"
#include "tcp/check.h"

static bool holds_free_chunk(const struct buffers *queue) {
    for (const struct buffer *piece = queue->head; piece; piece = piece->next) {
        if (piece->chunk && piece->chunk->users == 0) {
            return true;
        }
    }
    return false;
}

/* I30: spare chunks have no user, and nobody reads one. */
static const char *check_chunks(const struct lucid_stack *stack) {
    unsigned spares = 0;
    for (const struct lucid_chunk *chunk = stack->env.spare_chunks; chunk; chunk = chunk->next_spare) {
        spares++;
        if (chunk->users > 0) {
            return "I30: a spare chunk has a user";
        }
    }
    if (spares != stack->env.spare_chunk_count || spares > stack->env.config.chunk_spares) {
        return "I30: spare chunks are miscounted";
    }
    const struct tcb *tcb;
    for (uint32_t cursor = 0; (tcb = pool_next(&stack->tcp.tcbs, &cursor));) {
        bool held = holds_free_chunk(&tcb->receive_queue);
        for (const struct run *run = tcb->runs; run; run = run->next) {
            held = held || holds_free_chunk(&run->octets);
        }
        if (held) {
            return "I30: a queue refers to a chunk that is free";
        }
    }
    return NULL;
}

int stack_check(const struct lucid_stack *stack, struct check_report *report) {
    report->broken = stack->env.broken;
    report->broken = report->broken ? report->broken : tcp_check(&stack->tcp);
    report->broken = report->broken ? report->broken : check_chunks(stack);
    if (!report->broken && stack->env.stats.memory > stack->env.config.mem_limit + sizeof *stack) {
        report->broken = "P2: more memory is in use than the limit allows";
    }
    if (!report->broken && !reassembly_check(&stack->ip)) {
        report->broken = "P2: fragments in waiting take other memory than was counted, or more than their limit";
    }
    return report->broken ? -1 : 0;
}
