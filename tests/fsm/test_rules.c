/* test_rules.c: what fsm.def names exists: each event, guard and action stands in a row and is used by the code; each
 * rule is written as the trace and the documents expect it, and cites something that the RFC has.
 *
 * The last needs the texts: LUCID_RFC=DIR, a folder with rfc9293.txt and the others (from rfc-editor.org). Without it
 * the form of the rules is checked, and that the state in a rule is one that its row begins in.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>

#include "tcp/fsm.h"
#include "unit/unit.h"

static const char *const event_names[] = {
#define FSM_EVENT(name, text) #name,
#include "tcp/fsm.def"
};
static const char *const guard_names[] = {
#define FSM_GUARD(name, text) #name,
#include "tcp/fsm.def"
};
static const char *const action_names[] = {
#define FSM_ACTION(name, text) #name,
#include "tcp/fsm.def"
};

/* A whole file, or NULL. */
static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    size_t room = 1 << 20;
    char *text = malloc(room + 1);
    ck_assert_ptr_nonnull(text);
    size_t length = fread(text, 1, room, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

static bool has_word(const char *text, const char *word) {
    size_t length = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        bool ends = !(isalnum((unsigned char)at[length]) || at[length] == '_');
        if (begins && ends) {
            return true;
        }
    }
    return false;
}

/* ---- names ---- */

START_TEST(every_name_stands_in_a_row) {
    unsigned events = 0, guards = 0, actions = 0;
    for (unsigned i = 0; i < fsm_row_count; i++) {
        events |= 1u << fsm_rows[i].event;
        guards |= 1u << fsm_rows[i].guard;
        actions |= fsm_rows[i].actions;
    }
    ck_assert_uint_eq(events, (1u << FSM_EVENTS) - 1);
    ck_assert_uint_eq(guards, (1u << FSM_GUARDS) - 1);
    ck_assert_uint_eq(actions, (1u << FSM_ACTIONS) - 1);
}
END_TEST

/* The names as the public rows show them. */
START_TEST(rows_are_shown_by_name) {
    for (unsigned i = 0; i < fsm_row_count; i++) {
        const struct lucid_fsm_row *shown = lucid_fsm_row(i);
        ck_assert_str_eq(shown->event, event_names[fsm_rows[i].event]);
        ck_assert_str_eq(shown->guard, guard_names[fsm_rows[i].guard]);
        for (unsigned action = 0; action < FSM_ACTIONS; action++) {
            bool set = fsm_rows[i].actions >> action & 1u;
            ck_assert_msg(has_word(shown->actions, action_names[action]) == set, "row %u: %s", i, action_names[action]);
        }
    }
}
END_TEST

/* All sources of stack/tcp in one text. */
static char *sources(void) {
    DIR *folder = opendir("stack/tcp");
    ck_assert_msg(folder, "stack/tcp is not here: run this in the project's folder");
    char *all = calloc(1, 1);
    size_t length = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[300];
        size_t name = strlen(entry->d_name);
        if (name < 2 || strcmp(entry->d_name + name - 2, ".c") != 0) {
            continue;
        }
        snprintf(path, sizeof path, "stack/tcp/%s", entry->d_name);
        char *text = read_file(path);
        ck_assert_msg(text, "%s cannot be read", path);
        all = realloc(all, length + strlen(text) + 1);
        ck_assert_ptr_nonnull(all);
        strcpy(all + length, text);
        length += strlen(text);
        free(text);
    }
    closedir(folder);
    ck_assert_uint_gt(length, 10000);
    return all;
}

static void expect_used(const char *text, const char *prefix, const char *const *names, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        char word[80];
        snprintf(word, sizeof word, "%s_%s", prefix, names[i]);
        ck_assert_msg(has_word(text, word), "nothing in stack/tcp uses %s", word);
    }
}

START_TEST(every_name_is_used_by_the_code) {
    char *text = sources();
    ck_assert(!has_word(text, "EVENT_RCV_NOTHING")); /* the search can fail */
    expect_used(text, "EVENT", event_names, FSM_EVENTS);
    expect_used(text, "GUARD", guard_names, FSM_GUARDS);
    expect_used(text, "ACTION", action_names, FSM_ACTIONS);
    free(text);
}
END_TEST

/* ---- rules ---- */

/* "9293:3.10.7.4/5/FIN-WAIT-1" in its parts. */
struct rule {
    char rfc[8], section[20];
    unsigned step;  /* 0: none */
    char where[24]; /* a state, a requirement, a word; "": none */
};

static bool is_section(const char *text) {
    bool digit = false;
    for (; *text; text++) {
        if (*text == '.' && !digit) {
            return false;
        }
        digit = *text != '.';
        if (digit && !isdigit((unsigned char)*text)) {
            return false;
        }
    }
    return digit;
}

static bool parse(const char *text, struct rule *rule) {
    *rule = (struct rule){0};
    int used = 0;
    if (sscanf(text, "%7[0-9]:%19[0-9.]%n", rule->rfc, rule->section, &used) != 2 || !is_section(rule->section)) {
        return false;
    }
    text += used;
    if (text[0] == '/' && text[1] >= '1' && text[1] <= '8' && (text[2] == '/' || text[2] == '\0')) {
        rule->step = (unsigned)(text[1] - '0');
        text += 2;
    }
    if (text[0] == '/') {
        used = 0;
        if (sscanf(text + 1, "%23[A-Z0-9-]%n", rule->where, &used) != 1) {
            return false;
        }
        text += 1 + used;
    }
    return *text == '\0' && strlen(rule->rfc) >= 3;
}

/* The state that a rule names, or 0. */
static unsigned state_named(const char *name) {
    for (unsigned state = 1; state <= LUCID_TIME_WAIT; state <<= 1) {
        if (strcmp(lucid_state_name(state), name) == 0) {
            return state;
        }
    }
    return 0;
}

START_TEST(rules_are_well_formed) {
    struct rule rule;
    static const char *const wrong[] = {"", "9293", "9293:", "9293:3..1", "9293:3.", "9293:3/", "9293:3/x", "3.10.7"};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(!parse(wrong[i], &rule), "'%s' passes for a rule", wrong[i]);
    }
    for (unsigned i = 0; i < fsm_row_count; i++) {
        const struct fsm_row *row = &fsm_rows[i];
        ck_assert_msg(parse(row->rule, &rule), "row %u: '%s' is no rule", i, row->rule);
        unsigned state = state_named(rule.where);
        ck_assert_msg(!state || (row->from & state), "row %u begins in other states than %s", i, row->rule);
        bool rfc9293 = strcmp(rule.rfc, "9293") == 0;
        ck_assert_msg(rfc9293 || row->source == LUCID_FSM_EXT, "row %u: %s is not in RFC 9293", i, row->rule);
    }
}
END_TEST

/* The text of a section, from its heading (a line that begins with its number) to the next heading. */
static char *section_of(const char *text, const char *number) {
    size_t length = strlen(number);
    for (const char *line = text; line; line = strchr(line, '\n'), line += line ? 1 : 0) {
        if (strncmp(line, number, length) != 0 || line[length] != '.' || line[length + 1] != ' ') {
            continue;
        }
        const char *end = line;
        do {
            end = strchr(end, '\n');
            end = end ? end + 1 : line + strlen(line);
        } while (*end != '\0' && !(isdigit((unsigned char)*end) || strncmp(end, "Appendix", 8) == 0));
        return strndup(line, (size_t)(end - line));
    }
    return NULL;
}

static void expect_cited(const struct rule *rule, const char *section) {
    static const char *const ordinals[] = {"",      "First", "Second",  "Third", "Fourth",
                                           "Fifth", "Sixth", "Seventh", "Eighth"};
    ck_assert_msg(strstr(section, ordinals[rule->step]), "RFC %s %s has no step %u", rule->rfc, rule->section,
                  rule->step);
    ck_assert_msg(strstr(section, rule->where), "RFC %s %s does not speak of %s", rule->rfc, rule->section,
                  rule->where);
}

START_TEST(rules_cite_what_the_rfc_has) {
    const char *folder = getenv("LUCID_RFC");
    for (unsigned i = 0; folder && i < fsm_row_count; i++) {
        struct rule rule;
        char path[400];
        ck_assert(parse(fsm_rows[i].rule, &rule));
        snprintf(path, sizeof path, "%s/rfc%s.txt", folder, rule.rfc);
        char *text = read_file(path);
        ck_assert_msg(text, "%s is not there, though LUCID_RFC says so", path);
        char *section = section_of(text, rule.section);
        ck_assert_msg(section, "RFC %s has no section %s", rule.rfc, rule.section);
        expect_cited(&rule, section);
        free(section);
        free(text);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("fsm.def: names and rules", &tests);
    tcase_add_test(tests, every_name_stands_in_a_row);
    tcase_add_test(tests, rows_are_shown_by_name);
    tcase_add_test(tests, every_name_is_used_by_the_code);
    tcase_add_test(tests, rules_are_well_formed);
    tcase_add_test(tests, rules_cite_what_the_rfc_has);
    return unit_run(suite);
}
