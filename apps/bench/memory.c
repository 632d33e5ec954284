/* memory.c: what a request and an idle connection cost, with neither network nor kernel: the web server on a stack in
 * memory, with clients that are a script (peer.h). See bench.h.
 *
 * `requests` does the same work each time, so that callgrind counts it to the instruction: scripts/instructions runs it
 * twice, with different numbers of requests, and divides the difference. `idle` asks the allocator.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"
#include "bench/peer.h"
#include "http/http_server.h"
#include "lucid/info.h"

/* Requests that arrive before the server gets its turn, as in a batch of the device. */
enum { BATCH = 64 };

/* So long idle connections rest before they are looked at, and so often time passes meanwhile. */
static const lucid_time REST = 30 * LUCID_SECOND, STEP = 10 * LUCID_MILLISECOND;

struct site {
    struct bench_peer peer;
    struct stack_transport transport;
    struct http_server *server;
    char request[600];
    uint32_t request_length;
};

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool fail(const char *sentence) {
    fprintf(stderr, "lucid-bench: %s\n", sentence);
    return false;
}

static bool site_open(struct site *site, unsigned clients, const char *path, const char *root) {
    const struct lucid_sockaddr local = {.port = BENCH_PORT_HTTP};
    struct http_server_options options;
    char error[HTTP_ERROR_TEXT];
    memset(site, 0, sizeof *site);
    if (!bench_peer_open(&site->peer, clients, BENCH_PORT_HTTP)) {
        return fail("there is no memory for a stack");
    }
    http_server_defaults(&options);
    options.root = root;
    options.connections = clients;
    options.epoch = (uint64_t)time(NULL) * LUCID_SECOND;
    stack_transport_init(&site->transport, site->peer.stack);
    if (http_server_open(&site->server, &site->transport.base, &options, error) < 0) {
        return fail(error);
    }
    int length = snprintf(site->request, sizeof site->request, "GET %s HTTP/1.1\r\nHost: 10.77.0.2\r\n\r\n", path);
    site->request_length = (uint32_t)length;
    return length < (int)sizeof site->request && http_server_listen(site->server, &local) == 0;
}

static void site_close(struct site *site) {
    http_server_close(site->server);
    bench_peer_close(&site->peer);
}

/* As a turn of the host's loop. Returns packets that the server sent. */
static unsigned turn(struct site *site) {
    struct lucid_ready ready;
    lucid_tick(site->peer.stack, site->peer.now);
    while (lucid_next_event(site->peer.stack, &ready)) {
        http_server_event(site->server, site->peer.now, ready.data);
    }
    if (http_server_deadline(site->server) <= site->peer.now) {
        http_server_tick(site->server, site->peer.now);
    }
    return bench_peer_take(&site->peer);
}

static bool connect_all(struct site *site) {
    for (unsigned i = 0; i < site->peer.clients; i++) {
        if (!bench_peer_connect(&site->peer, i)) {
            return fail("a connection was refused");
        }
        turn(site);
    }
    return true;
}

/* Each client of a batch asks, the server answers; and each client acknowledges the answer, at the latest with its next
 * request. What is longer than the window needs an ACK at once. */
static void ask_batch(struct site *site, unsigned first, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        bench_peer_send(&site->peer, first + i, site->request, site->request_length, 0);
    }
    while (turn(site) > count) {
        for (unsigned i = 0; i < count; i++) {
            bench_peer_send(&site->peer, first + i, "", 0, 0);
        }
    }
    site->peer.now += 10000;
}

/* The first so many clients take turns. */
static bool ask_all(struct site *site, unsigned clients, unsigned requests) {
    uint64_t octets = site->peer.octets;
    unsigned batch = clients < BATCH ? clients : BATCH;
    for (unsigned asked = 0; asked < requests; asked += batch) {
        ask_batch(site, asked % (clients - clients % batch), batch);
    }
    return site->peer.octets - octets >= requests * 50ul || fail("the answers did not come");
}

/* Each connection has asked once, has its answer acknowledged, and is silent for a while: the stack puts it to sleep
 * then. */
static bool stand_idle(struct site *site) {
    if (!connect_all(site) || !ask_all(site, site->peer.clients, site->peer.clients)) {
        return false;
    }
    for (unsigned i = 0; i < site->peer.clients; i++) {
        bench_peer_send(&site->peer, i, "", 0, 0);
    }
    for (unsigned i = 0; i < REST / STEP; i++) {
        turn(site);
        site->peer.now += STEP;
    }
    while (lucid_deadline(site->peer.stack) <= site->peer.now) {
        turn(site);
    }
    struct http_server_stats stats;
    http_server_stats(site->server, &stats);
    return stats.idle == site->peer.clients || fail("not all connections are idle");
}

int bench_requests(const struct bench_memory *options) {
    struct site site;
    unsigned clients = options->connections;
    bool good = site_open(&site, clients + options->idle, options->path, options->root) &&
                (options->idle > 0 ? stand_idle(&site) : connect_all(&site)) && ask_all(&site, clients, clients);
    struct http_server_stats before = {0}, after = {0};
    http_server_stats(site.server, &before);
    double begin = seconds();
    good = good && ask_all(&site, clients, options->requests);
    double each = (seconds() - begin) / options->requests;
    if (good) {
        http_server_stats(site.server, &after);
        printf("%.0f ns for a request, %.2f million/s; %llu were answered with 200\n", each * 1e9, 1e-6 / each,
               (unsigned long long)(after.answers[2] - before.answers[2]));
    }
    site_close(&site);
    return good ? BENCH_OK : BENCH_FAILED;
}

static size_t allocated(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

int bench_idle(const struct bench_memory *options) {
    struct site site;
    bool good = site_open(&site, options->connections, options->path, options->root);
    size_t before = allocated();
    good = good && stand_idle(&site);
    if (good) {
        struct lucid_stats stats;
        lucid_stats(site.peer.stack, &stats);
        printf("%.1f octets for a connection, %.1f of these the stack's\n",
               (double)(allocated() - before) / options->connections, (double)stats.memory / options->connections);
    }
    site_close(&site);
    return good ? BENCH_OK : BENCH_FAILED;
}
