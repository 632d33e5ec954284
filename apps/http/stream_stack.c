/* stream_stack.c: byte streams over a stack of ours: each function is one call of lucid/socket.h. See stream.h. */
#include "http/stream.h"

static struct lucid_stack *stack_of(struct transport *transport) {
    return ((struct stack_transport *)(void *)transport)->stack;
}

static int stack_listen(struct transport *transport, const struct lucid_sockaddr *local, int backlog) {
    struct lucid_stack *stack = stack_of(transport);
    int fd = lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    if (fd < 0) {
        return fd;
    }
    int error = lucid_bind(stack, fd, local);
    if (error == 0) {
        error = lucid_listen(stack, fd, backlog);
    }
    if (error < 0) {
        lucid_close(stack, fd);
        return error;
    }
    return fd;
}

/* Messages are written whole, with `more` where more follows, so Nagle's algorithm has nothing to add but delay. */
static void without_nagle(struct lucid_stack *stack, int fd) {
    const int on = 1;
    lucid_setsockopt(stack, fd, LUCID_IPPROTO_TCP, LUCID_TCP_NODELAY, &on, sizeof on);
}

static int stack_accept(struct transport *transport, int fd, struct lucid_sockaddr *remote) {
    struct lucid_stack *stack = stack_of(transport);
    int peer = lucid_accept(stack, fd, remote);
    if (peer >= 0) {
        without_nagle(stack, peer);
    }
    return peer;
}

/* Many servers write head and body apart, and their Nagle's algorithm keeps the body until the head is acknowledged:
 * with our delayed ACK (RFC 9293 3.8.6.3) each response would take 200 ms. Linux, for one, delays none at the
 * beginning. */
static void acknowledge_at_once(struct lucid_stack *stack, int fd) {
    const int on = 1;
    lucid_setsockopt(stack, fd, LUCID_IPPROTO_TCP, LUCID_TCP_QUICKACK, &on, sizeof on);
}

static int stack_connect(struct transport *transport, const struct lucid_sockaddr *remote) {
    struct lucid_stack *stack = stack_of(transport);
    int fd = lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    if (fd < 0) {
        return fd;
    }
    without_nagle(stack, fd);
    acknowledge_at_once(stack, fd);
    int error = lucid_connect(stack, fd, remote);
    if (error < 0 && error != -LUCID_EINPROGRESS) {
        lucid_close(stack, fd);
        return error;
    }
    return fd;
}

static int stack_watch(struct transport *transport, int fd, void *data) {
    return lucid_set_data(stack_of(transport), fd, data);
}

static ptrdiff_t stack_read(struct transport *transport, int fd, void *data, size_t length) {
    return lucid_recv(stack_of(transport), fd, data, length, 0);
}

static ptrdiff_t stack_write(struct transport *transport, int fd, const void *data, size_t length, bool more) {
    return lucid_send(stack_of(transport), fd, data, length, more ? LUCID_MSG_MORE : 0);
}

static ptrdiff_t stack_lend(struct transport *transport, int fd, const void *data, size_t length,
                            stream_release *release, void *argument) {
    return lucid_send_lend(stack_of(transport), fd, data, length, release, argument);
}

static int stack_shutdown(struct transport *transport, int fd) {
    return lucid_shutdown(stack_of(transport), fd, LUCID_SHUT_WR);
}

static void stack_close(struct transport *transport, int fd) {
    lucid_close(stack_of(transport), fd);
}

static void stack_abort(struct transport *transport, int fd) {
    lucid_abort(stack_of(transport), fd);
}

void stack_transport_init(struct stack_transport *transport, struct lucid_stack *stack) {
    static const struct stream_ops ops = {
        .listen = stack_listen,
        .accept = stack_accept,
        .connect = stack_connect,
        .watch = stack_watch,
        .read = stack_read,
        .write = stack_write,
        .lend = stack_lend,
        .shutdown = stack_shutdown,
        .close = stack_close,
        .abort = stack_abort,
    };
    *transport = (struct stack_transport){.base = {.ops = &ops}, .stack = stack};
}
