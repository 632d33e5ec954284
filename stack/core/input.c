/* input.c: a packet from the device: IP judges it, then it goes to the module its protocol names. */
#include "base/addr.h"
#include "base/bytes.h"
#include "base/chunk.h"
#include "core/sleep.h"
#include "wire/icmp.h"
#include "wire/udp.h"

uint8_t *lucid_packet_reserve(struct lucid_stack *stack, struct lucid_packet *packet) {
    if (packet->chunk && packet->chunk->users > 1) {
        chunk_drop(&stack->env, packet->chunk);
        packet->chunk = NULL;
    }
    if (!packet->chunk) {
        packet->chunk = chunk_new(&stack->env);
    }
    return packet->chunk ? packet->chunk->octets : NULL;
}

void lucid_packet_release(struct lucid_stack *stack, struct lucid_packet *packet) {
    if (packet->chunk) {
        chunk_drop(&stack->env, packet->chunk);
        packet->chunk = NULL;
    }
    if (stack->tcp.demux.used == 0) {
        chunks_trim(&stack->env);
    }
}

/* What the device says of the packet must at least fit together. */
static bool makes_sense(const struct lucid_packet *in) {
    return in->slices == 1 && in->slice[0].data && in->slice[0].length == in->length &&
           in->length <= LUCID_PACKET_MAX && in->checksum <= LUCID_CHECKSUM_TRUSTED;
}

static enum lucid_drop icmp_arrives(struct lucid_stack *stack, const struct ip_datagram *datagram) {
    struct icmp_error error;
    enum lucid_drop why = icmp_input(&stack->ip, datagram, &error);
    if (why != LUCID_DROP_NONE || error.kind == ICMP_NOTHING) {
        return why == LUCID_DROP_NONE ? why : env_drop(&stack->env, 0, why);
    }
    if (error.protocol == TCP_PROTOCOL) {
        return tcp_icmp(&stack->tcp, datagram, &error);
    }
    why = error.kind == ICMP_REPLY ? udp_echo_reply(&stack->udp, datagram)
                                   : udp_icmp_error(&stack->udp, datagram, &error);
    return why == LUCID_DROP_NONE ? why : env_drop(&stack->env, 0, why);
}

static enum lucid_drop udp_arrives(struct lucid_stack *stack, const struct ip_datagram *datagram) {
    enum lucid_drop why = udp_input(&stack->udp, datagram);
    return why == LUCID_DROP_NONE ? why : env_drop(&stack->env, 0, why);
}

static enum lucid_drop dispatch(struct lucid_stack *stack, const struct ip_datagram *datagram) {
    switch (datagram->protocol) {
    case TCP_PROTOCOL:
        return tcp_input(&stack->tcp, datagram);
    case UDP_PROTOCOL:
        return udp_arrives(stack, datagram);
    case ICMP4_PROTOCOL:
    case ICMP6_PROTOCOL:
        if (addr_is_ipv4(&datagram->destination) == (datagram->protocol == ICMP4_PROTOCOL)) {
            return icmp_arrives(stack, datagram);
        }
        break;
    default:
        break;
    }
    icmp_protocol_unreachable(&stack->ip, datagram);
    return env_drop(&stack->env, 0, LUCID_DROP_IP_PROTOCOL);
}

/* The fragment that completes its datagram brings the whole, which is taken as if it had come so. A fragment in that is
 * one too many. */
static enum lucid_drop fragment_arrives(struct lucid_stack *stack, const struct ip_datagram *fragment) {
    struct datagram *whole;
    enum lucid_drop why = reassembly_add(&stack->ip, fragment, &whole);
    if (!whole) {
        return why == LUCID_DROP_NONE ? why : env_drop(&stack->env, 0, why);
    }
    struct lucid_packet packet = {.slices = 1, .length = whole->length, .anywhere = true};
    struct ip_datagram datagram;
    packet.slice[0] = (struct lucid_slice){whole->octets, whole->length};
    why = ip_input(&stack->ip, &packet, &datagram);
    why = why == LUCID_DROP_NONE && datagram.fragment ? LUCID_DROP_IP_FRAGMENT : why;
    why = why == LUCID_DROP_NONE ? dispatch(stack, &datagram) : env_drop(&stack->env, 0, why);
    datagram_free(&stack->env, whole);
    return why;
}

static enum lucid_drop datagram_arrives(struct lucid_stack *stack, const struct ip_datagram *datagram) {
    return datagram->fragment ? fragment_arrives(stack, datagram) : dispatch(stack, datagram);
}

int lucid_input(struct lucid_stack *stack, lucid_time now, struct lucid_packet *in) {
    struct env *env = &stack->env;
    stack_now(stack, now);
    env->stats.packets_in++;
    env->stats.octets_in += in->length;
    env->input_packet = in->id;
    struct ip_datagram datagram;
    enum lucid_drop why = makes_sense(in) ? ip_input(&stack->ip, in, &datagram) : LUCID_DROP_PACKET;
    why = why == LUCID_DROP_NONE ? datagram_arrives(stack, &datagram) : env_drop(env, 0, why);
    env->input_packet = 0;
    sleep_woken(stack);
    return (int)why;
}
