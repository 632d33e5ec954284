/* stack.c: a stack is made from a configuration, and ended. */
#include "core/stack.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "base/chunk.h"
#include "core/sock.h"
#include "ip/elsewhere.h"

/* What every IPv4 host takes (RFC 791 3.2), and every IPv6 link (RFC 8200 5). Links below are for tests of small
 * MTUs. */
static const uint16_t MTU_LEAST_IPV4 = 68;
static const uint16_t MTU_LEAST_IPV6 = 1280;

void lucid_config_default(struct lucid_config *config) {
    *config = (struct lucid_config){
        .mtu = 1500,
        .stacks = 1,
        .mem_limit = (size_t)256 << 20,
        .chunk_spares = 16,
        .sockets_max = 1u << 20,
        .connections_max = 1u << 20,
        .half_open_max = 1024,
        .fast_open_max = 256,
        .timewait_max = 65536,
        .challenge_acks = 2,
        .icmp_errors = 100,
        .reassembly_max = 256u << 10,
        .reassemblies_max = 256,
        .replies_max = 256,
        .sndbuf = 1u << 20,
        .rcvbuf = 1u << 20,
        .sndbuf_max = 16u << 20,
        .rcvbuf_max = 16u << 20,
        .sleep_after = LUCID_NEVER,
        .msl = 120 * LUCID_SECOND,
        .rto_initial = LUCID_SECOND,
        .rto_min = LUCID_SECOND,
        .rto_max = 60 * LUCID_SECOND,
        .delayed_ack = 200 * LUCID_MILLISECOND,
        .r2_syn = 180 * LUCID_SECOND,
        .r2_syn_ack = 63 * LUCID_SECOND,
        .r2_data = 100 * LUCID_SECOND,
        .fin_wait_2 = 60 * LUCID_SECOND,
        .keepidle = 7200 * LUCID_SECOND,
        .keepintvl = 75 * LUCID_SECOND,
        .r1 = 3,
        .keepcnt = 9,
        .initial_window = 10,
        .congestion = LUCID_CONGESTION_CUBIC,
        .fixed_window = 10,
        .ttl = 64,
        .mss_floor = 88,
        .port_first = 49152,
        .port_last = 65535,
        .syn_cookies = LUCID_SYN_COOKIES_FULL,
        .window_scale = true,
        .timestamps = true,
        .sack = true,
        .nagle = true,
        .ecn = LUCID_ECN_PASSIVE,
        .rfc5961 = true,
        .rfc1337 = true,
    };
}

/* RFC 1122 3.2.1.3 1122-3.2.1.3c: our addresses are the sources of all that we send, so none of them may be a loopback,
 * broadcast or multicast address. The lowest address of a network may be a host's, though old hosts took it for a
 * broadcast (RFC 1122 3.3.6). */
static bool may_be_ours(const struct lucid_config *config, const struct lucid_addr *addr) {
    for (unsigned i = 0; i < config->addr_count; i++) {
        bool lowest = addr->octet[15] % 2 == 0;
        if (addr_is_subnet_broadcast(addr, &config->addrs[i]) && !lowest) {
            return false;
        }
    }
    return addr_valid_source(addr);
}

static bool interface_ok(const struct lucid_config *config) {
    if (config->addr_count == 0 || config->addr_count > LUCID_ADDRS_MAX || config->mtu < MTU_LEAST_IPV4) {
        return false;
    }
    for (unsigned i = 0; i < config->addr_count; i++) {
        const struct lucid_ifaddr *own = &config->addrs[i];
        bool ipv4 = lucid_addr_is_ipv4(&own->addr);
        bool fits = own->prefix <= (ipv4 ? 32 : 128) && (ipv4 || config->mtu >= MTU_LEAST_IPV6);
        if (!fits || !may_be_ours(config, &own->addr)) {
            return false;
        }
    }
    bool tso = config->offload & (LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6);
    bool large = config->offload & LUCID_OFFLOAD_LARGE4;
    return (!tso || (config->offload & LUCID_OFFLOAD_CHECKSUM)) && (!large || (config->offload & LUCID_OFFLOAD_TSO4));
}

static bool times_ok(const struct lucid_config *config) {
    bool rto = config->rto_min > 0 && config->rto_initial > 0 && config->rto_min <= config->rto_max;
    bool acks = config->delayed_ack < 500 * LUCID_MILLISECOND;
    bool wait = config->msl > 0 && config->msl <= TIMEWAIT_MSL_MAX;
    return rto && acks && wait && config->r2_syn > 0 && config->r2_syn_ack > 0 && config->r2_data > 0;
}

/* Windows have at most 30 bits (RFC 7323 2.3). */
static const uint32_t BUFFER_MAX = UINT32_C(1) << 30;

static bool buffers_ok(const struct lucid_config *config) {
    return config->sndbuf > 0 && config->rcvbuf > 0 && config->sndbuf <= BUFFER_MAX && config->rcvbuf <= BUFFER_MAX &&
           config->sndbuf_max <= BUFFER_MAX && config->rcvbuf_max <= BUFFER_MAX;
}

static bool ports_ok(const struct lucid_config *config) {
    bool member = config->stack < config->stacks || config->stack == 0;
    bool range = config->port_first > 0 && config->port_first <= config->port_last;
    return member && range && own_ports(config).count > 0;
}

/* Numbers of connections fit into a name in the connection table and a cursor of lucid_info_next(). */
static const uint32_t CONNECTIONS_MAX = UINT32_C(1) << 29;

static bool limits_ok(const struct lucid_config *config) {
    bool objects = config->sockets_max <= SOCK_MAX && config->connections_max < CONNECTIONS_MAX &&
                   config->timewait_max < CONNECTIONS_MAX;
    const unsigned fast_open = LUCID_FAST_OPEN_CLIENT | LUCID_FAST_OPEN_SERVER;
    bool modes = config->ecn <= LUCID_ECN_ACTIVE && config->syn_cookies <= LUCID_SYN_COOKIES_ALWAYS &&
                 config->fast_open <= fast_open;
    bool windows = config->initial_window > 0 && config->fixed_window > 0 && config->congestion < LUCID_CONGESTIONS;
    return buffers_ok(config) && objects && modes && ports_ok(config) && windows && config->mss_floor > 0 &&
           config->ttl > 0;
}

static bool config_ok(const struct lucid_config *config) {
    bool lent = config->alloc && config->free && config->random;
    return lent && interface_ok(config) && times_ok(config) && limits_ok(config);
}

int lucid_create(struct lucid_stack **made, const struct lucid_config *config, lucid_time now) {
    *made = NULL;
    if (!config_ok(config)) {
        return -LUCID_EINVAL;
    }
    struct lucid_stack *stack = config->alloc(config->context, sizeof *stack);
    if (!stack) {
        return -LUCID_ENOMEM;
    }
    zero_octets(stack, sizeof *stack);
    stack->env.config = *config;
    stack->env.now = now;
    stack->env.stats.memory = sizeof *stack;
    stack->env.stats.memory_peak = sizeof *stack;
    bool random = ip_init(&stack->ip, &stack->env);
    udp_init(&stack->udp, &stack->env, &stack->ip);
    socks_init(stack);
    random = tcp_init(&stack->tcp, &stack->env, &stack->ip) && random;
    if (!random) {
        config->free(config->context, stack, sizeof *stack);
        return -LUCID_EIO;
    }
    *made = stack;
    return 0;
}

void lucid_destroy(struct lucid_stack *stack) {
    if (!stack) {
        return;
    }
    socks_destroy(stack);
    tcp_destroy(&stack->tcp);
    udp_destroy(&stack->udp);
    ip_destroy(&stack->ip);
    trace_enable(&stack->env, 0, 0);
    chunks_trim(&stack->env);
    struct lucid_config config = stack->env.config;
    config.free(config.context, stack, sizeof *stack);
}
