/* loop_stack.c: the loop over a stack of ours: callbacks of the host. See loop.h.
 *
 * Readiness goes to the server, the server's deadline is one timer of the host's, and trace events go to whoever reads
 * them.
 */
#include <poll.h>
#include <stdlib.h>

#include "http/http_url.h"
#include "loop.h"
#include "recording.h"

struct stack_loop {
    struct loop base;
    struct stack_transport transport;
    struct lucid_host *host;
    struct tracing tracing;
    struct recording recording;
    int timer; /* -1: none is set */
    lucid_time timer_at;
};

static struct stack_loop *of(struct loop *loop) {
    return (struct stack_loop *)(void *)loop;
}

/* ---- turns ---- */

static void on_timer(struct lucid_host *host, void *user);

/* The timer is moved only when the deadline has come nearer: when it is early, on_timer() finds nothing to do. */
static void arm(struct stack_loop *loop) {
    lucid_time at = http_server_deadline(loop->base.server);
    bool armed = loop->timer >= 0;
    if (at == LUCID_NEVER || (armed && loop->timer_at <= at)) {
        return;
    }
    if (armed) {
        lucid_host_cancel(loop->host, loop->timer);
    }
    loop->timer = lucid_host_timer(loop->host, at, on_timer, loop);
    loop->timer_at = at;
}

static lucid_time now_of(struct stack_loop *loop) {
    return loop_tell(&loop->base, lucid_host_time(loop->host));
}

static void on_timer(struct lucid_host *host, void *user) {
    struct stack_loop *loop = user;
    (void)host;
    loop->timer = -1;
    http_server_tick(loop->base.server, now_of(loop));
}

static void on_event(struct lucid_host *host, const struct lucid_ready *ready, void *user) {
    struct stack_loop *loop = user;
    (void)host;
    http_server_event(loop->base.server, now_of(loop), ready->data);
}

/* Once for all events: what was put off has its turn, and a deadline may have come nearer. */
static void on_batch(struct lucid_host *host, void *user) {
    struct stack_loop *loop = user;
    (void)host;
    if (http_server_deadline(loop->base.server) == 0) {
        http_server_tick(loop->base.server, now_of(loop));
    }
    arm(loop);
}

static void on_trace(struct lucid_host *host, void *user) {
    struct stack_loop *loop = user;
    tracing_drain(&loop->tracing, lucid_host_stack(host));
    recording_turn(&loop->recording);
}

static void on_packet(struct lucid_host *host, bool leaves, lucid_time now, const struct lucid_packet *packet,
                      void *user) {
    (void)host;
    recording_packet(&((struct stack_loop *)user)->recording, leaves, now, packet);
}

static int stack_turn(struct loop *loop, char error[LUCID_ERROR_TEXT]) {
    if (lucid_host_step(of(loop)->host, LUCID_NEVER) < 0) {
        snprintf(error, LUCID_ERROR_TEXT, "the interface has gone away: it was deleted while the server ran");
        return -1;
    }
    return 0;
}

static void on_signals(struct lucid_host *host, int fd, short revents, void *user) {
    (void)fd, (void)revents;
    loop_take_signals(user);
    arm(user);
    if (((struct loop *)user)->over) {
        lucid_host_stop(host); /* also while it drains */
    }
}

static int stack_watch_signals(struct loop *loop, int fd) {
    return lucid_host_watch(of(loop)->host, fd, POLLIN, on_signals, loop);
}

/* ---- begin and end ---- */

static int stack_prepare(struct loop *loop, char error[LUCID_ERROR_TEXT]) {
    struct tracing *tracing = &of(loop)->tracing;
    int failed = tracing_open(tracing, loop->options, error);
    recording_open(&of(loop)->recording, loop->record, tracing);
    return failed;
}

static int stack_open(struct loop *base, char error[LUCID_ERROR_TEXT]) {
    struct stack_loop *loop = of(base);
    const struct lucid_host_callbacks callbacks = {.event = on_event,
                                                   .trace = on_trace,
                                                   .batch = on_batch,
                                                   .packet = base->record ? on_packet : NULL,
                                                   .user = loop};
    if (!base->host && lucid_host_open(&base->host, &base->options->device.host, error) < 0) {
        return -1;
    }
    loop->host = base->host;
    struct lucid_stack *stack = base->stack = lucid_host_stack(loop->host);
    stack_transport_init(&loop->transport, stack);
    if (tracing_start(&loop->tracing, stack, base->options, lucid_host_now()) < 0) {
        snprintf(error, LUCID_ERROR_TEXT, "there is no memory for the trace; free some");
        return -1;
    }
    recording_start(&loop->recording, loop->host, loop_epoch(lucid_host_now()));
    lucid_host_set_callbacks(loop->host, &callbacks);
    return 0;
}

static void stack_put_where(const struct loop *base, struct text *text) {
    const struct stack_loop *loop = (const struct stack_loop *)(const void *)base;
    const struct lucid_config *config = &base->options->device.host.config;
    for (unsigned i = 0; i < config->addr_count; i++) {
        char authority[HTTP_URL_AUTHORITY];
        struct lucid_sockaddr here = {.addr = config->addrs[i].addr, .port = base->options->port};
        text_format(text, "%shttp://%s/", i > 0 ? " and " : "", http_url_authority(&here, authority));
    }
    text_format(text, " on %s", lucid_host_device(loop->host));
    if (config->msl < 120 * LUCID_SECOND) {
        text_format(text, "; the MSL is %.6g s, where RFC 9293 has 2 minutes", (double)config->msl / 1e9);
    }
}

/* Until the last FIN and the last octet are acknowledged. TIME-WAIT is not waited for. */
static void stack_drain(struct loop *loop, lucid_time timeout) {
    lucid_host_drain(of(loop)->host, false, timeout);
}

/* Clients are told by RST, which one more turn of the host carries out. */
static int stack_close(struct loop *base, char error[LUCID_ERROR_TEXT]) {
    struct stack_loop *loop = of(base);
    if (loop->host) {
        const struct lucid_host_callbacks callbacks = {.trace = on_trace, .user = loop};
        lucid_host_set_callbacks(loop->host, &callbacks);
        if (loop->timer >= 0) {
            lucid_host_cancel(loop->host, loop->timer);
        }
        lucid_host_step(loop->host, 0);
    }
    lucid_host_close(loop->host);
    int failed = tracing_close(&loop->tracing, base->options, error);
    free(loop);
    return failed;
}

struct loop *loop_stack_new(void) {
    static const struct loop_ops ops = {
        .prepare = stack_prepare,
        .open = stack_open,
        .turn = stack_turn,
        .watch_signals = stack_watch_signals,
        .put_where = stack_put_where,
        .drain = stack_drain,
        .close = stack_close,
    };
    struct stack_loop *loop = calloc(1, sizeof *loop);
    if (!loop) {
        return NULL;
    }
    loop->base = (struct loop){.ops = &ops, .transport = &loop->transport.base};
    loop->timer = -1;
    return &loop->base;
}
