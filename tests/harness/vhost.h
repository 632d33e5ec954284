/* vhost.h: the host that a stack has in tests: memory that is counted, randomness that repeats.
 *
 *     vhost_init(&host, seed);
 *     lucid_config_default(&config);
 *     vhost_lend(&host, &config);
 *     ... lucid_create, ..., lucid_destroy
 *     ck_assert_msg(vhost_clean(&host), "%s", host.fault);
 *
 * Every block remembers its size: giving back another size, more than config.mem_limit at one time, or a block that is
 * never given back is a fault. With fail_at set, the allocation of that number fails (and all later ones, with
 * fail_on): the way to visit every place where memory may be short.
 */
#ifndef HARNESS_VHOST_H
#define HARNESS_VHOST_H

#include "lucid/lucid.h"

struct vhost {
    size_t live, peak, limit; /* octets; limit 0: none */
    uint64_t blocks;          /* not given back yet */
    uint64_t allocations;     /* so far */
    uint64_t fail_at;         /* 0: none fails */
    bool fail_on;
    uint32_t fail_chance; /* in millionths: each fails by chance, from a stream of random numbers of its own */
    uint64_t chances;     /* state of that one */
    size_t ceiling;       /* beyond so many octets all fail; 0: no */
    uint64_t random;      /* state of the generator */
    uint32_t iss;         /* what the ISS hook of vhost_lend_iss() gives */
    char fault[160];      /* the first one; "" */
};

void vhost_init(struct vhost *host, uint64_t seed);

/* Sets context, alloc, free and random. */
void vhost_lend(struct vhost *host, struct lucid_config *config);

/* Sets the ISS hook too: every connection begins with this number. */
void vhost_lend_iss(struct vhost *host, struct lucid_config *config, uint32_t iss);

/* After lucid_destroy(): true when nothing is left and there was no fault. */
bool vhost_clean(struct vhost *host);

#endif
