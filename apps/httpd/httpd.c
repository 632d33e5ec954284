/* httpd.c: lucid-httpd: the web server of apps/http over a stack on a TUN device.
 *
 * What is here is the frame: options, the start and the end, and three callbacks of the host: readiness goes to the
 * server, the server's deadline is one timer of the host's, and trace events go to whoever reads them.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "common/interrupt.h"
#include "http/http_url.h"
#include "live/live.h"
#include "tracing.h"

struct httpd {
    struct options options;
    FILE *access_log; /* NULL: none */
    int hangup;       /* readable after SIGHUP; -1: nobody listens for it */
    struct stack_transport transport;
    struct http_server *server;
    struct lucid_host *host;
    struct tracing tracing;
    struct live live;
    struct http_handler handlers[LIVE_HANDLERS];
    int timer; /* -1: none is set */
    lucid_time timer_at;
};

/* Each file that is being sent needs a descriptor. */
static void allow_many_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int fail(const char *sentence) {
    fprintf(stderr, "lucid-httpd: %s\n", sentence);
    return 1;
}

/* ---- the loop ---- */

static uint64_t epoch(lucid_time now) {
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    return (uint64_t)wall.tv_sec * LUCID_SECOND + (uint64_t)wall.tv_nsec - now;
}

static lucid_time now_for(struct httpd *httpd) {
    lucid_time now = lucid_host_now();
    http_server_set_epoch(httpd->server, epoch(now));
    return now;
}

static void on_timer(struct lucid_host *host, void *user);

/* The timer is moved only when the deadline has come nearer: when it is early, on_timer() finds nothing to do. */
static void arm(struct httpd *httpd) {
    lucid_time at = http_server_deadline(httpd->server);
    bool armed = httpd->timer >= 0;
    if (at == LUCID_NEVER || (armed && httpd->timer_at <= at)) {
        return;
    }
    if (armed) {
        lucid_host_cancel(httpd->host, httpd->timer);
    }
    httpd->timer = lucid_host_timer(httpd->host, at, on_timer, httpd);
    httpd->timer_at = at;
}

static void on_timer(struct lucid_host *host, void *user) {
    struct httpd *httpd = user;
    (void)host;
    httpd->timer = -1;
    http_server_tick(httpd->server, now_for(httpd));
    arm(httpd);
}

static void on_event(struct lucid_host *host, const struct lucid_ready *ready, void *user) {
    struct httpd *httpd = user;
    (void)host;
    http_server_event(httpd->server, now_for(httpd), ready->data);
    arm(httpd);
}

static void on_trace(struct lucid_host *host, void *user) {
    struct httpd *httpd = user;
    tracing_drain(&httpd->tracing, lucid_host_stack(host));
}

/* A line at a time, so that whoever follows the file sees it. A full disk must not stop the server. */
static void on_answer(void *user, const struct http_log_entry *entry) {
    struct httpd *httpd = user;
    struct text line = text_growing();
    if (httpd->options.access_json) {
        http_log_json(&line, entry);
    } else {
        http_log_combined(&line, entry);
    }
    if (!line.cut) {
        fwrite(line.data, 1, line.length, httpd->access_log);
        fflush(httpd->access_log);
    }
    text_free(&line);
}

/* ---- start ---- */

static int open_access_log(struct httpd *httpd, char error[LUCID_ERROR_TEXT]) {
    const char *name = httpd->options.access_log;
    if (!name) {
        return 0;
    }
    httpd->access_log = strcmp(name, "-") == 0 ? stdout : fopen(name, "ae");
    if (!httpd->access_log) {
        snprintf(error, LUCID_ERROR_TEXT, "--access-log %.120s cannot be opened: %s", name, strerror(errno));
        return -1;
    }
    httpd->options.http.log = on_answer;
    httpd->options.http.log_user = httpd;
    return 0;
}

/* Flushed at once, so that a script may wait for it. */
static void say_where(const struct httpd *httpd) {
    const struct lucid_config *config = &httpd->options.device.host.config;
    char room[512];
    struct text text = text_fixed(room, sizeof room);
    text_put(&text, "lucid-httpd: ");
    for (unsigned i = 0; i < config->addr_count; i++) {
        char authority[HTTP_URL_AUTHORITY];
        struct lucid_sockaddr here = {.addr = config->addrs[i].addr, .port = httpd->options.port};
        text_format(&text, "%shttp://%s/", i > 0 ? " and " : "", http_url_authority(&here, authority));
    }
    text_format(&text, " on %s", lucid_host_device(httpd->host));
    if (config->msl < 120 * LUCID_SECOND) {
        text_format(&text, "; the MSL is %.6g s, where RFC 9293 has 2 minutes", (double)config->msl / 1e9);
    }
    puts(room);
    fflush(stdout);
}

static int listen_on(struct httpd *httpd) {
    struct lucid_sockaddr local = {.port = httpd->options.port};
    int failed = http_server_listen(httpd->server, &local);
    if (failed == -LUCID_EADDRINUSE) {
        fprintf(stderr, "lucid-httpd: port %u is in use: choose another with --port\n", local.port);
        return -1;
    }
    if (failed < 0) {
        fprintf(stderr, "lucid-httpd: cannot listen on port %u: %s\n", local.port, strerror(-failed));
    }
    return failed;
}

/* Whoever rotates logs renames the file and sends SIGHUP. Where the new one cannot be opened, the old one goes on. */
static void on_hangup(struct lucid_host *host, int fd, short revents, void *user) {
    struct httpd *httpd = user;
    struct signalfd_siginfo info;
    char error[LUCID_ERROR_TEXT];
    FILE *before = httpd->access_log;
    (void)host, (void)revents;
    if (read(fd, &info, sizeof info) != sizeof info) {
        return;
    }
    if (open_access_log(httpd, error) < 0) {
        fprintf(stderr, "lucid-httpd: %s; the log goes on in the old file\n", error);
        httpd->access_log = before;
        return;
    }
    if (before != stdout) {
        fclose(before);
    }
}

static void listen_for_hangup(struct httpd *httpd) {
    sigset_t signals;
    if (!httpd->access_log) {
        return;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    httpd->hangup = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (httpd->hangup >= 0) {
        lucid_host_watch(httpd->host, httpd->hangup, POLLIN, on_hangup, httpd);
    }
}

/* The pages that see the stack. They are asked before there is one, but not for an answer. */
static void show_stack(struct httpd *httpd) {
    live_handlers(httpd->handlers, &httpd->live);
    httpd->options.http.handlers = httpd->handlers;
    httpd->options.http.handler_count = LIVE_HANDLERS;
    httpd->options.http.handlers_first = true;
}

/* What can fail without a device is tried before there is one. */
static int start(struct httpd *httpd) {
    const struct options *options = &httpd->options;
    char error[LUCID_ERROR_TEXT];
    _Static_assert(HTTP_ERROR_TEXT <= LUCID_ERROR_TEXT, "one buffer is for both");
    show_stack(httpd);
    if (open_access_log(httpd, error) < 0 ||
        http_server_open(&httpd->server, &httpd->transport.base, &options->http, error) < 0 ||
        tracing_open(&httpd->tracing, options, error) < 0 ||
        lucid_host_open(&httpd->host, &options->device.host, error) < 0) {
        return fail(error);
    }
    interrupt_stops(httpd->host);
    allow_many_files();
    struct lucid_stack *stack = lucid_host_stack(httpd->host);
    stack_transport_init(&httpd->transport, stack);
    httpd->live.stack = stack;
    if (tracing_start(&httpd->tracing, stack, options, lucid_host_now()) < 0) {
        return fail("there is no memory for the trace; free some");
    }
    if (listen_on(httpd) < 0) {
        return 1;
    }
    const struct lucid_host_callbacks callbacks = {.event = on_event, .trace = on_trace, .user = httpd};
    lucid_host_set_callbacks(httpd->host, &callbacks);
    listen_for_hangup(httpd);
    say_where(httpd);
    return 0;
}

/* ---- end ---- */

/* Clients are told by RST, which one more turn of the loop carries out. */
static int finish(struct httpd *httpd, int status) {
    char error[LUCID_ERROR_TEXT];
    http_server_close(httpd->server);
    if (httpd->host) {
        const struct lucid_host_callbacks callbacks = {.trace = on_trace, .user = httpd};
        lucid_host_set_callbacks(httpd->host, &callbacks);
        if (httpd->timer >= 0) {
            lucid_host_cancel(httpd->host, httpd->timer);
        }
        lucid_host_step(httpd->host, 0);
    }
    interrupt_stops(NULL);
    lucid_host_close(httpd->host);
    if (httpd->access_log && httpd->access_log != stdout) {
        fclose(httpd->access_log);
    }
    if (httpd->hangup >= 0) {
        close(httpd->hangup);
    }
    if (tracing_close(&httpd->tracing, &httpd->options, error) < 0) {
        status = fail(error);
    }
    return status;
}

int main(int argc, char **argv) {
    static struct httpd httpd = {.timer = -1, .hangup = -1};
    char error[LUCID_ERROR_TEXT];
    if (options_read(&httpd.options, argc, argv, error) < 0) {
        fail(error);
        return 2;
    }
    if (httpd.options.help) {
        fputs(options_help, stdout);
        return 0;
    }
    int status = start(&httpd);
    if (status == 0 && lucid_host_run(httpd.host) < 0) {
        status = fail("the interface has gone away: it was deleted while the server ran");
    }
    return finish(&httpd, status);
}
