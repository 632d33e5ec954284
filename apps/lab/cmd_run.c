/* cmd_run.c: `lucid-lab run L02`: predict, run, compare, explain.
 *
 * On a terminal the predictions are asked for, and then what happens is shown; in a pipe it is narrated. `run all`
 * plays every scenario of the simulated world with all its variants, for one seed or for many, and says little.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/narrate.h"
#include "lab/run_live.h"
#include "lab/run_web.h"
#include "lab/tui.h"
#include "lab/tui_term.h"
#include "lab/wrap.h"

static void paragraph(const char *key, const char *words) {
    if (*words) {
        struct text text = text_growing();
        text_format(&text, "\n%s: ", i18n(key));
        wrap_put(&text, words, wrap_width(i18n(key)) + 2, 2);
        printf("%s", text.data ? text.data : "");
        text_free(&text);
    }
}

/* ---- before the run ---- */

/* Locked by `predict`, in the folder where this run will be kept. Returns 1, 0: nothing is; -1 after saying why not. */
static int locked(struct predict_answers *answers, const char *folder) {
    char error[LAB_ERROR];
    struct text path = text_growing();
    text_format(&path, "%s/predictions.tsv", folder);
    int found = path.data && !access(path.data, R_OK);
    if (found && predict_read(answers, path.data, error)) {
        lab_refuse("%s", error);
        found = -1;
    }
    text_free(&path);
    return found;
}

static int lock_now(const struct predict_answers *answers, const char *folder) {
    char error[LAB_ERROR];
    struct text path = text_growing();
    text_format(&path, "%s/predictions.tsv", folder);
    int status = path.data && !predict_write(answers, path.data, error) ? LAB_OK : lab_refuse("%s", error);
    text_free(&path);
    return status;
}

/* Answers for the run, locked in its folder; *answers NULL: nobody is asked. */
static int get_answers(const struct run_arguments *arguments, const struct scenario *scenario,
                       const struct scenario_variant *variant, const char *folder, struct predict_answers **answers) {
    char error[LAB_ERROR];
    bool asks = arguments->mode != RUN_HEADLESS && arguments->mode != RUN_WEB;
    bool terminal = asks && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    *answers = predict_new(variant);
    if (!*answers) {
        return lab_refuse("no memory");
    }
    if (arguments->answers) {
        return predict_read(*answers, arguments->answers, error) ? lab_refuse("%s", error) : lock_now(*answers, folder);
    }
    int found = locked(*answers, folder);
    if (found) {
        return found > 0 ? LAB_OK : LAB_USAGE;
    }
    if (terminal && variant->predictions) {
        printf("%s  %s\n", scenario->id, scenario_say(&scenario->title, run_language(arguments)));
        paragraph("run.goal", scenario_say(&variant->goal, run_language(arguments)));
        putchar('\n');
        return predict_ask(*answers, stdin, stdout, run_language(arguments)) ? lab_refuse("nothing was run")
                                                                             : lock_now(*answers, folder);
    }
    predict_free(*answers);
    *answers = NULL;
    return LAB_OK;
}

/* ---- the run ---- */

static void say(const char *key, const char *argument, const char *more) {
    struct text text = text_growing();
    i18n_put(&text, key, argument, more, NULL);
    printf("%s", text.data ? text.data : "");
    text_free(&text);
}

static void head(const struct run *run, enum scenario_language language) {
    const struct scenario *scenario = run->options.scenario;
    const struct tlog_header *header = tlog_header(run->session->log);
    printf("%s%s%s  %s", scenario->id, run->options.variant ? " " : "", run->options.variant ? run->variant->id : "",
           scenario_say(&scenario->title, language));
    const char *title = scenario_say(&run->variant->title, language);
    printf("%s%s   [%s] seed %" PRIu64 "\n", *title ? ": " : "", title, header->world.at, run->options.seed);
    for (unsigned i = 0; i < header->without_count; i++) {
        say("run.counterfactual", header->without[i].at, "");
        putchar('\n');
    }
}

/* Locked answers are told as such, not also as the command that put them into the log. */
static bool worth_telling(const struct tlog_event *event) {
    static const char predict[] = "predict ";
    bool answer = event->kind == TLOG_CMD && event->u.say.text.length > strlen(predict) &&
                  !memcmp(event->u.say.text.at, predict, strlen(predict));
    return !answer && !narrate_is_detail(event);
}

static void tell_up_to(const struct run *run, uint32_t *told) {
    struct text line = text_growing();
    for (uint32_t i = *told + 1; i <= run->session->model->at; i++) {
        const struct tlog_event *event = tlog_at(run->session->log, i);
        if (worth_telling(event)) {
            line.length = 0;
            narrate_event(&line, run->session->model, event);
            printf("%s\n", line.data ? line.data : "");
        }
    }
    *told = run->session->model->at;
    text_free(&line);
}

/* Nobody was asked: then at least the questions stand before the run, and not the outcome alone behind it. */
static void questions(const struct run *run, enum scenario_language language) {
    if (run->options.answers || !run->variant->predictions) {
        return;
    }
    putchar('\n');
    say("run.predict_first", run->options.scenario->id, "");
    putchar('\n');
    for (unsigned i = 0; i < run->variant->predictions; i++) {
        struct text line = text_growing();
        wrap_put(&line, scenario_say(&run->variant->prediction[i].question, language), 4, 4);
        printf("  ? %s", line.data ? line.data : "\n");
        text_free(&line);
    }
}

static int narrate(struct run *run, enum scenario_language language, char error[LAB_ERROR]) {
    uint32_t told = 0;
    int more;
    head(run, language);
    paragraph("run.goal", scenario_say(&run->variant->goal, language));
    questions(run, language);
    putchar('\n');
    tell_up_to(run, &told);
    while ((more = script_step(run->script, error)) > 0) {
        tell_up_to(run, &told);
        fflush(stdout);
    }
    return more;
}

/* ---- after it ---- */

static void total(const struct run *run, const char *folder) {
    char points[16], of[16];
    snprintf(points, sizeof points, "%u", run->result->points);
    snprintf(of, sizeof of, "%u", run->result->of);
    say("run.total", points, of);
    printf(", ");
    say("run.kept", folder, "");
    putchar('\n');
}

/* Shown when it has been judged and kept, from its beginning: each key goes a step on, also beyond the end of the
 * scenario, and nobody can spoil what was earned. */
static int paint(struct run *run, enum scenario_language language, char error[LAB_ERROR]) {
    struct text title = text_growing();
    if (session_goto(run->session, 0, error)) {
        return -1;
    }
    text_put(&title, scenario_say(&run->options.scenario->title, language));
    int status = tui_play(run->session, title.data);
    text_free(&title);
    if (status == LAB_OK) {
        head(run, language);
        return 0;
    }
    snprintf(error, LAB_ERROR, "the picture could not be painted; try --narrate");
    return -1;
}

static int show(struct run *run, enum run_mode mode, enum scenario_language language, char error[LAB_ERROR]) {
    switch (mode) {
    case RUN_HEADLESS:
        head(run, language);
        return run_finish(run, error);
    case RUN_TUI:
        return run_finish(run, error);
    case RUN_NARRATE:
    case RUN_BY_PLACE:
    case RUN_WEB:
        break;
    }
    return narrate(run, language, error);
}

static int keep(const struct run_arguments *arguments, struct run *run, const char *folder, char error[LAB_ERROR]) {
    int failed = run_save(run, folder, error);
    return failed || !arguments->pcap ? failed : run_capture(run, folder, error);
}

static int play(const struct run_arguments *arguments, struct run *run, const char *folder) {
    char error[LAB_ERROR], unkept[LAB_ERROR];
    enum scenario_language language = run_language(arguments);
    if (show(run, arguments->mode, language, error) || run_judge(run, language, arguments->brief, error)) {
        return lab_refuse("%s", error);
    }
    int lost = keep(arguments, run, folder, unkept);
    if (arguments->mode == RUN_TUI && paint(run, language, error)) {
        return lab_refuse("%s", error);
    }
    printf("%s%s", arguments->mode == RUN_HEADLESS ? "" : "\n", run->story.data ? run->story.data : "");
    if (arguments->mode != RUN_HEADLESS) {
        paragraph("run.see", scenario_say(&run->variant->see, language));
        paragraph("run.linux", scenario_say(&run->variant->linux_does, language));
        putchar('\n');
    }
    if (lost) {
        return lab_refuse("%s", unkept);
    }
    total(run, folder);
    return run->result->wrong ? LAB_FAILED : LAB_OK;
}

static bool is_live(const struct scenario *scenario) {
    return !strcmp(scenario->world, "live");
}

static int run_with(const struct run_arguments *arguments, const struct scenario *scenario, unsigned index,
                    const char *folder, uint64_t seed, const char *student) {
    char error[LAB_ERROR];
    struct predict_answers *answers;
    int status = get_answers(arguments, scenario, &scenario->variant[index], folder, &answers);
    struct run_options options = {.scenario = scenario,
                                  .variant = index,
                                  .seed = seed,
                                  .student = *student ? student : NULL,
                                  .without = arguments->without,
                                  .without_count = arguments->withouts,
                                  .answers = answers};
    if (!status && arguments->mode == RUN_WEB && !is_live(scenario)) {
        status = run_web(arguments, &options, folder);
    } else if (!status && is_live(scenario)) {
        status = run_live(arguments, &options, folder, play);
    } else if (!status) {
        struct run *run = run_open(&options, error);
        status = run ? play(arguments, run, folder) : lab_refuse("%s", error);
        run_close(run);
    }
    predict_free(answers);
    return status;
}

static int run_one(const struct run_arguments *arguments) {
    unsigned index;
    char error[LAB_ERROR], student[65];
    struct scenario *scenario = run_arguments_scenario(arguments, &index);
    if (!scenario) {
        return LAB_USAGE;
    }
    uint64_t seed = run_arguments_seed(arguments, scenario->id, student);
    char *folder = result_folder(arguments->out, scenario->id, seed, error);
    int status = folder ? run_with(arguments, scenario, index, folder, seed, student) : lab_refuse("%s", error);
    free(folder);
    scenario_free(scenario);
    return status;
}

/* ---- many ---- */

struct tally {
    unsigned runs, failed;
};

/* One variant with one seed; only what fails is told. */
static int run_quietly(const struct run_arguments *arguments, const struct scenario *scenario, unsigned index,
                       uint64_t seed, struct tally *tally) {
    char error[LAB_ERROR];
    struct run_options options = {.scenario = scenario, .variant = index, .seed = seed};
    struct run *run = run_open(&options, error);
    bool good = run && !run_finish(run, error) && !run_judge(run, run_language(arguments), true, error);
    tally->runs++;
    if (!good) {
        run_close(run);
        return lab_refuse("%s", error);
    }
    if (run->result->wrong) {
        tally->failed++;
        head(run, run_language(arguments));
        printf("%s\n", run->story.data ? run->story.data : "");
    }
    run_close(run);
    return LAB_OK;
}

static int run_seeds(const struct run_arguments *arguments, const struct scenario *scenario, struct tally *tally) {
    for (unsigned index = 0; index < scenario->variants; index++) {
        if (arguments->variant && strcmp(arguments->variant, scenario->variant[index].id) != 0) {
            continue;
        }
        for (uint64_t i = 0; i < arguments->seeds; i++) {
            int status = run_quietly(arguments, scenario, index, arguments->seed + i, tally);
            if (status) {
                return status;
            }
        }
    }
    return LAB_OK;
}

static bool wanted(const struct run_arguments *arguments, const struct scenario *scenario) {
    bool all = !strcmp(arguments->name, "all");
    bool release = !arguments->release || !strcmp(arguments->release, scenario->release);
    return !all || (release && !is_live(scenario) && scenario->variant[0].runs);
}

static int run_many(const struct run_arguments *arguments) {
    char error[LAB_ERROR];
    struct tally tally = {0};
    bool all = !strcmp(arguments->name, "all");
    unsigned count = all ? arguments->catalogue->count : 1, labs = 0;
    for (unsigned i = 0; i < count; i++) {
        const char *name = all ? arguments->catalogue->id[i] : arguments->name;
        struct scenario *scenario = catalogue_read(arguments->catalogue, name, error);
        if (!scenario) {
            return lab_refuse("%s", error);
        }
        labs += wanted(arguments, scenario);
        int status = wanted(arguments, scenario) ? run_seeds(arguments, scenario, &tally) : LAB_OK;
        scenario_free(scenario);
        if (status) {
            return status;
        }
    }
    printf("%u scenarios, %u runs, %u failed\n", labs, tally.runs, tally.failed);
    return tally.failed ? LAB_FAILED : LAB_OK;
}

int lab_run(int argc, char **argv) {
    struct run_arguments arguments;
    int status = run_arguments(&arguments, argc, argv);
    if (status) {
        return status;
    }
    if (arguments.mode == RUN_BY_PLACE) {
        arguments.mode = term_why_not() ? RUN_NARRATE : RUN_TUI;
    }
    bool many = arguments.name && (!strcmp(arguments.name, "all") || arguments.seeds > 1);
    status = many ? run_many(&arguments) : run_one(&arguments);
    catalogue_close(arguments.catalogue);
    return status;
}
