/* run_command.h: the arguments that `list`, `show`, `predict` and `run` have in common. */
#ifndef LAB_RUN_COMMAND_H
#define LAB_RUN_COMMAND_H

#include "lab/catalogue.h"
#include "lab/run.h"

enum run_mode { RUN_BY_PLACE, RUN_HEADLESS, RUN_NARRATE, RUN_TUI, RUN_WEB };

#define RUN_WITHOUT_MAX 16

struct run_arguments {
    const char *name; /* L02, all, or a path; NULL */
    const char *labs, *out, *student, *variant, *answers, *release;
    const char *without[RUN_WITHOUT_MAX];
    unsigned withouts;
    uint64_t seed, seeds; /* seeds: how many, from seed on */
    uint64_t port;        /* of the page */
    enum run_mode mode;
    bool seeded, zh, brief, live, pcap;
    struct catalogue *catalogue;
};

/* Reads them and opens the catalogue; chooses the language. Returns 0, or the exit status after saying why. */
int run_arguments(struct run_arguments *arguments, int argc, char **argv);

enum scenario_language run_language(const struct run_arguments *arguments);

/* The seed for a scenario: as given, the student's, or 1. hash: of the student, or empty. */
uint64_t run_arguments_seed(const struct run_arguments *arguments, const char *lab, char hash[65]);

/* A scenario and the index of the variant that is asked for; NULL after saying why. */
struct scenario *run_arguments_scenario(const struct run_arguments *arguments, unsigned *variant);

#endif
