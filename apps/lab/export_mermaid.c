/* export_mermaid.c: the ladder as Mermaid's sequenceDiagram. See export.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/export.h"
#include "lab/i18n.h"
#include "lab/ladder_view.h"
#include "lab/narrate.h"

/* A line is never longer, so that the limit is kept by looking before each. */
#define LINE_MAX_OCTETS 1200

/* What means something to Mermaid is written by its number: the ends of statements, # and the quotes; the word "end"
 * would close a block. */
static void put_escaped(struct text *out, const char *text) {
    static const char special[] = "#;\"<>{}%\\`";
    for (const char *at = text; *at; at++) {
        bool word = at == text || at[-1] == ' ' || at[-1] == '(';
        if (word && !strncmp(at, "end", 3) && !(at[3] >= 'a' && at[3] <= 'z')) {
            text_put(out, "e#110;d");
            at += 2;
        } else if (strchr(special, *at)) {
            text_format(out, "#%d;", *at);
        } else {
            text_put_char(out, *at);
        }
    }
}

struct diagram {
    struct text *out;
    const struct model *model;
    const struct ladder_view *ladder;
    const char *name[2];
};

static void begin(const struct diagram *diagram) {
    char title[300];
    struct text text = text_fixed(title, sizeof title);
    narrate_title(&text, diagram->model->log);
    text_put(diagram->out, "sequenceDiagram\n    title ");
    put_escaped(diagram->out, title);
    text_put_char(diagram->out, '\n');
    for (unsigned end = 0; end < 2; end++) {
        text_format(diagram->out, "    participant %s\n", diagram->name[end]);
    }
}

static void put_segment(const struct diagram *diagram, const struct rung *rung) {
    char label[200];
    struct text text = text_fixed(label, sizeof label);
    rung_label(&text, diagram->model, rung, 60, false);
    const struct tlog_event *event = rung_segment(diagram->model->log, rung);
    enum rung_look look = rung_look(diagram->model->log, rung, diagram->model->at);
    unsigned from = rung->kind == RUNG_ARRIVAL ? 1 - rung->end : rung->end;
    const char *arrow = look == LOOK_ARRIVED ? "->>" : look == LOOK_LOST ? "-x" : "--)";
    text_format(diagram->out, "    %s%s%s: ", diagram->name[from], arrow, diagram->name[1 - from]);
    put_escaped(diagram->out, label);
    text_put(diagram->out, event->u.segment.again ? " (again)" : "");
    text_put(diagram->out, rung->copy ? " (copy)" : "");
    text_put_char(diagram->out, '\n');
}

static void put_note(const struct diagram *diagram, const struct rung *rung) {
    char words[LINE_MAX_OCTETS / 4];
    struct text text = text_fixed(words, sizeof words);
    rung_words(&text, diagram->model, rung);
    if (rung->end == 2) {
        text_format(diagram->out, "    Note over %s,%s: ", diagram->name[0], diagram->name[1]);
    } else if (rung->kind == RUNG_STATE) {
        text_format(diagram->out, "    Note over %s: ", diagram->name[rung->end]);
    } else {
        text_format(diagram->out, "    Note %s of %s: ", rung->end ? "right" : "left", diagram->name[rung->end]);
    }
    put_escaped(diagram->out, words);
    text_put_char(diagram->out, '\n');
}

static unsigned put_rungs(const struct diagram *diagram, unsigned from) {
    unsigned last = ladder_view_upto(diagram->ladder, diagram->model->at);
    size_t start = diagram->out->length;
    begin(diagram);
    for (; from < last && diagram->out->length - start < EXPORT_MERMAID_MAX - LINE_MAX_OCTETS; from++) {
        const struct rung *rung = ladder_view_rung(diagram->ladder, from);
        /* An arrival whose departure is above is that arrow already; Mermaid draws no crossing. */
        if (rung->kind == RUNG_ARRIVAL && rung->other > 0 && !rung->copy) {
            continue;
        }
        if (rung->kind <= RUNG_ARRIVAL) {
            put_segment(diagram, rung);
        } else {
            put_note(diagram, rung);
        }
    }
    return from;
}

int export_mermaid(struct text *out, const struct model *model, unsigned left, unsigned right, unsigned *next) {
    struct ladder_view *ladder = ladder_view_new(model->log, left, right);
    if (!ladder || ladder_view_update(ladder)) {
        ladder_view_free(ladder);
        return -1;
    }
    struct diagram diagram = {
        out, model, ladder, {tlog_node_name(model->log, left), tlog_node_name(model->log, right)}};
    bool some = *next < ladder_view_upto(ladder, model->at);
    if (some) {
        *next = put_rungs(&diagram, *next);
    }
    ladder_view_free(ladder);
    return some;
}
