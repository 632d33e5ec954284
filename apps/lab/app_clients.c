/* app_clients.c: applications that begin to talk: source, write-write-read, httpraw. */
#include <string.h>

#include "lab/app.h"

static void close_now(struct lab_socket *socket) {
    socket_then(socket, SOCKET_CLOSES);
}

#define CHUNK_PAUSE LUCID_MILLISECOND

/* ---- source: so many octets, at once or in small writes with a pause between them, then the end ---- */

static void source_write(struct lab_socket *socket) {
    uint64_t left = socket->own.size - socket->mark;
    uint64_t chunk = socket->own.count > 0 && socket->own.count < left ? socket->own.count : left;
    socket->mark += chunk;
    socket_send_pattern(socket, chunk);
    if (socket->mark < socket->own.size) {
        socket_wake(socket, CHUNK_PAUSE);
        return;
    }
    socket_then(socket, SOCKET_SHUTS_DOWN);
}

/* ---- write-write-read: a request in two writes, an answer, again ----
 *
 * Nagle's algorithm keeps the second write until the first is acknowledged; the peer, which has nothing to say before
 * it has both, delays that acknowledgment. Whoever connects writes; whoever accepted answers. Between its two writes
 * an application takes a moment: else they would be one.
 */

#define WRITE_PAUSE (100 * LUCID_MICROSECOND)

static void write_part(struct lab_socket *socket) {
    socket_send_pattern(socket, socket->own.size);
}

static void begin_round(struct lab_socket *socket) {
    if (socket->accepted) {
        return;
    }
    if (socket->step == socket->own.count) {
        socket_then(socket, SOCKET_CLOSES);
        return;
    }
    socket->step++;
    write_part(socket);
    socket_wake(socket, WRITE_PAUSE);
}

static void round_data(struct lab_socket *socket, const char *octets, size_t length) {
    (void)octets;
    socket->mark += length;
    uint64_t whole = socket->accepted ? 2 * socket->own.size : socket->own.size;
    while (socket->mark >= whole) {
        socket->mark -= whole;
        if (socket->accepted) {
            write_part(socket);
        } else {
            begin_round(socket);
        }
    }
}

/* ---- httpraw: a request as it is typed, cut where one wants it ----
 *
 * Each piece is one write; that it is one segment, too, needs `set nodelay on`.
 */

static const char REQUEST[] = "GET / HTTP/1.1\r\nHost: b.example\r\nConnection: close\r\n\r\n";

static void write_chunk(struct lab_socket *socket) {
    const char *text = socket->own.text.length > 0 ? socket->own.text.data : REQUEST;
    size_t length = socket->own.text.length > 0 ? socket->own.text.length : strlen(REQUEST);
    size_t at = (size_t)socket->mark;
    size_t chunk = socket->own.count > 0 && socket->own.count < length - at ? socket->own.count : length - at;
    if (chunk == 0) {
        return;
    }
    socket->mark += chunk;
    socket_send(socket, text + at, chunk);
    if (socket->mark < length) {
        socket_wake(socket, CHUNK_PAUSE);
    }
}

const struct lab_app APPS_CLIENTS[] = {
    {.name = "source",
     .what = "sends so much (100KB), at once or in writes of so many octets (chunks N), then the end of the stream",
     .settings = {.size = 100000},
     .reads = true,
     .opened = source_write,
     .ended = close_now,
     .woken = source_write},
    {.name = "write-write-read",
     .what = "so many rounds (10) of a request in two writes (of 1 octet) and an answer",
     .settings = {.size = 1, .count = 10},
     .reads = true,
     .opened = begin_round,
     .data = round_data,
     .ended = close_now,
     .woken = write_part},
    {.name = "httpraw",
     .what = "sends the request in quotes, in writes of so many octets (chunks N)",
     .reads = true,
     .opened = write_chunk,
     .ended = close_now,
     .woken = write_chunk},
    {.name = NULL},
};
