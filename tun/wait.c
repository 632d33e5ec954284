/* wait.c: calls that wait, and what else the loop can be asked to call: timers and descriptors. */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host_private.h"

/* ---- timers and descriptors ---- */

int lucid_host_timer(struct lucid_host *host, lucid_time at, void (*call)(struct lucid_host *host, void *user),
                     void *user) {
    for (int i = 0; i < HOST_TIMERS_MAX; i++) {
        if (host->timers[i].at == LUCID_NEVER) {
            host->timers[i] = (struct host_timer){.at = at, .call = call, .user = user};
            host->timers_end = i < host->timers_end ? host->timers_end : i + 1;
            return i;
        }
    }
    return -LUCID_ENOBUFS;
}

void lucid_host_cancel(struct lucid_host *host, int timer) {
    if (timer >= 0 && timer < HOST_TIMERS_MAX) {
        host->timers[timer].at = LUCID_NEVER;
    }
}

static struct host_watch *watch_of(struct lucid_host *host, int fd) {
    for (int i = 0; i < HOST_WATCHES_MAX; i++) {
        if (host->watches[i].fd == fd) {
            return &host->watches[i];
        }
    }
    return NULL;
}

int lucid_host_watch(struct lucid_host *host, int fd, short events,
                     void (*call)(struct lucid_host *host, int fd, short revents, void *user), void *user) {
    struct host_watch *watch = watch_of(host, fd);
    struct epoll_event event = {.events = (unsigned short)events, .data.fd = fd};
    if (events == 0) {
        if (watch) {
            epoll_ctl(host->epoll, EPOLL_CTL_DEL, fd, NULL);
            watch->fd = -1;
        }
        return 0;
    }
    int operation = watch ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    watch = watch ? watch : watch_of(host, -1);
    if (!watch) {
        return -LUCID_ENOBUFS;
    }
    if (epoll_ctl(host->epoll, operation, fd, &event) < 0) {
        return -errno;
    }
    *watch = (struct host_watch){.fd = fd, .call = call, .user = user};
    return 0;
}

/* ---- calls that wait ---- */

/* When a call with this time-out gives up. */
static lucid_time until(lucid_time timeout) {
    lucid_time now = lucid_host_now();
    return timeout < LUCID_NEVER - now ? now + timeout : LUCID_NEVER;
}

/* One turn, unless the time is over. Returns 0: look again; or why not. */
static int turn_until(struct lucid_host *host, lucid_time end) {
    if (lucid_host_stopped(host)) {
        return -LUCID_EINTR;
    }
    lucid_time now = lucid_host_now();
    if (now >= end) {
        return -LUCID_ETIMEDOUT;
    }
    return lucid_host_step(host, end == LUCID_NEVER ? LUCID_NEVER : end - now);
}

int lucid_host_listen(struct lucid_host *host, const struct lucid_addr *addr, uint16_t port, int backlog) {
    const int on = 1;
    struct lucid_sockaddr local = {.port = port};
    if (addr) {
        local.addr = *addr;
    }
    int fd = lucid_socket(host->stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    if (fd < 0) {
        return fd;
    }
    lucid_setsockopt(host->stack, fd, LUCID_SOL_SOCKET, LUCID_SO_REUSEADDR, &on, sizeof on);
    int failed = lucid_bind(host->stack, fd, &local);
    failed = failed ? failed : lucid_listen(host->stack, fd, backlog);
    if (failed) {
        lucid_close(host->stack, fd);
    }
    return failed ? failed : fd;
}

int lucid_host_wait(struct lucid_host *host, int fd, unsigned events, lucid_time timeout) {
    lucid_time end = until(timeout);
    for (;;) {
        struct lucid_pollfd one = {.fd = fd, .events = (short)events};
        if (lucid_poll(host->stack, &one, 1) > 0) {
            return one.revents & LUCID_POLLNVAL ? -LUCID_EBADF : one.revents;
        }
        int over = turn_until(host, end);
        if (over) {
            return over;
        }
    }
}

int lucid_host_accept(struct lucid_host *host, int fd, struct lucid_sockaddr *remote, lucid_time timeout) {
    lucid_time end = until(timeout);
    for (;;) {
        int result = lucid_accept(host->stack, fd, remote);
        if (result != -LUCID_EAGAIN) {
            return result;
        }
        int over = turn_until(host, end);
        if (over) {
            return over;
        }
    }
}

/* How a connection attempt came out. */
static int outcome(struct lucid_host *host, int fd) {
    int error = 0;
    size_t length = sizeof error;
    int failed = lucid_getsockopt(host->stack, fd, LUCID_SOL_SOCKET, LUCID_SO_ERROR, &error, &length);
    return failed ? failed : -error;
}

int lucid_host_connect(struct lucid_host *host, const struct lucid_sockaddr *remote, lucid_time timeout) {
    int fd = lucid_socket(host->stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    if (fd < 0) {
        return fd;
    }
    int result = lucid_connect(host->stack, fd, remote);
    if (result == -LUCID_EINPROGRESS) {
        int ready = lucid_host_wait(host, fd, LUCID_POLLOUT, timeout);
        result = ready < 0 ? ready : outcome(host, fd);
    }
    if (result < 0) {
        lucid_close(host->stack, fd);
        return result;
    }
    return fd;
}

ptrdiff_t lucid_host_recv(struct lucid_host *host, int fd, void *data, size_t length, lucid_time timeout) {
    lucid_time end = until(timeout);
    for (;;) {
        ptrdiff_t result = lucid_recv(host->stack, fd, data, length, 0);
        if (result != -LUCID_EAGAIN) {
            return result;
        }
        int over = turn_until(host, end);
        if (over) {
            return over;
        }
    }
}

ptrdiff_t lucid_host_send(struct lucid_host *host, int fd, const void *data, size_t length, lucid_time timeout) {
    lucid_time end = until(timeout);
    size_t done = 0;
    while (done < length) {
        ptrdiff_t result = lucid_send(host->stack, fd, (const char *)data + done, length - done, 0);
        if (result < 0 && result != -LUCID_EAGAIN) {
            return result;
        }
        done += result > 0 ? (size_t)result : 0;
        int over = result > 0 ? 0 : turn_until(host, end);
        if (over) {
            return over;
        }
    }
    return (ptrdiff_t)length;
}

/* Is there a packet that the device has not taken yet? */
static bool output_left(const struct lucid_host *host) {
    bool on_link = host->link_out && lucid_link_deadline(host->link_out) != LUCID_NEVER;
    return lucid_output_pending(host->stack) || host->out_waits || on_link || flows_leave(&host->flows);
}

int lucid_host_drain(struct lucid_host *host, bool timewaits, lucid_time timeout) {
    lucid_time end = until(timeout);
    for (;;) {
        struct lucid_stats stats;
        lucid_stats(host->stack, &stats);
        bool left = stats.connections > 0 || (timewaits && stats.timewaits > 0);
        if (!left && !output_left(host)) {
            return 0;
        }
        int over = turn_until(host, end);
        if (over) {
            return over;
        }
    }
}
