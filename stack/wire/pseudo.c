/* pseudo.c: the sum over the pseudo-header. See pseudo.h.
 *
 * IPv4 (RFC 9293 3.1)                    IPv6 (RFC 8200 8.1)
 *  0 source                 4 octets      0 source                  16 octets
 *  4 destination            4 octets     16 destination             16 octets
 *  8 zero, protocol         2 octets     32 upper-layer length       4 octets
 * 10 length                 2 octets     36 zero                     3 octets
 *                                        39 next header              1 octet
 *
 * Both hold the same words in another order, with more zeroes in the second, and a sum minds neither: one tail serves
 * both.
 */
#include "wire/pseudo.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "base/checksum.h"

static uint64_t add_address(uint64_t sum, const struct lucid_addr *addr) {
    for (unsigned at = addr_is_ipv4(addr) ? 12 : 0; at < sizeof addr->octet; at += 4) {
        sum = checksum_word(sum, addr->octet + at);
    }
    return sum;
}

uint64_t pseudo_header_sum(const struct lucid_addr *source, const struct lucid_addr *destination, uint8_t protocol,
                           uint32_t length) {
    uint8_t tail[8] = {0};
    put32(tail, length);
    tail[7] = protocol;
    uint64_t sum = checksum_word(checksum_word(0, tail), tail + 4);
    return add_address(add_address(sum, source), destination);
}
