/* grid.c: see grid.h. */
#include "lab/grid.h"

#include <stdlib.h>
#include <string.h>

struct grid *grid_new(int width, int height) {
    struct grid *grid = calloc(1, sizeof *grid);
    if (!grid || width <= 0 || height <= 0) {
        free(grid);
        return NULL;
    }
    *grid = (struct grid){width, height, calloc((size_t)width * (size_t)height, sizeof *grid->cell)};
    if (!grid->cell) {
        free(grid);
        return NULL;
    }
    view_fill(grid_whole(grid), GRID_PLAIN, ' ');
    return grid;
}

void grid_free(struct grid *grid) {
    if (grid) {
        free(grid->cell);
        free(grid);
    }
}

struct view grid_whole(struct grid *grid) {
    return (struct view){grid, 0, 0, grid->width, grid->height};
}

static int at_least_0(int value) {
    return value > 0 ? value : 0;
}

struct view view_part(struct view view, int x, int y, int width, int height) {
    if (x < 0) {
        width += x;
        x = 0;
    }
    if (y < 0) {
        height += y;
        y = 0;
    }
    int most_width = at_least_0(view.width - x);
    int most_height = at_least_0(view.height - y);
    return (struct view){view.grid, view.x + x, view.y + y, at_least_0(width < most_width ? width : most_width),
                         at_least_0(height < most_height ? height : most_height)};
}

static struct grid_cell *cell_at(struct view view, int x, int y) {
    if (x < 0 || y < 0 || x >= view.width || y >= view.height) {
        return NULL;
    }
    return &view.grid->cell[(view.y + y) * view.grid->width + view.x + x];
}

/* Writing over one half of a wide character blanks the other. */
static void break_wide(struct view view, int x, int y) {
    struct view whole = grid_whole(view.grid);
    struct grid_cell *cell = cell_at(whole, view.x + x, view.y + y);
    struct grid_cell *left = cell_at(whole, view.x + x - 1, view.y + y);
    struct grid_cell *right = cell_at(whole, view.x + x + 1, view.y + y);
    if (cell && cell->code == 0 && left) {
        left->code = ' ';
    }
    if (cell && right && right->code == 0 && cell->code != 0) {
        right->code = ' ';
    }
}

void view_code(struct view view, int x, int y, unsigned style, uint32_t code) {
    int columns = code_columns(code);
    struct grid_cell *cell = cell_at(view, x, y);
    struct grid_cell *right = cell_at(view, x + 1, y);
    if (!cell || columns == 0) {
        return;
    }
    break_wide(view, x, y);
    if (columns == 2 && !right) {
        code = ' ';
        columns = 1;
    }
    *cell = (struct grid_cell){code, (uint8_t)style};
    if (columns == 2) {
        break_wide(view, x + 1, y);
        *right = (struct grid_cell){0, (uint8_t)style};
    }
}

uint32_t view_code_at(struct view view, int x, int y) {
    const struct grid_cell *cell = cell_at(view, x, y);
    return cell ? cell->code : 0;
}

void view_fill(struct view view, unsigned style, uint32_t code) {
    for (int y = 0; y < view.height; y++) {
        for (int x = 0; x < view.width; x++) {
            view_code(view, x, y, style, code);
        }
    }
}

int view_put(struct view view, int x, int y, unsigned style, const char *utf8) {
    for (uint32_t code; (code = utf8_next(&utf8));) {
        view_code(view, x, y, style, code);
        x += code_columns(code);
    }
    return x;
}

void view_put_right(struct view view, int right, int y, unsigned style, const char *utf8) {
    view_put(view, right - utf8_columns(utf8), y, style, utf8);
}

void view_put_centre(struct view view, int centre, int y, unsigned style, const char *utf8) {
    view_put(view, centre - utf8_columns(utf8) / 2, y, style, utf8);
}

/* Where the line that begins here ends: at a space if there is one, or before or behind a wide character. */
static const char *line_end(const char *from, int columns, const char **next) {
    const char *best = NULL;
    const char *at = from;
    int x = 0;
    while (*at) {
        const char *before = at;
        uint32_t code = utf8_next(&at);
        x += code_columns(code);
        if (x > columns) {
            const char *end = best ? best : before > from ? before : at;
            *next = end + (*end == ' ');
            return end;
        }
        if (code == ' ') {
            best = before;
        } else if (code_columns(code) == 2) {
            best = at;
        }
    }
    *next = at;
    return at;
}

int view_put_lines(struct view view, int x, int y, unsigned style, const char *utf8) {
    int lines = 0;
    if (view.width <= x) {
        return 0;
    }
    while (*utf8) {
        const char *next;
        const char *end = line_end(utf8, view.width - x, &next);
        char line[1024];
        size_t length = (size_t)(end - utf8) < sizeof line - 1 ? (size_t)(end - utf8) : sizeof line - 1;
        memcpy(line, utf8, length);
        line[length] = '\0';
        view_put(view, x, y + lines++, style, line);
        utf8 = next;
    }
    return lines;
}

struct view view_frame(struct view view, unsigned style, const char *title) {
    int right = view.width - 1;
    int bottom = view.height - 1;
    for (int x = 1; x < right; x++) {
        view_code(view, x, 0, style, 0x2500);
        view_code(view, x, bottom, style, 0x2500);
    }
    for (int y = 1; y < bottom; y++) {
        view_code(view, 0, y, style, 0x2502);
        view_code(view, right, y, style, 0x2502);
    }
    view_code(view, 0, 0, style, 0x250c);
    view_code(view, right, 0, style, 0x2510);
    view_code(view, 0, bottom, style, 0x2514);
    view_code(view, right, bottom, style, 0x2518);
    if (title && *title && view.width > 6) {
        struct view top = view_part(view, 2, 0, view.width - 4, 1);
        int end = view_put(top, 1, 0, GRID_TITLE, title);
        view_code(top, 0, 0, GRID_PLAIN, ' ');
        view_code(top, end < top.width ? end : top.width - 1, 0, GRID_PLAIN, ' ');
    }
    return view_part(view, 1, 1, view.width - 2, view.height - 2);
}

void grid_text(const struct grid *grid, bool ascii, struct text *out) {
    for (int y = 0; y < grid->height; y++) {
        const struct grid_cell *line = grid->cell + y * grid->width;
        int width = grid->width;
        while (width > 0 && line[width - 1].code == ' ') {
            width--;
        }
        for (int x = 0; x < width; x++) {
            if (line[x].code) {
                utf8_put(out, ascii ? code_ascii(line[x].code) : line[x].code);
            }
        }
        text_put_char(out, '\n');
    }
}
