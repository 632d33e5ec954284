/* socket.h: a handle of a node, and the application behind it.
 *
 * Applications are small tables of functions (app.h): they are told what happens to their socket, and say what they
 * want. A socket without an application is somebody's at the keyboard: it reads what comes, unless told not to, and
 * does the rest on command.
 */
#ifndef LAB_SOCKET_H
#define LAB_SOCKET_H

#include <sys/queue.h>

#include "common/text.h"
#include "lucid/socket.h"
#include "lucid/trace.h"

struct node;
struct lab_app;

/* What an application was given behind its name. */
struct app_settings {
    lucid_time time;
    uint64_t size;
    uint32_t count;
    struct text text; /* empty: its own */
};

/* An option that `A set KEY VALUE` sets. */
struct node_option {
    int level, option;
    int value;
    char text[16]; /* of TCP_CONGESTION; else empty */
};

enum socket_then { SOCKET_STAYS, SOCKET_SHUTS_DOWN, SOCKET_CLOSES };

struct lab_socket {
    TAILQ_ENTRY(lab_socket) next;
    struct node *node;
    const struct lab_app *app; /* NULL: none */
    struct app_settings own;
    void *foreign; /* what an HTTP server calls it */
    int fd;
    uint32_t c; /* its number in the log */
    uint16_t port;
    bool listener, accepted, connecting, reads, ended, shut, gone;
    struct lucid_sockaddr remote; /* of a connect() that is going on */
    struct text out;              /* to be sent, from out_at on */
    size_t out_at;
    uint64_t fill; /* then so many octets of a pattern */
    uint8_t then;  /* enum socket_then, when all is sent */
    uint64_t sent, received;
    uint32_t sent_sum, received_sum; /* FNV-1a */
    lucid_time wake;                 /* LUCID_NEVER: not */
    uint32_t step;                   /* the application's */
    uint64_t mark;                   /* the application's */
};
TAILQ_HEAD(lab_sockets, lab_socket);

/* Calls, as an application makes them. Each is NULL or negative when the stack refused; the log says why. */
struct lab_socket *socket_connect(struct node *node, const struct lucid_sockaddr *remote, uint16_t from,
                                  const struct lab_app *app, struct app_settings *settings);
struct lab_socket *socket_listen(struct node *node, uint16_t port, int backlog, const struct lab_app *app,
                                 struct app_settings *settings);
void socket_send(struct lab_socket *socket, const void *octets, size_t length);
void socket_send_pattern(struct lab_socket *socket, uint64_t count);
void socket_then(struct lab_socket *socket, enum socket_then then);
void socket_close(struct lab_socket *socket);
void socket_abort(struct lab_socket *socket);
void socket_status(struct lab_socket *socket);

void socket_set(struct lab_socket *socket, const struct node_option *option);

/* Reads once, at most so many octets; then on with what the application does with it. Returns what recv() said. */
ptrdiff_t socket_read(struct lab_socket *socket, size_t most);

/* True when one of these events (LUCID_POLLIN, LUCID_POLLOUT) holds, or it has failed. */
bool socket_can(const struct lab_socket *socket, short events);

/* It is told to read all that comes, or not. */
void socket_reads(struct lab_socket *socket, bool reads);

/* It is to be woken after this time. */
void socket_wake(struct lab_socket *socket, lucid_time in);

/* A call that never reached the part of the stack that traces calls: the log has it, and what it got. */
void socket_failed(struct node *node, int fd, enum lucid_call call, int64_t argument, int error);

/* ---- for node.c ---- */

struct lab_socket *socket_new(struct node *node, int fd);
void socket_free(struct lab_socket *socket);

/* It is closed; it will be freed when nobody looks at it any more. */
void socket_bury(struct lab_socket *socket);

/* Learns the number of its connection. */
void socket_number(struct lab_socket *socket);
void socket_ready(struct lab_socket *socket, unsigned events);
void socket_woken(struct lab_socket *socket);

#endif
