/* pd_fd.c: descriptors, addresses and what is asked of a descriptor alone. See pd.h.
 *
 * A descriptor is a real one: at the end the tool closes what its script left open with the kernel's close(), and wants
 * that to work. eventfd() reserves the number.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lucid/info.h"
#include "packetdrill/pd.h"

/* The stack's errors are the host's. */
_Static_assert(LUCID_EAGAIN == EAGAIN && LUCID_EBADF == EBADF && LUCID_EPIPE == EPIPE &&
                   LUCID_ECONNRESET == ECONNRESET && LUCID_ETIMEDOUT == ETIMEDOUT &&
                   LUCID_ECONNREFUSED == ECONNREFUSED && LUCID_EINPROGRESS == EINPROGRESS &&
                   LUCID_EHOSTUNREACH == EHOSTUNREACH && LUCID_ENOTCONN == ENOTCONN,
               "this host has other numbers for errors");

struct pd_fd *pd_fd(struct pd *pd, int number) {
    return number >= 0 && number < PD_FDS && pd->fd[number].used ? &pd->fd[number] : NULL;
}

int pd_fd_new(struct pd *pd, int handle, const struct pd_fd *like) {
    int number = eventfd(0, EFD_CLOEXEC);
    if (number < 0 || number >= PD_FDS) {
        close(number);
        lucid_close(pd->stack, handle);
        return -EMFILE;
    }
    pd->fd[number] = *like;
    pd->fd[number].used = true;
    pd->fd[number].handle = handle;
    return number;
}

/* ---- addresses ---- */

static void map_ipv4(const struct in_addr *from, struct lucid_addr *to) {
    *to = (struct lucid_addr){.octet = {[10] = 0xff, [11] = 0xff}};
    memcpy(to->octet + 12, from, 4);
}

bool pd_address_in(const struct sockaddr *address, socklen_t length, struct lucid_sockaddr *to) {
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    if (address && length >= sizeof in4 && address->sa_family == AF_INET) {
        memcpy(&in4, address, sizeof in4);
        map_ipv4(&in4.sin_addr, &to->addr);
        to->port = ntohs(in4.sin_port);
        return true;
    }
    if (address && length >= sizeof in6 && address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        memcpy(to->addr.octet, &in6.sin6_addr, 16);
        to->port = ntohs(in6.sin6_port);
        return true;
    }
    return false;
}

static void put_address(const void *from, socklen_t size, struct sockaddr *address, socklen_t *length) {
    memcpy(address, from, *length < size ? *length : size);
    *length = size;
}

void pd_address_out(const struct pd_fd *fd, const struct lucid_sockaddr *from, struct sockaddr *address,
                    socklen_t *length) {
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(from->port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(from->port)};
    if (!address || !length) {
        return;
    }
    memcpy(&in4.sin_addr, from->addr.octet + 12, 4);
    memcpy(&in6.sin6_addr, from->addr.octet, 16);
    if (fd->family == AF_INET) {
        put_address(&in4, sizeof in4, address, length);
    } else {
        put_address(&in6, sizeof in6, address, length);
    }
}

/* ---- descriptors ---- */

/* A socket for IPv6 is also one for IPv4, in mapped addresses, as the host has it. */
int pd_socket(void *ctx, int domain, int type, int protocol) {
    struct pd *pd = pd_enter(ctx);
    int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct pd_fd like = {.family = domain, .stream = kind == SOCK_STREAM, .nonblocking = (type & SOCK_NONBLOCK) != 0};
    if (domain != AF_INET && domain != AF_INET6) {
        return (int)pd_leave(pd, -EAFNOSUPPORT);
    }
    int handle = lucid_socket(pd->stack, domain == AF_INET ? LUCID_AF_INET : LUCID_AF_UNSPEC, kind, protocol);
    return (int)pd_leave(pd, handle < 0 ? handle : pd_fd_new(pd, handle, &like));
}

int pd_close(void *ctx, int number) {
    struct pd *pd = pd_enter(ctx);
    struct pd_fd *fd = pd_fd(pd, number);
    if (!fd) {
        return (int)pd_leave(pd, -EBADF);
    }
    int result = lucid_close(pd->stack, fd->handle);
    fd->used = false;
    close(number);
    pd_settle(pd);
    return (int)pd_leave(pd, result);
}

static int control(struct pd_fd *fd, int command, int value) {
    switch (command) {
    case F_GETFL:
        return O_RDWR | (fd->nonblocking ? O_NONBLOCK : 0);
    case F_SETFL:
        fd->nonblocking = (value & O_NONBLOCK) != 0;
        return 0;
    case F_GETFD:
    case F_SETFD:
        return 0;
    default:
        return -EINVAL;
    }
}

int pd_fcntl(void *ctx, int number, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    int value = command == F_SETFL || command == F_SETFD ? va_arg(arguments, int) : 0;
    va_end(arguments);
    struct pd *pd = pd_enter(ctx);
    struct pd_fd *fd = pd_fd(pd, number);
    return (int)pd_leave(pd, fd ? control(fd, command, value) : -EBADF);
}

/* The connection behind a descriptor. */
static bool find_info(struct pd *pd, const struct pd_fd *fd, struct lucid_tcp_info *info) {
    size_t length = sizeof *info;
    return fd->stream && lucid_getsockopt(pd->stack, fd->handle, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, info, &length) == 0;
}

static int request_of(struct pd *pd, struct pd_fd *fd, unsigned long request, int *value) {
    struct lucid_tcp_info info;
    switch (request) {
    case FIONBIO:
        fd->nonblocking = *value != 0;
        return 0;
    case SIOCATMARK:
        *value = lucid_sockatmark(pd->stack, fd->handle);
        return *value < 0 ? *value : 0;
    case FIONREAD: /* SIOCINQ */
    case TIOCOUTQ: /* SIOCOUTQ */
        if (!find_info(pd, fd, &info)) {
            return -EINVAL;
        }
        *value = (int)(request == FIONREAD ? info.receive_queue : info.send_queue);
        return 0;
    default:
        return -ENOTTY;
    }
}

int pd_ioctl(void *ctx, int number, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    int *value = va_arg(arguments, int *);
    va_end(arguments);
    struct pd *pd = pd_enter(ctx);
    struct pd_fd *fd = pd_fd(pd, number);
    if (!fd) {
        return (int)pd_leave(pd, -EBADF);
    }
    return (int)pd_leave(pd, value ? request_of(pd, fd, request, value) : -EFAULT);
}
