/* web_kernel.c: the kernel's loopback, in virtual time. See web.h.
 *
 * Time passes when nothing moves: when the server has no event, and no client can send or receive. Is there something
 * on its way? What a CPU sends to loopback it takes from there in the same order, so a datagram that was sent after all
 * else and has come back says that all else has come too. The process stays on one CPU for that.
 */
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/web.h"

static int open_files(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder)) {
        count++;
    }
    if (folder) {
        closedir(folder);
    }
    return count;
}

/* ---- the network ---- */

/* All of 10.77.0.0/24 is ours then, and who connects to it does so from 10.77.0.1. */
static bool give_address(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a4d0001)};
    struct sockaddr_in mask = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xffffff00)};
    struct ifreq request = {.ifr_name = "lo:1"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memcpy(&request.ifr_addr, &address, sizeof address);
    bool good = fd >= 0 && ioctl(fd, SIOCSIFADDR, &request) == 0;
    memcpy(&request.ifr_netmask, &mask, sizeof mask);
    good = good && ioctl(fd, SIOCSIFNETMASK, &request) == 0;
    close(fd);
    return good;
}

bool web_kernel_network(char error[LUCID_ERROR_TEXT]) {
    if (lucid_host_private_network(error) < 0) {
        return false;
    }
    if (!give_address()) {
        snprintf(error, LUCID_ERROR_TEXT, "loopback takes no other address: %s", strerror(errno));
        return false;
    }
    return true;
}

/* ---- what moves ---- */

static bool stay_on_this_cpu(void) {
    cpu_set_t one;
    int cpu = sched_getcpu();
    CPU_ZERO(&one);
    if (cpu >= 0) {
        CPU_SET((unsigned)cpu, &one);
    }
    return cpu >= 0 && sched_setaffinity(0, sizeof one, &one) == 0;
}

static int open_barrier(void) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 10};
    socklen_t length = sizeof here;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool good = bind(fd, (struct sockaddr *)&here, length) == 0 &&
                getsockname(fd, (struct sockaddr *)&here, &length) == 0 &&
                connect(fd, (struct sockaddr *)&here, length) == 0 &&
                setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0;
    return good ? fd : -1;
}

static void pass_barrier(const struct web *web) {
    char octet = 0;
    if (send(web->kernel.barrier, &octet, 1, 0) != 1 || recv(web->kernel.barrier, &octet, 1, 0) != 1) {
        abort();
    }
}

struct count {
    struct web *web;
    unsigned events;
};

static void on_event(void *user, void *data, unsigned events) {
    struct count *count = user;
    (void)events;
    count->events++;
    http_server_event(count->web->server, web_now(count->web), data);
}

static bool stir(struct web *web) {
    struct count count = {.web = web};
    int failed = kernel_transport_wait(&web->kernel.transport, 0, on_event, &count);
    if (failed && failed != -EINTR) {
        abort();
    }
    return web_listen_to_clients(web) || count.events > 0;
}

/* ---- the net ---- */

static const char *kernel_open(struct web *web) {
    struct web_kernel *kernel = &web->kernel;
    *kernel = (struct web_kernel){.now = LUCID_MILLISECOND, .files = open_files()};
    kernel->barrier = open_barrier();
    if (!stay_on_this_cpu() || kernel->barrier < 0 || kernel_transport_init(&kernel->transport) < 0) {
        return "loopback does not work here";
    }
    web->near = web->far = &kernel->transport.base;
    web->local.port = 80;
    lucid_addr_parse("10.77.0.2", &web->local.addr);
    return NULL;
}

static lucid_time kernel_now(const struct web *web) {
    return web->kernel.now;
}

static bool kernel_step(struct web *web, lucid_time limit) {
    for (int i = 0; i < 3; i++) {
        if (stir(web)) {
            return true;
        }
        pass_barrier(web);
    }
    if (limit != LUCID_NEVER) {
        web->kernel.now = limit;
    }
    return false;
}

static const char *kernel_close(struct web *web) {
    kernel_transport_end(&web->kernel.transport);
    close(web->kernel.barrier);
    return open_files() == web->kernel.files ? NULL : "files are still open";
}

const struct web_net web_kernel_net = {kernel_open, kernel_now, kernel_step, kernel_close};
