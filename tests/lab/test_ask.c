/* test_ask.c: each classic question finds its experiment, in English and Chinese, if that is in the program. */
#include "lab/ask.h"
#include "lab/files.h"
#include "lab/rules.h"
#include "unit/unit.h"

#include <stdio.h>

static const struct {
    const char *question, *scenario;
} QUESTIONS[] = {
    {"why three segments", "L05"},
    {"Why three segments, and not two?", "L05"},
    {"为什么是三次握手", "L05"},
    {"why four", "L10"},
    {"为什么四次挥手", "L10"},
    {"why 2MSL", "L13"},
    {"TIME_WAIT 为什么是 2MSL", "L13"},
    {"what are many CLOSE-WAITs", "L19"},
    {"many close wait", "L19"},
    {"CLOSE_WAIT 很多怎么办", "L19"},
    {"GET against POST", "L08"},
    {"GET 和 POST 的区别", "L08"},
    {"TCP against UDP", "L31"},
    {"TCP和UDP区别", "L31"},
    {"what happens after Enter in a browser", "L33"},
    {"输入 URL 之后发生了什么", "L33"},
    {"syn flood", "L22"},
    {"nagle", "L26"},
    {"address already in use", "L14"},
    {"connection refused", "L15"},
    {"zero window", "L20"},
    {"拥塞控制", "L27"},
    {"Keep-Alive", "L28"},
};

static bool is_here(const char *scenario) {
    char name[32];
    snprintf(name, sizeof name, "labs/%s.lab", scenario);
    return lab_file_find(name) != NULL;
}

START_TEST(classic_questions) {
    const struct ask_question *best[3];
    if (!is_here(QUESTIONS[_i].scenario)) {
        return;
    }
    unsigned found = ask_find(QUESTIONS[_i].question, best, 3);
    ck_assert_msg(found > 0, "%s finds nothing", QUESTIONS[_i].question);
    ck_assert_msg(!strcmp(best[0]->scenario, QUESTIONS[_i].scenario), "%s finds %s: %s", QUESTIONS[_i].question,
                  best[0]->scenario, best[0]->question[0]);
}
END_TEST

/* Without L31 and L33 the questions about UDP and browsers still have an experiment. */
START_TEST(questions_without_their_scenario) {
    const struct ask_question *best[3];
    if (is_here("L07") && !is_here("L31")) {
        ck_assert_uint_gt(ask_find("TCP against UDP", best, 3), 0);
        ck_assert_str_eq(best[0]->scenario, "L07");
    }
    if (is_here("L08") && !is_here("L33")) {
        ck_assert_uint_gt(ask_find("what happens after Enter in a browser", best, 3), 0);
        ck_assert_str_eq(best[0]->scenario, "L08");
    }
}
END_TEST

START_TEST(nonsense) {
    const struct ask_question *best[3];
    ck_assert_uint_eq(ask_find("blue sky", best, 3), 0);
    ck_assert_uint_eq(ask_find("why is it so", best, 3), 0);
    ck_assert_uint_eq(ask_find("", best, 3), 0);
    ck_assert_uint_eq(ask_find("\xff\xfe--__''", best, 3), 0);
    char longest[5000];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    ck_assert_uint_eq(ask_find(longest, best, 3), 0);
}
END_TEST

static bool has_variant(const struct ask_question *row) {
    char name[32], line[32];
    snprintf(name, sizeof name, "labs/%s.lab", row->scenario);
    snprintf(line, sizeof line, "\nvariant %s ", row->variant);
    return !strcmp(row->variant, "-") || strstr(lab_file_find(name)->data, line);
}

START_TEST(the_table) {
    const struct ask_question *row;
    unsigned i;
    for (i = 0; (row = ask_at(i)); i++) {
        ck_assert_msg(rules_find(row->rule) != NULL, "%s: %s is no rule", row->question[0], row->rule);
        ck_assert_msg(is_here(row->scenario), "%s", row->scenario);
        ck_assert_msg(has_variant(row), "%s has no variant %s", row->scenario, row->variant);
        ck_assert(ask_is_chinese(row->question[1]) && ask_is_chinese(row->answer[1]) &&
                  !ask_is_chinese(row->answer[0]));
    }
    ck_assert_uint_gt(i, 0);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("ask", &tests);
    tcase_add_loop_test(tests, classic_questions, 0, (int)(sizeof QUESTIONS / sizeof QUESTIONS[0]));
    tcase_add_test(tests, questions_without_their_scenario);
    tcase_add_test(tests, nonsense);
    tcase_add_test(tests, the_table);
    return unit_run(suite);
}
