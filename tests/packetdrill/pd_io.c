/* pd_io.c: the ten calls that move data; all are one of two, with more or fewer arguments. See pd.h. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "packetdrill/pd.h"

/* What of the host's flags the stack knows; it never sends a signal, so that MSG_NOSIGNAL says nothing new. */
static int flags_of(int flags) {
    return flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* ---- receiving ---- */

static ssize_t try_receive(struct pd *pd, struct pd_call *call) {
    return lucid_recvfrom(pd->stack, call->fd->handle, call->data, call->length, call->flags, call->address, NULL);
}

/* *number becomes that of the descriptor, for the address. */
static ssize_t receive(struct pd *pd, int number, void *data, size_t length, int flags, struct lucid_sockaddr *remote) {
    struct pd_fd *fd = pd_fd(pd, number);
    if (!fd) {
        return -EBADF;
    }
    struct pd_call call = {.attempt = try_receive,
                           .fd = fd,
                           .blocking = !fd->nonblocking && !(flags & MSG_DONTWAIT),
                           .data = data,
                           .length = length,
                           .flags = flags_of(flags),
                           .address = remote,
                           .until = LUCID_NEVER};
    return pd_perform(pd, &call);
}

ssize_t pd_recvfrom(void *ctx, int number, void *data, size_t length, int flags, struct sockaddr *address,
                    socklen_t *address_length) {
    struct pd *pd = pd_enter(ctx);
    struct lucid_sockaddr remote = {.port = 0};
    ssize_t result = receive(pd, number, data, length, flags, &remote);
    struct pd_fd *fd = pd_fd(pd, number);
    if (result >= 0 && fd && !fd->stream) {
        pd_address_out(fd, &remote, address, address_length);
    } else if (address_length) {
        *address_length = 0;
    }
    return pd_leave(pd, result);
}

ssize_t pd_recv(void *ctx, int fd, void *data, size_t length, int flags) {
    return pd_recvfrom(ctx, fd, data, length, flags, NULL, NULL);
}

ssize_t pd_read(void *ctx, int fd, void *data, size_t length) {
    return pd_recvfrom(ctx, fd, data, length, 0, NULL, NULL);
}

/* ---- in parts ---- */

/* The octets of all parts, or -1: not a number that a call could return. */
static ssize_t total(const struct iovec *parts, size_t count) {
    size_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].iov_len > (size_t)SSIZE_MAX - sum) {
            return -1;
        }
        sum += parts[i].iov_len;
    }
    return (ssize_t)sum;
}

static void scatter(const uint8_t *data, size_t length, const struct iovec *parts, size_t count) {
    for (size_t i = 0; i < count && length > 0; i++) {
        size_t some = parts[i].iov_len < length ? parts[i].iov_len : length;
        memcpy(parts[i].iov_base, data, some);
        data += some;
        length -= some;
    }
}

static void gather(const struct iovec *parts, size_t count, uint8_t *data) {
    for (size_t i = 0; i < count; i++) {
        memcpy(data, parts[i].iov_base, parts[i].iov_len);
        data += parts[i].iov_len;
    }
}

/* Room for all parts in one piece; NULL after errno. */
static uint8_t *join(const struct iovec *parts, size_t count, size_t *length) {
    ssize_t sum = count > IOV_MAX ? -1 : total(parts, count);
    uint8_t *data = sum < 0 ? NULL : malloc((size_t)sum + 1);
    if (!data) {
        errno = sum < 0 ? EINVAL : ENOMEM;
        return NULL;
    }
    *length = (size_t)sum;
    return data;
}

ssize_t pd_recvmsg(void *ctx, int fd, struct msghdr *message, int flags) {
    size_t length;
    uint8_t *data = join(message->msg_iov, message->msg_iovlen, &length);
    if (!data) {
        return -1;
    }
    ssize_t result = pd_recvfrom(ctx, fd, data, length, flags, message->msg_name, &message->msg_namelen);
    if (result > 0) {
        scatter(data, (size_t)result, message->msg_iov, message->msg_iovlen);
    }
    if (result >= 0) {
        message->msg_controllen = 0;
        message->msg_flags = 0;
    }
    free(data);
    return result;
}

ssize_t pd_readv(void *ctx, int fd, const struct iovec *parts, int count) {
    struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
    return pd_recvmsg(ctx, fd, &message, 0);
}

/* ---- sending ---- */

/* A call that waits sends all of it. What one that failed later has sent is its result, as the host has it. */
static ssize_t try_send(struct pd *pd, struct pd_call *call) {
    ptrdiff_t result = lucid_sendto(pd->stack, call->fd->handle, call->data + call->done, call->length - call->done,
                                    call->flags, call->address);
    if (result < 0) {
        return call->done > 0 && result != -LUCID_EAGAIN ? (ssize_t)call->done : result;
    }
    call->done += (size_t)result;
    return call->blocking && call->fd->stream && call->done < call->length ? -LUCID_EAGAIN : (ssize_t)call->done;
}

static ssize_t transmit(struct pd *pd, int number, const void *data, size_t length, int flags,
                        struct lucid_sockaddr *remote) {
    struct pd_fd *fd = pd_fd(pd, number);
    if (!fd) {
        return -EBADF;
    }
    struct pd_call call = {.attempt = try_send,
                           .fd = fd,
                           .blocking = !fd->nonblocking && !(flags & MSG_DONTWAIT),
                           .data = (uint8_t *)data,
                           .length = length,
                           .flags = flags_of(flags),
                           .address = remote,
                           .until = LUCID_NEVER};
    return pd_perform(pd, &call);
}

ssize_t pd_sendto(void *ctx, int fd, const void *data, size_t length, int flags, const struct sockaddr *address,
                  socklen_t address_length) {
    struct pd *pd = pd_enter(ctx);
    struct lucid_sockaddr remote;
    if (address && !pd_address_in(address, address_length, &remote)) {
        return pd_leave(pd, -EINVAL);
    }
    return pd_leave(pd, transmit(pd, fd, data, length, flags, address ? &remote : NULL));
}

ssize_t pd_send(void *ctx, int fd, const void *data, size_t length, int flags) {
    return pd_sendto(ctx, fd, data, length, flags, NULL, 0);
}

ssize_t pd_write(void *ctx, int fd, const void *data, size_t length) {
    return pd_sendto(ctx, fd, data, length, 0, NULL, 0);
}

ssize_t pd_sendmsg(void *ctx, int fd, const struct msghdr *message, int flags) {
    size_t length;
    uint8_t *data = join(message->msg_iov, message->msg_iovlen, &length);
    if (!data) {
        return -1;
    }
    gather(message->msg_iov, message->msg_iovlen, data);
    ssize_t result = pd_sendto(ctx, fd, data, length, flags, message->msg_name, message->msg_namelen);
    free(data);
    return result;
}

ssize_t pd_writev(void *ctx, int fd, const struct iovec *parts, int count) {
    struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
    return pd_sendmsg(ctx, fd, &message, 0);
}
