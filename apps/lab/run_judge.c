/* run_judge.c: the checks and the predictions of a run, and the story that is told about them. */
#include <stdio.h>
#include <string.h>

#include "lab/check.h"
#include "lab/i18n.h"
#include "lab/rules.h"
#include "lab/run.h"
#include "lab/wrap.h"

#define STORY_LINES 40

static const char *words_of(const struct text *text) {
    return text->data ? text->data : "";
}

static void tell_check(struct run *run, const struct scenario_check *check, const struct result_item *item,
                       enum scenario_language language) {
    const char *say = scenario_say(&check->text, language);
    text_format(&run->story, "  %s %u/%u  ", item->right ? "ok  " : "FAIL", item->points, item->of);
    if (*say) {
        text_format(&run->story, "%s\n", say);
    } else {
        text_format(&run->story, "%s %s\n", check->kind.text, check->body.text);
    }
}

/* A check that failed: what happened, what was expected, what came. */
static void tell_failure(struct run *run, const struct scenario_check *check, const struct result_item *item,
                         bool *story_told) {
    if (!*story_told) {
        text_format(&run->story, "    %s\n", i18n("check.story"));
        check_story(&run->story, run->session->model, tlog_count(run->session->log), STORY_LINES);
        *story_told = true;
    }
    text_format(&run->story, "    (%s:%u)  %s %s\n", run->options.scenario->path, check->kind.line, check->kind.text,
                check->body.text);
    text_format(&run->story, "    %s %s\n    %s %s\n", i18n("check.expected"), item->outcome, i18n("check.got"),
                item->mine);
}

static int judge_check(struct run *run, unsigned i, enum scenario_language language, bool brief, bool *told,
                       char error[LAB_ERROR]) {
    const struct scenario_check *check = &run->variant->check[i];
    struct check_result judged;
    char id[16], sentence[LAB_ERROR];
    snprintf(id, sizeof id, "c%u", i + 1);
    int failed = check_run(check, run->session->model, &judged, sentence);
    struct result_item *item = failed ? NULL : result_add(run->result, id, false, check->kind.text);
    if (failed) {
        snprintf(error, LAB_ERROR, "%.80s:%u:%u: %.150s", run->options.scenario->path, check->body.line,
                 check->body.column, sentence);
    }
    if (item) {
        item->right = judged.passed;
        item->points = judged.points;
        item->of = judged.of;
        result_set(&item->mine, words_of(&judged.got));
        result_set(&item->outcome, words_of(&judged.want));
        if (!brief || !item->right) {
            tell_check(run, check, item, language);
        }
        if (!item->right) {
            tell_failure(run, check, item, told);
        }
    }
    check_result_free(&judged);
    return item ? 0 : -1;
}

/* A `run until` that ran out of time is a check that nobody had to write. */
static int judge_end(struct run *run, bool *told) {
    const struct scenario_run *unmet = script_unmet(run->script);
    if (!unmet) {
        return 0;
    }
    struct result_item *item = result_add(run->result, "run", false, "run");
    if (!item) {
        return -1;
    }
    struct text want = text_growing();
    text_format(&want, "%s within %.3f s", unmet->until.text, (double)unmet->time / 1e9);
    result_set(&item->outcome, words_of(&want));
    result_set(&item->mine, "the time was over");
    text_format(&run->story, "  FAIL      run until %s\n", words_of(&want));
    struct scenario_check as_check = {.kind = {"run until", unmet->until.line, 1}, .body = unmet->until};
    tell_failure(run, &as_check, item, told);
    text_free(&want);
    return 0;
}

/* "RFC 6298, section 5.5: each time-out doubles the next" */
static void put_rule(struct text *text, const char *id, enum scenario_language language) {
    const struct rule *rule = rules_find(id);
    if (!rule) {
        text_put(text, id);
        return;
    }
    rules_put_place(rule, text);
    bool chinese = language == SCENARIO_ZH && rule->chinese && rule->chinese[0];
    text_format(text, ": %s", chinese ? rule->chinese : rule->english);
}

/* What the scenario wanted to do and did not come to: a time behind its end, a condition that never held. */
static void tell_what_never_came(struct run *run) {
    for (unsigned i = 0; i < run->variant->actions; i++) {
        const struct scenario_action *action = &run->variant->action[i];
        if (script_waits(run->script, i)) {
            text_format(&run->story, "  %s %s:%u: ", i18n("run.never"), run->options.scenario->path,
                        action->command.line);
            text_format(&run->story, action->condition.text ? "on %s %s\n" : "%s%s\n",
                        action->condition.text ? action->condition.text : "", action->command.text);
        }
    }
}

/* A label in a column of its own; printf would count octets. */
static void put_labelled(struct text *text, const char *label) {
    unsigned width = wrap_width(label);
    text_format(text, "       %s%*s", label, width < 11 ? (int)(11 - width) : 1, "");
}

/* The label in Chinese of the item that a piece of an answer is; NULL: none. */
static const char *chinese_of(const struct scenario_prediction *prediction, const char *answer, size_t length) {
    for (unsigned i = 0; i < prediction->items; i++) {
        const struct scenario_item *item = &prediction->item[i];
        if (strlen(item->label) == length && !memcmp(item->label, answer, length)) {
            return item->label_zh;
        }
    }
    return NULL;
}

/* Labels of items in the reader's language: an answer is locked, and an outcome computed, as English has it. */
static void put_answer(struct text *text, const struct scenario_prediction *prediction, const char *answer,
                       enum scenario_language language) {
    struct text own = text_growing();
    unsigned type = prediction->type;
    bool items = type == SCENARIO_CHOICE || type == SCENARIO_ORDER || type == SCENARIO_RANK;
    while (*answer) {
        size_t length = items ? strcspn(answer, "|") : strlen(answer);
        const char *label = items && language == SCENARIO_ZH ? chinese_of(prediction, answer, length) : NULL;
        text_put_octets(&own, label ? label : answer, label ? strlen(label) : length);
        answer += length;
        if (*answer) {
            text_put(&own, " | ");
            answer++;
        }
    }
    wrap_put(text, words_of(&own), 18, 18);
    text_free(&own);
}

static void tell_prediction(struct run *run, const struct scenario_prediction *prediction,
                            const struct predict_result *judged, const char *mine, enum scenario_language language) {
    const struct result_item *item = &run->result->item[run->result->items - 1];
    text_format(&run->story, "  %s %u/%u  %s  %s\n",
                item->right    ? "ok  "
                : item->points ? "part"
                               : "no  ",
                item->points, item->of, item->id, scenario_say(&prediction->question, language));
    put_labelled(&run->story, i18n("predict.mine"));
    put_answer(&run->story, prediction, mine, language);
    put_labelled(&run->story, i18n("predict.outcome"));
    put_answer(&run->story, prediction, words_of(&judged->outcome), language);
    if (judged->rule[0]) {
        put_labelled(&run->story, i18n("predict.rule"));
        struct text rule = text_growing();
        put_rule(&rule, judged->rule, language);
        wrap_put(&run->story, words_of(&rule), 18, 18);
        text_free(&rule);
    }
    if (judged->miscon) {
        text_put(&run->story, "       ");
        wrap_put(&run->story, judged->miscon, 7, 7);
    }
}

static int judge_prediction(struct run *run, unsigned i, enum scenario_language language, bool brief,
                            char error[LAB_ERROR]) {
    const struct scenario_prediction *prediction = &run->variant->prediction[i];
    const char *mine = run->options.answers ? run->options.answers->answer[i] : NULL;
    struct predict_result judged;
    int failed = predict_judge(run->options.scenario, run->variant, i, mine, run->session->model, language, &judged,
                               error);
    struct result_item *item = failed ? NULL
                                      : result_add(run->result, prediction->id.text, true,
                                                   scenario_prediction_name(prediction->type));
    if (item) {
        item->asked = run->options.answers != NULL;
        item->right = mine && judged.right;
        item->points = mine ? judged.points : 0;
        item->of = judged.of;
        result_set(&item->mine, mine);
        result_set(&item->outcome, words_of(&judged.outcome));
        result_set(&item->rule, judged.rule);
        if (item->asked && (!brief || !item->right)) {
            tell_prediction(run, prediction, &judged, mine ? mine : i18n("predict.none"), language);
        }
    }
    predict_result_free(&judged);
    return item ? 0 : -1;
}

int run_judge(struct run *run, enum scenario_language language, bool brief, char error[LAB_ERROR]) {
    bool told = false;
    snprintf(error, LAB_ERROR, "no memory");
    result_free(run->result);
    run->result = result_new(run->options.scenario->id, run->variant->id, run->options.seed, run->options.student);
    if (!run->result || model_goto(run->session->model, tlog_count(run->session->log))) {
        return -1;
    }
    for (unsigned i = 0; i < run->variant->checks; i++) {
        if (judge_check(run, i, language, brief, &told, error)) {
            return -1;
        }
        model_goto(run->session->model, tlog_count(run->session->log));
    }
    if (judge_end(run, &told)) {
        return -1;
    }
    if (!brief) {
        tell_what_never_came(run);
    }
    model_goto(run->session->model, tlog_count(run->session->log));
    for (unsigned i = 0; i < run->variant->predictions; i++) {
        if (judge_prediction(run, i, language, brief, error)) {
            return -1;
        }
    }
    result_total(run->result);
    return 0;
}
