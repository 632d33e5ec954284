/* loop.c: what both kinds of loop have in common. See loop.h. */
#include "loop.h"

#include <time.h>

#include "live/live_record.h"
#include "signals.h"

struct loop *loop_new(const struct options *options) {
    struct loop *loop = options->kernel ? loop_kernel_new() : loop_stack_new();
    if (loop) {
        loop->options = options;
    }
    return loop;
}

int loop_run(struct loop *loop, char error[LUCID_ERROR_TEXT]) {
    int failed = 0;
    while (!loop->over && !http_server_stopped(loop->server) && failed == 0) {
        failed = loop->ops->turn(loop, error);
    }
    return failed;
}

uint64_t loop_epoch(lucid_time now) {
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    return (uint64_t)wall.tv_sec * LUCID_SECOND + (uint64_t)wall.tv_nsec - now;
}

lucid_time loop_tell(struct loop *loop, lucid_time now) {
    if (now == loop->told) {
        return now;
    }
    loop->told = now;
    http_server_set_epoch(loop->server, loop_epoch(now));
    if (loop->record) {
        live_record_time(loop->record, now);
    }
    return now;
}

void loop_take_signals(struct loop *loop) {
    int number;
    while ((number = signals_next()) != 0) {
        loop->signal(loop->user, number);
    }
}
