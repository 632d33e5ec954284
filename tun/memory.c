/* memory.c: memory from malloc, how much of it the cache likes, randomness from the kernel. See memory.h. */
#include "memory.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/random.h>

/* Free octets at the end of the heap that stay there. */
static const int KEPT = 16 << 20;

/* glibc gives them to the kernel from 128 KB on, and gets them again page by page: buffers of 64 KB that come and go
 * may then cost more in page faults than in copies. */
static void keep_heap(void) {
#ifdef M_TRIM_THRESHOLD
    mallopt(M_TRIM_THRESHOLD, KEPT);
#endif
}

static void *lend_memory(void *context, size_t size) {
    (void)context;
    return malloc(size);
}

static void take_back(void *context, void *memory, size_t size) {
    (void)context;
    (void)size;
    free(memory);
}

static int lend_randomness(void *context, void *octets, size_t length) {
    (void)context;
    uint8_t *to = octets;
    while (length > 0) {
        ssize_t n = getrandom(to, length, 0);
        if (n < 0 && errno != EINTR) {
            return -1;
        }
        if (n > 0) {
            to += n;
            length -= (size_t)n;
        }
    }
    return 0;
}

void host_lend(struct lucid_config *config) {
    keep_heap();
    config->context = NULL;
    config->alloc = lend_memory;
    config->free = take_back;
    config->random = lend_randomness;
}

/* A cache that is unknown is taken for one of 1 MiB; of a small one and of a large one, which cores may share, not less
 * and not more than so many. */
enum { CHUNK = 65536, CHUNKS_USUAL = 16, CHUNKS_LEAST = 4, CHUNKS_MOST = 64 };

uint32_t host_chunk_spares(long cache) {
    if (cache <= 0) {
        return CHUNKS_USUAL;
    }
    long chunks = cache / CHUNK;
    return chunks < CHUNKS_LEAST ? CHUNKS_LEAST : chunks > CHUNKS_MOST ? CHUNKS_MOST : (uint32_t)chunks;
}
