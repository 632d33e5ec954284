/* fsmview.c: see fsmview.h. First the lines, then the names over them, then the tokens. */
#include "lab/fsmview.h"

#include <stdlib.h>
#include <string.h>

#include "lab/fsm_layout.h"
#include "lab/i18n.h"

/* ---- where things stand ---- */

struct sheet {
    struct view view;
    int pitch; /* lines from one row of states to the next */
    int centre[3];
    uint8_t *line; /* per cell: bits of the four directions; thin below, heavy above */
};

enum { NORTH = 1, EAST = 2, SOUTH = 4, WEST = 8, HEAVY = 16 };

static struct sheet sheet_of(struct view view) {
    struct sheet sheet = {.view = view, .pitch = 1};
    while (sheet.pitch < 4 && view.height >= 6 * (sheet.pitch + 1) + 1) {
        sheet.pitch++;
    }
    int w = view.width;
    sheet.centre[0] = w / 6 > 6 ? w / 6 : 6;
    sheet.centre[1] = w / 2 + (w < 36);
    sheet.centre[2] = w < 36 ? w - 5 : w - sheet.centre[0] - 1;
    return sheet;
}

static int line_of(const struct sheet *sheet, const struct fsm_place *place) {
    return place->row * sheet->pitch;
}

/* The first column of a name: around its centre, but inside the view, with room for tokens on both sides. */
static int name_at(const struct sheet *sheet, const struct fsm_place *place) {
    int length = (int)strlen(lucid_state_name(place->state));
    int x = sheet->centre[place->column] - length / 2;
    if (x + length > sheet->view.width - 1) {
        x = sheet->view.width - 1 - length;
    }
    return x < 1 ? 1 : x;
}

static const struct fsm_place *find_place(unsigned state, bool end) {
    const struct fsm_place *found = NULL;
    const struct fsm_place *place;
    for (unsigned i = 0; (place = fsm_place(i)); i++) {
        if (place->state == state && (!found || place->end == end)) {
            found = place;
        }
    }
    return found;
}

static bool occupied(int column, int row) {
    const struct fsm_place *place;
    for (unsigned i = 0; (place = fsm_place(i)); i++) {
        if (place->column == column && place->row == row) {
            return true;
        }
    }
    return false;
}

/* ---- lines ---- */

static void mark(const struct sheet *sheet, int x, int y, int bits) {
    if (x >= 0 && y >= 0 && x < sheet->view.width && y < sheet->view.height) {
        sheet->line[y * sheet->view.width + x] |= (uint8_t)bits;
    }
}

static void run_across(const struct sheet *sheet, int x0, int x1, int y, int heavy) {
    int left = x0 < x1 ? x0 : x1;
    int right = x0 < x1 ? x1 : x0;
    for (int x = left; x < right; x++) {
        mark(sheet, x, y, EAST | heavy);
        mark(sheet, x + 1, y, WEST | heavy);
    }
}

static void run_down(const struct sheet *sheet, int x, int y0, int y1, int heavy) {
    int top = y0 < y1 ? y0 : y1;
    int bottom = y0 < y1 ? y1 : y0;
    for (int y = top; y < bottom; y++) {
        mark(sheet, x, y, SOUTH | heavy);
        mark(sheet, x, y + 1, NORTH | heavy);
    }
}

/* Whether states stand between, on the way that goes across in this row and down or up in that column. */
static bool is_free(const struct fsm_place *from, const struct fsm_place *to, int row, int column) {
    const struct fsm_place *across_from = from->row == row ? from : to;
    int step = column > across_from->column ? 1 : -1;
    for (int c = across_from->column + step; c != column + step; c += step) {
        if (occupied(c, row)) {
            return false;
        }
    }
    const struct fsm_place *down_to = across_from == from ? to : from;
    int way = down_to->row > row ? 1 : -1;
    for (int r = row + way; r != down_to->row; r += way) {
        if (occupied(column, r)) {
            return false;
        }
    }
    return true;
}

/* Where a line comes to its end: the cell beside the target's name, and the head there. */
struct head {
    int x, y;
    uint32_t code;
};

static struct head head_of(const struct sheet *sheet, const struct fsm_place *from, const struct fsm_place *to,
                           bool across) {
    struct head head = {sheet->centre[to->column], line_of(sheet, to), 0};
    if (across) {
        bool right = to->column > from->column;
        int length = (int)strlen(lucid_state_name(to->state));
        int before = name_at(sheet, from) + (int)strlen(lucid_state_name(from->state));
        int gap = from->row == to->row && right ? name_at(sheet, to) - before : 9;
        head.x = right ? name_at(sheet, to) - (gap > 3 ? 2 : 1) : name_at(sheet, to) + length + 1;
        head.code = right ? 0x25b6 : 0x25c0;
        return head;
    }
    bool down = to->row > from->row;
    head.y += down ? -1 : 1;
    head.code = down ? 0x25bc : 0x25b2;
    return head;
}

/* One line with at most one corner; across in the upper of both rows if nothing stands there. */
static struct head draw_way(const struct sheet *sheet, const struct fsm_place *from, const struct fsm_place *to,
                            int heavy) {
    const int *centre = sheet->centre;
    if (from->column == to->column) {
        run_down(sheet, centre[from->column], line_of(sheet, from), line_of(sheet, to), heavy);
        return head_of(sheet, from, to, false);
    }
    if (from->row == to->row) {
        run_across(sheet, centre[from->column], centre[to->column], line_of(sheet, from), heavy);
        return head_of(sheet, from, to, true);
    }
    const struct fsm_place *upper = from->row < to->row ? from : to;
    const struct fsm_place *lower = upper == from ? to : from;
    bool above = is_free(from, to, upper->row, lower->column);
    const struct fsm_place *across = above ? upper : lower;
    const struct fsm_place *down = above ? lower : upper;
    run_across(sheet, centre[across->column], centre[down->column], line_of(sheet, across), heavy);
    run_down(sheet, centre[down->column], line_of(sheet, across), line_of(sheet, down), heavy);
    return head_of(sheet, from, to, across == to);
}

static unsigned visits_of(const struct fsmview_end *ends, unsigned count, unsigned from, unsigned to) {
    unsigned visits = 0;
    for (unsigned i = 0; i < count; i++) {
        visits += ends[i].trail->visits[fsm_state_number(from)][fsm_state_number(to)];
    }
    return visits;
}

struct drawn {
    unsigned heads;
    struct head head[64];
    bool heavy[64];
};

static void draw_row(const struct sheet *sheet, const struct fsmview_end *ends, unsigned count,
                     const struct lucid_fsm_row *row, struct drawn *drawn) {
    for (unsigned from = LUCID_CLOSED; from <= LUCID_TIME_WAIT; from <<= 1) {
        if (!(row->from & from) || row->to == from) {
            continue;
        }
        const struct fsm_place *source = find_place(from, false);
        const struct fsm_place *target = find_place(row->to, source->row > 2);
        bool heavy = visits_of(ends, count, from, row->to) > 0;
        struct head head = draw_way(sheet, source, target, heavy ? HEAVY : 0);
        if (drawn->heads < 64) {
            drawn->heavy[drawn->heads] = heavy;
            drawn->head[drawn->heads++] = head;
        }
    }
}

/* Ways share heads: those that were gone come last. */
static void paint_heads(const struct sheet *sheet, const struct drawn *drawn, bool heavy) {
    for (unsigned i = 0; i < drawn->heads; i++) {
        const struct head *head = &drawn->head[i];
        if (drawn->heavy[i] == heavy) {
            view_code(sheet->view, head->x, head->y, heavy ? GRID_PLAIN : GRID_FRAME, head->code);
        }
    }
}

static void paint_lines(const struct sheet *sheet, const struct drawn *drawn) {
    static const uint16_t thin[16] = {' ',    0x2502, 0x2500, 0x2514, 0x2502, 0x2502, 0x250c, 0x251c,
                                      0x2500, 0x2518, 0x2500, 0x2534, 0x2510, 0x2524, 0x252c, 0x253c};
    static const uint16_t heavy[16] = {' ',    0x2503, 0x2501, 0x2517, 0x2503, 0x2503, 0x250f, 0x2523,
                                       0x2501, 0x251b, 0x2501, 0x253b, 0x2513, 0x252b, 0x2533, 0x254b};
    for (int y = 0; y < sheet->view.height; y++) {
        for (int x = 0; x < sheet->view.width; x++) {
            uint8_t line = sheet->line[y * sheet->view.width + x];
            if (line & 15) {
                bool gone = line & HEAVY;
                view_code(sheet->view, x, y, gone ? GRID_PLAIN : GRID_FRAME, (gone ? heavy : thin)[line & 15]);
            }
        }
    }
    paint_heads(sheet, drawn, false);
    paint_heads(sheet, drawn, true);
}

static void draw_machine(struct sheet *sheet, const struct fsmview_end *ends, unsigned count) {
    struct drawn drawn = {0};
    const struct lucid_fsm_row *row;
    sheet->line = calloc((size_t)sheet->view.width * (size_t)sheet->view.height, 1);
    if (!sheet->line) {
        return;
    }
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        if (row->source == LUCID_FSM_FIG5) {
            draw_row(sheet, ends, count, row, &drawn);
        }
    }
    paint_lines(sheet, &drawn);
    free(sheet->line);
}

/* ---- names and tokens ---- */

static bool was_visited(const struct fsmview_end *ends, unsigned count, const struct fsm_place *place) {
    int state = fsm_state_number(place->state);
    for (unsigned i = 0; i < count; i++) {
        for (int other = 0; other < FSMVIEW_STATES; other++) {
            bool left = ends[i].trail->visits[state][other] > 0 && !place->end;
            bool came = ends[i].trail->visits[other][state] > 0 && (place->state != LUCID_CLOSED || place->end);
            if (left || came) {
                return true;
            }
        }
    }
    return false;
}

static void paint_names(const struct sheet *sheet, const struct fsmview_end *ends, unsigned count) {
    const struct fsm_place *place;
    for (unsigned i = 0; (place = fsm_place(i)); i++) {
        const char *name = lucid_state_name(place->state);
        int x = name_at(sheet, place);
        int y = line_of(sheet, place);
        bool visited = was_visited(ends, count, place);
        uint32_t before = view_code_at(sheet->view, x - 1, y);
        if (before != 0x25b6) {
            view_code(sheet->view, x - 1, y, GRID_QUIET, visited ? 0xb7 : ' ');
        }
        if (view_code_at(sheet->view, x + (int)strlen(name), y) != 0x25b6) {
            view_code(sheet->view, x + (int)strlen(name), y, GRID_QUIET, ' ');
        }
        view_put(sheet->view, x, y, visited ? GRID_PLAIN : GRID_QUIET, name);
    }
}

/* The followed connection has a filled token and turns the name's colours round; others are hollow, and so is a state
 * of a kernel's that nobody has seen. */
static void paint_token(const struct sheet *sheet, const struct fsmview_end *end, unsigned count,
                        const struct model_connection *connection) {
    static const uint32_t filled[2] = {0x25cf, 0x25a0};
    static const uint32_t hollow[2] = {0x25cb, 0x25a1};
    bool followed = connection->c == end->c;
    if ((connection->gone && !followed) || connection->state == 0) {
        return;
    }
    const struct fsm_place *place = find_place(connection->state, connection->born < connection->changed);
    int x = name_at(sheet, place);
    int y = line_of(sheet, place);
    const char *name = lucid_state_name(connection->state);
    unsigned style = (end->side ? GRID_SECOND : GRID_FIRST) | GRID_BOLD;
    bool right = count > 1 && end->side == 1;
    uint32_t code = connection->listener                ? 0x25c6
                    : followed && !end->trail->inferred ? filled[end->side]
                                                        : hollow[end->side];
    view_code(sheet->view, right ? x + (int)strlen(name) : x - 1, y, style, code);
    if (followed) {
        view_put(sheet->view, x, y, style | GRID_REVERSE, name);
    }
}

static void paint_tokens(const struct sheet *sheet, const struct model *model, const struct fsmview_end *end,
                         unsigned count) {
    const struct model_node *node = &model->node[end->trail->node];
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < node->connections; i++) {
            if ((node->connection[i].c == end->c) == (pass == 1)) {
                paint_token(sheet, end, count, &node->connection[i]);
            }
        }
    }
}

/* ---- what Figure 5 does not draw ---- */

static bool is_drawn(unsigned from, unsigned to) {
    const struct lucid_fsm_row *row;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        if (row->source == LUCID_FSM_FIG5 && row->from & from && row->to == to) {
            return true;
        }
    }
    return false;
}

static int paint_compound(const struct sheet *sheet, const struct fsmview_end *ends, unsigned count, int y) {
    for (int from = 0; from < FSMVIEW_STATES; from++) {
        for (int to = 0; to < FSMVIEW_STATES && y < sheet->view.height; to++) {
            unsigned visits = 0;
            for (unsigned i = 0; i < count; i++) {
                visits += ends[i].trail->compound[from][to];
            }
            if (visits > 0) {
                int x = view_put(sheet->view, 1, y, GRID_PLAIN, lucid_state_name(1u << from));
                x = view_put(sheet->view, x + 1, y, GRID_PLAIN, "\xe2\x94\x84\xe2\x96\xb6");
                x = view_put(sheet->view, x + 1, y, GRID_PLAIN, lucid_state_name(1u << to));
                view_put(sheet->view, x + 1, y++, GRID_QUIET, i18n("machine.two_steps"));
            }
        }
    }
    return y;
}

static void paint_undrawn(const struct sheet *sheet, const struct fsmview_end *ends, unsigned count) {
    int y = 6 * sheet->pitch + 1;
    y = paint_compound(sheet, ends, count, y);
    for (int from = 0; from < FSMVIEW_STATES && y < sheet->view.height; from++) {
        for (int to = 0; to < FSMVIEW_STATES && y < sheet->view.height; to++) {
            if (visits_of(ends, count, 1u << from, 1u << to) == 0 || is_drawn(1u << from, 1u << to)) {
                continue;
            }
            int x = view_put(sheet->view, 1, y, GRID_PLAIN, lucid_state_name(1u << from));
            x = view_put(sheet->view, x + 1, y, GRID_PLAIN, "\xe2\x94\x84\xe2\x94\x84\xe2\x96\xb6");
            view_put(sheet->view, x + 1, y++, GRID_PLAIN, lucid_state_name(1u << to));
        }
    }
}

void fsmview_paint(struct view view, const struct model *model, const struct fsmview_end *ends, unsigned count) {
    struct sheet sheet = sheet_of(view);
    if (sheet.pitch > 1 && view.width >= FSMVIEW_WIDTH) {
        draw_machine(&sheet, ends, count);
    }
    paint_names(&sheet, ends, count);
    for (unsigned i = 0; i < count; i++) {
        paint_tokens(&sheet, model, &ends[i], count);
    }
    paint_undrawn(&sheet, ends, count);
}
