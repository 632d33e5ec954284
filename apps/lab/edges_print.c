/* edges_print.c: the map of an edge hunt, and the audit of the check-list against the table. See edges.h. */
#include <stdio.h>
#include <string.h>

#include "lab/edges.h"

static const char *const SOURCES[] = {"drawn in Figure 5", "text", "beyond RFC 9293"};
static const char *const DRAWN[] = {"drawn", "Note 2", "Note 3", "text"};

static void put_states(struct text *text, unsigned from, unsigned to) {
    text_format(text, "%-12s -> %-12s", lucid_state_name(from), lucid_state_name(to));
}

/* ---- audit ---- */

static bool sources_agree(const struct edge *edge, const struct appendix *line) {
    bool drawn = edge->second < 0 && lucid_fsm_row((unsigned)edge->row)->source == LUCID_FSM_FIG5;
    return drawn == (line->drawn == APPENDIX_D);
}

static unsigned audit_line(const struct edges *edges, unsigned i, struct text *text) {
    const struct appendix *line = &APPENDIX[i];
    int found = edges_find(edges, i);
    text_format(text, "E%02u  ", line->number);
    put_states(text, line->from, line->to);
    text_format(text, "  %s  by %s", line->event, line->by);
    if (found < 0) {
        text_format(text, line->not_here ? "\n       excused, no row: %s\n" : "\n     MISSING in fsm.def%s\n",
                    line->not_here ? line->not_here : "");
        return line->not_here ? 0 : 1;
    }
    if (!sources_agree(&edges->edge[found], line)) {
        text_format(text, "\n     WRONG: Appendix A has it %s, fsm.def otherwise\n", DRAWN[line->drawn]);
        return 1;
    }
    text_format(text, line->not_here ? "\n       a row, never walked: %s\n" : "%s\n",
                line->not_here ? line->not_here : "");
    return 0;
}

static void put_beyond(const struct edges *edges, struct text *text) {
    text_put(text, "\nbeyond the 52\n");
    for (unsigned i = 0; i < edges->count; i++) {
        const struct edge *edge = &edges->edge[i];
        const struct lucid_fsm_row *row = lucid_fsm_row((unsigned)edge->row);
        if (edge->appendix >= 0) {
            continue;
        }
        text_put(text, "     ");
        put_states(text, edge->from, edge->to);
        text_put(text, "  ");
        edges_put_event(text, edge);
        text_format(text, "  %s, %s%s\n", row->rule, edge->second >= 0 ? "text" : SOURCES[row->source],
                    edge->second >= 0 ? ", two rows, one segment" : "");
    }
}

unsigned edges_audit(const struct edges *edges, struct text *text) {
    unsigned wrong = 0, rows = 0;
    for (unsigned i = 0; i < APPENDIX_COUNT; i++) {
        wrong += audit_line(edges, i, text);
        rows += edges_find(edges, i) >= 0;
    }
    put_beyond(edges, text);
    text_format(text, "\n%u edges of the RFC: %u in fsm.def, %u excused, %u wrong\n", APPENDIX_COUNT, rows,
                APPENDIX_COUNT - rows - wrong, wrong);
    return wrong;
}

/* ---- the map ---- */

struct tally {
    unsigned count, walked, undrawn, gold;
};

static struct tally tally(const struct edges *edges) {
    struct tally tally = {0};
    for (unsigned i = 0; i < APPENDIX_COUNT; i++) {
        if (!edges_counts(edges, i)) {
            continue;
        }
        bool walked = edges->visits[edges_find(edges, i)] > 0, undrawn = APPENDIX[i].drawn != APPENDIX_D;
        tally.count++;
        tally.walked += walked;
        tally.undrawn += undrawn;
        tally.gold += walked && undrawn;
    }
    return tally;
}

/* How often each state was left for each other one. */
static void put_matrix(const struct edges *edges, struct text *text) {
    static const char *const heads[] = {"CLO", "LIS", "S-S", "S-R", "EST", "FW1", "FW2", "C-W", "CLG", "L-A", "T-W"};
    text_put(text, "\n  from \\ to   ");
    for (unsigned to = 0; to < 11; to++) {
        text_format(text, " %4s", heads[to]);
    }
    text_put(text, "\n");
    for (unsigned from = 0; from < 11; from++) {
        text_format(text, "  %-12s", lucid_state_name(1u << from));
        for (unsigned to = 0; to < 11; to++) {
            unsigned visits = 0, there = 0;
            for (unsigned i = 0; i < edges->count; i++) {
                bool here = edges->edge[i].from == 1u << from && edges->edge[i].to == 1u << to;
                visits += here ? edges->visits[i] : 0;
                there += here;
            }
            text_format(text, visits ? " %4u" : there ? "    ." : "     ", visits);
        }
        text_put(text, "\n");
    }
    text_put(text, "\n");
}

static void put_one(const struct edges *edges, unsigned i, unsigned students, struct text *text) {
    const struct edge *edge = &edges->edge[i];
    const struct appendix *line = edge->appendix >= 0 ? &APPENDIX[edge->appendix] : NULL;
    text_format(text, line ? "  E%02u  " : "  +    ", line ? line->number : 0);
    put_states(text, edge->from, edge->to);
    text_put(text, "  ");
    edges_put_event(text, edge);
    if (students) {
        char walkers[12], of[12];
        snprintf(walkers, sizeof walkers, "%u", edges->walkers[i]);
        snprintf(of, sizeof of, "%u", students);
        text_put(text, "  ");
        i18n_put(text, "edges.of", walkers, of, NULL);
    } else {
        text_format(text, "  x%u", edges->visits[i]);
    }
    if (!line || line->drawn != APPENDIX_D) {
        text_format(text, "  %s", i18n(line ? "edges.gold.line" : "edges.beyond"));
    }
    text_put(text, "\n");
}

/* In the order of their numbers, then the others. */
static void put_walked(const struct edges *edges, unsigned students, struct text *text) {
    for (unsigned i = 0; i < APPENDIX_COUNT; i++) {
        int found = edges_find(edges, i);
        if (found >= 0 && edges->visits[found]) {
            put_one(edges, (unsigned)found, students, text);
        }
    }
    for (unsigned i = 0; i < edges->count; i++) {
        if (edges->edge[i].appendix < 0 && edges->visits[i]) {
            put_one(edges, i, students, text);
        }
    }
}

static void put_hint(const struct appendix *line, struct text *text) {
    char where[60];
    bool gold = line->drawn != APPENDIX_D;
    snprintf(where, sizeof where, "%s%s%s", line->by, gold ? "; " : "", gold ? i18n("edges.gold") : "");
    i18n_put(text, "edges.hint", line->hint[i18n_chosen()], where, NULL);
    text_put(text, "\n");
}

static void put_missing(const struct edges *edges, struct text *text) {
    text_format(text, "\n%s\n", i18n("edges.missing"));
    for (unsigned i = 0; i < APPENDIX_COUNT; i++) {
        const struct appendix *line = &APPENDIX[i];
        if (!edges_counts(edges, i) || edges->visits[edges_find(edges, i)]) {
            continue;
        }
        text_format(text, "  E%02u  ", line->number);
        put_states(text, line->from, line->to);
        text_format(text, "  %s%s%s%s\n       ", line->event, *line->when ? " (" : "", line->when,
                    *line->when ? ")" : "");
        put_hint(line, text);
    }
}

static void put_sum(const struct tally *it, struct text *text) {
    const unsigned numbers[] = {it->walked,    it->count, it->gold, it->undrawn, APPENDIX_COUNT - it->count,
                                APPENDIX_COUNT};
    char words[6][12];
    for (unsigned i = 0; i < 6; i++) {
        snprintf(words[i], sizeof words[i], "%u", numbers[i]);
    }
    text_put(text, "\n");
    i18n_put(text, "edges.sum", words[0], words[1], words[2], words[3], words[4], words[5], NULL);
    text_put(text, "\n");
}

unsigned edges_print(const struct edges *edges, unsigned students, bool brief, struct text *text) {
    struct tally it = tally(edges);
    put_walked(edges, students, text);
    put_matrix(edges, text);
    if (it.walked < it.count && !brief) {
        put_missing(edges, text);
    }
    put_sum(&it, text);
    return it.count - it.walked;
}
