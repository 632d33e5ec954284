/* run_web.c: see run_web.h.
 *
 * The page locks its answers by lines `predict ID ANSWER`, and the first other line lets the scenario run, to its end:
 * it is then a recorded run, through which the page goes by itself. Whoever wants other things to happen plays.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/run_web.h"
#include "lab/scenario_json.h"
#include "lab/web_serve.h"

struct shown {
    const struct run_arguments *arguments;
    struct run_options options;
    struct predict_answers *answers; /* those that the page gives */
    const char *folder;
    struct run *run;
    struct tlog *log; /* of the whole run, with its checks; NULL before it */
    unsigned branch;
    int status;
};

static const struct tlog *shown_log(void *user) {
    const struct shown *shown = user;
    return shown->log ? shown->log : shown->run->session->log;
}

static unsigned shown_branch(void *user) {
    return ((const struct shown *)user)->branch;
}

/* The world anew, now with the answers in its log, and the whole script. */
static int run_it(struct shown *shown, struct text *say, char error[LAB_ERROR]) {
    struct run *run = run_open(&shown->options, error);
    if (!run || run_finish(run, error) || run_judge(run, run_language(shown->arguments), true, error) ||
        run_save(run, shown->folder, error)) {
        run_close(run);
        return -1;
    }
    struct tlog *log = run_whole_log(run, error);
    if (!log) {
        run_close(run);
        return -1;
    }
    run_close(shown->run);
    shown->run = run;
    shown->log = log;
    shown->branch++;
    shown->status = run->result->wrong ? LAB_FAILED : LAB_OK;
    text_format(say, "%u/%u", run->result->points, run->result->of);
    return 0;
}

/* "predict p1 0 1 3" */
static int lock(struct shown *shown, const char *line, char error[LAB_ERROR]) {
    const struct scenario_variant *variant = &shown->options.scenario->variant[shown->options.variant];
    struct text path = text_growing();
    const char *id = line + strspn(line, " "), *answer = id + strcspn(id, " ");
    size_t length = (size_t)(answer - id);
    int failed = -1;
    snprintf(error, LAB_ERROR, "there is no prediction of that name");
    for (unsigned i = 0; i < variant->predictions; i++) {
        if (strlen(variant->prediction[i].id.text) == length && !memcmp(variant->prediction[i].id.text, id, length)) {
            failed = predict_set(shown->answers, i, answer, error);
        }
    }
    text_format(&path, "%s/predictions.tsv", shown->folder);
    if (!failed && path.data) {
        shown->options.answers = shown->answers;
        failed = predict_write(shown->answers, path.data, error);
    }
    text_free(&path);
    return failed;
}

/* The answers are in the log, so that the page knows them, when the last one has come. */
static int open_again(struct shown *shown, char error[LAB_ERROR]) {
    struct run *run = run_open(&shown->options, error);
    if (!run) {
        return -1;
    }
    run_close(shown->run);
    shown->run = run;
    shown->branch++;
    return 0;
}

static int shown_command(void *user, const char *line, struct text *say, char error[LAB_ERROR]) {
    struct shown *shown = user;
    static const char predict[] = "predict ";
    if (shown->log) {
        snprintf(error, LAB_ERROR, "the run is over; `lucid-lab play --web` is for worlds of one's own");
        return -1;
    }
    if (!strncmp(line, predict, strlen(predict))) {
        bool last = predict_count(shown->answers) + 1 >= shown->answers->variant->predictions;
        int failed = lock(shown, line + strlen(predict), error);
        return !failed && last ? open_again(shown, error) : failed;
    }
    return run_it(shown, say, error);
}

int run_web(const struct run_arguments *arguments, const struct run_options *options, const char *folder) {
    char error[LAB_ERROR] = "no memory";
    struct text scenario = text_growing(), catalogue = text_growing();
    struct shown shown = {.arguments = arguments,
                          .options = *options,
                          .folder = folder,
                          .answers = predict_new(&options->scenario->variant[options->variant]),
                          .run = run_open(options, error)};
    int status = LAB_USAGE;
    if (shown.run && shown.answers) {
        scenario_json(&scenario, options->scenario, options->variant);
        catalogue_json(&catalogue, arguments->catalogue);
        struct web_world world = {.user = &shown,
                                  .log = shown_log,
                                  .branch = shown_branch,
                                  .command = shown_command,
                                  .scenario = &scenario,
                                  .catalog = &catalogue};
        status = lab_web_serve(&world, (uint16_t)arguments->port);
        status = status == LAB_OK ? shown.status : status;
    } else {
        lab_refuse("%s", error);
    }
    run_close(shown.run);
    tlog_free(shown.log);
    predict_free(shown.answers);
    text_free(&scenario);
    text_free(&catalogue);
    return status;
}
