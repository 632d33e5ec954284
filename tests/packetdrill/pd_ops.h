/* pd_ops.h: what packetdrill and a shared object agree on. The tool opens the object, zeroes one table and calls the
 * one function that the object exports; that fills the table in. From then on the script's system calls, its packets
 * and its clock go through the table: the stack runs inside the tool's process, on a clock of its own.
 *
 * Order and types of the members are the interface; the declaration is ours. Every function gets ctx first. Results
 * are those of system calls: -1 and errno of the thread that called; constants and structures are the host's.
 *
 * Next to read: pd.h.
 */
#ifndef PACKETDRILL_PD_OPS_H
#define PACKETDRILL_PD_OPS_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>

struct pd_ops {
    void *ctx;
    void (*free)(void *ctx);
    int (*socket)(void *ctx, int domain, int type, int protocol);
    int (*bind)(void *ctx, int fd, const struct sockaddr *address, socklen_t length);
    int (*listen)(void *ctx, int fd, int backlog);
    int (*accept)(void *ctx, int fd, struct sockaddr *address, socklen_t *length);
    int (*connect)(void *ctx, int fd, const struct sockaddr *address, socklen_t length);
    ssize_t (*read)(void *ctx, int fd, void *data, size_t length);
    ssize_t (*readv)(void *ctx, int fd, const struct iovec *parts, int count);
    ssize_t (*recv)(void *ctx, int fd, void *data, size_t length, int flags);
    ssize_t (*recvfrom)(void *ctx, int fd, void *data, size_t length, int flags, struct sockaddr *address,
                        socklen_t *address_length);
    ssize_t (*recvmsg)(void *ctx, int fd, struct msghdr *message, int flags);
    ssize_t (*write)(void *ctx, int fd, const void *data, size_t length);
    ssize_t (*writev)(void *ctx, int fd, const struct iovec *parts, int count);
    ssize_t (*send)(void *ctx, int fd, const void *data, size_t length, int flags);
    ssize_t (*sendto)(void *ctx, int fd, const void *data, size_t length, int flags, const struct sockaddr *address,
                      socklen_t address_length);
    ssize_t (*sendmsg)(void *ctx, int fd, const struct msghdr *message, int flags);
    int (*fcntl)(void *ctx, int fd, int command, ...);
    int (*ioctl)(void *ctx, int fd, unsigned long request, ...);
    int (*close)(void *ctx, int fd);
    int (*shutdown)(void *ctx, int fd, int how);
    int (*getsockopt)(void *ctx, int fd, int level, int option, void *value, socklen_t *length);
    int (*setsockopt)(void *ctx, int fd, int level, int option, const void *value, socklen_t length);
    int (*poll)(void *ctx, struct pollfd *fds, nfds_t count, int timeout);
    int (*netdev_send)(void *ctx, const void *ip, size_t length);
    int (*netdev_receive)(void *ctx, void *ip, size_t *length, long long *time_us);
    int (*usleep)(void *ctx, useconds_t us);
    int (*gettimeofday)(void *ctx, struct timeval *time, struct timezone *zone);
    int (*epoll_create)(void *ctx, int size);
    int (*epoll_ctl)(void *ctx, int epoll, int command, int fd, struct epoll_event *event);
    int (*epoll_wait)(void *ctx, int epoll, struct epoll_event *events, int room, int timeout);
    int (*pipe)(void *ctx, int ends[2]);
    int (*splice)(void *ctx, int in, loff_t *in_offset, int out, loff_t *out_offset, size_t length, unsigned flags);
};

/* Fills *ops in. flags: "local=192.168.0.1,remote=192.0.2.1,mtu=1500", see pd_flags.c; NULL or "": the defaults. A flag
 * that is not understood ends the process with 2. */
void packetdrill_interface_init(const char *flags, struct pd_ops *ops);

#endif
