/* calls_curl.c: curl as the kernel's application: `A curl [from 40000] B:80/path`. See calls_private.h.
 *
 * It is the program of this machine, with fixed arguments and no shell in between. Its output is counted; its last
 * line, which it is told to write, has the status of the answer. Both are an event when it has ended:
 *
 *     {"n":"A",...,"ev":"app","k":"curl","count":2242,"text":"exit 0, status 200"}
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/calls_private.h"

/* Between the body and the line that curl adds. */
#define MARK "\nlucid-lab "

static _Noreturn void become(const struct calls *calls, uint16_t from, uint16_t port, const char *path, int out) {
    char url[600], local[16], address[LUCID_ADDR_TEXT];
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    snprintf(url, sizeof url, "http://%s:%u%s", lucid_addr_format(&calls->other, address), port, path);
    snprintf(local, sizeof local, "%u", from);
    dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(STDIN_FILENO, STDERR_FILENO);
    char *const plain[] = {"curl", "-q", "-s", "--noproxy", "*", "--max-time", "20", "-w", MARK "%{http_code}",
                           url,    NULL};
    char *const bound[] = {"curl",         "-q",  "-s", "--noproxy", "*", "--max-time", "20", "-w", MARK "%{http_code}",
                           "--local-port", local, url,  NULL};
    execvp("curl", from ? bound : plain);
    _exit(127);
}

static int watch(const struct calls *calls, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    return epoll_ctl(calls->epoll, EPOLL_CTL_ADD, fd, &event);
}

int calls_curl(struct calls *calls, uint16_t from, uint16_t port, const char *path) {
    int ends[2];
    struct calls_curl *curl = calloc(1, sizeof *curl);
    if (!curl || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        free(curl);
        return -1;
    }
    fcntl(ends[1], F_SETFL, 0);
    curl->pid = fork();
    if (curl->pid == 0) {
        become(calls, from, port, path, ends[1]);
    }
    int failed = errno;
    close(ends[1]);
    if (curl->pid < 0 || watch(calls, ends[0]) < 0) {
        close(ends[0]);
        free(curl);
        errno = failed;
        return -1;
    }
    curl->fd = ends[0];
    TAILQ_INSERT_TAIL(&calls->curls, curl, next);
    return 0;
}

/* The end of what it says is kept: the mark and the status are there. */
static void take(struct calls_curl *curl, const char *octets, size_t length) {
    const size_t most = sizeof curl->last - 1;
    curl->octets += length;
    if (length > most) {
        octets += length - most;
        length = most;
    }
    if (curl->length + length > most) {
        size_t dropped = curl->length + length - most;
        memmove(curl->last, curl->last + dropped, curl->length - dropped);
        curl->length -= dropped;
    }
    memcpy(curl->last + curl->length, octets, length);
    curl->length += length;
    curl->last[curl->length] = '\0';
}

static void say(struct calls *calls, const struct calls_curl *curl, int status) {
    char text[80];
    const char *mark = memmem(curl->last, curl->length, MARK, strlen(MARK));
    uint64_t added = mark ? curl->length - (size_t)(mark - curl->last) : 0;
    int answer = mark ? atoi(mark + strlen(MARK)) : 0;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    struct record *record = calls->record;
    snprintf(text, sizeof text, code == 127 ? "exit 127: curl is not installed" : "exit %d, status %d", code, answer);
    struct json json = record_begin(record, calls->now, record->node[calls->node].name, 0, "app");
    json_string(&json, "k", "curl");
    json_uint(&json, "count", curl->octets - added);
    json_string(&json, "text", text);
    record_finish(record, &json);
}

static void forget(struct calls *calls, struct calls_curl *curl) {
    TAILQ_REMOVE(&calls->curls, curl, next);
    close(curl->fd);
    free(curl);
}

static void turn_one(struct calls *calls, struct calls_curl *curl) {
    char octets[16384];
    ssize_t got;
    int status = 0;
    while ((got = read(curl->fd, octets, sizeof octets)) > 0) {
        take(curl, octets, (size_t)got);
    }
    if (got < 0) {
        return;
    }
    waitpid(curl->pid, &status, 0); /* it has closed its output: it is ending */
    say(calls, curl, status);
    forget(calls, curl);
}

void calls_curl_turn(struct calls *calls) {
    struct calls_curl *curl = TAILQ_FIRST(&calls->curls), *next;
    for (; curl; curl = next) {
        next = TAILQ_NEXT(curl, next);
        turn_one(calls, curl);
    }
}

void calls_curl_end(struct calls *calls) {
    while (!TAILQ_EMPTY(&calls->curls)) {
        struct calls_curl *curl = TAILQ_FIRST(&calls->curls);
        kill(curl->pid, SIGKILL);
        waitpid(curl->pid, NULL, 0);
        forget(calls, curl);
    }
}
