/* stream.h: all that the HTTP code knows of TCP: ten functions on byte streams.
 *
 * There are two implementations: stream_stack.c, over the sockets of a stack of ours, and stream_kernel.c, over those
 * of the host's kernel. The server cannot tell which it has got. So a fault that shows on both is a fault of the HTTP
 * code; one that shows on one of them only is a fault of the transport.
 *
 * Nothing blocks. Results are counts, handles or negative error numbers, which are Linux's on both sides;
 * LUCID_EAGAIN means: an event will come. Events are edges: one comes when a stream has become readable or writable,
 * and its reader reads until LUCID_EAGAIN then. Where they come from is up to whoever runs the loop; see the two
 * constructors at the end.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "lucid/socket.h"

struct transport;

/* Says that lent octets are not needed any more. */
typedef void stream_release(void *argument, const void *data, size_t length);

struct stream_ops {
    /* A listening handle. An unspecified address: all of ours; port 0: any. */
    int (*listen)(struct transport *transport, const struct lucid_sockaddr *local, int backlog);

    /* Takes a connection that waits; remote may be NULL. */
    int (*accept)(struct transport *transport, int fd, struct lucid_sockaddr *remote);

    /* Opens a connection. Returns a handle that is not connected yet: when it is, or when that has failed, an event
     * comes (watch it at once), LUCID_POLLOUT or with LUCID_POLLERR; read() says why it has failed. */
    int (*connect)(struct transport *transport, const struct lucid_sockaddr *remote);

    /* From now on events of fd come, with data. */
    int (*watch)(struct transport *transport, int fd, void *data);

    /* Returns how many octets were read, 0 at the end of the stream. */
    ptrdiff_t (*read)(struct transport *transport, int fd, void *data, size_t length);

    /* Copies octets into the stream; more: others follow at once, do not send a part segment for these. Returns
     * how many were taken. */
    ptrdiff_t (*write)(struct transport *transport, int fd, const void *data, size_t length, bool more);

    /* Sends octets from where they are. Returns how many were taken, from the front; these must stay as they are
     * until release(argument, data, that many) is called, once, which may be before this returns. On an error it
     * is not called. */
    ptrdiff_t (*lend)(struct transport *transport, int fd, const void *data, size_t length, stream_release *release,
                      void *argument);

    /* Nothing more will be written: FIN after what was taken. */
    int (*shutdown)(struct transport *transport, int fd);

    /* Ends use of the handle; what was taken is still delivered. */
    void (*close)(struct transport *transport, int fd);

    /* Ends the connection at once, with RST. */
    void (*abort)(struct transport *transport, int fd);
};

struct transport {
    const struct stream_ops *ops;
};

/* ---- over a stack of ours ---- */

struct stack_transport {
    struct transport base;
    struct lucid_stack *stack;
};

/* Events are those of lucid_next_event(), or of the host's callback; their data is what watch() was given. */
void stack_transport_init(struct stack_transport *transport, struct lucid_stack *stack);

/* ---- over the kernel's sockets ---- */

struct kernel_transport {
    struct transport base;
    int epoll;
};

/* Returns 0 or a negative error. */
int kernel_transport_init(struct kernel_transport *transport);
void kernel_transport_end(struct kernel_transport *transport);

/* Waits for events, at most timeout nanoseconds (LUCID_NEVER: for ever), and calls event(user, data, events) for
 * each; events are of enum lucid_poll_event. Returns 0 or a negative error (LUCID_EINTR of host.h: a signal came). */
int kernel_transport_wait(struct kernel_transport *transport, lucid_time timeout,
                          void (*event)(void *user, void *data, unsigned events), void *user);

#endif
