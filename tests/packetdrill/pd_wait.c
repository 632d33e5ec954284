/* pd_wait.c: the lock, and calls that wait for something to happen. See pd.h.
 *
 * The tool goes on with its script once the thread that waits sleeps in the kernel; so it does, on a condition
 * variable. When it has been woken, the first thing that the tool's thread does is to read the clock, to learn when its
 * call returned: until then nobody may move the clock. That is why woken threads are remembered.
 */
#include <errno.h>
#include <time.h>

#include "packetdrill/pd.h"

/* A thread that was woken and never asks for the time must not stop the clock for good. Seconds of real time. */
#define READER_PATIENCE 10

struct pd *pd_enter(void *ctx) {
    struct pd *pd = ctx;
    pthread_mutex_lock(&pd->lock);
    if (pd->closing) {
        pd->closing = false;
        for (struct pd_packet *packet = pd->first; packet; packet = packet->next) {
            packet->elicited = false;
        }
    }
    return pd;
}

ssize_t pd_leave(struct pd *pd, ssize_t result) {
    pthread_mutex_unlock(&pd->lock);
    if (result >= 0) {
        return result;
    }
    errno = (int)-result;
    return -1;
}

static bool must_wait(ssize_t result) {
    return result == -LUCID_EAGAIN || result == -LUCID_EINPROGRESS || result == -LUCID_EALREADY;
}

static void remember_reader(struct pd *pd, pthread_t thread) {
    if (pd->readers < PD_READERS) {
        pd->reader[pd->readers++] = thread;
    }
}

bool pd_has_read(struct pd *pd) {
    for (unsigned i = 0; i < pd->readers; i++) {
        if (pthread_equal(pd->reader[i], pthread_self())) {
            pd->reader[i] = pd->reader[--pd->readers];
            pthread_cond_broadcast(&pd->moved);
            return true;
        }
    }
    return false;
}

void pd_stand_still(struct pd *pd) {
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += READER_PATIENCE;
    pd_has_read(pd);
    while (pd->readers > 0) {
        if (pthread_cond_timedwait(&pd->moved, &pd->lock, &limit) == ETIMEDOUT) {
            pd->readers = 0;
        }
    }
}

lucid_time pd_wait_deadline(const struct pd *pd) {
    lucid_time deadline = LUCID_NEVER;
    for (const struct pd_call *call = pd->waiting; call; call = call->next) {
        deadline = call->until < deadline ? call->until : deadline;
    }
    return deadline;
}

static void finish(struct pd *pd, struct pd_call **at, ssize_t result) {
    struct pd_call *call = *at;
    *at = call->next;
    call->returned = true;
    call->result = result;
    remember_reader(pd, call->thread);
    pthread_cond_signal(&call->wake);
}

bool pd_retry(struct pd *pd) {
    bool any = false;
    for (struct pd_call **at = &pd->waiting; *at;) {
        ssize_t result = (*at)->attempt(pd, *at);
        if (must_wait(result)) {
            at = &(*at)->next;
            continue;
        }
        finish(pd, at, result);
        any = true;
    }
    return any;
}

void pd_wake_all(struct pd *pd) {
    while (pd->waiting) {
        finish(pd, &pd->waiting, -LUCID_EBADF);
    }
    while (pd->sleepers > 0) {
        pthread_cond_wait(&pd->moved, &pd->lock);
    }
    pd->readers = 0;
}

static void sleep_until_returned(struct pd *pd, struct pd_call *call) {
    struct pd_call **end = &pd->waiting;
    while (*end) {
        end = &(*end)->next;
    }
    *end = call;
    call->thread = pthread_self();
    pthread_cond_init(&call->wake, NULL);
    pd->sleepers++;
    while (!call->returned) {
        pthread_cond_wait(&call->wake, &pd->lock);
    }
    pd->sleepers--;
    pthread_cond_broadcast(&pd->moved);
    pthread_cond_destroy(&call->wake);
}

ssize_t pd_perform(struct pd *pd, struct pd_call *call) {
    ssize_t result = call->attempt(pd, call);
    call->again = true;
    pd_settle(pd);
    if (!call->blocking || !must_wait(result)) {
        return result;
    }
    if (pthread_equal(pd->maker, pthread_self())) {
        return -EDEADLK;
    }
    sleep_until_returned(pd, call);
    return call->result;
}
