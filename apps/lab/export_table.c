/* export_table.c: the machine for Graphviz, the variables as a table. See export.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/export.h"
#include "lab/fsm_layout.h"
#include "lab/fsmview.h"

/* ---- Graphviz ---- */

static void put_states(struct text *out, const struct fsm_trail *trail) {
    struct fsm_size size = fsm_size();
    const struct fsm_place *place;
    for (unsigned i = 0; (place = fsm_place(i)); i++) {
        int state = fsm_state_number(place->state);
        bool visited = false;
        for (int other = 0; other < FSMVIEW_STATES; other++) {
            visited = visited || (trail->visits[state][other] && !place->end) ||
                      (trail->visits[other][state] && (place->state != LUCID_CLOSED || place->end));
        }
        /* Points, upwards; neato -n2 takes them as they are. */
        text_format(out, "  \"%s%s\" [label=\"%s\", pos=\"%d,%d!\"%s];\n", lucid_state_name(place->state),
                    place->end ? " " : "", lucid_state_name(place->state), place->x * 3 / 2,
                    (size.height - place->y) * 3 / 2, visited ? ", penwidth=2" : ", color=gray60, fontcolor=gray40");
    }
}

static void put_edge(struct text *out, const struct lucid_fsm_row *row, unsigned from, unsigned visits) {
    static const char *const styles[] = {"solid", "dotted", "dashed"};
    bool ends = row->to == LUCID_CLOSED && from > LUCID_SYN_SENT;
    text_format(out, "  \"%s\" -> \"%s%s\" [style=%s, ", lucid_state_name(from), lucid_state_name(row->to),
                ends ? " " : "", row->source < 3 ? styles[row->source] : "solid");
    if (visits > 0) {
        text_format(out, "penwidth=%u, label=\"%s\\nx%u\"];\n", visits > 3 ? 5 : visits + 1, row->event, visits);
    } else {
        text_put(out, "color=gray70];\n");
    }
}

/* How often this row fired from this state; the trail counts pairs of states, and rows of one pair are told apart. */
static unsigned fired(const struct model *model, unsigned node, unsigned row, unsigned from) {
    unsigned count = 0;
    for (uint32_t i = 1; i <= model->at; i++) {
        const struct tlog_event *event = tlog_at(model->log, i);
        count += event->kind == TLOG_STATE && event->node == node && event->u.state.row == (int)row &&
                 event->u.state.from == from;
    }
    return count;
}

static void put_row(struct text *out, const struct model *model, unsigned node, unsigned i) {
    const struct lucid_fsm_row *row = lucid_fsm_row(i);
    bool any = model->node[node].edge_visits && model->node[node].edge_visits[i] > 0;
    for (unsigned from = LUCID_CLOSED; from <= LUCID_TIME_WAIT; from <<= 1) {
        unsigned visits = any && row->from & from ? fired(model, node, i, from) : 0;
        if (row->from & from && (visits > 0 || row->source == LUCID_FSM_FIG5)) {
            put_edge(out, row, from, visits);
        }
    }
}

void export_dot(struct text *out, const struct model *model, unsigned node) {
    struct fsm_trail trail = fsm_trail_begin(model->log, node);
    fsm_trail_goto(&trail, model->at);
    text_format(out, "// neato -n2 -Tsvg: the states are pinned to the places of RFC 9293, Figure 5.\n");
    text_format(out, "digraph \"%s\" {\n", tlog_node_name(model->log, node));
    text_put(out, "  graph [splines=true, outputorder=edgesfirst];\n"
                  "  node [shape=box, style=\"filled,rounded\", fillcolor=white, fontname=\"DejaVu Sans\", "
                  "fontsize=12];\n"
                  "  edge [fontname=\"DejaVu Sans\", fontsize=9];\n");
    put_states(out, &trail);
    for (unsigned i = 0; lucid_fsm_row(i); i++) {
        put_row(out, model, node, i);
    }
    text_put(out, "}\n");
}

/* ---- tables ---- */

static void put_values(struct text *out, const struct tlog_event *event, uint32_t known, const int64_t *value) {
    text_format(out, "%" PRIu32 ",%" PRIu64, event->i, event->t);
    for (unsigned i = 0; i < LUCID_VARS; i++) {
        text_put_char(out, ',');
        if (known & 1u << i) {
            text_format(out, "%" PRId64, value[i]);
        }
    }
    text_put(out, "\r\n");
}

unsigned export_csv(struct text *out, const struct model *model, unsigned node, uint32_t c) {
    int64_t value[LUCID_VARS] = {0};
    uint32_t known = 0;
    unsigned lines = 0;
    text_put(out, "event,time_ns");
    for (unsigned i = 0; i < LUCID_VARS; i++) {
        text_format(out, ",%s", lucid_variable_name(i));
    }
    text_put(out, "\r\n");
    for (uint32_t n = 1; n <= model->at; n++) {
        const struct tlog_event *event = tlog_at(model->log, n);
        if (event->kind != TLOG_VAR || event->node != node || event->c != c) {
            continue;
        }
        for (unsigned i = 0; i < LUCID_VARS; i++) {
            if (event->u.vars.changed & 1u << i) {
                value[i] = event->u.vars.value[i];
            }
        }
        known |= event->u.vars.changed;
        put_values(out, event, known, value);
        lines++;
    }
    return lines;
}
