/* fuzz_gateway.c: any octets as what an upstream answers, through the whole server to a client.
 *
 * Input: octet 0 says what the client asks and how the upstream ends, octet 1 how its answer is cut and how much the
 * client takes at a time; the answer follows. The server runs over a transport that is two arrays, with the answer
 * whole and cut: both times the client must get the same answer, well formed, and complete in the same way. In the end
 * nothing is left open.
 */
#include "fuzz.h"
#include "http/http_body.h"
#include "http/http_server.h"
#include "http/http_upstream.h"

enum { CLIENT = 1, UPSTREAM = 2, HANDLES = 8, MOST = 3 * ROOM };
enum { RESETS = 8, STAYS = 16, OVER_UWSGI = 32 };

static const char *const requests[] = {
    "GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a HTTP/1.0\r\n\r\n",
    "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhello",
    "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
};

/* ---- the transport ---- */

struct end {
    const uint8_t *octets; /* to be read */
    size_t visible, at, length;
    bool reset, stays; /* how the stream ends */
    bool open, finished;
    void *data; /* of watch() */
};

struct wires {
    struct transport base;
    struct end end[HANDLES];
    unsigned handles;
    size_t room; /* that the client has at present */
    uint8_t got[MOST];
    size_t length;
    const uint8_t *answer;
    size_t answer_length;
    unsigned kind;
};

static struct wires wires;

static struct end *end_of(int fd) {
    MUST(fd > 0 && (unsigned)fd < HANDLES && wires.end[fd].open);
    return &wires.end[fd];
}

static int wires_connect(struct transport *transport, const struct lucid_sockaddr *remote) {
    MUST(transport && remote->port == 8000);
    if (wires.handles > 2) {
        return -LUCID_ECONNREFUSED;
    }
    int fd = (int)++wires.handles;
    wires.end[fd] = (struct end){
        .octets = wires.answer,
        .length = wires.answer_length,
        .reset = wires.kind & RESETS,
        .stays = wires.kind & STAYS,
        .open = true,
    };
    return fd;
}

static int wires_watch(struct transport *transport, int fd, void *data) {
    (void)transport;
    end_of(fd)->data = data;
    return 0;
}

static ptrdiff_t wires_read(struct transport *transport, int fd, void *data, size_t length) {
    struct end *end = end_of(fd);
    size_t count = end->visible - end->at;
    (void)transport;
    MUST(length > 0);
    if (count == 0 && (end->at < end->length || end->stays)) {
        return -LUCID_EAGAIN;
    }
    if (count == 0) {
        return end->reset ? -LUCID_ECONNRESET : 0;
    }
    count = count < length ? count : length;
    memcpy(data, end->octets + end->at, count);
    end->at += count;
    return (ptrdiff_t)count;
}

static ptrdiff_t wires_write(struct transport *transport, int fd, const void *data, size_t length, bool more) {
    struct end *end = end_of(fd);
    (void)transport, (void)more;
    MUST(!end->finished && length > 0);
    if (fd != CLIENT) {
        return (ptrdiff_t)length;
    }
    length = length < wires.room ? length : wires.room;
    MUST(wires.length + length <= sizeof wires.got);
    memcpy(wires.got + wires.length, data, length);
    wires.length += length;
    wires.room -= length;
    return length > 0 ? (ptrdiff_t)length : -LUCID_EAGAIN;
}

static ptrdiff_t wires_lend(struct transport *transport, int fd, const void *data, size_t length,
                            stream_release *release, void *argument) {
    ptrdiff_t taken = wires_write(transport, fd, data, length, false);
    if (taken > 0) {
        release(argument, data, (size_t)taken);
    }
    return taken;
}

static int wires_shutdown(struct transport *transport, int fd) {
    (void)transport;
    end_of(fd)->finished = true;
    return 0;
}

static void wires_close(struct transport *transport, int fd) {
    (void)transport;
    end_of(fd)->open = false;
}

static const struct stream_ops wires_ops = {
    .connect = wires_connect,
    .watch = wires_watch,
    .read = wires_read,
    .write = wires_write,
    .lend = wires_lend,
    .shutdown = wires_shutdown,
    .close = wires_close,
    .abort = wires_close,
};

/* ---- a run ---- */

static void event(struct http_server *server, lucid_time now, int fd) {
    if (wires.end[fd].open) {
        http_server_event(server, now, wires.end[fd].data);
    }
    for (int i = 0; i < 100 && http_server_deadline(server) == 0; i++) {
        http_server_tick(server, now);
    }
}

/* step: octets of the answer that come at one time; room: that the client takes at one time. */
static void run(const uint8_t *octets, size_t length, unsigned kind, size_t step, size_t room) {
    const char *request = requests[kind % 8];
    struct http_upstream upstream;
    struct http_server_options options;
    struct http_server *server;
    struct http_server_stats stats;
    char error[HTTP_ERROR_TEXT];
    memset(&wires, 0, offsetof(struct wires, got));
    wires.base.ops = &wires_ops;
    wires.length = 0;
    wires.answer = octets;
    wires.answer_length = length;
    wires.kind = kind;
    wires.handles = 1;
    wires.end[CLIENT] = (struct end){.octets = (const uint8_t *)request,
                                     .length = strlen(request),
                                     .visible = strlen(request),
                                     .stays = true,
                                     .open = true};
    MUST(http_upstream_parse(&upstream, kind & OVER_UWSGI ? "/=uwsgi://1.2.3.4:8000" : "/=http://1.2.3.4:8000", error));
    http_server_defaults(&options);
    options.upstreams = &upstream;
    options.upstream_count = 1;
    MUST(http_server_open(&server, &wires.base, &options, error) == 0);
    http_server_adopt(server, 0, CLIENT);
    event(server, 0, UPSTREAM);
    while (wires.end[UPSTREAM].visible < length || wires.room == 0) {
        size_t rest = length - wires.end[UPSTREAM].visible;
        wires.end[UPSTREAM].visible += rest < step ? rest : step;
        wires.room = room;
        event(server, 0, UPSTREAM);
        event(server, 0, CLIENT);
    }
    for (lucid_time now = 0; now < 200 * LUCID_SECOND; now += LUCID_SECOND) {
        wires.room = ROOM;
        event(server, now, CLIENT);
        http_server_tick(server, now);
    }
    http_server_stats(server, &stats);
    MUST(stats.connections == 0 && stats.memory == 0);
    http_server_close(server);
    for (unsigned i = 1; i < HANDLES; i++) {
        MUST(!wires.end[i].open);
    }
}

/* ---- what the client makes of it ---- */

struct seen {
    int status;
    bool complete;
    uint8_t head[ROOM];
    size_t head_length;
    uint8_t body[MOST];
    size_t length;
};

static void check_head(const struct http_head *head, const struct http_body *body, unsigned kind) {
    bool old = kind % 8 == 1 || kind % 8 == 7;
    MUST(head->status >= 200 && head->status <= 599 && head->minor == 1);
    MUST(http_head_find(head, wires.got, "Date", 0) < head->field_count);
    MUST(!old || body->framing != HTTP_FRAMING_CHUNKED); /* H36 */
}

static void look(struct seen *seen, unsigned kind) {
    static const struct http_limits none = {UINT32_MAX, UINT32_MAX, HTTP_FIELDS_MAX, UINT64_MAX};
    struct http_head head;
    struct http_body body;
    struct http_piece piece;
    size_t at;
    bool to_head = kind % 8 == 2;
    seen->status = 0;
    seen->length = seen->head_length = 0;
    http_head_begin(&head, HTTP_RESPONSE);
    if (wires.length == 0) {
        return;
    }
    MUST(http_head_feed(&head, &none, wires.got, wires.length) == HTTP_DONE);
    MUST(head.length <= sizeof seen->head);
    enum http_progress progress = http_body_of_response(&body, &head, wires.got, &none, to_head);
    MUST(progress != HTTP_REFUSED);
    check_head(&head, &body, kind);
    seen->status = head.status;
    seen->head_length = head.length;
    memcpy(seen->head, wires.got, head.length);
    for (at = head.length; progress == HTTP_MORE && at < wires.length; at += piece.used) {
        progress = http_body_feed(&body, wires.got + at, wires.length - at, &piece);
        MUST(progress != HTTP_REFUSED);
        memcpy(seen->body + seen->length, piece.data, piece.length);
        seen->length += piece.length;
    }
    MUST(at == wires.length); /* nothing behind the answer */
    seen->complete = http_body_ended(&body) && (body.framing != HTTP_FRAMING_CLOSE || wires.end[CLIENT].finished);
}

static void check_same(const struct seen *a, const struct seen *b) {
    MUST(a->status == b->status && a->complete == b->complete);
    MUST(a->head_length == b->head_length && memcmp(a->head, b->head, a->head_length) == 0);
    MUST(a->length == b->length && memcmp(a->body, b->body, a->length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct seen whole, cut;
    if (size < 2 || size - 2 >= ROOM) {
        return 0;
    }
    const uint8_t *octets = at_the_edge(data + 2, size - 2);
    run(octets, size - 2, data[0], ROOM, ROOM);
    look(&whole, data[0]);
    run(octets, size - 2, data[0], 1 + data[1] % 16u, 1 + data[1] / 16u * 100);
    look(&cut, data[0]);
    check_same(&whole, &cut);
    return 0;
}
