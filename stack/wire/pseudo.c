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

uint64_t pseudo_header_sum(const struct lucid_addr *source, const struct lucid_addr *destination, uint8_t protocol,
                           uint32_t length) {
    uint8_t tail[8] = {0};
    put32(tail, length);
    tail[7] = protocol;
    uint64_t sum = checksum_add(0, tail, sizeof tail);
    if (lucid_addr_is_ipv4(source)) {
        return checksum_add(checksum_add(sum, addr_ip4(source), 4), addr_ip4(destination), 4);
    }
    return checksum_add(checksum_add(sum, source->octet, 16), destination->octet, 16);
}
