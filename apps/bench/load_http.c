/* load_http.c: a client of HTTP, for where wrk is not installed: some connections, each of which asks again as soon as
 * it has its answer. See bench.h.
 *
 * It knows no more of HTTP than it needs: the head of an answer comes at once, and says how long the answer is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"

enum { EVENTS = 64, LOOK_AT_CLOCK = 16 };

struct http_load {
    char request[512];
    size_t request_length;
    int epoll;
    unsigned long answers;
    size_t *left; /* by descriptor: octets that are missing of the current answer; 0: it has not begun */
    int size;     /* of left */
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool fail(const char *sentence) {
    fprintf(stderr, "lucid-bench: http: %s\n", sentence);
    return false;
}

static bool ask(const struct http_load *load, int fd) {
    ssize_t sent = send(fd, load->request, load->request_length, MSG_NOSIGNAL);
    return sent == (ssize_t)load->request_length || fail("a request could not be sent whole");
}

/* Head and body of the answer that begins with these octets; 0 after a sentence: it is no good. */
static size_t length_of(char *octets, size_t length) {
    octets[length] = '\0';
    const char *end = strstr(octets, "\r\n\r\n"), *field = strcasestr(octets, "\r\ncontent-length:");
    if (strncmp(octets, "HTTP/1.1 200 ", 13) != 0 || !end || !field || field > end) {
        fail("the answer is not 200, or does not say how long it is");
        return 0;
    }
    return (size_t)(end + 4 - octets) + strtoul(field + 17, NULL, 10);
}

/* Reads what there is, and asks again when that was the end of an answer. */
static bool serve(struct http_load *load, int fd) {
    static char room[BENCH_PIECE + 1];
    ssize_t n = recv(fd, room, BENCH_PIECE, MSG_DONTWAIT);
    if (n <= 0) {
        return n < 0 && errno == EAGAIN ? true : fail("the server closed a connection");
    }
    size_t *left = &load->left[fd];
    *left = *left > 0 ? *left : length_of(room, (size_t)n);
    if ((size_t)n > *left) {
        return *left > 0 ? fail("an answer is longer than it says") : false;
    }
    *left -= (size_t)n;
    if (*left > 0) {
        return true;
    }
    load->answers++;
    return ask(load, fd);
}

static bool add_connection(struct http_load *load, struct bench_target *target) {
    int fd = bench_connect(target, BENCH_PORT_HTTP);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (fd < 0) {
        return false;
    }
    if (fd >= load->size) {
        int size = 2 * (fd + 32);
        size_t *left = realloc(load->left, (size_t)size * sizeof *left);
        if (!left) {
            return fail("there is no memory");
        }
        memset(left + load->size, 0, (size_t)(size - load->size) * sizeof *left);
        load->left = left;
        load->size = size;
    }
    return epoll_ctl(load->epoll, EPOLL_CTL_ADD, fd, &event) == 0 && ask(load, fd);
}

static bool run(struct http_load *load, double until) {
    struct epoll_event event[EVENTS];
    for (unsigned turn = 0; turn % LOOK_AT_CLOCK != 0 || now() < until; turn++) {
        int n = epoll_wait(load->epoll, event, EVENTS, 1000);
        for (int i = 0; i < n; i++) {
            if (!serve(load, event[i].data.fd)) {
                return false;
            }
        }
    }
    return true;
}

int bench_load_http(struct bench_target *target, const struct bench_load *options) {
    struct http_load load = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
    int length = snprintf(load.request, sizeof load.request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", options->path,
                          options->addr);
    bool good = length < (int)sizeof load.request && load.epoll >= 0;
    load.request_length = (size_t)length;
    double begin = now();
    for (unsigned i = 0; good && i < options->connections; i++) {
        good = add_connection(&load, target);
    }
    good = good && run(&load, begin + options->seconds);
    if (good) {
        printf("%.0f requests/s\n", (double)load.answers / (now() - begin));
    }
    free(load.left);
    return good ? BENCH_OK : BENCH_FAILED;
}
