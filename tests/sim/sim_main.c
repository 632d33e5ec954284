/* sim_main.c: build/lucid-sim. See sim.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/shrink.h"

static const char USAGE[] =
    "usage: lucid-sim [--seeds N] [--start S] | --seed S\n"
    "\n"
    "Simulates 2 to 8 stacks with applications over bad links in virtual time, checks the invariants of each after\n"
    "every event and each octet that is read, and says how many seeds it did in an hour, or which one fails.\n"
    "\n"
    "  --seeds N        simulate N seeds (100)\n"
    "  --start S        the first one (1)\n"
    "  --seed S         simulate one seed, with its story\n"
    "  --deep           read the whole trace and all packets against the rules too (else in one seed of 16)\n"
    "  --print          print a line for each seed: the hash of all packets and their times\n"
    "  --story          tell the latest events of a --seed that does not fail\n"
    "  --pcap FILE      write the packets of --seed to FILE\n"
    "  --no-shrink      do not look for a smaller failure\n"
    "  --expect LABEL   a defect has been put in: go on until this invariant fails, and exit with 0 then\n"
    "  --steps N --shorter N --without FAULT,... --without-hosts MASK --without-connections MASK\n"
    "  --without-happenings MASK\n"
    "                   what shrinking left out; a failure is told with the options that repeat it\n"
    "  --help           this text\n"
    "\n"
    "Exit status: 0 all is well, 1 something failed, 2 the command line is wrong.\n";

static struct sim sim;

struct options {
    uint64_t start, seeds;
    bool one, print, story, deep, shrink;
    const char *pcap, *expect;
    struct plan_cut cut;
};

static void __attribute__((noreturn)) usage(const char *argument, const char *what) {
    fprintf(stderr, "lucid-sim: %s: %s; --help lists what there is\n", argument, what);
    exit(2);
}

/* ---- the command line ---- */

static uint64_t number_of(const char *option, const char *text) {
    char *end;
    errno = 0;
    uint64_t value = text ? strtoull(text, &end, 0) : 0;
    if (!text || *text == '\0' || *text == '-' || *end != '\0' || errno != 0) {
        usage(option, "a number is needed");
    }
    return value;
}

static uint32_t faults_of(char *text) {
    uint32_t faults = 0;
    for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
        unsigned fault = 0;
        while (fault < PLAN_FAULT_COUNT && strcmp(word, plan_fault_name(fault)) != 0) {
            fault++;
        }
        if (fault == PLAN_FAULT_COUNT) {
            usage(word, "there is no such fault");
        }
        faults |= 1u << fault;
    }
    return faults;
}

static bool is(const char *option, const char *name) {
    return strcmp(option, name) == 0;
}

static bool read_switch(struct options *options, const char *option) {
    bool *known = is(option, "--deep")        ? &options->deep
                  : is(option, "--print")     ? &options->print
                  : is(option, "--story")     ? &options->story
                  : is(option, "--no-shrink") ? &options->shrink
                                              : NULL;
    if (known) {
        *known = known != &options->shrink;
    }
    return known;
}

static void read_cut(struct plan_cut *cut, const char *option, char *value) {
    if (is(option, "--without")) {
        cut->faults = value ? faults_of(value) : 0;
    } else if (is(option, "--steps")) {
        cut->steps = number_of(option, value);
    } else if (is(option, "--shorter")) {
        cut->shorter = (uint8_t)(number_of(option, value) & 31);
    } else if (is(option, "--without-hosts")) {
        cut->hosts = (uint32_t)number_of(option, value);
    } else if (is(option, "--without-connections")) {
        cut->connections = number_of(option, value);
    } else if (is(option, "--without-happenings")) {
        cut->happenings = (uint32_t)number_of(option, value);
    } else {
        usage(option, "there is no such option");
    }
}

static void read_value(struct options *options, const char *option, char *value) {
    if (is(option, "--seeds")) {
        options->seeds = number_of(option, value);
    } else if (is(option, "--start")) {
        options->start = number_of(option, value);
    } else if (is(option, "--seed")) {
        options->start = number_of(option, value);
        options->seeds = 1;
        options->one = true;
    } else if (is(option, "--expect")) {
        options->expect = value ? value : "";
    } else if (is(option, "--pcap")) {
        if (!value) {
            usage(option, "a file is needed");
        }
        options->pcap = value;
    } else {
        read_cut(&options->cut, option, value);
    }
}

static struct options read_options(int count, char **arguments) {
    struct options options = {.start = 1, .seeds = 100, .shrink = true};
    for (int i = 1; i < count; i++) {
        if (is(arguments[i], "--help")) {
            fputs(USAGE, stdout);
            exit(0);
        }
        if (!read_switch(&options, arguments[i])) {
            read_value(&options, arguments[i], i + 1 < count ? arguments[i + 1] : NULL);
            i++;
        }
    }
    return options;
}

/* ---- the seeds ---- */

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool is_deep(const struct options *options, uint64_t seed) {
    return options->deep || seed % 16 == 0;
}

/* Finds a smaller failure, tells it, and says how to see it again. */
static void tell_failure(const struct options *options, uint64_t seed) {
    struct plan_cut cut = options->cut;
    bool deep = is_deep(options, seed);
    if (options->shrink) {
        shrink(&sim, seed, &cut, deep);
    }
    char file[64];
    snprintf(file, sizeof file, "lucid-sim-%" PRIu64 ".pcap", seed);
    struct sim_mode mode = {.deep = true, .story = true, .pcap = options->pcap ? options->pcap : file};
    sim_begin(&sim, seed, &cut, &mode);
    sim_run(&sim);
    sim_tell(&sim, stdout);
    sim_end(&sim);
    fputs("again: lucid-sim", stdout);
    shrink_print(seed, &cut, deep, stdout);
    fprintf(stdout, "\npackets: %s\n", mode.pcap);
}

static bool run_seed(const struct options *options, uint64_t seed) {
    struct sim_mode mode = {
        .deep = is_deep(options, seed) || options->story, .story = options->story, .pcap = options->pcap};
    sim_begin(&sim, seed, &options->cut, &mode);
    sim_run(&sim);
    uint64_t print = sim.print, packets = sim.packets, steps = sim.steps;
    double until = (double)sim.now / 1e9;
    if (options->story) {
        sim_tell(&sim, stdout);
    }
    sim_end(&sim);
    if (options->print) {
        printf("%" PRIu64 " %016" PRIx64 " %" PRIu64 " packets %" PRIu64 " steps %.3f s\n", seed, print, packets, steps,
               until);
    }
    if (sim.failure[0] == '\0') {
        return true;
    }
    printf("seed %" PRIu64 " fails: %s\n", seed, sim.failure);
    return false;
}

static void say_progress(const struct options *options, uint64_t done, double spent, bool end) {
    if (end) {
        printf("%" PRIu64 " seeds from %" PRIu64 " on, no failure: %.1f in a second, %.0f in an hour\n", done,
               options->start, (double)done / spent, (double)done / spent * 3600);
    } else if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%" PRIu64 " seeds, %.1f in a second ", done, (double)done / spent);
    }
}

/* --expect: other invariants may fail before, or beside it. */
static int run_until_expected(const struct options *options) {
    size_t length = strlen(options->expect);
    for (uint64_t i = 0; i < options->seeds; i++) {
        struct sim_mode mode = {.deep = is_deep(options, options->start + i)};
        sim_begin(&sim, options->start + i, &options->cut, &mode);
        sim_run(&sim);
        sim_end(&sim);
        if (strncmp(sim.failure, options->expect, length) == 0 && sim.failure[length] == ':') {
            printf("seed %" PRIu64 ": %s\n", options->start + i, sim.failure);
            return 0;
        }
    }
    printf("%s did not fail in %" PRIu64 " seeds\n", options->expect, options->seeds);
    return 1;
}

int main(int count, char **arguments) {
    struct options options = read_options(count, arguments);
    double began = seconds_now(), said = began;
    if (options.expect) {
        return run_until_expected(&options);
    }
    for (uint64_t i = 0; i < options.seeds; i++) {
        if (!run_seed(&options, options.start + i)) {
            tell_failure(&options, options.start + i);
            return 1;
        }
        double now = seconds_now();
        if (now > said + 0.5) {
            say_progress(&options, i + 1, now - began, false);
            said = now;
        }
    }
    if (isatty(STDERR_FILENO)) {
        fputc('\r', stderr);
    }
    say_progress(&options, options.seeds, seconds_now() - began, true);
    return 0;
}
