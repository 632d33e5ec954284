/* reassembly.c: which datagrams wait for fragments, and until when. See reassembly.h.
 *
 * A fragment is judged by itself first, then with its datagram. What RFC 1858, 3128 and 7112 warn of ends a datagram at
 * once: a first fragment in which the transport header is cut short, which filters on the way could not judge.
 */
#include "ip/reassembly.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "ip/icmp.h"
#include "ip/partial.h"
#include "wire/icmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/udp.h"

/* RFC 8200 4.5; of the 60 to 120 s of RFC 1122 3.3.2 the least. */
static const lucid_time REASSEMBLY_TIME = 60 * LUCID_SECOND;

#define UNIT 8u /* octets: offsets are multiples of it */

/* Offsets of fields, for Parameter Problems. */
#define IP4_TOTAL_LENGTH_AT 2u
#define IP6_PAYLOAD_LENGTH_AT 4u
#define FRAGMENT_OFFSET_AT 2u

/* ---- the set ---- */

static struct partial *partial_of(struct list_node *node) {
    return node ? CONTAINER_OF(node, struct partial, node) : NULL;
}

static struct partial *oldest(const struct ip *ip) {
    return partial_of(ip->reassembly.partials.first);
}

static void forget(struct ip *ip, struct partial *partial) {
    list_remove(&ip->reassembly.partials, &partial->node);
    ip->reassembly.count--;
    ip->reassembly.memory -= partial->memory;
    partial_free(ip->env, partial);
}

static void kill(struct ip *ip, struct partial *partial) {
    ip->reassembly.memory -= partial->memory;
    partial_kill(ip->env, partial);
    ip->reassembly.memory += partial->memory;
}

static void evict_oldest(struct ip *ip) {
    env_drop(ip->env, 0, LUCID_DROP_IP_FRAGMENT_LIMIT);
    forget(ip, oldest(ip));
}

/* Makes room for more octets, at the cost of the oldest datagrams. False: there is none, or this one itself was the
 * oldest and had to go. */
static bool make_room(struct ip *ip, const struct partial *partial, uint32_t more) {
    uint32_t limit = ip->env->config.reassembly_max;
    while (more > limit || ip->reassembly.memory > limit - more) {
        const struct partial *next = oldest(ip);
        if (!next) {
            return false;
        }
        evict_oldest(ip);
        if (next == partial) {
            return false;
        }
    }
    return true;
}

/* At most config.reassemblies_max of them are compared. */
static struct partial *find(const struct ip *ip, const struct ip_datagram *part) {
    struct list_node *node = ip->reassembly.partials.first;
    while (node && !partial_owns(partial_of(node), part)) {
        node = node->next;
    }
    return partial_of(node);
}

static struct partial *begin(struct ip *ip, const struct ip_datagram *part) {
    struct reassembly *all = &ip->reassembly;
    if (all->count > 0 && all->count >= ip->env->config.reassemblies_max) {
        evict_oldest(ip);
    }
    struct partial *partial = make_room(ip, NULL, sizeof *partial) ? partial_new(ip->env, part) : NULL;
    if (!partial) {
        return NULL;
    }
    partial->ends_at = ip->env->now + REASSEMBLY_TIME;
    list_push_back(&all->partials, &partial->node);
    all->count++;
    all->memory += partial->memory;
    return partial;
}

/* ---- a fragment by itself ---- */

/* Where the Fragment header of an IPv6 packet begins. */
static uint32_t header_at(const struct ip_datagram *part) {
    return (uint32_t)(part->payload - part->packet) - IP6_FRAGMENT_HEADER;
}

/* The greatest offset at which payload may end, so that the whole has a length that its header can say. */
static uint32_t end_max(const struct ip_datagram *part) {
    if (lucid_addr_is_ipv4(&part->source)) {
        return UINT16_MAX - (uint32_t)(part->payload - part->packet);
    }
    return UINT16_MAX - (header_at(part) - IP6_HEADER);
}

/* RFC 8200 4.5: both are answered, whichever fragment it is; over IPv4 only the first one (RFC 1122 3.2.2). */
static enum lucid_drop judge_alone(struct ip *ip, const struct ip_datagram *part) {
    bool ip4 = lucid_addr_is_ipv4(&part->source);
    if (part->length == 0) {
        return LUCID_DROP_IP_FRAGMENT;
    }
    if (part->part.more && part->length % UNIT != 0) {
        icmp_parameter_problem(ip, part, ICMP6_ERRONEOUS_FIELD, ip4 ? IP4_TOTAL_LENGTH_AT : IP6_PAYLOAD_LENGTH_AT,
                               false);
        return LUCID_DROP_IP_FRAGMENT;
    }
    if (part->part.offset + part->length > end_max(part)) {
        uint32_t pointer = ip4 ? IP4_TOTAL_LENGTH_AT : header_at(part) + FRAGMENT_OFFSET_AT;
        icmp_parameter_problem(ip, part, ICMP6_ERRONEOUS_FIELD, pointer, false);
        return LUCID_DROP_IP_FRAGMENT;
    }
    return LUCID_DROP_NONE;
}

/* Octets of an upper layer's header; of an unknown one as little as makes it be there. */
static uint32_t least_header(uint8_t protocol) {
    switch (protocol) {
    case TCP_PROTOCOL:
        return TCP_HEADER;
    case UDP_PROTOCOL:
        return UDP_HEADER;
    case IP6_NO_NEXT_HEADER:
        return 0;
    case ICMP6_PROTOCOL:
        return ICMP_HEADER;
    default:
        return 1;
    }
}

/* RFC 8200 4.5, RFC 7112: the first fragment has all headers up to the upper layer's. */
static bool cut_short6(const struct ip_datagram *part) {
    struct ip6_chain chain = {.offset = (uint32_t)(part->payload - part->packet), .protocol = part->protocol};
    return part->part.offset == 0 && (!ip6_upper_layer(part->packet, part->packet_length, &chain) ||
                                      part->packet_length - chain.offset < least_header(chain.protocol));
}

/* RFC 1858 3, RFC 3128: TCP's header is in one piece. */
static bool cut_short4(const struct ip_datagram *part) {
    uint32_t offset = part->part.offset;
    return part->protocol == TCP_PROTOCOL && (offset == 0 ? part->length < TCP_HEADER : offset < TCP_HEADER);
}

static bool cut_short(struct ip *ip, const struct ip_datagram *part) {
    if (lucid_addr_is_ipv4(&part->source)) {
        return cut_short4(part);
    }
    if (!cut_short6(part)) {
        return false;
    }
    icmp_parameter_problem(ip, part, ICMP6_INCOMPLETE_CHAIN, 0, false);
    return true;
}

/* ---- a fragment with its datagram ---- */

static enum lucid_drop put(struct ip *ip, struct partial *partial, const struct ip_datagram *part) {
    uint32_t cost = partial_cost(part);
    if (partial->fragments >= PARTIAL_FRAGMENTS) {
        kill(ip, partial);
        return LUCID_DROP_IP_FRAGMENT_LIMIT;
    }
    if (!make_room(ip, partial, cost)) {
        return LUCID_DROP_IP_FRAGMENT_LIMIT;
    }
    if (!partial_add(ip->env, partial, part)) {
        return LUCID_DROP_NO_MEMORY;
    }
    ip->reassembly.memory += cost;
    return LUCID_DROP_NONE;
}

/* RFC 5722 4: one overlap, and all of the datagram is discarded, in silence; what is still to come of it, too. */
static enum lucid_drop join(struct ip *ip, struct partial *partial, const struct ip_datagram *part) {
    if (partial->dead) {
        return LUCID_DROP_IP_FRAGMENT_OVERLAP;
    }
    bool short_of = cut_short(ip, part);
    enum lucid_drop drop = short_of ? LUCID_DROP_IP_FRAGMENT : partial_judge(partial, part);
    if (drop == LUCID_DROP_NONE) {
        return put(ip, partial, part);
    }
    if (drop != LUCID_DROP_IP_FRAGMENT_COPY) {
        kill(ip, partial);
    }
    return drop;
}

enum lucid_drop reassembly_add(struct ip *ip, const struct ip_datagram *part, struct datagram **whole) {
    *whole = NULL;
    reassembly_timeouts(ip);
    enum lucid_drop drop = judge_alone(ip, part);
    if (drop != LUCID_DROP_NONE) {
        return drop;
    }
    struct partial *partial = find(ip, part);
    partial = partial ? partial : begin(ip, part);
    drop = partial ? join(ip, partial, part) : LUCID_DROP_NO_MEMORY;
    if (drop == LUCID_DROP_NONE && partial_complete(partial)) {
        *whole = partial_whole(ip->env, partial, &drop);
        ip->env->stats.reassembled += drop == LUCID_DROP_NONE;
        forget(ip, partial);
    }
    return drop;
}

/* ---- time ---- */

/* RFC 1122 3.3.2, RFC 8200 4.5: only who has sent the first fragment hears of it. */
static void tell_sender(struct ip *ip, const struct fragment *first) {
    struct lucid_packet packet = {.slices = 1, .length = first->head + first->length};
    struct ip_datagram about;
    packet.slice[0] = (struct lucid_slice){first->octets, packet.length};
    if (ip_input(ip, &packet, &about) == LUCID_DROP_NONE) {
        icmp_reassembly_time_exceeded(ip, &about);
    }
}

void reassembly_timeouts(struct ip *ip) {
    struct partial *partial;
    while ((partial = oldest(ip)) && partial->ends_at <= ip->env->now) {
        if (partial->first && partial->first->offset == 0) {
            tell_sender(ip, partial->first);
        }
        if (!partial->dead) {
            env_drop(ip->env, 0, LUCID_DROP_IP_FRAGMENT_TIME);
        }
        forget(ip, partial);
    }
}

lucid_time reassembly_deadline(const struct ip *ip) {
    const struct partial *partial = oldest(ip);
    return partial ? partial->ends_at : LUCID_NEVER;
}

bool reassembly_check(const struct ip *ip) {
    const struct lucid_config *config = &ip->env->config;
    uint32_t memory = 0, count = 0;
    for (struct list_node *node = ip->reassembly.partials.first; node; node = node->next) {
        memory += partial_of(node)->memory;
        count++;
    }
    bool counted = memory == ip->reassembly.memory && count == ip->reassembly.count;
    return counted && memory <= config->reassembly_max && (count <= 1 || count <= config->reassemblies_max);
}

void reassembly_destroy(struct ip *ip) {
    while (oldest(ip)) {
        forget(ip, oldest(ip));
    }
}
