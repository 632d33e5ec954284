/* report.c: see report.h. */
#include "lab/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/picture.h"

static const char STYLE[] =
    "body{font:16px/1.45 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#000;background:#fff}"
    "h1{font-size:1.6em}h2{font-size:1.3em;margin-top:2em;border-bottom:1px solid #555}"
    "table{border-collapse:collapse;width:100%;margin:.8em 0}"
    "th,td{border:1px solid #777;padding:.25em .5em;text-align:left;vertical-align:top}"
    "td.n{text-align:right;white-space:nowrap}.no{background:#fbe3d6}code,pre{font-size:14px}"
    "pre{overflow-x:auto}img{max-width:100%;border:1px solid #ccc}"
    "@media print{body{margin:0;max-width:none}h2,table,img{break-inside:avoid}h2{break-after:avoid}}";

static const char POLICY[] = "<meta http-equiv=\"Content-Security-Policy\" "
                             "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n";

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

static void put_heads(struct text *html, bool predict) {
    text_format(html, "<table><tr><th>%s<th>%s<th>%s<th>%s<th>%s</tr>\n",
                i18n(predict ? "report.predict" : "report.check"), i18n(predict ? "report.mine" : "report.got"),
                i18n(predict ? "report.outcome" : "report.expected"), i18n("report.rule"), i18n("report.points"));
}

static void put_items(const struct result *result, bool predict, struct text *html) {
    bool begun = false;
    for (unsigned i = 0; i < result->items; i++) {
        const struct result_item *item = &result->item[i];
        if (item->predict != predict) {
            continue;
        }
        if (!begun) {
            put_heads(html, predict);
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
    enum scenario_language language = i18n_chosen() == I18N_ZH ? SCENARIO_ZH : SCENARIO_EN;
    text_put(html, "<h2>");
    put(html, result->lab);
    if (strcmp(result->variant, "a") != 0) {
        text_put(html, " ");
        put(html, result->variant);
    }
    text_put(html, " ");
    put(html, scenario ? scenario_say(&scenario->title, language) : "");
    text_put(html, "</h2>\n");
    scenario_free(scenario);
}

static void put_ladder(const struct stage *stage, const char *title, struct text *html) {
    struct text svg = text_growing(), words = text_growing();
    i18n_put(&words, "report.ladder", title, NULL);
    if (!picture_ladder(&svg, stage->model, stage->node[0], stage->node[1], 0, 0)) {
        report_put_picture(html, &svg, words.data ? words.data : "");
    }
    text_free(&svg);
    text_free(&words);
}

static void put_machines(const struct stage *stage, const char *title, struct text *html) {
    struct text svg = text_growing(), words = text_growing();
    i18n_put(&words, "report.machines", title, NULL);
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
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, run->result->seed);
    text_put(html, "<p>");
    i18n_put(html, "report.run", grade_number(run->points), grade_number(run->of), seed, grade_number(run->tries),
             NULL);
    text_put(html, " <code>");
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
            text_format(html, "</code>%s", i18n("report.refused"));
            put(html, handin->run[i].why);
            text_put(html, "</p>\n");
        }
    }
}

/* ---- the machine, the edges ---- */

static void put_machine(const struct grade *grade, struct text *html) {
    text_format(html, "<h2>L36 %s</h2>\n<p>", i18n("report.l36.title"));
    i18n_put(html, "report.l36", grade_number(grade->points), grade_number(grade->of), NULL);
    text_format(html, " <code>%s</code></p>\n", grade->source_hash);
    text_format(html, "<table><tr><th>%s<th>%s<th>%s</tr>\n", i18n("report.stage"), i18n("report.right"),
                i18n("report.points"));
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        const struct grade_stage *stage = &grade->stage[i];
        text_put(html, stage->points < stage->of ? "<tr class=\"no\"><td>" : "<tr><td>");
        char key[24];
        snprintf(key, sizeof key, "grade.stage.%u", i);
        text_format(html, "%u %s</td><td class=\"n\">", i, i18n(key));
        i18n_put(html, "report.of", grade_number(stage->right), grade_number(stage->cells), NULL);
        text_format(html, "</td><td class=\"n\">%u/%u</td></tr>\n", stage->points, stage->of);
    }
    text_put(html, "</table>\n");
    if (grade->twin.count) {
        struct text svg = text_growing(), words = text_growing(), story = text_growing();
        grade_print_svg(&grade->twin, &svg);
        grade_put_story(&story, &grade->twin);
        i18n_put(&words, "report.story", story.data, NULL);
        text_free(&story);
        report_put_picture(html, &svg, words.data ? words.data : "");
        text_free(&svg);
        text_free(&words);
    }
}

static void put_edges(const struct edges *edges, struct text *html) {
    struct text map = text_growing();
    edges_print(edges, 0, true, &map);
    text_format(html, "<h2>L35 %s</h2>\n<pre>", i18n("report.l35.title"));
    put(html, map.data ? map.data : "");
    text_put(html, "</pre>\n");
    text_free(&map);
}

void report_put(const struct report *report, struct text *html) {
    unsigned points, of;
    handin_points(report->handin, &points, &of);
    text_format(html, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s</title>\n",
                i18n_chosen() == I18N_ZH ? "zh" : "en", i18n("report.title"));
    text_put(html, POLICY);
    text_put(html, "<style>");
    text_put(html, STYLE);
    text_format(html, "</style></head>\n<body><h1>%s%s", i18n("report.title"), *report->student ? ": " : "");
    put(html, report->student);
    text_put(html, "</h1>\n<p>");
    i18n_put(html, "report.scenarios", grade_number(points), grade_number(of), NULL);
    if (report->grade) {
        i18n_put(html, "report.machine", grade_number(report->grade->points), grade_number(report->grade->of), NULL);
    }
    text_format(html, "%s</p>\n", i18n("report.proof"));
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
