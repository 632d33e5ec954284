/* closes.c: what a TIME-WAIT record costs, with neither network nor kernel. See bench.h.
 *
 * A stack in memory takes connections and closes each at once, before its client does, so that TIME-WAIT is ours. All
 * records stand until the last is made; then time passes, and all expire. What is printed for both is CPU time, of the
 * first connections and of the last: were anything proportional to the records that stand, these would differ.
 */
#include <stdio.h>
#include <time.h>

#include "bench/bench.h"
#include "bench/peer.h"
#include "lucid/info.h"

/* So many closes are measured together. */
enum { SOME = 10000 };

/* Between two closes; a million of them take less than 2MSL. */
static const lucid_time STEP = 10 * LUCID_MICROSECOND;

struct closes {
    struct bench_peer peer;
    int listener;
    uint32_t done;
};

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool begin(struct closes *closes, uint32_t count, bool ipv6) {
    const struct lucid_sockaddr local = {.port = BENCH_PORT_DAYTIME};
    if (!bench_peer_open(&closes->peer, count, BENCH_PORT_DAYTIME, ipv6)) {
        return false;
    }
    struct lucid_stack *stack = closes->peer.stack;
    closes->listener = lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    return lucid_bind(stack, closes->listener, &local) == 0 && lucid_listen(stack, closes->listener, 128) == 0;
}

/* A connection, from SYN to TIME-WAIT. */
static bool open_and_close(struct closes *closes) {
    struct bench_peer *peer = &closes->peer;
    if (!bench_peer_connect(peer, closes->done)) {
        return false;
    }
    int handle = lucid_accept(peer->stack, closes->listener, NULL);
    if (handle < 0 || lucid_close(peer->stack, handle) < 0) {
        return false;
    }
    bench_peer_take(peer);
    bench_peer_finish(peer, closes->done++);
    bench_peer_take(peer);
    peer->now += STEP;
    return true;
}

/* Nanoseconds for each of the next so many; 0 when one is refused. */
static double close_some(struct closes *closes, uint32_t count) {
    double start = seconds();
    for (uint32_t i = 0; i < count; i++) {
        if (!open_and_close(closes)) {
            return 0;
        }
    }
    return count == 0 ? 1 : (seconds() - start) * 1e9 / count;
}

/* All expire, in the time that they were made in. Nanoseconds for each. */
static double expire(struct closes *closes) {
    struct bench_peer *peer = &closes->peer;
    double start = seconds();
    for (lucid_time at; (at = lucid_deadline(peer->stack)) != LUCID_NEVER;) {
        peer->now = at > peer->now ? at : peer->now;
        lucid_tick(peer->stack, peer->now);
    }
    return (seconds() - start) * 1e9 / closes->done;
}

static bool measure(struct closes *closes, uint32_t count) {
    struct lucid_stats before, full, after;
    uint32_t some = count < 2 * SOME ? count / 2 : SOME;
    lucid_stats(closes->peer.stack, &before);
    double first = close_some(closes, some);
    double rest = first > 0 ? close_some(closes, count - 2 * some) : 0;
    double last = rest > 0 ? close_some(closes, some) : 0;
    lucid_stats(closes->peer.stack, &full);
    if (!(last > 0) || full.timewaits != count) {
        fprintf(stderr, "lucid-bench: only %u of %u connections are in TIME-WAIT\n", full.timewaits, count);
        return false;
    }
    double end = expire(closes);
    lucid_stats(closes->peer.stack, &after);
    double octets = (double)(full.memory - before.memory);
    printf("%.1f octets for a TIME-WAIT record, %.1f MB for %u\n", octets / count, octets / 1e6, count);
    printf("%.0f ns for a connection with none of them, %.0f ns with all; %.0f ns to expire\n", first, last, end);
    return after.timewaits == 0;
}

int bench_closes(uint32_t count, bool ipv6) {
    struct closes closes = {.done = 0};
    bool good = begin(&closes, count, ipv6);
    if (!good) {
        fputs("lucid-bench: there is no memory for a stack\n", stderr);
    }
    good = good && measure(&closes, count);
    bench_peer_close(&closes.peer);
    return good ? BENCH_OK : BENCH_FAILED;
}
