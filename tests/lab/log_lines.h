/* log_lines.h: logs written by hand, a line at a time, for tests of their readers. */
#ifndef LOG_LINES_H
#define LOG_LINES_H

#include <stdarg.h>
#include <stdio.h>

#include "lab/tlog.h"
#include "unit/unit.h"

#define LOG_A "10.77.0.1:40000"
#define LOG_B "10.77.0.2:80"

static inline void log_line(struct tlog *log, const char *line) {
    char error[LAB_ERROR];
    ck_assert_msg(tlog_add(log, line, strlen(line), error) == 0, "%s\n%s", line, error);
}

static inline struct tlog *log_begin(void) {
    struct tlog *log = tlog_new();
    log_line(log, "{\"tlog\":1,\"lab\":\"L00\",\"seed\":7,\"world\":\"sim\",\"nodes\":[[\"A\",\"10.77.0.1\"],"
                  "[\"B\",\"10.77.0.2\"]],\"msl\":120000000000,\"without\":[]}");
    return log;
}

/* The next event, at t milliseconds: format and what follows is all behind "ev":. ' stands for ". */
__attribute__((format(printf, 5, 6))) static inline void say(struct tlog *log, uint64_t t, const char *node, unsigned c,
                                                             const char *format, ...) {
    char rest[600], line[800];
    va_list list;
    va_start(list, format);
    vsnprintf(rest, sizeof rest, format, list);
    va_end(list);
    for (char *at = rest; *at; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    snprintf(line, sizeof line, "{\"i\":%u,\"t\":%llu,\"n\":\"%s\",\"c\":%u,\"ev\":%s}", tlog_count(log) + 1,
             (unsigned long long)t * 1000000, node, c, rest);
    log_line(log, line);
}

/* A segment leaves or arrives. From A to B if node is A, and it leaves, or node is B, and it arrives. */
static inline void say_segment(struct tlog *log, uint64_t t, const char *node, unsigned c, bool leaves, unsigned id,
                               const char *flags, uint32_t seq, uint32_t ack, uint32_t length) {
    bool from_a = (*node == 'A') == leaves;
    say(log, t, node, c,
        "'seg_%s','seg':{'id':%u,'src':'10.77.0.%d','sp':%d,'dst':'10.77.0.%d','dp':%d,'seq':%u,'ack':%u,'fl':'%s',"
        "'win':65535,'len':%u}",
        leaves ? "tx" : "rx", id, from_a ? 1 : 2, from_a ? 40000 : 80, from_a ? 2 : 1, from_a ? 80 : 40000, seq, ack,
        flags, length);
}

/* A state changes, by the row of the machine that leads from one to the other on this event. */
static inline void say_state(struct tlog *log, uint64_t t, const char *node, unsigned c, const char *from,
                             const char *event, const char *to, const char *cause) {
    const struct lucid_fsm_row *row = NULL;
    unsigned number = 0;
    for (; (row = lucid_fsm_row(number)); number++) {
        char bit_name[20];
        bool here = false;
        for (unsigned bit = 1; bit <= LUCID_TIME_WAIT; bit <<= 1) {
            snprintf(bit_name, sizeof bit_name, "%s", lucid_state_name(bit));
            here |= (row->from & bit) && !strcmp(bit_name, from);
        }
        if (here && !strcmp(row->event, event) && !strcmp(lucid_state_name(row->to), to)) {
            break;
        }
    }
    ck_assert_msg(row != NULL, "%s:%s:%s is no row", from, event, to);
    static const char *const sources[] = {"FIG5", "TEXT", "EXT"};
    bool child = *node == 'B' && strcmp(from, "CLOSED") != 0;
    say(log, t, node, c,
        "'state','from':'%s','to':'%s','edge':'%s:%s:%s','row':%u,'src':'%s','rule':'%s',%s%s,'local':'%s',"
        "'remote':'%s'",
        from, to, from, event, to, number, sources[row->source], row->rule, cause, child ? ",'parent':1" : "",
        *node == 'A' ? LOG_A
        : child      ? LOG_B
                     : "*:80",
        *node == 'A' ? LOG_B
        : child      ? LOG_A
                     : "*:0");
}

#endif
