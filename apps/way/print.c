/* print.c: a run as text. See report.h. */
#include <stdio.h>
#include <string.h>

#include "report.h"

/* LINE: of a message; the page has all of it. */
enum { COLUMNS = 100, INDENT = 42, LINE = 76 };

struct printer {
    const struct way_report *report;
    const struct ladder_style *style;
    struct text *text;
};

static void colour(const struct printer *printer, const char *code) {
    if (printer->style->colour) {
        text_format(printer->text, "\033[%sm", code);
    }
}

/* Puts words from column at on, and goes on below at column indent where the line is full. */
static void put_wrapped(struct text *text, const char *words, unsigned at, unsigned indent) {
    while (*words) {
        size_t length = strcspn(words, " ");
        if (at > indent && at + length > COLUMNS) {
            while (text->length > 0 && text->data[text->length - 1] == ' ') {
                text->data[--text->length] = '\0';
            }
            text_format(text, "\n%*s", (int)indent, "");
            at = indent;
        }
        text_put_octets(text, words, length);
        at += (unsigned)length;
        words += length;
        if (*words == ' ') {
            words++;
            if (*words) {
                text_put_char(text, ' ');
                at++;
            }
        }
    }
    text_put_char(text, '\n');
}

/* ---- a row ---- */

static const char *arrow(const struct printer *printer) {
    return printer->style->utf8 ? "\u2192" : ">";
}

static void put_states(const struct printer *printer, const struct way_row *row) {
    struct text *text = printer->text;
    const enum way_hop hop[2] = {row->from, row->to};
    bool first = true;
    for (unsigned i = 0; i < 2; i++) {
        if (row->before[i] == row->after[i]) {
            continue;
        }
        if (first) {
            text_format(text, "%*s", INDENT, "");
            colour(printer, "36");
        }
        text_format(text, "%s%s %s %s %s", first ? "" : ", ", way_hop_name(hop[i]), lucid_state_name(row->before[i]),
                    arrow(printer), lucid_state_name(row->after[i]));
        first = false;
    }
    if (!first) {
        colour(printer, "0");
        text_put_char(text, '\n');
    }
}

static void put_lines(const struct printer *printer, const struct text *lines) {
    const char *line = lines->data;
    while (lines->length > 0 && *line) {
        size_t length = strcspn(line, "\n");
        text_format(printer->text, "%*s|%s", INDENT, "", length > 0 ? " " : "");
        text_put_octets(printer->text, line, length < LINE ? length : LINE);
        text_put(printer->text, length > LINE ? " ..." : "");
        text_put_char(printer->text, '\n');
        line += length + (line[length] == '\n');
    }
}

static void put_row(const struct printer *printer, const struct way_timeline *timeline, unsigned number) {
    const struct way_row *row = &timeline->row[number];
    struct text *text = printer->text;
    char words[1024], when[24] = "";
    if (row->heading) {
        text_put_char(text, '\n');
        colour(printer, "1");
        text_format(text, "  %s", row->heading);
        colour(printer, "0");
        text_put_char(text, '\n');
    }
    if (!printer->report->steps) {
        snprintf(when, sizeof when, "%.2f", (double)(row->at - timeline->zero) / 1e6);
    }
    bool alone = row->from == row->to;
    text_format(text, "%3u %9s  %-10s %s %-10s   ", number + 1, when, way_hop_name(row->from),
                alone ? " " : arrow(printer), alone ? "" : way_hop_name(row->to));
    snprintf(words, sizeof words, "%s: %s", row->label.data, row->what.data);
    if (row->topic == WAY_TROUBLE) {
        colour(printer, "31");
    }
    put_wrapped(text, words, INDENT, INDENT);
    if (row->topic == WAY_TROUBLE) {
        colour(printer, "0");
    }
    put_states(printer, row);
    put_lines(printer, &row->lines);
}

/* ---- an act ---- */

static void put_known(void *user, enum way_hop hop, const char *sentence) {
    const struct printer *printer = user;
    text_format(printer->text, "    %-12s", way_hop_name(hop));
    put_wrapped(printer->text, sentence, 16, 16);
}

static void put_figures(const struct printer *printer, unsigned act) {
    struct text times = text_growing(), connections = text_growing();
    unsigned left_out = printer->report->timeline[act].left_out;
    way_times_say(printer->report, act, &times);
    way_connections_say(printer->report, act, &connections);
    if (times.length > 0) {
        text_put(printer->text, "\n  Time:         ");
        put_wrapped(printer->text, times.data, 16, 16);
    }
    if (connections.length > 0) {
        text_put(printer->text, times.length > 0 ? "  Connections:  " : "\n  Connections:  ");
        put_wrapped(printer->text, connections.data, 16, 16);
    }
    if (left_out > 0) {
        text_format(printer->text, "  Left out:     %u confirmation%s (ACK) without news; --all shows %s\n", left_out,
                    left_out == 1 ? "" : "s", left_out == 1 ? "it" : "them");
    }
    if (printer->report->timeline[act].of_names > 0) {
        text_format(printer->text, "  Left out:     %u DNS messages about other names, the browser's own business\n",
                    printer->report->timeline[act].of_names);
    }
    text_free(&times);
    text_free(&connections);
}

static void put_act(struct printer *printer, unsigned number) {
    const struct way_report *report = printer->report;
    const struct way_act *act = &report->plan->act[number];
    text_put_char(printer->text, '\n');
    colour(printer, "1;7");
    text_format(printer->text, " %u. %s ", number + 1, act->title);
    colour(printer, "0");
    text_put(printer->text, "\n\n  ");
    put_wrapped(printer->text, act->before, 2, 2);
    text_format(printer->text, "\n%3s %9s\n", "", report->steps ? "" : "ms");
    for (unsigned i = 0; i < report->timeline[number].rows; i++) {
        put_row(printer, &report->timeline[number], i);
    }
    put_figures(printer, number);
    if (report->plan->failure) {
        text_put(printer->text, "\n  Who knows what:\n");
        way_knowledge(report, number, put_known, printer);
    }
    text_put(printer->text, "\n  ");
    put_wrapped(printer->text, act->after, 2, 2);
}

static void put_state(void *user, const char *name, const char *about) {
    text_format(user, "  %-14s%s\n", name, about);
}

/* "client > our DNS > Nginx" */
static void put_hops(const struct printer *printer) {
    const struct way_plan *plan = printer->report->plan;
    text_put(printer->text, "  ");
    for (unsigned i = 0; i < plan->hops; i++) {
        if (i > 0) {
            text_format(printer->text, " %s ", arrow(printer));
        }
        text_put(printer->text, way_hop_name(plan->hop[i]));
    }
    text_put(printer->text, "\n\n");
}

void way_print(const struct way_report *report, const struct ladder_style *style, struct text *text) {
    struct printer printer = {report, style, text};
    colour(&printer, "1");
    text_format(text, "The way of a request%s: %s", report->plan->failure ? " that fails" : "", report->plan->title);
    colour(&printer, "0");
    text_put(text, "\n\n");
    if (!report->plan->failure) {
        put_hops(&printer);
    }
    for (unsigned i = 0; i < report->plan->hops; i++) {
        text_format(text, "  %-12s%s\n", way_hop_name(report->plan->hop[i]),
                    way_hop_about(report->plan, report->plan->hop[i]));
    }
    for (unsigned i = 0; i < report->takes; i++) {
        put_act(&printer, i);
    }
    text_put(text, "\nThe states that were seen:\n");
    way_states_say(report, put_state, text);
    text_put(text, "\nStates of our stack are its own account; those of the kernel follow from the segments.\n");
}
