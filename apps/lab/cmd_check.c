/* cmd_check.c: `lucid-lab check FILE.tlog...`: reads logs and says whether they can be true. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lab/lab.h"
#include "lab/session.h"
#include "lab/tlog_check.h"

/* Seconds of this processor: what others do on the machine does not count. */
static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void print_faults(const char *path, const struct tlog_report *report) {
    unsigned shown = report->faults < TLOG_FAULTS_MAX ? report->faults : TLOG_FAULTS_MAX;
    for (unsigned i = 0; i < shown; i++) {
        printf("%s: event %u: %s\n", path, report->fault[i].event, report->fault[i].text);
    }
    if (shown < report->faults) {
        printf("%s: and %u more\n", path, report->faults - shown);
    }
}

static void print_without(const struct tlog_header *header) {
    for (unsigned i = 0; i < header->without_count; i++) {
        printf("%s%s", i ? ", " : "; COUNTERFACTUAL: no ", header->without[i].at);
    }
}

static int print_verdict(const char *path, const struct tlog *log, const struct tlog_report *report) {
    const struct tlog_header *header = tlog_header(log);
    print_faults(path, report);
    if (report->faults > 0) {
        printf("%s: refused: it contradicts itself in %u place%s\n", path, report->faults,
               report->faults == 1 ? "" : "s");
        return LAB_FAILED;
    }
    const struct tlog_event *last = tlog_at(log, tlog_count(log));
    uint64_t end = last ? last->t : 0;
    if (report->lost > 0) {
        printf("%s: readable, but %" PRIu64 " events were lost when it was written: unfit for grading\n", path,
               report->lost);
        return LAB_FAILED;
    }
    printf("%s: good: %u events of %u nodes in %" PRIu64 ".%03" PRIu64 " s, world %s", path, tlog_count(log),
           header->nodes, end / LUCID_SECOND, end % LUCID_SECOND / LUCID_MILLISECOND, header->world.at);
    print_without(header);
    puts("");
    return LAB_OK;
}

/* A log of the simulated world that happened comes again from its seed and its commands. */
static int check_again(const char *path, const struct tlog *log) {
    char error[LAB_ERROR];
    int same = session_replays(log, error);
    if (same == 1) {
        printf("%s: run again from its seed and commands, it comes out the same\n", path);
        return LAB_OK;
    }
    printf("%s: %s\n", path, error);
    return LAB_FAILED;
}

static int check_file(const char *path, bool timed, bool again) {
    char error[LAB_ERROR];
    struct tlog_report report;
    double begin = now();
    struct tlog *log = tlog_read(path, error);
    if (!log) {
        return lab_refuse("%s", error);
    }
    double read = now();
    if (tlog_check(log, &report) < 0) {
        tlog_free(log);
        return lab_refuse("%s: there is not enough memory to check this log", path);
    }
    double checked = now();
    int status = print_verdict(path, log, &report);
    if (timed) {
        size_t length;
        tlog_lines(log, &length);
        double megabytes = (double)length / 1e6;
        printf("%s: %.1f MB read in %.3f s of processor time (%.0f MB/s), checked in %.3f s\n", path, megabytes,
               read - begin, megabytes / (read - begin), checked - read);
    }
    if (again && status == LAB_OK) {
        status = check_again(path, log);
    }
    tlog_free(log);
    return status;
}

int lab_check(int argc, char **argv) {
    bool timed = false, again = false;
    int files = 0, worst = LAB_OK;
    for (int i = 1; i < argc; i++) {
        bool time = !strcmp(argv[i], "--time"), run = !strcmp(argv[i], "--again");
        timed |= time;
        again |= run;
        if (!time && !run && argv[i][0] == '-' && argv[i][1]) {
            return lab_refuse("usage: lucid-lab check FILE.tlog... [--again] [--time]");
        }
        files += !time && !run;
    }
    if (!files) {
        return lab_refuse("usage: lucid-lab check FILE.tlog... [--again] [--time]; `-` is standard input");
    }
    for (int i = 1; i < argc; i++) {
        bool option = argv[i][0] == '-' && argv[i][1];
        int status = option ? LAB_OK : check_file(argv[i], timed, again);
        worst = status > worst ? status : worst;
    }
    return worst;
}
