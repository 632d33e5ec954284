/* loop.h: what drives the server: events of its transport, time, and signals. One noun, two kinds.
 *
 *     loop_stack.c    a stack of ours behind a TUN device: the loop of lucid/host.h
 *     loop_kernel.c   the kernel's sockets: epoll(7)
 *
 * Nobody else in this program knows which of them it is.
 *
 *     struct loop *loop = loop_new(&options);
 *     loop->ops->prepare(loop, error);                      what can fail without a device
 *     http_server_open(&loop->server, loop->transport, ...);
 *     loop->ops->open(loop, error);                         the device, if there is one
 *     http_server_listen(loop->server, ...);
 *     loop_run(loop, error);                                until loop->over, or the server has stopped
 *     loop->ops->drain(loop, timeout);
 *     loop->ops->close(loop, error);
 */
#ifndef HTTPD_LOOP_H
#define HTTPD_LOOP_H

#include "common/text.h"
#include "options.h"

struct loop;
struct live_record;

struct loop_ops {
    int (*prepare)(struct loop *loop, char error[LUCID_ERROR_TEXT]);
    int (*open)(struct loop *loop, char error[LUCID_ERROR_TEXT]);

    /* One turn: waits until something happens, and lets it happen. */
    int (*turn)(struct loop *loop, char error[LUCID_ERROR_TEXT]);

    /* Calls loop->signal when signals_next() has something to tell. */
    int (*watch_signals)(struct loop *loop, int fd);

    /* "http://10.77.0.2/ on lucid0" */
    void (*put_where)(const struct loop *loop, struct text *text);

    /* What the transport still has of ours goes to the clients, for so long at most. */
    void (*drain)(struct loop *loop, lucid_time timeout);

    /* After http_server_close(): what is still to be sent goes, and everything is given back. */
    int (*close)(struct loop *loop, char error[LUCID_ERROR_TEXT]);
};

struct loop {
    const struct loop_ops *ops;
    const struct options *options;
    struct transport *transport; /* it works after open() */
    struct lucid_stack *stack;   /* after open(); NULL: somebody else's TCP carries the server */
    struct lucid_host *host;     /* of that stack, or NULL; when it is set before open(), that one is taken */
    struct http_server *server;  /* that is driven; the caller's */
    struct live_record *record;  /* what is recorded, the caller's; NULL: nothing */
    void (*signal)(void *user, int number);
    void *user;
    lucid_time told; /* the latest time that the server knows the wall clock's time of */
    bool over;       /* loop_run() returns */
};

/* The kind that the options ask for. NULL: there is no memory. Ended by ops->close. */
struct loop *loop_new(const struct options *options);

/* Returns 0, or -1 and a sentence: the device has gone away. */
int loop_run(struct loop *loop, char error[LUCID_ERROR_TEXT]);

/* ---- for the two kinds ---- */

struct loop *loop_stack_new(void);
struct loop *loop_kernel_new(void);

/* Tells the server the wall clock's time together with this one, once for each batch of events. Returns now. */
lucid_time loop_tell(struct loop *loop, lucid_time now);

/* Nanoseconds from 1970 to the zero of lucid_time. */
uint64_t loop_epoch(lucid_time now);

/* Hands on all signals that have come. */
void loop_take_signals(struct loop *loop);

#endif
