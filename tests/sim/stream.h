/* stream.h: what the applications of tests send, and what must therefore arrive.
 *
 * Every direction of every connection has a stream of its own, named by a key and by both ports. All streams are read
 * from one table of noise, each from another place: an octet is found, and a piece compared, without computing it
 * anew. The table repeats after a prime number of octets, so that no power of two, no window and no whole number of
 * segments leads from an octet to its double.
 */
#ifndef SIM_STREAM_H
#define SIM_STREAM_H

#include <stddef.h>
#include <stdint.h>

#define STREAM_PIECE_MAX 70000u /* octets that lie in one piece, from any offset on */

/* The octets of a stream from an offset on: STREAM_PIECE_MAX of them. */
const uint8_t *stream_at(uint64_t key, uint16_t source, uint16_t destination, uint64_t offset);

#endif
