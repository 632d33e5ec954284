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
    "  --transport T        stack: as said above; kernel: the same server on the kernel's sockets, with --addr and\n"
    "                       --port, without a device and its options (stack)\n"
    "  --port N             port to listen on (80)\n"
    "  --root DIR           serve the files beneath DIR; otherwise one page that explains itself\n"
    "  --access-log FILE    write a line for each answer, in the combined format; -: to standard output\n"
    "  --access-json        as JSON Lines instead\n"
    "  --trace              print every segment, state, timer, decision and call as a line of text\n"
    "  --trace-json FILE    write the same as JSON Lines\n"
    "  --ladder N           draw each of the first N connections, once it has ended, with both ends' states\n"
    "  --msl SECONDS        maximum segment lifetime; TIME-WAIT lasts twice as long (120)\n" DEVICE_OPTIONS_HELP
    "  --help               this text\n"
    "\n"
    "It ends on Ctrl-C or SIGTERM; the interface goes with it. Exit status: 0, 1 failure, 2 wrong usage.\n";

enum letter { TRANSPORT = DEVICE_OPTIONS_NEXT, PORT, ROOT, ACCESS_LOG, ACCESS_JSON, TRACE, TRACE_JSON, LADDER, HELP };

static const struct option long_options[] = {
    DEVICE_LONG_OPTIONS,
    {"transport", required_argument, NULL, TRANSPORT},
    {"port", required_argument, NULL, PORT},
    {"root", required_argument, NULL, ROOT},
    {"access-log", required_argument, NULL, ACCESS_LOG},
    {"access-json", no_argument, NULL, ACCESS_JSON},
    {"trace", no_argument, NULL, TRACE},
    {"trace-json", required_argument, NULL, TRACE_JSON},
    {"ladder", required_argument, NULL, LADDER},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

/* Always -1. */
__attribute__((format(printf, 2, 3))) static int wrong(char error[LUCID_ERROR_TEXT], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, LUCID_ERROR_TEXT, format, arguments);
    va_end(arguments);
    return -1;
}

/* A number from 1 to most; 0 when it is none. */
static unsigned long read_number(const char *text, unsigned long most) {
    char *end;
    bool digit = text[0] >= '0' && text[0] <= '9';
    unsigned long number = digit ? strtoul(text, &end, 10) : 0;
    return digit && *end == '\0' && number <= most ? number : 0;
}

static int read_port(struct options *options, const char *text, char error[LUCID_ERROR_TEXT]) {
    options->port = (uint16_t)read_number(text, UINT16_MAX);
    if (options->port == 0) {
        return wrong(error, "--port %.60s is no port: take a number from 1 to 65535", text);
    }
    return 0;
}

static int read_ladder(struct options *options, const char *text, char error[LUCID_ERROR_TEXT]) {
    options->ladder = (unsigned)read_number(text, LADDERS_MAX);
    if (options->ladder == 0) {
        return wrong(error, "--ladder %.60s is no number of connections: take one from 1 to %d", text, LADDERS_MAX);
    }
    return 0;
}

static int read_transport(struct options *options, const char *text, char error[LUCID_ERROR_TEXT]) {
    options->kernel = strcmp(text, "kernel") == 0;
    if (!options->kernel && strcmp(text, "stack") != 0) {
        return wrong(error, "--transport %.60s is unknown: take stack or kernel", text);
    }
    return 0;
}

static int read_option(struct options *options, int option, const char *text, char error[LUCID_ERROR_TEXT]) {
    switch (option) {
    case TRANSPORT:
        return read_transport(options, text, error);
    case PORT:
        return read_port(options, text, error);
    case ROOT:
        options->http.root = text;
        return 0;
    case ACCESS_LOG:
        options->access_log = text;
        return 0;
    case ACCESS_JSON:
        options->access_json = true;
        return 0;
    case TRACE:
        options->trace = true;
        return 0;
    case TRACE_JSON:
        options->trace_json = text;
        return 0;
    case LADDER:
        return read_ladder(options, text, error);
    case HELP:
        options->help = true;
        return 0;
    default:
        return device_options_take(&options->device, option, text, error) ? 0 : -1;
    }
}

/* ---- what belongs together ---- */

/* Over the kernel's sockets there is no device, and no stack of ours that could tell anything. */
static bool needs_stack(int option) {
    static const int theirs[] = {DEVICE_TUN,    DEVICE_HOST_ADDR, DEVICE_NO_CONFIGURE,
                                 DEVICE_FAULTS, DEVICE_PCAP,      DEVICE_MSL,
                                 TRACE,         TRACE_JSON,       LADDER};
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        if (option == theirs[i]) {
            return true;
        }
    }
    return false;
}

/* Where it listens. On a stack of ours on all addresses, for they are ours; on the kernel's sockets on those given. */
static void settle_local(struct options *options) {
    const struct lucid_config *config = &options->device.host.config;
    unsigned given = options->kernel ? options->device.addrs : 0;
    options->local_count = given > 0 ? given : 1;
    for (unsigned i = 0; i < options->local_count; i++) {
        options->local[i] = (struct lucid_sockaddr){.port = options->port};
        if (given > 0) {
            options->local[i].addr = config->addrs[i].addr;
        }
    }
}

static int settle(struct options *options, char error[LUCID_ERROR_TEXT]) {
    if (options->access_json && !options->access_log) {
        return wrong(error, "--access-json says how, not where: give --access-log FILE too");
    }
    if (options->kernel && options->needs_stack) {
        return wrong(error, "--%s needs a stack of ours: leave it out, or --transport kernel", options->needs_stack);
    }
    settle_local(options);
    return options->kernel || device_options_settle(&options->device, error) ? 0 : -1;
}

/* ---- the command line ---- */

int options_read(struct options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]) {
    *options = (struct options){.port = 80};
    device_options_begin(&options->device);
    http_server_defaults(&options->http);
    options->http.types = "/etc/mime.types";
    opterr = 0;
    optind = 0; /* begin anew, whatever was read before: glibc */
    int option, index = 0;
    while ((option = getopt_long(argc, argv, ":", long_options, &index)) != -1) {
        const char *word = argv[optind - 1];
        if (option == ':') {
            return wrong(error, "%.60s needs a value: see --help", word);
        }
        if (option == '?') {
            return wrong(error, "%.60s is no option: see --help", word);
        }
        if (read_option(options, option, optarg, error) < 0) {
            return -1;
        }
        if (needs_stack(option)) {
            options->needs_stack = long_options[index].name;
        }
    }
    if (optind < argc) {
        return wrong(error, "%.60s is no option: see --help", argv[optind]);
    }
    return options->help ? 0 : settle(options, error);
}
