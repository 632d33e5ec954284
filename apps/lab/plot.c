/* plot.c: how the congestion window breathes, how the round-trip time is measured; by characters. See panes.h.
 *
 * Flight is an area, cwnd a line of dots (each cell has two by four), ssthresh a line of dashes: told apart without
 * colour. The time goes from the birth of the connection to the event shown.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/panes.h"

static bool has_value(const struct tlog_event *event, unsigned node, uint32_t c, unsigned variable) {
    return event->kind == TLOG_VAR && event->node == node && event->c == c && (event->u.vars.changed & 1u << variable);
}

/* False: no memory. There is room for 64 points, then for twice as many each time. */
static bool add_point(struct plot_series *series, uint64_t t, int64_t value) {
    unsigned count = series->count;
    if (!count || (count >= 64 && !(count & (count - 1)))) {
        struct plot_point *larger = realloc(series->point, (count ? count * 2 : 64) * sizeof *larger);
        if (!larger) {
            return false;
        }
        series->point = larger;
    }
    series->point[series->count++] = (struct plot_point){t, value};
    return true;
}

struct plot_series plot_series_of(const struct tlog *log, unsigned node, uint32_t c, unsigned variable, uint32_t n) {
    struct plot_series series = {0};
    for (uint32_t i = 1; i <= n && i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (has_value(event, node, c, variable) && !add_point(&series, event->t, event->u.vars.value[variable])) {
            break;
        }
    }
    return series;
}

/* The log has what changed: a measurement that is the same again shows in what was made of it. */
struct plot_series plot_samples_of(const struct tlog *log, unsigned node, uint32_t c, uint32_t n) {
    struct plot_series series = {0};
    int64_t sample = 0;
    for (uint32_t i = 1; i <= n && i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (has_value(event, node, c, LUCID_VAR_RTT)) {
            sample = event->u.vars.value[LUCID_VAR_RTT];
        } else if (!has_value(event, node, c, LUCID_VAR_SRTT) && !has_value(event, node, c, LUCID_VAR_RTTVAR)) {
            continue;
        }
        if (sample > 0 && !add_point(&series, event->t, sample)) {
            break;
        }
    }
    return series;
}

struct plot_series plot_crosses_of(const struct tlog *log, unsigned node, uint32_t c, uint32_t n) {
    struct plot_series series = {0};
    for (uint32_t i = 1; i <= n && i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->kind == TLOG_RULE && event->node == node && event->c == c &&
            event->u.rule.outcome == LUCID_OUTCOME_IGNORED && !strcmp(event->u.rule.rule.at, "9293:MUST-18") &&
            !add_point(&series, event->t, 0)) {
            break;
        }
    }
    return series;
}

void plot_series_unwrap(struct plot_series *series, uint32_t first) {
    int64_t base = 0;
    uint32_t last = first;
    for (unsigned i = 0; i < series->count; i++) {
        uint32_t value = (uint32_t)series->point[i].value;
        base += (int32_t)(value - last);
        last = value;
        series->point[i].value = base;
    }
}

struct axes {
    uint64_t from, to;
    int64_t top;
    struct view area;
};

/* The value that held at a time: the last before it. -1: none yet. */
static int64_t value_at(const struct plot_series *series, uint64_t t, unsigned *hint) {
    while (*hint < series->count && series->point[*hint].t <= t) {
        ++*hint;
    }
    return *hint > 0 ? series->point[*hint - 1].value : -1;
}

/* The largest value up to a time, from the place where the last search ended: a peak between two columns is seen. */
static int64_t peak_until(const struct plot_series *series, uint64_t t, unsigned *hint) {
    int64_t peak = *hint > 0 ? series->point[*hint - 1].value : -1;
    while (*hint < series->count && series->point[*hint].t <= t) {
        int64_t value = series->point[(*hint)++].value;
        peak = value > peak ? value : peak;
    }
    return peak;
}

static uint64_t time_of_column(const struct axes *axes, int column, int columns) {
    return axes->from + (uint64_t)((double)(axes->to - axes->from) * (column + 1) / columns);
}

static int height_of(const struct axes *axes, int64_t value, int steps) {
    double height = (double)value / (double)axes->top * steps;
    return height >= steps ? steps - 1 : height < 0 ? 0 : (int)height;
}

static void paint_area(const struct axes *axes, const struct plot_series *series) {
    struct view area = axes->area;
    unsigned hint = 0;
    for (int x = 0; x < area.width; x++) {
        int64_t value = peak_until(series, time_of_column(axes, x, area.width), &hint);
        for (int y = 0; value > 0 && y <= height_of(axes, value, area.height); y++) {
            view_code(area, x, area.height - 1 - y, GRID_FRAME, 0x2591);
        }
    }
}

static void paint_dashes(const struct axes *axes, const struct plot_series *series) {
    struct view area = axes->area;
    unsigned hint = 0;
    for (int x = 0; x < area.width; x++) {
        int64_t value = value_at(series, time_of_column(axes, x, area.width), &hint);
        if (value >= 0 && value <= axes->top) {
            view_code(area, x, area.height - 1 - height_of(axes, value, area.height), GRID_HELD, 0x2504);
        }
    }
}

/* Adds a dot to a cell of two by four. */
static void dot(struct view area, int x, int y, unsigned style) {
    static const uint8_t bit[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    uint32_t code = view_code_at(area, x / 2, y / 4);
    uint32_t dots = code >= 0x2800 && code < 0x2900 ? code : 0x2800;
    view_code(area, x / 2, y / 4, style, dots | bit[y % 4][x % 2]);
}

static void paint_dots(const struct axes *axes, const struct plot_series *series, unsigned style) {
    struct view area = axes->area;
    int columns = area.width * 2;
    int steps = area.height * 4;
    unsigned hint = 0;
    int before = -1;
    for (int x = 0; x < columns; x++) {
        int64_t value = value_at(series, time_of_column(axes, x, columns), &hint);
        if (value < 0) {
            continue;
        }
        int y = height_of(axes, value, steps);
        int low = before < 0 || before > y ? y : before;
        int high = before > y ? before : y;
        for (int k = low; k <= high; k++) {
            dot(area, x, steps - 1 - k, style);
        }
        before = y;
    }
}

/* One mark for each point. */
static void paint_marks(const struct axes *axes, const struct plot_series *series, unsigned style, uint32_t mark) {
    struct view area = axes->area;
    for (unsigned i = 0; i < series->count && series->point[i].t <= axes->to; i++) {
        double part = (double)(series->point[i].t - axes->from) / (double)(axes->to - axes->from);
        int x = (int)(part * (area.width - 1));
        view_code(area, x, area.height - 1 - height_of(axes, series->point[i].value, area.height), style, mark);
    }
}

static int64_t peak_of(const struct plot_series *series) {
    int64_t peak = 0;
    for (unsigned i = 0; i < series->count; i++) {
        peak = series->point[i].value > peak ? series->point[i].value : peak;
    }
    return peak;
}

static void paint_axes(struct view view, const struct axes *axes, const char *top, const char *legend) {
    char stamp[40];
    struct text text = text_fixed(stamp, sizeof stamp);
    narrate_time(&text, axes->to);
    text_put(&text, " s");
    int bottom = view.height - 1;
    view_put(view, 0, bottom, GRID_QUIET, legend);
    view_put_right(view, view.width, bottom, GRID_QUIET, stamp);
    view_put(view, 0, 0, GRID_PLAIN, top);
}

/* What comes after the last change, two minutes of TIME-WAIT, is of no interest. */
static uint64_t last_change(const struct plot_series *a, const struct plot_series *b, uint64_t now) {
    uint64_t t = a->count > 0 ? a->point[a->count - 1].t : 0;
    if (b->count > 0 && b->point[b->count - 1].t > t) {
        t = b->point[b->count - 1].t;
    }
    return t < now ? t : now;
}

/* A picture of its own for each unit; false: there is nothing to see yet. */
static bool paint_windows(struct view view, const struct stage *stage, unsigned end) {
    const struct model *model = stage->model;
    unsigned node = stage->node[end];
    uint32_t c = stage->c[end];
    struct plot_series cwnd = plot_series_of(model->log, node, c, LUCID_VAR_CWND, model->at);
    struct plot_series ssthresh = plot_series_of(model->log, node, c, LUCID_VAR_SSTHRESH, model->at);
    struct plot_series flight = plot_series_of(model->log, node, c, LUCID_VAR_FLIGHT, model->at);
    struct axes axes = {stage_connection(stage, end)->born_at, model->now, peak_of(&cwnd),
                        view_part(view, 0, 1, view.width, view.height - 2)};
    axes.to = last_change(&cwnd, &flight, axes.to);
    int64_t most = peak_of(&flight);
    axes.top = (axes.top > most ? axes.top : most) * 11 / 10 + 1;
    bool some = cwnd.count > 0 && axes.to > axes.from;
    if (some) {
        char top[60];
        snprintf(top, sizeof top, "%" PRId64, axes.top);
        paint_axes(view, &axes, top, i18n("plot.windows"));
        paint_area(&axes, &flight);
        paint_dashes(&axes, &ssthresh);
        paint_dots(&axes, &cwnd, end ? GRID_SECOND : GRID_FIRST);
    }
    free(cwnd.point);
    free(ssthresh.point);
    free(flight.point);
    return some;
}

/* What a round-trip time was measured as, and where Karn's algorithm gave a measurement up: see RFC 6298 section 3. */
static void paint_samples(const struct axes *axes, const struct model *model, unsigned node, uint32_t c) {
    struct plot_series samples = plot_samples_of(model->log, node, c, model->at);
    struct plot_series crosses = plot_crosses_of(model->log, node, c, model->at);
    paint_marks(axes, &samples, GRID_PLAIN, 'o');
    paint_marks(axes, &crosses, GRID_LOST, 0xd7);
    free(samples.point);
    free(crosses.point);
}

static void paint_times(struct view view, const struct stage *stage, unsigned end) {
    const struct model *model = stage->model;
    unsigned node = stage->node[end];
    uint32_t c = stage->c[end];
    struct plot_series srtt = plot_series_of(model->log, node, c, LUCID_VAR_SRTT, model->at);
    struct plot_series rto = plot_series_of(model->log, node, c, LUCID_VAR_RTO, model->at);
    struct axes axes = {stage_connection(stage, end)->born_at, model->now, peak_of(&rto) * 11 / 10 + 1,
                        view_part(view, 0, 1, view.width, view.height - 2)};
    axes.to = last_change(&rto, &srtt, axes.to);
    if (rto.count > 0 && axes.to > axes.from) {
        char top[60];
        struct text text = text_fixed(top, sizeof top);
        narrate_span(&text, (uint64_t)axes.top);
        paint_axes(view, &axes, top, i18n("plot.times"));
        view_put_right(view, view.width, 0, GRID_QUIET, i18n("plot.samples"));
        paint_dashes(&axes, &rto);
        paint_dots(&axes, &srtt, end ? GRID_SECOND : GRID_FIRST);
        paint_samples(&axes, model, node, c);
    }
    free(srtt.point);
    free(rto.point);
}

static bool paint_sequence(struct view view, const struct stage *stage, unsigned end) {
    const struct model *model = stage->model;
    const struct model_connection *connection = stage_connection(stage, end);
    struct plot_series nxt = plot_series_of(model->log, stage->node[end], stage->c[end], LUCID_VAR_SND_NXT, model->at);
    struct plot_series una = plot_series_of(model->log, stage->node[end], stage->c[end], LUCID_VAR_SND_UNA, model->at);
    plot_series_unwrap(&nxt, connection->iss);
    plot_series_unwrap(&una, connection->iss);
    struct axes axes = {connection->born_at, last_change(&nxt, &una, model->now), peak_of(&nxt) + 1,
                        view_part(view, 0, 1, view.width, view.height - 2)};
    bool some = nxt.count > 1 && axes.to > axes.from;
    if (some) {
        char top[60];
        snprintf(top, sizeof top, "%" PRId64, axes.top - 1);
        paint_axes(view, &axes, top, i18n("plot.sequence"));
        paint_area(&axes, &una);
        paint_dots(&axes, &nxt, end ? GRID_SECOND : GRID_FIRST);
    }
    free(nxt.point);
    free(una.point);
    return some;
}

void plot_paint(struct view view, const struct stage *stage, unsigned end, bool sequence) {
    if (!stage_connection(stage, end) || view.height < 4) {
        view_put(view, 0, 0, GRID_QUIET, i18n("plot.none"));
        return;
    }
    if (sequence) {
        if (!paint_sequence(view, stage, end)) {
            view_put(view, 0, 0, GRID_QUIET, i18n("plot.none"));
        }
        return;
    }
    bool both = view.width >= 64;
    int width = both ? view.width * 3 / 5 : view.width;
    if (!paint_windows(view_part(view, 0, 0, width, view.height), stage, end)) {
        view_put(view, 0, 0, GRID_QUIET, i18n("plot.none"));
    } else if (both) {
        paint_times(view_part(view, width + 2, 0, view.width - width - 2, view.height), stage, end);
    }
}
