/* check_figure.c: do the segments of a run equal a figure of the RFC?
 *
 * Each end is compared by itself, for where two segments cross the figure's lines have no order: the first segment of
 * that end that equals its first line begins, and from there on segment by segment must equal line by line, until the
 * figure ends. What comes before (the handshake before a figure that closes) and after does not matter.
 */
#include <stdio.h>
#include <string.h>

#include "lab/check_private.h"
#include "lab/figures.h"

const struct figure_line FIGURES[] = {
#define FIGURE_LINE(figure, line, sender, seq, ack, flags, length) {figure, line, sender, seq, ack, flags, length},
#include "lab/figures.def"
    {NULL, 0, 0, 0, 0, NULL, 0},
};

static void put_segment(struct text *out, char sender, uint32_t seq, int64_t ack, const char *flags, uint32_t length) {
    text_format(out, "%c: <SEQ=%u>", sender, (unsigned)seq);
    if (ack >= 0) {
        text_format(out, "<ACK=%lld>", (long long)ack);
    }
    text_format(out, "<CTL=%s>", flags);
    if (length == FIGURE_SOME) {
        text_put(out, "<DATA>");
    } else if (length) {
        text_format(out, "<DATA=%u>", (unsigned)length);
    }
}

static void put_event(struct text *out, char sender, const struct tlog_segment *segment) {
    char flags[9];
    lucid_flags_format(segment->flags & ~(unsigned)LUCID_PSH, flags);
    put_segment(out, sender, segment->seq, segment->flags & LUCID_ACK ? (int64_t)segment->ack : -1, flags,
                segment->length);
}

static bool equals(const struct figure_line *line, const struct tlog_segment *segment) {
    char flags[9];
    lucid_flags_format(segment->flags & ~(unsigned)LUCID_PSH, flags);
    int64_t ack = segment->flags & LUCID_ACK ? (int64_t)segment->ack : -1;
    bool length = line->length == FIGURE_SOME ? segment->length > 0 : segment->length == line->length;
    return segment->seq == line->seq && ack == line->ack && length && !strcmp(flags, line->flags);
}

static const struct figure_line *next_line(const struct figure_line *line, const char *figure, char sender) {
    for (; line->figure; line++) {
        if (!strcmp(line->figure, figure) && line->sender == sender) {
            return line;
        }
    }
    return NULL;
}

static void differs(struct check_result *result, const struct figure_line *line, const struct tlog_segment *segment) {
    text_format(&result->want, "Figure %s, line %u, ", strchr(line->figure, ':') + 1, line->line);
    put_segment(&result->want, line->sender, line->seq, line->ack, line->flags, line->length);
    if (segment) {
        put_event(&result->got, line->sender, segment);
    } else {
        text_format(&result->got, "no such segment from %c", line->sender);
    }
}

static bool end_equals(const struct tlog *log, const char *figure, char sender, struct check_result *result) {
    const struct figure_line *line = next_line(FIGURES, figure, sender);
    int node = tlog_node_find(log, &sender, 1);
    bool begun = false;
    for (uint32_t i = 1; line && i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->kind != TLOG_SEG_TX || event->node != node) {
            continue;
        }
        bool same = equals(line, &event->u.segment);
        if (begun && !same) {
            differs(result, line, &event->u.segment);
            return false;
        }
        begun = begun || same;
        line = same ? next_line(line + 1, figure, sender) : line;
    }
    if (line) {
        differs(result, line, NULL);
    }
    return !line;
}

bool check_figure(struct check_reading *reading) {
    struct check_piece name = check_body(reading);
    char figure[16];
    snprintf(figure, sizeof figure, "%.*s", (int)(name.length < 15 ? name.length : 15), name.at);
    if (!next_line(FIGURES, figure, 'A')) {
        return check_wrong(reading, name.at, "`%s` is no figure with segments; expected 9293:6 to 9293:13", figure);
    }
    if (!reading->model) {
        return true;
    }
    struct check_result *result = reading->result;
    result->passed = end_equals(reading->model->log, figure, 'A', result) &&
                     end_equals(reading->model->log, figure, 'B', result);
    if (result->passed) {
        text_format(&result->want, "segments as in Figure %s", strchr(figure, ':') + 1);
        text_put(&result->got, "the same");
    }
    return true;
}
