/* picture.c: an act as one SVG: a column for each hop, a row for each step. See picture.h. */
#include "picture.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 900, HEAD = 40, ROW = 34, TEXT_ROW = 15 };

const char *way_topic_class(enum way_topic topic) {
    static const char *const classes[] = {
        [WAY_USER] = "user",   [WAY_NAME] = "name",          [WAY_OPEN] = "open",
        [WAY_HTTP] = "http",   [WAY_UWSGI_PACKET] = "uwsgi", [WAY_PROGRAM] = "program",
        [WAY_QUIET] = "quiet", [WAY_CLOSE] = "close",        [WAY_TROUBLE] = "trouble",
    };
    return classes[topic];
}

/* The middle of a hop's column, in per cent. */
double way_column(const struct way_plan *plan, enum way_hop hop) {
    unsigned at = 0;
    while (at + 1 < plan->hops && plan->hop[at] != hop) {
        at++;
    }
    return (at + 0.5) * 100 / plan->hops;
}

/* "GET" of "GET /hello": there is not much room. */
const char *way_short_label(const struct way_row *row, char room[48]) {
    size_t length = row->topic == WAY_HTTP ? strcspn(row->label.data, " ") : row->label.length;
    snprintf(room, 48, "%.*s", (int)length, row->label.data);
    return room;
}

/* ---- a picture that stands alone ---- */

static const char style[] =
    "text{font:13px sans-serif;fill:#1b1f24;text-anchor:middle}.hop{font-weight:bold}"
    ".state{font-size:10px;fill:#5b6570;font-weight:bold}.number{text-anchor:start;fill:#5b6570;font-size:11px}"
    ".back{fill:none;stroke:#fff;stroke-width:4px;stroke-linejoin:round}.life{stroke:#c3cad2;stroke-width:2}"
    ".arrow{stroke:#1b1f24;stroke-width:2}.name{stroke:#00706b}.open{stroke:#1a7f37}.http{stroke:#0b5fc0}"
    ".uwsgi{stroke:#7a3fc2}.program{stroke:#a45500}.close,.quiet{stroke:#5b6570}.trouble{stroke:#c4211b}";

static double at(const struct way_plan *plan, enum way_hop hop) {
    return way_column(plan, hop) * WIDTH / 100;
}

/* Twice: its outline first, in white, so that lines behind it do not disturb. */
static void put_text(struct text *text, double x, int y, const char *class, const char *words) {
    for (unsigned i = 0; i < 2; i++) {
        text_format(text, "<text x=\"%.0f\" y=\"%d\" class=\"%s%s\">", x, y, class, i == 0 ? " back" : "");
        text_put_html(text, words, strlen(words));
        text_put(text, "</text>");
    }
    text_put_char(text, '\n');
}

static void put_columns(struct text *text, const struct way_plan *plan, int height) {
    for (unsigned i = 0; i < plan->hops; i++) {
        double x = at(plan, plan->hop[i]);
        text_format(text, "<line class=\"life\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%d\" y2=\"%d\"/>\n", x, x, HEAD - 8,
                    height);
        put_text(text, x, HEAD - 18, "hop", way_hop_name(plan->hop[i]));
    }
}

static void put_step(struct text *text, const struct way_plan *plan, const struct way_row *row, unsigned number,
                     int y) {
    char label[48];
    double from = at(plan, row->from), to = at(plan, row->to);
    text_format(text, "<text x=\"4\" y=\"%d\" class=\"number\">%u</text>\n", y + 4, number);
    if (row->from == row->to) {
        text_format(text, "<circle cx=\"%.0f\" cy=\"%d\" r=\"5\"/>\n", from, y);
    } else {
        text_format(text,
                    "<line class=\"arrow %s\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%d\" y2=\"%d\" marker-end=\"url(#to)\"/>\n",
                    way_topic_class(row->topic), from, to, y, y);
    }
    put_text(text, (from + to) / 2, y - 6, "label", way_short_label(row, label));
    for (unsigned i = 0; i < 2; i++) {
        if (row->before[i] != row->after[i]) {
            put_text(text, i ? to : from, y + TEXT_ROW, "state", lucid_state_name(row->after[i]));
        }
    }
}

void way_picture(const struct way_report *report, unsigned act, struct text *text) {
    const struct way_timeline *timeline = &report->timeline[act];
    int height = HEAD + (int)timeline->rows * ROW + ROW / 2;
    text_format(text, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>", WIDTH,
                height);
    text_put_html(text, report->plan->act[act].title, strlen(report->plan->act[act].title));
    text_put(text, "</title>\n<style>");
    text_put(text, style);
    text_format(text,
                "</style>\n<defs><marker id=\"to\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"9\" "
                "markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker>"
                "</defs>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
                WIDTH, height);
    put_columns(text, report->plan, height);
    for (unsigned i = 0; i < timeline->rows; i++) {
        put_step(text, report->plan, &timeline->row[i], i + 1, HEAD + (int)i * ROW + ROW / 2 + 4);
    }
    text_put(text, "</svg>\n");
}
