/* main.c: lucid-bench: its options. See bench.h. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

static const char usage[] =
    "usage: lucid-bench serve [--kernel] [--copy] [--congestion NAME] [options of the device]\n"
    "       lucid-bench load up|down|echo|churn [--addr A] [--seconds S] [--congestion NAME]\n"
    "       lucid-bench flood\n"
    "       lucid-bench --help\n"
    "\n"
    "serve: echo on port 7, discard on 9, daytime on 13, chargen on 19, until Ctrl-C\n"
    "  --kernel             on the kernel's sockets instead of a stack of ours; then --addr is one of the kernel's\n"
    "  --copy               chargen copies into the stream instead of lending its memory\n"
    "  --congestion NAME    congestion control of the server's end (the stack's own default; the kernel's: "
    "cubic)\n" DEVICE_OPTIONS_HELP
    "  --msl SECONDS        maximum segment lifetime; TIME-WAIT lasts twice as long (120)\n"
    "\n"
    "load: a client on the kernel's sockets\n"
    "  up, down             sends to discard, or reads from chargen: MB/s\n"
    "  echo                 one octet to and fro: microseconds, median and 99th percentile\n"
    "  churn                connections to daytime, which closes first, one after another\n"
    "  --addr A             address of the server (10.77.0.2)\n"
    "  --seconds S          how long (2)\n"
    "  --congestion NAME    congestion control of the client's end (cubic)\n"
    "\n"
    "flood: what a million forged SYNs cost a stack in memory, each in nanoseconds\n"
    "\n"
    "`make bench` runs both in namespaces of their own, against the kernel over veth.\n"
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

static int serve_command(int argc, char **argv) {
    enum { KERNEL = DEVICE_OPTIONS_NEXT, COPY, CONGESTION };
    static const struct option options[] = {
        DEVICE_LONG_OPTIONS,
        {"kernel", no_argument, NULL, KERNEL},
        {"copy", no_argument, NULL, COPY},
        {"congestion", required_argument, NULL, CONGESTION},
        {0},
    };
    struct bench_serve serve = {.kernel = false};
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
    }
    if (optind < argc) {
        return complain();
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
    static const char *const works[] = {"up", "down", "echo", "churn"};
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        if (strcmp(work, works[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int load_command(int argc, char **argv) {
    static const struct option options[] = {
        {"addr", required_argument, NULL, 'a'},
        {"seconds", required_argument, NULL, 's'},
        {"congestion", required_argument, NULL, 'c'},
        {0},
    };
    struct bench_load load = {.addr = "10.77.0.2", .seconds = 2, .congestion = "cubic"};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 's' && !take_seconds(optarg, &load.seconds)) {
            return fail("--seconds wants a number above 0 and up to 3600");
        }
        if (option == '?') {
            return complain();
        }
        load.addr = option == 'a' ? optarg : load.addr;
        load.congestion = option == 'c' ? optarg : load.congestion;
    }
    if (optind != argc - 1 || !known_work(argv[optind])) {
        return complain();
    }
    load.work = argv[optind];
    return bench_load(&load);
}

int main(int argc, char **argv) {
    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return BENCH_OK;
    }
    if (argc >= 2 && strcmp(argv[1], "serve") == 0) {
        return serve_command(argc - 1, argv + 1);
    }
    if (argc >= 2 && strcmp(argv[1], "load") == 0) {
        return load_command(argc - 1, argv + 1);
    }
    if (argc == 2 && strcmp(argv[1], "flood") == 0) {
        return bench_flood(FLOOD);
    }
    return complain();
}
