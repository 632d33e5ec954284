/* live_run.c: see live_run.h.
 *
 * The order of things matters. Sockets belong to the network in which they are made: first those that are to be
 * reached from the host, then the private network, and in it everything else. Programs are started behind a guard, so
 * that nothing outlives this process, however it ends; with it go the device and the network.
 */
#include "lab/live_run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/lab.h"
#include "lab/narrate.h"

/* Connections of a program that has ended may still close. */
#define GRACE (300 * LUCID_MILLISECOND)

/* Whoever listens to events of the page gets them so often. */
#define PAGE_TURN (50 * LUCID_MILLISECOND)

/* ---- the log ---- */

/* The file has all that has happened, also when this process is killed; so have those who read along. */
static void keep_lines(struct live_run *run) {
    size_t length;
    const char *lines = tlog_lines(run->session->log, &length);
    if (length > run->written) {
        fwrite(lines + run->written, 1, length - run->written, run->out);
        fflush(run->out);
        run->written = length;
    }
}

static void tell(struct live_run *run) {
    struct text line = text_growing();
    keep_lines(run);
    for (; run->told < run->session->model->at; run->told++) {
        const struct tlog_event *event = tlog_at(run->session->log, run->told + 1);
        if (!run->narrates || narrate_is_detail(event)) {
            continue;
        }
        line.length = 0;
        narrate_event(&line, run->session->model, event);
        puts(line.data ? line.data : "");
    }
    text_free(&line);
    fflush(stdout);
}

static int make_folder(struct live_run *run) {
    unsigned number = 1;
    bool given = run->folder[0] != '\0';
    if (!given) {
        mkdir("lab-out", 0777);
        snprintf(run->folder, sizeof run->folder, "lab-out/live-%08llx", (unsigned long long)run->options.seed);
    }
    while (mkdir(run->folder, 0777) < 0) {
        if (errno == EEXIST && given) {
            break;
        }
        if (errno != EEXIST || number == 100) {
            return lab_refuse("cannot make the folder %s for the log: %s; change to a folder of yours", run->folder,
                              strerror(errno));
        }
        snprintf(run->folder, sizeof run->folder, "lab-out/live-%08llx.%u", (unsigned long long)run->options.seed,
                 ++number);
    }
    snprintf(run->file, sizeof run->file, "%s/run.tlog", run->folder);
    snprintf(run->pcap, sizeof run->pcap, "%s/run.pcap", run->folder);
    run->options.pcap = run->pcap;
    run->out = fopen(run->file, "we");
    return run->out ? 0 : lab_refuse("cannot write %s: %s", run->file, strerror(errno));
}

/* ---- outside ---- */

/* A taken port costs the relay, not the lab. */
static void open_relay(struct live_run *run) {
    char error[LUCID_ERROR_TEXT];
    run->options.relay = lucid_relay_open(run->relay_port, error);
    if (!run->options.relay) {
        fprintf(stderr, "lucid-lab: %s; without it no browser of this machine reaches the stack's pages\n", error);
    }
}

static const struct tlog *log_of(void *user) {
    return ((const struct live_run *)user)->session->log;
}

static int command_of(void *user, const char *line, struct text *say, char error[LAB_ERROR]) {
    return session_command(((const struct live_run *)user)->session, line, say, error);
}

/* Its socket is the host's, out of reach of whatever happens to the device. */
static void open_page(struct live_run *run) {
    char error[LAB_ERROR];
    const struct web_world world = {.user = run, .log = log_of, .command = command_of};
    bool fails = false;
    if (!run->no_web && run->control_stack) {
        run->control = live_control_open(run->web_port, error);
        fails = !run->control;
    } else if (!run->no_web) {
        fails = lab_web_open(&run->web, &world, run->web_port, NULL, error) < 0;
    }
    if (fails) {
        fprintf(stderr, "lucid-lab: %s; without it there is no page\n", error);
    }
}

/* With a stack of ours, the page can be served when there is a network for it. */
static int serve_page(struct live_run *run) {
    char error[LAB_ERROR];
    const struct web_world world = {.user = run, .log = log_of, .command = command_of};
    if (run->control && live_control_serve(run->control, &world, run->web_port, &run->web, error) < 0) {
        return lab_refuse("%s; without --control stack the page is served by the kernel's TCP", error);
    }
    return 0;
}

/* The same page from the stack that is being watched, for whoever asks it. */
static void open_page_in_band(struct live_run *run) {
    static const char *const hosts[] = {"10.77.0.2", "127.0.0.1:8080", "localhost:8080", NULL};
    char error[LAB_ERROR];
    const struct web_world world = {.user = run, .log = log_of};
    if (lab_web_in_band(&run->options.page, &world, hosts, error) < 0) {
        fprintf(stderr, "lucid-lab: %s\n", error);
    }
}

static int enter_network(const struct live_run *run) {
    char error[LUCID_ERROR_TEXT];
    if (!run->host_net && lucid_host_private_network(error) < 0) {
        return lab_refuse("%s; `lucid-lab play` needs none: you lose the kernel as the peer", error);
    }
    if (!run->host_net && lucid_host_private_processes(error) < 0) {
        fprintf(stderr, "lucid-lab: %s\n", error);
    }
    return 0;
}

/* ---- what ends it ---- */

static void on_signal(void *user, int fd) {
    struct live_run *run = user;
    struct signalfd_siginfo info;
    while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGCHLD) {
            live_stop(run->live);
        }
    }
    if (run->has_child && !run->child_over && child_ended(&run->child)) {
        lucid_time end = world_now(run->session->world) + GRACE;
        run->child_over = true;
        run->lasts = end < run->lasts ? end : run->lasts;
    }
    live_wake(run->live);
}

static int watch_signals(struct live_run *run) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    run->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return run->signals < 0 ? lab_refuse("cannot watch for signals: %s", strerror(errno)) : 0;
}

/* The page is served between two steps of the world, not within one. */
static void on_page(void *user, int fd) {
    (void)fd;
    live_wake(((struct live_run *)user)->live);
}

/* ---- the run ---- */

static void greet(const struct live_run *run) {
    printf("live: node B, our stack, is 10.77.0.2; node A, 10.77.0.1, is this machine's kernel%s.\n",
           run->host_net ? "" : ", in a network of its own");
    printf("MSL = %g s here; RFC 9293: 2 min; Linux TIME-WAIT: 60 s. The kernel's clock cannot be stopped.\n",
           (double)run->options.msl / 1e9);
    if (run->web) {
        printf("Both ends, and buttons for packets: open %s in a browser.\n", lab_web_address(run->web));
    }
    if (run->options.relay) {
        printf("From outside, http://127.0.0.1:%u/ is relayed to the stack.\n", run->relay_port);
    }
    printf("The log is %s, the packets are in %s.\n", run->file, run->pcap);
    if (run->has_child && !run->program) {
        puts("This is a shell in that network: try `curl http://10.77.0.2/`; /lab/ there is the page in band. `exit` "
             "ends all of it.");
    }
    fflush(stdout);
}

static int start_child(struct live_run *run) {
    bool shell = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !run->no_shell;
    run->has_child = run->program || shell;
    greet(run);
    if (run->has_child && child_start(&run->child, run->program) < 0) {
        run->has_child = false;
        return lab_refuse("cannot start a program: %s", strerror(errno));
    }
    return 0;
}

static int open_world(struct live_run *run) {
    char error[LAB_ERROR];
    unsigned line;
    run->live = live_open(&run->options, error);
    if (!run->live) {
        return lab_refuse("%s; `lucid-lab doctor` tells more, and `lucid-lab play` needs none of it", error);
    }
    run->session = session_open(live_world_options(run->live), &line, error);
    if (!run->session) {
        return lab_refuse("%s", error);
    }
    live_watch(run->live, run->signals, on_signal, run);
    if (run->control) {
        live_watch(run->live, live_control_fd(run->control, 0), on_page, run);
        live_watch(run->live, live_control_fd(run->control, 1), on_page, run);
    } else if (run->web) {
        live_watch(run->live, lab_web_fd(run->web), on_page, run);
    }
    return 0;
}

static lucid_time least(lucid_time a, lucid_time b) {
    return a < b ? a : b;
}

/* Returns 0, or the exit status: a line of the script was refused. */
static int turn(struct live_run *run) {
    char error[LAB_ERROR];
    lucid_time until = live_script_run(&run->script, run->session, error);
    if (until == LIVE_SCRIPT_FAILED) {
        return lab_refuse("%s", error);
    }
    until = least(until, run->lasts);
    if (run->control) {
        live_control_turn(run->control);
    } else if (run->web) {
        lab_web_run(run->web, 0);
    }
    if (run->web) {
        until = least(until, world_now(run->session->world) + PAGE_TURN);
    }
    tell(run);
    session_step(run->session, until);
    tell(run);
    return 0;
}

int live_run(struct live_run *run) {
    int status = start_child(run);
    while (!status && !live_stopped(run->live) && world_now(run->session->world) < run->lasts) {
        status = turn(run);
    }
    if (status) {
        return status;
    }
    if (live_gone(run->live)) {
        return lab_refuse("the interface has gone away: it was deleted while the lab ran");
    }
    return run->child_over ? child_status(&run->child) : LAB_OK;
}

int live_run_open(struct live_run *run) {
    char error[LAB_ERROR];
    if (run->script_file && live_script_read(&run->script, run->script_file, error) < 0) {
        return lab_refuse("%s", error);
    }
    open_relay(run);
    open_page(run);
    open_page_in_band(run);
    int status = enter_network(run);
    status = status ? status : watch_signals(run);
    status = status ? status : make_folder(run);
    status = status ? status : serve_page(run);
    return status ? status : open_world(run);
}

void live_run_close(struct live_run *run) {
    if (run->has_child) {
        child_stop(&run->child);
    }
    lab_web_close(run->web);
    live_control_close(run->control);
    if (run->session) {
        live_finish(run->live);
        keep_lines(run);
        session_close(run->session);
    }
    live_close(run->live);
    lab_web_close(run->options.page);
    lucid_relay_close(run->options.relay);
    if (run->out) {
        fclose(run->out);
    }
    live_script_end(&run->script);
}
