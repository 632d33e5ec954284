/* run_web.c: see run_web.h.
 *
 * What is judged is the scenario as it is written, with the locked answers: it is run at once, to its end, and kept
 * (docs/decisions/0076). What the page shows is the same run again, from the same seed, step by step, so that nothing
 * of it is seen too early; at its end stand the checks of the first. A command of somebody's own makes it another run,
 * which is not judged.
 *
 * Before that there is a world that waits for predictions. Going from it to the next is a branch, for events that were
 * there have other numbers now.
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
    struct run *judged; /* the run that counts; NULL: predictions are missing */
    struct tlog *whole; /* its log, with the checks */
    struct run *run;    /* the one that is shown */
    bool over, own_way; /* the script has ended; other commands came between */
    unsigned begun;     /* worlds so far */
};

/* ---- the log ---- */

static const struct tlog *log_of(void *user) {
    const struct show *show = user;
    return show->over && !show->own_way ? show->whole : show->run->session->log;
}

static unsigned branch_of(void *user) {
    const struct show *show = user;
    return show->begun + show->run->session->branches;
}

static void scenario_of(void *user, struct text *out) {
    struct show *show = user;
    page_scenario_json(out, show->options.scenario, show->options.variant, show->over ? show->whole : NULL, show->over);
}

/* ---- the run that counts ---- */

static int judge(struct show *show, char error[LAB_ERROR]) {
    struct run *run = run_open(&show->options, error);
    if (!run || run_finish(run, error) || run_judge(run, show->language, true, error) ||
        run_save(run, show->folder, error)) {
        run_close(run);
        return -1;
    }
    show->judged = run;
    show->whole = run_whole_log(run, error);
    return show->whole ? 0 : -1;
}

static void say_result(const struct show *show, struct text *say) {
    const struct result *result = show->judged->result;
    text_format(say, "%u of %u points, in %s\n", result->points, result->of, show->folder);
    text_put(say, show->own_way ? "What you see is another run, because of your commands; it is not judged.\n" : "");
}

/* ---- predictions ---- */

static unsigned missing(const struct show *show) {
    return show->run->variant->predictions - predict_count(show->answers);
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
    show->own_way = false;
    return judge(show, error);
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
    if (show->judged) {
        snprintf(error, LAB_ERROR, "the predictions are locked; a second try needs another seed");
        return -1;
    }
    if (predict_set(show->answers, (unsigned)i, line + length, error)) {
        return -1;
    }
    return missing(show) == 0 ? lock(show, error) : 0;
}

/* ---- commands ---- */

/* Looking back is no way of one's own; what is done there is. The checks at the end were not about it. */
static int other_command(struct show *show, const char *line, struct text *say, char error[LAB_ERROR]) {
    struct session *session = show->run->session;
    uint32_t events = tlog_count(session->log);
    unsigned branches = session->branches;
    int failed = session_command(session, line, say, error);
    if (tlog_count(session->log) != events || session->branches != branches) {
        show->begun += show->over && !show->own_way;
        show->own_way = true;
    }
    return failed;
}

static int go_on(struct show *show, const char *line, struct text *say, char error[LAB_ERROR]) {
    if (!show->judged) {
        snprintf(error, LAB_ERROR, "answer the questions first: Predict, above; then it runs");
        return -1;
    }
    if (show->over) {
        return other_command(show, line, say, error);
    }
    bool to_the_end = line[0] == 'r';
    int more = to_the_end ? script_run(show->run->script, error) : script_step(show->run->script, error);
    if (more != 0) {
        return more < 0 ? -1 : 0;
    }
    show->over = true;
    say_result(show, say);
    return 0;
}

static int command_of(void *user, const char *line, struct text *say, char error[LAB_ERROR]) {
    static const char prediction[] = "predict ";
    struct show *show = user;
    if (!strncmp(line, prediction, sizeof prediction - 1)) {
        return predict(show, line + sizeof prediction - 1, error);
    }
    if (!strcmp(line, "step") || !strcmp(line, "run")) {
        return go_on(show, line, say, error);
    }
    return other_command(show, line, say, error);
}

/* ---- begin and end ---- */

static int serve(struct show *show, uint16_t port) {
    struct web_world world = {
        .user = show, .log = log_of, .branch = branch_of, .command = command_of, .scenario = scenario_of};
    int status = lab_web_serve(&world, port);
    return status == LAB_OK && show->judged && show->judged->result->wrong ? LAB_FAILED : status;
}

static int begin(struct show *show, char error[LAB_ERROR]) {
    show->run = run_open(&show->options, error);
    if (!show->run) {
        return -1;
    }
    return show->options.answers || missing(show) == 0 ? judge(show, error) : 0;
}

int run_web(const struct run_arguments *arguments, const struct run_options *options, const char *folder) {
    char error[LAB_ERROR] = "there is no memory for the answers";
    struct predict_answers *asked = predict_new(&options->scenario->variant[options->variant]);
    struct show show = {.options = *options, .language = run_language(arguments), .folder = folder, .answers = asked};
    int failed = asked ? begin(&show, error) : -1;
    int status = failed ? lab_refuse("%s", error) : serve(&show, (uint16_t)arguments->port);
    run_close(show.run);
    run_close(show.judged);
    tlog_free(show.whole);
    predict_free(asked);
    return status;
}
