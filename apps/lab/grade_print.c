/* grade_print.c: a grade for people: the points of each stage, what is wrong in it with the story that shows it and a
 * hint, and the map of all cells.
 */
#include <stdio.h>
#include <string.h>

#include "lab/grade.h"
#include "lab/oracle_sets.h"
#include "lucid/trace.h"

static const char MARKS[] = " +~ox?%w!@";

static const struct {
    unsigned states, classes;
    const char *hint;
} HINTS[] = {
#define HINT(states, classes, hint) {states, classes, hint},
#include "lab/hints.def"
};

void grade_put_story(struct text *text, const struct grade_story *story) {
    for (unsigned i = 0; i < story->count; i++) {
        text_put(text, i ? ", " : "");
        text_put(text, oracle_kind_name(story->at[i].kind));
    }
}

void grade_put_hint(struct text *text, const struct grade_asked *asked, unsigned level) {
    const struct oracle_answer *want = &asked->want;
    if (level == 1) {
        unsigned i = 0;
        while (!((HINTS[i].states & S(asked->at.s)) && (HINTS[i].classes & C(asked->at.kind)))) {
            i++;
        }
        text_put(text, HINTS[i].hint);
        return;
    }
    if (level == 2) {
        text_put(text, "read ");
        oracle_put_where(text, want);
        for (unsigned i = 0; i < want->rows; i++) {
            text_format(text, "%s %s", i ? ", then" : "; what counts there is",
                        lucid_fsm_row((unsigned)want->row[i])->event);
        }
        text_put(text, ".");
        return;
    }
    text_format(text, "%s %s; sent and told: ", want->to == asked->at.s ? "stay in" : "go to",
                oracle_state_name(want->to));
    oracle_put_out(text, want->out);
    text_put(text, ".");
}

void grade_put_difference(struct text *text, const struct grade_asked *asked) {
    const struct pupil_answer *got = &asked->got;
    switch (asked->result) {
    case CELL_NOT_ASKED:
    case CELL_RIGHT:
    case CELL_LEGAL:
        break;
    case CELL_OUT:
        text_format(text, "%s is right, but you send and tell: ", oracle_state_name(got->to));
        oracle_put_out(text, got->out);
        text_put(text, "; RFC: ");
        oracle_put_out(text, asked->want.out);
        break;
    case CELL_STATE:
        text_format(text, "you %s, RFC %s", oracle_state_name(got->to), oracle_state_name(asked->want.to));
        break;
    case CELL_NOT_WRITTEN:
        text_put(text, "not written");
        break;
    case CELL_FICKLE:
        text_put(text, "you answer this now so, now otherwise: keep nothing in variables that outlive the call");
        break;
    case CELL_CHANGED:
        text_put(text, "your function writes into *ev or *tcb, which it may only look at");
        break;
    case CELL_CRASHED:
        text_put(text, got->fate == PUPIL_NOT_ASKED ? "not asked: your function had crashed too often"
                                                    : "your function crashed");
        break;
    case CELL_HUNG:
        text_put(text, "your function did not return");
        break;
    }
}

static void put_fail(const struct grade *grade, struct text *text, unsigned stage, unsigned number, int i) {
    const struct grade_asked *asked = &grade->asked[i];
    text_put(text, "  FAIL ");
    oracle_put_case(text, &asked->at);
    text_put(text, ": ");
    grade_put_difference(text, asked);
    text_put(text, "   [");
    oracle_put_where(text, &asked->want);
    text_put(text, "]\n");
    struct grade_story story = grade_story_to(grade, i);
    if (story.count) {
        text_format(text, "       %s (%u event%s): ", story.reached ? "shortest story" : "story, by the RFC's answers",
                    story.count, story.count == 1 ? "" : "s");
        grade_put_story(text, &story);
        text_format(text, "      see %s/fail-%u-%02u.svg\n", grade->options.directory, stage, number);
    }
}

static void put_hints(const struct grade *grade, struct text *text, int i) {
    unsigned level = grade->options.hint ? grade->options.hint : 1;
    text_format(text, "  hint %u/%u: ", level, GRADE_HINTS);
    grade_put_hint(text, &grade->asked[i], level);
    if (level < GRADE_HINTS) {
        text_format(text, "   (next: --hint %u, costs 1 point)", level + 1);
    }
    text_put(text, "\n");
}

static bool is_wrong(enum grade_cell cell) {
    return cell != CELL_NOT_ASKED && cell != CELL_RIGHT && cell != CELL_LEGAL;
}

unsigned grade_wrong_cells(const struct grade *grade, unsigned stage, int told[GRADE_TOLD_MAX], unsigned *count) {
    unsigned wrong = 0;
    *count = 0;
    for (unsigned at = 0; at < TCP_STATES * EV_KINDS; at++) {
        unsigned s = at / EV_KINDS, kind = at % EV_KINDS;
        bool here = grade_stage_of((enum tcp_state)s, (enum ev_kind)kind) == stage;
        if (!here || !is_wrong(grade->cell[s][kind])) {
            continue;
        }
        wrong++;
        if (grade->cell[s][kind] != CELL_NOT_WRITTEN && *count < GRADE_TOLD_MAX) {
            told[(*count)++] = grade->worst[s][kind];
        }
    }
    return wrong;
}

static void put_fails(const struct grade *grade, struct text *text, unsigned stage) {
    int cell[GRADE_TOLD_MAX];
    unsigned told;
    unsigned wrong = grade_wrong_cells(grade, stage, cell, &told);
    for (unsigned i = 0; i < told; i++) {
        put_fail(grade, text, stage, i + 1, cell[i]);
    }
    if (wrong > told) {
        text_format(text, "  %u %scell%s wrong or not written\n", wrong - told, told ? "more " : "",
                    wrong - told == 1 ? "" : "s");
    }
    if (told) {
        put_hints(grade, text, cell[0]);
    }
}

static void put_twin(const struct grade *grade, struct text *text) {
    const struct grade_stage *stage = &grade->stage[7];
    if (stage->right == stage->cells) {
        text_format(text, "  %u random lives, not one differs\n", stage->cells);
        return;
    }
    text_format(text, "  %u of %u random lives end with a wrong answer; the shortest that the first of them leaves:\n",
                stage->cells - stage->right, stage->cells);
    grade_print_ladder(&grade->twin, text);
}

static void put_real(const struct grade *grade, struct text *text) {
    for (unsigned i = 0; i < grade->real_count; i++) {
        const struct grade_real *real = &grade->real[i];
        if (!real->right) {
            text_format(text, "  FAIL %s: %s\n", real->name, real->what);
        }
    }
    if (*grade->curl) {
        text_format(text, "  curl: %s\n", grade->curl);
    }
}

static void put_map(const struct grade *grade, struct text *text) {
    text_put(text, "\n                ");
    for (unsigned kind = 0; kind < EV_KINDS; kind++) {
        text_format(text, " %c", (int)('a' + kind));
    }
    text_put(text, "\n");
    for (unsigned s = 0; s < TCP_STATES; s++) {
        text_format(text, "  %-14s", oracle_state_name((enum tcp_state)s));
        for (unsigned kind = 0; kind < EV_KINDS; kind++) {
            text_format(text, " %c", MARKS[grade->cell[s][kind]]);
        }
        text_put(text, "\n");
    }
    text_put(text, "\n  + right   ~ right, another choice of the RFC   x wrong state   o wrong segment or word\n"
                   "  ? not written   % two answers   w writes into its arguments   ! crash   @ endless\n\n");
    for (unsigned kind = 0; kind < EV_KINDS; kind++) {
        text_format(text, "  %c %-22s%s", (int)('a' + kind), oracle_kind_name((enum ev_kind)kind),
                    kind % 4 == 3 || kind == EV_KINDS - 1 ? "\n" : "");
    }
}

static void put_stage(const struct grade *grade, struct text *text, unsigned number) {
    const struct grade_stage *stage = &grade->stage[number];
    char head[64];
    snprintf(head, sizeof head, "stage %u %s", number, stage->name);
    text_format(text, "%-62s%4u/%u\n", head, stage->points, stage->of);
    if (stage->hint_cost) {
        text_format(text, "  less %u for hints\n", stage->hint_cost);
    }
    if (number <= 6) {
        put_fails(grade, text, number);
    } else if (number == 7) {
        put_twin(grade, text);
    } else {
        put_real(grade, text);
    }
}

void grade_print_text(const struct grade *grade, struct text *text) {
    if (grade->compiler.length) {
        text_put_octets(text, grade->compiler.data, grade->compiler.length);
    }
    if (!grade->written) {
        text_format(text, "%s: not written.  0/%u\nStart with stage 1; the comments in the file say where.\n",
                    grade->options.source, grade->of);
        return;
    }
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        if (grade->stage[i].counted) {
            put_stage(grade, text, i);
        }
    }
    if (pupil_deaths(grade->pupil)) {
        text_format(text, "%s: it ended %u times in the middle of a question. %s\n", grade->options.source,
                    pupil_deaths(grade->pupil), pupil_last_words(grade->pupil));
    }
    if (grade->options.stage <= 6) {
        put_map(grade, text);
    }
    text_format(text, "\n%u/%u points\n", grade->points, grade->of);
}
