/* script.c: see script.h.
 *
 * An action has happened when the log is longer than it was before it. So a branch, which makes the log shorter, needs
 * no word from the session; and where the session stands in the past, the recorded steps come as they came.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/query.h"
#include "lab/script.h"

/* Steps of one run, at most: beyond it the scenario is wrong, not long. */
#define STEPS_MAX 5000000

struct script_action {
    const struct scenario_action *from;
    struct query *condition; /* NULL: at a time */
    uint32_t true_at, fired; /* number of events before that, plus 1; 0: not yet */
    lucid_time due;          /* LUCID_NEVER: not known yet */
};

struct script_run {
    const struct scenario_run *from;
    struct query *until;
    lucid_time begun, end;
    uint32_t ended; /* number of events before that, plus 1; 0: not yet */
    bool started, met;
};

struct script {
    const struct scenario *scenario;
    struct session *session;
    const struct tlog *log; /* for which the conditions were compiled */
    unsigned actions, runs;
    struct script_action *action;
    struct script_run *run;
};

static int compile(struct script *script, const struct scenario_part *part, struct query **query,
                   char error[LAB_ERROR]) {
    char sentence[LAB_ERROR];
    query_free(*query);
    *query = NULL;
    if (!part->text) {
        return 0;
    }
    *query = query_compile(part->text, script->session->log, part->column, sentence);
    if (*query) {
        return 0;
    }
    snprintf(error, LAB_ERROR, "%.80s:%u: %.150s", script->scenario->path, part->line, sentence);
    return -1;
}

/* Going back gives the session a new log. */
static int compile_all(struct script *script, char error[LAB_ERROR]) {
    if (script->log == script->session->log) {
        return 0;
    }
    for (unsigned i = 0; i < script->actions; i++) {
        if (compile(script, &script->action[i].from->condition, &script->action[i].condition, error)) {
            return -1;
        }
    }
    for (unsigned i = 0; i < script->runs; i++) {
        if (compile(script, &script->run[i].from->until, &script->run[i].until, error)) {
            return -1;
        }
    }
    script->log = script->session->log;
    return 0;
}

struct script *script_open(const struct scenario *scenario, unsigned variant, struct session *session,
                           char error[LAB_ERROR]) {
    const struct scenario_variant *plan = &scenario->variant[variant];
    struct script *script = calloc(1, sizeof *script);
    if (script) {
        script->action = calloc(plan->actions + 1, sizeof *script->action);
        script->run = calloc(plan->runs + 1, sizeof *script->run);
    }
    if (!script || !script->action || !script->run) {
        snprintf(error, LAB_ERROR, "no memory for the scenario");
        script_close(script);
        return NULL;
    }
    script->scenario = scenario;
    script->session = session;
    script->actions = plan->actions;
    script->runs = plan->runs;
    for (unsigned i = 0; i < plan->actions; i++) {
        const struct scenario_action *from = &plan->action[i];
        script->action[i] = (struct script_action){.from = from,
                                                   .due = from->condition.text ? LUCID_NEVER : from->time};
    }
    for (unsigned i = 0; i < plan->runs; i++) {
        script->run[i].from = &plan->run[i];
    }
    if (compile_all(script, error)) {
        script_close(script);
        return NULL;
    }
    return script;
}

void script_close(struct script *script) {
    if (!script) {
        return;
    }
    for (unsigned i = 0; script->action && i < script->actions; i++) {
        query_free(script->action[i].condition);
    }
    for (unsigned i = 0; script->run && i < script->runs; i++) {
        query_free(script->run[i].until);
    }
    free(script->action);
    free(script->run);
    free(script);
}

static uint32_t here(const struct script *script) {
    return tlog_count(script->session->log);
}

/* What lies behind the end of the log has not happened: there was a branch. */
static void forget_future(struct script *script) {
    uint32_t n = here(script) + 1;
    for (unsigned i = 0; i < script->actions; i++) {
        struct script_action *action = &script->action[i];
        action->fired = action->fired > n ? 0 : action->fired;
        if (action->true_at > n) {
            action->true_at = 0;
            action->due = LUCID_NEVER;
        }
    }
    for (unsigned i = 0; i < script->runs; i++) {
        struct script_run *run = &script->run[i];
        if (run->ended > n) {
            run->ended = 0;
            run->met = false;
        }
    }
}

static bool holds(struct script *script, struct query *query) {
    struct query_value value = query_eval(query, script->session->model);
    return query_true(&value);
}

/* Conditions that have come true just now. */
static void look(struct script *script) {
    for (unsigned i = 0; i < script->actions; i++) {
        struct script_action *action = &script->action[i];
        if (action->condition && !action->true_at && holds(script, action->condition)) {
            action->true_at = here(script) + 1;
            action->due = world_now(script->session->world) + action->from->time;
        }
    }
}

static struct script_action *next_action(struct script *script) {
    struct script_action *next = NULL;
    for (unsigned i = 0; i < script->actions; i++) {
        struct script_action *action = &script->action[i];
        if (!action->fired && action->due != LUCID_NEVER && (!next || action->due < next->due)) {
            next = action;
        }
    }
    return next;
}

static int fire(struct script *script, struct script_action *action, char error[LAB_ERROR]) {
    const struct scenario_part *command = &action->from->command;
    char sentence[LAB_ERROR];
    struct text say = text_growing();
    int failed = session_command(script->session, command->text, &say, sentence);
    text_free(&say);
    if (failed) {
        snprintf(error, LAB_ERROR, "%.80s:%u:%u: %.150s", script->scenario->path, command->line, command->column,
                 sentence);
        return -1;
    }
    action->fired = here(script) + 1;
    look(script);
    return 1;
}

static struct script_run *current_run(struct script *script) {
    for (unsigned i = 0; i < script->runs; i++) {
        if (!script->run[i].ended) {
            return &script->run[i];
        }
    }
    return NULL;
}

static void begin_run(struct script *script, struct script_run *run) {
    lucid_time now = world_now(script->session->world);
    run->begun = now;
    run->end = run->from->time == TLOG_NONE ? LUCID_NEVER : now + run->from->time;
    run->started = true;
}

static int end_run(struct script *script, struct script_run *run, bool met) {
    run->ended = here(script) + 1;
    run->met = met;
    run->started = false;
    return 1;
}

/* One thing inside a run. */
static int step(struct script *script, struct script_run *run, char error[LAB_ERROR]) {
    if (run->until && holds(script, run->until)) {
        return end_run(script, run, true);
    }
    lucid_time now = world_now(script->session->world);
    struct script_action *action = next_action(script);
    if (action && action->due <= now && action->condition) {
        return fire(script, action, error);
    }
    lucid_time limit = action && action->due < run->end ? action->due : run->end;
    if (session_step(script->session, limit)) {
        look(script);
        return 1;
    }
    if (action && action->due == limit) {
        return fire(script, action, error);
    }
    return end_run(script, run, !run->until);
}

int script_step(struct script *script, char error[LAB_ERROR]) {
    if (script->session->model->at < here(script)) {
        return session_step(script->session, LUCID_NEVER);
    }
    forget_future(script);
    if (compile_all(script, error)) {
        return -1;
    }
    struct script_run *run = current_run(script);
    if (!run) {
        return 0;
    }
    if (!run->started) {
        begin_run(script, run);
        look(script);
    }
    return step(script, run, error);
}

int script_run(struct script *script, char error[LAB_ERROR]) {
    for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
        int more = script_step(script, error);
        if (more <= 0) {
            return more;
        }
    }
    snprintf(error, LAB_ERROR, "%.80s: this scenario does not come to an end; is a `run` without a time in it?",
             script->scenario->path);
    return -1;
}

const struct scenario_run *script_unmet(const struct script *script) {
    for (unsigned i = 0; i < script->runs; i++) {
        if (script->run[i].ended && !script->run[i].met) {
            return script->run[i].from;
        }
    }
    return NULL;
}

bool script_waits(const struct script *script, unsigned i) {
    return i < script->actions && !script->action[i].fired;
}
