/* vhost.c: see vhost.h. */
#include "harness/vhost.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In front of every block; its size keeps the block aligned for anything. */
struct head {
    _Alignas(max_align_t) size_t size;
    uint64_t mark;
};

static const uint64_t MARK = UINT64_C(0x6c756369642d6f6b);

static void __attribute__((format(printf, 2, 3))) fault(struct vhost *host, const char *format, ...) {
    if (host->fault[0] != '\0') {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(host->fault, sizeof host->fault, format, arguments);
    va_end(arguments);
}

/* splitmix64 (Steele, Lea, Flood 2014): the same numbers for the same seed. */
static uint64_t next_of(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool fails(struct vhost *host, size_t size) {
    uint64_t number = ++host->allocations;
    bool planned = host->fail_at && (number == host->fail_at || (host->fail_on && number > host->fail_at));
    bool chance = host->fail_chance > 0 && next_of(&host->chances) % 1000000 < host->fail_chance;
    return planned || chance || (host->ceiling > 0 && host->live + size > host->ceiling);
}

static void *vhost_alloc(void *context, size_t size) {
    struct vhost *host = context;
    if (fails(host, size)) {
        return NULL;
    }
    struct head *head = malloc(sizeof *head + size);
    if (!head) {
        return NULL;
    }
    *head = (struct head){size, MARK};
    host->blocks++;
    host->live += size;
    host->peak = host->live > host->peak ? host->live : host->peak;
    if (host->limit && host->live > host->limit) {
        fault(host, "%zu octets are allocated, mem_limit is %zu", host->live, host->limit);
    }
    return head + 1;
}

static void vhost_free(void *context, void *memory, size_t size) {
    struct vhost *host = context;
    struct head *head = (struct head *)memory - 1;
    if (head->mark != MARK) {
        fault(host, "a block is given back that was never lent");
        return;
    }
    if (head->size != size) {
        fault(host, "a block of %zu octets is given back as %zu", head->size, size);
    }
    host->blocks--;
    host->live -= head->size;
    head->mark = 0;
    free(head);
}

static int vhost_random(void *context, void *octets, size_t length) {
    uint8_t *to = octets;
    for (size_t i = 0; i < length; i += 8) {
        uint64_t value = next_of(&((struct vhost *)context)->random);
        memcpy(to + i, &value, length - i < 8 ? length - i : 8);
    }
    return 0;
}

static uint32_t vhost_iss(void *context, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote) {
    (void)local;
    (void)remote;
    return ((const struct vhost *)context)->iss;
}

void vhost_init(struct vhost *host, uint64_t seed) {
    *host = (struct vhost){.random = seed, .chances = ~seed};
}

void vhost_lend(struct vhost *host, struct lucid_config *config) {
    config->context = host;
    config->alloc = vhost_alloc;
    config->free = vhost_free;
    config->random = vhost_random;
    host->limit = config->mem_limit;
}

void vhost_lend_iss(struct vhost *host, struct lucid_config *config, uint32_t iss) {
    vhost_lend(host, config);
    host->iss = iss;
    config->iss = vhost_iss;
}

bool vhost_clean(struct vhost *host) {
    if (host->blocks > 0 || host->live > 0) {
        fault(host, "%zu octets in %zu blocks were never given back", host->live, (size_t)host->blocks);
    }
    return host->fault[0] == '\0';
}
