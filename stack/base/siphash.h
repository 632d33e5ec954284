/* siphash.h: SipHash-2-4 and SipHash-1-3, keyed hashes of 64 bits.
 *
 * Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. Without the 128-bit key nobody can compute, predict
 * or provoke collisions of its values, so it serves for hash tables that strangers fill and for numbers that strangers
 * must not guess (initial sequence numbers, RFC 6528; ports, RFC 6056). One key per use, drawn once from config.random.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY 16 /* octets */

uint64_t siphash24(const uint8_t key[SIPHASH_KEY], const void *octets, size_t length);

/* Half the work: for a table, of which strangers see no hash, but at most how long a look into it takes. */
uint64_t siphash13(const uint8_t key[SIPHASH_KEY], const void *octets, size_t length);

#endif
