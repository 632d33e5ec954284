/* main.c: bench-lwip: the services of `lucid-bench serve` on lwIP, for comparison.
 *
 * It stands on the package liblwip-dev as it is. That library is made for programs with threads (NO_SYS 0), but it does
 * not insist: as long as tcpip_init() is not called there is no thread of the stack's, and nobody has to be asked for
 * the lock. So all of it runs here, in one loop, as lwIP does without an operating system; that is its fastest way.
 *
 * In this order to be read: driver.h, the device; services.h, the servers.
 */
#include <getopt.h>
#include <lwip/init.h>
#include <lwip/timeouts.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/device_options.h"
#include "driver.h"
#include "services.h"

static const char usage[] =
    "usage: bench-lwip [--tun NAME] [--addr A] [--host-addr A/LEN] [--no-configure]\n"
    "       bench-lwip --help\n"
    "\n"
    "Serves on lwIP " LWIP_VERSION_STRING
    " what `lucid-bench serve` serves on our stack, until Ctrl-C: echo on port 7, discard on 9,\n"
    "daytime on 13, chargen on 19; and on port 80 the same 13 octets for every GET. `make bench` compares both.\n"
    "\n"
    "  --tun NAME           name of the interface (lucid0)\n"
    "  --addr A             address of the stack, IPv4 (10.77.0.2)\n"
    "  --host-addr A/LEN    address of the kernel's end (10.77.0.1/24)\n"
    "  --no-configure       the interface is there, has its address and is up: do not touch it\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 usage.\n";

enum { OK = 0, FAILED = 1, USAGE = 2 };

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

static int fail(int status, const char *sentence) {
    fprintf(stderr, "bench-lwip: %s\n", sentence);
    return status;
}

/* A signal that comes between the test and poll() waits for the next timer: lwIP has one in every quarter of a second
 * while there are connections, and ARP one in each second. */
static int turn(struct driver *driver) {
    struct pollfd ready = {.fd = driver->device.fd, .events = POLLIN};
    while (!interrupted) {
        poll(&ready, 1, (int)sys_timeouts_sleeptime());
        if (!driver_receive(driver)) {
            return fail(FAILED, "the device is gone, or there is no memory");
        }
        sys_check_timeouts();
    }
    return OK;
}

static int serve(const struct lucid_host_options *options) {
    static struct driver driver;
    char error[LUCID_ERROR_TEXT];
    lwip_init();
    if (driver_open(&driver, options, error) < 0) {
        return fail(FAILED, error);
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int status = services_listen() ? OK : fail(FAILED, "lwIP has no memory to listen");
    if (status == OK) {
        puts("bench-lwip: serving");
        fflush(stdout);
        status = turn(&driver);
    }
    driver_close(&driver);
    return status;
}

/* An address of either family may be given; lwIP gets the IPv4 one. */
static bool settle(struct device_options *device, char error[LUCID_ERROR_TEXT]) {
    if (!device_options_settle(device, error)) {
        return false;
    }
    if (lucid_addr_is_ipv4(&device->host.config.addrs[0].addr) &&
        lucid_addr_is_ipv4(&device->host.host_addrs[0].addr)) {
        return true;
    }
    snprintf(error, LUCID_ERROR_TEXT, "--addr and --host-addr want IPv4 here: write 10.77.0.2 and 10.77.0.1/24");
    return false;
}

int main(int argc, char **argv) {
    static const struct option table[] = {
        {"tun", required_argument, NULL, DEVICE_TUN},
        {"addr", required_argument, NULL, DEVICE_ADDR},
        {"host-addr", required_argument, NULL, DEVICE_HOST_ADDR},
        {"no-configure", no_argument, NULL, DEVICE_NO_CONFIGURE},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct device_options device;
    char error[LUCID_ERROR_TEXT];
    int option;
    device_options_begin(&device);
    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return OK;
        }
        if (option == '?') {
            return fail(USAGE, "try --help");
        }
        if (!device_options_take(&device, option, optarg, error)) {
            return fail(USAGE, error);
        }
    }
    if (optind != argc) {
        return fail(USAGE, "try --help");
    }
    return settle(&device, error) ? serve(&device.host) : fail(USAGE, error);
}
