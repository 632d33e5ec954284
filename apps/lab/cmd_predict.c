/* cmd_predict.c: `lucid-lab predict L02 [-f answers.tsv]`: asks for the predictions, or reads them, and locks them for
 * the next `run` of the same scenario and seed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/run_command.h"

static int lock(const struct run_arguments *arguments, const struct scenario *scenario,
                struct predict_answers *answers) {
    char error[LAB_ERROR], hash[65], count[16], all[16];
    uint64_t seed = run_arguments_seed(arguments, scenario->id, hash);
    char *folder = result_folder(arguments->out, scenario->id, seed, error);
    if (!folder) {
        return lab_refuse("%s", error);
    }
    struct text path = text_growing(), said = text_growing();
    text_format(&path, "%s/predictions.tsv", folder);
    free(folder);
    int status = path.data && !predict_write(answers, path.data, error) ? LAB_OK : lab_refuse("%s", error);
    if (!status) {
        snprintf(count, sizeof count, "%u", predict_count(answers));
        snprintf(all, sizeof all, "%u", answers->variant->predictions);
        i18n_put(&said, "predict.locked", count, all, path.data, NULL);
        printf("%s\n", said.data ? said.data : "");
    }
    text_free(&path);
    text_free(&said);
    return status;
}

static int answer(const struct run_arguments *arguments, const struct scenario *scenario, unsigned index) {
    char error[LAB_ERROR] = "no memory";
    struct predict_answers *answers = predict_new(&scenario->variant[index]);
    if (!answers) {
        return lab_refuse("%s", error);
    }
    int status = LAB_OK;
    if (arguments->answers) {
        status = predict_read(answers, arguments->answers, error) ? lab_refuse("%s", error) : LAB_OK;
    } else {
        printf("%s  %s\n", scenario->id, scenario_say(&scenario->title, run_language(arguments)));
        if (predict_ask(answers, stdin, stdout, run_language(arguments))) {
            status = lab_refuse("the answers end too early; nothing was locked");
        }
    }
    if (!status && predict_count(answers) == 0) {
        status = lab_refuse("no prediction was answered; nothing was locked, so try again");
    }
    status = status ? status : lock(arguments, scenario, answers);
    predict_free(answers);
    return status;
}

int lab_predict(int argc, char **argv) {
    struct run_arguments arguments;
    unsigned index;
    int status = run_arguments(&arguments, argc, argv);
    if (status) {
        return status;
    }
    struct scenario *scenario = run_arguments_scenario(&arguments, &index);
    status = scenario ? answer(&arguments, scenario, index) : LAB_USAGE;
    scenario_free(scenario);
    catalogue_close(arguments.catalogue);
    return status;
}
