/* grade_twin.c: stage 7: ten thousand lives of connections, made of random events, beside the oracle.
 *
 * All lives go one event forward, then all the next one: what a machine remembers of one life spoils another. Where a
 * right answer is not the only one (legal.def), the oracle follows the machine. The first answer that is wrong ends a
 * life; the first life that ended so is told, after every event without which it ends as well has been taken out.
 */
#include <stdlib.h>
#include <string.h>

#include "lab/grade.h"

#define LIVES 10000
#define EVENTS 16
#define SEED 7

struct life {
    struct oracle_case now; /* kind is the latest event */
    bool over;
    struct oracle_case at[EVENTS];
    struct pupil_answer got[EVENTS];
};

struct twin {
    struct grade *grade;
    uint64_t random;
    struct life *life;
    struct oracle_case *cases;
    struct pupil_answer *answers;
    unsigned *whose;
};

static unsigned below(struct twin *twin, unsigned count) {
    uint64_t z = twin->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ (z >> 31)) % count);
}

static const struct grade_asked *asked_at(const struct grade *grade, const struct oracle_case *at) {
    int i = grade->index[at->s][at->kind][at->passive][at->queued];
    return i < 0 ? NULL : &grade->asked[i];
}

/* Half of the events are any that can happen; the others lead on, or few lives would see LAST-ACK. */
static enum ev_kind choose(struct twin *twin, struct oracle_case at) {
    enum ev_kind kinds[EV_KINDS];
    unsigned count = 0;
    bool onwards = below(twin, 2);
    for (unsigned pass = 0; pass < 2 && !count; pass++, onwards = false) {
        for (unsigned kind = 0; kind < EV_KINDS; kind++) {
            at.kind = (enum ev_kind)kind;
            const struct grade_asked *asked = asked_at(twin->grade, &at);
            bool leads = asked && asked->want.to != at.s && asked->want.to != CLOSED;
            if (asked && (leads || !onwards)) {
                kinds[count++] = at.kind;
            }
        }
    }
    return kinds[below(twin, count)];
}

/* A case of which it is known that no answer comes is not asked again: that ends a life too. */
static bool is_deadly(const struct grade *grade, const struct oracle_case *at) {
    return asked_at(grade, at)->result >= CELL_CRASHED;
}

/* The machine must say what it said when the table was asked, and that must have been right. */
static bool is_right(const struct grade *grade, const struct oracle_case *at, const struct pupil_answer *got) {
    const struct grade_asked *asked = asked_at(grade, at);
    bool same = got->fate == PUPIL_ANSWERED && got->to == asked->got.to && got->out == asked->got.out && !got->changed;
    return same && (asked->result == CELL_RIGHT || asked->result == CELL_LEGAL);
}

static void end(struct grade *grade, struct life *life, unsigned event) {
    struct grade_story *story = &grade->twin;
    life->over = true;
    if (!story->count) {
        story->count = event + 1;
        story->reached = true;
        memcpy(story->at, life->at, sizeof life->at);
        memcpy(story->got, life->got, sizeof life->got);
    }
}

static void take(struct grade *grade, struct life *life, unsigned event, const struct pupil_answer *got) {
    life->at[event] = life->now;
    life->got[event] = *got;
    if (is_right(grade, &life->now, got)) {
        life->now = oracle_after(&life->now, got->to);
        return;
    }
    end(grade, life, event);
}

static void forward(struct twin *twin, unsigned event) {
    unsigned count = 0;
    for (unsigned i = 0; i < LIVES; i++) {
        struct life *life = &twin->life[i];
        if (life->over) {
            continue;
        }
        life->now.kind = choose(twin, life->now);
        if (is_deadly(twin->grade, &life->now)) {
            take(twin->grade, life, event, &asked_at(twin->grade, &life->now)->got);
            continue;
        }
        twin->cases[count] = life->now;
        twin->whose[count++] = i;
    }
    pupil_ask(twin->grade->pupil, twin->cases, count, twin->answers);
    for (unsigned i = 0; i < count; i++) {
        take(twin->grade, &twin->life[twin->whose[i]], event, &twin->answers[i]);
    }
}

/* ---- shrinking ---- */

/* Lives through these events, one by one, as far as they can happen, until an answer is wrong. */
static struct grade_story live(struct grade *grade, const struct grade_story *events, unsigned without, bool fickle) {
    struct grade_story story = {.reached = true};
    struct oracle_case now = {.s = CLOSED};
    if (fickle) {
        pupil_renew(grade->pupil);
    }
    for (unsigned i = 0; i < events->count; i++) {
        now.kind = events->at[i].kind;
        if (i == without || !asked_at(grade, &now)) {
            continue;
        }
        struct pupil_answer got = asked_at(grade, &now)->got;
        if (!is_deadly(grade, &now)) {
            pupil_ask(grade->pupil, &now, 1, &got);
        }
        story.at[story.count] = now;
        story.got[story.count++] = got;
        if (!is_right(grade, &now, &got)) {
            return story;
        }
        now = oracle_after(&now, got.to);
    }
    story.count = 0;
    return story;
}

static void shrink(struct grade *grade) {
    bool fickle = false;
    for (unsigned i = 0; i < grade->count; i++) {
        fickle = fickle || grade->asked[i].result == CELL_FICKLE;
    }
    struct grade_story *best = &grade->twin;
    for (unsigned i = 0; i < best->count;) {
        struct grade_story shorter = live(grade, best, i, fickle);
        bool better = shorter.count && shorter.count < best->count;
        if (better) {
            *best = shorter;
        }
        i = better ? 0 : i + 1;
    }
}

void grade_twin(struct grade *grade) {
    struct twin twin = {
        .grade = grade,
        .random = SEED,
        .life = calloc(LIVES, sizeof *twin.life),
        .cases = calloc(LIVES, sizeof *twin.cases),
        .answers = calloc(LIVES, sizeof *twin.answers),
        .whose = calloc(LIVES, sizeof *twin.whose),
    };
    if (!twin.life || !twin.cases || !twin.answers || !twin.whose) {
        abort();
    }
    for (unsigned i = 0; i < EVENTS; i++) {
        forward(&twin, i);
    }
    grade->stage[7].cells = LIVES;
    for (unsigned i = 0; i < LIVES; i++) {
        grade->stage[7].right += !twin.life[i].over;
    }
    shrink(grade);
    free(twin.life);
    free(twin.cases);
    free(twin.answers);
    free(twin.whose);
}
