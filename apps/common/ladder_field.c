/* ladder_field.c: the words of a ladder: a segment, a mark, a rule, a run, each as a piece of text that fits its
 * column. Where the columns are is ladder_print.c.
 */
#include "common/ladder_field.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- numbers ---- */

/* 598600 as 598,600. */
static void format_count(uint64_t value, char *to, size_t room) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, value);
    size_t at = 0;
    for (int i = 0; i < length && at + 2 < room; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            to[at++] = ',';
        }
        to[at++] = digits[i];
    }
    to[at] = '\0';
}

/* What has more than eight digits is rounded to a tenth of a million. */
static void format_number(uint32_t value, char to[16]) {
    if (value < 100000000) {
        snprintf(to, 16, "%" PRIu32, value);
    } else {
        snprintf(to, 16, "%" PRIu32 ".%" PRIu32 "M", value / 1000000, value / 100000 % 10);
    }
}

/* ---- a segment ---- */

struct arrow {
    const char *left, *right;
};

/* Departure and arrival in one row; a departure alone; one that never arrived; an arrival alone. */
static struct arrow arrow_of(const struct ladder_row *row, bool utf8) {
    enum { WHOLE, LEAVES, IS_LOST, ARRIVES };
    static const struct arrow arrows[2][4][2] = {
        {
            [WHOLE] = {{"--", "->"}, {"<-", "--"}},
            [LEAVES] = {{"--", ".."}, {"..", "--"}},
            [IS_LOST] = {{"--", "-x"}, {"x-", "--"}},
            [ARRIVES] = {{"..", "->"}, {"<-", ".."}},
        },
        {
            [WHOLE] = {{"──", "─►"}, {"◄─", "──"}},
            [LEAVES] = {{"──", "┄┄"}, {"┄┄", "──"}},
            [IS_LOST] = {{"──", "─x"}, {"x─", "──"}},
            [ARRIVES] = {{"┄┄", "─►"}, {"◄─", "┄┄"}},
        },
    };
    if (ladder_was_lost(row)) {
        return arrows[utf8][IS_LOST][row->end];
    }
    unsigned form = row->kind == LADDER_SEGMENT ? WHOLE : row->kind == LADDER_ARRIVAL ? ARRIVES : LEAVES;
    return arrows[utf8][form][row->end];
}

bool ladder_was_lost(const struct ladder_row *row) {
    return row->kind == LADDER_DEPARTURE && !row->arrived;
}

void ladder_format_segment(const struct ladder *ladder, const struct ladder_row *row, bool utf8, struct text *text) {
    struct arrow arrow = arrow_of(row, utf8);
    char flags[9], seq[16], ack[16] = "", window[16];
    format_number(row->seq - ladder->iss[row->end], seq);
    if (row->flags & LUCID_ACK) {
        format_number(row->ack - ladder->iss[!row->end], ack);
    }
    format_number(row->window, window);
    text_format(text, "%s %-3s %8s %8s %5" PRIu32 " %7s %s", arrow.left, lucid_flags_format(row->flags, flags), seq,
                ack, row->length, window, arrow.right);
}

void ladder_format_remark(const struct ladder *ladder, const struct ladder_row *row, struct text *text) {
    if (row->kind == LADDER_ARRIVAL) {
        return;
    }
    if (row->segment_size > 0) {
        unsigned count = (row->length + row->segment_size - 1u) / row->segment_size;
        text_format(text, "%sx%u segments of %u", text->length > 0 ? ", " : "", count, row->segment_size);
    }
    const struct {
        bool applies;
        const char *words;
    } remarks[] = {{row->retransmission, "retransmission"},
                   {row->kept, "out of order, kept"},
                   {ladder_was_lost(row), ladder->both ? "lost" : "~lost"}};
    for (unsigned i = 0; i < 3; i++) {
        if (remarks[i].applies) {
            text_format(text, "%s%s", text->length > 0 ? ", " : "", remarks[i].words);
        }
    }
}

/* Octets in full, or in tenths of a million where there are many. */
static void format_octets(uint64_t octets, char *to, size_t room) {
    if (octets < 100000000) {
        format_count(octets, to, room);
    } else {
        snprintf(to, room, "%" PRIu64 ".%" PRIu64 " M", octets / 1000000, octets / 100000 % 10);
    }
}

void ladder_format_run(const struct ladder_row *row, unsigned end, bool utf8, struct text *text) {
    static const char *const arrows[2][2] = {{">", "<"}, {"►", "◄"}};
    const struct ladder_run *run = &row->run[end];
    char segments[32], octets[32];
    format_count(run->with_data ? run->with_data : run->segments, segments, sizeof segments);
    format_octets(run->octets, octets, sizeof octets);
    text_format(text, "%s ", end == 1 ? arrows[utf8][1] : "...");
    if (run->with_data) {
        text_format(text, "%s segments, %s octets", segments, octets);
    } else {
        text_format(text, "%s ACKs", segments);
    }
    text_format(text, " %s", end == 0 ? arrows[utf8][0] : "...");
}

/* ---- the rule ---- */

/* "9293:3.10.7.4/5/SYN-RECEIVED" without the state, which stands beside it. */
static int rule_length(const char *rule) {
    const char *slash = strrchr(rule, '/');
    bool step = !slash || (slash[1] >= '0' && slash[1] <= '9');
    return step ? (int)strlen(rule) : (int)(slash - rule);
}

static const char *rule_of(int fired) {
    const struct lucid_fsm_row *row = fired >= 0 ? lucid_fsm_row((unsigned)fired) : NULL;
    return row ? row->rule : NULL;
}

/* How much of it need not be said again: up to the step, when both are of one section. */
static int same_section(const char *first, int length, const char *second) {
    int slash = length;
    while (slash > 0 && first[slash - 1] != '/') {
        slash--;
    }
    return slash > 0 && strncmp(first, second, (size_t)slash) == 0 ? slash : 0;
}

/* Two rows that one segment fired, the fifth and the eighth step, stand as "9293:3.10.7.4/5,8". */
void ladder_format_rules(const struct ladder_row *row, bool inferred, struct text *text) {
    const char *first = rule_of(row->fired[0]), *second = rule_of(row->fired[1]), *mark = inferred ? "~" : "";
    if (!first) {
        return;
    }
    int length = rule_length(first);
    text_format(text, "%s%.*s", mark, length, first);
    if (second) {
        int same = same_section(first, length, second);
        int rest = rule_length(second) - same;
        text_format(text, "%s%s%.*s", same ? "," : ", ", same ? "" : mark, rest, second + same);
    }
}

/* ---- marks: what is no segment ---- */

static const char *timer_text(unsigned timer) {
    static const char *const names[LUCID_TIMERS] = {
        [LUCID_TIMER_RTO] = "retransmission timer",
        [LUCID_TIMER_PERSIST] = "persist timer",
        [LUCID_TIMER_DELAYED_ACK] = "delayed ACK timer",
        [LUCID_TIMER_KEEPALIVE] = "keep-alive timer",
        [LUCID_TIMER_2MSL] = "2MSL timer",
        [LUCID_TIMER_USER] = "user time-out",
        [LUCID_TIMER_FIN_WAIT_2] = "FIN-WAIT-2 timer",
        [LUCID_TIMER_REORDER] = "reordering timer",
        [LUCID_TIMER_TAIL_PROBE] = "tail probe timer",
        [LUCID_TIMER_PACE] = "pacing timer",
    };
    return timer < LUCID_TIMERS ? names[timer] : "timer";
}

void ladder_format_mark(const struct ladder_row *row, bool inferred, struct text *text) {
    switch ((enum ladder_kind)row->kind) {
    case LADDER_CALL:
        text_format(text, "* %s%s()", inferred ? "~" : "", lucid_call_name(row->what));
        break;
    case LADDER_TIMER:
        text_format(text, "* %s", timer_text(row->what));
        break;
    case LADDER_RULE:
        text_format(text, "* %s", row->what == LUCID_OUTCOME_PROBE ? "a probe is due" : "retransmission is due");
        break;
    case LADDER_DROP:
        text_format(text, "x dropped: %s", lucid_drop_text(row->reason));
        break;
    case LADDER_LOST:
        if (row->others == 0) {
            text_put(text, "x what happened here is not known");
        } else {
            text_format(text, "x %" PRIu32 " events were lost here", row->others);
        }
        break;
    case LADDER_BEGIN:
    case LADDER_SEGMENT:
    case LADDER_DEPARTURE:
    case LADDER_ARRIVAL:
    case LADDER_RUN:
        break;
    }
}
