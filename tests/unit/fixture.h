/* fixture.h: the lower half of a stack, ip/ and udp/, with addresses, memory that is counted and randomness that
 * repeats.
 *
 * Ours: 10.77.0.2/24, 192.0.2.5/30, fd77::2/64.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "base/env.h"
#include "ip/icmp.h"
#include "packets.h"
#include "udp/udp.h"

struct fixture {
    struct env env;
    struct ip ip;
    struct udp udp;
    uint64_t seed;
    size_t in_use;       /* octets that alloc gave */
    uint32_t fail_after; /* alloc fails from the n-th call on; UINT32_MAX: never */
    struct lucid_packet in, out;
    struct ip_datagram datagram;
    uint8_t *copy; /* of the latest packet in, at an address where its end is guarded */
};

static inline void *fixture_alloc(void *context, size_t size) {
    struct fixture *f = context;
    if (f->fail_after == 0) {
        return NULL;
    }
    f->fail_after -= f->fail_after != UINT32_MAX;
    f->in_use += size;
    return malloc(size);
}

static inline void fixture_free(void *context, void *memory, size_t size) {
    struct fixture *f = context;
    f->in_use -= size;
    free(memory);
}

static inline int fixture_random(void *context, void *octets, size_t length) {
    struct fixture *f = context;
    for (size_t i = 0; i < length; i++) {
        ((uint8_t *)octets)[i] = (uint8_t)draw(&f->seed);
    }
    return 0;
}

static inline void fixture_add(struct fixture *f, const char *addr, uint8_t prefix) {
    struct lucid_config *config = &f->env.config;
    config->addrs[config->addr_count++] = (struct lucid_ifaddr){.addr = address(addr), .prefix = prefix};
}

static inline void fixture_open(struct fixture *f) {
    memset(f, 0, sizeof *f);
    f->seed = 1;
    f->fail_after = UINT32_MAX;
    f->env.config = (struct lucid_config){
        .context = f,
        .alloc = fixture_alloc,
        .free = fixture_free,
        .random = fixture_random,
        .mtu = 1500,
        .mem_limit = 16 << 20,
        .reassembly_max = 256 << 10,
        .reassemblies_max = 256,
        .replies_max = 256,
        .icmp_errors = 100,
        .sndbuf = 65536,
        .rcvbuf = 65536,
        .ttl = 64,
        .port_first = 49152,
        .port_last = 65535,
    };
    fixture_add(f, "10.77.0.2", 24);
    fixture_add(f, "192.0.2.5", 30);
    fixture_add(f, "fd77::2", 64);
    ip_init(&f->ip, &f->env);
    udp_init(&f->udp, &f->env, &f->ip);
}

/* All sockets have been closed: not an octet may be left. */
static inline void fixture_close(struct fixture *f) {
    udp_destroy(&f->udp);
    ip_destroy(&f->ip);
    ck_assert_uint_eq(f->in_use, 0);
    ck_assert_uint_eq(f->env.stats.memory, 0);
    if (f->copy) {
        exact_free(f->copy);
    }
}

/* Hands length octets to ip_input(). */
static inline enum lucid_drop fixture_input(struct fixture *f, const uint8_t *octets, size_t length) {
    if (f->copy) {
        exact_free(f->copy);
    }
    f->copy = exact_copy(octets, length);
    f->in = (struct lucid_packet){.slices = 1, .length = (uint32_t)length};
    f->in.slice[0] = (struct lucid_slice){f->copy, length};
    return ip_input(&f->ip, &f->in, &f->datagram);
}

/* The next packet that leaves, or NULL. */
static inline const uint8_t *fixture_output(struct fixture *f) {
    ip_left(&f->ip);
    if (!ip_output(&f->ip, &f->out) && !udp_output(&f->udp, &f->out)) {
        return NULL;
    }
    EXPECT(f->out.slices == 1 && f->out.slice[0].length == f->out.length);
    return f->out.slice[0].data;
}

#endif
