/* replay.c: see replay.h. */
#include "lab/replay.h"

#include <inttypes.h>
#include <stdio.h>

#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/rules.h"

/* The state that a call leads to may be told before the call: it has made the connection. */
static bool is_told_already(const struct tlog *log, uint32_t i) {
    const struct tlog_event *call = tlog_at(log, i);
    for (uint32_t n = i - 1; n > 0; n--) {
        const struct tlog_event *event = tlog_at(log, n);
        if (event->t != call->t || event->node != call->node) {
            return false;
        }
        if (event->kind == TLOG_STATE) {
            return event->u.state.cause == LUCID_CAUSE_CALL && event->u.state.call == call->u.call.call;
        }
    }
    return false;
}

bool replay_is_cause(const struct tlog *log, uint32_t i) {
    switch ((enum tlog_kind)tlog_at(log, i)->kind) {
    case TLOG_CALL:
        return !is_told_already(log, i);
    case TLOG_SEG_RX:
    case TLOG_TIMER_FIRE:
    case TLOG_CMD:
    case TLOG_NOTE:
    case TLOG_PEER:
    case TLOG_PREDICT:
    case TLOG_CHECK:
        return true;
    case TLOG_SEG_TX:
    case TLOG_WIRE_ACT:
    case TLOG_STATE:
    case TLOG_RULE:
    case TLOG_TIMER_SET:
    case TLOG_TIMER_STOP:
    case TLOG_VAR:
    case TLOG_RET:
    case TLOG_APP:
    case TLOG_HTTP:
    case TLOG_DNS:
    case TLOG_DROP:
    case TLOG_LOST:
    case TLOG_KINDS:
        return false;
    }
    return false;
}

uint32_t replay_step(const struct tlog *log, uint32_t n) {
    uint32_t count = tlog_count(log);
    if (n < count) {
        n++;
    }
    while (n < count && !replay_is_cause(log, n + 1)) {
        n++;
    }
    return n;
}

uint32_t replay_back(const struct tlog *log, uint32_t n) {
    if (n > 0) {
        n--;
    }
    while (n > 0 && !replay_is_cause(log, n + 1)) {
        n--;
    }
    return n;
}

uint32_t replay_next_state(const struct tlog *log, uint32_t n) {
    uint32_t count = tlog_count(log);
    while (n < count) {
        uint32_t from = n;
        n = replay_step(log, n);
        for (uint32_t i = from + 1; i <= n; i++) {
            if (tlog_at(log, i)->kind == TLOG_STATE) {
                return n;
            }
        }
    }
    return n;
}

/* ---- why ---- */

static const struct tlog_text *rule_of(const struct tlog_event *event) {
    if (event->kind == TLOG_STATE) {
        return event->u.state.rule.length > 0 ? &event->u.state.rule : NULL;
    }
    return event->kind == TLOG_RULE ? &event->u.rule.rule : NULL;
}

/* Sentence, section, source, scenarios: what there is of a rule. */
static void put_rule(struct text *say, const struct tlog_text *id) {
    char name[100], file[80], function[80];
    snprintf(name, sizeof name, "%.*s", (int)id->length, id->at);
    const struct rule *rule = rules_find(name);
    if (!rule) {
        narrate_escape(say, id->at, id->length);
        text_put_char(say, '\n');
        return;
    }
    text_put(say, i18n_chosen() == I18N_ZH ? rule->chinese : rule->english);
    text_put(say, "\n\n");
    rules_put_place(rule, say);
    text_format(say, "  (%s)\n", name);
    for (unsigned i = 0; i < 4 && rules_place(rule, i, file, function) == 0; i++) {
        text_format(say, "%s %s\n", file, function);
    }
    struct text scenarios = text_growing();
    if (rules_put_scenarios(rule, &scenarios) > 0) {
        i18n_put(say, "why.scenarios", scenarios.data, NULL);
        text_put_char(say, '\n');
    }
    text_free(&scenarios);
}

/* What a timer is for shows in what is done at the same instant; everything else follows from what came before. */
static uint32_t explained_by(const struct tlog *log, uint32_t n) {
    const struct tlog_event *event = n > 0 && n <= tlog_count(log) ? tlog_at(log, n) : NULL;
    bool fires = event && event->kind == TLOG_TIMER_FIRE;
    for (uint32_t i = n; fires && i <= tlog_count(log) && tlog_at(log, i)->t == event->t; i++) {
        if (tlog_at(log, i)->node == event->node && rule_of(tlog_at(log, i))) {
            return i;
        }
    }
    while (n > 0 && !rule_of(tlog_at(log, n))) {
        n--;
    }
    return n;
}

void replay_why(struct text *say, const struct model *model, uint32_t n) {
    uint32_t i = explained_by(model->log, n);
    if (i == 0) {
        text_put(say, i18n("replay.no_rule"));
        return;
    }
    narrate_event(say, model, tlog_at(model->log, i));
    text_put(say, "\n\n");
    put_rule(say, rule_of(tlog_at(model->log, i)));
}
