/* link.c: lucid-link: a bad link between two network namespaces, each with a kernel's stack of its own at its end.
 *
 *     a program - kernel - TUN here        TUN in NAMESPACE - kernel - another program
 *                             |                  |
 *                             +-- loses, delays, +
 *                                 reorders, ...
 *
 * No stack of ours takes part. What happens to a packet is what happens to it with --faults in the other programs, by
 * the same code (lucid_link_new()) and the same numbers for the same seed: the stream 0 is the way from here, the
 * stream 1 the way back. So a kernel over this link and a stack of ours over its own can be compared.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/device_options.h"

enum { OK = 0, FAILED = 1, USAGE = 2 };

/* Packets read from one side before the other gets its turn. */
enum { BATCH = 64 };

static const char usage[] =
    "usage: lucid-link [options] NAMESPACE\n"
    "\n"
    "Joins the kernel here and the kernel in another network namespace by a link that can be bad, until Ctrl-C.\n"
    "NAMESPACE is a name of `ip netns`, or a path such as /proc/PID/ns/net.\n"
    "\n"
    "  --tun NAME           name of the interfaces, the same on both sides (lucid0)\n"
    "  --host-addr A/LEN    address of the kernel here; once for IPv4, once for IPv6 (10.77.0.1/24, fd77::1/64)\n"
    "  --addr A             address of the kernel there, likewise (10.77.0.2, fd77::2)\n"
    "  --no-configure       the interfaces are there, have their addresses and are up: do not touch them\n"
    "  --faults SPEC        make the link bad, both ways: loss=1%,delay=20ms,dup=1%,reorder=2%,corrupt=0.1%,\n"
    "                       rate=10mbit,jitter=5ms,queue=100,seed=7\n"
    "  --pcap FILE          write the packets as the kernel here sees them, for tshark or Wireshark\n"
    "  --help               this text\n"
    "\n"
    "Exit status: 0 interrupted, 1 no device or no such namespace, 2 usage.\n";

enum side { HERE, THERE };

struct joint {
    struct lucid_device *device[2];
    struct lucid_link *link[2]; /* that leads away from this side */
    struct lucid_pcap *pcap;
    uint64_t wall_offset; /* to get nanoseconds since 1970 */
    uint64_t number;      /* of packets read */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

static lucid_time earlier(lucid_time a, lucid_time b) {
    return a < b ? a : b;
}

static void capture(const struct joint *joint, enum side side, lucid_time now, const uint8_t *octets, size_t length) {
    if (joint->pcap && side == HERE) {
        lucid_pcap_write(joint->pcap, now + joint->wall_offset, octets, length);
    }
}

/* ---- the loop ---- */

/* Returns 1 when there may be more, 0, or a negative error when the device is gone. */
static int read_batch(struct joint *joint, enum side side, lucid_time now) {
    static uint8_t room[LUCID_PACKET_MAX];
    for (int i = 0; i < BATCH; i++) {
        ptrdiff_t length = lucid_device_read(joint->device[side], room);
        if (length <= 0) {
            return (int)length;
        }
        capture(joint, side, now, room, (size_t)length);
        lucid_link_put(joint->link[side], now, room, (size_t)length, ++joint->number);
    }
    return 1;
}

/* Hands over what has arrived at a side. A packet that the kernel does not take is lost, as on any link. */
static int deliver(struct joint *joint, enum side to, lucid_time now) {
    const uint8_t *octets;
    uint64_t id;
    size_t length;
    while ((length = lucid_link_take(joint->link[!to], now, &octets, &id)) > 0) {
        capture(joint, to, now, octets, length);
        ptrdiff_t written = lucid_device_write(joint->device[to], octets, length);
        if (written < 0) {
            return (int)written;
        }
    }
    return 0;
}

/* One batch each way. Returns 1 when there may be more to read, 0, or a negative error. */
static int turn(struct joint *joint) {
    lucid_time now = lucid_host_now();
    int here = read_batch(joint, HERE, now);
    int there = here < 0 ? here : read_batch(joint, THERE, now);
    int gone = there < 0 ? there : deliver(joint, THERE, now);
    gone = gone < 0 ? gone : deliver(joint, HERE, now);
    if (joint->pcap) {
        lucid_pcap_flush(joint->pcap);
    }
    return gone < 0 ? gone : here | there;
}

/* Waits for packets, for the next arrival or for a signal, which comes only here. */
static void wait_for_work(const struct joint *joint, const sigset_t *signals) {
    struct pollfd fds[] = {{.fd = lucid_device_fd(joint->device[HERE]), .events = POLLIN},
                           {.fd = lucid_device_fd(joint->device[THERE]), .events = POLLIN}};
    lucid_time at = earlier(lucid_link_deadline(joint->link[HERE]), lucid_link_deadline(joint->link[THERE]));
    lucid_time now = lucid_host_now(), left = at > now ? at - now : 0;
    struct timespec limit = {.tv_sec = (time_t)(left / LUCID_SECOND), .tv_nsec = (long)(left % LUCID_SECOND)};
    ppoll(fds, 2, at == LUCID_NEVER ? NULL : &limit, signals);
}

static void catch_signals(sigset_t *while_waiting) {
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    sigprocmask(SIG_BLOCK, &both, while_waiting);
    sigdelset(while_waiting, SIGINT);
    sigdelset(while_waiting, SIGTERM);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void print_counts(const char *way, const struct lucid_link *link) {
    struct lucid_link_stats stats;
    lucid_link_stats(link, &stats);
    printf("%s: %llu passed, %llu lost, %llu found the queue full, %llu doubled, %llu reordered, %llu damaged\n", way,
           (unsigned long long)stats.passed, (unsigned long long)stats.dropped, (unsigned long long)stats.queue_full,
           (unsigned long long)stats.duplicated, (unsigned long long)stats.reordered,
           (unsigned long long)stats.corrupted);
}

static int run(struct joint *joint) {
    sigset_t while_waiting;
    int more = 0;
    catch_signals(&while_waiting);
    puts("lucid-link: joined");
    fflush(stdout);
    while (more >= 0 && !interrupted) {
        if (more == 0) {
            wait_for_work(joint, &while_waiting);
        }
        more = turn(joint);
    }
    print_counts("from here", joint->link[HERE]);
    print_counts("from there", joint->link[THERE]);
    if (more < 0) {
        fputs("lucid-link: a device is gone\n", stderr);
    }
    return more < 0 ? FAILED : OK;
}

/* ---- begin and end ---- */

/* From now on what is opened belongs to that network namespace. */
static bool enter(const char *namespace, char error[LUCID_ERROR_TEXT]) {
    char path[4096];
    snprintf(path, sizeof path, strchr(namespace, '/') ? "%s" : "/run/netns/%s", namespace);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool entered = fd >= 0 && setns(fd, CLONE_NEWNET) == 0;
    if (!entered) {
        snprintf(error, LUCID_ERROR_TEXT,
                 "cannot enter the network namespace %.160s: %s: make one with `ip netns add NAME`, as root", path,
                 strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return entered;
}

static bool open_devices(struct joint *joint, const struct lucid_host_options *here, const char *namespace,
                         char error[LUCID_ERROR_TEXT]) {
    struct lucid_host_options there = *here;
    there.host_addr_count = here->config.addr_count;
    for (unsigned i = 0; i < there.host_addr_count; i++) {
        there.host_addrs[i] = here->config.addrs[i];
    }
    return lucid_device_open(&joint->device[HERE], here, error) == 0 && enter(namespace, error) &&
           lucid_device_open(&joint->device[THERE], &there, error) == 0;
}

static bool open_links(struct joint *joint, const struct lucid_host_options *options, char error[LUCID_ERROR_TEXT]) {
    struct lucid_faults faults;
    if (lucid_faults_parse(options->faults ? options->faults : "seed=1", &faults, error) < 0) {
        return false;
    }
    joint->link[HERE] = lucid_link_new(&faults, HERE);
    joint->link[THERE] = lucid_link_new(&faults, THERE);
    snprintf(error, LUCID_ERROR_TEXT, "there is no memory for the link");
    return joint->link[HERE] && joint->link[THERE];
}

static bool open_pcap(struct joint *joint, const char *file, char error[LUCID_ERROR_TEXT]) {
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    joint->wall_offset = (uint64_t)wall.tv_sec * LUCID_SECOND + (uint64_t)wall.tv_nsec - lucid_host_now();
    joint->pcap = file ? lucid_pcap_create(file, error) : NULL;
    return joint->pcap || !file;
}

static void end(struct joint *joint) {
    for (int side = HERE; side <= THERE; side++) {
        lucid_device_close(joint->device[side]);
        lucid_link_free(joint->link[side]);
    }
    lucid_pcap_close(joint->pcap);
}

static bool take_options(int argc, char **argv, struct device_options *device, char error[LUCID_ERROR_TEXT]) {
    enum { HELP = DEVICE_OPTIONS_NEXT };
    static const struct option known[] = {DEVICE_LONG_OPTIONS, {"help", no_argument, NULL, HELP}, {0}};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", known, NULL)) != -1) {
        if (option == HELP) {
            fputs(usage, stdout);
            exit(OK);
        }
        if (option == ':' || option == '?' || option == DEVICE_MSL) {
            snprintf(error, LUCID_ERROR_TEXT, "%.60s %s: try --help", option == DEVICE_MSL ? "--msl" : argv[optind - 1],
                     option == ':' ? "needs a value" : "is no option");
            return false;
        }
        if (!device_options_take(device, option, optarg, error)) {
            return false;
        }
    }
    snprintf(error, LUCID_ERROR_TEXT, "one namespace is wanted: try --help");
    return optind == argc - 1 && device_options_settle(device, error);
}

int main(int argc, char **argv) {
    struct joint joint = {0};
    struct device_options device;
    char error[LUCID_ERROR_TEXT];
    device_options_begin(&device);
    if (!take_options(argc, argv, &device, error)) {
        fprintf(stderr, "lucid-link: %s\n", error);
        return USAGE;
    }
    bool opened = open_links(&joint, &device.host, error) && open_devices(&joint, &device.host, argv[optind], error) &&
                  open_pcap(&joint, device.host.pcap, error);
    if (!opened) {
        fprintf(stderr, "lucid-link: %s\n", error);
    }
    int status = opened ? run(&joint) : FAILED;
    end(&joint);
    return status;
}
