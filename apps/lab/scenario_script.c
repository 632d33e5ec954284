/* scenario_script.c: the statements of a scenario that happen: at, on, run; and check, which comes after them. */
#include <string.h>

#include "lab/scenario_private.h"

static bool read_time(struct scenario_reader *reader, const char *before, uint64_t *time) {
    struct scenario_span word = scenario_word(&reader->lines);
    if (!scenario_time(word.at, word.length, time)) {
        return scenario_wrong(&reader->lines, word.at, "after `%s` a time was expected (20ms, 1.5s, 3h), not `%.*s`",
                              before, (int)word.length, word.at);
    }
    return true;
}

static struct scenario_action *new_action(struct scenario_reader *reader) {
    struct scenario_variant *variant = scenario_current(reader);
    variant->action = scenario_more(reader, variant->action, &variant->actions, sizeof *variant->action);
    return variant->action ? &variant->action[variant->actions - 1] : NULL;
}

static bool rest_is_command(struct scenario_reader *reader, struct scenario_action *action) {
    static const char *const none[] = {NULL};
    return scenario_part_set(reader, &action->command, scenario_until(&reader->lines, none), "a command");
}

/* at TIME [every TIME count N] COMMAND: N actions. */
bool scenario_read_at(struct scenario_reader *reader) {
    struct scenario_action first = {0};
    uint64_t every = 0;
    unsigned count = 1;
    if (!read_time(reader, "at", &first.time)) {
        return false;
    }
    if (scenario_take(&reader->lines, "every")) {
        if (!read_time(reader, "every", &every)) {
            return false;
        }
        if (!scenario_take(&reader->lines, "count")) {
            return scenario_wrong(&reader->lines, reader->lines.text + reader->lines.at,
                                  "`count` and a number were expected, as in `at 0s every 100ms count 50 ...`");
        }
        if (!scenario_small_number(reader, "count", &count)) {
            return false;
        }
    }
    if (!rest_is_command(reader, &first)) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        struct scenario_action *action = new_action(reader);
        if (!action) {
            return false;
        }
        *action = first;
        action->time += i * every;
    }
    return true;
}

/* The condition has no word to end it: it goes up to `after`, or to a word that begins a command. In a condition a
 * node's name is followed by a point, so a word that is just a node begins a command. */
bool scenario_read_on(struct scenario_reader *reader) {
    const char *words[TLOG_NODES_MAX + 9] = {"after", "wire", "icmp", "iss", "note", "set", "with", "without"};
    struct scenario_action *action = new_action(reader);
    unsigned count = 8;
    for (unsigned i = 0; i < reader->scenario->nodes; i++) {
        words[count++] = reader->scenario->node[i];
    }
    words[count] = NULL;
    if (!action ||
        !scenario_part_set(reader, &action->condition, scenario_until(&reader->lines, words), "a condition")) {
        return false;
    }
    if (scenario_take(&reader->lines, "after") && !read_time(reader, "after", &action->time)) {
        return false;
    }
    return rest_is_command(reader, action);
}

bool scenario_read_run(struct scenario_reader *reader) {
    static const char *const words[] = {"max", NULL};
    struct scenario_variant *variant = scenario_current(reader);
    variant->run = scenario_more(reader, variant->run, &variant->runs, sizeof *variant->run);
    if (!variant->run) {
        return false;
    }
    struct scenario_run *run = &variant->run[variant->runs - 1];
    run->time = TLOG_NONE;
    if (scenario_at_end(&reader->lines)) {
        return true;
    }
    if (!scenario_take(&reader->lines, "until")) {
        return read_time(reader, "run", &run->time);
    }
    if (!scenario_part_set(reader, &run->until, scenario_until(&reader->lines, words), "a condition")) {
        return false;
    }
    if (!scenario_take(&reader->lines, "max")) {
        return scenario_wrong(&reader->lines, reader->lines.text + reader->lines.at,
                              "`max` and a time were expected, or a wrong run would never end");
    }
    return read_time(reader, "max", &run->time);
}

/* check.zh "..." translates the words of the check before it. */
static bool translate_check(struct scenario_reader *reader) {
    struct scenario_variant *variant = scenario_current(reader);
    if (!variant->checks) {
        return scenario_wrong(&reader->lines, reader->lines.text, "there is no `check` before this one to translate");
    }
    return scenario_text_statement(reader, &variant->check[variant->checks - 1].text, "the check in words");
}

bool scenario_read_check(struct scenario_reader *reader) {
    static const char *const words[] = {"points", "say", NULL};
    struct scenario_variant *variant = scenario_current(reader);
    if (reader->language == SCENARIO_ZH) {
        return translate_check(reader);
    }
    variant->check = scenario_more(reader, variant->check, &variant->checks, sizeof *variant->check);
    if (!variant->check) {
        return false;
    }
    struct scenario_check *check = &variant->check[variant->checks - 1];
    check->points = 1;
    if (!scenario_part_set(reader, &check->kind, scenario_word(&reader->lines), "a kind of check")) {
        return false;
    }
    check->body.line = scenario_line_of(&reader->lines, scenario_peek(&reader->lines).at);
    check->body.column = scenario_column_of(&reader->lines, scenario_peek(&reader->lines).at);
    check->body.text = scenario_copy(reader, scenario_until(&reader->lines, words));
    if (!check->body.text) {
        return false;
    }
    if (scenario_take(&reader->lines, "points") && !scenario_small_number(reader, "points", &check->points)) {
        return false;
    }
    return !scenario_take(&reader->lines, "say") || scenario_text_statement(reader, &check->text, "the check in words");
}
