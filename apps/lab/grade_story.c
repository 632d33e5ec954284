/* grade_story.c: the fewest events that lead from CLOSED to a case, by breadth-first search.
 *
 * Only answers that are right lead on, and they lead where the machine says: the story shows the machine at its first
 * mistake. Where its mistakes leave no way to the case, the RFC's own answers do.
 */
#include <string.h>

#include "lab/grade.h"

/* A place: state, passive, queued. */
#define PLACES (TCP_STATES * 4)

struct search {
    int from[PLACES]; /* asked[] that led here first; -1: not reached; -2: the beginning */
    unsigned queue[PLACES], head, tail;
    bool by_rfc;
};

static unsigned place_of(const struct oracle_case *at) {
    return at->s * 4u + (at->passive ? 1u : 0u) + (at->queued ? 2u : 0u);
}

static bool leads_on(const struct grade_asked *asked, bool by_rfc) {
    return by_rfc || asked->result == CELL_RIGHT || asked->result == CELL_LEGAL;
}

static struct oracle_case after(const struct grade_asked *asked, bool by_rfc) {
    return oracle_after(&asked->at, by_rfc ? asked->want.to : asked->got.to);
}

static void visit(struct search *search, const struct grade *grade, unsigned place) {
    for (unsigned kind = EV_KINDS; kind-- > 0;) {
        int i = grade->index[place / 4][kind][place & 1][place / 2 & 1];
        if (i < 0 || !leads_on(&grade->asked[i], search->by_rfc)) {
            continue;
        }
        struct oracle_case next = after(&grade->asked[i], search->by_rfc);
        unsigned there = place_of(&next);
        if (search->from[there] == -1) {
            search->from[there] = i;
            search->queue[search->tail++] = there;
        }
    }
}

static void search_all(struct search *search, const struct grade *grade) {
    for (unsigned i = 0; i < PLACES; i++) {
        search->from[i] = -1;
    }
    search->from[CLOSED * 4] = -2;
    search->queue[search->tail++] = CLOSED * 4;
    while (search->head < search->tail) {
        visit(search, grade, search->queue[search->head++]);
    }
}

static void put_first(struct grade_story *story, const struct grade_asked *asked, bool by_rfc) {
    memmove(&story->at[1], &story->at[0], story->count * sizeof story->at[0]);
    memmove(&story->got[1], &story->got[0], story->count * sizeof story->got[0]);
    story->at[0] = asked->at;
    story->got[0] = asked->got;
    if (by_rfc) {
        story->got[0] = (struct pupil_answer){.to = asked->want.to, .out = asked->want.out};
    }
    story->count++;
}

struct grade_story grade_story_to(const struct grade *grade, int i) {
    struct search search = {.head = 0};
    const struct grade_asked *end = &grade->asked[i];
    unsigned place = place_of(&end->at);
    search_all(&search, grade);
    if (search.from[place] == -1) {
        search = (struct search){.by_rfc = true};
        search_all(&search, grade);
    }
    struct grade_story story = {.reached = !search.by_rfc};
    if (search.from[place] == -1) {
        return story;
    }
    put_first(&story, end, false);
    while (search.from[place] >= 0 && story.count < GRADE_STORY_MAX) {
        const struct grade_asked *asked = &grade->asked[search.from[place]];
        put_first(&story, asked, search.by_rfc);
        place = place_of(&asked->at);
    }
    return story;
}
