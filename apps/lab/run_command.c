/* run_command.c: see run_command.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/nearest.h"
#include "lab/run_command.h"
#include "lab/web.h"

/* Options with a value. Those that belong to no command here are refused by name. */
static const char *const OPTIONS[] = {"--seed",  "--seeds",    "--student", "--variant", "--without",
                                      "--labs",  "--out",      "--answers", "-f",        "--release",
                                      "--zh",    "--headless", "--narrate", "--tui",     "--web",
                                      "--brief", "--port",     "--live",    "--pcap",    NULL};

static int number(const char *option, const char *text, uint64_t *value) {
    char *end;
    *value = strtoull(text, &end, 10);
    if (!*text || *end || *text == '-') {
        return lab_refuse("%s is followed by a whole number, not by %s", option, text);
    }
    return LAB_OK;
}

static int add_without(struct run_arguments *arguments, const char *name) {
    if (arguments->withouts == RUN_WITHOUT_MAX) {
        return lab_refuse("at most %d rules can be taken away", RUN_WITHOUT_MAX);
    }
    arguments->without[arguments->withouts++] = name;
    return LAB_OK;
}

/* An option with a value. -1: it is none of these. */
static int valued(struct run_arguments *arguments, const char *option, const char *value) {
    static const struct {
        const char *name;
        size_t offset;
    } texts[] = {
        {"--student", offsetof(struct run_arguments, student)}, {"--variant", offsetof(struct run_arguments, variant)},
        {"--labs", offsetof(struct run_arguments, labs)},       {"--out", offsetof(struct run_arguments, out)},
        {"--answers", offsetof(struct run_arguments, answers)}, {"-f", offsetof(struct run_arguments, answers)},
        {"--release", offsetof(struct run_arguments, release)}};
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!strcmp(option, texts[i].name)) {
            memcpy((char *)arguments + texts[i].offset, &value, sizeof value);
            return value ? LAB_OK : lab_refuse("%s is followed by a value", option);
        }
    }
    bool seed = !strcmp(option, "--seed"), seeds = !strcmp(option, "--seeds"), without = !strcmp(option, "--without");
    bool port = !strcmp(option, "--port");
    if (!seed && !seeds && !without && !port) {
        return -1;
    }
    if (!value) {
        return lab_refuse("%s is followed by a value", option);
    }
    arguments->seeded = arguments->seeded || seed;
    uint64_t *place = seed ? &arguments->seed : seeds ? &arguments->seeds : &arguments->port;
    return without ? add_without(arguments, value) : number(option, value, place);
}

/* An option without a value. */
static bool plain(struct run_arguments *arguments, const char *option) {
    static const struct {
        const char *name;
        enum run_mode mode;
    } modes[] = {{"--headless", RUN_HEADLESS}, {"--narrate", RUN_NARRATE}, {"--tui", RUN_TUI}, {"--web", RUN_WEB}};
    for (unsigned i = 0; i < 4; i++) {
        if (!strcmp(option, modes[i].name)) {
            arguments->mode = modes[i].mode;
            return true;
        }
    }
    const struct {
        const char *name;
        bool *on;
    } switches[] = {{"--zh", &arguments->zh},
                    {"--brief", &arguments->brief},
                    {"--live", &arguments->live},
                    {"--pcap", &arguments->pcap}};
    for (unsigned i = 0; i < 4; i++) {
        if (!strcmp(option, switches[i].name)) {
            return *switches[i].on = true;
        }
    }
    return false;
}

static int unknown(const char *option) {
    const char *near = nearest_word(OPTIONS, option, strlen(option));
    return lab_refuse("%s is no option%s%s%s; `lucid-lab --help` shows them", option, near ? "; did you mean " : "",
                      near ? near : "", near ? "?" : "");
}

static int read_all(struct run_arguments *arguments, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            if (arguments->name) {
                return lab_refuse("one scenario at a time, not %s and %s", arguments->name, argv[i]);
            }
            arguments->name = argv[i];
            continue;
        }
        if (plain(arguments, argv[i])) {
            continue;
        }
        int status = valued(arguments, argv[i], argv[i + 1]);
        if (status) {
            return status < 0 ? unknown(argv[i]) : status;
        }
        i++;
    }
    return LAB_OK;
}

int run_arguments(struct run_arguments *arguments, int argc, char **argv) {
    char error[LAB_ERROR];
    *arguments = (struct run_arguments){.seed = 1, .seeds = 1, .port = WEB_PORT, .out = "lab-out"};
    int status = read_all(arguments, argc, argv);
    if (status) {
        return status;
    }
    if (arguments->port == 0 || arguments->port > 65535) {
        return lab_refuse("--port is followed by a port, 1 to 65535");
    }
    if (arguments->zh) {
        i18n_choose("zh");
    }
    arguments->catalogue = catalogue_open(arguments->labs, error);
    return arguments->catalogue ? LAB_OK : lab_refuse("%s", error);
}

enum scenario_language run_language(const struct run_arguments *arguments) {
    return arguments->zh ? SCENARIO_ZH : SCENARIO_EN;
}

uint64_t run_arguments_seed(const struct run_arguments *arguments, const char *lab, char hash[65]) {
    hash[0] = 0;
    if (!arguments->student) {
        return arguments->seed;
    }
    uint64_t seed = run_seed(arguments->student, lab, hash);
    return arguments->seeded ? arguments->seed : seed;
}

static void list_variants(const struct scenario *scenario, struct text *text) {
    for (unsigned i = 0; i < scenario->variants; i++) {
        text_format(text, i ? " %s" : "%s", scenario->variant[i].id);
    }
}

struct scenario *run_arguments_scenario(const struct run_arguments *arguments, unsigned *variant) {
    char error[LAB_ERROR];
    if (!arguments->name) {
        lab_refuse("which scenario? For example `lucid-lab run L01`; `lucid-lab list` shows them");
        return NULL;
    }
    struct scenario *scenario = arguments->live ? catalogue_read_live(arguments->catalogue, arguments->name, error)
                                                : catalogue_read(arguments->catalogue, arguments->name, error);
    if (!scenario) {
        lab_refuse("%s", error);
        return NULL;
    }
    int found = scenario_variant_find(scenario, arguments->variant);
    if (found < 0) {
        struct text text = text_growing();
        list_variants(scenario, &text);
        lab_refuse("%s has no variant %s; it has %s", scenario->id, arguments->variant, text.data ? text.data : "");
        text_free(&text);
        scenario_free(scenario);
        return NULL;
    }
    *variant = (unsigned)found;
    return scenario;
}
