/* web_export.c: GET /export/KIND: the log as a file of another kind. The command `export` knows more of each. */
#include <stdio.h>
#include <string.h>

#include "lab/export.h"
#include "lab/html.h"
#include "lab/picture.h"
#include "lab/web_private.h"

static int put_html(struct text *out, const struct tlog *log) {
    return html_replay(log, out);
}

static int put_log(struct text *out, const struct tlog *log) {
    size_t length;
    const char *lines = tlog_lines(log, &length);
    text_put_octets(out, lines, length);
    return 0;
}

/* What needs to know what is true at the end. */
static int with_model(struct text *out, const struct tlog *log, int (*put)(struct text *, const struct model *)) {
    struct model *model = model_new(log);
    int failed = !model || model_goto(model, tlog_count(log)) ? -1 : put(out, model);
    model_free(model);
    return failed;
}

/* The other node; itself, where there is only one. */
static unsigned second(const struct model *model) {
    return tlog_header(model->log)->nodes > 1 ? 1 : 0;
}

static int ladder(struct text *out, const struct model *model) {
    return picture_ladder(out, model, 0, second(model), 0, 0);
}

static int mermaid(struct text *out, const struct model *model) {
    unsigned next = 0;
    return export_mermaid(out, model, 0, second(model), &next) < 0 ? -1 : 0;
}

static int machine(struct text *out, const struct model *model) {
    export_dot(out, model, 0);
    return 0;
}

static int variables(struct text *out, const struct model *model) {
    const struct model_connection *connection = model_newest(model, 0);
    export_csv(out, model, 0, connection ? connection->c : 0);
    return 0;
}

static int put_svg(struct text *out, const struct tlog *log) {
    return with_model(out, log, ladder);
}

static int put_mermaid(struct text *out, const struct tlog *log) {
    return with_model(out, log, mermaid);
}

static int put_dot(struct text *out, const struct tlog *log) {
    return with_model(out, log, machine);
}

static int put_csv(struct text *out, const struct tlog *log) {
    return with_model(out, log, variables);
}

static const struct {
    const char *kind, *type;
    int (*put)(struct text *out, const struct tlog *log);
} KINDS[] = {
    {"html", "text/html; charset=utf-8", put_html},
    {"tlog", "application/x-ndjson", put_log},
    {"svg", "image/svg+xml", put_svg},
    {"mermaid", "text/plain; charset=utf-8", put_mermaid},
    {"dot", "text/vnd.graphviz; charset=utf-8", put_dot},
    {"csv", "text/csv; charset=utf-8", put_csv},
};

const char *web_export(const struct tlog *log, const char *kind, struct text *out, char error[LAB_ERROR]) {
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        if (!strcmp(kind, KINDS[i].kind)) {
            snprintf(error, LAB_ERROR, "there is no memory for the export; free some");
            return KINDS[i].put(out, log) < 0 || out->cut ? NULL : KINDS[i].type;
        }
    }
    snprintf(error, LAB_ERROR, "there is no export %.40s; html, tlog, svg, mermaid, dot and csv are there", kind);
    return NULL;
}
