/* socket.c: a handle of a node, and what its application does with it. See socket.h. */
#include "lab/socket.h"

#include <stdlib.h>
#include <string.h>

#include "lab/app.h"
#include "lab/lab_http.h"
#include "lab/sim.h"

#define SOCKET_READ 65536

/* ---- what the log says of the streams ---- */

static uint32_t fnv1a(uint32_t sum, const uint8_t *octets, size_t length) {
    for (size_t i = 0; i < length; i++) {
        sum = (sum ^ octets[i]) * UINT32_C(16777619);
    }
    return sum;
}

/* Octets that the application has written or read; sum is over the whole stream up to here. */
static void say_stream(const struct lab_socket *socket, const char *k, uint64_t offset, const void *octets,
                       size_t length, uint32_t sum) {
    struct record *record = &socket->node->world->record;
    record_drain(record, socket->node->index, socket->node->stack);
    struct json json = record_begin(record, socket->node->world->now, socket->node->name, socket->c, "app");
    json_string(&json, "k", k);
    json_uint(&json, "off", offset);
    json_uint(&json, "count", length);
    json_uint(&json, "sum", sum);
    json_octets(&json, "text", octets, length < record->payload ? length : record->payload);
    record_finish(record, &json);
}

void socket_failed(struct node *node, int fd, enum lucid_call call, int64_t argument, int error) {
    struct record *record = &node->world->record;
    record_drain(record, node->index, node->stack);
    struct lucid_event event = {.time = node->world->now, .kind = LUCID_EVENT_CALL};
    event.u.call = (struct lucid_event_call){(uint8_t)call, fd, argument};
    record_event(record, node->index, &event);
    event.kind = LUCID_EVENT_RETURN;
    event.u.call.value = error;
    record_event(record, node->index, &event);
}

/* ---- making and ending ---- */

struct lab_socket *socket_new(struct node *node, int fd) {
    struct lab_socket *socket = calloc(1, sizeof *socket);
    if (!socket) {
        node->world->record.no_memory = true;
        return NULL;
    }
    *socket = (struct lab_socket){.node = node, .fd = fd, .reads = true, .wake = LUCID_NEVER, .out = text_growing()};
    socket->sent_sum = socket->received_sum = UINT32_C(2166136261);
    TAILQ_INSERT_TAIL(&node->sockets, socket, next);
    lucid_set_data(node->stack, fd, socket);
    return socket;
}

/* Applications may end their socket while somebody up the stack of calls still looks at it: it is freed later. */
void socket_bury(struct lab_socket *socket) {
    TAILQ_REMOVE(&socket->node->sockets, socket, next);
    TAILQ_INSERT_TAIL(&socket->node->gone, socket, next);
    socket->gone = true;
}

void socket_free(struct lab_socket *socket) {
    TAILQ_REMOVE(socket->gone ? &socket->node->gone : &socket->node->sockets, socket, next);
    text_free(&socket->out);
    text_free(&socket->own.text);
    free(socket);
}

void socket_set(struct lab_socket *socket, const struct node_option *option) {
    bool text = option->text[0] != '\0';
    lucid_setsockopt(socket->node->stack, socket->fd, option->level, option->option,
                     text ? (const void *)option->text : &option->value,
                     text ? strlen(option->text) + 1 : sizeof option->value);
}

static void set_options(struct lab_socket *socket) {
    for (unsigned i = 0; i < socket->node->options; i++) {
        socket_set(socket, &socket->node->option[i]);
    }
}

void socket_number(struct lab_socket *socket) {
    struct lucid_tcp_info info;
    uint32_t cursor = 0;
    while (lucid_info_next(socket->node->stack, &cursor, &info)) {
        if (info.fd == socket->fd) {
            socket->c = record_connection(&socket->node->world->record, socket->node->index, info.connection);
        }
    }
}

static struct lab_socket *make(struct node *node, const struct lab_app *app, struct app_settings *settings) {
    int fd = lucid_socket(node->stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    struct lab_socket *socket = fd < 0 ? NULL : socket_new(node, fd);
    if (!socket) {
        text_free(&settings->text);
        return NULL;
    }
    socket->app = app;
    socket->own = *settings;
    socket->reads = !app || app->reads;
    set_options(socket);
    return socket;
}

static int bind_to(struct lab_socket *socket, uint16_t port, enum lucid_call call, int64_t argument) {
    struct lucid_sockaddr local = {.port = port};
    int failed = lucid_bind(socket->node->stack, socket->fd, &local);
    if (failed) {
        socket_failed(socket->node, socket->fd, call, argument, failed);
    }
    return failed;
}

struct lab_socket *socket_connect(struct node *node, const struct lucid_sockaddr *remote, uint16_t from,
                                  const struct lab_app *app, struct app_settings *settings) {
    struct lab_socket *socket = make(node, app, settings);
    if (!socket) {
        return NULL;
    }
    socket->remote = *remote;
    int failed = from > 0 ? bind_to(socket, from, LUCID_CALL_OPEN, 0) : 0;
    if (failed == 0) {
        failed = lucid_connect(node->stack, socket->fd, remote);
    }
    if (failed < 0 && failed != -LUCID_EINPROGRESS) {
        socket_close(socket);
        return NULL;
    }
    socket->connecting = true;
    socket_number(socket);
    return socket;
}

struct lab_socket *socket_listen(struct node *node, uint16_t port, int backlog, const struct lab_app *app,
                                 struct app_settings *settings) {
    struct lab_socket *socket = make(node, app, settings);
    if (!socket) {
        return NULL;
    }
    socket->listener = true;
    socket->port = port;
    int failed = bind_to(socket, port, LUCID_CALL_LISTEN, backlog);
    if (failed == 0) {
        failed = lucid_listen(node->stack, socket->fd, backlog);
    }
    if (failed < 0) {
        socket_close(socket);
        return NULL;
    }
    socket_number(socket);
    return socket;
}

/* ---- calls that end it ---- */

void socket_close(struct lab_socket *socket) {
    lucid_close(socket->node->stack, socket->fd);
    socket_bury(socket);
}

void socket_abort(struct lab_socket *socket) {
    lucid_abort(socket->node->stack, socket->fd);
    socket_bury(socket);
}

void socket_status(struct lab_socket *socket) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    lucid_getsockopt(socket->node->stack, socket->fd, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length);
}

/* ---- sending ---- */

/* Letters in their order, so that one sees in a segment where in the stream it belongs. */
static void pattern(uint8_t *octets, size_t length, uint64_t offset) {
    for (size_t i = 0; i < length; i++) {
        uint64_t at = (offset + i) % 64;
        octets[i] = (uint8_t)(at == 63 ? '\n' : "abcdefghijklmnopqrstuvwxyz"[at % 26]);
    }
}

/* Hands octets to the stack. Returns how many it took, or a negative error. */
static ptrdiff_t hand_over(struct lab_socket *socket, const void *octets, size_t length) {
    ptrdiff_t taken = lucid_send(socket->node->stack, socket->fd, octets, length, 0);
    if (taken > 0) {
        socket->sent_sum = fnv1a(socket->sent_sum, octets, (size_t)taken);
        say_stream(socket, "wrote", socket->sent, octets, (size_t)taken, socket->sent_sum);
        socket->sent += (uint64_t)taken;
    }
    return taken;
}

/* The next piece of what is to be sent. Returns what hand_over() said, 0 when there is nothing. */
static ptrdiff_t send_some(struct lab_socket *socket) {
    uint8_t octets[SOCKET_READ];
    if (socket->out_at < socket->out.length) {
        ptrdiff_t taken = hand_over(socket, socket->out.data + socket->out_at, socket->out.length - socket->out_at);
        socket->out_at += taken > 0 ? (size_t)taken : 0;
        return taken;
    }
    if (socket->fill == 0) {
        return 0;
    }
    size_t length = socket->fill < sizeof octets ? (size_t)socket->fill : sizeof octets;
    pattern(octets, length, socket->sent);
    ptrdiff_t taken = hand_over(socket, octets, length);
    socket->fill -= taken > 0 ? (uint64_t)taken : 0;
    return taken;
}

bool socket_can(const struct lab_socket *socket, short events) {
    struct lucid_pollfd poll = {socket->fd, events, 0};
    return lucid_poll(socket->node->stack, &poll, 1) > 0;
}

static bool unsent(const struct lab_socket *socket) {
    return socket->out_at < socket->out.length || socket->fill > 0;
}

/* Sends as much as goes, and does what was to be done then. */
static void push(struct lab_socket *socket) {
    if (socket->connecting || socket->gone) {
        return;
    }
    while (unsent(socket) && socket_can(socket, LUCID_POLLOUT) && send_some(socket) > 0) {
    }
    if (unsent(socket)) {
        return;
    }
    socket->out.length = socket->out_at = 0;
    if (socket->then == SOCKET_CLOSES) {
        socket_close(socket);
        return;
    }
    if (socket->then == SOCKET_SHUTS_DOWN && !socket->shut) {
        socket->shut = true;
        lucid_shutdown(socket->node->stack, socket->fd, LUCID_SHUT_WR);
    }
}

void socket_send(struct lab_socket *socket, const void *octets, size_t length) {
    text_put_octets(&socket->out, octets, length);
    push(socket);
}

void socket_send_pattern(struct lab_socket *socket, uint64_t count) {
    socket->fill += count;
    push(socket);
}

void socket_then(struct lab_socket *socket, enum socket_then then) {
    socket->then = (uint8_t)then;
    push(socket);
}

/* ---- receiving ---- */

static void got_octets(struct lab_socket *socket, const uint8_t *octets, size_t length) {
    socket->received_sum = fnv1a(socket->received_sum, octets, length);
    say_stream(socket, "read", socket->received, octets, length, socket->received_sum);
    socket->received += length;
    if (socket->app && socket->app->data) {
        socket->app->data(socket, (const char *)octets, length);
    }
}

static void got_end(struct lab_socket *socket) {
    bool first = !socket->ended;
    socket->ended = true;
    if (first && socket->app && socket->app->ended) {
        socket->app->ended(socket);
    }
}

ptrdiff_t socket_read(struct lab_socket *socket, size_t most) {
    uint8_t octets[SOCKET_READ];
    ptrdiff_t got = lucid_recv(socket->node->stack, socket->fd, octets, most < sizeof octets ? most : sizeof octets, 0);
    if (got > 0) {
        got_octets(socket, octets, (size_t)got);
    } else if (got == 0) {
        got_end(socket);
    } else if (got != -LUCID_EAGAIN && got != -LUCID_ENOTCONN) {
        socket_close(socket);
    }
    return got;
}

static void pull(struct lab_socket *socket) {
    while (!socket->gone && socket->reads && !socket->ended && socket_can(socket, LUCID_POLLIN)) {
        socket_read(socket, SOCKET_READ);
    }
}

void socket_reads(struct lab_socket *socket, bool reads) {
    socket->reads = reads;
    pull(socket);
}

void socket_wake(struct lab_socket *socket, lucid_time in) {
    socket->wake = socket->node->world->now + in;
}

/* ---- what has happened ---- */

static void opened(struct lab_socket *socket) {
    if (socket->app && socket->app->http) {
        lab_http_adopt(socket);
        return;
    }
    if (socket->app && socket->app->opened) {
        socket->app->opened(socket);
    }
}

/* Each connection has its own, for the listener may be closed before it. */
static void take_settings(struct lab_socket *socket, const struct lab_socket *listener) {
    socket->own = listener->own;
    socket->own.text = text_growing();
    text_put_octets(&socket->own.text, listener->own.text.data, listener->own.text.length);
}

static void accept_one(struct lab_socket *listener, int fd) {
    struct lab_socket *socket = socket_new(listener->node, fd);
    if (!socket) {
        lucid_abort(listener->node->stack, fd);
        return;
    }
    socket->app = listener->app;
    take_settings(socket, listener);
    socket->accepted = true;
    socket->port = listener->port;
    socket->reads = listener->reads;
    socket_number(socket);
    set_options(socket);
    opened(socket);
}

static void accept_all(struct lab_socket *listener) {
    while (socket_can(listener, LUCID_POLLIN)) {
        int fd = lucid_accept(listener->node->stack, listener->fd, NULL);
        if (fd < 0) {
            return;
        }
        accept_one(listener, fd);
    }
}

/* The attempt to connect has ended; connect() says how. */
static void connected(struct lab_socket *socket, unsigned events) {
    if (!(events & (LUCID_POLLOUT | LUCID_POLLERR | LUCID_POLLHUP))) {
        return;
    }
    socket->connecting = false;
    if (events & LUCID_POLLERR) {
        lucid_connect(socket->node->stack, socket->fd, &socket->remote);
        socket_close(socket);
        return;
    }
    opened(socket);
}

void socket_ready(struct lab_socket *socket, unsigned events) {
    if (socket->gone) {
        return;
    }
    if (socket->foreign) {
        lab_http_event(socket->node, socket->foreign);
        return;
    }
    if (socket->listener) {
        accept_all(socket);
        return;
    }
    if (socket->connecting) {
        connected(socket, events);
    }
    push(socket);
    pull(socket);
    if (!socket->gone && !socket->reads && socket->app && socket->app->ready && socket_can(socket, LUCID_POLLIN)) {
        socket->app->ready(socket);
    }
}

void socket_woken(struct lab_socket *socket) {
    if (!socket->gone && socket->app && socket->app->woken) {
        socket->app->woken(socket);
    }
}
