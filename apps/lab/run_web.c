/* run_web.c: see run_web.h.
 *
 * The page sees one log. Behind it there are three worlds in turn: one that waits for predictions; the same again,
 * begun anew with the locked answers as its first events; and, when the script has ended, its log with the checks at
 * the end. Going from the first to the second is a branch, for events that were there have other numbers now.
 */
#include "lab/run_web.h"

#include <stdio.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/page_scenario.h"
#include "lab/web_serve.h"
#include "lab/words.h"

struct show {
    struct run_options options;
    enum scenario_language language;
    const char *folder;
    struct predict_answers *answers;
    struct run *run;
    struct tlog *judged; /* NULL: the run is not over */
    unsigned begun;      /* worlds so far */
};

/* ---- the log ---- */

static const struct tlog *log_of(void *user) {
    const struct show *show = user;
    return show->judged ? show->judged : show->run->session->log;
}

static unsigned branch_of(void *user) {
    const struct show *show = user;
    return show->begun + show->run->session->branches;
}

static void scenario_of(void *user, struct text *out) {
    struct show *show = user;
    page_scenario_json(out, show->options.scenario, show->options.variant, log_of(show), show->judged != NULL);
}

/* ---- the end ---- */

static int judge(struct show *show, char error[LAB_ERROR]) {
    if (run_judge(show->run, show->language, true, error) || run_save(show->run, show->folder, error)) {
        return -1;
    }
    show->judged = run_whole_log(show->run, error);
    return show->judged ? 0 : -1;
}

static void say_result(const struct show *show, struct text *say) {
    const struct result *result = show->run->result;
    text_format(say, "%u of %u points, in %s\n", result->points, result->of, show->folder);
}

/* ---- predictions ---- */

static unsigned missing(const struct show *show) {
    return show->run->variant->predictions - (show->answers ? predict_count(show->answers) : 0);
}

/* All are there: they are written down, and the world begins anew with them. */
static int lock(struct show *show, char error[LAB_ERROR]) {
    struct text path = text_growing();
    text_format(&path, "%s/predictions.tsv", show->folder);
    int failed = path.data ? predict_write(show->answers, path.data, error) : -1;
    text_free(&path);
    if (failed) {
        return -1;
    }
    show->options.answers = show->answers;
    struct run *run = run_open(&show->options, error);
    if (!run) {
        return -1;
    }
    run_close(show->run);
    show->run = run;
    show->begun++;
    return 0;
}

static int find_prediction(const struct scenario_variant *variant, const char *id) {
    for (unsigned i = 0; i < variant->predictions; i++) {
        if (!strcmp(variant->prediction[i].id.text, id)) {
            return (int)i;
        }
    }
    return -1;
}

/* "p1 ANSWER" */
static int predict(struct show *show, const char *line, char error[LAB_ERROR]) {
    char id[32];
    int length = 0;
    if (sscanf(line, "%31s %n", id, &length) != 1 || !line[length]) {
        snprintf(error, LAB_ERROR, "predict needs a question and an answer, for example `predict p1 3`");
        return -1;
    }
    int i = find_prediction(show->run->variant, id);
    if (i < 0) {
        snprintf(error, LAB_ERROR, "%s asks nothing that is called %s", show->options.scenario->id, id);
        return -1;
    }
    if (missing(show) == 0) {
        snprintf(error, LAB_ERROR, "the predictions are locked; a second try needs another seed");
        return -1;
    }
    if (predict_set(show->answers, (unsigned)i, line + length, error)) {
        return -1;
    }
    return missing(show) == 0 ? lock(show, error) : 0;
}

/* ---- commands ---- */

static int go_on(struct show *show, bool to_the_end, struct text *say, char error[LAB_ERROR]) {
    if (missing(show) > 0) {
        snprintf(error, LAB_ERROR, "answer the questions first: Predict, above; then it runs");
        return -1;
    }
    if (show->judged) {
        return session_command(show->run->session, "step", say, error);
    }
    int more = to_the_end ? script_run(show->run->script, error) : script_step(show->run->script, error);
    if (more != 0) {
        return more < 0 ? -1 : 0;
    }
    if (judge(show, error)) {
        return -1;
    }
    say_result(show, say);
    return 0;
}

/* After the end another way may be tried: the checks were about the first one. */
static int other_command(struct show *show, const char *line, struct text *say, char error[LAB_ERROR]) {
    if (!show->judged) {
        return session_command(show->run->session, line, say, error);
    }
    struct tlog *judged = show->judged;
    show->judged = NULL;
    show->begun++;
    int failed = session_command(show->run->session, line, say, error);
    tlog_free(judged);
    return failed;
}

static int command_of(void *user, const char *line, struct text *say, char error[LAB_ERROR]) {
    static const char prediction[] = "predict ";
    struct show *show = user;
    if (!strncmp(line, prediction, sizeof prediction - 1)) {
        return predict(show, line + sizeof prediction - 1, error);
    }
    if (!strcmp(line, "step") || !strcmp(line, "run")) {
        return go_on(show, line[0] == 'r', say, error);
    }
    return other_command(show, line, say, error);
}

/* ---- begin and end ---- */

static int serve(struct show *show, uint16_t port) {
    struct web_world world = {
        .user = show, .log = log_of, .branch = branch_of, .command = command_of, .scenario = scenario_of};
    int status = lab_web_serve(&world, port);
    return status == LAB_OK && show->run->result && show->run->result->wrong ? LAB_FAILED : status;
}

int run_web(const struct run_arguments *arguments, const struct run_options *options, const char *folder) {
    char error[LAB_ERROR];
    struct predict_answers *asked = predict_new(&options->scenario->variant[options->variant]);
    struct show show = {.options = *options,
                        .language = run_language(arguments),
                        .folder = folder,
                        .answers = options->answers ? (struct predict_answers *)options->answers : asked,
                        .run = run_open(options, error)};
    int status = show.run && asked ? serve(&show, (uint16_t)arguments->port)
                                   : lab_refuse("%s", show.run ? "there is no memory for the answers" : error);
    run_close(show.run);
    tlog_free(show.judged);
    predict_free(asked);
    return status;
}
