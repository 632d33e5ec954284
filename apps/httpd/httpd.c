/* httpd.c: lucid-httpd: the web server of apps/http, over a stack on a TUN device or over the kernel's sockets.
 *
 * What is here is the frame: the start, what signals do, and the end. Which sockets they are, is the loop's affair
 * (loop.h); the access log is in access.h, the command line in options.h.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "access.h"
#include "http/http_guard.h"
#include "live/live_faults.h"
#include "live/live_record.h"
#include "loop.h"
#include "signals.h"

struct httpd {
    struct options options;
    struct access access;
    struct live live;
    struct http_handler handlers[LIVE_HANDLERS];
    struct http_onlooker onlooker;
    struct loop *loop;
    lucid_time stop_at; /* when the time to stop is over; 0: it was not told to */
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

/* ---- who looks on ---- */

static void on_log(void *user, const struct http_log_entry *entry) {
    struct httpd *httpd = user;
    if (httpd->access.file) {
        access_log(&httpd->access, entry);
    }
    if (httpd->live.record) {
        live_record_log(httpd->live.record, entry);
    }
}

static void on_head(void *user, struct http_exchange *exchange) {
    live_faults_head(&((struct httpd *)user)->live, exchange);
}

static uint64_t on_answer(void *user, struct http_exchange *exchange) {
    struct httpd *httpd = user;
    return httpd->live.record ? live_record_answer(httpd->live.record, exchange) : 0;
}

static int open_record(struct httpd *httpd, char error[LUCID_ERROR_TEXT]) {
    unsigned count = httpd->options.record;
    httpd->onlooker = (struct http_onlooker){.head = on_head, .answer = on_answer, .user = httpd};
    httpd->live.allow_faults = httpd->options.allow_faults;
    httpd->live.home = httpd->options.device.host.host_addrs;
    httpd->live.home_count = httpd->options.kernel ? 0 : httpd->options.device.host.host_addr_count;
    httpd->live.record = count > 0 ? live_record_new(count) : NULL;
    httpd->loop->record = httpd->live.record;
    if (count > 0 && !httpd->live.record) {
        snprintf(error, LUCID_ERROR_TEXT, "there is no memory for --record %u: record fewer connections", count);
        return -1;
    }
    return 0;
}

/* ---- signals ---- */

/* An upstream has failed. */
static void on_note(void *user, const char *sentence) {
    (void)user;
    fprintf(stderr, "lucid-httpd: %s\n", sentence);
}

/* What the settings do not say. */
static void complete(struct httpd *httpd, struct settings *settings) {
    settings->http.onlooker = httpd->live.record || httpd->live.allow_faults ? &httpd->onlooker : NULL;
    settings->http.log = settings->access_log || httpd->live.record ? on_log : NULL;
    settings->http.log_numbered = !settings->access_log;
    settings->http.log_user = httpd;
    settings->http.note = on_note;
    settings->http.handlers = httpd->handlers;
    settings->http.handler_count = LIVE_HANDLERS;
    settings->http.handlers_first = true;
}

/* All of the new settings, or nothing. */
static int change(struct httpd *httpd, struct settings *settings, char error[LUCID_ERROR_TEXT]) {
    struct access access = {.file = NULL};
    complete(httpd, settings);
    if (access_open(&access, settings->access_log, settings->access_json, error) < 0) {
        return -1;
    }
    if (http_server_configure(httpd->loop->server, lucid_host_now(), &settings->http, error) < 0) {
        access_close(&access);
        return -1;
    }
    access_close(&httpd->access);
    httpd->access = access;
    return 0;
}

/* The file of --config is read again, and the access log opened again: whoever rotates logs renames it before. Where
 * something is wrong, everything stays as it was. */
static void reload(struct httpd *httpd) {
    char error[LUCID_ERROR_TEXT];
    struct settings *settings = NULL;
    if (!options_settings(&httpd->options, &settings, 1, error) || change(httpd, settings, error) < 0) {
        fprintf(stderr, "lucid-httpd: %s; nothing has changed\n", error);
        settings_drop(settings);
        return;
    }
    settings_drop(httpd->options.settings);
    httpd->options.settings = settings;
}

/* The first one: what is under way is finished. The second one: it is not. */
static void stop(struct httpd *httpd) {
    struct http_server *server = httpd->loop->server;
    lucid_time limit = httpd->options.settings->stop_time, now = lucid_host_now();
    struct http_server_stats stats;
    if (httpd->stop_at) {
        httpd->loop->over = true;
        return;
    }
    httpd->stop_at = now + limit;
    http_server_stop(server, now, limit);
    http_server_stats(server, &stats);
    if (stats.connections > 0) {
        fprintf(stderr, "lucid-httpd: connections to be finished: %u, in %.6g s at most; another signal ends them\n",
                stats.connections, (double)limit / 1e9);
    }
}

/* Without anything to be read again, SIGHUP is what it is to other programs, when a terminal is closed; else a mistake
 * that need not end the server. */
static void hang_up(struct httpd *httpd) {
    if (httpd->options.config || httpd->options.settings->access_log) {
        reload(httpd);
    } else if (signals_terminal_gone()) {
        stop(httpd);
    } else {
        fprintf(stderr, "lucid-httpd: SIGHUP reads --config and opens --access-log again, and there is neither; "
                        "nothing has changed\n");
    }
}

static void on_signal(void *user, int number) {
    struct httpd *httpd = user;
    if (number == SIGHUP) {
        hang_up(httpd);
        return;
    }
    stop(httpd);
}

static int listen_for_signals(struct httpd *httpd) {
    int fd = signals_open();
    httpd->loop->signal = on_signal;
    httpd->loop->user = httpd;
    return fd < 0 ? fd : httpd->loop->ops->watch_signals(httpd->loop, fd);
}

/* ---- start ---- */

/* Flushed at once, so that a script may wait for it. */
static void say_where(const struct loop *loop) {
    char room[512];
    struct text text = text_fixed(room, sizeof room);
    text_put(&text, "lucid-httpd: ");
    loop->ops->put_where(loop, &text);
    puts(room);
    fflush(stdout);
}

static int cannot_listen(const struct lucid_sockaddr *local, int failed) {
    char room[LUCID_ERROR_TEXT], address[LUCID_ADDR_TEXT];
    struct text text = text_fixed(room, sizeof room);
    if (failed == -LUCID_EADDRINUSE) {
        text_format(&text, "port %u is in use: choose another with --port or --uwsgi-port", local->port);
    } else if (failed == -LUCID_EACCES) {
        text_format(&text,
                    "port %u needs root or CAP_NET_BIND_SERVICE: choose one from 1024 on with --port or --uwsgi-port",
                    local->port);
    } else if (failed == -LUCID_EADDRNOTAVAIL) {
        text_format(&text, "%s is no address of this machine: choose another with --addr",
                    lucid_addr_format(&local->addr, address));
    } else {
        text_format(&text, "cannot listen on port %u: %s", local->port, strerror(-failed));
    }
    return fail(room);
}

static int listen_on(struct httpd *httpd) {
    for (unsigned i = 0; i < httpd->options.local_count; i++) {
        struct lucid_sockaddr local = httpd->options.local[i];
        int failed = http_server_listen(httpd->loop->server, &local);
        if (!failed && httpd->options.uwsgi_port != 0) {
            local.port = httpd->options.uwsgi_port;
            failed = http_server_listen_uwsgi(httpd->loop->server, &local);
        }
        if (failed) {
            return cannot_listen(&local, failed);
        }
    }
    return 0;
}

/* What can fail without a device is tried before there is one. */
static int start(struct httpd *httpd) {
    struct settings *settings = httpd->options.settings;
    struct loop *loop = httpd->loop = loop_new(&httpd->options);
    char error[LUCID_ERROR_TEXT];
    _Static_assert(HTTP_ERROR_TEXT <= LUCID_ERROR_TEXT, "one buffer is for both");
    if (!loop) {
        return fail("there is no memory for the server; free some");
    }
    if (open_record(httpd, error) < 0) {
        return fail(error);
    }
    live_handlers(httpd->handlers, &httpd->live); /* they need a stack when they answer */
    complete(httpd, settings);
    if (access_open(&httpd->access, settings->access_log, settings->access_json, error) < 0 ||
        loop->ops->prepare(loop, error) < 0 ||
        http_server_open(&loop->server, loop->transport, &settings->http, error) < 0 ||
        loop->ops->open(loop, error) < 0) {
        return fail(error);
    }
    httpd->live.stack = loop->stack;
    httpd->live.host = loop->host;
    allow_many_files();
    http_guard_install();
    if (listen_on(httpd)) {
        return 1;
    }
    if (listen_for_signals(httpd) < 0) {
        return fail("signals cannot be waited for: close some files");
    }
    say_where(loop);
    return 0;
}

/* ---- end ---- */

/* Runs until the server has stopped, or is not to wait for that. */
static int run(struct httpd *httpd) {
    char error[LUCID_ERROR_TEXT];
    if (loop_run(httpd->loop, error) < 0) {
        return fail(error);
    }
    lucid_time now = lucid_host_now();
    if (!httpd->loop->over && now < httpd->stop_at) {
        httpd->loop->ops->drain(httpd->loop, httpd->stop_at - now);
    }
    return 0;
}

static int finish(struct httpd *httpd, int status) {
    char error[LUCID_ERROR_TEXT];
    if (httpd->loop) {
        http_server_close(httpd->loop->server);
        signals_close();
        if (httpd->loop->ops->close(httpd->loop, error) < 0) {
            status = fail(error);
        }
    }
    live_record_free(httpd->live.record);
    access_close(&httpd->access);
    settings_drop(httpd->options.settings);
    return status;
}

int main(int argc, char **argv) {
    static struct httpd httpd;
    char error[LUCID_ERROR_TEXT];
    if (options_read(&httpd.options, argc, argv, error) < 0) {
        fail(error);
        settings_drop(httpd.options.settings);
        return 2;
    }
    if (httpd.options.help) {
        fputs(options_help, stdout);
        return 0;
    }
    int status = start(&httpd);
    if (status == 0) {
        status = run(&httpd);
    }
    return finish(&httpd, status);
}
