/* parts.c: what the pieces cost that any way through a TUN device is made of: system calls of the device, and copies.
 * See bench.h; docs/performance.md puts them together.
 *
 * The device lies in a network namespace that this process makes for itself. What is read was sent by a UDP socket of
 * the kernel, a few packets ahead, and only the reads are timed. What is written has a wrong checksum in its IP header,
 * so that the kernel drops it as soon as it looks: the price is that of the call, the copy and the buffer, and none of
 * the TCP that takes a real segment up to its socket. Large packets need no segmentation here: the MTU is that large.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"

enum { IP = 20, UDP = 8, SMALL = 64, LARGE = 64 * 1024 - 1024, MTU = 65535 };

/* Packets that wait in the device at a time; the socket's send buffer has to hold them. */
enum { AHEAD = 2 };

/* Short passes, many of them: some are left alone by the rest of the machine. */
enum { ROUNDS = 500, PASSES = 40 };

/* More than the caches have; each pass copies the next part of it. */
static const size_t BEYOND_CACHES = (size_t)256 << 20;
enum { FAR_ROUNDS = 100 };

struct parts {
    struct lucid_device *device;
    int socket;
    uint8_t *room, *octets; /* LUCID_PACKET_MAX octets each */
    uint8_t *far;           /* BEYOND_CACHES of them */
    size_t at;              /* of far: what is copied next */
};

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool begin(struct parts *parts, char error[LUCID_ERROR_TEXT]) {
    struct lucid_host_options options;
    const struct sockaddr_in there = {
        .sin_family = AF_INET, .sin_port = htons(BENCH_PORT_DISCARD), .sin_addr = {htonl(0x0a4d0002)}}; /* 10.77.0.2 */
    snprintf(error, LUCID_ERROR_TEXT, "there is no memory, or no socket");
    parts->room = calloc(2, LUCID_PACKET_MAX);
    parts->far = malloc(BEYOND_CACHES);
    lucid_host_defaults(&options);
    options.config.mtu = MTU;
    if (!parts->room || !parts->far || lucid_host_private_network(error) < 0 ||
        lucid_device_open(&parts->device, &options, error) < 0) {
        return false;
    }
    memset(parts->far, 1, BEYOND_CACHES); /* so that there is memory behind it */
    parts->octets = parts->room + LUCID_PACKET_MAX;
    parts->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return parts->socket >= 0 && connect(parts->socket, (const struct sockaddr *)&there, sizeof there) == 0;
}

static void end(struct parts *parts) {
    if (parts->socket >= 0) {
        close(parts->socket);
    }
    lucid_device_close(parts->device);
    free(parts->room);
    free(parts->far);
}

/* ---- each returns nanoseconds for one, or a negative number ---- */

static double call_nothing(struct parts *parts, size_t length) {
    (void)parts, (void)length;
    double start = seconds();
    for (unsigned i = 0; i < ROUNDS; i++) {
        syscall(SYS_getppid);
    }
    return (seconds() - start) * 1e9 / ROUNDS;
}

static double read_clock(struct parts *parts, size_t length) {
    (void)parts, (void)length;
    double start = seconds();
    for (unsigned i = 0; i < ROUNDS; i++) {
        seconds();
    }
    return (seconds() - start) * 1e9 / ROUNDS;
}

static double read_nothing(struct parts *parts, size_t length) {
    (void)length;
    while (lucid_device_read(parts->device, parts->room) > 0) {
    }
    double start = seconds();
    for (unsigned i = 0; i < ROUNDS; i++) {
        lucid_device_read(parts->device, parts->room);
    }
    return (seconds() - start) * 1e9 / ROUNDS;
}

static double read_packet(struct parts *parts, size_t length) {
    double elapsed = 0;
    for (unsigned i = 0; i < ROUNDS / AHEAD; i++) {
        for (unsigned k = 0; k < AHEAD; k++) {
            if (send(parts->socket, parts->octets, length - IP - UDP, 0) < 0) {
                return -1;
            }
        }
        double start = seconds();
        for (unsigned k = 0; k < AHEAD; k++) {
            if (lucid_device_read(parts->device, parts->room) != (ptrdiff_t)length) {
                return -1;
            }
        }
        elapsed += seconds() - start;
    }
    return elapsed * 1e9 / ROUNDS;
}

static double write_packet(struct parts *parts, size_t length) {
    static const uint8_t head[IP] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0xff, 0xff, 10, 77, 0, 2, 10, 77, 0, 1};
    memcpy(parts->octets, head, sizeof head);
    parts->octets[2] = (uint8_t)(length >> 8);
    parts->octets[3] = (uint8_t)length;
    double start = seconds();
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (lucid_device_write(parts->device, parts->octets, length) != (ptrdiff_t)length) {
            return -1;
        }
    }
    return (seconds() - start) * 1e9 / ROUNDS;
}

static double copy_near(struct parts *parts, size_t length) {
    double start = seconds();
    for (unsigned i = 0; i < ROUNDS; i++) {
        parts->octets[i % length]++;
        memcpy(parts->room, parts->octets, length);
    }
    return (seconds() - start) * 1e9 / ROUNDS;
}

/* Each piece comes from memory, and goes to where all go: as what was sent long ago is copied to be sent again. */
static double copy_far(struct parts *parts, size_t length) {
    double start = seconds();
    for (unsigned i = 0; i < FAR_ROUNDS; i++) {
        memcpy(parts->room, parts->far + parts->at, length);
        parts->at = parts->at + 2 * length <= BEYOND_CACHES ? parts->at + length : 0;
    }
    return (seconds() - start) * 1e9 / FAR_ROUNDS;
}

/* The least of a few: what disturbs only adds. */
static bool measure(struct parts *parts, const char *what, double (*one)(struct parts *parts, size_t length),
                    size_t length) {
    double least = -1;
    for (unsigned i = 0; i < PASSES; i++) {
        double each = one(parts, length);
        if (each < 0) {
            fprintf(stderr, "lucid-bench: the device does not do as it should: %s\n", what);
            return false;
        }
        least = i == 0 || each < least ? each : least;
    }
    printf("%8.0f ns  %s\n", least, what);
    return true;
}

int bench_parts(void) {
    struct parts parts = {.socket = -1};
    char error[LUCID_ERROR_TEXT];
    if (!begin(&parts, error)) {
        fprintf(stderr, "lucid-bench: %s\n", error);
        end(&parts);
        return BENCH_FAILED;
    }
    bool good = measure(&parts, "a system call that does nothing", call_nothing, 0) &&
                measure(&parts, "the clock, read without one", read_clock, 0) &&
                measure(&parts, "readv of the device: nothing there", read_nothing, 0) &&
                measure(&parts, "readv of the device: 64 octets", read_packet, SMALL) &&
                measure(&parts, "readv of the device: 63 KB", read_packet, LARGE) &&
                measure(&parts, "writev to the device: 64 octets, dropped", write_packet, SMALL) &&
                measure(&parts, "writev to the device: 63 KB, dropped", write_packet, LARGE) &&
                measure(&parts, "memcpy of 63 KB within the cache", copy_near, LARGE) &&
                measure(&parts, "memcpy of 63 KB from beyond it", copy_far, LARGE);
    end(&parts);
    return good ? BENCH_OK : BENCH_FAILED;
}
