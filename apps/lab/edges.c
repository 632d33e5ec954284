/* edges.c: the list of edges, and the walk through a log. See edges.h. */
#include <stdio.h>
#include <string.h>

#include "lab/edges.h"

const struct appendix APPENDIX[APPENDIX_COUNT] = {
#define EDGE(number, from, event, to, drawn, when, section, by, not_here, hint, zh) \
    {number, LUCID_##from, LUCID_##to, event, when, section, by, not_here, {hint, zh}, APPENDIX_##drawn},
#include "lab/appendix.def"
};

static const char *next_event(const char *event) {
    const char *plus = strchr(event, '+');
    return plus ? plus + 1 : NULL;
}

static bool is_event(const char *events, const char *event) {
    size_t length = strcspn(events, "+");
    return strlen(event) == length && !strncmp(events, event, length);
}

/* Is this the edge of that line? */
static bool is_line(const struct edge *edge, const struct appendix *line) {
    if (edge->from != line->from || edge->to != line->to ||
        !is_event(line->event, lucid_fsm_row((unsigned)edge->row)->event)) {
        return false;
    }
    const char *second = next_event(line->event);
    if (!second || edge->second < 0) {
        return !second && edge->second < 0;
    }
    return is_event(second, lucid_fsm_row((unsigned)edge->second)->event);
}

static void add(struct edges *edges, unsigned from, unsigned to, int row, int second) {
    struct edge edge = {.from = from, .to = to, .row = row, .second = second, .appendix = -1};
    if (from == to || edges->count == EDGES_MAX) {
        return;
    }
    for (unsigned i = 0; i < APPENDIX_COUNT && edge.appendix < 0; i++) {
        edge.appendix = is_line(&edge, &APPENDIX[i]) ? (int)i : -1;
    }
    edges->edge[edges->count++] = edge;
}

static void add_row(struct edges *edges, unsigned i) {
    const struct lucid_fsm_row *row = lucid_fsm_row(i);
    for (unsigned state = LUCID_CLOSED; state <= LUCID_TIME_WAIT; state <<= 1) {
        if (row->from & state) {
            add(edges, state, row->to, (int)i, -1);
        }
    }
}

static bool has_step(const struct lucid_fsm_row *row, const char *step) {
    return strstr(row->rule, step) != NULL;
}

/* One segment can fire a row of the fifth step and then one of the eighth, which finds the state that the first has led
 * to. So it is in SYN-SENT, from which 3.10.7.3 fourth goes on "at the sixth step". */
static void add_compounds(struct edges *edges) {
    const struct lucid_fsm_row *first, *second;
    for (unsigned i = 0; (first = lucid_fsm_row(i)); i++) {
        bool goes_on = has_step(first, "3.10.7.4/5") || !strcmp(first->event, "RCV_SYN_ACK");
        for (unsigned k = 0; goes_on && (second = lucid_fsm_row(k)); k++) {
            if (has_step(second, "3.10.7.4/8") && (second->from & first->to) && second->to != first->to) {
                add(edges, first->from, second->to, (int)i, (int)k);
            }
        }
    }
}

void edges_begin(struct edges *edges) {
    memset(edges, 0, sizeof *edges);
    for (unsigned i = 0; lucid_fsm_row(i); i++) {
        add_row(edges, i);
    }
    add_compounds(edges);
}

/* ---- a log ---- */

static void visit(struct edges *edges, unsigned from, unsigned to, int row, int second) {
    for (unsigned i = 0; i < edges->count; i++) {
        const struct edge *edge = &edges->edge[i];
        if (edge->from == from && edge->to == to && edge->row == row && edge->second == second) {
            edges->visits[i]++;
            return;
        }
    }
}

/* The change of the same connection before event i that the same segment has caused; NULL: none. */
static const struct tlog_event *same_segment(const struct tlog *log, const struct tlog_event *event) {
    for (uint32_t i = event->i - 1; i > 0; i--) {
        const struct tlog_event *before = tlog_at(log, i);
        if (before->t != event->t) {
            return NULL;
        }
        bool same = before->kind == TLOG_STATE && before->node == event->node && before->c == event->c;
        if (same) {
            bool one = before->u.state.cause == LUCID_CAUSE_SEGMENT &&
                       before->u.state.segment == event->u.state.segment && before->u.state.to == event->u.state.from;
            return one ? before : NULL;
        }
    }
    return NULL;
}

void edges_walk(struct edges *edges, const struct tlog *log) {
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->kind != TLOG_STATE || event->u.state.row < 0) {
            continue;
        }
        const struct tlog_state *state = &event->u.state;
        const struct lucid_fsm_row *row = lucid_fsm_row((unsigned)state->row);
        if (!row) {
            continue;
        }
        visit(edges, state->from, state->to, state->row, -1);
        const struct tlog_event *first = state->cause == LUCID_CAUSE_SEGMENT ? same_segment(log, event) : NULL;
        if (first) {
            visit(edges, first->u.state.from, state->to, first->u.state.row, state->row);
        }
    }
}

int edges_find(const struct edges *edges, unsigned appendix) {
    for (unsigned i = 0; i < edges->count; i++) {
        if (edges->edge[i].appendix == (int)appendix) {
            return (int)i;
        }
    }
    return -1;
}

bool edges_counts(const struct edges *edges, unsigned appendix) {
    return edges_find(edges, appendix) >= 0 && !APPENDIX[appendix].not_here;
}

void edges_points(const struct edges *edges, unsigned *walked, unsigned *count) {
    *walked = *count = 0;
    for (unsigned i = 0; i < APPENDIX_COUNT; i++) {
        if (edges_counts(edges, i)) {
            ++*count;
            *walked += edges->visits[edges_find(edges, i)] > 0;
        }
    }
}

void edges_put_event(struct text *text, const struct edge *edge) {
    text_put(text, lucid_fsm_row((unsigned)edge->row)->event);
    if (edge->second >= 0) {
        text_format(text, "+%s", lucid_fsm_row((unsigned)edge->second)->event);
    }
}
