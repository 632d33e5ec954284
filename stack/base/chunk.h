/* chunk.h: the memory that a packet is read into: 64 KB with a count of its users.
 *
 * The host reads a packet into a chunk. What the receive queue wants to keep of a large packet stays where it is, and
 * the queue becomes a second user; the host then takes another chunk for its next read. A small packet is copied out
 * instead, so that it never pins 64 KB (see tcp/recvq.c for the rule).
 *
 * A few chunks without users, config.chunk_spares, are kept for the next packet, which gets the latest one: it is warm
 * in the cache. chunks_trim() gives them back.
 */
#ifndef BASE_CHUNK_H
#define BASE_CHUNK_H

#include "base/env.h"

#define CHUNK_ROOM 65536u

struct lucid_chunk {
    uint32_t users;
    struct lucid_chunk *next_spare;
    uint8_t octets[];
};

/* A chunk with one user, or NULL when memory is short. */
struct lucid_chunk *chunk_new(struct env *env);

static inline void chunk_hold(struct lucid_chunk *chunk) {
    chunk->users++;
}

/* One user less; the last one gives the chunk back. */
void chunk_drop(struct env *env, struct lucid_chunk *chunk);

/* Gives all spare chunks back to the owner of the stack. */
void chunks_trim(struct env *env);

#endif
