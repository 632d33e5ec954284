/* yield.c: lets the server run. See bench.h. */
#include <sched.h>
#include <sys/syscall.h>
#include <threads.h>
#include <unistd.h>

#include "bench/bench.h"

/* What sched_setattr(2) takes: the C library has no wrapper yet. Values of <linux/sched/types.h>. */
struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

/* In nanoseconds. Who yields gives up the rest of its slice (tun/yield.c tells more). With much shorter ones it would
 * be its turn again before the server's. */
static const uint64_t SLICE = 300000;

/* A kernel before 6.12 has no slices of a thread's own, and ignores it. */
static void ask_for_short_slices(void) {
    struct attributes attributes = {0};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) == 0 && attributes.policy == SCHED_OTHER) {
        attributes.runtime = SLICE;
        syscall(SYS_sched_setattr, 0, &attributes, 0);
    }
}

void bench_yield(void) {
    static once_flag asked = ONCE_FLAG_INIT;
    call_once(&asked, ask_for_short_slices);
    sched_yield();
}
