/* run_live.c: see run_live.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lab/lab.h"
#include "lab/live.h"
#include "lab/run_live.h"

static int enter_network(const struct scenario *scenario) {
    char error[LUCID_ERROR_TEXT];
    if (lucid_host_private_network(error) < 0) {
        return lab_refuse("%s; `lucid-lab run %s` needs none: you lose the kernel as the peer", error, scenario->id);
    }
    if (lucid_host_private_processes(error) < 0) {
        fprintf(stderr, "lucid-lab: %s\n", error);
    }
    return 0;
}

/* Locked predictions may have made it. */
static int make_folder(const char *folder) {
    mkdir("lab-out", 0777);
    if (mkdir(folder, 0777) < 0 && errno != EEXIST) {
        return lab_refuse("cannot make the folder %s: %s; change to a folder of yours", folder, strerror(errno));
    }
    return 0;
}

int run_live(const struct run_arguments *arguments, const struct run_options *options, const char *folder,
             int (*play)(const struct run_arguments *arguments, struct run *run, const char *folder)) {
    char error[LAB_ERROR], pcap[300];
    struct run_options with = *options;
    struct run_arguments in_words = *arguments;
    int status = enter_network(options->scenario);
    status = status ? status : make_folder(folder);
    if (status) {
        return status;
    }
    snprintf(pcap, sizeof pcap, "%s/run.pcap", folder);
    const struct live_options live_options = {
        .device = "lucid0", .msl = LIVE_MSL, .seed = options->seed, .lab = options->scenario->id, .pcap = pcap};
    struct live *live = live_open(&live_options, error);
    if (!live) {
        return lab_refuse("%s; `lucid-lab doctor` tells more, and `lucid-lab run %s` needs none of it", error,
                          options->scenario->id);
    }
    with.live = live_world_options(live);
    in_words.mode = arguments->mode == RUN_HEADLESS ? RUN_HEADLESS : RUN_NARRATE; /* nobody can stop it to look */
    struct run *run = run_open(&with, error);
    status = run ? play(&in_words, run, folder) : lab_refuse("%s", error);
    run_close(run);
    live_close(live);
    return status;
}
