/* test_rule_table.c: the table of rules has all that the stack can name, and nothing that is not so. */
#include "lab/files.h"
#include "lab/rules.h"
#include "lucid/trace.h"
#include "unit/unit.h"

#include <glob.h>
#include <regex.h>
#include <stdio.h>

/* Every rule that a line of stack/ names in a trace: a stack cannot write one that is not in the table. */
START_TEST(all_that_is_traced) {
    unsigned count = 0;
    for (const char *line = lab_file_find("places.tsv")->data; *line; line = strchr(line, '\n') + 1, count++) {
        char id[80];
        ck_assert_int_eq(sscanf(line, "%79[^\t]", id), 1);
        ck_assert_msg(rules_find(id) != NULL, "%s is not in apps/lab/rules.tsv", id);
    }
    ck_assert_uint_gt(count, 100);
}
END_TEST

START_TEST(all_rows_of_the_machine) {
    const struct lucid_fsm_row *row;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        const struct rule *rule = rules_find(row->rule);
        ck_assert_msg(rule != NULL, "%s", row->rule);
        char file[80], function[80];
        ck_assert_msg(rules_place(rule, 0, file, function) == 0, "%s has no place", row->rule);
    }
}
END_TEST

START_TEST(all_labels) {
    static const struct {
        const char *name;
        unsigned count;
    } labels[] = {{"MUST", 69}, {"SHLD", 31}, {"MAY", 18}, {"REC", 1}};
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned number = 1; number <= labels[i].count; number++) {
            char id[40];
            snprintf(id, sizeof id, "9293:%s-%u", labels[i].name, number);
            ck_assert_msg(rules_find(id) != NULL, "%s", id);
        }
    }
}
END_TEST

START_TEST(forms_of_an_id) {
    ck_assert_str_eq(rules_find("9293:3.8.6.1/MUST-36")->id, "9293:MUST-36");
    ck_assert_ptr_eq(rules_find("9293:3.8.4/SHLD-12"), rules_find("9293:SHLD-12"));
    ck_assert_ptr_null(rules_find("9293:MUST-70"));
    ck_assert_ptr_null(rules_find("9293:3.8.6.1/MUST-70"));
    ck_assert_ptr_null(rules_find("9293"));
    ck_assert_ptr_null(rules_find(""));
}
END_TEST

static bool matches(const char *pattern, const char *text) {
    regex_t regex;
    ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool found = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return found;
}

static bool has_chinese(const char *text) {
    for (; *text; text++) {
        if ((unsigned char)*text >= 0xe4 && (unsigned char)*text <= 0xe9) {
            return true;
        }
    }
    return false;
}

START_TEST(columns) {
    const struct rule *rule;
    for (unsigned i = 0; (rule = rules_at(i)); i++) {
        ck_assert_msg(matches("^[0-9]+(:[0-9A-Z][^ ]*)?$", rule->id), "%s", rule->id);
        ck_assert_msg(!strncmp(rule->id, rule->rfc, strlen(rule->rfc)), "%s %s", rule->id, rule->rfc);
        ck_assert_msg(matches("^(-|[0-9A]+(\\.[0-9]+)*)$", rule->section), "%s %s", rule->id, rule->section);
        ck_assert_msg(matches("^(-|(MUST|SHLD|MAY|REC)-[0-9]+)$", rule->label), "%s %s", rule->id, rule->label);
        ck_assert_msg(matches("^[A-Z].*[.]$", rule->english), "%s %s", rule->id, rule->english);
        ck_assert_msg(has_chinese(rule->chinese), "%s %s", rule->id, rule->chinese);
        ck_assert_msg(strstr(rule->chinese, "。") != NULL, "%s %s", rule->id, rule->chinese);
        ck_assert_msg(matches("^(-|L[0-9]{2}( L[0-9]{2})*)$", rule->scenarios), "%s %s", rule->id, rule->scenarios);
    }
}
END_TEST

/* Is there a function of this name, at the beginning of a line of some source? */
static bool is_function(const struct text *sources, const char *name) {
    size_t length = strlen(name);
    for (const char *at = sources->data; (at = strstr(at, name)); at += length) {
        const char *line = at;
        while (line > sources->data && line[-1] != '\n') {
            line--;
        }
        bool whole = at[length] == '(' && (at[-1] == ' ' || at[-1] == '*');
        if (whole && *line >= 'a' && *line <= 'z') {
            return true;
        }
    }
    return false;
}

static void append(struct text *text, const char *pattern) {
    glob_t found;
    ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        FILE *file = fopen(found.gl_pathv[i], "r");
        char part[4096];
        size_t length;
        while ((length = fread(part, 1, sizeof part, file)) > 0) {
            text_put_octets(text, part, length);
        }
        fclose(file);
        text_put_char(text, '\n');
    }
    globfree(&found);
}

START_TEST(symbols) {
    struct text sources = text_growing();
    append(&sources, "stack/*/*.c");
    append(&sources, "apps/http/*.c");
    const struct rule *rule;
    for (unsigned i = 0; (rule = rules_at(i)); i++) {
        bool good = !strcmp(rule->symbol, "-") || is_function(&sources, rule->symbol);
        ck_assert_msg(good, "%s: there is no function %s", rule->id, rule->symbol);
    }
    ck_assert(!is_function(&sources, "no_such_function"));
    text_free(&sources);
}
END_TEST

START_TEST(places) {
    char file[80], function[80];
    const struct rule *rule = rules_find("9293:MUST-36");
    ck_assert_int_eq(rules_place(rule, 0, file, function), 0);
    ck_assert_msg(strstr(file, "stack/tcp/timeouts.c:") == file, "%s", file);
    ck_assert_str_eq(function, "probe_window");
    ck_assert_int_eq(rules_place(rule, 99, file, function), -1);
    struct text place = text_growing();
    rules_put_place(rules_find("9293:3.10.7.4/8/FIN-WAIT-1"), &place);
    ck_assert_str_eq(place.data, "RFC 9293, section 3.10.7.4, eighth step");
    place.length = 0;
    rules_put_place(rule, &place);
    ck_assert_str_eq(place.data, "RFC 9293, section 3.8.6.1, MUST-36");
    text_free(&place);
}
END_TEST

START_TEST(scenarios) {
    const struct rule *rule = rules_find("9293:3.10.7.3/1");
    ck_assert(rules_in_scenario(rule, "L05") && rules_in_scenario(rule, "L17"));
    ck_assert(!rules_in_scenario(rule, "L0") && !rules_in_scenario(rule, "L01"));
    struct text text = text_growing();
    unsigned count = rules_put_scenarios(rule, &text);
    ck_assert(count >= 2 && strstr(text.data, "L05 ") && !strstr(text.data, "L01"));
    text_free(&text);
}
END_TEST

/* What a scenario cites must be a rule. */
START_TEST(cited_by_scenarios) {
    for (const struct lab_file *file = LAB_FILES; file->name; file++) {
        if (strncmp(file->name, "labs/", 5) != 0) {
            continue;
        }
        for (const char *line = file->data; (line = strstr(line, "\nrfc ")); line++) {
            char word[80];
            int used;
            const char *at = line + 5;
            while (*at != '\n' && sscanf(at, " %79[^ \n]%n", word, &used) == 1) {
                ck_assert_msg(rules_find(word) != NULL, "%s cites %s", file->name, word);
                char scenario[8];
                snprintf(scenario, sizeof scenario, "%.3s", file->name + 5);
                ck_assert_msg(rules_in_scenario(rules_find(word), scenario), "%s cites %s", file->name, word);
                at += used;
            }
        }
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("rule_table", &tests);
    tcase_add_test(tests, all_that_is_traced);
    tcase_add_test(tests, all_rows_of_the_machine);
    tcase_add_test(tests, all_labels);
    tcase_add_test(tests, forms_of_an_id);
    tcase_add_test(tests, columns);
    tcase_add_test(tests, symbols);
    tcase_add_test(tests, places);
    tcase_add_test(tests, scenarios);
    tcase_add_test(tests, cited_by_scenarios);
    return unit_run(suite);
}
