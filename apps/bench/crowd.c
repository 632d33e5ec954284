/* crowd.c: those who stand around a web server and cost it something: clients that asked once and keep their
 * connection, and attackers that send a head so slowly that it never ends. See bench.h; the rule against these is H47
 * in tests/unit/test_http_limits.c.
 *
 * An attacker whom the server has thrown out comes again. A client who stood still and is thrown out is lost, and that
 * is said in the end.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/bench.h"

/* Each attacker's turn comes once in so many; so many make a second. */
enum { TURNS = 100, TURN_MS = 10, EVENTS = 64 };

struct member {
    int fd; /* -1: gone */
    bool slow;
};

struct crowd {
    struct bench_target target;
    int epoll;
    char request[512];
    unsigned lost, thrown_out;
    struct member *member; /* the slow ones first */
    unsigned slow, count;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

static bool join(struct crowd *crowd, struct member *member) {
    static const char begun[] = "GET / HTTP/1.1\r\nHost: slow\r\nX-Slow: ";
    const char *text = member->slow ? begun : crowd->request;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = member};
    member->fd = bench_connect(&crowd->target, BENCH_PORT_HTTP);
    return member->fd >= 0 && send(member->fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text) &&
           epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, member->fd, &event) == 0;
}

/* Something came: an answer, of which all is read, or the end. */
static void attend(struct crowd *crowd, struct member *member) {
    static char room[BENCH_PIECE];
    ssize_t n = recv(member->fd, room, sizeof room, MSG_DONTWAIT);
    if (n > 0 || (n < 0 && errno == EAGAIN)) {
        return;
    }
    close(member->fd);
    member->fd = -1;
    if (!member->slow) {
        crowd->lost++;
        return;
    }
    crowd->thrown_out++;
    join(crowd, member);
}

static void attend_all(struct crowd *crowd, int milliseconds) {
    struct epoll_event event[EVENTS];
    int n = epoll_wait(crowd->epoll, event, EVENTS, milliseconds);
    for (int i = 0; i < n; i++) {
        attend(crowd, event[i].data.ptr);
    }
}

static void go_on_slowly(struct crowd *crowd, unsigned turn) {
    for (unsigned i = turn % TURNS; i < crowd->slow; i += TURNS) {
        if (crowd->member[i].fd >= 0) {
            send(crowd->member[i].fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }
}

static bool gather(struct crowd *crowd) {
    for (unsigned i = 0; i < crowd->count && !interrupted; i++) {
        crowd->member[i].slow = i < crowd->slow;
        if (!join(crowd, &crowd->member[i])) {
            fprintf(stderr, "lucid-bench: only %u of the crowd could come\n", i);
            return false;
        }
        attend_all(crowd, 0);
    }
    return true;
}

static void allow_many_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int bench_crowd(const struct bench_crowd *options) {
    struct crowd crowd = {.slow = options->slow, .count = options->slow + options->idle};
    struct sigaction action = {.sa_handler = on_signal};
    if (!bench_target(&crowd.target, options->addr, options->congestion)) {
        return BENCH_USAGE;
    }
    allow_many_files();
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    snprintf(crowd.request, sizeof crowd.request, "GET %s HTTP/1.1\r\nHost: idle\r\n\r\n", options->path);
    crowd.epoll = epoll_create1(EPOLL_CLOEXEC);
    crowd.member = calloc(crowd.count + 1, sizeof *crowd.member);
    bool good = crowd.epoll >= 0 && crowd.member && gather(&crowd);
    if (good) {
        printf("lucid-bench: the crowd stands\n");
        fflush(stdout);
    }
    for (unsigned turn = 0; good && !interrupted; turn++) {
        attend_all(&crowd, TURN_MS);
        go_on_slowly(&crowd, turn);
    }
    printf("%u of %u idle connections were lost, attackers were thrown out %u times\n", crowd.lost, options->idle,
           crowd.thrown_out);
    free(crowd.member);
    return good ? BENCH_OK : BENCH_FAILED;
}
