/* bulk.c: octets as fast as they go, one way, on one connection or on many at the same time. See bench.h.
 *
 * Both ends know the octets (pattern.h). While the time runs the receiver only looks at some of them. Then both ends
 * hash a tail that follows on each connection: of what we send, the server says in a line whether it came right; of
 * what it sends, we see that ourselves. A run in which a single octet is wrong has no figure.
 *
 * One thread does it all. One connection waits for itself; many take turns as epoll(7) names them, a piece each.
 * Client and server share a CPU, which the scheduler hands out by milliseconds: what many connections send or receive
 * in one is more than any cache holds, and then memory is measured, not TCP. So who sends on many yields after some
 * pieces, and who receives on many has buffers that do not grow (by themselves they grow to 32 MB each, until the
 * kernel has no more). That is the same whoever serves.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/pattern.h"

/* Connections that are told to be ready at one time; pieces that are sent on some of them before we yield. */
enum { BATCH = 64, PIECES = 8 };

/* Seconds for each of many connections before it counts: that long take slow starts that share one CPU. */
static const double WARM_UP = 0.0008;

/* SO_RCVBUF of one connection of many, in octets; the kernel doubles it, and offers half of that. */
static const int RECEIVE_BUFFER = 512 * 1024;

struct flow {
    int fd;
    struct pattern_source source; /* up */
    struct pattern_check check;   /* down */
};

struct bulk {
    struct flow *flow;
    unsigned flows, over; /* over: so many have sent or received their tail */
    unsigned pieces;      /* of many */
    int epoll;            /* of many */
    bool up;
    char *room; /* BENCH_PIECE to receive into */
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool broke(const char *what) {
    fprintf(stderr, "lucid-bench: the connection broke: %s\n", what);
    return false;
}

static bool came_wrong(const char *error) {
    fprintf(stderr, "lucid-bench: what was sent is not what came: %s\n", error);
    return false;
}

/* ---- a piece ---- */

/* Sends the next piece of the pattern, or a part of it. False: after a sentence. */
static bool send_piece(struct flow *flow, int flags) {
    size_t length;
    const void *data = pattern_next(&flow->source, &length);
    ssize_t sent = send(flow->fd, data, length, MSG_NOSIGNAL | flags);
    if (sent < 0) {
        return errno == EAGAIN || broke(strerror(errno));
    }
    pattern_sent(&flow->source, (size_t)sent);
    return true;
}

static bool receive_piece(const struct bulk *bulk, struct flow *flow, int flags) {
    ssize_t got = recv(flow->fd, bulk->room, BENCH_PIECE, flags);
    if (got < 0 && errno == EAGAIN) {
        return true;
    }
    if (got <= 0) {
        return broke(got < 0 ? strerror(errno) : "closed by the server");
    }
    return pattern_take(&flow->check, bulk->room, (size_t)got) || came_wrong(flow->check.error);
}

static enum pattern_phase phase_of(const struct bulk *bulk, const struct flow *flow) {
    return bulk->up ? flow->source.phase : flow->check.phase;
}

static bool move_piece(struct bulk *bulk, struct flow *flow, int flags) {
    bool good = bulk->up ? send_piece(flow, flags) : receive_piece(bulk, flow, flags);
    if (good && phase_of(bulk, flow) == PATTERN_OVER) {
        bulk->over++;
        if (bulk->epoll >= 0) {
            epoll_ctl(bulk->epoll, EPOLL_CTL_DEL, flow->fd, NULL);
        }
    }
    return good;
}

static bool move_of_many(struct bulk *bulk) {
    struct epoll_event ready[BATCH];
    int count = epoll_wait(bulk->epoll, ready, BATCH, 1000);
    bool good = count >= 0 || broke(strerror(errno));
    for (int i = 0; good && i < count; i++) {
        good = move_piece(bulk, ready[i].data.ptr, MSG_DONTWAIT);
        bulk->pieces++;
        if (bulk->up && bulk->pieces % PIECES == 0) {
            bench_yield();
        }
    }
    return good;
}

static bool move_some(struct bulk *bulk) {
    return bulk->epoll < 0 ? move_piece(bulk, bulk->flow, 0) : move_of_many(bulk);
}

/* ---- while the time runs ---- */

/* Octets that the peer has not acknowledged, by the call that is also named SIOCOUTQ: they have not arrived, as far as
 * anybody knows. */
static double outstanding(int fd) {
    int octets = 0;
    return ioctl(fd, TIOCOUTQ, &octets) == 0 ? octets : 0;
}

/* What still waits in our send buffers does not count. */
static double moved(const struct bulk *bulk) {
    double octets = 0;
    for (unsigned i = 0; i < bulk->flows; i++) {
        const struct flow *flow = &bulk->flow[i];
        octets += bulk->up ? (double)flow->source.octets - outstanding(flow->fd) : (double)flow->check.octets;
    }
    return octets;
}

static bool move_until(struct bulk *bulk, double end) {
    bool good = true;
    while (good && now() < end) {
        good = move_some(bulk);
    }
    return good;
}

/* Returns MB/s, or -1. */
static double run(struct bulk *bulk, double seconds) {
    if (bulk->flows > 1 && !move_until(bulk, now() + WARM_UP * bulk->flows)) {
        return -1;
    }
    double before = moved(bulk), begin = now();
    if (!move_until(bulk, begin + seconds)) {
        return -1;
    }
    return (moved(bulk) - before) / (now() - begin) / 1e6;
}

/* ---- and after it ---- */

/* The server has seen it all and says in a line what is wrong, or "right". */
static bool ask_server(int fd) {
    char line[PATTERN_ERROR + 1];
    size_t length = 0;
    ssize_t got = shutdown(fd, SHUT_WR);
    while (length < sizeof line - 1 && (got = recv(fd, line + length, sizeof line - 1 - length, 0)) > 0) {
        length += (size_t)got;
    }
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
    if (got < 0 || length == 0) {
        return came_wrong("the server does not say what came");
    }
    return strcmp(line, PATTERN_RIGHT) == 0 || came_wrong(line);
}

/* Tails are due. That we close our side asks the server for its own. */
static bool finish(struct bulk *bulk) {
    for (unsigned i = 0; i < bulk->flows; i++) {
        pattern_finish(&bulk->flow[i].source);
        if (!bulk->up) {
            shutdown(bulk->flow[i].fd, SHUT_WR);
        }
    }
    while (bulk->over < bulk->flows) {
        if (!move_some(bulk)) {
            return false;
        }
    }
    for (unsigned i = 0; bulk->up && i < bulk->flows; i++) {
        if (!ask_server(bulk->flow[i].fd)) {
            return false;
        }
    }
    return true;
}

static void print(const struct bulk *bulk, double rate) {
    double octets = 0, hashed = 0;
    for (unsigned i = 0; i < bulk->flows; i++) {
        const struct flow *flow = &bulk->flow[i];
        octets += (double)(bulk->up ? flow->source.octets : flow->check.octets);
        hashed += (double)(bulk->up ? flow->source.hashed : flow->check.hashed);
    }
    printf("%.4f MB/s\nverified: %.0f octets as they came, %.0f more by hash\n", rate, octets - hashed, hashed);
}

/* ---- the connections ---- */

static bool open_flow(const struct bulk *bulk, struct flow *flow, struct bench_target *target) {
    struct epoll_event event = {.events = bulk->up ? EPOLLOUT : EPOLLIN, .data.ptr = flow};
    pattern_source_begin(&flow->source);
    pattern_check_begin(&flow->check);
    flow->fd = bench_connect(target, bulk->up ? BENCH_PORT_DISCARD : BENCH_PORT_CHARGEN);
    if (flow->fd < 0 || bulk->epoll < 0) {
        return flow->fd >= 0;
    }
    if (epoll_ctl(bulk->epoll, EPOLL_CTL_ADD, flow->fd, &event) < 0) {
        perror("lucid-bench: epoll");
        return false;
    }
    return true;
}

static void close_all(struct bulk *bulk, unsigned open) {
    for (unsigned i = 0; i < open; i++) {
        close(bulk->flow[i].fd);
    }
    if (bulk->epoll >= 0) {
        close(bulk->epoll);
    }
    free(bulk->flow);
    free(bulk->room);
}

int bench_bulk(struct bench_target *target, const struct bench_load *options) {
    unsigned open = 0, flows = options->connections;
    struct bulk bulk = {.flow = calloc(flows, sizeof *bulk.flow),
                        .flows = flows,
                        .epoll = flows > 1 ? epoll_create1(EPOLL_CLOEXEC) : -1,
                        .up = strcmp(options->work, "up") == 0,
                        .room = malloc(BENCH_PIECE)};
    bool good = bulk.flow && bulk.room && (flows == 1 || bulk.epoll >= 0);
    if (!good) {
        fputs("lucid-bench: there is no memory for so many connections\n", stderr);
    }
    target->receive_buffer = flows > 1 ? RECEIVE_BUFFER : 0;
    while (good && open < flows) {
        good = open_flow(&bulk, &bulk.flow[open], target);
        open += good;
    }
    double rate = good ? run(&bulk, options->seconds) : -1;
    good = rate >= 0 && finish(&bulk);
    if (good) {
        print(&bulk, rate);
    }
    close_all(&bulk, open);
    return good ? BENCH_OK : BENCH_FAILED;
}
