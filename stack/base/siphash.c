/* siphash.c: SipHash-2-4 and SipHash-1-3. See siphash.h.
 *
 * The names are those of the paper: four words of state v0 to v3, a "SipRound" that mixes them by addition, rotation
 * and exclusive or, c rounds for each word of the message and d at the end: SipHash-c-d.
 */
#include "base/siphash.h"

#include "base/bytes.h"

struct sip_state {
    uint64_t v0, v1, v2, v3;
};

static uint64_t rotate_left(uint64_t x, unsigned bits) {
    return x << bits | x >> (64u - bits);
}

/* Written out, because compilers know this for one load; the loop over eight octets they do not. */
static uint64_t get64_little(const uint8_t *from) {
    return (uint64_t)from[0] | (uint64_t)from[1] << 8 | (uint64_t)from[2] << 16 | (uint64_t)from[3] << 24 |
           (uint64_t)from[4] << 32 | (uint64_t)from[5] << 40 | (uint64_t)from[6] << 48 | (uint64_t)from[7] << 56;
}

static void sip_rounds(struct sip_state *s, unsigned rounds) {
    for (unsigned i = 0; i < rounds; i++) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = rotate_left(s->v1, 13) ^ s->v0;
        s->v3 = rotate_left(s->v3, 16) ^ s->v2;
        s->v0 = rotate_left(s->v0, 32);
        s->v2 += s->v1;
        s->v0 += s->v3;
        s->v1 = rotate_left(s->v1, 17) ^ s->v2;
        s->v3 = rotate_left(s->v3, 21) ^ s->v0;
        s->v2 = rotate_left(s->v2, 32);
    }
}

static void sip_word(struct sip_state *s, uint64_t word, unsigned c) {
    s->v3 ^= word;
    sip_rounds(s, c);
    s->v0 ^= word;
}

/* Inline, so that the compiler unrolls what c and d say. */
static inline uint64_t siphash(const uint8_t key[SIPHASH_KEY], const void *octets, size_t length, unsigned c,
                               unsigned d) {
    const uint8_t *from = octets;
    uint64_t k0 = get64_little(key);
    uint64_t k1 = get64_little(key + 8);
    struct sip_state s = {
        /* "somepseudorandomlygeneratedbytes", so that the four words differ whatever the key */
        .v0 = k0 ^ UINT64_C(0x736f6d6570736575),
        .v1 = k1 ^ UINT64_C(0x646f72616e646f6d),
        .v2 = k0 ^ UINT64_C(0x6c7967656e657261),
        .v3 = k1 ^ UINT64_C(0x7465646279746573),
    };
    size_t whole = length - length % 8;
    for (size_t i = 0; i < whole; i += 8) {
        sip_word(&s, get64_little(from + i), c);
    }
    uint64_t last = (uint64_t)length << 56;
    for (size_t i = whole; i < length; i++) {
        last |= (uint64_t)from[i] << (i - whole) * 8;
    }
    sip_word(&s, last, c);
    s.v2 ^= 0xff;
    sip_rounds(&s, d);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

uint64_t siphash24(const uint8_t key[SIPHASH_KEY], const void *octets, size_t length) {
    return siphash(key, octets, length, 2, 4);
}

uint64_t siphash13(const uint8_t key[SIPHASH_KEY], const void *octets, size_t length) {
    return siphash(key, octets, length, 1, 3);
}
