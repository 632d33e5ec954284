/* checksum.c: the Internet checksum. See checksum.h.
 *
 * The inner loop is left as plain as it can be: independent 32-bit loads, one widening addition each. Compilers turn it
 * into vector code for whatever machine they compile for, and nothing here has to know the machine.
 */
#include "base/checksum.h"

#include "base/bytes.h"

uint64_t checksum_add(uint64_t sum, const void *octets, size_t length) {
    const uint8_t *from = octets;
    size_t words = length / 4;
    for (size_t i = 0; i < words; i++) {
        sum = checksum_word(sum, from + 4 * i);
    }
    uint32_t last = 0;
    copy_octets(&last, from + 4 * words, length % 4);
    return sum + last;
}

/* Brings the carries of a 64-bit sum back in at the bottom until 16 bits are left. Still in the host's own order. */
static uint32_t fold(uint64_t sum) {
    sum = (sum >> 32) + (sum & 0xffffffffu);
    sum = (sum >> 32) + (sum & 0xffffffffu);
    uint32_t folded = (uint32_t)(sum >> 16) + (uint32_t)(sum & 0xffffu);
    folded = (folded >> 16) + (folded & 0xffffu);
    return (folded >> 16) + (folded & 0xffffu);
}

uint64_t checksum_slices(uint64_t sum, const struct lucid_slice *slices, unsigned count) {
    bool odd = false;
    for (unsigned i = 0; i < count; i++) {
        uint64_t part = checksum_add(0, slices[i].data, slices[i].length);
        /* A part that begins at an odd offset has its octets in the wrong halves of the words; so has its sum, and to
         * exchange the halves of the sum puts all of them right at once (RFC 1071 2 B). */
        uint32_t folded = fold(part);
        sum += odd ? (folded & 0xffu) << 8 | folded >> 8 : folded;
        odd = odd != (slices[i].length % 2 != 0);
    }
    return sum;
}

uint16_t checksum_fold(uint64_t sum) {
    uint16_t folded = (uint16_t)fold(sum);
    uint8_t octets[2];
    __builtin_memcpy(octets, &folded, sizeof folded);
    return get16(octets);
}

uint16_t checksum_finish(uint64_t sum) {
    return (uint16_t)(0xffffu - checksum_fold(sum));
}
