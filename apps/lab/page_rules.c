/* page_rules.c: see page_rules.h. */
#include "lab/page_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/page.h"
#include "lab/rules.h"

struct wanted {
    struct tlog_text *id;
    unsigned count, room;
};

/* ---- what a log names ---- */

static bool same(const struct tlog_text *a, const char *b, size_t length) {
    return a->length == length && memcmp(a->at, b, length) == 0;
}

static bool has(const struct wanted *wanted, const char *id, size_t length) {
    for (unsigned i = 0; i < wanted->count; i++) {
        if (same(&wanted->id[i], id, length)) {
            return true;
        }
    }
    return false;
}

static void want(struct wanted *wanted, const struct tlog_text *rule) {
    if (rule->length == 0 || has(wanted, rule->at, rule->length)) {
        return;
    }
    if (wanted->count == wanted->room) {
        unsigned room = wanted->room ? 2 * wanted->room : 32;
        struct tlog_text *id = realloc(wanted->id, room * sizeof *id);
        if (!id) {
            return; /* the rule is shown without its sentence */
        }
        wanted->id = id;
        wanted->room = room;
    }
    wanted->id[wanted->count++] = *rule;
}

static void want_those_of(struct wanted *wanted, const struct tlog *log) {
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->kind == TLOG_STATE) {
            want(wanted, &event->u.state.rule);
        } else if (event->kind == TLOG_RULE) {
            want(wanted, &event->u.rule.rule);
        }
    }
}

/* ---- JSON ---- */

static void put_field(struct text *text, const char *before, const char *value) {
    text_put(text, before);
    page_quote(text, value, strlen(value));
}

static void put_place(struct text *text, const struct rule *rule) {
    char file[80], function[80], place[164];
    if (rules_place(rule, 0, file, function) == 0) {
        snprintf(place, sizeof place, "%s%s%s", file, *function ? " " : "", function);
        put_field(text, ",\"symbol\":", place);
    }
}

static void put_rule(struct text *text, const struct tlog_text *id, bool first) {
    const struct rule *rule = rules_find(id->at);
    put_field(text, first ? "" : ",\n", id->at);
    text_put(text, ":{");
    struct text labs = text_growing();
    if (rule) {
        rules_put_scenarios(rule, &labs);
    }
    put_field(text, "\"labs\":", labs.length ? labs.data : "");
    text_free(&labs);
    if (rule) {
        put_field(text, ",\"say\":{\"en\":", rule->english);
        put_field(text, ",\"zh\":", rule->chinese);
        text_put_char(text, '}');
        put_place(text, rule);
    }
    text_put_char(text, '}');
}

static void want_all(struct wanted *wanted) {
    const struct rule *rule;
    for (unsigned i = 0; (rule = rules_at(i)); i++) {
        want(wanted, &(struct tlog_text){rule->id, (uint32_t)strlen(rule->id)});
    }
}

void page_rules_json(struct text *text, const struct tlog *log) {
    struct wanted wanted = {0};
    if (log) {
        want_those_of(&wanted, log);
    } else {
        want_all(&wanted);
    }
    text_put_char(text, '{');
    for (unsigned i = 0; i < wanted.count; i++) {
        put_rule(text, &wanted.id[i], i == 0);
    }
    text_put_char(text, '}');
    free(wanted.id);
}
