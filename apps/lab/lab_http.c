/* lab_http.c: the HTTP server at a node. See lab_http.h.
 *
 * The server knows byte streams and nothing else. Between it and the stack stands a transport that passes all calls on
 * and, on the way, sees request lines and status lines go by: these are the `http` events of the log.
 */
#include "lab/lab_http.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_connection.h"
#include "http/http_server.h"
#include "lab/sim.h"

/* The zero of the world's time, for Date: 2026-01-01 00:00:00 UTC. */
#define LAB_EPOCH (UINT64_C(1767225600) * LUCID_SECOND)
#define LINE_MAX_NOTED 120

/* What has been seen of one connection's request. */
struct lab_http_line {
    TAILQ_ENTRY(lab_http_line) next;
    int fd;
    uint32_t c;
    size_t length;
    char text[LINE_MAX_NOTED + 1];
};

TAILQ_HEAD(lab_http_lines, lab_http_line);

struct lab_http {
    struct transport base; /* what the server is given; its ops are below */
    struct stack_transport stack;
    struct http_server *server;
    struct node *node;
    struct lab_http_lines lines;
};

static struct lab_http *http_of(struct transport *transport) {
    return (struct lab_http *)(void *)transport;
}

static struct transport *below(struct transport *transport) {
    return &http_of(transport)->stack.base;
}

/* ---- what goes by ---- */

static void say(struct lab_http *http, uint32_t c, const char *k, const char *text, size_t length) {
    struct node *node = http->node;
    struct record *record = &node->world->record;
    record_drain(record, node->index, node->stack);
    struct json json = record_begin(record, node->world->now, node->name, c, "http");
    json_string(&json, "k", k);
    json_octets(&json, "text", text, length);
    record_finish(record, &json);
}

static struct lab_http_line *line_of(struct lab_http *http, int fd) {
    struct lab_http_line *line;
    TAILQ_FOREACH(line, &http->lines, next) {
        if (line->fd == fd) {
            return line;
        }
    }
    return NULL;
}

static void forget(struct lab_http *http, int fd) {
    struct lab_http_line *line = line_of(http, fd);
    if (line) {
        TAILQ_REMOVE(&http->lines, line, next);
        free(line);
    }
}

/* "GET / HTTP/1.1": letters, and the version at the end. */
static bool is_request(const struct lab_http_line *line) {
    const char *version = strstr(line->text, " HTTP/1.");
    return version && isupper((unsigned char)line->text[0]) && version[9] == '\0';
}

static void line_ends(struct lab_http *http, struct lab_http_line *line) {
    line->text[line->length] = '\0';
    if (is_request(line)) {
        say(http, line->c, "request", line->text, line->length);
    }
    line->length = 0;
}

static void see_read(struct lab_http *http, int fd, const char *octets, size_t length) {
    struct lab_http_line *line = line_of(http, fd);
    for (size_t i = 0; line && i < length; i++) {
        if (octets[i] == '\n') {
            line_ends(http, line);
        } else if (octets[i] != '\r' && line->length < LINE_MAX_NOTED) {
            line->text[line->length++] = octets[i];
        }
    }
}

static void see_write(struct lab_http *http, int fd, const char *octets, size_t length) {
    const struct lab_http_line *line = line_of(http, fd);
    const char *end = length > 9 && !memcmp(octets, "HTTP/1.", 7) ? memchr(octets, '\r', length) : NULL;
    if (line && end) {
        say(http, line->c, "answer", octets, (size_t)(end - octets));
    }
}

/* ---- the transport ---- */

static int tap_listen(struct transport *transport, const struct lucid_sockaddr *local, int backlog) {
    return below(transport)->ops->listen(below(transport), local, backlog);
}

static int tap_accept(struct transport *transport, int fd, struct lucid_sockaddr *remote) {
    return below(transport)->ops->accept(below(transport), fd, remote);
}

static int tap_connect(struct transport *transport, const struct lucid_sockaddr *remote) {
    return below(transport)->ops->connect(below(transport), remote);
}

/* The stack gives back, with an event, what it was given here: a socket of the node, which knows what the server
 * wants to hear. */
static int tap_watch(struct transport *transport, int fd, void *data) {
    struct lab_http *http = http_of(transport);
    struct lab_socket *socket = socket_new(http->node, fd);
    struct lab_http_line *line = calloc(1, sizeof *line);
    if (!socket || !line) {
        free(line);
        return -LUCID_ENOMEM;
    }
    socket->foreign = data;
    socket_number(socket);
    line->fd = fd;
    line->c = socket->c;
    TAILQ_INSERT_TAIL(&http->lines, line, next);
    return 0;
}

static ptrdiff_t tap_read(struct transport *transport, int fd, void *data, size_t length) {
    ptrdiff_t got = below(transport)->ops->read(below(transport), fd, data, length);
    if (got > 0) {
        see_read(http_of(transport), fd, data, (size_t)got);
    }
    return got;
}

static ptrdiff_t tap_write(struct transport *transport, int fd, const void *data, size_t length, bool more) {
    ptrdiff_t taken = below(transport)->ops->write(below(transport), fd, data, length, more);
    if (taken > 0) {
        see_write(http_of(transport), fd, data, (size_t)taken);
    }
    return taken;
}

static ptrdiff_t tap_lend(struct transport *transport, int fd, const void *data, size_t length, stream_release *release,
                          void *argument) {
    return below(transport)->ops->lend(below(transport), fd, data, length, release, argument);
}

static int tap_shutdown(struct transport *transport, int fd) {
    return below(transport)->ops->shutdown(below(transport), fd);
}

static void gone(struct lab_http *http, int fd) {
    struct lab_socket *socket;
    forget(http, fd);
    TAILQ_FOREACH(socket, &http->node->sockets, next) {
        if (socket->fd == fd) {
            socket_bury(socket);
            return;
        }
    }
}

static void tap_close(struct transport *transport, int fd) {
    below(transport)->ops->close(below(transport), fd);
    gone(http_of(transport), fd);
}

static void tap_abort(struct transport *transport, int fd) {
    below(transport)->ops->abort(below(transport), fd);
    gone(http_of(transport), fd);
}

/* ---- the server ---- */

static int open_server(struct node *node) {
    static const struct stream_ops ops = {
        .listen = tap_listen,
        .accept = tap_accept,
        .connect = tap_connect,
        .watch = tap_watch,
        .read = tap_read,
        .write = tap_write,
        .lend = tap_lend,
        .shutdown = tap_shutdown,
        .close = tap_close,
        .abort = tap_abort,
    };
    struct http_server_options options;
    char error[HTTP_ERROR_TEXT];
    struct lab_http *http = calloc(1, sizeof *http);
    if (!http) {
        return -LUCID_ENOMEM;
    }
    http->base.ops = &ops;
    http->node = node;
    TAILQ_INIT(&http->lines);
    stack_transport_init(&http->stack, node->stack);
    http_server_defaults(&options);
    if (node->world->options.outside) {
        options.handlers = node->world->options.outside->handlers;
        options.handler_count = node->world->options.outside->handler_count;
        options.user = node->world->options.outside->handlers_user;
        options.handlers_first = true;
    }
    options.epoch = node->world->epoch ? node->world->epoch : LAB_EPOCH;
    int failed = http_server_open(&http->server, &http->base, &options, error);
    if (failed) {
        free(http);
        return failed;
    }
    node->http = http;
    return 0;
}

int lab_http_listen(struct node *node, uint16_t port) {
    struct lucid_sockaddr local = {.port = port};
    struct record *record = &node->world->record;
    int failed = node->http ? 0 : open_server(node);
    uint32_t before = record->next;
    if (failed == 0) {
        failed = http_server_listen(node->http->server, &local);
    }
    record_drain(record, node->index, node->stack);
    /* bind() leaves no event, but the close() of its handle: one. */
    if (failed && record->next <= before + 1) {
        socket_failed(node, 0, LUCID_CALL_LISTEN, 0, failed);
    }
    return failed;
}

void lab_http_adopt(struct lab_socket *socket) {
    struct node *node = socket->node;
    int fd = socket->fd;
    if (!node->http && open_server(node) < 0) {
        socket_abort(socket);
        return;
    }
    socket_bury(socket);
    http_server_adopt(node->http->server, node->world->now, fd);
}

bool lab_http_hang_up(struct node *node, bool dry) {
    struct lab_socket *socket, *newest = NULL;
    TAILQ_FOREACH(socket, &node->sockets, next) {
        newest = socket->foreign && ((const struct http_watched *)socket->foreign)->kind != HTTP_WATCHED_LISTENER
                     ? socket
                     : newest;
    }
    return newest && (dry || http_server_hang_up(node->http->server, node->world->now, newest->fd));
}

void lab_http_event(struct node *node, void *foreign) {
    http_server_event(node->http->server, node->world->now, foreign);
}

void lab_http_tick(struct node *node) {
    if (node->http) {
        http_server_tick(node->http->server, node->world->now);
    }
}

lucid_time lab_http_deadline(const struct node *node) {
    return node->http ? http_server_deadline(node->http->server) : LUCID_NEVER;
}

void lab_http_close(struct node *node) {
    struct lab_http *http = node->http;
    struct lab_http_line *line;
    if (!http) {
        return;
    }
    http_server_close(http->server);
    while ((line = TAILQ_FIRST(&http->lines))) {
        TAILQ_REMOVE(&http->lines, line, next);
        free(line);
    }
    node->http = NULL;
    free(http);
}
