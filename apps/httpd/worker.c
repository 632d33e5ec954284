/* worker.c: see worker.h. */
#include "worker.h"

#include <stdlib.h>
#include <string.h>

#include "live/live_faults.h"
#include "live/live_record.h"

_Static_assert(HTTP_ERROR_TEXT <= LUCID_ERROR_TEXT, "one buffer is for both");

/* ---- who looks on ---- */

static void on_log(void *user, const struct http_log_entry *entry) {
    struct worker *worker = user;
    if (worker->access.file) {
        access_log(&worker->access, entry);
    }
    if (worker->live.record) {
        live_record_log(worker->live.record, entry);
    }
}

static void on_head(void *user, struct http_exchange *exchange) {
    live_faults_head(&((struct worker *)user)->live, exchange);
}

static uint64_t on_answer(void *user, struct http_exchange *exchange) {
    struct worker *worker = user;
    return worker->live.record ? live_record_answer(worker->live.record, exchange) : 0;
}

/* An upstream has failed. */
static void on_note(void *user, const char *sentence) {
    (void)user;
    fprintf(stderr, "lucid-httpd: %s\n", sentence);
}

static int open_record(struct worker *worker, char error[LUCID_ERROR_TEXT]) {
    const struct options *options = worker->options;
    unsigned count = options->record;
    worker->onlooker = (struct http_onlooker){.head = on_head, .answer = on_answer, .user = worker};
    worker->live.allow_faults = options->allow_faults;
    worker->live.home = options->device.host.host_addrs;
    worker->live.home_count = options->kernel ? 0 : options->device.host.host_addr_count;
    worker->live.record = count > 0 ? live_record_new(count) : NULL;
    worker->loop->record = worker->live.record;
    if (count > 0 && !worker->live.record) {
        snprintf(error, LUCID_ERROR_TEXT, "there is no memory for --record %u: record fewer connections", count);
        return -1;
    }
    return 0;
}

/* What the settings do not say, and this worker's share of what they say of all. */
static void complete(struct worker *worker, struct settings *settings) {
    struct http_server_options *http = &settings->http;
    http->onlooker = worker->live.record || worker->live.allow_faults ? &worker->onlooker : NULL;
    http->log = settings->access_log || worker->live.record ? on_log : NULL;
    http->log_numbered = !settings->access_log;
    http->log_user = worker;
    http->note = on_note;
    http->handlers = worker->handlers;
    http->handler_count = LIVE_HANDLERS;
    http->handlers_first = true;
    http->connections = (http->connections + worker->queues - 1) / worker->queues;
    http->memory /= worker->queues;
}

/* ---- begin ---- */

int worker_prepare(struct worker *worker, char error[LUCID_ERROR_TEXT]) {
    struct settings *settings = worker->settings;
    struct loop *loop = worker->loop = loop_new(worker->options);
    if (!loop) {
        snprintf(error, LUCID_ERROR_TEXT, "there is no memory for the server; free some");
        return -1;
    }
    if (open_record(worker, error) < 0) {
        return -1;
    }
    live_handlers(worker->handlers, &worker->live); /* they need a stack when they answer */
    complete(worker, settings);
    bool good = access_open(&worker->access, settings->access_log, settings->access_json, error) == 0 &&
                loop->ops->prepare(loop, error) == 0 &&
                http_server_open(&loop->server, loop->transport, &settings->http, error) == 0;
    return good ? 0 : -1;
}

static int cannot_listen(const struct lucid_sockaddr *local, int failed, char error[LUCID_ERROR_TEXT]) {
    char address[LUCID_ADDR_TEXT];
    struct text text = text_fixed(error, LUCID_ERROR_TEXT);
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
    return -1;
}

static int listen_on(struct worker *worker, char error[LUCID_ERROR_TEXT]) {
    for (unsigned i = 0; i < worker->options->local_count; i++) {
        struct lucid_sockaddr local = worker->options->local[i];
        int failed = http_server_listen(worker->loop->server, &local);
        if (!failed && worker->options->uwsgi_port != 0) {
            local.port = worker->options->uwsgi_port;
            failed = http_server_listen_uwsgi(worker->loop->server, &local);
        }
        if (failed) {
            return cannot_listen(&local, failed, error);
        }
    }
    return 0;
}

int worker_open(struct worker *worker, struct lucid_host *host, char error[LUCID_ERROR_TEXT]) {
    struct loop *loop = worker->loop;
    loop->host = host;
    if (loop->ops->open(loop, error) < 0) {
        return -1;
    }
    worker->live.stack = loop->stack;
    worker->live.host = loop->host;
    return listen_on(worker, error);
}

/* ---- other settings ---- */

struct worker_change {
    struct settings *settings;
    struct access access;
    struct http_change *http;
};

struct worker_change *worker_change_new(struct worker *worker, struct settings *settings,
                                        char error[LUCID_ERROR_TEXT]) {
    struct worker_change *change = calloc(1, sizeof *change);
    if (!change) {
        snprintf(error, LUCID_ERROR_TEXT, "there is no memory for the settings: free some");
        return NULL;
    }
    complete(worker, settings);
    if (access_open(&change->access, settings->access_log, settings->access_json, error) < 0 ||
        http_change_new(&change->http, &settings->http, error) < 0) {
        worker_change_drop(change);
        return NULL;
    }
    change->settings = settings;
    return change;
}

void worker_change_make(struct worker *worker, struct worker_change *change) {
    http_change_make(change->http, worker->loop->server, lucid_host_now());
    access_close(&worker->access);
    worker->access = change->access;
    settings_drop(worker->settings);
    worker->settings = change->settings;
    free(change);
}

void worker_change_drop(struct worker_change *change) {
    if (change) {
        http_change_drop(change->http);
        access_close(&change->access);
        settings_drop(change->settings);
        free(change);
    }
}

/* ---- end ---- */

void worker_stop(struct worker *worker) {
    struct http_server *server = worker->loop->server;
    lucid_time limit = worker->settings->stop_time, now = lucid_host_now();
    struct http_server_stats stats;
    if (worker->stop_at) {
        worker->loop->over = true;
        return;
    }
    worker->stop_at = now + limit;
    http_server_stop(server, now, limit);
    http_server_stats(server, &stats);
    if (stats.connections > 0) {
        char of[32] = "";
        if (worker->queues > 1) {
            snprintf(of, sizeof of, " of queue %u", worker->queue);
        }
        fprintf(stderr, "lucid-httpd: connections%s to be finished: %u, in %.6g s at most; another signal ends them\n",
                of, stats.connections, (double)limit / 1e9);
    }
}

int worker_run(struct worker *worker, char error[LUCID_ERROR_TEXT]) {
    struct loop *loop = worker->loop;
    if (loop_run(loop, error) < 0) {
        return -1;
    }
    lucid_time now = lucid_host_now();
    if (!loop->over && now < worker->stop_at) {
        loop->ops->drain(loop, worker->stop_at - now);
    }
    return 0;
}

int worker_close(struct worker *worker, char error[LUCID_ERROR_TEXT]) {
    int status = 0;
    if (worker->loop) {
        http_server_close(worker->loop->server);
        status = worker->loop->ops->close(worker->loop, error);
    }
    live_record_free(worker->live.record);
    access_close(&worker->access);
    settings_drop(worker->settings);
    *worker = (struct worker){.queue = worker->queue};
    return status;
}
