/* load.c: the client's end, on the kernel's sockets. See bench.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"

/* Round trips that are kept; more only make the run longer. */
#define TRIPS_MAX 1000000u

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static int round_trips(struct bench_target *target, double seconds) {
    float *trip = malloc(TRIPS_MAX * sizeof *trip);
    int fd = trip ? bench_connect(target, BENCH_PORT_ECHO) : -1;
    size_t count = 0;
    char octet = 'x';
    double begin = now(), last = begin;
    while (fd >= 0 && last - begin < seconds && count < TRIPS_MAX) {
        if (send(fd, &octet, 1, MSG_NOSIGNAL) != 1 || recv(fd, &octet, 1, 0) != 1) {
            perror("lucid-bench: echo");
            count = 0;
            break;
        }
        double at = now();
        trip[count++] = (float)((at - last) * 1e6);
        last = at;
    }
    if (count > 0) {
        qsort(trip, count, sizeof *trip, by_value);
        printf("%.2f us, 99%%: %.2f us\n", trip[count / 2], trip[count * 99 / 100]);
    }
    if (fd >= 0) {
        close(fd);
    }
    free(trip);
    return count > 0 ? BENCH_OK : BENCH_FAILED;
}

/* Reads to the end, so that the server has closed first. Returns the octets, or -1. */
static ssize_t read_all(int fd) {
    char text[64];
    ssize_t got, total = 0;
    while ((got = recv(fd, text, sizeof text, 0)) > 0) {
        total += got;
    }
    return got < 0 ? got : total;
}

/* So many one after another, or, if that is 0, for so long. A server that does not answer two SYNs answers no third
 * one. */
static int churn(struct bench_target *target, unsigned wanted, double seconds) {
    double begin = now(), last = begin, slowest = 0;
    unsigned count = 0;
    target->syns = 1;
    while (wanted > 0 ? count < wanted : last - begin < seconds) {
        int fd = bench_connect(target, BENCH_PORT_DAYTIME);
        if (fd < 0) {
            fprintf(stderr, "lucid-bench: %u connections in a row had been made\n", count);
            return BENCH_FAILED;
        }
        ssize_t octets = read_all(fd);
        if (octets <= 0) {
            fprintf(stderr, "lucid-bench: connection %u of daytime: %s\n", count + 1,
                    octets < 0 ? strerror(errno) : "it said nothing");
            close(fd);
            return BENCH_FAILED;
        }
        close(fd);
        double at = now();
        slowest = at - last > slowest ? at - last : slowest;
        last = at;
        count++;
    }
    printf("%.0f connections/s, slowest %.1f ms\n", count / (last - begin), slowest * 1e3);
    return BENCH_OK;
}

int bench_load(const struct bench_load *options) {
    struct bench_target target;
    if (!bench_target(&target, options->addr, options->congestion)) {
        return BENCH_USAGE;
    }
    if (strcmp(options->work, "http") == 0) {
        return bench_load_http(&target, options);
    }
    if (strcmp(options->work, "echo") == 0) {
        return round_trips(&target, options->seconds);
    }
    if (strcmp(options->work, "churn") == 0) {
        return churn(&target, options->connections, options->seconds);
    }
    return bench_bulk(&target, options);
}
