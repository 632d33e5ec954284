/* proof.c: see proof.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/proof.h"
#include "lab/run.h"
#include "lab/session.h"
#include "lab/sha256.h"

static void because(struct proof *proof, const char *why) {
    if (proof->why != why) {
        snprintf(proof->why, sizeof proof->why, "%s", why);
    }
}

static bool is_text(const struct tlog_text *text, const char *word) {
    return text->length == strlen(word) && !memcmp(text->at, word, text->length);
}

static bool begins_with(const struct tlog_text *text, const char *word) {
    return text->length >= strlen(word) && !memcmp(text->at, word, strlen(word));
}

/* ---- what is never believed ---- */

static bool has_event(const struct tlog *log, enum tlog_kind kind, const char *begins) {
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->kind == kind && (!begins || begins_with(&event->u.say.text, begins))) {
            return true;
        }
    }
    return false;
}

static const char *doubt(const struct tlog *log, unsigned withouts) {
    const struct tlog_header *header = tlog_header(log);
    if (!is_text(&header->world, "sim")) {
        return "it is a live log, which cannot be run again";
    }
    if (header->without_count != withouts) {
        return "a rule was taken away in it";
    }
    return has_event(log, TLOG_LOST, NULL) ? "some of its events are lost" : NULL;
}

/* ---- free play ---- */

static bool is_scenario(const struct tlog *log) {
    const struct tlog_text *lab = &tlog_header(log)->lab;
    return lab->length > 0 && !is_text(lab, "play");
}

static bool replays(const struct tlog *log, char error[LAB_ERROR]) {
    const char *why = doubt(log, 0);
    if (!why && has_event(log, TLOG_CMD, "without")) {
        why = "a rule was taken away in it";
    }
    if (why) {
        snprintf(error, LAB_ERROR, "%s", why);
        return false;
    }
    return session_replays(log, error) == 1;
}

static void replay(struct proof *proof) {
    proof->walked = replays(proof->log, proof->why);
    if (proof->walked) {
        proof->why[0] = 0;
    }
}

/* ---- a scenario ---- */

/* The predictions that the log has. Returns 0, or -1 and the sentence. */
static int take_answers(struct predict_answers *answers, const struct tlog *log, char error[LAB_ERROR]) {
    const struct scenario_variant *variant = answers->variant;
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        for (unsigned k = 0; event->kind == TLOG_PREDICT && k < variant->predictions; k++) {
            if (is_text(&event->u.say.k, variant->prediction[k].id.text) &&
                predict_set(answers, k, event->u.say.text.at, error)) {
                return -1;
            }
        }
    }
    return 0;
}

/* The number of the first line that differs, from 1. */
static unsigned first_difference(const char *a, const char *b) {
    unsigned line = 1;
    for (; *a && *a == *b; a++, b++) {
        line += *a == '\n';
    }
    return line;
}

static void compare(struct proof *proof, struct run *run) {
    size_t length;
    struct text again = run_log(run);
    const char *lines = tlog_lines(proof->log, &length);
    if (!again.data || again.length != length || memcmp(again.data, lines, length) != 0) {
        snprintf(proof->why, sizeof proof->why, "line %u of it is not what a run of this scenario with this seed gives",
                 first_difference(lines, again.data ? again.data : ""));
    } else {
        proof->result = run->result;
        run->result = NULL;
        result_set(&proof->result->log, proof->hash);
    }
    text_free(&again);
}

static void run_again(struct proof *proof, const struct scenario *scenario, unsigned variant) {
    const struct tlog_header *header = tlog_header(proof->log);
    struct predict_answers *answers = predict_new(&scenario->variant[variant]);
    if (!answers || take_answers(answers, proof->log, proof->why)) {
        predict_free(answers);
        return;
    }
    struct run_options options = {
        .scenario = scenario,
        .variant = variant,
        .seed = header->seed,
        .student = header->student.length ? header->student.at : NULL,
        .answers = predict_count(answers) ? answers : NULL,
    };
    struct run *run = run_open(&options, proof->why);
    if (run && !run_finish(run, proof->why) && !run_judge(run, SCENARIO_EN, true, proof->why)) {
        proof->why[0] = 0;
        compare(proof, run);
    }
    run_close(run);
    predict_free(answers);
}

static void rerun(struct proof *proof, const struct catalogue *catalogue) {
    const struct tlog_header *header = tlog_header(proof->log);
    struct scenario *scenario = catalogue ? catalogue_read(catalogue, header->lab.at, proof->why) : NULL;
    if (!scenario) {
        return;
    }
    int variant = scenario_variant_find(scenario, header->variant.length ? header->variant.at : NULL);
    const char *why = variant < 0 ? "its scenario has no such variant"
                                  : doubt(proof->log, scenario->variant[variant].withouts);
    if (!why && !is_text(&header->labfile, scenario->labfile)) {
        why = "its scenario was another one than that of this program";
    }
    if (why) {
        because(proof, why);
    } else {
        run_again(proof, scenario, (unsigned)variant);
    }
    scenario_free(scenario);
}

void proof_open(struct proof *proof, const char *path, const struct catalogue *catalogue) {
    size_t length;
    memset(proof, 0, sizeof *proof);
    proof->log = tlog_read(path, proof->why);
    if (!proof->log) {
        return;
    }
    const char *lines = tlog_lines(proof->log, &length);
    sha256_hex(lines, length, proof->hash);
    because(proof, "it cannot be run again here");
    if (!is_scenario(proof->log)) {
        replay(proof);
        return;
    }
    char error[LAB_ERROR];
    rerun(proof, catalogue);
    proof->walked = proof->result || replays(proof->log, error);
}

void proof_close(struct proof *proof) {
    tlog_free(proof->log);
    result_free(proof->result);
}
