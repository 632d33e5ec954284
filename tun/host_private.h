/* host_private.h: what the files of a host share: host.c opens and closes it, loop.c turns it, events.c waits for work,
 * look.c tells when it need not, wait.c are the calls that wait, yield.c lets others run. */
#ifndef TUN_HOST_PRIVATE_H
#define TUN_HOST_PRIVATE_H

#include <stdatomic.h>

#include "device.h"
#include "flows.h"
#include "handoff.h"

#define HOST_WATCHES_MAX 64
#define HOST_TIMERS_MAX 64

struct host_watch {
    int fd;
    void (*call)(struct lucid_host *host, int fd, short revents, void *user);
    void *user;
};

struct host_timer {
    lucid_time at; /* LUCID_NEVER: the place is free */
    void (*call)(struct lucid_host *host, void *user);
    void *user;
};

/* Which of several hosts of one device it is; count 0: it is alone. */
struct host_place {
    struct handoff *rings;    /* one for each of them */
    struct lucid_host **seat; /* where the others know it */
    unsigned number, count;
};

/* What has been written since the last wait; and whether others get the CPU when that is much. */
struct stretch {
    size_t octets;
    bool asked, yields; /* known; and so it is */
};

/* Whether it pays to read the device before a wait. */
struct look {
    unsigned pause, left; /* waits between two tries; and those that are left until the next one */
    uint64_t reads_at_wait;
};

struct lucid_host {
    struct lucid_stack *stack;
    struct device device;
    struct lucid_packet in, out;
    bool out_waits;            /* the device had no room for out */
    bool write_armed;          /* epoll tells when it has */
    bool more;                 /* the last turn left work that need not wait for anything */
    uint64_t reads_at_timers;  /* as timers had their turn */
    unsigned single, trusting; /* turns, one after another, with one packet; with the device not asked for a second */
    lucid_time now;            /* of this turn */
    struct stretch stretch;
    struct look look;
    uint64_t packets_read;
    struct lucid_link *link_in, *link_out; /* with faults */
    struct flows flows;
    struct lucid_pcap *pcap;
    uint64_t wall_offset; /* to get nanoseconds since 1970 from the stack's time */
    struct host_place place;
    unsigned asked; /* how many stacks do not know the packet that is being handed in */
    struct lucid_host_callbacks callbacks;
    struct host_watch watches[HOST_WATCHES_MAX];
    struct host_timer timers[HOST_TIMERS_MAX];
    int timers_end; /* from here on no place was ever used */
    struct lucid_host_stats stats;
    int epoll, stop_event, timer_fd;
    lucid_time alarm; /* when timer_fd becomes readable */
    bool lent;        /* epoll, to somebody else's loop */
    atomic_bool stopped;
};

/* lucid_host_open() for one of several; place NULL: it is alone. */
int host_open(struct lucid_host **host, const struct lucid_host_options *options, const struct host_place *place,
              char error[LUCID_ERROR_TEXT]);

/* lucid_config.elsewhere of several hosts; context: the one that got the packet. */
bool hosts_hand_on(void *context, unsigned stack, const struct lucid_packet *packet);

/* The earliest thing that a turn would have to do without a packet. */
lucid_time host_deadline(const struct lucid_host *host);

/* Where other queues of the device put what is ours; NULL: there are none. */
struct handoff *host_ring(const struct lucid_host *host);

/* ---- events.c ---- */

/* Waits for something to do, at most for timeout nanoseconds, and calls who watches what happened. */
void host_wait(struct lucid_host *host, lucid_time timeout);

/* After a turn: lets the descriptor of lucid_host_fd(), if there is one, become readable when the next one is due. */
void host_arm(struct lucid_host *host);

/* ---- look.c ---- */

/* Is the device to be read now, and the wait left out when there is a packet? */
bool host_looks_ahead(struct lucid_host *host);

/* It was read, and had a packet, or had none. */
void host_looked(struct lucid_host *host, bool found);

/* ---- yield.c ---- */

/* So many octets more went to the device. */
void host_wrote(struct lucid_host *host, size_t octets);

#endif
