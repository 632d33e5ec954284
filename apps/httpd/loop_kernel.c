/* loop_kernel.c: the loop over the kernel's sockets: one epoll(7) has them all, and the signals. See loop.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "http/http_url.h"
#include "loop.h"

struct kernel_loop {
    struct loop base;
    struct kernel_transport transport;
    bool open;
    lucid_time now; /* of this batch of events; 0: the clock has not been asked yet */
};

static struct kernel_loop *of(struct loop *loop) {
    return (struct kernel_loop *)(void *)loop;
}

/* ---- turns ---- */

static lucid_time now_of(struct kernel_loop *loop) {
    loop->now = loop->now > 0 ? loop->now : lucid_host_now();
    return loop_tell(&loop->base, loop->now);
}

/* The data of an event is the server's, but for that of the signals, which is the loop itself. */
static void on_event(void *user, void *data, unsigned events) {
    struct loop *loop = user;
    (void)events;
    if (data == loop) {
        loop_take_signals(loop);
        return;
    }
    http_server_event(loop->server, now_of(of(loop)), data);
}

static int kernel_turn(struct loop *loop, char error[LUCID_ERROR_TEXT]) {
    lucid_time at = http_server_deadline(loop->server), now = at == LUCID_NEVER ? 0 : lucid_host_now();
    lucid_time wait = at == LUCID_NEVER ? LUCID_NEVER : at > now ? at - now : 0;
    of(loop)->now = 0;
    int failed = kernel_transport_wait(&of(loop)->transport, wait, on_event, loop);
    if (failed && failed != -EINTR) {
        snprintf(error, LUCID_ERROR_TEXT, "the kernel tells no events any more: %s", strerror(-failed));
        return -1;
    }
    http_server_tick(loop->server, now_of(of(loop)));
    return 0;
}

static int kernel_watch_signals(struct loop *loop, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = loop}};
    return epoll_ctl(of(loop)->transport.epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* ---- begin and end ---- */

static int kernel_prepare(struct loop *loop, char error[LUCID_ERROR_TEXT]) {
    (void)loop, (void)error;
    return 0;
}

static int kernel_open(struct loop *loop, char error[LUCID_ERROR_TEXT]) {
    int failed = kernel_transport_init(&of(loop)->transport);
    of(loop)->open = failed == 0;
    if (failed) {
        snprintf(error, LUCID_ERROR_TEXT, "the kernel gives no epoll descriptor: %s; close some files",
                 strerror(-failed));
        return -1;
    }
    return 0;
}

static void kernel_put_where(const struct loop *loop, struct text *text) {
    const struct options *options = loop->options;
    for (unsigned i = 0; i < options->local_count; i++) {
        char authority[HTTP_URL_AUTHORITY];
        struct lucid_sockaddr here = options->local[i];
        bool any = lucid_addr_is_any(&here.addr);
        if (any) {
            lucid_addr_parse("127.0.0.1", &here.addr);
        }
        text_format(text, "%shttp://%s/%s", i > 0 ? " and " : "", http_url_authority(&here, authority),
                    any ? " and the other addresses of this machine" : "");
    }
    text_put(text, " on the kernel's sockets");
}

/* What was written is the kernel's now: it goes on sending it, also when the program has ended. */
static void kernel_drain(struct loop *loop, lucid_time timeout) {
    (void)loop, (void)timeout;
}

static int kernel_close(struct loop *loop, char error[LUCID_ERROR_TEXT]) {
    (void)error;
    if (of(loop)->open) {
        kernel_transport_end(&of(loop)->transport);
    }
    free(of(loop));
    return 0;
}

struct loop *loop_kernel_new(void) {
    static const struct loop_ops ops = {
        .prepare = kernel_prepare,
        .open = kernel_open,
        .turn = kernel_turn,
        .watch_signals = kernel_watch_signals,
        .put_where = kernel_put_where,
        .drain = kernel_drain,
        .close = kernel_close,
    };
    struct kernel_loop *loop = calloc(1, sizeof *loop);
    if (!loop) {
        return NULL;
    }
    loop->base = (struct loop){.ops = &ops, .transport = &loop->transport.base};
    return &loop->base;
}
