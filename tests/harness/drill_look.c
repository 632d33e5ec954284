/* drill_look.c: plays the lines that look inside: states, variables, counters. */
#include <stdio.h>
#include <string.h>

#include "harness/drill_run.h"
#include "harness/drill_value.h"
#include "lucid/socket.h"

/* The connection of a descriptor; a closed one is looked up by its ends. */
static unsigned fd_info(struct drill_run *run, int number, struct lucid_tcp_info *info) {
    const struct drill_fd *fd = drill_fd(run, number);
    size_t length = sizeof *info;
    memset(info, 0, sizeof *info);
    run->last_fd = number;
    if (fd->open && lucid_getsockopt(run->stack, fd->handle, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, info, &length) == 0) {
        return info->state;
    }
    if (fd->used && fd->ends.peer.port != 0) {
        return drill_flow_state(run, &fd->ends, info);
    }
    info->state = LUCID_CLOSED;
    return LUCID_CLOSED;
}

/* The connection of a descriptor, or with DRILL_ANY that of the last packet line. */
static unsigned look(struct drill_run *run, int fd, struct lucid_tcp_info *info) {
    if (fd != DRILL_ANY) {
        return fd_info(run, fd, info);
    }
    return drill_flow_state(run, run->last ? &run->last->ends : &run->usual, info);
}

/* A listener that is left does not matter to a connection that is gone: CLOSED also means that there is none. */
bool drill_state_holds(struct drill_run *run, const struct drill_line *line, unsigned *actual) {
    struct lucid_tcp_info info;
    *actual = look(run, line->u.state.fd, &info);
    bool none = line->u.state.fd == DRILL_ANY && *actual == LUCID_LISTEN && line->u.state.state == LUCID_CLOSED;
    return *actual == line->u.state.state || none;
}

bool drill_play_state(struct drill_run *run, const struct drill_line *line) {
    unsigned actual;
    if (!drill_advance(run, drill_begin_time(run, &line->time))) {
        return false;
    }
    drill_tell(run, run->now, line->text);
    if (drill_state_holds(run, line, &actual)) {
        return true;
    }
    return drill_fail_line(run, "%s", lucid_state_name(actual));
}

bool drill_value_holds_now(struct drill_run *run, const struct drill_line *line, uint64_t *actual) {
    const struct drill_value *value = &line->u.value;
    struct lucid_tcp_info info;
    struct lucid_stats stats;
    lucid_stats(run->stack, &stats);
    switch ((enum drill_value_source)value->source) {
    case DRILL_INFO:
        look(run, value->fd, &info);
        *actual = drill_info_field(&info, value->field, run->zero);
        break;
    case DRILL_STAT:
        *actual = drill_stat_field(&stats, value->field);
        break;
    case DRILL_DROP:
        *actual = stats.drop[value->field];
        break;
    }
    return drill_value_holds(value, *actual);
}

bool drill_play_value(struct drill_run *run, const struct drill_line *line) {
    const struct drill_value *value = &line->u.value;
    uint64_t actual = 0;
    if (!drill_advance(run, drill_begin_time(run, &line->time))) {
        return false;
    }
    drill_tell(run, run->now, line->text);
    if (drill_value_holds_now(run, line, &actual)) {
        return true;
    }
    switch (drill_value_kind((enum drill_value_source)value->source, value->field)) {
    case DRILL_FIELD_OUR_SEQ:
    case DRILL_FIELD_THEIR_SEQ:
        return drill_fail_line(run, "%d", (int32_t)actual);
    case DRILL_FIELD_DURATION:
    case DRILL_FIELD_INSTANT:
        if (actual == LUCID_NEVER) {
            return drill_fail_line(run, "never");
        }
        return drill_fail_line(run, "%llu.%09llu", (unsigned long long)(actual / LUCID_SECOND),
                               (unsigned long long)(actual % LUCID_SECOND));
    case DRILL_FIELD_NUMBER:
        break;
    }
    return drill_fail_line(run, "%llu", (unsigned long long)actual);
}
