/* ident.h: identifications of datagrams that leave in fragments. RFC 791 3.2, RFC 6864 4.3, RFC 8200 4.5, RFC 7739.
 *
 * They must not repeat soon between the same two hosts (over IPv4: for the same protocol), or fragments of two
 * datagrams would be put together; and nobody must guess them, or a stranger could end datagrams of ours by fragments
 * of his, or count what we send to others. So they are a counter, which does not repeat, seen through a permutation
 * that depends on a secret key and the two hosts, which says nothing of the counter (docs/decisions/0031).
 */
#ifndef IP_IDENT_H
#define IP_IDENT_H

#include "base/env.h"
#include "base/siphash.h"

#define IDENT_COUNTERS 64u /* one for each of as many groups of destinations, so that few share the 65536 of IPv4 */

struct ident {
    uint8_t key[SIPHASH_KEY];
    uint32_t counter[IDENT_COUNTERS];
};

/* False: the host has no randomness. */
bool ident_init(struct ident *ident, struct env *env);

/* The next one: of 16 bits for IPv4, of 32 bits for IPv6. */
uint32_t ident_next(struct ident *ident, const struct lucid_addr *source, const struct lucid_addr *destination,
                    uint8_t protocol);

#endif
