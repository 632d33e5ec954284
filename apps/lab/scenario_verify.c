/* scenario_verify.c: the second look at a scenario, when all of it is known: do expressions, checks, answers and
 * misconceptions mean something, with the nodes that there are?
 */
#include <stdio.h>
#include <string.h>

#include "lab/check.h"
#include "lab/query.h"
#include "lab/scenario_private.h"

static bool wrong(const struct scenario *scenario, unsigned line, unsigned column, const char *sentence,
                  char error[LAB_ERROR]) {
    snprintf(error, LAB_ERROR, "%.100s:%u:%u: %.140s", scenario->path, line, column, sentence);
    scenario_make_printable(error);
    return false;
}

static bool expression(const struct scenario *scenario, const struct scenario_part *part, char error[LAB_ERROR]) {
    unsigned offset;
    char sentence[LAB_ERROR];
    if (!part->text || !query_check(part->text, scenario->node, scenario->nodes, &offset, sentence)) {
        return true;
    }
    return wrong(scenario, part->line, part->column + offset, sentence, error);
}

static bool check(const struct scenario *scenario, const struct scenario_check *one, char error[LAB_ERROR]) {
    bool in_kind;
    unsigned offset;
    char sentence[LAB_ERROR];
    if (!check_verify(one->kind.text, one->body.text, scenario->node, scenario->nodes, &in_kind, &offset, sentence)) {
        return true;
    }
    const struct scenario_part *part = in_kind ? &one->kind : &one->body;
    return wrong(scenario, part->line, part->column + (in_kind ? 0 : offset), sentence, error);
}

/* What each type of prediction needs: items, items with expressions, an answer. */
static const char *lacks(const struct scenario_prediction *prediction) {
    bool items = prediction->items > 1, answers = prediction->items > 0;
    for (unsigned i = 0; i < prediction->items; i++) {
        answers = answers && prediction->item[i].expression.text;
    }
    switch ((enum scenario_prediction_type)prediction->type) {
    case SCENARIO_CHOICE:
        if (!items) {
            return "a choice needs what to choose from, as in LISTEN|CLOSED";
        }
        return prediction->answer.text || answers ? NULL : "a choice needs `answer EXPRESSION`, or a=CONDITION|b=...";
    case SCENARIO_ORDER:
    case SCENARIO_RANK:
        return items && answers ? NULL : "the things to put in order are needed, each with its expression: a=...|b=...";
    case SCENARIO_TABLE:
        return answers ? NULL : "a table needs its cells, as in \"SND.UNA\"=A.una|\"SND.NXT\"=A.nxt";
    case SCENARIO_NUMBER:
    case SCENARIO_TIMES:
    case SCENARIO_STATES:
    case SCENARIO_FIELDS:
        return prediction->answer.text ? NULL : "this prediction needs `answer EXPRESSION`";
    case SCENARIO_SKETCH:
        return prediction->answer.text && prediction->to.text ? NULL : "a sketch needs `answer VALUE from T to T`";
    case SCENARIO_FREE_TEXT:
    case SCENARIO_PREDICTION_TYPES:
        return NULL;
    }
    return NULL;
}

static bool times(const struct scenario *scenario, const struct scenario_part *part, char error[LAB_ERROR]) {
    uint64_t time;
    if (!part->text || scenario_time(part->text, strlen(part->text), &time)) {
        return true;
    }
    return wrong(scenario, part->line, part->column, "a time was expected (20ms, 1.5s, 3h)", error);
}

static bool prediction(const struct scenario *scenario, const struct scenario_prediction *one, char error[LAB_ERROR]) {
    const char *missing = lacks(one);
    if (missing) {
        return wrong(scenario, one->id.line, one->id.column, missing, error);
    }
    for (unsigned i = 0; i < one->items; i++) {
        if (!expression(scenario, &one->item[i].expression, error)) {
            return false;
        }
    }
    return expression(scenario, &one->answer, error) && times(scenario, &one->from, error) &&
           times(scenario, &one->to, error);
}

static bool miscon(const struct scenario *scenario, const struct scenario_variant *variant,
                   const struct scenario_miscon *one, char error[LAB_ERROR]) {
    const struct scenario_prediction *about = NULL;
    for (unsigned i = 0; i < variant->predictions; i++) {
        about = strcmp(variant->prediction[i].id.text, one->id) ? about : &variant->prediction[i];
    }
    if (!about) {
        return wrong(scenario, one->place.line, one->place.column, "there is no prediction of that name", error);
    }
    bool known = about->type != SCENARIO_CHOICE;
    for (unsigned i = 0; i < about->items; i++) {
        known = known || !strcmp(about->item[i].label, one->answer);
    }
    return known || wrong(scenario, one->place.line, one->place.column, "that cannot be chosen there", error);
}

static bool command(const struct scenario *scenario, const struct scenario_part *part, char error[LAB_ERROR]) {
    static const char *const words[] = {"wire", "icmp", "iss", "note", "set", "with", "without"};
    size_t length = strcspn(part->text, " ");
    bool known = scenario_has_node(scenario, part->text, length);
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        known = known || (strlen(words[i]) == length && !memcmp(words[i], part->text, length));
    }
    return known ||
           wrong(scenario, part->line, part->column,
                 "a command begins with a node that there is, or with wire icmp iss note set with without", error);
}

static bool variant(const struct scenario *scenario, const struct scenario_variant *one, char error[LAB_ERROR]) {
    for (unsigned i = 0; i < one->actions; i++) {
        if (!expression(scenario, &one->action[i].condition, error) ||
            !command(scenario, &one->action[i].command, error)) {
            return false;
        }
    }
    for (unsigned i = 0; i < one->runs; i++) {
        if (!expression(scenario, &one->run[i].until, error)) {
            return false;
        }
    }
    for (unsigned i = 0; i < one->checks; i++) {
        if (!check(scenario, &one->check[i], error)) {
            return false;
        }
    }
    for (unsigned i = 0; i < one->predictions; i++) {
        if (!prediction(scenario, &one->prediction[i], error)) {
            return false;
        }
    }
    for (unsigned i = 0; i < one->miscons; i++) {
        if (!miscon(scenario, one, &one->miscon[i], error)) {
            return false;
        }
    }
    return true;
}

bool scenario_verify(const struct scenario *scenario, char error[LAB_ERROR]) {
    if (!scenario->title.at[SCENARIO_EN]) {
        return wrong(scenario, 1, 1, "the scenario has no title; expected title.en \"...\" behind `lab NAME`", error);
    }
    for (unsigned i = 0; i < scenario->variants; i++) {
        if (!variant(scenario, &scenario->variant[i], error)) {
            return false;
        }
    }
    return true;
}
