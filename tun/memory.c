/* memory.c: memory from malloc, randomness from the kernel. See memory.h. */
#include "memory.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

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
    config->context = NULL;
    config->alloc = lend_memory;
    config->free = take_back;
    config->random = lend_randomness;
}
