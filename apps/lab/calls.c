/* calls.c: see calls.h. The kernel's sockets, none of which waits. The commands are calls_command.c. */
#include "lab/calls_private.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int calls_init(struct calls *calls, struct twin *twin, const char *peer, const struct lucid_addr *own,
               const struct lucid_addr *other) {
    *calls = (struct calls){.twin = twin,
                            .record = twin->record,
                            .node = twin->node,
                            .peer = peer,
                            .own = *own,
                            .other = *other,
                            .epoll = epoll_create1(EPOLL_CLOEXEC)};
    TAILQ_INIT(&calls->sockets);
    TAILQ_INIT(&calls->curls);
    return calls->epoll < 0 ? -1 : 0;
}

static void forget(struct calls *calls, struct calls_socket *socket) {
    TAILQ_REMOVE(&calls->sockets, socket, next);
    text_free(&socket->out);
    close(socket->fd);
    free(socket);
}

void calls_end(struct calls *calls) {
    while (!TAILQ_EMPTY(&calls->sockets)) {
        forget(calls, TAILQ_FIRST(&calls->sockets));
    }
    calls_curl_end(calls);
    close(calls->epoll);
}

int calls_fd(const struct calls *calls) {
    return calls->epoll;
}

/* ---- what the log says ---- */

void calls_say(struct calls *calls, const struct calls_socket *socket, enum lucid_call call, int64_t value, bool ret) {
    struct lucid_event event = {.time = calls->now,
                                .connection = socket->c,
                                .kind = ret ? LUCID_EVENT_RETURN : LUCID_EVENT_CALL,
                                .u.call = {(uint8_t)call, socket->fd, value}};
    record_event(calls->record, calls->node, &event);
}

static uint32_t fnv1a(uint32_t sum, const uint8_t *octets, size_t length) {
    for (size_t i = 0; i < length; i++) {
        sum = (sum ^ octets[i]) * UINT32_C(16777619);
    }
    return sum;
}

/* Octets that were written or read; sum is over the whole stream up to here. */
static void say_stream(struct calls *calls, const struct calls_socket *socket, const char *k, uint64_t offset,
                       const void *octets, size_t length, uint32_t sum) {
    struct record *record = calls->record;
    struct json json = record_begin(record, calls->now, record->node[calls->node].name, socket->c, "app");
    json_string(&json, "k", k);
    json_uint(&json, "off", offset);
    json_uint(&json, "count", length);
    json_uint(&json, "sum", sum);
    json_octets(&json, "text", octets, length < record->payload ? length : record->payload);
    record_finish(record, &json);
}

/* ---- names ---- */

static struct sockaddr_in name_of(const struct lucid_addr *addr, uint16_t port) {
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
    memcpy(&name.sin_addr, addr->octet + 12, 4);
    return name;
}

static struct lucid_sockaddr end_of(const struct sockaddr_in *name) {
    struct lucid_sockaddr end = {.port = ntohs(name->sin_port)};
    end.addr.octet[10] = end.addr.octet[11] = 0xff;
    memcpy(end.addr.octet + 12, &name->sin_addr, 4);
    return end;
}

static bool ends_of(int fd, struct lucid_sockaddr *local, struct lucid_sockaddr *remote) {
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    bool has_local = getsockname(fd, (struct sockaddr *)&name, &length) == 0;
    *local = end_of(&name);
    length = sizeof name;
    bool has_remote = getpeername(fd, (struct sockaddr *)&name, &length) == 0;
    *remote = end_of(&name);
    return has_local && has_remote;
}

/* ---- sockets ---- */

static void watch(struct calls *calls, struct calls_socket *socket) {
    bool unsent = socket->out_at < socket->out.length || socket->fill > 0 || socket->connecting;
    struct epoll_event event = {.data.ptr = socket};
    event.events = (socket->reads && !socket->ended ? EPOLLIN : 0u) | (unsent ? EPOLLOUT : 0u);
    epoll_ctl(calls->epoll, EPOLL_CTL_MOD, socket->fd, &event);
}

static struct calls_socket *keep(struct calls *calls, int fd) {
    struct calls_socket *socket = calloc(1, sizeof *socket);
    if (!socket) {
        close(fd);
        calls->record->no_memory = true;
        return NULL;
    }
    *socket = (struct calls_socket){.fd = fd, .reads = true, .out = text_growing()};
    socket->sent_sum = socket->received_sum = UINT32_C(2166136261);
    struct epoll_event event = {.events = 0, .data.ptr = socket};
    epoll_ctl(calls->epoll, EPOLL_CTL_ADD, fd, &event);
    TAILQ_INSERT_TAIL(&calls->sockets, socket, next);
    return socket;
}

static struct calls_socket *make(struct calls *calls, uint16_t port) {
    const int on = 1;
    struct sockaddr_in local = name_of(&calls->own, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return NULL;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&local, sizeof local) < 0) {
        int failed = errno;
        close(fd);
        errno = failed;
        return NULL;
    }
    return keep(calls, fd);
}

/* The connection has its number before its SYN leaves, so that the call stands in front of it. */
int calls_connect(struct calls *calls, uint16_t from, uint16_t port) {
    struct sockaddr_in name = name_of(&calls->other, port), local;
    struct lucid_sockaddr remote = end_of(&name), own;
    socklen_t length = sizeof local;
    struct calls_socket *socket = make(calls, from);
    if (!socket || getsockname(socket->fd, (struct sockaddr *)&local, &length) < 0) {
        return -1;
    }
    own = end_of(&local);
    const struct twin_connection *connection = twin_open(calls->twin, &own, &remote);
    socket->c = connection ? connection->c : 0;
    socket->connecting = true;
    calls_say(calls, socket, LUCID_CALL_OPEN, port, false);
    if (connect(socket->fd, (struct sockaddr *)&name, sizeof name) < 0 && errno != EINPROGRESS) {
        calls_say(calls, socket, LUCID_CALL_OPEN, -errno, true);
        forget(calls, socket);
        return 0;
    }
    watch(calls, socket);
    return 0;
}

int calls_listen(struct calls *calls, uint16_t port, int backlog) {
    struct calls_socket *socket = make(calls, port);
    if (!socket || listen(socket->fd, backlog) < 0) {
        return -1;
    }
    socket->listener = true;
    socket->port = port;
    calls_say(calls, socket, LUCID_CALL_LISTEN, backlog, false);
    calls_say(calls, socket, LUCID_CALL_LISTEN, 0, true);
    watch(calls, socket);
    return 0;
}

static void accept_all(struct calls *calls, const struct calls_socket *listener) {
    int fd;
    while ((fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct lucid_sockaddr local, remote;
        struct calls_socket *socket = keep(calls, fd);
        if (!socket) {
            return;
        }
        const struct twin_connection *connection = ends_of(fd, &local, &remote)
                                                       ? twin_find(calls->twin, &local, &remote)
                                                       : NULL;
        socket->c = connection ? connection->c : 0;
        calls_say(calls, socket, LUCID_CALL_ACCEPT, fd, true);
        watch(calls, socket);
    }
}

/* ---- sending ---- */

/* Letters in their order, as applications of the simulated world send them. */
static void pattern(uint8_t *octets, size_t length, uint64_t offset) {
    for (size_t i = 0; i < length; i++) {
        uint64_t at = (offset + i) % 64;
        octets[i] = (uint8_t)(at == 63 ? '\n' : "abcdefghijklmnopqrstuvwxyz"[at % 26]);
    }
}

static ssize_t hand_over(struct calls *calls, struct calls_socket *socket, const void *octets, size_t length) {
    ssize_t taken = send(socket->fd, octets, length, MSG_NOSIGNAL);
    if (taken > 0) {
        socket->sent_sum = fnv1a(socket->sent_sum, octets, (size_t)taken);
        say_stream(calls, socket, "wrote", socket->sent, octets, (size_t)taken, socket->sent_sum);
        socket->sent += (uint64_t)taken;
    }
    return taken;
}

/* Returns true when more may go. */
static bool send_some(struct calls *calls, struct calls_socket *socket) {
    uint8_t octets[16384];
    if (socket->out_at < socket->out.length) {
        ssize_t taken = hand_over(calls, socket, socket->out.data + socket->out_at,
                                  socket->out.length - socket->out_at);
        socket->out_at += taken > 0 ? (size_t)taken : 0;
        return taken > 0;
    }
    if (socket->fill == 0) {
        return false;
    }
    size_t length = socket->fill < sizeof octets ? (size_t)socket->fill : sizeof octets;
    pattern(octets, length, socket->sent);
    ssize_t taken = hand_over(calls, socket, octets, length);
    socket->fill -= taken > 0 ? (uint64_t)taken : 0;
    return taken > 0;
}

void calls_push(struct calls *calls, struct calls_socket *socket) {
    if (socket->connecting) {
        return;
    }
    while (send_some(calls, socket)) {
    }
    if (socket->out_at < socket->out.length || socket->fill > 0) {
        watch(calls, socket);
        return;
    }
    if (socket->closes) {
        calls_say(calls, socket, LUCID_CALL_CLOSE, 0, false);
        forget(calls, socket);
        return;
    }
    if (socket->shuts && !socket->shut) {
        socket->shut = true;
        calls_say(calls, socket, LUCID_CALL_SHUTDOWN, 1, false);
        shutdown(socket->fd, SHUT_WR);
    }
    watch(calls, socket);
}

void calls_abort(struct calls *calls, struct calls_socket *socket) {
    const struct linger at_once = {.l_onoff = 1};
    calls_say(calls, socket, LUCID_CALL_ABORT, 0, false);
    setsockopt(socket->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    forget(calls, socket);
}

/* ---- receiving ---- */

/* Reads once. Returns true when there may be more. */
bool calls_read(struct calls *calls, struct calls_socket *socket, size_t most) {
    uint8_t octets[16384];
    ssize_t got = recv(socket->fd, octets, most < sizeof octets ? most : sizeof octets, 0);
    if (got > 0) {
        socket->received_sum = fnv1a(socket->received_sum, octets, (size_t)got);
        say_stream(calls, socket, "read", socket->received, octets, (size_t)got, socket->received_sum);
        socket->received += (uint64_t)got;
        return true;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    calls_say(calls, socket, LUCID_CALL_RECV, got < 0 ? -errno : 0, true);
    socket->ended = true;
    if (got < 0) {
        forget(calls, socket);
        return false;
    }
    watch(calls, socket);
    return false;
}

static void connected(struct calls *calls, struct calls_socket *socket) {
    int failed = 0;
    socklen_t length = sizeof failed;
    getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &failed, &length);
    socket->connecting = false;
    calls_say(calls, socket, LUCID_CALL_OPEN, -failed, true);
    if (failed) {
        forget(calls, socket);
        return;
    }
    calls_push(calls, socket);
}

static void serve(struct calls *calls, struct calls_socket *socket, uint32_t events) {
    if (socket->listener) {
        accept_all(calls, socket);
        return;
    }
    if (socket->connecting) {
        connected(calls, socket);
        return;
    }
    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP) && !socket->ended) {
        while (calls_read(calls, socket, SIZE_MAX)) {
        }
        return;
    }
    if (events & EPOLLOUT) {
        calls_push(calls, socket);
    }
}

/* One at a time: what happens to one may end another that is behind it in the same batch. */
void calls_turn(struct calls *calls, lucid_time now) {
    struct epoll_event event;
    calls->now = now;
    for (unsigned i = 0; i < 64 && epoll_wait(calls->epoll, &event, 1, 0) == 1; i++) {
        if (event.data.ptr) {
            serve(calls, event.data.ptr, event.events);
        } else {
            calls_curl_turn(calls); /* all of them */
        }
    }
}
