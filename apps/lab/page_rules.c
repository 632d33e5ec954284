/* page_rules.c: see page_rules.h. Joins rules.tsv, our sentences, with places.tsv, where the source is. */
#include "lab/page_rules.h"

#include <stdlib.h>
#include <string.h>

#include "lab/files.h"
#include "lab/page.h"

/* Columns of rules.tsv, and of places.tsv. */
enum { ID = 0, SAY_EN = 5, SAY_ZH = 6, SCENARIOS = 8 };
enum { PLACE = 1 };

struct wanted {
    struct tlog_text *id;
    unsigned count, room;
    bool all;
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
    return wanted->all;
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

/* ---- tables ---- */

/* Column n of a line; empty when there is none. */
static struct tlog_text column(const char *line, const char *end, unsigned n) {
    const char *tab;
    for (; n > 0; n--) {
        tab = memchr(line, '\t', (size_t)(end - line));
        if (!tab) {
            return (struct tlog_text){"", 0};
        }
        line = tab + 1;
    }
    tab = memchr(line, '\t', (size_t)(end - line));
    return (struct tlog_text){line, (uint32_t)((tab ? tab : end) - line)};
}

static const char *end_of(const char *line) {
    const char *end = strchr(line, '\n');
    return end ? end : line + strlen(line);
}

/* The first line whose first column is id, in a file that may not be there. */
static bool find(const char *name, const struct tlog_text *id, const char **line) {
    const struct lab_file *file = lab_file_find(name);
    for (const char *at = file ? file->data : ""; *at; at = *end_of(at) ? end_of(at) + 1 : end_of(at)) {
        struct tlog_text first = column(at, end_of(at), ID);
        if (same(id, first.at, first.length)) {
            *line = at;
            return true;
        }
    }
    return false;
}

/* ---- JSON ---- */

static void put_field(struct text *text, const char *before, const struct tlog_text *value) {
    text_put(text, before);
    page_quote(text, value->at, value->length);
}

static void put_rule(struct text *text, const struct tlog_text *id, bool first) {
    const char *line;
    put_field(text, first ? "" : ",\n", id);
    text_put(text, ":{\"labs\":");
    bool known = find("rules.tsv", id, &line);
    struct tlog_text labs = known ? column(line, end_of(line), SCENARIOS) : (struct tlog_text){"", 0};
    page_quote(text, labs.at, labs.length);
    if (known) {
        struct tlog_text en = column(line, end_of(line), SAY_EN), zh = column(line, end_of(line), SAY_ZH);
        put_field(text, ",\"say\":{\"en\":", &en);
        put_field(text, ",\"zh\":", &zh);
        text_put_char(text, '}');
    }
    if (find("places.tsv", id, &line)) {
        struct tlog_text place = column(line, end_of(line), PLACE);
        put_field(text, ",\"symbol\":", &place);
    }
    text_put_char(text, '}');
}

/* All rules: the lines of places.tsv, those with one id behind each other. */
static void want_all(struct wanted *wanted) {
    const struct lab_file *file = lab_file_find("places.tsv");
    for (const char *at = file ? file->data : ""; *at; at = *end_of(at) ? end_of(at) + 1 : end_of(at)) {
        struct tlog_text id = column(at, end_of(at), ID);
        want(wanted, &id);
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
