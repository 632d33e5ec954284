/* crew.c: see crew.h.
 *
 * An order is a bit, and an octet in a pipe's stead (eventfd) that wakes the worker's loop; other settings wait in one
 * place, where newer ones replace those that were not taken yet. A worker that has served its last client goes on
 * turning its loop until all have: its stack still answers for the addresses that are everybody's.
 */
#include "crew.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum order { ORDER_STOP = 1, ORDER_END = 2 };

struct seat {
    struct crew *crew;
    struct worker worker;
    int event; /* an order has come; -1: none can, for this worker is alone */
    atomic_uint orders;
    _Atomic(struct worker_change *) change;
    bool failed; /* for those who have joined its thread */
};

struct crew {
    struct options *options;
    struct lucid_hosts *hosts; /* NULL: a worker alone opens its own */
    atomic_uint serving;       /* workers that have not done their work yet */
    unsigned count;
    struct seat seats[];
};

static void say(const char *sentence) {
    fprintf(stderr, "lucid-httpd: %s\n", sentence);
}

/* ---- orders ---- */

static void wake(struct seat *seat) {
    uint64_t one = 1;
    ssize_t written = write(seat->event, &one, sizeof one);
    (void)written; /* full: it has been woken */
}

static void order(struct seat *seat, unsigned orders) {
    atomic_fetch_or(&seat->orders, orders);
    wake(seat);
}

static void on_order(struct lucid_host *host, int fd, short revents, void *user) {
    struct seat *seat = user;
    uint64_t count;
    ssize_t got = read(fd, &count, sizeof count);
    (void)got, (void)revents;
    struct worker_change *change = atomic_exchange(&seat->change, NULL);
    unsigned orders = atomic_exchange(&seat->orders, 0);
    if (change) {
        worker_change_make(&seat->worker, change);
    }
    if (orders & ORDER_STOP) {
        worker_stop(&seat->worker);
    }
    if (orders & ORDER_END) {
        seat->worker.loop->over = true;
    }
    if (seat->worker.loop->over) {
        lucid_host_stop(host); /* also while it drains */
    }
}

void crew_stop(struct crew *crew) {
    for (unsigned i = 1; i < crew->count; i++) {
        order(&crew->seats[i], ORDER_STOP);
    }
    worker_stop(&crew->seats[0].worker);
}

/* All that can fail comes first. What has become a change is dropped with it. */
static bool make_changes(struct crew *crew, struct worker_change **changes, struct settings **settings,
                         char error[LUCID_ERROR_TEXT]) {
    if (!options_settings(crew->options, settings, crew->count, error)) {
        return false;
    }
    bool good = true;
    for (unsigned i = 0; i < crew->count; i++) {
        changes[i] = good ? worker_change_new(&crew->seats[i].worker, settings[i], error) : NULL;
        good = changes[i] != NULL;
        if (!good) {
            settings_drop(settings[i]);
        }
    }
    for (unsigned i = 0; !good && i < crew->count; i++) {
        worker_change_drop(changes[i]);
    }
    return good;
}

int crew_change(struct crew *crew, char error[LUCID_ERROR_TEXT]) {
    struct worker_change *changes[LUCID_QUEUES_MAX];
    struct settings *settings[LUCID_QUEUES_MAX];
    if (!make_changes(crew, changes, settings, error)) {
        return -1;
    }
    worker_change_make(&crew->seats[0].worker, changes[0]);
    for (unsigned i = 1; i < crew->count; i++) {
        worker_change_drop(atomic_exchange(&crew->seats[i].change, changes[i]));
        wake(&crew->seats[i]);
    }
    return 0;
}

/* ---- begin ---- */

static int prepare(struct crew *crew, struct settings **settings, char error[LUCID_ERROR_TEXT]) {
    bool good = true;
    for (unsigned i = 0; i < crew->count; i++) {
        struct worker *worker = &crew->seats[i].worker;
        worker->settings = settings[i]; /* for worker_close(), whatever happens */
        good = good && worker_prepare(worker, error) == 0;
    }
    return good ? 0 : -1;
}

struct crew *crew_new(struct options *options, char error[LUCID_ERROR_TEXT]) {
    struct settings *settings[LUCID_QUEUES_MAX] = {options->settings};
    unsigned count = options->queues;
    struct crew *crew = calloc(1, sizeof *crew + count * sizeof crew->seats[0]);
    options->settings = NULL;
    snprintf(error, LUCID_ERROR_TEXT, "there is no memory for the server; free some");
    if (!crew || (count > 1 && !options_settings(options, &settings[1], count - 1, error))) {
        settings_drop(settings[0]);
        free(crew);
        return NULL;
    }
    crew->options = options;
    crew->count = count;
    atomic_init(&crew->serving, count);
    for (unsigned i = 0; i < count; i++) {
        struct seat *seat = &crew->seats[i];
        seat->crew = crew;
        seat->event = -1;
        seat->worker = (struct worker){.options = options, .queue = i, .queues = count};
    }
    if (prepare(crew, settings, error) < 0) {
        crew_close(crew);
        return NULL;
    }
    return crew;
}

static int listen_for_orders(struct seat *seat, char error[LUCID_ERROR_TEXT]) {
    seat->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (seat->event < 0 || lucid_host_watch(seat->worker.loop->host, seat->event, POLLIN, on_order, seat) < 0) {
        snprintf(error, LUCID_ERROR_TEXT, "orders cannot be waited for: close some files");
        return -1;
    }
    return 0;
}

int crew_open(struct crew *crew, char error[LUCID_ERROR_TEXT]) {
    if (crew->count == 1) {
        return worker_open(&crew->seats[0].worker, NULL, error);
    }
    if (lucid_hosts_open(&crew->hosts, &crew->options->device.host, crew->count, error) < 0) {
        return -1;
    }
    for (unsigned i = 0; i < crew->count; i++) {
        struct seat *seat = &crew->seats[i];
        if (worker_open(&seat->worker, lucid_hosts_at(crew->hosts, i), error) < 0 ||
            listen_for_orders(seat, error) < 0) {
            return -1;
        }
    }
    return 0;
}

struct worker *crew_first(struct crew *crew) {
    return &crew->seats[0].worker;
}

/* ---- work ---- */

/* Who cannot go on ends the others, too. */
static void end_all(struct crew *crew) {
    for (unsigned i = 0; crew->count > 1 && i < crew->count; i++) {
        order(&crew->seats[i], ORDER_END);
    }
}

/* The last one tells the others. */
static void wait_for_all(struct seat *seat) {
    struct crew *crew = seat->crew;
    struct loop *loop = seat->worker.loop;
    char error[LUCID_ERROR_TEXT];
    if (atomic_fetch_sub(&crew->serving, 1) == 1) {
        end_all(crew);
        return;
    }
    while (!loop->over && atomic_load(&crew->serving) > 0 && loop->ops->turn(loop, error) == 0) {
    }
}

static void work(struct seat *seat) {
    char error[LUCID_ERROR_TEXT];
    if (worker_run(&seat->worker, error) < 0) {
        say(error);
        seat->failed = true;
        end_all(seat->crew);
    }
    wait_for_all(seat);
    if (worker_close(&seat->worker, error) < 0) {
        say(error);
        seat->failed = true;
    }
}

static void work_in_thread(struct lucid_host *host, unsigned queue, void *user) {
    (void)host;
    work(&((struct crew *)user)->seats[queue]);
}

int crew_run(struct crew *crew) {
    char error[LUCID_ERROR_TEXT];
    if (crew->hosts && lucid_hosts_start(crew->hosts, work_in_thread, crew, error) < 0) {
        say(error);
        return -1;
    }
    work(&crew->seats[0]);
    if (crew->hosts) {
        lucid_hosts_join(crew->hosts);
    }
    bool failed = false;
    for (unsigned i = 0; i < crew->count; i++) {
        failed = failed || crew->seats[i].failed;
    }
    return failed ? -1 : 0;
}

int crew_close(struct crew *crew) {
    char error[LUCID_ERROR_TEXT];
    int status = 0;
    if (!crew) {
        return 0;
    }
    for (unsigned i = 0; i < crew->count; i++) {
        struct seat *seat = &crew->seats[i];
        worker_change_drop(atomic_exchange(&seat->change, NULL));
        if (worker_close(&seat->worker, error) < 0) {
            say(error);
            status = -1;
        }
        if (seat->event >= 0) {
            close(seat->event);
        }
    }
    lucid_hosts_close(crew->hosts);
    free(crew);
    return status;
}
