/* inspector.c: a TCP header, field by field: where its bits are, what they hold, in hexadecimal, and the options. See
 * panes.h. Which packet: the newest segment up to an event.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/trace_text.h"
#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/panes.h"

/* Columns at which the value and its bits begin. */
#define VALUE 26
#define VALUE_NARROW 17
#define NARROW 60

static int value_at(struct view view) {
    return view.width < NARROW ? VALUE_NARROW : VALUE;
}

static const struct tlog_event *newest_segment(const struct tlog *log, uint32_t n) {
    for (uint32_t i = n; i > 0; i--) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event && (event->kind == TLOG_SEG_TX || event->kind == TLOG_SEG_RX)) {
            return event;
        }
    }
    return NULL;
}

static void put_field(struct view view, int y, const char *bits, const char *key, const char *value) {
    /* Where there is little room, names and values are more than the numbers of bits. */
    int name = view.width < NARROW ? 0 : 8;
    if (name > 0) {
        view_put_right(view, name - 1, y, GRID_QUIET, bits);
    }
    int at = value_at(view);
    view_put(view_part(view, name, 0, at - name - 1, view.height), 0, y, GRID_PLAIN, i18n(key));
    view_put(view, at, y, GRID_BOLD, value);
}

static void put_number(struct view view, int y, const char *bits, const char *key, uint32_t raw, int digits,
                       int64_t shown) {
    char value[80];
    if (shown == raw) {
        snprintf(value, sizeof value, "%-10" PRId64 " 0x%0*" PRIx32, shown, digits, raw);
    } else {
        snprintf(value, sizeof value, "%-10" PRId64 " 0x%0*" PRIx32 " = %" PRIu32, shown, digits, raw, raw);
    }
    put_field(view, y, bits, key, value);
}

static void put_flags(struct view view, int y, unsigned flags) {
    static const char letters[] = "CEUAPRSF";
    char value[60], names[40];
    struct text text = text_fixed(value, sizeof value);
    for (unsigned i = 0; i < 8; i++) {
        text_format(&text, "%c%u ", letters[i], flags >> (7 - i) & 1u);
    }
    struct text list = text_fixed(names, sizeof names);
    narrate_flags(&list, flags);
    text_format(&text, " %s", names);
    put_field(view, y, "104-111", "header.flags", value);
}

/* ---- options ---- */

static uint32_t number_at(const uint8_t *at, unsigned octets) {
    uint32_t value = 0;
    for (unsigned i = 0; i < octets; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

static void option_words(struct text *out, const uint8_t *at, unsigned length) {
    switch (at[0]) {
    case 2:
        text_format(out, "MSS %" PRIu32, length == 4 ? number_at(at + 2, 2) : 0);
        return;
    case 3:
        text_format(out, "window scale %u", length == 3 ? at[2] : 0);
        return;
    case 4:
        text_put(out, "SACK permitted");
        return;
    case 5:
        text_put(out, "SACK");
        for (unsigned i = 2; i + 8 <= length; i += 8) {
            text_format(out, " %" PRIu32 "-%" PRIu32, number_at(at + i, 4), number_at(at + i + 4, 4));
        }
        return;
    case 8:
        if (length == 10) {
            text_format(out, "timestamps %" PRIu32 " echo %" PRIu32, number_at(at + 2, 4), number_at(at + 6, 4));
            return;
        }
        break;
    case 34:
        text_put(out, "Fast Open");
        return;
    }
    text_format(out, "option %u, %u octets", at[0], length);
}

static int put_options(struct view view, int y, const struct tlog_text *options) {
    const uint8_t *at = (const uint8_t *)options->at;
    uint32_t i = 0;
    int lines = 0;
    while (i < options->length && at[i] != 0) {
        if (at[i] == 1) {
            i++;
            continue;
        }
        unsigned length = i + 1 < options->length ? at[i + 1] : 0;
        if (length < 2 || i + length > options->length) {
            break;
        }
        char words[200];
        struct text text = text_fixed(words, sizeof words);
        option_words(&text, at + i, length);
        put_field(view, y + lines, "", lines == 0 ? "header.options" : "header.more", words);
        lines++;
        i += length;
    }
    return lines;
}

/* ---- all of it ---- */

static void put_title(struct view view, const struct tlog_segment *segment) {
    char title[200];
    struct text text = text_fixed(title, sizeof title);
    char id[24];
    snprintf(id, sizeof id, "%" PRIu64, segment->id);
    i18n_put(&text, "rule.packet", id, NULL);
    text_put(&text, "  ");
    trace_text_end(&text, &segment->source);
    text_put(&text, " -> ");
    trace_text_end(&text, &segment->destination);
    view_put(view, 0, 0, GRID_BOLD, title);
}

void inspector_paint(struct view view, const struct stage *stage, uint32_t n) {
    const struct tlog_event *event = newest_segment(stage->model->log, n ? n : stage->model->at);
    if (!event) {
        view_put(view, 0, 0, GRID_QUIET, i18n("header.none"));
        return;
    }
    const struct tlog_segment *segment = &event->u.segment;
    put_title(view, segment);
    put_number(view, 1, "0-15", "header.source", segment->source.port, 4, segment->source.port);
    put_number(view, 2, "16-31", "header.destination", segment->destination.port, 4, segment->destination.port);
    put_number(view, 3, "32-63", "header.seq", segment->seq, 8, narrate_number(stage->model, event, false, stage->raw));
    if (segment->flags & LUCID_ACK) {
        put_number(view, 4, "64-95", "header.ack", segment->ack, 8,
                   narrate_number(stage->model, event, true, stage->raw));
    } else {
        put_field(view, 4, "64-95", "header.ack", i18n("header.unused"));
    }
    uint32_t words = 5 + (segment->options.length + 3) / 4;
    put_number(view, 5, "96-99", "header.offset", words, 1, words);
    put_flags(view, 6, segment->flags);
    put_number(view, 7, "112-127", "header.window", segment->window, 4, segment->window);
    int y = 8 + put_options(view, 8, &segment->options);
    put_number(view, y, "", "header.length", segment->length, 4, segment->length);
    char quote[400];
    struct text text = text_fixed(quote, sizeof quote);
    narrate_escape(&text, segment->payload.at, segment->payload.length);
    view_put(view, value_at(view), y + 1, GRID_DATA, quote);
}
