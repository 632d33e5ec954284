/* stream_kernel.c: byte streams over the host kernel's sockets, with epoll(7) for the events. See stream.h.
 *
 * The kernel copies what it is given, so lend() is write() and gives the octets back at once.
 */
#include "http/stream.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Events taken from the kernel at one time. */
enum { BATCH = 256 };

static socklen_t to_kernel(const struct lucid_sockaddr *address, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    if (lucid_addr_is_ipv4(&address->addr)) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(address->port)};
        memcpy(&in.sin_addr, address->addr.octet + 12, 4);
        memcpy(storage, &in, sizeof in);
        return sizeof in;
    }
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(address->port)};
    memcpy(&in6.sin6_addr, address->addr.octet, 16);
    memcpy(storage, &in6, sizeof in6);
    return sizeof in6;
}

static void from_kernel(const struct sockaddr_storage *storage, struct lucid_sockaddr *address) {
    memset(address, 0, sizeof *address);
    if (storage->ss_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, storage, sizeof in);
        memset(address->addr.octet + 10, 0xff, 2);
        memcpy(address->addr.octet + 12, &in.sin_addr, 4);
        address->port = ntohs(in.sin_port);
        return;
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, storage, sizeof in6);
    memcpy(address->addr.octet, &in6.sin6_addr, 16);
    address->port = ntohs(in6.sin6_port);
}

/* One socket of one family, listening. */
static int listen_on(const struct lucid_sockaddr *local, int backlog) {
    struct sockaddr_storage storage;
    socklen_t length = to_kernel(local, &storage);
    int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&storage, length) < 0 || listen(fd, backlog) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

/* Any address: a socket of IPv6 takes IPv4 too; where the kernel has no IPv6, one of IPv4 must do. */
static int kernel_listen(struct transport *transport, const struct lucid_sockaddr *local, int backlog) {
    (void)transport;
    int fd = listen_on(local, backlog);
    if (fd == -EAFNOSUPPORT && lucid_addr_is_any(&local->addr)) {
        struct lucid_sockaddr any4 = {.port = local->port};
        lucid_addr_parse("0.0.0.0", &any4.addr);
        return listen_on(&any4, backlog);
    }
    return fd;
}

static void without_nagle(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* The kernel looks for a descriptor before it looks whether anybody waits. */
static int cannot_accept(int fd, int error) {
    struct pollfd waits = {.fd = fd, .events = POLLIN};
    bool full = error == EMFILE || error == ENFILE;
    return full && poll(&waits, 1, 0) == 0 ? -EAGAIN : -error;
}

static int kernel_accept(struct transport *transport, int fd, struct lucid_sockaddr *remote) {
    (void)transport;
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof storage;
    int peer = accept4(fd, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (peer < 0) {
        return cannot_accept(fd, errno);
    }
    without_nagle(peer);
    if (remote) {
        from_kernel(&storage, remote);
    }
    return peer;
}

static int kernel_connect(struct transport *transport, const struct lucid_sockaddr *remote) {
    (void)transport;
    struct sockaddr_storage storage;
    socklen_t length = to_kernel(remote, &storage);
    int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    without_nagle(fd);
    if (connect(fd, (struct sockaddr *)&storage, length) < 0 && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

static int kernel_watch(struct transport *transport, int fd, void *data) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = data}};
    int epoll = ((struct kernel_transport *)(void *)transport)->epoll;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static ptrdiff_t result_of(ssize_t result) {
    return result < 0 ? -errno : result;
}

static ptrdiff_t kernel_read(struct transport *transport, int fd, void *data, size_t length) {
    (void)transport;
    return result_of(recv(fd, data, length, 0));
}

static ptrdiff_t kernel_write(struct transport *transport, int fd, const void *data, size_t length, bool more) {
    (void)transport;
    return result_of(send(fd, data, length, MSG_NOSIGNAL | (more ? MSG_MORE : 0)));
}

static ptrdiff_t kernel_lend(struct transport *transport, int fd, const void *data, size_t length,
                             stream_release *release, void *argument) {
    ptrdiff_t taken = kernel_write(transport, fd, data, length, false);
    if (taken >= 0 && release) {
        release(argument, data, (size_t)taken);
    }
    return taken;
}

static int kernel_shutdown(struct transport *transport, int fd) {
    (void)transport;
    return shutdown(fd, SHUT_WR) < 0 ? -errno : 0;
}

static void kernel_close(struct transport *transport, int fd) {
    (void)transport;
    close(fd);
}

static void kernel_abort(struct transport *transport, int fd) {
    (void)transport;
    const struct linger at_once = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

int kernel_transport_init(struct kernel_transport *transport) {
    static const struct stream_ops ops = {
        .listen = kernel_listen,
        .accept = kernel_accept,
        .connect = kernel_connect,
        .watch = kernel_watch,
        .read = kernel_read,
        .write = kernel_write,
        .lend = kernel_lend,
        .shutdown = kernel_shutdown,
        .close = kernel_close,
        .abort = kernel_abort,
    };
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    *transport = (struct kernel_transport){.base = {.ops = &ops}, .epoll = epoll};
    return epoll < 0 ? -errno : 0;
}

void kernel_transport_end(struct kernel_transport *transport) {
    close(transport->epoll);
}

/* Rounded up, so that a deadline has passed when the wait is over. */
static int milliseconds(lucid_time timeout) {
    if (timeout == LUCID_NEVER) {
        return -1;
    }
    lucid_time rounded = timeout / LUCID_MILLISECOND + (timeout % LUCID_MILLISECOND != 0);
    return rounded > INT_MAX ? INT_MAX : (int)rounded;
}

static unsigned poll_events(uint32_t events) {
    unsigned result = 0;
    result |= events & EPOLLIN ? LUCID_POLLIN : 0;
    result |= events & EPOLLOUT ? LUCID_POLLOUT : 0;
    result |= events & EPOLLRDHUP ? LUCID_POLLRDHUP : 0;
    result |= events & EPOLLHUP ? LUCID_POLLHUP : 0;
    result |= events & EPOLLERR ? LUCID_POLLERR : 0;
    return result;
}

int kernel_transport_wait(struct kernel_transport *transport, lucid_time timeout,
                          void (*event)(void *user, void *data, unsigned events), void *user) {
    struct epoll_event batch[BATCH];
    int count = epoll_wait(transport->epoll, batch, BATCH, milliseconds(timeout));
    if (count < 0) {
        return -errno;
    }
    for (int i = 0; i < count; i++) {
        event(user, batch[i].data.ptr, poll_events(batch[i].events));
    }
    return 0;
}
