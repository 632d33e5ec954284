/* segments.c: what 64 KB of bulk data cost a stack, with neither network nor kernel. See bench.h.
 *
 * One connection, and a client that is a script (peer.h). A segment is what a device with segmentation offload hands
 * over at once: 44 of 1460 octets, joined. A few of them make a batch, as on the device; each batch is acknowledged
 * once. scripts/instructions counts the same with callgrind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"
#include "bench/peer.h"

enum { MSS = 1448, SEGMENT = 44 * MSS, BATCH = 4 };

/* Batches until the windows are as large as they get, which are not counted; the first, for which the window that the
 * handshake tells must suffice, is one segment. */
enum { WARM_UP = 64 };

struct bulk {
    struct bench_peer peer;
    const struct bench_segments *options;
    int listener, handle;
    unsigned batch;  /* segments in each */
    uint8_t *octets; /* BATCH segments, what is sent */
    uint8_t *copy;   /* one segment, what was received */
};

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool begin(struct bulk *bulk) {
    const struct lucid_sockaddr local = {.port = BENCH_PORT_CHARGEN};
    bulk->octets = malloc((size_t)BATCH * SEGMENT);
    bulk->copy = malloc(SEGMENT);
    if (!bulk->octets || !bulk->copy || !bench_peer_open(&bulk->peer, 1, BENCH_PORT_CHARGEN, false)) {
        return false;
    }
    for (size_t i = 0; i < (size_t)BATCH * SEGMENT; i++) {
        bulk->octets[i] = (uint8_t)(i * 7 >> 3);
    }
    struct lucid_stack *stack = bulk->peer.stack;
    bulk->listener = lucid_socket(stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    if (lucid_bind(stack, bulk->listener, &local) < 0 || lucid_listen(stack, bulk->listener, 1) < 0 ||
        !bench_peer_connect(&bulk->peer, 0)) {
        return false;
    }
    bulk->handle = lucid_accept(stack, bulk->listener, NULL);
    return bulk->handle >= 0;
}

static void end(struct bulk *bulk) {
    bench_peer_close(&bulk->peer);
    free(bulk->octets);
    free(bulk->copy);
}

/* Reads a segment. True: it is what was sent. */
static bool read_copying(struct bulk *bulk) {
    return lucid_recv(bulk->peer.stack, bulk->handle, bulk->copy, SEGMENT, 0) == SEGMENT;
}

static bool read_lending(struct bulk *bulk) {
    struct lucid_slice slices[BATCH];
    size_t count;
    ptrdiff_t length = lucid_recv_lend(bulk->peer.stack, bulk->handle, slices, BATCH, &count);
    if (length < SEGMENT || count == 0 || slices[0].length != SEGMENT) {
        return false;
    }
    bulk->copy[0] = ((const uint8_t *)slices[0].data)[SEGMENT - 1];
    return lucid_recv_return(bulk->peer.stack, bulk->handle, SEGMENT) == 0;
}

/* As a turn of the host's loop: the client sends a batch, the application reads it, one ACK leaves. */
static bool receive_batch(struct bulk *bulk) {
    struct bench_peer *peer = &bulk->peer;
    struct lucid_ready ready;
    for (unsigned i = 0; i < bulk->batch; i++) {
        bench_peer_send(peer, 0, bulk->octets, SEGMENT, MSS);
    }
    lucid_tick(peer->stack, peer->now);
    while (lucid_next_event(peer->stack, &ready)) {
    }
    bool good = true;
    for (unsigned i = 0; i < bulk->batch; i++) {
        good = good && (bulk->options->copy ? read_copying(bulk) : read_lending(bulk));
    }
    bench_peer_take(peer);
    return good;
}

static bool send_some(struct bulk *bulk) {
    const ptrdiff_t length = (ptrdiff_t)bulk->batch * SEGMENT;
    struct lucid_stack *stack = bulk->peer.stack;
    return bulk->options->copy
               ? lucid_send(stack, bulk->handle, bulk->octets, (size_t)length, 0) == length
               : lucid_send_lend(stack, bulk->handle, bulk->octets, (size_t)length, NULL, NULL) == length;
}

/* The application hands over a batch, it leaves, and the client acknowledges it. */
static bool send_batch(struct bulk *bulk) {
    struct bench_peer *peer = &bulk->peer;
    struct lucid_ready ready;
    uint64_t wanted = peer->octets + (uint64_t)bulk->batch * SEGMENT;
    bool good = send_some(bulk);
    while (good && peer->octets < wanted) {
        good = bench_peer_take(peer) > 0;
        peer->now += LUCID_MILLISECOND; /* a round trip */
        bench_peer_send(peer, 0, "", 0, 0);
        lucid_tick(peer->stack, peer->now);
        while (lucid_next_event(peer->stack, &ready)) {
        }
    }
    return good && peer->octets == wanted;
}

static bool pass(struct bulk *bulk, unsigned batches) {
    bool good = true;
    for (unsigned i = 0; i < batches && good; i++) {
        good = bulk->options->send ? send_batch(bulk) : receive_batch(bulk);
        bulk->peer.now += LUCID_MICROSECOND;
    }
    return good;
}

/* The last segment that was read is what was sent: all of it when it was copied. */
static bool is_sound(const struct bulk *bulk) {
    if (bulk->options->send) {
        return true;
    }
    return bulk->options->copy ? memcmp(bulk->copy, bulk->octets, SEGMENT) == 0
                               : bulk->copy[0] == bulk->octets[SEGMENT - 1];
}

int bench_segments(const struct bench_segments *options) {
    struct bulk bulk = {.options = options, .batch = 1};
    unsigned batches = (options->segments + BATCH - 1) / BATCH;
    bool good = begin(&bulk) && pass(&bulk, 1);
    bulk.batch = BATCH;
    good = good && pass(&bulk, WARM_UP);
    double start = seconds();
    good = good && pass(&bulk, batches) && is_sound(&bulk);
    double each = (seconds() - start) / ((double)batches * BATCH);
    if (good) {
        printf("%.0f ns for a segment of %d octets, %.1f GB/s\n", each * 1e9, SEGMENT, SEGMENT / each / 1e9);
    } else {
        fputs("lucid-bench: the octets did not come through\n", stderr);
    }
    end(&bulk);
    return good ? BENCH_OK : BENCH_FAILED;
}
