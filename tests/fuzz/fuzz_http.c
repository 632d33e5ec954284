/* fuzz_http.c: any octets as a stream of requests, to the parsers one by one and to the whole server.
 *
 * Input: octet 0 says where the stream is cut, the stream follows. The parsers read it from memory that ends with it.
 * The server gets it whole and cut, over a transport that is an array; both times it must give the same answers,
 * whole ones, and no octet of a body may stay charged.
 */
#include "fuzz.h"
#include "http/http_body.h"
#include "http/http_path.h"
#include "http/http_request.h"
#include "http/http_server.h"

static const struct http_limits limits = {.line = 300, .head = 2000, .fields = 20, .body = 5000};

/* ---- the parsers ---- */

static void inside(struct http_span span, const struct http_head *head) {
    MUST((uint64_t)span.at + span.length <= head->length);
}

static void check_path(const uint8_t *raw, size_t length) {
    struct http_path path, again;
    if (http_path_read(&path, raw, length) != HTTP_REFUSED_NONE) {
        return;
    }
    MUST(path.length == strlen(path.name) && path.name[0] != '/');
    MUST(strcmp(path.name, "..") != 0 && strncmp(path.name, "../", 3) != 0);
    MUST(!strstr(path.name, "/../") && !strstr(path.name, "//"));
    struct text text = text_growing();
    http_path_write(&text, &path);
    MUST(text.data[0] == '/' && text.data[1] != '/');
    MUST(http_path_read(&again, (const uint8_t *)text.data, text.length) == HTTP_REFUSED_NONE);
    MUST(strcmp(path.name, again.name) == 0);
    text_free(&text);
}

static void check_request(struct http_request *request, const uint8_t *octets, size_t size) {
    const struct http_head *head = &request->head;
    MUST(head->length <= size && head->length <= limits.head);
    inside(head->method, head);
    inside(head->target, head);
    for (uint32_t i = 0; i < head->field_count; i++) {
        inside(head->field[i].name, head);
        inside(head->field[i].value, head);
        MUST(!memchr(octets + head->field[i].value.at, '\r', head->field[i].value.length));
        MUST(!memchr(octets + head->field[i].value.at, '\n', head->field[i].value.length));
    }
    if (http_request_read(request, octets) == HTTP_REFUSED_NONE) {
        inside(request->host, head);
        inside(request->path, head);
        inside(request->query, head);
        check_path(octets + request->path.at, request->path.length);
    }
}

static void check_parsers(const uint8_t *octets, size_t size, size_t cut, enum http_kind kind) {
    static struct http_request request;
    static struct http_head parts;
    http_head_begin(&request.head, kind);
    http_head_begin(&parts, kind);
    enum http_progress whole = http_head_feed(&request.head, &limits, octets, size);
    enum http_progress progress = http_head_feed(&parts, &limits, octets, cut);
    progress = progress == HTTP_MORE ? http_head_feed(&parts, &limits, octets, size) : progress;
    MUST(progress == whole && parts.refusal == request.head.refusal && parts.length == request.head.length);
    MUST(parts.refused_at == request.head.refused_at && parts.field_count == request.head.field_count);
    MUST((whole == HTTP_REFUSED) == (request.head.refusal != HTTP_REFUSED_NONE));
    if (whole == HTTP_DONE && kind == HTTP_REQUEST) {
        check_request(&request, octets, size);
    }
}

/* ---- the server, over an array ---- */

struct wire {
    struct transport base;
    const uint8_t *in;
    size_t length, at, visible; /* octets to be read; read; that have come */
    struct text out;
    bool accepted, shut, closed, reset;
    void *listener, *connection;
};

static struct wire *wire_of(struct transport *transport) {
    return (struct wire *)(void *)transport;
}

static int wire_listen(struct transport *transport, const struct lucid_sockaddr *local, int backlog) {
    (void)transport, (void)local, (void)backlog;
    return 1;
}

static int wire_accept(struct transport *transport, int fd, struct lucid_sockaddr *remote) {
    struct wire *wire = wire_of(transport);
    (void)fd, (void)remote;
    bool first = !wire->accepted;
    wire->accepted = true;
    return first ? 2 : -LUCID_EAGAIN;
}

static int wire_watch(struct transport *transport, int fd, void *data) {
    *(fd == 1 ? &wire_of(transport)->listener : &wire_of(transport)->connection) = data;
    return 0;
}

static ptrdiff_t wire_read(struct transport *transport, int fd, void *data, size_t length) {
    struct wire *wire = wire_of(transport);
    size_t left = wire->visible - wire->at;
    MUST(fd == 2 && !wire->closed && length > 0);
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
    MUST(fd == 2 && !wire->closed && !wire->shut && length > 0);
    text_put_octets(&wire->out, data, length);
    return (ptrdiff_t)length;
}

static ptrdiff_t wire_lend(struct transport *transport, int fd, const void *data, size_t length,
                           stream_release *release, void *argument) {
    wire_write(transport, fd, data, length, false);
    release(argument, data, length);
    return (ptrdiff_t)length;
}

static int wire_shutdown(struct transport *transport, int fd) {
    (void)fd;
    wire_of(transport)->shut = true;
    return 0;
}

static void wire_close(struct transport *transport, int fd) {
    wire_of(transport)->closed = wire_of(transport)->closed || fd == 2;
}

static void wire_abort(struct transport *transport, int fd) {
    wire_close(transport, fd);
    wire_of(transport)->reset = true;
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

/* Lets so many octets at a time come. Takes the answers, and gives them to the caller. */
static void serve(struct wire *wire, const uint8_t *octets, size_t length, size_t step) {
    struct http_server_options options;
    struct http_server_stats stats;
    struct http_server *server;
    char error[HTTP_ERROR_TEXT];
    const struct lucid_sockaddr local = {.port = 80};
    *wire = (struct wire){.base = {.ops = &wire_ops}, .in = octets, .length = length, .out = text_growing()};
    http_server_defaults(&options);
    options.limits = limits;
    MUST(http_server_open(&server, &wire->base, &options, error) == 0 && http_server_listen(server, &local) == 0);
    wire->visible = step < length ? step : length;
    http_server_event(server, 1, wire->listener);
    settle(server);
    while (!wire->closed && wire->visible < length) {
        wire->visible = length - wire->visible > step ? wire->visible + step : length;
        http_server_event(server, 1, wire->connection);
        settle(server);
    }
    http_server_stats(server, &stats);
    MUST(wire->closed && stats.connections == 0 && stats.memory == 0);
    http_server_close(server);
}

/* Every answer is one: a status line of ours, fields, an empty line. Interim answers depend on what has come, and
 * go. */
static void check_answers(struct text *out) {
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    char *at;
    MUST(out->length == 0 || (out->length > 20 && memcmp(out->data, "HTTP/1.1 ", 9) == 0));
    while (out->length > 0 && (at = memmem(out->data, out->length, interim, sizeof interim - 1))) {
        out->length -= sizeof interim - 1;
        memmove(at, at + sizeof interim - 1, out->length - (size_t)(at - out->data));
    }
}

static void check_server(const uint8_t *octets, size_t length, size_t step) {
    static struct wire whole, cut;
    serve(&whole, octets, length, length > 0 ? length : 1);
    serve(&cut, octets, length, step);
    check_answers(&whole.out);
    check_answers(&cut.out);
    MUST(whole.out.length == cut.out.length && whole.shut == cut.shut && whole.reset == cut.reset);
    MUST(whole.out.length == 0 || memcmp(whole.out.data, cut.out.data, whole.out.length) == 0);
    text_free(&whole.out);
    text_free(&cut.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > ROOM) {
        return 0;
    }
    size_t length = size - 1;
    size_t step = 1 + data[0] % 64;
    uint8_t *octets = at_the_edge(data + 1, length);
    check_parsers(octets, length, step < length ? step : length, HTTP_REQUEST);
    check_parsers(octets, length, step < length ? step : length, HTTP_RESPONSE);
    check_path(octets, length);
    check_server(octets, length, step);
    return 0;
}
