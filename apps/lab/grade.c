/* grade.c: the beginning and the points of a grade; see grade.h. */
#include "lab/grade.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/oracle_sets.h"
#include "lab/sha256.h"

static const struct grade_stage STAGES[GRADE_STAGES + 1] = {
#define STAGE(number, stage, points) [number] = {.name = stage, .of = points},
#include "lab/stages.def"
};

static const struct {
    unsigned stage, states, classes;
} CELLS_OF[] = {
#define CELLS(stage, states, classes) {stage, states, classes},
#include "lab/stages.def"
};

unsigned grade_stage_of(enum tcp_state s, enum ev_kind kind) {
    unsigned i = 0;
    while (!((CELLS_OF[i].states & S(s)) && (CELLS_OF[i].classes & C(kind)))) {
        i++;
    }
    return CELLS_OF[i].stage;
}

static void hash_source(struct grade *grade) {
    struct text source = text_growing();
    FILE *file = fopen(grade->options.source, "r");
    char octets[4096];
    for (size_t got; file && (got = fread(octets, 1, sizeof octets, file)) > 0;) {
        text_put_octets(&source, octets, got);
    }
    if (file) {
        fclose(file);
    }
    sha256_hex(source.data ? source.data : "", source.length, grade->source_hash);
    text_free(&source);
}

struct grade *grade_open(const struct grade_options *options, int *status, struct text *error) {
    char sentence[LAB_ERROR];
    *status = LAB_USAGE;
    struct grade *grade = calloc(1, sizeof *grade);
    if (!grade) {
        text_put(error, "there is no memory left");
        return NULL;
    }
    grade->options = *options;
    memcpy(grade->stage, STAGES, sizeof STAGES);
    grade->compiler = text_growing();
    hash_source(grade);
    enum pupil_build built = pupil_build(options->source, options->directory, !options->plain, &grade->compiler);
    if (built == PUPIL_BUILT && (grade->pupil = pupil_open(options->directory, sentence))) {
        return grade;
    }
    if (built == PUPIL_BUILT) {
        text_put(error, sentence);
    } else {
        text_put_octets(error, grade->compiler.data ? grade->compiler.data : "", grade->compiler.length);
        *status = built == PUPIL_WRONG ? LAB_FAILED : LAB_USAGE;
    }
    grade_close(grade);
    return NULL;
}

void grade_close(struct grade *grade) {
    if (grade) {
        pupil_close(grade->pupil);
        text_free(&grade->compiler);
        free(grade->asked);
        free(grade);
    }
}

/* ---- points ---- */

/* A cell whose answer is "stay" is worth what the share of those is worth in which something happens: a machine that
 * always stays earns nothing. */
static unsigned points_of(const struct grade_stage *stage) {
    uint64_t stays_right = stage->right - stage->moves_right;
    uint64_t value = (uint64_t)stage->of * stage->moves_right * (stage->moves + stays_right);
    return stage->moves ? (unsigned)(value / ((uint64_t)stage->moves * stage->cells)) : 0;
}

/* Stage 6 has no moves of its own; it takes the share of the stages before it, rounded to the nearest point. */
static unsigned points_of_nothing(const struct grade *grade) {
    const struct grade_stage *nothing = &grade->stage[6];
    uint64_t earned = 0, of = 0;
    for (unsigned i = 1; i <= 5; i++) {
        earned += grade->stage[i].points;
        of += grade->stage[i].of;
    }
    uint64_t alone = (uint64_t)nothing->of * nothing->right / nothing->cells;
    return (unsigned)((alone * earned + of / 2) / of);
}

static void count_cell(struct grade *grade, enum tcp_state s, enum ev_kind kind) {
    enum grade_cell cell = grade->cell[s][kind];
    if (cell == CELL_NOT_ASKED) {
        return;
    }
    struct grade_stage *stage = &grade->stage[grade_stage_of(s, kind)];
    const struct oracle_answer *want = &grade->asked[grade->worst[s][kind]].want;
    bool right = cell == CELL_RIGHT || cell == CELL_LEGAL;
    bool move = want->to != s || (want->out & OUT_2MSL);
    stage->cells++;
    stage->right += right;
    stage->moves += move;
    stage->moves_right += move && right;
    grade->written = grade->written || cell != CELL_NOT_WRITTEN;
}

static void count_cells(struct grade *grade) {
    for (unsigned s = 0; s < TCP_STATES; s++) {
        for (unsigned kind = 0; kind < EV_KINDS; kind++) {
            count_cell(grade, (enum tcp_state)s, (enum ev_kind)kind);
        }
    }
}

void grade_score(struct grade *grade) {
    count_cells(grade);
    for (unsigned i = 1; i <= 5; i++) {
        grade->stage[i].points = points_of(&grade->stage[i]);
    }
    grade->stage[6].points = points_of_nothing(grade);
    for (unsigned i = 7; i <= GRADE_STAGES; i++) {
        struct grade_stage *stage = &grade->stage[i];
        stage->points = stage->cells ? stage->of * stage->right / stage->cells : 0;
    }
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        struct grade_stage *stage = &grade->stage[i];
        stage->counted = grade->options.stage == 0 || grade->options.stage == i;
        if (!grade->written) {
            stage->points = 0;
        }
        stage->points -= stage->hint_cost < stage->points ? stage->hint_cost : stage->points;
        grade->points += stage->counted ? stage->points : 0;
        grade->of += stage->counted ? stage->of : 0;
    }
}
