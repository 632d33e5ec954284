/* stage.c: see stage.h. */
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const lucid_time MOMENT = 5 * LUCID_MILLISECOND;
static const lucid_time START = 20 * LUCID_SECOND;      /* for a program to listen */
static const lucid_time QUIET = 60 * LUCID_MILLISECOND; /* without a packet: the act is over */
static const lucid_time LINGER = 5 * LUCID_SECOND;      /* but no longer than this after the client */
static const lucid_time PATIENCE = 30 * LUCID_SECOND;   /* with a client */

static int fail(char error[LUCID_ERROR_TEXT], const char *what, const char *why) {
    snprintf(error, LUCID_ERROR_TEXT, "%.60s: %.180s", what, why);
    return -1;
}

static uint64_t wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * LUCID_SECOND + (uint64_t)now.tv_nsec;
}

static void progress(const struct way_stage *stage, const char *what) {
    if (stage->progress) {
        printf("\r%-60s\r%s", "", what);
        fflush(stdout);
    }
}

/* ---- what is needed ---- */

static int missing(char error[LUCID_ERROR_TEXT], const char *program) {
    bool browser = strcmp(program, "chromium") == 0;
    snprintf(error, LUCID_ERROR_TEXT, "%s is not installed: %s", program,
             browser ? "install it, or see another order" : "scripts/setup way installs it");
    return -1;
}

int way_stage_check(struct way_stage *stage, const struct way_plan *plan, char error[LUCID_ERROR_TEXT]) {
    stage->plan = plan;
    const char *client = plan->browser ? "chromium" : "curl";
    if (!way_child_find(client, stage->client_path, sizeof stage->client_path)) {
        return missing(error, client);
    }
    if (plan->nginx && !way_child_find("nginx", stage->nginx_path, sizeof stage->nginx_path)) {
        return missing(error, "nginx");
    }
    if (plan->uwsgi && !way_child_find("uwsgi", stage->uwsgi_path, sizeof stage->uwsgi_path)) {
        return missing(error, "uwsgi");
    }
    return 0;
}

/* ---- programs ---- */

struct search {
    uint16_t port;
    bool found;
    unsigned waiting;
};

static void look(void *user, const struct lucid_diag_socket *socket) {
    struct search *search = user;
    search->found = search->found || (socket->state == LUCID_LISTEN && socket->local.port == search->port);
    search->waiting += socket->state == LUCID_TIME_WAIT;
}

static bool listens(const struct way_stage *stage, uint16_t port) {
    struct search search = {.port = port};
    lucid_diag_each(stage->diag, look, &search);
    return search.found;
}

/* The file says this somewhere, from that octet on. */
static bool says(const struct way_stage *stage, const char *file, size_t from, const char *words) {
    char *text = way_files_read(&stage->files, file, from);
    bool found = text && strstr(text, words);
    free(text);
    return found;
}

/* The last line of a program's log is why it did not start. */
static int tell_last_words(struct way_stage *stage, const char *name, const char *log, char error[LUCID_ERROR_TEXT]) {
    char *words = way_files_read(&stage->files, log, 0), *last = words;
    for (char *line = words; line && *line; line += strspn(line, "\n")) {
        last = line;
        line += strcspn(line, "\n");
    }
    if (last) {
        last[strcspn(last, "\n")] = '\0';
    }
    fail(error, name, last && *last ? last : "it did not start, and says nothing");
    free(words);
    return -1;
}

/* Waits until a program listens. */
static int await(struct way_stage *stage, struct way_child *child, const char *name, uint16_t port, const char *log,
                 char error[LUCID_ERROR_TEXT]) {
    lucid_time limit = lucid_host_now() + START;
    while (!listens(stage, port)) {
        if (!ours_turn(&stage->ours, MOMENT)) {
            error[0] = '\0';
            return -1;
        }
        if (way_child_ended(child) || lucid_host_now() > limit) {
            return tell_last_words(stage, name, log, error);
        }
    }
    return 0;
}

static int start_nginx(struct way_stage *stage, char error[LUCID_ERROR_TEXT]) {
    const char *folder = stage->files.folder;
    const char *const argv[] = {stage->nginx_path, "-e", "nginx-error.log", "-p", folder, "-c", "nginx.conf", NULL};
    progress(stage, "starting Nginx ...");
    if (way_child_start(&stage->nginx, argv, folder, "nginx.out", "nginx.out") < 0) {
        return fail(error, "Nginx", "it cannot be started");
    }
    return await(stage, &stage->nginx, "Nginx", WAY_HTTP_PORT, "nginx.out", error);
}

static int start_uwsgi(struct way_stage *stage, char error[LUCID_ERROR_TEXT]) {
    const char *const argv[] = {stage->uwsgi_path, "--ini", "uwsgi.ini", NULL};
    progress(stage, "starting uWSGI ...");
    way_files_forget(&stage->files, "uwsgi.log");
    if (way_child_start(&stage->uwsgi, argv, stage->files.folder, "uwsgi.log", "uwsgi.log") < 0) {
        return fail(error, "uWSGI", "it cannot be started");
    }
    if (await(stage, &stage->uwsgi, "uWSGI", WAY_APP_PORT, "uwsgi.log", error) < 0) {
        return -1;
    }
    /* It listens before it has read the application. */
    lucid_time limit = lucid_host_now() + LINGER;
    while (!says(stage, "uwsgi.log", 0, "spawned uWSGI worker 2") && lucid_host_now() < limit) {
        if (!ours_turn(&stage->ours, MOMENT)) {
            error[0] = '\0';
            return -1;
        }
    }
    return 0;
}

int way_stage_open(struct way_stage *stage, char error[LUCID_ERROR_TEXT]) {
    struct sigaction action;
    if (lucid_host_private_network(error) < 0 || lucid_host_private_processes(error) < 0 ||
        way_files_make(&stage->files, error) < 0 ||
        ours_open(&stage->ours, &stage->record, stage->plan, stage->files.folder, error) < 0) {
        return -1;
    }
    sigaction(SIGTERM, NULL, &action);
    sigaction(SIGHUP, &action, NULL);
    stage->diag = lucid_diag_open(error);
    if (!stage->diag || way_files_resolve(&stage->files, error) < 0) {
        return -1;
    }
    return stage->plan->nginx ? start_nginx(stage, error) : 0;
}

/* ---- an act ---- */

/* Packets of two processors may have been told in another order than that of their times. */
static int in_time(const void *a, const void *b) {
    const struct way_packet *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

enum { ARGUMENTS = 32 };

/* argv has room for ARGUMENTS; the rest is NULL. */
static void ask_curl(const struct way_stage *stage, const struct way_act *act, const char **argv) {
    const char *const first[] = {stage->client_path,
                                 "-q",
                                 "-sS",
                                 "--noproxy",
                                 "*",
                                 "-w",
                                 "%{http_code} %{size_download}\\n",
                                 "--max-time",
                                 act->patience ? act->patience : "20"};
    unsigned n = sizeof first / sizeof first[0];
    memcpy(argv, first, sizeof first);
    for (unsigned i = 0; i < WAY_URLS && act->url[i]; i++) {
        argv[n++] = "-o";
        argv[n++] = "client.body";
        argv[n++] = act->url[i];
    }
}

/* It prints the page, and ends, when all is there. In this network is nobody whom it could harm, or who could harm it:
 * its own sandbox needs rights that a namespace may not have. */
static void ask_browser(const struct way_stage *stage, const struct way_act *act, const char **argv) {
    const char *const all[] = {stage->client_path,
                               "--headless",
                               "--no-sandbox",
                               "--disable-gpu",
                               "--disable-dev-shm-usage",
                               "--no-first-run",
                               "--disable-background-networking",
                               "--disable-component-update",
                               "--disable-sync",
                               "--disable-default-apps",
                               "--no-proxy-server",
                               "--user-data-dir=browser",
                               "--virtual-time-budget=6000",
                               "--dump-dom",
                               act->url[0]};
    memcpy(argv, all, sizeof all);
}

static int start_client(struct way_stage *stage, const struct way_act *act, char error[LUCID_ERROR_TEXT]) {
    const char *argv[ARGUMENTS] = {NULL};
    if (stage->plan->browser) {
        ask_browser(stage, act, argv);
    } else {
        ask_curl(stage, act, argv);
    }
    way_files_forget(&stage->files, "client.out");
    way_files_forget(&stage->files, "client.err");
    way_files_forget(&stage->files, "client.body");
    if (way_child_start(&stage->client, argv, stage->files.folder, "client.out", "client.err") < 0) {
        return fail(error, "the client", "it cannot be started");
    }
    return 0;
}

/* Until nothing has passed for a while, and the application is done if it has to be. */
static bool let_it_end(struct way_stage *stage, const struct way_act *act, size_t app_from) {
    lucid_time quiet = lucid_host_now(), limit = quiet + LINGER;
    size_t seen = stage->record.packets;
    bool busy = act->app_goes_on;
    while (lucid_host_now() < limit && (busy || lucid_host_now() - quiet <= QUIET)) {
        if (!ours_turn(&stage->ours, MOMENT)) {
            return false;
        }
        if (busy && says(stage, "app.log", app_from, " answers")) {
            busy = false;
            quiet = lucid_host_now();
        }
        if (seen != stage->record.packets) {
            seen = stage->record.packets;
            quiet = lucid_host_now();
        }
    }
    return true;
}

/* Until the client has ended, and what follows from that. False: interrupted. */
static bool watch(struct way_stage *stage, const struct way_act *act, struct way_take *take, size_t app_from) {
    lucid_time limit = lucid_host_now() + PATIENCE;
    while (!way_child_ended(&stage->client) && lucid_host_now() < limit) {
        if (!ours_turn(&stage->ours, MOMENT / 5)) {
            return false;
        }
    }
    take->ended = wall();
    return let_it_end(stage, act, app_from);
}

struct sizes {
    size_t access, errors, app;
};

static struct sizes sizes_now(const struct way_stage *stage) {
    return (struct sizes){way_files_size(&stage->files, "nginx-access.log"),
                          way_files_size(&stage->files, "nginx-error.log"), way_files_size(&stage->files, "app.log")};
}

static int keep(struct way_stage *stage, struct way_take *take, const struct sizes *sizes) {
    const struct way_files *files = &stage->files;
    struct search search = {.port = 0};
    lucid_diag_each(stage->diag, look, &search);
    take->exit = stage->client.status;
    take->packet_to = stage->record.packets;
    take->event_to = stage->record.events;
    take->answers = way_files_read(files, "client.out", 0);
    take->complaint = way_files_read(files, "client.err", 0);
    take->body = way_files_read(files, "client.body", 0);
    take->nginx_access = way_files_read(files, "nginx-access.log", sizes->access);
    take->nginx_error = way_files_read(files, "nginx-error.log", sizes->errors);
    take->app = way_files_read(files, "app.log", sizes->app);
    take->waiting = (struct way_waiting){.kernel = search.waiting, .ours = ours_waiting(&stage->ours)};
    bool complete = take->answers && take->complaint && take->body && take->nginx_access && take->nginx_error &&
                    take->app && !stage->record.full;
    qsort(stage->record.packet + take->packet_from, take->packet_to - take->packet_from, sizeof *stage->record.packet,
          in_time);
    return complete ? 0 : -1;
}

/* Did the client end as it must? */
static int judge(const struct way_act *act, const struct way_take *take, char error[LUCID_ERROR_TEXT]) {
    const char *last = take->answers;
    for (const char *line = last; *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : "") {
        last = line;
    }
    if (take->exit == act->exit && (!act->status || strncmp(last, act->status, 3) == 0)) {
        return 0;
    }
    snprintf(error, LUCID_ERROR_TEXT,
             "%.60s: the client was expected to end with %d and status %s, but it was %d and %.3s: %.80s", act->title,
             act->exit, act->status ? act->status : "000", take->exit, last, take->complaint);
    return -1;
}

int way_stage_play(struct way_stage *stage, char error[LUCID_ERROR_TEXT]) {
    const struct way_act *act = &stage->plan->act[stage->takes];
    struct way_take *take = &stage->take[stage->takes];
    error[0] = '\0';
    if ((stage->plan->uwsgi && !act->without_app && stage->uwsgi.pid == 0 && start_uwsgi(stage, error) < 0) ||
        ours_dns(&stage->ours, act->dns, error) < 0) {
        return -1;
    }
    progress(stage, act->title);
    struct sizes sizes = sizes_now(stage);
    *take = (struct way_take){.packet_from = stage->record.packets, .event_from = stage->record.events};
    take->began = wall();
    if (start_client(stage, act, error) < 0 || !watch(stage, act, take, sizes.app)) {
        return -1;
    }
    stage->takes++;
    if (keep(stage, take, &sizes) < 0) {
        return fail(error, act->title, "there is no memory for what was seen");
    }
    progress(stage, "");
    return judge(act, take, error);
}

/* ---- the end ---- */

void way_stage_stay(struct way_stage *stage) {
    const struct way_plan *plan = stage->plan;
    ours_deafen(&stage->ours);
    while (ours_turn(&stage->ours, LUCID_SECOND) && (!plan->nginx || !way_child_ended(&stage->nginx)) &&
           (!plan->uwsgi || !way_child_ended(&stage->uwsgi))) {
    }
}

void way_stage_close(struct way_stage *stage) {
    progress(stage, "");
    way_child_stop(&stage->client, SIGTERM);
    way_child_stop(&stage->nginx, SIGTERM);
    way_child_stop(&stage->uwsgi, SIGKILL); /* it would take a second, and has nothing to put in order */
    lucid_diag_close(stage->diag);
    stage->diag = NULL;
    way_files_remove(&stage->files);
    ours_close(&stage->ours);
}

void way_stage_forget(struct way_stage *stage) {
    for (unsigned i = 0; i < stage->takes; i++) {
        way_take_free(&stage->take[i]);
    }
    way_record_free(&stage->record);
}
