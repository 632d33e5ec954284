/* picture_ladder.c: the ladder as SVG: time goes down, a segment is a slanted arrow, states stand at their pole.
 *
 * Where things lie: each end has a clock of its own that only goes down; what is later in time is never higher than
 * what was earlier at the other end; an arrow is at least so steep that one sees where it comes from. So the two ends
 * can do things at the same height at the same time, and segments that cross on the wire cross on the paper.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/trace_text.h"
#include "lab/i18n.h"
#include "lab/ladder_view.h"
#include "lab/narrate.h"
#include "lab/picture.h"
#include "lab/svg.h"

#define PI 3.14159265358979
#define WIDTH 980.0
#define POLE_LEFT 290.0
#define POLE_RIGHT 690.0
#define TOP 110.0
#define ARROW_DROP 24.0 /* from leaving to arriving, at least */
#define ARROW_STEP 21.0 /* between arrows at a pole */
#define NOTE_STEP 23.0
#define STAMP_STEP 17.0

/* One thing at one end: an arrow leaves or arrives, or something is noted. */
struct point {
    uint32_t event;
    uint32_t rung;
    uint8_t end; /* 2: on the wire */
    bool arrow, arrives;
    unsigned times; /* that the same was noted one after the other */
    double y;
};

struct sketch {
    struct svg svg;
    const struct model *model;
    const struct ladder_view *ladder;
    unsigned first, last; /* rungs: first to before last */
    unsigned count;
    struct point *point;
    double bottom;
};

/* ---- where things lie ---- */

static int by_event(const void *a, const void *b) {
    const struct point *p = a;
    const struct point *q = b;
    return p->event < q->event ? -1 : p->event > q->event;
}

static void add_point(struct sketch *sketch, struct point point) {
    sketch->point[sketch->count++] = point;
}

/* A call just like the one in the rung before: send(65536) is seldom alone. */
static bool is_again(const struct sketch *sketch, unsigned i) {
    const struct rung *rung = ladder_view_rung(sketch->ladder, i);
    const struct rung *before = i > 0 ? ladder_view_rung(sketch->ladder, i - 1) : rung;
    if (sketch->count == 0 || rung->kind != RUNG_CALL || before->kind != RUNG_CALL || rung->end != before->end) {
        return false;
    }
    const struct tlog_call *call = &tlog_at(sketch->model->log, rung->event)->u.call;
    const struct tlog_call *last = &tlog_at(sketch->model->log, before->event)->u.call;
    return call->call == last->call && call->value == last->value;
}

static void collect(struct sketch *sketch) {
    for (unsigned i = sketch->first; i < sketch->last; i++) {
        const struct rung *rung = ladder_view_rung(sketch->ladder, i);
        if (is_again(sketch, i)) {
            sketch->point[sketch->count - 1].times++;
            continue;
        }
        bool arrow = rung->kind <= RUNG_ARRIVAL;
        bool arrival = rung->kind == RUNG_ARRIVAL;
        /* An arrival's rung names where it arrives; the others name the sender. */
        add_point(sketch, (struct point){arrow ? rung->event : rung->seen, i, rung->end, arrow, arrival, 1, 0});
        if (rung->kind == RUNG_SEGMENT && rung->other <= sketch->model->at) {
            add_point(sketch, (struct point){rung->other, i, (uint8_t)(1 - rung->end), true, true, 1, 0});
        }
    }
    qsort(sketch->point, sketch->count, sizeof *sketch->point, by_event);
}

static const struct point *departure_of(const struct sketch *sketch, const struct point *arrival) {
    const struct rung *rung = ladder_view_rung(sketch->ladder, arrival->rung);
    uint32_t event = rung->kind == RUNG_ARRIVAL ? rung->other : rung->event;
    for (const struct point *point = arrival; point-- > sketch->point;) {
        if (point->event == event) {
            return point;
        }
    }
    return NULL;
}

struct clocks {
    double y[3], arrow[3], note[3];
    uint64_t said[3];       /* the time that stands at y, in milliseconds */
    double earlier, latest; /* the lowest of what was earlier in time; of all */
    uint64_t t;
};

static double later(double a, double b) {
    return a > b ? a : b;
}

static void place(struct sketch *sketch, struct clocks *clocks, struct point *point) {
    uint64_t t = tlog_at(sketch->model->log, point->event)->t;
    if (t != clocks->t) {
        clocks->t = t;
        clocks->earlier = clocks->latest;
    }
    unsigned end = point->end;
    double y = later(clocks->y[end], clocks->earlier);
    if (clocks->said[end] != t / 1000000) {
        clocks->said[end] = t / 1000000;
        y = later(y, clocks->y[end] + STAMP_STEP);
    }
    if (point->arrow) {
        y = later(y, clocks->arrow[end] + ARROW_STEP);
        const struct point *from = point->arrives ? departure_of(sketch, point) : NULL;
        y = from ? later(y, from->y + ARROW_DROP) : y;
        clocks->arrow[end] = y;
    } else {
        y = later(y, clocks->note[end] + NOTE_STEP);
        clocks->note[end] = y;
        /* What stands on the wire is between the arrows of both. */
        if (end == 2) {
            y = later(y, later(clocks->y[0], clocks->y[1]) + ARROW_STEP);
            clocks->arrow[0] = clocks->arrow[1] = clocks->note[2] = y;
        }
    }
    point->y = clocks->y[end] = y;
    clocks->latest = later(clocks->latest, y);
}

static void place_all(struct sketch *sketch) {
    struct clocks clocks = {.earlier = TOP, .latest = TOP};
    for (unsigned end = 0; end < 3; end++) {
        clocks.arrow[end] = TOP - ARROW_STEP;
        clocks.note[end] = TOP - NOTE_STEP;
        clocks.y[end] = TOP - STAMP_STEP;
        clocks.said[end] = TLOG_NONE;
    }
    for (unsigned i = 0; i < sketch->count; i++) {
        place(sketch, &clocks, &sketch->point[i]);
    }
    sketch->bottom = clocks.latest + 30;
}

/* ---- arrows ---- */

static double pole(unsigned end) {
    return end == 0 ? POLE_LEFT : POLE_RIGHT;
}

static void draw_head(struct svg *svg, const char *class, double x, double y, double angle) {
    char path[200], classes[60];
    double c = cos(angle), s = sin(angle);
    snprintf(path, sizeof path, "M%.1f %.1fL%.1f %.1fL%.1f %.1fZ", x, y, x - 10 * c + 4.5 * s, y - 10 * s - 4.5 * c,
             x - 10 * c - 4.5 * s, y - 10 * s + 4.5 * c);
    snprintf(classes, sizeof classes, "%s head", class);
    svg_path(svg, classes, path);
}

/* Along its shaft, and never upside down. crowded: as short as it can be. */
static void draw_label(struct sketch *sketch, const struct rung *rung, const char *class, const double at[2],
                       double angle, bool crowded) {
    char label[160];
    struct text text = text_fixed(label, sizeof label);
    rung_label(&text, sketch->model, rung, crowded ? 26 : 46, false);
    double degrees = angle * 180 / PI;
    svg_open(&sketch->svg, at[0], at[1], degrees > 90 ? degrees - 180 : degrees < -90 ? degrees + 180 : degrees);
    svg_text(&sketch->svg, class, 0, -5, SVG_MIDDLE, label);
    svg_close(&sketch->svg);
}

static const struct point *arrival_of(const struct sketch *sketch, const struct point *departure) {
    const struct rung *rung = ladder_view_rung(sketch->ladder, departure->rung);
    const struct point *end = sketch->point + sketch->count;
    for (const struct point *point = departure + 1; rung->other > 0 && point < end; point++) {
        if (point->event == rung->other && point->arrow) {
            return point;
        }
    }
    return NULL;
}

/* Whether a segment of the other end is on the wire while this one is: it leaves above y and arrives below from. */
static bool is_crossed(const struct sketch *sketch, const struct point *from, double y) {
    for (unsigned i = 0; i < sketch->count; i++) {
        const struct point *other = &sketch->point[i];
        if (!other->arrow || other->arrives || other->end == from->end || other->y >= y) {
            continue;
        }
        const struct point *end = arrival_of(sketch, other);
        if (end ? end->y > from->y : other->y > from->y - ARROW_DROP) {
            return true;
        }
    }
    return false;
}

struct shaft {
    double x1, y1, x2, y2, angle;
    const char *class;
    bool flying, twice;
};

static void draw_shaft(struct sketch *sketch, const struct shaft *shaft) {
    char class[60];
    snprintf(class, sizeof class, "%s%s", shaft->class, shaft->flying ? " flying" : "");
    double shift = shaft->twice ? 1.8 : 0;
    svg_line(&sketch->svg, class, shaft->x1, shaft->y1 - shift, shaft->x2, shaft->y2 - shift);
    if (shaft->twice) {
        svg_line(&sketch->svg, class, shaft->x1, shaft->y1 + shift, shaft->x2, shaft->y2 + shift);
    }
}

/* In the middle of the wire: a cross and "lost", or a head and "[held]". */
static void draw_fate(struct sketch *sketch, const struct shaft *shaft, enum rung_look look, bool right) {
    struct svg *svg = &sketch->svg;
    if (look == LOOK_LOST) {
        svg_line(svg, "lost", shaft->x2 - 6, shaft->y2 - 6, shaft->x2 + 6, shaft->y2 + 6);
        svg_line(svg, "lost", shaft->x2 - 6, shaft->y2 + 6, shaft->x2 + 6, shaft->y2 - 6);
    } else {
        draw_head(svg, shaft->class, shaft->x2, shaft->y2, shaft->angle);
    }
    if (look == LOOK_LOST || look == LOOK_HELD) {
        svg_text(svg, shaft->class, shaft->x2 + (right ? 12 : -12), shaft->y2 + 5, right ? SVG_START : SVG_END,
                 i18n(look == LOOK_LOST ? "ladder.lost" : "ladder.held"));
    }
}

/* From its pole to where it ends: at the other pole, or in the middle of the wire. */
static void draw_arrow(struct sketch *sketch, const struct point *from) {
    const struct point *to = arrival_of(sketch, from);
    const struct rung *rung = ladder_view_rung(sketch->ladder, from->rung);
    enum rung_look look = to ? LOOK_ARRIVED : rung_look(sketch->model->log, rung, sketch->model->at);
    bool right = from->end == 0;
    double part = to ? 1 : 0.62;
    struct shaft shaft = {.x1 = pole(from->end), .y1 = from->y, .class = right ? "first" : "second"};
    shaft.x2 = shaft.x1 + (pole(1 - from->end) - shaft.x1) * part;
    shaft.y2 = to ? to->y : from->y + ARROW_DROP * part;
    shaft.angle = atan2(shaft.y2 - shaft.y1, shaft.x2 - shaft.x1);
    shaft.flying = look == LOOK_FLYING || (!to && look == LOOK_ARRIVED); /* below what is shown */
    shaft.twice = rung_segment(sketch->model->log, rung)->u.segment.again;
    shaft.class = look == LOOK_LOST ? "lost" : look == LOOK_HELD ? "held" : shaft.class;
    draw_shaft(sketch, &shaft);
    draw_fate(sketch, &shaft, look, right);
    /* Where arrows cross, or lie close and steep, the label is short and stands near where the segment left. */
    bool crowded = !to || shaft.y2 - shaft.y1 > 2 * ARROW_DROP || is_crossed(sketch, from, shaft.y2);
    double place_of_label = crowded && to ? 0.25 : 0.5;
    const double at[2] = {shaft.x1 + (shaft.x2 - shaft.x1) * place_of_label,
                          shaft.y1 + (shaft.y2 - shaft.y1) * place_of_label};
    draw_label(sketch, rung, shaft.class, at, shaft.angle, crowded);
}

/* What arrives and has not left in this picture: a copy, or a packet from before. */
static void draw_stray(struct sketch *sketch, const struct point *to) {
    const struct rung *rung = ladder_view_rung(sketch->ladder, to->rung);
    struct shaft shaft = {.x2 = pole(to->end), .y2 = to->y, .class = to->end == 1 ? "first" : "second", .flying = true};
    shaft.x1 = (pole(0) + pole(1)) / 2;
    shaft.y1 = to->y - ARROW_DROP * 0.5;
    shaft.angle = atan2(shaft.y2 - shaft.y1, shaft.x2 - shaft.x1);
    draw_shaft(sketch, &shaft);
    draw_head(&sketch->svg, shaft.class, shaft.x2, shaft.y2, shaft.angle);
    const double at[2] = {(shaft.x1 + shaft.x2) / 2, (shaft.y1 + shaft.y2) / 2};
    draw_label(sketch, rung, shaft.class, at, shaft.angle, true);
}

/* ---- notes ---- */

static void draw_state(struct svg *svg, unsigned end, double y, const char *words) {
    double width = svg_text_width(words, 15) + 18;
    double x = end == 0 ? POLE_LEFT - 12 - width : POLE_RIGHT + 12;
    svg_rect(svg, end == 0 ? "chip first" : "chip second", x, y - 10, width, 20, 9);
    svg_text(svg, end == 0 ? "first bold" : "second bold", x + width / 2, y + 4.5, SVG_MIDDLE, words);
}

static const char *note_class(const struct rung *rung, const struct tlog_rule *rule) {
    bool refused = rule->outcome == LUCID_OUTCOME_DROPPED || rule->outcome == LUCID_OUTCOME_ACK ||
                   rule->outcome == LUCID_OUTCOME_CHALLENGE_ACK || rule->outcome == LUCID_OUTCOME_RST;
    if (rung->kind == RUNG_ERROR || rung->kind == RUNG_DROP || (rung->kind == RUNG_RULE && refused)) {
        return "lost";
    }
    return rung->kind == RUNG_WIRE ? "held" : rung->kind == RUNG_RULE ? "small bold" : "small";
}

static void draw_note(struct sketch *sketch, const struct point *point) {
    const struct rung *rung = ladder_view_rung(sketch->ladder, point->rung);
    char words[1400];
    struct text text = text_fixed(words, sizeof words);
    rung_words(&text, sketch->model, rung);
    if (point->times > 1) {
        text_format(&text, " ×%u", point->times);
    }
    struct svg *svg = &sketch->svg;
    if (rung->kind == RUNG_STATE || rung->kind == RUNG_PEER) {
        draw_state(svg, point->end, point->y, words);
        return;
    }
    const char *class = note_class(rung, &tlog_at(sketch->model->log, rung->event)->u.rule);
    if (point->end == 2) {
        svg_text(svg, class, (POLE_LEFT + POLE_RIGHT) / 2, point->y + 4, SVG_MIDDLE, words);
    } else if (point->end == 0) {
        svg_text(svg, class, POLE_LEFT - 14, point->y + 4, SVG_END, words);
    } else {
        svg_text(svg, class, POLE_RIGHT + 14, point->y + 4, SVG_START, words);
    }
}

/* Once for each time at each end, at the edge of the picture. */
static void draw_times(struct sketch *sketch) {
    uint64_t said[3] = {TLOG_NONE, TLOG_NONE, TLOG_NONE};
    for (unsigned i = 0; i < sketch->count; i++) {
        const struct point *point = &sketch->point[i];
        uint64_t t = tlog_at(sketch->model->log, point->event)->t / 1000000;
        if (point->end == 2 || said[point->end] == t) {
            continue;
        }
        said[point->end] = t;
        char stamp[40];
        struct text text = text_fixed(stamp, sizeof stamp);
        narrate_time(&text, t * 1000000);
        svg_text(&sketch->svg, "small mono", point->end ? WIDTH - 14 : 14, point->y + 4,
                 point->end ? SVG_END : SVG_START, stamp);
    }
}

/* ---- the whole ---- */

static void draw_pole(struct sketch *sketch, unsigned end) {
    const struct tlog_header *header = tlog_header(sketch->model->log);
    unsigned node = ladder_view_node(sketch->ladder, end);
    char name[80], address[LUCID_ADDR_TEXT];
    snprintf(name, sizeof name, "%s %s", end ? "■" : "●", tlog_node_name(sketch->model->log, node));
    svg_text(&sketch->svg, end ? "second title" : "first title", pole(end), TOP - 40, SVG_MIDDLE, name);
    svg_text(&sketch->svg, "small", pole(end), TOP - 24, SVG_MIDDLE,
             lucid_addr_format(&header->node[node].addr, address));
    svg_line(&sketch->svg, "pole", pole(end), TOP - 16, pole(end), sketch->bottom);
}

static void draw_banner(struct sketch *sketch) {
    char banner[600];
    struct text text = text_fixed(banner, sizeof banner);
    narrate_banner(&text, sketch->model->log);
    if (text.length > 0) {
        svg_rect(&sketch->svg, "banner", 0, 0, WIDTH, 22, 0);
        svg_text(&sketch->svg, "banner_text", WIDTH / 2, 16, SVG_MIDDLE, banner);
    }
}

static void draw_all(struct sketch *sketch, const char *title, unsigned missing) {
    draw_banner(sketch);
    svg_text(&sketch->svg, "title", 14, 46, SVG_START, title);
    draw_pole(sketch, 0);
    draw_pole(sketch, 1);
    draw_times(sketch);
    for (unsigned i = 0; i < sketch->count; i++) {
        const struct point *point = &sketch->point[i];
        if (!point->arrow) {
            draw_note(sketch, point);
        } else if (!point->arrives) {
            draw_arrow(sketch, point);
        } else if (ladder_view_rung(sketch->ladder, point->rung)->copy || !departure_of(sketch, point)) {
            draw_stray(sketch, point);
        }
    }
    if (missing > 0) {
        char words[40], line[200];
        snprintf(words, sizeof words, "%u", missing);
        struct text text = text_fixed(line, sizeof line);
        i18n_put(&text, "picture.missing", words, NULL);
        svg_text(&sketch->svg, "small", WIDTH / 2, sketch->bottom + 18, SVG_MIDDLE, line);
    }
}

static void describe(struct text *out, const struct sketch *sketch) {
    unsigned segments = 0;
    for (unsigned i = sketch->first; i < sketch->last; i++) {
        segments += ladder_view_rung(sketch->ladder, i)->kind <= RUNG_DEPARTURE;
    }
    char count[24];
    snprintf(count, sizeof count, "%u", segments);
    const struct tlog *log = sketch->model->log;
    i18n_put(out, "picture.ladder.desc", tlog_node_name(log, ladder_view_node(sketch->ladder, 0)),
             tlog_node_name(log, ladder_view_node(sketch->ladder, 1)), count, NULL);
    for (unsigned i = sketch->first; i < sketch->last; i++) {
        const struct rung *rung = ladder_view_rung(sketch->ladder, i);
        if (rung->kind == RUNG_STATE && out->length < 4000) {
            const struct tlog_event *event = tlog_at(log, rung->event);
            text_put(out, " ");
            narrate_event(out, sketch->model, event);
            text_put_char(out, '.');
        }
    }
}

static int sketch_ladder(struct text *out, struct sketch *sketch) {
    unsigned count = sketch->last - sketch->first;
    unsigned missing = count > PICTURE_RUNGS ? count - PICTURE_RUNGS : 0;
    sketch->last -= missing;
    sketch->point = calloc(2 * (size_t)count + 1, sizeof *sketch->point);
    if (!sketch->point) {
        return -1;
    }
    collect(sketch);
    place_all(sketch);
    char title[300];
    struct text text = text_fixed(title, sizeof title);
    picture_title(&text, sketch->model->log, "picture.ladder");
    struct text description = text_growing();
    describe(&description, sketch);
    sketch->svg = svg_begin(out, WIDTH, sketch->bottom + 30, title, description.data ? description.data : "");
    draw_all(sketch, title, missing);
    svg_end(&sketch->svg);
    text_free(&description);
    free(sketch->point);
    return 0;
}

int picture_ladder(struct text *out, const struct model *model, unsigned left, unsigned right, uint32_t from,
                   uint32_t last) {
    struct ladder_view *ladder = ladder_view_new(model->log, left, right);
    if (!ladder || ladder_view_update(ladder)) {
        ladder_view_free(ladder);
        return -1;
    }
    struct sketch sketch = {.model = model, .ladder = ladder};
    sketch.first = from > 1 ? ladder_view_upto(ladder, from - 1) : 0;
    sketch.last = ladder_view_upto(ladder, last && last < model->at ? last : model->at);
    if (sketch.last < sketch.first) {
        sketch.last = sketch.first;
    }
    int result = sketch_ladder(out, &sketch);
    ladder_view_free(ladder);
    return result;
}
