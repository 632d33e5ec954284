/* chunk.c: counted packet memory. See chunk.h. */
#include "base/chunk.h"

static const size_t CHUNK_SIZE = sizeof(struct lucid_chunk) + CHUNK_ROOM;

struct lucid_chunk *chunk_new(struct env *env) {
    struct lucid_chunk *chunk = env->spare_chunks;
    if (chunk) {
        env->spare_chunks = chunk->next_spare;
        env->spare_chunk_count--;
    } else {
        chunk = env_alloc(env, CHUNK_SIZE);
    }
    if (chunk) {
        chunk->users = 1;
        chunk->next_spare = NULL;
    }
    return chunk;
}

void chunk_drop(struct env *env, struct lucid_chunk *chunk) {
    if (--chunk->users > 0) {
        return;
    }
    if (env->spare_chunk_count >= env->config.chunk_spares) {
        env_free(env, chunk, CHUNK_SIZE);
        return;
    }
    chunk->next_spare = env->spare_chunks;
    env->spare_chunks = chunk;
    env->spare_chunk_count++;
}

void chunks_trim(struct env *env) {
    while (env->spare_chunks) {
        struct lucid_chunk *chunk = env->spare_chunks;
        env->spare_chunks = chunk->next_spare;
        env_free(env, chunk, CHUNK_SIZE);
    }
    env->spare_chunk_count = 0;
}
