/* cmd_ask.c: `lucid-lab ask "why 2MSL"`: the experiments that answer a question, each with the command to run. */
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "lab/ask.h"
#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/rules.h"

#define ANSWERS 3

static void print_answer(const struct ask_question *row, unsigned number) {
    enum i18n_language language = i18n_chosen();
    const struct rule *rule = rules_find(row->rule);
    struct text place = text_growing();
    if (rule) {
        rules_put_place(rule, &place);
    }
    bool variant = strcmp(row->variant, "-") != 0;
    printf("%u. %s\n   %s\n   %s\n   lucid-lab run %s%s%s\n\n", number, row->question[language], row->answer[language],
           place.data ? place.data : "", row->scenario, variant ? " --variant " : "", variant ? row->variant : "");
    text_free(&place);
}

static void list_questions(void) {
    const struct ask_question *row;
    for (unsigned i = 0; (row = ask_at(i)); i++) {
        printf("%s  %s\n", row->scenario, row->question[i18n_chosen()]);
    }
}

int lab_ask(int argc, char **argv) {
    const struct ask_question *best[ANSWERS];
    struct text question = text_growing();
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--zh")) {
            i18n_choose("zh");
        } else {
            text_format(&question, "%s%s", question.length ? " " : "", argv[i]);
        }
    }
    if (question.length == 0) {
        text_free(&question);
        list_questions();
        return LAB_OK;
    }
    if (ask_is_chinese(question.data)) {
        i18n_choose("zh");
    }
    unsigned found = ask_find(question.data, best, ANSWERS);
    text_free(&question);
    for (unsigned i = 0; i < found; i++) {
        print_answer(best[i], i + 1);
    }
    if (!found) {
        return lab_refuse("no experiment is known for that; `lucid-lab ask` lists the questions, `lucid-lab list` the "
                          "scenarios");
    }
    return LAB_OK;
}
