/* kernel.c: see kernel.h. */
#include "net/kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/unit.h"

static const lucid_time PATIENCE = 10 * LUCID_SECOND;

bool kernel_can_test(const char *name) {
    char error[LUCID_ERROR_TEXT] = "";
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct lucid_host_options options;
        struct lucid_host *host = NULL;
        lucid_host_defaults(&options);
        int failed = lucid_host_private_network(error);
        failed = failed ? failed : lucid_host_open(&host, &options, error);
        if (failed) {
            printf("skip %s: %s\n", name, error);
            fflush(stdout);
        }
        lucid_host_close(host);
        _exit(failed ? 1 : 0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    return status == 0;
}

void kernel_private_network(void) {
    char error[LUCID_ERROR_TEXT];
    ck_assert_msg(lucid_host_private_network(error) == 0, "%s", error);
}

struct lucid_host *kernel_open_host(const struct lucid_host_options *options) {
    struct lucid_host *host;
    char error[LUCID_ERROR_TEXT];
    ck_assert_msg(lucid_host_open(&host, options, error) == 0, "%s", error);
    return host;
}

static socklen_t socket_address(const char *text, uint16_t port, struct sockaddr_storage *address) {
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address;
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        return sizeof *four;
    }
    ck_assert_int_eq(inet_pton(AF_INET6, text, &six->sin6_addr), 1);
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    return sizeof *six;
}

static int stream_socket(int family) {
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    return fd;
}

int kernel_connect(const char *address, uint16_t port) {
    struct sockaddr_storage remote;
    socklen_t length = socket_address(address, port, &remote);
    int fd = stream_socket(remote.ss_family);
    ck_assert(connect(fd, (struct sockaddr *)&remote, length) == 0 || errno == EINPROGRESS);
    return fd;
}

int kernel_listen(const char *address, uint16_t port) {
    struct sockaddr_storage local;
    socklen_t length = socket_address(address, port, &local);
    int fd = stream_socket(local.ss_family);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&local, length), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    return fd;
}

/* One turn; false when patience is at its end. */
static bool turn(struct lucid_host *host, lucid_time end) {
    ck_assert_int_eq(lucid_host_step(host, LUCID_MILLISECOND), 0);
    return lucid_host_now() < end;
}

int kernel_accept(struct lucid_host *host, int listener) {
    lucid_time end = lucid_host_now() + PATIENCE;
    int fd;
    do {
        fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (fd < 0 && turn(host, end));
    ck_assert_int_ge(fd, 0);
    return fd;
}

size_t kernel_send(struct lucid_host *host, int fd, const void *data, size_t length) {
    lucid_time end = lucid_host_now() + PATIENCE;
    size_t done = 0;
    while (done < length) {
        ssize_t n = send(fd, (const char *)data + done, length - done, MSG_NOSIGNAL);
        done += n > 0 ? (size_t)n : 0;
        bool waits = n < 0 && (errno == EAGAIN || errno == ENOTCONN);
        if ((n < 0 && !waits) || !turn(host, end)) {
            break;
        }
    }
    return done;
}

size_t kernel_receive(struct lucid_host *host, int fd, void *data, size_t length) {
    lucid_time end = lucid_host_now() + PATIENCE;
    size_t done = 0;
    while (done < length) {
        ssize_t n = recv(fd, (char *)data + done, length - done, 0);
        done += n > 0 ? (size_t)n : 0;
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != ENOTCONN) || !turn(host, end)) {
            break;
        }
    }
    return done;
}

void kernel_turn(struct lucid_host *host, lucid_time time) {
    lucid_time end = lucid_host_now() + time;
    while (turn(host, end)) {
    }
}
