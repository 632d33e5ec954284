/* main.c: lucid-fetch: our stack as the client of a web server on the host's kernel. The options; the exchange is in
 * fetch.c, the states of the connection in history.c.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/fetch.h"
#include "fetch/history.h"

enum { OK = 0, FAILED = 1, USAGE = 2 };

static const char usage[] =
    "usage: lucid-fetch [-v] [options] URL\n"
    "\n"
    "Gets http://ADDRESS[:PORT]/PATH over a stack of its own; ADDRESS is IPv4 or [IPv6]. The body goes to stdout.\n"
    "  -v                  heads, and the states of the connection with the rule of each change, to stderr\n"
    "  -o, --output FILE   the body goes there\n"
    "  --head              HEAD instead of GET\n"
    "  --data STRING       POST it\n"
    "  --timeout SECONDS   for the connection, and each time for something to arrive; 30\n"
    "  --msl SECONDS       maximum segment lifetime; waits for the end of TIME-WAIT, which is twice as long\n"
    "  --tun NAME          name of the device; lucid0\n"
    "  --addr A            our address, once or twice; 10.77.0.2 and fd77::2\n"
    "  --host-addr A/LEN   the kernel's, once or twice; 10.77.0.1/24 and fd77::1/64\n"
    "  --no-configure      the device is there and up\n"
    "  --faults SPEC       a bad link: loss=2%,delay=5ms,reorder=5%,dup=1%,corrupt=0.1%,rate=10mbit,seed=7\n"
    "  --pcap FILE         capture the packets\n"
    "  --help              this text\n"
    "Exit status: 0 a complete response below 400, 1 another status or a failure, 2 usage.\n";

static const struct option known[] = {
    {"output", required_argument, NULL, 'o'},
    {"head", no_argument, NULL, 'H'},
    {"data", required_argument, NULL, 'd'},
    {"timeout", required_argument, NULL, 'T'},
    {"msl", required_argument, NULL, 'm'},
    {"tun", required_argument, NULL, 't'},
    {"addr", required_argument, NULL, 'a'},
    {"host-addr", required_argument, NULL, 'A'},
    {"no-configure", no_argument, NULL, 'n'},
    {"faults", required_argument, NULL, 'f'},
    {"pcap", required_argument, NULL, 'p'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct command {
    struct fetch fetch;
    struct lucid_host_options options;
    unsigned addrs, host_addrs; /* given so far: the first one replaces the defaults */
    bool wait;                  /* for the end of TIME-WAIT */
};

static struct lucid_host *interrupted;

static void on_signal(int number) {
    (void)number;
    lucid_host_stop(interrupted);
}

static bool refuse(const char *option, const char *wants, const char *text) {
    fprintf(stderr, "lucid-fetch: --%s wants %s, not %s\n", option, wants, text);
    return false;
}

static bool take_seconds(const char *option, const char *text, lucid_time *time) {
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0.001 && seconds <= 86400)) {
        return refuse(option, "seconds from 0.001 to 86400", text);
    }
    *time = (lucid_time)(seconds * 1e9);
    return true;
}

/* The first address that is given takes the place of the defaults; a second one stands beside it. */
static bool take_address(const char *option, const char *text, struct lucid_ifaddr addrs[2], unsigned *given,
                         unsigned *count) {
    struct lucid_ifaddr addr;
    uint8_t prefix = strchr(text, ':') ? 64 : 24;
    bool slash_wanted = strcmp(option, "host-addr") == 0;
    if (lucid_ifaddr_parse(text, prefix, &addr) < 0 || (slash_wanted && !strchr(text, '/'))) {
        return refuse(option, slash_wanted ? "an address with its prefix, such as 10.77.0.1/24" : "an address", text);
    }
    if (*given == 2) {
        return refuse(option, "to be given at most twice", text);
    }
    addrs[(*given)++] = addr;
    *count = *given;
    return true;
}

static bool take_faults(const char *text, struct lucid_host_options *options) {
    char error[LUCID_ERROR_TEXT];
    struct lucid_faults faults;
    options->faults = text;
    if (lucid_faults_parse(text, &faults, error) < 0) {
        fprintf(stderr, "lucid-fetch: --faults: %s\n", error);
        return false;
    }
    return true;
}

/* Options of the device and the stack. */
static bool take_network(int option, const char *name, struct command *command) {
    struct lucid_host_options *options = &command->options;
    switch (option) {
    case 't':
        options->device = optarg;
        return true;
    case 'a':
        return take_address(name, optarg, options->config.addrs, &command->addrs, &options->config.addr_count);
    case 'A':
        return take_address(name, optarg, options->host_addrs, &command->host_addrs, &options->host_addr_count);
    case 'n':
        options->configure = false;
        return true;
    case 'f':
        return take_faults(optarg, options);
    case 'p':
        options->pcap = optarg;
        return true;
    case 'm':
        command->wait = true;
        return take_seconds(name, optarg, &options->config.msl);
    default:
        return false;
    }
}

/* Options of the request. */
static bool take_option(int option, const char *name, struct command *command) {
    struct fetch *fetch = &command->fetch;
    switch (option) {
    case 'v':
        fetch->verbose = true;
        return true;
    case 'o':
        fetch->output = optarg;
        return true;
    case 'H':
        fetch->head = true;
        return true;
    case 'd':
        fetch->data = optarg;
        return true;
    case 'T':
        return take_seconds(name, optarg, &fetch->timeout);
    case 'h':
        fputs(usage, stdout);
        exit(OK);
    default:
        return take_network(option, name, command);
    }
}

static bool take_command(int argc, char **argv, struct command *command) {
    char error[URL_ERROR];
    int option, index = 0;
    while ((option = getopt_long(argc, argv, "vo:", known, &index)) != -1) {
        if (!take_option(option, known[index].name, command)) {
            return false;
        }
    }
    if (command->fetch.head && command->fetch.data) {
        fputs("lucid-fetch: --head has no body to send; give either it or --data\n", stderr);
        return false;
    }
    if (optind != argc - 1) {
        fprintf(stderr, "lucid-fetch: it wants one URL, not %d\n", argc - optind);
        return false;
    }
    if (url_parse(argv[optind], &command->fetch.url, error) < 0) {
        fprintf(stderr, "lucid-fetch: %s\n", error);
        return false;
    }
    return true;
}

/* TIME-WAIT is waited for, or forgotten with the stack, which a stack that lived on would not do. */
static void leave(const struct command *command, struct lucid_host *host) {
    struct lucid_stats stats;
    lucid_time twice = 2 * command->options.config.msl;
    lucid_stats(lucid_host_stack(host), &stats);
    if (command->wait) {
        lucid_host_drain(host, true, twice + LUCID_SECOND);
    } else if (stats.timewaits > 0 && command->fetch.verbose) {
        fprintf(stderr, "* the TIME-WAIT record would live on for 2MSL, %g s; with --msl its end is waited for\n",
                (double)twice / 1e9);
    }
}

static int run(const struct command *command, struct lucid_host *host) {
    struct history history;
    int error = command->fetch.verbose ? history_begin(&history, host) : 0;
    if (error < 0) {
        fprintf(stderr, "lucid-fetch: cannot follow the states: %s\n", lucid_error_name(error));
        return FAILED;
    }
    bool fetched = fetch_run(&command->fetch, host);
    if (command->fetch.verbose) {
        history_tell(&history, host);
    }
    leave(command, host);
    return fetched ? OK : FAILED;
}

int main(int argc, char **argv) {
    static struct command command = {.fetch.timeout = 30 * LUCID_SECOND};
    struct lucid_host *host;
    char error[LUCID_ERROR_TEXT];
    lucid_host_defaults(&command.options);
    if (!take_command(argc, argv, &command)) {
        fputs("lucid-fetch: try --help\n", stderr);
        return USAGE;
    }
    if (lucid_host_open(&host, &command.options, error) < 0) {
        fprintf(stderr, "lucid-fetch: %s\n", error);
        return FAILED;
    }
    interrupted = host;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int status = run(&command, host);
    lucid_host_close(host);
    return status;
}
