/* drill_wait.c: when calls return. A call with a plain time returns at once; "+0...2.5 read(...)" waits and must return
 * at 2.5, "+0~+1 read(...)" returns some time in the range before the script goes on. A call that waits is a record
 * that is tried again after every event: there is no thread.
 */
#include <stdio.h>
#include <string.h>

#include "harness/drill_run.h"
#include "lucid/socket.h"

static bool sends(const struct drill_call *call) {
    return call->name == DRILL_CALL_WRITE || call->name == DRILL_CALL_SEND || call->name == DRILL_CALL_SENDTO;
}

bool drill_call_would_wait(const struct drill_call *call, int64_t result) {
    if (call->name == DRILL_CALL_CONNECT) {
        return result == -LUCID_EINPROGRESS || result == -LUCID_EALREADY;
    }
    return result == -LUCID_EAGAIN;
}

bool drill_call_judge(struct drill_run *run, const struct drill_line *line, int64_t result) {
    const struct drill_call *call = &line->u.call;
    if (run->failed) {
        return false;
    }
    if (result < 0 && call->result == -1 && call->error == -result) {
        return true;
    }
    if (result >= 0 && result == call->result) {
        return true;
    }
    if (result < 0) {
        return drill_fail_line(run, "-1 %s", strerrorname_np((int)-result));
    }
    return drill_fail_line(run, "%lld", (long long)result);
}

/* One attempt. True when the call has returned, with its result. */
static bool attempt(struct drill_run *run, struct drill_waiting *waiting, bool first, int64_t *result) {
    const struct drill_call *call = &waiting->line->u.call;
    *result = drill_call(run, waiting, first);
    if (sends(call) && *result >= 0) {
        waiting->done += *result;
        *result = waiting->done;
        return waiting->done == call->length;
    }
    if (call->name == DRILL_CALL_POLL) {
        bool over = call->number >= 0 && run->now >= waiting->begin + (lucid_time)call->number * LUCID_MILLISECOND;
        return *result > 0 || over;
    }
    return run->failed || !drill_call_would_wait(call, *result);
}

static bool judge_return(struct drill_run *run, const struct drill_waiting *waiting, int64_t result) {
    const struct drill_line *line = waiting->line;
    bool early = line->time.kind == DRILL_TIME_CALL ? run->now < waiting->end
                                                    : run->now < drill_begin_time(run, &line->time);
    run->line = line;
    if (early) {
        return drill_fail_line(run, "the call returned too early, with %lld", (long long)result);
    }
    return drill_call_judge(run, line, result);
}

bool drill_retry_waits(struct drill_run *run) {
    const struct drill_line *line = run->line;
    for (unsigned i = 0; i < run->wait_count;) {
        int64_t result;
        struct drill_waiting waiting = run->waits[i];
        run->line = waiting.line;
        bool returned = attempt(run, &waiting, false, &result);
        if (run->failed) {
            return false;
        }
        run->line = line;
        run->waits[i] = waiting;
        if (!returned) {
            i++;
            continue;
        }
        memmove(&run->waits[i], &run->waits[i + 1], (--run->wait_count - i) * sizeof waiting);
        if (!judge_return(run, &waiting, result) || !drill_pull(run)) {
            return false;
        }
        drill_tell_changes(run);
    }
    run->line = line;
    return true;
}

bool drill_overdue(struct drill_run *run) {
    for (unsigned i = 0; i < run->wait_count; i++) {
        if (run->waits[i].end <= run->now) {
            run->line = run->waits[i].line;
            return !drill_fail_line(run, "the call is still waiting");
        }
    }
    return false;
}

lucid_time drill_wait_deadline(const struct drill_run *run) {
    lucid_time deadline = LUCID_NEVER;
    for (unsigned i = 0; i < run->wait_count; i++) {
        const struct drill_waiting *waiting = &run->waits[i];
        deadline = waiting->end < deadline ? waiting->end : deadline;
    }
    return deadline;
}

bool drill_begin_wait(struct drill_run *run, const struct drill_line *line, lucid_time begin, lucid_time end) {
    struct drill_waiting waiting = {.line = line, .begin = begin, .end = end};
    int64_t result;
    if (run->wait_count == DRILL_WAITS) {
        return drill_fail_line(run, "at most %d calls can wait at one time", DRILL_WAITS);
    }
    if (attempt(run, &waiting, true, &result)) {
        return judge_return(run, &waiting, result);
    }
    if (!run->failed) {
        run->waits[run->wait_count++] = waiting;
    }
    return !run->failed;
}

/* Lets time pass until the calls that wait are fewer, or their time is over. */
static bool await_return(struct drill_run *run, lucid_time end) {
    unsigned waiting = run->wait_count;
    bool moved;
    while (run->wait_count == waiting && run->now < end) {
        if (!drill_step(run, end, &moved)) {
            return false;
        }
    }
    return run->wait_count < waiting || !drill_overdue(run);
}

bool drill_play_call(struct drill_run *run, const struct drill_line *line) {
    lucid_time begin = drill_begin_time(run, &line->time), end = drill_end_time(run, &line->time);
    struct drill_waiting waiting = {.line = line, .begin = begin, .end = end};
    /* A call that may return in a range begins with the event before. */
    lucid_time from = line->time.kind == DRILL_TIME_RANGE ? run->now : begin;
    if (!drill_advance(run, from)) {
        return false;
    }
    drill_tell(run, run->now, line->text);
    if (line->time.kind == DRILL_TIME_POINT) {
        bool done = drill_call_judge(run, line, drill_call(run, &waiting, true));
        drill_tell_changes(run);
        return done && drill_pull(run) && drill_retry_waits(run);
    }
    unsigned before = run->wait_count;
    if (!drill_begin_wait(run, line, from, end)) {
        return false;
    }
    drill_tell_changes(run);
    if (!drill_pull(run)) {
        return false;
    }
    return line->time.kind == DRILL_TIME_CALL || run->wait_count == before || await_return(run, end);
}
