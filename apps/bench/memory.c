/* memory.c: what a request and an idle connection cost, with neither network nor kernel: the web server on a stack in
 * memory, with clients that are a script (peer.h). See bench.h.
 *
 * `requests` does the same work each time, so that callgrind counts it to the instruction: scripts/instructions runs it
 * twice, with different numbers of requests, and divides the difference. `idle` asks the allocator. With `bare` there
 * is no web server: what comes is thrown away, and answered by octets that never change; so the rest of a request is
 * the server's.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/peer.h"
#include "http/http_server.h"
#include "lucid/info.h"

/* Requests that arrive before the server gets its turn, as in a batch of the device. */
enum { BATCH = 64 };

/* So long idle connections rest before they are looked at, and so often time passes meanwhile. */
static const lucid_time REST = 30 * LUCID_SECOND, STEP = 10 * LUCID_MILLISECOND;

/* The server keeps no file open that was changed just now; so its clock is ahead of the file's by so many seconds. */
enum { AHEAD = 10 };

/* The answer of a bare stack: as long as the server's to a request for 13 octets. */
enum { BARE = 180 };

struct site {
    struct bench_peer peer;
    struct stack_transport transport;
    struct http_server *server; /* NULL: the stack is bare */
    int listener;               /* then */
    char request[600];
    uint32_t request_length;
};

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool fail(const char *sentence) {
    fprintf(stderr, "lucid-bench: %s\n", sentence);
    return false;
}

static bool serve_bare(struct site *site, const struct lucid_sockaddr *local) {
    struct transport *transport = &site->transport.base;
    site->listener = transport->ops->listen(transport, local, 128);
    return site->listener >= 0 || fail("the stack does not listen");
}

static bool serve_web(struct site *site, const struct lucid_sockaddr *local, unsigned clients, const char *root) {
    struct http_server_options options;
    char error[HTTP_ERROR_TEXT];
    http_server_defaults(&options);
    options.root = root;
    options.connections = clients;
    options.epoch = (uint64_t)(time(NULL) + AHEAD) * LUCID_SECOND;
    if (http_server_open(&site->server, &site->transport.base, &options, error) < 0) {
        return fail(error);
    }
    return http_server_listen(site->server, local) == 0;
}

static bool site_open(struct site *site, const struct bench_memory *options, unsigned clients) {
    const struct lucid_sockaddr local = {.port = BENCH_PORT_HTTP};
    memset(site, 0, sizeof *site);
    if (!bench_peer_open(&site->peer, clients, BENCH_PORT_HTTP, options->ipv6)) {
        return fail("there is no memory for a stack");
    }
    stack_transport_init(&site->transport, site->peer.stack);
    int length = snprintf(site->request, sizeof site->request, "GET %s HTTP/1.1\r\nHost: 10.77.0.2\r\n\r\n",
                          options->path);
    site->request_length = (uint32_t)length;
    if (length >= (int)sizeof site->request) {
        return fail("the path is too long");
    }
    return options->bare ? serve_bare(site, &local) : serve_web(site, &local, clients, options->root);
}

static void site_close(struct site *site) {
    http_server_close(site->server);
    bench_peer_close(&site->peer);
}

static void bare_event(struct site *site, int fd) {
    static char answer[BARE], request[sizeof site->request];
    struct transport *transport = &site->transport.base;
    if (fd == site->listener) {
        while (transport->ops->accept(transport, fd, NULL) >= 0) {
        }
        return;
    }
    if (transport->ops->read(transport, fd, request, sizeof request) > 0) {
        transport->ops->lend(transport, fd, answer, sizeof answer, NULL, NULL);
    }
}

/* As a turn of the host's loop. Returns packets that the server sent. */
static unsigned turn(struct site *site) {
    struct lucid_ready ready;
    lucid_tick(site->peer.stack, site->peer.now);
    while (lucid_next_event(site->peer.stack, &ready)) {
        if (site->server) {
            http_server_event(site->server, site->peer.now, ready.data);
        } else {
            bare_event(site, ready.fd);
        }
    }
    if (site->server && http_server_deadline(site->server) <= site->peer.now) {
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
    if (!site->server) {
        return true;
    }
    struct http_server_stats stats;
    http_server_stats(site->server, &stats);
    return stats.idle == site->peer.clients || fail("not all connections are idle");
}

/* A file of so many octets, and a folder for it alone. Its name is a path of the server. */
struct made_file {
    char root[32], name[48];
};

static bool file_make(struct made_file *file, unsigned octets) {
    strcpy(file->root, "/tmp/lucid-bench.XXXXXX");
    if (!mkdtemp(file->root)) {
        return false;
    }
    snprintf(file->name, sizeof file->name, "%s/file", file->root);
    int fd = open(file->name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    bool made = fd >= 0 && ftruncate(fd, octets) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return made;
}

static void file_remove(const struct made_file *file) {
    unlink(file->name);
    rmdir(file->root);
}

/* So often the server has said 200. */
static unsigned long long answered(const struct site *site) {
    struct http_server_stats stats = {0};
    if (site->server) {
        http_server_stats(site->server, &stats);
    }
    return stats.answers[2];
}

static bool measure_requests(const struct bench_memory *options) {
    struct site site;
    unsigned clients = options->connections;
    bool good = site_open(&site, options, clients + options->idle) &&
                (options->idle > 0 ? stand_idle(&site) : connect_all(&site)) && ask_all(&site, clients, clients);
    unsigned long long before = answered(&site);
    double begin = seconds();
    good = good && ask_all(&site, clients, options->requests);
    double each = (seconds() - begin) / options->requests;
    if (good) {
        printf("%.0f ns for a request, %.2f million/s; %llu were answered with 200\n", each * 1e9, 1e-6 / each,
               answered(&site) - before);
    }
    site_close(&site);
    return good;
}

int bench_requests(const struct bench_memory *options) {
    struct bench_memory memory = *options;
    struct made_file file;
    if (options->octets > 0) {
        memory.path = "/file";
        memory.root = file.root;
        if (!file_make(&file, options->octets)) {
            fail("a file in /tmp cannot be made");
            return BENCH_FAILED;
        }
    }
    bool good = measure_requests(&memory);
    if (options->octets > 0) {
        file_remove(&file);
    }
    return good ? BENCH_OK : BENCH_FAILED;
}

int bench_idle(const struct bench_memory *options) {
    struct site site;
    bool good = site_open(&site, options, options->connections);
    size_t before = bench_allocated();
    good = good && stand_idle(&site);
    if (good) {
        struct lucid_stats stats;
        lucid_stats(site.peer.stack, &stats);
        printf("%.1f octets for a connection, %.1f of these the stack's\n",
               (double)(bench_allocated() - before) / options->connections,
               (double)stats.memory / options->connections);
    }
    site_close(&site);
    return good ? BENCH_OK : BENCH_FAILED;
}
