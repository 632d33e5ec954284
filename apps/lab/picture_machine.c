/* picture_machine.c: Figure 5 twice, once for each end, with the ways gone and the tokens, as SVG. See picture.h.
 *
 * Places and paths are fsm_layout.def's, arrows the rows of lucid_fsm_row(): solid what Figure 5 draws, dotted what
 * only the text of the RFC says, dashed what is beyond it. What Figure 5 leaves out is there only when it was gone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/trace_text.h"
#include "lab/fsm_layout.h"
#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/picture.h"
#include "lab/svg.h"

#define MARGIN 20.0
#define TOP 96.0

struct machine {
    struct svg *svg;
    const struct stage *stage;
    unsigned end;
    struct fsm_trail trail;
};

/* ---- arrows ---- */

/* The last two points of a path: from where its head comes and where it is. Paths are of M, L, H, V, Q, C. */
static void end_of_path(const char *path, double *x0, double *y0, double *x1, double *y1) {
    char letter = 'M';
    *x0 = *y0 = *x1 = *y1 = 0;
    while (*path) {
        if (strchr("MLHVQC", *path)) {
            letter = *path++;
        }
        double a = 0, b = 0;
        int used = 0;
        if (letter == 'H' || letter == 'V') {
            if (sscanf(path, " %lf%n", &a, &used) < 1) {
                return;
            }
            b = letter == 'H' ? *y1 : a;
            a = letter == 'H' ? a : *x1;
        } else if (sscanf(path, " %lf%*[ ,]%lf%n", &a, &b, &used) < 2) {
            return;
        }
        *x0 = *x1;
        *y0 = *y1;
        *x1 = a;
        *y1 = b;
        path += used + (int)strspn(path + used, " ,");
    }
}

static void draw_head(struct svg *svg, const char *class, const char *path) {
    double x0, y0, x, y;
    char head[160];
    end_of_path(path, &x0, &y0, &x, &y);
    double dx = x - x0, dy = y - y0;
    bool across = dx * dx > dy * dy;
    double sx = dx > 0 ? -1 : 1, sy = dy > 0 ? -1 : 1;
    if (across) {
        snprintf(head, sizeof head, "M%.1f %.1fl%.1f -4l0 8Z", x, y, 8 * sx);
    } else {
        snprintf(head, sizeof head, "M%.1f %.1fl-4 %.1fl8 0Z", x, y, 8 * sy);
    }
    svg_path(svg, class, head);
}

static const char *way_class(unsigned visits, unsigned source) {
    static const char *const classes[3][3] = {
        {"edge", "edge text_edge", "edge ext_edge"},
        {"gone", "gone text_edge", "gone ext_edge"},
        {"gone often", "gone often text_edge", "gone often ext_edge"},
    };
    return classes[visits == 0 ? 0 : visits == 1 ? 1 : 2][source < 3 ? source : 2];
}

/* The source that draws a pair of states boldest: Figure 5 before the text before extensions; -1: no row joins them. */
static int source_of(unsigned from, unsigned to) {
    const struct lucid_fsm_row *row;
    int best = -1;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        if (row->from & from && row->to == to && (best < 0 || row->source < best)) {
            best = row->source;
        }
    }
    return best;
}

/* Two rows, one segment: dotted, since Figure 5 has it in a note only. */
static void draw_compound(const struct machine *machine, const struct fsm_path *path) {
    if (machine->trail.compound[fsm_state_number(path->from)][fsm_state_number(path->to)] == 0) {
        return;
    }
    svg_path(machine->svg, "gone text_edge", path->path);
    draw_head(machine->svg, "head", path->path);
    svg_text(machine->svg, "edge_words", path->x, path->y, SVG_MIDDLE, i18n("machine.two_steps"));
}

static void draw_ways(const struct machine *machine, bool gone) {
    const struct fsm_path *path;
    for (unsigned i = 0; (path = fsm_path(i)); i++) {
        if (path->via) {
            if (gone) {
                draw_compound(machine, path);
            }
            continue;
        }
        unsigned visits = machine->trail.visits[fsm_state_number(path->from)][fsm_state_number(path->to)];
        int source = source_of(path->from, path->to);
        if (source < 0 || (visits > 0) != gone || (visits == 0 && source != LUCID_FSM_FIG5)) {
            continue;
        }
        svg_path(machine->svg, way_class(visits, (unsigned)source), path->path);
        draw_head(machine->svg, visits ? "head" : "head edge_head", path->path);
    }
}

/* "rcv FIN / snd ACK", as Figure 5 says it. */
static void put_event(struct text *out, const char *event) {
    static const char *const words[][2] = {
        {"RCV_ACK_OF_", "rcv ACK of "}, {"RCV_SYN_ACK", "rcv SYN,ACK"}, {"RCV_", "rcv "},
        {"TIMEOUT_", "timeout "},       {"OPEN_ACTIVE", "active OPEN"}, {"OPEN_PASSIVE", "passive OPEN"}};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i][0]);
        if (!strncmp(event, words[i][0], length)) {
            text_put(out, words[i][1]);
            event += length;
            break;
        }
    }
    for (; *event; event++) {
        text_put_char(out, *event == '_' ? ' ' : *event);
    }
}

static void put_sends(struct text *out, const char *actions) {
    for (const char *at = actions; (at = strstr(at, "SEND_")); at++) {
        text_put(out, " / snd ");
        for (const char *name = at + strlen("SEND_"); *name && *name != ' ' && *name != '|'; name++) {
            text_put_char(out, *name == '_' ? ',' : *name);
        }
    }
}

/* What the way last gone was gone for. */
static const struct lucid_fsm_row *last_row(const struct machine *machine, unsigned from, unsigned to) {
    const struct tlog *log = machine->stage->model->log;
    for (uint32_t i = machine->trail.last; i > 0; i--) {
        const struct tlog_event *event = tlog_at(log, i);
        const struct lucid_fsm_row *row = event->kind == TLOG_STATE && event->u.state.row >= 0
                                              ? lucid_fsm_row((unsigned)event->u.state.row)
                                              : NULL;
        if (row && event->node == machine->trail.node && event->u.state.from == from && row->to == to) {
            return row;
        }
    }
    return NULL;
}

static void draw_words(const struct machine *machine) {
    const struct fsm_path *path;
    for (unsigned i = 0; (path = fsm_path(i)); i++) {
        const struct lucid_fsm_row *row = path->via ? NULL : last_row(machine, path->from, path->to);
        if (!row) {
            continue;
        }
        char words[100];
        struct text text = text_fixed(words, sizeof words);
        put_event(&text, row->event);
        put_sends(&text, row->actions);
        bool below = path->y > fsm_size().height - 20; /* under the boxes of the last row */
        svg_text(machine->svg, "edge_words", path->x, below ? path->y + 9 : path->y, SVG_MIDDLE, words);
    }
}

/* ---- states ---- */

static bool was_in(const struct machine *machine, const struct fsm_place *place) {
    int state = fsm_state_number(place->state);
    for (int other = 0; other < FSMVIEW_STATES; other++) {
        bool left = machine->trail.visits[state][other] > 0 && !place->end;
        bool came = machine->trail.visits[other][state] > 0 && (place->state != LUCID_CLOSED || place->end);
        if (left || came) {
            return true;
        }
    }
    return false;
}

static void draw_states(const struct machine *machine) {
    struct fsm_size size = fsm_size();
    const struct fsm_place *place;
    for (unsigned i = 0; (place = fsm_place(i)); i++) {
        svg_rect(machine->svg, was_in(machine, place) ? "state visited" : "state", place->x - size.box_width / 2.0,
                 place->y - size.box_height / 2.0, size.box_width, size.box_height, 4);
        svg_text(machine->svg, "small", place->x, place->y + 4, SVG_MIDDLE, lucid_state_name(place->state));
    }
}

static const struct fsm_place *place_of(const struct model_connection *connection) {
    const struct fsm_place *place;
    const struct fsm_place *found = NULL;
    for (unsigned i = 0; (place = fsm_place(i)); i++) {
        if (place->state == connection->state && (!found || place->end == (connection->born < connection->changed))) {
            found = place;
        }
    }
    return found;
}

/* Shape, letter and colour: a circle at the first end, a square at the second; a listener's is a diamond. */
static void draw_token(const struct machine *machine, const struct model_connection *connection, bool followed) {
    const struct fsm_place *place = place_of(connection);
    struct fsm_size size = fsm_size();
    struct svg *svg = machine->svg;
    const char *class = machine->end ? "second" : "first";
    if (!place) {
        return;
    }
    /* At a corner: arrows come in the middle of the sides. */
    double x = place->x - size.box_width / 2.0, y = place->y - size.box_height / 2.0;
    if (followed) {
        char here[40];
        snprintf(here, sizeof here, "%s here", class);
        svg_rect(svg, here, x, y, size.box_width, size.box_height, 4);
        svg_text(svg, "bold", place->x, place->y + 4.5, SVG_MIDDLE, lucid_state_name(place->state));
    }
    char path[100];
    if (connection->listener) {
        snprintf(path, sizeof path, "M%.1f %.1fl9 -9l9 9l-9 9Z", x - 9, y);
        char head[40];
        snprintf(head, sizeof head, "%s head", class);
        svg_path(svg, head, path);
    } else if (machine->end) {
        svg_rect(svg, class, x - 8, y - 8, 16, 16, 0);
    } else {
        svg_circle(svg, class, x, y, 9);
    }
    svg_text(svg, "token", x, y + 4, SVG_MIDDLE,
             tlog_node_name(machine->stage->model->log, machine->stage->node[machine->end]));
}

static void draw_tokens(const struct machine *machine) {
    const struct model_node *node = &machine->stage->model->node[machine->stage->node[machine->end]];
    uint32_t c = machine->stage->c[machine->end];
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < node->connections; i++) {
            const struct model_connection *connection = &node->connection[i];
            bool followed = connection->c == c;
            if (followed == (pass == 1) && connection->state && (!connection->gone || followed)) {
                draw_token(machine, connection, followed);
            }
        }
    }
}

/* ---- the whole ---- */

static void head_line(struct text *out, const struct stage *stage, unsigned end) {
    const struct model_connection *connection = stage_connection(stage, end);
    text_format(out, "%s %s", end ? "■" : "●", tlog_node_name(stage->model->log, stage->node[end]));
    if (connection) {
        text_put_char(out, ' ');
        trace_text_end(out, &connection->local);
        text_format(out, "  %s", connection->state ? lucid_state_name(connection->state) : "-");
    }
}

static void describe(struct text *out, const struct stage *stage) {
    char time[40];
    struct text text = text_fixed(time, sizeof time);
    narrate_time(&text, stage->model->now);
    i18n_put(out, "picture.machines.desc", time, NULL);
    for (unsigned end = 0; end < 2; end++) {
        text_put_char(out, ' ');
        head_line(out, stage, end);
        text_put_char(out, '.');
    }
}

static void draw_machine(struct svg *svg, const struct stage *stage, unsigned end) {
    struct machine machine = {svg, stage, end, fsm_trail_begin(stage->model->log, stage->node[end])};
    char head[160];
    struct text text = text_fixed(head, sizeof head);
    fsm_trail_goto(&machine.trail, stage->model->at);
    head_line(&text, stage, end);
    svg_text(svg, end ? "second bold" : "first bold", fsm_size().width / 2.0, -14, SVG_MIDDLE, head);
    draw_ways(&machine, false);
    draw_ways(&machine, true);
    draw_states(&machine);
    draw_words(&machine);
    draw_tokens(&machine);
}

int picture_machines(struct text *out, const struct stage *stage) {
    struct fsm_size size = fsm_size();
    char title[300], line[1400];
    struct text text = text_fixed(title, sizeof title);
    picture_title(&text, stage->model->log, "picture.machines");
    struct text description = text_growing();
    describe(&description, stage);
    double width = 2 * size.width + 3 * MARGIN;
    struct svg svg = svg_begin(out, width, size.height + TOP + 58, title, description.data ? description.data : "");
    svg_text(&svg, "title", MARGIN, 30, SVG_START, title);
    text = text_fixed(line, sizeof line);
    uint32_t n = stage->model->at;
    if (n > 0) {
        narrate_event(&text, stage->model, tlog_at(stage->model->log, n));
    }
    svg_text(&svg, "subtitle", MARGIN, 50, SVG_START, line);
    for (unsigned end = 0; end < 2; end++) {
        svg_open(&svg, MARGIN + end * (size.width + MARGIN), TOP, 0);
        draw_machine(&svg, stage, end);
        svg_close(&svg);
    }
    svg_text(&svg, "small", MARGIN, size.height + TOP + 36, SVG_START, i18n("picture.machines.legend"));
    svg_end(&svg);
    text_free(&description);
    return 0;
}
