/* relay.c: pipes between two TCP connections of the kernel: one taken on 127.0.0.1, one made to the relay's aim.
 *
 * A socket belongs to the network namespace in which it was made. The listener is made first, in the host's network;
 * each connection onwards is made when somebody comes, in the namespace that the process has gone to meanwhile. So a
 * browser outside reaches a stack inside, and nothing else does.
 *
 *     client --> [127.0.0.1:port  pipe forth >>> socket] --> aim
 *                [                << pipe back         ]
 *
 * Each of the two pipes has one buffer. A pipe whose source has ended passes the end on when it is empty (half-close:
 * the other goes on); the pair ends when both have, or when either connection breaks, which the other side then sees
 * as a reset.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lucid/host.h"
#include "say.h"

enum { ROOM = 65536, PAIRS_MAX = 256, CLIENT = 0, AIM = 1 };

/* What was read at end i and is not written at the other yet. */
struct pipe_of {
    size_t begin, end;
    bool ended;  /* the source will say no more */
    bool passed; /* and the other side knows */
    uint8_t room[ROOM];
};

struct pair {
    int fd[2]; /* CLIENT, AIM */
    uint32_t armed[2];
    bool connected; /* to the aim */
    bool broken;
    struct pipe_of pipe[2]; /* 0: from the client; 1: from the aim */
    TAILQ_ENTRY(pair) all;
};

/* What epoll tells: which end of which pair; pair NULL: the listener. */
struct lucid_relay {
    int epoll, listener;
    unsigned count;
    bool aimed, listening;
    struct lucid_sockaddr aim;
    void (*opened)(void *user, const struct lucid_sockaddr *local);
    void *user;
    TAILQ_HEAD(pairs, pair) pairs;
};

static void listen_if(struct lucid_relay *relay, bool wanted) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (relay->listening != wanted) {
        epoll_ctl(relay->epoll, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, relay->listener, &event);
        relay->listening = wanted;
    }
}

static int open_listener(uint16_t port) {
    const int on = 1;
    struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0 || listen(fd, 64) < 0) {
        int failed = -errno;
        close(fd);
        return failed;
    }
    return fd;
}

static struct lucid_relay *fail(struct lucid_relay *relay, int code, uint16_t port, char error[LUCID_ERROR_TEXT]) {
    if (code == EADDRINUSE) {
        say(error, code, "port %u of 127.0.0.1 is in use: end the program that has it, or choose another port", port);
    } else {
        say(error, code, "cannot listen on port %u of 127.0.0.1: %s", port, strerror(code));
    }
    lucid_relay_close(relay);
    return NULL;
}

struct lucid_relay *lucid_relay_open(uint16_t port, char error[LUCID_ERROR_TEXT]) {
    struct lucid_relay *relay = calloc(1, sizeof *relay);
    if (!relay) {
        say(error, ENOMEM, "there is no memory");
        return NULL;
    }
    TAILQ_INIT(&relay->pairs);
    relay->listener = open_listener(port);
    relay->epoll = epoll_create1(EPOLL_CLOEXEC);
    int failed = relay->listener < 0 ? -relay->listener : relay->epoll < 0 ? errno : 0;
    return failed ? fail(relay, failed, port, error) : relay;
}

static void pair_end(struct lucid_relay *relay, struct pair *pair) {
    for (int i = 0; i < 2; i++) {
        const struct linger at_once = {.l_onoff = 1};
        if (pair->broken) {
            setsockopt(pair->fd[i], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        close(pair->fd[i]);
    }
    TAILQ_REMOVE(&relay->pairs, pair, all);
    free(pair);
    relay->count--;
    listen_if(relay, relay->aimed);
}

void lucid_relay_close(struct lucid_relay *relay) {
    if (!relay) {
        return;
    }
    while (!TAILQ_EMPTY(&relay->pairs)) {
        pair_end(relay, TAILQ_FIRST(&relay->pairs));
    }
    if (relay->listener >= 0) {
        close(relay->listener);
    }
    if (relay->epoll >= 0) {
        close(relay->epoll);
    }
    free(relay);
}

void lucid_relay_to(struct lucid_relay *relay, const struct lucid_sockaddr *remote,
                    void (*opened)(void *user, const struct lucid_sockaddr *local), void *user) {
    relay->aim = *remote;
    relay->opened = opened;
    relay->user = user;
    relay->aimed = true;
    listen_if(relay, true);
}

int lucid_relay_fd(const struct lucid_relay *relay) {
    return relay->epoll;
}

unsigned lucid_relay_count(const struct lucid_relay *relay) {
    return relay->count;
}

/* ---- a pair begins ---- */

/* Both ends of a pair are known by the address of their descriptor in it. */
static void watch(struct lucid_relay *relay, struct pair *pair, int end, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = &pair->fd[end]};
    epoll_ctl(relay->epoll, operation, pair->fd[end], &event);
    pair->armed[end] = events;
}

static int connect_onwards(const struct lucid_sockaddr *aim) {
    struct sockaddr_in6 remote = {.sin6_family = AF_INET6, .sin6_port = htons(aim->port)};
    memcpy(&remote.sin6_addr, aim->addr.octet, sizeof remote.sin6_addr);
    struct sockaddr_in remote4 = {.sin_family = AF_INET, .sin_port = htons(aim->port)};
    memcpy(&remote4.sin_addr, aim->addr.octet + 12, sizeof remote4.sin_addr);
    bool ipv4 = lucid_addr_is_ipv4(&aim->addr);
    int fd = socket(ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    const struct sockaddr *name = ipv4 ? (struct sockaddr *)&remote4 : (struct sockaddr *)&remote;
    if (connect(fd, name, ipv4 ? sizeof remote4 : sizeof remote) < 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

static void tell_local(const struct lucid_relay *relay, int fd) {
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    if (!relay->opened || getsockname(fd, (struct sockaddr *)&name, &length) < 0) {
        return;
    }
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&name;
    struct lucid_sockaddr local = {.port = ntohs(ipv4->sin_port)}; /* the port lies there for IPv6, too */
    if (name.ss_family == AF_INET) {
        local.addr.octet[10] = local.addr.octet[11] = 0xff;
        memcpy(local.addr.octet + 12, &ipv4->sin_addr, 4);
    } else {
        memcpy(local.addr.octet, &((const struct sockaddr_in6 *)&name)->sin6_addr, 16);
    }
    relay->opened(relay->user, &local);
}

static void pair_begin(struct lucid_relay *relay, int client) {
    struct pair *pair = malloc(sizeof *pair);
    int aim = pair ? connect_onwards(&relay->aim) : -1;
    if (aim < 0) {
        free(pair);
        close(client);
        return;
    }
    pair->fd[CLIENT] = client;
    pair->fd[AIM] = aim;
    pair->connected = pair->broken = false;
    for (int i = 0; i < 2; i++) {
        pair->pipe[i].begin = pair->pipe[i].end = 0;
        pair->pipe[i].ended = pair->pipe[i].passed = false;
    }
    TAILQ_INSERT_TAIL(&relay->pairs, pair, all);
    relay->count++;
    watch(relay, pair, CLIENT, EPOLLIN, EPOLL_CTL_ADD);
    watch(relay, pair, AIM, EPOLLOUT, EPOLL_CTL_ADD);
    tell_local(relay, aim);
}

static void take_clients(struct lucid_relay *relay) {
    while (relay->count < PAIRS_MAX) {
        int client = accept4(relay->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) {
            return;
        }
        pair_begin(relay, client);
    }
    listen_if(relay, false);
}

/* ---- octets ---- */

static bool would_wait(void) {
    return errno == EAGAIN || errno == EINTR;
}

/* Reads at one end until the buffer is full. */
static void fill(struct pair *pair, int end) {
    struct pipe_of *pipe = &pair->pipe[end];
    if (pipe->begin == pipe->end) {
        pipe->begin = pipe->end = 0;
    }
    if (pipe->ended || pipe->end == sizeof pipe->room || (end == AIM && !pair->connected)) {
        return;
    }
    ssize_t got = recv(pair->fd[end], pipe->room + pipe->end, sizeof pipe->room - pipe->end, 0);
    pipe->end += got > 0 ? (size_t)got : 0;
    pipe->ended = got == 0;
    pair->broken = pair->broken || (got < 0 && !would_wait());
}

/* Writes it at the other, and the end when it has come. */
static void drain(struct pair *pair, int from) {
    struct pipe_of *pipe = &pair->pipe[from];
    int to = !from;
    if (to == AIM && !pair->connected) {
        return;
    }
    if (pipe->begin < pipe->end) {
        ssize_t put = send(pair->fd[to], pipe->room + pipe->begin, pipe->end - pipe->begin, MSG_NOSIGNAL);
        pipe->begin += put > 0 ? (size_t)put : 0;
        pair->broken = pair->broken || (put < 0 && !would_wait());
    }
    if (pipe->ended && !pipe->passed && pipe->begin == pipe->end) {
        shutdown(pair->fd[to], SHUT_WR);
        pipe->passed = true;
    }
}

static uint32_t wanted(const struct pair *pair, int end) {
    const struct pipe_of *in = &pair->pipe[end], *out = &pair->pipe[!end];
    if (end == AIM && !pair->connected) {
        return EPOLLOUT;
    }
    bool room = in->end < sizeof in->room || in->begin == in->end;
    return (!in->ended && room ? EPOLLIN : 0u) | (out->begin < out->end ? EPOLLOUT : 0u);
}

static void pair_turn(struct lucid_relay *relay, struct pair *pair) {
    for (int end = 0; end < 2; end++) {
        fill(pair, end);
        drain(pair, end);
    }
    if (pair->broken || (pair->pipe[0].passed && pair->pipe[1].passed)) {
        pair_end(relay, pair);
        return;
    }
    for (int end = 0; end < 2; end++) {
        if (wanted(pair, end) != pair->armed[end]) {
            watch(relay, pair, end, wanted(pair, end), EPOLL_CTL_MOD);
        }
    }
}

static void end_event(struct lucid_relay *relay, struct pair *pair, int end, uint32_t events) {
    int error = 0;
    socklen_t length = sizeof error;
    if (end == AIM && !pair->connected) {
        getsockopt(pair->fd[AIM], SOL_SOCKET, SO_ERROR, &error, &length);
        pair->connected = error == 0 && (events & EPOLLOUT);
        pair->broken = error != 0;
    }
    /* Broken while nobody reads or writes there: no call would tell. */
    pair->broken = pair->broken || (events & EPOLLERR) || ((events & EPOLLHUP) && !(pair->armed[end] & EPOLLIN));
    pair_turn(relay, pair);
}

static bool is_alive(const struct lucid_relay *relay, const int *end, struct pair **found) {
    struct pair *pair;
    TAILQ_FOREACH(pair, &relay->pairs, all) {
        if (end == &pair->fd[CLIENT] || end == &pair->fd[AIM]) {
            *found = pair;
            return true;
        }
    }
    return false;
}

void lucid_relay_turn(struct lucid_relay *relay) {
    struct epoll_event events[32];
    int n = epoll_wait(relay->epoll, events, 32, 0);
    for (int i = 0; i < n; i++) {
        const int *end = events[i].data.ptr;
        struct pair *pair;
        if (!end) {
            take_clients(relay);
        } else if (is_alive(relay, end, &pair)) { /* an earlier event of this batch may have ended it */
            end_event(relay, pair, end == &pair->fd[AIM], events[i].events);
        }
    }
}
