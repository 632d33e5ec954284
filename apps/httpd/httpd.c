/* httpd.c: lucid-httpd: the web server of apps/http, over a stack on a TUN device or over the kernel's sockets.
 *
 * What is here is the frame: the start, what signals do, and the end. The server is a worker (worker.h), or one for
 * each queue of the device (crew.h); which sockets they are, is the loop's affair (loop.h); the access log is in
 * access.h, the command line in options.h.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "crew.h"
#include "http/http_guard.h"
#include "signals.h"

struct httpd {
    struct options options;
    struct crew *crew;
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

/* ---- signals ---- */

/* The file of --config is read again, and the access log opened again: whoever rotates logs renames it before. Where
 * something is wrong, everything stays as it was. */
static void reload(struct httpd *httpd) {
    char error[LUCID_ERROR_TEXT];
    if (crew_change(httpd->crew, error) < 0) {
        fprintf(stderr, "lucid-httpd: %s; nothing has changed\n", error);
    }
}

/* Without anything to be read again, SIGHUP is what it is to other programs, when a terminal is closed; else a mistake
 * that need not end the server. */
static void hang_up(struct httpd *httpd) {
    if (httpd->options.config || crew_first(httpd->crew)->settings->access_log) {
        reload(httpd);
    } else if (signals_terminal_gone()) {
        crew_stop(httpd->crew);
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
    crew_stop(httpd->crew);
}

static int listen_for_signals(struct httpd *httpd) {
    struct loop *loop = crew_first(httpd->crew)->loop;
    int fd = signals_open();
    loop->signal = on_signal;
    loop->user = httpd;
    return fd < 0 ? fd : loop->ops->watch_signals(loop, fd);
}

/* ---- start ---- */

/* Flushed at once, so that a script may wait for it. */
static void say_where(const struct worker *worker) {
    char room[512];
    struct text text = text_fixed(room, sizeof room);
    text_put(&text, "lucid-httpd: ");
    worker->loop->ops->put_where(worker->loop, &text);
    if (worker->queues > 1) {
        text_format(&text, ", %u queues", worker->queues);
    }
    puts(room);
    fflush(stdout);
}

/* What can fail without a device is tried before there is one. */
static int start(struct httpd *httpd) {
    char error[LUCID_ERROR_TEXT];
    httpd->crew = crew_new(&httpd->options, error);
    if (!httpd->crew || crew_open(httpd->crew, error) < 0) {
        return fail(error);
    }
    allow_many_files();
    http_guard_install();
    if (listen_for_signals(httpd) < 0) {
        return fail("signals cannot be waited for: close some files");
    }
    say_where(crew_first(httpd->crew));
    return 0;
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
        status = crew_run(httpd.crew) < 0;
    }
    signals_close();
    return crew_close(httpd.crew) < 0 ? 1 : status;
}
