/* checksum.h: the Internet checksum, RFC 1071.
 *
 * The checksum is the ones' complement of the ones' complement sum of 16-bit words. Such a sum does not care in which
 * order or in which size of word it is formed, as long as carries come back in at the bottom (RFC 1071 2). So the work
 * is done in the host's own byte order over 32-bit words into a 64-bit sum, whose upper half collects the carries of a
 * whole packet; folding to 16 bits and putting the octets in order happens once, at the end.
 *
 *     sum = pseudo_header_sum(...);                        wire/pseudo.h, for TCP, UDP and ICMPv6
 *     sum = checksum_add(sum, header, header_length);      every part but the last has an even length
 *     sum = checksum_slices(sum, payload, count);          parts of any length
 *     put16(field, checksum_finish(sum));                  or: checksum_finish(sum) == 0 when the field was included
 */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "lucid/lucid.h"

/* Adds length octets to a running sum that began as 0. An odd last octet counts as if a zero octet followed, so only
 * the last part of a message may have an odd length. Any alignment. */
uint64_t checksum_add(uint64_t sum, const void *octets, size_t length);

/* Adds 4 octets: for headers, where the length is known. */
static inline uint64_t checksum_word(uint64_t sum, const void *octets) {
    uint32_t word;
    __builtin_memcpy(&word, octets, sizeof word);
    return sum + word;
}

/* Adds the concatenation of count slices of any lengths; what is before them must have an even length. */
uint64_t checksum_slices(uint64_t sum, const struct lucid_slice *slices, unsigned count);

/* The sum in 16 bits, not complemented, in host order: a value for put16(). It is 0 only if nothing but zeroes was
 * added. */
uint16_t checksum_fold(uint64_t sum);

/* The checksum: the complement of checksum_fold(), in host order. Over data that includes a right checksum it is 0. */
uint16_t checksum_finish(uint64_t sum);

#endif
