/* loopback.c: see loopback.h. */
#include "harness/loopback.h"

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

bool loopback_network(char error[LUCID_ERROR_TEXT]) {
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

int loopback_open(void) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 10};
    socklen_t length = sizeof here;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool good = bind(fd, (struct sockaddr *)&here, length) == 0 &&
                getsockname(fd, (struct sockaddr *)&here, &length) == 0 &&
                connect(fd, (struct sockaddr *)&here, length) == 0 &&
                setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0;
    return good && stay_on_this_cpu() ? fd : -1;
}

void loopback_pass(int barrier) {
    char octet = 0;
    if (send(barrier, &octet, 1, 0) != 1 || recv(barrier, &octet, 1, 0) != 1) {
        abort();
    }
}
