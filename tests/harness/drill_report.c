/* drill_report.c: what went wrong: expected beside actual, the connection, its timers, and how to see it again. */
#include <stdarg.h>
#include <string.h>

#include "harness/drill_run.h"

const char *drill_time_print(const struct drill_run *run, lucid_time time, char text[32]) {
    bool before = time < run->zero;
    lucid_time length = before ? run->zero - time : time - run->zero;
    snprintf(text, 32, "%s%llu.%09llu", before ? "-" : "", (unsigned long long)(length / LUCID_SECOND),
             (unsigned long long)(length % LUCID_SECOND));
    size_t end = strlen(text);
    for (unsigned zeroes = 0; zeroes < 6 && text[end - 1] == '0'; zeroes++) {
        text[--end] = '\0';
    }
    return text;
}

/* ---- the line that failed ---- */

static void print_expected(struct drill_run *run) {
    const struct drill_line *line = run->line;
    char begin[32], end[32];
    if (!line) {
        fprintf(run->report, "  expected nothing more\n");
        return;
    }
    if (!line->time.relative && line->kind >= DRILL_LINE_QUIET) {
        fprintf(run->report, "  expected %s\n", line->text);
        return;
    }
    drill_time_print(run, drill_begin_time(run, &line->time), begin);
    drill_time_print(run, drill_end_time(run, &line->time), end);
    if (line->time.kind == DRILL_TIME_ANY) {
        fprintf(run->report, "  expected at any time  %s\n", line->text);
    } else if (strcmp(begin, end) != 0) {
        fprintf(run->report, "  expected %s~%s  %s\n", begin, end, line->text);
    } else {
        fprintf(run->report, "  expected %s  %s\n", begin, line->text);
    }
}

/* Which timer of a connection is due at this time; "". */
static const char *timer_due(const struct lucid_tcp_info *info, lucid_time time) {
    const struct {
        lucid_time at;
        const char *name;
    } timers[] = {{info->rto_at, "RTO"},
                  {info->persist_at, "persist"},
                  {info->delayed_ack_at, "delayed ACK"},
                  {info->keepalive_at, "keepalive"},
                  {info->timewait_at, "2MSL"},
                  {info->fin_wait_2_at, "FIN-WAIT-2"},
                  {info->user_at, "user"}};
    for (unsigned i = 0; i < sizeof timers / sizeof *timers; i++) {
        if (timers[i].at == time) {
            return timers[i].name;
        }
    }
    return "";
}

static void print_nothing(struct drill_run *run) {
    lucid_time deadline = lucid_deadline(run->stack);
    struct lucid_tcp_info info = {.rto_at = LUCID_NEVER};
    char at[32];
    if (deadline == LUCID_NEVER) {
        fprintf(run->report, "  actual   nothing; no deadline\n");
        return;
    }
    if (run->last) {
        drill_flow_state(run, &run->last->ends, &info);
    }
    const char *timer = timer_due(&info, deadline);
    fprintf(run->report, "  actual   nothing; next deadline %s%s%s%s\n", drill_time_print(run, deadline, at),
            *timer ? " (" : "", timer, *timer ? ")" : "");
}

/* The first packet that left, with the numbers of its connection. */
static void print_left(struct drill_run *run, const char *why) {
    const struct drill_left *left = run->left;
    struct drill_seen seen;
    char at[32], text[DRILL_PACKET_TEXT];
    drill_time_print(run, left->time, at);
    if (!drill_packet_read(left->octets, left->length, true, &seen)) {
        fprintf(run->report, "  actual   %s  > %zu octets that are neither TCP, UDP nor ICMP\n", at, left->length);
        return;
    }
    bool tcp = seen.packet.protocol == DRILL_TCP;
    const struct drill_flow *flow = tcp ? drill_flow_find(run, &seen.ends) : NULL;
    if (flow) {
        drill_packet_relative(&seen.packet, &flow->numbers);
    }
    if (seen.ends.local.port == run->usual.local.port && seen.ends.peer.port == run->usual.peer.port) {
        seen.packet.from_port = 0;
    }
    fprintf(run->report, "  actual   %s  %s   (%s)\n", at, drill_packet_print(&seen.packet, text), why);
}

/* ---- the connection ---- */

static void print_timers(struct drill_run *run, const struct lucid_tcp_info *info) {
    const lucid_time at[] = {info->rto_at,      info->persist_at,    info->delayed_ack_at, info->keepalive_at,
                             info->timewait_at, info->fin_wait_2_at, info->user_at};
    char text[32];
    const char *before = "  timers  ";
    for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
        if (at[i] != LUCID_NEVER && at[i] != 0) {
            fprintf(run->report, "%s %s %s", before, timer_due(info, at[i]), drill_time_print(run, at[i], text));
            before = "";
        }
    }
    fprintf(run->report, *before ? "" : "\n");
}

static void print_connection(struct drill_run *run) {
    struct lucid_tcp_info info;
    unsigned state = drill_flow_state(run, run->last ? &run->last->ends : &run->usual, &info);
    fprintf(run->report, "  connection");
    if (info.fd > 0) {
        for (int number = 0; number < DRILL_FDS; number++) {
            if (run->fd[number].open && run->fd[number].handle == info.fd) {
                fprintf(run->report, " %d", number);
            }
        }
    }
    fprintf(run->report, ": %s", lucid_state_name(state));
    if (state & (LUCID_CLOSED | LUCID_LISTEN)) {
        fprintf(run->report, "\n");
        return;
    }
    if (run->last && state & LUCID_TIME_WAIT) { /* the record does not know them */
        info.iss = run->last->numbers.ours;
        info.irs = run->last->numbers.theirs;
    }
    fprintf(run->report, " snd.una %d snd.nxt %d rcv.nxt %d rcv.wnd %u", (int32_t)(info.snd_una - info.iss),
            (int32_t)(info.snd_nxt - info.iss), (int32_t)(info.rcv_nxt - info.irs), info.rcv_wnd);
    if (!(state & LUCID_TIME_WAIT)) {
        fprintf(run->report, " snd.wnd %u cwnd %u flight %u rto %.3f", info.snd_wnd, info.cwnd, info.flight,
                (double)info.rto / (double)LUCID_SECOND);
    }
    fprintf(run->report, "\n");
    print_timers(run, &info);
}

static void print_head(struct drill_run *run, const char *verdict) {
    fprintf(run->report, "%s %s", verdict, run->path);
    if (run->line) {
        fprintf(run->report, ":%u", run->line->number);
    }
    fprintf(run->report, " (%s, ISS %u)", run->variant.ipv4 ? "IPv4" : "IPv6", run->variant.iss);
    if (run->script->tags[0] != '\0') {
        fprintf(run->report, "   %s", run->script->tags);
    }
    fprintf(run->report, "\n");
}

static void print_again(struct drill_run *run) {
    char path[256];
    fprintf(run->report, "  ");
    if (drill_pcap_write(run->pcap, run, path)) {
        fprintf(run->report, "capture %s   ", path);
    }
    fprintf(run->report, "again: build/drill -v -%d --iss %u %s\n", run->variant.ipv4 ? 4 : 6, run->variant.iss,
            run->script->path);
}

/* The part before expected and actual, and the part behind them; false when nobody wants to read it or it is told
 * already. */
static bool open_report(struct drill_run *run) {
    bool told = run->failed;
    run->failed = true;
    if (told || !run->report) {
        return false;
    }
    print_head(run, "FAIL");
    drill_tell_changes(run);
    drill_story_print(run);
    return true;
}

static bool close_report(struct drill_run *run) {
    if (run->stack) {
        print_connection(run);
    }
    print_again(run);
    return false;
}

bool drill_fail(struct drill_run *run, const char *expected, const char *format, ...) {
    va_list arguments;
    if (!open_report(run)) {
        return false;
    }
    fprintf(run->report, "  expected %s\n  actual   ", expected);
    va_start(arguments, format);
    vfprintf(run->report, format, arguments);
    va_end(arguments);
    fprintf(run->report, "\n");
    return close_report(run);
}

bool drill_fail_line(struct drill_run *run, const char *format, ...) {
    va_list arguments;
    if (!open_report(run)) {
        return false;
    }
    print_expected(run);
    fprintf(run->report, "  actual   ");
    va_start(arguments, format);
    vfprintf(run->report, format, arguments);
    va_end(arguments);
    fprintf(run->report, "\n");
    return close_report(run);
}

bool drill_fail_packet(struct drill_run *run, const char *why) {
    if (!open_report(run)) {
        return false;
    }
    print_expected(run);
    if (run->left) {
        print_left(run, why);
    } else {
        print_nothing(run);
    }
    return close_report(run);
}

void drill_report_pass(struct drill_run *run) {
    if (run->report && run->wish->verbose) {
        run->line = NULL;
        print_head(run, "PASS");
        drill_story_print(run);
    }
}

void drill_warn(struct drill_run *run, const char *format, ...) {
    va_list arguments;
    if (!run->report) {
        return;
    }
    fprintf(run->report, "warning: %s:%u: ", run->path, run->line ? run->line->number : 0);
    va_start(arguments, format);
    vfprintf(run->report, format, arguments);
    va_end(arguments);
    fprintf(run->report, "\n");
}
