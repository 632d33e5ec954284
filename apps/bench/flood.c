/* flood.c: what a forged SYN costs the stack: a stack in memory, and a million of them. See bench.h.
 *
 * There is no device and no kernel: a packet is handed over, and what leaves is pulled, sixty-four at a time as from a
 * queue. The sources are random, so that caches are as cold as a flood makes them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"
#include "bench/peer.h"
#include "lucid/info.h"

enum { IP6 = 40, TCP = 20, MSS = 4, TIMESTAMPS = 12, BATCH = 64, HALF_OPEN = 1024, PORT = 80 };

enum { SYN = 2, ACK = 16 };

struct flood {
    struct lucid_stack *stack;
    struct lucid_packet in, out;
    uint8_t octets[IP6 + TCP + MSS + TIMESTAMPS];
    uint64_t random;
    lucid_time now;
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t draw(struct flood *flood) {
    uint64_t z = flood->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool begin(struct flood *flood, uint32_t half_open_max) {
    struct lucid_config config;
    const struct lucid_sockaddr local = {.port = PORT};
    memset(flood, 0, sizeof *flood);
    lucid_config_default(&config);
    bench_lend(&config);
    config.half_open_max = half_open_max;
    config.addrs[0].prefix = 64;
    config.addr_count = 1;
    flood->now = LUCID_SECOND;
    bool made = lucid_addr_parse("fd77::2", &config.addrs[0].addr) == 0 &&
                lucid_create(&flood->stack, &config, flood->now) == 0;
    int listener = made ? lucid_socket(flood->stack, LUCID_AF_INET6, LUCID_SOCK_STREAM, 0) : -1;
    return made && lucid_bind(flood->stack, listener, &local) == 0 && lucid_listen(flood->stack, listener, 1024) == 0;
}

/* Everything of the segment that stays. The checksum is left out: the packets are handed over as trusted. */
static void make(struct flood *flood, uint8_t flags, bool timestamps) {
    static const uint8_t head[] = {0x60, 0, 0, 0, 0, 0, 6, 64};
    static const uint8_t ours[] = {0xfd, 0x77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
    static const uint8_t options[] = {2, 4, 5, 180, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0};
    size_t length = TCP + MSS + (timestamps ? TIMESTAMPS : 0);
    uint8_t *tcp = flood->octets + IP6;
    memcpy(flood->octets, head, sizeof head);
    flood->octets[5] = (uint8_t)length;
    flood->octets[8] = 0x20;
    flood->octets[9] = 0x01;
    memcpy(flood->octets + 24, ours, sizeof ours);
    memset(tcp, 0, TCP);
    tcp[3] = PORT;
    tcp[12] = (uint8_t)(length / 4 << 4);
    tcp[13] = flags;
    tcp[14] = tcp[15] = 0xff;
    memcpy(tcp + TCP, options, length - TCP);
    flood->in.slices = 1;
    flood->in.slice[0] = (struct lucid_slice){flood->octets, IP6 + length};
    flood->in.length = (uint32_t)(IP6 + length);
    flood->in.checksum = LUCID_CHECKSUM_TRUSTED;
}

static void hand_over(struct flood *flood) {
    uint64_t source = draw(flood), numbers = draw(flood);
    memcpy(flood->octets + 16, &source, sizeof source);
    memcpy(flood->octets + IP6, &numbers, 2);
    flood->octets[IP6] |= 1; /* a port is never 0 */
    memcpy(flood->octets + IP6 + 4, &numbers, sizeof numbers);
    lucid_input(flood->stack, flood->now, &flood->in);
}

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Prints nanoseconds for each of count segments. */
static void measure(struct flood *flood, const char *what, uint32_t count) {
    double start = seconds();
    for (uint32_t i = 0; i < count; i++) {
        hand_over(flood);
        while (i % BATCH == BATCH - 1 && lucid_output(flood->stack, flood->now, &flood->out)) {
        }
    }
    double each = (seconds() - start) / count;
    printf("%-38s %8.0f ns   %6.2f million/s\n", what, each * 1e9, 1e-6 / each);
}

int bench_flood(uint32_t count) {
    struct flood flood;
    struct lucid_stats stats;
    if (!begin(&flood, count)) {
        fputs("lucid-bench: no memory for a stack\n", stderr);
        return BENCH_FAILED;
    }
    make(&flood, SYN, false);
    measure(&flood, "SYN, a record is made", count);
    lucid_destroy(flood.stack);
    if (!begin(&flood, HALF_OPEN)) {
        fputs("lucid-bench: no memory for a stack\n", stderr);
        return BENCH_FAILED;
    }
    make(&flood, SYN, false);
    for (unsigned i = 0; i < HALF_OPEN; i++) {
        hand_over(&flood);
    }
    measure(&flood, "SYN, answered by a cookie", count);
    make(&flood, SYN, true);
    measure(&flood, "SYN with timestamps, by a cookie", count);
    make(&flood, ACK, true);
    measure(&flood, "ACK that is no cookie, answered by RST", count);
    lucid_stats(flood.stack, &stats);
    printf("memory with %u half open: %zu octets at most\n", stats.half_open, stats.memory_peak);
    lucid_destroy(flood.stack);
    return BENCH_OK;
}
