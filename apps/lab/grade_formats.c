/* grade_formats.c: a grade for other programs: TAP, JUnit XML, Gradescope's results.json, CSV.
 *
 * TAP has one line for each cell, life and story; the others have one entry for each stage, with the text of what is
 * wrong in it.
 */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "lab/grade.h"
#include "lab/handin.h"

static bool passed(enum grade_cell cell) {
    return cell == CELL_RIGHT || cell == CELL_LEGAL;
}

static bool counted(const struct grade *grade, unsigned stage) {
    return grade->stage[stage].counted;
}

static void put_tap(struct text *text, unsigned *number, bool ok, const char *stage, const char *what) {
    text_format(text, "%sok %u - %s: %s\n", ok ? "" : "not ", ++*number, stage, what);
}

static void tap_cells(const struct grade *grade, struct text *text, unsigned *number) {
    for (unsigned i = 0; i < TCP_STATES * EV_KINDS; i++) {
        unsigned s = i / EV_KINDS, kind = i % EV_KINDS;
        unsigned stage = grade_stage_of((enum tcp_state)s, (enum ev_kind)kind);
        if (grade->cell[s][kind] == CELL_NOT_ASKED || !counted(grade, stage)) {
            continue;
        }
        const struct grade_asked *asked = &grade->asked[grade->worst[s][kind]];
        struct text what = text_growing();
        oracle_put_case(&what, &asked->at);
        if (!passed(asked->result)) {
            text_put(&what, ": ");
            grade_put_difference(&what, asked);
        }
        put_tap(text, number, passed(asked->result), grade->stage[stage].name, what.data);
        text_free(&what);
    }
}

void grade_print_tap(const struct grade *grade, struct text *text) {
    unsigned number = 0;
    text_put(text, "TAP version 13\n");
    tap_cells(grade, text, &number);
    if (counted(grade, 7)) {
        put_tap(text, &number, grade->stage[7].right == grade->stage[7].cells, "twin", "10000 random lives");
    }
    for (unsigned i = 0; counted(grade, 8) && i < grade->real_count; i++) {
        put_tap(text, &number, grade->real[i].right, "for real", grade->real[i].name);
    }
    text_format(text, "1..%u\n# %u/%u points\n", number, grade->points, grade->of);
}

/* What the text output says about one stage. */
static struct text words_of(const struct grade *grade, unsigned stage) {
    struct grade alone = *grade;
    struct text all = text_growing();
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        alone.stage[i].counted = i == stage;
    }
    alone.compiler = (struct text){.data = NULL};
    grade_print_text(&alone, &all);
    char *end = all.data ? strstr(all.data, "\n\n") : NULL;
    if (end) {
        all.length = (size_t)(end + 1 - all.data);
        *end = 0;
    }
    return all;
}

static void put_xml(struct text *text, const struct text *words) {
    if (words->data) {
        text_put_html(text, words->data, strlen(words->data));
    }
}

void grade_print_junit(const struct grade *grade, struct text *text) {
    unsigned stages = 0, failures = 0;
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        stages += counted(grade, i);
        failures += counted(grade, i) && grade->stage[i].points < grade->stage[i].of;
    }
    text_put(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text_format(text, "<testsuite name=\"lucid-lab grade\" tests=\"%u\" failures=\"%u\">\n", stages, failures);
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        const struct grade_stage *stage = &grade->stage[i];
        if (!stage->counted) {
            continue;
        }
        text_format(text, "  <testcase classname=\"L36\" name=\"stage %u %s\"", i, stage->name);
        if (stage->points == stage->of) {
            text_put(text, "/>\n");
            continue;
        }
        struct text words = words_of(grade, i);
        text_format(text, ">\n    <failure message=\"%u of %u points\">", stage->points, stage->of);
        put_xml(text, &words);
        text_put(text, "</failure>\n  </testcase>\n");
        text_free(&words);
    }
    text_put(text, "</testsuite>\n");
}

void grade_print_gradescope(const struct grade *grade, struct text *text) {
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    json_open(&json, "tests", '[');
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        const struct grade_stage *stage = &grade->stage[i];
        if (!stage->counted) {
            continue;
        }
        char name[60];
        struct text words = words_of(grade, i);
        snprintf(name, sizeof name, "stage %u %s", i, stage->name);
        json_open(&json, NULL, '{');
        json_string(&json, "name", name);
        json_int(&json, "score", stage->points);
        json_int(&json, "max_score", stage->of);
        json_string(&json, "output", words.data ? words.data : "");
        json_string(&json, "visibility", "visible");
        json_close(&json, '}');
        text_free(&words);
    }
    json_close(&json, ']');
    json_close(&json, '}');
    text_put(text, "\n");
}

void grade_put_rows(const struct grade *grade, struct text *text) {
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        const struct grade_stage *stage = &grade->stage[i];
        if (stage->counted) {
            handin_put_field(grade->options.student, text);
            text_format(text, ",L36,stage %u %s,%u,%u,,%s\n", i, stage->name, stage->points, stage->of,
                        grade->source_hash);
        }
    }
}

void grade_print_csv(const struct grade *grade, struct text *text) {
    text_put(text, "student,lab,item,score,of,seed,hash\n");
    grade_put_rows(grade, text);
}
