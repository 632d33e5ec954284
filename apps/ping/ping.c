/* ping.c: lucid-ping: is anybody there? ICMP and ICMPv6 echo from a stack of ours, over its own device.
 *
 * The shortest program that shows datagrams of the stack: a socket, a message, a wait with a time-out. RFC 792; RFC
 * 4443 4.1 and 4.2; the socket is described at lucid_socket().
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/interrupt.h"
#include "lucid/host.h"

enum { OK = 0, FAILED = 1, USAGE = 2 };
enum { ECHO4 = 8, ECHO6 = 128, HEADER = 8, OCTETS = 64 };

static const char usage[] = "usage: lucid-ping [options] ADDRESS\n"
                            "\n"
                            "Sends ICMP or ICMPv6 echo requests from a stack of its own and prints the replies.\n"
                            "  --count N           how many; 4\n"
                            "  --interval SECONDS  between two requests, and how long a reply is waited for; 1\n"
                            "  --tun NAME          name of the device; lucid0\n"
                            "  --no-configure      the device is there and up\n"
                            "  --help              this text\n"
                            "The kernel's end of the device is 10.77.0.1 and fd77::1, ours 10.77.0.2 and fd77::2.\n"
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

static bool take_number(const char *option, const char *text, double least, double most, double *value) {
    char *end;
    *value = strtod(text, &end);
    if (end != text && *end == '\0' && *value >= least && *value <= most) {
        return true;
    }
    fprintf(stderr, "lucid-ping: --%s wants a number from %g to %g, not %s\n", option, least, most, text);
    return false;
}

static bool take_options(int argc, char **argv, struct ping *ping, struct lucid_host_options *options) {
    static const struct option known[] = {
        {"count", required_argument, NULL, 'c'}, {"interval", required_argument, NULL, 'i'},
        {"tun", required_argument, NULL, 't'},   {"no-configure", no_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},        {0},
    };
    double number;
    int option, index;
    while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            exit(OK);
        }
        if (option == '?') {
            return false;
        }
        if (option == 'c' || option == 'i') {
            if (!take_number(known[index].name, optarg, option == 'c' ? 1 : 0.001, 65535, &number)) {
                return false;
            }
            ping->count = option == 'c' ? (unsigned)number : ping->count;
            ping->interval = option == 'i' ? (lucid_time)(number * 1e9) : ping->interval;
        }
        options->device = option == 't' ? optarg : options->device;
        options->configure = options->configure && option != 'n';
    }
    return optind == argc - 1;
}

int main(int argc, char **argv) {
    struct ping ping = {.count = 4, .interval = LUCID_SECOND};
    struct lucid_host_options options;
    char error[LUCID_ERROR_TEXT];
    lucid_host_defaults(&options);
    if (!take_options(argc, argv, &ping, &options)) {
        fputs("lucid-ping: try --help\n", stderr);
        return USAGE;
    }
    const char *address = argv[optind];
    if (lucid_addr_parse(address, &ping.remote.addr) < 0) {
        fprintf(stderr, "lucid-ping: %s is neither an IPv4 nor an IPv6 address\n", address);
        return USAGE;
    }
    if (lucid_host_open(&ping.host, &options, error) < 0) {
        fprintf(stderr, "lucid-ping: %s\n", error);
        return FAILED;
    }
    interrupt_stops(ping.host);
    int status = run(&ping, address);
    interrupt_stops(NULL);
    lucid_host_close(ping.host);
    return status;
}
