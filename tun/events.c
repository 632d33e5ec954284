/* events.c: what the loop waits for: the device, descriptors of the application, and the next deadline. loop.c says
 * what comes of it.
 *
 * lucid_host_fd() lends all of this, as one descriptor, to a loop of somebody else's.
 */
#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "host_private.h"

static void call_watch(struct lucid_host *host, const struct epoll_event *event) {
    for (int i = 0; i < HOST_WATCHES_MAX; i++) {
        const struct host_watch *watch = &host->watches[i];
        if (watch->fd >= 0 && watch->fd == event->data.fd) {
            watch->call(host, watch->fd, (short)event->events, watch->user);
            return;
        }
    }
}

/* As epoll_pwait2(), for kernels before 5.11, which only know milliseconds: rounded up, so that the deadline has come
 * when the wait is over. */
static int wait_in_milliseconds(int epoll, struct epoll_event *events, int most, const struct timespec *limit) {
    int milliseconds = -1;
    if (limit) {
        long long rounded = limit->tv_sec * 1000LL + (limit->tv_nsec + 999999) / 1000000;
        milliseconds = rounded > INT_MAX ? INT_MAX : (int)rounded;
    }
    return epoll_wait(epoll, events, most, milliseconds);
}

static int wait_for_events(int epoll, struct epoll_event *events, int most, const struct timespec *limit) {
    int n = epoll_pwait2(epoll, events, most, limit, NULL);
    return n < 0 && errno == ENOSYS ? wait_in_milliseconds(epoll, events, most, limit) : n;
}

/* Descriptors of ours need nothing but to be looked at in the next turn. */
static void serve_events(struct lucid_host *host, const struct epoll_event *events, int n) {
    struct handoff *ring = host_ring(host);
    for (int i = 0; i < n; i++) {
        if (events[i].data.fd == host->timer_fd) {
            uint64_t expirations;
            ssize_t got = read(host->timer_fd, &expirations, sizeof expirations);
            (void)got;
            host->alarm = LUCID_NEVER;
        }
        if (ring && events[i].data.fd == ring->event) {
            handoff_awake(ring);
        }
        if (events[i].data.fd != host->device.fd) {
            call_watch(host, &events[i]);
        }
    }
}

/* The alarm is set once and stays, while packets come and go: a limit of a wait would be set up and taken down with
 * each wait, and where the next tick of the kernel is further away, both make it set a timer of the hardware. A
 * deadline that has moved away wakes us up once, at the time that it had. */
static void set_alarm(struct lucid_host *host, lucid_time at) {
    if (at >= host->alarm) {
        return;
    }
    lucid_time time = at > 0 ? at : 1; /* 0 would unset it */
    struct itimerspec when = {.it_value = {(time_t)(time / LUCID_SECOND), (long)(time % LUCID_SECOND)}};
    timerfd_settime(host->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
    host->alarm = at;
}

void host_wait(struct lucid_host *host, lucid_time timeout) {
    struct epoll_event events[16];
    lucid_time at = timeout == 0 ? 0 : host_deadline(host);
    lucid_time wait = at <= host->now ? 0 : timeout;
    struct timespec limit = {(time_t)(wait / LUCID_SECOND), (long)(wait % LUCID_SECOND)};
    if (wait > 0) {
        host->stretch.octets = 0;
        set_alarm(host, at);
    }
    host->look.reads_at_wait = host->stats.reads;
    int n = wait_for_events(host->epoll, events, 16, wait == LUCID_NEVER ? NULL : &limit);
    host->now = lucid_host_now();
    serve_events(host, events, n);
}

/* Somebody else's loop must wake up at our next deadline, or at once when a batch did not suffice. */
void host_arm(struct lucid_host *host) {
    if (host->lent) {
        set_alarm(host, host->more ? 0 : host_deadline(host));
    }
}

int lucid_host_fd(struct lucid_host *host) {
    host->lent = true;
    host_arm(host);
    return host->epoll;
}
