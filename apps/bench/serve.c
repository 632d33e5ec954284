/* serve.c: the server's end: the four services over the byte streams of http/stream.h. See bench.h. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "bench/bench.h"
#include "bench/pattern.h"
#include "common/interrupt.h"

/* Slices that are lent at one time. */
enum { SLICES = 16 };

enum service { SERVICE_ECHO, SERVICE_DISCARD, SERVICE_DAYTIME, SERVICE_CHARGEN, SERVICES };

static const uint16_t ports[SERVICES] = {BENCH_PORT_ECHO, BENCH_PORT_DISCARD, BENCH_PORT_DAYTIME, BENCH_PORT_CHARGEN};

/* What an event belongs to: a listener, or one connection of its. */
struct endpoint {
    int fd;
    enum service service;
    bool listens;
    size_t kept, sent; /* echo: octets read, and how many of these have gone back */
    char *octets;      /* echo: BENCH_PIECE of them */
    struct pattern_check check;
    struct pattern_source source;
};

struct server {
    struct transport *transport; /* of these two */
    struct kernel_transport kernel;
    struct stack_transport stack;
    bool copy;
    const char *congestion;
    struct endpoint listener[SERVICES];
    struct lucid_host *host;
    bool gone;              /* its device */
    char room[BENCH_PIECE]; /* what discard reads into */
};

static void end_connection(struct server *server, struct endpoint *endpoint) {
    server->transport->ops->close(server->transport, endpoint->fd);
    free(endpoint->octets);
    free(endpoint);
}

/* Each of these works until it would have to wait. Returns false when the connection is over. */

/* What has arrived stays where the device put it; only a stack lends. */
static ptrdiff_t take_lent(struct server *server, struct endpoint *endpoint) {
    struct lucid_slice slice[SLICES];
    size_t count;
    ptrdiff_t got = lucid_recv_lend(server->stack.stack, endpoint->fd, slice, SLICES, &count);
    for (size_t i = 0; i < count; i++) {
        pattern_take(&endpoint->check, slice[i].data, slice[i].length);
    }
    if (got > 0) {
        lucid_recv_return(server->stack.stack, endpoint->fd, (size_t)got);
    }
    return got;
}

static ptrdiff_t take_copy(struct server *server, struct endpoint *endpoint) {
    ptrdiff_t got = server->transport->ops->read(server->transport, endpoint->fd, server->room, sizeof server->room);
    if (got > 0) {
        pattern_take(&endpoint->check, server->room, (size_t)got);
    }
    return got;
}

/* Who sent something else has no use for it. */
static void say_verdict(struct server *server, struct endpoint *endpoint) {
    char line[PATTERN_ERROR + 1];
    struct pattern_check *check = &endpoint->check;
    if (check->octets > 0) {
        snprintf(line, sizeof line, "%s\n", pattern_whole(check) ? PATTERN_RIGHT : check->error);
        server->transport->ops->write(server->transport, endpoint->fd, line, strlen(line), false);
    }
}

static bool discard(struct server *server, struct endpoint *endpoint) {
    bool copies = server->copy || !server->stack.stack;
    ptrdiff_t got;
    do {
        got = copies ? take_copy(server, endpoint) : take_lent(server, endpoint);
    } while (got > 0);
    if (got == 0) {
        say_verdict(server, endpoint);
    }
    return got == -LUCID_EAGAIN;
}

/* The reader says nothing, and has enough when it closes its side. */
static void hear_reader(struct server *server, struct endpoint *endpoint) {
    ptrdiff_t got;
    do {
        got = server->transport->ops->read(server->transport, endpoint->fd, server->room, sizeof server->room);
    } while (got > 0);
    if (got == 0) {
        pattern_finish(&endpoint->source);
    }
}

static bool generate(struct server *server, struct endpoint *endpoint, unsigned events) {
    const struct stream_ops *ops = server->transport->ops;
    const void *data;
    size_t length;
    ptrdiff_t taken = 0;
    if (events & (LUCID_POLLIN | LUCID_POLLRDHUP)) {
        hear_reader(server, endpoint);
    }
    while (taken >= 0 && (data = pattern_next(&endpoint->source, &length)) != NULL) {
        taken = server->copy || length <= PATTERN_LINE
                    ? ops->write(server->transport, endpoint->fd, data, length, false)
                    : ops->lend(server->transport, endpoint->fd, data, length, NULL, NULL);
        pattern_sent(&endpoint->source, taken > 0 ? (size_t)taken : 0);
    }
    return taken == -LUCID_EAGAIN;
}

static bool echo(struct server *server, struct endpoint *endpoint) {
    const struct stream_ops *ops = server->transport->ops;
    for (;;) {
        if (endpoint->sent == endpoint->kept) {
            ptrdiff_t got = ops->read(server->transport, endpoint->fd, endpoint->octets, BENCH_PIECE);
            if (got <= 0) {
                return got == -LUCID_EAGAIN;
            }
            endpoint->kept = (size_t)got;
            endpoint->sent = 0;
        }
        ptrdiff_t taken = ops->write(server->transport, endpoint->fd, endpoint->octets + endpoint->sent,
                                     endpoint->kept - endpoint->sent, false);
        if (taken < 0) {
            return taken == -LUCID_EAGAIN;
        }
        endpoint->sent += (size_t)taken;
    }
}

static bool say_time(struct server *server, struct endpoint *endpoint) {
    time_t seconds = time(NULL);
    char text[32];
    ctime_r(&seconds, text);
    server->transport->ops->write(server->transport, endpoint->fd, text, strlen(text), false);
    return false;
}

static bool go_on(struct server *server, struct endpoint *endpoint, unsigned events) {
    switch (endpoint->service) {
    case SERVICE_ECHO:
        return echo(server, endpoint);
    case SERVICE_DISCARD:
        return discard(server, endpoint);
    case SERVICE_DAYTIME:
        return say_time(server, endpoint);
    case SERVICE_CHARGEN:
        return generate(server, endpoint, events);
    case SERVICES:
        break;
    }
    return false;
}

static bool begin_connection(struct server *server, int fd, enum service service) {
    struct endpoint *endpoint = calloc(1, sizeof *endpoint);
    char *octets = endpoint && service == SERVICE_ECHO ? malloc(BENCH_PIECE) : NULL;
    if (!endpoint || (service == SERVICE_ECHO && !octets)) {
        free(endpoint);
        return false;
    }
    *endpoint = (struct endpoint){.fd = fd, .service = service, .octets = octets};
    pattern_check_begin(&endpoint->check);
    pattern_source_begin(&endpoint->source);
    if (server->transport->ops->watch(server->transport, fd, endpoint) < 0) {
        free(octets);
        free(endpoint);
        return false;
    }
    if (!go_on(server, endpoint, 0)) {
        end_connection(server, endpoint);
    }
    return true;
}

static void accept_all(struct server *server, const struct endpoint *listener) {
    int fd;
    while ((fd = server->transport->ops->accept(server->transport, listener->fd, NULL)) >= 0) {
        if (!begin_connection(server, fd, listener->service)) {
            server->transport->ops->abort(server->transport, fd);
        }
    }
}

static void ready(void *user, void *data, unsigned events) {
    struct server *server = user;
    struct endpoint *endpoint = data;
    if (endpoint->listens) {
        accept_all(server, endpoint);
        return;
    }
    if (!go_on(server, endpoint, events)) {
        end_connection(server, endpoint);
    }
}

static int listen_all(struct server *server, const struct lucid_addr *addr) {
    for (int i = 0; i < SERVICES; i++) {
        struct endpoint *listener = &server->listener[i];
        struct lucid_sockaddr local = {.addr = *addr, .port = ports[i]};
        int fd = server->transport->ops->listen(server->transport, &local, 1024);
        *listener = (struct endpoint){.fd = fd, .service = (enum service)i, .listens = true};
        int result = fd < 0 ? fd : server->transport->ops->watch(server->transport, fd, listener);
        if (result < 0) {
            fprintf(stderr, "lucid-bench: cannot listen on port %u: %s\n", ports[i], lucid_error_name(result));
            return BENCH_FAILED;
        }
    }
    return BENCH_OK;
}

/* Flushed at once, so that a script may wait for it. */
static void say_serving(void) {
    puts("lucid-bench: serving");
    fflush(stdout);
}

static int refuse_congestion(const char *name, const char *why) {
    fprintf(stderr, "lucid-bench: congestion control %s: %s\n", name, why);
    return BENCH_FAILED;
}

/* ---- over the kernel's sockets ---- */

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

static void catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static int serve_on_kernel(struct server *server, const struct lucid_addr *addr) {
    int failed = kernel_transport_init(&server->kernel);
    if (failed) {
        fprintf(stderr, "lucid-bench: no epoll: %s\n", strerror(-failed));
        return BENCH_FAILED;
    }
    server->transport = &server->kernel.base;
    catch_signals();
    int status = listen_all(server, addr);
    const char *name = server->congestion ? server->congestion : "cubic";
    for (int i = 0; status == BENCH_OK && i < SERVICES; i++) { /* what is accepted inherits it */
        if (setsockopt(server->listener[i].fd, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)) < 0) {
            status = refuse_congestion(name, strerror(errno));
        }
    }
    if (status == BENCH_OK) {
        say_serving();
    }
    while (status == BENCH_OK && !interrupted) {
        int waited = kernel_transport_wait(&server->kernel, LUCID_NEVER, ready, server);
        status = waited == 0 || waited == -LUCID_EINTR ? BENCH_OK : BENCH_FAILED;
    }
    kernel_transport_end(&server->kernel);
    return status;
}

/* ---- over a stack of ours ---- */

static void on_event(struct lucid_host *host, const struct lucid_ready *event, void *user) {
    (void)host;
    ready(user, event->data, event->events);
}

/* What is accepted inherits it. */
static int choose_congestion(struct server *server, struct lucid_stack *stack) {
    const char *name = server->congestion;
    for (int i = 0; name && i < SERVICES; i++) {
        int failed = lucid_setsockopt(stack, server->listener[i].fd, LUCID_IPPROTO_TCP, LUCID_TCP_CONGESTION, name,
                                      strlen(name) + 1);
        if (failed) {
            return refuse_congestion(name, lucid_error_name(failed));
        }
    }
    return BENCH_OK;
}

static int open_server(struct server *server, struct lucid_host *host, const struct lucid_addr *addr) {
    server->host = host;
    stack_transport_init(&server->stack, lucid_host_stack(host));
    server->transport = &server->stack.base;
    lucid_host_set_callbacks(host, &(struct lucid_host_callbacks){.event = on_event, .user = server});
    int status = listen_all(server, addr);
    return status == BENCH_OK ? choose_congestion(server, lucid_host_stack(host)) : status;
}

static void run_queue(struct lucid_host *host, unsigned queue, void *user) {
    struct server *servers = user;
    servers[queue].gone = lucid_host_run(host) < 0;
}

/* Until a signal, which ends the first of them. */
static int run_queues(struct lucid_hosts *hosts, struct server *servers) {
    char error[LUCID_ERROR_TEXT];
    if (lucid_hosts_start(hosts, run_queue, servers, error) < 0) {
        fprintf(stderr, "lucid-bench: %s\n", error);
        return BENCH_FAILED;
    }
    say_serving();
    interrupt_stops(servers[0].host);
    run_queue(servers[0].host, 0, servers);
    interrupt_stops(NULL);
    lucid_hosts_stop(hosts);
    lucid_hosts_join(hosts);
    if (servers[0].gone) {
        fputs("lucid-bench: the device is gone\n", stderr);
    }
    return servers[0].gone ? BENCH_FAILED : BENCH_OK;
}

/* A server for each queue of the device. */
static int serve_on_stack(const struct bench_serve *options, struct server *servers) {
    const struct lucid_host_options *host = &options->device.host;
    struct lucid_hosts *hosts;
    char error[LUCID_ERROR_TEXT];
    if (lucid_hosts_open(&hosts, host, options->queues, error) < 0) {
        fprintf(stderr, "lucid-bench: %s\n", error);
        return BENCH_FAILED;
    }
    int status = BENCH_OK;
    for (unsigned i = 0; status == BENCH_OK && i < options->queues; i++) {
        status = open_server(&servers[i], lucid_hosts_at(hosts, i), &host->config.addrs[0].addr);
    }
    status = status == BENCH_OK ? run_queues(hosts, servers) : status;
    lucid_hosts_close(hosts);
    return status;
}

int bench_serve(const struct bench_serve *options) {
    struct server *servers = calloc(options->queues, sizeof *servers);
    if (!servers) {
        fputs("lucid-bench: there is no memory for the server; free some\n", stderr);
        return BENCH_FAILED;
    }
    for (unsigned i = 0; i < options->queues; i++) {
        servers[i].copy = options->copy;
        servers[i].congestion = options->congestion;
    }
    const struct lucid_addr *addr = &options->device.host.config.addrs[0].addr;
    int status = options->kernel ? serve_on_kernel(&servers[0], addr) : serve_on_stack(options, servers);
    free(servers);
    return status;
}
