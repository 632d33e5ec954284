/* web_array.c: see web_array.h. */
#include "harness/web_array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                         \
    do {                                                                        \
        if (!(condition)) {                                                     \
            fprintf(stderr, "%s:%d: not %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                            \
        }                                                                       \
    } while (0)

enum { LISTENER = 1, CONNECTION };

struct wire {
    struct transport base;
    const uint8_t *in;
    size_t length, at, visible; /* octets to be read; read; that have come */
    struct web_array *array;
    bool accepted, closed;
    void *listener, *connection;
};

static struct wire *wire_of(struct transport *transport) {
    return (struct wire *)(void *)transport;
}

static int wire_listen(struct transport *transport, const struct lucid_sockaddr *local, int backlog) {
    (void)transport, (void)local, (void)backlog;
    return LISTENER;
}

static int wire_accept(struct transport *transport, int fd, struct lucid_sockaddr *remote) {
    struct wire *wire = wire_of(transport);
    (void)fd, (void)remote;
    bool first = !wire->accepted;
    wire->accepted = true;
    return first ? CONNECTION : -LUCID_EAGAIN;
}

static int wire_watch(struct transport *transport, int fd, void *data) {
    *(fd == LISTENER ? &wire_of(transport)->listener : &wire_of(transport)->connection) = data;
    return 0;
}

static ptrdiff_t wire_read(struct transport *transport, int fd, void *data, size_t length) {
    struct wire *wire = wire_of(transport);
    size_t left = wire->visible - wire->at;
    MUST(fd == CONNECTION && !wire->closed && length > 0);
    if (left == 0) {
        return wire->at == wire->length ? 0 : -LUCID_EAGAIN;
    }
    length = length < left ? length : left;
    memcpy(data, wire->in + wire->at, length);
    wire->at += length;
    return (ptrdiff_t)length;
}

static ptrdiff_t wire_write(struct transport *transport, int fd, const void *data, size_t length, bool more) {
    struct wire *wire = wire_of(transport);
    (void)more;
    MUST(fd == CONNECTION && !wire->closed && !wire->array->shut && length > 0);
    text_put_octets(&wire->array->out, data, length);
    return (ptrdiff_t)length;
}

static ptrdiff_t wire_lend(struct transport *transport, int fd, const void *data, size_t length,
                           stream_release *release, void *argument) {
    wire_write(transport, fd, data, length, false);
    release(argument, data, length);
    return (ptrdiff_t)length;
}

static int wire_shutdown(struct transport *transport, int fd) {
    MUST(fd == CONNECTION);
    wire_of(transport)->array->shut = true;
    return 0;
}

static void wire_close(struct transport *transport, int fd) {
    MUST(fd == LISTENER || !wire_of(transport)->closed);
    wire_of(transport)->closed = wire_of(transport)->closed || fd == CONNECTION;
}

static void wire_abort(struct transport *transport, int fd) {
    wire_close(transport, fd);
    wire_of(transport)->array->reset = true;
}

static const struct stream_ops wire_ops = {
    .listen = wire_listen,
    .accept = wire_accept,
    .watch = wire_watch,
    .read = wire_read,
    .write = wire_write,
    .lend = wire_lend,
    .shutdown = wire_shutdown,
    .close = wire_close,
    .abort = wire_abort,
};

static void settle(struct http_server *server) {
    while (http_server_deadline(server) == 0) {
        http_server_tick(server, 1);
    }
}

void web_array_serve(struct web_array *array, const struct http_server_options *options, const uint8_t *octets,
                     size_t length, const size_t *cuts, size_t count) {
    struct http_server_stats stats;
    struct http_server *server;
    char error[HTTP_ERROR_TEXT];
    const struct lucid_sockaddr local = {.port = 80};
    *array = (struct web_array){.out = text_growing()};
    struct wire wire = {.base = {.ops = &wire_ops}, .in = octets, .length = length, .array = array};
    MUST(http_server_open(&server, &wire.base, options, error) == 0 && http_server_listen(server, &local) == 0);
    for (size_t i = 0; i <= count && !wire.closed; i++) {
        wire.visible = i < count ? cuts[i] : length;
        MUST(wire.visible >= wire.at && wire.visible <= length);
        http_server_event(server, 1, i == 0 ? wire.listener : wire.connection);
        settle(server);
    }
    http_server_stats(server, &stats);
    MUST(wire.closed && stats.connections == 0 && stats.memory == 0);
    http_server_close(server);
}

void web_array_drop_interim(struct web_array *array) {
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct text *out = &array->out;
    char *at;
    while (out->length > 0 && (at = memmem(out->data, out->length, interim, sizeof interim - 1))) {
        out->length -= sizeof interim - 1;
        memmove(at, at + sizeof interim - 1, out->length - (size_t)(at - out->data));
    }
}

bool web_array_same(const struct web_array *a, const struct web_array *b) {
    bool equal = a->out.length == b->out.length && a->shut == b->shut && a->reset == b->reset;
    return equal && (a->out.length == 0 || memcmp(a->out.data, b->out.data, a->out.length) == 0);
}
