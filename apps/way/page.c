/* page.c: a run as one HTML file: it needs no other file, no script and no network. See report.h.
 *
 * The picture is a ladder: a column for each hop, time goes down. Each row has a strip of it as SVG, whose coordinates
 * along the row are per cent, so that it fits a phone and a wall; beside it, or below it where there is no room, stand
 * the words.
 */
#include <stdio.h>
#include <string.h>

#include "picture.h"

/* Octets of a message that is not folded up. */
enum { SHORT = 700 };

static const char style[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#5b6570;--line:#c3cad2;--card:#f5f7f9;--name:#00706b;"
    "--open:#1a7f37;--http:#0b5fc0;--uwsgi:#7a3fc2;--program:#a45500;--close:#5b6570;--trouble:#c4211b}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e4e8ec;--dim:#9aa5b1;--line:#3a434d;--card:#1c2229;"
    "--name:#4ec9c2;--open:#57c46f;--http:#6cb0ff;--uwsgi:#bf94ff;--program:#f0a35e;--close:#9aa5b1;"
    "--trouble:#ff7b74}}\n"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:76rem;padding:1rem;background:var(--bg);color:var(--fg);"
    "font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\n"
    "h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.25rem;margin:2.5rem 0 .5rem}"
    "h3{font-size:1rem;margin:1.5rem 0 .25rem}p{margin:.5rem 0;max-width:46rem}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.75rem 0}dt{font-weight:600}"
    "dd{margin:0;color:var(--dim)}\n"
    ".ladder{list-style:none;margin:1rem 0;padding:0}\n"
    ".strip{background:linear-gradient(to right,transparent calc(50% - 1px),var(--line) calc(50% - 1px),var(--line) "
    "calc(50% + 1px),transparent calc(50% + 1px)) 0 0/calc(100%/var(--n)) 100%}\n"
    ".hops{position:sticky;top:0;z-index:1;background:var(--bg);border-bottom:1px solid var(--line)}"
    ".hops div{display:grid;grid-template-columns:repeat(var(--n),1fr);text-align:center;font-weight:600;"
    "font-size:.85rem;padding:.4rem 0}\n"
    ".heading{font-weight:600;padding:.5rem .75rem;background:var(--card);border-radius:.4rem}\n"
    ".strip svg{display:block;width:100%;overflow:visible}svg text{fill:var(--c,var(--fg));font-size:12px}"
    "svg .state{fill:var(--dim);font-size:10px;font-weight:600}"
    "svg line{stroke:var(--c,var(--fg));stroke-width:2}svg circle,marker path{fill:var(--c,var(--fg))}\n"
    ".back{fill:none;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}\n"
    ".words{padding:.35rem .75rem .6rem;background:var(--bg)}.words p{margin:0}.words b{color:var(--c,var(--fg))}"
    ".when{color:var(--dim);font-variant-numeric:tabular-nums;font-size:.85rem}.states{color:var(--dim);"
    "font-size:.85rem}\n"
    "details{margin:.25rem 0}summary{cursor:pointer;color:var(--dim);font-size:.85rem;padding:.2rem 0}\n"
    "pre{margin:.25rem 0;padding:.5rem .75rem;background:var(--card);border-radius:.4rem;white-space:pre-wrap;"
    "font:.8rem/1.45 ui-monospace,monospace}\n"
    ".name{--c:var(--name)}.open{--c:var(--open)}.http{--c:var(--http)}.uwsgi{--c:var(--uwsgi)}"
    ".program{--c:var(--program)}.close,.quiet{--c:var(--close)}.trouble{--c:var(--trouble)}\n"
    ".way{line-height:2.4}.way span{border:2px solid var(--line);border-radius:.4rem;padding:.2rem .6rem;"
    "white-space:nowrap}\n"
    ".lesson{border-left:4px solid var(--open);padding:.25rem 1rem;margin:1rem 0;background:var(--card)}\n"
    "@media(min-width:56rem){.row{display:grid;grid-template-columns:minmax(0,6fr) minmax(0,7fr)}"
    ".hops div{width:46.154%}.row:hover .words{background:var(--card)}}\n"
    "@media(max-width:26rem){.hops div{font-size:.72rem}svg text{font-size:11px}svg .state{font-size:9px}}\n";

static void put(struct text *text, const char *words) {
    text_put_html(text, words, strlen(words));
}

static void put_element(struct text *text, const char *tag, const char *words) {
    text_format(text, "<%s>", tag);
    put(text, words);
    text_format(text, "</%s>\n", tag);
}

/* ---- the picture ---- */

/* Written twice: first its outline in the colour of the page, so that lines behind it do not disturb. */
static void put_text(struct text *text, double x, int y, const char *class, const char *words) {
    for (unsigned i = 0; i < 2; i++) {
        text_format(text, "<text x=\"%.1f%%\" y=\"%d\" text-anchor=\"middle\" class=\"%s%s\">", x, y, class,
                    i == 0 ? " back" : "");
        put(text, words);
        text_put(text, "</text>");
    }
}

static void put_strip(struct text *text, const struct way_plan *plan, const struct way_row *row) {
    const double x[2] = {way_column(plan, row->from), way_column(plan, row->to)};
    char label[48];
    bool changes = row->before[0] != row->after[0] || row->before[1] != row->after[1];
    text_format(text, "<div class=\"strip\"><svg height=\"%d\" role=\"img\" aria-label=\"", changes ? 48 : 34);
    put(text, way_hop_name(row->from));
    text_put(text, " to ");
    put(text, way_hop_name(row->to));
    text_put(text, "\">");
    if (row->from == row->to) {
        text_format(text, "<circle cx=\"%.1f%%\" cy=\"24\" r=\"5\"/>", x[0]);
    } else {
        text_format(text, "<line x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"24\" y2=\"24\" marker-end=\"url(#to-%s)\"/>", x[0],
                    x[1], way_topic_class(row->topic));
    }
    put_text(text, (x[0] + x[1]) / 2, 16, "label", way_short_label(row, label));
    for (unsigned i = 0; i < 2; i++) {
        if (row->before[i] != row->after[i]) {
            put_text(text, x[i], 42, "state", lucid_state_name(row->after[i]));
        }
    }
    text_put(text, "</svg></div>");
}

/* Arrow heads, one of each colour. */
static void put_markers(struct text *text) {
    text_put(text, "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs>\n");
    for (enum way_topic topic = WAY_USER; topic <= WAY_TROUBLE; topic++) {
        const char *class = way_topic_class(topic);
        text_format(text,
                    "<marker id=\"to-%s\" class=\"%s\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"9\" "
                    "markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/>"
                    "</marker>\n",
                    class, class);
    }
    text_put(text, "</defs></svg>\n");
}

/* ---- the words ---- */

static void put_states(struct text *text, const struct way_row *row) {
    const enum way_hop hop[2] = {row->from, row->to};
    bool first = true;
    for (unsigned i = 0; i < 2; i++) {
        if (row->before[i] != row->after[i]) {
            text_format(text, "%s%s: %s \u2192 %s", first ? "<p class=\"states\">" : "; ", way_hop_name(hop[i]),
                        lucid_state_name(row->before[i]), lucid_state_name(row->after[i]));
            first = false;
        }
    }
    text_put(text, first ? "" : "</p>");
}

static void put_folded(struct text *text, const char *summary, const struct text *content, bool open) {
    if (content->length > 0) {
        text_format(text, "<details%s><summary>%s</summary><pre>", open ? " open" : "", summary);
        text_put_html(text, content->data, content->length);
        text_put(text, "</pre></details>");
    }
}

static void put_row(struct text *text, const struct way_report *report, const struct way_timeline *timeline,
                    unsigned number) {
    const struct way_row *row = &timeline->row[number];
    if (row->heading) {
        text_put(text, "<li class=\"heading\">");
        put(text, row->heading);
        text_put(text, "</li>\n");
    }
    text_format(text, "<li class=\"row %s\">", way_topic_class(row->topic));
    put_strip(text, report->plan, row);
    text_format(text, "<div class=\"words\"><p><span class=\"when\">%u", number + 1);
    if (!report->steps) {
        text_format(text, " \u00b7 %.2f ms", (double)(row->at - timeline->zero) / 1e6);
    }
    text_format(text, " \u00b7 %s", way_hop_name(row->from));
    if (row->from != row->to) {
        text_format(text, " \u2192 %s", way_hop_name(row->to));
    }
    text_put(text, "</span><br><b>");
    text_put_html(text, row->label.data, row->label.length);
    text_put(text, "</b> ");
    text_put_html(text, row->what.data, row->what.length);
    text_put(text, "</p>");
    put_states(text, row);
    put_folded(text, row->topic == WAY_UWSGI_PACKET ? "the variables" : "the message", &row->lines,
               row->lines.length < SHORT);
    put_folded(text, "each octet", &row->octets, false);
    text_put(text, "</div></li>\n");
}

/* ---- an act ---- */

static void put_known(void *user, enum way_hop hop, const char *sentence) {
    struct text *text = user;
    text_format(text, "<dt>%s</dt><dd>", way_hop_name(hop));
    put(text, sentence);
    text_put(text, "</dd>\n");
}

static void put_figures(struct text *text, const struct way_report *report, unsigned act) {
    struct text times = text_growing(), connections = text_growing();
    way_times_say(report, act, &times);
    way_connections_say(report, act, &connections);
    if (times.length > 0 || connections.length > 0) {
        text_put(text, "<dl>\n");
        if (times.length > 0) {
            text_format(text, "<dt>Time</dt><dd>%s</dd>\n", times.data);
        }
        if (connections.length > 0) {
            text_format(text, "<dt>Connections</dt><dd>%s</dd>\n", connections.data);
        }
        text_put(text, "</dl>\n");
    }
    text_free(&times);
    text_free(&connections);
}

static void put_act(struct text *text, const struct way_report *report, unsigned number) {
    const struct way_act *act = &report->plan->act[number];
    const struct way_timeline *timeline = &report->timeline[number];
    text_format(text, "<section><h2>%u. ", number + 1);
    put(text, act->title);
    text_put(text, "</h2>\n");
    put_element(text, "p", act->before);
    text_put(text, "<ol class=\"ladder\">\n<li class=\"hops\"><div>");
    for (unsigned i = 0; i < report->plan->hops; i++) {
        text_format(text, "<span>%s</span>", way_hop_name(report->plan->hop[i]));
    }
    text_put(text, "</div></li>\n");
    for (unsigned i = 0; i < timeline->rows; i++) {
        put_row(text, report, timeline, i);
    }
    text_put(text, "</ol>\n");
    put_figures(text, report, number);
    if (report->plan->failure) {
        text_put(text, "<h3>Who knows what</h3>\n<dl>\n");
        way_knowledge(report, number, put_known, text);
        text_put(text, "</dl>\n");
    }
    text_put(text, "<div class=\"lesson\">");
    put_element(text, "p", act->after);
    text_put(text, "</div></section>\n");
}

/* The way, in boxes. */
static void put_hops(struct text *text, const struct way_plan *plan) {
    text_put(text, "<p class=\"way\">");
    for (unsigned i = 0; i < plan->hops; i++) {
        text_format(text, "%s<span>%s</span>", i > 0 ? " \u2192 " : "", way_hop_name(plan->hop[i]));
    }
    text_put(text, "</p>\n");
}

static void put_state(void *user, const char *name, const char *about) {
    text_format(user, "<dt>%s</dt><dd>%s</dd>\n", name, about);
}

void way_page(const struct way_report *report, struct text *text) {
    const struct way_plan *plan = report->plan;
    text_put(text, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                   "<link rel=\"icon\" href=\"data:,\">\n<title>The way of a request: ");
    put(text, plan->title);
    text_put(text, "</title>\n<style>\n");
    text_put(text, style);
    text_format(text, "</style>\n</head>\n<body style=\"--n:%u\">\n", plan->hops);
    put_markers(text);
    text_format(text, "<h1>The way of a request%s</h1>\n", plan->failure ? " that fails" : "");
    put_element(text, "p", plan->title);
    if (!plan->failure) {
        put_hops(text, plan);
    }
    text_put(text, "<dl>\n");
    for (unsigned i = 0; i < plan->hops; i++) {
        text_format(text, "<dt>%s</dt><dd>", way_hop_name(plan->hop[i]));
        put(text, way_hop_about(plan, plan->hop[i]));
        text_put(text, "</dd>\n");
    }
    text_put(text, "</dl>\n");
    for (unsigned i = 0; i < report->takes; i++) {
        put_act(text, report, i);
    }
    text_put(text, "<h3>The states of a connection that were seen</h3>\n<dl>\n");
    way_states_say(report, put_state, text);
    text_put(text, "</dl>\n<p>States of our stack are its own account; those of the kernel follow from the segments."
                   "</p>\n</body>\n</html>\n");
}
