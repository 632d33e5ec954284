/* web_serve.c: see web_serve.h. */
#include "lab/web_serve.h"

#include <signal.h>
#include <stdio.h>

#include "lab/lab.h"
#include "lab/page_scenario.h"

/* How long a wait may be: nothing happens in between that would need a shorter one. */
static const lucid_time WAIT = 10 * LUCID_SECOND;

static volatile sig_atomic_t stopped;

static void stop(int number) {
    (void)number;
    stopped = 1;
}

/* Without SA_RESTART: a wait ends when the signal comes. */
static void stop_on_signals(void) {
    const struct sigaction action = {.sa_handler = stop};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    stopped = 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

int lab_web_serve(const struct web_world *world, uint16_t port) {
    struct lab_web *web;
    char error[LAB_ERROR];
    stop_on_signals();
    if (lab_web_open(&web, world, port, NULL, error)) {
        return lab_refuse("%s", error);
    }
    printf("open %s in a browser; Ctrl-C ends it\n", lab_web_address(web));
    fflush(stdout);
    while (!stopped) {
        lab_web_run(web, WAIT);
    }
    lab_web_close(web);
    return LAB_OK;
}

/* ---- a recorded run ---- */

static const struct tlog *log_of_log(void *user) {
    return user;
}

static void scenario_of_log(void *user, struct text *out) {
    page_scenario_of_log(out, user);
}

struct web_world web_of_log(const struct tlog *log) {
    return (struct web_world){.user = (void *)log, .log = log_of_log, .scenario = scenario_of_log};
}

/* ---- a session ---- */

static const struct tlog *log_of_session(void *user) {
    return ((const struct session *)user)->log;
}

static unsigned branch_of_session(void *user) {
    return ((const struct session *)user)->branches;
}

static int command_of_session(void *user, const char *line, struct text *say, char error[LAB_ERROR]) {
    return session_command(user, line, say, error);
}

struct web_world web_of_session(struct session *session) {
    return (struct web_world){
        .user = session, .log = log_of_session, .branch = branch_of_session, .command = command_of_session};
}
