/* grade_print.c: a grade for people: the points of each stage, what is wrong in it with the story that shows it and a
 * hint, and the map of all cells.
 */
#include <stdio.h>
#include <string.h>

#include "lab/grade.h"
#include "lab/i18n.h"
#include "lab/oracle_sets.h"
#include "lucid/trace.h"

static const char MARKS[] = " +~ox?%w!@";

static const struct {
    unsigned states, classes;
    const char *hint[I18N_LANGUAGES];
} HINTS[] = {
#define HINT(states, classes, en, zh) {states, classes, {en, zh}},
#include "lab/hints.def"
};

const char *grade_number(unsigned value) {
    static char rooms[4][12];
    static unsigned next;
    char *room = rooms[next++ % 4];
    snprintf(room, sizeof rooms[0], "%u", value);
    return room;
}

void grade_put_story(struct text *text, const struct grade_story *story) {
    for (unsigned i = 0; i < story->count; i++) {
        text_put(text, i ? ", " : "");
        text_put(text, oracle_kind_name(story->at[i].kind));
    }
}

static void put_first_hint(struct text *text, const struct oracle_case *at) {
    unsigned i = 0;
    while (!((HINTS[i].states & S(at->s)) && (HINTS[i].classes & C(at->kind)))) {
        i++;
    }
    text_put(text, HINTS[i].hint[i18n_chosen()]);
}

static void put_second_hint(struct text *text, const struct oracle_answer *want) {
    struct text where = text_growing();
    oracle_put_where(&where, want);
    i18n_put(text, "grade.hint.read", where.data, NULL);
    for (unsigned i = 0; i < want->rows; i++) {
        i18n_put(text, i ? "grade.hint.then" : "grade.hint.event", lucid_fsm_row((unsigned)want->row[i])->event, NULL);
    }
    text_free(&where);
}

void grade_put_hint(struct text *text, const struct grade_asked *asked, unsigned level) {
    const struct oracle_answer *want = &asked->want;
    if (level == 1) {
        put_first_hint(text, &asked->at);
        return;
    }
    if (level == 2) {
        put_second_hint(text, want);
        return;
    }
    char room[100];
    struct text out = text_fixed(room, sizeof room);
    oracle_put_out(&out, want->out);
    i18n_put(text, want->to == asked->at.s ? "grade.hint.stay" : "grade.hint.go", oracle_state_name(want->to), room,
             NULL);
}

static void put_out_difference(struct text *text, const struct grade_asked *asked) {
    char got_room[100], want_room[100];
    struct text got = text_fixed(got_room, sizeof got_room), want = text_fixed(want_room, sizeof want_room);
    oracle_put_out(&got, asked->got.out);
    oracle_put_out(&want, asked->want.out);
    i18n_put(text, "grade.out", oracle_state_name(asked->got.to), got_room, want_room, NULL);
}

void grade_put_difference(struct text *text, const struct grade_asked *asked) {
    switch (asked->result) {
    case CELL_NOT_ASKED:
    case CELL_RIGHT:
    case CELL_LEGAL:
        break;
    case CELL_OUT:
        put_out_difference(text, asked);
        break;
    case CELL_STATE:
        i18n_put(text, "grade.differs", oracle_state_name(asked->got.to), oracle_state_name(asked->want.to), NULL);
        break;
    case CELL_NOT_WRITTEN:
        text_put(text, i18n("grade.none"));
        break;
    case CELL_FICKLE:
        text_put(text, i18n("grade.fickle"));
        break;
    case CELL_CHANGED:
        text_put(text, i18n("grade.changed"));
        break;
    case CELL_CRASHED:
        text_put(text, i18n(asked->got.fate == PUPIL_NOT_ASKED ? "grade.not_asked" : "grade.crashed"));
        break;
    case CELL_HUNG:
        text_put(text, i18n("grade.hung"));
        break;
    }
}

static void put_fail(const struct grade *grade, struct text *text, unsigned stage, unsigned order, int i) {
    const struct grade_asked *asked = &grade->asked[i];
    text_format(text, "  %s ", i18n("grade.fail"));
    oracle_put_case(text, &asked->at);
    text_put(text, ": ");
    grade_put_difference(text, asked);
    text_put(text, "   [");
    oracle_put_where(text, &asked->want);
    text_put(text, "]\n");
    struct grade_story story = grade_story_to(grade, i);
    if (story.count) {
        char path[300];
        snprintf(path, sizeof path, "%.250s/fail-%u-%02u.svg", grade->options.directory, stage, order);
        text_put(text, "       ");
        i18n_put(text, story.reached ? "grade.shortest" : "grade.by_rfc", grade_number(story.count), NULL);
        grade_put_story(text, &story);
        i18n_put(text, "grade.see", path, NULL);
        text_put(text, "\n");
    }
}

static void put_hints(const struct grade *grade, struct text *text, int i) {
    unsigned level = grade->options.hint ? grade->options.hint : 1;
    text_put(text, "  ");
    i18n_put(text, "grade.hint", grade_number(level), grade_number(GRADE_HINTS), NULL);
    grade_put_hint(text, &grade->asked[i], level);
    if (level < GRADE_HINTS) {
        i18n_put(text, "grade.next", grade_number(level + 1), NULL);
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
        text_put(text, "  ");
        i18n_put(text, "grade.more", grade_number(wrong - told), NULL);
        text_put(text, "\n");
    }
    if (told) {
        put_hints(grade, text, cell[0]);
    }
}

static void put_twin(const struct grade *grade, struct text *text) {
    const struct grade_stage *stage = &grade->stage[7];
    if (stage->right == stage->cells) {
        text_put(text, "  ");
        i18n_put(text, "grade.twins", grade_number(stage->cells), NULL);
        text_put(text, "\n");
        return;
    }
    text_put(text, "  ");
    i18n_put(text, "grade.twin", grade_number(stage->cells - stage->right), grade_number(stage->cells), NULL);
    text_put(text, "\n");
    grade_print_ladder(&grade->twin, text);
}

static void put_real(const struct grade *grade, struct text *text) {
    for (unsigned i = 0; i < grade->real_count; i++) {
        const struct grade_real *real = &grade->real[i];
        if (!real->right) {
            text_format(text, "  %s %s: %s\n", i18n("grade.fail"), real->name, real->what);
        }
    }
    if (*grade->curl) {
        text_put(text, "  ");
        i18n_put(text, "grade.curl", grade->curl, NULL);
        text_put(text, "\n");
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
    text_format(text, "\n  %s\n  %s\n\n", i18n("grade.legend.1"), i18n("grade.legend.2"));
    for (unsigned kind = 0; kind < EV_KINDS; kind++) {
        text_format(text, "  %c %-22s%s", (int)('a' + kind), oracle_kind_name((enum ev_kind)kind),
                    kind % 4 == 3 || kind == EV_KINDS - 1 ? "\n" : "");
    }
}

/* "stage 3 close", and the points behind it, all below each other: a letter of Chinese is two columns wide. */
static void put_head(struct text *text, unsigned order, const struct grade_stage *stage) {
    char key[24], room[100];
    struct text head = text_fixed(room, sizeof room);
    int columns = 0;
    snprintf(key, sizeof key, "grade.stage.%u", order);
    i18n_put(&head, "grade.stage", grade_number(order), i18n(key), NULL);
    for (const char *at = room; *at; at++) {
        unsigned char octet = (unsigned char)*at;
        columns += (octet & 0xc0) == 0x80 ? 0 : octet >= 0xe2 ? 2 : 1;
    }
    text_format(text, "%s%*s%4u/%u\n", room, 62 - columns, "", stage->points, stage->of);
}

static void put_stage(const struct grade *grade, struct text *text, unsigned order) {
    const struct grade_stage *stage = &grade->stage[order];
    put_head(text, order, stage);
    if (stage->hint_cost) {
        text_put(text, "  ");
        i18n_put(text, "grade.cost", grade_number(stage->hint_cost), NULL);
        text_put(text, "\n");
    }
    if (order <= 6) {
        put_fails(grade, text, order);
    } else if (order == 7) {
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
        char points[24];
        snprintf(points, sizeof points, "0/%u", grade->of);
        i18n_put(text, "grade.begin", grade->options.source, points, NULL);
        text_format(text, "\n%s\n", i18n("grade.begin.how"));
        return;
    }
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        if (grade->stage[i].counted) {
            put_stage(grade, text, i);
        }
    }
    if (pupil_deaths(grade->pupil)) {
        i18n_put(text, "grade.deaths", grade->options.source, grade_number(pupil_deaths(grade->pupil)),
                 pupil_last_words(grade->pupil), NULL);
        text_put(text, "\n");
    }
    if (grade->options.stage <= 6) {
        put_map(grade, text);
    }
    text_put(text, "\n");
    i18n_put(text, "grade.points", grade_number(grade->points), grade_number(grade->of), NULL);
    text_put(text, "\n");
}
