/* main.c: lucid-bench: its options. See bench.h. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

static const char usage[] = "usage: lucid-bench serve [--kernel] [--copy] [--tun NAME] [--addr A] [--host-addr A/LEN]\n"
                            "       lucid-bench load up|down|echo|churn [--addr A] [--seconds S] [--congestion NAME]\n"
                            "\n"
                            "serve: echo on port 7, discard on 9, daytime on 13, chargen on 19, until Ctrl-C\n"
                            "  --kernel          on the kernel's sockets instead of a stack of ours\n"
                            "  --copy            chargen copies into the stream instead of lending its memory\n"
                            "  --tun NAME        name of the device; lucid0\n"
                            "  --addr A          address to listen on; 10.77.0.2\n"
                            "  --host-addr A/LEN the kernel's end of the device; 10.77.0.1/24\n"
                            "load: a client on the kernel's sockets\n"
                            "  up, down          sends to discard, or reads from chargen: GB/s\n"
                            "  echo              one octet to and fro: microseconds, median and 99th percentile\n"
                            "  churn             connections to daytime, which closes first, one after another\n"
                            "  --addr A          address of the server; 10.77.0.2\n"
                            "  --seconds S       how long; 2\n"
                            "  --congestion NAME congestion control of the client's end; cubic\n"
                            "  --help            this text\n"
                            "`make bench` runs both in namespaces of their own, against the kernel over veth.\n"
                            "Exit status: 0 done, 1 failed, 2 usage.\n";

static int complain(void) {
    fputs("lucid-bench: try --help\n", stderr);
    return BENCH_USAGE;
}

static int serve_command(int argc, char **argv) {
    static const struct option options[] = {
        {"kernel", no_argument, NULL, 'k'},          {"copy", no_argument, NULL, 'c'},
        {"tun", required_argument, NULL, 't'},       {"addr", required_argument, NULL, 'a'},
        {"host-addr", required_argument, NULL, 'h'}, {0},
    };
    struct bench_serve serve = {.device = "lucid0", .addr = "10.77.0.2", .host_addr = "10.77.0.1/24"};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'k':
            serve.kernel = true;
            break;
        case 'c':
            serve.copy = true;
            break;
        case 't':
            serve.device = optarg;
            break;
        case 'a':
            serve.addr = optarg;
            break;
        case 'h':
            serve.host_addr = optarg;
            break;
        default:
            return complain();
        }
    }
    return optind < argc ? complain() : bench_serve(&serve);
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
            fprintf(stderr, "lucid-bench: --seconds wants a number above 0 and up to 3600, not %s\n", optarg);
            return BENCH_USAGE;
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
    return complain();
}
