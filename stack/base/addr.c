/* addr.c: kinds of addresses. See addr.h; their text forms are in addr_text.c. */
#include "base/addr.h"

static const struct lucid_addr any_ip6;
static const struct lucid_addr loopback_ip6 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

struct lucid_addr addr_from_ip4(const uint8_t octets[4]) {
    return (struct lucid_addr){{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, octets[0], octets[1], octets[2], octets[3]}};
}

struct lucid_addr addr_from_ip6(const uint8_t octets[16]) {
    struct lucid_addr addr;
    copy_octets(addr.octet, octets, 16);
    return addr;
}

bool lucid_addr_is_ipv4(const struct lucid_addr *addr) {
    return addr_is_ipv4(addr);
}

bool lucid_addr_equal(const struct lucid_addr *a, const struct lucid_addr *b) {
    return addr_equal(a, b);
}

static uint32_t ip4_number(const struct lucid_addr *addr) {
    return get32(addr_ip4(addr));
}

bool lucid_addr_is_any(const struct lucid_addr *addr) {
    if (addr_is_ipv4(addr)) {
        return ip4_number(addr) == 0;
    }
    return addr_equal(addr, &any_ip6);
}

bool addr_is_unspecified(const struct lucid_addr *addr) {
    return lucid_addr_is_any(addr);
}

bool addr_is_loopback(const struct lucid_addr *addr) {
    if (addr_is_ipv4(addr)) {
        return addr_ip4(addr)[0] == 127;
    }
    return addr_equal(addr, &loopback_ip6);
}

bool addr_is_multicast(const struct lucid_addr *addr) {
    if (addr_is_ipv4(addr)) {
        return (addr_ip4(addr)[0] & 0xf0u) == 0xe0u;
    }
    return addr->octet[0] == 0xff;
}

bool addr_is_limited_broadcast(const struct lucid_addr *addr) {
    return addr_is_ipv4(addr) && ip4_number(addr) == UINT32_MAX;
}

bool addr_valid_source(const struct lucid_addr *addr) {
    if (addr_is_unspecified(addr) || addr_is_loopback(addr) || addr_is_multicast(addr)) {
        return false;
    }
    bool this_network = addr_is_ipv4(addr) && addr_ip4(addr)[0] == 0;
    return !this_network && !addr_is_limited_broadcast(addr);
}

bool addr_same_family(const struct lucid_addr *a, const struct lucid_addr *b) {
    return addr_is_ipv4(a) == addr_is_ipv4(b);
}

/* The prefix of a network in bits of the 128-bit form. */
static unsigned prefix_bits(const struct lucid_ifaddr *net) {
    unsigned bits = addr_is_ipv4(&net->addr) ? 96u + net->prefix : net->prefix;
    return min_u32(bits, 128);
}

bool addr_in_network(const struct lucid_addr *addr, const struct lucid_ifaddr *net) {
    if (!addr_same_family(addr, &net->addr)) {
        return false;
    }
    unsigned bits = prefix_bits(net);
    unsigned whole = bits / 8;
    if (!equal_octets(addr->octet, net->addr.octet, whole)) {
        return false;
    }
    unsigned mask = 0xff00u >> bits % 8 & 0xffu;
    return bits % 8 == 0 || ((unsigned)(addr->octet[whole] ^ net->addr.octet[whole]) & mask) == 0;
}

bool addr_is_subnet_broadcast(const struct lucid_addr *addr, const struct lucid_ifaddr *net) {
    if (!addr_is_ipv4(addr) || !addr_is_ipv4(&net->addr) || net->prefix > 30) {
        return false;
    }
    uint32_t host_mask = UINT32_MAX >> net->prefix;
    uint32_t host = ip4_number(addr) & host_mask;
    bool inside = ((ip4_number(addr) ^ ip4_number(&net->addr)) & ~host_mask) == 0;
    return inside && (host == host_mask || host == 0);
}
