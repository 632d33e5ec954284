/* pd_poll.c: poll(), which waits with a time-out of its own. See pd.h. */
#include <errno.h>

#include "packetdrill/pd.h"

_Static_assert(POLLIN == LUCID_POLLIN && POLLOUT == LUCID_POLLOUT && POLLERR == LUCID_POLLERR &&
                   POLLHUP == LUCID_POLLHUP && POLLNVAL == LUCID_POLLNVAL && POLLRDHUP == LUCID_POLLRDHUP &&
                   POLLMSG == LUCID_POLLMSG,
               "this host has other numbers for readiness");

#define POLLS_MAX 64

/* POLLIN and POLLRDNORM, POLLOUT and POLLWRNORM are one thing for a socket. */
static short host_events(short events, short asked) {
    short normal = (short)((events & POLLIN ? POLLRDNORM : 0) | (events & POLLOUT ? POLLWRNORM : 0));
    return (short)(events | (normal & asked));
}

static short stack_events(short events) {
    short known = events & (POLLIN | POLLPRI | POLLOUT | POLLRDHUP | POLLMSG);
    return (short)(known | (events & POLLRDNORM ? POLLIN : 0) | (events & POLLWRNORM ? POLLOUT : 0));
}

/* What is ready now; negative descriptors are passed over, as the host does. */
static int look(struct pd *pd, struct pollfd *fds, size_t count) {
    int ready = 0;
    for (size_t i = 0; i < count; i++) {
        struct pd_fd *fd = pd_fd(pd, fds[i].fd);
        struct lucid_pollfd one = {.fd = fd ? fd->handle : 0, .events = stack_events(fds[i].events)};
        fds[i].revents = 0;
        if (fds[i].fd < 0) {
            continue;
        }
        if (!fd) {
            fds[i].revents = POLLNVAL;
        } else if (lucid_poll(pd->stack, &one, 1) > 0) {
            fds[i].revents = host_events(one.revents, fds[i].events);
        }
        ready += fds[i].revents != 0;
    }
    return ready;
}

static ssize_t try_poll(struct pd *pd, struct pd_call *call) {
    int ready = look(pd, call->polls, call->length);
    return ready > 0 || pd->now >= call->until ? ready : -LUCID_EAGAIN;
}

int pd_poll(void *ctx, struct pollfd *fds, nfds_t count, int timeout) {
    struct pd *pd = pd_enter(ctx);
    if (count > POLLS_MAX) {
        return (int)pd_leave(pd, -EINVAL);
    }
    struct pd_call call = {.attempt = try_poll, .blocking = true, .polls = fds, .length = count, .until = LUCID_NEVER};
    if (timeout >= 0) {
        call.until = pd->now + (lucid_time)timeout * LUCID_MILLISECOND;
    }
    return (int)pd_leave(pd, pd_perform(pd, &call));
}
