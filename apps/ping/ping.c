/* ping.c: lucid-ping: is anybody there? ICMP and ICMPv6 echo from a stack of ours, over its own device.
 *
 * The shortest program that shows datagrams of the stack: a socket, a message, a wait with a time-out. RFC 792; RFC
 * 4443 4.1 and 4.2; the socket is described at lucid_socket().
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/device_options.h"
#include "common/interrupt.h"

enum { OK = 0, FAILED = 1, USAGE = 2 };
enum { ECHO4 = 8, ECHO6 = 128, HEADER = 8, OCTETS = 64, COUNT_MAX = 65535 };

static const char usage[] =
    "usage: lucid-ping [options] ADDRESS\n"
    "\n"
    "Sends ICMP or ICMPv6 echo requests from a stack of its own and prints the replies.\n"
    "\n"
    "  --count N            how many (4)\n"
    "  --interval SECONDS   between two requests, and how long a reply is waited for (1)\n" DEVICE_OPTIONS_HELP
    "  --help               this text\n"
    "\n"
    "Exit status: 0 every request was answered, 1 not every one, or no device, 2 usage.\n";

struct ping {
    struct lucid_host *host;
    struct lucid_sockaddr remote;
    lucid_time interval;
    unsigned count, answered;
    int fd;
};

static bool is_ipv4(const struct ping *ping) {
    return lucid_addr_is_ipv4(&ping->remote.addr);
}

static int send_request(const struct ping *ping, unsigned sequence) {
    uint8_t message[OCTETS] = {(uint8_t)(is_ipv4(ping) ? ECHO4 : ECHO6)};
    message[6] = (uint8_t)(sequence >> 8);
    message[7] = (uint8_t)sequence;
    for (unsigned i = HEADER; i < OCTETS; i++) {
        message[i] = (uint8_t)i;
    }
    ptrdiff_t sent = lucid_sendto(lucid_host_stack(ping->host), ping->fd, message, sizeof message, 0, &ping->remote);
    return sent < 0 ? (int)sent : 0;
}

/* Waits for the reply with this sequence number. Returns the time it took, or a negative error. */
static int64_t await_reply(struct ping *ping, unsigned sequence, lucid_time sent) {
    lucid_time end = sent + ping->interval, now = sent;
    do {
        uint8_t message[LUCID_PACKET_MAX];
        ptrdiff_t n = lucid_host_recv(ping->host, ping->fd, message, sizeof message, end - now);
        if (n < 0) {
            return n;
        }
        now = lucid_host_now();
        if (n >= HEADER && message[6] == (uint8_t)(sequence >> 8) && message[7] == (uint8_t)sequence) {
            return (int64_t)(now - sent);
        }
    } while (now < end);
    return -LUCID_ETIMEDOUT;
}

/* One request. Returns false when there is no use in going on. */
static bool ask(struct ping *ping, unsigned sequence, const char *address) {
    lucid_time sent = lucid_host_now();
    int error = send_request(ping, sequence);
    int64_t took = error ? error : await_reply(ping, sequence, sent);
    if (took == -LUCID_EINTR) {
        return false;
    }
    if (took < 0) {
        printf("%s: request %u: %s\n", address, sequence,
               took == -LUCID_ETIMEDOUT ? "no reply" : lucid_error_name((int)took));
    } else {
        ping->answered++;
        printf("%s: reply %u of %d octets in %.3f ms\n", address, sequence, OCTETS, (double)took / 1e6);
    }
    fflush(stdout);
    lucid_time next = sent + ping->interval, now;
    while (sequence < ping->count && !lucid_host_stopped(ping->host) && (now = lucid_host_now()) < next) {
        lucid_host_step(ping->host, next - now);
    }
    return !error && !lucid_host_stopped(ping->host);
}

static int run(struct ping *ping, const char *address) {
    int family = is_ipv4(ping) ? LUCID_AF_INET : LUCID_AF_INET6;
    int protocol = is_ipv4(ping) ? LUCID_IPPROTO_ICMP : LUCID_IPPROTO_ICMPV6;
    ping->fd = lucid_socket(lucid_host_stack(ping->host), family, LUCID_SOCK_DGRAM, protocol);
    if (ping->fd < 0) {
        fprintf(stderr, "lucid-ping: cannot make a socket: %s\n", lucid_error_name(ping->fd));
        return FAILED;
    }
    unsigned sequence = 1;
    while (ask(ping, sequence, address) && sequence < ping->count) {
        sequence++;
    }
    printf("%u of %u requests answered\n", ping->answered, sequence);
    return ping->answered == ping->count ? OK : FAILED;
}

static bool take_count(const char *text, unsigned *count, char error[LUCID_ERROR_TEXT]) {
    size_t digits = strspn(text, "0123456789");
    unsigned long number = digits > 0 && digits <= 5 && text[digits] == '\0' ? strtoul(text, NULL, 10) : 0;
    *count = (unsigned)number;
    snprintf(error, LUCID_ERROR_TEXT, "--count wants a number from 1 to %d, not %.60s", COUNT_MAX, text);
    return number >= 1 && number <= COUNT_MAX;
}

enum { COUNT = DEVICE_OPTIONS_NEXT, INTERVAL, HELP };

/* False, and the sentence, when it is wrong. */
static bool take_option(struct ping *ping, struct device_options *device, int option, char error[LUCID_ERROR_TEXT]) {
    switch (option) {
    case COUNT:
        return take_count(optarg, &ping->count, error);
    case INTERVAL:
        return device_options_seconds("--interval", optarg, &ping->interval, error);
    case HELP:
        fputs(usage, stdout);
        exit(OK);
    default:
        return device_options_take(device, option, optarg, error);
    }
}

static bool take_options(int argc, char **argv, struct ping *ping, struct device_options *device,
                         char error[LUCID_ERROR_TEXT]) {
    static const struct option known[] = {
        DEVICE_LONG_OPTIONS,
        {"count", required_argument, NULL, COUNT},
        {"interval", required_argument, NULL, INTERVAL},
        {"help", no_argument, NULL, HELP},
        {0},
    };
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", known, NULL)) != -1) {
        if (option == ':' || option == '?') {
            snprintf(error, LUCID_ERROR_TEXT, "%.60s %s: try --help", argv[optind - 1],
                     option == ':' ? "needs a value" : "is no option");
            return false;
        }
        if (!take_option(ping, device, option, error)) {
            return false;
        }
    }
    snprintf(error, LUCID_ERROR_TEXT, "one address is wanted: try --help");
    return optind == argc - 1 && device_options_settle(device, error);
}

int main(int argc, char **argv) {
    struct ping ping = {.count = 4, .interval = LUCID_SECOND};
    struct device_options device;
    char error[LUCID_ERROR_TEXT];
    device_options_begin(&device);
    if (!take_options(argc, argv, &ping, &device, error)) {
        fprintf(stderr, "lucid-ping: %s\n", error);
        return USAGE;
    }
    const char *address = argv[optind];
    if (lucid_addr_parse(address, &ping.remote.addr) < 0) {
        fprintf(stderr, "lucid-ping: %s is neither an IPv4 nor an IPv6 address\n", address);
        return USAGE;
    }
    if (lucid_host_open(&ping.host, &device.host, error) < 0) {
        fprintf(stderr, "lucid-ping: %s\n", error);
        return FAILED;
    }
    interrupt_stops(ping.host);
    int status = run(&ping, address);
    interrupt_stops(NULL);
    lucid_host_close(ping.host);
    return status;
}
