/* report.c: see report.h. */
#include "lab/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/picture.h"

static const char STYLE[] =
    "body{font:16px/1.45 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#000;background:#fff}"
    "h1{font-size:1.6em}h2{font-size:1.3em;margin-top:2em;border-bottom:1px solid #555}"
    "table{border-collapse:collapse;width:100%;margin:.8em 0}"
    "th,td{border:1px solid #777;padding:.25em .5em;text-align:left;vertical-align:top}"
    "td.n{text-align:right;white-space:nowrap}.no{background:#fbe3d6}code,pre{font-size:14px}"
    "pre{overflow-x:auto}img{max-width:100%;border:1px solid #ccc}"
    "@media print{body{margin:0;max-width:none}h2,table,img{break-inside:avoid}h2{break-after:avoid}}";

static void put(struct text *html, const char *words) {
    text_put_html(html, words, strlen(words));
}

static void put_cell(struct text *html, const char *words) {
    text_put(html, "<td>");
    put(html, words);
    text_put(html, "</td>");
}

void report_put_picture(struct text *html, const struct text *svg, const char *words) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    text_put(html, "<img alt=\"");
    put(html, words);
    text_put(html, "\" src=\"data:image/svg+xml;base64,");
    for (size_t i = 0; i < svg->length; i += 3) {
        unsigned left = svg->length - i < 3 ? (unsigned)(svg->length - i) : 3, block = 0;
        for (unsigned k = 0; k < 3; k++) {
            block = block << 8 | (k < left ? (unsigned char)svg->data[i + k] : 0);
        }
        for (unsigned k = 0; k < 4; k++) {
            text_put_char(html, k <= left ? digits[block >> (18 - 6 * k) & 63] : '=');
        }
    }
    text_put(html, "\">\n");
}

/* ---- runs ---- */

static void put_items(const struct result *result, bool predict, struct text *html) {
    bool begun = false;
    for (unsigned i = 0; i < result->items; i++) {
        const struct result_item *item = &result->item[i];
        if (item->predict != predict) {
            continue;
        }
        if (!begun) {
            text_put(html, predict ? "<table><tr><th>Prediction<th>Mine<th>What happened<th>Rule<th>Points</tr>\n"
                                   : "<table><tr><th>Check<th>Got<th>Expected<th>Rule<th>Points</tr>\n");
            begun = true;
        }
        text_put(html, item->right || !item->of ? "<tr>" : "<tr class=\"no\">");
        put_cell(html, item->id);
        put_cell(html, *item->mine ? item->mine : "\xe2\x80\x94");
        put_cell(html, item->outcome);
        put_cell(html, item->rule);
        text_format(html, "<td class=\"n\">%s %u/%u</td></tr>\n", item->right ? "\xe2\x9c\x93" : "\xe2\x9c\x97",
                    item->points, item->of);
    }
    text_put(html, begun ? "</table>\n" : "");
}

static void put_title(const struct report *report, const struct result *result, struct text *html) {
    char error[LAB_ERROR];
    struct scenario *scenario = catalogue_read(report->catalogue, result->lab, error);
    text_put(html, "<h2>");
    put(html, result->lab);
    if (strcmp(result->variant, "a") != 0) {
        text_put(html, " ");
        put(html, result->variant);
    }
    text_put(html, " ");
    put(html, scenario ? scenario_say(&scenario->title, SCENARIO_EN) : "");
    text_put(html, "</h2>\n");
    scenario_free(scenario);
}

static void put_ladder(const struct stage *stage, const char *title, struct text *html) {
    struct text svg = text_growing(), words = text_growing();
    text_format(&words, "The ladder of %s", title);
    if (!picture_ladder(&svg, stage->model, stage->node[0], stage->node[1], 0, 0)) {
        report_put_picture(html, &svg, words.data ? words.data : "");
    }
    text_free(&svg);
    text_free(&words);
}

static void put_machines(const struct stage *stage, const char *title, struct text *html) {
    struct text svg = text_growing(), words = text_growing();
    text_format(&words, "Both machines at the end of %s: the states and edges they have visited", title);
    if (!picture_machines(&svg, stage)) {
        report_put_picture(html, &svg, words.data ? words.data : "");
    }
    text_free(&svg);
    text_free(&words);
}

/* Ladder and machines of the first two nodes. */
static void put_pictures(const struct handin_run *run, struct text *html) {
    char error[LAB_ERROR], title[60];
    struct tlog *log = tlog_read(run->path, error);
    struct model *model = log && tlog_header(log)->nodes > 1 ? model_new(log) : NULL;
    if (model && !model_goto(model, tlog_count(log))) {
        struct stage stage = {.model = model, .node = {0, 1}};
        snprintf(title, sizeof title, "%.20s, seed %" PRIu64, run->result->lab, run->result->seed);
        stage_follow(&stage);
        put_ladder(&stage, title, html);
        put_machines(&stage, title, html);
    }
    model_free(model);
    tlog_free(log);
}

static void put_run(const struct report *report, const struct handin_run *run, struct text *html) {
    put_title(report, run->result, html);
    text_format(html, "<p><b>%u of %u points</b>, seed %" PRIu64 ", %u tr%s; log <code>", run->points, run->of,
                run->result->seed, run->tries, run->tries == 1 ? "y" : "ies");
    put(html, run->path);
    text_format(html, "</code>, SHA-256 <code>%s</code></p>\n", run->hash);
    put_items(run->result, true, html);
    put_items(run->result, false, html);
    put_pictures(run, html);
}

static void put_refused(const struct handin *handin, struct text *html) {
    for (unsigned i = 0; i < handin->runs; i++) {
        if (*handin->run[i].why) {
            text_put(html, "<p class=\"no\"><code>");
            put(html, handin->run[i].path);
            text_put(html, "</code> does not count: ");
            put(html, handin->run[i].why);
            text_put(html, "</p>\n");
        }
    }
}

/* ---- the machine, the edges ---- */

static void put_machine(const struct grade *grade, struct text *html) {
    text_format(html,
                "<h2>L36 Write the machine</h2>\n<p><b>%u of %u points</b>; SHA-256 of the file <code>%s</code></p>\n",
                grade->points, grade->of, grade->source_hash);
    text_put(html, "<table><tr><th>Stage<th>Right<th>Points</tr>\n");
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        const struct grade_stage *stage = &grade->stage[i];
        text_put(html, stage->points < stage->of ? "<tr class=\"no\"><td>" : "<tr><td>");
        text_format(html, "%u %s</td><td class=\"n\">%u of %u</td><td class=\"n\">%u/%u</td></tr>\n", i, stage->name,
                    stage->right, stage->cells, stage->points, stage->of);
    }
    text_put(html, "</table>\n");
    if (grade->twin.count) {
        struct text svg = text_growing(), words = text_growing();
        grade_print_svg(&grade->twin, &svg);
        text_put(&words, "The shortest story that separates this machine from RFC 9293: ");
        grade_put_story(&words, &grade->twin);
        report_put_picture(html, &svg, words.data ? words.data : "");
        text_free(&svg);
        text_free(&words);
    }
}

static void put_edges(const struct edges *edges, struct text *html) {
    struct text map = text_growing();
    edges_print(edges, 0, true, &map);
    text_put(html, "<h2>L35 Edge hunt</h2>\n<pre>");
    put(html, map.data ? map.data : "");
    text_put(html, "</pre>\n");
    text_free(&map);
}

void report_put(const struct report *report, struct text *html) {
    unsigned points, of;
    handin_points(report->handin, &points, &of);
    text_put(html,
             "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Lucid lab report</title>\n");
    text_put(html,
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
             "img-src data:\">\n");
    text_put(html, "<style>");
    text_put(html, STYLE);
    text_put(html, "</style></head>\n<body><h1>Lucid lab report");
    text_put(html, *report->student ? ": " : "");
    put(html, report->student);
    text_format(html, "</h1>\n<p>Scenarios: <b>%u of %u points</b>", points, of);
    if (report->grade) {
        text_format(html, "; the machine: <b>%u of %u</b>", report->grade->points, report->grade->of);
    }
    text_put(html, ". Each run below was made again from its seed, and came out the same.</p>\n");
    put_refused(report->handin, html);
    for (unsigned i = 0; i < report->handin->runs; i++) {
        if (report->handin->run[i].best) {
            put_run(report, &report->handin->run[i], html);
        }
    }
    if (report->grade) {
        put_machine(report->grade, html);
    }
    put_edges(&report->handin->edges, html);
    text_put(html, "</body></html>\n");
}
