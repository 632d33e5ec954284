/* ladder_print.c: the rows of a ladder as text, 100 columns wide.
 *
 *      seconds lucid         flg      seq      ack   len     win         ~kernel       rule
 *     0.000031 SYN-RECEIVED  <- S          0                0   64240 -- ~SYN-SENT     9293:3.10.7.2/3
 *     |        |             |                                           |             |
 *     time     our state     the segment, its arrow to where it goes     their state   the rule, or a note
 *
 * SEQ and ACK count from the initial sequence numbers. A state is bold where it changes, if there is colour.
 */
#include "common/ladder_field.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TIME_WIDTH 10
#define STATE_WIDTH 12
#define FIELD_WIDTH 41
#define PEER_WIDTH 13
#define NOTE_WIDTH 20

enum paint { PLAIN, BOLD, DIM, ALARM };

/* ---- cells ---- */

static size_t columns_of(const char *string) {
    size_t columns = 0;
    for (; *string; string++) {
        columns += ((unsigned char)*string & 0xc0) != 0x80;
    }
    return columns;
}

static void spaces(struct text *text, size_t count) {
    for (; count > 0; count--) {
        text_put_char(text, ' ');
    }
}

/* One cell of a line; width 0: it is the last. */
static void cell(struct text *text, const struct ladder_style *style, const char *string, size_t width,
                 enum paint paint) {
    static const char *const codes[] = {"", "\033[1m", "\033[2m", "\033[31m"};
    size_t columns = columns_of(string);
    bool painted = style->colour && paint != PLAIN && columns > 0;
    text_put(text, painted ? codes[paint] : "");
    text_put(text, string);
    text_put(text, painted ? "\033[0m" : "");
    spaces(text, width > columns ? width - columns : 0);
}

/* ---- lines ---- */

/* What a line is made of. */
struct line {
    char time[24];
    char state[2][24];
    char note[64];
    bool bold[2];
    enum paint note_paint, field_paint;
};

static void trim_end(struct text *text) {
    while (text->length > 0 && text->data[text->length - 1] == ' ') {
        text->data[--text->length] = '\0';
    }
}

static void put_line(struct text *text, const struct ladder_style *style, const struct line *line, const char *field) {
    spaces(text, TIME_WIDTH - columns_of(line->time));
    cell(text, style, line->time, columns_of(line->time) + 1, DIM);
    cell(text, style, line->state[0], STATE_WIDTH + 1, line->bold[0] ? BOLD : PLAIN);
    cell(text, style, field, FIELD_WIDTH + 1, line->field_paint);
    cell(text, style, line->state[1], PEER_WIDTH + 1, line->bold[1] ? BOLD : PLAIN);
    cell(text, style, line->note, 0, line->note_paint);
    trim_end(text);
    text_put_char(text, '\n');
}

/* A further line below, of which only the field says something. */
static void put_field(struct text *text, const struct ladder_style *style, const char *field, enum paint paint) {
    struct line line = {.field_paint = paint};
    put_line(text, style, &line, field);
}

/* The field on the side of the end to which it belongs, wrapped at spaces; the first line carries the rest. */
static void put_wrapped(struct text *text, const struct ladder_style *style, const struct line *line, const char *field,
                        unsigned end) {
    bool first = true;
    while (*field || first) {
        size_t length = strlen(field);
        if (length > FIELD_WIDTH) {
            length = FIELD_WIDTH;
            while (length > 1 && field[length] != ' ') {
                length--;
            }
        }
        char part[FIELD_WIDTH + 1];
        int indent = end == 1 ? FIELD_WIDTH - (int)length : 0;
        snprintf(part, sizeof part, "%*s%.*s", indent, "", (int)length, field);
        if (first) {
            put_line(text, style, line, part);
        } else {
            put_field(text, style, part, line->field_paint);
        }
        first = false;
        field += length + (field[length] == ' ');
    }
}

/* ---- rows ---- */

struct printer {
    const struct ladder *ladder;
    const struct ladder_style *style;
    struct text *text;
    lucid_time begin;
    unsigned state[2]; /* before this row */
};

static bool is_inferred(const struct printer *printer, unsigned end) {
    return end == 1 && !printer->ladder->both;
}

static void set_states(struct printer *printer, const struct ladder_row *row, struct line *line) {
    for (unsigned end = 0; end < 2; end++) {
        unsigned to = row->state[end];
        line->bold[end] = to && to != printer->state[end];
        printer->state[end] = to ? to : printer->state[end];
        const char *name = printer->state[end] ? lucid_state_name(printer->state[end]) : "?";
        snprintf(line->state[end], sizeof line->state[end], "%s%s", is_inferred(printer, end) ? "~" : "", name);
    }
}

static void set_time(const struct printer *printer, const struct ladder_row *row, struct line *line) {
    lucid_time since = row->time - printer->begin;
    int decimals = since < 1000 * LUCID_SECOND ? 6 : 3;
    uint64_t seconds = since / LUCID_SECOND, rest = since % LUCID_SECOND / 1000;
    snprintf(line->time, sizeof line->time, "%" PRIu64 ".%0*" PRIu64, seconds, decimals,
             decimals == 6 ? rest : rest / 1000);
}

/* Takes the next part off a note, "9293:3.10.7.4/5, x7 segments of 1460", that fits its column; cut at a comma. */
static const char *take_note(const char *note, struct line *line) {
    size_t length = strlen(note), skip = length;
    const char *comma = strstr(note, ", ");
    if (length > NOTE_WIDTH && comma) {
        length = (size_t)(comma - note);
        skip = length + strlen(", ");
    }
    snprintf(line->note, sizeof line->note, "%.*s", (int)length, note);
    return note + skip;
}

static void print_segment(struct printer *printer, const struct ladder_row *row, struct line *line) {
    char field[128], words[128];
    struct text text = text_fixed(field, sizeof field), note = text_fixed(words, sizeof words);
    ladder_format_segment(printer->ladder, row, printer->style->utf8, &text);
    ladder_format_rules(row, is_inferred(printer, !row->end), &note);
    ladder_format_remark(printer->ladder, row, &note);
    bool alarm = row->retransmission || ladder_was_lost(row);
    enum paint note_paint = alarm ? ALARM : DIM;
    const char *rest = take_note(words, line);
    line->field_paint = alarm ? ALARM : PLAIN;
    line->note_paint = note_paint;
    put_line(printer->text, printer->style, line, field);
    while (*rest) {
        struct line below = {.note_paint = note_paint};
        rest = take_note(rest, &below);
        put_line(printer->text, printer->style, &below, "");
    }
}

/* One line for each end that sent something, and one for what else was left out. */
static void print_run(struct printer *printer, const struct ladder_row *row, struct line *line) {
    for (unsigned part = 0; part < 3; part++) {
        char field[128];
        struct text text = text_fixed(field, sizeof field);
        uint32_t lost = part < 2 ? row->run[part].departed - row->run[part].arrived : 0;
        if (part < 2 && row->run[part].segments > 0) {
            ladder_format_run(row, part, printer->style->utf8, &text);
        } else if (part == 2 && row->others > 0) {
            text_format(&text, "... %" PRIu32 " other rows ...", row->others);
        } else {
            continue;
        }
        line->note[0] = '\0';
        if (printer->ladder->both && lost > 0) {
            snprintf(line->note, sizeof line->note, "%" PRIu32 " lost", lost);
        }
        put_line(printer->text, printer->style, line, field);
        *line = (struct line){.note_paint = ALARM};
    }
}

/* What is no segment: on the side of the end where it happened. */
static void print_mark(struct printer *printer, const struct ladder_row *row, struct line *line) {
    char field[160];
    bool inferred = is_inferred(printer, row->end);
    struct text text = text_fixed(field, sizeof field), note = text_fixed(line->note, sizeof line->note);
    ladder_format_mark(row, inferred, &text);
    ladder_format_rules(row, inferred, &note);
    if (note.length == 0 && row->rule) {
        text_put(&note, row->rule);
    }
    line->field_paint = row->kind == LADDER_DROP || row->kind == LADDER_LOST ? ALARM : PLAIN;
    put_wrapped(printer->text, printer->style, line, field, row->end);
}

static void print_row(struct printer *printer, const struct ladder_row *row) {
    struct line line = {.note_paint = DIM};
    set_states(printer, row, &line);
    if (row->kind == LADDER_RUN) {
        print_run(printer, row, &line);
        return;
    }
    set_time(printer, row, &line);
    if (ladder_is_segment(row)) {
        print_segment(printer, row, &line);
        return;
    }
    print_mark(printer, row, &line);
}

/* ---- head and legend ---- */

static void print_end(const struct printer *printer, unsigned end) {
    char text[LUCID_ADDR_TEXT];
    const struct lucid_sockaddr *address = &printer->ladder->ends[end];
    bool ipv4 = lucid_addr_is_ipv4(&address->addr);
    text_format(printer->text, "%s %s%s%s:%u", printer->style->name[end], ipv4 ? "" : "[",
                lucid_addr_format(&address->addr, text), ipv4 ? "" : "]", address->port);
}

static void print_head(const struct printer *printer) {
    struct line line = {.time = "seconds", .note = "rule", .field_paint = DIM, .note_paint = DIM};
    text_format(printer->text, "%s: ", printer->style->title);
    print_end(printer, 0);
    text_put(printer->text, printer->style->utf8 ? " ◄─► " : " <-> ");
    print_end(printer, 1);
    text_put(printer->text, "\n\n");
    for (unsigned end = 0; end < 2; end++) {
        snprintf(line.state[end], sizeof line.state[end], "%s%.11s", is_inferred(printer, end) ? "~" : "",
                 printer->style->name[end]);
    }
    put_line(printer->text, printer->style, &line, "   flg      seq      ack   len     win");
}

static void print_legend(const struct printer *printer) {
    text_put(printer->text, "\n");
    if (!printer->ladder->both) {
        text_put(printer->text, "~ inferred from the segments, by the rows of the same machine\n");
    }
    text_put(printer->text, "seq, ack: from the initial sequence numbers; len, win: octets; rule: RFC:section/step\n");
}

void ladder_print(const struct ladder *ladder, const struct ladder_style *style, struct text *text) {
    struct printer printer = {.ladder = ladder, .style = style, .text = text, .begin = ladder->row[0].time};
    print_head(&printer);
    for (int i = 0; i < ladder->rows; i++) {
        print_row(&printer, &ladder->row[i]);
    }
    print_legend(&printer);
}
