/* picture_window.c: the send and receive sequence spaces of both ends, RFC 9293 Figures 3 and 4 with numbers, as SVG.
 * And the title that all pictures have. See picture.h.
 */
#include <inttypes.h>
#include <stdio.h>

#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/picture.h"
#include "lab/svg.h"

#define WIDTH 900.0
#define LEFT 150.0
#define RIGHT 40.0
#define TOP 70.0
#define STEP 92.0

void picture_title(struct text *out, const struct tlog *log, const char *what) {
    char title[200];
    struct text text = text_fixed(title, sizeof title);
    narrate_title(&text, log);
    text_format(out, "%s: %s", i18n(what), title);
}

static int64_t value_of(const struct model_connection *connection, unsigned variable) {
    return connection->known & 1u << variable ? connection->value[variable] : 0;
}

static int64_t relative(bool known, uint32_t first, int64_t value) {
    return known ? (int32_t)((uint32_t)value - first) : value;
}

/* A border of the bar with its name above and its number below. */
static void draw_mark(struct svg *svg, double x, double y, const char *name, int64_t number) {
    char words[40];
    snprintf(words, sizeof words, "%" PRId64, number);
    svg_line(svg, "edge_of", x, y - 6, x, y + 34);
    svg_text(svg, "small", x, y - 10, SVG_MIDDLE, name);
    svg_text(svg, "small mono", x, y + 47, SVG_MIDDLE, words);
}

/* Parts of the bar in proportion, but none thinner than its border marks can be read. */
static void widths_of(const int64_t *part, unsigned count, double width, double *out) {
    double whole = 0, left = width;
    unsigned thin = 0;
    for (unsigned i = 0; i < count; i++) {
        whole += (double)part[i];
    }
    for (unsigned i = 0; i < count; i++) {
        out[i] = whole > 0 ? (double)part[i] / whole * width : 0;
        if (part[i] > 0 && out[i] < 70) {
            out[i] = 70;
            left -= 70;
            thin++;
        }
    }
    double wide = 0;
    for (unsigned i = 0; i < count; i++) {
        wide += out[i] > 70 ? out[i] : 0;
    }
    for (unsigned i = 0; thin > 0 && wide > 0 && i < count; i++) {
        out[i] = out[i] > 70 ? out[i] / wide * left : out[i];
    }
}

static void draw_bar(struct svg *svg, double y, const char *const *classes, const char *const *keys,
                     const double *width, unsigned count) {
    double x = LEFT + 70;
    for (unsigned i = 0; i < count; i++) {
        svg_rect(svg, classes[i], x, y, width[i], 28, 0);
        const char *words = i18n(keys[i]);
        if (svg_text_width(words, 11) < width[i] - 6) {
            svg_text(svg, "small", x + width[i] / 2, y + 18, SVG_MIDDLE, words);
        }
        x += width[i];
    }
}

static void draw_send(struct svg *svg, double y, const struct model_connection *connection) {
    static const char *const classes[] = {"flight", "usable", "beyond"};
    static const char *const keys[] = {"picture.flight", "picture.usable", "picture.beyond"};
    int64_t una = value_of(connection, LUCID_VAR_SND_UNA);
    int64_t nxt = value_of(connection, LUCID_VAR_SND_NXT);
    int64_t window = value_of(connection, LUCID_VAR_SND_WND);
    int64_t cwnd = value_of(connection, LUCID_VAR_CWND);
    int64_t flight = (int32_t)((uint32_t)nxt - (uint32_t)una);
    int64_t allowed = cwnd > 0 && cwnd < window ? cwnd : window;
    int64_t part[] = {flight, allowed > flight ? allowed - flight : 0,
                      window > (allowed > flight ? allowed : flight) ? window - (allowed > flight ? allowed : flight)
                                                                     : 0};
    double width[3];
    widths_of(part, 3, WIDTH - LEFT - RIGHT - 120, width);
    svg_text(svg, "small", LEFT + 64, y + 18, SVG_END, i18n("picture.acknowledged"));
    draw_bar(svg, y, classes, keys, width, 3);
    int64_t first = relative(connection->iss_known, connection->iss, una);
    double x = LEFT + 70;
    draw_mark(svg, x, y, "SND.UNA", first);
    if (width[0] > 0) {
        draw_mark(svg, x + width[0], y, "SND.NXT", first + flight);
    }
    if (width[2] > 0 && width[1] > 0) {
        draw_mark(svg, x + width[0] + width[1], y, "UNA+cwnd", first + allowed);
    }
    draw_mark(svg, x + width[0] + width[1] + width[2], y, "UNA+WND", first + window);
}

static void draw_receive(struct svg *svg, double y, const struct model_connection *connection) {
    static const char *const classes[] = {"unread", "usable"};
    static const char *const keys[] = {"picture.unread", "picture.window"};
    int64_t unread = value_of(connection, LUCID_VAR_RECEIVE_QUEUE);
    int64_t window = value_of(connection, LUCID_VAR_RCV_WND);
    int64_t next = relative(connection->irs_known, connection->irs, value_of(connection, LUCID_VAR_RCV_NXT));
    int64_t part[] = {unread, window};
    double width[2];
    widths_of(part, 2, WIDTH - LEFT - RIGHT - 120, width);
    svg_text(svg, "small", LEFT + 64, y + 18, SVG_END, i18n("picture.read"));
    draw_bar(svg, y, classes, keys, width, 2);
    double x = LEFT + 70;
    draw_mark(svg, x + width[0], y, "RCV.NXT", next);
    draw_mark(svg, x + width[0] + width[1], y, "NXT+WND", next + window);
}

static void draw_end(struct svg *svg, const struct stage *stage, unsigned end, double *y) {
    const struct model_connection *connection = stage_connection(stage, end);
    if (!connection || connection->listener || connection->known == 0) {
        return;
    }
    for (unsigned way = 0; way < 2; way++) {
        char name[60];
        const char *node = tlog_node_name(stage->model->log, stage->node[end]);
        snprintf(name, sizeof name, "%s %s %s", end ? "■" : "●", node,
                 i18n(way ? "picture.receives" : "picture.sends"));
        svg_text(svg, end ? "second bold" : "first bold", 14, *y + 18, SVG_START, name);
        (way ? draw_receive : draw_send)(svg, *y, connection);
        *y += STEP;
    }
}

int picture_windows(struct text *out, const struct stage *stage) {
    char title[300], time[40], description[300];
    struct text text = text_fixed(title, sizeof title);
    picture_title(&text, stage->model->log, "picture.windows");
    text = text_fixed(time, sizeof time);
    narrate_time(&text, stage->model->now);
    text = text_fixed(description, sizeof description);
    i18n_put(&text, "picture.windows.desc", time, NULL);
    struct svg svg = svg_begin(out, WIDTH, TOP + 4 * STEP + 10, title, description);
    svg_text(&svg, "title", 14, 34, SVG_START, title);
    double y = TOP + 10;
    draw_end(&svg, stage, 0, &y);
    draw_end(&svg, stage, 1, &y);
    svg_end(&svg);
    return 0;
}
