/* output.c: the next packet that wants to leave. Answers to strangers first, then segments and datagrams in turn. */
#include "core/stack.h"

static bool next_packet(struct lucid_stack *stack, struct lucid_packet *out) {
    if (ip_output(&stack->ip, out)) {
        return true;
    }
    stack->udp_turn = !stack->udp_turn;
    if (stack->udp_turn) {
        return udp_output(&stack->udp, out) || tcp_output(&stack->tcp, out);
    }
    return tcp_output(&stack->tcp, out) || udp_output(&stack->udp, out);
}

int lucid_output(struct lucid_stack *stack, lucid_time now, struct lucid_packet *out) {
    stack_now(stack, now);
    stack->tcp.pressing = false;
    ip_left(&stack->ip);
    if (!next_packet(stack, out)) {
        return 0;
    }
    stack->env.stats.packets_out++;
    stack->env.stats.octets_out += out->length;
    return 1;
}

bool lucid_output_pressing(const struct lucid_stack *stack) {
    return stack->tcp.pressing;
}

bool lucid_output_pending(const struct lucid_stack *stack) {
    return ip_output_pending(&stack->ip) || udp_output_pending(&stack->udp) || !list_empty(&stack->tcp.ready);
}
