/* cmd_key.c: `lucid-lab key L02 [--seed N|--student ID]`: the answers to the predictions, computed from a run of this
 * seed, for whoever marks a worksheet. What it prints for one variant is a file that `run --answers` reads.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/run_command.h"

static int print_answer(const struct run *run, unsigned i, enum scenario_language language, char error[LAB_ERROR]) {
    const struct scenario_prediction *prediction = &run->variant->prediction[i];
    struct predict_result result;
    if (predict_judge(run->options.scenario, run->variant, i, NULL, run->session->model, language, &result, error)) {
        return -1;
    }
    bool free_text = prediction->type == SCENARIO_FREE_TEXT;
    printf("%s\t%s\t%s\n", prediction->id.text, free_text ? "(not scored)" : result.outcome.data,
           scenario_say(&prediction->question, language));
    predict_result_free(&result);
    return 0;
}

static int print_run(struct run *run, enum scenario_language language, char error[LAB_ERROR]) {
    const struct scenario *scenario = run->options.scenario;
    const char *title = scenario_say(&run->variant->title, language);
    if (run_finish(run, error)) {
        return -1;
    }
    printf("# %s variant %s, seed %" PRIu64 ": %s%s%s\n", scenario->id, run->variant->id, run->options.seed,
           scenario_say(&scenario->title, language), *title ? ": " : "", title);
    for (unsigned i = 0; i < run->variant->predictions; i++) {
        if (print_answer(run, i, language, error)) {
            return -1;
        }
    }
    return 0;
}

static int key_of_variant(const struct run_arguments *arguments, const struct scenario *scenario, unsigned variant) {
    char error[LAB_ERROR], hash[65];
    struct run_options options = {.scenario = scenario, .variant = variant};
    options.seed = run_arguments_seed(arguments, scenario->id, hash);
    if (!scenario->variant[variant].predictions) {
        return LAB_OK;
    }
    struct run *run = run_open(&options, error);
    int failed = run ? print_run(run, run_language(arguments), error) : -1;
    run_close(run);
    return failed ? lab_refuse("%s variant %s: %s", scenario->id, scenario->variant[variant].id, error) : LAB_OK;
}

/* The variant that was asked for, or all of them. */
static int key_of(struct run_arguments *arguments, const char *name) {
    unsigned variant;
    arguments->name = name;
    struct scenario *scenario = run_arguments_scenario(arguments, &variant);
    int status = LAB_OK;
    if (!scenario) {
        return LAB_USAGE;
    }
    unsigned end = arguments->variant ? variant + 1 : scenario->variants;
    for (; variant < end && status == LAB_OK; variant++) {
        status = key_of_variant(arguments, scenario, variant);
    }
    scenario_free(scenario);
    return status;
}

static bool is_simulated(const struct catalogue *catalogue, const char *id) {
    char error[LAB_ERROR];
    struct scenario *scenario = catalogue_read(catalogue, id, error);
    bool simulated = scenario && scenario->world && strcmp(scenario->world, "live") != 0;
    scenario_free(scenario);
    return simulated;
}

int lab_key(int argc, char **argv) {
    struct run_arguments arguments;
    int status = run_arguments(&arguments, argc, argv);
    if (status) {
        return status;
    }
    if (!arguments.name || strcmp(arguments.name, "all") != 0) {
        status = key_of(&arguments, arguments.name);
        catalogue_close(arguments.catalogue);
        return status;
    }
    for (unsigned i = 0; i < arguments.catalogue->count && status == LAB_OK; i++) {
        const char *id = arguments.catalogue->id[i];
        status = is_simulated(arguments.catalogue, id) ? key_of(&arguments, id) : LAB_OK;
    }
    catalogue_close(arguments.catalogue);
    return status;
}
