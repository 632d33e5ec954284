/* options.c: see options.h. Every value is checked here, before a device, a file or a socket is touched. */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/ladders.h"
#include "common/value.h"
#include "config.h"

const char options_help[] =
    "usage: lucid-httpd [options]\n"
    "\n"
    "A web server on a TCP/IP stack of its own, behind a TUN device. Without options: device lucid0, the kernel is\n"
    "10.77.0.1 and fd77::1, the server http://10.77.0.2/ and http://[fd77::2]/; it needs root or CAP_NET_ADMIN.\n"
    "\n"
    "  --transport T        stack: as said above; kernel: the same server on the kernel's sockets, with --addr and\n"
    "                       --port, without a device and its options (stack)\n"
    "  --port N             port to listen on (80)\n"
    "  --uwsgi-port N       another one, for uwsgi packets, as uwsgi_pass of Nginx sends them\n"
    "  --queues N           queues of the device, each with a stack, a server and a thread of its own, 1 to 64 (1);\n"
    "                       with several, nothing is recorded for /why, and --trace, --trace-json, --ladder, --record\n"
    "                       and --pcap are refused\n"
    "  --config FILE        read these settings from FILE too, a line for each, without the dashes; SIGHUP reads it "
    "again\n"
    "  --root DIR           serve the files beneath DIR; otherwise one page that explains itself\n"
    "  --listing            show what is in a folder that has no index.html\n"
    "  --access-log FILE    write a line for each answer, in the combined format; -: to standard output;\n"
    "                       status 499: the client left before its answer began\n"
    "  --access-json        as JSON Lines instead\n"
    "  --connections N      connections at one time: then the longest idle goes, or newcomers wait (50000)\n"
    "  --head-time SECONDS  in which the head of a request must have come; else 408 (10)\n"
    "  --body-time SECONDS  in which 1000 octets of a body must have come; else 408 (10)\n"
    "  --idle-time SECONDS  for which a connection is kept between requests (60)\n"
    "  --send-time SECONDS  in which a client must take something of an answer; else it is reset (60)\n"
    "  --stop-time SECONDS  for which requests under way are finished, after Ctrl-C or SIGTERM (5)\n"
    "  --max-line OCTETS    of a request line; else 414 (8192)\n"
    "  --max-head OCTETS    of a head; else 431 (32768)\n"
    "  --max-fields N       of a head; else 431 (100)\n"
    "  --max-body OCTETS    of a body; else 413 (16777216)\n"
    "  --upstream PREFIX=URL\n"
    "                       pass PREFIX and all below it on to http://HOST:PORT, http://HOST:PORT/PATH (which takes "
    "the\n"
    "                       prefix's place) or uwsgi://HOST:PORT; once for each prefix\n"
    "  --upstream-time SECONDS\n"
    "                       in which something must come from there or go there; else 504 (60)\n"
    "  --trace              print every segment, state, timer, decision and call as a line of text\n"
    "  --trace-json FILE    write the same as JSON Lines\n"
    "  --ladder N           draw each of the first N connections, once it has ended, with both ends' states\n"
    "  --record N           keep N connections and 3 N requests, the latest, for /why and /pcap; 0: none (32)\n"
    "  --allow-faults       let a request make its connection bad: /bytes/1000000?loss=5&delay=80&mss=200\n"
    "  --msl SECONDS        maximum segment lifetime; TIME-WAIT lasts twice as long (120)\n" DEVICE_OPTIONS_HELP
    "  --help               this text\n"
    "\n"
    "It ends on Ctrl-C or SIGTERM, at once on the second one; the interface goes with it. Exit status: 0, 1 failure, 2 "
    "wrong usage.\n";

/* Those from SETTINGS on are of settings_table. */
enum letter {
    TRANSPORT = DEVICE_OPTIONS_NEXT,
    PORT,
    UWSGI_PORT,
    QUEUES,
    CONFIG,
    TRACE,
    TRACE_JSON,
    LADDER,
    RECORD,
    ALLOW_FAULTS,
    HELP,
    SETTINGS
};

static const struct option own_options[] = {
    DEVICE_LONG_OPTIONS,
    {"transport", required_argument, NULL, TRANSPORT},
    {"port", required_argument, NULL, PORT},
    {"uwsgi-port", required_argument, NULL, UWSGI_PORT},
    {"queues", required_argument, NULL, QUEUES},
    {"config", required_argument, NULL, CONFIG},
    {"trace", no_argument, NULL, TRACE},
    {"trace-json", required_argument, NULL, TRACE_JSON},
    {"ladder", required_argument, NULL, LADDER},
    {"record", required_argument, NULL, RECORD},
    {"allow-faults", no_argument, NULL, ALLOW_FAULTS},
    {"help", no_argument, NULL, HELP},
};

enum { OWN = sizeof own_options / sizeof own_options[0], TABLE = OWN + OPTIONS_GIVEN + 1 };

/* What getopt_long() wants: our own, and the settings that one word can say. */
static void make_table(struct option table[TABLE]) {
    unsigned count = 0;
    memcpy(table, own_options, sizeof own_options);
    count = OWN;
    for (unsigned i = 0; i < settings_count && count < TABLE - 1; i++) {
        if (settings_table[i].most <= 1 && settings_table[i].repeats != SETTING_REPEATS_IN_FILE) {
            int argument = settings_table[i].most == 0 ? no_argument : required_argument;
            table[count++] = (struct option){settings_table[i].name, argument, NULL, SETTINGS + (int)i};
        }
    }
    table[count] = (struct option){NULL, 0, NULL, 0};
}

static bool take_transport(struct options *options, const char *text, char error[LUCID_ERROR_TEXT]) {
    options->kernel = strcmp(text, "kernel") == 0;
    return options->kernel || strcmp(text, "stack") == 0 ||
           value_wrong(error, "--transport %.60s is unknown: take stack or kernel", text);
}

static bool take_port(uint16_t *port, const char *name, const char *text, char error[LUCID_ERROR_TEXT]) {
    uint64_t number = 0;
    bool good = value_number(text, 1, UINT16_MAX, &number);
    *port = (uint16_t)number;
    return good || value_wrong(error, "%s %.60s is no port: take a number from 1 to 65535", name, text);
}

static bool take_queues(struct options *options, const char *text, char error[LUCID_ERROR_TEXT]) {
    uint64_t number = 0;
    bool good = value_number(text, 1, LUCID_QUEUES_MAX, &number);
    options->queues = (unsigned)number;
    return good ||
           value_wrong(error, "--queues %.60s is no number of queues: take one from 1 to %d", text, LUCID_QUEUES_MAX);
}

static bool take_ladder(struct options *options, const char *text, char error[LUCID_ERROR_TEXT]) {
    uint64_t number = 0;
    bool good = value_number(text, 1, LADDERS_MAX, &number);
    options->ladder = (unsigned)number;
    return good ||
           value_wrong(error, "--ladder %.60s is no number of connections: take one from 1 to %d", text, LADDERS_MAX);
}

static bool take_record(struct options *options, const char *text, char error[LUCID_ERROR_TEXT]) {
    enum { MOST = 1000 };
    uint64_t number = 0;
    bool good = value_number(text, 0, MOST, &number);
    options->record = (unsigned)number;
    return good || value_wrong(error, "--record %.60s is no number of connections: take one from 0 to %d", text, MOST);
}

/* Its words are looked at later, when those of the file have been taken. */
static bool remember(struct options *options, unsigned i, const char *text, char error[LUCID_ERROR_TEXT]) {
    if (options->given_count == OPTIONS_GIVEN) {
        return value_wrong(error,
                           "there are more than %d settings on the command line: write them into a file, for --config",
                           OPTIONS_GIVEN);
    }
    options->given[options->given_count++] = (struct options_given){&settings_table[i], text};
    return true;
}

static bool take_option(struct options *options, int option, const char *text, char error[LUCID_ERROR_TEXT]) {
    if (option >= SETTINGS) {
        return remember(options, (unsigned)(option - SETTINGS), text, error);
    }
    switch (option) {
    case TRANSPORT:
        return take_transport(options, text, error);
    case PORT:
        return take_port(&options->port, "--port", text, error);
    case UWSGI_PORT:
        return take_port(&options->uwsgi_port, "--uwsgi-port", text, error);
    case QUEUES:
        return take_queues(options, text, error);
    case CONFIG:
        options->config = text;
        return true;
    case TRACE:
        options->trace = true;
        return true;
    case TRACE_JSON:
        options->trace_json = text;
        return true;
    case LADDER:
        return take_ladder(options, text, error);
    case RECORD:
        return take_record(options, text, error);
    case ALLOW_FAULTS:
        options->allow_faults = true;
        return true;
    case HELP:
        options->help = true;
        return true;
    default:
        return device_options_take(&options->device, option, text, error);
    }
}

/* ---- settings ---- */

static bool take_given(struct settings *settings, const struct options_given *given, char error[LUCID_ERROR_TEXT]) {
    struct setting_words words = {.count = given->word != NULL, .word = {given->word}};
    char why[LUCID_ERROR_TEXT];
    return given->setting->take(settings, &words, why) || value_wrong(error, "--%s %.200s", given->setting->name, why);
}

/* A copy of the file's text, which its words point into. */
static bool take_file(struct settings *settings, const char *name, const struct text *file,
                      char error[LUCID_ERROR_TEXT]) {
    char *copy = malloc(file->length + 1);
    if (!copy) {
        return value_wrong(error, "there is no memory for the settings: free some");
    }
    memcpy(copy, file->data, file->length + 1);
    return config_take(settings, name, copy, file->length, error);
}

static bool take_all(struct settings *settings, const struct options *options, const struct text *file,
                     char error[LUCID_ERROR_TEXT]) {
    if (options->config && !take_file(settings, options->config, file, error)) {
        return false;
    }
    for (unsigned i = 0; i < options->given_count; i++) {
        if (!take_given(settings, &options->given[i], error)) {
            return false;
        }
    }
    return settings_settle(settings, error);
}

static struct settings *make_settings(const struct options *options, const struct text *file,
                                      char error[LUCID_ERROR_TEXT]) {
    struct settings *settings = settings_new();
    if (!settings) {
        value_wrong(error, "there is no memory for the settings: free some");
        return NULL;
    }
    if (!take_all(settings, options, file, error)) {
        settings_drop(settings);
        return NULL;
    }
    return settings;
}

/* The file is read once, so that all get the same. */
bool options_settings(const struct options *options, struct settings **all, unsigned count,
                      char error[LUCID_ERROR_TEXT]) {
    struct text file = text_growing();
    bool good = !options->config || config_load(&file, options->config, error);
    unsigned made = 0;
    while (good && made < count) {
        all[made] = make_settings(options, &file, error);
        good = all[made] != NULL;
        made += good;
    }
    text_free(&file);
    while (!good && made > 0) {
        settings_drop(all[--made]);
        all[made] = NULL;
    }
    return good;
}

/* ---- what belongs together ---- */

/* Over the kernel's sockets there is no device, and no stack of ours that could tell anything. */
static bool needs_stack(int option) {
    static const int theirs[] = {
        DEVICE_TUN, DEVICE_HOST_ADDR, DEVICE_NO_CONFIGURE, DEVICE_FAULTS, DEVICE_PCAP, DEVICE_MSL, TRACE,
        TRACE_JSON, LADDER,           ALLOW_FAULTS,        QUEUES};
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        if (option == theirs[i]) {
            return true;
        }
    }
    return false;
}

/* What is written to one place, in the order in which one stack sees it. */
static bool needs_one_queue(const struct options *options, int option) {
    if (option == RECORD) {
        return options->record > 0;
    }
    return option == DEVICE_PCAP || option == TRACE || option == TRACE_JSON || option == LADDER;
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

static bool settle(struct options *options, char error[LUCID_ERROR_TEXT]) {
    if (options->kernel && options->needs_stack) {
        return value_wrong(error, "--%s needs a stack of ours: leave it out, or --transport kernel",
                           options->needs_stack);
    }
    if (options->queues > 1 && options->needs_one) {
        return value_wrong(error, "--%s tells of one stack, and each queue has its own: leave it out, or --queues",
                           options->needs_one);
    }
    if (options->queues > 1) {
        options->record = 0;
    }
    settle_local(options);
    return options->kernel || device_options_settle(&options->device, error);
}

/* ---- the command line ---- */

static bool read_words(struct options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]) {
    struct option table[TABLE];
    int option, index = 0;
    make_table(table);
    opterr = 0;
    optind = 0; /* begin anew, whatever was read before: glibc */
    while ((option = getopt_long(argc, argv, ":", table, &index)) != -1) {
        if (!value_option(option, argv[optind - 1], error) || !take_option(options, option, optarg, error)) {
            return false;
        }
        if (needs_stack(option)) {
            options->needs_stack = table[index].name;
        }
        if (needs_one_queue(options, option)) {
            options->needs_one = table[index].name;
        }
    }
    return optind == argc || value_option('?', argv[optind], error);
}

int options_read(struct options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]) {
    *options = (struct options){.port = 80, .queues = 1, .record = 32};
    device_options_begin(&options->device);
    if (!read_words(options, argc, argv, error)) {
        return -1;
    }
    if (options->help) {
        return 0;
    }
    return options_settings(options, &options->settings, 1, error) && settle(options, error) ? 0 : -1;
}
