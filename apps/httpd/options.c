/* options.c: see options.h. Every value is checked here, before a device, a file or a socket is touched. */
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/ladders.h"

const char options_help[] =
    "usage: lucid-httpd [options]\n"
    "\n"
    "A web server on a TCP/IP stack of its own, behind a TUN device. Without options: device lucid0, the kernel is\n"
    "10.77.0.1 and fd77::1, the server http://10.77.0.2/ and http://[fd77::2]/; it needs root or CAP_NET_ADMIN.\n"
    "\n"
    "  --tun NAME           name of the interface (lucid0)\n"
    "  --addr A             address of the server; once for IPv4, once for IPv6 (10.77.0.2, fd77::2)\n"
    "  --host-addr A/LEN    address of the kernel's end, likewise (10.77.0.1/24, fd77::1/64)\n"
    "  --port N             port to listen on (80)\n"
    "  --root DIR           serve the files beneath DIR; otherwise one page that explains itself\n"
    "  --trace              print every segment, state, timer, decision and call as a line of text\n"
    "  --trace-json FILE    write the same as JSON Lines\n"
    "  --ladder N           draw each of the first N connections, once it has ended, with both ends' states\n"
    "  --pcap FILE          write the packets, for tshark or Wireshark, also while the server runs\n"
    "  --msl SECONDS        maximum segment lifetime; TIME-WAIT lasts twice as long (120)\n"
    "  --faults SPEC        make the link bad, both ways: loss=1%,delay=20ms,dup=1%,reorder=2%,corrupt=0.1%,\n"
    "                       rate=10mbit,jitter=5ms,queue=100,seed=7\n"
    "  --no-configure       the interface is there, has its addresses and is up: do not touch it\n"
    "  --help               this text\n"
    "\n"
    "It ends on Ctrl-C or SIGTERM; the interface goes with it. Exit status: 0, 1 failure, 2 wrong usage.\n";

enum letter {
    TUN = 256,
    ADDR,
    HOST_ADDR,
    PORT,
    ROOT,
    TRACE,
    TRACE_JSON,
    LADDER,
    PCAP,
    MSL,
    FAULTS,
    NO_CONFIGURE,
    HELP
};

static const struct option long_options[] = {
    {"tun", required_argument, NULL, TUN},
    {"addr", required_argument, NULL, ADDR},
    {"host-addr", required_argument, NULL, HOST_ADDR},
    {"port", required_argument, NULL, PORT},
    {"root", required_argument, NULL, ROOT},
    {"trace", no_argument, NULL, TRACE},
    {"trace-json", required_argument, NULL, TRACE_JSON},
    {"ladder", required_argument, NULL, LADDER},
    {"pcap", required_argument, NULL, PCAP},
    {"msl", required_argument, NULL, MSL},
    {"faults", required_argument, NULL, FAULTS},
    {"no-configure", no_argument, NULL, NO_CONFIGURE},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

/* The longest name that an interface may have, with its NUL: IFNAMSIZ. */
enum { NAME_SIZE = 16 };

/* Which of the addresses were given, so that the first one replaces the defaults. */
struct reading {
    struct options *options;
    unsigned addrs, host_addrs;
    char *error;
};

__attribute__((format(printf, 2, 3))) static int wrong(const struct reading *reading, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reading->error, LUCID_ERROR_TEXT, format, arguments);
    va_end(arguments);
    return -1;
}

/* ---- values ---- */

static int read_tun(const struct reading *reading, const char *text) {
    if (text[0] == '\0' || strlen(text) >= NAME_SIZE || strpbrk(text, "/ \t\n:") || text[0] == '.') {
        return wrong(reading, "--tun %s is no name for an interface: take 1 to %d letters and digits", text,
                     NAME_SIZE - 1);
    }
    reading->options->host.device = text;
    return 0;
}

/* Adds one to a list that has at most one address of each family. */
static int add_address(const struct reading *reading, struct lucid_ifaddr *list, unsigned *count,
                       const struct lucid_ifaddr *one, const char *option) {
    bool ipv4 = lucid_addr_is_ipv4(&one->addr);
    for (unsigned i = 0; i < *count; i++) {
        if (lucid_addr_is_ipv4(&list[i].addr) == ipv4) {
            return wrong(reading, "%s is given twice for %s: give it once for IPv4 and once for IPv6", option,
                         ipv4 ? "IPv4" : "IPv6");
        }
    }
    list[(*count)++] = *one;
    return 0;
}

static int read_addr(struct reading *reading, const char *text) {
    struct lucid_config *config = &reading->options->host.config;
    struct lucid_ifaddr one = {.prefix = 0};
    if (lucid_addr_parse(text, &one.addr) < 0 || lucid_addr_is_any(&one.addr)) {
        return wrong(reading, "--addr %.60s is no address: write one such as 10.77.0.2 or fd77::2", text);
    }
    int failed = add_address(reading, config->addrs, &reading->addrs, &one, "--addr");
    config->addr_count = reading->addrs;
    return failed;
}

static int read_host_addr(struct reading *reading, const char *text) {
    struct lucid_host_options *host = &reading->options->host;
    struct lucid_ifaddr one;
    if (!strchr(text, '/') || lucid_ifaddr_parse(text, 0, &one) < 0 || lucid_addr_is_any(&one.addr)) {
        return wrong(reading,
                     "--host-addr %.60s is no address with a prefix: write one such as 10.77.0.1/24 or fd77::1/64",
                     text);
    }
    int failed = add_address(reading, host->host_addrs, &reading->host_addrs, &one, "--host-addr");
    host->host_addr_count = reading->host_addrs;
    return failed;
}

/* A number from 1 to most; 0 when it is none. */
static unsigned long read_number(const char *text, unsigned long most) {
    char *end;
    bool digit = text[0] >= '0' && text[0] <= '9';
    unsigned long number = digit ? strtoul(text, &end, 10) : 0;
    return digit && *end == '\0' && number <= most ? number : 0;
}

static int read_port(const struct reading *reading, const char *text) {
    reading->options->port = (uint16_t)read_number(text, UINT16_MAX);
    if (reading->options->port == 0) {
        return wrong(reading, "--port %.60s is no port: take a number from 1 to 65535", text);
    }
    return 0;
}

static int read_ladder(const struct reading *reading, const char *text) {
    reading->options->ladder = (unsigned)read_number(text, LADDERS_MAX);
    if (reading->options->ladder == 0) {
        return wrong(reading, "--ladder %.60s is no number of connections: take one from 1 to %d", text, LADDERS_MAX);
    }
    return 0;
}

/* Seconds, with a fraction if it is wanted: from a millisecond to an hour. */
static int read_msl(const struct reading *reading, const char *text) {
    char *end = NULL;
    bool plain = text[0] != '\0' && strspn(text, "0123456789.") == strlen(text);
    double seconds = plain ? strtod(text, &end) : 0;
    if (!plain || *end || seconds < 0.001 || seconds > 3600) {
        return wrong(reading, "--msl %.60s is no time: take seconds from 0.001 to 3600; the RFC has 120", text);
    }
    reading->options->host.config.msl = (lucid_time)(seconds * 1e9 + 0.5);
    return 0;
}

static int read_faults(const struct reading *reading, const char *text) {
    struct lucid_faults faults;
    char why[LUCID_ERROR_TEXT];
    if (lucid_faults_parse(text, &faults, why) < 0) {
        return wrong(reading, "--faults: %.240s", why);
    }
    reading->options->host.faults = text;
    return 0;
}

static int read_option(struct reading *reading, int option, const char *text) {
    struct options *options = reading->options;
    switch (option) {
    case TUN:
        return read_tun(reading, text);
    case ADDR:
        return read_addr(reading, text);
    case HOST_ADDR:
        return read_host_addr(reading, text);
    case PORT:
        return read_port(reading, text);
    case ROOT:
        options->http.root = text;
        return 0;
    case TRACE:
        options->trace = true;
        return 0;
    case TRACE_JSON:
        options->trace_json = text;
        return 0;
    case LADDER:
        return read_ladder(reading, text);
    case PCAP:
        options->host.pcap = text;
        return 0;
    case MSL:
        return read_msl(reading, text);
    case FAULTS:
        return read_faults(reading, text);
    case NO_CONFIGURE:
        options->host.configure = false;
        return 0;
    case HELP:
        options->help = true;
        return 0;
    default:
        return -1;
    }
}

/* ---- what belongs together ---- */

static bool same_network(const struct lucid_addr *a, const struct lucid_ifaddr *network) {
    bool ipv4 = lucid_addr_is_ipv4(a);
    unsigned bits = network->prefix + (ipv4 ? 96u : 0u);
    if (ipv4 != lucid_addr_is_ipv4(&network->addr)) {
        return false;
    }
    for (unsigned i = 0; i < bits; i++) {
        if ((a->octet[i / 8] ^ network->addr.octet[i / 8]) & 0x80u >> i % 8) {
            return false;
        }
    }
    return true;
}

/* Gives an address of ours the prefix of the kernel's network that it lies in; else nobody could reach it. */
static int settle_address(const struct reading *reading, struct lucid_ifaddr *own) {
    const struct lucid_host_options *host = &reading->options->host;
    char text[LUCID_ADDR_TEXT];
    for (unsigned i = 0; i < host->host_addr_count; i++) {
        const struct lucid_ifaddr *kernel = &host->host_addrs[i];
        if (lucid_addr_equal(&own->addr, &kernel->addr)) {
            return wrong(reading, "%s cannot be the server's and the kernel's address: choose another for one of them",
                         lucid_addr_format(&own->addr, text));
        }
        if (same_network(&own->addr, kernel)) {
            own->prefix = kernel->prefix;
            return 0;
        }
    }
    if (!host->configure) {
        own->prefix = lucid_addr_is_ipv4(&own->addr) ? 32 : 128;
        return 0;
    }
    return wrong(reading, "%s lies in no network of the kernel's end: give --host-addr too, such as 10.77.0.1/24",
                 lucid_addr_format(&own->addr, text));
}

static int settle(const struct reading *reading) {
    struct lucid_config *config = &reading->options->host.config;
    for (unsigned i = 0; i < config->addr_count; i++) {
        if (settle_address(reading, &config->addrs[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

int options_read(struct options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]) {
    struct reading reading = {.options = options, .error = error};
    *options = (struct options){.port = 80};
    lucid_host_defaults(&options->host);
    http_server_defaults(&options->http);
    opterr = 0;
    optind = 0; /* begin anew, whatever was read before: glibc */
    int option;
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        const char *word = argv[optind - 1];
        if (option == ':') {
            return wrong(&reading, "%.60s needs a value: see --help", word);
        }
        if (option == '?') {
            return wrong(&reading, "%.60s is no option: see --help", word);
        }
        if (read_option(&reading, option, optarg) < 0) {
            return -1;
        }
    }
    if (optind < argc) {
        return wrong(&reading, "%.60s is no option: see --help", argv[optind]);
    }
    return options->help ? 0 : settle(&reading);
}
