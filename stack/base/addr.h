/* addr.h: kinds of addresses.
 *
 * Above wire/ there is one form of address, struct lucid_addr: IPv6, or IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2).
 * Every predicate here accepts both. What makes an address good for a source or a destination is in RFC 1122 3.2.1.3
 * and RFC 4291 2.5, 2.7; which addresses are *ours* is the business of ip/.
 *
 * lucid_addr_is_ipv4(), _is_any(), _equal(), _parse() and _format() of lucid.h are implemented beside them.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "lucid/lucid.h"

struct lucid_addr addr_from_ip4(const uint8_t octets[4]);
struct lucid_addr addr_from_ip6(const uint8_t octets[16]);

/* The four octets of an IPv4 address, in place. */
static inline const uint8_t *addr_ip4(const struct lucid_addr *addr) {
    return addr->octet + 12;
}

/* ::ffff:0:0/96, RFC 4291 2.5.5.2. Every packet asks this several times, so that it is here. */
static inline bool addr_is_ipv4(const struct lucid_addr *addr) {
    static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return equal_octets(addr->octet, mapped_prefix, sizeof mapped_prefix);
}

static inline bool addr_equal(const struct lucid_addr *a, const struct lucid_addr *b) {
    return equal_octets(a->octet, b->octet, sizeof a->octet);
}

bool addr_is_unspecified(const struct lucid_addr *addr);       /* ::, 0.0.0.0 */
bool addr_is_loopback(const struct lucid_addr *addr);          /* ::1, 127.0.0.0/8 */
bool addr_is_multicast(const struct lucid_addr *addr);         /* ff00::/8, 224.0.0.0/4 */
bool addr_is_limited_broadcast(const struct lucid_addr *addr); /* 255.255.255.255 */

/* True when a packet from the wire may carry it as source: not unspecified (nor anything of 0.0.0.0/8), loopback,
 * multicast or limited broadcast. RFC 1122 3.2.1.3; RFC 4291 2.5.2, 2.5.3, 2.7. */
bool addr_valid_source(const struct lucid_addr *addr);

/* True when both are of one family. */
bool addr_same_family(const struct lucid_addr *a, const struct lucid_addr *b);

/* True when addr lies in the network of net. */
bool addr_in_network(const struct lucid_addr *addr, const struct lucid_ifaddr *net);

/* True when addr is a directed broadcast of the IPv4 network of net: all host bits ones, or all zero as old hosts send
 * it (RFC 1122 3.3.6). Networks of /31 and /32 have none (RFC 3021). */
bool addr_is_subnet_broadcast(const struct lucid_addr *addr, const struct lucid_ifaddr *net);

#endif
