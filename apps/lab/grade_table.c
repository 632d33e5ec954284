/* grade_table.c: stages 1 to 6: every case is asked twice, in two different orders, and compared with the oracle. */
#include <stdlib.h>
#include <string.h>

#include "lab/grade.h"

/* SplitMix64; a seed of its own, since the grade must not depend on anything. */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void add_case(struct grade *grade, struct oracle_case at) {
    grade->index[at.s][at.kind][at.passive][at.queued] = -1;
    if (!oracle_asks(&at)) {
        return;
    }
    grade->index[at.s][at.kind][at.passive][at.queued] = (int)grade->count;
    grade->asked[grade->count++] = (struct grade_asked){.at = at, .want = oracle_answer(&at)};
}

static void add_cases(struct grade *grade) {
    for (unsigned i = 0; i < TCP_STATES * EV_KINDS * 4; i++) {
        add_case(grade, (struct oracle_case){
                            .s = (enum tcp_state)(i / 4 / EV_KINDS),
                            .kind = (enum ev_kind)(i / 4 % EV_KINDS),
                            .passive = i & 1,
                            .queued = i & 2,
                        });
    }
}

static void shuffle(unsigned *order, unsigned count, uint64_t seed) {
    for (unsigned i = 0; i < count; i++) {
        order[i] = i;
    }
    for (unsigned i = count; i > 1; i--) {
        unsigned j = (unsigned)(next_random(&seed) % i), kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

enum grade_cell grade_judge(const struct oracle_case *at, const struct pupil_answer *got, const char **legal) {
    *legal = NULL;
    if (got->fate != PUPIL_ANSWERED) {
        return got->fate == PUPIL_HUNG ? CELL_HUNG : CELL_CRASHED;
    }
    if (got->changed) {
        return CELL_CHANGED;
    }
    if (got->to == NOT_WRITTEN) {
        return CELL_NOT_WRITTEN;
    }
    if (oracle_allows(at, got->to, got->out, legal)) {
        return *legal ? CELL_LEGAL : CELL_RIGHT;
    }
    return got->to == oracle_answer(at).to ? CELL_OUT : CELL_STATE;
}

static bool same_answer(const struct pupil_answer *a, const struct pupil_answer *b) {
    return a->fate == b->fate && a->to == b->to && a->out == b->out && a->changed == b->changed;
}

static void take(struct grade_asked *asked, const struct pupil_answer *got, bool second) {
    if (!second) {
        asked->got = *got;
        asked->result = grade_judge(&asked->at, got, &asked->legal);
    } else if (got->fate != PUPIL_NOT_ASKED && !same_answer(&asked->got, got)) {
        asked->result = CELL_FICKLE;
    }
}

/* Asks all in a shuffled order. second: what comes must be what came before; where nothing came, nothing is asked. */
static void ask_all(struct grade *grade, uint64_t seed, bool second) {
    unsigned *order = calloc(grade->count, sizeof *order), count = 0;
    struct oracle_case *cases = calloc(grade->count, sizeof *cases);
    struct pupil_answer *answers = calloc(grade->count, sizeof *answers);
    if (!order || !cases || !answers) {
        abort();
    }
    shuffle(order, grade->count, seed);
    for (unsigned i = 0; i < grade->count; i++) {
        const struct grade_asked *asked = &grade->asked[order[i]];
        if (!second || asked->result < CELL_CRASHED) {
            order[count] = order[i];
            cases[count++] = asked->at;
        }
    }
    pupil_ask(grade->pupil, cases, count, answers);
    for (unsigned i = 0; i < count; i++) {
        take(&grade->asked[order[i]], &answers[i], second);
    }
    free(order);
    free(cases);
    free(answers);
}

static void cells(struct grade *grade) {
    memset(grade->worst, 0xff, sizeof grade->worst);
    for (unsigned i = 0; i < grade->count; i++) {
        const struct grade_asked *asked = &grade->asked[i];
        enum grade_cell *cell = &grade->cell[asked->at.s][asked->at.kind];
        int *worst = &grade->worst[asked->at.s][asked->at.kind];
        if (*worst < 0 || asked->result > *cell) {
            *cell = asked->result;
            *worst = (int)i;
        }
    }
}

void grade_table(struct grade *grade) {
    grade->asked = calloc(TCP_STATES * EV_KINDS * 4, sizeof *grade->asked);
    if (!grade->asked) {
        abort();
    }
    add_cases(grade);
    ask_all(grade, 1, false);
    ask_all(grade, 2, true);
    cells(grade);
}
