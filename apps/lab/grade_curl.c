/* grade_curl.c: the last story of stage 8: curl, over the kernel's TCP, asks an HTTP server on a stack that the
 * student's machine drives, through a device in a network of its own. Where that cannot be had it is not counted.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/http_server.h"
#include "lab/grade_real.h"
#include "lucid/host.h"

/* Of curl, and of the server after it. */
#define PATIENCE "5"
#define LIFE (6 * LUCID_SECOND)
#define AFTERWARDS (200 * LUCID_MILLISECOND)

struct live {
    struct lucid_host *host;
    struct stack_transport transport;
    struct http_server *server;
};

static void on_event(struct lucid_host *host, const struct lucid_ready *ready, void *user) {
    struct live *live = user;
    (void)host;
    http_server_event(live->server, lucid_host_now(), ready->data);
}

static bool serve(struct live *live, lucid_machine_ask *ask, void *user, char error[LUCID_ERROR_TEXT]) {
    struct lucid_host_options options;
    struct http_server_options web;
    const struct lucid_sockaddr port = {.port = 80};
    lucid_host_defaults(&options);
    if (lucid_host_open(&live->host, &options, error)) {
        return false;
    }
    stack_transport_init(&live->transport, lucid_host_stack(live->host));
    lucid_whatif_machine(lucid_host_stack(live->host), ask, user);
    lucid_host_set_callbacks(live->host, &(struct lucid_host_callbacks){.event = on_event, .user = live});
    http_server_defaults(&web);
    return !http_server_open(&live->server, &live->transport.base, &web, error) &&
           !http_server_listen(live->server, &port);
}

static pid_t start_curl(void) {
    pid_t curl = fork();
    if (curl == 0) {
        execlp("curl", "curl", "-fsS", "-m", PATIENCE, "-o", "/dev/null", "http://10.77.0.2/", (char *)NULL);
        _exit(127);
    }
    return curl;
}

static void turn(struct live *live) {
    lucid_host_step(live->host, 10 * LUCID_MILLISECOND);
    http_server_tick(live->server, lucid_host_now());
}

/* Returns whether it has ended by itself. */
static bool wait_for(struct live *live, pid_t curl, int *status) {
    lucid_time until = lucid_host_now() + LIFE;
    while (lucid_host_now() < until) {
        turn(live);
        if (waitpid(curl, status, WNOHANG) > 0) {
            return true;
        }
    }
    kill(curl, SIGKILL);
    waitpid(curl, NULL, 0);
    return false;
}

/* Runs the server until curl has ended; returns its exit status, -1 when it had to be ended. */
static int run(struct live *live) {
    int status = -1;
    pid_t curl = start_curl();
    if (curl < 0 || !wait_for(live, curl, &status)) {
        return -1;
    }
    lucid_time until = lucid_host_now() + AFTERWARDS;
    while (lucid_host_now() < until) {
        turn(live);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void say(struct grade_curl *curl, enum grade_curl_outcome outcome, const char *what) {
    curl->outcome = outcome;
    snprintf(curl->what, sizeof curl->what, "%.150s", what);
}

void grade_curl(lucid_machine_ask *ask, void *user, struct grade_curl *curl) {
    char error[LUCID_ERROR_TEXT] = "";
    struct live live = {.host = NULL};
    int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(quiet, 2); /* what curl says is not the student's */
    close(quiet);
    if (lucid_host_private_network(error) || lucid_host_private_processes(error) || !serve(&live, ask, user, error)) {
        say(curl, CURL_NOT_COUNTED, error);
        return;
    }
    int status = run(&live);
    if (status == 127) {
        say(curl, CURL_NOT_COUNTED, "it is not installed");
        return;
    }
    char what[80];
    snprintf(what, sizeof what, "curl ended with status %d instead of 0", status);
    say(curl, status ? CURL_WRONG : CURL_RIGHT, what);
}
