/* pd.h: one stack behind packetdrill's table (pd_ops.h): its clock, its descriptors, the packets that have left, and
 * the calls that wait.
 *
 * Nothing is static: the tool makes one for each script. Two threads come here: the one that made it, which moves the
 * clock and may never wait, and another one, on which the script's waiting calls come. One lock guards everything; a
 * call that waits lies in a list and is tried again, by whoever holds the lock, after everything that happens. So it
 * takes effect at the very instant of the virtual clock at which it can.
 *
 * Who does what with it:
 *     pd_main.c      makes and frees it
 *     pd_flags.c     what it is told
 *     pd_clock.c     time, packets in and out
 *     pd_wait.c      the lock, and the calls that wait
 *     pd_fd.c        descriptors; the host's addresses and errors
 *     pd_call.c      the calls about connections; pd_io.c those with data; pd_option.c options; pd_poll.c readiness
 */
#ifndef PACKETDRILL_PD_H
#define PACKETDRILL_PD_H

#include <netinet/in.h>
#include <pthread.h>

#include "harness/vhost.h"
#include "lucid/socket.h"
#include "packetdrill/pd_ops.h"

#define PD_FDS 1024
#define PD_READERS 16

struct pd_flags {
    struct lucid_config config;
    lucid_time wait; /* netdev_receive gives up after it */
    bool loose;      /* surplus packets are not an error */
};

/* A number that the kernel has reserved for us, and the socket of the stack behind it. */
struct pd_fd {
    bool used, nonblocking, stream;
    int family; /* of the host */
    int handle;
};

/* A packet that has left and was not taken yet. */
struct pd_packet {
    struct pd_packet *next;
    lucid_time time;
    bool elicited; /* by a RST that nothing came after: not surplus */
    size_t length;
    uint8_t octets[];
};

struct pd;

/* A call that may have to wait. attempt() gives a result as the kernel's: not negative, or a negative error. */
struct pd_call {
    struct pd_call *next;
    ssize_t (*attempt)(struct pd *pd, struct pd_call *call);
    bool blocking, again; /* again: not the first attempt */
    struct pd_fd *fd;
    lucid_time until;               /* when a time-out ends it; LUCID_NEVER */
    struct lucid_sockaddr *address; /* in or out, or NULL */
    uint8_t *data;
    size_t length, done;
    int flags;
    struct pollfd *polls;

    bool returned;
    ssize_t result;
    pthread_t thread;
    pthread_cond_t wake;
};

struct pd {
    pthread_mutex_t lock;
    pthread_t maker; /* the thread on which nothing may wait */
    pthread_cond_t moved;
    struct pd_flags flags;
    struct vhost host;
    struct lucid_stack *stack;
    lucid_time now;
    bool closing; /* the latest thing that was handed over is a RST */
    struct pd_packet *first, **last;
    struct pd_call *waiting;
    unsigned sleepers;            /* threads inside of waiting calls */
    pthread_t reader[PD_READERS]; /* woken threads that have not read the clock yet */
    unsigned readers;
    struct pd_fd fd[PD_FDS];
};

/* ---- pd_flags.c ---- */

void pd_flags_parse(const char *text, struct pd_flags *flags);

/* ---- pd_clock.c ---- */

/* Whatever has happened: takes what the stack sends, lets waiting calls return, looks at the invariants. */
void pd_settle(struct pd *pd);

int pd_netdev_send(void *ctx, const void *ip, size_t length);
int pd_netdev_receive(void *ctx, void *ip, size_t *length, long long *time_us);
int pd_usleep(void *ctx, useconds_t us);
int pd_gettimeofday(void *ctx, struct timeval *time, struct timezone *zone);

/* Ends the process: what the stack has done is wrong. */
_Noreturn void pd_die(const char *what, const char *detail);

/* ---- pd_wait.c ---- */

/* The lock, at the beginning of every function of the table; pd_leave() gives it back and makes errno of an error. */
struct pd *pd_enter(void *ctx);
ssize_t pd_leave(struct pd *pd, ssize_t result);

/* Makes a call and, when it may and must, waits. */
ssize_t pd_perform(struct pd *pd, struct pd_call *call);
/* Tries the waiting calls again. True when one has returned. */
bool pd_retry(struct pd *pd);
/* When the first of the waiting calls gives up. */
lucid_time pd_wait_deadline(const struct pd *pd);
/* Time stands still until all woken threads have read the clock. */
void pd_stand_still(struct pd *pd);
/* True when this thread is one of them; it is no more. */
bool pd_has_read(struct pd *pd);
/* Ends all waiting calls, and waits for their threads to leave. */
void pd_wake_all(struct pd *pd);

/* ---- pd_fd.c ---- */

struct pd_fd *pd_fd(struct pd *pd, int number); /* NULL: not ours */
int pd_fd_new(struct pd *pd, int handle, const struct pd_fd *like);
bool pd_address_in(const struct sockaddr *address, socklen_t length, struct lucid_sockaddr *to);
void pd_address_out(const struct pd_fd *fd, const struct lucid_sockaddr *from, struct sockaddr *address,
                    socklen_t *length);
int pd_socket(void *ctx, int domain, int type, int protocol);
int pd_close(void *ctx, int fd);
int pd_fcntl(void *ctx, int fd, int command, ...);
int pd_ioctl(void *ctx, int fd, unsigned long request, ...);

/* ---- pd_call.c ---- */

int pd_bind(void *ctx, int fd, const struct sockaddr *address, socklen_t length);
int pd_listen(void *ctx, int fd, int backlog);
int pd_accept(void *ctx, int fd, struct sockaddr *address, socklen_t *length);
int pd_connect(void *ctx, int fd, const struct sockaddr *address, socklen_t length);
int pd_shutdown(void *ctx, int fd, int how);

/* ---- pd_io.c ---- */

ssize_t pd_read(void *ctx, int fd, void *data, size_t length);
ssize_t pd_readv(void *ctx, int fd, const struct iovec *parts, int count);
ssize_t pd_recv(void *ctx, int fd, void *data, size_t length, int flags);
ssize_t pd_recvfrom(void *ctx, int fd, void *data, size_t length, int flags, struct sockaddr *address,
                    socklen_t *address_length);
ssize_t pd_recvmsg(void *ctx, int fd, struct msghdr *message, int flags);
ssize_t pd_write(void *ctx, int fd, const void *data, size_t length);
ssize_t pd_writev(void *ctx, int fd, const struct iovec *parts, int count);
ssize_t pd_send(void *ctx, int fd, const void *data, size_t length, int flags);
ssize_t pd_sendto(void *ctx, int fd, const void *data, size_t length, int flags, const struct sockaddr *address,
                  socklen_t address_length);
ssize_t pd_sendmsg(void *ctx, int fd, const struct msghdr *message, int flags);

/* ---- pd_option.c ---- */

int pd_getsockopt(void *ctx, int fd, int level, int option, void *value, socklen_t *length);
int pd_setsockopt(void *ctx, int fd, int level, int option, const void *value, socklen_t length);

/* ---- pd_poll.c ---- */

int pd_poll(void *ctx, struct pollfd *fds, nfds_t count, int timeout);

#endif
