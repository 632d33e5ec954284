/* bare.c: what memory an idle TCP connection has, with nothing on top: a stack in memory that echoes. See bench.h.
 *
 * Each connection says a few octets, which come back; then all are silent until the last of them sleeps.
 */
#include <stdio.h>

#include "bench/bench.h"
#include "bench/peer.h"
#include "lucid/info.h"

struct bare {
    struct bench_peer peer;
    int listener;
};

static bool fail(const char *sentence) {
    fprintf(stderr, "lucid-bench: %s\n", sentence);
    return false;
}

static bool bare_open(struct bare *bare, unsigned clients, bool ipv6) {
    const struct lucid_sockaddr local = {.port = BENCH_PORT_ECHO};
    if (!bench_peer_open(&bare->peer, clients, BENCH_PORT_ECHO, ipv6)) {
        return fail("there is no memory for a stack");
    }
    struct lucid_stack *stack = bare->peer.stack;
    bare->listener = lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    return lucid_bind(stack, bare->listener, &local) == 0 && lucid_listen(stack, bare->listener, 128) == 0;
}

/* Client i says something, hears it, and acknowledges it. */
static bool echo_once(struct bare *bare, unsigned i) {
    char octets[16];
    struct bench_peer *peer = &bare->peer;
    if (!bench_peer_connect(peer, i)) {
        return false;
    }
    int fd = lucid_accept(peer->stack, bare->listener, NULL);
    bench_peer_send(peer, i, "hello", 5, 0);
    ptrdiff_t n = fd > 0 ? lucid_recv(peer->stack, fd, octets, sizeof octets, 0) : 0;
    if (n != 5 || lucid_send(peer->stack, fd, octets, (size_t)n, 0) != n) {
        return false;
    }
    bench_peer_take(peer);
    bench_peer_send(peer, i, "", 0, 0);
    return true;
}

/* Time passes until nobody waits for it any more. */
static void rest(struct bench_peer *peer) {
    struct lucid_ready ready;
    while (lucid_next_event(peer->stack, &ready)) {
    }
    for (lucid_time at; (at = lucid_deadline(peer->stack)) != LUCID_NEVER;) {
        peer->now = at > peer->now ? at : peer->now;
        lucid_tick(peer->stack, peer->now);
        bench_peer_take(peer);
    }
}

static bool stand_idle(struct bare *bare) {
    struct lucid_stats stats;
    for (unsigned i = 0; i < bare->peer.clients; i++) {
        if (!echo_once(bare, i)) {
            return fail("a connection was refused, or its echo did not come");
        }
    }
    rest(&bare->peer);
    lucid_stats(bare->peer.stack, &stats);
    return stats.sleeping == bare->peer.clients || fail("not all connections are idle");
}

/* What the stack counts, for builds whose malloc tells nothing. */
static size_t memory_of(const struct lucid_stack *stack) {
    struct lucid_stats stats;
    lucid_stats(stack, &stats);
    return stats.memory;
}

int bench_idle_bare(const struct bench_memory *options) {
    struct bare bare;
    bool good = bare_open(&bare, options->connections, options->ipv6);
    size_t before = bench_allocated(), of_stack = good ? memory_of(bare.peer.stack) : 0;
    good = good && stand_idle(&bare);
    if (good) {
        printf("%.1f octets for a connection, %.1f of these the stack's\n",
               (double)(bench_allocated() - before) / options->connections,
               (double)(memory_of(bare.peer.stack) - of_stack) / options->connections);
    }
    bench_peer_close(&bare.peer);
    return good ? BENCH_OK : BENCH_FAILED;
}
