/* client.c: connections of a load, on the kernel's sockets. See bench.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"

static bool take_address(const char *text, struct bench_target *target) {
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)&target->address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)&target->address;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        target->length = sizeof *four;
        return true;
    }
    six->sin6_family = AF_INET6;
    target->length = sizeof *six;
    return inet_pton(AF_INET6, text, &six->sin6_addr) == 1;
}

bool bench_target(struct bench_target *target, const char *addr, const char *congestion) {
    memset(target, 0, sizeof *target);
    target->congestion = congestion;
    if (!take_address(addr, target)) {
        fprintf(stderr, "lucid-bench: --addr wants an IPv4 or IPv6 address, not %s\n", addr);
        return false;
    }
    return true;
}

int bench_connect(struct bench_target *target, uint16_t port) {
    const int on = 1;
    ((struct sockaddr_in *)(void *)&target->address)->sin_port = htons(port); /* lies in the same place for IPv6 */
    int fd = socket(target->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        perror("lucid-bench: socket");
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (target->syns > 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &target->syns, sizeof target->syns);
    }
    if (target->receive_buffer > 0) { /* before the handshake: the window of later is bounded by the one of then */
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &target->receive_buffer, sizeof target->receive_buffer);
    }
    if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, target->congestion, (socklen_t)strlen(target->congestion)) < 0) {
        fprintf(stderr, "lucid-bench: congestion control %s: %s\n", target->congestion, strerror(errno));
        close(fd);
        return -1;
    }
    if (connect(fd, (struct sockaddr *)&target->address, target->length) < 0) {
        fprintf(stderr, "lucid-bench: cannot connect to port %u: %s\n", port, strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}
