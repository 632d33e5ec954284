/* picture_plot.c: plots over time as SVG: windows, round-trip times, sequence numbers. See picture.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/picture.h"
#include "lab/svg.h"

#define WIDTH 900.0
#define HEIGHT 420.0
#define LEFT 86.0
#define RIGHT 24.0
#define TOP 64.0
#define BOTTOM 62.0

/* Of a plot, at most. */
#define LINES 4

struct plot {
    struct svg svg;
    uint64_t from, to;
    double top;
    bool times; /* the values are nanoseconds */
};

/* LIMIT: a line that is left out where it is far above all others, which would be flat. */
enum shape { LINE, AREA, SAMPLES, LIMIT };

static const struct {
    const char *name, *title;
    struct {
        int variable; /* -1: no more */
        const char *class, *label;
        uint8_t shape; /* of enum shape */
    } line[LINES];
} plots[PICTURE_PLOTS] = {
    [PLOT_WINDOWS] = {"cwnd",
                      "picture.plot.windows",
                      {{LUCID_VAR_FLIGHT, "area", "flight", AREA},
                       {LUCID_VAR_SSTHRESH, "threshold", "ssthresh", LINE},
                       {LUCID_VAR_CWND, "first", "cwnd", LINE},
                       {LUCID_VAR_SND_WND, "second dashed", "SND.WND", LIMIT}}},
    [PLOT_TIMES] = {"rtt",
                    "picture.plot.times",
                    {{LUCID_VAR_RTT, "visited", "RTT", SAMPLES},
                     {LUCID_VAR_RTO, "threshold", "RTO", LINE},
                     {LUCID_VAR_SRTT, "first", "SRTT", LINE},
                     {LUCID_VAR_RTTVAR, "second dashed", "RTTVAR", LINE}}},
    [PLOT_SEQUENCE] = {"sequence",
                       "picture.plot.sequence",
                       {{LUCID_VAR_SND_NXT, "first", "SND.NXT", LINE},
                        {LUCID_VAR_SND_UNA, "second dashed", "SND.UNA", LINE},
                        {-1, "", "", LINE}}},
};

const char *picture_plot_name(enum picture_plot plot) {
    return plot < PICTURE_PLOTS ? plots[plot].name : "?";
}

/* ---- axes ---- */

static double x_of(const struct plot *plot, uint64_t t) {
    double part = plot->to > plot->from ? (double)(t - plot->from) / (double)(plot->to - plot->from) : 0;
    return LEFT + part * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct plot *plot, double value) {
    double part = value / plot->top;
    return HEIGHT - BOTTOM - (part > 1 ? 1 : part) * (HEIGHT - TOP - BOTTOM);
}

/* 1, 2 or 5 times a power of ten, so that there are four to ten steps. */
static double step_of(double range) {
    double step = 1e-12;
    while (step * 100 < range) {
        step *= 10;
    }
    return range / step > 50 ? step * 10 : range / step > 25 ? step * 5 : range / step > 10 ? step * 2.5 : step;
}

static void put_value(struct text *out, const struct plot *plot, double value) {
    if (plot->times) {
        text_format(out, value >= 1e9 ? "%.3g s" : "%.4g ms", value >= 1e9 ? value / 1e9 : value / 1e6);
        return;
    }
    text_format(out, "%.0f", value);
}

static void draw_axes(struct plot *plot) {
    struct svg *svg = &plot->svg;
    char words[60];
    double step = step_of(plot->top);
    for (double value = 0; value <= plot->top * 1.0001; value += step) {
        struct text text = text_fixed(words, sizeof words);
        put_value(&text, plot, value);
        svg_line(svg, "grid", LEFT, y_of(plot, value), WIDTH - RIGHT, y_of(plot, value));
        svg_text(svg, "small", LEFT - 8, y_of(plot, value) + 4, SVG_END, words);
    }
    double seconds = (double)(plot->to - plot->from) / 1e9;
    double first = (double)plot->from / 1e9;
    double tick = step_of(seconds);
    for (double at = 0; at <= seconds * 1.0001; at += tick) {
        double x = LEFT + at / (seconds > 0 ? seconds : 1) * (WIDTH - LEFT - RIGHT);
        snprintf(words, sizeof words, "%.4g", first + at);
        svg_line(svg, "axis", x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 5);
        svg_text(svg, "small", x, HEIGHT - BOTTOM + 18, SVG_MIDDLE, words);
    }
    svg_line(svg, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
    svg_line(svg, "axis", LEFT, TOP, LEFT, HEIGHT - BOTTOM);
    svg_text(svg, "small", WIDTH - RIGHT, HEIGHT - BOTTOM + 34, SVG_END, i18n("picture.seconds"));
    if (!plot->times) {
        svg_text(svg, "small", LEFT - 8, TOP - 8, SVG_END, i18n("picture.octets"));
    }
}

/* ---- lines ---- */

/* A step keeps the value until it changes. Of all that lies in half a pixel the highest, the lowest and the last are
 * drawn: no peak is lost, and a long run makes no long file. */
struct steps {
    double x, y, high, low;
    bool begun;
};

static void end_bucket(struct svg *svg, const struct steps *steps) {
    svg_point(svg, steps->x, steps->high);
    svg_point(svg, steps->x, steps->low);
    svg_point(svg, steps->x, steps->y);
}

static void add_step(struct svg *svg, struct steps *steps, double x, double y) {
    if (steps->begun && x - steps->x < 0.5) {
        steps->high = y < steps->high ? y : steps->high;
        steps->low = y > steps->low ? y : steps->low;
        steps->y = y;
        return;
    }
    if (steps->begun) {
        end_bucket(svg, steps);
        svg_point(svg, x, steps->y);
    }
    *steps = (struct steps){x, y, y, y, true};
}

static void draw_points(struct plot *plot, const struct plot_series *series) {
    struct steps steps = {0};
    for (unsigned i = 0; i < series->count && series->point[i].t <= plot->to; i++) {
        if (series->point[i].value >= 0) {
            add_step(&plot->svg, &steps, x_of(plot, series->point[i].t), y_of(plot, (double)series->point[i].value));
        }
    }
    if (steps.begun) {
        end_bucket(&plot->svg, &steps);
        svg_point(&plot->svg, WIDTH - RIGHT, steps.y);
    }
}

static void draw_steps(struct plot *plot, const struct plot_series *series, const char *class) {
    svg_points_begin(&plot->svg, class);
    draw_points(plot, series);
    svg_points_end(&plot->svg);
}

static void draw_area(struct plot *plot, const struct plot_series *series) {
    text_format(plot->svg.out, "<polygon class=\"area\" points=\"%.1f,%.1f ", LEFT, HEIGHT - BOTTOM);
    draw_points(plot, series);
    svg_point(&plot->svg, WIDTH - RIGHT, HEIGHT - BOTTOM);
    svg_points_end(&plot->svg);
}

/* One dot for each measurement; of those nearer than two pixels one. */
static void draw_samples(struct plot *plot, const struct plot_series *series, const char *class) {
    double before = -9;
    for (unsigned i = 0; i < series->count && series->point[i].t <= plot->to; i++) {
        double x = x_of(plot, series->point[i].t);
        if (series->point[i].value > 0 && x - before >= 2) {
            svg_circle(&plot->svg, class, x, y_of(plot, (double)series->point[i].value), 2.2);
            before = x;
        }
    }
}

static void draw_cross(struct svg *svg, double x, double y) {
    svg_line(svg, "lost", x - 4, y - 4, x + 4, y + 4);
    svg_line(svg, "lost", x - 4, y + 4, x + 4, y - 4);
}

/* A segment that goes out again is not measured (RFC 6298 section 3): a cross on the axis, where that was given up. */
static void draw_crosses(struct plot *plot, const struct model *model, unsigned node, uint32_t c) {
    struct plot_series crosses = plot_crosses_of(model->log, node, c, model->at);
    for (unsigned i = 0; i < crosses.count && crosses.point[i].t <= plot->to; i++) {
        draw_cross(&plot->svg, x_of(plot, crosses.point[i].t), HEIGHT - BOTTOM - 6);
    }
    free(crosses.point);
}

/* ---- data ---- */

static double peak_of(const struct plot_series *series) {
    int64_t peak = 0;
    for (unsigned i = 0; i < series->count; i++) {
        peak = series->point[i].value > peak ? series->point[i].value : peak;
    }
    return (double)peak;
}

static void draw_legend(struct plot *plot, enum picture_plot kind, const struct plot_series *series) {
    double x = LEFT;
    for (unsigned i = 0; i < LINES && plots[kind].line[i].variable >= 0; i++) {
        double y = HEIGHT - 18;
        if (series[i].count == 0) {
            continue;
        }
        if (plots[kind].line[i].shape == SAMPLES) {
            svg_circle(&plot->svg, plots[kind].line[i].class, x + 13, y - 4, 2.2);
        } else if (plots[kind].line[i].shape == AREA) {
            svg_rect(&plot->svg, "area", x, y - 10, 26, 12, 0);
        } else {
            svg_line(&plot->svg, plots[kind].line[i].class, x, y - 4, x + 26, y - 4);
        }
        svg_text(&plot->svg, "small", x + 32, y, SVG_START, plots[kind].line[i].label);
        x += 130;
    }
    if (plot->times) {
        draw_cross(&plot->svg, x + 20, HEIGHT - 22);
        svg_text(&plot->svg, "small", x + 32, HEIGHT - 18, SVG_START, i18n("picture.plot.karn"));
    }
}

static void describe(struct text *out, const struct plot *plot, const struct model *model, unsigned node,
                     enum picture_plot kind) {
    char from[40], to[40], top[60];
    struct text text = text_fixed(from, sizeof from);
    narrate_time(&text, plot->from);
    text = text_fixed(to, sizeof to);
    narrate_time(&text, plot->to);
    text = text_fixed(top, sizeof top);
    put_value(&text, plot, plot->top / 1.08);
    i18n_put(out, "picture.plot.desc", i18n(plots[kind].title), tlog_node_name(model->log, node), from, to, top, NULL);
}

static void draw_plot(struct text *out, struct plot *plot, const struct model *model, unsigned node, uint32_t c,
                      enum picture_plot kind, struct plot_series *series) {
    char title[300], node_and_c[60];
    struct text text = text_fixed(title, sizeof title);
    picture_title(&text, model->log, plots[kind].title);
    snprintf(node_and_c, sizeof node_and_c, ", %s c%" PRIu32, tlog_node_name(model->log, node), c);
    text_put(&text, node_and_c);
    char description[600];
    struct text words = text_fixed(description, sizeof description);
    describe(&words, plot, model, node, kind);
    plot->svg = svg_begin(out, WIDTH, HEIGHT, title, description);
    svg_text(&plot->svg, "title", 14, 34, SVG_START, title);
    draw_axes(plot);
    for (unsigned i = 0; i < LINES && plots[kind].line[i].variable >= 0; i++) {
        if (plots[kind].line[i].shape == AREA) {
            draw_area(plot, &series[i]);
        } else if (plots[kind].line[i].shape == SAMPLES) {
            draw_samples(plot, &series[i], plots[kind].line[i].class);
        } else {
            draw_steps(plot, &series[i], plots[kind].line[i].class);
        }
    }
    if (plot->times) {
        draw_crosses(plot, model, node, c);
    }
    draw_legend(plot, kind, series);
    svg_end(&plot->svg);
}

/* Takes in the lines of a plot: how high it must be, up to when something changed, whether there is anything. */
static bool collect(struct plot *plot, const struct model *model, unsigned node,
                    const struct model_connection *connection, enum picture_plot kind, struct plot_series *series) {
    bool some = false;
    uint64_t latest = 0; /* change: what comes after it, two minutes of TIME-WAIT, is of no interest here */
    for (unsigned i = 0; i < LINES && plots[kind].line[i].variable >= 0; i++) {
        unsigned variable = (unsigned)plots[kind].line[i].variable;
        series[i] = variable == LUCID_VAR_RTT ? plot_samples_of(model->log, node, connection->c, model->at)
                                              : plot_series_of(model->log, node, connection->c, variable, model->at);
        if (kind == PLOT_SEQUENCE && connection->iss_known) {
            plot_series_unwrap(&series[i], connection->iss);
        }
        double peak = peak_of(&series[i]);
        if (plots[kind].line[i].shape == LIMIT && peak > 3 * plot->top) {
            free(series[i].point);
            series[i] = (struct plot_series){0};
            continue;
        }
        plot->top = peak > plot->top ? peak : plot->top;
        some = some || series[i].count > 1;
        uint64_t last = series[i].count > 0 ? series[i].point[series[i].count - 1].t : 0;
        latest = last > latest ? last : latest;
    }
    plot->to = latest > plot->from ? latest + (latest - plot->from) / 40 : plot->from;
    return some && plot->top > 0 && plot->to > plot->from;
}

int picture_plot(struct text *out, const struct model *model, unsigned node, uint32_t c, enum picture_plot kind) {
    struct plot_series series[LINES] = {{0}};
    const struct model_connection *connection = model_find(model, node, c);
    if (!connection) {
        return 0;
    }
    struct plot plot = {.from = connection->born_at, .times = kind == PLOT_TIMES};
    bool some = collect(&plot, model, node, connection, kind, series);
    if (some) {
        plot.top *= 1.08;
        draw_plot(out, &plot, model, node, c, kind, series);
    }
    for (unsigned i = 0; i < LINES; i++) {
        free(series[i].point);
    }
    return some;
}
