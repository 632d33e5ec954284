/* host.c: a host is opened and closed. The loop is in loop.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "host_private.h"
#include "netif.h"
#include "memory.h"
#include "say.h"

lucid_time lucid_host_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (lucid_time)now.tv_sec * LUCID_SECOND + (lucid_time)now.tv_nsec;
}

static uint64_t wall_offset(void) {
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    return (uint64_t)wall.tv_sec * LUCID_SECOND + (uint64_t)wall.tv_nsec - lucid_host_now();
}

static int watch_own(struct lucid_host *host, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(host->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int open_events(struct lucid_host *host, char error[LUCID_ERROR_TEXT]) {
    host->epoll = epoll_create1(EPOLL_CLOEXEC);
    host->stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    host->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    host->alarm = LUCID_NEVER;
    if (host->epoll < 0 || host->stop_event < 0 || host->timer_fd < 0 || watch_own(host, host->stop_event) < 0 ||
        watch_own(host, host->timer_fd) < 0 || watch_own(host, host->device.fd) < 0) {
        return say(error, errno, "cannot watch the device: %s", strerror(errno));
    }
    if (host->place.count > 0 && watch_own(host, host->place.rings[host->place.number].event) < 0) {
        return say(error, errno, "cannot watch for packets of other queues: %s", strerror(errno));
    }
    return 0;
}

static int open_faults(struct lucid_host *host, const char *text, char error[LUCID_ERROR_TEXT]) {
    struct lucid_faults faults;
    int wrong = lucid_faults_parse(text, &faults, error);
    if (wrong) {
        return wrong;
    }
    host->link_in = lucid_link_new(&faults, 0);
    host->link_out = lucid_link_new(&faults, 1);
    return host->link_in && host->link_out ? 0 : say(error, LUCID_ENOMEM, "there is no memory for the link");
}

/* The stack gets what the device can do: whole packets are cut by the kernel, unless faults are to meet single
 * segments. */
static int open_stack(struct lucid_host *host, const struct lucid_host_options *options, char error[LUCID_ERROR_TEXT]) {
    struct lucid_config config = options->config;
    if (!config.alloc || !config.free || !config.random) {
        host_lend(&config);
    }
    config.offload = host->device.offload;
    if (host->place.count > 1) {
        config.stacks = (uint16_t)host->place.count;
        config.stack = (uint16_t)host->place.number;
        config.elsewhere = hosts_hand_on;
        config.elsewhere_context = host;
    }
    int failed = lucid_create(&host->stack, &config, lucid_host_now());
    if (failed == -LUCID_EINVAL) {
        return say(error, LUCID_EINVAL, "a value of the configuration is out of its range: see lucid.h for each");
    }
    return failed ? say(error, -failed, "cannot make a stack: %s", strerror(-failed)) : 0;
}

static int open_all(struct lucid_host *host, const struct lucid_host_options *options, char error[LUCID_ERROR_TEXT]) {
    int failed = options->faults ? open_faults(host, options->faults, error) : 0;
    if (failed) {
        return failed;
    }
    bool offload = options->offload && !options->faults;
    failed = device_open(&host->device, options->device_path, options->device, offload, host->place.count > 1, error);
    if (failed) {
        return failed;
    }
    failed = open_stack(host, options, error);
    failed = failed ? failed : open_events(host, error);
    if (!failed && options->configure) {
        failed = netif_configure(host->device.name, options->config.mtu, options->host_addrs, options->host_addr_count,
                                 error);
    }
    if (!failed && options->pcap) { /* last: it may overwrite a file */
        host->pcap = lucid_pcap_create(options->pcap, error);
        failed = host->pcap ? 0 : -LUCID_EIO;
    }
    return failed;
}

int host_open(struct lucid_host **made, const struct lucid_host_options *options, const struct host_place *place,
              char error[LUCID_ERROR_TEXT]) {
    *made = NULL;
    struct lucid_host *host = calloc(1, sizeof *host);
    if (!host) {
        return say(error, LUCID_ENOMEM, "there is no memory");
    }
    host->device.fd = host->epoll = host->stop_event = host->timer_fd = -1;
    host->place = place ? *place : (struct host_place){.count = 0};
    host->wall_offset = wall_offset();
    host->now = lucid_host_now();
    for (int i = 0; i < HOST_TIMERS_MAX; i++) {
        host->timers[i].at = LUCID_NEVER;
    }
    for (int i = 0; i < HOST_WATCHES_MAX; i++) {
        host->watches[i].fd = -1;
    }
    int failed = open_all(host, options, error);
    if (failed) {
        lucid_host_close(host);
        return failed;
    }
    *made = host;
    return 0;
}

int lucid_host_open(struct lucid_host **host, const struct lucid_host_options *options, char error[LUCID_ERROR_TEXT]) {
    return host_open(host, options, NULL, error);
}

static void close_if_open(int fd) {
    if (fd >= 0) {
        close(fd);
    }
}

void lucid_host_close(struct lucid_host *host) {
    if (!host) {
        return;
    }
    if (host->stack) {
        lucid_packet_release(host->stack, &host->in);
        lucid_destroy(host->stack);
    }
    if (host->pcap) {
        lucid_pcap_close(host->pcap);
    }
    lucid_link_free(host->link_in);
    lucid_link_free(host->link_out);
    flows_end(&host->flows);
    close_if_open(host->timer_fd);
    close_if_open(host->stop_event);
    close_if_open(host->epoll);
    close_if_open(host->device.fd);
    if (host->place.seat) {
        *host->place.seat = NULL;
    }
    free(host);
}

struct lucid_stack *lucid_host_stack(struct lucid_host *host) {
    return host->stack;
}

const char *lucid_host_device(const struct lucid_host *host) {
    return host->device.name;
}

unsigned lucid_host_offload(const struct lucid_host *host) {
    return host->device.offload;
}

void lucid_host_set_callbacks(struct lucid_host *host, const struct lucid_host_callbacks *callbacks) {
    host->callbacks = *callbacks;
}

int lucid_host_faults(struct lucid_host *host, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote,
                      const struct lucid_faults *faults) {
    return flows_set(&host->flows, host->stack, local, remote, faults);
}

void lucid_host_stats(const struct lucid_host *host, struct lucid_host_stats *stats) {
    *stats = host->stats;
    stats->bad_headers = host->device.bad_headers;
    stats->packets_cut = host->device.packets_cut;
    const struct lucid_link *links[] = {host->link_in, host->link_out};
    for (int i = 0; i < 2 && links[i]; i++) {
        struct lucid_link_stats link;
        lucid_link_stats(links[i], &link);
        stats->faults_dropped += link.dropped + link.queue_full;
        stats->faults_duplicated += link.duplicated;
        stats->faults_reordered += link.reordered;
        stats->faults_corrupted += link.corrupted;
    }
}
