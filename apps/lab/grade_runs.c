/* grade_runs.c: see grade_runs.h. What counts is what the runner gives when it runs them again (proof.h). */
#include "lab/grade_runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "lab/handin.h"
#include "lab/lab.h"

static const char *variant_of(const struct result *result) {
    return strcmp(result->variant, "a") ? result->variant : "";
}

/* ---- for people ---- */

static void put_wrong(const struct result_item *item, struct text *text) {
    if (item->right || !item->of) {
        return;
    }
    text_format(text, "    %s %u/%u  %s: %s; %s: %s", item->id, item->points, item->of, item->predict ? "mine" : "got",
                *item->mine ? item->mine : "nothing", item->predict ? "outcome" : "expected", item->outcome);
    text_format(text, *item->rule ? "   [%s]\n" : "\n%s", item->rule);
}

static void put_run(const struct handin_run *run, struct text *text) {
    if (*run->why) {
        text_format(text, "  %s does not count: %s\n", run->path, run->why);
        return;
    }
    if (!run->result) {
        return;
    }
    text_format(text, "%s%-4s %-2s seed %" PRIu64 "  %s", run->best ? "" : "  ", run->result->lab,
                variant_of(run->result), run->result->seed, run->path);
    text_format(text, "  %u/%u%s\n", run->points, run->of, run->best ? "" : "  (a try)");
    for (unsigned i = 0; run->best && i < run->result->items; i++) {
        put_wrong(&run->result->item[i], text);
    }
}

static void put_text(const struct handin *handin, struct text *text) {
    unsigned points, of;
    for (unsigned i = 0; i < handin->runs; i++) {
        put_run(&handin->run[i], text);
    }
    handin_points(handin, &points, &of);
    text_format(text, "\n%u/%u points\n", points, of);
}

/* ---- for programs: one entry for each item that counts ---- */

typedef void putter(const struct handin_run *run, const struct result_item *item, void *user);

static void each(const struct handin *handin, putter *put, void *user) {
    for (unsigned i = 0; i < handin->runs; i++) {
        const struct handin_run *run = &handin->run[i];
        for (unsigned k = 0; run->best && k < run->result->items; k++) {
            if (run->result->item[k].of) {
                put(run, &run->result->item[k], user);
            }
        }
    }
}

static void name_of(const struct handin_run *run, const struct result_item *item, struct text *text) {
    const char *variant = variant_of(run->result);
    text_format(text, "%s%s%s %s", run->result->lab, *variant ? " " : "", variant, item->id);
}

static void put_words(const struct result_item *item, struct text *text) {
    text_format(text, "%s: %s; %s: %s", item->predict ? "mine" : "got", item->mine,
                item->predict ? "outcome" : "expected", item->outcome);
}

struct tap {
    struct text *text;
    unsigned number;
};

static void put_tap_item(const struct handin_run *run, const struct result_item *item, void *user) {
    struct tap *tap = user;
    text_format(tap->text, "%sok %u - ", item->right ? "" : "not ", ++tap->number);
    name_of(run, item, tap->text);
    text_put(tap->text, item->right ? "" : ": ");
    if (!item->right) {
        put_words(item, tap->text);
    }
    text_put(tap->text, "\n");
}

static void put_tap(const struct handin *handin, struct text *text) {
    struct tap tap = {text, 0};
    text_put(text, "TAP version 13\n");
    each(handin, put_tap_item, &tap);
    text_format(text, "1..%u\n", tap.number);
}

static void put_html(struct text *text, const struct text *words) {
    if (words->data) {
        text_put_html(text, words->data, words->length);
    }
}

static void put_junit_item(const struct handin_run *run, const struct result_item *item, void *user) {
    struct text *text = user, words = text_growing();
    text_format(text, "  <testcase classname=\"%s\" name=\"", run->result->lab);
    name_of(run, item, &words);
    put_html(text, &words);
    text_free(&words);
    text_put(text, item->right ? "\"/>\n" : "\">");
    if (!item->right) {
        struct text why = text_growing();
        put_words(item, &why);
        text_format(text, "<failure message=\"%u of %u points\">", item->points, item->of);
        put_html(text, &why);
        text_put(text, "</failure></testcase>\n");
        text_free(&why);
    }
}

static void put_junit(const struct handin *handin, struct text *text) {
    text_put(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"lucid-lab\">\n");
    each(handin, put_junit_item, text);
    text_put(text, "</testsuite>\n");
}

static void put_gradescope_item(const struct handin_run *run, const struct result_item *item, void *user) {
    struct json *json = user;
    struct text name = text_growing(), words = text_growing();
    name_of(run, item, &name);
    put_words(item, &words);
    json_open(json, NULL, '{');
    json_string(json, "name", name.data ? name.data : "");
    json_int(json, "score", item->points);
    json_int(json, "max_score", item->of);
    json_string(json, "output", item->right || !words.data ? "" : words.data);
    json_string(json, "visibility", "visible");
    json_close(json, '}');
    text_free(&name);
    text_free(&words);
}

static void put_gradescope(const struct handin *handin, struct text *text) {
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    json_open(&json, "tests", '[');
    each(handin, put_gradescope_item, &json);
    json_close(&json, ']');
    json_close(&json, '}');
    text_put(text, "\n");
}

static void put_format(const struct handin *handin, const char *student, const char *format, struct text *text) {
    if (!strcmp(format, "tap")) {
        put_tap(handin, text);
    } else if (!strcmp(format, "junit")) {
        put_junit(handin, text);
    } else if (!strcmp(format, "gradescope")) {
        put_gradescope(handin, text);
    } else if (!strcmp(format, "csv")) {
        text_put(text, "student,lab,item,score,of,seed,hash\n");
        handin_put_csv(handin, student, text);
    } else {
        put_text(handin, text);
    }
}

/* ---- the edge hunt, L35: all that was walked, wherever ---- */

static bool edge_walked(const struct edges *edges, unsigned i) {
    return edges->visits[edges_find(edges, i)] > 0;
}

static void put_edges_tap(const struct edges *edges, struct text *text) {
    unsigned number = 0;
    text_put(text, "TAP version 13\n");
    for (unsigned i = 0; i < APPENDIX_COUNT; i++) {
        if (edges_counts(edges, i)) {
            text_format(text, "%sok %u - E%02u %s in %s\n", edge_walked(edges, i) ? "" : "not ", ++number,
                        APPENDIX[i].number, APPENDIX[i].event, lucid_state_name(APPENDIX[i].from));
        }
    }
    text_format(text, "1..%u\n", number);
}

/* For the other formats it is one item of a run that has only this. */
static void put_edges(const struct handin *handin, const char *student, const char *format, struct text *text) {
    unsigned walked, of;
    edges_points(&handin->edges, &walked, &of);
    if (!strcmp(format, "text")) {
        edges_print(&handin->edges, 0, false, text);
        return;
    }
    if (!strcmp(format, "tap")) {
        put_edges_tap(&handin->edges, text);
        return;
    }
    struct result_item item = {.id = (char[]){"edges"}, .kind = (char[]){"edges"}, .mine = (char[]){"too few"}};
    item.points = walked;
    item.of = of;
    item.right = walked == of;
    item.outcome = (char[]){"all"};
    struct result result = {.lab = (char[]){"L35"}, .variant = (char[]){"a"}, .items = 1, .item = &item};
    struct handin_run run = {.path = (char[]){""}, .result = &result, .points = walked, .of = of, .best = true};
    struct handin one = {.runs = 1, .run = &run};
    put_format(&one, student, format, text);
}

int grade_runs(const char *lab, const char *folder, const char *student, const char *format) {
    char error[LAB_ERROR];
    struct handin handin;
    struct catalogue *catalogue = catalogue_open(NULL, error);
    if (!catalogue) {
        return lab_refuse("%s", error);
    }
    bool hunt = !strcmp(lab, "L35");
    unsigned runs = handin_read(&handin, folder, hunt ? NULL : lab, catalogue), points, of;
    catalogue_close(catalogue);
    if (hunt) {
        edges_points(&handin.edges, &points, &of);
    } else {
        handin_points(&handin, &points, &of);
    }
    if (!runs) {
        handin_free(&handin);
        return lab_refuse("%s has no run of %s; `lucid-lab run %s` makes one", folder, lab, lab);
    }
    struct text text = text_growing();
    if (hunt) {
        put_edges(&handin, student, format, &text);
    } else {
        put_format(&handin, student, format, &text);
    }
    fwrite(text.data, 1, text.length, stdout);
    text_free(&text);
    handin_free(&handin);
    return of && points == of ? LAB_OK : LAB_FAILED;
}
