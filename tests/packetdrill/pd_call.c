/* pd_call.c: the calls that open, name and end connections. See pd.h. */
#include <errno.h>

#include "packetdrill/pd.h"

/* A socket is a number that is ours; anything else is EBADF. */
static int with_address(void *ctx, int number, const struct sockaddr *address, socklen_t length,
                        int (*act)(struct lucid_stack *, int, const struct lucid_sockaddr *)) {
    struct pd *pd = pd_enter(ctx);
    struct pd_fd *fd = pd_fd(pd, number);
    struct lucid_sockaddr to;
    if (!fd) {
        return (int)pd_leave(pd, -EBADF);
    }
    if (!pd_address_in(address, length, &to)) {
        return (int)pd_leave(pd, -EINVAL);
    }
    int result = act(pd->stack, fd->handle, &to);
    pd_settle(pd);
    return (int)pd_leave(pd, result);
}

int pd_bind(void *ctx, int fd, const struct sockaddr *address, socklen_t length) {
    return with_address(ctx, fd, address, length, lucid_bind);
}

static int with_number(void *ctx, int number, int value, int (*act)(struct lucid_stack *, int, int)) {
    struct pd *pd = pd_enter(ctx);
    struct pd_fd *fd = pd_fd(pd, number);
    int result = fd ? act(pd->stack, fd->handle, value) : -EBADF;
    pd_settle(pd);
    return (int)pd_leave(pd, result);
}

int pd_listen(void *ctx, int fd, int backlog) {
    return with_number(ctx, fd, backlog, lucid_listen);
}

int pd_shutdown(void *ctx, int fd, int how) {
    return with_number(ctx, fd, how, lucid_shutdown);
}

static ssize_t try_accept(struct pd *pd, struct pd_call *call) {
    struct pd_fd like = *call->fd;
    int handle = lucid_accept(pd->stack, call->fd->handle, call->address);
    like.nonblocking = false;
    return handle < 0 ? handle : pd_fd_new(pd, handle, &like);
}

int pd_accept(void *ctx, int number, struct sockaddr *address, socklen_t *length) {
    struct pd *pd = pd_enter(ctx);
    struct pd_fd *fd = pd_fd(pd, number);
    struct lucid_sockaddr peer;
    if (!fd) {
        return (int)pd_leave(pd, -EBADF);
    }
    struct pd_call call = {
        .attempt = try_accept, .fd = fd, .blocking = !fd->nonblocking, .address = &peer, .until = LUCID_NEVER};
    ssize_t result = pd_perform(pd, &call);
    if (result >= 0) {
        pd_address_out(&pd->fd[result], &peer, address, length);
    }
    return (int)pd_leave(pd, result);
}

/* One that waited learns of its success by asking again. */
static ssize_t try_connect(struct pd *pd, struct pd_call *call) {
    int result = lucid_connect(pd->stack, call->fd->handle, call->address);
    return call->again && result == -LUCID_EISCONN ? 0 : result;
}

int pd_connect(void *ctx, int number, const struct sockaddr *address, socklen_t length) {
    struct pd *pd = pd_enter(ctx);
    struct pd_fd *fd = pd_fd(pd, number);
    struct lucid_sockaddr remote;
    if (!fd || !pd_address_in(address, length, &remote)) {
        return (int)pd_leave(pd, fd ? -EINVAL : -EBADF);
    }
    struct pd_call call = {
        .attempt = try_connect, .fd = fd, .blocking = !fd->nonblocking, .address = &remote, .until = LUCID_NEVER};
    return (int)pd_leave(pd, pd_perform(pd, &call));
}
