/* ident.c: a counter behind a keyed permutation. See ident.h.
 *
 * The permutation is a Feistel network (Luby and Rackoff, 1988): each round exchanges the two halves of the number and
 * adds to one of them a hash of the other. Whatever the hash, that can be undone, so two numbers never become one.
 */
#include "ip/ident.h"

#include "base/addr.h"
#include "base/bytes.h"

#define ROUNDS 4u
#define GROUP_ROUND 255u /* in the place of a round: chooses the counter */

/* What the identifications of one sequence have in common, and room for what the hash is of. */
struct sequence {
    const uint8_t *key;
    uint8_t octets[38]; /* source, destination, protocol, round, half of the number */
};

static uint32_t hash(struct sequence *sequence, uint32_t round, uint32_t half) {
    sequence->octets[33] = (uint8_t)round;
    put32(sequence->octets + 34, half);
    return (uint32_t)siphash24(sequence->key, sequence->octets, sizeof sequence->octets);
}

static uint32_t permute(struct sequence *sequence, uint32_t number, unsigned half_bits) {
    uint32_t mask = (UINT32_C(1) << half_bits) - 1;
    uint32_t left = number >> half_bits & mask, right = number & mask;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t mixed = left ^ (hash(sequence, round, right) & mask);
        left = right;
        right = mixed;
    }
    return left << half_bits | right;
}

bool ident_init(struct ident *ident, struct env *env) {
    zero_octets(ident, sizeof *ident);
    return env_random(env, ident->key, sizeof ident->key);
}

uint32_t ident_next(struct ident *ident, const struct lucid_addr *source, const struct lucid_addr *destination,
                    uint8_t protocol) {
    bool ip4 = lucid_addr_is_ipv4(source);
    struct sequence sequence = {.key = ident->key};
    copy_octets(sequence.octets, source->octet, 16);
    copy_octets(sequence.octets + 16, destination->octet, 16);
    sequence.octets[32] = ip4 ? protocol : 0; /* IPv6: for all protocols together, RFC 8200 4.5 */
    uint32_t *counter = &ident->counter[hash(&sequence, GROUP_ROUND, 0) % IDENT_COUNTERS];
    return permute(&sequence, (*counter)++, ip4 ? 8 : 16);
}
