/* pd_main.c: makes a stack behind packetdrill's table, and ends it. See pd_ops.h and pd.h.
 *
 * The tool calls through the table without looking, so every place is filled; what the stack has nothing like says
 * ENOSYS.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/drill_packet.h"
#include "packetdrill/pd.h"

/* What the stack draws at random is the same in every run. */
#define SEED 1

/* ---- what the stack has not ---- */

static int no_epoll_create(void *ctx, int size) {
    (void)ctx;
    (void)size;
    errno = ENOSYS;
    return -1;
}

static int no_epoll_ctl(void *ctx, int epoll, int command, int fd, struct epoll_event *event) {
    (void)epoll;
    (void)command;
    (void)event;
    return no_epoll_create(ctx, fd);
}

static int no_epoll_wait(void *ctx, int epoll, struct epoll_event *events, int room, int timeout) {
    (void)events;
    (void)room;
    (void)timeout;
    return no_epoll_create(ctx, epoll);
}

static int no_pipe(void *ctx, int ends[2]) {
    (void)ends;
    return no_epoll_create(ctx, 0);
}

static int no_splice(void *ctx, int in, loff_t *in_offset, int out, loff_t *out_offset, size_t length, unsigned flags) {
    (void)in_offset;
    (void)out;
    (void)out_offset;
    (void)length;
    (void)flags;
    return no_epoll_create(ctx, in);
}

/* ---- the end ---- */

static void print_surplus(const struct pd_packet *packet) {
    struct drill_seen seen;
    char text[DRILL_PACKET_TEXT] = "a packet";
    if (drill_packet_read(packet->octets, packet->length, true, &seen)) {
        drill_packet_print(&seen.packet, text);
    }
    fprintf(stderr, "lucid_packetdrill: a packet that no line of the script met, at %.6f: %s\n",
            (double)packet->time / (double)LUCID_SECOND, text);
}

/* Gives the packets back; returns how many are surplus. */
static unsigned drop_packets(struct pd *pd) {
    unsigned surplus = 0;
    for (struct pd_packet *packet = pd->first, *next; packet; packet = next) {
        next = packet->next;
        if (!packet->elicited) {
            print_surplus(packet);
            surplus++;
        }
        free(packet);
    }
    return surplus;
}

/* The descriptors are the tool's to close: their numbers may belong to others by now. */
static void pd_free(void *ctx) {
    struct pd *pd = ctx;
    pthread_mutex_lock(&pd->lock);
    pd_wake_all(pd);
    pthread_mutex_unlock(&pd->lock);
    unsigned surplus = drop_packets(pd);
    bool fails = surplus > 0 && !pd->flags.loose;
    lucid_destroy(pd->stack);
    if (!vhost_clean(&pd->host)) {
        pd_die("memory did not come back", pd->host.fault);
    }
    pthread_cond_destroy(&pd->moved);
    pthread_mutex_destroy(&pd->lock);
    free(pd);
    if (fails) {
        exit(1);
    }
}

/* ---- the beginning ---- */

static struct pd *make(const char *flags) {
    struct pd *pd = calloc(1, sizeof *pd);
    if (!pd) {
        pd_die("no memory", strerror(errno));
    }
    pd_flags_parse(flags, &pd->flags);
    pthread_mutex_init(&pd->lock, NULL);
    pthread_cond_init(&pd->moved, NULL);
    pd->maker = pthread_self();
    pd->last = &pd->first;
    pd->now = LUCID_SECOND;
    vhost_init(&pd->host, SEED);
    vhost_lend(&pd->host, &pd->flags.config);
    int error = lucid_create(&pd->stack, &pd->flags.config, pd->now);
    if (error) {
        fprintf(stderr, "lucid_packetdrill: a stack cannot be made with the flags \"%s\": %s\n", flags ? flags : "",
                strerror(-error));
        exit(2);
    }
    return pd;
}

__attribute__((visibility("default"))) void packetdrill_interface_init(const char *flags, struct pd_ops *ops) {
    *ops = (struct pd_ops){
        .ctx = make(flags),
        .free = pd_free,
        .socket = pd_socket,
        .bind = pd_bind,
        .listen = pd_listen,
        .accept = pd_accept,
        .connect = pd_connect,
        .read = pd_read,
        .readv = pd_readv,
        .recv = pd_recv,
        .recvfrom = pd_recvfrom,
        .recvmsg = pd_recvmsg,
        .write = pd_write,
        .writev = pd_writev,
        .send = pd_send,
        .sendto = pd_sendto,
        .sendmsg = pd_sendmsg,
        .fcntl = pd_fcntl,
        .ioctl = pd_ioctl,
        .close = pd_close,
        .shutdown = pd_shutdown,
        .getsockopt = pd_getsockopt,
        .setsockopt = pd_setsockopt,
        .poll = pd_poll,
        .netdev_send = pd_netdev_send,
        .netdev_receive = pd_netdev_receive,
        .usleep = pd_usleep,
        .gettimeofday = pd_gettimeofday,
        .epoll_create = no_epoll_create,
        .epoll_ctl = no_epoll_ctl,
        .epoll_wait = no_epoll_wait,
        .pipe = no_pipe,
        .splice = no_splice,
    };
}
