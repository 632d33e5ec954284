/* seq32.h: sequence numbers, RFC 9293 3.4.
 *
 * Sequence numbers count modulo 2^32, so "less than" is not the < of integers: 0xffffffff is just before 0. To make the
 * wrong comparison impossible the number is wrapped in a struct: `a < b` does not compile. All arithmetic goes through
 * the functions here; .v is for the wire and for printing.
 *
 * seq_lt(a, b) asks whether b lies ahead of a by less than half the space. It is an order only among numbers that lie
 * within 2^31 of each other, which every window guarantees (RFC 7323 2.3 limits windows to 2^30 for this reason). At a
 * distance of exactly 2^31 there is no answer; seq_lt says true both ways there, so nothing may depend on it.
 */
#ifndef BASE_SEQ32_H
#define BASE_SEQ32_H

#include <stdbool.h>
#include <stdint.h>

struct seq32 {
    uint32_t v;
};

static inline struct seq32 seq32(uint32_t v) {
    return (struct seq32){v};
}

static inline struct seq32 seq_add(struct seq32 a, uint32_t n) {
    return (struct seq32){a.v + n};
}

static inline struct seq32 seq_sub(struct seq32 a, uint32_t n) {
    return (struct seq32){a.v - n};
}

/* How many octets lie from `from` up to, not including, `to`. */
static inline uint32_t seq_distance(struct seq32 from, struct seq32 to) {
    return to.v - from.v;
}

static inline bool seq_eq(struct seq32 a, struct seq32 b) {
    return a.v == b.v;
}

static inline bool seq_lt(struct seq32 a, struct seq32 b) {
    return a.v - b.v >= UINT32_C(0x80000000);
}

static inline bool seq_le(struct seq32 a, struct seq32 b) {
    return seq_eq(a, b) || seq_lt(a, b);
}

static inline bool seq_gt(struct seq32 a, struct seq32 b) {
    return seq_lt(b, a);
}

static inline bool seq_ge(struct seq32 a, struct seq32 b) {
    return seq_le(b, a);
}

static inline struct seq32 seq_max(struct seq32 a, struct seq32 b) {
    return seq_lt(a, b) ? b : a;
}

static inline struct seq32 seq_min(struct seq32 a, struct seq32 b) {
    return seq_lt(b, a) ? b : a;
}

/* start <= s < start + size: the range test of RFC 9293 3.4. Exact for any size. */
static inline bool seq_in(struct seq32 s, struct seq32 start, uint32_t size) {
    return seq_distance(start, s) < size;
}

#endif
