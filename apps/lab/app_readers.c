/* app_readers.c: applications that do not read all at once, or only make segments by hand. */
#include "lab/app.h"

/* It looks again after a while, as long as there is something: a world in which nothing can happen is to be still. */
static void look_later(struct lab_socket *socket) {
    if (socket->wake == LUCID_NEVER) {
        socket_wake(socket, socket->own.time);
    }
}

static void read_some(struct lab_socket *socket) {
    socket_read(socket, socket->own.size);
    if (socket->gone) {
        return;
    }
    if (socket->ended) {
        socket_then(socket, SOCKET_CLOSES);
        return;
    }
    if (socket_can(socket, LUCID_POLLIN)) {
        look_later(socket);
    }
}

const struct lab_app APPS_READERS[] = {
    {.name = "slow-reader",
     .what = "reads so much (1000) each time that so long (100ms) has passed",
     .settings = {.time = 100 * LUCID_MILLISECOND, .size = 1000},
     .ready = look_later,
     .woken = read_some},
    {.name = NULL},
};
