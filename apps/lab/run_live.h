/* run_live.h: a scenario in the live world: node A is this machine's kernel, in a network of the run's own. */
#ifndef LAB_RUN_LIVE_H
#define LAB_RUN_LIVE_H

#include "lab/run_command.h"

/* Makes network, device and world, and hands the run to play(), whose status it returns. The packets go to run.pcap in
 * the folder. Returns 2, after a sentence, where there is no such world. */
int run_live(const struct run_arguments *arguments, const struct run_options *options, const char *folder,
             int (*play)(const struct run_arguments *arguments, struct run *run, const char *folder));

#endif
