/* hosts.c: several hosts on one device, one for each of its queues, each with a stack and a thread of its own.
 *
 * They share the device's name, and nothing that changes: no connection, no memory, no counter, no lock. To the network
 * they are one machine: all have the same addresses, and the application gives all the same listeners. The kernel
 * chooses the queue of a packet by a hash of both its ends, and so the stack that a new client comes to; connections
 * are spread in this way, and each stays where it is. What comes to the wrong stack all the same is handed on through
 * rings (handoff.h), whose rule is that of the stack (lucid_config.elsewhere).
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "host_private.h"
#include "netif.h"
#include "say.h"

struct member {
    struct lucid_hosts *all;
    struct lucid_host *host;
    unsigned number;
    pthread_t thread;
    bool running;
};

struct lucid_hosts {
    struct handoff *rings; /* one for each host */
    unsigned count;
    void (*run)(struct lucid_host *host, unsigned queue, void *user);
    void *user;
    pthread_mutex_t gate; /* until it is known whether all threads could be started */
    bool refused;
    struct member members[];
};

/* ---- the way from one to another ---- */

/* Where it may go: to the one that the stack names, or from one to the next until all have seen it. A full ring is a
 * loss, and no reason to answer in somebody else's name. */
bool hosts_hand_on(void *context, unsigned stack, const struct lucid_packet *packet) {
    struct lucid_host *host = context;
    const struct host_place *place = &host->place;
    unsigned to = stack == LUCID_STACK_ANY ? (place->number + 1) % place->count : stack;
    unsigned asked = host->asked + 1;
    if (asked >= place->count) {
        return false;
    }
    bool put = handoff_put(&place->rings[to], packet, asked);
    host->stats.handed_on += put;
    host->stats.handed_lost += !put;
    return true;
}

/* ---- begin and end ---- */

static int open_rings(struct lucid_hosts *hosts, char error[LUCID_ERROR_TEXT]) {
    hosts->rings = aligned_alloc(_Alignof(struct handoff), hosts->count * sizeof *hosts->rings);
    if (!hosts->rings) {
        return say(error, LUCID_ENOMEM, "there is no memory");
    }
    int failed = 0;
    for (unsigned i = 0; i < hosts->count; i++) { /* all of them, so that all can be closed */
        int result = handoff_open(&hosts->rings[i]);
        failed = failed ? failed : result;
    }
    return failed ? say(error, -failed, "cannot make an eventfd: %s", strerror(-failed)) : 0;
}

/* The kernel would let two programs share the queues of one interface, and each would get a part of the packets. */
static int refuse_shared(const char *name, unsigned count, char error[LUCID_ERROR_TEXT]) {
    if (count > 1 && strlen(name) < IFNAMSIZ && netif_running(name)) {
        return say(error, EBUSY, "the interface %s is in use by another program: end that one, or choose another name",
                   name);
    }
    return 0;
}

/* The interface is configured when all queues are there: from then on nobody's queue changes. */
static int open_members(struct lucid_hosts *hosts, const struct lucid_host_options *options,
                        char error[LUCID_ERROR_TEXT]) {
    struct lucid_host_options each = *options;
    int failed = refuse_shared(options->device, hosts->count, error);
    for (unsigned i = 0; i < hosts->count && !failed; i++) {
        struct member *member = &hosts->members[i];
        const struct host_place place = {
            .rings = hosts->rings, .seat = &member->host, .number = i, .count = hosts->count};
        *member = (struct member){.all = hosts, .number = i};
        each.configure = options->configure && i == hosts->count - 1;
        failed = host_open(&member->host, &each, &place, error);
        each.device = failed ? NULL : lucid_host_device(hosts->members[0].host);
    }
    return failed;
}

int lucid_hosts_open(struct lucid_hosts **made, const struct lucid_host_options *options, unsigned count,
                     char error[LUCID_ERROR_TEXT]) {
    *made = NULL;
    if (count < 1 || count > LUCID_QUEUES_MAX) {
        return say(error, LUCID_EINVAL, "%u queues cannot be had: take 1 to %d", count, LUCID_QUEUES_MAX);
    }
    if (count > 1 && options->pcap) {
        return say(error, LUCID_EINVAL, "packets of several queues cannot be written into one file: take one queue");
    }
    struct lucid_hosts *hosts = calloc(1, sizeof *hosts + count * sizeof hosts->members[0]);
    if (!hosts) {
        return say(error, LUCID_ENOMEM, "there is no memory");
    }
    hosts->count = count;
    pthread_mutex_init(&hosts->gate, NULL);
    int failed = open_rings(hosts, error);
    failed = failed ? failed : open_members(hosts, options, error);
    if (failed) {
        lucid_hosts_close(hosts);
        return failed;
    }
    *made = hosts;
    return 0;
}

void lucid_hosts_close(struct lucid_hosts *hosts) {
    if (!hosts) {
        return;
    }
    for (unsigned i = 0; i < hosts->count; i++) {
        lucid_host_close(hosts->members[i].host);
    }
    for (unsigned i = 0; hosts->rings && i < hosts->count; i++) {
        handoff_close(&hosts->rings[i]);
    }
    pthread_mutex_destroy(&hosts->gate);
    free(hosts->rings);
    free(hosts);
}

unsigned lucid_hosts_count(const struct lucid_hosts *hosts) {
    return hosts->count;
}

struct lucid_host *lucid_hosts_at(struct lucid_hosts *hosts, unsigned queue) {
    return queue < hosts->count ? hosts->members[queue].host : NULL;
}

/* ---- threads ---- */

static void *run(void *user) {
    struct member *member = user;
    struct lucid_hosts *all = member->all;
    pthread_mutex_lock(&all->gate);
    bool refused = all->refused;
    pthread_mutex_unlock(&all->gate);
    if (!refused) {
        all->run(member->host, member->number, all->user);
    }
    return NULL;
}

/* Signals from outside are the caller's; what a thread has done itself comes to it, or it would be killed. */
static void block_signals(sigset_t *before) {
    static const int own[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigset_t others;
    sigfillset(&others);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        sigdelset(&others, own[i]);
    }
    pthread_sigmask(SIG_BLOCK, &others, before);
}

int lucid_hosts_start(struct lucid_hosts *hosts, void (*call)(struct lucid_host *host, unsigned queue, void *user),
                      void *user, char error[LUCID_ERROR_TEXT]) {
    hosts->run = call;
    hosts->user = user;
    sigset_t before;
    int failed = 0;
    block_signals(&before);
    pthread_mutex_lock(&hosts->gate);
    for (unsigned i = 1; i < hosts->count && !failed; i++) {
        struct member *member = &hosts->members[i];
        failed = pthread_create(&member->thread, NULL, run, member);
        member->running = !failed;
    }
    hosts->refused = failed != 0;
    pthread_mutex_unlock(&hosts->gate);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        lucid_hosts_join(hosts);
        return say(error, failed, "cannot start a thread for each queue: %s; take fewer queues", strerror(failed));
    }
    return 0;
}

void lucid_hosts_stop(struct lucid_hosts *hosts) {
    for (unsigned i = 0; i < hosts->count; i++) {
        if (hosts->members[i].host) {
            lucid_host_stop(hosts->members[i].host);
        }
    }
}

void lucid_hosts_join(struct lucid_hosts *hosts) {
    for (unsigned i = 0; i < hosts->count; i++) {
        struct member *member = &hosts->members[i];
        if (member->running) {
            pthread_join(member->thread, NULL);
            member->running = false;
        }
    }
}
