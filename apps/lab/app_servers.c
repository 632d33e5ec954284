/* app_servers.c: applications that wait for a client: echo, sink and the ways to answer the end of a stream. */
#include "lab/app.h"

static void echo_data(struct lab_socket *socket, const char *octets, size_t length) {
    socket_send(socket, octets, length);
}

static void close_now(struct lab_socket *socket) {
    socket_then(socket, SOCKET_CLOSES);
}

static void think(struct lab_socket *socket) {
    socket_wake(socket, socket->own.time);
}

const struct lab_app APPS_SERVERS[] = {
    {.name = "echo", .what = "sends back what it gets", .reads = true, .data = echo_data, .ended = close_now},
    {.name = "sink", .what = "reads and forgets; closes at the end of the stream", .reads = true, .ended = close_now},
    {.name = "close-on-eof", .what = "closes as soon as the peer has", .reads = true, .ended = close_now},
    {.name = "think-then-close",
     .what = "closes some time after the peer has (1s)",
     .settings = {.time = LUCID_SECOND},
     .reads = true,
     .ended = think,
     .woken = close_now},
    {.name = "never-close", .what = "reads, and forgets to close", .reads = true},
    {.name = "httpd", .what = "the project's own HTTP server", .http = true},
    {.name = NULL},
};
