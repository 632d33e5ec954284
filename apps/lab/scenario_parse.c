/* scenario_parse.c: the statements of a scenario file, one small function each, in one table.
 *
 * A statement is a keyword, perhaps with .en or .zh, and what belongs to it. What statements refer to each other for
 * (a misconception to its prediction, an expression to its nodes) is looked at in scenario_verify.c, at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/nearest.h"
#include "lab/scenario_private.h"
#include "lab/sha256.h"

struct statement {
    const char *name;
    bool (*read)(struct scenario_reader *reader);
    bool language; /* takes .en and .zh */
};

struct scenario_variant *scenario_current(struct scenario_reader *reader) {
    return &reader->scenario->variant[reader->variant];
}

const char *scenario_hint(char room[64], const char *const *words, struct scenario_span word) {
    const char *near = nearest_word(words, word.at, word.length);
    room[0] = 0;
    if (near) {
        snprintf(room, 64, "; did you mean `%s`?", near);
    }
    return room;
}

const char *scenario_quoted(struct scenario_reader *reader, const char *what) {
    char *string = scenario_string(&reader->lines, what);
    if (!string) {
        return NULL;
    }
    const char *copy = scenario_copy(reader, (struct scenario_span){string, strlen(string)});
    free(string);
    return copy;
}

bool scenario_part_set(struct scenario_reader *reader, struct scenario_part *part, struct scenario_span span,
                       const char *what) {
    if (!span.length) {
        return scenario_wrong(&reader->lines, span.at, "%s was expected here", what);
    }
    part->line = scenario_line_of(&reader->lines, span.at);
    part->column = scenario_column_of(&reader->lines, span.at);
    part->text = scenario_copy(reader, span);
    return part->text;
}

bool scenario_number(struct scenario_reader *reader, const char *what, double *number) {
    struct scenario_span word = scenario_word(&reader->lines);
    char *end;
    *number = strtod(word.at, &end);
    if (!word.length || end != word.at + word.length || !(*number >= 0 && *number < 1e12)) {
        return scenario_wrong(&reader->lines, word.at, "`%s` is followed by a number, not by `%.*s`", what,
                              (int)word.length, word.at);
    }
    return true;
}

bool scenario_small_number(struct scenario_reader *reader, const char *what, unsigned *number) {
    double value;
    const char *at = scenario_peek(&reader->lines).at;
    if (!scenario_number(reader, what, &value)) {
        return false;
    }
    if (value > 1000 || value != (unsigned)value) {
        return scenario_wrong(&reader->lines, at, "`%s` is a whole number up to 1000", what);
    }
    *number = (unsigned)value;
    return true;
}

bool scenario_text_statement(struct scenario_reader *reader, struct scenario_text *text, const char *what) {
    const char *at = scenario_peek(&reader->lines).at;
    const char **place = &text->at[reader->language];
    if (*place) {
        return scenario_wrong(&reader->lines, at, "%s has been said before; it is said once in each language", what);
    }
    *place = scenario_quoted(reader, what);
    return *place;
}

static bool read_title(struct scenario_reader *reader) {
    struct scenario_text *title = reader->variant ? &scenario_current(reader)->title : &reader->scenario->title;
    return scenario_text_statement(reader, title, "the title");
}

static bool read_goal(struct scenario_reader *reader) {
    return scenario_text_statement(reader, &scenario_current(reader)->goal, "the goal");
}

static bool read_see(struct scenario_reader *reader) {
    return scenario_text_statement(reader, &scenario_current(reader)->see, "what there is to see");
}

static bool read_linux(struct scenario_reader *reader) {
    return scenario_text_statement(reader, &scenario_current(reader)->linux_does, "what Linux does");
}

/* hint.zh translates the first hint that has no zh yet. */
static bool read_hint(struct scenario_reader *reader) {
    struct scenario_variant *variant = scenario_current(reader);
    if (reader->language == SCENARIO_ZH) {
        for (unsigned i = 0; i < variant->hints; i++) {
            if (!variant->hint[i].at[SCENARIO_ZH]) {
                return scenario_text_statement(reader, &variant->hint[i], "the hint");
            }
        }
        return scenario_wrong(&reader->lines, reader->lines.text, "there is no `hint` before this one to translate");
    }
    variant->hint = scenario_more(reader, variant->hint, &variant->hints, sizeof *variant->hint);
    return variant->hint && scenario_text_statement(reader, &variant->hint[variant->hints - 1], "the hint");
}

static bool lab_option(struct scenario_reader *reader) {
    static const char *const options[] = {"title.en", "title.zh", "title", "minutes", "release", NULL};
    struct scenario *scenario = reader->scenario;
    struct scenario_span word = scenario_word(&reader->lines);
    if (scenario_is(word, "minutes")) {
        return scenario_small_number(reader, "minutes", &scenario->minutes);
    }
    if (scenario_is(word, "release")) {
        scenario->release = scenario_copy(reader, scenario_word(&reader->lines));
        return scenario->release;
    }
    if (scenario_is(word, "title.en") || scenario_is(word, "title.zh") || scenario_is(word, "title")) {
        reader->language = scenario_is(word, "title.zh") ? SCENARIO_ZH : SCENARIO_EN;
        return scenario_text_statement(reader, &scenario->title, "the title");
    }
    char hint[64];
    return scenario_wrong(&reader->lines, word.at, "`%.*s` is not known here%s (title.en, title.zh, minutes, release)",
                          (int)word.length, word.at, scenario_hint(hint, options, word));
}

static bool read_lab(struct scenario_reader *reader) {
    struct scenario_span id = scenario_word(&reader->lines);
    if (!id.length || id.at[0] == '"' || id.length > 32) {
        return scenario_wrong(&reader->lines, id.at, "a name like L02 was expected after `lab`");
    }
    reader->scenario->id = scenario_copy(reader, id);
    bool good = reader->scenario->id;
    while (good && !scenario_at_end(&reader->lines)) {
        good = lab_option(reader);
    }
    reader->begun = good;
    return good;
}

static bool read_world(struct scenario_reader *reader) {
    struct scenario_span word = scenario_word(&reader->lines);
    if (!scenario_is(word, "sim") && !scenario_is(word, "live") && !scenario_is(word, "sim+live")) {
        return scenario_wrong(&reader->lines, word.at, "the world is sim, live or sim+live");
    }
    reader->scenario->world = scenario_copy(reader, word);
    return reader->scenario->world;
}

/* A line that the world reads itself: from the keyword to the end. */
static bool read_setup(struct scenario_reader *reader) {
    struct scenario_variant *variant = scenario_current(reader);
    static const char *const none[] = {NULL};
    if (scenario_at_end(&reader->lines)) {
        return scenario_wrong(&reader->lines, reader->lines.text + reader->lines.at, "this statement is not complete");
    }
    scenario_until(&reader->lines, none);
    struct scenario_span all = {reader->lines.text, reader->lines.length};
    while (all.length && all.at[0] == ' ') {
        all.at++;
        all.length--;
    }
    while (all.length && all.at[all.length - 1] == ' ') {
        all.length--;
    }
    variant->setup = scenario_more(reader, variant->setup, &variant->setups, sizeof *variant->setup);
    return variant->setup && scenario_part_set(reader, &variant->setup[variant->setups - 1], all, "a set-up");
}

/* As the world has it: letters and digits; W is the wire. */
static bool is_node_name(struct scenario_span name) {
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    return name.length && name.length < 16 && name.at[0] >= 'A' && name.at[0] <= 'Z' && !scenario_is(name, "W") &&
           strspn(name.at, good) >= name.length;
}

static bool read_node(struct scenario_reader *reader) {
    struct scenario *scenario = reader->scenario;
    struct scenario_span name = scenario_peek(&reader->lines);
    if (!is_node_name(name)) {
        return scenario_wrong(&reader->lines, name.at,
                              "a node's name begins with a capital letter, has letters and digits, and is not W");
    }
    if (!scenario_has_node(scenario, name.at, name.length)) {
        if (scenario->nodes == TLOG_NODES_MAX) {
            return scenario_wrong(&reader->lines, name.at, "more than %d nodes", TLOG_NODES_MAX);
        }
        scenario->node[scenario->nodes] = scenario_copy(reader, name);
        if (!scenario->node[scenario->nodes++]) {
            return false;
        }
    }
    return read_setup(reader);
}

static bool read_without(struct scenario_reader *reader) {
    struct scenario_variant *variant = scenario_current(reader);
    struct scenario_span name = scenario_peek(&reader->lines);
    if (!name.length) {
        return scenario_wrong(&reader->lines, name.at, "the name of a rule was expected, as in `without persist`");
    }
    variant->without = scenario_more(reader, variant->without, &variant->withouts, sizeof *variant->without);
    if (!variant->without) {
        return false;
    }
    variant->without[variant->withouts - 1] = scenario_copy(reader, name);
    return variant->without[variant->withouts - 1] && read_setup(reader);
}

static bool read_rfc(struct scenario_reader *reader) {
    struct scenario *scenario = reader->scenario;
    while (!scenario_at_end(&reader->lines)) {
        struct scenario_span word = scenario_word(&reader->lines);
        const char *colon = memchr(word.at, ':', word.length);
        if (!colon || colon == word.at || strspn(word.at, "0123456789") != (size_t)(colon - word.at)) {
            return scenario_wrong(&reader->lines, word.at, "`%.*s` is no rule; they look like 9293:3.8.3, 9293:MUST-23",
                                  (int)word.length, word.at);
        }
        scenario->rule = scenario_more(reader, scenario->rule, &scenario->rules, sizeof *scenario->rule);
        if (!scenario->rule || !(scenario->rule[scenario->rules - 1] = scenario_copy(reader, word))) {
            return false;
        }
    }
    return true;
}

static bool read_inherit(struct scenario_reader *reader) {
    static const struct {
        const char *word;
        unsigned bit;
    } what[] = {{"all", SCENARIO_INHERIT_ALL},     {"at", SCENARIO_INHERIT_AT},
                {"on", SCENARIO_INHERIT_ON},       {"run", SCENARIO_INHERIT_RUN},
                {"check", SCENARIO_INHERIT_CHECK}, {"predict", SCENARIO_INHERIT_PREDICT}};
    if (!reader->variant) {
        return scenario_wrong(&reader->lines, reader->lines.text, "only a variant can inherit; this is the base");
    }
    do {
        struct scenario_span word = scenario_word(&reader->lines);
        unsigned bits = 0;
        for (unsigned i = 0; i < sizeof what / sizeof *what; i++) {
            bits |= scenario_is(word, what[i].word) ? what[i].bit : 0;
        }
        if (!bits) {
            return scenario_wrong(&reader->lines, word.at,
                                  "`%.*s` cannot be inherited; expected all, or some of at on run check predict",
                                  (int)word.length, word.at);
        }
        scenario_current(reader)->inherits |= bits;
    } while (!scenario_at_end(&reader->lines));
    return true;
}

static bool read_variant(struct scenario_reader *reader) {
    struct scenario *scenario = reader->scenario;
    struct scenario_span word = scenario_word(&reader->lines);
    if (!word.length || word.length > 8 || strcspn(word.at, "\"/. ") < word.length) {
        return scenario_wrong(&reader->lines, word.at, "a short name like b was expected after `variant`");
    }
    const char *id = scenario_copy(reader, word);
    if (!id || scenario_variant_find(scenario, id) >= 0) {
        return scenario_wrong(&reader->lines, word.at, "there is a variant %s already%s", id ? id : "",
                              id && !strcmp(id, "a") ? ": the base is a" : "");
    }
    scenario->variant = scenario_more(reader, scenario->variant, &scenario->variants, sizeof *scenario->variant);
    if (!scenario->variant) {
        return false;
    }
    reader->variant = scenario->variants - 1;
    reader->ended = false;
    struct scenario_variant *variant = scenario_current(reader);
    variant->id = id;
    variant->line = scenario_line_of(&reader->lines, word.at);
    return scenario_at_end(&reader->lines) || scenario_text_statement(reader, &variant->title, "the variant's title");
}

static bool read_end(struct scenario_reader *reader) {
    reader->ended = true;
    return true;
}

static const struct statement STATEMENTS[] = {
    {"lab", read_lab, false},          {"world", read_world, false},
    {"title", read_title, true},       {"node", read_node, false},
    {"wire", read_setup, false},       {"iss", read_setup, false},
    {"set", read_setup, false},        {"rfc", read_rfc, false},
    {"goal", read_goal, true},         {"see", read_see, true},
    {"linux", read_linux, true},       {"predict", scenario_read_predict, true},
    {"hint", read_hint, true},         {"miscon", scenario_read_miscon, true},
    {"at", scenario_read_at, false},   {"on", scenario_read_on, false},
    {"run", scenario_read_run, false}, {"check", scenario_read_check, true},
    {"variant", read_variant, false},  {"inherit", read_inherit, false},
    {"end", read_end, false},          {"without", read_without, false},
};

#define STATEMENT_COUNT (sizeof STATEMENTS / sizeof *STATEMENTS)

/* "B set challenge off": a setting of one node. */
static bool read_setting(struct scenario_reader *reader) {
    struct scenario_span word = scenario_peek(&reader->lines);
    if (!scenario_is(word, "set")) {
        return scenario_wrong(&reader->lines, word.at,
                              "before the run a node can only be told `set KEY VALUE`; what it "
                              "does comes with `at` or `on`");
    }
    return read_setup(reader);
}

static const struct statement SETTING = {"set", read_setting, false};

static bool unknown(struct scenario_reader *reader, struct scenario_span word) {
    const char *names[STATEMENT_COUNT + 1];
    char hint[64];
    for (unsigned i = 0; i < STATEMENT_COUNT; i++) {
        names[i] = STATEMENTS[i].name;
    }
    names[STATEMENT_COUNT] = NULL;
    return scenario_wrong(&reader->lines, word.at,
                          "`%.*s` is no statement%s (lab node wire iss set rfc goal see linux predict miscon hint at "
                          "on run check variant inherit end without)",
                          (int)(word.length > 30 ? 30 : word.length), word.at, scenario_hint(hint, names, word));
}

/* The language behind the point of "goal.zh"; word becomes "goal". */
static bool language_of(struct scenario_reader *reader, struct scenario_span *word, bool *named) {
    const char *point = memchr(word->at, '.', word->length);
    reader->language = SCENARIO_EN;
    *named = point;
    if (!point) {
        return true;
    }
    struct scenario_span suffix = {point + 1, word->length - (size_t)(point + 1 - word->at)};
    word->length = (size_t)(point - word->at);
    if (scenario_is(suffix, "zh")) {
        reader->language = SCENARIO_ZH;
        return true;
    }
    return scenario_is(suffix, "en") ||
           scenario_wrong(&reader->lines, point, "`.%.*s` is no language; expected .en or .zh", (int)suffix.length,
                          suffix.at);
}

static bool in_order(struct scenario_reader *reader, const struct statement *statement, const char *at) {
    bool lab = statement->read == read_lab;
    if (lab == reader->begun) {
        return scenario_wrong(&reader->lines, at,
                              lab ? "a second `lab`; a file holds one scenario"
                                  : "a scenario begins with `lab NAME title.en \"...\"`");
    }
    if (reader->ended && statement->read != read_variant && statement->read != read_end) {
        return scenario_wrong(&reader->lines, at, "after `end` only `variant` can follow");
    }
    return true;
}

static const struct statement *statement_of(const struct scenario_reader *reader, struct scenario_span word) {
    for (unsigned i = 0; i < STATEMENT_COUNT; i++) {
        if (scenario_is(word, STATEMENTS[i].name)) {
            return &STATEMENTS[i];
        }
    }
    return scenario_has_node(reader->scenario, word.at, word.length) ? &SETTING : NULL;
}

static bool at_its_end(struct scenario_reader *reader) {
    if (scenario_at_end(&reader->lines)) {
        return true;
    }
    struct scenario_span more = scenario_peek(&reader->lines);
    return scenario_wrong(&reader->lines, more.at, "the end of the line was expected, not `%.*s`",
                          (int)(more.length > 40 ? 40 : more.length), more.at);
}

static bool read_statement(struct scenario_reader *reader) {
    struct scenario_span word = scenario_word(&reader->lines), whole = word;
    bool named;
    if (!language_of(reader, &word, &named)) {
        return false;
    }
    const struct statement *statement = statement_of(reader, word);
    if (!statement || (named && !statement->language)) {
        return unknown(reader, whole);
    }
    return in_order(reader, statement, word.at) && statement->read(reader) && at_its_end(reader);
}

static bool read_statements(struct scenario_reader *reader) {
    int more;
    while ((more = scenario_lines_next(&reader->lines)) > 0) {
        if (!read_statement(reader)) {
            return false;
        }
    }
    if (more == 0 && !reader->begun) {
        snprintf(reader->lines.error, LAB_ERROR, "%s:1:1: no statement; a scenario begins with `lab NAME`",
                 reader->lines.name);
        return false;
    }
    return more == 0 && scenario_inherit(reader);
}

struct scenario *scenario_parse(const char *path, const char *text, char error[LAB_ERROR]) {
    struct scenario_reader reader = {.scenario = calloc(1, sizeof *reader.scenario)};
    if (!reader.scenario || !scenario_lines_open(&reader.lines, path, text, error)) {
        snprintf(error, LAB_ERROR, "%s: no memory", path);
        free(reader.scenario);
        return NULL;
    }
    struct scenario *scenario = reader.scenario;
    scenario->variant = scenario_more(&reader, NULL, &scenario->variants, sizeof *scenario->variant);
    scenario->path = scenario_copy(&reader, (struct scenario_span){path, strlen(path)});
    bool good = scenario->variant && scenario->path;
    if (good) {
        scenario->variant[0].id = "a";
        scenario->release = "";
        scenario->world = "sim";
        sha256_hex(text, strlen(text), scenario->labfile);
        good = read_statements(&reader) && scenario_verify(scenario, error);
    }
    scenario_lines_close(&reader.lines);
    if (!good) {
        scenario_free(scenario);
        return NULL;
    }
    return scenario;
}
