/* options.c: see options.h. Every value is checked here, before a device or a file is touched. */
#include "options.h"

#include <getopt.h>

#include "common/value.h"

const char dnsd_options_help[] =
    "usage: lucid-dnsd [options]\n"
    "\n"
    "A name server on a TCP/IP stack of its own, behind a TUN device: dig @10.77.0.2 www.lab.test. It answers for one\n"
    "zone, from a file like /etc/hosts, and for the names of its addresses; over UDP, and over TCP what is too long.\n"
    "Without options: device lucid0, the kernel is 10.77.0.1 and fd77::1; it needs root or CAP_NET_ADMIN.\n"
    "\n"
    "  --zone NAME          the zone (lab.test)\n"
    "  --hosts FILE         an address and its names on each line; SIGHUP reads it again. Without: ns and www are the\n"
    "                       stack's addresses, host is the kernel's\n"
    "  --ttl SECONDS        how long answers may be kept (60)\n"
    "  --port N             port to serve (53)\n"
    "  --log                print a line for each query\n"
    "  --explain            print each message octet by octet, with what it means\n"
    "  --msl SECONDS        maximum segment lifetime; TIME-WAIT lasts twice as long (120)\n" DEVICE_OPTIONS_HELP
    "  --help               this text\n"
    "\n"
    "It ends on Ctrl-C or SIGTERM; the interface goes with it. Exit status: 0, 1 failure, 2 wrong usage.\n";

enum letter { ZONE = DEVICE_OPTIONS_NEXT, HOSTS, TTL, PORT, LOG, EXPLAIN, HELP };

static const struct option long_options[] = {
    DEVICE_LONG_OPTIONS,
    {"zone", required_argument, NULL, ZONE},
    {"hosts", required_argument, NULL, HOSTS},
    {"ttl", required_argument, NULL, TTL},
    {"port", required_argument, NULL, PORT},
    {"log", no_argument, NULL, LOG},
    {"explain", no_argument, NULL, EXPLAIN},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

static bool take_option(struct dnsd_options *options, int option, const char *text, char error[LUCID_ERROR_TEXT]) {
    uint64_t number;
    switch (option) {
    case ZONE:
        options->zone = text;
        return true;
    case HOSTS:
        options->hosts = text;
        return true;
    case TTL:
        if (!value_number(text, 0, INT32_MAX, &number)) {
            return value_wrong(error, "--ttl %.60s is no number of seconds: take one from 0 to 2147483647", text);
        }
        options->ttl = (uint32_t)number;
        return true;
    case PORT:
        if (!value_number(text, 1, UINT16_MAX, &number)) {
            return value_wrong(error, "--port %.60s is no port: take a number from 1 to 65535", text);
        }
        options->server.port = (uint16_t)number;
        return true;
    case LOG:
        options->log = true;
        return true;
    case EXPLAIN:
        options->explain = true;
        return true;
    case HELP:
        options->help = true;
        return true;
    default:
        return device_options_take(&options->device, option, text, error);
    }
}

int dnsd_options_read(struct dnsd_options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]) {
    *options = (struct dnsd_options){.zone = "lab.test", .ttl = 60};
    device_options_begin(&options->device);
    dns_server_defaults(&options->server);
    opterr = 0;
    int option;
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        if (!value_option(option, argv[optind - 1], error) || !take_option(options, option, optarg, error)) {
            return -1;
        }
    }
    if (optind < argc) {
        value_option('?', argv[optind], error);
        return -1;
    }
    return options->help || device_options_settle(&options->device, error) ? 0 : -1;
}
