/* elsewhere.c: see elsewhere.h. */
#include "ip/elsewhere.h"

#include "base/bytes.h"

static uint16_t stacks_of(const struct lucid_config *config) {
    return config->stacks > 0 ? config->stacks : 1;
}

/* Without a port in the range, count is 0. */
struct own_ports own_ports(const struct lucid_config *config) {
    uint32_t stacks = stacks_of(config);
    uint32_t behind = (config->stack + stacks - config->port_first % stacks) % stacks;
    uint32_t range = (uint32_t)config->port_last - config->port_first + 1;
    return (struct own_ports){
        .first = (uint16_t)(config->port_first + behind),
        .step = (uint16_t)stacks,
        .count = behind < range ? (range - behind - 1) / stacks + 1 : 0,
    };
}

static bool ask(const struct ip *ip, const struct ip_datagram *in, unsigned whom) {
    const struct lucid_config *config = &ip->env->config;
    return config->elsewhere && !in->to_multicast_or_broadcast &&
           config->elsewhere(config->elsewhere_context, whom, in->carrier);
}

bool elsewhere_port(const struct ip *ip, const struct ip_datagram *in, uint16_t port) {
    const struct lucid_config *config = &ip->env->config;
    unsigned owner = port % stacks_of(config);
    return owner != config->stack && ask(ip, in, owner);
}

bool elsewhere_any(const struct ip *ip, const struct ip_datagram *in) {
    return stacks_of(&ip->env->config) > 1 && ask(ip, in, LUCID_STACK_ANY);
}
