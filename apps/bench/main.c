/* main.c: lucid-bench: its options. See bench.h. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

static const char usage[] =
    "usage: lucid-bench serve [--kernel] [--queues N] [--copy] [--congestion NAME] [options of the device]\n"
    "       lucid-bench load up|down|echo|churn|http [--addr A] [--seconds S] [--congestion NAME]\n"
    "                        [--connections N] [--path P]\n"
    "       lucid-bench crowd [--addr A] [--idle N] [--slow N] [--path P] [--congestion NAME]\n"
    "       lucid-bench cost [--pid N]... COMMAND [ARGUMENT]...\n"
    "       lucid-bench requests [--requests N] [--connections N] [--idle N] [--path P] [--root DIR]\n"
    "                            [--octets N] [--bare] [--ipv6]\n"
    "       lucid-bench idle [--connections N] [--path P] [--root DIR] [--bare] [--ipv6]\n"
    "       lucid-bench segments up|down [--copy] [--segments N]\n"
    "       lucid-bench closes [--connections N] [--ipv6]\n"
    "       lucid-bench flood\n"
    "       lucid-bench parts\n"
    "       lucid-bench loss [--percent P] [--megabytes N]\n"
    "       lucid-bench --help\n"
    "\n"
    "serve: echo on port 7, discard on 9, daytime on 13, chargen on 19, until Ctrl-C\n"
    "  --kernel             on the kernel's sockets instead of a stack of ours; then --addr is one of the kernel's\n"
    "  --queues N           so many queues of the device, each with a stack and a thread of its own (1)\n"
    "  --copy               chargen copies into the stream, and discard out of it, instead of lending\n"
    "  --congestion NAME    congestion control of the server's end (the stack's own default; the kernel's: "
    "cubic)\n" DEVICE_OPTIONS_HELP
    "  --msl SECONDS        maximum segment lifetime; TIME-WAIT lasts twice as long (120)\n"
    "\n"
    "load: a client on the kernel's sockets\n"
    "  up, down             sends to discard, or reads from chargen: MB/s; fails if an octet is wrong\n"
    "  echo                 one octet to and fro: microseconds, median and 99th percentile\n"
    "  churn                connections to daytime, which closes first, one after another\n"
    "  http                 requests to port 80, on connections that stay open: requests/s\n"
    "  --addr A             address of the server (10.77.0.2)\n"
    "  --seconds S          how long (2)\n"
    "  --congestion NAME    congestion control of the client's end (cubic)\n"
    "  --connections N      up, down, http: so many at a time (1; http: 64); churn: so many in all, however long\n"
    "                       that takes\n"
    "  --path P             http: what is asked for (/)\n"
    "\n"
    "crowd: stands around a web server until Ctrl-C\n"
    "  --idle N             connections that asked once for --path and stay open (10000)\n"
    "  --slow N             attackers that send a head of a request, an octet in each second (1000)\n"
    "\n"
    "cost: runs a command and prints what it had of the CPUs that it may use, with the threads that serve it\n"
    "  --pid N              one of these; a process of one thread has its number\n"
    "\n";

static const char usage_in_memory[] =
    "requests: what a request costs the web server on a stack in memory, with 64 in each batch\n"
    "  --requests N         so many (100000)\n"
    "  --idle N             connections besides that are silent after their first request (0)\n"
    "  --octets N           a file of so many, made for this, instead of --path\n"
    "  --bare               without the web server: an answer as long, made of nothing; idle: octets are echoed\n"
    "  --ipv6               clients have addresses of IPv6\n"
    "idle: what memory an idle connection of it has, after a request\n"
    "  --connections N      so many (requests: 64; idle: 10000)\n"
    "  --path P             what is asked for (/bytes/13)\n"
    "  --root DIR           serve the files beneath DIR\n"
    "\n"
    "segments: what 64 KB of a stream cost a stack in memory that receives (up) or sends (down) them, lending\n"
    "  --copy               by calls that copy instead\n"
    "  --segments N         so many (100000)\n"
    "\n"
    "closes: what TIME-WAIT takes for so many connections (1000000), each closed by a stack in memory: octets, and\n"
    "nanoseconds for a connection and for the end of its record\n"
    "  --ipv6               with addresses of IPv6\n"
    "\n"
    "flood: what a million forged SYNs cost a stack in memory, each in nanoseconds\n"
    "\n"
    "parts: what a system call of the device and a copy take, each in nanoseconds, in a namespace of its own\n"
    "\n"
    "loss: what bulk data make of a link of 1 Gbit/s and 10 ms that loses packets, in virtual time, and what both\n"
    "ends work for 64 KB\n"
    "  --percent P          so many lost (0, 0.01, 0.1, 1 and 5, in turn)\n"
    "  --megabytes N        that arrive (100)\n"
    "\n"
    "`make bench` runs these in namespaces of their own, against the kernel and Nginx over veth.\n"
    "Exit status: 0 done, 1 failed, 2 usage.\n";

static const uint32_t FLOOD = 1000000;

static int complain(void) {
    fputs("lucid-bench: try --help\n", stderr);
    return BENCH_USAGE;
}

static int fail(const char *sentence) {
    fprintf(stderr, "lucid-bench: %s\n", sentence);
    return BENCH_USAGE;
}

static const unsigned COUNT_MAX = 10000000;

/* False: that is no number from least to COUNT_MAX. */
static bool take_count(const char *text, unsigned least, unsigned *count) {
    char *end;
    bool digit = text[0] >= '0' && text[0] <= '9';
    unsigned long number = digit ? strtoul(text, &end, 10) : 0;
    *count = (unsigned)number;
    return digit && *end == '\0' && number >= least && number <= COUNT_MAX;
}

static int serve_command(int argc, char **argv) {
    enum { KERNEL = DEVICE_OPTIONS_NEXT, QUEUES, COPY, CONGESTION };
    static const struct option options[] = {
        DEVICE_LONG_OPTIONS,
        {"kernel", no_argument, NULL, KERNEL},
        {"queues", required_argument, NULL, QUEUES},
        {"copy", no_argument, NULL, COPY},
        {"congestion", required_argument, NULL, CONGESTION},
        {0},
    };
    struct bench_serve serve = {.queues = 1};
    char error[LUCID_ERROR_TEXT];
    int option;
    device_options_begin(&serve.device);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?') {
            return complain();
        }
        serve.kernel = serve.kernel || option == KERNEL;
        serve.copy = serve.copy || option == COPY;
        serve.congestion = option == CONGESTION ? optarg : serve.congestion;
        if (option < DEVICE_OPTIONS_NEXT && !device_options_take(&serve.device, option, optarg, error)) {
            return fail(error);
        }
        if (option == QUEUES && (!take_count(optarg, 1, &serve.queues) || serve.queues > LUCID_QUEUES_MAX)) {
            return fail("--queues wants a number from 1 to 64");
        }
    }
    if (optind < argc) {
        return complain();
    }
    if (serve.queues > 1 && (serve.kernel || serve.device.host.pcap)) {
        return fail("--queues goes neither with --kernel nor with --pcap: leave one of them out");
    }
    bool sound = serve.kernel || device_options_settle(&serve.device, error);
    return sound ? bench_serve(&serve) : fail(error);
}

static bool take_seconds(const char *text, double *seconds) {
    char *end;
    *seconds = strtod(text, &end);
    return end != text && *end == '\0' && *seconds > 0 && *seconds <= 3600;
}

static bool known_work(const char *work) {
    static const char *const works[] = {"up", "down", "echo", "churn", "http"};
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        if (strcmp(work, works[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int load_command(int argc, char **argv) {
    static const struct option options[] = {
        {"addr", required_argument, NULL, 'a'},       {"seconds", required_argument, NULL, 's'},
        {"congestion", required_argument, NULL, 'c'}, {"connections", required_argument, NULL, 'n'},
        {"path", required_argument, NULL, 'p'},       {0},
    };
    struct bench_load load = {.addr = "10.77.0.2", .seconds = 2, .congestion = "cubic", .path = "/"};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 's' && !take_seconds(optarg, &load.seconds)) {
            return fail("--seconds wants a number above 0 and up to 3600");
        }
        if (option == 'n' && !take_count(optarg, 1, &load.connections)) {
            return fail("--connections wants a number from 1 to 10000000");
        }
        if (option == '?') {
            return complain();
        }
        load.addr = option == 'a' ? optarg : load.addr;
        load.congestion = option == 'c' ? optarg : load.congestion;
        load.path = option == 'p' ? optarg : load.path;
    }
    if (optind != argc - 1 || !known_work(argv[optind])) {
        return complain();
    }
    load.work = argv[optind];
    if (load.connections == 0 && strcmp(load.work, "churn") != 0) {
        load.connections = strcmp(load.work, "http") == 0 ? 64 : 1;
    }
    return bench_load(&load);
}

static int crowd_command(int argc, char **argv) {
    static const struct option options[] = {
        {"addr", required_argument, NULL, 'a'}, {"idle", required_argument, NULL, 'i'},
        {"slow", required_argument, NULL, 's'}, {"congestion", required_argument, NULL, 'c'},
        {"path", required_argument, NULL, 'p'}, {0},
    };
    struct bench_crowd crowd = {.addr = "10.77.0.2", .congestion = "cubic", .path = "/", .idle = 10000, .slow = 1000};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if ((option == 'i' && !take_count(optarg, 0, &crowd.idle)) ||
            (option == 's' && !take_count(optarg, 0, &crowd.slow))) {
            return fail("--idle and --slow want numbers up to 10000000");
        }
        if (option == '?') {
            return complain();
        }
        crowd.addr = option == 'a' ? optarg : crowd.addr;
        crowd.congestion = option == 'c' ? optarg : crowd.congestion;
        crowd.path = option == 'p' ? optarg : crowd.path;
    }
    return optind == argc ? bench_crowd(&crowd) : complain();
}

/* What comes behind the first word that is no option of ours belongs to the command. */
static int cost_command(int argc, char **argv) {
    static const struct option options[] = {{"pid", required_argument, NULL, 'p'}, {0}};
    struct bench_cost cost = {.pids = 0};
    int option;
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        char *end = NULL;
        unsigned long pid = option == 'p' ? strtoul(optarg, &end, 10) : 0;
        if (pid == 0 || pid > INT32_MAX || *end != '\0' || cost.pids == BENCH_COST_PIDS) {
            return fail("--pid wants the number of a process, up to 8 times");
        }
        cost.pid[cost.pids++] = (unsigned)pid;
    }
    cost.command = argv + optind;
    return optind < argc ? bench_cost(&cost) : complain();
}

static int memory_command(int argc, char **argv, struct bench_memory *memory) {
    static const struct option options[] = {
        {"requests", required_argument, NULL, 'r'},
        {"connections", required_argument, NULL, 'n'},
        {"idle", required_argument, NULL, 'i'},
        {"path", required_argument, NULL, 'p'},
        {"root", required_argument, NULL, 'd'},
        {"bare", no_argument, NULL, 'b'},
        {"octets", required_argument, NULL, 'o'},
        {"ipv6", no_argument, NULL, '6'},
        {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if ((option == 'r' && !take_count(optarg, 1, &memory->requests)) ||
            (option == 'n' && !take_count(optarg, 1, &memory->connections))) {
            return fail("--requests and --connections want numbers from 1 to 10000000");
        }
        if ((option == 'i' && !take_count(optarg, 0, &memory->idle)) ||
            (option == 'o' && !take_count(optarg, 1, &memory->octets))) {
            return fail("--idle and --octets want numbers up to 10000000, --octets above 0");
        }
        if (option == '?') {
            return complain();
        }
        memory->path = option == 'p' ? optarg : memory->path;
        memory->root = option == 'd' ? optarg : memory->root;
        memory->bare = memory->bare || option == 'b';
        memory->ipv6 = memory->ipv6 || option == '6';
    }
    return optind == argc ? BENCH_OK : complain();
}

static int requests_command(int argc, char **argv) {
    struct bench_memory memory = {.connections = 64, .requests = 100000, .path = "/bytes/13"};
    int wrong = memory_command(argc, argv, &memory);
    return wrong ? wrong : bench_requests(&memory);
}

static int idle_command(int argc, char **argv) {
    struct bench_memory memory = {.connections = 10000, .requests = 1, .path = "/bytes/13"};
    int wrong = memory_command(argc, argv, &memory);
    if (wrong) {
        return wrong;
    }
    return memory.bare ? bench_idle_bare(&memory) : bench_idle(&memory);
}

static int closes_command(int argc, char **argv) {
    static const struct option options[] = {
        {"connections", required_argument, NULL, 'n'}, {"ipv6", no_argument, NULL, '6'}, {0}};
    unsigned count = 1000000;
    bool ipv6 = false;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?') {
            return complain();
        }
        ipv6 = ipv6 || option == '6';
        if (option == 'n' && !take_count(optarg, 2, &count)) {
            return fail("--connections wants a number from 2 to 10000000");
        }
    }
    return optind == argc ? bench_closes(count, ipv6) : complain();
}

static int segments_command(int argc, char **argv) {
    static const struct option options[] = {
        {"copy", no_argument, NULL, 'c'}, {"segments", required_argument, NULL, 's'}, {0}};
    struct bench_segments segments = {.segments = 100000};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?') {
            return complain();
        }
        segments.copy = segments.copy || option == 'c';
        if (option == 's' && !take_count(optarg, 1, &segments.segments)) {
            return fail("--segments wants a number from 1 to 10000000");
        }
    }
    segments.send = optind == argc - 1 && strcmp(argv[optind], "down") == 0;
    bool known = segments.send || (optind == argc - 1 && strcmp(argv[optind], "up") == 0);
    return known ? bench_segments(&segments) : complain();
}

static int flood_command(int argc, char **argv) {
    (void)argv;
    return argc == 1 ? bench_flood(FLOOD) : complain();
}

static int parts_command(int argc, char **argv) {
    (void)argv;
    return argc == 1 ? bench_parts() : complain();
}

/* False: that is no percentage below 100, to the millionth. */
static bool take_percent(const char *text, uint32_t *millionths) {
    char *end;
    double percent = strtod(text, &end);
    bool good = end != text && *end == '\0' && percent >= 0 && percent < 100;
    *millionths = good ? (uint32_t)(percent * 1e4 + 0.5) : 0;
    return good;
}

static int loss_command(int argc, char **argv) {
    static const struct option options[] = {
        {"percent", required_argument, NULL, 'p'}, {"megabytes", required_argument, NULL, 'm'}, {0}};
    struct bench_loss loss = {.all = true, .megabytes = 100};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?') {
            return complain();
        }
        if (option == 'p' && !take_percent(optarg, &loss.millionths)) {
            return fail("--percent wants a number from 0 to 99");
        }
        if (option == 'm' && !take_count(optarg, 1, &loss.megabytes)) {
            return fail("--megabytes wants a number from 1 to 10000000");
        }
        loss.all = loss.all && option != 'p';
    }
    return optind == argc ? bench_loss(&loss) : complain();
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {
        {"serve", serve_command},       {"load", load_command},   {"crowd", crowd_command}, {"cost", cost_command},
        {"requests", requests_command}, {"idle", idle_command},   {"flood", flood_command}, {"closes", closes_command},
        {"segments", segments_command}, {"parts", parts_command}, {"loss", loss_command},
    };
    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        fputs(usage_in_memory, stdout);
        return BENCH_OK;
    }
    for (size_t i = 0; argc >= 2 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    return complain();
}
